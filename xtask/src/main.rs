//! The project's own commands: `cargo xtask build | demo | check | test | bench`.

mod bench;
mod browsers;
mod build;
mod check;
mod counts;
mod debian;
mod demo;
mod interruptible;
mod load;
mod node;
mod packaging;
mod process_group;
mod report;
mod run;
mod screenshots;
mod socket_server;
mod stamp;
mod suites;
mod table;
mod tally;
mod test;
mod test_server;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use browsers::Engine;
use build::Profile;
use test::{Part, Selection};
use workspace::Workspace;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "The project's own commands", disable_help_subcommand = true)]
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
    /// Builds everything and serves the playground.
    Demo {
        /// The port on 127.0.0.1.
        #[arg(long, default_value_t = 8080)]
        port: u16,
    },
    /// Runs every check that needs no test run: format, lints, types, links, spelling, licences, sizes.
    Check,
    /// Runs every check and every test, or those that are named.
    Test {
        /// Only tests with one of these in their name.
        filters: Vec<String>,
        /// Only this part.
        #[arg(long)]
        only: Option<Part>,
        /// Only in this browser; may be given several times.
        #[arg(long = "browser", value_name = "BROWSER")]
        browsers: Vec<Engine>,
    },
    /// Makes the pictures of the playground in docs/, in Chromium.
    Screenshots,
    /// Measures in a browser and prints tables.
    Bench {
        /// Only benches with one of these in their name.
        filters: Vec<String>,
        /// The browser to measure in.
        #[arg(long, default_value = "chromium")]
        browser: Engine,
    },
    /// Opens thousands of sockets on a server of its own and prints what each costs.
    Load {
        /// What `centaurus-load --help` lists, such as `--connections 20000`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

fn main() -> ExitCode {
    match perform(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            // Causes on one line, and no backtrace: what went wrong here went wrong in another program.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result<ExitCode> {
    let workspace = Workspace::here();
    match task {
        Task::Build { dev } => build::build(&workspace, if dev { Profile::Dev } else { Profile::Release })?,
        Task::Demo { port } => demo::demo(&workspace, port)?,
        Task::Screenshots => screenshots::screenshots(&workspace)?,
        Task::Bench { filters, browser } => bench::bench(&workspace, browser, &filters)?,
        Task::Check => {
            return Ok(tested(&workspace, Selection { only: Some(Part::Lint), ..Selection::default() }));
        }
        Task::Load { arguments } => load::load(&workspace, &arguments)?,
        Task::Test { filters, only, browsers } => {
            return Ok(tested(&workspace, Selection { filters, only, engines: browsers }));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn tested(workspace: &Workspace, selection: Selection) -> ExitCode {
    if test::test(workspace, &selection).failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
