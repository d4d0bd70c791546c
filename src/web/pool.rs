//! A pool of workers.

use std::rc::Rc;

use js_sys::futures::JsFuture;
use js_sys::{Array, Promise, Reflect};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast as _, JsValue};

use super::arguments::{self, Arguments};
use super::call::{Call, Request};
use super::call_options::CallOptions;
use super::error::{Error, Thrown};
use super::options::Options;
use super::stats::Stats;
use super::stream::CallStream;
use super::{convert, face};

/// A pool of workers. A clone is another handle on the same pool.
///
/// A pool that [`Pool::new`] made is terminated when its last handle and its last call are dropped.
#[derive(Debug, Clone)]
pub struct Pool {
    shared: Rc<Shared>,
    /// How calls through this handle are made.
    options: Rc<CallOptions>,
}

#[derive(Debug)]
struct Shared {
    face: face::Centaurus,
    /// Whether nobody else has it.
    own: bool,
}

impl Drop for Shared {
    fn drop(&mut self) {
        if self.own {
            self.face.terminate();
        }
    }
}

impl Pool {
    /// Makes a pool, once `centaurus.js` is loaded. Its workers start with the first call or registration.
    ///
    /// # Errors
    /// [`Error::Module`] if `centaurus.js` cannot be loaded, [`Error::Function`] if an option is out of its bounds.
    pub async fn new(options: Options) -> Result<Self, Error> {
        let namespace = JsFuture::from(face::load(options.module.as_deref())).await;
        let namespace = namespace.map_err(|error| Error::Module(Thrown::new(error)))?;
        let written = convert::encode(&options).map_err(|why| Error::Encode { what: "an option".to_owned(), why })?;
        let face = face::construct(&namespace, &written.value).map_err(Error::from_js)?;
        Ok(Self::around(face, true))
    }

    /// A pool that the page's script has made. It stays the script's: dropping this handle does not end it.
    ///
    /// # Errors
    /// [`Error::Decode`] if it is none.
    pub fn from_js(pool: JsValue) -> Result<Self, Error> {
        let has = |name: &str| Reflect::get(&pool, &name.into()).is_ok_and(|member| member.is_function());
        if !["call", "with", "stream", "registerModule"].into_iter().all(has) {
            let why = "it has not the methods of the class Centaurus".to_owned();
            return Err(Error::Decode { what: "the pool".to_owned(), why });
        }
        Ok(Self::around(pool.unchecked_into(), false))
    }

    fn around(face: face::Centaurus, own: bool) -> Self {
        Self { shared: Rc::new(Shared { face, own }), options: Rc::default() }
    }

    /// The object of the class `Centaurus`, for what this binding leaves out: `registerFunctions`, `setup`, events.
    #[must_use]
    pub fn as_js(&self) -> &JsValue {
        &self.shared.face
    }

    pub(crate) fn face(&self) -> &face::Centaurus {
        &self.shared.face
    }

    pub(crate) fn options(&self) -> &CallOptions {
        &self.options
    }

    /// This pool, with options for the calls that are made through it. What they leave open stays as it is here.
    #[must_use]
    pub fn with(&self, options: &CallOptions) -> Self {
        let options = Rc::new(options.clone().over(&self.options));
        Self { shared: Rc::clone(&self.shared), options }
    }

    /// Registers every function that an ES module exports; the address is seen from the page. Packages that wasm-bindgen
    /// made (`--target web`) are initialised in each worker before its first call.
    ///
    /// # Errors
    /// [`Error::Function`] if the module cannot be loaded or fails.
    pub async fn register_module(&self, url: &str) -> Result<(), Error> {
        done(self.face().register_module(url, None)).await
    }

    /// Registers the named exports of an ES module.
    ///
    /// # Errors
    /// [`Error::Function`] if the module cannot be loaded, fails, or exports no function of a name.
    pub async fn register_functions(&self, url: &str, names: &[&str]) -> Result<(), Error> {
        let names = names.iter().map(|&name| JsValue::from(name)).collect::<Array>();
        done(self.face().register_module(url, Some(names))).await
    }

    /// Loads classic scripts of any origin into every worker, in order.
    ///
    /// # Errors
    /// [`Error::Function`] if one cannot be loaded or fails.
    pub async fn load_scripts(&self, urls: &[&str]) -> Result<(), Error> {
        let urls = urls.iter().map(|&url| JsValue::from(url)).collect::<Array>();
        done(self.face().load_scripts(&urls)).await
    }

    /// Calls a registered function by name: one in Rust, or one in JavaScript.
    ///
    /// ```no_run
    /// # async fn example(pool: centaurus::web::Pool) -> Result<(), centaurus::web::Error> {
    /// let numbers = [1, 2, 3];
    /// let sum: u64 = pool.call("sum", &(numbers,)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn call<R: DeserializeOwned + 'static>(&self, function: &str, arguments: impl Arguments) -> Call<R> {
        let name = function.to_owned();
        let request = arguments::write(function, &arguments)
            .map(|written| Request::new(written.moved, move |face| face.call(&name, &written.values)));
        Call::of_function(self.clone(), function, request)
    }

    /// Calls a registered function once on every worker.
    pub fn broadcast<R: DeserializeOwned + 'static>(&self, function: &str, arguments: impl Arguments) -> Call<Vec<R>> {
        let name = function.to_owned();
        // Nothing is moved: every worker gets a copy.
        let request = arguments::write(function, &arguments)
            .map(|written| Request::new(Array::new(), move |face| face.broadcast(&name, &written.values)));
        Call::of_function(self.clone(), function, request)
    }

    /// Calls a function that gives its values one by one, and gives them as they come. The worker waits while nobody takes
    /// them; dropping the stream ends the function.
    ///
    /// ```no_run
    /// # async fn example(pool: centaurus::web::Pool) -> Result<(), centaurus::web::Error> {
    /// use futures_util::TryStreamExt as _;
    ///
    /// let mut primes = pool.stream::<u32>("primes", &(1_000_000,));
    /// while let Some(prime) = primes.try_next().await? {
    ///     if prime > 100 { break; }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn stream<T: DeserializeOwned>(&self, function: &str, arguments: impl Arguments) -> CallStream<T> {
        CallStream::new(self.clone(), function, arguments::write(function, &arguments))
    }

    /// Waits until the workers that the pool keeps are up with everything registered so far.
    ///
    /// # Errors
    /// [`Error::WorkerLoad`] if they cannot be started, or what a registration failed with.
    pub async fn ready(&self) -> Result<(), Error> {
        done(Ok(self.face().ready())).await
    }

    /// What the pool is doing and has done.
    ///
    /// # Errors
    /// [`Error::Decode`] if `centaurus.js` is of another release.
    pub fn stats(&self) -> Result<Stats, Error> {
        convert::decode(self.face().stats()).map_err(|why| Error::Decode { what: "the statistics".to_owned(), why })
    }

    /// Ends everything now: whatever is pending fails with [`Error::Terminated`].
    pub fn terminate(&self) {
        self.face().terminate();
    }

    /// Takes no more calls, and ends after what is pending has ended.
    ///
    /// # Errors
    /// None that is known.
    pub async fn close(&self) -> Result<(), Error> {
        done(self.face().close()).await
    }
}

async fn done(promise: Result<Promise, JsValue>) -> Result<(), Error> {
    JsFuture::from(promise.map_err(Error::from_js)?).await.map(drop).map_err(Error::from_js)
}
