//! The native client against the real server, through a proxy that breaks its lines.

// `cfg(test)` is always on here; it tells the linter that helpers are tests too.
#[cfg(test)]
mod backend;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod life;
