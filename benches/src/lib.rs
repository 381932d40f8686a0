//! What all benchmarks share: halls, customers and their commands, always from the same seed, and ways of measuring in
//! which state never runs out unnoticed. Every answer is looked at: a benchmark that measures refusals fails.

use std::sync::LazyLock;

pub mod inflight;
pub mod people;
pub mod results;
pub mod timing;
pub mod venue;

pub use people::{Customer, Sale};
pub use venue::Venue;

/// A measurement that cannot be made says why.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The seed of everything: `TACOS_SEED`, as for the tests, else 1.
#[must_use]
pub fn seed() -> u64 {
    match std::env::var("TACOS_SEED") {
        Ok(text) => text.parse().expect("TACOS_SEED is a number"),
        Err(_) => 1,
    }
}

/// The size of a table that is filled before anything is measured: `full`, or a fiftieth of it where every benchmark
/// runs once only, to see that it runs. As criterion decides it: cargo says `--bench` where it shall measure.
#[must_use]
pub fn table(full: u32) -> u32 {
    static IS_MEASURED: LazyLock<bool> = LazyLock::new(|| {
        let has = |flag: &str| std::env::args().any(|argument| argument == flag);
        has("--bench") && !has("--test")
    });
    if *IS_MEASURED { full } else { full / 50 }
}

/// The numbers below `count` in an order that only the seed decides.
#[must_use]
pub fn scattered(count: u32, seed: u64) -> Vec<u32> {
    let mut random = tacos_testing::Random::new(seed);
    let mut order: Vec<u32> = (0..count).collect();
    for last in (1..order.len()).rev() {
        order.swap(last, random.index(last + 1));
    }
    order
}
