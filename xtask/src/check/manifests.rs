//! What `cargo metadata` tells of the packages.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::run;
use crate::workspace::Workspace;

#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    pub(super) packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    /// An SPDX expression.
    pub(super) license: Option<String>,
    /// Where it came from; nothing for those of this repository.
    pub(super) source: Option<String>,
    pub(super) dependencies: Vec<Dependency>,
    pub(super) targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) rename: Option<String>,
    /// Nothing for the ordinary kind, else `dev` or `build`.
    pub(super) kind: Option<String>,
    pub(super) req: String,
    /// Where it is one of this repository.
    pub(super) path: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Target {
    pub(super) kind: Vec<String>,
    pub(super) src_path: PathBuf,
}

/// Workspaces of the repository: the fuzz targets are one of their own, for they want another compiler.
const MANIFESTS: &[&str] = &["Cargo.toml", "fuzz/Cargo.toml"];

/// The repository's own packages.
pub(super) fn own(workspace: &Workspace) -> Result<Vec<Package>> {
    packages(workspace, &["--no-deps"])
}

/// Those, and all that they stand on, on whatever platform.
pub(super) fn all(workspace: &Workspace) -> Result<Vec<Package>> {
    packages(workspace, &[])
}

fn packages(workspace: &Workspace, arguments: &[&str]) -> Result<Vec<Package>> {
    let mut packages = Vec::new();
    for manifest in MANIFESTS {
        let mut cargo = workspace.cargo();
        cargo.args(["metadata", "--format-version", "1", "--locked", "--manifest-path", manifest]).args(arguments);
        let metadata: Metadata = serde_json::from_str(&run::output_alone(&mut cargo)?)
            .with_context(|| format!("cargo metadata of {manifest}"))?;
        packages.extend(metadata.packages);
    }
    Ok(packages)
}
