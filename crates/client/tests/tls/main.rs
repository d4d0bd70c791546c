//! `wss:` against real servers: the project's own, behind TLS.

// `cfg(test)` is always on here; it tells the linter that helpers are tests too.
#[cfg(test)]
#[path = "../client/backend.rs"]
mod backend;
#[cfg(test)]
mod front;
#[cfg(test)]
mod wss;
