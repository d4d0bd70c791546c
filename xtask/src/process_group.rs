//! A program with all that it starts: they end together.

use std::io;
use std::process::ExitStatus;

use tokio::process::{Child, Command};

/// A child that leads a process group of its own; the group is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct ProcessGroup {
    child: Child,
    /// The leader's id, which is the group's as well. Kept, for `Child` forgets it once the leader has been waited for.
    id: Option<u32>,
}

impl ProcessGroup {
    pub(crate) fn spawn(command: &mut Command) -> io::Result<Self> {
        #[cfg(unix)]
        command.process_group(0);
        let child = command.kill_on_drop(true).spawn()?;
        let id = child.id();
        Ok(Self { child, id })
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits for the leader to end by itself.
    pub(crate) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Ends the whole group and waits for its leader.
    pub(crate) async fn end(mut self) {
        self.kill();
        let _ = self.child.wait().await;
    }

    fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.id.take().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed())) {
            // Fails only when all have ended already.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.start_kill();
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.kill();
    }
}
