//! Digests of pieces, in company, with any options, are those of the whole alone; a tree in parts is the tree.

#![no_main]

use centaurus_codec::digest::tree::{self, Part};
use centaurus_codec::digest::{Algorithm, Digester, Options, digest};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, Option<&[u8]>, Option<u8>, u8, Vec<&[u8]>)| {
    let (chosen, secret, length, power, pieces) = input;
    let algorithms: Vec<_> = (0..8).filter(|bit| chosen >> bit & 1 == 1).map(|bit| Algorithm::ALL[bit]).collect();
    let options = Options { secret, length: length.map(usize::from) };
    let whole = pieces.concat();
    let expected = digest(&algorithms, &options, &whole);
    let Ok(mut digester) = Digester::new(&algorithms, &options) else {
        assert!(expected.is_err());
        return;
    };
    for piece in &pieces {
        digester.update(piece);
    }
    let digests = digester.finish();
    assert_eq!(Ok(&digests), expected.as_ref());
    for (algorithm, found) in algorithms.iter().zip(&digests) {
        let length = options.length.filter(|_| *algorithm == Algorithm::Blake3);
        let alone = digest(&[*algorithm], &Options { length, ..options }, &whole).expect("they fit together");
        assert_eq!(found, &alone[0]);
        let size = 1024 << (power % 4);
        if *algorithm == Algorithm::Blake3 && whole.len() > size {
            let values: Vec<_> = whole
                .chunks(size)
                .enumerate()
                .map(|(i, bytes)| {
                    let mut part = Part::new(secret, (i * size) as u64, size as u64).expect("a part");
                    part.update(bytes).expect("it fits");
                    part.finish()
                })
                .collect();
            assert_eq!(&tree::join(&values, &options).expect("a tree"), found);
        }
    }
});
