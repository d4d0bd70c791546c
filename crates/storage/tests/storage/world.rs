//! A disk, a database and writers that can be cut short at every step. What holds at all times is checked after each.

use std::collections::{BTreeMap, BTreeSet};

use centaurus_storage::{Books, CHUNK, Expect, Fault, Found, INLINE_MAX, Place, Step, Verdict, Write, is_leftover};

pub(crate) type Key = u8;
type Id = u32;

/// What is put: a number that stands for its bytes, and how many chunks there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Content {
    pub(crate) tag: u32,
    pub(crate) size: u64,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Blob {
    chunks: Vec<u32>,
    bytes: u64,
    durable: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Entry {
    rev: u64,
    used: Option<u64>,
    content: Content,
    blob: Option<Id>,
}

/// What transactions change: all of it, or nothing.
#[derive(Clone, Default, Debug)]
struct Database {
    books: Books,
    entries: BTreeMap<Key, Entry>,
    deletions: Vec<(u64, Key)>,
}

#[derive(Debug)]
struct Writer {
    key: Key,
    content: Content,
    pin: bool,
    write: Write,
    place: Place,
    id: Option<Id>,
    written: u64,
    /// Blobs that lost their entries in the transaction.
    gone: Vec<Id>,
}

/// Whoever looks for leftovers, one thing after another, while others go on.
#[derive(Debug, Default)]
enum Collector {
    #[default]
    Idle,
    Listed(Vec<Id>),
    Asked(Vec<Id>, BTreeSet<Id>),
    Knows(Vec<Id>),
}

/// How a step goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum How {
    Well,
    /// The engine throws.
    Throws,
    /// The disk takes less than it was given.
    Short,
}

/// How a write ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    Done(u64),
    Failed(Fault),
}

#[derive(Debug, Default)]
pub(crate) struct World {
    quota: Option<u64>,
    disk: BTreeMap<Id, Blob>,
    /// Blobs that living writers hold.
    held: BTreeSet<Id>,
    database: Database,
    writers: BTreeMap<u8, Writer>,
    collector: Collector,
    ids: Id,
    tags: u32,
    last_rev: u64,
}

impl World {
    pub(crate) fn new(quota: Option<u64>) -> Self {
        Self { quota, ..Self::default() }
    }

    pub(crate) fn rev(&self, key: Key) -> Option<u64> {
        self.database.entries.get(&key).map(|entry| entry.rev)
    }

    /// How many blobs there are.
    pub(crate) fn blobs(&self) -> usize {
        self.disk.len()
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.database.books.bytes
    }

    pub(crate) fn is_busy(&self, writer: u8) -> bool {
        self.writers.contains_key(&writer)
    }

    /// What a writer is to do next.
    pub(crate) fn step_of(&self, writer: u8) -> Option<Step> {
        self.writers.get(&writer).map(|writer| writer.write.step())
    }

    /// A writer begins, unless it is at something.
    pub(crate) fn begin(&mut self, writer: u8, key: Key, size: u64, expect: Expect, pin: bool) {
        if self.is_busy(writer) {
            return;
        }
        self.tags += 1;
        let place = centaurus_storage::place(size, Some(0.0));
        let write = Write::new(place, size, expect, self.quota);
        let content = Content { tag: self.tags, size };
        self.writers.insert(writer, Writer { key, content, pin, write, place, id: None, written: 0, gone: Vec::new() });
    }

    /// A writer takes a step. How its write ended, if it did.
    pub(crate) fn step(&mut self, name: u8, how: How) -> Option<End> {
        let mut writer = self.writers.remove(&name)?;
        let step = writer.write.step();
        if how == How::Throws && !matches!(step, Step::Done | Step::Failed) {
            writer.write.failed();
        } else {
            self.act(&mut writer, step, how);
        }
        let end = match step {
            Step::Done => Some(End::Done(writer.write.rev())),
            Step::Failed => Some(End::Failed(writer.write.fault())),
            _ => None,
        };
        match end {
            Some(_) => self.let_go(&writer),
            None => _ = self.writers.insert(name, writer),
        }
        self.check();
        end
    }

    fn act(&mut self, writer: &mut Writer, step: Step, how: How) {
        match step {
            Step::Blob => self.write_blob(writer, how),
            Step::Flush => {
                if let Some(blob) = writer.id.and_then(|id| self.disk.get_mut(&id)) {
                    blob.durable = true;
                }
                writer.write.did();
            }
            Step::Commit => {
                let mut database = self.database.clone();
                apply(&mut database, writer);
                self.database = database;
                writer.write.did();
            }
            Step::Discard => {
                writer.id.map(|id| self.disk.remove(&id));
                writer.write.did();
            }
            // One by one, and the step is done after the last.
            Step::Release => match writer.gone.pop() {
                Some(id) => _ = self.disk.remove(&id),
                None => _ = writer.write.did(),
            },
            Step::Done | Step::Failed => {}
        }
    }

    fn write_blob(&mut self, writer: &mut Writer, how: How) {
        let id = *writer.id.get_or_insert_with(|| {
            self.ids += 1;
            self.ids
        });
        self.held.insert(id);
        let blob = self.disk.entry(id).or_default();
        if writer.written == writer.content.size {
            writer.write.did();
            return;
        }
        let asked = CHUNK.min(writer.content.size - writer.written);
        let told = if how == How::Short { asked - 1 } else { asked };
        blob.chunks.push(writer.content.tag);
        blob.bytes += told;
        writer.written += asked;
        writer.write.wrote(asked, asked, told as f64);
    }

    /// Those of the writers that want to commit share a transaction, in this order. It is through, or undone as a whole.
    pub(crate) fn share(&mut self, names: &[u8], how: How) {
        let mut writers = Vec::new();
        for name in names {
            if let Some(writer) = self.writers.remove(name) {
                writers.push((*name, writer));
            }
        }
        let wants = |(_, writer): &&mut (u8, Writer)| writer.write.step() == Step::Commit;
        let mut database = self.database.clone();
        for (_, writer) in writers.iter_mut().filter(wants) {
            apply(&mut database, writer);
        }
        if how == How::Well {
            self.database = database;
            for (_, writer) in writers.iter_mut().filter(wants) {
                writer.write.did();
            }
        }
        self.writers.extend(writers);
        self.check();
    }

    /// A worker, a tab or a pool is killed: what its writer had in hand stays as it is.
    pub(crate) fn kill(&mut self, name: u8) {
        if let Some(writer) = self.writers.remove(&name) {
            self.let_go(&writer);
        }
        self.check();
    }

    /// The power goes: so do all writers, and what was not durable.
    pub(crate) fn power_loss(&mut self) {
        self.writers.clear();
        self.held.clear();
        self.collector = Collector::Idle;
        for blob in self.disk.values_mut().filter(|blob| !blob.durable) {
            blob.chunks.clear();
            blob.bytes = 0;
        }
        self.check();
    }

    fn let_go(&mut self, writer: &Writer) {
        writer.id.map(|id| self.held.remove(&id));
    }

    /// The next thing that whoever looks for leftovers does.
    pub(crate) fn collect(&mut self) {
        self.collector = match core::mem::take(&mut self.collector) {
            Collector::Idle => Collector::Listed(self.disk.keys().copied().collect()),
            Collector::Listed(there) => Collector::Asked(there, self.held.clone()),
            Collector::Asked(there, held) => {
                let named: BTreeSet<Id> = self.database.entries.values().filter_map(|entry| entry.blob).collect();
                let leftover = |id: &Id| is_leftover(held.contains(id), named.contains(id));
                Collector::Knows(there.into_iter().filter(leftover).collect())
            }
            Collector::Knows(mut ids) => match ids.pop() {
                Some(id) => {
                    self.disk.remove(&id);
                    Collector::Knows(ids)
                }
                None => Collector::Idle,
            },
        };
        self.check();
    }

    /// Everybody is gone, the store is opened anew, and what was left behind is collected.
    pub(crate) fn reopen(&mut self) {
        for name in self.writers.keys().copied().collect::<Vec<_>>() {
            self.kill(name);
        }
        self.collector = Collector::Idle;
        self.collect();
        while !matches!(self.collector, Collector::Idle) {
            self.collect();
        }
        let named: Vec<Id> = self.database.entries.values().filter_map(|entry| entry.blob).collect();
        assert_eq!(self.disk.len(), named.len(), "something is left over: {:?}, named {named:?}", self.disk.keys());
    }

    /// What holds at any time.
    fn check(&mut self) {
        let Database { books, entries, deletions } = &self.database;
        for (key, entry) in entries {
            let Some(id) = entry.blob else {
                assert!(entry.content.size <= INLINE_MAX, "{key} is nowhere");
                continue;
            };
            let blob = self.disk.get(&id);
            let whole = Blob {
                chunks: vec![entry.content.tag; entry.content.size.div_ceil(CHUNK) as usize],
                bytes: entry.content.size,
                durable: true,
            };
            assert_eq!(blob, Some(&whole), "{key} is torn or gone");
        }
        assert_eq!(books.bytes, entries.values().map(|entry| entry.content.size).sum::<u64>());
        assert_eq!(books.entries, entries.len() as u64);
        assert_eq!(books.tombstones, deletions.len() as u64);
        assert!(self.quota.is_none_or(|quota| books.bytes <= quota), "{} bytes are over the quota", books.bytes);
        assert!(books.rev >= self.last_rev);
        self.last_rev = books.rev;
        let revs: BTreeSet<u64> =
            entries.values().map(|entry| entry.rev).chain(deletions.iter().map(|(rev, _)| *rev)).collect();
        assert_eq!(revs.len(), entries.len() + deletions.len(), "a number was given twice");
        assert!(revs.last().is_none_or(|last| *last <= books.rev));
        for writer in self.writers.values() {
            assert!(writer.place == Place::Inline || writer.id.is_none_or(|id| self.held.contains(&id)));
        }
    }
}

/// What a write does inside a transaction: all of it, or nothing.
fn apply(database: &mut Database, writer: &mut Writer) {
    let mut changed = database.clone();
    let old = changed.entries.get(&writer.key).cloned();
    let found =
        old.as_ref().map(|entry| Found { rev: entry.rev, size: entry.content.size, stored: entry.content.size });
    let size = writer.content.size;
    let mut verdict = writer.write.commit(changed.books, found, size, size);
    writer.gone.clear();
    if verdict == Verdict::Room {
        let mut order: Vec<_> = changed.entries.iter().filter_map(|(key, entry)| Some((entry.used?, *key))).collect();
        order.sort_unstable();
        for (_, key) in order {
            if key != writer.key {
                let (size, blob) = (changed.entries[&key].content.size, changed.entries[&key].blob);
                if let Some(rev) = writer.write.offer(size, size) {
                    changed.entries.remove(&key);
                    changed.deletions.push((rev, key));
                    writer.gone.extend(blob);
                }
            }
            verdict = writer.write.verdict();
            if verdict != Verdict::Room {
                break;
            }
        }
        if verdict == Verdict::Room {
            verdict = writer.write.exhausted();
        }
    }
    if verdict == Verdict::Stop {
        writer.gone.clear();
        return;
    }
    changed.books = *writer.write.books();
    let used = (!writer.pin).then_some(changed.books.clock);
    let entry = Entry { rev: writer.write.rev(), used, content: writer.content, blob: writer.id };
    changed.entries.insert(writer.key, entry);
    writer.gone.extend(old.and_then(|entry| entry.blob));
    *database = changed;
}
