//! The wasm files: compiled by cargo, given their JavaScript glue by wasm-bindgen, made small by wasm-opt.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use super::remap;
use super::toolchain::{TARGET, Toolchain};
use crate::node::Node;
use crate::run;
use crate::stamp::Inputs;
use crate::workspace::Workspace;

/// One wasm file of the package.
#[derive(Debug)]
pub(crate) struct WasmCrate {
    /// Names the folders that the steps write to.
    name: &'static str,
    package: &'static str,
    /// Features of the crate that only this build has.
    crate_features: &'static [&'static str],
    /// A directory of cargo's for each set of flags: builds that differ in them would only push each other out.
    flavour: &'static str,
    /// Target features and link arguments of this flavour.
    rustflags: &'static [&'static str],
    /// The passes of wasm-opt.
    passes: &'static [&'static str],
    /// The features that wasm-opt may use beyond [`FEATURES`].
    features: &'static [&'static str],
}

/// The main thread's: every byte counts.
pub(crate) const PROXY: WasmCrate = WasmCrate {
    name: "proxy",
    package: "centaurus",
    crate_features: &["standalone"],
    flavour: "plain",
    rustflags: &[],
    // Flat code, with its control flow made anew, shrinks once more, and again: 1.5 % after gzip. So does code that calls
    // what it could have copied, unless that is as small as a call: a copy compresses worse.
    passes: &[
        "--one-caller-inline-max-function-size=0",
        "--always-inline-max-function-size=6",
        // Below the linker's data lies the stack, whose end nobody reaches.
        "--low-memory-unused",
        "-Oz",
        "--flatten",
        "--rereloop",
        "-Oz",
        "-Oz",
        "--flatten",
        "--rereloop",
        "-Oz",
        "-Oz",
        "--reorder-functions",
        "--reorder-locals",
        "--minify-imports-and-exports",
        "--strip-debug",
        "--strip-producers",
    ],
    features: &[],
};

/// The workers': loaded late, runs long.
pub(crate) const WORKER: WasmCrate = WasmCrate {
    name: "worker",
    package: "centaurus-worker",
    crate_features: &[],
    flavour: "plain",
    rustflags: &[],
    passes: &["-O3"],
    features: &[],
};

/// The workers', for engines with SIMD.
pub(crate) const WORKER_SIMD: WasmCrate = WasmCrate {
    name: "worker-simd",
    package: "centaurus-worker",
    crate_features: &["simd"],
    flavour: "simd",
    rustflags: &["-Ctarget-feature=+simd128"],
    passes: &["-O3"],
    features: &["--enable-simd"],
};

/// The workers' digests, loaded with the first.
pub(crate) const DIGEST: WasmCrate = WasmCrate { name: "digest", package: "centaurus-worker-digest", ..WORKER };

/// The workers' digests, for engines with SIMD.
pub(crate) const DIGEST_SIMD: WasmCrate =
    WasmCrate { name: "digest-simd", package: "centaurus-worker-digest", ..WORKER_SIMD };

/// The workers' too, loaded at the first schema: mostly a parser, which runs seldom.
pub(crate) const PROTOBUF: WasmCrate = WasmCrate {
    name: "protobuf",
    package: "centaurus-protobuf",
    crate_features: &[],
    flavour: "plain",
    rustflags: &[],
    passes: &["-O2", "--strip-debug", "--strip-producers"],
    features: &[],
};

/// The workers' too, loaded at the first socket: small, and run for every message.
pub(crate) const SOCKET: WasmCrate = WasmCrate {
    name: "socket",
    package: "centaurus-socket",
    crate_features: &[],
    flavour: "plain",
    rustflags: &[],
    passes: &["-O2", "--strip-debug", "--strip-producers"],
    features: &[],
};

/// The workers' too, loaded with the first store.
pub(crate) const STORAGE: WasmCrate = WasmCrate {
    name: "storage",
    package: "centaurus-worker-storage",
    crate_features: &[],
    flavour: "plain",
    rustflags: &[],
    passes: &["-Oz", "--strip-debug", "--strip-producers"],
    features: &[],
};

/// What code needs whose threads share a memory.
pub(super) const ATOMICS: &str = "-Ctarget-feature=+atomics,+bulk-memory,+mutable-globals,+simd128";

/// The workers' on isolated pages, loaded when it is first of use.
pub(crate) const THREADS: WasmCrate = WasmCrate {
    name: "threads",
    package: "centaurus-threads",
    crate_features: &[],
    flavour: "threads",
    rustflags: &[
        ATOMICS,
        "-Clink-arg=--shared-memory",
        // 1 GiB. A shared memory needs a limit.
        "-Clink-arg=--max-memory=1073741824",
        "-Clink-arg=--import-memory",
        "-Clink-arg=--export=__wasm_init_tls",
        "-Clink-arg=--export=__tls_size",
        "-Clink-arg=--export=__tls_align",
        "-Clink-arg=--export=__tls_base",
        "-Clink-arg=--export=__heap_base",
    ],
    passes: &["-O3"],
    features: &["--enable-simd", "--enable-threads"],
};

/// What rustc lets LLVM use by default, hence what all three engines must know anyway.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-multivalue",
    "--enable-call-indirect-overlong",
];

/// Names the release of wasm-opt: another may write other bytes.
const BINARYEN_MANIFEST: &str = "node_modules/binaryen/package.json";

impl WasmCrate {
    /// A crate as users of ours write them.
    pub(crate) const fn of_user(name: &'static str, package: &'static str) -> Self {
        Self { name, package, crate_features: &[], flavour: "plain", rustflags: &[], passes: &[], features: &[] }
    }

    /// The same, built for threads.
    pub(crate) const fn of_user_with_threads(name: &'static str, package: &'static str) -> Self {
        Self { name, package, ..THREADS }
    }

    /// Whether its threads share a memory, for which its library must have been compiled too.
    pub(super) fn has_threads(&self) -> bool {
        self.rustflags.contains(&ATOMICS)
    }

    /// Compiles the crate and gives the path of the wasm file that cargo wrote.
    pub(crate) fn compile(&self, workspace: &Workspace, toolchain: &Toolchain) -> Result<PathBuf> {
        let target_dir = workspace.wasm().join("cargo").join(self.flavour);
        let mut flags = toolchain.rustflags();
        flags.extend(self.rustflags.iter().map(|&flag| flag.to_owned()));
        flags.extend(remap::flags(workspace.root(), "."));
        let mut cargo = toolchain.cargo();
        cargo
            .current_dir(workspace.root())
            // As a cdylib alone: with an rlib beside it cargo would leave link-time optimization out.
            .args(["rustc", "--quiet", "--package", self.package, "--lib", "--crate-type=cdylib"])
            .arg(format!("--features={}", self.crate_features.join(",")))
            .args(["--profile=wasm", "--target", TARGET, "--target-dir"])
            .arg(&target_dir)
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
        if self.has_threads() {
            // Otherwise the compiler hides `cfg(target_feature = "atomics")`, which is unstable.
            cargo.env("RUSTC_BOOTSTRAP", "1");
        }
        run::run(&mut cargo)?;
        Ok(target_dir.join(TARGET).join("wasm").join(format!("{}.wasm", self.stem())))
    }

    /// Writes the glue, its types and the wasm file that it belongs to; gives the latter's path.
    pub(crate) fn bind(&self, workspace: &Workspace, compiled: &Path) -> Result<PathBuf> {
        let dir = self.glue_dir(workspace);
        let bound = dir.join(format!("{}_bg.wasm", self.stem()));
        // We always say which module to instantiate; a default URL would make bundlers emit the file twice.
        write_glue(compiled, &dir, true)?;
        Ok(bound)
    }

    /// Writes a package that knows where its wasm file lies: beside its glue.
    pub(crate) fn bind_as_package(&self, compiled: &Path, dir: &Path) -> Result<()> {
        write_glue(compiled, dir, false)
    }

    /// Runs wasm-opt and gives the path of what it wrote.
    pub(crate) fn optimize(&self, workspace: &Workspace, node: &Node, bound: &Path) -> Result<PathBuf> {
        let dir = workspace.wasm().join("opt");
        fs::create_dir_all(&dir)?;
        let optimized = dir.join(format!("{}.wasm", self.name));
        let flags = [FEATURES, self.features, self.passes, &["--strip-target-features"]].concat();
        let stamp = Inputs::default()
            .text(flags.join(" "))
            .file(&workspace.path(BINARYEN_MANIFEST))?
            .file(bound)?
            .stamp(&optimized);
        if stamp.is_fresh() {
            return Ok(optimized);
        }
        let said = run::output(node.tool("wasm-opt").args(flags).arg(bound).arg("-o").arg(&optimized))?;
        fs::write(self.said(workspace), said)?;
        stamp.leave()?;
        Ok(optimized)
    }

    /// What wasm-opt said.
    pub(crate) fn said(&self, workspace: &Workspace) -> PathBuf {
        workspace.wasm().join("opt").join(format!("{}.said", self.name))
    }

    /// Fails unless the glue of this build is that of the `other`: a script holds only one.
    pub(crate) fn check_same_glue(&self, other: &Self, workspace: &Workspace) -> Result<()> {
        let [mine, theirs] = [self, other].map(|crate_| {
            let file = crate_.glue_dir(workspace).join(format!("{}.js", crate_.stem()));
            fs::read(&file).with_context(|| format!("cannot read {}", file.display()))
        });
        if mine? != theirs? {
            bail!("the builds {} and {} import or export different things: their glue differs", self.name, other.name);
        }
        Ok(())
    }

    fn glue_dir(&self, workspace: &Workspace) -> PathBuf {
        workspace.wasm().join("bindgen").join(self.name)
    }

    /// The name of the crate as it appears in file names.
    fn stem(&self) -> String {
        self.package.replace('-', "_")
    }
}

fn write_glue(compiled: &Path, dir: &Path, omit_default_module_path: bool) -> Result<()> {
    Bindgen::new()
        .input_path(compiled)
        .web(true)?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .omit_default_module_path(omit_default_module_path)
        .generate(dir)
        .with_context(|| format!("wasm-bindgen cannot read {}", compiled.display()))
}

#[cfg(test)]
mod tests {
    use super::THREADS;

    #[test]
    fn the_guide_builds_for_threads_as_this_does() {
        let guide = include_str!("../../../docs/rust-threads.md");
        for flag in THREADS.rustflags.iter().filter(|flag| flag.starts_with("-Clink-arg")) {
            assert!(guide.contains(&format!("\"{flag}\",")), "{flag}");
        }
    }
}
