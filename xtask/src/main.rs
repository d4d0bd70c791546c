//! The project's own commands: `cargo xtask build | demo | test | bench`.

mod build;
mod debian;
mod node;
mod run;
mod stamp;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use build::Profile;
use workspace::Workspace;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "The project's own commands")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Writes the npm package to pkg/ and prints what it weighs.
    Build {
        /// Leaves wasm-opt out.
        #[arg(long)]
        dev: bool,
    },
}

fn main() -> ExitCode {
    match perform(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Causes on one line, and no backtrace: what went wrong here went wrong in another program.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result<()> {
    let workspace = Workspace::here();
    match task {
        Task::Build { dev } => build::build(&workspace, if dev { Profile::Dev } else { Profile::Release }),
    }
}
