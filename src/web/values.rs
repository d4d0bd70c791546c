//! Types for what serde alone cannot say: bytes that move, and JavaScript's own values.

use std::fmt;

use js_sys::Uint8Array;
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use wasm_bindgen::JsCast;

use super::convert;

/// Bytes: a `Uint8Array` in JavaScript, which is moved between page and worker, not cloned. (A `Vec<u8>` becomes an array
/// of numbers, since serde cannot tell it from any other list.)
///
/// ```no_run
/// # async fn example(pool: centaurus::web::Pool, pixels: Vec<u8>) -> Result<(), centaurus::web::Error> {
/// use centaurus::web::Bytes;
///
/// let Bytes(small) = pool.call("shrink", &(Bytes(pixels), 0.5)).await?;
/// # Ok(())
/// # }
/// ```
///
/// It decodes from an `ArrayBuffer`, a `Uint8Array` or an array of numbers. Other formats of serde have their own bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Bytes(pub Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !convert::is_encoding() {
            return serializer.serialize_bytes(&self.0);
        }
        let array = Uint8Array::from(self.0.as_slice());
        convert::owns(&array.buffer());
        serde_wasm_bindgen::preserve::serialize(&array, serializer)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_byte_buf(BytesVisitor)
    }
}

struct BytesVisitor;

impl<'de> Visitor<'de> for BytesVisitor {
    type Value = Bytes;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("bytes")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
        Ok(Bytes(bytes.to_vec()))
    }

    fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
        Ok(Bytes(bytes))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Bytes, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = values.next_element()? {
            bytes.push(byte);
        }
        Ok(Bytes(bytes))
    }
}

/// A value of JavaScript, passed on as it is: an argument, a result, or anywhere inside one. It has to be something that
/// structured clone can carry, such as a `Float64Array`, a `Blob` or a `Date`. Only between Rust and JavaScript.
///
/// ```no_run
/// # async fn example(pool: centaurus::web::Pool) -> Result<(), centaurus::web::Error> {
/// use centaurus::web::Js;
/// use js_sys::Float64Array;
///
/// let samples = Float64Array::from([0.5, 1.5].as_slice());
/// let Js(spectrum) = pool.call::<Js<Float64Array>>("fourier", &(Js(samples),)).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Js<T>(pub T);

impl<T: JsCast> Serialize for Js<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_wasm_bindgen::preserve::serialize(&self.0, serializer)
    }
}

impl<'de, T: JsCast> Deserialize<'de> for Js<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde_wasm_bindgen::preserve::deserialize(deserializer).map(Self)
    }
}
