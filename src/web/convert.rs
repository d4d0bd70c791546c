//! Values between Rust and JavaScript, by serde.

use std::cell::RefCell;

use js_sys::Array;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

thread_local! {
    /// Buffers of the value that is being encoded which nobody else has; nothing while none is.
    static OWN: RefCell<Option<Array>> = const { RefCell::new(None) };
}

/// A value in JavaScript, and the buffers in it that can be moved since they were made for it.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) value: JsValue,
    pub(crate) own: Array,
}

/// Whether maps become objects, and whether 64-bit integers become bigints, in the order in which it is tried. What reads
/// best in JavaScript comes first; a map whose keys are no strings, and an integer beyond 2⁵³−1, want the others.
const WAYS: [(bool, bool); 4] = [(true, false), (false, false), (true, true), (false, true)];

/// The value in JavaScript, or why there is none for it.
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Encoded, String> {
    let mut why = String::new();
    for (objects, bigints) in WAYS {
        let outer = OWN.replace(Some(Array::new()));
        let serializer =
            Serializer::new().serialize_maps_as_objects(objects).serialize_large_number_types_as_bigints(bigints);
        let encoded = value.serialize(&serializer);
        let own = OWN.replace(outer).unwrap_or_default();
        match encoded {
            Ok(value) => return Ok(Encoded { value, own }),
            Err(error) if why.is_empty() => why = error.to_string(),
            Err(_) => {}
        }
    }
    Err(why)
}

/// The value in Rust, or why it is none of that type.
pub(crate) fn decode<T: DeserializeOwned>(value: JsValue) -> Result<T, String> {
    serde_wasm_bindgen::from_value(value).map_err(|error| error.to_string())
}

/// Whether a value is being encoded for JavaScript, rather than for another format.
pub(crate) fn is_encoding() -> bool {
    OWN.with_borrow(Option::is_some)
}

/// Takes note of a buffer that was made for the value which is being encoded.
pub(crate) fn owns(buffer: &JsValue) {
    OWN.with_borrow(|own| own.as_ref().map(|own| own.push(buffer)));
}
