use core::slice;

use crate::{Error, Limit, Place};

use super::{Builder, Decoder, Encoder, Integer, Limits, MAX_DEPTH, Timestamp, decode};

/// Any message, for programs that don't know its shape. Two messages that say the same in forms of different length are
/// equal.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// nil.
    Nil,
    /// A boolean.
    Bool(bool),
    /// An integer from −2⁶³ to 2⁶⁴ − 1.
    Integer(i128),
    /// A float.
    Float(f64),
    /// A string.
    String(String),
    /// Binary data.
    Bytes(Vec<u8>),
    /// A moment.
    Timestamp(Timestamp),
    /// An extension type's number, and its content.
    Extension(i8, Vec<u8>),
    /// An array.
    Array(Vec<Value>),
    /// A map, its pairs in order.
    Map(Vec<(Value, Value)>),
}

impl Value {
    /// Reads a message that is exactly one value.
    ///
    /// # Errors
    ///
    /// As [`decode`].
    pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        decode(bytes, limits, &mut ValueBuilder)
    }

    /// Reads the next value that a decoder comes to.
    ///
    /// # Errors
    ///
    /// As [`Decoder::value`].
    pub fn next(decoder: &mut Decoder<'_>) -> Result<Self, Error> {
        decoder.value(&mut ValueBuilder)
    }

    /// Writes the value as a message.
    ///
    /// # Errors
    ///
    /// [`Error::Limit`] for `max_depth` and `max_allocation`, [`Error::UnsupportedValue`] for an integer that is out of
    /// range, [`Error::OutOfMemory`].
    pub fn encode(&self, limits: &Limits) -> Result<Vec<u8>, Error> {
        let mut encoder = Encoder::new(limits);
        let max_depth = limits.max_depth.min(MAX_DEPTH);
        // What is begun, outermost first, and not recursion: see `MAX_DEPTH`.
        let mut open: Vec<Open<'_>> = Vec::new();
        let mut next = Some(self);
        while let Some(value) = next {
            if let Some(inner) = value.write(&mut encoder, open.len())? {
                if open.len() >= max_depth {
                    let at = Place::Path(level(open.len()));
                    return Err(Error::Limit { limit: Limit::Depth, max: max_depth as u64, at });
                }
                open.push(inner);
            }
            next = loop {
                let Some(innermost) = open.last_mut() else { break None };
                if let Some(value) = innermost.next() {
                    break Some(value);
                }
                open.pop();
            };
        }
        Ok(encoder.into_bytes())
    }

    /// Writes the value, or its head and answers what is inside it.
    fn write(&self, encoder: &mut Encoder, depth: usize) -> Result<Option<Open<'_>>, Error> {
        match self {
            Self::Nil => encoder.nil()?,
            Self::Bool(value) => encoder.bool(*value)?,
            Self::Integer(value) => write_integer(*value, encoder, depth)?,
            Self::Float(value) => encoder.float(*value)?,
            Self::String(value) => encoder.string(value)?,
            Self::Bytes(value) => encoder.bytes(value)?,
            Self::Timestamp(value) => encoder.timestamp(*value)?,
            Self::Extension(kind, value) => encoder.extension(*kind, value)?,
            Self::Array(values) => {
                encoder.array(values.len())?;
                return Ok(Some(Open::Array(values.iter())));
            }
            Self::Map(pairs) => {
                encoder.map(pairs.len())?;
                return Ok(Some(Open::Map { pairs: pairs.iter(), value: None }));
            }
        }
        Ok(None)
    }
}

/// What is still to be written of an array or a map.
enum Open<'v> {
    Array(slice::Iter<'v, Value>),
    /// `value` belongs to the key that was written last.
    Map {
        pairs: slice::Iter<'v, (Value, Value)>,
        value: Option<&'v Value>,
    },
}

impl<'v> Open<'v> {
    fn next(&mut self) -> Option<&'v Value> {
        match self {
            Self::Array(values) => values.next(),
            Self::Map { pairs, value } => value.take().or_else(|| {
                let (key, after) = pairs.next()?;
                *value = Some(after);
                Some(key)
            }),
        }
    }
}

fn level(depth: usize) -> String {
    format!("level {depth} of the value")
}

fn write_integer(value: i128, encoder: &mut Encoder, depth: usize) -> Result<(), Error> {
    if let Ok(value) = u64::try_from(value) {
        encoder.unsigned(value)
    } else if let Ok(value) = i64::try_from(value) {
        encoder.signed(value)
    } else {
        let (what, path) = (format!("the integer {value}").into(), level(depth));
        Err(Error::UnsupportedValue { what, path, advice: "write it as a string or as bytes" })
    }
}

struct ValueBuilder;

/// Pairs that are complete, and the key of the next one.
#[derive(Default)]
struct OpenMap {
    pairs: Vec<(Value, Value)>,
    key: Option<Value>,
}

impl Builder for ValueBuilder {
    type Value = Value;
    type Array = Vec<Value>;
    type Map = OpenMap;
    type Error = Error;

    fn nil(&mut self) -> Result<Value, Error> {
        Ok(Value::Nil)
    }

    fn bool(&mut self, value: bool) -> Result<Value, Error> {
        Ok(Value::Bool(value))
    }

    fn integer(&mut self, value: Integer) -> Result<Value, Error> {
        Ok(Value::Integer(match value {
            Integer::Narrow(value) | Integer::Int64(value) => value.into(),
            Integer::Uint64(value) => value.into(),
        }))
    }

    fn float(&mut self, value: f64) -> Result<Value, Error> {
        Ok(Value::Float(value))
    }

    fn string(&mut self, value: &str) -> Result<Value, Error> {
        Ok(Value::String(value.to_owned()))
    }

    fn bytes(&mut self, value: &[u8]) -> Result<Value, Error> {
        Ok(Value::Bytes(value.to_owned()))
    }

    fn timestamp(&mut self, value: Timestamp, _: &[u8]) -> Result<Value, Error> {
        Ok(Value::Timestamp(value))
    }

    fn extension(&mut self, kind: i8, value: &[u8]) -> Result<Value, Error> {
        Ok(Value::Extension(kind, value.to_owned()))
    }

    fn array(&mut self) -> Result<Vec<Value>, Error> {
        Ok(Vec::new())
    }

    fn push(&mut self, array: &mut Vec<Value>, value: Value) -> Result<(), Error> {
        array.push(value);
        Ok(())
    }

    fn finish_array(&mut self, array: Vec<Value>) -> Result<Value, Error> {
        Ok(Value::Array(array))
    }

    fn map(&mut self) -> Result<OpenMap, Error> {
        Ok(OpenMap::default())
    }

    fn string_key(&mut self, map: &mut OpenMap, key: &str) -> Result<(), Error> {
        self.other_key(map, Value::String(key.to_owned()))
    }

    fn other_key(&mut self, map: &mut OpenMap, key: Value) -> Result<(), Error> {
        map.key = Some(key);
        Ok(())
    }

    fn insert(&mut self, map: &mut OpenMap, value: Value) -> Result<(), Error> {
        // The decoder gives a key before each value.
        map.pairs.extend(map.key.take().map(|key| (key, value)));
        Ok(())
    }

    fn finish_map(&mut self, map: OpenMap) -> Result<Value, Error> {
        Ok(Value::Map(map.pairs))
    }
}
