//! `cargo xtask test`: every check there is, counted. Whatever cannot run counts as failed.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use crate::browsers::Engine;
use crate::build::{self, Profile};
use crate::node::Node;
use crate::tally::Tally;
use crate::workspace::Workspace;
use crate::{counts, demo, interruptible, packaging, run, suites};

/// A part of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// rustfmt, clippy, rustdoc, tsc.
    Lint,
    /// The Rust tests.
    Rust,
    /// The tests that run in Node.
    Node,
    /// The suites in the browsers.
    Browsers,
    /// The packed package in bundlers and runtimes.
    Packaging,
}

/// What to run.
#[derive(Debug)]
pub(crate) struct Selection {
    /// Only tests with one of these in their name, and nothing that is not a test.
    pub(crate) filters: Vec<String>,
    pub(crate) only: Option<Part>,
    /// In all three where none is named.
    pub(crate) engines: Vec<Engine>,
}

/// rustup fetches a few megabytes.
const COMPONENT_LIMIT: Duration = Duration::from_secs(120);
const NODE_TESTS: &str = "tests/node";

/// Runs what is selected, printing as it goes, the count last.
pub(crate) fn test(workspace: &Workspace, selection: &Selection) -> Tally {
    let mut tests = Tests { workspace, selection, tally: Tally::default() };
    tests.run();
    let Tests { mut tally, .. } = tests;
    if tally.total() == 0 {
        println!("nothing matches {}", selection.filters.join(" "));
        tally.fail("(the selection)");
    }
    println!();
    for failure in &tally.failures {
        println!("FAILED {failure}");
    }
    println!("{tally}");
    tally
}

struct Tests<'a> {
    workspace: &'a Workspace,
    selection: &'a Selection,
    tally: Tally,
}

impl Tests<'_> {
    fn run(&mut self) {
        if self.wants_lint() {
            self.check("rustfmt", |tests| tests.cargo_tool("fmt", "rustfmt", &["--all", "--check"]));
            self.check("clippy", |tests| {
                tests.cargo_tool("clippy", "clippy", &["--workspace", "--all-targets", "--", "-D", "warnings"])
            });
            self.check("rustdoc", Self::rustdoc);
        }
        if self.wants(Part::Rust) {
            self.suite("cargo test", Self::rust);
        }
        let needs_build = self.wants_lint() || self.selection.only != Some(Part::Rust);
        if needs_build {
            heading("build");
            if let Err(error) = build::build(self.workspace, Profile::Release) {
                // The parts below report their own failure over what is missing.
                self.fail("build", &error);
            }
        }
        if self.wants_lint() {
            for project in ["src/face", "src/node", "worker/runtime"] {
                self.check(&format!("tsc {project}"), |tests| tests.tsc(project));
            }
        }
        if self.wants(Part::Node) {
            self.suite("node", |tests| tests.node_tests(&Node::ready(tests.workspace)?, NODE_TESTS));
        }
        if self.wants(Part::Browsers) {
            self.browsers();
        }
        if self.wants(Part::Packaging) {
            self.suite("packaging", |tests| tests.node_tests(&packaging::prepare(tests.workspace)?, packaging::FOLDER));
            self.suite("packaging, in a browser", |tests| packaging::pages(tests.workspace, &tests.selection.filters));
        }
    }

    fn wants(&self, part: Part) -> bool {
        self.selection.only.is_none_or(|only| only == part)
    }

    /// A filter names tests, and these are none.
    fn wants_lint(&self) -> bool {
        self.wants(Part::Lint) && self.selection.filters.is_empty()
    }

    /// Something that either holds or does not.
    fn check(&mut self, name: &str, check: impl FnOnce(&Self) -> Result<()>) {
        heading(name);
        match check(self) {
            Ok(()) => {
                println!("  ok    {name}");
                self.tally.pass();
            }
            Err(error) => self.fail(name, &error),
        }
    }

    /// Something that counts for itself.
    fn suite(&mut self, name: &str, suite: impl FnOnce(&Self) -> Result<Tally>) {
        heading(name);
        match suite(self) {
            Ok(tally) => self.tally += tally,
            Err(error) => self.fail(name, &error),
        }
    }

    fn fail(&mut self, name: &str, error: &anyhow::Error) {
        println!("  FAIL  {name}: {error:#}");
        self.tally.fail(name);
    }

    fn cargo_tool(&self, tool: &str, component: &str, arguments: &[&str]) -> Result<()> {
        if run::output(self.cargo().args([tool, "--version"])).is_err() && run::on_path("rustup").is_some() {
            println!("rustup component add {component}");
            run::succeeds_within(Command::new("rustup").args(["component", "add", component]), COMPONENT_LIMIT)?;
        }
        run::run(self.cargo().arg(tool).args(arguments))
            .with_context(|| format!("if cargo {tool} is missing: rustup component add {component}"))
    }

    fn rustdoc(&self) -> Result<()> {
        let mut cargo = self.cargo();
        run::run(cargo.args(["doc", "--quiet", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))
    }

    fn rust(&self) -> Result<Tally> {
        let mut cargo = self.cargo();
        cargo.args(["test", "--workspace", "--no-fail-fast", "--"]).args(&self.selection.filters);
        let mut child = cargo.stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
        let stdout = child.stdout.take().context("cargo has no standard output")?;
        let mut tally = Tally::default();
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            println!("{line}");
            counts::add_libtest_line(&mut tally, &line);
        }
        let status = child.wait()?;
        // A crash, or an error of the compiler, leaves no line with a count.
        if !status.success() && tally.failed == 0 {
            tally.fail(format!("cargo test ended with {status}"));
        }
        Ok(tally)
    }

    fn tsc(&self, project: &str) -> Result<()> {
        let node = Node::ready(self.workspace)?;
        run::run(node.tool("tsc").args(["--noEmit", "--project", project]))
    }

    fn node_tests(&self, node: &Node, folder: &str) -> Result<Tally> {
        let report = self.workspace.path("target/node-tests.tap");
        let mut command = node.command();
        command.args(["--test", "--test-reporter=spec", "--test-reporter-destination=stdout"]);
        command.arg("--test-reporter=tap").arg(format!("--test-reporter-destination={}", report.display()));
        for filter in &self.selection.filters {
            command.arg(format!("--test-name-pattern={}", counts::pattern(filter)));
        }
        for file in self.workspace.files(folder, ".test.mjs")? {
            command.arg(format!("{folder}/{file}"));
        }
        let status = command.status().context("cannot start node")?;
        let text = std::fs::read_to_string(&report).with_context(|| format!("cannot read {}", report.display()))?;
        counts::of_tap(&text, status.success())
    }

    fn browsers(&mut self) {
        let prepared = Node::ready(self.workspace).and_then(|node| demo::prepare(&node));
        if let Err(error) = prepared {
            self.fail("the data of the browser suites", &error);
        }
        let selected = &self.selection.engines;
        let engines = if selected.is_empty() { Engine::ALL.to_vec() } else { selected.clone() };
        let outcome = interruptible::block_on(async {
            let pages = suites::page::list(self.workspace)?;
            for engine in engines {
                heading(engine.name());
                match suites::run(self.workspace, engine, &self.selection.filters, pages.clone()).await {
                    Ok(tally) => self.tally += tally,
                    Err(error) => self.fail(engine.name(), &error),
                }
            }
            Ok(())
        });
        if let Err(error) = outcome {
            self.fail("browsers", &error);
        }
    }

    fn cargo(&self) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(self.workspace.root());
        cargo
    }
}

fn heading(name: &str) {
    println!("\n== {name}");
}
