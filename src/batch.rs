//! The message to one worker, as it grows over a tick.

use alloc::vec;
use alloc::vec::Vec;
use centaurus_protocol::CallId;
use centaurus_protocol::wire::{self, Down};
use js_sys::Array;
use wasm_bindgen::JsValue;

/// What an item of the message is about, for when the message cannot be cloned or cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Subject {
    /// A call or a one-off.
    Call(CallId),
    /// An entry of the registration log, by number.
    Registration(u32),
    /// Anything that holds only our own numbers, or that is worth sending without its value.
    Other,
}

/// Items for one worker, in order.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) message: Array,
    pub(crate) transfer: Array,
    /// Each item's subject and where it begins in the message.
    pub(crate) items: Vec<(Subject, u32)>,
}

impl Batch {
    pub(crate) fn new() -> Self {
        Self { message: Array::of1(&JsValue::from(wire::MAGIC)), transfer: Array::new(), items: Vec::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(crate) fn push(&mut self, subject: Subject, tag: Down, fields: &[&JsValue]) {
        self.items.push((subject, self.message.length()));
        self.message.push(&JsValue::from(tag as u32));
        for field in fields {
            self.message.push(field);
        }
    }

    /// Adds what a call moves to the worker.
    pub(crate) fn move_along(&mut self, list: &Array) {
        for one in list.iter() {
            self.transfer.push(&one);
        }
    }

    /// The items each as a message of its own. What was to be transferred goes with the item that it was given for.
    pub(crate) fn split(self, transfers: impl Fn(Subject) -> Option<Array>) -> Vec<Self> {
        let end = self.message.length();
        let ends = self.items.iter().skip(1).map(|&(_, at)| at).chain([end]);
        self.items
            .iter()
            .zip(ends)
            .map(|(&(subject, from), to)| {
                let message = Array::of1(&JsValue::from(wire::MAGIC)).concat(&self.message.slice(from, to));
                Self { message, transfer: transfers(subject).unwrap_or_default(), items: vec![(subject, 1)] }
            })
            .collect()
    }
}
