//! Gates: for a test of its own, a server of sockets behind a proxy that breaks lines. Control is by HTTP, from the page.
//!
//! | request below `/gate` | what it does |
//! | --- | --- |
//! | `POST /` | opens one: `{ id, origin }`, such as `ws://127.0.0.1:4711` |
//! | `POST /<id>/pass`, `/refuse`, `/hangup`, `/freeze`, `/slow?rate=`, `/reset`, `/cut?after=` | a fault (see [`FaultProxy`]); `rate` in bytes a second, `after` in bytes |
//! | `POST /<id>/restart?times=&pause=` | resets all lines and puts another server in the old one's place, which goes on with its sessions; so many times, with so many ms between |
//! | `GET /<id>` | `{ attempts, restarts }`: when clients came, in ms, and how often the server was put in place |
//! | `DELETE /<id>` | closes it |

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Json, Path, Query, State};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use centaurus_fault_proxy::FaultProxy;
use centaurus_server::{Config, Limits, Server};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

#[derive(Debug, Default)]
pub(super) struct Gates {
    gates: Mutex<HashMap<u32, Arc<Gate>>>,
    opened: AtomicU32,
}

#[derive(Debug)]
struct Gate {
    proxy: FaultProxy,
    config: Config,
    /// The server that stands behind it now.
    server: Mutex<JoinHandle<()>>,
    restarts: AtomicU32,
}

#[derive(Debug, Serialize)]
struct Opened {
    id: u32,
    origin: String,
}

#[derive(Debug, Serialize)]
struct News {
    attempts: Vec<f64>,
    restarts: u32,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
struct Numbers {
    rate: u32,
    after: u64,
    times: u32,
    pause: u64,
}

impl Default for Numbers {
    fn default() -> Self {
        Self { rate: 1, after: 0, times: 1, pause: 0 }
    }
}

impl Gates {
    fn get(&self, id: u32) -> Option<Arc<Gate>> {
        locked(&self.gates).get(&id).cloned()
    }
}

impl Gate {
    async fn open() -> io::Result<Self> {
        let config = Config::sockets_only(Limits::default());
        let (address, server) = serve(&config).await?;
        let proxy = FaultProxy::start(address).await?;
        Ok(Self { proxy, config, server: Mutex::new(server), restarts: AtomicU32::new(0) })
    }

    async fn restart(&self) -> io::Result<()> {
        let (address, server) = serve(&self.config).await?;
        self.proxy.set_target(address);
        self.proxy.reset();
        std::mem::replace(&mut *locked(&self.server), server).abort();
        self.restarts.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        locked(&self.server).abort();
    }
}

/// A server on a port of its own, until the task is aborted.
async fn serve(config: &Config) -> io::Result<(SocketAddr, JoinHandle<()>)> {
    let server = Server::bind(config, ([127, 0, 0, 1], 0)).await.map_err(io::Error::other)?;
    Ok((server.local_addr(), tokio::spawn(server.run(std::future::pending()))))
}

pub(super) fn routes(gates: Arc<Gates>) -> Router {
    Router::new()
        .route("/gate", post(open))
        .route("/gate/{id}", get(news).delete(close))
        .route("/gate/{id}/{fault}", post(strike))
        .with_state(gates)
}

async fn open(State(gates): State<Arc<Gates>>) -> Response<Body> {
    let gate = match Gate::open().await {
        Ok(gate) => gate,
        Err(error) => return failed(&error),
    };
    let id = gates.opened.fetch_add(1, Ordering::Relaxed);
    let origin = format!("ws://{}", gate.proxy.address());
    locked(&gates.gates).insert(id, Arc::new(gate));
    Json(Opened { id, origin }).into_response()
}

async fn close(State(gates): State<Arc<Gates>>, Path(id): Path<u32>) -> StatusCode {
    locked(&gates.gates).remove(&id);
    StatusCode::NO_CONTENT
}

async fn news(State(gates): State<Arc<Gates>>, Path(id): Path<u32>) -> Response<Body> {
    let Some(gate) = gates.get(id) else { return unknown("gate") };
    let attempts = gate.proxy.attempts().iter().map(|at| at.as_secs_f64() * 1_000.0).collect();
    Json(News { attempts, restarts: gate.restarts.load(Ordering::Relaxed) }).into_response()
}

async fn strike(
    State(gates): State<Arc<Gates>>,
    Path((id, fault)): Path<(u32, String)>,
    Query(numbers): Query<Numbers>,
) -> Response<Body> {
    let Some(gate) = gates.get(id) else { return unknown("gate") };
    let proxy = &gate.proxy;
    match fault.as_str() {
        "pass" => proxy.pass().await,
        "refuse" => proxy.refuse().await,
        "hangup" => proxy.hang_up().await,
        "freeze" => proxy.freeze().await,
        "slow" => proxy.slow(numbers.rate).await,
        "reset" => proxy.reset(),
        "cut" => proxy.cut_after(numbers.after),
        "restart" => {
            for _ in 0..numbers.times {
                if let Err(error) = gate.restart().await {
                    return failed(&error);
                }
                tokio::time::sleep(Duration::from_millis(numbers.pause)).await;
            }
        }
        _ => return unknown("fault"),
    }
    StatusCode::NO_CONTENT.into_response()
}

fn unknown(what: &str) -> Response<Body> {
    (StatusCode::NOT_FOUND, format!("there is no such {what}\n")).into_response()
}

fn failed(error: &io::Error) -> Response<Body> {
    (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")).into_response()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
