//! TLS in front of a server, as a reverse proxy does it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use centaurus_client::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use centaurus_client::rustls::{ClientConfig, RootCertStore, ServerConfig, crypto::ring};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Somebody who signs certificates.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate, and its key.
#[derive(Clone)]
pub(crate) struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: Arc<PrivateKeyDer<'static>>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A certificate for a server of that name, changed as wanted.
    pub(crate) fn sign(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Identity {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        Identity { chain: vec![certificate.der().clone()], key: Arc::new(key) }
    }

    /// Settings of a client that trusts this authority and no other.
    pub(crate) fn trusted(&self) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
    }
}

impl Identity {
    fn acceptor(&self) -> TlsAcceptor {
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        TlsAcceptor::from(Arc::new(builder.with_single_cert(self.chain.clone(), self.key.clone_key()).unwrap()))
    }
}

/// It takes TLS and gives what is inside to the server.
pub(crate) struct Front {
    pub(crate) port: u16,
    acceptor: Arc<Mutex<TlsAcceptor>>,
}

impl Front {
    pub(crate) async fn start(server: SocketAddr, identity: &Identity) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let acceptor = Arc::new(Mutex::new(identity.acceptor()));
        let shown = acceptor.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = shown.lock().unwrap().clone();
                tokio::spawn(async move {
                    // A client that does not trust us says so, and goes.
                    let Ok(mut outside) = acceptor.accept(stream).await else { return };
                    let Ok(mut inside) = TcpStream::connect(server).await else { return };
                    let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
                });
            }
        });
        Self { port, acceptor }
    }

    /// Shows another certificate to whoever comes.
    pub(crate) fn show(&self, identity: &Identity) {
        *self.acceptor.lock().unwrap() = identity.acceptor();
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("wss://localhost:{}{path}", self.port)
    }
}
