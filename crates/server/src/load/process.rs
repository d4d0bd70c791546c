//! The server as a process of its own: its memory is to be told from ours.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::Failure;

/// A server on a free port, until it is dropped.
pub(crate) struct Process {
    child: Child,
}

/// Places for those that come and go while others are counted.
const SPARE: usize = 64;
/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(20);

impl Process {
    /// Starts the server that lies beside this program. With it its address, as it stands in a URL.
    pub(crate) async fn start(sockets: usize) -> Result<(Self, String), Failure> {
        let server =
            std::env::current_exe()?.with_file_name(format!("centaurus-server{}", std::env::consts::EXE_SUFFIX));
        let empty = std::env::temp_dir();
        let mut child = Command::new(&server)
            .args(["--port", "0", "--log", "error", "--sockets", &(sockets + SPARE).to_string()])
            // Silent connections are what is counted; nobody here answers pings.
            .args(["--idle-timeout", "3600"])
            .arg("--sockets-only")
            .current_dir(empty)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}; cargo xtask load builds it", server.display()))?;
        let stdout = child.stdout.take().ok_or("the server has no standard output")?;
        let mut lines = BufReader::new(stdout).lines();
        let url = tokio::time::timeout(PATIENCE, lines.next_line()).await??.ok_or("the server says nothing")?;
        let origin = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Ok((Self { child }, origin))
    }

    /// Its resident memory in bytes, where the system tells: that of its sockets in the kernel is not among it.
    pub(crate) fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kib << 10)
    }
}
