//! As much of the Chrome DevTools Protocol as a screenshot takes: calls over a WebSocket, their answers by number.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Where Chromium writes the port that it has chosen, and its path, a line each.
const PORT_FILE: &str = "DevToolsActivePort";
/// A cold start on a busy machine takes ten seconds.
const LAUNCH_LIMIT: Duration = Duration::from_secs(60);
/// The longest scene runs benchmarks.
const CALL_LIMIT: Duration = Duration::from_secs(180);
const POLL: Duration = Duration::from_millis(100);

/// A page of a browser that was started with `--remote-debugging-port=0`.
pub(super) struct Page {
    line: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: Option<String>,
    last: u64,
}

impl Page {
    /// The first page of the browser that has this profile.
    pub(super) async fn of_profile(profile: &Path) -> Result<Self> {
        let file = profile.join(PORT_FILE);
        let port =
            tokio::time::timeout(LAUNCH_LIMIT, written(&file)).await.context("Chromium opens no debugging port")?;
        let (port, path) = port.trim().split_once('\n').context("Chromium's debugging port is not in its file")?;
        let (line, _) = connect_async(format!("ws://127.0.0.1:{port}{path}")).await?;
        let mut page = Self { line, session: None, last: 0 };
        let targets = page.call("Target.getTargets", json!({})).await?;
        let target = targets["targetInfos"].as_array().and_then(|all| all.iter().find(|one| one["type"] == "page"));
        let id = target.context("Chromium has no page")?["targetId"].clone();
        let attached = page.call("Target.attachToTarget", json!({ "targetId": id, "flatten": true })).await?;
        page.session = attached["sessionId"].as_str().map(str::to_owned);
        Ok(page)
    }

    pub(super) async fn call(&mut self, method: &str, params: Value) -> Result<Value> {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        self.line.send(Message::text(message.to_string())).await?;
        tokio::time::timeout(CALL_LIMIT, self.answer()).await.with_context(|| format!("{method} is not answered"))?
    }

    /// Goes to the address, and waits until the page there has been loaded.
    pub(super) async fn open(&mut self, url: &str) -> Result<()> {
        self.call("Page.navigate", json!({ "url": url })).await?;
        let loaded = format!("location.href === {} && document.readyState === 'complete'", json!(url));
        loop {
            // While one page gives way to the next there is none to ask.
            if let Ok(answer) = self.call("Runtime.evaluate", json!({ "expression": loaded })).await
                && answer["result"]["value"] == true
            {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Runs a script to the end of its promise.
    pub(super) async fn run(&mut self, script: &str) -> Result<()> {
        let asked = json!({ "expression": script, "awaitPromise": true, "userGesture": true });
        let outcome = self.call("Runtime.evaluate", asked).await?;
        if let Some(fault) = outcome.get("exceptionDetails") {
            bail!("the scene failed: {}", fault["exception"]["description"].as_str().unwrap_or("for no reason"));
        }
        Ok(())
    }

    /// The answer to the last call; events are passed over.
    async fn answer(&mut self) -> Result<Value> {
        while let Some(message) = self.line.next().await {
            let Message::Text(text) = message? else { continue };
            let mut message: Value = serde_json::from_str(&text)?;
            if message["id"] == self.last {
                if let Some(error) = message.get("error") {
                    bail!("Chromium refuses: {error}");
                }
                return Ok(message["result"].take());
            }
        }
        bail!("Chromium has closed its debugging port")
    }
}

async fn written(file: &Path) -> String {
    loop {
        match tokio::fs::read_to_string(file).await {
            Ok(text) if text.contains('\n') => return text,
            _ => tokio::time::sleep(POLL).await,
        }
    }
}
