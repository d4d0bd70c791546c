//! What stands before the compressed data: RFC 1950 (zlib) and RFC 1952 (gzip).

use crate::Error;

use super::{Format, Level, checksum};

/// First two bytes of a gzip member.
pub(super) const GZIP_MAGIC: [u8; 2] = [0x1F, 0x8B];
/// The only compression method of both formats.
const METHOD_DEFLATE: u8 = 8;
/// zlib's CMF for a window of 32 KiB.
const CMF_32K: u8 = 0x78;
/// zlib's FLG: a dictionary's Adler-32 follows.
const FDICT: u8 = 0x20;
/// gzip's FLG.
const FHCRC: u8 = 0x02;
const FEXTRA: u8 = 0x04;
const FNAME: u8 = 0x08;
const FCOMMENT: u8 = 0x10;
const RESERVED: u8 = 0xE0;
/// gzip's OS: unknown.
const OS_UNKNOWN: u8 = 255;

/// The header that goes before data of a level, compressed with a dictionary or (empty) without.
pub(super) fn write(format: Format, level: Level, dictionary: &[u8]) -> Vec<u8> {
    match format {
        Format::DeflateRaw => Vec::new(),
        Format::Zlib => {
            // FLEVEL as zlib sets it: it informs, nobody depends on it.
            let flevel = match level.get() {
                0 | 1 => 0,
                2..=5 => 1,
                6 => 2,
                _ => 3,
            };
            let flg = flevel << 6 | if dictionary.is_empty() { 0 } else { FDICT };
            // FCHECK makes the two bytes, read as a number, a multiple of 31.
            let rest = (u16::from(CMF_32K) << 8 | u16::from(flg)) % 31;
            let fcheck = if rest == 0 { 0 } else { 31 - rest as u8 };
            let mut header = vec![CMF_32K, flg | fcheck];
            if !dictionary.is_empty() {
                header.extend(adler2::adler32_slice(dictionary).to_be_bytes());
            }
            header
        }
        Format::Gzip => {
            let xfl = match level.get() {
                9 => 2,
                1 => 4,
                _ => 0,
            };
            // No flags, no time: the same input gives the same bytes on every day.
            vec![GZIP_MAGIC[0], GZIP_MAGIC[1], METHOD_DEFLATE, 0, 0, 0, 0, 0, xfl, OS_UNKNOWN]
        }
    }
}

/// Where a header's reader stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    /// The fields that every header has, as many bytes of them as were read.
    Fixed,
    /// zlib's DICTID.
    DictionaryId,
    ExtraLength,
    /// So many bytes of gzip's extra field are still to come.
    Extra(u16),
    Name,
    Comment,
    HeaderCrc,
    Done,
}

/// Reads a header a byte at a time. Fields of any length (gzip's name, comment) are passed over, never stored.
#[derive(Clone)]
pub(super) struct Reader {
    format: Format,
    field: Field,
    /// The current field's bytes, where it has a fixed number of them.
    bytes: [u8; 10],
    length: usize,
    crc: crc::Digest<'static, u32, crc::Table<16>>,
    /// Adler-32 of the dictionary that the data needs.
    dictionary_id: Option<u32>,
}

impl Reader {
    pub(super) fn new(format: Format) -> Self {
        let field = if format == Format::DeflateRaw { Field::Done } else { Field::Fixed };
        Self { format, field, bytes: [0; 10], length: 0, crc: checksum::crc32(), dictionary_id: None }
    }

    /// Whether all of the header has been read.
    pub(super) fn is_done(&self) -> bool {
        self.field == Field::Done
    }

    /// The dictionary that the data needs.
    pub(super) fn dictionary_id(&self) -> Option<u32> {
        self.dictionary_id
    }

    /// Reads as much of `input` as belongs to the header, which begins at `offset`'s byte of the whole; answers how
    /// many bytes that was.
    pub(super) fn read(&mut self, input: &[u8], offset: u64) -> Result<usize, Error> {
        let mut consumed = 0;
        while !self.is_done() {
            let Some(&byte) = input.get(consumed) else { break };
            self.byte(byte, offset + consumed as u64)?;
            consumed += 1;
        }
        Ok(consumed)
    }

    fn byte(&mut self, byte: u8, offset: u64) -> Result<(), Error> {
        if self.format == Format::Gzip && self.field != Field::HeaderCrc {
            self.crc.update(&[byte]);
        }
        match self.field {
            Field::Extra(1) => self.field = self.after_extra(),
            Field::Extra(left) => self.field = Field::Extra(left - 1),
            Field::Name if byte == 0 => self.field = self.after_name(),
            Field::Comment if byte == 0 => self.field = self.after_comment(),
            Field::Name | Field::Comment | Field::Done => {}
            Field::Fixed | Field::DictionaryId | Field::ExtraLength | Field::HeaderCrc => {
                self.bytes[self.length] = byte;
                self.length += 1;
                match self.format {
                    Format::Gzip => self.gzip_byte(offset)?,
                    _ => self.zlib_byte(offset)?,
                }
            }
        }
        Ok(())
    }

    fn zlib_byte(&mut self, offset: u64) -> Result<(), Error> {
        match (self.field, self.length) {
            (Field::Fixed, 2) => {
                let [cmf, flg] = [self.bytes[0], self.bytes[1]];
                if [cmf, flg] == GZIP_MAGIC {
                    return self.corrupt(offset - 1, "it begins as gzip does: read it with the format gzip");
                }
                if !(u16::from(cmf) << 8 | u16::from(flg)).is_multiple_of(31) {
                    return self.corrupt(offset, "not a zlib header; data without one is read with deflate-raw");
                }
                if cmf & 0x0F != METHOD_DEFLATE || cmf >> 4 > 7 {
                    return self.corrupt(offset - 1, "unknown compression method or window size");
                }
                self.field = if flg & FDICT == 0 { Field::Done } else { Field::DictionaryId };
                self.length = 0;
            }
            (Field::DictionaryId, 4) => {
                let [a, b, c, d, ..] = self.bytes;
                self.dictionary_id = Some(u32::from_be_bytes([a, b, c, d]));
                self.field = Field::Done;
            }
            _ => {}
        }
        Ok(())
    }

    fn gzip_byte(&mut self, offset: u64) -> Result<(), Error> {
        match (self.field, self.length) {
            (Field::Fixed, 1) if self.bytes[0] != GZIP_MAGIC[0] => {
                return self.corrupt(offset, "not a gzip header; try the format zlib");
            }
            (Field::Fixed, 2) if self.bytes[1] != GZIP_MAGIC[1] => {
                return self.corrupt(offset, "not a gzip header; try the format zlib");
            }
            (Field::Fixed, 3) if self.bytes[2] != METHOD_DEFLATE => {
                return self.corrupt(offset, "unknown compression method");
            }
            (Field::Fixed, 4) if self.bytes[3] & RESERVED != 0 => {
                return self.corrupt(offset, "reserved header flags are set");
            }
            (Field::Fixed, 10) => {
                self.length = 0;
                self.field = if self.flag(FEXTRA) { Field::ExtraLength } else { self.after_extra() };
            }
            (Field::ExtraLength, 2) => {
                self.length = 0;
                // The flags stand in byte 3 still: this field has used two.
                let length = u16::from_le_bytes([self.bytes[0], self.bytes[1]]);
                self.field = if length == 0 { self.after_extra() } else { Field::Extra(length) };
            }
            (Field::HeaderCrc, 2) => {
                let stored = u16::from_le_bytes([self.bytes[0], self.bytes[1]]).into();
                // RFC 1952: the two low bytes of the CRC-32 over the header so far.
                let computed = self.crc.clone().finalize() & 0xFFFF;
                if stored != computed {
                    let check = "header CRC-16";
                    return Err(Error::Checksum {
                        format: self.format.name(),
                        check,
                        offset: offset + 1,
                        stored,
                        computed,
                    });
                }
                self.field = Field::Done;
            }
            _ => {}
        }
        Ok(())
    }

    fn flag(&self, flag: u8) -> bool {
        self.bytes[3] & flag != 0
    }

    fn after_extra(&self) -> Field {
        if self.flag(FNAME) { Field::Name } else { self.after_name() }
    }

    fn after_name(&self) -> Field {
        if self.flag(FCOMMENT) { Field::Comment } else { self.after_comment() }
    }

    fn after_comment(&self) -> Field {
        if self.flag(FHCRC) { Field::HeaderCrc } else { Field::Done }
    }

    fn corrupt<T>(&self, offset: u64, what: &'static str) -> Result<T, Error> {
        Err(Error::Corrupt { format: self.format.name(), offset, what })
    }
}
