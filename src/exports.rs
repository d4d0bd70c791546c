//! The pool as the page's script calls it: `face/instance.ts` has the script's side of the table.
//!
//! Plain exports, without wasm-bindgen: only numbers cross, and its reference counts, borrow flags and ways to throw would
//! be 1.3 kB of the 30 that may be shipped to the main thread.
//!
//! # Safety
//!
//! A pool's address comes from [`pool_new`] and is given back by [`pool_free`] once, when the script's object that alone
//! knows it has been collected. In between each call has the pool to itself: there is one thread, since this file is
//! built without atomics, and no call can begin while another runs, since the file imports nothing that it could call.

use alloc::boxed::Box;

use crate::Pool;

/// Exports of the same name and parameters as the methods. A flag is 0 or 1 in JavaScript too.
macro_rules! exports {
    ($($export:ident: $method:ident($($name:ident: $type:tt),*) $(-> $result:ty)?;)*) => {$(
        #[doc = concat!("[`Pool::", stringify!($method), "`]")]
        ///
        /// # Safety
        /// `pool` is alive: see the module's page.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $export(pool: *mut Pool $(, $name: exports!(@abi $type))*) $(-> $result)? {
            // SAFETY: the address is a living pool's, and nobody else is at it: see the module's page.
            let pool = unsafe { &mut *pool };
            pool.$method($(exports!(@value $name $type)),*)
        }
    )*};
    // Any number is a bool of somebody's; only 0 and 1 are bools of Rust's.
    (@abi bool) => { u32 };
    (@abi $type:tt) => { $type };
    (@value $name:ident bool) => { $name != 0 };
    (@value $name:ident $type:tt) => { $name };
}

/// The address's type, for results.
type Floats = *const f64;
type Bytes = *mut u8;

exports! {
    pool_submit: submit(now: f64, function: u32) -> i32;
    pool_key_room: key_room(length: usize) -> Bytes;
    pool_submit_with: submit_with(
        now: f64, function: u32, priority: i32, keyed: bool, timeout: f64, retry: u32, cancellable: bool, stream: bool,
        movable: bool
    ) -> i32;
    pool_broadcast: broadcast(now: f64, function: u32, priority: i32, timeout: f64, retry: u32, cancellable: bool) -> usize;
    pool_abort: abort(now: f64, call: u32);
    pool_next_function: next_function() -> u32;
    pool_register: register(now: f64, functions: u32) -> i32;
    pool_refresh: refresh(now: f64, registration: u32, functions: u32);
    pool_warm: warm(now: f64);
    pool_terminate: terminate(now: f64);
    pool_close: close(now: f64);
    pool_tick: tick(now: f64) -> usize;
    pool_drain: drain() -> usize;
    pool_head: head() -> Floats;
    pool_loaded: loaded(now: f64, worker: u32);
    pool_load_failed: load_failed(now: f64, worker: u32);
    pool_registered: registered(now: f64, worker: u32, registration: u32, ok: bool) -> bool;
    pool_started: started(now: f64, worker: u32, call: u32);
    pool_replied: replied(now: f64, worker: u32, call: u32, ok: bool, run: f64) -> bool;
    pool_item: item(now: f64, worker: u32, call: u32) -> bool;
    pool_died: died(now: f64, worker: u32, running: i32);
    pool_post_failed: post_failed(now: f64, call: u32);
    pool_unread: unread(call: u32);
    pool_unreadable: unreadable(now: f64, worker: u32);
    pool_worker_of: worker_of(call: u32) -> i32;
    pool_stats: stats() -> usize;
    pool_row: row() -> Floats;
}

/// [`Pool::new`], at an address that is good until [`pool_free`].
#[unsafe(no_mangle)]
pub extern "C" fn pool_new(
    min: u32,
    max: u32,
    broadcast: u32,
    idle_timeout: f64,
    queue_limit: u32,
    kill_grace: f64,
    seed: u32,
) -> *mut Pool {
    Box::into_raw(Box::new(Pool::new(min, max, broadcast, idle_timeout, queue_limit, kill_grace, seed)))
}

/// Ends a pool's memory.
///
/// # Safety
/// `pool` is alive, and is not afterwards: see the module's page.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pool_free(pool: *mut Pool) {
    // SAFETY: the address came from `pool_new`, and this is the only time that it comes back.
    drop(unsafe { Box::from_raw(pool) });
}
