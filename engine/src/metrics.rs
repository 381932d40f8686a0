//! Counters of one engine, one cache line each, and those that every caller counts one a thread, so that counting does
//! not make callers meet. Read by the program that serves them.

use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{CachePadded, Mutex, rank, thread_number};

/// Counts since the engine was opened.
#[derive(Default)]
pub(crate) struct Metrics {
    pub(crate) commands: Striped,
    pub(crate) refusals: Striped,
    pub(crate) groups: Counter,
    pub(crate) bytes: Counter,
    pub(crate) fired: Counter,
    /// Timers among them that were of holds, and of payments.
    pub(crate) fired_holds: Counter,
    pub(crate) fired_payments: Counter,
    /// When the last timer was handled; zero before the first.
    pub(crate) last_fired_at: Counter,
    /// How long the last sync took; zero before the first.
    pub(crate) last_sync_us: Counter,
    pub(crate) expired: Counter,
    pub(crate) webhooks_dropped: Counter,
    pub(crate) snapshots: Counter,
    pub(crate) snapshot_failures: Counter,
    /// Tries to make the journal's next segment that were put off.
    pub(crate) segment_retries: Counter,
    /// Why the last of either was.
    pub(crate) last_retry: Mutex<Option<String>, { rank::LAST_RETRY }>,
    /// Ends of the journal at the last snapshot that was finished, and at the last that was begun without asking.
    pub(crate) snapshot_end: Counter,
    /// When the last finished snapshot was begun; zero before the first.
    pub(crate) snapshot_at: Counter,
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

/// Threads that count each in a line of their own; further ones share.
const STRIPES: usize = 16;

/// One count, kept by thread.
#[derive(Default)]
pub(crate) struct Striped([Counter; STRIPES]);

impl Striped {
    pub(crate) fn add(&self, count: u64) {
        self.0[thread_number() % STRIPES].add(count);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.iter().map(Counter::get).sum()
    }
}
