//! Protocol Buffers of schemas that are known at run time only: a [`Schema`] is made of the text of .proto files
//! ([`compile`]) or of a descriptor set, and turns messages into MessagePack, MessagePack into messages, and either into
//! the JSON mapping.
//!
//! Values are MessagePack, because that is how they cross into JavaScript: a message is a map of its fields by name, a
//! repeated field an array, a map field a map, an enum's value its name, `bytes` binary data. Files may be proto2 or
//! proto3; editions are not known to the parser.
//!
//! Decisions that the format leaves open: a string that is not UTF-8 is refused in proto2 too, since nobody could hold
//! it; a number that an enum has no name for stays a number, in closed enums too, so that nothing is lost. Message sets,
//! which proto2 had before extensions, pass whole as unknown fields ([`Options::unknown`]); their items are not taken apart.

mod compile;
mod decode;
mod describe;
mod encode;
mod fault;
mod input;
mod json;
mod scalar;
mod table;
mod wire;

use prost_reflect::DescriptorPool;

use crate::msgpack::{self, MAX_DEPTH};
use crate::{Error, Limit, Place};
use decode::Decoder;
use encode::Encoder;
use table::Table;

pub use compile::{Compiled, MAX_FILES, MAX_SOURCE, Sources, compile};

/// What errors call the format.
const FORMAT: &str = "protobuf";

/// The key of what a message held and the schema has not, where that is asked for.
const UNKNOWN: &str = "$unknown";

/// Messages inside each other, unless told otherwise: what all implementations of the format take.
pub const DEFAULT_MAX_DEPTH: usize = 100;

/// The most that can be asked for. Reading recurses, and each level may be an array and a map of MessagePack.
pub const HIGHEST_MAX_DEPTH: usize = 1_000;

const _: () = assert!(HIGHEST_MAX_DEPTH * 2 < MAX_DEPTH);

/// How 64-bit integers are written for whoever reads the MessagePack.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Int64 {
    /// In the shortest form: a number where a double is exact.
    #[default]
    NumberOrBigint,
    /// In the 64-bit forms, which can be told from numbers.
    Bigint,
    /// In decimal.
    String,
}

/// How enums are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Enums {
    /// By name, where there is one.
    #[default]
    Name,
    /// By number.
    Number,
}

/// Which fields are written that a message does not have. Messages and members of a oneof never are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Defaults {
    /// None.
    None,
    /// Those whose absence means the default: proto3's plain fields, lists and maps.
    #[default]
    Implicit,
    /// Those, and those of which one can tell that they are absent.
    All,
}

/// How messages are read and written.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
pub struct Options {
    /// Longest input in bytes; messages inside each other, [`HIGHEST_MAX_DEPTH`] at most; most bytes of output.
    pub limits: msgpack::Limits,
    /// Decoding: 64-bit integers.
    pub int64: Int64,
    /// Decoding: enums.
    pub enums: Enums,
    /// Decoding: what is not there.
    pub defaults: Defaults,
    /// Decoding: fields by the names of the .proto instead of those in lowerCamelCase. Encoding takes both.
    pub original_names: bool,
    /// Decoding: the keys of maps are what their type says instead of text.
    pub typed_keys: bool,
    /// Decoding: keeps what the schema has not, under `$unknown`, whence encoding takes it.
    pub unknown: bool,
    /// Encoding: passes over keys that name no field, instead of refusing them.
    pub ignore_unknown: bool,
    /// Required fields (proto2) may be missing.
    pub partial: bool,
}

impl core::default::Default for Options {
    fn default() -> Self {
        Self {
            limits: msgpack::Limits { max_depth: DEFAULT_MAX_DEPTH, ..msgpack::Limits::default() },
            int64: Int64::default(),
            enums: Enums::default(),
            defaults: Defaults::default(),
            original_names: false,
            typed_keys: false,
            unknown: false,
            ignore_unknown: false,
            partial: false,
        }
    }
}

/// The types of some .proto files, ready for use.
#[derive(Debug)]
pub struct Schema {
    pool: DescriptorPool,
    table: Table,
}

impl Schema {
    /// Takes a `google.protobuf.FileDescriptorSet`, such as [`compile`] gives.
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`] if it is not one, or not a whole one.
    pub fn new(descriptors: &[u8]) -> Result<Self, Error> {
        let pool = DescriptorPool::decode(descriptors).map_err(|error| compile::descriptor_error(&error))?;
        let table = Table::new(&pool)?;
        Ok(Self { pool, table })
    }

    /// The full names of its messages.
    pub fn types(&self) -> impl Iterator<Item = String> {
        self.pool.all_messages().filter(|message| !message.is_map_entry()).map(|message| message.full_name().to_owned())
    }

    /// Reads a message and writes it as MessagePack.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownType`], [`Error::Limit`], [`Error::Truncated`], [`Error::Corrupt`], [`Error::MissingField`],
    /// [`Error::OutOfMemory`].
    pub fn decode(&self, name: &str, message: &[u8], options: &Options) -> Result<Vec<u8>, Error> {
        self.read(name, message, options).map(|(out, _)| out)
    }

    /// Reads MessagePack and writes it as a message.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownType`], [`Error::WrongValue`], [`Error::MissingField`], [`Error::Limit`],
    /// [`Error::OutOfMemory`]; [`Error::Truncated`] and [`Error::Corrupt`] if it is no MessagePack.
    pub fn encode(&self, name: &str, value: &[u8], options: &Options) -> Result<Vec<u8>, Error> {
        let number = self.number(name)?;
        let options = bounded(options);
        let mut encoder = Encoder::new(&self.table, value, &options);
        encoder.message(number).map_err(|fault| fault.into_error(&options))?;
        if !encoder.input.is_done() {
            let (offset, length) = (encoder.input.position() as u64, (value.len() - encoder.input.position()) as u64);
            return Err(Error::TrailingData { format: msgpack::FORMAT, offset, length });
        }
        Ok(encoder.out)
    }

    /// Reads a message and writes it as JSON text (<https://protobuf.dev/programming-guides/json/>).
    ///
    /// # Errors
    ///
    /// As [`Schema::decode`], and [`Error::WrongValue`] for what JSON has no form for.
    pub fn to_json(&self, name: &str, message: &[u8], options: &Options) -> Result<Vec<u8>, Error> {
        // Checked by the reader that knows places and limits.
        let all = Options { defaults: Defaults::None, ..options.clone() };
        let (_, values) = self.read(name, message, &all)?;
        json::write(self.message(name)?, message, values, options)
    }

    /// Reads JSON text and writes it as a message.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownType`], [`Error::WrongValue`], [`Error::Limit`].
    pub fn from_json(&self, name: &str, text: &str, options: &Options) -> Result<Vec<u8>, Error> {
        let descriptor = self.message(name)?;
        json::read(descriptor, text, options)
    }

    fn read(&self, name: &str, message: &[u8], options: &Options) -> Result<(Vec<u8>, u64), Error> {
        let number = self.number(name)?;
        let options = bounded(options);
        let max = options.limits.max_input.min(u32::MAX.into());
        if message.len() as u64 > max {
            return Err(Error::Limit { limit: Limit::Input, max, at: Place::Offset(max) });
        }
        let mut decoder = Decoder::new(&self.table, message, &options);
        decoder.message(number, &[(0, message.len())])?;
        Ok((decoder.out.into_bytes(), decoder.values))
    }

    fn number(&self, name: &str) -> Result<u32, Error> {
        let plain = name.strip_prefix('.').unwrap_or(name);
        self.table.types.get(plain).copied().ok_or_else(|| {
            // A name without its package is the likeliest mistake.
            let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_lowercase();
            let near = self.types().filter(|known| last(known) == last(plain)).take(3).collect();
            Error::UnknownType { name: name.to_owned(), near }
        })
    }

    fn message(&self, name: &str) -> Result<prost_reflect::MessageDescriptor, Error> {
        let number = self.number(name)?;
        let name = &self.table.messages[number as usize].name;
        self.pool.get_message_by_name(name).ok_or(Error::UnknownType { name: name.to_string(), near: Vec::new() })
    }
}

fn bounded(options: &Options) -> Options {
    let limits = msgpack::Limits { max_depth: options.limits.max_depth.min(HIGHEST_MAX_DEPTH), ..options.limits };
    Options { limits, ..options.clone() }
}

#[cold]
fn too_deep(max: usize, at: usize) -> Error {
    Error::Limit { limit: Limit::Depth, max: max as u64, at: Place::Offset(at as u64) }
}
