//! What a worker function may look like, and what one is told that may not.

use std::convert::Infallible;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use centaurus::web::{Call, CallStream, Failure, Pool, Task};
use futures_util::Stream;

/// Documentation is the export's too.
#[centaurus::worker]
fn plain(first: u32, (second, third): (u32, u32)) -> u32 {
    first + second + third
}

#[centaurus::worker(name = "otherName")]
fn renamed(text: &str, numbers: &[u8], maybe: Option<char>) -> String {
    format!("{text}{}{}", numbers.len(), maybe.is_some())
}

#[centaurus::worker]
fn r#type() -> &'static str {
    "a keyword"
}

#[centaurus::worker]
async fn later(task: &Task, mut n: u32) -> std::io::Result<u32> {
    n += u32::from(task.is_cancelled());
    Ok(n)
}

#[centaurus::worker]
fn iterator(task: Task, n: u32) -> impl Iterator<Item = u32> {
    (0..n).inspect(move |done| task.progress(done))
}

#[centaurus::worker]
fn boxed(n: u32) -> Result<Box<dyn Iterator<Item = Result<u32, Failure>>>, Infallible> {
    Ok(Box::new((0..n).map(|n| if n < 2 { Ok(n) } else { Err(Failure::new("two")) })))
}

#[centaurus::worker]
fn stream(n: u32) -> impl Stream<Item = Result<u32, Failure>> {
    futures_util::stream::iter((0..n).map(Ok))
}

/// Its parameters have the names that the attribute uses itself.
#[centaurus::worker]
fn awkward(this: u32, task: u32, value: &str, pool: u32, attribute: u32) -> u32 {
    this + task + value.len() as u32 + pool + attribute
}

#[centaurus::worker]
#[cfg(any())]
fn absent(missing: NoSuchType) -> NoSuchType {
    missing
}

fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

#[test]
fn the_function_stays_what_it_was() {
    assert_eq!(plain(1, (2, 3)), 6);
    assert_eq!(renamed("a", &[1], None), "a1false");
    assert_eq!(r#type(), "a keyword");
    assert_eq!(awkward(1, 2, "three", 4, 5), 17);
    assert_eq!(ready(later(&Task::detached(), 4)).unwrap(), 4);
    assert_eq!(iterator(Task::detached(), 3).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(boxed(3).unwrap().filter_map(Result::ok).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn the_export_has_the_functions_name_or_the_given_one() {
    assert_eq!([plain::NAME, renamed::NAME, r#type::NAME], ["plain", "otherName", "type"]);
}

/// Never run: it is there to be compiled.
#[allow(dead_code)]
fn callers_have_the_functions_types(pool: &Pool) {
    drop::<Call<u32>>(plain::call(pool, 1, (2, 3)));
    drop::<Call<String>>(renamed::call(pool, "a", &[1], None));
    drop::<Call<String>>(r#type::call(pool));
    drop::<Call<u32>>(later::call(pool, 1));
    drop::<Call<Vec<u32>>>(iterator::call(pool, 1));
    drop::<CallStream<u32>>(iterator::stream(pool, 1));
    drop::<CallStream<u32>>(boxed::stream(pool, 1));
    drop::<CallStream<u32>>(stream::stream(pool, 1));
}

#[test]
fn what_cannot_be_one_is_told_why() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
