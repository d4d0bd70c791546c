//! Tags, flags and limits of the messages, and the TypeScript table that the worker's side is compiled with.

use alloc::string::String;
use core::fmt::Write;

/// First element of every message of ours, both ways. A worker's scripts may post messages of their own; whatever does
/// not begin with this number is theirs and passes by.
pub const MAGIC: u32 = 0x0CE7_A005;

/// Changes whenever a tag or a field does: a page must not drive a worker file of another release.
pub const VERSION: u32 = 1;

/// Cells of the shared `Int32Array` that exists where the page is cross-origin isolated. Cell [`STARTED_CELL`] holds
/// the id + 1 of the call that the worker runs. Cell `ABORT_CELLS + id % ABORT_RING` holds the id + 1 of a call whose
/// signal has fired, so that a loop that never yields can see it.
pub const STARTED_CELL: u32 = 0;
/// See [`STARTED_CELL`].
pub const ABORT_CELLS: u32 = 1;
/// Aborted calls that one worker can be told of at once by shared memory. A call that loses its cell to a later one of
/// the same remainder still gets the message.
pub const ABORT_RING: u32 = 63;

/// Values of a stream that may be under way before the reader has taken one: enough to hide a round trip, few enough
/// that a reader who leaves has wasted little.
pub const STREAM_WINDOW: u32 = 32;

/// Flags of a call.
pub mod flag {
    /// The worker says that it starts this call before it does, and reports its end before it starts another.
    pub const MARKED: u32 = 1;
    /// The result is an iterable whose values travel one by one, against credit.
    pub const STREAM: u32 = 2;
    /// The caller listens to progress.
    pub const PROGRESS: u32 = 4;
}

macro_rules! tags {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $value:literal, $fields:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u32)]
        pub enum $name {
            $($(#[$vdoc])* #[doc = concat!("Fields: `", $fields, "`.")] $variant = $value,)+
        }

        impl $name {
            /// The tag that a number stands for, or `None` for a number of another release.
            #[must_use]
            pub const fn from_number(number: u32) -> Option<Self> {
                match number {
                    $($value => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// Elements that follow the tag.
            #[must_use]
            pub const fn fields(self) -> usize {
                match self {
                    $(Self::$variant => count($fields),)+
                }
            }

            const TABLE: &'static [(&'static str, u32, &'static str)] =
                &[$((stringify!($variant), $value, $fields),)+];
        }
    };
}

const fn count(fields: &str) -> usize {
    let bytes = fields.as_bytes();
    let (mut i, mut n) = (0, if bytes.is_empty() { 0 } else { 1 });
    while i < bytes.len() {
        if bytes[i] == b',' {
            n += 1;
        }
        i += 1;
    }
    n
}

tags! {
    /// What the proxy says to a worker.
    Down {
        /// First of all: who the worker is, what it shares with the page.
        Hello = 1, "options";
        /// An entry of the registration log. Sent again with the names once a module's exports are known.
        Register = 2, "registration, kind, payload";
        /// Run a registered function.
        Call = 3, "call, function, flags, args";
        /// Run a function that came with the call.
        Run = 4, "call, source, flags, args";
        /// Fire the call's signal; if the call has not started, drop it.
        Abort = 5, "call, reason";
        /// The reader of a stream takes so many values more.
        Credit = 6, "call, count";
        /// Errors within the arguments that follow, each with what structured clone loses of it.
        Errors = 7, "errors";
    }
}

tags! {
    /// What a worker says to the proxy.
    Up {
        /// The worker file has run and speaks this version.
        Loaded = 1, "version";
        /// The worker holds the Web Lock of this name, which its death releases.
        Locked = 2, "lock";
        /// A registration succeeded; what it found: names of a module's exports, warnings.
        Registered = 3, "registration, found";
        /// A registration failed.
        RegisterFailed = 4, "registration, error";
        /// A marked call, or a stream, starts.
        Started = 5, "call";
        /// A call returned. Run time in milliseconds.
        Done = 6, "call, run, value";
        /// A call threw, rejected, or was dropped. Run time in milliseconds.
        Failed = 7, "call, run, error";
        /// One value of a stream.
        Item = 8, "call, value";
        /// A task reports progress.
        Progress = 9, "call, value";
        /// The worker is about to die and knows it: a wasm trap or `self.close()`. The call it was running or -1, and why.
        Crashed = 10, "call, error";
        /// The n-th message, counted from 1, could not be deserialized (`messageerror`).
        Unreadable = 11, "message";
        /// Errors within the value that follows, each with what structured clone loses of it.
        Errors = 12, "errors";
        /// Code threw, or a promise was rejected, where neither a call nor a listener in the worker caught it.
        Uncaught = 13, "error";
    }
}

/// Kinds of registration, the `kind` field of [`Down::Register`].
pub const REGISTRATION_KINDS: &[(&str, u32)] = &[
    // payload: [{ name, id, source, form }]; form 0 is (resolve, reject, ...params), 1 the plain one
    ("Functions", 1),
    // payload: [url]
    ("Scripts", 2),
    // payload: { url, names: [[name, id]] | null }
    ("Module", 3),
    // payload: { source, args }
    ("Setup", 4),
    // payload: { module: WebAssembly.Module | ArrayBuffer, names: [[name, id]] }
    ("Services", 5),
];

/// The same table as TypeScript, for the worker's side.
#[must_use]
pub fn typescript() -> String {
    let mut out = String::from(
        "// Written by `cargo xtask build` from crates/protocol/src/wire.rs, which says what each number means.\n",
    );
    let mut scalar = |name: &str, value: u32| {
        let _ = writeln!(out, "export const {name} = {value};");
    };
    scalar("MAGIC", MAGIC);
    scalar("VERSION", VERSION);
    scalar("STARTED_CELL", STARTED_CELL);
    scalar("ABORT_CELLS", ABORT_CELLS);
    scalar("ABORT_RING", ABORT_RING);
    scalar("STREAM_WINDOW", STREAM_WINDOW);
    for (name, table) in [("Down", Down::TABLE), ("Up", Up::TABLE)] {
        let _ = writeln!(out, "export const enum {name} {{");
        for (variant, value, fields) in table {
            let _ = writeln!(out, "  /** {fields} */\n  {variant} = {value},");
        }
        out.push_str("}\n");
    }
    let flags: &[(&str, u32)] = &[("Marked", flag::MARKED), ("Stream", flag::STREAM), ("Progress", flag::PROGRESS)];
    for (name, table) in [("Flag", flags), ("Kind", REGISTRATION_KINDS)] {
        let _ = writeln!(out, "export const enum {name} {{");
        for (variant, value) in table {
            let _ = writeln!(out, "  {variant} = {value},");
        }
        out.push_str("}\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_survive_the_way_over_the_wire() {
        for &(_, number, fields) in Down::TABLE {
            let tag = Down::from_number(number).expect("a tag of the table");
            assert_eq!(tag as u32, number);
            assert_eq!(tag.fields(), fields.split(',').filter(|f| !f.is_empty()).count());
        }
        for &(_, number, _) in Up::TABLE {
            assert_eq!(Up::from_number(number).map(|tag| tag as u32), Some(number));
        }
        assert_eq!(Up::from_number(0), None);
    }

    #[test]
    fn the_workers_table_is_this_one() {
        let written = include_str!("../../../worker/runtime/protocol.ts");
        assert_eq!(written, typescript(), "run `cargo xtask build` and commit worker/runtime/protocol.ts");
    }
}
