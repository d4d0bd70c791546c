//! What has to be said in JavaScript.

use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/web/worker/script.js")]
extern "C" {
    #[wasm_bindgen(js_name = "isTask")]
    pub(super) fn is_task(this: &JsValue) -> bool;
    #[wasm_bindgen(catch)]
    pub(super) fn progress(task: &JsValue, value: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(js_name = "isCancelled")]
    pub(super) fn is_cancelled(task: &JsValue) -> bool;
    pub(super) fn cancelled(task: &JsValue) -> Promise;
    pub(super) fn transfer(task: &JsValue, value: &JsValue, list: &Array) -> JsValue;
    pub(super) fn values(next: &JsValue, end: &JsValue) -> JsValue;
    #[wasm_bindgen(js_name = "valuesLater")]
    pub(super) fn values_later(next: &JsValue, end: &JsValue) -> JsValue;
    pub(super) fn lifeline() -> String;
    pub(super) fn trap(message: &str, lock: &str);
}
