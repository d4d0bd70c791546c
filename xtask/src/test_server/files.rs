//! Paths to files of the checkout.

use std::path::PathBuf;

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use axum::response::IntoResponse as _;

use crate::workspace::Workspace;

/// Folders that are served under their own name, and the folder of the checkout behind them.
const FOLDERS: &[(&str, &str)] =
    &[("pkg", "pkg"), ("tests", "tests"), ("demo", "demo"), ("data", "target/demo-data"), ("packaging", APPS)];

/// The playground as its own server lays it out, for what is below `/playground/`: the first place that has a file.
const PLAYGROUND: &str = "playground";
const LAYERS: &[(&str, &str)] = &[("", "demo"), ("", "target/demo-data"), ("", "pkg"), ("pkg/", "pkg")];

/// The apps of tests/packaging. What each has built is also a site of its own, since bundlers take an app to be at the
/// root of one: browsers find every name below `localhost` here.
const APPS: &str = "target/packaging/apps";
const BUILT: &str = "dist";
const SITES: &str = ".localhost";

/// Packages of node_modules that a page may load.
const PACKAGES: &[&str] = &[
    "@bufbuild/protobuf",
    "@msgpack/msgpack",
    "@noble/hashes",
    "axe-core",
    "comlink",
    "fflate",
    "hash-wasm",
    "idb-keyval",
    "msgpackr",
    "pako",
    "pako-1",
    "partysocket",
    "protobufjs",
    "workerpool",
];

/// The package's files are at the root as well, since `new Centaurus('/centaurus.worker.js')` is how it began.
const AT_ROOT: &str = "/centaurus.";

#[derive(Debug)]
pub(super) struct Files {
    workspace: Workspace,
}

/// A file's bytes and its MIME type.
pub(super) struct File {
    pub(super) bytes: Vec<u8>,
    pub(super) mime: &'static str,
}

impl Files {
    pub(super) fn new(workspace: &Workspace) -> Self {
        Self { workspace: workspace.clone() }
    }

    /// The file of an app that has the site of this host, as `Host` names it. Other names below `localhost` are sites
    /// of everything, as the bench of starts wants them.
    pub(super) async fn respond_for(&self, host: &str, path: &str) -> Option<Response<Body>> {
        let name = host.split(':').next()?;
        let app = name.strip_suffix(SITES).filter(|app| self.workspace.path(APPS).join(app).is_dir())?;
        let path = if path == "/" { "/index.html" } else { path };
        Some(self.respond(&format!("/packaging/{app}/{BUILT}{path}")).await)
    }

    pub(super) async fn respond(&self, path: &str) -> Response<Body> {
        match self.read(path).await {
            Some(file) => ([(header::CONTENT_TYPE, file.mime)], file.bytes).into_response(),
            None => not_found(path),
        }
    }

    pub(super) async fn read(&self, path: &str) -> Option<File> {
        let file = self.locate(path)?;
        let bytes = tokio::fs::read(&file).await.ok()?;
        Some(File { bytes, mime: mime(path) })
    }

    fn locate(&self, path: &str) -> Option<PathBuf> {
        if path.contains("..") || path.contains('\\') || path.contains('%') {
            return None;
        }
        if path.starts_with(AT_ROOT) {
            return Some(self.workspace.pkg().join(&path[1..]));
        }
        let (folder, rest) = path.strip_prefix('/')?.split_once('/')?;
        if folder == "node_modules" {
            let known =
                PACKAGES.iter().any(|package| rest.strip_prefix(package).is_some_and(|inside| inside.starts_with('/')));
            return known.then(|| self.workspace.path("node_modules").join(rest));
        }
        if folder == PLAYGROUND {
            let inside = |&(prefix, place): &(&str, &str)| {
                Some(self.workspace.path(place).join(rest.strip_prefix(prefix)?)).filter(|file| file.is_file())
            };
            return LAYERS.iter().find_map(inside);
        }
        let (_, place) = FOLDERS.iter().find(|(name, _)| *name == folder)?;
        Some(self.workspace.path(place).join(rest))
    }
}

pub(super) fn not_found(path: &str) -> Response<Body> {
    (StatusCode::NOT_FOUND, format!("there is no {path}\n")).into_response()
}

fn mime(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: &str) -> Option<PathBuf> {
        let workspace = Workspace::here();
        let file = Files::new(&workspace).locate(path)?;
        Some(file.strip_prefix(workspace.root()).unwrap().to_owned())
    }

    #[test]
    fn finds_folders_packages_and_the_files_at_the_root() {
        assert_eq!(place("/tests/browser/harness.js"), Some("tests/browser/harness.js".into()));
        assert_eq!(place("/centaurus.worker.js"), Some("pkg/centaurus.worker.js".into()));
        assert_eq!(place("/node_modules/@msgpack/msgpack/a.js"), Some("node_modules/@msgpack/msgpack/a.js".into()));
    }

    #[test]
    fn the_playground_is_laid_out_as_its_own_server_does_it() {
        assert_eq!(place("/playground/index.html"), Some("demo/index.html".into()));
        assert_eq!(place("/playground/css/base.css"), Some("demo/css/base.css".into()));
        assert_eq!(place("/playground/no.js"), None);
    }

    #[test]
    fn serves_nothing_else() {
        for path in ["/Cargo.toml", "/tests/../Cargo.toml", "/tests/%2e%2e/Cargo.toml", "/node_modules/esbuild/a.js"] {
            assert_eq!(place(path), None, "{path}");
        }
    }
}
