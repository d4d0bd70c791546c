use centaurus_link::config;

use crate::Message;

/// A message of the server's, in bytes; what the project's server allows, too.
const MAX_MESSAGE_BYTES: usize = 16 << 20;

/// How a socket behaves.
#[derive(Debug, Clone)]
pub struct Config {
    /// Back-off, heartbeat, outbox, acknowledgement, time-outs. Here the heartbeat is on by default. The seed is replaced
    /// by a random one where it is 0.
    pub link: config::Config,
    /// A larger message ends the line with 1009, and with it the socket, unless that code is not among the permanent ones.
    /// Natively only. Default: 16 MiB.
    pub max_message_bytes: usize,
    /// What asks the server for a sign of life where there are no pings: in a browser, without acknowledgement. The server
    /// has to answer it with something. Without it the heartbeat is off there, since silence would say nothing.
    pub ping: Option<Message>,
    /// Settings of TLS; the roots that Mozilla trusts by default.
    #[cfg(feature = "rustls")]
    pub tls: Option<std::sync::Arc<rustls::ClientConfig>>,
}

impl Default for Config {
    fn default() -> Self {
        let link = config::Config { heartbeat: Some(config::Heartbeat::default()), ..config::Config::default() };
        Self {
            link,
            max_message_bytes: MAX_MESSAGE_BYTES,
            ping: None,
            #[cfg(feature = "rustls")]
            tls: None,
        }
    }
}

impl Config {
    /// With acknowledged delivery, for servers that speak `centaurus.link.1`.
    #[must_use]
    pub fn acknowledged() -> Self {
        let mut config = Self::default();
        config.link.acknowledged = Some(config::Acknowledged::default());
        config
    }
}
