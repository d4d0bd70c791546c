//! No file of the repository names a folder of somebody's machine.

use std::fs;

use anyhow::{Context as _, Result};

use super::files;
use crate::workspace::Workspace;

/// Where homes lie. What follows one is a name, so that `/home/` by itself, as a test may look for it, is fine.
const HOMES: &[&str] = &["/home/", "/Users/", "C:\\Users\\", "/root/"];

pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let here = workspace.root().display().to_string();
    let mut found = Vec::new();
    for file in files::of_repository(workspace)? {
        let bytes = fs::read(workspace.path(&file)).with_context(|| format!("cannot read {file}"))?;
        for (number, line) in String::from_utf8_lossy(&bytes).lines().enumerate() {
            if let Some(path) = named(line, &here) {
                found.push(format!("{file}:{}: {path}", number + 1));
            }
        }
    }
    files::none(&found).context("paths of a machine")
}

/// The first path in the line that only one machine has.
fn named<'a>(line: &'a str, here: &'a str) -> Option<&'a str> {
    if line.contains(here) {
        return Some(here);
    }
    HOMES.iter().find_map(|home| {
        let at = line.find(home)?;
        // An address on the web has the like, and so has a longer path, such as one below `demo`.
        let alone = !line[..at].ends_with(|c: char| c.is_alphanumeric() || "./_-}]|)".contains(c));
        let rest = &line[at + home.len()..];
        let named = rest.starts_with(|c: char| c.is_alphanumeric() || c == '.' || c == '_');
        (alone && named)
            .then(|| &line[at..at + home.len() + rest.find(|c: char| "/\\\"' `".contains(c)).unwrap_or(rest.len())])
    })
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn finds_homes_and_this_checkout() {
        let home = ["/ho", "me/"].concat();
        assert_eq!(named(&format!("see {home}ann/x.rs"), "/srv/c"), Some(&*format!("{home}ann")));
        assert_eq!(named("see /srv/c/x.rs", "/srv/c"), Some("/srv/c"));
    }

    #[test]
    fn passes_what_is_no_path_of_a_machine() {
        for line in ["https://x.org/home/ann", "a pattern: /home/", "demo/home/x", "/homestead/x"] {
            assert_eq!(named(line, "/srv/c"), None, "{line}");
        }
    }
}
