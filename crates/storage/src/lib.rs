//! A store of files and values that many writers share.
//!
//! Nothing here does I/O: the machines are told what was found and what went well, and say what is to be done next, so
//! that every way a write can be cut short is tested natively, on a simulated disk. The store itself is two things that a
//! browser gives: a database with atomic transactions (`IndexedDB`), which holds every entry, the [`Books`] and small
//! contents; and blobs, files or rows of the database, which hold large contents and are not part of any transaction.
//!
//! # What it promises
//!
//! - A write is there whole or not at all, at whatever step it is cut short ([`Write`]): a blob is written under a name
//!   that nobody else has, made durable, and only then named by an entry, in one transaction with the books. What it
//!   replaces is removed afterwards.
//! - Writes that come together share a transaction ([`GroupCommit`]), and yet each is judged by itself: what stops one
//!   stops no other.
//! - What a write that was cut short left behind is found and removed ([`is_leftover`]), and never what another writer
//!   is still writing.
//! - The entries of a store never take more bytes than its quota: those that were used longest ago give way, in the
//!   very transaction that needs their room, or the write fails and changes nothing ([`Room`]).
//! - Every change has a number of its own, larger than any before it ([`Books::rev`]). It is the revision that a later
//!   write may insist on, and the place in the feed of changes. No clock is asked: setting one back changes no order.
//! - Wall clocks are asked for one thing, the time to live, and no entry lives longer for one that jumps ([`Lifetime`]).

mod books;
mod group_commit;
mod layout;
mod leftovers;
mod lifetime;
mod room;
mod write;

pub use books::{Books, KEPT_TOMBSTONES};
pub use group_commit::{GROUP_BYTES, GROUP_WRITES, GroupCommit};
pub use layout::{CHUNK, INLINE_MAX, Place, Span, place, span};
pub use leftovers::is_leftover;
pub use lifetime::{Lifetime, Seen};
pub use room::Room;
pub use write::{Expect, Fault, Found, Step, Verdict, Write};
