//! The servers as processes of their own: their memory is to be told from ours.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::Failure;

/// Servers on one free port, until this is dropped.
pub(crate) struct Servers {
    children: Vec<Child>,
    /// Their address, as it stands in a URL.
    pub(crate) origin: String,
}

/// Places for those that come and go while others are counted.
const SPARE: usize = 64;
/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(20);

impl Servers {
    /// Starts so many of the server that lies beside this program. Any of them takes so many sockets, if it may open as many
    /// files.
    pub(crate) async fn start(count: usize, sockets: usize) -> Result<Self, Failure> {
        let (first, origin) = start("0", sockets, count > 1).await?;
        let port = origin.rsplit(':').next().unwrap_or_default().to_owned();
        let mut children = vec![first];
        for _ in 1..count {
            children.push(start(&port, sockets, true).await?.0);
        }
        Ok(Self { children, origin })
    }

    /// Ends them, and waits until they have.
    pub(crate) async fn end(mut self) -> Result<(), Failure> {
        for child in &mut self.children {
            child.kill().await?;
        }
        Ok(())
    }

    pub(crate) fn count(&self) -> usize {
        self.children.len()
    }

    /// Their resident memory in bytes, where the system tells: that of their sockets in the kernel is not among it.
    pub(crate) fn memory(&self) -> Option<u64> {
        self.children.iter().map(resident).sum()
    }
}

async fn start(port: &str, sockets: usize, shared: bool) -> Result<(Child, String), Failure> {
    let server = std::env::current_exe()?.with_file_name(format!("centaurus-server{}", std::env::consts::EXE_SUFFIX));
    let mut command = Command::new(&server);
    command
        .args(["--port", port, "--log", "error", "--sockets", &(sockets + SPARE).to_string()])
        // Silent connections are what is counted; nobody here answers pings.
        .args(["--idle-timeout", "3600"])
        .arg("--sockets-only")
        .current_dir(std::env::temp_dir())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    if shared {
        command.arg("--shared-port");
    }
    let mut child = command
        .spawn()
        .map_err(|error| format!("cannot start {}: {error}; cargo xtask load builds it", server.display()))?;
    let stdout = child.stdout.take().ok_or("the server has no standard output")?;
    let mut lines = BufReader::new(stdout).lines();
    let url = tokio::time::timeout(PATIENCE, lines.next_line()).await??.ok_or("the server says nothing")?;
    Ok((child, url.trim_start_matches("http://").trim_end_matches('/').to_owned()))
}

fn resident(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()?)).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib << 10)
}
