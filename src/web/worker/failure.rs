//! How a worker function fails.

use std::any::type_name;
use std::error::Error as StdError;
use std::fmt;

use js_sys::Reflect;
use serde::Serialize;
use wasm_bindgen::JsValue;

use super::super::convert;

/// The call was aborted, or its time is up: [`Task::check`](super::Task::check) gives it, for `?`. Nobody waits for the
/// result any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the call was aborted")]
pub struct Cancelled;

/// Why a worker function failed: what any error becomes by `?`.
///
/// In JavaScript, and at the caller, it is an `Error` whose `name` is the Rust type's, whose `message` is what the error
/// displays, and whose `cause` is its source. `details` are for what a program wants to know, rather than a person:
///
/// ```
/// use centaurus::web::Failure;
///
/// #[centaurus::worker]
/// fn port(text: &str) -> Result<u16, Failure> {
///     let port: u16 = text.parse()?;                                    // a ParseIntError
///     if port < 1024 {
///         return Err(Failure::new("the port is reserved").named("ReservedError").details(port));
///     }
///     Ok(port)
/// }
/// # assert_eq!(port("x").unwrap_err().to_string(), "ParseIntError: invalid digit found in string");
/// ```
///
/// and the caller reads `error.thrown()?.details::<u16>()`.
pub struct Failure {
    name: String,
    message: String,
    cause: Option<Box<Failure>>,
    more: More,
}

enum More {
    Nothing,
    /// Writes the details.
    Details(Box<dyn Fn() -> Result<JsValue, String>>),
    /// The failure is this value, as it is.
    Js(JsValue),
}

impl Failure {
    /// An error of that message, with the name `Error`.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { name: "Error".to_owned(), message: message.into(), cause: None, more: More::Nothing }
    }

    /// Something that was thrown in JavaScript, handed on as it is.
    #[must_use]
    pub fn from_js(thrown: JsValue) -> Self {
        Self { more: More::Js(thrown), ..Self::new("a value of JavaScript was thrown") }
    }

    /// The same with another name, by which callers tell it apart.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// The same with a value as the property `details`.
    #[must_use]
    pub fn details<T: Serialize + 'static>(self, details: T) -> Self {
        let write = move || convert::encode(&details).map(|encoded| encoded.value);
        Self { more: More::Details(Box::new(write)), ..self }
    }

    /// The error that JavaScript sees.
    pub(super) fn into_js(self) -> JsValue {
        let details = match self.more {
            More::Js(thrown) => return thrown,
            More::Details(write) => Some(write()),
            More::Nothing => None,
        };
        let error = js_sys::Error::new(&self.message);
        error.set_name(&self.name);
        let set = |name: &str, value: &JsValue| {
            // It cannot fail: the error is new.
            let _ = Reflect::set(&error, &name.into(), value);
        };
        if let Some(cause) = self.cause {
            set("cause", &cause.into_js());
        }
        match details {
            Some(Ok(details)) => set("details", &details),
            // The failure itself counts for more than what is said about it.
            Some(Err(why)) => set("details", &format!("the details have no form in JavaScript: {why}").into()),
            None => {}
        }
        error.into()
    }

    /// A source, and what is behind it.
    fn of_source(error: &(dyn StdError + 'static)) -> Self {
        let cause = error.source().map(|source| Box::new(Self::of_source(source)));
        Self { cause, ..Self::new(error.to_string()) }
    }
}

impl<E: Into<Box<dyn StdError>>> From<E> for Failure {
    fn from(error: E) -> Self {
        let error = error.into();
        let cause = error.source().map(|source| Box::new(Self::of_source(source)));
        Self { cause, ..Self::new(error.to_string()).named(class_of::<E>()) }
    }
}

/// The name of an error's type without path and parameters; `Error` for text and for boxes of whatever.
fn class_of<E>() -> &'static str {
    let path = type_name::<E>();
    let path = path.find('<').map_or(path, |end| &path[..end]);
    let name = path.rsplit("::").next().unwrap_or(path);
    let is_class = name.starts_with(|first: char| first.is_uppercase()) && !matches!(name, "Box" | "String");
    if is_class { name } else { "Error" }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.name, self.message)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Failure")
            .field("name", &self.name)
            .field("message", &self.message)
            .field("cause", &self.cause)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the file is bad")]
    struct BadFile(#[source] std::num::ParseIntError);

    fn parse(text: &str) -> Result<u8, std::num::ParseIntError> {
        text.parse()
    }

    #[test]
    fn takes_the_name_of_the_type_and_the_chain_of_causes() {
        let failure = Failure::from(BadFile(parse("x").unwrap_err()));
        assert_eq!(failure.to_string(), "BadFile: the file is bad");
        assert_eq!(failure.cause.unwrap().to_string(), "Error: invalid digit found in string");
    }

    #[test]
    fn text_and_boxes_have_no_name_of_their_own() {
        let boxed: Box<dyn StdError> = "boxed".into();
        for failure in [Failure::from("text"), Failure::from("text".to_owned()), Failure::from(boxed)] {
            assert_eq!(failure.name, "Error");
        }
    }

    #[test]
    fn a_type_with_parameters_goes_by_its_name_alone() {
        assert_eq!(class_of::<std::sync::PoisonError<Vec<String>>>(), "PoisonError");
    }
}
