//! What a worker function knows of the call that it runs for.

use js_sys::futures::JsFuture;
use serde::Serialize;
use wasm_bindgen::JsValue;

use super::super::convert::{self, Encoded};
use super::{Cancelled, script};

/// The call that a worker function runs for. A clone is the same call's.
#[derive(Debug, Clone)]
pub struct Task {
    /// `this` of the function; nothing where nobody waits for it.
    this: Option<JsValue>,
}

impl Task {
    /// A task that nobody waits for: it is never cancelled, and progress goes nowhere. For tests, and for calling a worker
    /// function where one is.
    #[must_use]
    pub fn detached() -> Self {
        Self { this: None }
    }

    /// The task that is the `this` of an export.
    pub(super) fn of(this: JsValue) -> Self {
        Self { this: script::is_task(&this).then_some(this) }
    }

    /// Tells the caller how far the function is.
    ///
    /// # Panics
    /// If the value has no form in JavaScript: serde refuses it, or it holds a [`Js`](crate::web::Js) that cannot be sent.
    #[allow(clippy::panic, reason = "such a value is a mistake of the program, not of its input")]
    pub fn progress<T: Serialize + ?Sized>(&self, value: &T) {
        let Some(this) = &self.this else { return };
        let sent = convert::encode(value)
            .and_then(|Encoded { value, .. }| script::progress(this, &value).map_err(|error| format!("{error:?}")));
        if let Err(why) = sent {
            panic!("a progress value has no form in JavaScript: {why}");
        }
    }

    /// Whether the caller has aborted the call, or its time is up. On a page that is cross-origin isolated it turns true
    /// even in a loop that never yields; elsewhere only once the function has awaited something.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.this.as_ref().is_some_and(script::is_cancelled)
    }

    /// An error, for `?`, once the call is cancelled.
    ///
    /// # Errors
    /// [`Cancelled`] then.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    /// Waits until the call is cancelled, which may be for ever.
    pub async fn cancelled(&self) {
        match &self.this {
            Some(this) => drop(JsFuture::from(script::cancelled(this)).await),
            None => std::future::pending().await,
        }
    }

    /// A result as the runtime takes it: with what is its own moved.
    pub(super) fn result(&self, Encoded { value, own }: Encoded) -> JsValue {
        match &self.this {
            Some(this) if own.length() > 0 => script::transfer(this, &value, &own),
            _ => value,
        }
    }
}
