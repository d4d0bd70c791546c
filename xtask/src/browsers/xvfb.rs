//! A display for the browser that has no headless mode.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use crate::process_group::ProcessGroup;
use crate::{debian, run};

/// It starts in a fraction of a second, or never.
const START_LIMIT: Duration = Duration::from_secs(20);

/// A virtual X server, ended when dropped.
#[derive(Debug)]
pub(super) struct Xvfb {
    group: ProcessGroup,
    display: String,
}

impl Xvfb {
    /// Starts one under a display number that it chooses itself.
    pub(super) async fn start() -> Result<Self> {
        let mut command = Command::new(binary()?);
        command
            .args(["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut group = ProcessGroup::spawn(&mut command).context("cannot start Xvfb")?;
        let Some(stdout) = group.child().stdout.take() else { bail!("Xvfb has no standard output") };
        let mut number = String::new();
        timeout(START_LIMIT, BufReader::new(stdout).read_line(&mut number))
            .await
            .context("Xvfb does not say which display it serves")??;
        if number.trim().is_empty() {
            bail!("Xvfb ended at once");
        }
        Ok(Self { group, display: format!(":{}", number.trim()) })
    }

    /// Such as `:99`.
    pub(super) fn display(&self) -> &str {
        &self.display
    }

    pub(super) async fn close(self) {
        self.group.end().await;
    }
}

fn binary() -> Result<PathBuf> {
    if run::on_path("Xvfb").is_none() {
        debian::install("Xvfb, the display of the browser that has no headless mode", &["xvfb"])?;
    }
    run::on_path("Xvfb").context("Xvfb is not on PATH")
}
