//! How a server stops, and the binary as a whole.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream as Blocking;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::common::{Answer, PATIENCE, Running, root};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

#[tokio::test]
async fn an_answer_under_way_is_finished() {
    const SIZE: u64 = 64 << 20;
    let mut server = Running::start_with(|root, _| {
        std::fs::File::create(root.join("demo/big.bin")).unwrap().set_len(SIZE).unwrap();
    })
    .await;
    let mut reader = TcpStream::connect(server.address).await.unwrap();
    reader.write_all(b"GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut first = [0; 1024];
    reader.read_exact(&mut first).await.unwrap();
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(idle.read(&mut first).await.unwrap() > 0);

    server.stop.take().unwrap().send(()).unwrap();
    let mut rest = Vec::new();
    timeout(PATIENCE, reader.read_to_end(&mut rest)).await.expect("never finished").unwrap();
    assert!(rest.len() as u64 + 1024 > SIZE);
    timeout(PATIENCE, idle.read_to_end(&mut rest)).await.expect("an idle connection stayed open").unwrap();
    timeout(PATIENCE, &mut server.task).await.expect("the server goes on").unwrap();
    assert!(TcpStream::connect(server.address).await.is_err(), "the port is still taken");
}

#[tokio::test]
async fn a_peer_that_does_not_read_cannot_hold_the_server() {
    let mut server = Running::start_with(|root, config| {
        config.limits.shutdown_timeout = Duration::from_millis(200);
        std::fs::File::create(root.join("demo/big.bin")).unwrap().set_len(64 << 20).unwrap();
    })
    .await;
    let mut stalled = TcpStream::connect(server.address).await.unwrap();
    stalled.write_all(b"GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    stalled.read_exact(&mut [0; 1024]).await.unwrap();
    server.stop.take().unwrap().send(()).unwrap();
    timeout(PATIENCE, &mut server.task).await.expect("the server waits for ever").unwrap();
}

/// The binary, killed if a test fails.
struct Binary(Child);

impl Binary {
    fn start(command: &mut Command) -> (Self, String) {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        (Self(child), line)
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_centaurus-server"))
}

fn get(address: &str, path: &str) -> Answer {
    let mut stream = Blocking::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    Answer::parse(&bytes)
}

fn address_of(line: &str) -> String {
    line.trim().strip_prefix("http://").and_then(|rest| rest.strip_suffix('/')).expect(line).to_owned()
}

#[cfg(unix)]
#[test]
fn the_binary_prints_its_port_and_stops_at_both_signals() {
    for signal in ["TERM", "INT"] {
        let root = root();
        let (mut binary, line) = Binary::start(command().args(["--port", "0", "--root"]).arg(root.path()));
        let address = address_of(&line);
        assert_eq!(get(&address, "/").status, 200);
        let sent = Command::new("kill").args([format!("-{signal}"), binary.0.id().to_string()]).status().unwrap();
        assert!(sent.success());
        assert!(binary.0.wait().unwrap().success(), "SIG{signal}");
    }
}

#[cfg(unix)]
#[test]
fn servers_share_a_port_if_all_of_them_say_so() {
    let options = ["--sockets-only", "--shared-port", "--port"];
    let (first, line) = Binary::start(command().args(options).arg("0"));
    let port = address_of(&line).rsplit(':').next().unwrap().to_owned();
    let (_second, again) = Binary::start(command().args(options).arg(&port));
    assert_eq!(line, again);
    let alone = command().args(["--sockets-only", "--port", &port]).output().unwrap();
    assert_eq!(alone.status.code(), Some(1));
    assert!(String::from_utf8(alone.stderr).unwrap().contains("cannot listen"));
    // The one that stays serves whoever comes.
    drop(first);
    for _ in 0..20 {
        assert_eq!(get(&format!("127.0.0.1:{port}"), "/").status, 404);
    }
}

#[test]
fn every_flag_has_its_variable() {
    let root = root();
    let (_binary, line) = Binary::start(
        command()
            .env("CENTAURUS_HOST", "127.0.0.1")
            .env("CENTAURUS_PORT", "0")
            .env("CENTAURUS_ROOT", root.path())
            .env("CENTAURUS_DATA", root.path().join("pkg"))
            .env("CENTAURUS_MOUNT", format!("/more={}", root.path().join("data").display()))
            .env("CENTAURUS_NO_ISOLATION", "true")
            .env("CENTAURUS_SHARED_PORT", if cfg!(unix) { "true" } else { "false" })
            .env("CENTAURUS_LOG", "off"),
    );
    let address = address_of(&line);
    assert_eq!(get(&address, "/").header("cross-origin-opener-policy"), "");
    assert_eq!(get(&address, "/centaurus.wasm").status, 200, "the data's folder");
    assert_eq!(get(&address, "/cities.json").status, 404, "the default of the data's folder");
    assert_eq!(get(&address, "/more/cities.json").status, 200);
}

#[test]
fn a_start_that_fails_says_why() {
    let root = root();
    let output = command().args(["--port", "0", "--root"]).arg(root.path().join("none")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("none/demo") && error.contains("--root"), "{error}");
    assert!(output.stdout.is_empty());
}
