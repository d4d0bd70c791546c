//! A write, from its first byte to the removal of what it replaced.

use crate::books::Weight;
use crate::{Books, Place, Room};

/// What the writer expects to find under the key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expect {
    /// Whatever there is.
    Anything,
    /// No entry.
    Nothing,
    /// The entry of this revision.
    Rev(u64),
}

impl Expect {
    /// Whether an entry of this revision, or none, is what was expected.
    #[must_use]
    pub fn is_met(self, rev: Option<u64>) -> bool {
        match self {
            Self::Anything => true,
            Self::Nothing => rev.is_none(),
            Self::Rev(expected) => rev == Some(expected),
        }
    }
}

/// What is found under the key when it comes to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found {
    /// Its revision.
    pub rev: u64,
    /// Bytes of its content.
    pub size: u64,
    /// Bytes that it takes.
    pub stored: u64,
}

/// What is to be done next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Hold a new name, and write the content under it. Then [`Write::did`].
    Blob = 0,
    /// Make the blob durable. Then [`Write::did`].
    Flush = 1,
    /// Open a transaction, or share one with other writes ([`GroupCommit`](crate::GroupCommit)), and ask
    /// [`Write::commit`]. Then [`Write::did`], once it is through; where it was undone, a transaction anew.
    Commit = 2,
    /// Remove the new blob, which no entry names. Then [`Write::did`].
    Discard = 3,
    /// Remove the blobs of entries that were replaced or gave way, and tell the readers of the feed. Then [`Write::did`].
    /// What cannot be removed is a leftover: the write itself is through.
    Release = 4,
    /// It is written.
    Done = 5,
    /// It is not, and nothing of it is left: see [`Write::fault`].
    Failed = 6,
}

/// How it looks inside the transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Write the entry, and the books.
    Go = 0,
    /// Offer entries, the one that was used longest ago first: [`Write::offer`], and at their end [`Write::exhausted`].
    Room = 1,
    /// Write nothing of it, also not what was offered.
    Stop = 2,
}

/// Why a write fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The I/O failed; who did it knows more.
    Io = 0,
    /// The entry is of another revision than was expected.
    Conflict = 1,
    /// The quota has no room, and nothing may give way.
    Quota = 2,
    /// The disk took less than it was given.
    Disk = 3,
}

/// A write under way.
#[derive(Clone, Copy, Debug)]
pub struct Write {
    expect: Expect,
    quota: Option<u64>,
    /// How far it is.
    step: Step,
    /// Whether there is a blob that no entry names.
    pending: bool,
    fault: Fault,
    /// What the transaction that is under way has told against it. It counts once that is through: the next might say
    /// something else, if this one is undone.
    stopped: Option<Fault>,
    books: Books,
    room: Room,
    weight: Weight,
    rev: u64,
}

impl Write {
    /// Begins a write of a content that is to lie at `place`; `size` is how many bytes are known already to come. What can
    /// not fit fails before anything is written.
    #[must_use]
    pub fn new(place: Place, size: u64, expect: Expect, quota: Option<u64>) -> Self {
        let mut write = Self {
            expect,
            quota,
            step: if matches!(place, Place::Inline) { Step::Commit } else { Step::Blob },
            pending: !matches!(place, Place::Inline),
            fault: Fault::Io,
            stopped: None,
            books: Books::default(),
            room: Room::new(0, None),
            weight: Weight::default(),
            rev: 0,
        };
        if Room::new(size, quota).short() > 0 {
            write.pending = false;
            write.fail(Fault::Quota);
        }
        write
    }

    /// What is to be done.
    #[must_use]
    pub const fn step(&self) -> Step {
        self.step
    }

    /// Why it failed.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        self.fault
    }

    /// The revision that it got.
    #[must_use]
    pub const fn rev(&self) -> u64 {
        self.rev
    }

    /// The books as they are to be written.
    #[must_use]
    pub const fn books(&self) -> &Books {
        &self.books
    }

    /// A chunk of `size` bytes was written, which takes `asked`. `told` is what the engine says it has taken: out of room,
    /// Firefox writes less and Chromium returns a number beyond any length, and neither throws.
    pub fn wrote(&mut self, size: u64, asked: u64, told: f64) -> Step {
        self.weight.size = self.weight.size.saturating_add(size);
        if told != asked as f64 {
            self.fail(Fault::Disk);
        } else if Room::new(self.weight.size, self.quota).short() > 0 {
            // A stream does not say how long it is; one that cannot fit is not written to its end.
            self.fail(Fault::Quota);
        }
        self.step
    }

    /// Inside the transaction: what is found there, as the writes before it in the same transaction leave it, and how much
    /// the content is and takes.
    pub fn commit(&mut self, books: Books, found: Option<Found>, size: u64, stored: u64) -> Verdict {
        self.stopped = None;
        if !self.expect.is_met(found.map(|found| found.rev)) {
            return self.stop(Fault::Conflict);
        }
        self.books = books;
        self.weight = Weight { size, stored };
        if let Some(found) = found {
            self.books.replace(Weight { size: found.size, stored: found.stored });
        }
        self.room = Room::new(self.books.bytes.saturating_add(size), self.quota);
        self.verdict()
    }

    /// An entry that may give way. Gives the revision of its deletion if it is to.
    pub fn offer(&mut self, size: u64, stored: u64) -> Option<u64> {
        self.room.take(size).then(|| self.books.remove(size, stored))
    }

    /// Whether there is room now.
    pub fn verdict(&mut self) -> Verdict {
        if self.room.short() > 0 {
            return Verdict::Room;
        }
        self.rev = self.books.add(self.weight);
        Verdict::Go
    }

    /// Nothing more may give way.
    pub fn exhausted(&mut self) -> Verdict {
        self.stop(Fault::Quota)
    }

    fn stop(&mut self, fault: Fault) -> Verdict {
        self.stopped = Some(fault);
        Verdict::Stop
    }

    /// What was asked for is done: all of the blob is written, it is durable, the transaction is through, a blob is gone (or
    /// could not be removed, and is a leftover).
    pub fn did(&mut self) -> Step {
        self.step = match self.step {
            Step::Blob => Step::Flush,
            Step::Flush => Step::Commit,
            Step::Commit => {
                if let Some(fault) = self.stopped {
                    self.fail(fault);
                    return self.step;
                }
                self.pending = false;
                Step::Release
            }
            Step::Release | Step::Done => Step::Done,
            Step::Discard | Step::Failed => Step::Failed,
        };
        self.step
    }

    /// Something threw. Once the transaction is through, nothing can undo it.
    pub fn failed(&mut self) -> Step {
        match self.step {
            Step::Release | Step::Discard | Step::Done | Step::Failed => self.did(),
            Step::Blob | Step::Flush | Step::Commit => {
                self.fail(Fault::Io);
                self.step
            }
        }
    }

    fn fail(&mut self, fault: Fault) {
        if !matches!(self.step, Step::Discard | Step::Failed) {
            self.fault = fault;
            self.step = if self.pending { Step::Discard } else { Step::Failed };
        }
    }
}
