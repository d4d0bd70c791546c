//! Where contents lie, and how they are cut.

/// Contents of at most so many bytes lie in the database beside their entry. A file costs about half a millisecond to
/// make, a row of the database a tenth of that, and from here on what its bytes cost there outweighs it.
pub const INLINE_MAX: u64 = 64 << 10;

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

/// The place for a content of so many bytes; `files` tells whether the engine has any.
#[must_use]
pub const fn place(size: u64, files: bool) -> Place {
    match (size > INLINE_MAX, files) {
        (false, _) => Place::Inline,
        (true, true) => Place::File,
        (true, false) => Place::Rows,
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
