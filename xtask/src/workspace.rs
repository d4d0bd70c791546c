//! Where things lie in the checkout.

use std::path::{Path, PathBuf};

/// The checkout that this binary was built from.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    pub(crate) fn here() -> Self {
        let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self { root: xtask.parent().unwrap_or(xtask).to_owned() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path below the root, written with slashes.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The npm package as it will be published.
    pub(crate) fn pkg(&self) -> PathBuf {
        self.path("pkg")
    }

    /// Everything the wasm build writes on its way to `pkg/`. Apart from cargo's own target directory, since the
    /// compiler may be another one.
    pub(crate) fn wasm(&self) -> PathBuf {
        self.path("target/wasm")
    }
}
