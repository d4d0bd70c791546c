//! Whether a server is up, asked from outside of it: what a container's health check runs.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::ServerError;

/// For all of it; whoever checks waits no longer either.
const PATIENCE: Duration = Duration::from_secs(3);

/// How an answer begins that has the page.
const FINE: &[u8] = b"HTTP/1.1 200";

/// Asks the server that listens on `address` for its page. The address may be that of all interfaces: it is then asked
/// on the loopback.
///
/// # Errors
///
/// [`ServerError::Unhealthy`] where nobody listens, where the answer is not the page, or does not come within 3 s.
pub async fn check_health(address: SocketAddr) -> Result<(), ServerError> {
    let address = SocketAddr::new(reachable(address.ip()), address.port());
    let reason = match tokio::time::timeout(PATIENCE, ask(address)).await {
        Ok(Ok(answer)) if answer == FINE => return Ok(()),
        Ok(Ok(answer)) => format!("it answered {}", String::from_utf8_lossy(&answer)),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("nothing within {} s", PATIENCE.as_secs()),
    };
    Err(ServerError::Unhealthy { address, reason })
}

/// The beginning of the answer.
async fn ask(address: SocketAddr) -> std::io::Result<Vec<u8>> {
    let mut line = TcpStream::connect(address).await?;
    line.write_all(format!("HEAD / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").as_bytes()).await?;
    let mut answer = vec![0; FINE.len()];
    line.read_exact(&mut answer).await?;
    Ok(answer)
}

fn reachable(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}
