//! The proxy, between real clients and a real server.

// `cfg(test)` is always on here; it tells the linter that helpers are tests too.
#[cfg(test)]
mod faults;
