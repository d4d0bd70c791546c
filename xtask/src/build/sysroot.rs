//! The standard library for wasm32-unknown-unknown, built once from Debian's sources.
//!
//! A user's own toolchain stays as it is: Debian's compiler lies in /usr/bin, after rustup's on PATH, and only a
//! compiler of the very version of the sources can build them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::remap;
use super::toolchain::TARGET;
use crate::workspace::Workspace;
use crate::{debian, run};

pub(crate) const CARGO: &str = "/usr/bin/cargo";
pub(crate) const RUSTC: &str = "/usr/bin/rustc";
const SOURCES: &str = "/usr/lib/rustlib/src/rust/library";
const LINKER: &str = "/usr/bin/rust-lld";
/// What brings the four files above.
const PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"];

/// The sysroot for the installed compiler, if an earlier build left one.
pub(crate) fn built(workspace: &Workspace) -> Option<PathBuf> {
    let sysroot = place(workspace).ok()?;
    sysroot.is_dir().then_some(sysroot)
}

/// Builds the sysroot, a minute's work, after installing what that needs.
///
/// # Errors
/// When Debian's packages are missing and cannot be installed, or the library does not compile.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf> {
    if [CARGO, RUSTC, SOURCES, LINKER].iter().any(|file| !Path::new(file).exists()) {
        let what = format!("a compiler for {TARGET}, where `rustup target add {TARGET}` does not work");
        debian::install(&what, PACKAGES)?;
    }
    let sysroot = place(workspace)?;
    println!("building the standard library for {TARGET}: a minute, once");
    let scratch = tempfile::tempdir()?;
    let library = scratch.path().join("library");
    // Links are followed: Debian keeps the vendored crates elsewhere.
    run::run(Command::new("cp").arg("-rL").arg(SOURCES).arg(&library))?;
    let target_dir = scratch.path().join("target");
    let mut flags = vec!["-Zforce-unstable-if-unmarked".to_owned()];
    flags.extend(remap::flags(scratch.path(), "/rust"));
    let mut cargo = Command::new(CARGO);
    cargo
        .current_dir(&library)
        .args(["build", "--quiet", "--manifest-path=sysroot/Cargo.toml", "--profile=dist", "--target", TARGET])
        .args(["--no-default-features", "--features=panic-unwind", "--target-dir"])
        .arg(&target_dir)
        .env("RUSTC", RUSTC)
        // The library is written in the unstable language, and marks itself as not to be linked by accident.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("__CARGO_DEFAULT_LIB_METADATA", "wasm-sysroot")
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
        .env_remove("RUSTUP_TOOLCHAIN");
    run::output(&mut cargo).context("the standard library did not compile")?;

    let half = sysroot.with_extension("half");
    let _ = fs::remove_dir_all(&half);
    let lib = half.join("lib/rustlib").join(TARGET).join("lib");
    fs::create_dir_all(&lib)?;
    for file in fs::read_dir(target_dir.join(TARGET).join("dist/deps"))? {
        let file = file?.path();
        if file.extension().is_some_and(|extension| extension == "rlib") {
            fs::copy(&file, lib.join(file.file_name().unwrap_or_default()))?;
        }
    }
    link_host_library(&half)?;
    fs::rename(&half, &sysroot)?;
    Ok(sysroot)
}

/// Build scripts and procedural macros are compiled for the host by the same rustc.
fn link_host_library(sysroot: &Path) -> Result<()> {
    let version = run::output(Command::new(RUSTC).arg("-vV"))?;
    let host = field(&version, "host").context("rustc does not say for which host it is")?;
    #[cfg(unix)]
    std::os::unix::fs::symlink(Path::new("/usr/lib/rustlib").join(host), sysroot.join("lib/rustlib").join(host))?;
    #[cfg(not(unix))]
    let _ = (sysroot, host);
    Ok(())
}

/// A library fits the one compiler that built it, so its place is named after that.
fn place(workspace: &Workspace) -> Result<PathBuf> {
    let version = run::output(Command::new(RUSTC).arg("-vV"))?;
    let release = field(&version, "release").unwrap_or("unknown");
    let commit = field(&version, "commit-hash").unwrap_or("unknown");
    Ok(workspace.path("target/wasm-sysroot").join(format!("{release}-{commit}")))
}

fn field<'a>(version: &'a str, name: &str) -> Option<&'a str> {
    version.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn reads_the_verbose_version() {
        let version = "rustc 1.96.0 (ac68faa20 2026-05-25)\nhost: x86_64-unknown-linux-gnu\nrelease: 1.96.0\n";
        assert_eq!(field(version, "release"), Some("1.96.0"));
        assert_eq!(field(version, "host"), Some("x86_64-unknown-linux-gnu"));
        assert_eq!(field(version, "commit-hash"), None);
    }
}
