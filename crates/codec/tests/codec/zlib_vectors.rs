//! The vectors of `tests/vectors/zlib`, which pako's and zlib-rs' authors wrote for theirs.

use std::fs;
use std::path::Path;

use centaurus_codec::Error;
use serde_json::Value;

use super::zlib::{self, Format, Level, Options};

fn file(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/zlib").join(name);
    fs::read(&path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

fn options(format: Format) -> Options<'static> {
    Options { format, ..Options::default() }
}

#[test]
fn the_states_of_zlib_s_infcover() {
    let cases: Vec<Value> = serde_json::from_slice(&file("pako/inflate-cover.json")).unwrap();
    assert!(cases.len() > 30, "{}", cases.len());
    for case in &cases {
        let hex = case["hex"].as_str().unwrap();
        let bytes: Vec<u8> =
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        let format = match case["format"].as_str().unwrap() {
            "zlib" => Format::Zlib,
            "gzip" => Format::Gzip,
            _ => Format::DeflateRaw,
        };
        let outcome = zlib::decompress(&bytes, &options(format));
        if case["bad"] == true {
            // One library may want more bytes before it sees what another sees already.
            let bad = Err::<(), _>(outcome.expect_err(&case.to_string()));
            let told = matches!(bad, Err(Error::Corrupt { .. } | Error::Checksum { .. } | Error::Truncated { .. }));
            assert!(told, "{case}: {bad:?}");
        } else {
            // Nothing is wrong with it as far as it goes; some end early, some go on.
            let fine = matches!(outcome, Ok(_) | Err(Error::Truncated { .. } | Error::TrailingData { .. }));
            assert!(fine, "{case}: {outcome:?}");
        }
    }
}

#[test]
fn what_zlib_made_under_every_setting() {
    let text = file("pako/lorem_en_100k.txt");
    let dictionary = file("pako/spdy_dict.txt");
    let settings = ["memLevel-1", "memLevel-9", "strategy-1", "strategy-2", "strategy-3", "strategy-4", "windowBits-9"];
    for setting in settings {
        let packed = file(&format!("pako/deflate_{setting}.bin"));
        assert!(zlib::decompress(&packed, &options(Format::Zlib)).unwrap() == text, "{setting}");
    }
    assert!(zlib::decompress(&file("pako/gzip.bin"), &options(Format::Gzip)).unwrap() == text);
    assert!(zlib::decompress(&file("pako/deflateRaw.bin"), &options(Format::DeflateRaw)).unwrap() == text);
    let with = Options { dictionary: &dictionary, ..Options::default() };
    assert!(zlib::decompress(&file("pako/deflate_dictionary-spdy.bin"), &with).unwrap() == text);
    let wrong_size = zlib::decompress(&file("pako/bad_wbits.deflate"), &options(Format::Zlib)).unwrap();
    assert!(wrong_size == file("pako/bad_wbits.txt"), "a header that understates its window");
}

#[test]
fn members_and_streams_from_elsewhere() {
    let crc = |bytes: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        (bytes.len(), crc.sum())
    };
    // Lengths and check sums as zlib itself has them.
    let files = [
        ("pako/gzip-joined.gz", Format::Gzip, (48, 3_529_133_445)),
        ("pako/gzip-joined-bgzip.gz", Format::Gzip, (65_569, 3_817_284_277)),
        ("pako/shapefile.compressed", Format::DeflateRaw, (32_769, 2_423_833_772)),
        ("pako/sheet4.compressed", Format::DeflateRaw, (38_279, 2_350_979_157)),
        ("zlib-rs/op-len-edge-case.zraw", Format::DeflateRaw, (2_045, 3_463_135_239)),
        ("zlib-rs/window-match-bug.zraw", Format::DeflateRaw, (1_284, 862_718_961)),
    ];
    for (name, format, wanted) in files {
        assert_eq!(crc(&zlib::decompress(&file(name), &options(format)).unwrap()), wanted, "{name}");
    }
}

#[test]
fn inputs_that_broke_deflaters() {
    for name in ["default.txt", "fixed.txt", "defneg3.dat"] {
        let input = file(&format!("zlib-rs/{name}"));
        for level in (0..=9).filter_map(Level::new) {
            for format in [Format::Zlib, Format::Gzip, Format::DeflateRaw] {
                let options = Options { format, level, ..Options::default() };
                let packed = zlib::compress(&input, &options).unwrap();
                assert!(zlib::decompress(&packed, &options).unwrap() == input, "{name} {level:?} {format:?}");
            }
        }
    }
}
