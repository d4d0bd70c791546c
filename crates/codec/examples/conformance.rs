//! What Protocol Buffers' conformance suite runs: takes requests from stdin and answers each on stdout.
//!
//! ```sh
//! cargo build --example conformance --features protobuf
//! npx conformance_test_runner --enforce_recommended --maximum_edition PROTO3 \
//!     --failure_list tests/vectors/protobuf/failures.txt target/debug/examples/conformance
//! ```
//!
//! With `CONFORMANCE_RECORD` in the environment, requests and responses are added to that file, as they pass by.

use std::env;
use std::fs::File;
use std::io::{self, Read as _, Write as _};

use testee::Testee;

#[path = "../tests/codec/testee.rs"]
#[expect(dead_code, reason = "the tests look into responses, and for other files")]
mod testee;

fn main() -> io::Result<()> {
    let testee = Testee::new().map_err(io::Error::other)?;
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut record = match env::var_os("CONFORMANCE_RECORD") {
        Some(path) => Some(File::options().create(true).append(true).open(path)?),
        None => None,
    };
    loop {
        let mut length = [0; 4];
        match input.read_exact(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            read => read?,
        }
        let mut request = vec![0; u32::from_le_bytes(length) as usize];
        input.read_exact(&mut request)?;
        let response = testee.answer(&request).map_err(io::Error::other)?;
        let response = [&(response.len() as u32).to_le_bytes(), response.as_slice()].concat();
        if let Some(record) = &mut record {
            record.write_all(&[&length, request.as_slice(), &response].concat())?;
        }
        output.write_all(&response)?;
        output.flush()?;
    }
}
