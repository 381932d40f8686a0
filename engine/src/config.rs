//! What a caller can set, with bounds and defaults. Checked once, when the engine is opened.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::describe::{Described, Kind, Struct, described};
use crate::error::Problem;
use crate::limits;

described! {
    /// What an acknowledgement promises. The variants say which crash an acknowledged write survives.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Durability {
        /// Acknowledged once on disk: survives a crash of the process and of the machine. The default.
        Synced,
        /// Acknowledged once handed to the operating system, synced at least this often: survives a crash of the
        /// process; a crash of the machine may lose what was acknowledged within the last interval.
        Relaxed {
            /// The longest time between two syncs.
            sync_every: Duration,
        },
    }

    /// Who turns time and writes the journal.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Driver {
        /// Threads of the engine's own. The default.
        Threads,
        /// The caller, by [`Engine::turn`](crate::Engine::turn): one seed reproduces a run. Waiting for a write flushes
        /// it. On a full disk a thread that waits looks again five times a second; a future is woken by the next call
        /// that finds room.
        Manual,
    }

    /// What becomes of money that arrives after the hold expired.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum LatePayment {
        /// Take the same seats again if all of them are still free, else refund. The default.
        RetakeOrRefund,
        /// Always refund.
        Refund,
    }

    /// Settings of one engine. `Config::default()` is a production configuration; the methods called `with_…` change
    /// it.
    #[derive(Clone)]
    #[non_exhaustive]
    pub struct Config {
        /// What an acknowledgement promises.
        pub durability: Durability = with_durability,
        /// Who turns time and writes the journal.
        pub driver: Driver = with_driver,
        /// The clock. Replace it in tests and simulations.
        pub clock: Arc<dyn Clock> = with_clock,
        /// Refuse writes that have no idempotency key. Default: false (the server's strict profile sets it).
        pub idempotency_required: bool = with_idempotency_required,
        /// How long an answer is remembered for its idempotency key. Default: 5 minutes; 1 s to 24 h.
        pub idempotency_ttl: Duration = with_idempotency_ttl,
        /// Idempotency keys remembered at once. Default: 4,194,304.
        pub idempotency_keys_max: u32 = with_idempotency_keys_max,
        /// Reservations kept at once, remembered ones included. Default: 4,194,304.
        pub reservations_max: u32 = with_reservations_max,
        /// Payment intents kept at once, remembered ones included. Default: 1,048,576.
        pub payments_max: u32 = with_payments_max,
        /// Webhooks in the outbox, dead letters included. Default: 262,144.
        pub webhooks_max: u32 = with_webhooks_max,
        /// Durable notes of the embedding service. Default: 65,536.
        pub notes_max: u32 = with_notes_max,
        /// How long ended reservations and payments that sold nothing can still be looked up. Default: 1 hour;
        /// at least the life of a payment intent.
        pub retention: Duration = with_retention,
        /// A warning update goes out this long before a hold expires. Default: 10 s; zero turns it off.
        pub expiry_warning: Duration = with_expiry_warning,
        /// Admissions a second over all waiting lines together. Default: 1,000.
        pub admissions_per_second_max: u32 = with_admissions_per_second_max,
        /// What becomes of money that arrives after the hold expired.
        pub late_payment: LatePayment = with_late_payment,
        /// A payment must be for exactly the reservation's total. Default: true (the compat profile turns it off).
        pub payment_amount_must_match: bool = with_payment_amount_must_match,
        /// Life of a payment intent. Default: 15 minutes.
        pub payment_ttl: Duration = with_payment_ttl,
        /// Simulated payments take this share of their usual time, in thousandths: 1,000 is real time, 1 makes tests
        /// fast. 1 to 1,000,000.
        pub payment_time_permille: u32 = with_payment_time_permille,
        /// Attempts after the first for one webhook, then it is a dead letter. Default: 3.
        pub webhook_retries_max: u32 = with_webhook_retries_max,
        /// Size of the buffer between callers and the disk, in bytes; rounded up to a power of two. Default: 16 MiB.
        pub log_buffer_bytes: usize = with_log_buffer_bytes,
        /// Recent updates kept in memory for readers, in bytes; rounded up to a power of two. Default: 16 MiB.
        pub update_history_bytes: usize = with_update_history_bytes,
        /// Size of one journal file, in bytes. Default: 64 MiB.
        pub segment_bytes: u64 = with_segment_bytes,
        /// A snapshot is taken after this many bytes of journal. Default: 512 MiB; zero: only when asked for.
        pub snapshot_every_bytes: u64 = with_snapshot_every_bytes,
        /// Fixed entropy: makes issued ids and simulated outcomes reproducible. For simulations only; never in
        /// production.
        pub fixed_entropy: Option<u64> = with_fixed_entropy,
    }
}

/// Code of the embedding program; there is nothing in it to describe.
impl Described for Arc<dyn Clock> {
    const KIND: Kind = Kind::Struct(&Struct { name: "Clock", doc: &[" The source of time."], fields: &[] });
}

impl Default for Config {
    fn default() -> Self {
        Self {
            durability: Durability::Synced,
            driver: Driver::Threads,
            clock: Arc::new(SystemClock::new()),
            idempotency_required: false,
            idempotency_ttl: Duration::from_secs(300),
            idempotency_keys_max: 1 << 22,
            reservations_max: 1 << 22,
            payments_max: 1 << 20,
            webhooks_max: 1 << 18,
            notes_max: 1 << 16,
            retention: Duration::from_secs(3_600),
            expiry_warning: Duration::from_secs(10),
            admissions_per_second_max: 1_000,
            late_payment: LatePayment::RetakeOrRefund,
            payment_amount_must_match: true,
            payment_ttl: Duration::from_secs(900),
            payment_time_permille: 1_000,
            webhook_retries_max: 3,
            log_buffer_bytes: 16 << 20,
            update_history_bytes: 16 << 20,
            segment_bytes: 64 << 20,
            snapshot_every_bytes: 512 << 20,
            fixed_entropy: None,
        }
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("durability", &self.durability)
            .field("driver", &self.driver)
            .field("reservations_max", &self.reservations_max)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Every setting that is out of its bounds.
    ///
    /// # Errors
    /// The list of problems, if there are any.
    pub fn check(&self) -> Result<(), Vec<Problem>> {
        let mut problems = Vec::new();
        let mut range = |field, value: u64, low: u64, high: u64| {
            if value < low || value > high {
                problems.push(Problem::new(field, format_args!("must be {low} to {high}"), value));
            }
        };
        let ms = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let day_ms = 86_400_000;
        range("idempotency_ttl (ms)", ms(self.idempotency_ttl), 1_000, day_ms);
        range("idempotency_keys_max", self.idempotency_keys_max.into(), 1, 1 << 28);
        range("reservations_max", self.reservations_max.into(), 1, limits::RESERVATIONS_MAX.into());
        range("payments_max", self.payments_max.into(), 1, limits::PAYMENTS_MAX.into());
        range("webhooks_max", self.webhooks_max.into(), 1, limits::WEBHOOKS_MAX.into());
        range("notes_max", self.notes_max.into(), 0, 1 << 24);
        range("payment_ttl (ms)", ms(self.payment_ttl), 1, day_ms);
        range("retention (ms)", ms(self.retention), ms(self.payment_ttl), 365 * day_ms);
        range("admissions_per_second_max", self.admissions_per_second_max.into(), 1, 1_000_000);
        range("payment_time_permille", self.payment_time_permille.into(), 1, 1_000_000);
        range("webhook_retries_max", self.webhook_retries_max.into(), 0, 100);
        let (least, most) = (limits::LOG_BUFFER_BYTES_MIN as u64, 1 << 32);
        range("log_buffer_bytes", self.log_buffer_bytes as u64, least, most);
        range("update_history_bytes", self.update_history_bytes as u64, least, most);
        range("segment_bytes", self.segment_bytes, limits::SEGMENT_BYTES_MIN, 1 << 40);
        if let Durability::Relaxed { sync_every } = self.durability {
            range("durability.sync_every (ms)", ms(sync_every), 1, 60_000);
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}
