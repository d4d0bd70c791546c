//! `cargo xtask check`: what can be said of the project without running it. Nothing here asks the network for more
//! than a tool that is missing.

mod cargo;
mod container;
mod files;
mod licences;
mod links;
mod machine_paths;
mod manifests;
mod python_tools;
mod spelling;
mod types;
mod unused;

use anyhow::Result;

use crate::build;
use crate::workspace::Workspace;

/// Something that either holds or does not. The error says what does not, and where.
pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&Workspace) -> Result<()>,
}

/// Those that need nothing built. What takes a second comes before what compiles.
pub(crate) const OF_SOURCES: &[Check] = &[
    Check { name: "rustfmt", run: cargo::rustfmt },
    Check { name: "links", run: links::check },
    Check { name: "spelling", run: spelling::check },
    Check { name: "Dockerfile", run: container::check },
    Check { name: "paths of a machine", run: machine_paths::check },
    Check { name: "licences and sources of dependencies", run: licences::check },
    Check { name: "unused dependencies", run: unused::check },
    Check { name: "clippy", run: cargo::clippy },
    Check { name: "rustdoc", run: cargo::rustdoc },
];

/// Those that look at what the build has made.
pub(crate) const OF_THE_BUILD: &[Check] = &[
    Check { name: "sizes", run: build::check_sizes },
    Check { name: "tsc src/face", run: |workspace| types::check(workspace, "src/face") },
    Check { name: "tsc src/node", run: |workspace| types::check(workspace, "src/node") },
    Check { name: "tsc src/keeper", run: |workspace| types::check(workspace, "src/keeper") },
    Check {
        name: "tsc src/keeper/service-worker",
        run: |workspace| types::check(workspace, "src/keeper/service-worker"),
    },
    Check { name: "tsc worker/runtime", run: |workspace| types::check(workspace, "worker/runtime") },
    Check { name: "tsc tests/types", run: |workspace| types::check(workspace, "tests/types") },
    Check { name: "tsc tests/types/node", run: |workspace| types::check(workspace, "tests/types/node") },
];
