//! The seat word: one seat's state, whose it is, and how often it changed, in one atomic. The table of legal moves
//! is here; who may make one, and when, is `claim` and `moves`.

use crate::limits::RESERVATIONS_MAX;
use crate::sync::atomic::{AtomicU64, Ordering};

const STATE_BITS: u32 = 2;
const OWNER_BITS: u32 = 29;
const OWNER_SHIFT: u32 = STATE_BITS;
const VERSION_SHIFT: u32 = 32;
const OWNER_MASK: u64 = (1 << OWNER_BITS) - 1;
const _: () = assert!(OWNER_SHIFT + OWNER_BITS <= VERSION_SHIFT, "state, owner and version do not overlap");

/// Owner of seats that an operator is about to block: stands in for a reservation during that one claim.
pub(crate) const OPERATOR: u32 = (1 << OWNER_BITS) - 1;
const _: () =
    assert!(RESERVATIONS_MAX <= OPERATOR, "every reservation slot fits the owner field, below the operator");

/// What can be said of a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(crate) enum SeatState {
    /// On sale.
    Free = 0,
    /// Kept for a reservation.
    Held = 1,
    /// Sold to a reservation.
    Sold = 2,
    /// Taken off the sale by an operator.
    Blocked = 3,
}

impl SeatState {
    /// The state with this number, as it stands in records.
    #[must_use]
    #[cfg(test)]
    pub(crate) const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Free),
            1 => Some(Self::Held),
            2 => Some(Self::Sold),
            3 => Some(Self::Blocked),
            _ => None,
        }
    }

    /// The legal moves. Free → Sold is a payment that came after its hold had lapsed.
    #[must_use]
    pub(crate) const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Free, Self::Held | Self::Sold | Self::Blocked)
                | (Self::Held, Self::Free | Self::Sold)
                | (Self::Sold | Self::Blocked, Self::Free)
        )
    }

    pub(super) const fn has_owner(self) -> bool {
        matches!(self, Self::Held | Self::Sold)
    }
}

/// A move of places: their states before and after.
pub(crate) type SeatMove = (SeatState, SeatState);

/// What owners do with places that they have: a hold ends, is sold, is paid back; seats that were off sale come back.
pub(crate) const FREED: SeatMove = (SeatState::Held, SeatState::Free);
pub(crate) const SOLD: SeatMove = (SeatState::Held, SeatState::Sold);
pub(crate) const REFUNDED: SeatMove = (SeatState::Sold, SeatState::Free);
pub(crate) const UNBLOCKED: SeatMove = (SeatState::Blocked, SeatState::Free);

/// A seat word taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SeatSeen {
    /// What the seat is.
    pub(crate) state: SeatState,
    /// The reservation slot that holds or bought it; 0 if free or blocked.
    pub(crate) owner: u32,
    /// Grows by one with each change.
    pub(crate) version: u32,
}

impl SeatSeen {
    /// The word after one more change.
    pub(crate) fn next(self, state: SeatState, owner: u32) -> Self {
        Self { state, owner, version: self.version.wrapping_add(1) }
    }

    pub(crate) fn pack(self) -> u64 {
        debug_assert!(u64::from(self.owner) <= OWNER_MASK, "owner {} over {OWNER_MASK}", self.owner);
        (u64::from(self.version) << VERSION_SHIFT)
            | (u64::from(self.owner) << OWNER_SHIFT)
            | self.state as u64
    }

    pub(crate) fn unpack(word: u64) -> Self {
        let state = match word & 3 {
            0 => SeatState::Free,
            1 => SeatState::Held,
            2 => SeatState::Sold,
            _ => SeatState::Blocked,
        };
        let owner = ((word >> OWNER_SHIFT) & OWNER_MASK) as u32;
        Self { state, owner, version: (word >> VERSION_SHIFT) as u32 }
    }

    /// A word from outside (a snapshot); `None` if no seat can have it.
    pub(crate) fn from_image(word: u64) -> Option<Self> {
        let seen = Self::unpack(word);
        let owner_fits = seen.state.has_owner() || seen.owner == 0;
        (seen.pack() == word && owner_fits && seen.owner != OPERATOR).then_some(seen)
    }
}

#[cfg(loom)]
std::thread_local! {
    /// See [`SeatWord::mark_look`]. Loom runs all threads of a model on the thread of its test.
    pub(crate) static LOOKS_ARE_CHANGES: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// One seat's word. The default is free and never changed.
#[derive(Debug, Default)]
pub(crate) struct SeatWord(AtomicU64);

impl SeatWord {
    pub(crate) fn peek(&self) -> SeatSeen {
        #[cfg(loom)]
        self.mark_look();
        // Acquire: pairs with the Release half of `swap`; the counts that the changer wrote before it are visible.
        SeatSeen::unpack(self.0.load(Ordering::Acquire))
    }

    /// Loom remembers one last access of each atomic, so that a thread's own look before its swap hides the look of
    /// another thread, and orders of the two are never tried. Counted as a change, each look is tried in all orders;
    /// in return old values are not. The models run once each way.
    #[cfg(loom)]
    fn mark_look(&self) {
        if LOOKS_ARE_CHANGES.get() {
            self.0.fetch_add(0, Ordering::Relaxed);
        }
    }

    pub(crate) fn is_free(&self) -> bool {
        self.peek().state == SeatState::Free
    }

    /// Replaces exactly `from` by `to`, or says what stood there.
    pub(crate) fn swap(&self, from: SeatSeen, to: SeatSeen) -> Result<(), SeatSeen> {
        // AcqRel: a claim must see the count that the freer took back before it freed the word (pairs with its own
        // Release half); on failure Acquire, as in `peek`.
        self.0
            .compare_exchange(from.pack(), to.pack(), Ordering::AcqRel, Ordering::Acquire)
            .map(drop)
            .map_err(SeatSeen::unpack)
    }

    /// Puts a word in place without asking: for replay and snapshots, where one thread owns everything.
    pub(crate) fn install(&self, seen: SeatSeen) {
        self.0.store(seen.pack(), Ordering::Release);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn word_packs_and_unpacks() {
        let states = [SeatState::Free, SeatState::Held, SeatState::Sold, SeatState::Blocked];
        for (number, state) in (0..).zip(states) {
            assert_eq!(SeatState::from_number(number), Some(state));
            let seen = SeatSeen { state, owner: OPERATOR, version: u32::MAX };
            assert_eq!(SeatSeen::unpack(seen.pack()), seen);
        }
        assert_eq!(SeatState::from_number(4), None);
    }

    #[test]
    fn images_that_no_seat_can_have_are_refused() {
        let free_with_owner = SeatSeen { state: SeatState::Free, owner: 5, version: 1 }.pack();
        let operator = SeatSeen { state: SeatState::Held, owner: OPERATOR, version: 1 }.pack();
        for word in [free_with_owner, operator, 1 << 31] {
            assert_eq!(SeatSeen::from_image(word), None, "{word:#x}");
        }
    }

    #[test]
    fn table_of_moves() {
        let states = [SeatState::Free, SeatState::Held, SeatState::Sold, SeatState::Blocked];
        let legal: Vec<(usize, usize)> = (0..4)
            .flat_map(|from| (0..4).map(move |to| (from, to)))
            .filter(|&(from, to)| states[from].may_become(states[to]))
            .collect();
        assert_eq!(legal, [(0, 1), (0, 2), (0, 3), (1, 0), (1, 2), (2, 0), (3, 0)]);
    }
}
