//! What belongs into the npm package beside scripts and wasm.

use std::fs;

use anyhow::Result;
use serde_json::json;

use crate::workspace::Workspace;

pub(crate) const ENTRY: &str = "centaurus.js";
pub(crate) const GLOBAL: &str = "centaurus.global.js";
pub(crate) const WORKER: &str = "centaurus.worker.js";
pub(crate) const PROXY_WASM: &str = "centaurus.wasm";
pub(crate) const WORKER_WASM: &str = "centaurus.worker.wasm";
/// The same for engines with SIMD, faster.
pub(crate) const WORKER_SIMD_WASM: &str = "centaurus.worker.simd.wasm";
pub(crate) const PROTOBUF_WASM: &str = "centaurus.protobuf.wasm";
const TYPES: &str = "centaurus.d.ts";

/// Files taken over as they are: where from, and their name in the package.
const COPIED: &[(&str, &str)] = &[
    ("src/centaurus.d.ts", TYPES),
    ("README.md", "README.md"),
    ("LICENSE-MIT", "LICENSE-MIT"),
    ("LICENSE-APACHE", "LICENSE-APACHE"),
];

pub(crate) fn write(workspace: &Workspace) -> Result<()> {
    for (from, to) in COPIED {
        super::copy(&workspace.path(from), &workspace.pkg().join(to))?;
    }
    let mut manifest = serde_json::to_string_pretty(&manifest())?;
    manifest.push('\n');
    fs::write(workspace.pkg().join("package.json"), manifest)?;
    Ok(())
}

/// The manifest: no dependencies, no scripts. All packages of the workspace have one version.
fn manifest() -> serde_json::Value {
    let file = |name: &str| format!("./{name}");
    let map = |name: &str| format!("{name}.map");
    json!({
        "name": "centaurus",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Takes work off a web page's main thread: a pool of workers behind promises",
        "keywords": ["web-worker", "worker-pool", "wasm", "offload", "zlib", "msgpack", "protobuf"],
        "license": env!("CARGO_PKG_LICENSE"),
        "repository": { "type": "git", "url": concat!("git+", env!("CARGO_PKG_REPOSITORY"), ".git") },
        "type": "module",
        "sideEffects": false,
        "main": file(ENTRY),
        "types": file(TYPES),
        "unpkg": file(GLOBAL),
        "jsdelivr": file(GLOBAL),
        "exports": {
            ".": { "types": file(TYPES), "default": file(ENTRY) },
            "./global": { "types": file(TYPES), "default": file(GLOBAL) },
            "./worker": file(WORKER),
            "./wasm": file(PROXY_WASM),
            "./worker.wasm": file(WORKER_WASM),
            "./worker.simd.wasm": file(WORKER_SIMD_WASM),
            "./protobuf.wasm": file(PROTOBUF_WASM),
            "./package.json": "./package.json",
        },
        "files": [
            ENTRY, GLOBAL, WORKER, map(ENTRY), map(GLOBAL), map(WORKER), PROXY_WASM, WORKER_WASM,
            WORKER_SIMD_WASM, PROTOBUF_WASM, TYPES,
            "LICENSE-MIT", "LICENSE-APACHE",
        ],
    })
}
