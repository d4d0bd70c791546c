//! Each fault, as a client of an echo sees it.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use centaurus_fault_proxy::FaultProxy;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(10);
const A_WHILE: Duration = Duration::from_millis(150);

async fn proxy() -> FaultProxy {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let target = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                let _ = tokio::io::copy(&mut from, &mut to).await;
            });
        }
    });
    FaultProxy::start(target).await.unwrap()
}

async fn line(proxy: &FaultProxy) -> TcpStream {
    let mut line = TcpStream::connect(proxy.address()).await.unwrap();
    assert_eq!(echo(&mut line, b"hello").await.unwrap(), b"hello");
    line
}

async fn echo(line: &mut TcpStream, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    line.write_all(bytes).await?;
    let mut answer = vec![0; bytes.len()];
    timeout(PATIENCE, line.read_exact(&mut answer)).await.expect("an answer or an end")?;
    Ok(answer)
}

async fn end(line: &mut TcpStream) -> (Vec<u8>, ErrorKind) {
    let mut rest = Vec::new();
    let end = timeout(PATIENCE, line.read_to_end(&mut rest)).await.expect("an end");
    (rest, end.expect_err("a reset").kind())
}

#[tokio::test]
async fn refuse_leaves_nobody_listening_until_it_passes() {
    let proxy = proxy().await;
    let mut open = line(&proxy).await;
    proxy.refuse().await;
    let refused = TcpStream::connect(proxy.address()).await.expect_err("nobody listens");
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    assert_eq!(echo(&mut open, b"still here").await.unwrap(), b"still here");
    proxy.pass().await;
    line(&proxy).await;
    assert_eq!(proxy.attempts().len(), 2, "who was refused did not come");
}

#[tokio::test]
async fn hang_up_resets_whoever_comes_and_counts() {
    let proxy = proxy().await;
    proxy.hang_up().await;
    for _ in 0..3 {
        let mut line = TcpStream::connect(proxy.address()).await.unwrap();
        assert_eq!(end(&mut line).await, (Vec::new(), ErrorKind::ConnectionReset));
    }
    assert_eq!(proxy.attempts().len(), 3);
}

#[tokio::test]
async fn freeze_holds_everything_and_lets_it_go_again() {
    let proxy = proxy().await;
    let mut open = line(&proxy).await;
    proxy.freeze().await;
    open.write_all(b"anybody?").await.unwrap();
    let mut answer = [0; 8];
    assert!(timeout(A_WHILE, open.read_exact(&mut answer)).await.is_err(), "nothing passes, nothing ends");
    proxy.pass().await;
    timeout(PATIENCE, open.read_exact(&mut answer)).await.unwrap().unwrap();
    assert_eq!(&answer, b"anybody?");
}

#[tokio::test]
async fn slow_passes_so_many_bytes_a_second() {
    let proxy = proxy().await;
    let mut open = line(&proxy).await;
    proxy.slow(100_000).await;
    let start = Instant::now();
    // There and back, one after the other.
    assert_eq!(echo(&mut open, &[7; 20_000]).await.unwrap(), [7; 20_000]);
    assert!(start.elapsed() >= Duration::from_millis(180), "{:?}", start.elapsed());
}

#[tokio::test]
async fn reset_strikes_the_lines_that_are_open() {
    let proxy = proxy().await;
    let mut open = line(&proxy).await;
    proxy.reset();
    assert_eq!(end(&mut open).await, (Vec::new(), ErrorKind::ConnectionReset));
    line(&proxy).await;
}

#[tokio::test]
async fn cut_after_passes_exactly_so_many_bytes() {
    let proxy = proxy().await;
    let mut open = line(&proxy).await;
    proxy.cut_after(10);
    // Told, not asked: the proxy needs a moment to have heard.
    tokio::time::sleep(A_WHILE).await;
    open.write_all(b"0123").await.unwrap();
    open.write_all(b"456789 and what is lost").await.unwrap();
    let mut rest = Vec::new();
    let _ = timeout(PATIENCE, open.read_to_end(&mut rest)).await.expect("an end");
    assert_eq!(rest, b"0123456789");
    line(&proxy).await;
}
