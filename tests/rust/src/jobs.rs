//! Worker functions of every kind.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use centaurus::web::{Bytes, Cancelled, Failure, Js, Task};
use futures_util::{Stream, StreamExt as _, stream};
use js_sys::Float64Array;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct City {
    pub(crate) name: String,
    pub(crate) population: u64,
    pub(crate) twin: Option<Box<City>>,
    pub(crate) tags: HashMap<String, i32>,
}

/// The sum of the numbers.
#[centaurus::worker]
pub(crate) fn total(numbers: &[u64]) -> u64 {
    numbers.iter().sum()
}

#[centaurus::worker]
pub(crate) fn grow(city: City, by: Option<u64>) -> City {
    City { population: city.population + by.unwrap_or(1), ..city }
}

#[centaurus::worker(name = "joinWords")]
pub(crate) fn join_words(words: Vec<String>, between: &str) -> String {
    words.join(between)
}

#[centaurus::worker]
pub(crate) fn nothing() {}

#[centaurus::worker]
pub(crate) fn double(value: u64) -> u64 {
    value * 2
}

#[centaurus::worker]
pub(crate) fn by_number(names: BTreeMap<u32, String>) -> BTreeMap<u32, String> {
    names.into_iter().map(|(number, name)| (number + 1, name)).collect()
}

#[centaurus::worker]
pub(crate) fn reverse(bytes: Bytes) -> Bytes {
    Bytes(bytes.0.into_iter().rev().collect())
}

#[centaurus::worker]
pub(crate) fn halve(samples: Js<Float64Array>) -> Js<Float64Array> {
    let halved: Vec<f64> = samples.0.to_vec().into_iter().map(|sample| sample / 2.0).collect();
    Js(Float64Array::from(halved.as_slice()))
}

#[centaurus::worker]
pub(crate) fn port(text: &str) -> Result<u16, Failure> {
    let port: u16 = text.parse()?;
    if port < 1024 {
        return Err(Failure::new("the port is reserved").named("ReservedError").details(port));
    }
    Ok(port)
}

#[centaurus::worker]
pub(crate) fn panics(why: String) -> u32 {
    assert!(why.is_empty(), "told to: {why}");
    0
}

#[centaurus::worker]
pub(crate) async fn panics_later() -> u32 {
    sleep(Duration::from_millis(1)).await;
    panic!("after a while")
}

#[centaurus::worker]
pub(crate) fn steps(task: &Task, count: u32) -> u32 {
    for step in 1..=count {
        task.progress(&(step, count));
    }
    count
}

/// Never yields: only shared memory can tell it.
#[centaurus::worker]
pub(crate) fn spin(task: &Task) -> Result<(), Cancelled> {
    task.progress(&"spinning");
    loop {
        task.check()?;
    }
}

#[centaurus::worker]
pub(crate) async fn wait(task: Task, until_cancelled: bool) -> &'static str {
    if until_cancelled {
        task.progress(&"waiting");
        task.cancelled().await;
        CANCELLED.with(|count| count.set(count.get() + 1));
        return "cancelled";
    }
    sleep(Duration::from_millis(5)).await;
    if task.is_cancelled() { "cancelled" } else { "waited" }
}

thread_local! {
    static CANCELLED: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    static DROPPED: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    static MADE: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// How often `wait` was cancelled, a source of values was dropped, and a value made, in this worker.
#[centaurus::worker]
pub(crate) fn counts() -> (u32, u32, u32) {
    (CANCELLED.get(), DROPPED.get(), MADE.get())
}

struct Counted;

impl Drop for Counted {
    fn drop(&mut self) {
        DROPPED.with(|count| count.set(count.get() + 1));
    }
}

#[centaurus::worker]
pub(crate) fn count_up(from: u32, to: u32) -> impl Iterator<Item = u32> {
    let counted = Counted;
    (from..to).inspect(move |_| {
        let _ = &counted;
        MADE.with(|count| count.set(count.get() + 1));
    })
}

#[centaurus::worker]
pub(crate) fn parse_all(texts: Vec<String>) -> impl Iterator<Item = Result<i32, std::num::ParseIntError>> {
    texts.into_iter().map(|text| text.parse())
}

#[centaurus::worker]
pub(crate) fn chunks(bytes: Bytes, length: usize) -> Result<Box<dyn Iterator<Item = Bytes>>, Failure> {
    if length == 0 {
        return Err(Failure::new("chunks need a length"));
    }
    let chunks: Vec<Bytes> = bytes.0.chunks(length).map(|chunk| Bytes(chunk.to_vec())).collect();
    Ok(Box::new(chunks.into_iter()))
}

#[centaurus::worker]
pub(crate) fn ticks(task: Task, count: u32) -> impl Stream<Item = Result<u32, Failure>> {
    let counted = Counted;
    stream::iter(0..count).then(move |tick| {
        let (task, _) = (task.clone(), &counted);
        async move {
            sleep(Duration::from_millis(1)).await;
            task.progress(&tick);
            if tick == 50 { Err(Failure::new("fifty is enough")) } else { Ok(tick) }
        }
    })
}

/// A timer of the platform, which both pages and workers have.
pub(crate) fn sleep(duration: Duration) -> impl Future<Output = ()> {
    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = "setTimeout")]
        fn set_timeout(callback: &js_sys::Function, ms: u32);
    }
    let promise = js_sys::Promise::new(&mut |resolve, _| set_timeout(&resolve, duration.as_millis() as u32));
    let timer = js_sys::futures::JsFuture::from(promise);
    Silent(timer)
}

struct Silent(js_sys::futures::JsFuture);

impl Future for Silent {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(context).map(drop)
    }
}
