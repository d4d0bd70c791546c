//! The services that take their input piece by piece.

use centaurus_codec::zlib::{Compressor, Decompressor};
use centaurus_worker_values::{Input, Options, Output, Thrown, options};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use crate::services::whole;

/// Compresses bytes that come piece by piece.
#[wasm_bindgen]
#[derive(Debug)]
pub struct ZlibCompressor(Compressor);

#[wasm_bindgen]
impl ZlibCompressor {
    /// Takes the options of `zlib.compress`.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> Result<Self, JsValue> {
        let options = Options::new("zlib.compressStream", options, options::ZLIB)?;
        let dictionary = options.dictionary()?;
        Ok(Self(Compressor::new(&options.zlib(&dictionary)?).map_err(Thrown::from)?))
    }

    /// Takes the next piece; answers what comes out, often nothing.
    pub fn push(&mut self, bytes: &JsValue) -> Result<Uint8Array, JsValue> {
        let input = Input::new(bytes, "zlib.compressStream: a chunk")?;
        let mut out = Output::default();
        input.slices(|slice| self.0.push(slice, &mut out)).map_err(Thrown::from)?;
        Ok(out.finish().map_err(Thrown::from)?)
    }

    /// Answers what was held back, so that a reader has all that was pushed.
    pub fn flush(&mut self) -> Result<Uint8Array, JsValue> {
        let mut out = Output::default();
        self.0.flush(&mut out).map_err(Thrown::from)?;
        Ok(out.finish().map_err(Thrown::from)?)
    }

    /// Ends the stream; answers the rest of it.
    pub fn finish(&mut self) -> Result<Uint8Array, JsValue> {
        let mut out = Output::default();
        self.0.finish(&mut out).map_err(Thrown::from)?;
        Ok(out.finish().map_err(Thrown::from)?)
    }
}

/// Decompresses bytes that come piece by piece.
#[wasm_bindgen]
#[derive(Debug)]
pub struct ZlibDecompressor(Decompressor);

#[wasm_bindgen]
impl ZlibDecompressor {
    /// Takes the options of `zlib.decompress`.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> Result<Self, JsValue> {
        let options = Options::new("zlib.decompressStream", options, options::ZLIB)?;
        let dictionary = options.dictionary()?;
        Ok(Self(Decompressor::new(&options.zlib(&dictionary)?).map_err(Thrown::from)?))
    }

    /// Takes the next piece; answers what it gives. One byte can give a thousand: pieces of 64 KiB bound the answer to
    /// 64 MiB.
    pub fn push(&mut self, bytes: &JsValue) -> Result<Uint8Array, JsValue> {
        let input = Input::new(bytes, "zlib.decompressStream: a chunk")?;
        let mut out = Output::default();
        input.slices(|slice| self.0.push(slice, &mut out)).map_err(Thrown::from)?;
        Ok(out.finish().map_err(Thrown::from)?)
    }

    /// Says that no more comes; an error if more should. The answer is empty: all of it has been given.
    pub fn finish(&mut self) -> Result<Uint8Array, JsValue> {
        self.0.finish().map_err(Thrown::from)?;
        Ok(Output::default().finish().map_err(Thrown::from)?)
    }
}

/// A whole input that is given slice by slice, so that the worker can listen between them.
#[wasm_bindgen]
#[derive(Debug)]
pub struct ZlibJob {
    codec: Codec,
    out: Output,
}

#[derive(Debug)]
enum Codec {
    Compress(Compressor),
    Decompress(Box<Decompressor>),
}

#[wasm_bindgen]
impl ZlibJob {
    /// Takes the options of `zlib.compress` or of `zlib.decompress`.
    #[wasm_bindgen(constructor)]
    pub fn new(compress: bool, options: &JsValue) -> Result<Self, JsValue> {
        let service = if compress { "zlib.compress" } else { "zlib.decompress" };
        let options = Options::new(service, options, options::ZLIB)?;
        let dictionary = options.dictionary()?;
        let options = whole(options.zlib(&dictionary)?);
        let codec = if compress {
            Compressor::new(&options).map(Codec::Compress)
        } else {
            Decompressor::new(&options).map(Box::new).map(Codec::Decompress)
        };
        Ok(Self { codec: codec.map_err(Thrown::from)?, out: Output::default() })
    }

    /// Takes the next slice.
    pub fn push(&mut self, bytes: &JsValue) -> Result<(), JsValue> {
        let Self { codec, out } = self;
        let pushed = Input::new(bytes, "zlib: a slice of the data")?.slices(|slice| match codec {
            Codec::Compress(codec) => codec.push(slice, out),
            Codec::Decompress(codec) => codec.push(slice, out),
        });
        Ok(pushed.map_err(Thrown::from)?)
    }

    /// Says that no more comes; answers all that came out.
    pub fn finish(&mut self) -> Result<Uint8Array, JsValue> {
        let Self { codec, out } = self;
        let finished = match codec {
            Codec::Compress(codec) => codec.finish(out),
            Codec::Decompress(codec) => codec.finish(),
        };
        Ok(finished.and_then(|()| core::mem::take(out).finish()).map_err(Thrown::from)?)
    }
}
