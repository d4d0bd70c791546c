//! Many sockets at one time.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tungstenite::protocol::WebSocketConfig;

use crate::Failure;

pub(crate) type Socket = WebSocketStream<TcpStream>;

/// Handshakes at one time: a backlog holds some hundred.
const AT_ONCE: usize = 128;
/// Connections from one address: a pair of addresses has 28,000 ports on Linux, where nobody has changed that.
const PER_ADDRESS: usize = 10_000;
/// What a socket of ours may buffer, in bytes; the messages are small.
const BUFFER_BYTES: usize = 1024;
/// How long one handshake may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Opens so many sockets; others have opened the `first` before.
pub(crate) async fn gather(url: &str, target: SocketAddr, first: usize, count: usize) -> Result<Vec<Socket>, Failure> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut handshakes = JoinSet::new();
    for number in first..first + count {
        let (places, url) = (places.clone(), url.to_owned());
        handshakes.spawn(async move {
            let _place = places.acquire().await?;
            tokio::time::timeout(PATIENCE, open(&url, target, number)).await?
        });
    }
    let mut crowd = Vec::with_capacity(count);
    while let Some(handshake) = handshakes.join_next().await {
        let socket = handshake?.map_err(|error| format!("after {} connections: {error}", crowd.len()))?;
        crowd.push(socket);
    }
    Ok(crowd)
}

async fn open(url: &str, target: SocketAddr, number: usize) -> Result<Socket, Failure> {
    let stream = if target.ip() == Ipv4Addr::LOCALHOST && cfg!(target_os = "linux") {
        // All of 127.0.0.0/8 is this machine.
        let from = Ipv4Addr::from(u32::from(Ipv4Addr::LOCALHOST) + (number / PER_ADDRESS) as u32);
        let socket = TcpSocket::new_v4()?;
        socket.bind((from, 0).into())?;
        socket.connect(target).await?
    } else {
        TcpStream::connect(target).await?
    };
    stream.set_nodelay(true)?;
    // It ends without a farewell. Otherwise its port would be kept for a minute (TIME-WAIT, RFC 9293, section 3.6.1), and the
    // next load search for free ones thirty times longer than it connects.
    stream.set_zero_linger()?;
    let config = WebSocketConfig::default().read_buffer_size(BUFFER_BYTES).write_buffer_size(BUFFER_BYTES);
    Ok(tokio_tungstenite::client_async_with_config(url, stream, Some(config)).await?.0)
}

/// How many of them have ended.
pub(crate) async fn gone(crowd: &mut [Socket]) -> usize {
    let mut gone = 0;
    for socket in crowd {
        // A ping may be waiting; an end is one without waiting.
        while let Some(next) = socket.next().now_or_never() {
            if !matches!(next, Some(Ok(_))) {
                gone += 1;
                break;
            }
        }
    }
    gone
}
