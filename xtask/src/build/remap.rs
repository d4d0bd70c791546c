//! Panic messages name source files. Ours say where those lie in the checkout or the registry, not on which machine.

use std::path::{Path, PathBuf};

/// What cargo's own folder is called instead.
const CARGO_HOME: &str = "/cargo";

/// A flag for each folder: the given one under its new name, and cargo's.
pub(super) fn flags(folder: &Path, name: &str) -> Vec<String> {
    let flag = |folder: &Path, name: &str| format!("--remap-path-prefix={}={name}", folder.display());
    let ours = flag(folder, name);
    [ours].into_iter().chain(cargo_home().map(|home| flag(&home, CARGO_HOME))).collect()
}

fn cargo_home() -> Option<PathBuf> {
    let named = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    named.or_else(|| Some(std::env::home_dir()?.join(".cargo")))
}
