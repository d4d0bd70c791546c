//! The folders as one site, and the same site again under a strict policy.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::services::ServeDir;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::{DefaultMakeSpan, DefaultOnResponse, TraceLayer};
use tracing::Level;

use crate::sockets::sockets;
use crate::{Config, Mount, ServerError, cache, paths, policy};

/// The file that a missing page is answered with, in a folder at `/`.
const MISSING_PAGE: &str = "404.html";

/// The same where no folder has one.
const MISSING: &str = "<!doctype html><title>Not found</title><h1>Not found</h1><p><a href=\"/\">To the start</a>";

/// The whole service. Its sockets end when `stopping` turns true.
///
/// # Errors
///
/// [`ServerError::MissingFolder`] and [`ServerError::BadMount`].
pub(crate) fn router(config: &Config, stopping: watch::Receiver<bool>) -> Result<Router, ServerError> {
    for mount in &config.mounts {
        if !mount.has_plain_url() {
            return Err(ServerError::BadMount { url: mount.url.clone() });
        }
        if mount.required && !mount.folder.is_dir() {
            return Err(ServerError::MissingFolder { url: mount.url.clone(), folder: mount.folder.clone() });
        }
    }
    let rules = Arc::new(Rules { isolated: config.isolated, missing: missing_page(&config.mounts) });
    let folders = folders(&config.mounts, &rules);
    let strict = folders.clone().layer(middleware::map_response(restrict));
    Ok(folders
        .route("/csp", get(async || Redirect::permanent("/csp/")))
        .nest_service("/csp/", strict)
        .merge(sockets(&config.limits.sockets, config.sessions.clone(), stopping))
        .layer(CompressionLayer::new())
        .layer(RequestBodyLimitLayer::new(config.limits.body_bytes))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, config.limits.request_timeout))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(rules, obey))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(DefaultMakeSpan::new().level(Level::INFO))
                .on_response(DefaultOnResponse::new().level(Level::INFO)),
        ))
}

/// What holds for every answer.
#[derive(Debug)]
struct Rules {
    isolated: bool,
    missing: String,
}

impl Rules {
    fn not_found(&self) -> Response {
        (StatusCode::NOT_FOUND, Html(self.missing.clone())).into_response()
    }
}

async fn obey(State(rules): State<Arc<Rules>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = match paths::check(&path) {
        Ok(()) => next.run(request).await,
        Err(StatusCode::NOT_FOUND) => rules.not_found(),
        Err(status) => status.into_response(),
    };
    let status = response.status();
    let headers = response.headers_mut();
    cache::mark(&path, status, headers);
    policy::fix_type(&path, headers);
    if rules.isolated {
        policy::isolate(headers);
    }
    response
}

async fn restrict(mut response: Response) -> Response {
    policy::restrict(response.headers_mut());
    response
}

/// A router with each mount in its place.
fn folders(mounts: &[Mount], rules: &Arc<Rules>) -> Router {
    let mut urls: Vec<&str> = mounts.iter().map(|mount| mount.url.as_str()).collect();
    urls.sort_unstable();
    urls.dedup();
    urls.into_iter().fold(missing(rules), |router, url| {
        let layers = mounts.iter().filter(|mount| mount.url == url).map(|mount| mount.folder.as_path());
        let service = overlay(layers, rules);
        if url == "/" { router.fallback_service(service) } else { router.nest_service(url, service) }
    })
}

/// The folders on top of each other, the first uppermost; below them the page for what is missing.
fn overlay<'a>(folders: impl DoubleEndedIterator<Item = &'a Path>, rules: &Arc<Rules>) -> Router {
    folders.rev().fold(missing(rules), |below, folder| {
        // A redirect to the trailing slash would not know of the mount's URL.
        let service = ServeDir::new(folder).precompressed_gzip().redirect_to_trailing_slash(false).fallback(below);
        Router::new().fallback_service(service)
    })
}

fn missing(rules: &Arc<Rules>) -> Router {
    let answer = async |State(rules): State<Arc<Rules>>| rules.not_found();
    Router::new().fallback(answer).with_state(rules.clone())
}

fn missing_page(mounts: &[Mount]) -> String {
    mounts
        .iter()
        .filter(|mount| mount.url == "/")
        .find_map(|mount| std::fs::read_to_string(mount.folder.join(MISSING_PAGE)).ok())
        .unwrap_or_else(|| MISSING.to_owned())
}
