//! The built-in services.

use std::collections::HashMap;

use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use super::call::{Call, Request};
use super::convert;
use super::error::Error;
use super::face::Centaurus;
use super::pool::Pool;
use super::values::Bytes;

/// What deflated data is wrapped in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Format {
    /// RFC 1950.
    #[default]
    Zlib,
    /// RFC 1952.
    Gzip,
    /// RFC 1951, in nothing.
    Raw,
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Self::Zlib => "zlib",
            Self::Gzip => "gzip",
            Self::Raw => "deflate-raw",
        }
    }
}

/// How data are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deflate {
    /// What they are wrapped in. Default: zlib.
    pub format: Format,
    /// 0 (stored) to 9 (smallest). Default: 6.
    pub level: u8,
}

/// The level that zlib takes if nobody says anything.
const LEVEL: u8 = 6;

impl Default for Deflate {
    fn default() -> Self {
        Self { format: Format::default(), level: LEVEL }
    }
}

/// The services work in the pool's workers; the page only copies bytes out of its memory and back.
impl Pool {
    /// The bytes, compressed. Large ones are compressed by all workers that have nothing better to do.
    pub fn compress(&self, data: &[u8], how: Deflate) -> Call<Vec<u8>> {
        let options = object(&[("format", how.format.name().into()), ("level", how.level.into())]);
        self.bytes_service(data, "the compressed data", move |face, data| face.zlib().compress(data, &options))
    }

    /// The bytes that [`Pool::compress`], or any other program, was given. What is wrong with them is an
    /// [`Error::Function`] with the name `TruncatedError`, `CorruptError`, `ChecksumError`, `TrailingDataError` or
    /// `LimitError`.
    pub fn decompress(&self, data: &[u8], format: Format) -> Call<Vec<u8>> {
        let options = object(&[("format", format.name().into())]);
        self.bytes_service(data, "the decompressed data", move |face, data| face.zlib().decompress(data, &options))
    }

    /// The value as MessagePack, compressed where that is worth it.
    pub fn pack<T: Serialize + ?Sized>(&self, value: &T) -> Call<Vec<u8>> {
        self.value_service(value, |face, value| face.pack(value))
    }

    /// The value that [`Pool::pack`] was given.
    pub fn unpack<T: DeserializeOwned + 'static>(&self, bytes: &[u8]) -> Call<T> {
        self.decoding_service(bytes, |face, bytes| face.unpack(bytes))
    }

    /// The value as MessagePack.
    pub fn msgpack_encode<T: Serialize + ?Sized>(&self, value: &T) -> Call<Vec<u8>> {
        self.value_service(value, |face, value| face.msgpack().encode(value))
    }

    /// The value of one MessagePack message.
    pub fn msgpack_decode<T: DeserializeOwned + 'static>(&self, bytes: &[u8]) -> Call<T> {
        self.decoding_service(bytes, |face, bytes| face.msgpack().decode(bytes))
    }

    /// Digests of the bytes in one pass, under the names by which they were asked for: `sha-1` (for old formats only),
    /// `sha-224`, `sha-256`, `sha-384`, `sha-512`, `blake3`, `crc32`, `adler32`; the last two with the most significant byte
    /// first. Another name is an [`Error::Function`] with the name `RangeError`.
    pub fn digest(&self, algorithms: &[&str], data: &[u8]) -> Call<HashMap<String, Vec<u8>>> {
        let algorithms = algorithms.iter().map(|&name| JsValue::from(name)).collect::<Array>();
        let request = bytes_request(data, move |face, data| face.digest(&algorithms, data));
        Call::new(self.clone(), Ok(request), |value| {
            let digests: HashMap<String, Bytes> = decode("the digests", value)?;
            Ok(digests.into_iter().map(|(name, Bytes(digest))| (name, digest)).collect())
        })
    }

    fn bytes_service(
        &self,
        data: &[u8],
        what: &'static str,
        start: impl FnOnce(&Centaurus, &JsValue) -> Result<Promise, JsValue> + 'static,
    ) -> Call<Vec<u8>> {
        Call::new(self.clone(), Ok(bytes_request(data, start)), move |value| {
            decode(what, value).map(|Bytes(bytes)| bytes)
        })
    }

    fn value_service<T: Serialize + ?Sized>(
        &self,
        value: &T,
        start: impl FnOnce(&Centaurus, &JsValue) -> Result<Promise, JsValue> + 'static,
    ) -> Call<Vec<u8>> {
        let encoded = convert::encode(value).map_err(|why| Error::Encode { what: "the value".to_owned(), why });
        let request = encoded.map(|encoded| Request::new(encoded.own, move |face| start(face, &encoded.value)));
        Call::new(self.clone(), request, |value| decode("the encoded value", value).map(|Bytes(bytes)| bytes))
    }

    fn decoding_service<T: DeserializeOwned + 'static>(
        &self,
        bytes: &[u8],
        start: impl FnOnce(&Centaurus, &JsValue) -> Result<Promise, JsValue> + 'static,
    ) -> Call<T> {
        Call::new(self.clone(), Ok(bytes_request(bytes, start)), |value| decode("the decoded value", value))
    }
}

/// Bytes leave this program's memory by a copy; that is moved.
fn bytes_request(
    data: &[u8],
    start: impl FnOnce(&Centaurus, &JsValue) -> Result<Promise, JsValue> + 'static,
) -> Request {
    let data = Uint8Array::from(data);
    Request::new(Array::of1(&data.buffer()), move |face| start(face, &data))
}

fn decode<T: DeserializeOwned>(what: &str, value: JsValue) -> Result<T, Error> {
    convert::decode(value).map_err(|why| Error::Decode { what: what.to_owned(), why })
}

fn object(members: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        // It cannot fail: the object is new and plain.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}
