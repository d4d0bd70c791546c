//! A call under way.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use js_sys::futures::JsFuture;
use js_sys::{Array, Promise};
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use web_sys::AbortController;

use super::convert;
use super::error::{Error, Thrown};
use super::face::Centaurus;
use super::pool::Pool;

/// A call of a function, or of a service: a future of its result. It is made when the future is first polled. Dropping
/// the future aborts it, unless it is [`detached`](super::CallOptions::detached): the function's [`Task`](super::Task) is cancelled, and past
/// [`kill_grace`](super::Options::kill_grace) its worker is replaced.
#[must_use = "a call is made when its future is polled"]
pub struct Call<R> {
    pool: Pool,
    state: State,
    decode: Decode<R>,
}

type Decode<R> = Box<dyn Fn(JsValue) -> Result<R, Error>>;

type Start = Box<dyn FnOnce(&Centaurus) -> Result<Promise, JsValue>>;

/// A call to be made.
pub(crate) struct Request {
    moved: Array,
    start: Start,
}

impl Request {
    pub(crate) fn new(moved: Array, start: impl FnOnce(&Centaurus) -> Result<Promise, JsValue> + 'static) -> Self {
        Self { moved, start: Box::new(start) }
    }
}

enum State {
    New(Result<Request, Error>),
    Running(JsFuture, Option<AbortController>),
    Over,
}

impl<R> Call<R> {
    pub(crate) fn new(
        pool: Pool,
        request: Result<Request, Error>,
        decode: impl Fn(JsValue) -> Result<R, Error> + 'static,
    ) -> Self {
        Self { pool, state: State::New(request), decode: Box::new(decode) }
    }

    fn begin(&self, request: Request) -> Result<(JsFuture, Option<AbortController>), Error> {
        let options = self.pool.options();
        let own = options.ends_when_dropped().then(AbortController::new).transpose().map_err(Error::from_js)?;
        let options = options.to_js(own.as_ref().map(AbortController::signal).as_ref(), &request.moved);
        let promise = (request.start)(&self.pool.face().with(&options)).map_err(Error::from_js)?;
        Ok((JsFuture::from(promise), own))
    }

    fn error(&self, error: JsValue) -> Error {
        if self.pool.options().is_reason(&error) { Error::Aborted(Thrown::new(error)) } else { Error::from_js(error) }
    }
}

impl<R: DeserializeOwned> Call<R> {
    pub(crate) fn of_function(pool: Pool, function: &str, request: Result<Request, Error>) -> Self {
        let function = function.to_owned();
        Self::new(pool, request, move |value| {
            convert::decode(value).map_err(|why| Error::Decode { what: format!("the result of '{function}'"), why })
        })
    }
}

impl<R> Future for Call<R> {
    type Output = Result<R, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            match &mut self.state {
                State::New(_) => {
                    let State::New(request) = std::mem::replace(&mut self.state, State::Over) else { continue };
                    let (result, own) = match request.and_then(|request| self.begin(request)) {
                        Ok(begun) => begun,
                        Err(error) => return Poll::Ready(Err(error)),
                    };
                    self.state = State::Running(result, own);
                }
                State::Running(result, _) => {
                    let outcome = ready!(Pin::new(result).poll(context));
                    self.state = State::Over;
                    return Poll::Ready(match outcome {
                        Ok(value) => (self.decode)(value),
                        Err(error) => Err(self.error(error)),
                    });
                }
                State::Over => panic!("a call was polled after it had ended"),
            }
        }
    }
}

impl<R> Drop for Call<R> {
    fn drop(&mut self) {
        if let State::Running(_, Some(own)) = &self.state {
            own.abort();
        }
    }
}

impl<R> fmt::Debug for Call<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::New(_) => "new",
            State::Running(..) => "running",
            State::Over => "over",
        };
        formatter.debug_struct("Call").field("state", &state).finish_non_exhaustive()
    }
}
