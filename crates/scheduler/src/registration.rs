//! The log of what every worker is given before its first call.

use alloc::vec::Vec;

use centaurus_protocol::RegistrationId;

/// What is known of a registration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// No worker has spoken yet.
    Pending,
    /// The first worker that spoke accepted it.
    Confirmed,
    /// The first worker that spoke refused it: it is out of the log.
    Failed,
}

#[derive(Debug)]
struct Entry {
    verdict: Verdict,
    /// Its promise is settled.
    settled: bool,
}

/// Every registration, by number, in the order they came.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: Vec<Entry>,
    unsettled: u32,
}

impl Log {
    pub(crate) fn append(&mut self) -> RegistrationId {
        self.entries.push(Entry { verdict: Verdict::Pending, settled: false });
        self.unsettled += 1;
        RegistrationId(self.entries.len() as u32 - 1)
    }

    pub(crate) fn verdict(&self, id: RegistrationId) -> Option<Verdict> {
        self.entries.get(id.index()).map(|entry| entry.verdict)
    }

    /// What a new worker is given.
    pub(crate) fn replay(&self) -> Vec<RegistrationId> {
        let given = |(index, entry): (usize, &Entry)| {
            (entry.verdict != Verdict::Failed).then_some(RegistrationId(index as u32))
        };
        self.entries.iter().enumerate().filter_map(given).collect()
    }

    /// Notes the first verdict; later ones change nothing.
    pub(crate) fn decide(&mut self, id: RegistrationId, ok: bool) {
        let entry = &mut self.entries[id.index()];
        if entry.verdict == Verdict::Pending {
            entry.verdict = if ok { Verdict::Confirmed } else { Verdict::Failed };
        }
    }

    /// True if the promise was open until now.
    pub(crate) fn settle(&mut self, id: RegistrationId) -> bool {
        let entry = &mut self.entries[id.index()];
        let open = !entry.settled;
        entry.settled = true;
        self.unsettled -= u32::from(open);
        open
    }

    /// Promises that are open.
    pub(crate) fn unsettled(&self) -> u32 {
        self.unsettled
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = RegistrationId> + use<> {
        (0..self.entries.len() as u32).map(RegistrationId)
    }
}
