//! Time: due deadlines come in at the front, as ordinary commands. The wheel only says which slot to look at; what is
//! to be done is decided by the slot's state and the clock, so a timer that fires late or for nothing does no harm.

use crate::clock::UnixMs;
use crate::deadlines;
use crate::limits::EVENTS_MAX;

use super::core::Core;
use super::log::Writing;

/// Timers handled before the wheel looks at the next kind: bounds how long one kind can keep the others waiting.
const BATCH: usize = 128;
/// The chore that forgets answers; the others are one for each event's line.
pub(crate) const FORGETTING: u32 = EVENTS_MAX;
pub(crate) const CHORES_MAX: u32 = EVENTS_MAX + 1;

/// What one turn of the wheels did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Turned {
    /// Timers that fired.
    pub(crate) fired: usize,
    /// True if more are due already.
    pub(crate) more: bool,
    /// No timer is due before this moment; `None` if none is set.
    pub(crate) next: Option<UnixMs>,
    /// The journal takes no writes at the moment: what is due stays due.
    pub(crate) blocked: bool,
}

impl Core {
    /// Handles up to about `budget` due timers of every kind. Waits for no caller: what a caller is changing is
    /// looked at again a millisecond later.
    pub(crate) fn turn(&self, now: UnixMs, budget: usize) -> Turned {
        let wheels = &self.state.deadlines;
        let _writing = self.log.guard();
        let mut turned = self.turn_one(now, budget, |most| self.hold_batch(now, most).0);
        self.state.metrics.fired_holds.add(turned.fired as u64);
        let payments = Some(&self.state.metrics.fired_payments);
        for (timers, handle, counter) in [
            (&wheels.payments, Self::due_payment as fn(&Self, u32, UnixMs), payments),
            (&wheels.lines.timers, Self::due_group, None),
            (&wheels.chores, Self::due_chore, None),
        ] {
            let one = self.turn_one(now, budget, |most| {
                let mut due = Vec::new();
                let turned = timers.turn(now, most, &mut due);
                due.into_iter().for_each(|index| handle(self, index, now));
                turned
            });
            if let Some(counter) = counter {
                counter.add(one.fired as u64);
            }
            turned.fired += one.fired;
            turned.more |= one.more;
            turned.blocked |= one.blocked;
            turned.next = [turned.next, one.next].into_iter().flatten().min();
        }
        if turned.fired > 0 {
            self.state.metrics.last_fired_at.set(now.get());
        }
        turned
    }

    /// Turns one wheel by batches: `batch` takes at most so many due timers and handles them.
    fn turn_one(
        &self,
        now: UnixMs,
        budget: usize,
        mut batch: impl FnMut(usize) -> deadlines::WheelTurn,
    ) -> Turned {
        let mut fired = 0;
        loop {
            // A full disk or log buffer: what is due stays due, and is refused by the clock meanwhile.
            let Ok(_writing) = self.log.admit_write().map(Writing::within) else {
                return Turned { fired, more: false, next: Some(now), blocked: true };
            };
            let turned = batch(BATCH.min(budget - fired));
            fired += turned.fired;
            if !turned.more || fired >= budget {
                self.state.metrics.fired.add(fired as u64);
                return Turned { fired, more: turned.more, next: turned.next, blocked: false };
            }
        }
    }

    /// Takes due holds from the wheel and handles them; also returns how many of them expired. One batch at a time,
    /// begun and ended, so that a caller who looks for lapsed holds finds none that another thread has taken and not
    /// yet expired. Callers come here with an event or a slot of their own, so nothing inside may wait for either.
    fn hold_batch(&self, now: UnixMs, most: usize) -> (deadlines::WheelTurn, usize) {
        let _alone = self.batch.lock();
        let mut due = Vec::new();
        let turned = self.state.deadlines.holds.turn(now, most, &mut due);
        let expired = due.into_iter().filter(|index| self.due_hold(*index, now)).count();
        (turned, expired)
    }

    /// Expires every hold whose time has run out by `now`, whichever thread turns the wheel otherwise, and returns
    /// how many there were. The seats of a lapsed hold can be had at once.
    pub(crate) fn reap_holds(&self, now: UnixMs) -> usize {
        let mut expired = 0;
        let reap = |most| {
            let (turned, more) = self.hold_batch(now, most);
            expired += more;
            turned
        };
        self.turn_one(now, usize::MAX, reap);
        expired
    }

    /// Asked by a search that found too little: expires what has lapsed, and says whether to look again. A search that
    /// found too little after a turn that expired nothing has found all there is; before that, another thread may have
    /// expired holds since it looked. `looked` is the search's memory and begins false.
    pub(crate) fn may_find_more(&self, looked: &mut bool, now: UnixMs) -> bool {
        let is_first = !std::mem::replace(looked, true);
        if self.reap_holds(now) > 0 {
            *looked = false;
            return true;
        }
        is_first
    }

    fn due_chore(&self, index: u32, now: UnixMs) {
        if index == FORGETTING {
            let (_, next) = self.state.answers.forget_due(now, BATCH);
            if let Some(next) = next {
                // Not later than what a caller asked for since it fired.
                self.state.arm_forgetting(next.max(now.plus_ms(1)));
            }
        } else {
            self.due_line(index, now);
        }
    }
}
