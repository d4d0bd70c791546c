//! JavaScript values → MessagePack.

use centaurus_codec::msgpack::{Encoder, Timestamp};
use centaurus_codec::{Error, Limit, Place};
use js_sys::{Array, Date, JsString, Map, Number, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::bytes::{is_too_long, view};
use crate::error::Thrown;
use crate::keys::KnownKeys;
use crate::options::{Msgpack, type_number};
use crate::path;

/// Strings up to this length, in UTF-16 units, find room in what the allocator has anyway.
const LONG_STRING: usize = 64 * 1024;

/// Most bytes of UTF-8 for one UTF-16 unit.
const LONGEST_CHARACTER: usize = 3;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["Object", "prototype", "toString"], js_name = call)]
    fn tag(value: &JsValue) -> String;
}

/// Writes a value as a message. `undefined` and the holes of arrays become nil; every binary view becomes bytes.
pub(crate) fn encode(value: &JsValue, options: &Msgpack) -> Result<Vec<u8>, Thrown> {
    let mut walk = Walk {
        encoder: Encoder::new(&options.limits),
        options,
        open: Vec::new(),
        keys: KnownKeys::default(),
        plain: Object::get_prototype_of(&Object::new()).into(),
        type_key: "type".into(),
        data_key: "data".into(),
    };
    walk.value(value)?;
    while let Some(open) = walk.open.last_mut() {
        match open.next() {
            Some(Next::Key(key)) => walk.encoder.string(&walk.keys.text(&key))?,
            Some(Next::Value(value)) => walk.value(&value)?,
            None => {
                walk.open.pop();
            }
        }
    }
    Ok(walk.encoder.into_bytes())
}

/// An array, object or map of which some is still to be written.
pub(crate) enum Open {
    Array {
        array: Array,
        next: u32,
        length: u32,
    },
    /// `next` counts keys and values: 2n is the n-th key, 2n + 1 its value.
    Object {
        keys: Array,
        values: Array,
        next: u32,
        length: u32,
    },
    /// As in an object.
    Map {
        pairs: Array,
        next: u32,
        length: u32,
    },
}

enum Next {
    /// An object's key: a string for certain.
    Key(JsValue),
    Value(JsValue),
}

impl Open {
    fn next(&mut self) -> Option<Next> {
        let (Self::Array { next, .. } | Self::Object { next, .. } | Self::Map { next, .. }) = self;
        let taken = *next;
        *next += 1;
        match self {
            Self::Array { array, length, .. } => (taken < *length).then(|| Next::Value(array.get(taken))),
            Self::Object { length, .. } | Self::Map { length, .. } if taken / 2 >= *length => None,
            Self::Object { keys, .. } if taken.is_multiple_of(2) => Some(Next::Key(keys.get(taken / 2))),
            Self::Object { values, .. } => Some(Next::Value(values.get(taken / 2))),
            Self::Map { pairs, .. } => {
                let pair: Array = pairs.get(taken / 2).unchecked_into();
                Some(Next::Value(pair.get(taken % 2)))
            }
        }
    }
}

struct Walk<'o> {
    encoder: Encoder,
    options: &'o Msgpack,
    /// What has been begun, outermost first. A list and no recursion: a value may be its own part.
    open: Vec<Open>,
    keys: KnownKeys,
    /// `Object.prototype`.
    plain: JsValue,
    type_key: JsValue,
    data_key: JsValue,
}

impl Walk<'_> {
    /// Writes a leaf, or the head of what is opened to be walked.
    fn value(&mut self, value: &JsValue) -> Result<(), Thrown> {
        // Questions whose answers need no detour over memory, the likely ones first.
        if Number::is_finite(value) {
            return self.number(value);
        }
        if value.is_string() {
            return self.string(value);
        }
        if value.is_object() {
            return self.object(value);
        }
        if let Some(bool) = value.as_bool() {
            return Ok(self.encoder.bool(bool)?);
        }
        if value.is_undefined() || value.is_null() {
            return Ok(self.encoder.nil()?);
        }
        if value.is_bigint() {
            return self.bigint(value);
        }
        if value.is_function() {
            return Err(self.unsupported("a function".to_owned(), "leave it out"));
        }
        if value.is_symbol() {
            return Err(self.unsupported("a symbol".to_owned(), "leave it out"));
        }
        // NaN and the infinities are left.
        self.number(value)
    }

    fn number(&mut self, value: &JsValue) -> Result<(), Thrown> {
        Ok(self.encoder.number(value.unchecked_into_f64(), self.options.bigint)?)
    }

    fn string(&mut self, value: &JsValue) -> Result<(), Thrown> {
        let length = value.unchecked_ref::<JsString>().length() as usize;
        if length > LONG_STRING {
            // The copy across traps if there is no room for it. Room that was there once is there again.
            let mut room: Vec<u8> = Vec::new();
            let needed = length.saturating_mul(LONGEST_CHARACTER);
            room.try_reserve_exact(needed).map_err(|_| Error::OutOfMemory { needed: needed as u64 })?;
            // An allocation that nothing is written to may be left out otherwise.
            core::hint::black_box(&mut room);
        }
        // As TextEncoder does: a lone surrogate becomes U+FFFD.
        let text = value.as_string().unwrap_or_default();
        Ok(self.encoder.string(&text)?)
    }

    fn bigint(&mut self, value: &JsValue) -> Result<(), Thrown> {
        let encoder = &mut self.encoder;
        let written = match (i64::try_from(value.clone()), u64::try_from(value.clone())) {
            (Ok(value), _) if self.options.bigint => encoder.int64(value),
            (_, Ok(value)) if self.options.bigint => encoder.uint64(value),
            (Ok(value), _) => encoder.signed(value),
            (_, Ok(value)) => encoder.unsigned(value),
            _ => return Err(self.unsupported("a bigint beyond 64 bits".to_owned(), "pass it as a string or as bytes")),
        };
        Ok(written?)
    }

    fn object(&mut self, value: &JsValue) -> Result<(), Thrown> {
        if Array::is_array(value) {
            let array: Array = value.clone().unchecked_into();
            let length = array.length();
            self.encoder.array(length as usize)?;
            return self.push(Open::Array { array, next: 0, length });
        }
        let prototype: JsValue = Object::get_prototype_of(value).into();
        if prototype == self.plain || prototype.is_null() {
            return self.plain_object(value);
        }
        if let Some(bytes) = view(value) {
            return self.bytes(&bytes);
        }
        let tag = tag(value);
        let tag = tag.strip_prefix("[object ").and_then(|tag| tag.strip_suffix(']')).unwrap_or_default();
        match tag {
            "Date" => {
                if let Some(date) = value.dyn_ref::<Date>() {
                    return self.date(date);
                }
            }
            "Map" => {
                if let Some(map) = value.dyn_ref::<Map>() {
                    let pairs = Array::from(map);
                    let length = pairs.length();
                    self.encoder.map(length as usize)?;
                    return self.push(Open::Map { pairs, next: 0, length });
                }
            }
            "Number" | "String" | "Boolean" | "BigInt" => {
                let primitive: JsValue = value.unchecked_ref::<Object>().value_of().into();
                if !primitive.is_object() {
                    return self.value(&primitive);
                }
            }
            // A class's instance that did not pass through structured clone, which would have made it plain.
            "Object" => return self.plain_object(value),
            _ => {}
        }
        let advice = match tag {
            "Set" => "pass an array of its values",
            "RegExp" => "pass its source and its flags",
            "Error" => "pass its name and its message",
            _ => "pass its parts as plain values or as bytes",
        };
        Err(self.unsupported(format!("{} {tag}", article(tag)), advice))
    }

    fn plain_object(&mut self, value: &JsValue) -> Result<(), Thrown> {
        let object: &Object = value.unchecked_ref();
        let keys = Object::keys(object);
        let length = keys.length();
        if length == 2 && !self.options.extensions.is_empty() && self.extension(value)? {
            return Ok(());
        }
        self.encoder.map(length as usize)?;
        let values = Object::values(object).unchecked_into();
        self.push(Open::Object { keys: keys.unchecked_into(), values, next: 0, length })
    }

    /// Writes `{ type, data }` as an extension if its type is one of those asked for.
    fn extension(&mut self, value: &JsValue) -> Result<bool, Thrown> {
        let kind = type_number(&Reflect::get(value, &self.type_key)?);
        let data = Reflect::get(value, &self.data_key)?;
        match (kind, data.dyn_ref::<Uint8Array>()) {
            (Some(kind), Some(data)) if self.options.extensions.contains(&kind) && !is_too_long(data) => {
                self.encoder.extension_with(kind, data.length() as usize, |place| data.copy_to(place))?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn bytes(&mut self, bytes: &Uint8Array) -> Result<(), Thrown> {
        if is_too_long(bytes) {
            return Err(self.unsupported("binary data of 4 GiB or more".to_owned(), "pass it in pieces"));
        }
        Ok(self.encoder.bytes_with(bytes.length() as usize, |place| bytes.copy_to(place))?)
    }

    fn date(&mut self, date: &Date) -> Result<(), Thrown> {
        let millis = date.get_time();
        if millis.is_nan() {
            return Err(self.unsupported("an invalid Date".to_owned(), "pass null"));
        }
        Ok(self.encoder.timestamp(Timestamp::from_millis(millis as i64))?)
    }

    fn push(&mut self, open: Open) -> Result<(), Thrown> {
        let max = self.options.limits.max_depth;
        if self.open.len() >= max {
            let at = Place::Path(path::of(&self.open));
            return Err(Error::Limit { limit: Limit::Depth, max: max as u64, at }.into());
        }
        self.open.push(open);
        Ok(())
    }

    fn unsupported(&self, what: String, advice: &'static str) -> Thrown {
        Error::UnsupportedValue { what: what.into(), path: path::of(&self.open), advice }.into()
    }
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" }
}
