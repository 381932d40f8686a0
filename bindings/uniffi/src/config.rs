//! Settings of an engine as other languages give them, and why it cannot be opened.

use std::sync::Arc;

use tacos_engine::{
    Config, Driver, Durability, JournalError, LatePayment, ManualClock, OpenError, RecoveryConsent, Refusal,
};

use crate::refusal::RawProblem;
use crate::text::{Checked, moment, number, span};

/// Settings of one engine; what is absent has the engine's own default.
#[derive(Clone, Debug, Default, uniffi::Record)]
pub(crate) struct RawConfig {
    /// Absent: acknowledged when synced. Else synced at least this often, in milliseconds, and acknowledged before.
    pub relaxed_sync_ms: Option<i64>,
    /// Time stands still at this moment, in milliseconds since the Unix epoch, until it is moved by hand.
    pub manual_now_ms: Option<i64>,
    /// Fixed entropy, for simulations.
    pub fixed_entropy: Option<i64>,
    /// Refuse writes without an idempotency key.
    pub idempotency_required: Option<bool>,
    /// How long an answer is remembered for its key.
    pub idempotency_ttl_ms: Option<i64>,
    /// Keys remembered at once.
    pub idempotency_keys_max: Option<i64>,
    /// Reservations kept at once.
    pub reservations_max: Option<i64>,
    /// Payment intents kept at once.
    pub payments_max: Option<i64>,
    /// Webhooks in the outbox.
    pub webhooks_max: Option<i64>,
    /// Durable notes.
    pub notes_max: Option<i64>,
    /// How long ended reservations can be looked up.
    pub retention_ms: Option<i64>,
    /// How long before its end a hold is warned of.
    pub expiry_warning_ms: Option<i64>,
    /// Admissions a second over all lines.
    pub admissions_per_second_max: Option<i64>,
    /// Pay late money back, always.
    pub refund_late_payments: Option<bool>,
    /// A payment must be for exactly the total.
    pub payment_amount_must_match: Option<bool>,
    /// Life of a payment intent.
    pub payment_ttl_ms: Option<i64>,
    /// Simulated payments take this share of their time, in thousandths.
    pub payment_time_permille: Option<i64>,
    /// Attempts after the first for one webhook.
    pub webhook_retries_max: Option<i64>,
    /// Buffer between callers and disk.
    pub log_buffer_bytes: Option<i64>,
    /// Recent updates kept in memory.
    pub update_history_bytes: Option<i64>,
    /// Size of one journal file.
    pub segment_bytes: Option<i64>,
    /// Journal between two snapshots; zero for none.
    pub snapshot_every_bytes: Option<i64>,
    /// Cut a damaged journal at the damage instead of refusing to open it.
    pub cut_at_damage: bool,
    /// Answers in flight at once; beyond it a write waits for the disk before it returns.
    pub in_flight_max: i64,
}

/// Why an engine could not be opened. Nothing on disk was changed.
#[derive(Debug, uniffi::Error)]
pub(crate) enum RawOpenError {
    /// Settings that cannot be used.
    Config {
        /// Each of them.
        problems: Vec<RawProblem>,
    },
    /// Another process or engine has the folder.
    Locked {
        /// For a person.
        text: String,
    },
    /// The folder is damaged, foreign, or of a later version.
    Journal {
        /// For a person; says what to do.
        text: String,
    },
    /// The operating system refused.
    System {
        /// For a person.
        text: String,
    },
}

impl std::fmt::Display for RawOpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Config { problems } => {
                f.write_str("the configuration cannot be used")?;
                problems.iter().try_for_each(|problem| write!(f, "; {} {}", problem.field, problem.reason))
            }
            Self::Locked { text } | Self::Journal { text } | Self::System { text } => f.write_str(text),
        }
    }
}

impl std::error::Error for RawOpenError {}

impl From<OpenError> for RawOpenError {
    fn from(error: OpenError) -> Self {
        let text = error.to_string();
        match error {
            OpenError::Config(problems) => {
                Self::Config { problems: problems.into_iter().map(RawProblem::from).collect() }
            }
            OpenError::Journal(JournalError::Locked { .. }) => Self::Locked { text },
            OpenError::Journal(JournalError::Io { .. }) | OpenError::System { .. } => Self::System { text },
            _ => Self::Journal { text },
        }
    }
}

impl From<Refusal> for RawOpenError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(problems) => {
                Self::Config { problems: problems.into_iter().map(RawProblem::from).collect() }
            }
            other => Self::System { text: other.to_string() },
        }
    }
}

/// What an engine is opened with.
pub(crate) struct Opening {
    pub(crate) config: Config,
    pub(crate) clock: Option<Arc<ManualClock>>,
    pub(crate) consent: RecoveryConsent,
    pub(crate) in_flight_max: usize,
}

/// Puts what is given in the place of the default, checked.
macro_rules! set {
    ($raw:ident => $config:ident; $($given:ident => $field:ident by $check:path;)*) => {$(
        if let Some(value) = $raw.$given {
            $config.$field = $check(stringify!($given), value)?;
        }
    )*};
}

#[expect(clippy::unnecessary_wraps, reason = "stands in a row of checks that can fail")]
fn plain<T>(_field: &'static str, value: T) -> Checked<T> {
    Ok(value)
}

impl RawConfig {
    pub(crate) fn opening(&self) -> Checked<Opening> {
        let mut config = Config::default();
        set! { self => config;
            idempotency_required => idempotency_required by plain;
            idempotency_ttl_ms => idempotency_ttl by span;
            idempotency_keys_max => idempotency_keys_max by number;
            reservations_max => reservations_max by number;
            payments_max => payments_max by number;
            webhooks_max => webhooks_max by number;
            notes_max => notes_max by number;
            retention_ms => retention by span;
            expiry_warning_ms => expiry_warning by span;
            admissions_per_second_max => admissions_per_second_max by number;
            payment_amount_must_match => payment_amount_must_match by plain;
            payment_ttl_ms => payment_ttl by span;
            payment_time_permille => payment_time_permille by number;
            webhook_retries_max => webhook_retries_max by number;
            log_buffer_bytes => log_buffer_bytes by number;
            update_history_bytes => update_history_bytes by number;
            segment_bytes => segment_bytes by number;
            snapshot_every_bytes => snapshot_every_bytes by number;
        }
        if let Some(ms) = self.relaxed_sync_ms {
            config.durability = Durability::Relaxed { sync_every: span("relaxed_sync_ms", ms)? };
        }
        if self.refund_late_payments == Some(true) {
            config.late_payment = LatePayment::Refund;
        }
        config.fixed_entropy = self.fixed_entropy.map(i64::cast_unsigned);
        let clock = match self.manual_now_ms {
            None => None,
            Some(ms) => {
                let clock = Arc::new(ManualClock::new(moment("manual_now_ms", ms)?));
                config.driver = Driver::Manual;
                config.clock = clock.clone();
                Some(clock)
            }
        };
        let consent = match self.cut_at_damage {
            true => RecoveryConsent::CutAtDamage,
            false => RecoveryConsent::LoseNothing,
        };
        Ok(Opening { config, clock, consent, in_flight_max: number("in_flight_max", self.in_flight_max)? })
    }
}
