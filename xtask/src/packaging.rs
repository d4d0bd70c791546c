//! The packaging part of the tests: the package, packed as it would be published, in bundlers and runtimes
//! (`tests/packaging`), and what they made of it in a browser.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;

use crate::browsers::Engine;
use crate::node::Node;
use crate::process_group::ProcessGroup;
use crate::suites::page::Page;
use crate::tally::Tally;
use crate::workspace::Workspace;
use crate::{build, interruptible, run, suites};

/// Where the tests stand. Their names begin with the bundler's or runtime's, here and on the pages, so that a filter
/// that names one has it built before it is opened.
pub(crate) const FOLDER: &str = "tests/packaging";
/// Where the tools are installed and the apps are made.
const TARGET: &str = "target/packaging";
/// The pages that open the apps, seen from the suites.
const PAGES: &str = "../packaging/pages.test.js";
/// The apps that are also served by Vite's server of development, and the package that it is of.
const DEVELOPMENT: [&str; 2] = ["vite", "vite-7"];
/// What bundlers write is the same for every engine, and the engines have suites of their own.
const ENGINE: Engine = Engine::Chromium;
/// A server of development is up within two seconds, on a busy machine within ten.
const UP_LIMIT: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);

/// Installs the tools, packs the package, and makes the apps.
pub(crate) fn prepare(workspace: &Workspace) -> Result<Node> {
    let node = Node::ready(workspace)?;
    let target = workspace.path(TARGET);
    fs::create_dir_all(&target)?;
    for file in ["package.json", "package-lock.json", ".npmrc"] {
        let from = workspace.path(FOLDER).join(file);
        fs::copy(&from, target.join(file)).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    node.install_packages(&target)?;
    build::rust::DEMO.build(workspace)?;
    run::output(node.command().arg(format!("{FOLDER}/prepare.mjs")))?;
    Ok(node)
}

/// Opens what has been built.
pub(crate) fn pages(workspace: &Workspace, filters: &[String]) -> Result<Tally> {
    ENGINE.binary()?;
    interruptible::block_on(async {
        let mut servers = Vec::new();
        let mut query = String::new();
        for name in DEVELOPMENT {
            let (server, address) = serve(&workspace.path(TARGET), name).await?;
            servers.push(server);
            query.push_str(&format!("&{name}={address}"));
        }
        let tally = suites::run(workspace, ENGINE, filters, vec![Page::new(PAGES.to_owned(), query)]).await;
        for server in servers {
            server.end().await;
        }
        tally
    })
}

/// Starts Vite's server of development in the app of that name; gives its address once it answers.
async fn serve(target: &Path, name: &str) -> Result<(ProcessGroup, String)> {
    // Free now; nobody else is likely to be given it meanwhile.
    let port = TcpListener::bind(("127.0.0.1", 0)).await?.local_addr()?.port();
    let mut vite = Command::new("node");
    vite.arg(target.join("node_modules").join(name).join("bin/vite.js"))
        .args(["--host=127.0.0.1", "--strictPort", &format!("--port={port}")])
        .current_dir(target.join("apps").join(name))
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let mut server = ProcessGroup::spawn(&mut vite).with_context(|| format!("cannot start {name}"))?;
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        if let Some(status) = server.child().try_wait()? {
            bail!("the server of {name} ended with {status}");
        }
        if start.elapsed() > UP_LIMIT {
            bail!("the server of {name} did not come up within {} s", UP_LIMIT.as_secs());
        }
        tokio::time::sleep(POLL).await;
    }
    Ok((server, format!("http://127.0.0.1:{port}/")))
}
