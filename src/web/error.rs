//! How a call can fail.

use std::fmt;

use js_sys::Reflect;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use super::convert;

/// Why a call, or something else that was asked of a pool, failed.
///
/// What the pool itself reports is told apart by the name of its error; everything else was thrown by the function, and is
/// [`Error::Function`].
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `centaurus.js` could not be loaded, or holds no class `Centaurus`.
    #[error(
        "the module of the pool could not be loaded: {0}; name it with Options::module, or give the page an import map"
    )]
    Module(#[source] Thrown),
    /// A worker could not be started: a file is missing, blocked, of the wrong type or broken.
    #[error("{0}")]
    WorkerLoad(#[source] Thrown),
    /// The worker died while it held the call: a panic, memory, `self.close()`, or killed from outside.
    #[error("{0}")]
    WorkerCrash(#[source] Thrown),
    /// No function of that name is registered.
    #[error("{thrown}")]
    UnknownFunction {
        /// Registered names like it, best first.
        nearest: Vec<String>,
        /// The error itself.
        #[source]
        thrown: Thrown,
    },
    /// More calls wait than [`queue_limit`](super::Options::queue_limit) allows.
    #[error("{0}")]
    QueueFull(#[source] Thrown),
    /// The pool was ended.
    #[error("{0}")]
    Terminated(#[source] Thrown),
    /// The call did not end within its [`timeout`](super::CallOptions::timeout).
    #[error("{0}")]
    Timeout(#[source] Thrown),
    /// The call's [`signal`](super::CallOptions::signal) fired; this is its reason.
    #[error("{0}")]
    Aborted(#[source] Thrown),
    /// An argument or a result is something that structured clone cannot carry.
    #[error("{0}")]
    Uncloneable(#[source] Thrown),
    /// The function failed.
    #[error("{0}")]
    Function(#[source] Thrown),
    /// A value has no form in JavaScript.
    #[error("{what} has no form in JavaScript: {why}")]
    Encode {
        /// Such as "argument 1 of 'sum'".
        what: String,
        /// What serde said.
        why: String,
    },
    /// A value from JavaScript is none of the type that was asked for.
    #[error("{what} is not of the type that was asked for: {why}")]
    Decode {
        /// Such as "the result of 'sum'".
        what: String,
        /// What serde said.
        why: String,
    },
}

impl Error {
    /// What was thrown, where something was.
    #[must_use]
    pub fn thrown(&self) -> Option<&Thrown> {
        match self {
            Self::Module(thrown)
            | Self::WorkerLoad(thrown)
            | Self::WorkerCrash(thrown)
            | Self::UnknownFunction { thrown, .. }
            | Self::QueueFull(thrown)
            | Self::Terminated(thrown)
            | Self::Timeout(thrown)
            | Self::Aborted(thrown)
            | Self::Uncloneable(thrown)
            | Self::Function(thrown) => Some(thrown),
            Self::Encode { .. } | Self::Decode { .. } => None,
        }
    }

    /// Tells the errors of the class face apart.
    pub(crate) fn from_js(value: JsValue) -> Self {
        let thrown = Thrown::new(value);
        match thrown.name.as_str() {
            "WorkerLoadError" => Self::WorkerLoad(thrown),
            "WorkerCrashError" => Self::WorkerCrash(thrown),
            "UnknownFunctionError" => {
                Self::UnknownFunction { nearest: thrown.property("nearest").unwrap_or_default(), thrown }
            }
            "QueueFullError" => Self::QueueFull(thrown),
            "TerminatedError" => Self::Terminated(thrown),
            "TimeoutError" => Self::Timeout(thrown),
            "AbortError" => Self::Aborted(thrown),
            "DataCloneError" => Self::Uncloneable(thrown),
            _ => Self::Function(thrown),
        }
    }
}

/// The very error that JavaScript would get, so that a program of both can hand it on.
impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        match error.thrown() {
            Some(thrown) => thrown.value.clone(),
            None => js_sys::TypeError::new(&error.to_string()).into(),
        }
    }
}

/// What was thrown in JavaScript, or in a worker function in Rust.
#[derive(Debug, Clone)]
pub struct Thrown {
    name: String,
    message: String,
    stack: String,
    cause: Option<Box<Thrown>>,
    value: JsValue,
}

/// Causes are followed so far; an error may be its own.
const CAUSES: usize = 32;

impl Thrown {
    pub(crate) fn new(value: JsValue) -> Self {
        Self::within(value, CAUSES)
    }

    fn within(value: JsValue, causes: usize) -> Self {
        if !value.is_object() {
            let message = value.as_string().unwrap_or_else(|| format!("{value:?}"));
            return Self { name: String::new(), message, stack: String::new(), cause: None, value };
        }
        let text = |name: &str| get(&value, name).and_then(|text| text.as_string()).unwrap_or_default();
        let cause = get(&value, "cause").filter(|cause| causes > 0 && !cause.is_undefined());
        Self {
            name: text("name"),
            message: text("message"),
            stack: text("stack"),
            cause: cause.map(|cause| Box::new(Self::within(cause, causes - 1))),
            value,
        }
    }

    /// The name of its class: of a Rust error the type's. Empty if no error was thrown but another value.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it says.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The stack in the worker and, below it, the caller's, as the engine writes them.
    #[must_use]
    pub fn stack(&self) -> &str {
        &self.stack
    }

    /// The value itself.
    #[must_use]
    pub fn value(&self) -> &JsValue {
        &self.value
    }

    /// What the function said beyond words: the `details` of a [`Failure`](super::Failure), or the property of that name.
    /// `None` if there is none of this type.
    #[must_use]
    pub fn details<T: DeserializeOwned>(&self) -> Option<T> {
        self.property("details")
    }

    fn property<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        get(&self.value, name).filter(|value| !value.is_undefined()).and_then(|value| convert::decode(value).ok())
    }
}

/// A getter may throw; then there is nothing.
fn get(value: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(value, &name.into()).ok()
}

impl fmt::Display for Thrown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.name.as_str(), self.message.as_str()) {
            ("", message) => formatter.write_str(message),
            (name, "") => formatter.write_str(name),
            (name, message) => write!(formatter, "{name}: {message}"),
        }
    }
}

impl std::error::Error for Thrown {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
