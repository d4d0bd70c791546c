//! The TypeScript compiler as a checker.

use anyhow::Result;

use crate::node::Node;
use crate::run;
use crate::workspace::Workspace;

pub(super) fn check(workspace: &Workspace, project: &str) -> Result<()> {
    let node = Node::ready(workspace)?;
    run::run(node.tool("tsc").args(["--noEmit", "--project", project]))
}
