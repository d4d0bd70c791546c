//! The Dockerfile, which nothing here builds: a linter reads it, and what it names of the repository must be there.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{files, python_tools};
use crate::run;
use crate::workspace::Workspace;

const DOCKERFILE: &str = "Dockerfile";
const IGNORED: &str = ".dockerignore";
/// Where the names of the server's settings are.
const SERVER: &str = "crates/server/src/main.rs";
const SETTING: &str = "CENTAURUS_";

pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let read = |file: &str| fs::read_to_string(workspace.path(file)).with_context(|| format!("cannot read {file}"));
    let dockerfile = read(DOCKERFILE)?;
    let left_out = read(IGNORED)?;
    let mut faults = unknown_settings(&dockerfile, &read(SERVER)?);
    // What is copied whole is the repository, without what is left out of it.
    let missing = |source: &&str| !workspace.path(source).exists() || left_out.lines().any(|line| line == *source);
    faults.extend(sources(&dockerfile).filter(missing).map(|source| format!("{source} cannot be copied")));
    faults.extend(commands(&dockerfile, workspace));
    files::none(&faults).context(DOCKERFILE)?;
    let hadolint = python_tools::find(workspace, "hadolint")?;
    run::run(Command::new(hadolint).current_dir(workspace.root()).arg(DOCKERFILE))
}

/// Settings that the server does not know.
fn unknown_settings(dockerfile: &str, server: &str) -> Vec<String> {
    let words = dockerfile.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let settings = words.filter(|word| word.starts_with(SETTING));
    let unknown = settings.filter(|name| !server.contains(&format!("env = \"{name}\"")));
    unknown.map(|name| format!("the server has no setting {name}")).collect()
}

/// What is copied from the repository, not from another stage.
fn sources(dockerfile: &str) -> impl Iterator<Item = &str> {
    let copies = dockerfile.lines().filter_map(|line| line.strip_prefix("COPY "));
    copies.filter(|rest| !rest.starts_with("--from")).flat_map(|rest| {
        let mut words: Vec<_> = rest.split_whitespace().filter(|word| !word.starts_with("--")).collect();
        words.pop();
        words
    })
}

/// Packages and scripts that its commands name and that are not there.
fn commands(dockerfile: &str, workspace: &Workspace) -> Vec<String> {
    let words: Vec<_> = dockerfile.split_whitespace().collect();
    let after =
        |word: &str| words.windows(2).filter(move |pair| pair[0] == word).map(|pair| pair[1]).collect::<Vec<_>>();
    let packages = after("--package").into_iter().map(|name| {
        let folder = name.strip_prefix("centaurus-").unwrap_or(name);
        (name, format!("crates/{folder}/Cargo.toml"))
    });
    let scripts = after("node").into_iter().filter(|name| name.ends_with(".mjs")).map(|name| (name, name.to_owned()));
    let missing = packages.chain(scripts).filter(|(_, file)| !workspace.path(file).exists());
    missing.map(|(name, _)| format!("there is no {name}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_the_server_does_not_know_is_named() {
        let server = r#"#[arg(env = "CENTAURUS_PORT")]"#;
        let dockerfile = "ENV CENTAURUS_PORT=1 \\\n  CENTAURUS_PROT=2\n";
        assert_eq!(unknown_settings(dockerfile, server), ["the server has no setting CENTAURUS_PROT"]);
    }

    #[test]
    fn sources_are_those_of_the_repository() {
        let dockerfile = "COPY --from=a /x /y\nCOPY a b /z/\nCOPY --chown=1 c .\n";
        assert_eq!(sources(dockerfile).collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[test]
    fn packages_and_scripts_that_are_not_there_are_named() {
        let dockerfile = "RUN cargo build --package centaurus-serve \\\n && node demo/prepare.mjs && node demo/no.mjs";
        assert_eq!(
            commands(dockerfile, &Workspace::here()),
            ["there is no centaurus-serve", "there is no demo/no.mjs"]
        );
    }
}
