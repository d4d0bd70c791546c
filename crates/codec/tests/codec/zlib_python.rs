//! Both ways against Python's zlib and gzip, which are zlib's own C.

use std::io::Write;
use std::process::{Command, Stdio};

use super::zlib::{self, Format, Level, Options};
use crate::samples::{FORMATS, noise, records};

/// Reads streams as (format, level, length, bytes), and answers each by what it held, compressed once more at that
/// level, in two gzip members where the format has such.
const SCRIPT: &str = r"
import gzip, struct, sys, zlib
inp, out = sys.stdin.buffer, sys.stdout.buffer
while head := inp.read(6):
    form, level, length = struct.unpack('<BBI', head)
    packed = inp.read(length)
    data = gzip.decompress(packed) if form == 1 else zlib.decompress(packed, 15 if form == 0 else -15)
    if form == 1:
        half = len(data) // 2
        again = gzip.compress(data[:half], level) + gzip.compress(data[half:], level)
    else:
        maker = zlib.compressobj(level, zlib.DEFLATED, 15 if form == 0 else -15)
        again = maker.compress(data) + maker.flush()
    out.write(struct.pack('<I', len(again)) + again)
";

#[test]
fn python_reads_it_and_is_read() {
    let inputs = [vec![], b"x".to_vec(), noise(50_000), records(300_000), vec![0; 200_000]];
    let cases: Vec<(usize, Level, &[u8])> = (0..FORMATS.len())
        .flat_map(|format| (0..=9).filter_map(Level::new).map(move |level| (format, level)))
        .flat_map(|(format, level)| inputs.iter().map(move |input| (format, level, &input[..])))
        .collect();
    let mut python = Command::new("python3")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is needed: install it");
    let mut stdin = python.stdin.take().unwrap();
    let sent: Vec<u8> = cases
        .iter()
        .flat_map(|&(format, level, input)| {
            let packed =
                zlib::compress(input, &Options { format: FORMATS[format], level, ..Options::default() }).unwrap();
            let mut message = vec![format as u8, level.get()];
            message.extend((packed.len() as u32).to_le_bytes());
            message.extend(packed);
            message
        })
        .collect();
    // It answers while it reads.
    let writer = std::thread::spawn(move || stdin.write_all(&sent));
    let answer = python.wait_with_output().unwrap();
    assert!(answer.status.success(), "Python does not read what was written");
    writer.join().unwrap().unwrap();
    let mut rest = &answer.stdout[..];
    for (format, level, input) in cases {
        let (length, after) = rest.split_first_chunk::<4>().unwrap();
        let (packed, after) = after.split_at(u32::from_le_bytes(*length) as usize);
        let options = Options { format: FORMATS[format], ..Options::default() };
        let read = zlib::decompress(packed, &options).unwrap();
        assert!(read == input, "{:?} {level:?} of {} bytes", FORMATS[format], input.len());
        rest = after;
    }
    assert!(rest.is_empty());
    assert_eq!(FORMATS, [Format::Zlib, Format::Gzip, Format::DeflateRaw], "the script knows them by number");
}
