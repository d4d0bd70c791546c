use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::{Limits, ServerError, Sessions};

/// The page of the playground, inside a root.
const PAGES: &str = "demo";

/// The built npm package, inside a root.
const PACKAGE: &str = "pkg";

/// Where a built folder keeps the files made for the page.
const DATA: &str = "data";

/// Where the repository keeps the same files: they are made, not written, and so belong to `target/`.
const DATA_IN_REPOSITORY: &str = "target/demo-data";

/// What a server serves, and how.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which folder stands at which URL. Of several at one URL the first that has a file serves it.
    pub mounts: Vec<Mount>,
    /// Whether answers carry the headers of cross-origin isolation (COOP, COEP, CORP).
    pub isolated: bool,
    /// What a peer may cost.
    pub limits: Limits,
    /// What the acknowledged echo begins with; nobody's sessions by default.
    pub sessions: Sessions,
    /// Whether other servers that say so too may listen on the same port: the system then shares the connections out among
    /// them, so that a machine bears more than one process may open. Each has sessions of its own: an acknowledged client
    /// that comes back to another one begins anew. Off by default; on Unix only.
    pub shared_port: bool,
}

impl Config {
    /// Sockets and no folders.
    #[must_use]
    pub fn sockets_only(limits: Limits) -> Self {
        Self { mounts: Vec::new(), isolated: false, limits, sessions: Sessions::default(), shared_port: false }
    }

    /// The playground of a repository or of a built folder: `demo/` at `/`, `pkg/` at `/pkg`, and both the page's data
    /// and, for examples that name `/centaurus.worker.js`, `pkg/` at `/` too. Without a folder for the data it is `data/` in the root, where there is one, and `target/demo-data/`
    /// otherwise.
    #[must_use]
    pub fn of_root(root: impl AsRef<Path>, data: Option<PathBuf>) -> Self {
        let root = root.as_ref();
        Self {
            mounts: vec![
                Mount { url: "/".into(), folder: root.join(PAGES), required: true },
                Mount { url: "/".into(), folder: data.unwrap_or_else(|| data_of(root)), required: false },
                Mount { url: "/".into(), folder: root.join(PACKAGE), required: false },
                Mount { url: "/pkg".into(), folder: root.join(PACKAGE), required: false },
            ],
            isolated: true,
            limits: Limits::default(),
            sessions: Sessions::default(),
            shared_port: false,
        }
    }
}

/// `data/` where there is one, as in a built folder, and `target/demo-data/` otherwise.
fn data_of(root: &Path) -> PathBuf {
    let data = root.join(DATA);
    if data.is_dir() { data } else { root.join(DATA_IN_REPOSITORY) }
}

/// One folder at one URL. As text: `URL=FOLDER`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The URL's path, without a slash at the end except for `/` itself.
    pub url: String,
    /// The folder.
    pub folder: PathBuf,
    /// Whether a server must not start without it. A folder that is not required may appear while the server runs.
    pub required: bool,
}

impl FromStr for Mount {
    type Err = ServerError;

    fn from_str(text: &str) -> Result<Self, ServerError> {
        let bad = || ServerError::BadMount { url: text.to_owned() };
        let (url, folder) = text.split_once('=').ok_or_else(bad)?;
        let mount = Self { url: url.to_owned(), folder: folder.into(), required: true };
        if folder.is_empty() || !mount.has_plain_url() { Err(bad()) } else { Ok(mount) }
    }
}

impl Mount {
    /// Whether the URL is a plain path. Braces and colons mean something to the router.
    pub(crate) fn has_plain_url(&self) -> bool {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        self.url.starts_with('/')
            && self.url.chars().all(plain)
            && !self.url.contains("//")
            && (self.url == "/" || !self.url.ends_with('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_is_read_from_text() {
        let mount: Mount = "/tests=tests/browser".parse().unwrap();
        assert_eq!(mount, Mount { url: "/tests".into(), folder: "tests/browser".into(), required: true });
    }

    #[test]
    fn a_mount_the_router_would_misread_is_refused() {
        for text in ["", "tests", "/tests", "/tests=", "tests=x", "/{a}=x", "/a/=x", "/a//b=x", "/:a=x", "/*a=x"] {
            assert!(text.parse::<Mount>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_built_folder_has_its_data_beside_the_page() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(data_of(root.path()), root.path().join(DATA_IN_REPOSITORY));
        std::fs::create_dir(root.path().join(DATA)).unwrap();
        assert_eq!(data_of(root.path()), root.path().join(DATA));
    }
}
