use crate::ConnectError;
use crate::platform;

/// Where to connect to, and what to say on arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub(crate) url: String,
    pub(crate) protocols: Vec<String>,
    pub(crate) headers: Vec<(String, String)>,
}

impl Endpoint {
    /// An address: `ws:`, or `wss:` with TLS.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), protocols: Vec::new(), headers: Vec::new() }
    }

    /// Offers a subprotocol, after those before it. With acknowledgement the link's own comes first.
    #[must_use]
    pub fn protocol(mut self, protocol: impl Into<String>) -> Self {
        self.protocols.push(protocol.into());
        self
    }

    /// Adds a header to the request, such as a token. Browsers send none of a program's choosing.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn check(&self) -> Result<(), ConnectError> {
        platform::check(self)
    }
}

impl From<&str> for Endpoint {
    fn from(url: &str) -> Self {
        Self::new(url)
    }
}

impl From<String> for Endpoint {
    fn from(url: String) -> Self {
        Self::new(url)
    }
}
