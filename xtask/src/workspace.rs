//! Where things lie in the checkout.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

/// The checkout that cargo runs this in.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    pub(crate) fn here() -> Self {
        // Asked when it runs, for a target directory may serve several checkouts.
        let xtask = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let xtask = Path::new(&xtask);
        Self { root: xtask.parent().unwrap_or(xtask).to_owned() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path below the root, written with slashes.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The cargo that runs this, in the root.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.root);
        cargo
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

    /// The names of the files in a folder that end so, sorted.
    pub(crate) fn files(&self, folder: &str, ending: &str) -> Result<Vec<String>> {
        let folder = self.path(folder);
        let mut names = Vec::new();
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.ends_with(ending) {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }
}
