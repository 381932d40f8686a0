//! What readers may be shown of things that end by the clock. A reader may say that something is over before its end is
//! recorded; it first raises the mark, so that no writer with an older look at the clock makes it come true after all.

use std::ops::Deref;

use crate::clock::UnixMs;
use crate::error::{PaymentState, ReservationState};
use crate::inventory::SeatState;
use crate::payments::Intent;
use crate::reservations::Reservation;

use super::core::Core;

/// Something that ends at its deadline, whether or not that is recorded.
pub(crate) trait Lapses {
    /// True if its deadline has passed at `now` and its end is not recorded.
    fn has_lapsed(&self, now: UnixMs) -> bool;
}

/// What [`Core::look`] saw. Views are made of nothing else, so that no read can forget the mark.
pub(crate) struct Shown<T>(T);

impl<T> Deref for Shown<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Shown<Option<T>> {
    /// As [`Option::transpose`].
    pub(crate) fn transpose(self) -> Option<Shown<T>> {
        self.0.map(Shown)
    }
}

impl Core {
    /// Reads for showing. If what it finds has lapsed at `now`, it raises the mark and reads again: the second look sees what
    /// a writer in the middle of a change makes of it, and every later writer sees the mark. `read` waits for owners.
    pub(crate) fn look<T: Lapses>(&self, now: UnixMs, read: impl Fn() -> T) -> Shown<T> {
        let seen = read();
        if !seen.has_lapsed(now) {
            return Shown(seen);
        }
        self.tell_lapsed(now);
        Shown(read())
    }
}

impl<T: Lapses> Lapses for Option<T> {
    fn has_lapsed(&self, now: UnixMs) -> bool {
        self.as_ref().is_some_and(|some| some.has_lapsed(now))
    }
}

impl Lapses for Reservation {
    fn has_lapsed(&self, now: UnixMs) -> bool {
        self.state == ReservationState::Pending && self.expires_at <= now
    }
}

/// An outcome that was decided for a moment within the intent's life still comes.
impl Lapses for Intent {
    fn has_lapsed(&self, now: UnixMs) -> bool {
        match self.state {
            PaymentState::Pending => self.expires_at <= now,
            PaymentState::Processing => self.expires_at <= now && self.moment > self.expires_at,
            _ => false,
        }
    }
}

/// One seat's word, and the deadline of the pending hold that has it.
pub(crate) struct SeatRead {
    pub(crate) state: SeatState,
    pub(crate) held_until: Option<UnixMs>,
}

impl Lapses for SeatRead {
    fn has_lapsed(&self, now: UnixMs) -> bool {
        self.held_until.is_some_and(|until| until <= now)
    }
}
