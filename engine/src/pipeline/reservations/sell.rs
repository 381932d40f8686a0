//! Holds become sales: by the word of a caller who vouches for the money, or found sold by a payment that completed.

use crate::clock::UnixMs;
use crate::command::{Confirm, Proof};
use crate::error::{PaymentDoubt, Refusal, ReservationState};
use crate::ids::{PaymentId, ReservationId, SlotId};
use crate::inventory::SOLD;
use crate::payments::Intent;
use crate::pipeline::core::Core;
use crate::pipeline::events::Event;
use crate::pipeline::fact::{Announced, Applied, EventUpdate, Fact, Stamp, record};
use crate::pipeline::line::UsedTicket;
use crate::pipeline::state::State;
use crate::pipeline::{CommandResult, Committed};
use crate::record::{Changes, Remember};
use crate::reply;
use crate::reservations::{Reservation, Slot};
use crate::sync::Owned;
use crate::updates::UpdateKind;
use crate::views;

use super::{check_move, places, places_changed};

record! {
    /// A hold became a sale.
    Confirmed with a key {
        id: SlotId, event: u32, payment: Option<SlotId>, ticket: Option<u32>, changes: Changes, total_minor: i64,
    }
}

impl Confirmed {
    fn reply(&self, at: UnixMs) -> reply::Confirmed {
        reply::Confirmed {
            id: ReservationId(self.id),
            event: self.event,
            places: places(&self.changes),
            total_minor: self.total_minor,
            at,
        }
    }

    /// `ticket` is the admission that the order uses up.
    #[inline]
    fn apply(
        &self,
        state: &State,
        (event, slot, owned): (&Event, &Slot, Owned<'_>),
        ticket: UsedTicket<'_>,
        stamp: Stamp,
    ) {
        event.seats.change(self.id.slot, SOLD, &self.changes);
        slot.set_position(stamp.end, stamp.at);
        state.deadlines.holds.clear(self.id.slot);
        ticket.commit(state, stamp.at);
        owned.commit(ReservationState::Confirmed as u8);
    }
}

impl Fact for Confirmed {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        let hold = state.replay_hold(self.id, ReservationState::Pending)?;
        check_move(hold.event, self.id.slot, SOLD, &self.changes)?;
        hold.check_all(&self.changes)?;
        let ticket = UsedTicket::replay(hold.event, self.ticket, stamp.at)?;
        self.apply(state, (hold.event, hold.slot, hold.owned), ticket, stamp);
        Ok(())
    }
}

impl Announced for Confirmed {
    fn update(&self, state: &State) -> Option<EventUpdate> {
        let sold = (ReservationState::Pending, ReservationState::Confirmed);
        let places = places_changed(&self.changes, views::SeatState::Sold);
        let update = state.reservation_update(self.id, sold, None, places);
        Some((Some(self.event), UpdateKind::Reservation(update)))
    }
}

impl Core {
    /// Turns a hold into a sale, or answers with the sale that it already is.
    pub(crate) fn confirm(&self, command: &Confirm, now: UnixMs) -> CommandResult<reply::Confirmed> {
        self.once(command, now, |key| {
            let id = self.reservation_id(&command.which)?;
            self.check_owner(id, command.caller.user())?;
            if command.exactly.is_some() || command.total_minor.is_some() {
                self.check_agrees(&self.facts(id).ok_or(Refusal::UnknownReservation)?, command)?;
            }
            match command.proof {
                Proof::Outside => self.confirm_hold(id, command, key, now),
                Proof::Intent(payment) => self.confirmed_by(id, payment, key, now),
            }
        })
    }

    /// Refuses unless the reservation is what the command says of it.
    fn check_agrees(&self, facts: &Reservation, command: &Confirm) -> Result<(), Refusal> {
        if let Some(seats) = &command.exactly {
            self.check_exactly(facts, seats)?;
        }
        match command.total_minor {
            Some(total) if total != facts.total_minor => {
                let reason = format_args!("must be the reservation's total, {}", facts.total_minor);
                Err(Refusal::invalid("total_minor", reason, total))
            }
            _ => Ok(()),
        }
    }

    /// Sells what the hold has; the caller vouches for the money.
    fn confirm_hold(
        &self,
        id: SlotId,
        command: &Confirm,
        key: Option<Remember>,
        now: UnixMs,
    ) -> CommandResult<reply::Confirmed> {
        let (slot, owned) = match self.own_pending_slot(id, now) {
            Ok(owned) => owned,
            // Asked again after it was done: the same answer.
            Err(Refusal::ReservationIs(ReservationState::Confirmed)) => {
                return self.confirmed_before(id, key, now);
            }
            Err(refusal) => return Err(refusal.into()),
        };
        let hold = self.state.hold_of(slot, owned, id.slot);
        let facts = &hold.facts;
        // Looked at again while owned: a part may have been given back since.
        self.check_agrees(facts, command)?;
        let ticket = self.begin_use(hold.event, facts.ticket, now);
        let confirmed = Confirmed {
            id,
            event: facts.event,
            payment: None,
            ticket: ticket.number(),
            changes: hold.event.seats.next_changes(facts.id.slot, &facts.places),
            total_minor: facts.total_minor,
            key,
        };
        let appended = self.log.append(&confirmed, now);
        confirmed.apply(&self.state, (hold.event, hold.slot, hold.owned), ticket, appended.stamp());
        Ok(Committed { reply: confirmed.reply(now), end: appended.publish() })
    }

    fn confirmed_before(
        &self,
        id: SlotId,
        key: Option<Remember>,
        now: UnixMs,
    ) -> CommandResult<reply::Confirmed> {
        let facts = self.facts(id).ok_or(Refusal::UnknownReservation)?;
        if facts.state != ReservationState::Confirmed {
            return Err(Refusal::UnknownReservation.into());
        }
        let reply = reply::Confirmed {
            id: ReservationId(id),
            event: facts.event,
            places: facts.places,
            total_minor: facts.total_minor,
            at: facts.changed_at,
        };
        Ok(self.already(reply, facts.position, key, now))
    }

    /// A completed payment has already confirmed its reservation, in the record of its completion. So this either
    /// finds that done, or says why nothing can be sold. The reservation is judged first: what is over is refused for
    /// its own sake, whatever was to pay for it.
    fn confirmed_by(
        &self,
        id: SlotId,
        payment: PaymentId,
        key: Option<Remember>,
        now: UnixMs,
    ) -> CommandResult<reply::Confirmed> {
        // Read before the reservation: a payment that is not completed in this look cannot have confirmed what the
        // next look finds pending.
        let paying = self.state.payments.read(payment.0);
        let facts = self.look(now, || self.facts(id)).transpose().ok_or(Refusal::UnknownReservation)?;
        let its = |intent: &Intent| intent.reservation == Some(id) && intent.user == facts.user;
        let refusal = match facts.state {
            ReservationState::Pending if facts.expires_at > now => {
                Refusal::PaymentNotApproved(match paying {
                    None => PaymentDoubt::Unknown,
                    Some(intent) if !its(&intent) => PaymentDoubt::Foreign,
                    Some(intent) => PaymentDoubt::Unfinished(intent.state),
                })
            }
            ReservationState::Pending | ReservationState::Expired => Refusal::ReservationExpired,
            ReservationState::Confirmed
                if facts.payment == Some((payment.0.slot, payment.0.generation))
                    && paying.is_some_and(|intent| its(&intent)) =>
            {
                return self.confirmed_before(id, key, now);
            }
            other => Refusal::ReservationIs(other),
        };
        Err(refusal.into())
    }
}
