//! The values of the registration log.

use alloc::vec::Vec;
use centaurus_protocol::RegistrationId;
use js_sys::Function;
use wasm_bindgen::JsValue;

/// One entry: what is sent to every worker, and the promise that the first verdict settles.
#[derive(Debug)]
pub(crate) struct Registration {
    pub(crate) kind: u32,
    pub(crate) payload: JsValue,
    pub(crate) resolve: Function,
    pub(crate) reject: Function,
    /// The error of a failed registration, which calls of its functions end with too.
    pub(crate) failure: Option<JsValue>,
}

/// Entries by number.
#[derive(Debug, Default)]
pub(crate) struct Registrations {
    entries: Vec<(RegistrationId, Registration)>,
}

impl Registrations {
    pub(crate) fn put(&mut self, id: RegistrationId, entry: Registration) {
        self.entries.push((id, entry));
    }

    pub(crate) fn get_mut(&mut self, id: RegistrationId) -> Option<&mut Registration> {
        let at = self.entries.binary_search_by_key(&id, |&(id, _)| id).ok()?;
        Some(&mut self.entries[at].1)
    }
}
