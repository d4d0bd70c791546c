//! `cargo xtask test`: every check there is, counted. Whatever cannot run counts as failed.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use crate::browsers::Engine;
use crate::build::{self, Profile};
use crate::check::{self, Check};
use crate::node::Node;
use crate::tally::Tally;
use crate::workspace::Workspace;
use crate::{counts, demo, interruptible, packaging, suites};

/// A part of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// What can be said without running anything: `cargo xtask check`.
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
#[derive(Debug, Default)]
pub(crate) struct Selection {
    /// Only tests with one of these in their name, and nothing that is not a test.
    pub(crate) filters: Vec<String>,
    pub(crate) only: Option<Part>,
    /// In all three where none is named.
    pub(crate) engines: Vec<Engine>,
}

const NODE_TESTS: &str = "tests/node";

/// What cargo tests: everything as it comes, and the client with TLS.
const RUST_TESTS: &[&[&str]] = &[
    &["--workspace"],
    &["--package=centaurus-client", "--features=rustls", "--test=tls"],
    &["--package=centaurus-client", "--features=rustls", "--doc"],
];

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
            self.checks(check::OF_SOURCES);
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
            self.checks(check::OF_THE_BUILD);
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

    fn checks(&mut self, checks: &[Check]) {
        for Check { name, run } in checks {
            heading(name);
            match run(self.workspace) {
                Ok(()) => {
                    println!("  ok    {name}");
                    self.tally.pass();
                }
                Err(error) => self.fail(name, &error),
            }
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

    fn rust(&self) -> Result<Tally> {
        let mut tally = Tally::default();
        for tests in RUST_TESTS {
            tally += self.cargo_test(tests)?;
        }
        Ok(tally)
    }

    fn cargo_test(&self, tests: &[&str]) -> Result<Tally> {
        let mut cargo = self.workspace.cargo();
        cargo.arg("test").args(tests).args(["--no-fail-fast", "--"]).args(&self.selection.filters);
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
            tally.fail(format!("cargo test {} ended with {status}", tests.join(" ")));
        }
        Ok(tally)
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
        for package in [build::rust::DEMO, build::rust::PARALLEL, build::rust::TESTS] {
            if let Err(error) = package.build(self.workspace) {
                self.fail("the Rust packages of the browser suites", &error);
            }
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
}

fn heading(name: &str) {
    println!("\n== {name}");
}
