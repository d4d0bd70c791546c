//! Errors as JavaScript sees them.

use centaurus_codec::{DictionaryFault, Error, Place};
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

/// An error on its way to JavaScript, as the value to throw.
#[derive(Debug)]
pub(crate) struct Thrown(pub(crate) JsValue);

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        thrown.0
    }
}

impl From<JsValue> for Thrown {
    fn from(value: JsValue) -> Self {
        Self(value)
    }
}

impl Thrown {
    /// A value or an option of the wrong type.
    pub(crate) fn type_error(message: &str) -> Self {
        Self(js_sys::TypeError::new(message).into())
    }

    /// A number out of range.
    pub(crate) fn range_error(message: &str) -> Self {
        Self(js_sys::RangeError::new(message).into())
    }
}

impl From<Error> for Thrown {
    fn from(error: Error) -> Self {
        if let Error::Digest(_) = error {
            return Self::range_error(&error.to_string());
        }
        let thrown = js_sys::Error::new(&error.to_string());
        define(&thrown, &"name".into(), &error.name().into(), false);
        let set = |name: &str, value: JsValue| define(&thrown, &name.into(), &value, true);
        let number = |name: &str, value: u64| set(name, JsValue::from_f64(value as f64));
        match &error {
            Error::Limit { limit, max, at } => {
                set("limit", limit.option().into());
                number("max", *max);
                match at {
                    Place::Offset(offset) => number("offset", *offset),
                    Place::Path(path) => set("path", path.into()),
                }
            }
            Error::Truncated { format, offset, .. } | Error::Corrupt { format, offset, .. } => {
                set("format", (*format).into());
                number("offset", *offset);
            }
            Error::Checksum { format, check, offset, stored, computed } => {
                set("format", (*format).into());
                set("check", (*check).into());
                number("offset", *offset);
                number("stored", (*stored).into());
                number("computed", (*computed).into());
            }
            Error::TrailingData { format, offset, length } => {
                set("format", (*format).into());
                number("offset", *offset);
                number("length", *length);
            }
            Error::Dictionary(DictionaryFault::Missing { id }) => number("dictionaryId", (*id).into()),
            Error::Dictionary(DictionaryFault::Wrong { id, given }) => {
                number("dictionaryId", (*id).into());
                number("givenId", (*given).into());
            }
            Error::UnsupportedValue { path, .. } => set("path", path.into()),
            Error::OutOfMemory { needed } => number("needed", *needed),
            _ => {}
        }
        Self(thrown.into())
    }
}

/// Makes an own property, whatever the prototype has under that name.
pub(crate) fn define(object: &Object, key: &JsValue, value: &JsValue, enumerable: bool) {
    let descriptor = Object::new();
    let set = |name: &str, value: &JsValue| Reflect::set(&descriptor, &name.into(), value);
    let complete = set("value", value)
        .and(set("writable", &JsValue::TRUE))
        .and(set("configurable", &JsValue::TRUE))
        .and(set("enumerable", &enumerable.into()));
    // On a fresh object none of this can fail.
    let _ = complete.and_then(|_| Reflect::define_property(object, key, &descriptor));
}
