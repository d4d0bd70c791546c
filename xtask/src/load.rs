//! `cargo xtask load`: opens thousands of sockets on a server of its own and prints what each costs.

use std::process::Command;

use anyhow::Result;

use crate::run;
use crate::workspace::Workspace;

pub(crate) fn load(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let cargo = |task: &[&str]| {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(workspace.root()).args(task).args(["--release", "--quiet", "--package", "centaurus-server"]);
        cargo
    };
    // It starts the server that lies beside it.
    run::run(&mut cargo(&["build"]))?;
    run::run(cargo(&["run"]).args(["--bin", "centaurus-load", "--"]).args(arguments))
}
