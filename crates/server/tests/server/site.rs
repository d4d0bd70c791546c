//! What the site answers: types, headers, caching, encodings, the strict variant.

use crate::common::{Running, gunzip, mount, root};
use centaurus_server::{CONTENT_SECURITY_POLICY, Config, Server, ServerError};

#[tokio::test]
async fn every_kind_of_file_has_its_type() {
    let server = Running::start().await;
    for (path, media_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/main.js", "text/javascript; charset=utf-8"),
        ("/css/page.css", "text/css; charset=utf-8"),
        ("/cities.json", "application/json"),
        ("/centaurus.js", "text/javascript; charset=utf-8"),
        ("/pkg/centaurus.js", "text/javascript; charset=utf-8"),
        ("/pkg/helper.mjs", "text/javascript; charset=utf-8"),
        ("/pkg/centaurus.wasm", "application/wasm"),
        ("/pkg/centaurus.d.ts", "text/plain; charset=utf-8"),
        ("/pkg/centaurus.js.map", "application/json"),
    ] {
        for path in [path.to_owned(), format!("/csp{path}")] {
            let answer = server.get(&path).await;
            assert_eq!((answer.status, answer.header("content-type")), (200, media_type), "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        }
    }
}

#[tokio::test]
async fn every_answer_is_isolated_whatever_its_status() {
    let server = Running::start().await;
    for (method, path, status) in
        [("GET", "/", 200), ("HEAD", "/", 200), ("GET", "/none", 404), ("POST", "/", 405), ("GET", "/%00", 400)]
    {
        let answer = server.request(method, path, "").await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{method} {path}");
        assert_eq!(answer.header("cross-origin-embedder-policy"), "require-corp", "{method} {path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{method} {path}");
    }
}

#[tokio::test]
async fn isolation_can_be_left_out() {
    let server = Running::start_with(|_, config| config.isolated = false).await;
    let answer = server.get("/").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cross-origin-opener-policy"), "");
    assert_eq!(answer.header("cross-origin-embedder-policy"), "");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn the_strict_variant_is_the_same_site_under_a_policy() {
    let server = Running::start().await;
    for path in ["/", "/main.js", "/pkg/centaurus.js", "/cities.json", "/none"] {
        let plain = server.get(path).await;
        let strict = server.get(&format!("/csp{path}")).await;
        assert_eq!((plain.status, &plain.body), (strict.status, &strict.body), "{path}");
        assert_eq!(plain.header("content-security-policy"), "", "{path}");
        assert_eq!(strict.header("content-security-policy"), CONTENT_SECURITY_POLICY, "{path}");
        assert_eq!(strict.header("cross-origin-opener-policy"), "same-origin", "{path}");
    }
    assert!(!CONTENT_SECURITY_POLICY.contains("'unsafe-eval'"));
    let redirect = server.get("/csp").await;
    assert_eq!((redirect.status, redirect.header("location")), (308, "/csp/"));
}

#[tokio::test]
async fn a_missing_page_says_so() {
    let server = Running::start().await;
    for path in ["/none", "/css", "/css/", "/pkg", "/pkg/none.js", "/csp/pkg/none.wasm", "/index.html/x"] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.text().contains("<title>lost</title>"), "{path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{path}");
    }
}

#[tokio::test]
async fn without_a_page_of_its_own_a_missing_file_is_still_explained() {
    let server = Running::start_with(|root, config| config.mounts = vec![mount("/data", root.join("data"))]).await;
    let answer = server.get("/index.html").await;
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("Not found"));
    assert_eq!(server.get("/data/cities.json").await.status, 200);
}

#[tokio::test]
async fn the_upper_of_two_folders_wins() {
    let server = Running::start_with(|root, config| {
        std::fs::write(root.join("data/main.js"), "lower").unwrap();
        std::fs::write(root.join("data/only.txt"), "below").unwrap();
        config.mounts.push(mount("/more", root.join("demo/css")));
    })
    .await;
    assert!(server.get("/main.js").await.text().contains("compressible"));
    assert_eq!(server.get("/only.txt").await.text(), "below");
    assert_eq!(server.get("/more/page.css").await.status, 200);
    assert_eq!(server.get("/csp/more/page.css").await.status, 200);
}

#[tokio::test]
async fn unchanged_files_cost_a_304_and_changed_ones_are_seen() {
    let mut folder = None;
    let server = Running::start_with(|root, _| folder = Some(root.join("demo"))).await;
    let first = server.get("/main.js").await;
    assert_eq!(first.header("cache-control"), "no-cache");
    let tag = first.header("etag");
    assert!(tag.starts_with('"'), "{tag}");
    let again = server.request("GET", "/main.js", &format!("If-None-Match: {tag}\r\n")).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    let since = format!("If-Modified-Since: {}\r\n", first.header("last-modified"));
    assert_eq!(server.request("GET", "/main.js", &since).await.status, 304);

    std::fs::write(folder.unwrap().join("main.js"), "changed").unwrap();
    let changed = server.request("GET", "/main.js", &format!("If-None-Match: {tag}\r\n")).await;
    assert_eq!((changed.status, changed.text()), (200, "changed"));
}

#[tokio::test]
async fn only_names_with_a_hash_are_kept_for_ever() {
    let server = Running::start().await;
    let answer = server.get("/chunk-3f2a91bc.js").await;
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
    let missing = server.get("/gone-3f2a91bc.js").await;
    assert_eq!((missing.status, missing.header("cache-control")), (404, "no-cache"));
}

#[tokio::test]
async fn text_travels_compressed_to_those_who_take_it() {
    let server = Running::start().await;
    let plain = server.get("/main.js").await;
    assert_eq!(plain.header("content-encoding"), "");
    let zipped = server.request("GET", "/main.js", "Accept-Encoding: gzip, br\r\n").await;
    assert_eq!(zipped.header("content-encoding"), "gzip");
    assert!(zipped.header("vary").contains("accept-encoding"));
    assert!(zipped.body.len() < plain.body.len());
    assert_eq!(gunzip(&zipped.body), plain.body);
    let tag = zipped.header("etag");
    assert!(tag.starts_with("W/"), "{tag}");
    let again = server.request("GET", "/main.js", &format!("Accept-Encoding: gzip\r\nIf-None-Match: {tag}\r\n")).await;
    assert_eq!(again.status, 304);
}

#[tokio::test]
async fn a_file_compressed_beforehand_is_sent_as_it_is() {
    let server = Running::start().await;
    let plain = server.get("/cities.json").await;
    let zipped = server.request("GET", "/cities.json", "Accept-Encoding: gzip\r\n").await;
    assert_eq!(zipped.header("content-encoding"), "gzip");
    assert_eq!(zipped.header("content-type"), "application/json");
    assert_eq!(zipped.header("content-length"), zipped.body.len().to_string());
    assert_eq!(gunzip(&zipped.body), plain.body);
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let server = Running::start().await;
    let get = server.get("/pkg/centaurus.wasm").await;
    let head = server.request("HEAD", "/pkg/centaurus.wasm", "").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), get.header("content-length"));
}

#[tokio::test]
async fn what_cannot_be_served_is_refused_at_the_start() {
    let root = root();
    let missing = Config::of_root(root.path().join("none"), None);
    let error = Server::bind(&missing, ([127, 0, 0, 1], 0)).await.unwrap_err();
    assert!(matches!(error, ServerError::MissingFolder { .. }), "{error}");

    let mut odd = Config::of_root(root.path(), None);
    odd.mounts.push(mount("/{x}", root.path()));
    let error = Server::bind(&odd, ([127, 0, 0, 1], 0)).await.unwrap_err();
    assert!(matches!(error, ServerError::BadMount { .. }), "{error}");

    let running = Running::start().await;
    let error = Server::bind(&Config::of_root(root.path(), None), running.address).await.unwrap_err();
    assert!(matches!(error, ServerError::Bind { .. }), "{error}");
    assert!(error.to_string().contains("--port"), "{error}");
}
