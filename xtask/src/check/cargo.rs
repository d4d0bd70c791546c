//! rustfmt, clippy and rustdoc.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::run;
use crate::workspace::Workspace;

/// rustup fetches a few megabytes.
const COMPONENT_LIMIT: Duration = Duration::from_secs(120);

pub(super) fn rustfmt(workspace: &Workspace) -> Result<()> {
    tool(workspace, "fmt", "rustfmt", &["--all", "--check"])
}

pub(super) fn clippy(workspace: &Workspace) -> Result<()> {
    tool(workspace, "clippy", "clippy", &["--workspace", "--all-targets", "--", "-D", "warnings"])?;
    let with_tls = ["--package=centaurus-client", "--features=rustls", "--all-targets", "--", "-D", "warnings"];
    tool(workspace, "clippy", "clippy", &with_tls)
}

pub(super) fn rustdoc(workspace: &Workspace) -> Result<()> {
    let mut cargo = workspace.cargo();
    run::run(cargo.args(["doc", "--quiet", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))
}

fn tool(workspace: &Workspace, tool: &str, component: &str, arguments: &[&str]) -> Result<()> {
    if run::output(workspace.cargo().args([tool, "--version"])).is_err() && run::on_path("rustup").is_some() {
        println!("rustup component add {component}");
        run::succeeds_within(Command::new("rustup").args(["component", "add", component]), COMPONENT_LIMIT)?;
    }
    run::run(workspace.cargo().arg(tool).args(arguments))
        .with_context(|| format!("if cargo {tool} is missing: rustup component add {component}"))
}
