//! Panic messages name source files. Ours say where those lie in the checkout or the registry, not on which machine.

use std::path::{Path, PathBuf};

/// What cargo's own folder is called instead.
const CARGO_HOME: &str = "/cargo";
/// What rustup's is: where it has the library's sources, code of the library that ends up in ours is named after them.
const RUSTUP_HOME: &str = "/rustup";

/// A flag for each folder: the given one under its new name, cargo's, and rustup's.
pub(super) fn flags(folder: &Path, name: &str) -> Vec<String> {
    let flag = |folder: &Path, name: &str| format!("--remap-path-prefix={}={name}", folder.display());
    let ours = flag(folder, name);
    let theirs = [("CARGO_HOME", ".cargo", CARGO_HOME), ("RUSTUP_HOME", ".rustup", RUSTUP_HOME)];
    let theirs = theirs.into_iter().filter_map(|(variable, folder, name)| Some(flag(&home(variable, folder)?, name)));
    [ours].into_iter().chain(theirs).collect()
}

/// The folder that a variable names, or else that of the user.
fn home(variable: &str, folder: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from);
    named.or_else(|| Some(std::env::home_dir()?.join(folder)))
}
