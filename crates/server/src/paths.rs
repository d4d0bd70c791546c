//! Which request paths are looked up at all.

use axum::http::StatusCode;
use percent_encoding::percent_decode_str;

/// A path's length in bytes, still encoded. The longest here has about fifty.
const MAX_PATH: usize = 1024;

/// A file name's length in bytes. Common file systems have no longer ones, and answer such a look-up with an error
/// that is not "not found".
const MAX_NAME: usize = 255;

/// Refuses paths that name no file on any system: over-long, not UTF-8, with NUL or a backslash, and hidden files,
/// which are nobody's page. `..` is among the hidden.
pub(crate) fn check(path: &str) -> Result<(), StatusCode> {
    if path.len() > MAX_PATH {
        return Err(StatusCode::URI_TOO_LONG);
    }
    let decoded = percent_decode_str(path).decode_utf8().map_err(|_| StatusCode::BAD_REQUEST)?;
    if decoded.contains(['\0', '\\']) {
        return Err(StatusCode::BAD_REQUEST);
    }
    if decoded.split('/').any(|name| name.starts_with('.') || name.len() > MAX_NAME) {
        return Err(StatusCode::NOT_FOUND);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_paths_pass() {
        for path in ["/", "/a.js", "/a/b/c.d.ts", "/%C3%A9.txt", "/a..b", "/a%20b"] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn paths_out_of_the_folder_do_not() {
        for path in ["/..", "/../a", "/a/../../b", "/%2e%2e/a", "/%2E%2e%2fa", "/a/.git/config", "/%2egit"] {
            assert_eq!(check(path), Err(StatusCode::NOT_FOUND), "{path}");
        }
        for path in ["/%00", "/a%00.js", "/..%5c..%5ca", "/a%5c..", "/%ff"] {
            assert_eq!(check(path), Err(StatusCode::BAD_REQUEST), "{path}");
        }
    }

    #[test]
    fn over_long_ones_do_not() {
        assert_eq!(check(&format!("/{}", "a".repeat(MAX_NAME))), Ok(()));
        assert_eq!(check(&format!("/{}", "a".repeat(MAX_NAME + 1))), Err(StatusCode::NOT_FOUND));
        assert_eq!(check(&"/a".repeat(MAX_PATH)), Err(StatusCode::URI_TOO_LONG));
    }
}
