//! A server behind a proxy, that can be put in another's place.

use std::net::SocketAddr;
use std::time::Duration;

use centaurus_client::config::{Backoff, Heartbeat};
use centaurus_client::{Config, Message, Socket};
use centaurus_fault_proxy::FaultProxy;
use centaurus_server::{Limits, Server};
use futures_util::StreamExt;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Longer than anything here takes; a test that meets it has hung.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
pub(crate) const MS: u64 = 1_000;

pub(crate) struct Backend {
    pub(crate) proxy: FaultProxy,
    config: centaurus_server::Config,
    server: JoinHandle<()>,
}

impl Backend {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut Limits)) -> Self {
        let mut limits = Limits::default();
        change(&mut limits);
        let config = centaurus_server::Config::sockets_only(limits);
        let (address, server) = serve(&config).await;
        Self { proxy: FaultProxy::start(address).await.unwrap(), config, server }
    }

    /// Another server takes the old one's place, and goes on with its sessions; all lines break.
    pub(crate) async fn restart(&mut self) {
        let (address, server) = serve(&self.config).await;
        self.proxy.set_target(address);
        self.proxy.reset();
        std::mem::replace(&mut self.server, server).abort();
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("ws://{}{path}", self.proxy.address())
    }
}

async fn serve(config: &centaurus_server::Config) -> (SocketAddr, JoinHandle<()>) {
    let server = Server::bind(config, ([127, 0, 0, 1], 0)).await.unwrap();
    (server.local_addr(), tokio::spawn(server.run(std::future::pending())))
}

/// Comes back at once, and soon finds out that it has to.
pub(crate) fn hasty(mut config: Config) -> Config {
    config.link.backoff = Backoff { min: MS, base: MS, max: 20 * MS, stable_after: 0, ..Backoff::default() };
    config.link.heartbeat = Some(Heartbeat { interval: 200 * MS, timeout: 200 * MS });
    config
}

pub(crate) async fn next(socket: &mut Socket) -> Option<Message> {
    timeout(PATIENCE, socket.next()).await.expect("nothing comes and nothing ends")
}
