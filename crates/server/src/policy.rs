//! The headers that say what a page may do.

use axum::http::header::{CONTENT_SECURITY_POLICY as CSP, CONTENT_TYPE, HeaderName, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue};

/// The policy under `/csp/`: nothing is evaluated from text, nothing comes from another origin. WebAssembly may be
/// compiled: `wasm-unsafe-eval` allows that alone (CSP Level 3, 4.4).
///
/// A worker follows the policy of its own file, not of the page, so the whole site is served with it.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    worker-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const EMBEDDER_POLICY: HeaderName = HeaderName::from_static("cross-origin-embedder-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Adds the strict policy.
pub(crate) fn restrict(headers: &mut HeaderMap) {
    headers.insert(CSP, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
}

/// Adds what lets a page have `SharedArrayBuffer` (HTML, "cross-origin isolated"), and keeps other origins out.
pub(crate) fn isolate(headers: &mut HeaderMap) {
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(EMBEDDER_POLICY, HeaderValue::from_static("require-corp"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
}

/// Makes a browser believe the media type of the file at `path`, and the media type worth believing.
pub(crate) fn fix_type(path: &str, headers: &mut HeaderMap) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let named = match headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes) {
        // Text without a charset is read in the visitor's locale.
        Some(b"text/html") => "text/html; charset=utf-8",
        Some(b"text/css") => "text/css; charset=utf-8",
        Some(b"text/javascript" | b"application/javascript") => "text/javascript; charset=utf-8",
        Some(b"text/plain") if path.ends_with(".map") => "application/json",
        // TypeScript among them: to the registry of media types a `.ts` is video, an MPEG transport stream.
        Some(b"text/plain" | b"text/markdown" | b"video/vnd.dlna.mpeg-tts" | b"video/mp2t") => {
            "text/plain; charset=utf-8"
        }
        _ => return,
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(named));
}
