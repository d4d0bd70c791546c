//! `centaurus-load`: how many sockets the server bears, and what each costs.
//!
//! ```text
//! centaurus-load [--connections 20000] [--active 200] [--seconds 10] [--size 64] [--url ws://127.0.0.1:8080/ws/echo]
//! ```
//!
//! It starts the `centaurus-server` that lies beside it, opens the connections, measures by how much the server's memory
//! grew, and then lets some of them play ping-pong with the echo for a while: a message is sent when the answer to the one
//! before has come. With `--url` it uses a server that runs already, whose memory it does not know. Only the loopback is
//! loaded, unless `--anywhere` says that the server is yours.

mod crowd;
mod process;
mod traffic;

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;

use process::Process;

/// Opens many sockets and measures what they cost.
#[derive(Debug, Parser)]
#[command(name = "centaurus-load", version)]
struct Arguments {
    /// Connections to open
    #[arg(long, default_value_t = 20_000, value_name = "N")]
    connections: usize,
    /// Connections that send
    #[arg(long, default_value_t = 200, value_name = "N")]
    active: usize,
    /// Seconds that they send for
    #[arg(long, default_value_t = 10, value_name = "N")]
    seconds: u64,
    /// Bytes of a message
    #[arg(long, default_value_t = 64, value_name = "BYTES")]
    size: usize,
    /// An echo that runs already
    #[arg(long)]
    url: Option<String>,
    /// Load a server that is not on the loopback: it had better be yours
    #[arg(long)]
    anywhere: bool,
}

/// Files beside the connections: the standard ones, libraries, the runtime's.
const OTHER_FILES: usize = 64;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("centaurus-load: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let wanted = arguments.connections + OTHER_FILES;
    if let Some(limit) = centaurus_server::raise_file_limit(wanted)
        && limit < wanted as u64
    {
        return Err(format!("a process may open {limit} files here, and {wanted} are wanted: see ulimit -n").into());
    }
    let (process, url) = match &arguments.url {
        Some(url) => (None, url.clone()),
        None => {
            let (process, origin) = Process::start(arguments.connections).await?;
            (Some(process), format!("ws://{origin}/ws/echo"))
        }
    };
    let target = resolve(&url, arguments.anywhere).await?;
    let memory = || process.as_ref().and_then(Process::memory);

    // The first socket pays for what all share.
    let first = crowd::gather(&url, target, 1).await?;
    let before = memory();
    let start = Instant::now();
    let mut crowd = crowd::gather(&url, target, arguments.connections).await?;
    let took = start.elapsed();
    println!("{} connections in {:.1} s, {:.0} a second", crowd.len(), took.as_secs_f64(), rate(crowd.len(), took));
    if let (Some(before), Some(after)) = (before, memory()) {
        let each = after.saturating_sub(before) / crowd.len().max(1) as u64;
        println!("memory of the server: {} MiB, {each} bytes a connection", after >> 20);
    }
    drop(first);

    let players: Vec<_> = crowd.drain(..arguments.active.min(crowd.len())).collect();
    let count = players.len();
    let traffic = traffic::play(players, arguments.size, Duration::from_secs(arguments.seconds)).await;
    println!(
        "{count} of them, messages of {} bytes: {:.0} there and back a second, p50 {} µs, p99 {} µs, {} lost",
        arguments.size,
        rate(traffic.answered(), traffic.took),
        traffic.quantile(0.5),
        traffic.quantile(0.99),
        traffic.lost,
    );
    let gone = crowd::gone(&mut crowd).await;
    println!("{gone} of the silent ones are gone");
    if traffic.lost + gone > 0 { Err("not all connections held".into()) } else { Ok(()) }
}

fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64().max(f64::EPSILON)
}

/// Where the URL leads: to the loopback, unless somebody answers for it.
async fn resolve(url: &str, anywhere: bool) -> Result<SocketAddr, Failure> {
    let address = url.strip_prefix("ws://").and_then(|rest| rest.split('/').next());
    let address = address.ok_or_else(|| format!("'{url}' is not of the form ws://host:port/path"))?;
    let address = if address.contains(':') { address.to_owned() } else { format!("{address}:80") };
    let target = tokio::net::lookup_host(address).await?.next().ok_or("the host has no address")?;
    if !anywhere && !IpAddr::is_loopback(&target.ip()) {
        return Err(format!("{target} is not the loopback; --anywhere loads it all the same").into());
    }
    Ok(target)
}
