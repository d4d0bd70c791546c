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
    /// Settings of TLS; by default the roots that Mozilla trusts, and no certificate of the client's. For a server with a
    /// root of your own:
    ///
    /// ```no_run
    /// use std::sync::Arc;
    ///
    /// use centaurus_client::rustls::pki_types::{CertificateDer, pem::PemObject};
    /// use centaurus_client::rustls::{ClientConfig, RootCertStore, crypto::ring};
    /// use centaurus_client::{Config, Socket};
    ///
    /// # fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut roots = RootCertStore::empty();
    /// roots.add(CertificateDer::from_pem_file("root.pem")?)?;
    /// let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
    ///     .with_safe_default_protocol_versions()?
    ///     .with_root_certificates(roots)
    ///     .with_no_client_auth();
    /// let config = Config { tls: Some(Arc::new(tls)), ..Config::acknowledged() };
    /// let socket = Socket::connect("wss://intranet.example/live", config)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A certificate that is not trusted ends the socket with the close code 1015 and a reason that says what to do, unless
    /// an earlier one was trusted: then somebody stands between for now, and the socket comes back as from any failure. Who
    /// wants it to come back always takes 1015 from `link.permanent`.
    #[cfg(feature = "rustls")]
    pub tls: Option<std::sync::Arc<rustls::ClientConfig>>,
}

impl Default for Config {
    fn default() -> Self {
        #[cfg_attr(not(feature = "rustls"), expect(unused_mut, reason = "only TLS has a code of its own"))]
        let mut link = config::Config { heartbeat: Some(config::Heartbeat::default()), ..config::Config::default() };
        #[cfg(feature = "rustls")]
        link.permanent.push(crate::platform::tls::UNTRUSTED);
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
