//! Sockets' state machine, [`centaurus_link`], as a worker's script drives it (`worker/runtime/socket/program.ts` has the
//! script's side of every table).
//!
//! Plain exports, as in the main thread's file: numbers cross, and now and then a few bytes, such as a frame or the words
//! of a close frame, by way of a buffer that [`room`] makes. Messages stay with the script, which knows them by number.
//!
//! # Safety
//!
//! A machine's address comes from [`socket_new`] and is given back by [`socket_free`] once, by the script's object that
//! alone knows it. In between each call has the machine to itself: there is one thread, since this file is built without
//! atomics, and no call can begin while another runs, since the file imports nothing that it could call.

mod machine;
mod options;

use std::cell::RefCell;

pub use machine::{Machine, Op, Row, Tell};

thread_local! {
    /// What the script hands over: options, a frame, a reason.
    static ROOM: RefCell<Vec<u8>> = RefCell::default();
}

/// Address of room for so many bytes, good until the next call; 0 if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn room(length: usize) -> *mut u8 {
    ROOM.with_borrow_mut(|room| {
        room.clear();
        room.shrink_to(KEPT);
        if room.try_reserve(length).is_err() {
            return core::ptr::null_mut();
        }
        room.resize(length, 0);
        room.as_mut_ptr()
    })
}

/// The room's bytes that are kept for the next use: those of nearly every frame.
const KEPT: usize = 64 << 10;

/// [`Machine::new`] by the options in the room.
#[unsafe(no_mangle)]
pub extern "C" fn socket_new(seed: f64) -> *mut Machine {
    Box::into_raw(Box::new(ROOM.with_borrow(|room| Machine::new(room, seed))))
}

/// Ends a machine's memory.
///
/// # Safety
/// `socket` is alive, and is not afterwards: see the crate's page.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn socket_free(socket: *mut Machine) {
    // SAFETY: the address came from `socket_new`, and this is the only time that it comes back.
    drop(unsafe { Box::from_raw(socket) });
}

/// [`Machine::tell`], with what is in the room. `now` in ms.
///
/// # Safety
/// `socket` is alive: see the crate's page.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn socket_tell(socket: *mut Machine, now: f64, what: u32, a: f64, b: f64) -> f64 {
    // SAFETY: the address is a living machine's, and nobody else is at it: see the crate's page.
    let machine = unsafe { &mut *socket };
    ROOM.with_borrow(|room| machine.tell(now, Tell::from(what), a, b, room))
}

/// [`Machine::poll`]: the number of what is to be done.
///
/// # Safety
/// `socket` is alive: see the crate's page.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn socket_poll(socket: *mut Machine) -> u32 {
    // SAFETY: as for `socket_tell`.
    unsafe { &mut *socket }.poll() as u32
}

/// Address of [`Machine::row`].
///
/// # Safety
/// `socket` is alive: see the crate's page.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn row_at(socket: *const Machine) -> *const f64 {
    // SAFETY: as for `socket_tell`.
    unsafe { &*socket }.row().as_ptr()
}

/// Address of [`Machine::bytes`]; how many there are stands in the row.
///
/// # Safety
/// `socket` is alive: see the crate's page.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bytes_at(socket: *const Machine) -> *const u8 {
    // SAFETY: as for `socket_tell`.
    unsafe { &*socket }.bytes().as_ptr()
}
