//! Dependencies that no source of their package names. A tool of its own would take longer to install than all other
//! checks take to run, and looks for the same.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::files;
use super::manifests::{self, Dependency, Package};
use crate::workspace::Workspace;

pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let mut unused = Vec::new();
    for package in manifests::own(workspace)? {
        let words = Words::of(&package)?;
        for dependency in &package.dependencies {
            if let Some(fault) = words.fault(dependency) {
                unused.push(format!("{}: {} {fault}", package.name, dependency.name));
            }
        }
    }
    files::none(&unused).context("dependencies that are not used")
}

/// The identifiers in a package's sources.
#[derive(Debug, Default)]
struct Words {
    /// In libraries and programs.
    shipped: HashSet<String>,
    /// In tests, examples and benches, and in the examples of documentation.
    tests: HashSet<String>,
    build_script: HashSet<String>,
}

impl Words {
    fn of(package: &Package) -> Result<Self> {
        let mut words = Self::default();
        for target in &package.targets {
            let source = target.src_path.as_path();
            if target.kind.iter().any(|kind| kind == "custom-build") {
                words.build_script.extend(identifiers(&read(source)?, Lines::Code));
                continue;
            }
            let folder = source.parent().unwrap_or(source);
            let shipped = target.kind.iter().any(|kind| kind.ends_with("lib") || kind == "bin" || kind == "proc-macro");
            for (file, text) in texts(folder)? {
                for page in pages(&text) {
                    words.tests.extend(identifiers(&read(&file.with_file_name(page))?, Lines::All));
                }
                words.tests.extend(identifiers(&text, Lines::All));
                if shipped {
                    words.shipped.extend(identifiers(&text, Lines::Code));
                }
            }
        }
        Ok(words)
    }

    fn fault(&self, dependency: &Dependency) -> Option<&'static str> {
        let name = dependency.rename.as_ref().unwrap_or(&dependency.name).replace('-', "_");
        match dependency.kind.as_deref() {
            Some("dev") => (!self.tests.contains(&name)).then_some("is used by no test"),
            Some("build") => (!self.build_script.contains(&name)).then_some("is not used by the build script"),
            _ if self.shipped.contains(&name) => None,
            _ if self.tests.contains(&name) => Some("is used by tests alone: it belongs to [dev-dependencies]"),
            _ => Some("is not used"),
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Lines {
    All,
    /// Without comments, which mention what they please.
    Code,
}

fn identifiers(text: &str, lines: Lines) -> impl Iterator<Item = String> {
    let code = text.lines().filter(move |line| lines == Lines::All || !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_')).map(str::to_owned)
}

/// The pages of Markdown that a source takes over as documentation: their examples are tests.
fn pages(text: &str) -> impl Iterator<Item = &str> {
    let included = text.split("include_str!(\"").skip(1).filter_map(|rest| rest.split('"').next());
    included.filter(|page| page.ends_with(".md"))
}

/// The Rust files in a folder, at any depth, and what is in them.
fn texts(folder: &Path) -> Result<Vec<(PathBuf, String)>> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            texts.extend(self::texts(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = read(&path)?;
            texts.push((path, text));
        }
    }
    Ok(texts)
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(kind: Option<&str>, shipped: &str, tests: &str) -> Option<&'static str> {
        let words = Words {
            shipped: identifiers(shipped, Lines::Code).collect(),
            tests: identifiers(tests, Lines::All).collect(),
            build_script: HashSet::new(),
        };
        let kind = kind.map(str::to_owned);
        words.fault(&Dependency { name: "a-b".into(), rename: None, kind, req: "1".into(), path: None })
    }

    #[test]
    fn a_dependency_is_used_where_code_names_it() {
        assert_eq!(fault(None, "use a_b::C;", ""), None);
        assert_eq!(fault(Some("dev"), "", "/// use a_b::C;"), None);
    }

    #[test]
    fn pages_that_are_documentation_are_found() {
        let source = "#[doc = include_str!(\"../README.md\")]\nconst A: &str = include_str!(\"a.ts\");";
        assert_eq!(pages(source).collect::<Vec<_>>(), ["../README.md"]);
    }

    #[test]
    fn a_comment_or_a_longer_name_is_no_use() {
        assert!(fault(None, "// a_b\nuse a_bc::D;", "").is_some());
        assert!(fault(None, "", "a_b::f()").is_some());
        assert!(fault(Some("dev"), "", "a_bc::f()").is_some());
        assert!(fault(Some("build"), "a_b::f()", "a_b::f()").is_some());
    }
}
