//! The TypeScript, bundled by esbuild with the glue that wasm-bindgen wrote (found by the `paths` of tsconfig.json), and
//! made small by terser, which leaves 2 % less than esbuild's own minifier.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::node::Node;
use crate::run;
use crate::workspace::Workspace;

/// One script of the package.
struct Script {
    source: &'static str,
    /// The file in `pkg/`.
    file: &'static str,
    format: &'static str,
    /// It calls the proxy.
    proxy: bool,
    /// What esbuild is told beyond that.
    flags: &'static [&'static str],
}

/// The modules of the runtime itself stay imports.
const NODE: &str = "--platform=node";

/// A script that is not made small: Vite would make an address of its content (`data:`), from which a policy that names
/// origins lets nobody import. It does so below 4 kB.
const LARGE: &str = "--banner:js=/*! Not made small: bundlers put smaller files into addresses (data:), from which a Content Security Policy lets nobody import. */";

const SCRIPTS: &[Script] = &[
    Script { source: "src/face/index.ts", file: super::package::ENTRY, format: "esm", proxy: true, flags: &[] },
    Script { source: "src/face/global.ts", file: super::package::GLOBAL, format: "iife", proxy: true, flags: &[] },
    Script {
        source: "src/face/conversation.ts",
        file: super::package::SOCKET,
        format: "esm",
        proxy: false,
        flags: &[],
    },
    Script { source: "src/face/extras.ts", file: super::package::EXTRAS, format: "esm", proxy: false, flags: &[LARGE] },
    Script {
        source: "worker/runtime/script.ts",
        file: super::package::WORKER,
        format: "iife",
        proxy: false,
        flags: &[],
    },
    Script {
        source: "worker/runtime/expose.ts",
        file: super::package::WORKER_MODULE,
        format: "esm",
        proxy: false,
        // What names it are the files that the glue would load by itself, and that a bundler would look for.
        flags: &["--define:import.meta.url=undefined"],
    },
    Script {
        source: "src/node/index.ts",
        file: super::package::NODE,
        format: "esm",
        proxy: true,
        flags: &[NODE, "--inject:src/node/globals.ts"],
    },
    Script {
        source: "src/node/index.ts",
        file: super::package::NODE_CLASSIC,
        format: "cjs",
        proxy: true,
        flags: &[
            NODE,
            "--inject:src/node/globals.ts",
            "--inject:src/node/cjs.ts",
            "--define:import.meta.url=importMetaUrl",
        ],
    },
    Script {
        source: "src/node/scope.ts",
        file: super::package::NODE_WORKER,
        format: "esm",
        proxy: false,
        flags: &[NODE],
    },
    Script { source: "src/keeper/index.ts", file: super::package::KEEPER, format: "esm", proxy: false, flags: &[] },
    Script {
        source: "src/keeper/worker.ts",
        file: super::package::KEEPER_WORKER,
        format: "esm",
        proxy: false,
        flags: &[LARGE],
    },
    Script {
        source: "src/keeper/service-worker/main.ts",
        file: super::package::KEEPER_SERVICE_WORKER,
        format: "iife",
        proxy: false,
        flags: &[],
    },
];

const THREADS: Script = Script {
    source: "target/wasm/bindgen/threads/centaurus_threads.js",
    file: super::package::THREADS,
    format: "esm",
    proxy: false,
    // wasm-bindgen-rayon starts each thread in a way that wasm-bindgen warns of.
    flags: &["--drop:console"],
};

/// The three engines of the tests; all know this edition.
const TARGET: &str = "--target=es2022";

/// How terser leaves a script that is to stay large.
const READABLE: [&str; 4] = ["--comments", "all", "--format", "beautify=true"];

/// What terser may do beyond its defaults. Nothing looks at how many parameters a function of ours has.
const COMPRESS: &str = "passes=3,ecma=2022,keep_fargs=false,hoist_funs=true";

/// What bundlers are told of an import stays.
const COMMENTS: &str = "/webpackIgnore|@vite-ignore/";

/// `names` is where esbuild finds the names of the proxy's exports, if they were made short.
pub(crate) fn bundle(workspace: &Workspace, node: &Node, names: Option<&Path>) -> Result<()> {
    SCRIPTS.iter().try_for_each(|script| make(workspace, node, script, names))
}

/// The glue of the threads. Theirs is one file, which each of them begins with too.
pub(crate) fn threads(workspace: &Workspace, node: &Node) -> Result<()> {
    make(workspace, node, &THREADS, None)
}

fn make(workspace: &Workspace, node: &Node, script: &Script, names: Option<&Path>) -> Result<()> {
    let bundled = workspace.wasm().join("bundle").join(script.file);
    let mut esbuild = node.esbuild()?;
    esbuild
        .arg(script.source)
        .args(["--bundle", "--sourcemap=external", "--charset=utf8", "--log-level=warning", TARGET])
        .arg(format!("--format={}", script.format))
        .args(script.flags)
        .arg(format!("--outfile={}", bundled.display()));
    if script.format == "iife" {
        // A classic script has no import.meta; what still names it lies on paths that classic scripts never take.
        esbuild.arg("--define:import.meta.url=undefined");
    }
    if let Some(names) = names.filter(|_| script.proxy) {
        esbuild
            .arg(format!("--mangle-props={}", super::names::PROPERTIES))
            .arg(format!("--mangle-cache={}", names.display()));
    }
    run::run(&mut esbuild)?;
    minify(workspace, node, script, &bundled)
}

fn minify(workspace: &Workspace, node: &Node, script: &Script, bundled: &Path) -> Result<()> {
    let map = format!("content='{}.map',url='{}.map'", bundled.display(), script.file);
    let mut terser = node.tool("terser");
    terser.arg(bundled).args(["--ecma=2022", "--source-map", &map]);
    if script.flags.contains(&LARGE) {
        terser.args(READABLE);
    } else {
        terser.args(["--mangle", "--comments", COMMENTS, "--compress", COMPRESS]);
    }
    terser.arg("--output").arg(workspace.pkg().join(script.file));
    if script.format == "esm" {
        terser.arg("--module");
    }
    run::run(&mut terser)?;
    name_sources(&workspace.pkg().join(format!("{}.map", script.file)))
}

/// Where developer tools file the sources of the package, whose content is in the map itself.
const SOURCES: &str = "webpack://centaurus/";

/// Names the sources by their place in the repository: relative to the package they would lie anywhere.
fn name_sources(map: &Path) -> Result<()> {
    let text = fs::read_to_string(map).with_context(|| format!("cannot read {}", map.display()))?;
    let mut parsed: Value = serde_json::from_str(&text)?;
    for source in parsed["sources"].as_array_mut().context("the map has no sources")? {
        let path = source.as_str().context("a source has no name")?;
        *source = format!("{SOURCES}{}", path.trim_start_matches("../")).into();
    }
    fs::write(map, serde_json::to_string(&parsed)?).with_context(|| format!("cannot write {}", map.display()))
}
