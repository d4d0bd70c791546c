//! How a load is shared out among processes, each of which may open only so many files.

/// Files of a client beside its connections: the standard ones, libraries, the runtime's.
const CLIENT_FILES: u64 = 64;
/// Files of a server beside its connections: those as well, and the sockets that warm it up.
const SERVER_FILES: u64 = 384;
/// Servers on one port get by chance more or fewer connections; of a thousand and more, none gets a tenth more.
const CHANCE: u64 = 10;
/// Processes of a kind. Beyond that they would measure each other.
const MOST_PROCESSES: u64 = 32;

/// How many processes, and who opens what.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) servers: usize,
    /// Connections of each client.
    pub(crate) clients: Vec<usize>,
}

/// The machine does not allow so many connections.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{connections} connections are more than {MOST_PROCESSES} processes can hold of which each may open {limit} files: \
     that is {most}; raise the limit (ulimit -n), or ask for fewer (--connections)"
)]
pub(crate) struct TooMany {
    connections: usize,
    limit: u64,
    most: u64,
}

impl Plan {
    /// As few processes as will do. `limit` is how many files each may open; none where the system knows no limit.
    pub(crate) fn new(connections: usize, limit: Option<u64>) -> Result<Self, TooMany> {
        let wanted = connections as u64;
        let limit = limit.unwrap_or(u64::MAX);
        let (client, server) = (limit.saturating_sub(CLIENT_FILES), limit.saturating_sub(SERVER_FILES));
        let shared = server.saturating_sub(server.div_ceil(CHANCE + 1));
        // Where there is room for none, no number of processes will do.
        let of = |each: u64| if each == 0 { u64::MAX } else { wanted.div_ceil(each).max(1) };
        let servers = if wanted <= server { 1 } else { of(shared) };
        let clients = of(client);
        if servers.max(clients) > MOST_PROCESSES {
            let most = MOST_PROCESSES.saturating_mul(client.min(shared));
            return Err(TooMany { connections, limit, most });
        }
        let (count, servers) = (clients as usize, servers as usize);
        let clients = (0..count).map(|number| share(connections, count, number)).collect();
        Ok(Self { servers, clients })
    }
}

/// Files that one process of each kind would open.
pub(crate) fn files_of_one(connections: usize) -> usize {
    connections.saturating_add(SERVER_FILES as usize)
}

/// The part of a whole that falls to one of several: as even as whole numbers allow.
pub(crate) fn share(whole: usize, among: usize, number: usize) -> usize {
    whole / among + usize::from(number < whole % among)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_of_each_kind_does_what_it_can() {
        for (connections, limit) in [(1, Some(1024)), (640, Some(1024)), (19_616, Some(20_000)), (1_000_000, None)] {
            let plan = Plan::new(connections, limit).unwrap();
            assert_eq!(plan, Plan { servers: 1, clients: vec![connections] }, "{limit:?}");
        }
    }

    #[test]
    fn what_is_too_much_for_one_is_shared() {
        assert_eq!(Plan::new(19_900, Some(20_000)).unwrap(), Plan { servers: 2, clients: vec![19_900] });
        assert_eq!(Plan::new(20_001, Some(20_000)).unwrap(), Plan { servers: 2, clients: vec![10_001, 10_000] });
        let plan = Plan::new(100_000, Some(20_000)).unwrap();
        assert_eq!((plan.servers, plan.clients.len(), plan.clients.iter().sum()), (6, 6, 100_000));
    }

    #[test]
    fn no_process_gets_more_than_it_may_open() {
        for limit in [500, 1024, 20_000] {
            for connections in [1, 999, 5_000, 20_000, 300_000] {
                let Ok(plan) = Plan::new(connections, Some(limit)) else { continue };
                let even = connections as u64 / plan.servers as u64;
                let unlucky = if plan.servers == 1 { even } else { even + even / CHANCE };
                assert!(unlucky + SERVER_FILES <= limit, "{connections} on {limit}: {plan:?}");
                assert!(plan.clients.iter().all(|&share| share as u64 + CLIENT_FILES <= limit), "{plan:?}");
                assert_eq!(plan.clients.iter().sum::<usize>(), connections);
            }
        }
    }

    #[test]
    fn a_limit_that_does_not_suffice_is_told_with_what_would() {
        let error = Plan::new(50_000, Some(1024)).unwrap_err().to_string();
        assert!(error.contains("50000") && error.contains("1024") && error.contains("ulimit -n"), "{error}");
        assert!(Plan::new(1, Some(10)).is_err());
    }
}
