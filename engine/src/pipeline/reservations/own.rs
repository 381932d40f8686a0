//! Who may change a hold: names looked up, users checked, the right to change it taken.

use crate::clock::UnixMs;
use crate::command::ReservationRef;
use crate::error::{Refusal, ReservationState};
use crate::ids::{SeatId, SlotId, UserId};
use crate::record::Changes;
use crate::reply::Places;
use crate::reservations::{Reservation, Slot};
use crate::sync::{NotOwned, Owned, Seen};

use super::change::contains;
use super::places;
use crate::payments::PaymentSlot;
use crate::pipeline::core::Core;
use crate::pipeline::events::Event;
use crate::pipeline::fact::{Applied, Corrupt, corrupt, replay_own};
use crate::pipeline::reservations::named_places;
use crate::pipeline::shown::Lapses;
use crate::pipeline::state::State;

/// A reservation of which this thread is the owner; a pending, unlapsed one unless its maker says otherwise.
pub(crate) struct OwnedHold<'a> {
    pub(crate) owned: Owned<'a>,
    pub(crate) slot: &'a Slot,
    pub(crate) facts: Reservation,
    pub(crate) event: &'a Event,
}

impl OwnedHold<'_> {
    /// By replay: checks that a record changes all that the hold has.
    pub(crate) fn check_all(&self, changes: &Changes) -> Applied {
        if places(changes)[..] == self.facts.places[..] {
            return Ok(());
        }
        corrupt(format_args!("{:?} has {:?}, the record moves {changes:?}", self.facts.id, self.facts.places))
    }

    /// By replay: the record moves places that the hold has.
    pub(crate) fn check_part(&self, changes: &Changes) -> Applied {
        if contains(&self.facts.places, &places(changes)) {
            return Ok(());
        }
        corrupt(format_args!("{:?} has {:?}, a part is {changes:?}", self.facts.id, self.facts.places))
    }
}

/// Whether a thread may wait for a change of a slot that is in progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// A caller: the change's outcome decides the answer.
    Waits,
    /// The thread that turns the wheel: it comes back later.
    ComesBack,
}

/// Another thread is in the middle of changing the slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Busy;

impl State {
    /// By the owner of a slot in use: everything about its reservation.
    #[inline]
    pub(crate) fn hold_of<'a>(&'a self, slot: &'a Slot, owned: Owned<'a>, index: u32) -> OwnedHold<'a> {
        let facts = self.reservations.read_owned(slot, index, owned.before());
        let event = self.catalog.get(facts.event).expect("a reservation's event exists");
        OwnedHold { owned, slot, facts, event }
    }

    /// By replay: owns the reservation that a record changes, which must be in this state.
    pub(crate) fn replay_hold(&self, id: SlotId, state: ReservationState) -> Result<OwnedHold<'_>, Corrupt> {
        let slot = self.reach_reservation(id.slot)?;
        let owned = replay_own(&slot.status, id.generation, |seen| seen == state as u8)?;
        let hold = self.hold_of(slot, owned, id.slot);
        if hold.facts.id == id { Ok(hold) } else { corrupt(format_args!("{id:?} is {:?}", hold.facts.id)) }
    }
}

impl Core {
    /// Slot, generation and tag behind a name. Whether an id means a reservation, its tag included, is found out by
    /// what looks at it next: [`facts`](Self::facts) or [`check_owner`](Self::check_owner).
    pub(crate) fn reservation_id(&self, which: &ReservationRef) -> Result<SlotId, Refusal> {
        match which {
            ReservationRef::Id(id) => Ok(id.0),
            ReservationRef::External(external) => {
                let (index, generation) =
                    self.state.reservations.by_external(external).ok_or(Refusal::UnknownReservation)?;
                let slot = self.state.reservations.slot(index).ok_or(Refusal::UnknownReservation)?;
                let facts = self.state.reservations.read(slot, index).ok_or(Refusal::UnknownReservation)?;
                // Asked again after the slot was read: a refused claim lets go of its id, then gives the slot back in
                // the same generation, and by now it may be another user's hold.
                let known = facts.id.generation == generation
                    && self.state.reservations.by_external(external) == Some((index, generation));
                if known { Ok(facts.id) } else { Err(Refusal::UnknownReservation) }
            }
        }
    }

    /// Everything about a reservation, of one moment.
    pub(crate) fn facts(&self, id: SlotId) -> Option<Reservation> {
        let slot = self.state.reservations.slot(id.slot)?;
        self.state.reservations.read(slot, id.slot).filter(|facts| facts.id == id)
    }

    pub(crate) fn check_exactly(&self, facts: &Reservation, seats: &[SeatId]) -> Result<(), Refusal> {
        let event = self.state.catalog.get(facts.event).expect("a reservation's event exists");
        let named = named_places(event, seats)?;
        let mut held: Places = facts.places.clone();
        held.sort_unstable();
        if named[..] == held[..] { Ok(()) } else { Err(Refusal::SeatsDiffer) }
    }

    /// Refuses unless the reservation exists and, if a user is given, is theirs.
    pub(crate) fn check_owner(&self, id: SlotId, user: Option<&UserId>) -> Result<(), Refusal> {
        let Some(owner) = self.state.reservations.user_of(id) else {
            return Err(Refusal::UnknownReservation);
        };
        match user {
            // Looked at again: of a reservation that is forgotten meanwhile the number may be another user's by now.
            Some(user) if !self.state.users.is(owner, user) => match self.state.reservations.user_of(id) {
                Some(_) => Err(Refusal::Forbidden),
                None => Err(Refusal::UnknownReservation),
            },
            _ => Ok(()),
        }
    }

    pub(crate) fn own_users_hold(
        &self,
        id: SlotId,
        user: Option<&UserId>,
        now: UnixMs,
    ) -> Result<OwnedHold<'_>, Refusal> {
        self.check_owner(id, user)?;
        self.own_pending(id, now)
    }

    /// Takes the right to change a pending hold whose time has not run out, and that no reader was shown as expired.
    /// One that has is expired on the way.
    #[inline]
    pub(crate) fn own_pending(&self, id: SlotId, now: UnixMs) -> Result<OwnedHold<'_>, Refusal> {
        let (slot, owned) = self.own_pending_slot(id, now)?;
        Ok(self.state.hold_of(slot, owned, id.slot))
    }

    /// As [`own_pending`](Self::own_pending), with nothing read yet: so little comes back that no call copies it.
    pub(crate) fn own_pending_slot(&self, id: SlotId, now: UnixMs) -> Result<(&Slot, Owned<'_>), Refusal> {
        let Some(slot) = self.state.reservations.slot(id.slot) else {
            return Err(Refusal::UnknownReservation);
        };
        let pending = |seen: Seen| {
            seen.generation == id.generation
                && seen.state == ReservationState::Pending as u8
                && slot.expires_at() > now
        };
        loop {
            let lapsed_at = match slot.status.own(pending) {
                Ok(owned) => {
                    let told = self.told();
                    if slot.expires_at() > told {
                        return Ok((slot, owned));
                    }
                    told
                }
                // A panic cut its change off: it stays as it is, and the engine is poisoned or about to be.
                Err(seen) if seen.abandoned => {
                    return Err(Refusal::ReservationIs(ReservationState::Pending));
                }
                Err(_) => now,
            };
            self.expire_if(id, lapsed_at);
            match self.why_not_pending(id, lapsed_at) {
                // Extended meanwhile by a caller with an older look at the clock, and no reader was told otherwise.
                Refusal::ReservationIs(ReservationState::Pending) => {}
                refusal => return Err(refusal),
            }
        }
    }

    /// Takes the right to change a reservation that is in one of `states`, its deadline apart; `None` if it is in
    /// another.
    pub(crate) fn own_in_state(
        &self,
        id: SlotId,
        states: &[ReservationState],
        patience: Patience,
    ) -> Result<Option<OwnedHold<'_>>, Busy> {
        let Some(slot) = self.state.reservations.slot(id.slot) else { return Ok(None) };
        let allowed = |seen: Seen| {
            seen.generation == id.generation && states.iter().any(|state| seen.state == *state as u8)
        };
        let owned = match patience {
            Patience::Waits => slot.status.own(allowed).map_err(|_| NotOwned::NotAllowed),
            Patience::ComesBack => slot.status.own_or_leave(allowed),
        };
        let owned = match owned {
            Ok(owned) => owned,
            Err(NotOwned::NotAllowed) => return Ok(None),
            Err(NotOwned::Busy) => return Err(Busy),
        };
        Ok(Some(self.state.hold_of(slot, owned, id.slot)))
    }

    /// The moment by which a pending hold that the caller owns has run out, by the caller's clock or because a reader
    /// was told so; `None` if it has not.
    pub(crate) fn lapsed_at(&self, facts: &Reservation, now: UnixMs) -> Option<UnixMs> {
        [now, self.told()].into_iter().find(|at| facts.expires_at <= *at)
    }

    pub(crate) fn expire_if(&self, id: SlotId, now: UnixMs) {
        if self.facts(id).is_some_and(|facts| facts.expires_at <= now) {
            self.expire_slot(id.slot, now);
        }
    }

    pub(crate) fn why_not_pending(&self, id: SlotId, now: UnixMs) -> Refusal {
        let shown = self.look(now, || self.facts(id)).transpose();
        match shown.map(|facts| (facts.state, facts.expires_at)) {
            None => Refusal::UnknownReservation,
            Some((ReservationState::Expired, _)) => Refusal::ReservationExpired,
            Some((ReservationState::Pending, expires_at)) if expires_at <= now => Refusal::ReservationExpired,
            Some((state, _)) => Refusal::ReservationIs(state),
        }
    }

    /// Takes the right to change a pending hold, of `user` if given, that has no payment under way.
    pub(crate) fn own_unpaid(
        &self,
        id: SlotId,
        user: Option<&UserId>,
        now: UnixMs,
    ) -> Result<OwnedHold<'_>, Refusal> {
        loop {
            let facts = self.facts(id).ok_or(Refusal::UnknownReservation)?;
            self.state.check_user(&facts, user)?;
            // Looked at before owning: the payment's owner may be waiting for this reservation. A payment that is
            // over stays over, so the answer holds as long as the reservation names the same one.
            if facts.payment.is_some_and(|payment| self.payment_lives(payment, now)) {
                return Err(Refusal::PaymentExists);
            }
            let hold = self.own_pending(id, now)?;
            if hold.facts.payment == facts.payment {
                return Ok(hold);
            }
        }
    }

    fn payment_lives(&self, (slot, generation): (u32, u32), now: UnixMs) -> bool {
        // A payment that is passed over as lapsed must stay so: another may be made in its place.
        let read = self.look(now, || self.state.payments.slot(slot).and_then(PaymentSlot::read)).transpose();
        read.is_some_and(|intent| {
            let is_meant = intent.id.generation == generation;
            is_meant && crate::pipeline::payments::is_live(intent.state) && !intent.has_lapsed(now)
        })
    }
}
