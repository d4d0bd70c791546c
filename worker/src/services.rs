//! The services that take a whole input.

use centaurus_codec::zlib::{self, Compressor, DEFAULT_MAX_OUTPUT, Decompressor};
use centaurus_codec::{Error, Limit, Place, pack as packing};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use crate::bytes::{Input, Output, to_js};
use crate::error::Thrown;
use crate::options::{self, Options};
use crate::{decode, encode};

/// Writes a value as a MessagePack message.
#[wasm_bindgen(js_name = msgpackEncode)]
pub fn msgpack_encode(value: &JsValue, options: &JsValue) -> Result<Uint8Array, JsValue> {
    let options = Options::new("msgpack.encode", options, options::MSGPACK)?.msgpack()?;
    Ok(to_js(&encode::encode(value, &options)?).map_err(Thrown::from)?)
}

/// Reads a MessagePack message.
#[wasm_bindgen(js_name = msgpackDecode)]
pub fn msgpack_decode(bytes: &JsValue, options: &JsValue) -> Result<JsValue, JsValue> {
    let options = Options::new("msgpack.decode", options, options::MSGPACK)?.msgpack()?;
    let input = Input::new(bytes, "msgpack.decode: the message")?;
    let max = options.limits.max_input;
    if u64::from(input.length()) > max {
        return Err(Thrown::from(Error::Limit { limit: Limit::Input, max, at: Place::Offset(max) }).into());
    }
    let message = input.to_vec().map_err(Thrown::from)?;
    Ok(decode::decode(&message, &options)?)
}

/// Compresses bytes.
#[wasm_bindgen(js_name = zlibCompress)]
pub fn zlib_compress(bytes: &JsValue, options: &JsValue) -> Result<Uint8Array, JsValue> {
    let options = Options::new("zlib.compress", options, options::ZLIB)?;
    let dictionary = options.dictionary()?;
    let options = whole(options.zlib(&dictionary)?);
    let input = Input::new(bytes, "zlib.compress: the data")?;
    Ok(compress(&input, &options).map_err(Thrown::from)?)
}

/// Decompresses bytes.
#[wasm_bindgen(js_name = zlibDecompress)]
pub fn zlib_decompress(bytes: &JsValue, options: &JsValue) -> Result<Uint8Array, JsValue> {
    let options = Options::new("zlib.decompress", options, options::ZLIB)?;
    let dictionary = options.dictionary()?;
    let options = whole(options.zlib(&dictionary)?);
    let input = Input::new(bytes, "zlib.decompress: the data")?;
    Ok(decompress(&input, &options).map_err(Thrown::from)?)
}

/// Writes a value as MessagePack and compresses it where that pays.
#[wasm_bindgen]
pub fn pack(value: &JsValue, options: &JsValue) -> Result<Uint8Array, JsValue> {
    let options = Options::new("pack", options, options::PACK)?;
    let dictionary = options.dictionary()?;
    let message = encode::encode(value, &options.msgpack()?)?;
    let mut out = Output::default();
    packing::pack(&message, &options.zlib(&dictionary)?, &mut out).map_err(Thrown::from)?;
    Ok(out.finish().map_err(Thrown::from)?)
}

/// Reads what [`pack`] wrote.
#[wasm_bindgen]
pub fn unpack(bytes: &JsValue, options: &JsValue) -> Result<JsValue, JsValue> {
    let options = Options::new("unpack", options, options::PACK)?;
    let dictionary = options.dictionary()?;
    let packed = Input::new(bytes, "unpack: the data")?.to_vec().map_err(Thrown::from)?;
    let message = packing::unpack(&packed, &options.zlib(&dictionary)?).map_err(Thrown::from)?;
    Ok(decode::decode(&message, &options.msgpack()?)?)
}

/// The streams below have a higher limit of their own; whole inputs have this one.
fn whole(options: zlib::Options<'_>) -> zlib::Options<'_> {
    zlib::Options { max_output: options.max_output.or(Some(DEFAULT_MAX_OUTPUT)), ..options }
}

fn compress(input: &Input, options: &zlib::Options<'_>) -> Result<Uint8Array, Error> {
    let mut compressor = <Compressor>::new(options)?;
    let mut out = Output::default();
    input.slices(|slice| compressor.push(slice, &mut out))?;
    compressor.finish(&mut out)?;
    out.finish()
}

fn decompress(input: &Input, options: &zlib::Options<'_>) -> Result<Uint8Array, Error> {
    let mut decompressor = <Decompressor>::new(options)?;
    let mut out = Output::default();
    input.slices(|slice| decompressor.push(slice, &mut out))?;
    decompressor.finish()?;
    out.finish()
}
