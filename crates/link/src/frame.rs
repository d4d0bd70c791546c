//! The frames of acknowledged delivery: binary WebSocket messages of the subprotocol [`SUBPROTOCOL`].
//!
//! A frame is its kind in a byte, then the fields in order: numbers as LEB128 (DWARF 5, section 7.6), at most ten bytes;
//! a session as 16 bytes; a data frame's payload is the rest.
//!
//! | kind | frame | fields |
//! | --- | --- | --- |
//! | 0 | hello: the client's first | session (zeros: a new one), received, allowed |
//! | 1 | welcome: the server's answer | session, received, allowed |
//! | 2 | data, text | number, payload in UTF-8 |
//! | 3 | data, bytes | number, payload |
//! | 4 | taken | received, allowed |
//! | 5 | ping | nonce |
//! | 6 | pong | the ping's nonce |
//!
//! `received` is the number of the last message whose reader has taken it, from 1; `allowed` that of the last message
//! that the peer may send. Both only grow.

use crate::ProtocolError;

/// Who offers this speaks the frames.
pub const SUBPROTOCOL: &str = "centaurus.link.1";

/// Bytes before the payload of a data frame, at most.
pub const MAX_HEADER: usize = 11;

/// A session's name; zeros are nobody's.
pub type SessionId = [u8; 16];

/// A frame without a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// The client's greeting.
    Hello {
        /// The session that it would go on with.
        session: SessionId,
        /// The last message that it took.
        received: u64,
        /// The last message that it will take.
        allowed: u64,
    },
    /// The server's greeting.
    Welcome {
        /// The session that goes on or begins.
        session: SessionId,
        /// The last message that it took.
        received: u64,
        /// The last message that it will take.
        allowed: u64,
    },
    /// The reader has taken messages.
    Taken {
        /// The last of them.
        received: u64,
        /// The last that may be sent now.
        allowed: u64,
    },
    /// Asks for a sign of life.
    Ping(u64),
    /// Gives one.
    Pong(u64),
}

/// A frame as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// One without a payload.
    Control(Control),
    /// A message.
    Data {
        /// Its number.
        sequence: u64,
        /// Whether it is text.
        text: bool,
        /// Where its payload begins.
        payload: usize,
    },
}

const HELLO: u8 = 0;
const WELCOME: u8 = 1;
const TEXT: u8 = 2;
const BYTES: u8 = 3;
const TAKEN: u8 = 4;
const PING: u8 = 5;
const PONG: u8 = 6;

/// Writes a frame without a payload.
pub fn write_control(control: &Control, out: &mut Vec<u8>) {
    match *control {
        Control::Hello { session, received, allowed } => greeting(HELLO, &session, received, allowed, out),
        Control::Welcome { session, received, allowed } => greeting(WELCOME, &session, received, allowed, out),
        Control::Taken { received, allowed } => {
            out.push(TAKEN);
            number(received, out);
            number(allowed, out);
        }
        Control::Ping(nonce) => {
            out.push(PING);
            number(nonce, out);
        }
        Control::Pong(nonce) => {
            out.push(PONG);
            number(nonce, out);
        }
    }
}

/// Writes what stands before a message's payload.
pub fn write_data_header(sequence: u64, text: bool, out: &mut Vec<u8>) {
    out.push(if text { TEXT } else { BYTES });
    number(sequence, out);
}

/// Reads a frame.
///
/// # Errors
/// [`ProtocolError::Malformed`] with the place.
pub fn read(bytes: &[u8]) -> Result<Frame, ProtocolError> {
    let mut reader = Reader { bytes, at: 0 };
    let kind = reader.byte("a kind")?;
    let frame = match kind {
        HELLO => {
            let session = reader.session()?;
            Frame::Control(Control::Hello { session, received: reader.number()?, allowed: reader.number()? })
        }
        WELCOME => {
            let session = reader.session()?;
            Frame::Control(Control::Welcome { session, received: reader.number()?, allowed: reader.number()? })
        }
        TEXT | BYTES => {
            let sequence = reader.number()?;
            return Ok(Frame::Data { sequence, text: kind == TEXT, payload: reader.at });
        }
        TAKEN => Frame::Control(Control::Taken { received: reader.number()?, allowed: reader.number()? }),
        PING => Frame::Control(Control::Ping(reader.number()?)),
        PONG => Frame::Control(Control::Pong(reader.number()?)),
        _ => return Err(ProtocolError::Malformed { offset: 0, what: "a kind from 0 to 6" }),
    };
    if reader.at < bytes.len() {
        return Err(ProtocolError::Malformed { offset: reader.at, what: "the end of the frame" });
    }
    Ok(frame)
}

fn greeting(kind: u8, session: &SessionId, received: u64, allowed: u64, out: &mut Vec<u8>) {
    out.push(kind);
    out.extend_from_slice(session);
    number(received, out);
    number(allowed, out);
}

fn number(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self, what: &'static str) -> Result<u8, ProtocolError> {
        let byte = *self.bytes.get(self.at).ok_or(ProtocolError::Malformed { offset: self.at, what })?;
        self.at += 1;
        Ok(byte)
    }

    fn number(&mut self) -> Result<u64, ProtocolError> {
        let start = self.at;
        let mut value = 0_u64;
        for shift in (0..).step_by(7) {
            let byte = self.byte("more of a number")?;
            let bits = u64::from(byte & 0x7F);
            if shift >= 64 || bits << shift >> shift != bits {
                return Err(ProtocolError::Malformed { offset: start, what: "a number of 64 bits" });
            }
            value |= bits << shift;
            if byte < 0x80 {
                break;
            }
        }
        Ok(value)
    }

    fn session(&mut self) -> Result<SessionId, ProtocolError> {
        let end = self.at + size_of::<SessionId>();
        let malformed = ProtocolError::Malformed { offset: self.at, what: "a session of 16 bytes" };
        let session = self.bytes.get(self.at..end).and_then(|bytes| bytes.try_into().ok()).ok_or(malformed)?;
        self.at = end;
        Ok(session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn control() -> impl Strategy<Value = Control> {
        let greeting = (any::<SessionId>(), any::<u64>(), any::<u64>());
        prop_oneof![
            greeting.prop_map(|(session, received, allowed)| Control::Hello { session, received, allowed }),
            greeting.prop_map(|(session, received, allowed)| Control::Welcome { session, received, allowed }),
            any::<(u64, u64)>().prop_map(|(received, allowed)| Control::Taken { received, allowed }),
            any::<u64>().prop_map(Control::Ping),
            any::<u64>().prop_map(Control::Pong),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(control in control()) {
            let mut bytes = Vec::new();
            write_control(&control, &mut bytes);
            prop_assert_eq!(read(&bytes), Ok(Frame::Control(control)));
            for end in 0..bytes.len() {
                prop_assert!(read(&bytes[..end]).is_err(), "a cut frame is none");
            }
            bytes.push(0);
            prop_assert!(read(&bytes).is_err(), "nothing follows a frame");
        }

        #[test]
        fn data_begins_with_its_number(sequence: u64, text: bool, payload: Vec<u8>) {
            let mut bytes = Vec::new();
            write_data_header(sequence, text, &mut bytes);
            prop_assert!(bytes.len() <= MAX_HEADER);
            let start = bytes.len();
            bytes.extend(&payload);
            prop_assert_eq!(read(&bytes), Ok(Frame::Data { sequence, text, payload: start }));
        }

        #[test]
        fn any_bytes_are_a_frame_or_an_error(bytes: Vec<u8>) {
            let _ = read(&bytes);
        }
    }

    #[test]
    fn numbers_of_more_than_64_bits_are_refused() {
        let mut bytes = vec![PING];
        bytes.extend([0xFF; 9]);
        bytes.push(1);
        assert_eq!(read(&bytes), Ok(Frame::Control(Control::Ping(u64::MAX))));
        *bytes.last_mut().expect("it has bytes") = 2;
        assert_eq!(read(&bytes), Err(ProtocolError::Malformed { offset: 1, what: "a number of 64 bits" }));
    }
}
