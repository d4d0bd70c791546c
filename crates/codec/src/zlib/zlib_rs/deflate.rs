use core::ffi::c_int;
use core::fmt;
use core::mem::size_of;

use libz_rs_sys as z;

use super::WINDOW_BITS;
use crate::zlib::Level;
use crate::zlib::backend::{DeflateBackend, Flush, reachable};
use crate::{Error, Sink};

/// How to search for matches: zlib's `good_length`, `max_lazy`, `nice_length` and `max_chain`.
type Search = [c_int; 4];

/// What zlib-rs is told for each of zlib's levels: its own level, which chooses the method, and where that level's search
/// is not used, another.
///
/// Its levels 1 to 6 are not zlib's: they trade size for speed, and 6 makes JSON 1 % larger than zlib does. Its method
/// of 7, lazy matching, is faster with a short search than its 6. Against zlib's 6 the result was measured smaller for
/// JSON and scripts, 0.1 % larger for prose, 0.6 % larger for a WebAssembly file. Its 9
/// takes matches of three bytes from any distance, which makes text larger than its 8.
const LEVELS: [(c_int, Option<Search>); 10] = [
    (0, None),
    (2, None),
    (2, None),
    (3, None),
    (4, None),
    (7, Some([8, 16, 32, 32])),
    (7, Some([8, 18, 128, 64])),
    (7, None),
    (8, None),
    (8, Some([32, 258, 258, 1024])),
];

/// zlib's default: the larger 9 gains nothing here.
const MEM_LEVEL: c_int = 8;

/// Bytes that are put out at a time.
const PIECE: usize = 64 * 1024;

/// About what zlib-rs allocates for a stream, for the error if it cannot.
const STATE: u64 = 270 * 1024;

/// zlib-rs' compressor, under zlib's own interface: its safe one has no `deflateTune`.
pub struct ZlibRsDeflate {
    stream: Box<z::z_stream>,
    piece: Vec<u8>,
    finished: bool,
}

// SAFETY: what the stream's pointers lead to belongs to it alone and is bound to no thread.
unsafe impl Send for ZlibRsDeflate {}

impl fmt::Debug for ZlibRsDeflate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZlibRsDeflate").field("finished", &self.finished).finish_non_exhaustive()
    }
}

impl Drop for ZlibRsDeflate {
    fn drop(&mut self) {
        // SAFETY: the stream was set up by deflateInit2_ and is ended once.
        unsafe { z::deflateEnd(&mut *self.stream) };
    }
}

impl DeflateBackend for ZlibRsDeflate {
    fn new(level: Level, dictionary: &[u8]) -> Result<Self, Error> {
        let (level, search) = LEVELS[usize::from(level.get())];
        let mut stream = Box::<z::z_stream>::default();
        let (version, size) = (z::zlibVersion(), size_of::<z::z_stream>() as c_int);
        // Negative: no zlib header and no check sum.
        let bits = -c_int::from(WINDOW_BITS);
        // SAFETY: a stream as `Default` makes it, of the version and size that the library itself names.
        let status = unsafe {
            z::deflateInit2_(&mut *stream, level, z::Z_DEFLATED, bits, MEM_LEVEL, z::Z_DEFAULT_STRATEGY, version, size)
        };
        if status != z::Z_OK {
            return Err(Error::OutOfMemory { needed: STATE });
        }
        let mut deflate = Self { stream, piece: vec![0; PIECE], finished: false };
        if let Some([good, lazy, nice, chain]) = search {
            // SAFETY: the stream is set up.
            unsafe { z::deflateTune(&mut *deflate.stream, good, lazy, nice, chain) };
        }
        if !dictionary.is_empty() {
            let dictionary = reachable(dictionary);
            // SAFETY: the stream is set up, and the dictionary is read before the call returns. It has 32 KiB at most.
            unsafe { z::deflateSetDictionary(&mut *deflate.stream, dictionary.as_ptr(), dictionary.len() as u32) };
        }
        Ok(deflate)
    }

    fn deflate(&mut self, mut input: &[u8], flush: Flush, out: &mut dyn Sink) -> Result<(), Error> {
        if self.finished {
            return Err(Error::Ended);
        }
        let flush = match flush {
            Flush::None => z::Z_NO_FLUSH,
            Flush::Sync => z::Z_SYNC_FLUSH,
            Flush::Finish => z::Z_FINISH,
        };
        // Lengths are of 32 bits here; what is longer comes in parts, and only the last one is flushed.
        while let Some((part, rest)) = input.split_at_checked(PART) {
            self.part(part, z::Z_NO_FLUSH, out)?;
            input = rest;
        }
        self.part(input, flush, out)
    }
}

/// Input for one call of zlib-rs.
const PART: usize = 1 << 30;

impl ZlibRsDeflate {
    fn part(&mut self, input: &[u8], flush: c_int, out: &mut dyn Sink) -> Result<(), Error> {
        self.stream.next_in = input.as_ptr();
        self.stream.avail_in = input.len() as u32;
        loop {
            self.stream.next_out = self.piece.as_mut_ptr();
            self.stream.avail_out = self.piece.len() as u32;
            // SAFETY: the stream is set up; both pointers and lengths are those of slices that live through the call,
            // and next_in and avail_in only move on within theirs.
            let status = unsafe { z::deflate(&mut *self.stream, flush) };
            let room = self.stream.avail_out as usize;
            if room < self.piece.len() {
                out.write(&self.piece[..self.piece.len() - room])?;
            }
            match status {
                z::Z_STREAM_END => {
                    self.finished = true;
                    return Ok(());
                }
                // With room left, nothing is held back that the flush asks for; Z_BUF_ERROR says there was nothing.
                z::Z_OK | z::Z_BUF_ERROR if room > 0 => return Ok(()),
                z::Z_OK | z::Z_BUF_ERROR => {}
                _ => return Err(Error::Ended),
            }
        }
    }
}
