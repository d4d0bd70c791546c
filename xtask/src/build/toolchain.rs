//! A compiler that has the standard library for wasm32-unknown-unknown.
//!
//! In order: the active toolchain if it has the target; the sysroot that an earlier build made; the target added by
//! rustup; Debian's compiler with a sysroot built from Debian's copy of the library's sources.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use super::sysroot::{self, Compiler};
use crate::workspace::Workspace;
use crate::{debian, run};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// rustup's name for the sources of the standard library.
const SOURCES: &str = "rust-src";

/// rustup fetches some 20 MB; a machine without a network should not wait for long.
const RUSTUP_LIMIT: Duration = Duration::from_secs(120);

/// The compiler to use, and how to call it.
#[derive(Debug, Clone)]
pub(crate) enum Toolchain {
    /// cargo and rustc as they come.
    Active,
    /// A compiler with a library of our own.
    Built {
        compiler: Compiler,
        /// Where its library was built.
        sysroot: PathBuf,
    },
}

impl Toolchain {
    /// # Errors
    /// When there is no such compiler and none can be installed; the message names the command that would.
    pub(crate) fn find_or_install(workspace: &Workspace) -> Result<Self> {
        if active_has_target() {
            return Ok(Self::Active);
        }
        let debian = Compiler::debian();
        if let Some(sysroot) = sysroot::built(workspace, &debian, &sysroot::PLAIN) {
            return Ok(Self::Built { compiler: debian, sysroot });
        }
        if add_target() && active_has_target() {
            return Ok(Self::Active);
        }
        if !debian::has_apt() {
            bail!("the standard library for {TARGET} is missing: run `rustup target add {TARGET}`");
        }
        let what = format!("a compiler for {TARGET}, where `rustup target add {TARGET}` does not work");
        let compiler = sysroot::install_debian(&what)?;
        let sysroot = sysroot::build(workspace, &compiler, &sysroot::PLAIN)?;
        Ok(Self::Built { compiler, sysroot })
    }

    /// One whose library is compiled for threads.
    ///
    /// # Errors
    /// When there are no sources of the library and none can be installed; the message names the command that would.
    pub(crate) fn for_threads(workspace: &Workspace) -> Result<Self> {
        let known = [Compiler::active(), Some(Compiler::debian())];
        for compiler in known.into_iter().flatten() {
            if let Some(sysroot) = sysroot::built(workspace, &compiler, &sysroot::THREADS) {
                return Ok(Self::Built { compiler, sysroot });
            }
        }
        let active = Compiler::active()
            .or_else(|| if rustup(&["component", "add", SOURCES]) { Compiler::active() } else { None });
        let compiler = match active {
            Some(compiler) => compiler,
            None if debian::has_apt() => sysroot::install_debian("the sources of the standard library")?,
            None => bail!("the sources of the standard library are missing: run `rustup component add {SOURCES}`"),
        };
        let sysroot = sysroot::build(workspace, &compiler, &sysroot::THREADS)?;
        Ok(Self::Built { compiler, sysroot })
    }

    /// cargo, set up for this toolchain.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = match self {
            Self::Active => Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())),
            Self::Built { compiler, .. } => compiler.cargo(),
        };
        // These come first for cargo, before the flags that we pass.
        cargo.env_remove("RUSTFLAGS").env_remove("CARGO_BUILD_TARGET");
        cargo
    }

    /// Flags that the toolchain itself needs for the target.
    pub(crate) fn rustflags(&self) -> Vec<String> {
        match self {
            Self::Active => Vec::new(),
            Self::Built { sysroot, .. } => vec![format!("--sysroot={}", sysroot.display())],
        }
    }
}

fn active_has_target() -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let asked = run::output(Command::new(rustc).args(["--print=target-libdir", "--target", TARGET]));
    asked.is_ok_and(|dir| has_core(Path::new(dir.trim())))
}

/// Whether there is a compiled `core` in the directory, that is a whole library rather than an empty folder.
fn has_core(dir: &Path) -> bool {
    dir.read_dir().is_ok_and(|mut files| {
        files.any(|file| file.is_ok_and(|file| file.file_name().to_string_lossy().starts_with("libcore-")))
    })
}

fn add_target() -> bool {
    rustup(&["target", "add", TARGET])
}

/// Whether rustup is there and did it.
fn rustup(args: &[&str]) -> bool {
    if run::on_path("rustup").is_none() {
        return false;
    }
    println!("rustup {}", args.join(" "));
    let done = run::succeeds_within(Command::new("rustup").args(args), RUSTUP_LIMIT).unwrap_or(false);
    if !done {
        println!("rustup cannot");
    }
    done
}
