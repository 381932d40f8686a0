//! Counters of one engine, one cache line each so that counting does not make callers meet. Read by whoever serves them.

use crate::sync::CachePadded;
use crate::sync::atomic::{AtomicU64, Ordering};

/// Counts since the engine was opened.
#[derive(Default)]
pub(crate) struct Metrics {
    pub(crate) commands: Counter,
    pub(crate) refusals: Counter,
    pub(crate) groups: Counter,
    pub(crate) bytes: Counter,
    pub(crate) fired: Counter,
    pub(crate) expired: Counter,
    pub(crate) webhooks_dropped: Counter,
    pub(crate) snapshots: Counter,
    pub(crate) snapshot_failures: Counter,
    /// Ends of the journal at the last snapshot that was finished, and at the last that was begun without asking.
    pub(crate) snapshot_end: Counter,
    pub(crate) snapshot_tried: Counter,
}

/// One count.
#[derive(Default)]
pub(crate) struct Counter(CachePadded<AtomicU64>);

impl Counter {
    pub(crate) fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
