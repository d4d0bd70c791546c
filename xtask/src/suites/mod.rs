//! Runs the browser suites: launches a browser, lets its pages walk from suite to suite, and starts it anew where it
//! crashed or fell silent.

pub(crate) mod page;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::sync::mpsc;

use crate::browsers::{Browser, Engine, SharedMemory};
use crate::report::{Message, Next, PageId, Report, Resumed};
use crate::tally::Tally;
use crate::test_server::{Caching, Site, TestServer};
use crate::workspace::Workspace;
use page::Page;

/// A page sends a sign of life every two seconds. After this long without one it hangs.
const SILENCE_LIMIT: Duration = Duration::from_secs(60);
/// From the launch to the first page's first word; a cold start on a busy machine takes ten seconds.
const LAUNCH_LIMIT: Duration = Duration::from_secs(60);
/// All suites in one engine.
const RUN_LIMIT: Duration = Duration::from_secs(15 * 60);
/// How often the limits are looked at.
const TICK: Duration = Duration::from_millis(500);
/// Launches in a row that bring no page to life before the engine is given up.
const DEAD_LAUNCHES: u32 = 2;
/// What a page did before its first test, or between two, is reported under this name.
const OUTSIDE: &str = "(outside of its tests)";

/// Runs the suites in one engine and prints what happens.
///
/// # Errors
/// When there are no suites, or the engine cannot be had.
pub(crate) async fn run(workspace: &Workspace, engine: Engine, filters: &[String], pages: Vec<Page>) -> Result<Tally> {
    // Before the clock starts: it may have to be installed.
    engine.binary()?;
    let (sender, messages) = mpsc::unbounded_channel();
    let server = TestServer::start(workspace, Caching::Forbidden, sender).await?;
    let mut run = Run {
        engine,
        filters,
        server,
        messages,
        waiting: pages.into(),
        current: None,
        agent: None,
        pages: 0,
        tally: Tally::default(),
        deadline: Instant::now() + RUN_LIMIT,
    };
    if run.waiting.is_empty() {
        bail!("there are no suites");
    }
    for memory in [SharedMemory::Without, SharedMemory::With] {
        run.drain(memory).await?;
    }
    Ok(run.tally)
}

/// The state of a run in one engine.
struct Run<'a> {
    engine: Engine,
    filters: &'a [String],
    server: TestServer,
    messages: mpsc::UnboundedReceiver<Message>,
    /// Pages to come. Those that want another kind of launch are passed over until it comes.
    waiting: VecDeque<Page>,
    current: Option<Current>,
    /// The engine in its own words, once it has said them.
    agent: Option<String>,
    pages: PageId,
    tally: Tally,
    deadline: Instant,
}

/// The page that is open.
struct Current {
    id: PageId,
    page: Page,
    /// The test under way.
    running: Option<String>,
    alive: bool,
    /// Its test wants the browser killed.
    killed: bool,
    last_sign: Instant,
}

/// Why a browser's time is over.
enum Over {
    /// Its pages are done.
    Done,
    /// It, or its page, died.
    Died(String),
    /// A test wants it killed and started again.
    Restart,
    /// The time of the whole run is up.
    OutOfTime,
}

impl Run<'_> {
    /// Runs all waiting pages that want this kind of launch.
    async fn drain(&mut self, memory: SharedMemory) -> Result<()> {
        let mut dead_launches = 0;
        let mut home = None;
        while let Some(url) = self.open_next(memory) {
            let mut browser = match home.take() {
                Some(home) => Browser::launch_at(home, self.engine, memory, &url, &[]).await?,
                None => Browser::launch(self.engine, memory, &url).await?,
            };
            let over = self.watch(&mut browser, memory).await;
            let last_words = browser.last_words();
            let left = browser.close().await;
            match over {
                Over::Done => {}
                Over::Restart => {
                    home = Some(left);
                    self.waiting.extend(self.current.take().map(|current| current.page));
                    self.waiting.rotate_right(1);
                }
                Over::Died(reason) => {
                    let Some(current) = self.current.take() else { continue };
                    dead_launches = if current.alive { 0 } else { dead_launches + 1 };
                    if current.alive {
                        self.bury(current, &reason);
                    } else if dead_launches < DEAD_LAUNCHES {
                        println!("  {} did not come up ({reason}), trying again", self.engine.name());
                        self.waiting.push_front(current.page);
                    } else {
                        let reason = format!("{} does not come up: {reason}{last_words}", self.engine.name());
                        self.waiting.push_front(current.page);
                        self.give_up(&reason);
                    }
                }
                Over::OutOfTime => {
                    if let Some(current) = self.current.take() {
                        self.waiting.push_front(current.page);
                    }
                    self.give_up(&format!("not run: the suites took longer than {} minutes", RUN_LIMIT.as_secs() / 60));
                }
            }
        }
        Ok(())
    }

    /// Makes the next page the current one and gives its address.
    fn open_next(&mut self, memory: SharedMemory) -> Option<String> {
        let fits = |page: &Page| page.memory() == memory;
        let page = self.waiting.iter().position(fits).and_then(|index| self.waiting.remove(index))?;
        self.pages += 1;
        let url = page.url(&self.server, self.engine, self.pages);
        self.current = Some(Current {
            id: self.pages,
            page,
            running: None,
            alive: false,
            killed: false,
            last_sign: Instant::now(),
        });
        Some(url)
    }

    /// Serves the pages' messages until the browser's time is over.
    async fn watch(&mut self, browser: &mut Browser, memory: SharedMemory) -> Over {
        let mut tick = tokio::time::interval(TICK);
        loop {
            tokio::select! {
                Some(message) = self.messages.recv() => {
                    if self.receive(message, memory) {
                        return Over::Done;
                    }
                    if self.current.as_ref().is_some_and(|current| current.killed) {
                        return Over::Restart;
                    }
                }
                how = browser.ended() => return Over::Died(how),
                _ = tick.tick() => {
                    if Instant::now() > self.deadline {
                        return Over::OutOfTime;
                    }
                    if let Some(reason) = self.silence() {
                        return Over::Died(reason);
                    }
                }
            }
        }
    }

    fn silence(&self) -> Option<String> {
        let current = self.current.as_ref()?;
        let limit = if current.alive { SILENCE_LIMIT } else { LAUNCH_LIMIT };
        (current.last_sign.elapsed() > limit).then(|| format!("no sign of life for {} s", limit.as_secs()))
    }

    /// Whether that was the last word of the last page.
    fn receive(&mut self, message: Message, memory: SharedMemory) -> bool {
        match message {
            Message::Report { page, report } => {
                if let Some(mut current) = self.current.take_if(|current| current.id == page) {
                    current.last_sign = Instant::now();
                    self.note(&mut current, report);
                    self.current = Some(current);
                }
            }
            Message::Plan { page, reply } => {
                if let Some(current) = self.current.as_ref().filter(|current| current.id == page) {
                    let _ = reply.send(current.page.plan(self.filters));
                }
            }
            Message::Next { page, reply } => {
                if self.current.take_if(|current| current.id == page).is_some() {
                    let url = self.open_next(memory);
                    let done = url.is_none();
                    let _ = reply.send(Next { url });
                    return done;
                }
            }
        }
        false
    }

    fn note(&mut self, current: &mut Current, report: Report) {
        match report {
            Report::Hello { agent, isolated } => {
                current.alive = true;
                if self.agent.is_none() {
                    println!("{agent}");
                    self.agent = Some(agent);
                }
                if isolated != (current.page.site == Site::Isolated) {
                    self.fail(current, OUTSIDE, &format!("crossOriginIsolated is {isolated} here"), "");
                }
            }
            Report::Tests { sites } => {
                if current.page.site == Site::Plain {
                    self.waiting.extend(current.page.on_other_sites(&sites));
                }
            }
            Report::Start { name } => current.running = Some(name),
            Report::Pass { name, ms } => {
                println!("  ok    {} ({ms:.0} ms)", current.page.title(&name));
                self.tally.pass();
                current.finished(name);
            }
            Report::Fail { name, ms, message, stack } => {
                self.fail(current, &name, &format!("{message} (after {ms:.0} ms)"), &stack);
                current.finished(name);
            }
            Report::Skip { name, reason } => {
                println!("  skip  {} ({reason})", current.page.title(&name));
                self.tally.skip();
                current.finished(name);
            }
            Report::Restart { state } => {
                current.page.resumed = current.running.clone().map(|name| Resumed { name, state });
                current.killed = true;
            }
            Report::Log { text } => println!("        {text}"),
            Report::Table(table) => println!("{table}"),
            Report::Heartbeat | Report::Done => {}
        }
    }

    /// The test under way takes the blame; the rest of its suite goes on in a new browser.
    fn bury(&mut self, mut current: Current, reason: &str) {
        match current.running.take() {
            Some(name) => {
                self.fail(&current, &name, reason, "");
                current.finished(name);
                self.waiting.push_front(current.page);
            }
            None => self.fail(&current, OUTSIDE, reason, ""),
        }
    }

    fn give_up(&mut self, reason: &str) {
        for page in std::mem::take(&mut self.waiting) {
            print_failure(&page.title(OUTSIDE), reason, "");
            self.tally.fail(format!("{}: {}", self.engine.name(), page.title(OUTSIDE)));
        }
    }

    fn fail(&mut self, current: &Current, name: &str, message: &str, stack: &str) {
        let title = current.page.title(name);
        print_failure(&title, message, stack);
        let first = message.lines().next().unwrap_or_default();
        self.tally.fail(format!("{}: {title}: {first}", self.engine.name()));
    }
}

impl Current {
    fn finished(&mut self, name: String) {
        self.running = None;
        self.page.resumed = None;
        self.page.done.push(name);
    }
}

fn print_failure(title: &str, message: &str, stack: &str) {
    println!("  FAIL  {title}");
    for line in message.lines().chain(stack.lines().filter(|line| !message.contains(line.trim()))) {
        println!("        {line}");
    }
}
