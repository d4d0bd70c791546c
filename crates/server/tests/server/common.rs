//! A site in a temporary folder, a server on a real port, and a client that sends exactly what it is told to.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use centaurus_server::{Config, Mount, Server};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Longer than anything here takes; a test that meets it has hung.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Text that lies beside the served folders and must never be seen.
pub(crate) const SECRET: &str = "not for the public";

/// A root as the playground's, with one file of each kind.
pub(crate) fn root() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let put = |path: &str, bytes: &[u8]| {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    put("secret.txt", SECRET.as_bytes());
    put("demo/.hidden", SECRET.as_bytes());
    put("demo/index.html", b"<!doctype html><title>page</title>");
    put("demo/404.html", b"<!doctype html><title>lost</title>");
    put("demo/main.js", &b"export const text = 'compressible';\n".repeat(100));
    put("demo/css/page.css", b"body { margin: 0 }");
    put("demo/chunk-3f2a91bc.js", b"export {};");
    put("data/cities.json", &b"[{\"name\":\"Bern\"}]".repeat(100));
    put("data/cities.json.gz", &gzip(&b"[{\"name\":\"Bern\"}]".repeat(100)));
    put("pkg/centaurus.js", b"export class Centaurus {}");
    put("pkg/centaurus.js.map", b"{}");
    put("pkg/centaurus.d.ts", b"export class Centaurus {}");
    put("pkg/centaurus.wasm", b"\0asm\x01\0\0\0");
    put("pkg/helper.mjs", b"export {};");
    root
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes), &mut out).unwrap();
    out
}

/// A running server. Dropping it stops it.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) task: JoinHandle<()>,
    pub(crate) stop: Option<oneshot::Sender<()>>,
    _root: TempDir,
}

impl Running {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_, _| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&Path, &mut Config)) -> Self {
        let root = root();
        let mut config = Config::of_root(root.path(), None);
        change(root.path(), &mut config);
        let server = Server::bind(&config, ([127, 0, 0, 1], 0)).await.unwrap();
        let address = server.local_addr();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(server.run(async move {
            let _ = stopped.await;
        }));
        Self { address, task, stop: Some(stop), _root: root }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.request("GET", path, "").await
    }

    /// One request on its own connection. `headers` are whole lines, each with its CRLF.
    pub(crate) async fn request(&self, method: &str, path: &str, headers: &str) -> Answer {
        self.raw(format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n")).await
    }

    /// Sends the text and reads to the end of the connection.
    pub(crate) async fn raw(&self, text: impl AsRef<[u8]>) -> Answer {
        let exchange = async {
            let mut stream = TcpStream::connect(self.address).await.unwrap();
            // A server that refuses early may close before it has read all of it.
            let _ = stream.write_all(text.as_ref()).await;
            let mut bytes = Vec::new();
            let _ = stream.read_to_end(&mut bytes).await;
            Answer::parse(&bytes)
        };
        tokio::time::timeout(PATIENCE, exchange).await.expect("the server neither answers nor closes")
    }
}

/// A parsed answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole head");
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: HashMap<String, String> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut body = bytes[end + 4..].to_vec();
        if headers.get("transfer-encoding").is_some_and(|value| value == "chunked") {
            body = unchunk(&body);
        }
        Self { status, headers, body }
    }

    /// A header's value, empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

fn unchunk(mut bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let line = bytes.windows(2).position(|two| two == b"\r\n").unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..line]).unwrap(), 16).unwrap();
        if size == 0 {
            return out;
        }
        out.extend_from_slice(&bytes[line + 2..line + 2 + size]);
        bytes = &bytes[line + 2 + size + 2..];
    }
}

/// A mount for tests.
pub(crate) fn mount(url: &str, folder: impl AsRef<Path>) -> Mount {
    Mount { url: url.into(), folder: folder.as_ref().into(), required: true }
}
