//! The browsers of the tests: found or installed, and started with a fresh profile and a home of their own.

mod find;
mod firefox;
mod xvfb;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use tempfile::TempDir;
use tokio::process::Command;

use crate::debian;
use crate::process_group::ProcessGroup;
use xvfb::Xvfb;

/// One of the three engines that the tests run in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// Chromium, Chrome or Edge.
    Chromium,
    /// Firefox.
    Firefox,
    /// WebKitGTK's MiniBrowser.
    Webkit,
}

/// Where a page gets its shared memory from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SharedMemory {
    /// From nowhere: the page is not isolated.
    Without,
    /// From its isolation; WebKitGTK wants a setting besides.
    With,
}

/// Lines of a browser's own log that are shown when it dies.
const LOG_TAIL: usize = 15;
/// Browsers complain at length that a machine without a desktop has none.
const NOISE: &str = "dbus";

impl Engine {
    pub(crate) const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::Webkit];

    /// As the tests name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::Webkit => "webkit",
        }
    }

    /// The path of the browser, installed if need be.
    pub(crate) fn binary(self) -> Result<PathBuf> {
        find::find_or_install(self)
    }
}

/// A running browser. It ends, with all its processes, when this is dropped.
#[derive(Debug)]
pub(crate) struct Browser {
    // Dropped in this order: the browser, then its display, then its files.
    group: ProcessGroup,
    display: Option<Xvfb>,
    home: TempDir,
}

impl Browser {
    /// Opens the page at `url`.
    pub(crate) async fn launch(engine: Engine, memory: SharedMemory, url: &str) -> Result<Self> {
        Self::launch_with(engine, memory, url, &[]).await
    }

    /// The same, with further arguments for the browser.
    pub(crate) async fn launch_with(engine: Engine, memory: SharedMemory, url: &str, extra: &[&str]) -> Result<Self> {
        Self::launch_at(TempDir::with_prefix("centaurus-browser-")?, engine, memory, url, extra).await
    }

    /// The same with the home, and so with the profile, that another left.
    pub(crate) async fn launch_at(
        home: TempDir,
        engine: Engine,
        memory: SharedMemory,
        url: &str,
        extra: &[&str],
    ) -> Result<Self> {
        let binary = engine.binary()?;
        let profile = profile_in(home.path());
        fs::create_dir_all(&profile)?;
        let mut command = Command::new(&binary);
        let log = File::create(log_file(home.path()))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        keep_at_home(&mut command, home.path());
        let mut display = None;
        match engine {
            Engine::Chromium => {
                command.args(CHROMIUM).arg(joined("--user-data-dir=", &profile));
                if debian::is_root() {
                    // Chromium's sandbox refuses to work for root.
                    command.arg("--no-sandbox");
                }
            }
            Engine::Firefox => {
                fs::write(profile.join("user.js"), firefox::preferences())?;
                command.args(["-headless", "-no-remote", "-new-instance", "-profile"]).arg(&profile);
            }
            Engine::Webkit => {
                let xvfb = Xvfb::start().await?;
                command.env("DISPLAY", xvfb.display()).envs(WEBKIT).args(MINIBROWSER);
                if memory == SharedMemory::With {
                    command.env("JSC_useSharedArrayBuffer", "1");
                }
                display = Some(xvfb);
            }
        }
        let group = ProcessGroup::spawn(command.args(extra).arg(url))
            .with_context(|| format!("cannot start {}", binary.display()))?;
        Ok(Self { group, display, home })
    }

    /// Where the browser keeps what is its own.
    pub(crate) fn profile(&self) -> PathBuf {
        profile_in(self.home.path())
    }

    /// Waits for the browser to end by itself, which it should not; says how it did.
    pub(crate) async fn ended(&mut self) -> String {
        let how = match self.group.ended().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        format!("the browser ended ({how}){}", self.last_words())
    }

    /// The end of what the browser wrote to its terminal, on lines of their own.
    pub(crate) fn last_words(&self) -> String {
        let log = fs::read(log_file(self.home.path())).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<_> = log.lines().filter(|line| !line.trim().is_empty() && !line.contains(NOISE)).collect();
        lines[lines.len().saturating_sub(LOG_TAIL)..].iter().map(|line| format!("\n    | {line}")).collect()
    }

    /// Kills it. Gives its home, which vanishes with the value.
    pub(crate) async fn close(self) -> TempDir {
        self.group.end().await;
        if let Some(display) = self.display {
            display.close().await;
        }
        self.home
    }
}

/// Headless, quiet on the network, and never slowed for being in the background.
const CHROMIUM: &[&str] = &[
    "--headless=new",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-breakpad",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    // The suites open tabs, which nobody's click has asked for.
    "--disable-popup-blocking",
    "--mute-audio",
    "--password-store=basic",
    // For the tests that watch memory: a collection on demand, and numbers that are not rounded.
    "--js-flags=--expose-gc",
    "--enable-precise-memory-info",
];

/// There is no graphics card behind the virtual display, and no accessibility bus to look for.
const WEBKIT: [(&str, &str); 4] = [
    ("WEBKIT_DISABLE_COMPOSITING_MODE", "1"),
    ("LIBGL_ALWAYS_SOFTWARE", "1"),
    ("GDK_BACKEND", "x11"),
    ("NO_AT_BRIDGE", "1"),
];

/// The suites open tabs, which nobody's click has asked for, and go back in history.
const MINIBROWSER: [&str; 2] = ["--javascript-can-open-windows-automatically=true", "--enable-page-cache=true"];

/// Settings, caches and sockets go where they vanish with the run.
fn keep_at_home(command: &mut Command, home: &Path) {
    command.env("HOME", home).env("TMPDIR", home);
    for name in ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"] {
        command.env_remove(name);
    }
    command.env("XDG_RUNTIME_DIR", home).env_remove("WAYLAND_DISPLAY");
}

fn profile_in(home: &Path) -> PathBuf {
    home.join("profile")
}

fn log_file(home: &Path) -> PathBuf {
    home.join("browser.log")
}

fn joined(option: &str, path: &Path) -> std::ffi::OsString {
    let mut argument = std::ffi::OsString::from(option);
    argument.push(path);
    argument
}
