//! Where contents lie, and how they are cut.

/// Contents of at most so many bytes lie in the database beside their entry, however quickly files are made: from here on
/// Chromium keeps a value in a file of its own anyway. Measured in Chromium, 20 contents each written and made durable: of
/// 32 KiB in 13 ms, as files in 170; of 64 KiB in 160 and 58, of 256 KiB in 650 and 165.
pub const INLINE_MAX: u64 = 64 << 10;

/// Bytes that a database takes while a millisecond is lost over making a file: Chromium was measured to take 35 KiB,
/// Firefox 107. Firefox takes 70 ms over a file, of whatever size.
const BYTES_PER_MS: f64 = 65_536.0;

/// Bytes of a chunk before compression. Each has a check of its own and is compressed by itself, so that a part of a
/// content is read, and its digest found right, without the rest. A power of two: chunks are branches of a BLAKE3 tree.
pub const CHUNK: u64 = 1 << 20;

/// Where a content lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// In the database, in the transaction that writes the entry.
    Inline = 0,
    /// In a file of its own.
    File = 1,
    /// In rows of the database of their own, where the engine has no files.
    Rows = 2,
}

/// The place for a content of so many bytes. `file` is how many milliseconds it takes here to make a file and make it
/// durable, 0 as long as none has been made; none where the engine has no files. What is longer than a chunk is never in
/// the database's transaction: it would keep others waiting.
#[must_use]
pub fn place(size: u64, file: Option<f64>) -> Place {
    if size <= INLINE_MAX || (size <= CHUNK && file.is_none_or(|ms| size as f64 <= ms * BYTES_PER_MS)) {
        Place::Inline
    } else if file.is_some() {
        Place::File
    } else {
        Place::Rows
    }
}

/// A piece of a content: of chunk number `chunk` the bytes from `from` to before `to`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// Which chunk.
    pub chunk: u64,
    /// The first byte of it.
    pub from: u64,
    /// The first byte after.
    pub to: u64,
}

/// The piece of a content of `size` bytes in which a reader goes on who is at byte `at` and stops before `end`: as far as
/// the chunk goes. None where nothing is left.
#[must_use]
pub const fn span(size: u64, at: u64, end: u64) -> Option<Span> {
    let end = if end < size { end } else { size };
    if at >= end {
        return None;
    }
    let chunk = at / CHUNK;
    let start = chunk * CHUNK;
    let to = if end - start < CHUNK { end - start } else { CHUNK };
    Some(Span { chunk, from: at - start, to })
}
