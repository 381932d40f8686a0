//! Timers of one kind of object: owners set and clear them from any thread, one driver at a time turns the wheel. Fires
//! nothing itself: it lists for the driver the indices that are due. Reads no clock and starts no thread.

use std::sync::Arc;

use crate::sync::{Mutex, rank};

use crate::clock::UnixMs;
use crate::limits::MOVES_PER_TURN_MAX;
use crate::sync::Slab;
use crate::sync::atomic::{AtomicU32, Ordering};

use super::alarm::Alarm;
use super::entry::{At, Expiry, InboxStep};
use super::table::{Place, Table};
use super::wheel::{ENTRIES_MAX, Step, Wheel};

/// What one turn did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WheelTurn {
    /// Indices added to `due`.
    pub(crate) fired: usize,
    /// True if the turn stopped at a bound: turn again, after whatever else there is to do.
    pub(crate) more: bool,
    /// No timer that this turn knew fires before this moment, which may be one where entries only change their level.
    /// `None` if no timer is set. Equal to the turn's own moment if there is more.
    pub(crate) next: Option<UnixMs>,
}

/// What the last turn left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outlook {
    pub(super) next: Option<UnixMs>,
    /// The last turn found the inbox empty.
    pub(super) is_quiet: bool,
}

/// Timers with the indices `0..bound`: the object's slot, or taken from the table itself. Twenty bytes each, and four
/// more once [`Timers::take`] is used.
pub(crate) struct Timers {
    table: Table,
    /// Indices for callers without slots of their own; holds nothing but its free stack.
    lent: Slab<()>,
    alarm: Arc<Alarm>,
    live: AtomicU32,
    driver: Mutex<WheelDriver, { rank::TIMERS }>,
}

struct WheelDriver {
    wheel: Wheel,
    /// The rest of what was taken from the inbox.
    inbox_rest: Option<u32>,
    /// The latest moment of any turn.
    now: u64,
    outlook: Outlook,
}

impl Timers {
    /// A table of at most `bound` timers whose driver is never notified: it turns at its own times.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn with_bound(bound: u32) -> Self {
        Self::with_alarm(bound, Arc::new(Alarm::new(|| ())))
    }

    /// A table of at most `bound` timers that wakes its driver by `alarm`, which several tables may share.
    pub(crate) fn with_alarm(bound: u32, alarm: Arc<Alarm>) -> Self {
        assert!(bound <= ENTRIES_MAX, "{bound} timers, a wheel has room for {ENTRIES_MAX}");
        let outlook = Outlook { next: None, is_quiet: true };
        Self {
            table: Table::with_bound(bound),
            lent: Slab::with_bound(bound),
            alarm,
            live: AtomicU32::new(0),
            driver: Mutex::new(WheelDriver { wheel: Wheel::new(), inbox_rest: None, now: 0, outlook }),
        }
    }

    /// Fires `index` once, in the first turn at or after `at`, instead of at whatever moment it was set to before.
    /// A moment in the past fires in the next turn. [`UnixMs::MAX`] clears. Any thread, without locks.
    ///
    /// # Panics
    /// If `index` is not below the bound.
    pub(crate) fn set(&self, index: u32, at: UnixMs) {
        match At::new(at.get()) {
            Some(at) => {
                let place = self.table.place(index);
                self.notify_driver(index, place, place.entry.want(at));
            }
            None => self.clear(index),
        }
    }

    /// As [`Timers::set`], but only if `index` is not set or set to something later.
    pub(crate) fn set_if_earlier(&self, index: u32, at: UnixMs) {
        if let Some(at) = At::new(at.get()) {
            let place = self.table.place(index);
            self.notify_driver(index, place, place.entry.want_if_earlier(at));
        }
    }

    /// No firing of `index` until it is set again, except one that a turn has already decided. Any thread, without
    /// locks.
    pub(crate) fn clear(&self, index: u32) {
        if let Some(place) = self.table.existing(index) {
            self.notify_driver(index, place, place.entry.cancel());
        }
    }

    /// The moment that `index` is set to and has not fired at yet.
    pub(crate) fn wanted(&self, index: u32) -> Option<UnixMs> {
        self.table.existing(index)?.entry.peek().map(|at| UnixMs::new(at.get()))
    }

    /// An index of the table's own choice; `None` when all are in use. For callers that bring no slots: a table serves
    /// either those or the others, not both.
    pub(crate) fn take(&self) -> Option<u32> {
        self.lent.take()
    }

    /// Clears `index`, which came from [`Timers::take`], and gives it back.
    pub(crate) fn give(&self, index: u32) {
        self.clear(index);
        self.lent.give(index);
    }

    /// Timers set, as the last turn knew it.
    pub(crate) fn live(&self) -> u32 {
        self.live.load(Ordering::Relaxed)
    }

    /// Driver: learns what owners changed, then adds to `due` at most `budget` indices whose moment is at or before
    /// `now`; those set to a moment already past first, then by millisecond. Never early, and a set that came before
    /// this turn fires in it unless it says that there is more. A second driver waits for the first; owners never wait.
    pub(crate) fn turn(&self, now: UnixMs, budget: usize, due: &mut Vec<u32>) -> WheelTurn {
        self.alarm.stay_awake();
        let mut driver = self.driver.lock();
        driver.now = driver.now.max(now.get());
        let until = driver.now;
        driver.wheel.catch_up(until);
        let taken_in = self.reconcile(&mut driver);
        let fired = self.fire(&mut driver, budget, due);
        // A full measure from the inbox may have left some there.
        let more = taken_in == MOVES_PER_TURN_MAX || driver.wheel.is_due(until);
        let next = if more { Some(until) } else { driver.wheel.next() };
        driver.outlook = Outlook { next: next.map(UnixMs::new), is_quiet: taken_in == 0 };
        self.live.store(driver.wheel.linked(), Ordering::Relaxed);
        WheelTurn { fired, more, next: driver.outlook.next }
    }

    /// Driver: what the last turn left behind.
    pub(super) fn outlook(&self) -> Outlook {
        self.driver.lock().outlook
    }

    /// Driver, before it sleeps: true if owners changed something since the last turn.
    pub(super) fn has_news(&self) -> bool {
        !self.table.is_inbox_empty()
    }

    #[inline]
    fn notify_driver(&self, index: u32, place: Place<'_>, step: InboxStep) {
        match step {
            InboxStep::Unchanged => return,
            InboxStep::Queued => {}
            InboxStep::Push => self.table.push(index, place.below),
        }
        self.alarm.ring(|| place.entry.latest());
    }

    /// Links and unlinks what the inbox names, by what each entry wants now: a set and a clear together cost one look.
    fn reconcile(&self, driver: &mut WheelDriver) -> usize {
        let mut taken_in = 0;
        while taken_in < MOVES_PER_TURN_MAX {
            let Some(index) = driver.inbox_rest.or_else(|| self.table.take_all()) else { break };
            // Before it is collected: afterwards its owner may push it again and change the link.
            driver.inbox_rest = self.table.next_below(index);
            match self.table.entry(index).collect() {
                Some(at) => driver.wheel.link(index, at.get()),
                None => driver.wheel.unlink(index),
            }
            taken_in += 1;
        }
        taken_in
    }

    fn fire(&self, driver: &mut WheelDriver, budget: usize, due: &mut Vec<u32>) -> usize {
        let (mut fired, mut moved) = (0, 0);
        while fired < budget && moved < MOVES_PER_TURN_MAX {
            let (index, later) = match driver.wheel.step(driver.now) {
                Step::Due(index) => match self.table.entry(index).expire(driver.now) {
                    Expiry::Fired => {
                        due.push(index);
                        fired += 1;
                        continue;
                    }
                    Expiry::Later(at) => (index, Some(at)),
                    Expiry::Cancelled => (index, None),
                },
                Step::Sink(index) => (index, self.table.entry(index).peek()),
                Step::Rest => break,
            };
            // A cancelled entry stays off the wheel: its owner's change is in the inbox.
            if let Some(at) = later {
                driver.wheel.link(index, at.get());
            }
            moved += 1;
        }
        fired
    }
}

#[cfg(all(test, not(loom)))]
#[path = "timers_tests.rs"]
mod tests;
