//! `centaurus-load`: how many sockets the server bears, and what each costs.
//!
//! ```text
//! centaurus-load [--connections 20000] [--active 200] [--seconds 10] [--size 64] [--url ws://127.0.0.1:8080/ws/echo]
//!                [--files 20000] [--anywhere]
//! ```
//!
//! It starts the `centaurus-server` that lies beside it, opens the connections, measures by how much the server's memory
//! grew, and then lets some of them play ping-pong with the echo for a while: a message is sent when the answer to the one
//! before has come. With `--url` it uses a server that runs already, whose memory it does not know. Only the loopback is
//! loaded, unless `--anywhere` says that the server is yours.
//!
//! Where a process may open fewer files than there are to be connections, several servers share a port, and several clients
//! open a part each; what they say is summed up.

mod crowd;
mod part;
mod plan;
mod servers;
mod traffic;

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;

use part::{Part, Task};
use plan::Plan;
use servers::Servers;
use traffic::Traffic;

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
    /// Files that each process may open, if that is fewer than the system allows: it wants more processes then
    #[arg(long, value_name = "N")]
    files: Option<u64>,
    /// Be a part of a load that another process sums up; so many connections are the others'
    #[arg(long, hide = true, requires = "url")]
    part: Option<usize>,
}

/// Sockets for each server that come first: of so many each server has one, which pays for what all share.
const WARMING: usize = 16;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ended = match &arguments {
        Arguments { part: Some(first), url: Some(url), connections, active, .. } => {
            part::run(&arguments.task(url, *first, *connections, *active)).await
        }
        _ => run(&arguments).await,
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("centaurus-load: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Arguments {
    fn task(&self, url: &str, first: usize, connections: usize, active: usize) -> Task {
        let (anywhere, seconds, size) = (self.anywhere, self.seconds, self.size);
        Task { url: url.to_owned(), anywhere, first, connections, active, seconds, size }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Failure> {
    // What is raised here holds for all that are started.
    let allowed = centaurus_server::raise_file_limit(plan::files_of_one(arguments.connections));
    let plan = Plan::new(arguments.connections, allowed.into_iter().chain(arguments.files).min())?;
    let (servers, url) = match &arguments.url {
        Some(url) => (None, url.clone()),
        None => {
            let servers = Servers::start(plan.servers, arguments.connections).await?;
            let url = format!("ws://{}/ws/echo", servers.origin);
            (Some(servers), url)
        }
    };
    let target = resolve(&url, arguments.anywhere).await?;
    let memory = || servers.as_ref().and_then(Servers::memory);

    let warming = crowd::gather(&url, target, 0, WARMING * servers.as_ref().map_or(1, Servers::count)).await?;
    let before = memory();
    let start = Instant::now();
    let mut parts = Vec::with_capacity(plan.clients.len());
    let mut first = 0;
    for (number, &connections) in plan.clients.iter().enumerate() {
        let active = plan::share(arguments.active, plan.clients.len(), number);
        parts.push(Part::start(&arguments.task(&url, first, connections, active))?);
        first += connections;
    }
    for part in &mut parts {
        part.opened().await?;
    }
    let took = start.elapsed();
    println!("{first} connections in {:.1} s, {:.0} a second{}", took.as_secs_f64(), rate(first, took), spread(&plan));
    if let (Some(before), Some(after)) = (before, memory()) {
        let each = after.saturating_sub(before) / first.max(1) as u64;
        println!("memory of the server: {} MiB, {each} bytes a connection", after >> 20);
    }
    drop(warming);

    for part in &mut parts {
        part.play().await?;
    }
    let mut traffic = Traffic::default();
    for part in parts {
        traffic += part.outcome().await?;
    }
    if let Some(servers) = servers {
        servers.end().await?;
    }
    println!(
        "{} of them, messages of {} bytes: {:.0} there and back a second, p50 {} µs, p99 {} µs, {} lost",
        arguments.active.min(first),
        arguments.size,
        rate(traffic.answered(), traffic.took),
        traffic.quantile(0.5),
        traffic.quantile(0.99),
        traffic.lost,
    );
    println!("{} of the silent ones are gone", traffic.gone);
    if traffic.lost + traffic.gone > 0 { Err("not all connections held".into()) } else { Ok(()) }
}

/// Says so where one process was not enough.
fn spread(plan: &Plan) -> String {
    match (plan.servers, plan.clients.len()) {
        (1, 1) => String::new(),
        (servers, clients) => format!(", of {clients} client processes to {servers} server processes on one port"),
    }
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
