//! The timing wheel itself: pure, single-threaded, over entry numbers. It knows in which slot an entry lies, but not
//! the entry's deadline: the thread that turns the wheel brings that along. It neither reads the clock nor allocates
//! per operation.
//!
//! An advance takes one filled slot at a time, oldest first, and hands its entries out one by one, so that the work can
//! stop after any entry and go on later. Empty slots cost nothing, however far the clock jumped.

use super::level::{Filled, LEVELS, LevelSlot, SLOTS};
use super::lists::{Lists, Removed};

/// Ring of entries that are due.
const DUE: u32 = 1;
/// Ring of entries whose slot began and that belong on a lower level now.
const SINKING: u32 = 2;
/// Ring of slot number zero.
const FIRST_SLOT: u32 = 3;
/// Rings in all; entry numbers follow.
const HEADS: u32 = FIRST_SLOT + LEVELS * SLOTS;

/// Most entries that one wheel can hold.
pub(super) const ENTRIES_MAX: u32 = u32::MAX - HEADS;

/// The next step of a wheel, at the time that is handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// This entry's moment has come; it is off the wheel.
    Due(u32),
    /// This entry's slot has begun; it is off the wheel and must be linked again by its deadline.
    Sink(u32),
    /// Nothing else up to the given time.
    Rest,
}

/// A hierarchical timing wheel of one-millisecond ticks.
pub(super) struct Wheel {
    /// All slots that begin at or before this moment have been taken; never after the time last handed in.
    elapsed: u64,
    filled: Filled,
    lists: Lists,
    linked: u32,
}

impl Wheel {
    pub(super) fn new() -> Self {
        Self { elapsed: 0, filled: Filled::default(), lists: Lists::with_heads(HEADS), linked: 0 }
    }

    /// Puts entry `index` in the slot of `at`, wherever it was before. A moment that has passed is due at once.
    pub(super) fn link(&mut self, index: u32, at: u64) {
        let node = node(index);
        if !self.take_out(node) {
            self.lists.reach(node);
        }
        self.linked += 1;
        if at <= self.elapsed {
            self.lists.push_back(DUE, node);
        } else {
            let place = LevelSlot::of(at, self.elapsed);
            self.filled.fill(place);
            self.lists.push_back(FIRST_SLOT + place.number(), node);
        }
    }

    /// Takes entry `index` off, if it is on.
    pub(super) fn unlink(&mut self, index: u32) {
        self.take_out(node(index));
    }

    /// Goes towards `now` and says what comes next. The caller repeats until [`Step::Rest`] or until it has had enough.
    pub(super) fn step(&mut self, now: u64) -> Step {
        loop {
            if let Some(node) = self.lists.pop_front(DUE) {
                self.linked -= 1;
                return Step::Due(node - HEADS);
            }
            if let Some(node) = self.lists.pop_front(SINKING) {
                self.linked -= 1;
                return Step::Sink(node - HEADS);
            }
            if !self.open_next_slot(now) {
                return Step::Rest;
            }
        }
    }

    /// Moves the wheel's own time to `now` if nothing lies before it, so that what is linked next sinks less often.
    pub(super) fn catch_up(&mut self, now: u64) {
        if !self.is_due(now) {
            // No filled slot begins at or before `now`, so each keeps its level and still lies ahead.
            self.elapsed = self.elapsed.max(now);
        }
    }

    /// True if a [`Wheel::step`] to `now` would hand out an entry.
    pub(super) fn is_due(&self, now: u64) -> bool {
        self.next().is_some_and(|next| next <= now)
    }

    /// A moment at or before the first deadline, and after every deadline handed out; `None` when nothing is linked.
    pub(super) fn next(&self) -> Option<u64> {
        if !self.lists.is_empty(DUE) || !self.lists.is_empty(SINKING) {
            return Some(self.elapsed);
        }
        Some(self.filled.first()?.start(self.elapsed))
    }

    /// Entries on the wheel.
    pub(super) fn linked(&self) -> u32 {
        self.linked
    }

    /// Empties the first filled slot into one of the two hand-out rings, if it begins at or before `now`.
    fn open_next_slot(&mut self, now: u64) -> bool {
        let first = self.filled.first().map(|place| (place, place.start(self.elapsed)));
        let Some((place, start)) = first.filter(|&(_, start)| start <= now) else {
            self.elapsed = self.elapsed.max(now);
            return false;
        };
        debug_assert!(start > self.elapsed, "slot begins at {start}, wheel is at {}", self.elapsed);
        self.elapsed = start;
        self.filled.empty(place);
        self.lists.splice(FIRST_SLOT + place.number(), if place.is_exact() { DUE } else { SINKING });
        true
    }

    fn take_out(&mut self, node: u32) -> bool {
        match self.lists.remove(node) {
            Removed::Nowhere => return false,
            Removed::LastOf(head) if head >= FIRST_SLOT => {
                self.filled.empty(LevelSlot::from_number(head - FIRST_SLOT));
            }
            Removed::LastOf(_) | Removed::OneOfMany => {}
        }
        self.linked -= 1;
        true
    }
}

fn node(index: u32) -> u32 {
    debug_assert!(index < ENTRIES_MAX, "entry {index} of at most {ENTRIES_MAX}");
    index + HEADS
}

#[cfg(all(test, not(loom)))]
#[path = "wheel_tests.rs"]
mod tests;
