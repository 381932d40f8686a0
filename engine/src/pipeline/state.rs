//! All modules of one engine, side by side: what the journal can bring back. Has no journal of its own, so that replay
//! and the follower that makes snapshots run it without one.

use std::sync::Arc;

use crate::sync::{Mutex, rank};

use crate::admission::Gate;
use crate::clock::UnixMs;
use crate::config::Config;
use crate::deadlines::{Alarm, Rest, Timers};
use crate::idempotency::Answers;
use crate::limits::LINE_TIMERS_MAX;
use crate::metrics::Metrics;
use crate::outbox::Outbox;
use crate::payments::Payments;
use crate::reservations::Reservations;
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::users::Users;

use super::events::Catalog;
use super::line::LineTimers;
use super::notes::Notes;
use super::restore::Restoring;
use super::turn::{CHORES_MAX, FORGETTING};

/// One engine's state.
pub(crate) struct State {
    pub(crate) config: Config,
    pub(crate) catalog: Catalog,
    pub(crate) users: Users,
    pub(crate) reservations: Reservations,
    pub(crate) payments: Payments,
    pub(crate) outbox: Outbox,
    pub(crate) answers: Answers,
    pub(crate) notes: Notes,
    /// The system-wide ceiling on admissions.
    pub(crate) ceiling: Arc<Gate>,
    pub(crate) deadlines: Deadlines,
    pub(crate) metrics: Metrics,
    /// What is known of a snapshot that is being read, beside what it has put in.
    pub(super) restoring: Mutex<Restoring, { rank::RESTORING }>,
    /// No record is older than this: keeps time from going back over a restart.
    latest: AtomicU64,
}

/// One wheel for each kind of thing that has deadlines; the timer's index is the thing's slot.
pub(crate) struct Deadlines {
    pub(crate) holds: Timers,
    pub(crate) payments: Timers,
    /// Groups of tickets; see `queue`.
    pub(crate) lines: Arc<LineTimers>,
    /// A handful: forgetting answers, drawing rooms, advancing lines.
    pub(crate) chores: Timers,
    /// Wakes the thread that turns the wheels.
    alarm: Arc<Alarm>,
}

impl Deadlines {
    /// The driver, after a turn that left nothing: how long it may sleep.
    pub(crate) fn rest(&self, now: UnixMs) -> Rest {
        self.alarm.rest(&[&self.holds, &self.payments, &self.lines.timers, &self.chores], now)
    }
}

/// A second's share of admissions that a quiet system saves up: one fiftieth, so that no second sees much more than
/// the ceiling says.
const CEILING_BURST_SHARE: u32 = 50;

impl State {
    /// An empty state. `wake` is called when a timer cannot wait for the driver's next look.
    pub(crate) fn new(config: Config, wake: impl Fn() + Send + Sync + 'static) -> Self {
        let (reservations_max, payments_max) = (config.reservations_max, config.payments_max);
        let per_second = config.admissions_per_second_max;
        let alarm = Arc::new(Alarm::new(wake));
        Self {
            catalog: Catalog::new(),
            users: Users::new(reservations_max, payments_max),
            reservations: Reservations::with_bound(reservations_max),
            payments: Payments::with_bound(payments_max),
            outbox: Outbox::with_bound(config.webhooks_max),
            answers: Answers::with_bound(config.idempotency_keys_max),
            notes: Notes::with_bound(config.notes_max),
            ceiling: Arc::new(Gate::full(
                per_second.saturating_mul(60),
                (per_second / CEILING_BURST_SHARE).max(1),
            )),
            deadlines: Deadlines {
                holds: Timers::with_alarm(reservations_max, Arc::clone(&alarm)),
                payments: Timers::with_alarm(payments_max, Arc::clone(&alarm)),
                lines: Arc::new(LineTimers::new(Timers::with_alarm(LINE_TIMERS_MAX, Arc::clone(&alarm)))),
                chores: Timers::with_alarm(CHORES_MAX, Arc::clone(&alarm)),
                alarm,
            },
            metrics: Metrics::default(),
            restoring: Mutex::default(),
            latest: AtomicU64::new(0),
            config,
        }
    }

    /// By replay: a record of this time exists.
    pub(crate) fn saw_time(&self, at: UnixMs) {
        self.latest.fetch_max(at.get(), Ordering::Relaxed);
    }

    /// The latest time that replay saw.
    pub(crate) fn latest(&self) -> UnixMs {
        UnixMs::new(self.latest.load(Ordering::Relaxed))
    }

    /// The moment now; never before the latest record of the journal that was opened.
    pub(crate) fn now(&self) -> UnixMs {
        rank::assert_none_held("a clock, which may be a caller's,");
        self.config.clock.now().max(self.latest())
    }

    /// Sets the timer of a hold: for the warning if there is to be one and time for it, else for the end.
    pub(crate) fn arm_hold(&self, index: u32, expires_at: UnixMs, now: UnixMs) {
        let warning_ms = self.warning_ms();
        let warns_at = UnixMs::new(expires_at.get().saturating_sub(warning_ms));
        let at = if warning_ms > 0 && warns_at > now { warns_at } else { expires_at };
        self.deadlines.holds.set(index, at);
    }

    /// How long before its end a hold is warned of, in milliseconds.
    pub(crate) fn warning_ms(&self) -> u64 {
        u64::try_from(self.config.expiry_warning.as_millis()).unwrap_or(u64::MAX)
    }

    /// Answers are forgotten from `until` on.
    pub(crate) fn arm_forgetting(&self, until: UnixMs) {
        self.deadlines.chores.set_if_earlier(FORGETTING, until);
    }

    /// The event's line is looked at again at `at`.
    pub(crate) fn arm_advance(&self, event: u32, at: UnixMs) {
        self.deadlines.chores.set_if_earlier(event, at);
    }
}
