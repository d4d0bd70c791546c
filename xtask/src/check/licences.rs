//! What the project stands on may be used as the project is, and comes from where it should.
//!
//! Known vulnerabilities are not looked up here: their database is on the network, and changes without the project.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use spdx::{Expression, ParseMode};

use super::{files, manifests};
use crate::workspace::Workspace;

/// Licences that let a work under MIT or Apache-2.0 carry the code.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "NCSA",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];
/// And those of tools that nothing of is shipped: their terms hold for the tool's own files.
const ALLOWED_FOR_TOOLS: &[&str] = &["BlueOak-1.0.0", "CC-BY-4.0", "MPL-2.0"];

/// The tools of the build and tests, and the bundlers that the package is tried with.
const NPM_LOCKS: &[&str] = &["package-lock.json", "tests/packaging/package-lock.json"];

/// As cargo calls crates.io.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let mut faults = Vec::new();
    for package in manifests::all(workspace)? {
        let name = format!("{} {}", package.name, package.version);
        let Some(source) = package.source else {
            // Only of our own: what others ask for is theirs, and the lock file says what they get.
            let asked = package.dependencies.iter().filter(|wanted| wanted.req == "*" && wanted.path.is_none());
            faults.extend(asked.map(|wanted| format!("{name}: takes any version of {}", wanted.name)));
            continue;
        };
        faults.extend(licence_fault(package.license.as_deref(), ALLOWED).map(|fault| format!("{name}: {fault}")));
        if source != CRATES_IO {
            faults.push(format!("{name}: comes from {source}"));
        }
    }
    for lock in NPM_LOCKS {
        faults.extend(npm_faults(lock, &fs::read_to_string(workspace.path(lock))?)?);
    }
    faults.dedup();
    files::none(&faults).context("dependencies that the project cannot stand on")
}

/// What is wrong with a licence, given as an SPDX expression.
fn licence_fault(licence: Option<&str>, allowed: &[&str]) -> Option<String> {
    let Some(text) = licence else { return Some("names no licence".to_owned()) };
    // Older manifests separate alternatives by a slash.
    let Ok(expression) = Expression::parse_mode(text, ParseMode::LAX) else {
        return Some(format!("its licence is not an SPDX expression: {text}"));
    };
    let fine = expression.evaluate(|term| term.license.id().is_some_and(|id| allowed.contains(&id.name)));
    (!fine).then(|| format!("is under {text}"))
}

#[derive(Debug, Deserialize)]
struct Lock {
    packages: BTreeMap<String, Locked>,
}

#[derive(Debug, Deserialize)]
struct Locked {
    license: Option<String>,
    integrity: Option<String>,
}

/// The packages of npm are tools, peers and data, and none is shipped.
fn npm_faults(file: &str, text: &str) -> Result<Vec<String>> {
    let lock: Lock = serde_json::from_str(text).with_context(|| file.to_owned())?;
    let allowed = [ALLOWED, ALLOWED_FOR_TOOLS].concat();
    let mut faults = Vec::new();
    for (path, package) in &lock.packages {
        // The first is the project itself.
        let Some(name) = path.strip_prefix("node_modules/") else { continue };
        faults.extend(
            licence_fault(package.license.as_deref(), &allowed).map(|fault| format!("{file}: {name}: {fault}")),
        );
        if package.integrity.is_none() {
            faults.push(format!("{file}: {name}: is locked without the digest of its files"));
        }
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_alternatives_one_must_be_allowed_and_of_a_list_all() {
        for fine in ["MIT", "MIT OR GPL-3.0-only", "MIT/Apache-2.0", "(Apache-2.0 OR MIT) AND BSD-3-Clause"] {
            assert_eq!(licence_fault(Some(fine), ALLOWED), None, "{fine}");
        }
        for bad in ["GPL-3.0-only", "MIT AND GPL-3.0-only", "MPL-2.0", "SEE LICENSE IN x"] {
            assert!(licence_fault(Some(bad), ALLOWED).is_some(), "{bad}");
        }
        assert!(licence_fault(None, ALLOWED).is_some());
    }

    #[test]
    fn a_package_of_npm_wants_a_licence_and_a_digest() {
        let lock = r#"{ "packages": {
            "": {},
            "node_modules/a": { "license": "MIT", "integrity": "sha512-x" },
            "node_modules/b": { "license": "AGPL-3.0-only" }
        } }"#;
        let faults = npm_faults("l", lock).unwrap();
        assert_eq!(faults, ["l: b: is under AGPL-3.0-only", "l: b: is locked without the digest of its files"]);
    }
}
