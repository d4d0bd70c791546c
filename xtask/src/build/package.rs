//! What is in the npm package, and its manifest.

use std::fs;

use anyhow::{Context as _, Result};
use serde_json::{Map, Value, json};

use super::readme;
use crate::workspace::Workspace;

pub(crate) const ENTRY: &str = "centaurus.js";
pub(crate) const GLOBAL: &str = "centaurus.global.js";
pub(crate) const WORKER: &str = "centaurus.worker.js";
/// The same as a module, for workers that a program makes of its own.
pub(crate) const WORKER_MODULE: &str = "centaurus.worker.mjs";
/// The entry for runtimes of servers, the same for `require`, and what their threads run first.
pub(crate) const NODE: &str = "centaurus.node.js";
pub(crate) const NODE_CLASSIC: &str = "centaurus.node.cjs";
pub(crate) const NODE_WORKER: &str = "centaurus.node.worker.mjs";
pub(crate) const PROXY_WASM: &str = "centaurus.wasm";
pub(crate) const WORKER_WASM: &str = "centaurus.worker.wasm";
/// The same for engines with SIMD, faster.
pub(crate) const WORKER_SIMD_WASM: &str = "centaurus.worker.simd.wasm";
pub(crate) const DIGEST_WASM: &str = "centaurus.digest.wasm";
pub(crate) const DIGEST_SIMD_WASM: &str = "centaurus.digest.simd.wasm";
pub(crate) const PROTOBUF_WASM: &str = "centaurus.protobuf.wasm";
/// What a page says to the worker of its sockets, loaded with the first of them.
pub(crate) const SOCKET: &str = "centaurus.socket.js";
/// What finds out why a file could not be loaded, loaded when one could not.
pub(crate) const EXTRAS: &str = "centaurus.extras.js";
pub(crate) const SOCKET_WASM: &str = "centaurus.socket.wasm";
pub(crate) const STORAGE_WASM: &str = "centaurus.storage.wasm";
/// What several threads compute, and its glue: of an isolated page, and only where they could be built.
pub(crate) const THREADS: &str = "centaurus.threads.js";
pub(crate) const THREADS_WASM: &str = "centaurus.threads.wasm";
/// What keeps a document's images, what its pool's workers run, and its service worker: of pages that ask for them.
pub(crate) const KEEPER: &str = "centaurus.keeper.js";
pub(crate) const KEEPER_WORKER: &str = "centaurus.keeper-worker.js";
pub(crate) const KEEPER_SERVICE_WORKER: &str = "centaurus.keeper-sw.js";
const TYPES: &str = "centaurus.d.ts";
const TYPES_SOURCE: &str = "src/centaurus.d.ts";
/// The same for CommonJS modules, which TypeScript tells by the name.
const CLASSIC_TYPES: &str = "centaurus.d.cts";
const WORKER_TYPES: &str = "centaurus.worker.d.ts";
const KEEPER_TYPES: &str = "centaurus.keeper.d.ts";
const GLOBAL_TYPES: &str = "centaurus.global.d.ts";
const README: &str = "README.md";

/// A file of the package that the build makes. **A new one is entered here**, and in nothing else of this module.
struct Made {
    file: &'static str,
    /// The name by which it can be imported, if anybody is to.
    export: Option<&'static str>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An ES module of functions and classes alone.
    Module,
    /// A script that is there for what it does.
    Script,
    Wasm,
}

const MADE: &[Made] = &[
    Made { file: ENTRY, export: Some("."), kind: Kind::Module },
    Made { file: GLOBAL, export: Some("./global"), kind: Kind::Script },
    Made { file: WORKER, export: Some("./worker.js"), kind: Kind::Script },
    Made { file: WORKER_MODULE, export: Some("./worker"), kind: Kind::Module },
    Made { file: NODE, export: Some("./node"), kind: Kind::Module },
    Made { file: NODE_CLASSIC, export: None, kind: Kind::Module },
    Made { file: NODE_WORKER, export: None, kind: Kind::Script },
    Made { file: THREADS, export: None, kind: Kind::Module },
    Made { file: THREADS_WASM, export: None, kind: Kind::Wasm },
    Made { file: PROXY_WASM, export: Some("./wasm"), kind: Kind::Wasm },
    Made { file: WORKER_WASM, export: Some("./worker.wasm"), kind: Kind::Wasm },
    Made { file: WORKER_SIMD_WASM, export: Some("./worker.simd.wasm"), kind: Kind::Wasm },
    Made { file: DIGEST_WASM, export: Some("./digest.wasm"), kind: Kind::Wasm },
    Made { file: DIGEST_SIMD_WASM, export: Some("./digest.simd.wasm"), kind: Kind::Wasm },
    Made { file: PROTOBUF_WASM, export: Some("./protobuf.wasm"), kind: Kind::Wasm },
    Made { file: SOCKET, export: Some("./socket"), kind: Kind::Module },
    Made { file: EXTRAS, export: Some("./extras"), kind: Kind::Module },
    Made { file: SOCKET_WASM, export: Some("./socket.wasm"), kind: Kind::Wasm },
    Made { file: STORAGE_WASM, export: Some("./storage.wasm"), kind: Kind::Wasm },
    Made { file: KEEPER, export: Some("./keeper"), kind: Kind::Module },
    Made { file: KEEPER_WORKER, export: Some("./keeper-worker"), kind: Kind::Module },
    Made { file: KEEPER_SERVICE_WORKER, export: Some("./keeper-sw"), kind: Kind::Script },
];

/// The types of what can be imported, by the name of the import.
const TYPED: &[(&str, &str)] = &[
    (".", TYPES),
    ("./node", TYPES),
    ("./worker", WORKER_TYPES),
    ("./global", GLOBAL_TYPES),
    ("./keeper", KEEPER_TYPES),
];

/// Files taken over as they are: where from, and their name in the package.
const COPIED: &[(&str, &str)] = &[
    (TYPES_SOURCE, TYPES),
    ("src/centaurus.worker.d.ts", WORKER_TYPES),
    ("src/centaurus.global.d.ts", GLOBAL_TYPES),
    ("src/centaurus.keeper.d.ts", KEEPER_TYPES),
    ("LICENSE-MIT", "LICENSE-MIT"),
    ("LICENSE-APACHE", "LICENSE-APACHE"),
];

pub(crate) fn write(workspace: &Workspace) -> Result<()> {
    for (from, to) in COPIED {
        super::copy(&workspace.path(from), &workspace.pkg().join(to))?;
    }
    let types = fs::read_to_string(workspace.path(TYPES_SOURCE)).context("cannot read the types")?;
    // What a CommonJS module requires has no default, but properties.
    fs::write(workspace.pkg().join(CLASSIC_TYPES), types.replace("\nexport default Centaurus;\n", "\n"))?;
    let text = fs::read_to_string(workspace.path(README)).context("cannot read the README")?;
    let text = readme::for_package(&text, env!("CARGO_PKG_REPOSITORY"), &files());
    fs::write(workspace.pkg().join(README), text)?;
    let mut manifest = serde_json::to_string_pretty(&manifest())?;
    manifest.push('\n');
    fs::write(workspace.pkg().join("package.json"), manifest)?;
    Ok(())
}

/// The names of all files in the package but the manifest.
fn files() -> Vec<String> {
    let mut files = Vec::new();
    for made in MADE {
        files.push(made.file.to_owned());
        if made.kind != Kind::Wasm {
            files.push(format!("{}.map", made.file));
        }
    }
    files.extend(COPIED.iter().map(|&(_, to)| to.to_owned()));
    files.push(CLASSIC_TYPES.to_owned());
    files.push(README.to_owned());
    files
}

/// The manifest: no dependencies, no scripts. All packages of the workspace have one version.
fn manifest() -> Value {
    // A script that is loaded when needed says by a global where it is, for who takes its export away.
    let scripts = MADE
        .iter()
        .filter(|made| made.kind == Kind::Script || [SOCKET, EXTRAS].contains(&made.file))
        .map(|made| path(made.file));
    json!({
        "name": "centaurus",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Takes work off a web page's main thread: a pool of workers behind promises",
        "keywords": ["web-worker", "worker-pool", "wasm", "offload", "zlib", "msgpack", "protobuf", "websocket"],
        "license": env!("CARGO_PKG_LICENSE"),
        "homepage": concat!(env!("CARGO_PKG_REPOSITORY"), "#readme"),
        "bugs": concat!(env!("CARGO_PKG_REPOSITORY"), "/issues"),
        "repository": { "type": "git", "url": concat!("git+", env!("CARGO_PKG_REPOSITORY"), ".git") },
        "type": "module",
        "engines": { "node": ">=20" },
        "sideEffects": scripts.collect::<Vec<_>>(),
        "main": path(ENTRY),
        "types": path(TYPES),
        "unpkg": path(GLOBAL),
        "jsdelivr": path(GLOBAL),
        "exports": exports(),
        "files": files(),
    })
}

/// Types first, and what is for everybody last: the first condition that holds decides.
fn exports() -> Map<String, Value> {
    let mut exports = Map::new();
    for made in MADE {
        let Some(name) = made.export else { continue };
        let types = TYPED.iter().find(|&&(export, _)| export == name);
        let target = match types {
            Some(&(_, types)) if made.file == ENTRY => {
                // Elsewhere `require` is given an ES module too.
                json!({
                    "types": { "node": both(CLASSIC_TYPES, types), "default": path(types) },
                    "node": both(NODE_CLASSIC, NODE),
                    "default": path(ENTRY),
                })
            }
            Some(&(_, types)) if made.file == NODE => json!({
                "types": both(CLASSIC_TYPES, types),
                "require": path(NODE_CLASSIC),
                "default": path(NODE),
            }),
            Some(&(_, types)) => json!({ "types": path(types), "default": path(made.file) }),
            None => path(made.file).into(),
        };
        exports.insert(name.to_owned(), target);
    }
    exports.insert("./package.json".to_owned(), "./package.json".into());
    exports
}

/// What `require` takes, and what `import` does.
fn both(classic: &str, module: &str) -> Value {
    json!({ "require": path(classic), "default": path(module) })
}

fn path(file: &str) -> String {
    format!("./{file}")
}
