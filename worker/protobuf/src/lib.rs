//! Protocol Buffers, as a worker's executor calls them (`worker/runtime/protobuf/index.ts`): bytes in, bytes out.
//!
//! A WebAssembly file of its own, because the parser of .proto files weighs as much as all other services together and
//! few pages need it. Values cross as MessagePack, which the executor makes of JavaScript values and turns into them, so
//! that there is no glue. That is two passes: what is plain and well-formed the executor's script codes in one, by the
//! table of the schema, and comes here with all that it gives up (`Op::Table`).
//!
//! A call hands its arguments over by [`argument`], one after another, then [`run`]s; what came of it stands where
//! [`result_at`] says until [`clear`]. An error is MessagePack too: its `name`, its `message`, and what else it knows.

mod calls;
mod options;

use std::cell::RefCell;

use calls::{Machine, Op};

thread_local! {
    /// WebAssembly has one thread; an instance has one machine.
    static MACHINE: RefCell<Machine> = RefCell::default();
}

/// Address of room for the next argument, of so many bytes; 0 if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn argument(length: usize) -> *mut u8 {
    MACHINE.with_borrow_mut(|machine| machine.argument(length).map_or(core::ptr::null_mut(), <[u8]>::as_mut_ptr))
}

/// Does something with the arguments and a schema. Whether it went well.
#[unsafe(no_mangle)]
pub extern "C" fn run(op: u32, schema: u32) -> bool {
    MACHINE.with_borrow_mut(|machine| machine.run(Op::from(op), schema))
}

/// Address of what the last [`run`] gave.
#[unsafe(no_mangle)]
pub extern "C" fn result_at() -> *const u8 {
    MACHINE.with_borrow(|machine| machine.result.as_ptr())
}

/// Its length.
#[unsafe(no_mangle)]
pub extern "C" fn result_length() -> usize {
    MACHINE.with_borrow(|machine| machine.result.len())
}

/// It has been read.
#[unsafe(no_mangle)]
pub extern "C" fn clear() {
    MACHINE.with_borrow_mut(Machine::clear);
}
