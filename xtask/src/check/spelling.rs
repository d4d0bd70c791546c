//! Words that are commonly misspelt. Those that are meant are in `_typos.toml`.

use std::process::Command;

use anyhow::Result;

use super::python_tools;
use crate::run;
use crate::workspace::Workspace;

pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let typos = python_tools::find(workspace, "typos")?;
    run::run(Command::new(typos).current_dir(workspace.root()).args(["--format", "brief"]))
}
