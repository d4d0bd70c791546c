//! Addresses that answer as a test says. What a test sets holds for all sites, and no site's rules are added to it.
//!
//! | request | what it does |
//! | --- | --- |
//! | `PUT /asset/<name>` | sets the answer: `{ status, headers, body, broken, slow }`, all optional; `broken` ends the connection in the middle, `slow` are ms |
//! | `GET /asset/<name>` | the answer; 304 where a condition says that the client has it, 404 before one was set |
//! | `GET /asset-log/<name>` | the header fields of all requests so far, in order |

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Json, Path, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use axum::routing::get;
use futures_util::stream;
use serde::Deserialize;

#[derive(Debug, Default)]
pub(super) struct Assets {
    assets: Mutex<HashMap<String, Asset>>,
}

#[derive(Debug, Default)]
struct Asset {
    answer: Option<Answer>,
    log: Vec<BTreeMap<String, String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
    broken: bool,
    slow: u64,
}

impl Default for Answer {
    fn default() -> Self {
        Self { status: 200, headers: BTreeMap::new(), body: String::new(), broken: false, slow: 0 }
    }
}

impl Answer {
    /// Whether the client has what would be sent: it names the same validator.
    fn is_known(&self, request: &HeaderMap) -> bool {
        [("if-none-match", "etag"), ("if-modified-since", "last-modified")].iter().any(|&(asked, validator)| {
            let asked = request.get(asked).and_then(|value| value.to_str().ok());
            asked.is_some() && asked == self.headers.get(validator).map(String::as_str)
        })
    }

    fn respond(self, request: &HeaderMap) -> Response<Body> {
        let known = self.status == 200 && self.is_known(request);
        let mut response = Response::builder().status(if known { 304 } else { self.status });
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        let body = if known {
            Body::empty()
        } else if self.broken {
            response = response.header(header::CONTENT_LENGTH, self.body.len() + 1);
            let end = io::Error::from(io::ErrorKind::ConnectionReset);
            Body::from_stream(stream::iter([Ok(Bytes::from(self.body)), Err(end)]))
        } else {
            Body::from(self.body)
        };
        response.body(body).unwrap_or_else(|error| (StatusCode::BAD_REQUEST, error.to_string()).into_response())
    }
}

impl Assets {
    fn locked(&self) -> MutexGuard<'_, HashMap<String, Asset>> {
        self.assets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a request, and gives what is to be answered.
    fn note(&self, name: String, headers: &HeaderMap) -> Option<Answer> {
        let mut assets = self.locked();
        let asset = assets.entry(name).or_default();
        let line = headers
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        asset.log.push(line.collect());
        asset.answer.clone()
    }
}

pub(super) fn routes(assets: Arc<Assets>) -> Router {
    Router::new().route("/asset/{name}", get(answer).put(set)).route("/asset-log/{name}", get(log)).with_state(assets)
}

async fn set(State(assets): State<Arc<Assets>>, Path(name): Path<String>, Json(answer): Json<Answer>) -> StatusCode {
    assets.locked().entry(name).or_default().answer = Some(answer);
    StatusCode::NO_CONTENT
}

async fn answer(State(assets): State<Arc<Assets>>, Path(name): Path<String>, headers: HeaderMap) -> Response<Body> {
    let Some(answer) = assets.note(name, &headers) else { return StatusCode::NOT_FOUND.into_response() };
    tokio::time::sleep(Duration::from_millis(answer.slow)).await;
    answer.respond(&headers)
}

async fn log(State(assets): State<Arc<Assets>>, Path(name): Path<String>) -> Response<Body> {
    Json(assets.locked().get(&name).map(|asset| asset.log.clone()).unwrap_or_default()).into_response()
}
