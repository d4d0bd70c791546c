use core::fmt;
use std::borrow::Cow;

use thiserror::Error;

use crate::digest::DigestFault;

/// Why bytes could not be decoded, or a value not encoded. [`Error::name`] is stable and is the `name` of the
/// JavaScript error that a caller of the services sees.
///
/// Offsets count bytes of the input from 0, over all pieces where it came in pieces.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// A limit was met. Nothing is wrong with the input but its size, or its author's intentions.
    #[error("{limit} exceeds {max} {at}{}; raise {} if the source is trusted", suspicion(*.limit, .at), .limit.option())]
    Limit {
        /// Which one.
        limit: Limit,
        /// Where it stood.
        max: u64,
        /// Where it was met.
        at: Place,
    },
    /// The input ends before the value does.
    #[error("the {format} data ends at byte {offset}, inside {inside}: it was cut off, or more is to come")]
    Truncated {
        /// What was being read: `zlib`, `gzip`, `deflate-raw`, `msgpack` or `pack`.
        format: &'static str,
        /// Length of the input.
        offset: u64,
        /// The part that is incomplete.
        inside: &'static str,
    },
    /// The input is not what it is read as.
    #[error("not valid {format} data at byte {offset}: {what}")]
    Corrupt {
        /// What was being read.
        format: &'static str,
        /// The byte at which it was noticed; the damage can lie before it.
        offset: u64,
        /// What is wrong with it, and what to try.
        what: &'static str,
    },
    /// The data was decoded, and a check over it says that it is not what was encoded.
    #[error(
        "the {check} of the {format} data that ends at byte {offset} is {computed:#010x}, but it says {stored:#010x}: the data was damaged"
    )]
    Checksum {
        /// What was being read.
        format: &'static str,
        /// Which check: `Adler-32`, `CRC-32`, `header CRC-16` or `length`.
        check: &'static str,
        /// The byte after the stored check.
        offset: u64,
        /// What the input says.
        stored: u32,
        /// What its content gives.
        computed: u32,
    },
    /// The value is complete, and bytes follow it.
    #[error("the {format} data ends at byte {offset}, but {length} more bytes follow: pass only what belongs to it")]
    TrailingData {
        /// What was being read.
        format: &'static str,
        /// The first byte that does not belong to it.
        offset: u64,
        /// How many such bytes were seen.
        length: u64,
    },
    /// A preset dictionary is missing, the wrong one, or of no use.
    #[error(transparent)]
    Dictionary(#[from] DictionaryFault),
    /// The format has no way to carry the value.
    #[error("{what} at {path} cannot be carried by MessagePack: {advice}")]
    UnsupportedValue {
        /// What it is.
        what: Cow<'static, str>,
        /// Where it stands in the value, as in JavaScript: `$.users[3].born`.
        path: String,
        /// What to do instead.
        advice: &'static str,
    },
    /// A value does not fit the field that it stands at.
    #[error("{reason} at {path}")]
    WrongValue {
        /// What it is, and what it should be.
        reason: String,
        /// Where it stands in the value, as in JavaScript.
        path: String,
    },
    /// JSON that is none, or that does not fit the type.
    #[error("the JSON does not fit the type: {reason}")]
    WrongJson {
        /// What does not, with line and column of the text.
        reason: String,
    },
    /// A field that must be there is not.
    #[error("the required field '{field}' of {message} is missing {at}")]
    MissingField {
        /// Its name in the .proto.
        field: String,
        /// The full name of its message.
        message: String,
        /// Where the message stands.
        at: Place,
    },
    /// A schema has no type of that name.
    #[error("the schema has no message type '{name}'{}", suggestion(.near))]
    UnknownType {
        /// What was asked for.
        name: String,
        /// Full names that may be meant.
        near: Vec<String>,
    },
    /// A .proto file that cannot be compiled.
    #[error("{file}:{line}:{column}: {reason}")]
    Syntax {
        /// The path of the file.
        file: String,
        /// The line, from 1; 0 where the schema did not come as text.
        line: u32,
        /// The column in UTF-16 units, from 1.
        column: u32,
        /// What is wrong.
        reason: String,
    },
    /// The bytes are sound but are not of the type that they are read as, or the type cannot be written.
    #[error("the data and the type do not fit: {reason}")]
    TypeMismatch {
        /// What serde has to say.
        reason: String,
    },
    /// The options of a digest do not fit its algorithms.
    #[error(transparent)]
    Digest(#[from] DigestFault),
    /// No memory is left for this.
    #[error("no memory for {needed} more bytes: use the streaming form, or smaller pieces")]
    OutOfMemory {
        /// What was asked for.
        needed: u64,
    },
    /// A stream was used after its end or after its failure.
    #[error("the stream has already ended: make a new one")]
    Ended,
}

impl Error {
    /// The name that tells this kind from the others, for callers beyond Rust. Never changes.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Limit { .. } => "LimitError",
            Self::Truncated { .. } => "TruncatedError",
            Self::Corrupt { .. } => "CorruptError",
            Self::Checksum { .. } => "ChecksumError",
            Self::TrailingData { .. } => "TrailingDataError",
            Self::Dictionary(_) => "DictionaryError",
            Self::UnsupportedValue { .. } | Self::WrongValue { .. } | Self::WrongJson { .. } => "UnsupportedValueError",
            Self::MissingField { .. } => "MissingFieldError",
            Self::UnknownType { .. } => "UnknownTypeError",
            Self::Syntax { .. } => "ProtoSyntaxError",
            Self::TypeMismatch { .. } => "TypeMismatchError",
            Self::Digest(_) => "RangeError",
            Self::OutOfMemory { .. } => "OutOfMemoryError",
            Self::Ended => "InvalidStateError",
        }
    }

    /// What the error knows, under the names that the properties of a JavaScript error have.
    #[must_use]
    pub fn details(&self) -> Vec<(&'static str, Detail)> {
        match self {
            Self::Limit { limit, max, at } => {
                vec![("limit", limit.option().into()), ("max", (*max).into()), at.detail()]
            }
            Self::Truncated { format, offset, .. } | Self::Corrupt { format, offset, .. } => {
                vec![("format", (*format).into()), ("offset", (*offset).into())]
            }
            Self::Checksum { format, check, offset, stored, computed } => vec![
                ("format", (*format).into()),
                ("check", (*check).into()),
                ("offset", (*offset).into()),
                ("stored", (*stored).into()),
                ("computed", (*computed).into()),
            ],
            Self::TrailingData { format, offset, length } => {
                vec![("format", (*format).into()), ("offset", (*offset).into()), ("length", (*length).into())]
            }
            Self::Dictionary(DictionaryFault::Missing { id }) => vec![("dictionaryId", (*id).into())],
            Self::Dictionary(DictionaryFault::Wrong { id, given }) => {
                vec![("dictionaryId", (*id).into()), ("givenId", (*given).into())]
            }
            Self::UnsupportedValue { path, .. } | Self::WrongValue { path, .. } => vec![("path", path.as_str().into())],
            Self::MissingField { field, at, .. } => vec![("field", field.as_str().into()), at.detail()],
            Self::UnknownType { name, .. } => vec![("type", name.as_str().into())],
            Self::Syntax { file, line, column, .. } => {
                vec![("file", file.as_str().into()), ("line", (*line).into()), ("column", (*column).into())]
            }
            Self::OutOfMemory { needed } => vec![("needed", (*needed).into())],
            _ => Vec::new(),
        }
    }
}

/// Something that an error knows, for callers beyond Rust.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Detail {
    /// A count, an offset, a check sum.
    Number(u64),
    /// A name or a place.
    Text(String),
}

impl From<u64> for Detail {
    fn from(value: u64) -> Self {
        Self::Number(value)
    }
}

impl From<u32> for Detail {
    fn from(value: u32) -> Self {
        Self::Number(value.into())
    }
}

impl From<&str> for Detail {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl Place {
    fn detail(&self) -> (&'static str, Detail) {
        match self {
            Self::Offset(offset) => ("offset", (*offset).into()),
            Self::Path(path) => ("path", path.as_str().into()),
        }
    }
}

/// A limit of a decoder, or of an encoder's output.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// Bytes that come out of a zlib codec.
    Output,
    /// Bytes out for each byte in.
    Ratio,
    /// Bytes of a MessagePack message.
    Input,
    /// Arrays and maps inside each other.
    Depth,
    /// Bytes that a value takes in memory, or an encoded message.
    Allocation,
}

impl Limit {
    /// The name of the option that moves it, as JavaScript spells it.
    #[must_use]
    pub const fn option(self) -> &'static str {
        match self {
            Self::Output => "maxOutput",
            Self::Ratio => "maxRatio",
            Self::Input => "maxInput",
            Self::Depth => "maxDepth",
            Self::Allocation => "maxAllocation",
        }
    }
}

/// What a limit hints at beyond itself: values that are walked can contain themselves, messages cannot.
const fn suspicion(limit: Limit, at: &Place) -> &'static str {
    match (limit, at) {
        (Limit::Depth, Place::Path(_)) => ", where a value may contain itself",
        _ => "",
    }
}

/// Names that may be meant.
fn suggestion(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(" or ")) }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Output => "the output in bytes",
            Self::Ratio => "the ratio of output to input",
            Self::Input => "the input in bytes",
            Self::Depth => "the nesting depth",
            Self::Allocation => "the memory in bytes",
        })
    }
}

/// Where something was noticed: in the input of a decoder, or in the value given to an encoder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// A byte of the input.
    Offset(u64),
    /// A part of the value, as in JavaScript: `$.users[3].born`.
    Path(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Offset(offset) => write!(f, "at byte {offset}"),
            Self::Path(path) => write!(f, "at {path}"),
        }
    }
}

/// What is wrong with a preset dictionary (RFC 1950, FDICT and DICTID).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum DictionaryFault {
    /// The data was compressed with a dictionary, and none was given.
    #[error("the zlib data needs the dictionary whose Adler-32 is {id:#010x}: pass it as `dictionary`")]
    Missing {
        /// Adler-32 of the dictionary that it needs.
        id: u32,
    },
    /// The data was compressed with another dictionary than the one given.
    #[error("the zlib data needs the dictionary whose Adler-32 is {id:#010x}, but the one given has {given:#010x}")]
    Wrong {
        /// Adler-32 of the dictionary that it needs.
        id: u32,
        /// Adler-32 of the one given.
        given: u32,
    },
    /// gzip has no field for a dictionary.
    #[error("gzip has no way to name a dictionary: use the format zlib or deflate-raw, or leave the dictionary out")]
    NotInGzip,
}
