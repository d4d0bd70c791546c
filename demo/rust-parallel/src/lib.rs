//! A worker function that uses every core at once: rayon's parallel iterators, in threads that share the worker's memory.
//!
//! Nothing here starts a thread. A worker that loads this package starts them before the first call, where the page is
//! cross-origin isolated; elsewhere rayon does with one, and the same functions give the same results. How the package is
//! built for threads is in `docs/rust-threads.md`.

use std::sync::atomic::{AtomicU32, Ordering};

use centaurus::web::{Failure, Task};
use rayon::prelude::*;

/// By this export whoever loads the package sees that it has threads.
#[cfg(target_feature = "atomics")]
pub use wasm_bindgen_rayon::init_thread_pool;

/// Parts of a count, one after the other: after each there is progress, and a call that was cancelled ends.
const PARTS: u32 = 64;
/// Numbers that a thread tests before it takes others.
const BLOCK: u32 = 1024;
/// As many threads as a worker starts at most.
const MOST_THREADS: usize = 16;

/// How many numbers each thread has tested.
static TESTED: [AtomicU32; MOST_THREADS] = [const { AtomicU32::new(0) }; MOST_THREADS];

/// Counts the prime numbers below `below`. Tells how many it has found.
///
/// # Errors
/// When it is cancelled. The threads know nothing of the task, but the one that waits for them does, between two parts; a
/// part that takes longer than the pool's `killGrace` ends with its worker, threads and all.
#[centaurus::worker(name = "countPrimes")]
pub fn count_primes(task: &Task, below: u32) -> Result<u32, Failure> {
    let part = below.div_ceil(PARTS).max(BLOCK);
    let mut found = 0;
    for start in (0..below).step_by(part as usize) {
        task.check()?;
        let end = below.min(start.saturating_add(part));
        let blocks = (start..end).into_par_iter().step_by(BLOCK as usize);
        found += blocks.map(|first| count_block(first, end.min(first.saturating_add(BLOCK)))).sum::<u32>();
        task.progress(&found);
    }
    Ok(found)
}

/// How many threads there are.
#[centaurus::worker]
pub fn threads() -> usize {
    rayon::current_num_threads()
}

/// What a mistake in one of the threads comes to: the call fails, and its worker is replaced.
///
/// # Panics
/// Always.
#[centaurus::worker]
pub fn stumble() -> u32 {
    #[allow(clippy::panic, reason = "that is what it is for")]
    (0..PARTS).into_par_iter().map(|n| if n == PARTS / 2 { panic!("stumbled over {n}") } else { n }).sum()
}

fn count_block(first: u32, end: u32) -> u32 {
    let found = (first..end).filter(|&n| is_prime(n)).count() as u32;
    if let Some(tested) = rayon::current_thread_index().and_then(|index| TESTED.get(index)) {
        tested.fetch_add(end - first, Ordering::Relaxed);
    }
    found
}

fn is_prime(n: u32) -> bool {
    n > 1
        && (2..).take_while(|d: &u32| d.checked_mul(*d).is_some_and(|square| square <= n)).all(|d| !n.is_multiple_of(d))
}

#[cfg(target_arch = "wasm32")]
mod window {
    use centaurus::web::Js;
    use js_sys::{Reflect, Uint32Array, WebAssembly};
    use wasm_bindgen::JsCast as _;

    use super::TESTED;

    /// How many numbers each thread has tested. On an isolated page this is a window to the memory that the threads share:
    /// the page sees them at work, without a message. Elsewhere it is a copy.
    #[centaurus::worker]
    pub fn tested() -> Js<Uint32Array> {
        let memory = wasm_bindgen::memory().unchecked_into::<WebAssembly::Memory>();
        let (start, length) = (TESTED.as_ptr() as u32, TESTED.len() as u32);
        let window = Uint32Array::new_with_byte_offset_and_length(&memory.buffer(), start, length);
        let isolated = Reflect::get(&js_sys::global(), &"crossOriginIsolated".into());
        Js(if isolated.is_ok_and(|isolated| isolated.is_truthy()) { window } else { window.slice(0, length) })
    }
}

#[cfg(target_arch = "wasm32")]
pub use window::tested;

/// The guide's examples, compiled as they stand.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/rust-threads.md")]
mod guide {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_as_many_as_there_are() {
        // Of the numbers below powers of ten, as in OEIS A006880; and the smallest cases.
        for (below, primes) in [(0, 0), (1, 0), (2, 0), (3, 1), (1_000, 168), (100_000, 9_592), (1_000_000, 78_498)] {
            assert_eq!(count_primes(&Task::detached(), below).unwrap(), primes, "below {below}");
        }
    }

    #[test]
    #[should_panic(expected = "stumbled over 32")]
    fn a_panic_in_a_thread_is_one_of_the_function() {
        stumble();
    }

    #[test]
    fn threads_say_what_they_have_tested() {
        count_primes(&Task::detached(), 200_000).unwrap();
        let tested: u32 = TESTED.iter().map(|tested| tested.load(Ordering::Relaxed)).sum();
        assert!(tested >= 200_000 || rayon::current_num_threads() > MOST_THREADS, "{tested}");
    }
}
