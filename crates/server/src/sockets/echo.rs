//! Sends back what comes.

use std::sync::Arc;

use centaurus_link::frame::SUBPROTOCOL;

use super::peer::Peer;
use super::{Sockets, sessions};

pub(super) async fn serve(sockets: Arc<Sockets>, mut peer: Peer) {
    if peer.protocol() == Some(SUBPROTOCOL) {
        return sessions::serve(&sockets.sessions, peer).await;
    }
    while let Ok(message) = peer.next().await {
        if peer.send(message).await.is_err() {
            return;
        }
    }
}
