//! Accepting connections, within bounds, and stopping in good order.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
#[cfg(unix)]
use tokio::net::TcpSocket;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;

use crate::site::router;
use crate::{Config, Limits, ServerError};

/// The pause after a failed accept. It fails for want of file descriptors, and would again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Connections that may wait to be accepted, as where the port is nobody else's.
#[cfg(unix)]
const BACKLOG: u32 = 1024;

/// hyper's least read buffer, in bytes: it panics below.
const LEAST_BUFFER: usize = 8 * 1024;

/// A server that has its port.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    router: Router,
    limits: Limits,
    stopping: watch::Sender<bool>,
}

impl Server {
    /// Takes a port; 0 is any free one. Connections wait until [`Server::run`].
    ///
    /// # Errors
    ///
    /// A port that is taken, a folder that is not there, a mount with an odd URL.
    pub async fn bind(config: &Config, address: impl Into<SocketAddr>) -> Result<Self, ServerError> {
        let address = address.into();
        let (stopping, _) = watch::channel(false);
        let router = router(config, stopping.subscribe())?;
        let bound = async {
            let listener = if config.shared_port { share(address)? } else { TcpListener::bind(address).await? };
            let address = listener.local_addr()?;
            Ok((listener, address))
        };
        let (listener, address) = bound.await.map_err(|source| ServerError::Bind { address, source })?;
        Ok(Self { listener, address, router, limits: config.limits.clone(), stopping })
    }

    /// Where it listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` ends. Then no connection is accepted, idle ones close, and answers under way have
    /// [`Limits::shutdown_timeout`] to end.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self { listener, router, limits, stopping, .. } = self;
        let places = Arc::new(Semaphore::new(limits.connections));
        let mut connections = JoinSet::new();
        let mut stop = pin!(stop);
        loop {
            let (stream, place) = tokio::select! {
                () = &mut stop => break,
                accepted = accept(&listener, &places) => accepted,
                Some(_) = connections.join_next() => continue,
            };
            connections.spawn(serve(stream, place, router.clone(), limits.clone(), stopping.subscribe()));
        }
        drop(listener);
        stopping.send_replace(true);
        tracing::info!(connections = connections.len(), "stopping");
        let drained = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(limits.shutdown_timeout, drained).await.is_err() {
            tracing::warn!("connections left open at the end of the shutdown time-out");
        }
    }
}

/// Listens where others may, too.
#[cfg(unix)]
fn share(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

#[cfg(not(unix))]
fn share(_: SocketAddr) -> std::io::Result<TcpListener> {
    Err(std::io::Error::new(std::io::ErrorKind::Unsupported, "this system lets no two processes share a port"))
}

/// The next connection, once there is a place for it. Those that wait stay in the system's backlog.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, OwnedSemaphorePermit) {
    let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            Err(error) => {
                tracing::warn!(%error, "accept failed");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn serve(
    stream: TcpStream,
    place: OwnedSemaphorePermit,
    router: Router,
    limits: Limits,
    mut stopping: watch::Receiver<bool>,
) {
    let _place = place;
    // Answers are written whole; waiting for more of them only delays the last packet.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.stall_timeout));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout)
        .max_headers(limits.headers)
        .max_buf_size(limits.head_bytes.max(LEAST_BUFFER))
        .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(router))
        .with_upgrades();
    let mut connection = pin!(connection);
    let mut told = false;
    let ended = loop {
        tokio::select! {
            ended = &mut connection => break ended,
            _ = stopping.wait_for(|stop| *stop), if !told => {
                told = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = %error, "connection ended early");
    }
}
