//! The check that a container runs.

use std::net::SocketAddr;
use std::path::Path;

use centaurus_server::{Config, ServerError, check_health};
use tokio::net::TcpListener;

use crate::common::Running;

#[tokio::test]
async fn a_server_that_serves_its_page_is_healthy_asked_on_any_interface_too() {
    let server = Running::start().await;
    check_health(server.address).await.unwrap();
    check_health(SocketAddr::from(([0, 0, 0, 0], server.address.port()))).await.unwrap();
}

#[tokio::test]
async fn a_server_without_a_page_is_not() {
    let without = |root: &Path, _: &mut Config| std::fs::remove_file(root.join("demo/index.html")).unwrap();
    let server = Running::start_with(without).await;
    let Err(ServerError::Unhealthy { reason, .. }) = check_health(server.address).await else { panic!("healthy") };
    assert_eq!(reason, "it answered HTTP/1.1 404");
}

#[tokio::test]
async fn where_nobody_listens_or_answers_the_reason_is_told() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let closing = tokio::spawn(async move { drop(listener.accept().await) });
    let error = check_health(address).await.unwrap_err().to_string();
    assert!(error.starts_with(&format!("no page from http://{address}/: ")), "{error}");
    closing.await.unwrap();
    assert!(check_health(address).await.is_err());
}
