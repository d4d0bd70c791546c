//! What several workers need to compress one stream between them.

use centaurus_codec::zlib::{Block, Frame};
use centaurus_worker_values::{Input, Options, Output, Thrown, join, options};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::services::whole;

/// Compresses a block of a stream. The first `before` of the bytes stand before it. Behind the result come four bytes
/// more, the block's check sum, the lowest first.
#[wasm_bindgen(js_name = zlibBlock)]
pub fn zlib_block(bytes: &JsValue, before: u32, last: bool, options: &JsValue) -> Result<Uint8Array, JsValue> {
    let options = Options::new("zlib.compress", options, options::ZLIB)?.zlib(&[])?;
    let bytes = Input::new(bytes, "zlib.compress: a block")?;
    let (before, bytes) = bytes.split_at(before);
    let before = before.to_vec().map_err(Thrown::from)?;
    let mut block = <Block>::new(&before, options.format, options.level).map_err(Thrown::from)?;
    let mut out = Output::default();
    bytes.slices(|slice| block.push(slice, &mut out)).map_err(Thrown::from)?;
    let sum = block.finish(last, &mut out).map_err(Thrown::from)?;
    centaurus_codec::Sink::write(&mut out, &sum.to_le_bytes()).map_err(Thrown::from)?;
    Ok(out.finish().map_err(Thrown::from)?)
}

/// What goes around the blocks of a stream.
#[wasm_bindgen]
#[derive(Debug)]
pub struct ZlibFrame(Frame);

#[wasm_bindgen]
impl ZlibFrame {
    /// Takes the options of `zlib.compress`, for a whole input or else for a stream.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue, is_whole: bool) -> Result<Self, JsValue> {
        let service = if is_whole { "zlib.compress" } else { "zlib.compressStream" };
        let options = Options::new(service, options, options::ZLIB)?;
        let dictionary = options.dictionary()?;
        let options = options.zlib(&dictionary)?;
        let options = if is_whole { whole(options) } else { options };
        Ok(Self(Frame::new(&options).map_err(Thrown::from)?))
    }

    /// What goes before the first block.
    pub fn header(&self) -> Uint8Array {
        Uint8Array::from(self.0.header())
    }

    /// Counts the next block in: its check sum, the length of its bytes, and of what they became.
    pub fn add(&mut self, sum: u32, length: f64, compressed: u32) -> Result<(), JsValue> {
        Ok(self.0.add(sum, length as u64, compressed as usize).map_err(Thrown::from)?)
    }

    /// What goes behind the last block.
    pub fn trailer(&mut self) -> Result<Uint8Array, JsValue> {
        Ok(Uint8Array::from(&*self.0.trailer().map_err(Thrown::from)?))
    }
}

/// Several `Uint8Array`s, one behind the other in a buffer of its own.
#[wasm_bindgen(js_name = joined)]
pub fn joined(parts: &Array) -> Result<Uint8Array, JsValue> {
    let parts: Vec<Uint8Array> = parts.iter().map(JsCast::unchecked_into).collect();
    Ok(join(&parts, &[]).map_err(Thrown::from)?)
}
