//! What the scheduler itself costs a call, in nanoseconds on this machine: `cargo run --release --example cost`.

use std::time::{Duration, Instant};

use centaurus_protocol::{FunctionId, WorkerId};
use centaurus_scheduler::{Command, Config, Refused, Request, Scheduler, Time};

/// A pool whose workers are all ready.
fn ready(workers: u32) -> Scheduler {
    let mut pool = Scheduler::new(Config { min: workers, max: workers, ..Config::default() });
    pool.warm(Time(0));
    for worker in 0..workers {
        pool.loaded(Time(0), WorkerId(worker));
    }
    pool.tick(Time(0));
    while pool.poll().is_some() {}
    pool
}

/// Submits so many calls at once and answers whatever is posted until all have ended.
fn burst(pool: &mut Scheduler, start: u64, count: u64, request: impl Fn(u64) -> Request) -> Result<Duration, Refused> {
    let begin = Instant::now();
    for index in 0..count {
        pool.submit(Time(start), request(index))?;
    }
    let (mut now, mut left, mut posted) = (start, count, Vec::new());
    while left > 0 {
        now += 10;
        pool.tick(Time(now));
        while let Some(command) = pool.poll() {
            if let Command::Post { worker, call, .. } = command {
                posted.push((worker, call));
            }
        }
        for (worker, call) in posted.drain(..) {
            left -= u64::from(pool.replied(Time(now), worker, call, true, 5));
        }
    }
    Ok(begin.elapsed())
}

fn main() -> Result<(), Refused> {
    let plain = |_| Request::new(FunctionId(0));
    let rich = |index: u64| Request {
        key: Some((index % 1_000).to_string().into()),
        priority: (index * 7_919 % 10_007) as i32,
        timeout: Some(60_000_000 + index),
        ..Request::new(FunctionId(0))
    };
    for workers in [1, 8, 32] {
        let mut pool = ready(workers);
        let (rounds, mut now, mut alone) = (500_000, 1, Duration::ZERO);
        for _ in 0..rounds {
            now += 20;
            alone += burst(&mut pool, now, 1, plain)?;
        }
        let per = |took: Duration, calls: u64| took.as_nanos() as u64 / calls;
        println!("{workers} workers: one call at a time {} ns", per(alone, rounds));
        for (name, count) in [("1,000", 1_000), ("100,000", 100_000)] {
            burst(&mut pool, now, count, plain)?;
            let took = burst(&mut pool, now, count, plain)?;
            println!("{workers} workers: of {name} at once {} ns each", per(took, count));
        }
        let took = burst(&mut pool, now, 100_000, rich)?;
        println!("{workers} workers: of 100,000 with key, priority and timeout {} ns each", per(took, 100_000));
    }
    Ok(())
}
