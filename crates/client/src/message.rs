use bytes::Bytes;

/// What sockets carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Text.
    Text(String),
    /// Bytes; a copy shares them.
    Binary(Bytes),
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Bytes> for Message {
    fn from(bytes: Bytes) -> Self {
        Self::Binary(bytes)
    }
}

impl From<Vec<u8>> for Message {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Binary(bytes.into())
    }
}

impl From<&[u8]> for Message {
    fn from(bytes: &[u8]) -> Self {
        Self::Binary(Bytes::copy_from_slice(bytes))
    }
}

/// A message as the line has it: the same bytes may be sent on several lines.
#[derive(Debug, Clone)]
pub(crate) struct Payload {
    pub(crate) text: bool,
    pub(crate) bytes: Bytes,
}

impl From<Message> for Payload {
    fn from(message: Message) -> Self {
        match message {
            Message::Text(text) => Self { text: true, bytes: text.into() },
            Message::Binary(bytes) => Self { text: false, bytes },
        }
    }
}

impl Payload {
    /// The message, unless what says that it is text is none.
    pub(crate) fn into_message(self) -> Option<Message> {
        if self.text {
            String::from_utf8(self.bytes.into()).ok().map(Message::Text)
        } else {
            Some(Message::Binary(self.bytes))
        }
    }
}
