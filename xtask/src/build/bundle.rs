//! The TypeScript, bundled by esbuild with the glue that wasm-bindgen wrote (found by the `paths` of tsconfig.json).

use anyhow::Result;

use crate::node::Node;
use crate::run;
use crate::workspace::Workspace;

/// One script of the package.
struct Script {
    source: &'static str,
    /// The file in `pkg/`.
    file: &'static str,
    format: &'static str,
}

const SCRIPTS: &[Script] = &[
    Script { source: "src/face/index.ts", file: super::package::ENTRY, format: "esm" },
    Script { source: "src/face/global.ts", file: super::package::GLOBAL, format: "iife" },
    Script { source: "worker/runtime/main.ts", file: super::package::WORKER, format: "iife" },
];

/// The three engines of the tests; all know this edition.
const TARGET: &str = "--target=es2022";

pub(crate) fn bundle(workspace: &Workspace, node: &Node) -> Result<()> {
    for script in SCRIPTS {
        let mut esbuild = node.esbuild()?;
        esbuild
            .arg(script.source)
            .args(["--bundle", "--minify", "--sourcemap", "--charset=utf8", "--log-level=warning", TARGET])
            .arg(format!("--format={}", script.format))
            .arg(format!("--outfile={}", workspace.pkg().join(script.file).display()));
        if script.format == "iife" {
            // A classic script has no import.meta; what still names it lies on paths that classic scripts never take.
            esbuild.arg("--define:import.meta.url=undefined");
        }
        run::run(&mut esbuild)?;
    }
    Ok(())
}
