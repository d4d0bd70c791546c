//! Running other programs: what is run is shown when it fails, and nothing runs without an end where a time is given.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// How often a program that has a deadline is looked after.
const POLL: Duration = Duration::from_millis(50);

/// Runs the command, its output going straight to the terminal.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", shown(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs the command silently and gives its standard output; a failure carries what it said.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let Output { status, stdout, stderr } =
        command.output().with_context(|| format!("cannot start {}", shown(command)))?;
    if !status.success() {
        let said = [stdout, stderr].concat();
        bail!("{} ended with {status}\n{}", shown(command), String::from_utf8_lossy(&said).trim_end());
    }
    String::from_utf8(stdout).with_context(|| format!("{} wrote something other than UTF-8", shown(command)))
}

/// Like [`output`], what the command says besides going straight to the terminal: warnings are not for a parser.
pub(crate) fn output_alone(command: &mut Command) -> Result<String> {
    output(command.stderr(Stdio::inherit()))
}

/// Runs the command silently for at most `limit`; whether it ended well in time.
pub(crate) fn succeeds_within(command: &mut Command, limit: Duration) -> Result<bool> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().with_context(|| format!("cannot start {}", shown(command)))?;
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(false);
        }
        thread::sleep(POLL);
    }
}

/// The program of that name on PATH.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(program)).find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    file.is_file() || (cfg!(windows) && file.with_extension("exe").is_file())
}

/// The command as a person would type it.
fn shown(command: &Command) -> String {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    words.map(|word| OsStr::to_string_lossy(word).into_owned()).collect::<Vec<_>>().join(" ")
}
