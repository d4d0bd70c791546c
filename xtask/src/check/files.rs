//! The files of the repository: those that git knows, or would if they were added.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::run;
use crate::workspace::Workspace;

/// Their paths below the root, with slashes, sorted. Not those that have been deleted and not committed yet.
pub(super) fn of_repository(workspace: &Workspace) -> Result<Vec<String>> {
    let mut git = Command::new("git");
    git.current_dir(workspace.root()).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = run::output(&mut git).context("git is asked which files belong to the project")?;
    let mut files: Vec<String> = listed.split_terminator('\0').map(str::to_owned).collect();
    files.retain(|file| workspace.path(file).is_file());
    files.sort();
    files.dedup();
    if files.is_empty() {
        bail!("git lists no files in {}", workspace.root().display());
    }
    Ok(files)
}

/// Fails with all that was found, a line each.
pub(super) fn none(found: &[String]) -> Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    bail!("{}\n{}", found.len(), found.iter().map(|line| format!("        {line}")).collect::<Vec<_>>().join("\n"));
}
