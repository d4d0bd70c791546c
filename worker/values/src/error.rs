//! Errors as JavaScript sees them.

use centaurus_codec::{Detail, Error};
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

/// An error on its way to JavaScript, as the value to throw.
#[derive(Debug)]
pub struct Thrown(pub JsValue);

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
    pub fn type_error(message: &str) -> Self {
        Self(js_sys::TypeError::new(message).into())
    }

    /// A number out of range.
    pub fn range_error(message: &str) -> Self {
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
        for (name, detail) in error.details() {
            let value = match detail {
                Detail::Number(value) => JsValue::from_f64(value as f64),
                Detail::Text(value) => value.into(),
            };
            define(&thrown, &name.into(), &value, true);
        }
        Self(thrown.into())
    }
}

/// Makes an own property, whatever the prototype has under that name.
pub fn define(object: &Object, key: &JsValue, value: &JsValue, enumerable: bool) {
    let descriptor = Object::new();
    let set = |name: &str, value: &JsValue| Reflect::set(&descriptor, &name.into(), value);
    let complete = set("value", value)
        .and(set("writable", &JsValue::TRUE))
        .and(set("configurable", &JsValue::TRUE))
        .and(set("enumerable", &enumerable.into()));
    // On a fresh object none of this can fail.
    let _ = complete.and_then(|_| Reflect::define_property(object, key, &descriptor));
}
