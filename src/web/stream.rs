//! The values of a stream call.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use js_sys::IteratorNext;
use js_sys::futures::JsFuture;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast as _, JsValue};

use super::arguments::Written;
use super::convert;
use super::error::{Error, Thrown};
use super::face::Iterator;
use super::pool::Pool;

/// The values of a function that gives them one by one, as they come. The call is made when the first is asked for; it
/// ends with the last, with an error, or when the stream is dropped.
#[must_use = "a call is made when its stream is polled"]
pub struct CallStream<T> {
    pool: Pool,
    function: String,
    state: State,
    item: PhantomData<fn() -> T>,
}

enum State {
    New(Result<Written, Error>),
    Running(Iterator, Option<JsFuture>),
    Over,
}

impl<T> CallStream<T> {
    pub(crate) fn new(pool: Pool, function: &str, arguments: Result<Written, Error>) -> Self {
        Self { pool, function: function.to_owned(), state: State::New(arguments), item: PhantomData }
    }

    fn begin(&self, arguments: Result<Written, Error>) -> Result<Iterator, Error> {
        let arguments = arguments?;
        let view = self.pool.face().with(&self.pool.options().to_js(None, &arguments.moved));
        view.stream(&self.function, &arguments.values).map_err(Error::from_js)
    }

    /// The next value in JavaScript, or the end.
    fn poll_value(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<JsValue, Error>>> {
        loop {
            match &mut self.state {
                State::New(_) => {
                    let State::New(arguments) = std::mem::replace(&mut self.state, State::Over) else { continue };
                    match self.begin(arguments) {
                        Ok(iterator) => self.state = State::Running(iterator, None),
                        Err(error) => return Poll::Ready(Some(Err(error))),
                    }
                }
                State::Running(iterator, next @ None) => match iterator.next() {
                    Ok(promise) => *next = Some(JsFuture::from(promise)),
                    Err(error) => return self.fail(error),
                },
                State::Running(_, Some(next)) => {
                    let result = match ready!(Pin::new(next).poll(context)) {
                        Ok(result) => result.unchecked_into::<IteratorNext>(),
                        Err(error) => return self.fail(error),
                    };
                    if result.done() {
                        self.state = State::Over;
                        return Poll::Ready(None);
                    }
                    if let State::Running(_, next) = &mut self.state {
                        *next = None;
                    }
                    return Poll::Ready(Some(Ok(result.value())));
                }
                State::Over => return Poll::Ready(None),
            }
        }
    }

    fn fail(&mut self, error: JsValue) -> Poll<Option<Result<JsValue, Error>>> {
        self.state = State::Over;
        let aborted = self.pool.options().is_reason(&error);
        Poll::Ready(Some(Err(if aborted { Error::Aborted(Thrown::new(error)) } else { Error::from_js(error) })))
    }
}

impl<T: DeserializeOwned> Stream for CallStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let value = ready!(self.poll_value(context));
        Poll::Ready(value.map(|value| {
            convert::decode(value?)
                .map_err(|why| Error::Decode { what: format!("a value of '{}'", self.function), why })
        }))
    }
}

impl<T> Drop for CallStream<T> {
    fn drop(&mut self) {
        if let State::Running(iterator, _) = &self.state {
            // What it says of its end is of no interest any more.
            let _ = iterator.leave();
        }
    }
}

impl<T> fmt::Debug for CallStream<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CallStream").field("function", &self.function).finish_non_exhaustive()
    }
}
