//! The class of `centaurus.js`, as far as Rust programs use it. There is no other proxy: whatever the class guarantees
//! holds for them too.

use js_sys::{Array, Object, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};

#[wasm_bindgen(module = "/src/web/load.js")]
extern "C" {
    /// A promise of the namespace of `centaurus.js`.
    pub(crate) fn load(url: Option<&str>) -> Promise;
}

#[wasm_bindgen]
extern "C" {
    #[derive(Debug, Clone)]
    pub(crate) type Centaurus;

    #[wasm_bindgen(method, js_name = "with")]
    pub(crate) fn with(this: &Centaurus, options: &Object) -> Centaurus;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn call(this: &Centaurus, name: &str, args: &Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, variadic)]
    pub(crate) fn stream(this: &Centaurus, name: &str, args: &Array) -> Result<Iterator, JsValue>;
    #[wasm_bindgen(method, catch, variadic)]
    pub(crate) fn broadcast(this: &Centaurus, name: &str, args: &Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = "loadScripts", variadic)]
    pub(crate) fn load_scripts(this: &Centaurus, urls: &Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = "registerModule")]
    pub(crate) fn register_module(this: &Centaurus, url: &str, names: Option<Array>) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn ready(this: &Centaurus) -> Promise;
    #[wasm_bindgen(method)]
    pub(crate) fn stats(this: &Centaurus) -> JsValue;
    #[wasm_bindgen(method)]
    pub(crate) fn terminate(this: &Centaurus);
    #[wasm_bindgen(method, catch)]
    pub(crate) fn close(this: &Centaurus) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn msgpack(this: &Centaurus) -> Msgpack;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn zlib(this: &Centaurus) -> Zlib;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn pack(this: &Centaurus, value: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn unpack(this: &Centaurus, bytes: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn digest(this: &Centaurus, algorithms: &Array, data: &JsValue) -> Result<Promise, JsValue>;

    pub(crate) type Msgpack;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn encode(this: &Msgpack, value: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn decode(this: &Msgpack, bytes: &JsValue) -> Result<Promise, JsValue>;

    pub(crate) type Zlib;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn compress(this: &Zlib, data: &JsValue, options: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn decompress(this: &Zlib, data: &JsValue, options: &JsValue) -> Result<Promise, JsValue>;

    /// The iterator of a stream call.
    #[derive(Debug, Clone)]
    pub(crate) type Iterator;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn next(this: &Iterator) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = "return")]
    pub(crate) fn leave(this: &Iterator) -> Result<Promise, JsValue>;
}

/// Makes a pool of the class in the namespace of `centaurus.js`.
pub(crate) fn construct(namespace: &JsValue, options: &JsValue) -> Result<Centaurus, JsValue> {
    let class = js_sys::Reflect::get(namespace, &"Centaurus".into())?;
    let class = class.dyn_into::<js_sys::Function>().map_err(|_| {
        JsValue::from(js_sys::TypeError::new("The module that was loaded as centaurus.js exports no class Centaurus"))
    })?;
    Ok(js_sys::Reflect::construct(&class, &Array::of1(options))?.unchecked_into())
}
