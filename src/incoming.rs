//! Reading a worker's message.

use alloc::vec::Vec;
use centaurus_protocol::wire::{MAGIC, Up, VERSION};
use centaurus_protocol::{CallId, RegistrationId, WorkerId};
use centaurus_scheduler::{Running, Time};
use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::batch::Subject;
use crate::pool::{Effect, Inner};

impl Inner {
    /// Takes a message apart and tells the scheduler. True if the worker said that it holds its lock.
    pub(crate) fn receive(&mut self, now: Time, worker: WorkerId, data: &JsValue) -> bool {
        let Some(message) = data.dyn_ref::<Array>() else { return false };
        if number(message, 0) != Some(MAGIC) {
            return false;
        }
        let mut locked = false;
        let end = message.length();
        let mut at = 1;
        while at < end {
            let Some(tag) = number(message, at).and_then(Up::from_number) else { break };
            let id = number(message, at + 1);
            match tag {
                Up::Locked => locked = true,
                Up::Loaded => self.loaded(now, worker, id),
                Up::Registered => self.registered(now, worker, id, message.get(at + 2)),
                Up::RegisterFailed => {
                    if let Some(id) = id {
                        let failure = message.get(at + 2);
                        self.registration_failed(worker, RegistrationId(id), Some(failure), &JsValue::UNDEFINED);
                    }
                }
                Up::Crashed => {
                    let running = id.map_or(Running::Nothing, |id| Running::Call(CallId(id)));
                    self.last_words(worker, message.get(at + 2));
                    self.scheduler.died(now, worker, running);
                }
                Up::Unreadable => self.unreadable(now, worker, id),
                Up::Started | Up::Done | Up::Failed | Up::Item | Up::Progress => {
                    if let Some(id) = id {
                        self.about_call(now, worker, CallId(id), tag, message, at);
                    }
                }
            }
            at += 1 + tag.fields() as u32;
        }
        locked
    }

    fn about_call(&mut self, now: Time, worker: WorkerId, call: CallId, tag: Up, message: &Array, at: u32) {
        match tag {
            Up::Done | Up::Failed => {
                let ok = tag == Up::Done;
                let run = message.get(at + 2).as_f64().unwrap_or(0.0).max(0.0) * 1000.0;
                if !self.scheduler.replied(now, worker, call, ok, run as u64) {
                    return;
                }
                let Some(task) = self.tasks.take(call) else { return };
                let value = message.get(at + 3);
                self.effects.push(if ok {
                    Effect::Call(task.resolve, value)
                } else {
                    Effect::Decode { reject: task.reject, failure: value, context: task.context }
                });
            }
            Up::Item | Up::Progress => {
                if self.scheduler.item(now, worker, call)
                    && let Some(listener) = self.tasks.get(call).and_then(|task| task.listener.clone())
                {
                    self.effects.push(Effect::Call(listener, message.get(at + 2)));
                }
            }
            _ => self.scheduler.started(now, worker, call),
        }
    }

    fn loaded(&mut self, now: Time, worker: WorkerId, version: Option<u32>) {
        if version == Some(VERSION) {
            self.scheduler.loaded(now, worker);
        } else {
            self.last_words(worker, JsValue::from_str("the worker file is of another release than the page's script"));
            self.scheduler.load_failed(now, worker);
        }
    }

    fn registered(&mut self, now: Time, worker: WorkerId, id: Option<u32>, found: JsValue) {
        let Some(id) = id.map(RegistrationId) else { return };
        if self.scheduler.registered(now, worker, id, true)
            && let Some(entry) = self.registrations.get_mut(id)
        {
            let resolve = entry.resolve.clone();
            self.effects.push(Effect::Call(resolve, found));
        }
    }

    fn unreadable(&mut self, now: Time, worker: WorkerId, message: Option<u32>) {
        let Some(handle) = message.and_then(|_| self.handle(worker)) else { return };
        let subjects: Vec<Subject> = handle.contents(message.unwrap_or(0)).to_vec();
        let mut calls = Vec::new();
        for subject in subjects {
            match subject {
                Subject::Call(call) => calls.push(call),
                Subject::Registration(id) => {
                    let error = JsValue::from_str("the worker could not read the registration's values");
                    self.registration_failed(worker, RegistrationId(id), None, &error);
                }
                Subject::Other => {}
            }
        }
        self.scheduler.unreadable(now, worker, &calls);
    }
}

/// An element that is a number of ours; `None` for -1 and for anything else.
fn number(message: &Array, at: u32) -> Option<u32> {
    let value = message.get(at).as_f64()?;
    (value >= 0.0).then_some(value as u32)
}
