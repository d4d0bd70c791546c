use std::net::SocketAddr;
use std::path::PathBuf;

/// Why a server could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose another port with --port (0 takes any free one)")]
    Bind {
        /// What was asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// A folder to serve is not there.
    #[error("nothing to serve at {url}: {} is not a folder; give the repository or a built folder with --root", folder.display())]
    MissingFolder {
        /// The URL the folder stands for.
        url: String,
        /// The folder.
        folder: PathBuf,
    },
    /// A mount's URL is not of the form `/name` or `/`.
    #[error(
        "'{url}' cannot be mounted: a mount's URL starts with '/' and holds letters, digits, '-', '_', '.' and '/'"
    )]
    BadMount {
        /// What was given.
        url: String,
    },
    /// A server that was asked for its page did not give it.
    #[error("no page from http://{address}/: {reason}")]
    Unhealthy {
        /// Who was asked.
        address: SocketAddr,
        /// What happened instead.
        reason: String,
    },
}
