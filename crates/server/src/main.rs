//! `centaurus-server`: serves the playground.
//!
//! ```text
//! centaurus-server [--root FOLDER] [--host 127.0.0.1] [--port 8080] [--data FOLDER] [--mount URL=FOLDER]...
//!                  [--connections N] [--sockets N] [--message-bytes N] [--message-rate N]
//!                  [--idle-timeout SECONDS] [--session-ttl SECONDS]
//!                  [--sockets-only] [--shared-port] [--no-isolation] [--log error|warn|info|debug|trace|off] [--health]
//! ```
//!
//! `--root` is the repository after `cargo xtask build`, or a folder with `demo/`, `pkg/` and `data/` in it. The data
//! (the cities, and the scripts that the page compares with) is written by `node demo/prepare.mjs [FOLDER]`, to
//! `target/demo-data` if no folder is given.
//!
//! Once it listens it prints one line to standard output, `http://ADDRESS:PORT/`, so that a caller that asked for
//! port 0 learns the port. Logs go to standard error. SIGINT and SIGTERM stop it in good order with status 0; a start
//! that fails says why and ends with status 1.

use std::io::{IsTerminal, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use centaurus_server::{Config, Limits, Mount, Server, ServerError, SocketLimits, check_health, raise_file_limit};
use clap::Parser;
use tracing_subscriber::filter::LevelFilter;

/// Serves the Centaurus playground.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Address to listen on
    #[arg(long, env = "CENTAURUS_HOST", default_value = "127.0.0.1")]
    host: IpAddr,
    /// Port to listen on; 0 takes a free one, which is printed
    #[arg(long, env = "CENTAURUS_PORT", default_value_t = 8080)]
    port: u16,
    /// The repository, or a folder with demo/, pkg/ and data/
    #[arg(long, env = "CENTAURUS_ROOT", default_value = ".", value_name = "FOLDER")]
    root: PathBuf,
    /// The folder that `node demo/prepare.mjs` has filled [default: data/ in the root, else target/demo-data/]
    #[arg(long, env = "CENTAURUS_DATA", value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// A further folder to serve; may be given several times, in the environment separated by commas
    #[arg(long, env = "CENTAURUS_MOUNT", value_name = "URL=FOLDER", value_delimiter = ',')]
    mount: Vec<Mount>,
    /// Serve sockets and no folders
    #[arg(long, env = "CENTAURUS_SOCKETS_ONLY", conflicts_with_all = ["root", "data", "mount"])]
    sockets_only: bool,
    /// Let other servers that say so too listen on the same port; each has sessions of its own
    #[arg(long, env = "CENTAURUS_SHARED_PORT")]
    shared_port: bool,
    /// Leave out the headers of cross-origin isolation: pages get no SharedArrayBuffer
    #[arg(long, env = "CENTAURUS_NO_ISOLATION")]
    no_isolation: bool,
    /// Connections at one time; further ones wait
    #[arg(long, env = "CENTAURUS_CONNECTIONS", default_value_t = Limits::default().connections, value_name = "N")]
    connections: usize,
    /// Sockets at one time; further ones are refused
    #[arg(long, env = "CENTAURUS_SOCKETS", default_value_t = SocketLimits::default().sockets, value_name = "N")]
    sockets: usize,
    /// Bytes of a socket's message; a larger one ends the socket
    #[arg(long, env = "CENTAURUS_MESSAGE_BYTES", default_value_t = SocketLimits::default().message_bytes, value_name = "N")]
    message_bytes: usize,
    /// Messages of one socket that are read in a second; further ones wait
    #[arg(long, env = "CENTAURUS_MESSAGE_RATE", default_value_t = SocketLimits::default().messages_per_second, value_name = "N")]
    message_rate: u32,
    /// Seconds that a socket may say nothing, not even answer a ping
    #[arg(long, env = "CENTAURUS_IDLE_TIMEOUT", default_value = "60", value_name = "SECONDS", value_parser = seconds)]
    idle_timeout: Duration,
    /// Seconds that an acknowledged session without a line is remembered
    #[arg(long, env = "CENTAURUS_SESSION_TTL", default_value = "60", value_name = "SECONDS", value_parser = seconds)]
    session_ttl: Duration,
    /// How much to log: off, error, warn, info, debug or trace
    #[arg(long, env = "CENTAURUS_LOG", default_value = "info", value_name = "LEVEL")]
    log: LevelFilter,
    /// Start nothing: ask the server that runs with these settings for its page, and end with status 0 if it gives it
    #[arg(long)]
    health: bool,
}

impl Arguments {
    fn config(&self) -> Config {
        let mut config = if self.sockets_only {
            Config::sockets_only(Limits::default())
        } else {
            Config::of_root(&self.root, self.data.clone())
        };
        config.mounts.extend(self.mount.iter().cloned());
        config.isolated = !self.no_isolation;
        config.shared_port = self.shared_port;
        // Sockets are connections too, and must not take the place of those that fetch files.
        config.limits.connections = self.connections.saturating_add(self.sockets);
        config.limits.sockets = SocketLimits {
            sockets: self.sockets,
            sessions: self.sockets,
            message_bytes: self.message_bytes,
            messages_per_second: self.message_rate,
            idle_timeout: self.idle_timeout,
            session_ttl: self.session_ttl,
            ..SocketLimits::default()
        };
        config
    }
}

/// Open files beside the connections: each file that is being served, the runtime's, the listener.
const OTHER_FILES: usize = 320;

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).ok().filter(|wait| !wait.is_zero()).ok_or_else(|| "more than 0".to_owned())
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_max_level(arguments.log)
        .init();
    let address = SocketAddr::new(arguments.host, arguments.port);
    let outcome = if arguments.health { check_health(address).await } else { serve(&arguments, address).await };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("centaurus-server: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: &Arguments, address: SocketAddr) -> Result<(), ServerError> {
    let config = arguments.config();
    for mount in config.mounts.iter().filter(|mount| !mount.folder.is_dir()) {
        tracing::warn!(url = mount.url, folder = %mount.folder.display(), "not there yet: see cargo xtask demo");
    }
    let files = config.limits.connections.saturating_add(OTHER_FILES);
    if let Some(limit) = raise_file_limit(files).filter(|limit| *limit < files as u64) {
        tracing::warn!(limit, wanted = files, "connections wait at the limit on open files: see ulimit -n");
    }
    let server = Server::bind(&config, address).await?;
    announce(server.local_addr());
    server.run(stop_signal()).await;
    Ok(())
}

/// A caller that has closed its end of standard output is served all the same.
fn announce(address: SocketAddr) {
    let mut out = std::io::stdout();
    let _ = writeln!(out, "http://{address}/").and_then(|()| out.flush());
}

/// Ends at the first SIGINT or SIGTERM; elsewhere than on Unix at Ctrl-C.
async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = tokio::signal::ctrl_c() => {}
                    _ = terminate.recv() => {}
                }
                return;
            }
            Err(error) => tracing::warn!(%error, "no SIGTERM handler; SIGINT still stops the server"),
        }
    }
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::warn!(%error, "no SIGINT handler; the server runs until it is killed");
        std::future::pending::<()>().await;
    }
}
