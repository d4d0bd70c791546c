#![allow(missing_docs, clippy::unwrap_used)]
use centaurus_protocol::FunctionId;
use centaurus_scheduler::*;
use std::time::Instant;
fn ready(max: u32) -> (Scheduler, Vec<centaurus_protocol::WorkerId>) {
    let mut s = Scheduler::new(Config { max, min: max, ..Config::default() });
    s.warm(Time(0));
    let mut ws = vec![];
    while let Some(c) = s.poll() {
        if let Command::Spawn { worker, .. } = c {
            ws.push(worker)
        }
    }
    for &w in &ws {
        s.loaded(Time(1), w);
    }
    s.tick(Time(1));
    while s.poll().is_some() {}
    (s, ws)
}
fn main() {
    for max in [1, 8, 32] {
        let (mut s, ws) = ready(max);
        let w = ws[0];
        let n = 2_000_000u64;
        let t = Instant::now();
        for i in 0..n {
            let now = Time(2 + i);
            let c = s.submit(now, Request::new(FunctionId(0))).unwrap();
            s.tick(now);
            while s.poll().is_some() {}
            std::hint::black_box(s.next_wake());
            assert!(s.replied(now, w, c, true, 5));
            s.tick(now);
            assert!(s.poll().is_none());
        }
        println!("max {max}: single call {:?}", t.elapsed() / n as u32);
        for burst in [1_000u64, 100_000] {
            let rounds = 1_000_000 / burst;
            let t = Instant::now();
            let mut total = std::time::Duration::ZERO;
            let mut now = 10_000_000;
            for _ in 0..rounds {
                for _ in 0..burst {
                    s.submit(Time(now), Request::new(FunctionId(0))).unwrap();
                }
                let mut left = burst;
                while left > 0 {
                    now += 10;
                    s.tick(Time(now));
                    let mut posted = vec![];
                    while let Some(c) = s.poll() {
                        if let Command::Post { worker, call, .. } = c {
                            posted.push((worker, call))
                        }
                    }
                    for (w, c) in posted {
                        assert!(s.replied(Time(now), w, c, true, 5));
                        left -= 1;
                    }
                }
            }
            total += t.elapsed();
            println!("max {max}: burst {burst}: {:?} per call", total / (rounds * burst) as u32);
        }
        // keyed, prioritised, timeouts
        let t = Instant::now();
        let (burst, mut now) = (100_000u64, 2_000_000_000);
        for i in 0..burst {
            let mut r = Request::new(FunctionId(0));
            r.key = Some(format!("{}", i % 1000).into());
            r.priority = (i * 7919 % 10007) as i32;
            r.timeout = Some(60_000_000 + i);
            s.submit(Time(now), r).unwrap();
        }
        let mut left = burst;
        while left > 0 {
            now += 10;
            s.tick(Time(now));
            let mut posted = vec![];
            while let Some(c) = s.poll() {
                if let Command::Post { worker, call, .. } = c {
                    posted.push((worker, call))
                }
            }
            for (w, c) in posted {
                assert!(s.replied(Time(now), w, c, true, 5));
                left -= 1;
            }
        }
        println!("max {max}: keyed+priority+timeout burst: {:?} per call", t.elapsed() / burst as u32);
    }
}
