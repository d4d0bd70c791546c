//! TLS by rustls: whom to trust, and what it means that somebody is not trusted.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{CertificateError, ClientConfig, RootCertStore};
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::error::TlsError;

/// TLS failed, for the server's certificate (RFC 6455, section 7.4.1). No peer can send it.
pub(crate) const UNTRUSTED: u16 = 1015;

/// The roots that Mozilla trusts.
pub(crate) fn default() -> Arc<ClientConfig> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("ring has the default protocol versions");
    Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Why the server's certificate is not trusted and what to do, if that is why an attempt failed.
pub(crate) fn untrusted(error: &Error) -> Option<String> {
    let error = match error {
        Error::Io(error) => error.get_ref()?.downcast_ref::<rustls::Error>()?,
        Error::Tls(TlsError::Rustls(error)) => error,
        _ => return None,
    };
    let rustls::Error::InvalidCertificate(why) = error else { return None };
    Some(format!("the server's certificate is not trusted ({why}): {}", advice(why)))
}

fn advice(why: &CertificateError) -> &'static str {
    use CertificateError as E;
    match why {
        E::NotValidForName | E::NotValidForNameContext { .. } => "connect by a name that it was made for",
        E::Expired | E::ExpiredContext { .. } | E::NotValidYet | E::NotValidYetContext { .. } => {
            "the server needs a new one, unless this machine's clock is wrong"
        }
        E::Revoked => "the server needs a new one",
        _ => {
            "if the server is yours, add the root that signed it to Config::tls, and have the server send what lies between; \
             if it is not, somebody stands between you and it"
        }
    }
}
