//! The services that take a whole input.

use centaurus_codec::Error;
use centaurus_codec::pack::{self as packing, Content};
use centaurus_codec::zlib::{self, Compressor, DEFAULT_MAX_OUTPUT, Decompressor};
use centaurus_worker_values::{Input, Options, Output, Thrown, options, to_js};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

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

/// Puts the header of the pack format before a MessagePack message, and compresses it where that pays. `structured` says
/// whether extension type 67 in it is the runtime's own.
#[wasm_bindgen]
pub fn pack(message: &JsValue, structured: bool, options: &JsValue) -> Result<Uint8Array, JsValue> {
    let options = Options::new("pack", options, options::PACK)?;
    let dictionary = options.dictionary()?;
    let message = Input::new(message, "pack: the message")?.to_vec().map_err(Thrown::from)?;
    let content = if structured { Content::Structured } else { Content::Plain };
    let mut out = Output::default();
    packing::pack(&message, content, &options.zlib(&dictionary)?, &mut out).map_err(Thrown::from)?;
    Ok(out.finish().map_err(Thrown::from)?)
}

/// The message that [`pack`] was given. Whether it was `structured` is told by `isStructured`.
#[wasm_bindgen]
pub fn unpack(bytes: &JsValue, options: &JsValue) -> Result<Uint8Array, JsValue> {
    let options = Options::new("unpack", options, options::PACK)?;
    let dictionary = options.dictionary()?;
    let packed = Input::new(bytes, "unpack: the data")?.to_vec().map_err(Thrown::from)?;
    let (_, message) = packing::unpack(&packed, &options.zlib(&dictionary)?).map_err(Thrown::from)?;
    Ok(to_js(&message).map_err(Thrown::from)?)
}

/// Whether a packed message, whole or only its header, is `structured`.
#[wasm_bindgen(js_name = isStructured)]
pub fn is_structured(bytes: &JsValue) -> Result<bool, JsValue> {
    let header = Input::new(bytes, "unpack: the data")?.to_vec().map_err(Thrown::from)?;
    Ok(packing::content(&header).map_err(Thrown::from)? == Content::Structured)
}

/// The streams below have a higher limit of their own; whole inputs have this one.
pub(crate) fn whole(options: zlib::Options<'_>) -> zlib::Options<'_> {
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
