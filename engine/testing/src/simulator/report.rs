//! What a run is configured with, and what it reports.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::Faults;
use crate::random::Random;
use tacos_engine::clock::Clock;
use tacos_engine::{Config, Driver, LatePayment};

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Commands sent.
    pub commands: u64,
    /// Commands that succeeded.
    pub successes: u64,
    /// Facts that the feed told.
    pub facts: u64,
    /// Simulated milliseconds.
    pub simulated_ms: u64,
    /// Times that the engine was opened again, crashes included.
    pub reopened: u64,
    /// Snapshots taken.
    pub snapshots: u64,
    /// Whole comparisons of engine and model.
    pub comparisons: u64,
    /// Faults by class.
    pub faults: Faults,
}

impl Report {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            commands: self.commands + other.commands,
            successes: self.successes + other.successes,
            facts: self.facts + other.facts,
            simulated_ms: self.simulated_ms + other.simulated_ms,
            reopened: self.reopened + other.reopened,
            snapshots: self.snapshots + other.snapshots,
            comparisons: self.comparisons + other.comparisons,
            faults: self.faults.plus(other.faults),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} s simulated, {} commands ({} successes), {} facts, {} reopenings, {} snapshots, {} comparisons; {}",
            self.simulated_ms / 1_000,
            self.commands,
            self.successes,
            self.facts,
            self.reopened,
            self.snapshots,
            self.comparisons,
            self.faults
        )
    }
}

/// Small bounds and short times, some of them drawn.
pub(super) fn config(random: &mut Random, seed: u64, clock: Arc<dyn Clock>) -> Config {
    Config::default()
        .with_driver(Driver::Manual)
        .with_clock(clock)
        .with_fixed_entropy(Some(seed))
        .with_idempotency_ttl(Duration::from_secs(40))
        .with_retention(Duration::from_secs(120))
        .with_payment_ttl(Duration::from_secs(60))
        .with_expiry_warning(Duration::from_secs(if random.chance(20) { 0 } else { 5 }))
        .with_admissions_per_second_max(if random.chance(30) { 50 } else { 1_000 })
        .with_late_payment(if random.chance(30) { LatePayment::Refund } else { LatePayment::RetakeOrRefund })
        .with_idempotency_keys_max(1 << 16)
        .with_reservations_max(1 << 16)
        .with_payments_max(1 << 16)
        .with_webhooks_max(1 << 14)
        .with_log_buffer_bytes(tacos_engine::limits::LOG_BUFFER_BYTES_MIN)
        .with_update_history_bytes(4 << 20)
        .with_segment_bytes(tacos_engine::limits::SEGMENT_BYTES_MIN)
}
