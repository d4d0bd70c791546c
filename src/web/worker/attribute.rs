//! What the code that `#[centaurus::worker]` writes calls. It is no public interface: it changes with the attribute.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Once;

use futures_core::Stream;
use js_sys::Array;
use js_sys::futures::future_to_promise;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

pub use js_sys;
pub use wasm_bindgen;

use super::super::convert;
use super::{Failure, Task, script};

/// The types in a `Result`, under whatever alias it was written.
pub trait Fallible {
    /// The type of success.
    type Value;
    /// The type of failure.
    type Failure;
}

impl<T, E> Fallible for Result<T, E> {
    type Value = T;
    type Failure = E;
}

/// The call that an export is run for.
#[must_use]
pub fn begin(this: JsValue) -> Task {
    static HOOK: Once = Once::new();
    HOOK.call_once(tell_of_panics);
    Task::of(this)
}

/// A panic ends in an `unreachable`, which says nothing. So its message is thrown before that, as the trap that it is.
fn tell_of_panics() {
    if cfg!(target_arch = "wasm32") {
        let before = std::panic::take_hook();
        // The hook is that of the worker's threads too, where the lock's name is nowhere else to be had.
        let lock = script::lifeline();
        std::panic::set_hook(Box::new(move |panic| {
            before(panic);
            script::trap(&panic.to_string(), &lock);
        }));
    }
}

/// The value of an argument, counted from 1.
///
/// # Errors
/// A `TypeError` that names it.
pub fn argument<T: DeserializeOwned>(function: &str, number: usize, name: &str, value: JsValue) -> Result<T, JsValue> {
    convert::decode(value).map_err(|why| {
        js_sys::TypeError::new(&format!("Argument {number} (`{name}`) of '{function}' does not fit: {why}")).into()
    })
}

/// What a function that cannot fail gives.
///
/// # Errors
/// None.
pub fn plain<T>(value: T) -> Result<T, JsValue> {
    Ok(value)
}

/// What a function that can fail gives.
///
/// # Errors
/// Its own, as JavaScript sees it.
pub fn flatten<T, E: Into<Failure>>(result: Result<T, E>) -> Result<T, JsValue> {
    result.map_err(|error| error.into().into_js())
}

/// The result in JavaScript.
///
/// # Errors
/// A `TypeError` if there is none for it.
pub fn finish<T: Serialize>(task: &Task, function: &str, value: &T) -> Result<JsValue, JsValue> {
    match convert::encode(value) {
        Ok(encoded) => Ok(task.result(encoded)),
        Err(why) => {
            Err(js_sys::TypeError::new(&format!("The result of '{function}' has no form in JavaScript: {why}")).into())
        }
    }
}

/// A promise of an `async` function's result.
pub fn later(run: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> JsValue {
    future_to_promise(run).into()
}

/// A generator of an iterator's values. `each` is [`plain`] or [`flatten`].
pub fn values<I, T>(task: Task, function: &'static str, values: I, each: fn(I::Item) -> Result<T, JsValue>) -> JsValue
where
    I: Iterator + 'static,
    T: Serialize + 'static,
{
    let source = Rc::new(RefCell::new(Some(values)));
    let end = end(&source);
    let next = Closure::<dyn FnMut() -> Result<JsValue, JsValue>>::new(move || {
        let next = source.borrow_mut().as_mut().and_then(Iterator::next);
        item(&task, function, next.map(each))
    });
    // The engine frees them with the generator, which may never be run.
    script::values(&next.into_js_value(), &end)
}

/// A generator of a stream's values. `each` is [`plain`] or [`flatten`].
pub fn values_later<S, T>(
    task: Task,
    function: &'static str,
    values: S,
    each: fn(S::Item) -> Result<T, JsValue>,
) -> JsValue
where
    S: Stream + 'static,
    T: Serialize + 'static,
{
    let source: Rc<RefCell<Option<Pin<Box<S>>>>> = Rc::new(RefCell::new(Some(Box::pin(values))));
    let end = end(&source);
    let next = Closure::<dyn FnMut() -> JsValue>::new(move || {
        let (task, source) = (task.clone(), Rc::clone(&source));
        later(async move {
            let next = poll_fn(|context| match source.borrow_mut().as_mut() {
                Some(stream) => stream.as_mut().poll_next(context),
                None => std::task::Poll::Ready(None),
            });
            item(&task, function, next.await.map(each))
        })
    });
    script::values_later(&next.into_js_value(), &end)
}

/// A list of the one value, or nothing.
fn item<T: Serialize>(task: &Task, function: &str, next: Option<Result<T, JsValue>>) -> Result<JsValue, JsValue> {
    match next {
        Some(value) => Ok(Array::of1(&finish(task, function, &value?)?).into()),
        None => Ok(JsValue::UNDEFINED),
    }
}

/// Drops the source when the generator ends, in JavaScript.
fn end<S: 'static>(source: &Rc<RefCell<Option<S>>>) -> JsValue {
    let source = Rc::clone(source);
    Closure::<dyn FnMut()>::new(move || drop(source.borrow_mut().take())).into_js_value()
}
