//! The scheduler's commands as numbers, [`WORDS`] to each. `face/command.ts` is the script's copy of the two tables.

use alloc::vec::Vec;

use centaurus_scheduler::{Command, Outcome};

/// Numbers to a command: what, and three operands.
pub const WORDS: usize = 4;

/// What is to be done. Operands in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op {
    /// Start a worker: worker, slot.
    Spawn,
    /// End a worker: worker.
    Kill,
    /// Send a registration: worker, registration.
    Register,
    /// Send a call: worker, call, whether it is marked.
    Post,
    /// Tell a worker that a call is no longer wanted: worker, call.
    Abort,
    /// Settle a call: call, how it ended, of whom.
    Settle,
    /// Settle a registration: registration, how it ended, of whom.
    SettleRegistration,
    /// As many workers are up as were asked for.
    Ready,
    /// They cannot be: worker.
    Unready,
    /// The pool has closed.
    Closed,
}

/// How a call ends that its worker did not answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// Its signal fired.
    Aborted,
    /// Its timeout ran out.
    TimedOut,
    /// No worker could be started; of the last one tried.
    LoadFailed,
    /// Its worker died; of that one.
    Crashed,
    /// Its function's registration failed; of that one.
    RegistrationFailed,
    /// Its arguments could not be cloned.
    NotCloneable,
    /// The pool was ended.
    Terminated,
}

/// Writes a command down.
pub(crate) fn write(command: Command, out: &mut Vec<u32>) {
    let words: [u32; WORDS] = match command {
        Command::Spawn { worker, slot } => [Op::Spawn as u32, worker.0, slot, 0],
        Command::Kill { worker } => [Op::Kill as u32, worker.0, 0, 0],
        Command::Register { worker, registration } => [Op::Register as u32, worker.0, registration.0, 0],
        Command::Post { worker, call, marked } => [Op::Post as u32, worker.0, call.0, u32::from(marked)],
        Command::Abort { worker, call } => [Op::Abort as u32, worker.0, call.0, 0],
        Command::Settle { call, outcome } => {
            let (end, whose) = end(outcome);
            [Op::Settle as u32, call.0, end as u32, whose]
        }
        Command::SettleRegistration { registration, outcome } => {
            let (end, whose) = end(outcome);
            [Op::SettleRegistration as u32, registration.0, end as u32, whose]
        }
        Command::Ready => [Op::Ready as u32, 0, 0, 0],
        Command::Unready { worker } => [Op::Unready as u32, worker.0, 0, 0],
        Command::Closed => [Op::Closed as u32, 0, 0, 0],
    };
    out.extend_from_slice(&words);
}

fn end(outcome: Outcome) -> (End, u32) {
    match outcome {
        Outcome::Aborted => (End::Aborted, 0),
        Outcome::TimedOut => (End::TimedOut, 0),
        Outcome::LoadFailed { worker } => (End::LoadFailed, worker.0),
        Outcome::Crashed { worker } => (End::Crashed, worker.0),
        Outcome::RegistrationFailed { registration } => (End::RegistrationFailed, registration.0),
        Outcome::NotCloneable => (End::NotCloneable, 0),
        Outcome::Terminated => (End::Terminated, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::{End, Op};

    /// The members of an enum of the script's, in order.
    fn members(name: &str) -> Vec<&'static str> {
        let script = include_str!("face/command.ts");
        let (_, rest) = script.split_once(&format!("const enum {name} {{")).expect("the enum is there");
        let (body, _) = rest.split_once('}').expect("the enum ends");
        body.split(',').map(str::trim).filter(|member| !member.is_empty()).collect()
    }

    #[test]
    fn the_scripts_tables_are_these() {
        let ops = [Op::Spawn, Op::Kill, Op::Register, Op::Post, Op::Abort, Op::Settle, Op::SettleRegistration];
        let ops = ops.into_iter().chain([Op::Ready, Op::Unready, Op::Closed]).map(|op| format!("{op:?}"));
        assert_eq!(members("Op"), ops.collect::<Vec<_>>());
        let ends = [End::Aborted, End::TimedOut, End::LoadFailed, End::Crashed, End::RegistrationFailed];
        let ends = ends.into_iter().chain([End::NotCloneable, End::Terminated]).map(|end| format!("{end:?}"));
        assert_eq!(members("End"), ends.collect::<Vec<_>>());
    }
}
