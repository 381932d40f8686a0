//! What a payment's end does to its reservation. It is decided here, while payment and reservation are both owned;
//! the record that says so is the payment's.

use crate::clock::UnixMs;
use crate::config::LatePayment;
use crate::error::{PaymentState, ReservationState};
use crate::ids::SlotId;
use crate::inventory::{FREED, REFUNDED, SOLD, SeatMove, SeatState};
use crate::payments::Intent;
use crate::pipeline::core::Core;
use crate::pipeline::fact::{Corrupt, EventUpdate, Stamp};
use crate::pipeline::line::UsedTicket;
use crate::pipeline::reservations::{
    Busy, OwnedHold, Patience, check_move, places_changed, replay_claim, seat_count,
};
use crate::pipeline::state::State;
use crate::record::{Changes, wire_struct};
use crate::reply::PaymentEffect;
use crate::updates::{PaymentUpdate, UpdateKind};
use crate::views;

/// What a payment's outcome did to seats.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Settlement {
    pub(crate) reservation: SlotId,
    pub(crate) event: u32,
    pub(crate) ticket: Option<u32>,
    pub(crate) changes: Changes,
    pub(crate) total_minor: i64,
}
wire_struct!(Settlement { reservation, event, ticket, changes, total_minor });

/// How a payment's end changes its reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transition {
    /// The hold is sold.
    Confirmed,
    /// The expired hold's seats were still free, and are sold.
    Retaken,
    /// The payment failed, and the hold ends.
    Failed,
    /// All money went back, and so do the seats.
    Refunded,
}

impl Transition {
    /// What an effect means for a reservation, by a refund or by an outcome; `None` if it changes none.
    fn of(effect: PaymentEffect, refund: bool) -> Option<Self> {
        match effect {
            PaymentEffect::Confirmed => Some(Self::Confirmed),
            PaymentEffect::Retaken => Some(Self::Retaken),
            PaymentEffect::Released => Some(if refund { Self::Refunded } else { Self::Failed }),
            PaymentEffect::None | PaymentEffect::PaidBack => None,
        }
    }

    /// Its effect, and the states of the reservation and of its seats, before and after.
    fn row(self) -> (PaymentEffect, [ReservationState; 2], SeatMove) {
        use ReservationState::{Confirmed, Expired, Failed, Pending, Refunded};
        match self {
            Self::Confirmed => (PaymentEffect::Confirmed, [Pending, Confirmed], SOLD),
            Self::Retaken => {
                (PaymentEffect::Retaken, [Expired, Confirmed], (SeatState::Free, SeatState::Sold))
            }
            Self::Failed => (PaymentEffect::Released, [Pending, Failed], FREED),
            Self::Refunded => (PaymentEffect::Released, [Confirmed, Refunded], REFUNDED),
        }
    }
}

/// What a payment's end is going to do to its reservation, which is owned. The seats of a late payment are taken
/// already.
pub(crate) struct PendingSettlement<'a> {
    transition: Transition,
    hold: OwnedHold<'a>,
    /// The admission that the order uses up.
    ticket: UsedTicket<'a>,
}

impl PendingSettlement<'_> {
    /// `settlement` is what the record says of it.
    pub(super) fn apply(self, settlement: &Settlement, state: &State, stamp: Stamp) {
        let Self { transition, hold: OwnedHold { owned, slot, facts, event }, ticket } = self;
        let (index, count) = (facts.id.slot, seat_count(facts.places.iter().copied()));
        let (_, [_, after], seats) = transition.row();
        slot.set_position(stamp.end, stamp.at);
        if seats.1 == SeatState::Free {
            state.users.give_back(facts.user, facts.event, count);
            state.deadlines.holds.set(index, stamp.at.plus(state.config.retention));
        } else {
            state.deadlines.holds.clear(index);
        }
        if transition == Transition::Retaken {
            // Its seats were taken before the record, as every taking is.
            state.users.take_again(facts.user, facts.event, count);
        } else {
            event.seats.change(index, seats, &settlement.changes);
        }
        ticket.commit(state, stamp.at);
        owned.commit(after as u8);
    }

    /// The refund of the payment that sold the seats gives them back, whichever payment was named before.
    pub(super) fn name_payment(&self, payment: SlotId) {
        if matches!(self.transition, Transition::Confirmed | Transition::Retaken) {
            self.hold.slot.set_payment(Some((payment.slot, payment.generation)));
        }
    }
}

/// A decision: what the record says, and what is owned for it.
pub(crate) struct Decided<'a> {
    pub(super) effect: PaymentEffect,
    pub(super) settlement: Option<Settlement>,
    pub(super) pending: Option<PendingSettlement<'a>>,
}

impl<'a> Decided<'a> {
    /// No reservation changes: there is none, or it is not this payment's to change.
    pub(super) fn nothing() -> Self {
        Self { effect: PaymentEffect::None, settlement: None, pending: None }
    }

    /// Money came for what is no longer to be had: it goes back.
    fn paid_back() -> Self {
        Self { effect: PaymentEffect::PaidBack, ..Self::nothing() }
    }

    fn change(transition: Transition, hold: OwnedHold<'a>, ticket: UsedTicket<'a>, changes: Changes) -> Self {
        let settlement = Settlement {
            reservation: hold.facts.id,
            event: hold.facts.event,
            ticket: ticket.number(),
            changes,
            total_minor: hold.facts.total_minor,
        };
        let pending = Some(PendingSettlement { transition, hold, ticket });
        Self { effect: transition.row().0, settlement: Some(settlement), pending }
    }

    fn end(transition: Transition, hold: OwnedHold<'a>) -> Self {
        let changes = hold.event.seats.next_changes(hold.facts.id.slot, &hold.facts.places);
        Self::change(transition, hold, UsedTicket::none(), changes)
    }
}

impl Settlement {
    /// By replay: checks what a settlement changes, if there is one, and owns it.
    pub(super) fn replay<'a>(
        settlement: Option<&Self>,
        state: &'a State,
        (effect, refund): (PaymentEffect, bool),
        at: UnixMs,
    ) -> Result<Option<PendingSettlement<'a>>, Corrupt> {
        let Some(settlement) = settlement else { return Ok(None) };
        let transition = Transition::of(effect, refund)
            .ok_or_else(|| Corrupt(format!("{effect:?} changes no seats, and {settlement:?} does")))?;
        let (_, [before, _], seats) = transition.row();
        let (hold, changes) = (state.replay_hold(settlement.reservation, before)?, &settlement.changes);
        hold.check_all(changes)?;
        match seats {
            (SeatState::Free, to) => replay_claim(hold.event, hold.facts.id.slot, to, changes)?,
            seats => check_move(hold.event, hold.facts.id.slot, seats, changes)?,
        }
        let ticket = UsedTicket::replay(hold.event, settlement.ticket, at)?;
        Ok(Some(PendingSettlement { transition, hold, ticket }))
    }

    /// Adds to a payment's update what readers are told of the reservation; with the number of its event.
    pub(super) fn told(
        settlement: Option<&Self>,
        state: &State,
        refund: bool,
        mut update: PaymentUpdate,
    ) -> Option<EventUpdate> {
        update.reservation = settlement.and_then(|settlement| {
            let (_, [before, after], seats) = Transition::of(update.effect, refund)?.row();
            let is_sold = seats.1 == SeatState::Sold;
            let seats = if is_sold { views::SeatState::Sold } else { views::SeatState::Available };
            let places = places_changed(&settlement.changes, seats);
            Some(state.reservation_update(settlement.reservation, (before, after), None, places))
        });
        Some((settlement.map(|settlement| settlement.event), UpdateKind::Payment(update)))
    }
}

impl Core {
    /// What an intent's end in `state` does to its reservation, which is owned from here on if it changes.
    ///
    /// # Errors
    /// [`Busy`] if `patience` forbids to wait for a change of the reservation in progress; nothing was changed.
    pub(crate) fn settle_outcome(
        &self,
        intent: &Intent,
        state: PaymentState,
        patience: Patience,
        now: UnixMs,
    ) -> Result<Decided<'_>, Busy> {
        match (state, intent.reservation) {
            (PaymentState::Completed, Some(id)) => self.settle_paid(id, patience, now),
            (PaymentState::Failed, Some(id)) => self.settle_failed(id, patience, now),
            _ => Ok(Decided::nothing()),
        }
    }

    /// Money came: confirms the reservation, or takes its seats again, or finds that it must go back.
    fn settle_paid(&self, id: SlotId, patience: Patience, now: UnixMs) -> Result<Decided<'_>, Busy> {
        const STATES: [ReservationState; 2] = [ReservationState::Pending, ReservationState::Expired];
        while let Some(hold) = self.own_in_state(id, &STATES, patience)? {
            if hold.facts.state == ReservationState::Expired {
                return Ok(self.retake(hold, now));
            }
            if let Some(lapsed) = self.lapsed_at(&hold.facts, now) {
                // Owned again as an expired one.
                self.end_hold(hold, ReservationState::Expired, None, lapsed);
                continue;
            }
            let ticket = self.begin_use(hold.event, hold.facts.ticket, now);
            let changes = hold.event.seats.next_changes(id.slot, &hold.facts.places);
            return Ok(Decided::change(Transition::Confirmed, hold, ticket, changes));
        }
        Ok(Decided::paid_back())
    }

    /// Takes the seats of an expired hold again, if all are free and the policy is so.
    fn retake<'a>(&self, hold: OwnedHold<'a>, now: UnixMs) -> Decided<'a> {
        if self.state.config.late_payment == LatePayment::Refund {
            return Decided::paid_back();
        }
        match self.retake_places(hold.event, hold.facts.id.slot, &hold.facts.places, now) {
            Some(changes) => Decided::change(Transition::Retaken, hold, UsedTicket::none(), changes),
            None => Decided::paid_back(),
        }
    }

    /// The payment failed: the hold ends.
    fn settle_failed(&self, id: SlotId, patience: Patience, now: UnixMs) -> Result<Decided<'_>, Busy> {
        let Some(hold) = self.own_in_state(id, &[ReservationState::Pending], patience)? else {
            return Ok(Decided::nothing());
        };
        if let Some(lapsed) = self.lapsed_at(&hold.facts, now) {
            self.end_hold(hold, ReservationState::Expired, None, lapsed);
            return Ok(Decided::nothing());
        }
        Ok(Decided::end(Transition::Failed, hold))
    }

    /// All money went back: the sale ends, if this is the payment that it was confirmed with.
    pub(crate) fn settle_refunded(&self, intent: &Intent) -> Decided<'_> {
        let Some(id) = intent.reservation else { return Decided::nothing() };
        let owned = self.own_in_state(id, &[ReservationState::Confirmed], Patience::Waits);
        match owned.expect("a caller waits") {
            Some(hold) if hold.facts.payment == Some((intent.id.slot, intent.id.generation)) => {
                Decided::end(Transition::Refunded, hold)
            }
            _ => Decided::nothing(),
        }
    }
}

/// What a payment in this state still may become: asked before a second payment is allowed.
pub(crate) fn is_live(state: PaymentState) -> bool {
    matches!(state, PaymentState::Pending | PaymentState::Processing | PaymentState::Completed)
}
