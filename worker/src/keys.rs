//! Records repeat their keys: a text that has crossed the boundary once need not cross again, which is the slow part.

use std::rc::Rc;

use wasm_bindgen::prelude::*;

/// Longest key that is remembered, in bytes.
const LONGEST: usize = 64;

/// How many keys are remembered; a power of two.
const COUNT: usize = 1024;

#[wasm_bindgen]
extern "C" {
    /// A `Map` from strings to numbers.
    #[wasm_bindgen(js_name = Map)]
    type Numbers;
    #[wasm_bindgen(constructor, js_class = Map)]
    fn new() -> Numbers;
    /// NaN where there is none.
    #[wasm_bindgen(method)]
    fn get(this: &Numbers, key: &JsValue) -> f64;
    #[wasm_bindgen(method)]
    fn set(this: &Numbers, key: &JsValue, number: f64);
}

/// On the way to MessagePack: the texts of JavaScript strings.
pub(crate) struct KnownKeys {
    numbers: Numbers,
    texts: Vec<Rc<str>>,
}

impl Default for KnownKeys {
    fn default() -> Self {
        Self { numbers: Numbers::new(), texts: Vec::new() }
    }
}

impl KnownKeys {
    /// The text of a string.
    pub(crate) fn text(&mut self, key: &JsValue) -> Rc<str> {
        let number = self.numbers.get(key);
        if number >= 0.0
            && let Some(text) = self.texts.get(number as usize)
        {
            return Rc::clone(text);
        }
        let text: Rc<str> = key.as_string().unwrap_or_default().into();
        if self.texts.len() < COUNT && text.len() <= LONGEST {
            self.numbers.set(key, self.texts.len() as f64);
            self.texts.push(Rc::clone(&text));
        }
        text
    }
}

/// On the way from MessagePack: the JavaScript strings of texts.
pub(crate) struct KeyStrings {
    slots: Vec<Option<(Box<str>, JsValue)>>,
}

impl Default for KeyStrings {
    fn default() -> Self {
        Self { slots: (0..COUNT).map(|_| None).collect() }
    }
}

impl KeyStrings {
    /// The string of a text.
    pub(crate) fn string(&mut self, key: &str) -> JsValue {
        if key.len() > LONGEST {
            return key.into();
        }
        // FNV-1a. Keys that fall into one slot push each other out, which costs time and nothing else.
        let hash = key.bytes().fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        let slot = &mut self.slots[(hash ^ hash >> 16) as usize % COUNT];
        match slot {
            Some((known, string)) if **known == *key => string.clone(),
            _ => {
                let string = JsValue::from_str(key);
                *slot = Some((key.into(), string.clone()));
                string
            }
        }
    }
}
