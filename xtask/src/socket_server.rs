//! The server of sockets as it is shipped: a server without optimisation would be what a bench measures.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::process_group::ProcessGroup;
use crate::run;
use crate::workspace::Workspace;

const PACKAGE: &str = "centaurus-server";

/// Builds its programs with optimisation.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    run::run(&mut cargo(workspace, "build"))
}

/// A task of cargo's with one of its programs, optimised.
pub(crate) fn cargo(workspace: &Workspace, task: &str) -> Command {
    let mut cargo = workspace.cargo();
    cargo.args([task, "--release", "--quiet", "--package", PACKAGE]);
    cargo
}

/// Runs until dropped.
#[derive(Debug)]
pub(crate) struct SocketServer {
    origin: String,
    _process: ProcessGroup,
}

impl SocketServer {
    /// Starts what [`build`] has built, on a free port.
    pub(crate) async fn start(workspace: &Workspace) -> Result<Self> {
        let mut command = tokio::process::Command::from(cargo(workspace, "run"));
        command
            .args(["--bin", PACKAGE, "--"])
            .args(["--sockets-only", "--port=0", "--log=warn"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut process = ProcessGroup::spawn(&mut command).context("cannot start the server of sockets")?;
        let said = process.child().stdout.take().context("the server of sockets has no output")?;
        let line = BufReader::new(said).lines().next_line().await?.context("the server of sockets did not start")?;
        Ok(Self { origin: line.trim().trim_end_matches('/').to_owned(), _process: process })
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }
}
