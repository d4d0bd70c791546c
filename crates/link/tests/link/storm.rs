//! Ten thousand clients lose their server at once. `cargo test -p centaurus-link storm -- --nocapture` prints the figure.

use centaurus_link::{Command, Config, Link, Time};

const CLIENTS: u64 = 10_000;
const MS: u64 = 1_000;
/// How long the server is away.
const OUTAGE: u64 = 3_000 * MS;
/// How finely attempts are counted.
const BUCKET: u64 = 100 * MS;

/// Attempts that a mark of the printed figure stands for.
const PER_MARK: u64 = 200;

/// Attempts in each tenth of a second, until every client is back; and when that was.
fn attempts() -> (Vec<u64>, u64) {
    let mut clients: Vec<_> = (0..CLIENTS)
        .map(|seed| {
            let mut link = Link::new(Config { seed, ..Config::default() });
            link.open(Time(0));
            link.connected(Time(0));
            // Stable for long enough; then the server is gone.
            link.lost(Time(60_000 * MS), 1006, "");
            while link.poll().is_some() {}
            link
        })
        .collect();
    let start = 60_000 * MS;
    let mut buckets = Vec::new();
    let mut last = 0;
    for link in &mut clients {
        while let Some(wake) = link.next_wake() {
            link.tick(wake);
            let connects = std::iter::from_fn(|| link.poll()).any(|command| matches!(command, Command::Connect { .. }));
            assert!(connects, "it only waits for the next attempt");
            let at = wake.since(Time(start));
            let bucket = (at / BUCKET) as usize;
            buckets.resize(buckets.len().max(bucket + 1), 0);
            buckets[bucket] += 1;
            if at >= OUTAGE {
                last = last.max(at);
                break;
            }
            link.lost(wake, 1006, "");
            while link.poll().is_some() {}
        }
    }
    (buckets, last)
}

#[test]
fn clients_come_back_spread_out() {
    let (buckets, last) = attempts();
    let (peak, total) = (buckets.iter().copied().max().unwrap_or(0), buckets.iter().sum::<u64>());
    println!(
        "{CLIENTS} clients, a server away for 3 s: {total} attempts, at most {peak} in 100 ms, all back after {} ms",
        last / MS
    );
    for (second, tenths) in buckets.chunks(10).enumerate() {
        let attempts: u64 = tenths.iter().sum();
        let peak = tenths.iter().copied().max().unwrap_or(0);
        let bar = "#".repeat((attempts / PER_MARK) as usize);
        println!("{second:>3} s {attempts:>6} attempts, at most {peak:>5} in 100 ms {bar}");
    }
    // Without jitter all of them come in the same 100 ms, each time.
    assert!(peak < CLIENTS / 6, "{peak} of {CLIENTS} clients came within 100 ms");
    let after: u64 = buckets[(OUTAGE / BUCKET) as usize..].iter().copied().max().unwrap_or(0);
    assert!(after < CLIENTS / 15, "{after} clients met the server within 100 ms of its return");
    assert!(last < 45_000 * MS, "the last came back after {} ms", last / MS);
}
