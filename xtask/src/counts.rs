//! Counts read from what other test runners print.

use anyhow::{Context as _, Result};

use crate::tally::Tally;

/// Adds a line of Rust's test runner: a test by its name where it failed, a summary's counts otherwise.
pub(crate) fn add_libtest_line(tally: &mut Tally, line: &str) {
    if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
        tally.fail(name);
    }
    if let Some(summary) = line.strip_prefix("test result: ") {
        let count = |what: &str| number_before(summary, what).unwrap_or(0);
        tally.passed += count(" passed");
        tally.skipped += count(" ignored");
    }
}

fn number_before(summary: &str, what: &str) -> Option<u64> {
    let (before, _) = summary.split_once(what)?;
    before.rsplit(' ').next()?.parse().ok()
}

/// The totals at the end of a TAP report of Node's test runner.
///
/// # Errors
/// When the report has no totals.
pub(crate) fn of_tap(report: &str, succeeded: bool) -> Result<Tally> {
    let total = |what: &str| {
        let found = report.lines().find_map(|line| line.strip_prefix(what)?.trim().parse::<u64>().ok());
        found.with_context(|| format!("node's report has no line \"{what}\""))
    };
    let mut tally = Tally { passed: total("# pass ")?, skipped: total("# skipped ")?, ..Tally::default() };
    let named = report.lines().filter_map(|line| line.trim_start().strip_prefix("not ok ")).count() as u64;
    let failed = total("# fail ")? + total("# cancelled ")?;
    for line in report.lines().filter_map(|line| line.trim_start().strip_prefix("not ok ")) {
        let name = line.split_once(" - ").map_or(line, |(_, name)| name);
        tally.failures.push(format!("node: {name}"));
    }
    tally.failed = failed.max(u64::from(named > 0)).max(u64::from(!succeeded));
    Ok(tally)
}

/// A regular expression that matches the text itself.
pub(crate) fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        if !character.is_alphanumeric() && !character.is_whitespace() {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_lines_of_libtest() {
        let mut tally = Tally::default();
        for line in [
            "test ids::works ... ok",
            "test ids::fails ... FAILED",
            "test result: FAILED. 12 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ] {
            add_libtest_line(&mut tally, line);
        }
        assert_eq!((tally.passed, tally.failed, tally.skipped), (15, 1, 2));
        assert_eq!(tally.failures, ["ids::fails"]);
    }

    #[test]
    fn counts_the_totals_of_tap() {
        let report =
            "TAP version 13\nok 1 - a\nnot ok 2 - b\n# tests 3\n# pass 1\n# fail 1\n# cancelled 0\n# skipped 1\n";
        let tally = of_tap(report, false).unwrap();
        assert_eq!((tally.passed, tally.failed, tally.skipped), (1, 1, 1));
        assert_eq!(tally.failures, ["node: b"]);
    }

    #[test]
    fn a_runner_that_failed_without_a_failed_test_failed() {
        let report = "# pass 0\n# fail 0\n# cancelled 0\n# skipped 0\n";
        assert_eq!(of_tap(report, false).unwrap().failed, 1);
        assert!(of_tap("", true).is_err());
    }

    #[test]
    fn patterns_are_literal() {
        assert_eq!(pattern("a (b)"), r"a \(b\)");
    }
}
