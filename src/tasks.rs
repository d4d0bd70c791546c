//! The values of calls that have not settled, by call number.

use alloc::vec::Vec;
use centaurus_protocol::wire::flag;
use centaurus_protocol::{CallId, FunctionId};
use js_sys::{Array, Function};
use wasm_bindgen::JsValue;

/// What the worker is to run.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// A registered function.
    Function(FunctionId),
    /// A function that comes along as source text.
    Source(JsValue),
}

/// A call's values. They are kept until it settles, since a call may have to be sent a second time.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) target: Target,
    pub(crate) args: Array,
    pub(crate) transfer: Option<Array>,
    pub(crate) resolve: Function,
    pub(crate) reject: Function,
    /// Takes progress, or a stream's values.
    pub(crate) listener: Option<Function>,
    pub(crate) stream: bool,
    /// An `Error` made by the call: its message is the function's name, its stack the caller's.
    pub(crate) context: JsValue,
    /// Why the caller aborted, or why the engine would not clone.
    pub(crate) reason: JsValue,
}

/// Tasks by call number.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    slots: Vec<Option<Task>>,
}

impl Tasks {
    pub(crate) fn put(&mut self, call: CallId, task: Task) {
        let index = call.index();
        if index >= self.slots.len() {
            self.slots.resize_with(index + 1, || None);
        }
        self.slots[index] = Some(task);
    }

    pub(crate) fn get(&self, call: CallId) -> Option<&Task> {
        self.slots.get(call.index())?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, call: CallId) -> Option<&mut Task> {
        self.slots.get_mut(call.index())?.as_mut()
    }

    /// The task is settled now; nothing can settle it a second time.
    pub(crate) fn take(&mut self, call: CallId) -> Option<Task> {
        self.slots.get_mut(call.index())?.take()
    }
}

impl Task {
    /// The flags of the call on the wire.
    pub(crate) fn flags(&self, marked: bool) -> u32 {
        let mut flags = if marked { flag::MARKED } else { 0 };
        if self.stream {
            flags |= flag::STREAM;
        }
        if self.listener.is_some() {
            flags |= flag::PROGRESS;
        }
        flags
    }
}
