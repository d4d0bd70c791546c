//! Assertions that fail a test instead of a page: a panic would take the whole program down.

use std::fmt::Debug;

use js_sys::Error;
use wasm_bindgen::JsValue;

/// What a test gives.
pub(crate) type Outcome = Result<(), JsValue>;

/// Fails with the message.
pub(crate) fn fail<T>(message: impl AsRef<str>) -> Result<T, JsValue> {
    Err(Error::new(message.as_ref()).into())
}

/// Fails unless the two are equal.
pub(crate) fn equal<A: PartialEq<B> + Debug, B: Debug>(actual: A, expected: B) -> Outcome {
    if actual == expected { Ok(()) } else { fail(format!("{actual:?} instead of {expected:?}")) }
}

/// Fails unless it holds.
pub(crate) fn holds(condition: bool, message: &str) -> Outcome {
    if condition { Ok(()) } else { fail(message) }
}

/// The error that was to come.
pub(crate) fn error<T: Debug, E>(result: Result<T, E>) -> Result<E, JsValue> {
    match result {
        Ok(value) => fail(format!("{value:?} instead of an error")),
        Err(error) => Ok(error),
    }
}
