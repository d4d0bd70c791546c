//! Tests of the pool as a page in Rust uses it. Each is an export that the suite runs; `base` is where the package is.

#![allow(unreachable_pub, reason = "wasm-bindgen exports nothing else")]

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use centaurus::web::{Bytes, CallOptions, Deflate, Error, Format, Js, Options, Pool, WorkerState};
use futures_util::future::{Either, join_all, select};
use futures_util::{StreamExt as _, TryStreamExt as _};
use js_sys::Float64Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::AbortController;

use crate::check::{Outcome, equal, error, fail, holds};
use crate::jobs::{
    self, City, chunks, count_up, counts, double, grow, halve, join_words, port, reverse, sleep, steps, total, wait,
};

const MODULE: &str = "/pkg/centaurus.js";
const JOBS: &str = "/tests/rust/pkg/centaurus_rust_tests.js";

async fn pool(options: Options) -> Result<Pool, Error> {
    let pool = Pool::new(options.module(MODULE)).await?;
    pool.register_module(JOBS).await?;
    Ok(pool)
}

/// A pool of one worker, so that its functions share their memory.
async fn one() -> Result<Pool, Error> {
    pool(Options::new().size(1..=1)).await
}

#[wasm_bindgen(js_name = "testTyped")]
pub async fn typed() -> Outcome {
    let pool = one().await?;
    equal(total::call(&pool, &[1, 2, 3]).await?, 6)?;
    equal(join_words::call(&pool, vec!["a".into(), "b".into()], "-").await?, "a-b")?;
    equal(jobs::nothing::call(&pool).await?, ())?;
    let tags = HashMap::from([("old".to_owned(), -1)]);
    let twin = City { name: "Bergen".into(), population: 1 << 52, twin: None, tags: HashMap::new() };
    let city = City { name: "Çorum".into(), population: 7, twin: Some(Box::new(twin)), tags };
    let grown = City { population: 10, ..city.clone() };
    equal(grow::call(&pool, city.clone(), Some(3)).await?, grown)?;
    equal(grow::call(&pool, city, None).await?.population, 8)?;
    equal(pool.call::<u64>("total", &(vec![1, 2],)).await?, 3)
}

#[wasm_bindgen(js_name = "testConversions")]
pub async fn conversions() -> Outcome {
    let pool = one().await?;
    // Beyond what a number holds exactly.
    equal(double::call(&pool, (1 << 60) + 1).await?, (1u64 << 61) + 2)?;
    equal(double::call(&pool, 4).await?, 8)?;
    let names = [(1, "one".to_owned())].into();
    equal(jobs::by_number::call(&pool, names).await?, [(2, "one".to_owned())].into())?;
    equal(reverse::call(&pool, Bytes(vec![1, 2, 3])).await?, Bytes(vec![3, 2, 1]))?;
    equal(reverse::call(&pool, Bytes(Vec::new())).await?, Bytes(Vec::new()))?;
    let Js(halved) = halve::call(&pool, Js(Float64Array::from([1.0, 3.0].as_slice()))).await?;
    equal(halved.to_vec(), [0.5, 1.5])?;
    match error(pool.call::<String>("total", &([1, 2],)).await)? {
        Error::Decode { what, .. } => equal(what, "the result of 'total'"),
        other => fail(format!("{other:?}")),
    }
}

#[wasm_bindgen(js_name = "testErrors")]
pub async fn errors() -> Outcome {
    let pool = one().await?;
    let Error::Function(thrown) = error(port::call(&pool, "eighty").await)? else { return fail("no Function") };
    equal((thrown.name(), thrown.message()), ("ParseIntError", "invalid digit found in string"))?;
    let Error::Function(thrown) = error(port::call(&pool, "80").await)? else { return fail("no Function") };
    equal((thrown.name(), thrown.message()), ("ReservedError", "the port is reserved"))?;
    equal(thrown.details::<u16>(), Some(80))?;
    holds(!thrown.stack().is_empty(), "no stack")?;
    let wrong = error(pool.call::<u16>("port", &(80,)).await)?;
    let Error::Function(thrown) = &wrong else { return fail(format!("{wrong:?}")) };
    equal(thrown.name(), "TypeError")?;
    holds(thrown.message().starts_with("Argument 1 (`text`) of 'port' does not fit"), thrown.message())?;
    match error(pool.call::<u64>("totl", &([1],)).await)? {
        Error::UnknownFunction { nearest, .. } => holds(nearest.contains(&"total".to_owned()), "total is not near"),
        other => fail(format!("{other:?}")),
    }
}

#[wasm_bindgen(js_name = "testPanic")]
pub async fn panic() -> Outcome {
    let pool = one().await?;
    let crash = error(jobs::panics::call(&pool, "tired".into()).await)?;
    let Error::WorkerCrash(thrown) = &crash else { return fail(format!("{crash:?}")) };
    holds(thrown.message().contains("told to: tired"), thrown.message())?;
    holds(thrown.message().contains("jobs.rs"), thrown.message())?;
    equal(total::call(&pool, &[1]).await?, 1)?;
    let crash = error(jobs::panics_later::call(&pool).await)?;
    let Error::WorkerCrash(thrown) = &crash else { return fail(format!("{crash:?}")) };
    holds(thrown.message().contains("after a while"), thrown.message())?;
    equal(total::call(&pool, &[1]).await?, 1)?;
    equal(pool.stats()?.crashes, 2)
}

#[wasm_bindgen(js_name = "testProgress")]
pub async fn progress() -> Outcome {
    let pool = one().await?;
    let seen = Rc::new(RefCell::new(Vec::new()));
    let options = CallOptions::new().on_progress({
        let seen = Rc::clone(&seen);
        move |step: (u32, u32)| seen.borrow_mut().push(step)
    });
    equal(steps::call(&pool.with(&options), 3).await?, 3)?;
    equal(seen.take(), [(1, 3), (2, 3), (3, 3)])
}

#[wasm_bindgen(js_name = "testAbort")]
pub async fn abort() -> Outcome {
    let pool = one().await?;
    let abort = AbortController::new()?;
    let options = CallOptions::new().signal(&abort.signal()).on_progress({
        let abort = abort.clone();
        move |_: String| abort.abort()
    });
    let aborted = error(wait::call(&pool.with(&options), true).await)?;
    holds(matches!(aborted, Error::Aborted(_)), &format!("{aborted:?}"))?;
    equal(counts::call(&pool).await?.0, 1)?;
    // A reason of the program's own is still an abort.
    let abort = AbortController::new()?;
    abort.abort_with_reason(&"enough".into());
    let aborted = error(total::call(&pool.with(&CallOptions::new().signal(&abort.signal())), &[1]).await)?;
    let Error::Aborted(thrown) = &aborted else { return fail(format!("{aborted:?}")) };
    equal(thrown.message(), "enough")
}

#[wasm_bindgen(js_name = "testDrop")]
pub async fn drop_aborts() -> Outcome {
    let pool = one().await?;
    let (sender, started) = futures_util::future::abortable(std::future::pending::<()>());
    let options = CallOptions::new().on_progress(move |_: String| started.abort());
    match select(wait::call(&pool.with(&options), true), sender).await {
        Either::Left((early, _)) => return fail(format!("{early:?}")),
        Either::Right((_, call)) => drop(call),
    }
    equal(counts::call(&pool).await?.0, 1)?;
    // A detached one goes on.
    let detached = CallOptions::new().detached();
    match select(wait::call(&pool.with(&detached), false), std::future::ready(())).await {
        Either::Left((early, _)) => return fail(format!("{early:?}")),
        Either::Right((_, call)) => drop(call),
    }
    equal(pool.call::<u64>("double", &(1,)).await?, 2)?;
    equal(pool.stats()?.calls.returned, 3)?;
    // One that was never polled was never made.
    drop(total::call(&pool, &[1]));
    sleep(Duration::from_millis(20)).await;
    equal(pool.stats()?.calls.submitted, 4)
}

/// Needs shared memory: the function never yields.
#[wasm_bindgen(js_name = "testSpin")]
pub async fn spin() -> Outcome {
    let pool = pool(Options::new().size(1..=1).kill_grace(Duration::from_secs(60))).await?;
    let options = CallOptions::new().timeout(Duration::from_millis(50));
    let late = error(jobs::spin::call(&pool.with(&options)).await)?;
    holds(matches!(late, Error::Timeout(_)), &format!("{late:?}"))?;
    equal(total::call(&pool, &[1, 1]).await?, 2)?;
    equal(pool.stats()?.spawned, 1)
}

#[wasm_bindgen(js_name = "testTimeout")]
pub async fn timeout() -> Outcome {
    let pool = pool(Options::new().size(1..=1).kill_grace(Duration::from_millis(50))).await?;
    let options = CallOptions::new().timeout(Duration::from_millis(100));
    let late = error(pool.with(&options).call::<()>("spin", &()).await)?;
    holds(matches!(late, Error::Timeout(_)), &format!("{late:?}"))?;
    equal(total::call(&pool, &[2]).await?, 2)
}

#[wasm_bindgen(js_name = "testStreams")]
pub async fn streams() -> Outcome {
    let pool = one().await?;
    equal(count_up::stream(&pool, 0, 1000).try_collect::<Vec<_>>().await?, (0..1000).collect::<Vec<_>>())?;
    equal(count_up::call(&pool, 3, 6).await?, [3, 4, 5])?;
    equal(counts::call(&pool).await?.1, 2)?;
    let pieces = chunks::stream(&pool, Bytes((0..5).collect()), 2).try_collect::<Vec<_>>().await?;
    equal(pieces, [Bytes(vec![0, 1]), Bytes(vec![2, 3]), Bytes(vec![4])])?;
    let refused = error(chunks::stream(&pool, Bytes(Vec::new()), 0).try_collect::<Vec<_>>().await)?;
    equal(refused.thrown().map(|thrown| thrown.message().to_owned()), Some("chunks need a length".to_owned()))?;
    let mut mixed = jobs::parse_all::stream(&pool, vec!["1".into(), "two".into(), "3".into()]);
    equal(mixed.next().await.transpose()?, Some(1))?;
    let Some(Err(Error::Function(thrown))) = mixed.next().await else { return fail("no error") };
    equal(thrown.name(), "ParseIntError")?;
    holds(mixed.next().await.is_none(), "it goes on after an error")?;
    let mut ticks = jobs::ticks::stream(&pool, 100);
    let mut seen = Vec::new();
    loop {
        match ticks.next().await {
            Some(Ok(tick)) => seen.push(tick),
            Some(Err(error)) => break equal(error.to_string(), "Error: fifty is enough")?,
            None => return fail("it ended"),
        }
    }
    equal(seen, (0..50).collect::<Vec<_>>())
}

#[wasm_bindgen(js_name = "testLeaving")]
pub async fn leaving() -> Outcome {
    let pool = one().await?;
    let mut endless = count_up::stream(&pool, 0, u32::MAX);
    for expected in 0..10 {
        equal(endless.next().await.transpose()?, Some(expected))?;
    }
    // While nobody takes them the worker makes a bounded number of values.
    sleep(Duration::from_millis(100)).await;
    let (_, dropped, made) = counts::call(&pool).await?;
    equal(dropped, 0)?;
    holds(made < 10_000, &format!("{made} values were made"))?;
    drop(endless);
    let mut waited = 0;
    while counts::call(&pool).await?.1 == 0 {
        waited += 1;
        holds(waited < 500, "the source was not dropped")?;
        sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

#[wasm_bindgen(js_name = "testPool")]
pub async fn pool_itself() -> Outcome {
    let pool = pool(Options::new().size(2..=2).name("rust")).await?;
    pool.ready().await?;
    let sums = join_all((0..100u64).map(|n| total::call(&pool, &[n, 1]))).await;
    for (n, sum) in sums.into_iter().enumerate() {
        equal(sum?, n as u64 + 1)?;
    }
    equal(pool.broadcast::<u64>("double", &(21,)).await?, [42, 42])?;
    let stats = pool.stats()?;
    equal((stats.name.as_str(), stats.size.min, stats.size.max), ("rust", 2, 2))?;
    holds(stats.workers.iter().all(|worker| worker.state == WorkerState::Idle), &format!("{:?}", stats.workers))?;
    let options = CallOptions::new().key("one").priority(5).retry(1);
    equal(double::call(&pool.with(&options), 1).await?, 2)?;
    let last = double::call(&pool, 1);
    let (last, closed) = futures_util::join!(last, pool.close());
    closed?;
    equal(last?, 2)?;
    let ended = error(double::call(&pool, 1).await)?;
    holds(matches!(ended, Error::Terminated(_)), &format!("{ended:?}"))
}

/// A pool ends with its last handle and its last call.
#[wasm_bindgen(js_name = "testEnd")]
pub async fn end() -> Outcome {
    let pool = one().await?;
    let face = pool.as_js().clone();
    let call = double::call(&pool, 2);
    drop(pool);
    equal(call.await?, 4)?;
    let handle = Pool::from_js(face)?;
    let ended = error(double::call(&handle, 1).await)?;
    holds(matches!(ended, Error::Terminated(_)), &format!("{ended:?}"))
}

/// A pool of the page's script, and a function in JavaScript.
#[wasm_bindgen(js_name = "testShared")]
pub async fn shared(face: JsValue) -> Outcome {
    let pool = Pool::from_js(face)?;
    equal(pool.call::<String>("greet", &("you",)).await?, "hello you")?;
    equal(
        pool.call::<HashMap<String, u32>>("lengths", &(["a", "bcd"],)).await?,
        [("a".into(), 1), ("bcd".into(), 3)].into(),
    )?;
    equal(pool.stream::<u32>("countdown", &(3,)).try_collect::<Vec<_>>().await?, [3, 2, 1])?;
    let uncloneable = error(pool.call::<JsNothing>("giveFunction", &()).await)?;
    holds(matches!(uncloneable, Error::Uncloneable(_)), &format!("{uncloneable:?}"))?;
    let thrown = error(pool.call::<()>("throwText", &()).await)?;
    equal(thrown.to_string(), "just text")?;
    let none = error(Pool::from_js(js_sys::Object::new().into()))?;
    holds(matches!(none, Error::Decode { .. }), &format!("{none:?}"))
}

type JsNothing = ();

#[wasm_bindgen(js_name = "testLoading")]
pub async fn loading() -> Outcome {
    let missing = error(Pool::new(Options::new().module("/fault/404/centaurus.js")).await)?;
    holds(matches!(missing, Error::Module(_)), &format!("{missing:?}"))?;
    let other = error(Pool::new(Options::new().module(JOBS)).await)?;
    holds(other.to_string().contains("no class Centaurus"), &other.to_string())?;
    let options = Options::new().module(MODULE).size(0..=0);
    let bounds = error(Pool::new(options).await)?;
    equal(bounds.thrown().map(|thrown| thrown.name().to_owned()), Some("RangeError".to_owned()))?;
    let pool = Pool::new(Options::new().module(MODULE).worker("/fault/404/worker.js")).await?;
    let failed = error(pool.call::<u8>("any", &()).await)?;
    holds(matches!(failed, Error::UnknownFunction { .. }), &format!("{failed:?}"))?;
    let failed = error(pool.ready().await)?;
    holds(matches!(failed, Error::WorkerLoad(_)), &format!("{failed:?}"))?;
    let pool = Pool::new(Options::new().module(MODULE)).await?;
    let failed = error(pool.register_functions(JOBS, &["total", "missing"]).await)?;
    holds(failed.to_string().contains("missing"), &failed.to_string())
}

#[wasm_bindgen(js_name = "testServices")]
pub async fn services() -> Outcome {
    let pool = Pool::new(Options::new().module(MODULE)).await?;
    let data = b"to be or not to be, ".repeat(1000);
    let small = pool.compress(&data, Deflate { format: Format::Gzip, level: 9 }).await?;
    holds(small.len() < data.len() / 50 && small.starts_with(&[0x1f, 0x8b]), "not compressed")?;
    equal(pool.decompress(&small, Format::Gzip).await?, data.clone())?;
    let corrupt = error(pool.decompress(&[1, 2, 3], Format::Zlib).await)?;
    equal(corrupt.thrown().map(|thrown| thrown.name().to_owned()), Some("CorruptError".to_owned()))?;
    let value = vec![("one".to_owned(), 1.5), ("two".to_owned(), -2.0)];
    equal(pool.unpack::<Vec<(String, f64)>>(&pool.pack(&value).await?).await?, value.clone())?;
    let message = pool.msgpack_encode(&value).await?;
    equal(&message[..6], [0x92, 0x92, 0xa3, b'o', b'n', b'e'])?;
    equal(pool.msgpack_decode::<Vec<(String, f64)>>(&message).await?, value)?;
    let digests = pool.digest(&["crc32", "sha-256"], b"abc").await?;
    equal(digests["crc32"].as_slice(), [0x35, 0x24, 0x41, 0xc2])?;
    equal(digests["sha-256"].len(), 32)
}
