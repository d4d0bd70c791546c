//! What the package weighs, against the budgets of the design.

use std::fs;
use std::io::Write as _;

use anyhow::{Context as _, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::package;
use crate::workspace::Workspace;

/// Files that are loaded together, and what they may weigh compressed.
struct Budget {
    name: &'static str,
    files: &'static [&'static str],
    /// Bytes after gzip; 1 kB is 1000 bytes.
    limit: usize,
}

const BUDGETS: &[Budget] = &[
    Budget { name: "main thread", files: &[package::ENTRY, package::PROXY_WASM], limit: 30_000 },
    // Either of the two: nobody loads both.
    Budget { name: "worker core", files: &[package::WORKER, package::WORKER_WASM], limit: 120_000 },
    Budget { name: "worker core, SIMD", files: &[package::WORKER, package::WORKER_SIMD_WASM], limit: 120_000 },
    Budget { name: "digest", files: &[package::DIGEST_SIMD_WASM], limit: 40_000 },
    Budget { name: "protobuf", files: &[package::PROTOBUF_WASM], limit: 450_000 },
    Budget { name: "socket", files: &[package::SOCKET_WASM], limit: 45_000 },
    Budget { name: "storage", files: &[package::STORAGE_WASM], limit: 12_000 },
    Budget { name: "keeper", files: &[package::KEEPER], limit: 10_500 },
    Budget {
        name: "keeper, in workers",
        files: &[package::KEEPER_WORKER, package::KEEPER_SERVICE_WORKER],
        limit: 3_000,
    },
];

impl Budget {
    fn is_met(&self, gzip: usize) -> bool {
        gzip <= self.limit
    }
}

/// Prints every file and every sum; one that is over its budget is marked.
pub(crate) fn print(workspace: &Workspace) -> Result<()> {
    println!("\n{:<24}{:>10}{:>10}", "", "raw", "gzip");
    for budget in BUDGETS {
        let (mut raw, mut gzip) = (0, 0);
        for file in budget.files {
            let bytes = read(workspace, file)?;
            let packed = gzipped(&bytes)?;
            println!("{file:<24}{:>10}{packed:>10}", bytes.len());
            raw += bytes.len();
            gzip += packed;
        }
        let verdict = if budget.is_met(gzip) { "within" } else { "OVER" };
        println!("{:<24}{raw:>10}{gzip:>10}  {verdict} the budget of {}\n", budget.name, budget.limit);
    }
    Ok(())
}

/// # Errors
/// When what has been built is over a budget.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let mut over = Vec::new();
    for budget in BUDGETS {
        let mut gzip = 0;
        for file in budget.files {
            gzip += gzipped(&read(workspace, file)?)?;
        }
        if !budget.is_met(gzip) {
            over.push(format!("{} has {gzip} bytes (gzip) where {} are allowed", budget.name, budget.limit));
        }
    }
    if !over.is_empty() {
        bail!("{}", over.join("; "));
    }
    Ok(())
}

fn read(workspace: &Workspace, file: &str) -> Result<Vec<u8>> {
    fs::read(workspace.pkg().join(file)).with_context(|| format!("cannot read pkg/{file}"))
}

fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}
