//! `cargo xtask demo`: builds what the playground needs and serves it.

use std::process::Command;

use anyhow::Result;

use crate::build::{self, Profile};
use crate::node::Node;
use crate::run;
use crate::workspace::Workspace;

pub(crate) fn demo(workspace: &Workspace, port: u16) -> Result<()> {
    build::build(workspace, Profile::Release)?;
    build::rust::DEMO.build(workspace)?;
    if let Err(error) = build::rust::PARALLEL.build(workspace) {
        // It wants what only sources of the standard library give; the playground is whole without it.
        println!("/rust-parallel/ is left out: {error:#}");
    }
    prepare(&Node::ready(workspace)?)?;
    let mut server = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    server
        .current_dir(workspace.root())
        .args(["run", "--quiet", "--package", "centaurus-server", "--"])
        .args(["--log", "warn", "--port", &port.to_string(), "--root"])
        .arg(workspace.root());
    run::run(&mut server)
}

/// Writes the cities and the scripts of others that the page, the tests and the benches load.
pub(crate) fn prepare(node: &Node) -> Result<()> {
    run::run(node.command().arg("demo/prepare.mjs"))
}
