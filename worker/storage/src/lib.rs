//! Storage, as a worker's script calls it (`worker/runtime/storage/program.ts`): what decides, without I/O. It is
//! [`centaurus_storage`] behind numbers; a WebAssembly file of its own, loaded with the first store.
//!
//! A [`Write`] goes by number, since several may be under way in one worker: a stream is written beside other calls.
//! Counts are JavaScript's numbers, exact up to 2⁵³, and `NONE` stands for what is not there. The books pass through
//! [`books`], a row of seven numbers.

mod faults;

use std::cell::RefCell;

use centaurus_storage::{Books, Expect, Found, GroupCommit, Lifetime, Write};

/// No number: no quota, nothing found, nothing expected.
const NONE: f64 = -1.0;

/// The writes under way, and who shares transactions in each store that was opened.
#[derive(Default)]
struct Machine {
    writes: Vec<Option<Write>>,
    groups: Vec<GroupCommit>,
    books: [f64; 7],
    text: &'static str,
}

thread_local! {
    /// WebAssembly has one thread; an instance has one machine.
    static MACHINE: RefCell<Machine> = RefCell::default();
}

impl Machine {
    /// Something with a write that is under way; the fallback where the number is nobody's.
    fn on<T>(&mut self, write: usize, fallback: T, run: impl FnOnce(&mut Write) -> T) -> T {
        self.writes.get_mut(write).and_then(Option::as_mut).map_or(fallback, run)
    }
}

fn on(write: usize, run: impl FnOnce(&mut Write) -> centaurus_storage::Step) -> u32 {
    MACHINE.with_borrow_mut(|machine| machine.on(write, centaurus_storage::Step::Failed, run)) as u32
}

/// `None` for `NONE` and whatever else is no count.
fn count(number: f64) -> Option<u64> {
    (number >= 0.0 && number.is_finite()).then_some(number as u64)
}

fn number(count: Option<u64>) -> f64 {
    count.map_or(NONE, |count| count as f64)
}

/// Address of the row of books.
#[unsafe(no_mangle)]
pub extern "C" fn books() -> *const f64 {
    MACHINE.with_borrow(|machine| machine.books.as_ptr())
}

/// [`centaurus_storage::place`]; a `file` of -1: there are no files.
#[unsafe(no_mangle)]
pub extern "C" fn place(size: f64, file: f64) -> u32 {
    centaurus_storage::place(size as u64, (file >= 0.0).then_some(file)) as u32
}

/// [`centaurus_storage::CHUNK`]
#[unsafe(no_mangle)]
pub extern "C" fn chunk() -> f64 {
    centaurus_storage::CHUNK as f64
}

/// Where in its chunk the piece at byte `at` ends; `NONE` where nothing is left. See [`centaurus_storage::span`].
#[unsafe(no_mangle)]
pub extern "C" fn span_end(size: f64, at: f64, end: f64) -> f64 {
    number(centaurus_storage::span(size as u64, at as u64, end as u64).map(|span| span.to))
}

/// [`Lifetime::seen`]; a `ttl` of `NONE` is for ever.
#[unsafe(no_mangle)]
pub extern "C" fn seen(at: f64, ttl: f64, now: f64) -> u32 {
    Lifetime { at, ttl: if ttl >= 0.0 { ttl } else { f64::INFINITY } }.seen(now) as u32
}

/// [`centaurus_storage::is_leftover`]
#[unsafe(no_mangle)]
pub extern "C" fn is_leftover(held: u32, named: u32) -> bool {
    centaurus_storage::is_leftover(held != 0, named != 0)
}

fn expectation(expect: f64) -> Expect {
    match count(expect) {
        None => Expect::Anything,
        Some(0) => Expect::Nothing,
        Some(rev) => Expect::Rev(rev),
    }
}

/// [`Expect::is_met`]
#[unsafe(no_mangle)]
pub extern "C" fn is_expected(expect: f64, rev: f64) -> bool {
    expectation(expect).is_met(count(rev))
}

/// Begins a [`Write`]. An `expect` of 0 is nothing, a revision that one, `NONE` whatever there is.
#[unsafe(no_mangle)]
pub extern "C" fn write_new(place: u32, size: f64, expect: f64, quota: f64) -> usize {
    let place = match place {
        0 => centaurus_storage::Place::Inline,
        1 => centaurus_storage::Place::File,
        _ => centaurus_storage::Place::Rows,
    };
    let write = Write::new(place, size as u64, expectation(expect), count(quota));
    MACHINE.with_borrow_mut(|machine| {
        let free = machine.writes.iter().position(Option::is_none);
        let at = free.unwrap_or_else(|| {
            machine.writes.push(None);
            machine.writes.len() - 1
        });
        machine.writes[at] = Some(write);
        at
    })
}

/// It is over, and its number free for another.
#[unsafe(no_mangle)]
pub extern "C" fn write_free(write: usize) {
    MACHINE.with_borrow_mut(|machine| {
        if let Some(write) = machine.writes.get_mut(write) {
            *write = None;
        }
    });
}

/// [`Write::step`]
#[unsafe(no_mangle)]
pub extern "C" fn write_step(write: usize) -> u32 {
    on(write, |write| write.step())
}

/// [`Write::wrote`]
#[unsafe(no_mangle)]
pub extern "C" fn write_wrote(write: usize, size: f64, asked: f64, told: f64) -> u32 {
    on(write, |write| write.wrote(size as u64, asked as u64, told))
}

/// The step that was asked for is done: [`Write::did`].
#[unsafe(no_mangle)]
pub extern "C" fn write_did(write: usize) -> u32 {
    on(write, Write::did)
}

/// [`Write::failed`]
#[unsafe(no_mangle)]
pub extern "C" fn write_failed(write: usize) -> u32 {
    on(write, Write::failed)
}

/// [`Write::fault`]
#[unsafe(no_mangle)]
pub extern "C" fn write_fault(write: usize) -> u32 {
    MACHINE.with_borrow_mut(|machine| machine.on(write, centaurus_storage::Fault::Io, |write| write.fault())) as u32
}

/// [`Write::commit`], with what stands in the row of books. A `rev` of `NONE`: nothing was found.
#[unsafe(no_mangle)]
pub extern "C" fn write_commit(
    write: usize,
    rev: f64,
    found_size: f64,
    found_stored: f64,
    size: f64,
    stored: f64,
) -> u32 {
    let found = count(rev).map(|rev| Found { rev, size: found_size as u64, stored: found_stored as u64 });
    MACHINE.with_borrow_mut(|machine| {
        let books = Books::from_row(&machine.books);
        machine
            .on(write, centaurus_storage::Verdict::Stop, |write| write.commit(books, found, size as u64, stored as u64))
    }) as u32
}

/// [`Write::offer`]; `NONE` if it stays.
#[unsafe(no_mangle)]
pub extern "C" fn write_offer(write: usize, size: f64, stored: f64) -> f64 {
    number(MACHINE.with_borrow_mut(|machine| machine.on(write, None, |write| write.offer(size as u64, stored as u64))))
}

/// [`Write::verdict`], or with `exhausted` [`Write::exhausted`].
#[unsafe(no_mangle)]
pub extern "C" fn write_verdict(write: usize, exhausted: u32) -> u32 {
    MACHINE.with_borrow_mut(|machine| {
        machine.on(write, centaurus_storage::Verdict::Stop, |write| {
            if exhausted != 0 { write.exhausted() } else { write.verdict() }
        })
    }) as u32
}

/// A [`GroupCommit`] for a store. It stays: a worker opens few stores, and one is a few words.
#[unsafe(no_mangle)]
pub extern "C" fn group_new() -> usize {
    MACHINE.with_borrow_mut(|machine| {
        machine.groups.push(GroupCommit::default());
        machine.groups.len() - 1
    })
}

fn in_group<T: Default>(group: usize, run: impl FnOnce(&mut GroupCommit) -> T) -> T {
    MACHINE.with_borrow_mut(|machine| machine.groups.get_mut(group).map(run).unwrap_or_default())
}

/// [`GroupCommit::join`]
#[unsafe(no_mangle)]
pub extern "C" fn group_join(group: usize, bytes: f64) {
    in_group(group, |group| group.join(bytes as u64));
}

/// [`GroupCommit::begin`]
#[unsafe(no_mangle)]
pub extern "C" fn group_begin(group: usize) -> usize {
    in_group(group, GroupCommit::begin)
}

/// [`GroupCommit::through`]
#[unsafe(no_mangle)]
pub extern "C" fn group_through(group: usize) {
    in_group(group, GroupCommit::through);
}

/// [`GroupCommit::undone`]
#[unsafe(no_mangle)]
pub extern "C" fn group_undone(group: usize) -> bool {
    in_group(group, GroupCommit::undone)
}

/// Puts the books of a write into the row, and gives its revision.
#[unsafe(no_mangle)]
pub extern "C" fn write_books(write: usize) -> f64 {
    MACHINE.with_borrow_mut(|machine| {
        let (books, rev) = machine.on(write, (Books::default(), 0), |write| (*write.books(), write.rev()));
        machine.books = books.row();
        rev as f64
    })
}

/// Does something with the books in the row.
fn with_books<T>(run: impl FnOnce(&mut Books) -> T) -> T {
    MACHINE.with_borrow_mut(|machine| {
        let mut books = Books::from_row(&machine.books);
        let result = run(&mut books);
        machine.books = books.row();
        result
    })
}

/// [`Books::remove`]
#[unsafe(no_mangle)]
pub extern "C" fn books_remove(size: f64, stored: f64) -> f64 {
    with_books(|books| books.remove(size as u64, stored as u64)) as f64
}

/// [`Books::touch`]
#[unsafe(no_mangle)]
pub extern "C" fn books_touch() -> f64 {
    with_books(Books::touch) as f64
}

/// [`Books::surplus`]
#[unsafe(no_mangle)]
pub extern "C" fn books_surplus() -> f64 {
    with_books(|books| books.surplus()) as f64
}

/// [`Books::forget`]
#[unsafe(no_mangle)]
pub extern "C" fn books_forget(count: f64, last: f64) {
    with_books(|books| books.forget(count as u64, last as u64));
}

/// [`Books::tells`]
#[unsafe(no_mangle)]
pub extern "C" fn books_tells(since: f64) -> bool {
    with_books(|books| books.tells(since as u64))
}

/// What an error says: its name, a line break, and its message, in which `{…}` stand for what the script knows. Its
/// address; see [`text_length`]. It is kept here because a worker's script is loaded by everybody.
#[unsafe(no_mangle)]
pub extern "C" fn text(fault: u32) -> *const u8 {
    MACHINE.with_borrow_mut(|machine| {
        machine.text = faults::text(fault);
        machine.text.as_ptr()
    })
}

/// Its length.
#[unsafe(no_mangle)]
pub extern "C" fn text_length() -> usize {
    MACHINE.with_borrow(|machine| machine.text.len())
}
