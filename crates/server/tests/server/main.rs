//! The server as its peers meet it: on a real port, over real connections.

// `cfg(test)` is always on here; it tells the linter that helpers are tests too.
#[cfg(test)]
mod bounds;
#[cfg(test)]
mod common;
#[cfg(test)]
mod health;
#[cfg(test)]
mod load;
#[cfg(test)]
mod shutdown;
#[cfg(test)]
mod site;
#[cfg(test)]
mod sockets;
#[cfg(test)]
mod traversal;
