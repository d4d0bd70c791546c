//! What a browser may keep, and for how long.

use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, ETAG};
use axum::http::{HeaderMap, HeaderValue, StatusCode};

/// Kept, but asked about before each use: a rebuilt file is seen at the next load, an unchanged one costs a 304.
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

/// A year, which RFC 9111 takes for "for ever", without asking again.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Hexadecimal digits from which a part of a file's name counts as a hash of its content.
const HASH_DIGITS: usize = 8;

/// Sets `Cache-Control` on the answer to a request for `path`, and makes its `ETag` tell the truth.
pub(crate) fn mark(path: &str, status: StatusCode, headers: &mut HeaderMap) {
    let kept = status.is_success() || status == StatusCode::NOT_MODIFIED;
    headers.insert(CACHE_CONTROL, if kept && is_hashed(path) { IMMUTABLE } else { REVALIDATE });
    if headers.contains_key(CONTENT_ENCODING) {
        weaken(headers);
    }
}

/// A strong tag promises the same bytes; an encoded answer and a plain one share a tag here, but not their bytes
/// (RFC 9110, 8.8.1).
fn weaken(headers: &mut HeaderMap) {
    let weak = headers
        .get(ETAG)
        .filter(|tag| !tag.as_bytes().starts_with(b"W/"))
        .and_then(|tag| HeaderValue::from_bytes(&[b"W/", tag.as_bytes()].concat()).ok());
    if let Some(weak) = weak {
        headers.insert(ETAG, weak);
    }
}

/// Whether the file's name carries a hash of its content, as bundlers write it: `name-3f2a91bc.js`, `name.3f2a91bc.js`.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut parts = name.split(['-', '.']).skip(1).peekable();
    std::iter::from_fn(|| parts.next().map(|part| (part, parts.peek().is_some())))
        .any(|(part, followed)| followed && is_hash(part))
}

fn is_hash(part: &str) -> bool {
    part.len() >= HASH_DIGITS
        && part.bytes().all(|byte| byte.is_ascii_hexdigit())
        && part.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_in_names_are_told_from_words() {
        for path in ["/a-3f2a91bc.js", "/x/a.0123456789abcdef.css", "/a-b-3f2a91bc.min.js"] {
            assert!(is_hashed(path), "{path}");
        }
        for path in ["/", "/3f2a91bc", "/3f2a91bc.js", "/a.js", "/a-facade.js", "/a-3f2a91b.js", "/a-defaced.feedface"]
        {
            assert!(!is_hashed(path), "{path}");
        }
    }

    #[test]
    fn an_answer_that_failed_is_not_kept() {
        let mut headers = HeaderMap::new();
        mark("/a-3f2a91bc.js", StatusCode::NOT_FOUND, &mut headers);
        assert_eq!(headers[CACHE_CONTROL], REVALIDATE);
        mark("/a-3f2a91bc.js", StatusCode::NOT_MODIFIED, &mut headers);
        assert_eq!(headers[CACHE_CONTROL], IMMUTABLE);
    }

    #[test]
    fn only_an_encoded_answer_has_its_tag_weakened_and_once() {
        let mut headers = HeaderMap::new();
        headers.insert(ETAG, HeaderValue::from_static("\"1\""));
        mark("/a", StatusCode::OK, &mut headers);
        assert_eq!(headers[ETAG], "\"1\"");
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        for _ in 0..2 {
            mark("/a", StatusCode::OK, &mut headers);
            assert_eq!(headers[ETAG], "W/\"1\"");
        }
    }
}
