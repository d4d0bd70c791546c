//! The web server of the playground, and of whatever else wants the same headers.
//!
//! It serves a few folders, and WebSockets that echo, flood and misbehave, for tests and for the page:
//!
//! | URL | folder |
//! | --- | --- |
//! | `/` | the page; below it the files made for it from npm packages; below those the npm package |
//! | `/pkg/…` | the built npm package |
//! | `/csp/…` | all of it again, under a Content Security Policy without `unsafe-eval` |
//! | `/ws/…` | no folder: `echo`, `flood`, `slow`, `lossy`, `close`, `hostile` |
//!
//! Every answer is cross-origin isolated unless [`Config::isolated`] is off, so that pages have `SharedArrayBuffer`.
//! What a peer may cost is bounded by [`Limits`].
//!
//! ```no_run
//! # async fn example() -> Result<(), centaurus_server::ServerError> {
//! use centaurus_server::{Config, Server};
//!
//! let server = Server::bind(&Config::of_root(".", None), ([127, 0, 0, 1], 0)).await?;
//! println!("http://{}/", server.local_addr());
//! server.run(std::future::pending()).await;
//! # Ok(())
//! # }
//! ```

mod cache;
mod config;
mod error;
mod files;
mod health;
mod limits;
mod paths;
mod policy;
mod serve;
mod site;
mod sockets;

pub use config::{Config, Mount};
pub use error::ServerError;
pub use files::raise_file_limit;
pub use health::check_health;
pub use limits::{Limits, SocketLimits};
pub use policy::CONTENT_SECURITY_POLICY;
pub use serve::Server;
pub use sockets::{Sessions, sockets};
