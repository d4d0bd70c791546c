//! What the proxy asks of the page.

use js_sys::Int32Array;
use wasm_bindgen::prelude::*;
use web_sys::Worker;

#[wasm_bindgen]
extern "C" {
    /// The page's side of the proxy, implemented by `face/host.ts`.
    #[derive(Debug)]
    pub type Host;

    /// Starts a worker and has its messages and errors delivered to the pool. Throws where that is refused.
    #[wasm_bindgen(method, catch)]
    pub fn spawn(this: &Host, worker: u32, slot: u32) -> Result<Worker, JsValue>;

    /// The first thing to tell a worker: its lock and its shared cells.
    #[wasm_bindgen(method)]
    pub fn hello(this: &Host, worker: u32) -> JsValue;

    /// The cells shared with a worker, where the page is cross-origin isolated.
    #[wasm_bindgen(method)]
    pub fn cells(this: &Host, worker: u32) -> Option<Int32Array>;

    /// The worker holds its lock; ask for it too, and tell [`crate::Pool::gone`] when it is granted.
    #[wasm_bindgen(method)]
    pub fn locked(this: &Host, worker: u32);

    /// The worker has been ended or has ended; forget it.
    #[wasm_bindgen(method)]
    pub fn forget(this: &Host, worker: u32);

    /// Calls [`crate::Pool::tick`] at the end of the running task's microtasks.
    #[wasm_bindgen(method)]
    pub fn soon(this: &Host);

    /// Calls [`crate::Pool::tick`] after so many ms, instead of any earlier wish; a negative number calls it off.
    #[wasm_bindgen(method)]
    pub fn wake(this: &Host, delay: f64);

    /// Makes the error that a call ends with. `kind` is the name of the error, `context` what the call was made with,
    /// `cause` what the worker or the engine said.
    #[wasm_bindgen(method)]
    pub fn failure(this: &Host, kind: &str, context: &JsValue, args: &JsValue, cause: &JsValue) -> JsValue;

    /// Puts an error that a worker took apart together again, with the caller's stack.
    #[wasm_bindgen(method)]
    pub fn decode(this: &Host, failure: &JsValue, context: &JsValue) -> JsValue;

    /// Tells the page's listeners. May run any code of the page's.
    #[wasm_bindgen(method)]
    pub fn event(this: &Host, kind: &str, worker: u32, slot: u32, detail: &JsValue);

    /// The pool has come up (`undefined`), cannot come up (an error), or has closed (`null`).
    #[wasm_bindgen(method)]
    pub fn state(this: &Host, state: &JsValue);

    /// Milliseconds since the page's time origin (High Resolution Time).
    #[wasm_bindgen(js_namespace = performance)]
    pub fn now() -> f64;
}
