//! All criterion benches of the engine, by subject: `cargo bench -p tacos-benches --bench engine -- line/` runs one.
//! Nothing is prepared for a bench that is not run. `QUICK=1` measures shorter.
#![allow(missing_docs, reason = "criterion's macros make functions without")]

mod journal;
mod keys;
mod line;
mod seats;
mod updates;
mod wheel;

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

/// Long enough that medians stand still within some percent, short enough that all of them fit a quarter of an hour.
fn settings() -> Criterion {
    let is_quick = std::env::var_os("QUICK").is_some_and(|value| value != "0");
    let (warm_up_ms, measure_ms) = if is_quick { (100, 300) } else { (500, 2_000) };
    Criterion::default()
        .sample_size(if is_quick { 10 } else { 20 })
        .warm_up_time(Duration::from_millis(warm_up_ms))
        .measurement_time(Duration::from_millis(measure_ms))
}

criterion_group! {
    name = all;
    config = settings();
    targets = seats::benches, line::benches, wheel::benches, keys::benches, journal::benches, updates::benches
}
criterion_main!(all);
