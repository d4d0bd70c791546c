//! What a peer may cost, and that the server is well afterwards.

use std::time::Duration;

use crate::common::{PATIENCE, Running};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Short, for limits that a test waits out.
const SHORT: Duration = Duration::from_millis(200);

/// Long enough that what should not happen would have.
const QUIET: Duration = Duration::from_millis(300);

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = Running::start_with(|_, config| config.limits.head_bytes = 8 * 1024).await;
    let fits = format!("X-Long: {}\r\n", "a".repeat(7 * 1024));
    assert_eq!(server.request("GET", "/", &fits).await.status, 200);
    let large = format!("X-Long: {}\r\n", "a".repeat(9 * 1024));
    assert_eq!(server.request("GET", "/", &large).await.status, 431);
}

#[tokio::test]
async fn too_many_headers_are_refused() {
    let server = Running::start().await;
    let many = |count: usize| (0..count).map(|i| format!("X-{i}: 1\r\n")).collect::<String>();
    // Host and Connection are the other two.
    assert_eq!(server.request("GET", "/", &many(62)).await.status, 200);
    assert_eq!(server.request("GET", "/", &many(63)).await.status, 431);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_is_read() {
    let server = Running::start().await;
    let announced = server.request("POST", "/", "Content-Length: 65537\r\n").await;
    assert_eq!(announced.status, 413);
    let path = server.get(&format!("/{}", "a/".repeat(1000))).await;
    assert_eq!(path.status, 414);
}

#[tokio::test]
async fn a_peer_that_never_ends_its_head_is_cut_off() {
    let server = Running::start_with(|_, config| config.limits.head_timeout = SHORT).await;
    for start in ["", "GET / HTTP/1.1\r\nHost: x\r\n"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(start.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("still open").unwrap();
        assert!(!String::from_utf8_lossy(&rest).contains(" 200 "), "{start:?}");
    }
}

#[tokio::test]
async fn a_peer_that_idles_after_an_answer_is_cut_off() {
    let server = Running::start_with(|_, config| config.limits.head_timeout = SHORT).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut all = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut all)).await.expect("still open").unwrap();
    assert!(all.starts_with(b"HTTP/1.1 200"));
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_cut_off() {
    let server = Running::start_with(|root, config| {
        config.limits.stall_timeout = SHORT;
        config.limits.connections = 1;
        // Larger than what both ends' sockets buffer.
        std::fs::File::create(root.join("demo/big.bin")).unwrap().set_len(64 << 20).unwrap();
    })
    .await;
    let mut stalled = TcpStream::connect(server.address).await.unwrap();
    stalled.write_all(b"GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    // The one place is taken until the stalled connection is dropped.
    let answer = server.get("/").await;
    assert_eq!(answer.status, 200);
    drop(stalled);
}

#[tokio::test]
async fn connections_over_the_limit_wait_their_turn() {
    let server = Running::start_with(|_, config| config.limits.connections = 2).await;
    let first = TcpStream::connect(server.address).await.unwrap();
    let second = TcpStream::connect(server.address).await.unwrap();
    let mut third = TcpStream::connect(server.address).await.unwrap();
    third.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    assert!(timeout(QUIET, third.read_to_end(&mut answer)).await.is_err(), "answered out of turn");
    drop(first);
    timeout(PATIENCE, third.read_to_end(&mut answer)).await.expect("never served").unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    drop(second);
}

#[tokio::test]
async fn nonsense_is_answered_and_survived() {
    let server = Running::start().await;
    for text in
        [&b"\x16\x03\x01\x02\x00\x01\x00"[..], b"\r\n\r\n\r\nx\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"]
    {
        assert_eq!(server.raw(text).await.status, 400, "{text:?}");
    }
    assert_eq!(server.get("/").await.status, 200);
}
