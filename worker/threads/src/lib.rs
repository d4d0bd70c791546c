//! What a worker of a cross-origin isolated page computes in several threads that share its memory: a build of its own,
//! with a memory of its own, loaded when it is first of use (`worker/runtime/threads.ts`).
//!
//! The threads are workers that rayon's pool is started in. Whoever calls waits for them, which only a worker may.

use centaurus_codec::zlib::{Format, Level, compress_block};
use js_sys::{Error, RangeError, Uint8Array};
use rayon::prelude::*;
use wasm_bindgen::prelude::*;

#[cfg(target_feature = "atomics")]
pub use wasm_bindgen_rayon::init_thread_pool;

/// How far back a block can refer (RFC 1951, section 2).
const WINDOW: usize = 32 * 1024;

/// Compresses blocks of a stream, each in a thread. The first `before` of the bytes stand before the first block; the
/// blocks end at `ends`, counted from the first of the bytes. `last` says whether the last one ends the stream. Gives
/// what the blocks became, each with four bytes behind: its check sum, the lowest first.
///
/// # Errors
/// A `RangeError` for a level or a format that is none; what the codec says.
#[wasm_bindgen(js_name = deflateBlocks)]
pub fn deflate_blocks(
    bytes: &Uint8Array,
    before: u32,
    ends: &[u32],
    last: bool,
    format: &str,
    level: u8,
) -> Result<Vec<Uint8Array>, JsValue> {
    let formats = [Format::Zlib, Format::Gzip, Format::DeflateRaw];
    let format = formats.into_iter().find(|known| known.name() == format).ok_or_else(|| RangeError::new("format"))?;
    let level = Level::new(level).ok_or_else(|| RangeError::new("level"))?;
    let length = bytes.length() as usize;
    let input = bytes.to_vec();

    let starts = [before].into_iter().chain(ends.iter().copied());
    let blocks: Vec<_> = starts.zip(ends).map(|(start, &end)| start as usize..end as usize).collect();
    let compressed: Result<Vec<Vec<u8>>, _> = blocks
        .par_iter()
        .map(|block| {
            let before = input.get(block.start.saturating_sub(WINDOW)..block.start).unwrap_or_default();
            let data = input.get(block.clone()).unwrap_or_default();
            let ends = last && block.end == length;
            let mut out = Vec::with_capacity(data.len() / 4);
            let sum = compress_block(data, before, ends, format, level, &mut out)?;
            out.extend_from_slice(&sum.to_le_bytes());
            Ok::<_, centaurus_codec::Error>(out)
        })
        .collect();
    let compressed = compressed.map_err(|error| Error::new(&error.to_string()))?;
    Ok(compressed.iter().map(|part| Uint8Array::from(&**part)).collect())
}
