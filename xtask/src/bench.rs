//! `cargo xtask bench`: opens the bench page in a browser and prints the tables that it sends.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::sync::mpsc;

use crate::browsers::{Browser, Engine, SharedMemory};
use crate::build::{self, Profile};
use crate::node::Node;
use crate::report::{Message, Next, PageId, Plan, Report};
use crate::socket_server::{self, SocketServer};
use crate::test_server::{Caching, Site, TestServer};
use crate::workspace::Workspace;
use crate::{demo, interruptible};

const BENCH_PAGE: &str = "tests/bench/bench.html";
/// A run has one page.
const PAGE: PageId = 1;
/// A single round of the slowest bench blocks the page for less than this.
const SILENCE_LIMIT: Duration = Duration::from_secs(5 * 60);
const TICK: Duration = Duration::from_secs(1);

pub(crate) fn bench(workspace: &Workspace, engine: Engine, filters: &[String]) -> Result<()> {
    build::build(workspace, Profile::Release)?;
    demo::prepare(&Node::ready(workspace)?)?;
    engine.binary()?;
    socket_server::build(workspace)?;
    interruptible::block_on(run(workspace, engine, filters))
}

async fn run(workspace: &Workspace, engine: Engine, filters: &[String]) -> Result<()> {
    let (sender, mut messages) = mpsc::unbounded_channel();
    let server = TestServer::start(workspace, Caching::Allowed, sender).await?;
    let sockets = SocketServer::start(workspace).await?;
    let url = format!(
        "{}/{BENCH_PAGE}?page={PAGE}&engine={}&site={}&origin2={}&sockets={}",
        server.origin(Site::Isolated),
        engine.name(),
        Site::Isolated.name(),
        server.origin(Site::Other),
        sockets.origin(),
    );
    let mut browser = Browser::launch(engine, SharedMemory::With, &url).await?;
    let outcome = listen(&mut browser, &mut messages, filters).await;
    browser.close().await;
    outcome
}

/// Prints what arrives until the page is done.
async fn listen(
    browser: &mut Browser,
    messages: &mut mpsc::UnboundedReceiver<Message>,
    filters: &[String],
) -> Result<()> {
    let mut tick = tokio::time::interval(TICK);
    let mut last_sign = Instant::now();
    let mut failures = 0;
    loop {
        tokio::select! {
            Some(message) = messages.recv() => {
                last_sign = Instant::now();
                match message {
                    Message::Plan { reply, .. } => {
                        let _ = reply.send(Plan { done: Vec::new(), filters: filters.to_vec(), resumed: None });
                    }
                    Message::Next { reply, .. } => {
                        let _ = reply.send(Next { url: None });
                    }
                    Message::Report { report: Report::Done, .. } => break,
                    Message::Report { report, .. } => failures += u32::from(!print(report)),
                }
            }
            how = browser.ended() => bail!("{how}"),
            _ = tick.tick() => {
                if last_sign.elapsed() > SILENCE_LIMIT {
                    bail!("no sign of life for {} s{}", SILENCE_LIMIT.as_secs(), browser.last_words());
                }
            }
        }
    }
    if failures > 0 {
        bail!("{failures} benches failed");
    }
    Ok(())
}

/// Whether the report is of something that went well.
fn print(report: Report) -> bool {
    match report {
        Report::Table(table) => println!("{table}"),
        Report::Hello { agent, .. } => println!("{agent}"),
        Report::Log { text } => println!("{text}"),
        Report::Start { name } => println!("{name} …"),
        Report::Skip { name, reason } => println!("skip  {name} ({reason})"),
        Report::Fail { name, message, stack, .. } => {
            println!("FAIL  {name}: {message}\n{stack}");
            return false;
        }
        Report::Tests { .. } | Report::Restart { .. } | Report::Pass { .. } | Report::Heartbeat | Report::Done => {}
    }
    true
}
