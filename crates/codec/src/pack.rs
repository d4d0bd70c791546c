//! A MessagePack message, compressed where that pays, behind a header that says so.
//!
//! | byte | value | meaning |
//! | --- | --- | --- |
//! | 0 | `0xC1` | the one byte that no MessagePack value begins with, so that the two cannot be taken for each other |
//! | 1 | `0x43` | `C` |
//! | 2 | `0x01` | version of this header; a reader refuses any other |
//! | 3 | flags | bit 0: the message is a zlib stream (RFC 1950, with its check sum), else it stands as it is; bit 1: extension type 67 in it is this library's, [`Content::Structured`]; all others 0 |
//! | 4 … | | the message |
//!
//! Whether compression pays is decided on a sample, and in the end by the result: what it doesn't make smaller is stored
//! as it is.

use std::borrow::Cow;

use crate::zlib::{self, Compressor, Format, Level};
use crate::{Error, Limit, Place, Sink};

/// First bytes of everything packed.
const MAGIC: [u8; 2] = [0xC1, 0x43];
/// The only version.
const VERSION: u8 = 1;
/// Length of the header.
const HEADER: usize = 4;
/// What errors call the format.
const FORMAT: &str = "pack";

/// How a message is stored, bit 0 of the flags.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Method {
    Stored = 0,
    Zlib = 1,
}

/// What a message's extension type 67 means, bit 1 of the flags.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Content {
    /// Whatever the caller wants.
    #[default]
    Plain = 0,
    /// What JavaScript's structured clone holds and MessagePack has no type for.
    Structured = 2,
}

/// All flags.
const FLAGS: u8 = 3;

/// Messages shorter than this are stored as they are: the zlib header and the Adler-32 are 6 bytes, the code tables cost
/// some more, and there is little to repeat.
const SMALLEST: usize = 96;

/// Bytes of each of the pieces of a message that are compressed to see whether it pays.
const SAMPLE: usize = 4 * 1024;

/// How many pieces: from the front, the middle and the end.
const SAMPLES: usize = 3;

/// How to pack and unpack: the level, the dictionary and the limits of [`zlib::Options`]; the format is always zlib.
pub type Options<'d> = zlib::Options<'d>;

/// Packs a message.
///
/// # Errors
///
/// [`Error::Limit`] for `max_output`, [`Error::OutOfMemory`].
pub fn pack(message: &[u8], content: Content, options: &Options<'_>, out: &mut dyn Sink) -> Result<(), Error> {
    let options = Options { format: Format::Zlib, ..*options };
    if options.level.get() > 0 && pays(message, &options)? {
        // No more than the message: a compression that reaches that is given up.
        let mut packed = Vec::new();
        let attempt = Options { max_output: Some(message.len() as u64), ..options };
        let mut compressor = <Compressor>::new(&attempt)?;
        match compressor.push(message, &mut packed).and_then(|()| compressor.finish(&mut packed)) {
            Ok(()) => return write(Method::Zlib, content, &packed, &options, out),
            Err(Error::Limit { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    write(Method::Stored, content, message, &options, out)
}

/// Gives back the message, which is borrowed where it was stored as it is. Whether it is MessagePack is for the decoder
/// to say.
///
/// # Errors
///
/// As [`zlib::decompress`].
pub fn unpack<'b>(bytes: &'b [u8], options: &Options<'_>) -> Result<(Content, Cow<'b, [u8]>), Error> {
    let (method, content, body) = open(bytes)?;
    let message = match method {
        Method::Stored => {
            let max = options.max_output.unwrap_or(zlib::DEFAULT_MAX_OUTPUT);
            if body.len() as u64 > max {
                return Err(Error::Limit { limit: Limit::Output, max, at: Place::Offset(HEADER as u64) });
            }
            Cow::Borrowed(body)
        }
        Method::Zlib => {
            let options = Options { format: Format::Zlib, ..*options };
            zlib::decompress(body, &options).map(Cow::Owned).map_err(behind_header)?
        }
    };
    Ok((content, message))
}

/// What the message in packed data holds, of which the header is enough.
///
/// # Errors
///
/// [`Error::Truncated`] and [`Error::Corrupt`] if that is not sound.
pub fn content(bytes: &[u8]) -> Result<Content, Error> {
    open(bytes).map(|(_, content, _)| content)
}

/// Reads the header.
fn open(bytes: &[u8]) -> Result<(Method, Content, &[u8]), Error> {
    let corrupt = |offset, what| Error::Corrupt { format: FORMAT, offset, what };
    let known = bytes.len().min(MAGIC.len());
    if bytes[..known] != MAGIC[..known] {
        return Err(corrupt(0, "it does not begin as packed data does; bare MessagePack is read with msgpack.decode"));
    }
    let Some((header, body)) = bytes.split_first_chunk::<HEADER>() else {
        return Err(Error::Truncated { format: FORMAT, offset: bytes.len() as u64, inside: "the header" });
    };
    let [_, _, version, flags] = *header;
    if version != VERSION {
        return Err(corrupt(2, "it was packed by another version of this library"));
    }
    if flags & !FLAGS != 0 {
        return Err(corrupt(3, "flags that this version of the library does not know"));
    }
    let method = if flags & Method::Zlib as u8 == 0 { Method::Stored } else { Method::Zlib };
    let content = if flags & Content::Structured as u8 == 0 { Content::Plain } else { Content::Structured };
    Ok((method, content, body))
}

/// Counts an error's offset from the header's first byte.
fn behind_header(mut error: Error) -> Error {
    match &mut error {
        Error::Limit { at: Place::Offset(offset), .. }
        | Error::Truncated { offset, .. }
        | Error::Corrupt { offset, .. }
        | Error::Checksum { offset, .. }
        | Error::TrailingData { offset, .. } => *offset += HEADER as u64,
        _ => {}
    }
    error
}

fn write(
    method: Method,
    content: Content,
    body: &[u8],
    options: &Options<'_>,
    out: &mut dyn Sink,
) -> Result<(), Error> {
    let max = options.max_output.unwrap_or(zlib::DEFAULT_MAX_OUTPUT);
    if (HEADER + body.len()) as u64 > max {
        return Err(Error::Limit { limit: Limit::Output, max, at: Place::Offset(body.len() as u64) });
    }
    out.write(&[MAGIC[0], MAGIC[1], VERSION, method as u8 | content as u8])?;
    if body.is_empty() { Ok(()) } else { out.write(body) }
}

/// Whether a fast compression of some pieces saves a twentieth or more.
fn pays(message: &[u8], options: &Options<'_>) -> Result<bool, Error> {
    if message.len() <= SMALLEST {
        return Ok(false);
    }
    if message.len() <= SAMPLE * SAMPLES {
        // The attempt costs no more than the sample would.
        return Ok(true);
    }
    let fast = Options { format: Format::DeflateRaw, level: FASTEST, ..*options };
    let mut compressor = <Compressor>::new(&fast)?;
    let mut count = Count(0);
    for piece in 0..SAMPLES {
        let start = (message.len() - SAMPLE) / (SAMPLES - 1) * piece;
        compressor.push(&message[start..start + SAMPLE], &mut count)?;
    }
    compressor.finish(&mut count)?;
    Ok(count.0 < SAMPLE * SAMPLES / 20 * 19)
}

/// The level of the sample.
const FASTEST: Level = match Level::new(1) {
    Some(level) => level,
    None => Level::MAX,
};

/// Counts the bytes and drops them.
struct Count(usize);

impl Sink for Count {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.0 += bytes.len();
        Ok(())
    }
}
