//! Responses that go wrong on purpose. `<file>` is any path that the server would serve.
//!
//! | path below `/fault/` | response |
//! | --- | --- |
//! | `404/<file>` | 404 |
//! | `html/<file>` | 200 with an HTML page, as a redeployed single-page app answers |
//! | `mime/<file>` | the file as `text/plain` |
//! | `slow/<ms>/<file>` | the file, that much later |
//! | `reset/<file>` | half of the file, then the connection breaks |
//! | `garbage/<file>` | other bytes, of the right type and length |
//! | `flaky/<n>/<key>/<file>` | 503 for the first n requests of the key, then the file |
//! | `counted/<key>/<file>` | the file |
//! | `count/<key>` | how many requests the key has had, as JSON |

use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Response, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Json};
use futures_util::stream;

use super::files::{File, Files, not_found};

const PAGE: &str = "<!doctype html><title>App</title><p>Not what was asked for.";
/// Not the first byte of a wasm module, of gzip or of any script.
const GARBAGE: u8 = 0xC1;

/// Requests so far, by the key that a test chose.
#[derive(Debug, Default)]
pub(super) struct Faults {
    requests: Mutex<HashMap<String, u32>>,
}

impl Faults {
    pub(super) async fn respond(&self, files: &Files, fault: &str) -> Response<Body> {
        match fault.split_once('/') {
            Some(("404", _)) => not_found(fault),
            Some(("html", _)) => Html(PAGE).into_response(),
            Some(("mime", rest)) => with_file(files, rest, |file| as_type("text/plain", file.bytes)).await,
            Some(("slow", rest)) => slow(files, rest).await,
            Some(("reset", rest)) => with_file(files, rest, broken_off).await,
            Some(("garbage", rest)) => {
                with_file(files, rest, |file| as_type(file.mime, vec![GARBAGE; file.bytes.len()])).await
            }
            Some(("flaky", rest)) => self.flaky(files, rest).await,
            Some(("counted", rest)) => self.counted(files, rest).await,
            Some(("count", key)) => Json(self.requests().get(key).copied().unwrap_or(0)).into_response(),
            _ => unknown(fault),
        }
    }

    async fn flaky(&self, files: &Files, rest: &str) -> Response<Body> {
        let parts = rest.split_once('/').and_then(|(n, rest)| Some((n.parse::<u32>().ok()?, rest.split_once('/')?)));
        let Some((failures, (key, file))) = parts else { return unknown(rest) };
        if self.count(key) <= failures {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        with_file(files, file, |file| as_type(file.mime, file.bytes)).await
    }

    async fn counted(&self, files: &Files, rest: &str) -> Response<Body> {
        let Some((key, file)) = rest.split_once('/') else { return unknown(rest) };
        self.count(key);
        with_file(files, file, |file| as_type(file.mime, file.bytes)).await
    }

    /// Counts one request more and gives the number so far.
    fn count(&self, key: &str) -> u32 {
        let mut requests = self.requests();
        let count = requests.entry(key.to_owned()).or_default();
        *count += 1;
        *count
    }

    fn requests(&self) -> MutexGuard<'_, HashMap<String, u32>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn slow(files: &Files, rest: &str) -> Response<Body> {
    let parts = rest.split_once('/').and_then(|(ms, file)| Some((ms.parse().ok()?, file)));
    let Some((ms, file)) = parts else { return unknown(rest) };
    tokio::time::sleep(Duration::from_millis(ms)).await;
    with_file(files, file, |file| as_type(file.mime, file.bytes)).await
}

async fn with_file(files: &Files, rest: &str, respond: impl FnOnce(File) -> Response<Body>) -> Response<Body> {
    let path = format!("/{rest}");
    match files.read(&path).await {
        Some(file) => respond(file),
        None => not_found(&path),
    }
}

fn as_type(mime: &'static str, bytes: Vec<u8>) -> Response<Body> {
    ([(header::CONTENT_TYPE, mime)], bytes).into_response()
}

/// The length that is promised is the whole file's, so the client knows that something is missing.
fn broken_off(file: File) -> Response<Body> {
    let length = file.bytes.len();
    let half = Bytes::from(file.bytes).slice(..length / 2);
    let parts = stream::iter([Ok(half), Err(io::Error::from(io::ErrorKind::ConnectionReset))]);
    let headers = [(header::CONTENT_TYPE, file.mime.to_owned()), (header::CONTENT_LENGTH, length.to_string())];
    (headers, Body::from_stream(parts)).into_response()
}

fn unknown(fault: &str) -> Response<Body> {
    (StatusCode::BAD_REQUEST, format!("no such fault: {fault}\n")).into_response()
}
