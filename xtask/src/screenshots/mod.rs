//! `cargo xtask screenshots`: makes the README's pictures of the playground, in Chromium.

mod devtools;

use std::fs;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use centaurus_server::{Config, Server};
use serde_json::json;

use crate::browsers::{Browser, Engine, SharedMemory};
use crate::build::{self, Profile};
use crate::node::Node;
use crate::workspace::Workspace;
use crate::{demo, interruptible};
use devtools::Page;

/// A picture.
struct Shot {
    /// In `docs/`.
    file: &'static str,
    width: u32,
    height: u32,
    theme: &'static str,
    /// The function of [`SCENES`] that brings the page there.
    scene: &'static str,
}

const SHOTS: &[Shot] = &[
    Shot { file: "playground.png", width: 1280, height: 900, theme: "light", scene: "work" },
    Shot { file: "playground-dark.png", width: 1280, height: 900, theme: "dark", scene: "formats" },
    Shot { file: "playground-peers.png", width: 1280, height: 900, theme: "light", scene: "peers" },
    Shot { file: "playground-phone.png", width: 390, height: 844, theme: "dark", scene: "phone" },
];

/// What a visitor would click.
const SCENES: &str = include_str!("scenes.js");

pub(crate) fn screenshots(workspace: &Workspace) -> Result<()> {
    build::build(workspace, Profile::Release)?;
    demo::prepare(&Node::ready(workspace)?)?;
    interruptible::block_on(take_all(workspace))
}

async fn take_all(workspace: &Workspace) -> Result<()> {
    let server = Server::bind(&Config::of_root(workspace.root(), None), ([127, 0, 0, 1], 0)).await?;
    let address = format!("http://{}/", server.local_addr());
    let serving = tokio::spawn(server.run(std::future::pending()));
    for shot in SHOTS {
        // A browser for each: nothing of one picture is in the next.
        let extra = ["--remote-debugging-port=0", "--hide-scrollbars"];
        let browser = Browser::launch_with(Engine::Chromium, SharedMemory::With, "about:blank", &extra).await?;
        let outcome = take(&browser, &address, shot).await.with_context(|| shot.file);
        browser.close().await;
        let picture = outcome?;
        println!("docs/{} {:>8} bytes", shot.file, picture.len());
        fs::write(workspace.path("docs").join(shot.file), picture)?;
    }
    serving.abort();
    Ok(())
}

async fn take(browser: &Browser, address: &str, shot: &Shot) -> Result<Vec<u8>> {
    let mut page = Page::of_profile(&browser.profile()).await?;
    let Shot { width, height, theme, scene, .. } = shot;
    let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    page.call("Emulation.setDeviceMetricsOverride", size).await?;
    let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
    page.call("Emulation.setEmulatedMedia", media).await?;
    page.open(address).await?;
    page.run(&format!("{SCENES}\nscenes.{scene}()")).await?;
    let picture = page.call("Page.captureScreenshot", json!({ "format": "png" })).await?;
    Ok(BASE64_STANDARD.decode(picture["data"].as_str().context("Chromium gives no picture")?)?)
}
