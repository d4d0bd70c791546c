//! The digest service, as a worker's script calls it (`worker/runtime/digest.ts`): a WebAssembly file of its own, loaded
//! with the first digest, for it weighs a third of what all other services do.

use centaurus_codec::digest::tree::{self, ChainingValue, Part};
use centaurus_codec::digest::{Algorithm, Digester};
use centaurus_codec::{DigestFault, Error};
use centaurus_worker_values::{Input, Options, Thrown, options, to_js};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

const DATA: &str = "digest: the data";

/// Several digests of bytes that come piece by piece.
#[wasm_bindgen(js_name = Digester)]
#[derive(Debug)]
pub struct DigestService(Digester);

#[wasm_bindgen(js_class = Digester)]
impl DigestService {
    /// Takes an array of the names of the algorithms, and the options of `digest`.
    #[wasm_bindgen(constructor)]
    pub fn new(algorithms: &JsValue, options: &JsValue) -> Result<Self, JsValue> {
        let options = Options::new("digest", options, options::DIGEST)?;
        let Some(names) = algorithms.dyn_ref::<Array>() else { return Err(wrong_names().into()) };
        let algorithms = names.iter().map(|name| algorithm(&name)).collect::<Result<Vec<_>, _>>()?;
        let secret = options.secret()?;
        Ok(Self(Digester::new(&algorithms, &options.digest(secret.as_deref())?).map_err(Thrown::from)?))
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &JsValue) -> Result<(), JsValue> {
        let input = Input::new(bytes, DATA)?;
        Ok(input
            .slices(|slice| {
                self.0.update(slice);
                Ok(())
            })
            .map_err(Thrown::from)?)
    }

    /// The digests, in the order of their names.
    pub fn finish(self) -> Result<Vec<Uint8Array>, JsValue> {
        Ok(self.0.finish().iter().map(|digest| to_js(digest)).collect::<Result<_, _>>().map_err(Thrown::from)?)
    }
}

/// A part of a BLAKE3 digest.
#[wasm_bindgen(js_name = DigestPart)]
#[derive(Debug)]
pub struct DigestPart(Part);

#[wasm_bindgen(js_class = DigestPart)]
impl DigestPart {
    /// Begins the part at `offset` of data that is cut every `size` bytes; takes the options of `digest`.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue, offset: f64, size: f64) -> Result<Self, JsValue> {
        let secret = Options::new("digest", options, options::DIGEST)?.secret()?;
        Ok(Self(Part::new(secret.as_deref(), offset as u64, size as u64).map_err(Thrown::from)?))
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &JsValue) -> Result<(), JsValue> {
        Ok(Input::new(bytes, DATA)?.slices(|slice| self.0.update(slice)).map_err(Thrown::from)?)
    }

    /// What the part gives.
    pub fn finish(self) -> Result<Uint8Array, JsValue> {
        Ok(to_js(&self.0.finish()).map_err(Thrown::from)?)
    }
}

/// BLAKE3 of data, of what its parts gave.
#[wasm_bindgen(js_name = digestJoin)]
pub fn digest_join(parts: Vec<Uint8Array>, options: &JsValue) -> Result<Uint8Array, JsValue> {
    let options = Options::new("digest", options, options::DIGEST)?;
    let secret = options.secret()?;
    let value = |part: &Uint8Array| {
        let mut value = ChainingValue::default();
        let fits = part.length() as usize == value.len();
        fits.then(|| {
            part.copy_to(&mut value);
            value
        })
    };
    let parts: Option<Vec<_>> = parts.iter().map(value).collect();
    let parts = parts.ok_or(Error::from(DigestFault::Parts)).map_err(Thrown::from)?;
    let joined = tree::join(&parts, &options.digest(secret.as_deref())?).map_err(Thrown::from)?;
    Ok(to_js(&joined).map_err(Thrown::from)?)
}

fn wrong_names() -> Thrown {
    Thrown::type_error("digest: the algorithms must be a name or an array of names")
}

fn algorithm(name: &JsValue) -> Result<Algorithm, Thrown> {
    let name = name.as_string().ok_or_else(wrong_names)?;
    Algorithm::from_name(&name).ok_or_else(|| {
        let known = Algorithm::ALL.map(Algorithm::name).join(", ");
        Thrown::range_error(&format!("digest: there is no algorithm '{name}'; there are {known}"))
    })
}
