//! Packages that are written in Rust as a user's are: both sides of a page in one, as `wasm-pack build --target web`
//! would make them.

use anyhow::Result;

use super::toolchain::Toolchain;
use super::wasm::WasmCrate;
use crate::workspace::Workspace;

/// A package, and the folder that it is written to.
#[derive(Debug)]
pub(crate) struct RustPackage {
    crate_: WasmCrate,
    folder: &'static str,
}

/// What tests/browser/rust.test.js runs.
pub(crate) const TESTS: RustPackage =
    RustPackage { crate_: WasmCrate::of_user("rust-tests", "centaurus-rust-tests"), folder: "tests/rust/pkg" };

/// The example of the playground.
pub(crate) const DEMO: RustPackage =
    RustPackage { crate_: WasmCrate::of_user("rust-demo", "centaurus-rust-demo"), folder: "demo/rust/pkg" };

/// The example with parallel iterators.
pub(crate) const PARALLEL: RustPackage = RustPackage {
    crate_: WasmCrate::of_user_with_threads("rust-parallel", "centaurus-rust-parallel-demo"),
    folder: "demo/rust-parallel/pkg",
};

impl RustPackage {
    /// Compiles it and writes its glue.
    pub(crate) fn build(&self, workspace: &Workspace) -> Result<()> {
        let toolchain = if self.crate_.has_threads() {
            Toolchain::for_threads(workspace)?
        } else {
            Toolchain::find_or_install(workspace)?
        };
        let compiled = self.crate_.compile(workspace, &toolchain)?;
        self.crate_.bind_as_package(&compiled, &workspace.path(self.folder))
    }
}
