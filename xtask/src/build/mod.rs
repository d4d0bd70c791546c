//! `cargo xtask build`: writes the npm package to `pkg/`.

mod bundle;
mod generated;
mod names;
mod package;
mod readme;
mod remap;
pub(crate) mod rust;
mod sizes;
mod sysroot;
mod toolchain;
mod wasm;

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::node::Node;
use crate::workspace::Workspace;
pub(crate) use sizes::check as check_sizes;
use toolchain::Toolchain;
use wasm::{DIGEST, DIGEST_SIMD, PROTOBUF, PROXY, SOCKET, STORAGE, THREADS, WORKER, WORKER_SIMD, WasmCrate};

/// How much work goes into the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// wasm-opt is left out; sizes mean nothing.
    Dev,
    /// What is published.
    Release,
}

/// Builds everything and prints the sizes.
pub(crate) fn build(workspace: &Workspace, profile: Profile) -> Result<()> {
    let node = Node::ready(workspace)?;
    let toolchain = Toolchain::find_or_install(workspace)?;
    fs::create_dir_all(workspace.pkg())?;
    generated::write(workspace)?;
    for (crate_, file) in [
        (WORKER, package::WORKER_WASM),
        (WORKER_SIMD, package::WORKER_SIMD_WASM),
        (DIGEST, package::DIGEST_WASM),
        (DIGEST_SIMD, package::DIGEST_SIMD_WASM),
    ] {
        let compiled = crate_.compile(workspace, &toolchain)?;
        let bound = crate_.bind(workspace, &compiled)?;
        let wasm = finished(workspace, &node, &crate_, bound, profile)?;
        copy(&wasm, &workspace.pkg().join(file))?;
    }
    WORKER_SIMD.check_same_glue(&WORKER, workspace)?;
    DIGEST_SIMD.check_same_glue(&DIGEST, workspace)?;
    // Their exports are called as they are: they need no glue.
    let plain = [
        (PROXY, package::PROXY_WASM),
        (PROTOBUF, package::PROTOBUF_WASM),
        (SOCKET, package::SOCKET_WASM),
        (STORAGE, package::STORAGE_WASM),
    ];
    for (crate_, file) in plain {
        let compiled = crate_.compile(workspace, &toolchain)?;
        let wasm = finished(workspace, &node, &crate_, compiled, profile)?;
        copy(&wasm, &workspace.pkg().join(file))?;
    }
    let names = match profile {
        Profile::Dev => None,
        Profile::Release => names::write(&PROXY.said(workspace))?,
    };
    bundle::bundle(workspace, &node, names.as_deref())?;
    threads(workspace, &node, profile)?;
    package::write(workspace)?;
    sizes::print(workspace)
}

/// The file that several threads run. It wants a library that only its sources give: who has not got them has a package
/// that does everything without it, and is told. A machine that builds for others must have it.
fn threads(workspace: &Workspace, node: &Node, profile: Profile) -> Result<()> {
    let toolchain = match Toolchain::for_threads(workspace) {
        Ok(toolchain) => toolchain,
        Err(error) if std::env::var_os("CI").is_some() => return Err(error),
        Err(error) => {
            println!("{} is left out: {error:#}", package::THREADS_WASM);
            for file in [package::THREADS, package::THREADS_WASM] {
                // What an earlier build left would not fit.
                let _ = fs::remove_file(workspace.pkg().join(file));
            }
            return Ok(());
        }
    };
    let compiled = THREADS.compile(workspace, &toolchain)?;
    let bound = THREADS.bind(workspace, &compiled)?;
    let wasm = finished(workspace, node, &THREADS, bound, profile)?;
    copy(&wasm, &workspace.pkg().join(package::THREADS_WASM))?;
    bundle::threads(workspace, node)
}

fn finished(
    workspace: &Workspace,
    node: &Node,
    crate_: &WasmCrate,
    wasm: std::path::PathBuf,
    profile: Profile,
) -> Result<std::path::PathBuf> {
    match profile {
        Profile::Dev => Ok(wasm),
        Profile::Release => crate_.optimize(workspace, node, &wasm),
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    Ok(())
}
