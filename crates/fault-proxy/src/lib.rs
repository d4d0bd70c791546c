//! A TCP proxy for tests. It stands in front of a server and does to its lines what networks do: nothing, for a while,
//! and then everything at once.
//!
//! | fault | lines that are open | new ones |
//! | --- | --- | --- |
//! | [`refuse`](FaultProxy::refuse) | stay | nobody listens |
//! | [`hang_up`](FaultProxy::hang_up) | stay | reset as soon as they are accepted, and counted |
//! | [`freeze`](FaultProxy::freeze) | stay open, nothing passes: half-open, as after a lost route | likewise |
//! | [`slow`](FaultProxy::slow) | pass so many bytes a second each way | likewise |
//! | [`reset`](FaultProxy::reset) | reset | pass |
//! | [`cut_after`](FaultProxy::cut_after) | reset after so many bytes more to the client | pass |
//!
//! [`pass`](FaultProxy::pass) ends whatever lasts.

mod line;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

/// The pause before a port is asked for again that somebody else was given meanwhile.
const BIND_PAUSE: Duration = Duration::from_millis(20);

/// What lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Pass,
    Refuse,
    HangUp,
    Freeze,
    /// Bytes a second.
    Slow(u32),
}

/// What happens once, to the lines that are open: the later one counts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Blow {
    Reset,
    /// After so many bytes more to the client.
    CutAfter(u64),
}

/// What the proxy is told and what it tells.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) target: Mutex<SocketAddr>,
    pub(crate) mode: watch::Sender<Mode>,
    pub(crate) blow: watch::Sender<Option<Blow>>,
    listening: watch::Sender<bool>,
    attempts: Mutex<Vec<Duration>>,
    start: Instant,
}

/// A proxy on a port of its own, until it is dropped.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl FaultProxy {
    /// Listens on a free port of the loopback and passes lines on to `target`.
    ///
    /// # Errors
    /// When there is no port to be had.
    pub async fn start(target: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            target: Mutex::new(target),
            mode: watch::Sender::new(Mode::Pass),
            blow: watch::Sender::new(None),
            listening: watch::Sender::new(true),
            attempts: Mutex::default(),
            start: Instant::now(),
        });
        let task = tokio::spawn(run(listener, address, shared.clone()));
        Ok(Self { address, shared, task })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// New lines go there.
    pub fn set_target(&self, target: SocketAddr) {
        *locked(&self.shared.target) = target;
    }

    /// Everything passes again; what was frozen goes on.
    pub async fn pass(&self) {
        self.set(Mode::Pass, true).await;
    }

    /// Nobody listens any more.
    pub async fn refuse(&self) {
        self.set(Mode::Refuse, false).await;
    }

    /// Accepts and resets.
    pub async fn hang_up(&self) {
        self.set(Mode::HangUp, true).await;
    }

    /// Nothing passes, and nobody is told.
    pub async fn freeze(&self) {
        self.set(Mode::Freeze, true).await;
    }

    /// So many bytes a second pass, each way and line.
    pub async fn slow(&self, bytes_per_second: u32) {
        self.set(Mode::Slow(bytes_per_second.max(1)), true).await;
    }

    /// Resets the lines that are open.
    pub fn reset(&self) {
        self.shared.blow.send_replace(Some(Blow::Reset));
    }

    /// Resets each line that is open once it has passed so many bytes more to its client: in the middle of a frame, if
    /// the number is well chosen.
    pub fn cut_after(&self, bytes: u64) {
        self.shared.blow.send_replace(Some(Blow::CutAfter(bytes)));
    }

    /// When clients came, from the start of the proxy. Those that were refused did not.
    #[must_use]
    pub fn attempts(&self) -> Vec<Duration> {
        locked(&self.shared.attempts).clone()
    }

    async fn set(&self, mode: Mode, listening: bool) {
        self.shared.mode.send_replace(mode);
        // An error says that the proxy is gone, and then there is nothing to wait for.
        let _ = self.shared.listening.subscribe().wait_for(|now| *now == listening).await;
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(listener: TcpListener, address: SocketAddr, shared: Arc<Shared>) {
    let mut mode = shared.mode.subscribe();
    let mut lines = JoinSet::new();
    let mut listener = Some(listener);
    loop {
        let now = *mode.borrow_and_update();
        match (now, &listener) {
            (Mode::Refuse, Some(_)) => listener = None,
            (Mode::Refuse, None) => {}
            (_, None) => match TcpListener::bind(address).await {
                Ok(bound) => listener = Some(bound),
                Err(_) => {
                    tokio::time::sleep(BIND_PAUSE).await;
                    continue;
                }
            },
            (_, Some(_)) => {}
        }
        shared.listening.send_replace(listener.is_some());
        let accept = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = mode.changed() => if changed.is_err() { return },
            Some(_) = lines.join_next() => {}
            Ok((client, _)) = accept => {
                locked(&shared.attempts).push(shared.start.elapsed());
                lines.spawn(line::serve(client, shared.clone()));
            }
        }
    }
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
