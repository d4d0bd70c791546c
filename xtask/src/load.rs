//! `cargo xtask load`: opens thousands of sockets on a server of its own and prints what each costs.

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{run, socket_server};

pub(crate) fn load(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    // It starts the server that lies beside it.
    socket_server::build(workspace)?;
    run::run(socket_server::cargo(workspace, "run").args(["--bin", "centaurus-load", "--"]).args(arguments))
}
