//! The standard library for wasm32-unknown-unknown, built once from its sources: where no compiled one can be had, and
//! for threads, for which nobody offers one.
//!
//! Only a compiler of the very version of the sources can build them: Debian's with Debian's, or rustup's with its
//! component rust-src. Debian's lies in /usr/bin, after rustup's on PATH, so a user's own toolchain stays as it is.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::remap;
use super::toolchain::TARGET;
use crate::workspace::Workspace;
use crate::{debian, run};

const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";
const SOURCES: &str = "/usr/lib/rustlib/src/rust/library";
const LINKER: &str = "/usr/bin/rust-lld";
/// What brings the four files above.
const PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"];

/// A way to build the library.
#[derive(Debug)]
pub(crate) struct Library {
    /// The folder of its sysroots below `target/`.
    folder: &'static str,
    flags: &'static [&'static str],
}

/// For code of one thread.
pub(crate) const PLAIN: Library = Library { folder: "wasm-sysroot", flags: &[] };

/// For code whose threads share a memory: all of it must be compiled for that.
pub(crate) const THREADS: Library = Library { folder: "wasm-sysroot-threads", flags: &[super::wasm::ATOMICS] };

/// A compiler, with the sources of its library.
#[derive(Debug, Clone)]
pub(crate) struct Compiler {
    cargo: OsString,
    rustc: OsString,
    sources: PathBuf,
    /// The compiled libraries for the host.
    host: PathBuf,
}

impl Compiler {
    /// Debian's.
    pub(crate) fn debian() -> Self {
        Self { cargo: CARGO.into(), rustc: RUSTC.into(), sources: SOURCES.into(), host: "/usr/lib/rustlib".into() }
    }

    /// The one that builds this program, if rustup has brought the sources.
    pub(crate) fn active() -> Option<Self> {
        let [cargo, rustc] = ["CARGO", "RUSTC"].map(std::env::var_os);
        let [cargo, rustc] = [cargo.unwrap_or_else(|| "cargo".into()), rustc.unwrap_or_else(|| "rustc".into())];
        let root = run::output(Command::new(&rustc).arg("--print=sysroot")).ok()?;
        let root = Path::new(root.trim());
        let host = root.join("lib/rustlib");
        // The compiler itself, not rustup's stand-in for it: that would heed the file in which a dependency of ours,
        // wasm-bindgen-rayon, asks for a toolchain of its own.
        let itself = root.join("bin/rustc");
        let rustc = if itself.is_file() { itself.into() } else { rustc };
        let sources = host.join("src/rust/library");
        sources.is_dir().then_some(Self { cargo, rustc, sources, host })
    }

    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = Command::new(&self.cargo);
        cargo.env("RUSTC", &self.rustc).env_remove("RUSTC_WRAPPER").env_remove("RUSTUP_TOOLCHAIN");
        cargo
    }
}

/// Installs Debian's compiler where it is missing.
///
/// # Errors
/// When it cannot be installed.
pub(crate) fn install_debian(what: &str) -> Result<Compiler> {
    if [CARGO, RUSTC, SOURCES, LINKER].iter().any(|file| !Path::new(file).exists()) {
        debian::install(what, PACKAGES)?;
    }
    Ok(Compiler::debian())
}

/// The sysroot for the compiler, if an earlier build left one.
pub(crate) fn built(workspace: &Workspace, compiler: &Compiler, library: &Library) -> Option<PathBuf> {
    let sysroot = place(workspace, compiler, library).ok()?;
    sysroot.is_dir().then_some(sysroot)
}

/// Builds the sysroot, a minute's work.
///
/// # Errors
/// When the library does not compile.
pub(crate) fn build(workspace: &Workspace, compiler: &Compiler, library: &Library) -> Result<PathBuf> {
    let sysroot = place(workspace, compiler, library)?;
    println!("building {} for {TARGET}: a minute, once", library.folder);
    let scratch = tempfile::tempdir()?;
    let copy = scratch.path().join("library");
    // Links are followed: Debian keeps the vendored crates elsewhere.
    run::run(Command::new("cp").arg("-rL").arg(&compiler.sources).arg(&copy))?;
    let target_dir = scratch.path().join("target");
    let mut flags = vec!["-Zforce-unstable-if-unmarked".to_owned()];
    flags.extend(library.flags.iter().map(|&flag| flag.to_owned()));
    flags.extend(remap::flags(scratch.path(), "/rust"));
    let mut cargo = compiler.cargo();
    cargo
        .current_dir(&copy)
        .args(["build", "--quiet", "--manifest-path=sysroot/Cargo.toml", "--profile=dist", "--target", TARGET])
        .args(["--no-default-features", "--features=panic-unwind", "--target-dir"])
        .arg(&target_dir)
        // The library is written in the unstable language, and marks itself as not to be linked by accident.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("__CARGO_DEFAULT_LIB_METADATA", "wasm-sysroot")
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
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
    link_host_library(&half, compiler)?;
    fs::rename(&half, &sysroot)?;
    Ok(sysroot)
}

/// Build scripts and procedural macros are compiled for the host by the same rustc.
fn link_host_library(sysroot: &Path, compiler: &Compiler) -> Result<()> {
    let version = run::output(Command::new(&compiler.rustc).arg("-vV"))?;
    let host = field(&version, "host").context("rustc does not say for which host it is")?;
    #[cfg(unix)]
    std::os::unix::fs::symlink(compiler.host.join(host), sysroot.join("lib/rustlib").join(host))?;
    #[cfg(not(unix))]
    let _ = (sysroot, host);
    Ok(())
}

/// A library fits the one compiler that built it, so its place is named after that.
fn place(workspace: &Workspace, compiler: &Compiler, library: &Library) -> Result<PathBuf> {
    let version = run::output(Command::new(&compiler.rustc).arg("-vV"))?;
    let release = field(&version, "release").unwrap_or("unknown");
    let commit = field(&version, "commit-hash").unwrap_or("unknown");
    Ok(workspace.path("target").join(library.folder).join(format!("{release}-{commit}")))
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
