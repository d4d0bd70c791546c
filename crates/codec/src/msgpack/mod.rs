//! MessagePack (<https://github.com/msgpack/msgpack/blob/master/spec.md>): an [`Encoder`] of single values, a [`decode`]
//! that walks a message into whatever a [`Builder`] makes of it, a [`Value`] that can hold any message, and with the
//! feature `serde` [`to_vec`] and [`from_slice`] for Rust types.
//!
//! Extension type −1, the timestamp, is the only one that the specification defines and the only one known here; all
//! others are passed through by number.

mod decode;
mod encode;
pub(crate) mod reader;
mod timestamp;
#[cfg(feature = "serde")]
mod typed;
mod value;

pub use decode::{Builder, Decoder, Integer, decode, validate};
pub use encode::Encoder;
pub use timestamp::Timestamp;
#[cfg(feature = "serde")]
pub use typed::{from_slice, to_vec};
pub use value::Value;

/// Longest message that is decoded unless told otherwise: 512 MiB.
pub const DEFAULT_MAX_INPUT: u64 = 512 << 20;

/// Arrays and maps inside each other, unless told otherwise. No engine clones a value that is nested much deeper
/// without running out of its stack (V8: about 2000 objects), and real data stays below 100.
pub const DEFAULT_MAX_DEPTH: usize = 1024;

/// The deepest nesting that can be asked for. Decoding doesn't recurse, but whoever gets the value will, if only to free
/// it; this much fits the smallest of stacks.
pub const MAX_DEPTH: usize = 4096;

/// Most memory that a decoded value, or an encoded message, takes unless told otherwise: 1 GiB. What a value takes is
/// an estimate, see [`VALUE_COST`].
pub const DEFAULT_MAX_ALLOCATION: u64 = 1 << 30;

/// Bytes reckoned for each decoded value, beside the bytes of its text or binary content. One byte of a message can ask
/// for an object, which is about this much in a JavaScript engine.
pub const VALUE_COST: u64 = 32;

/// What a message may cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Longest message to decode, in bytes.
    pub max_input: u64,
    /// Arrays and maps inside each other; taken as [`MAX_DEPTH`] if larger.
    pub max_depth: usize,
    /// Most bytes for a decoded value ([`VALUE_COST`] each, and their content), or for an encoded message.
    pub max_allocation: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_input: DEFAULT_MAX_INPUT, max_depth: DEFAULT_MAX_DEPTH, max_allocation: DEFAULT_MAX_ALLOCATION }
    }
}

/// What errors call the format.
pub(crate) const FORMAT: &str = "msgpack";
