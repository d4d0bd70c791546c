//! The scheduler's numbers as the page reads them.

use centaurus_scheduler::{Scheduler, Summary, WorkerState};
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;

/// The scheduler counts µs, the page reads ms.
fn ms(micros: u64) -> JsValue {
    JsValue::from(micros as f64 / 1000.0)
}

fn count(value: u64) -> JsValue {
    JsValue::from(value as f64)
}

fn object_of(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in fields {
        // Fails only where the target is frozen or no object.
        let _ = Reflect::set(&object, &JsValue::from_str(key), value);
    }
    object.into()
}

fn percentiles(summary: &Summary) -> JsValue {
    object_of(&[
        ("count", count(summary.count)),
        ("mean", ms(summary.mean)),
        ("p50", ms(summary.p50)),
        ("p90", ms(summary.p90)),
        ("p99", ms(summary.p99)),
        ("max", ms(summary.max)),
    ])
}

/// All but the pool's name and size, which the page knows.
pub(crate) fn object(scheduler: &Scheduler) -> JsValue {
    let stats = scheduler.stats();
    let workers = Array::new();
    for worker in &stats.workers {
        let state = match worker.state {
            WorkerState::Starting => "starting",
            WorkerState::Idle => "idle",
            WorkerState::Busy => "running",
        };
        workers.push(&object_of(&[
            ("id", JsValue::from(worker.worker.0)),
            ("slot", JsValue::from(worker.slot)),
            ("state", JsValue::from_str(state)),
            ("calls", count(worker.ended)),
            ("running", JsValue::from(worker.posted + worker.streams)),
            ("uptime", ms(worker.age)),
        ]));
    }
    let counters = &stats.counters;
    let calls = object_of(&[
        ("submitted", count(counters.submitted)),
        ("returned", count(counters.returned)),
        ("threw", count(counters.threw)),
        ("aborted", count(counters.aborted)),
        ("timedOut", count(counters.timed_out)),
        ("crashed", count(counters.crashed)),
        ("loadFailed", count(counters.load_failed)),
        ("retried", count(counters.retried)),
        ("moved", count(counters.moved)),
    ]);
    object_of(&[
        ("queued", JsValue::from(stats.queued)),
        ("running", JsValue::from(stats.running)),
        ("workers", workers.into()),
        ("calls", calls),
        ("queue", percentiles(&stats.queue)),
        ("run", percentiles(&stats.run)),
        ("transfer", percentiles(&stats.transfer)),
        ("spawned", count(counters.spawned)),
        ("crashes", count(counters.crashes)),
    ])
}
