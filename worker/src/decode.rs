//! MessagePack → JavaScript values.

use centaurus_codec::msgpack::{self, Builder, Integer, Timestamp};
use js_sys::{Array, BigInt, Date, Map, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::bytes::to_js;
use crate::error::{Thrown, define};
use crate::options::Msgpack;

/// Milliseconds from 1970 that a `Date` reaches both ways (ECMAScript, time values and time range).
const DATE_RANGE: i64 = 8_640_000_000_000_000;

/// Largest integer that a number tells from its neighbours: 2⁵³ − 1.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Reads a message that is exactly one value.
pub(crate) fn decode(message: &[u8], options: &Msgpack) -> Result<JsValue, Thrown> {
    let mut builder = JsBuilder { bigint: options.bigint, maps: options.maps, keys: KeyCache::new() };
    msgpack::decode(message, &options.limits, &mut builder)
}

struct JsBuilder {
    bigint: bool,
    maps: bool,
    keys: KeyCache,
}

/// A map that is not complete, and the key of its next value.
enum OpenMap {
    /// All keys so far are strings. `is_proto` where the next one is `__proto__`, which a plain assignment would take
    /// for the prototype.
    Object {
        object: Object,
        key: JsValue,
        is_proto: bool,
    },
    Map {
        map: Map,
        key: JsValue,
    },
}

impl Builder for JsBuilder {
    type Value = JsValue;
    type Array = Array;
    type Map = OpenMap;
    type Error = Thrown;

    fn nil(&mut self) -> Result<JsValue, Thrown> {
        Ok(JsValue::NULL)
    }

    fn bool(&mut self, value: bool) -> Result<JsValue, Thrown> {
        Ok(value.into())
    }

    fn integer(&mut self, value: Integer) -> Result<JsValue, Thrown> {
        Ok(match value {
            Integer::Narrow(value) => JsValue::from_f64(value as f64),
            Integer::Int64(value) if !self.bigint && value.unsigned_abs() <= MAX_SAFE_INTEGER => {
                JsValue::from_f64(value as f64)
            }
            Integer::Uint64(value) if !self.bigint && value <= MAX_SAFE_INTEGER => JsValue::from_f64(value as f64),
            Integer::Int64(value) => BigInt::from(value).into(),
            Integer::Uint64(value) => BigInt::from(value).into(),
        })
    }

    fn float(&mut self, value: f64) -> Result<JsValue, Thrown> {
        Ok(JsValue::from_f64(value))
    }

    fn string(&mut self, value: &str) -> Result<JsValue, Thrown> {
        Ok(JsValue::from_str(value))
    }

    fn bytes(&mut self, value: &[u8]) -> Result<JsValue, Thrown> {
        Ok(to_js(value)?.into())
    }

    fn timestamp(&mut self, value: Timestamp, bytes: &[u8]) -> Result<JsValue, Thrown> {
        match value.millis().filter(|millis| millis.abs() <= DATE_RANGE) {
            Some(millis) => Ok(Date::new(&JsValue::from_f64(millis as f64)).into()),
            // Beyond what a Date can say: as any other extension.
            None => self.extension(Timestamp::EXTENSION, bytes),
        }
    }

    fn extension(&mut self, kind: i8, value: &[u8]) -> Result<JsValue, Thrown> {
        let object = Object::new();
        Reflect::set(&object, &"type".into(), &kind.into())?;
        Reflect::set(&object, &"data".into(), &to_js(value)?.into())?;
        Ok(object.into())
    }

    fn array(&mut self) -> Result<Array, Thrown> {
        Ok(Array::new())
    }

    fn push(&mut self, array: &mut Array, value: JsValue) -> Result<(), Thrown> {
        array.push(&value);
        Ok(())
    }

    fn finish_array(&mut self, array: Array) -> Result<JsValue, Thrown> {
        Ok(array.into())
    }

    fn map(&mut self) -> Result<OpenMap, Thrown> {
        let key = JsValue::UNDEFINED;
        Ok(if self.maps {
            OpenMap::Map { map: Map::new(), key }
        } else {
            OpenMap::Object { object: Object::new(), key, is_proto: false }
        })
    }

    fn string_key(&mut self, map: &mut OpenMap, text: &str) -> Result<(), Thrown> {
        match map {
            OpenMap::Object { key, is_proto, .. } => {
                *key = self.keys.get(text);
                *is_proto = text == "__proto__";
            }
            OpenMap::Map { key, .. } => *key = self.keys.get(text),
        }
        Ok(())
    }

    fn other_key(&mut self, map: &mut OpenMap, new: JsValue) -> Result<(), Thrown> {
        match map {
            OpenMap::Object { object, .. } => *map = OpenMap::Map { map: to_map(object), key: new },
            OpenMap::Map { key, .. } => *key = new,
        }
        Ok(())
    }

    fn insert(&mut self, map: &mut OpenMap, value: JsValue) -> Result<(), Thrown> {
        match map {
            OpenMap::Map { map, key } => {
                map.set(key, &value);
            }
            // A setter or a frozen property on Object.prototype can stop an assignment; a definition nothing stops.
            OpenMap::Object { object, key, is_proto } => {
                if *is_proto || !Reflect::set(object, key, &value)? {
                    define(object, key, &value, true);
                }
            }
        }
        Ok(())
    }

    fn finish_map(&mut self, map: OpenMap) -> Result<JsValue, Thrown> {
        Ok(match map {
            OpenMap::Object { object, .. } => object.into(),
            OpenMap::Map { map, .. } => map.into(),
        })
    }
}

/// The same pairs as a `Map`.
fn to_map(object: &Object) -> Map {
    let map = Map::new();
    for pair in Object::entries(object).iter() {
        let pair: Array = wasm_bindgen::JsCast::unchecked_into(pair);
        map.set(&pair.get(0), &pair.get(1));
    }
    map
}

/// Longest key that is remembered, in bytes.
const LONGEST_KEY: usize = 32;

/// How many keys are remembered; a power of two.
const KEYS: usize = 256;

/// Records repeat their keys; making a string of the same bytes once is several times faster than doing it again.
struct KeyCache {
    slots: Vec<Option<(Box<str>, JsValue)>>,
}

impl KeyCache {
    fn new() -> Self {
        Self { slots: (0..KEYS).map(|_| None).collect() }
    }

    fn get(&mut self, key: &str) -> JsValue {
        if key.len() > LONGEST_KEY {
            return key.into();
        }
        // FNV-1a. Keys that fall into one slot push each other out, which costs time and nothing else.
        let hash = key.bytes().fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        let slot = &mut self.slots[(hash ^ hash >> 16) as usize % KEYS];
        match slot {
            Some((known, value)) if **known == *key => value.clone(),
            _ => {
                let value = JsValue::from_str(key);
                *slot = Some((key.into(), value.clone()));
                value
            }
        }
    }
}
