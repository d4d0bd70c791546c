//! MessagePack → JavaScript values.

use centaurus_codec::msgpack::{self, Builder, Integer, Timestamp};
use js_sys::{Array, BigInt, Date, Map, Object};
use wasm_bindgen::prelude::*;

use crate::bytes::to_js;
use crate::error::{Thrown, define};
use crate::keys::KeyStrings;
use crate::options::Msgpack;

#[wasm_bindgen]
extern "C" {
    /// Any object, with `object[key] = value`, which is several times faster than `Reflect.set`.
    type Assignable;
    #[wasm_bindgen(method, indexing_setter)]
    fn assign(this: &Assignable, key: &JsValue, value: &JsValue);
}

/// Milliseconds from 1970 that a `Date` reaches both ways (ECMAScript, time values and time range).
const DATE_RANGE: i64 = 8_640_000_000_000_000;

/// Largest integer that a number tells from its neighbours: 2⁵³ − 1.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Reads a message that is exactly one value.
pub(crate) fn decode(message: &[u8], options: &Msgpack) -> Result<JsValue, Thrown> {
    let prototype = Object::get_prototype_of(&Object::new());
    let mut builder = JsBuilder {
        bigint: options.bigint,
        maps: options.maps,
        assignable: !Object::is_frozen(&prototype),
        keys: KeyStrings::default(),
    };
    msgpack::decode(message, &options.limits, &mut builder)
}

struct JsBuilder {
    bigint: bool,
    maps: bool,
    /// Whether `object[key] = value` works for keys that `Object.prototype` has too.
    assignable: bool,
    keys: KeyStrings,
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
        define(&object, &"type".into(), &kind.into(), true);
        define(&object, &"data".into(), &to_js(value)?.into(), true);
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
                *key = self.keys.string(text);
                *is_proto = text == "__proto__";
            }
            OpenMap::Map { key, .. } => *key = self.keys.string(text),
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
            OpenMap::Object { object, key, is_proto } => {
                if *is_proto || !self.assignable {
                    define(object, key, &value, true);
                } else {
                    object.unchecked_ref::<Assignable>().assign(key, &value);
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

/// The same pairs as a `Map`, in the object's order: keys that look like indices of an array come first.
fn to_map(object: &Object) -> Map {
    let map = Map::new();
    for pair in Object::entries(object).iter() {
        let pair: Array = pair.unchecked_into();
        map.set(&pair.get(0), &pair.get(1));
    }
    map
}
