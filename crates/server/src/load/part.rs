//! A part of the crowd, in a process of its own: this program once more. It opens its connections and says so, waits for
//! the word to begin, and says what came of it.

use std::io::Write;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::traffic::{self, Traffic};
use crate::{Failure, crowd};

/// What such a process has to do.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) url: String,
    pub(crate) anywhere: bool,
    /// Connections of the parts before.
    pub(crate) first: usize,
    pub(crate) connections: usize,
    pub(crate) active: usize,
    pub(crate) seconds: u64,
    pub(crate) size: usize,
}

/// What it says once all its connections are open, and what it waits for then.
const OPEN: &str = "open";
const PLAY: &str = "play";

/// The process, as whoever started it sees it; it ends when this is dropped.
pub(crate) struct Part {
    child: Child,
    stdin: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
}

impl Part {
    /// Starts it; it begins to connect.
    pub(crate) fn start(task: &Task) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        for (option, number) in [
            ("--part", task.first),
            ("--connections", task.connections),
            ("--active", task.active),
            ("--size", task.size),
        ] {
            command.args([option, &number.to_string()]);
        }
        command.args(["--seconds", &task.seconds.to_string(), "--url", &task.url]);
        if task.anywhere {
            command.arg("--anywhere");
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let stdin = child.stdin.take().ok_or("a part of the load has no standard input")?;
        let stdout = child.stdout.take().ok_or("a part of the load has no standard output")?;
        Ok(Self { child, stdin, said: BufReader::new(stdout).lines() })
    }

    /// Waits until all its connections are open.
    pub(crate) async fn opened(&mut self) -> Result<(), Failure> {
        if self.next().await? == OPEN {
            Ok(())
        } else {
            Err("a part of the load speaks otherwise than expected".into())
        }
    }

    /// Lets it play.
    pub(crate) async fn play(&mut self) -> Result<(), Failure> {
        Ok(self.stdin.write_all(format!("{PLAY}\n").as_bytes()).await?)
    }

    /// What came of it; it has ended then.
    pub(crate) async fn outcome(mut self) -> Result<Traffic, Failure> {
        let traffic = self.next().await?.parse()?;
        self.child.wait().await?;
        Ok(traffic)
    }

    async fn next(&mut self) -> Result<String, Failure> {
        // It has said why on standard error, which is ours too.
        self.said.next_line().await?.ok_or_else(|| "a part of the load ended early".into())
    }
}

/// What such a process does.
pub(crate) async fn run(task: &Task) -> Result<(), Failure> {
    let target = crate::resolve(&task.url, task.anywhere).await?;
    let mut crowd = crowd::gather(&task.url, target, task.first, task.connections).await?;
    say(OPEN)?;
    let mut orders = BufReader::new(tokio::io::stdin()).lines();
    if orders.next_line().await?.as_deref() != Some(PLAY) {
        return Ok(());
    }
    let players: Vec<_> = crowd.drain(..task.active.min(crowd.len())).collect();
    let mut traffic = traffic::play(players, task.size, Duration::from_secs(task.seconds)).await;
    traffic.gone = crowd::gone(&mut crowd).await;
    say(&traffic.to_string())
}

fn say(line: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout();
    Ok(writeln!(out, "{line}").and_then(|()| out.flush())?)
}
