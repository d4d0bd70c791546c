//! One line through the proxy.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::watch;

use crate::{Blow, Mode, Shared, locked};

/// Bytes that are passed at a time.
const CHUNK: usize = 16 * 1024;
/// A slow line passes something this often.
const SLOW_TICK: Duration = Duration::from_millis(20);

/// Serves until one side ends it or a fault does. However it ends, both sides see a reset if bytes may be missing.
pub(crate) async fn serve(mut client: TcpStream, shared: Arc<Shared>) {
    let mode = shared.mode.subscribe();
    let mut blow = shared.blow.subscribe();
    blow.mark_unchanged();
    if *mode.borrow() == Mode::HangUp {
        return reset(&client);
    }
    let target = *locked(&shared.target);
    let Ok(mut server) = TcpStream::connect(target).await else { return reset(&client) };
    let _ = client.set_nodelay(true).and_then(|()| server.set_nodelay(true));
    let ended = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        let left = watch::Sender::new(None);
        let up = pass(from_client, to_server, mode.clone(), None);
        let down = pass(from_server, to_client, mode, Some(left.subscribe()));
        let struck = async {
            loop {
                if blow.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
                match *blow.borrow_and_update() {
                    Some(Blow::CutAfter(bytes)) => left.send_replace(Some(bytes)),
                    Some(Blow::Reset) | None => return,
                };
            }
        };
        tokio::select! {
            ended = async { tokio::try_join!(up, down) } => ended.map(drop),
            () = struck => Err(io::ErrorKind::ConnectionReset.into()),
        }
    };
    if ended.is_err() {
        reset(&client);
        reset(&server);
    }
}

/// Passes bytes one way until there are no more, or the line was to be cut here.
async fn pass(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    mut mode: watch::Receiver<Mode>,
    mut left: Option<watch::Receiver<Option<u64>>>,
) -> io::Result<()> {
    let mut cut = None;
    let mut buffer = vec![0; CHUNK];
    loop {
        let most = if let Mode::Slow(rate) = *mode.borrow() { per_tick(rate).min(CHUNK) } else { CHUNK };
        let count = from.read(&mut buffer[..most]).await?;
        // What lasts may have begun while there was nothing to read.
        if let Mode::Slow(rate) = thawed(&mut mode).await? {
            tokio::time::sleep(Duration::from_secs_f64(count as f64 / f64::from(rate))).await;
            thawed(&mut mode).await?;
        }
        if count == 0 {
            // What the other side still has to say passes.
            return to.shutdown().await;
        }
        if let Some(left) = &mut left
            && left.has_changed().unwrap_or(false)
        {
            cut = *left.borrow_and_update();
        }
        let passing = cut.map_or(count, |left| count.min(usize::try_from(left).unwrap_or(usize::MAX)));
        to.write_all(&buffer[..passing]).await?;
        if let Some(left) = &mut cut {
            *left -= passing as u64;
            if *left == 0 {
                // A reset overtakes what the client's system has not read: the half of a frame would never be seen.
                tokio::time::sleep(SLOW_TICK).await;
                return Err(io::ErrorKind::ConnectionReset.into());
            }
        }
    }
}

async fn thawed(mode: &mut watch::Receiver<Mode>) -> io::Result<Mode> {
    let mode = mode.wait_for(|mode| *mode != Mode::Freeze).await;
    mode.map(|mode| *mode).map_err(|_| io::ErrorKind::ConnectionAborted.into())
}

fn per_tick(rate: u32) -> usize {
    (f64::from(rate) * SLOW_TICK.as_secs_f64()).ceil() as usize
}

/// The stream ends with a reset when it is dropped.
fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}
