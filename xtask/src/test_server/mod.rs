//! The web server of the suites: four sites that serve the same files under different rules, each on a port of its own,
//! hence each an origin of its own. Each has the server's sockets too, under `/ws/`.

mod assets;
mod faults;
mod files;
mod gates;
mod policy;

use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::body::Body;
use axum::extract::{Json, Query, State};
use axum::http::{Request, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use centaurus_server::{Sessions, SocketLimits};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::report::{Message, Next, PageId, Plan, Report};
use crate::workspace::Workspace;
use assets::Assets;
use faults::Faults;
use files::Files;
use gates::Gates;
use policy::Policy;

pub(crate) use policy::Caching;

/// A set of rules that pages are served under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Site {
    /// No rules.
    Plain,
    /// Cross-origin isolated.
    Isolated,
    /// A strict Content-Security-Policy.
    Csp,
    /// Open to all origins: what the pages load from elsewhere.
    Other,
}

impl Site {
    const ALL: [Self; 4] = [Self::Plain, Self::Isolated, Self::Csp, Self::Other];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Isolated => "isolated",
            Self::Csp => "csp",
            Self::Other => "other",
        }
    }
}

/// Serves until dropped.
#[derive(Debug)]
pub(crate) struct TestServer {
    sites: Vec<(Site, String)>,
    tasks: Vec<JoinHandle<()>>,
    /// Its end is the sockets'.
    _sockets: watch::Sender<bool>,
}

#[derive(Debug, Clone)]
struct Shared {
    files: Arc<Files>,
    faults: Arc<Faults>,
    policy: Policy,
    messages: mpsc::UnboundedSender<Message>,
}

#[derive(Debug, Deserialize)]
struct FromPage {
    page: PageId,
}

impl TestServer {
    /// Listens on free ports of the loopback; what the pages say goes to `messages`.
    pub(crate) async fn start(
        workspace: &Workspace,
        caching: Caching,
        messages: mpsc::UnboundedSender<Message>,
    ) -> Result<Self> {
        let files = Arc::new(Files::new(workspace));
        let faults = Arc::new(Faults::default());
        let (stop_sockets, stopping) = watch::channel(false);
        let mut server = Self { sites: Vec::new(), tasks: Vec::new(), _sockets: stop_sockets };
        let sockets = centaurus_server::sockets(&SocketLimits::default(), Sessions::default(), stopping);
        let gates = gates::routes(Arc::new(Gates::default()));
        let assets = assets::routes(Arc::new(Assets::default()));
        for site in Site::ALL {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            server.sites.push((site, format!("http://{}", listener.local_addr()?)));
            let shared = Shared {
                files: Arc::clone(&files),
                faults: Arc::clone(&faults),
                policy: Policy::of(site, caching),
                messages: messages.clone(),
            };
            let router = Router::new()
                .route("/report", post(report))
                .route("/plan", get(plan))
                .route("/next", get(next))
                .fallback(serve)
                .with_state(shared)
                .merge(gates.clone())
                .merge(assets.clone())
                .merge(sockets.clone());
            server.tasks.push(tokio::spawn(async move {
                // Only ends with an error that says that the listener is gone; the pages' silence then tells.
                let _ = axum::serve(listener, router).await;
            }));
        }
        Ok(server)
    }

    /// Such as `http://127.0.0.1:4711`.
    pub(crate) fn origin(&self, site: Site) -> &str {
        self.sites.iter().find(|(other, _)| *other == site).map_or("", |(_, origin)| origin)
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn report(State(shared): State<Shared>, Query(from): Query<FromPage>, Json(report): Json<Report>) -> StatusCode {
    match shared.messages.send(Message::Report { page: from.page, report }) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::GONE,
    }
}

async fn plan(State(shared): State<Shared>, Query(from): Query<FromPage>) -> Response<Body> {
    let (reply, answer) = oneshot::channel::<Plan>();
    let asked = shared.messages.send(Message::Plan { page: from.page, reply });
    answered(asked.is_ok(), answer).await
}

async fn next(State(shared): State<Shared>, Query(from): Query<FromPage>) -> Response<Body> {
    let (reply, answer) = oneshot::channel::<Next>();
    let asked = shared.messages.send(Message::Next { page: from.page, reply });
    answered(asked.is_ok(), answer).await
}

/// A page that the run knows nothing of (any more) gets no answer.
async fn answered<T: serde::Serialize>(asked: bool, answer: oneshot::Receiver<T>) -> Response<Body> {
    match answer.await {
        Ok(answer) if asked => Json(answer).into_response(),
        _ => StatusCode::GONE.into_response(),
    }
}

/// Everything that is not the run's own business: files, under the prefixes that change the rules or break things.
async fn serve(State(shared): State<Shared>, request: Request<Body>) -> Response<Body> {
    let (policy, path) = shared.policy.with_prefixes(request.uri().path());
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let mut response = match path.strip_prefix("/fault/") {
        Some(fault) => shared.faults.respond(&shared.files, fault).await,
        None => match shared.files.respond_for(host, path).await {
            Some(response) => response,
            None => shared.files.respond(path).await,
        },
    };
    policy.apply(response.headers_mut());
    response
}
