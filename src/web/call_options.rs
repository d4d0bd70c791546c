//! How one call is made.

use std::time::Duration;

use js_sys::{Array, Function, Object, Reflect};
use serde::de::DeserializeOwned;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::AbortSignal;

use super::{convert, millis};

/// How one call is made: [`Pool::with`](super::Pool::with) takes it.
///
/// ```no_run
/// # async fn example(pool: centaurus::web::Pool) -> Result<(), centaurus::web::Error> {
/// use std::time::Duration;
/// use centaurus::web::CallOptions;
///
/// let options = CallOptions::new()
///     .timeout(Duration::from_secs(5))
///     .on_progress(|done: f64| web_sys::console::log_1(&done.into()));
/// let primes: Vec<u32> = pool.with(&options).call("primes", &(1_000_000,)).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct CallOptions {
    signal: Option<AbortSignal>,
    timeout: Option<Duration>,
    priority: Option<i32>,
    key: Option<String>,
    retry: Option<u32>,
    on_progress: Option<Function>,
    detached: bool,
}

impl CallOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the call when it fires, by [`Error::Aborted`](super::Error::Aborted). Its handle is a
    /// `web_sys::AbortController`. Dropping the call ends it without one.
    pub fn signal(mut self, signal: &AbortSignal) -> Self {
        self.signal = Some(signal.clone());
        self
    }

    /// The longest that the call may take, waiting included. Default: no limit.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Calls of a larger number go first. Default: 0. A call that has waited for long goes even so.
    pub fn priority(mut self, priority: i32) -> Self {
        self.priority = Some(priority);
        self
    }

    /// Calls of one key run on one worker, one after another, in the order they were made.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// How often the call may run again after its worker died. Only for what may run twice. Default: 0.
    pub fn retry(mut self, times: u32) -> Self {
        self.retry = Some(times);
        self
    }

    /// Lets calls go on when their futures are dropped. For bursts of very short calls: what can be cancelled has to tell the
    /// page when it begins, one message each, while the others travel together.
    pub fn detached(mut self) -> Self {
        self.detached = true;
        self
    }

    /// Called with each value that the function passes to [`Task::progress`](super::Task::progress), or to
    /// `this.progress` in JavaScript. A value of another type is an uncaught error of the page.
    pub fn on_progress<P: DeserializeOwned>(mut self, mut listener: impl FnMut(P) + 'static) -> Self {
        let listener = Closure::new(move |value: JsValue| -> Result<(), JsValue> {
            let why = |why| js_sys::TypeError::new(&format!("progress is not of the type that was asked for: {why}"));
            listener(convert::decode(value).map_err(why)?);
            Ok(())
        });
        // The engine frees it when nothing refers to it any more: only it knows when the last news has come.
        self.on_progress =
            Some(Closure::<dyn FnMut(JsValue) -> Result<(), JsValue>>::into_js_value(listener).unchecked_into());
        self
    }

    /// What is set here, and what is set in the other where nothing is.
    pub(crate) fn over(self, other: &Self) -> Self {
        Self {
            signal: self.signal.or_else(|| other.signal.clone()),
            timeout: self.timeout.or(other.timeout),
            priority: self.priority.or(other.priority),
            key: self.key.or_else(|| other.key.clone()),
            retry: self.retry.or(other.retry),
            on_progress: self.on_progress.or_else(|| other.on_progress.clone()),
            detached: self.detached || other.detached,
        }
    }

    /// Whether a call ends with its future.
    pub(crate) fn ends_when_dropped(&self) -> bool {
        !self.detached
    }

    /// As the class face takes them. `own` is the signal by which the call's future ends it.
    pub(crate) fn to_js(&self, own: Option<&AbortSignal>, moved: &Array) -> Object {
        let object = Object::new();
        let set = |name: &str, value: JsValue| {
            // It cannot fail: the object is new and plain.
            let _ = Reflect::set(&object, &name.into(), &value);
        };
        match (&self.signal, own) {
            (Some(theirs), Some(own)) => set("signal", AbortSignal::any(&Array::of2(theirs, own)).into()),
            (one, another) => {
                if let Some(signal) = one.as_ref().or(another) {
                    set("signal", signal.into());
                }
            }
        }
        if let Some(timeout) = self.timeout {
            set("timeout", millis(timeout).into());
        }
        if let Some(priority) = self.priority {
            set("priority", priority.into());
        }
        if let Some(key) = &self.key {
            set("key", key.into());
        }
        if let Some(retry) = self.retry {
            set("retry", retry.into());
        }
        if let Some(listener) = &self.on_progress {
            set("onProgress", listener.into());
        }
        if moved.length() > 0 {
            set("transfer", moved.into());
        }
        object
    }

    /// Whether an error is the reason that the given signal fired with.
    pub(crate) fn is_reason(&self, error: &JsValue) -> bool {
        self.signal.as_ref().is_some_and(|signal| signal.aborted() && Object::is(&signal.reason(), error))
    }
}
