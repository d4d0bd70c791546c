//! How many files, and so how many connections, a process may have open.

/// Raises the limit on open files to what is wanted, or to the hard limit if that is less and the process may not raise
/// it. The limit that holds then; nothing is done, and nothing known, elsewhere than on Unix.
pub fn raise_file_limit(wanted: usize) -> Option<u64> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        let (wanted, current) = (wanted as u64, limit.current.unwrap_or(u64::MAX));
        if wanted <= current {
            return Some(current);
        }
        let most = limit.maximum.unwrap_or(u64::MAX);
        // A privileged process may go beyond the hard limit.
        let tries = [(wanted, most.max(wanted)), (wanted.min(most), most)];
        let raised = tries.into_iter().find(|&(current, maximum)| {
            let limit = Rlimit { current: Some(current), maximum: Some(maximum) };
            setrlimit(Resource::Nofile, limit).is_ok()
        });
        Some(raised.map_or(current, |(current, _)| current))
    }
    #[cfg(not(unix))]
    {
        let _ = wanted;
        None
    }
}
