//! Bytes on their way between JavaScript's buffers and wasm's memory.

use centaurus_codec::{Error, Sink};
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::error::Thrown;

/// Bytes of an input that stand in wasm memory at a time.
const SLICE: u32 = 256 * 1024;

#[wasm_bindgen]
extern "C" {
    /// `Uint8Array` with the one constructor that can fail for want of memory.
    #[wasm_bindgen(js_name = Uint8Array)]
    type Fallible;
    #[wasm_bindgen(constructor, catch, js_class = Uint8Array)]
    fn new(length: u32) -> Result<Fallible, JsValue>;

    /// A buffer or a view, whose length can be more than 32 bits hold.
    type Measured;
    #[wasm_bindgen(method, getter, js_name = byteLength)]
    fn byte_length(this: &Measured) -> f64;
    #[wasm_bindgen(method, getter, js_name = byteOffset)]
    fn byte_offset(this: &Measured) -> f64;
    #[wasm_bindgen(method, getter)]
    fn buffer(this: &Measured) -> JsValue;

    #[wasm_bindgen(js_name = Uint8Array)]
    type Whole;
    #[wasm_bindgen(constructor, js_class = Uint8Array)]
    fn new(buffer: &JsValue, offset: f64, length: f64) -> Whole;
}

/// Whether there are more bytes than a 32-bit memory, or one length of MessagePack, can hold.
pub(crate) fn is_too_long(bytes: &Uint8Array) -> bool {
    bytes.unchecked_ref::<Measured>().byte_length() > f64::from(u32::MAX)
}

/// A view of all the bytes of an `ArrayBuffer` or of any view; `None` for other values.
pub(crate) fn view(value: &JsValue) -> Option<Uint8Array> {
    if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
        return Some(bytes.clone());
    }
    if ArrayBuffer::is_view(value) {
        let view: &Measured = value.unchecked_ref();
        return Some(Whole::new(&view.buffer(), view.byte_offset(), view.byte_length()).unchecked_into());
    }
    let is_buffer = value.is_instance_of::<ArrayBuffer>() || value.is_instance_of::<js_sys::SharedArrayBuffer>();
    is_buffer.then(|| Uint8Array::new(value))
}

/// The bytes that a service was given.
#[derive(Debug)]
pub struct Input(Uint8Array);

impl Input {
    /// Takes an argument; `what` is what the error calls it.
    ///
    /// # Errors
    /// When it is no bytes, or too many.
    pub fn new(value: &JsValue, what: &str) -> Result<Self, Thrown> {
        match view(value) {
            Some(bytes) if is_too_long(&bytes) => {
                Err(Thrown::range_error(&format!("{what} must be shorter than 4 GiB: pass it in pieces")))
            }
            Some(bytes) => Ok(Self(bytes)),
            None => Err(Thrown::type_error(&format!("{what} must be an ArrayBuffer, a typed array or a DataView"))),
        }
    }

    /// How many there are.
    pub fn length(&self) -> u32 {
        self.0.length()
    }

    /// The first `count` of them, and the rest.
    pub fn split_at(&self, count: u32) -> (Self, Self) {
        let length = self.length();
        let count = count.min(length);
        (Self(self.0.subarray(0, count)), Self(self.0.subarray(count, length)))
    }

    /// All of them, in wasm memory.
    pub fn to_vec(&self) -> Result<Vec<u8>, Error> {
        let length = self.length() as usize;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length).map_err(|_| Error::OutOfMemory { needed: length as u64 })?;
        bytes.resize(length, 0);
        self.0.copy_to(&mut bytes);
        Ok(bytes)
    }

    /// Gives them slice by slice, so that wasm memory doesn't grow with them.
    pub fn slices(&self, mut take: impl FnMut(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
        let length = self.length();
        let mut slice = vec![0; length.min(SLICE) as usize];
        let mut start = 0;
        while start < length {
            let count = (length - start).min(SLICE);
            let place = &mut slice[..count as usize];
            self.0.subarray(start, start + count).copy_to(place);
            take(place)?;
            start += count;
        }
        Ok(())
    }
}

/// A new `Uint8Array` of these bytes.
pub fn to_js(bytes: &[u8]) -> Result<Uint8Array, Error> {
    let copy = allocate(bytes.len())?;
    copy.copy_from(bytes);
    Ok(copy)
}

fn allocate(length: usize) -> Result<Uint8Array, Error> {
    let needed = length as u64;
    match u32::try_from(length).ok().and_then(|length| Fallible::new(length).ok()) {
        Some(array) => Ok(array.unchecked_into()),
        None => Err(Error::OutOfMemory { needed }),
    }
}

/// Smallest piece that is handed to JavaScript: below it, making a buffer costs more than copying the bytes once more,
/// and a list of many tiny buffers more than all their bytes.
const PIECE: usize = 64 * 1024;

/// Collects output in JavaScript's memory.
#[derive(Debug, Default)]
pub struct Output {
    pieces: Vec<Uint8Array>,
    /// What is too short for a piece as yet.
    pending: Vec<u8>,
}

impl Sink for Output {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.pending.is_empty() && bytes.len() >= PIECE {
            return self.piece(bytes);
        }
        self.pending.write(bytes)?;
        if self.pending.len() >= PIECE {
            let mut pending = core::mem::take(&mut self.pending);
            self.piece(&pending)?;
            pending.clear();
            self.pending = pending;
        }
        Ok(())
    }
}

impl Output {
    fn piece(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.pieces.push(to_js(bytes)?);
        Ok(())
    }

    /// All of it in one buffer of its own.
    pub fn finish(self) -> Result<Uint8Array, Error> {
        join(&self.pieces, &self.pending)
    }
}

/// The pieces, and the bytes behind them, in one buffer of its own.
pub fn join(pieces: &[Uint8Array], rest: &[u8]) -> Result<Uint8Array, Error> {
    let length = pieces.iter().map(|piece| piece.length() as usize).fold(rest.len(), usize::saturating_add);
    let all = allocate(length)?;
    let mut at = 0;
    for piece in pieces {
        all.set(piece, at);
        at += piece.length();
    }
    all.subarray(at, all.length()).copy_from(rest);
    Ok(all)
}
