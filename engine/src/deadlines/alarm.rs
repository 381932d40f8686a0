//! How a sleeping driver hears of news: one word that says whether it sleeps and what is worth waking it for.
//! Starts no thread and parks none; the hook that wakes the driver is its owner's.
//!
//! No wake-up is lost, because both sides change a word that the other changes too. The driver first writes that it
//! sleeps, then *changes* each inbox head (to what it was) and stays awake if something is in it. An owner first
//! changes the inbox head, then reads whether the driver sleeps. Whichever change of the head comes second sees what
//! the other side did before its own. An owner that finds its entry queued pushes nothing, but the owner that pushes
//! for it *changes* the entry's word after it saw a sleeper, so between these two the same argument holds.

use crate::clock::UnixMs;
use crate::limits::NAP_MS;
use crate::sync::CachePadded;
use crate::sync::atomic::{AtomicU64, Ordering};

use super::entry::At;
use super::timers::Timers;

/// The driver is at work and looks at every inbox before it sleeps.
const AWAKE: u64 = 0;
/// The driver sleeps and anything at all wakes it. Every other value: it naps, and earlier deadlines wake it.
const IDLE: u64 = u64::MAX;

type Hook = Box<dyn Fn() + Send + Sync>;

/// Shared by the tables of timers that one driver turns.
pub(crate) struct Alarm {
    asleep_until: CachePadded<AtomicU64>,
    hook: Hook,
}

/// What the driver may do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Turn again: something is due or came in.
    Turn,
    /// Sleep until this moment at the latest, or until the hook wakes.
    Until(UnixMs),
    /// Sleep until the hook wakes: no timer is set.
    Idle,
}

impl Alarm {
    /// An alarm that wakes its driver by `hook`, which must not wait, and must also count when it comes before the
    /// driver parks (as unparking a thread does). It is called at most once for each time that the driver goes to rest.
    pub(crate) fn new(hook: impl Fn() + Send + Sync + 'static) -> Self {
        Self { asleep_until: CachePadded::new(AtomicU64::new(AWAKE)), hook: Box::new(hook) }
    }

    /// Driver, after it turned each of `tables`: announces sleep and says for how long. From `Until` and `Idle` on, the
    /// hook is called when a table gets news that cannot wait; the next `turn` of any table ends the announcement.
    ///
    /// A driver may always sleep shorter than this.
    pub(crate) fn rest(&self, tables: &[&Timers], now: UnixMs) -> Rest {
        let mut until = IDLE;
        let mut is_quiet = true;
        for table in tables {
            let outlook = table.outlook();
            until = until.min(outlook.next.map_or(IDLE, UnixMs::get));
            is_quiet &= outlook.is_quiet;
        }
        if until <= now.get() {
            return Rest::Turn;
        }
        if !is_quiet {
            until = until.min(now.plus_ms(NAP_MS).get());
        }
        // Relaxed: published by the Release of `has_news`, for the owner whose push comes after it.
        self.asleep_until.store(if is_quiet { IDLE } else { until }, Ordering::Relaxed);
        // Not `any`: each inbox needs its change.
        if tables.iter().fold(false, |news, table| table.has_news() | news) {
            self.stay_awake();
            return Rest::Turn;
        }
        if until == IDLE { Rest::Idle } else { Rest::Until(UnixMs::new(until)) }
    }

    /// Driver: looks at every inbox before it sleeps again.
    pub(super) fn stay_awake(&self) {
        // Relaxed: an owner that reads this skips the hook, and `rest` orders itself against that owner by the inbox.
        if self.asleep_until.load(Ordering::Relaxed) != AWAKE {
            self.asleep_until.store(AWAKE, Ordering::Relaxed);
        }
    }

    /// Owner, after its change is in the inbox or will be: wakes the driver if it sleeps and the newest deadline of the
    /// entry cannot wait for it.
    pub(super) fn ring(&self, latest: impl FnOnce() -> Option<At>) {
        // Relaxed: see `rest`; if the driver sleeps, the caller's Acquire made that visible.
        let until = self.asleep_until.load(Ordering::Relaxed);
        if until != AWAKE && (until == IDLE || latest().is_some_and(|at| at.get() < until)) {
            self.wake();
        }
    }

    #[cold]
    fn wake(&self) {
        // Of several owners one calls the hook.
        if self.asleep_until.swap(AWAKE, Ordering::Relaxed) != AWAKE {
            (self.hook)();
        }
    }
}
