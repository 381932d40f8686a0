//! Holds become sales, and sales become free seats again. What a payment's outcome means for its reservation is
//! decided here, while payment and reservation are both owned; the record that says so is the payment's.

use crate::clock::UnixMs;
use crate::command::{Confirm, Proof};
use crate::config::LatePayment;
use crate::error::{PaymentDoubt, PaymentState, Refusal, ReservationState};
use crate::ids::{PaymentId, ReservationId, SeatId, SlotId};
use crate::payments::Intent;
use crate::record::{Confirmed, Record, Remember, Settlement};
use crate::reply::{self, Effect, Reply};
use crate::reservations::{Facts, Slot, SlotState};
use crate::sync::Owned;

use crate::pipeline::core::Core;
use crate::pipeline::effects::confirmed_reply;
use crate::pipeline::events::Event;
use crate::pipeline::line::UsedTicket;
use crate::pipeline::reservations::next_changes;
use crate::pipeline::reservations::{Busy, OwnedHold, Patience};
use crate::pipeline::state::State;
use crate::pipeline::{Did, Outcome};

impl Core {
    /// Turns a hold into a sale, or answers with the sale that it already is.
    pub(crate) fn confirm(&self, command: &Confirm, now: UnixMs) -> Outcome {
        self.once(command, now, |key| {
            let id = self.reservation_id(&command.which)?;
            self.check_owner(id, command.user.as_ref())?;
            if let Some(seats) = &command.exactly {
                let facts = self.facts(id).ok_or(Refusal::UnknownReservation)?;
                self.check_exactly(&facts, seats)?;
            }
            match command.proof {
                Proof::Outside => self.confirm_hold(id, command.exactly.as_deref(), key, now),
                Proof::Intent(payment) => self.confirmed_by(id, payment, key, now),
            }
        })
    }

    /// Sells what the hold has; the caller vouches for the money.
    fn confirm_hold(
        &self,
        id: SlotId,
        exactly: Option<&[SeatId]>,
        key: Option<Remember>,
        now: UnixMs,
    ) -> Outcome {
        let hold = match self.own_pending(id, now) {
            Ok(hold) => hold,
            // Asked again after it was done: the same answer.
            Err(Refusal::ReservationIs(ReservationState::Confirmed)) => {
                return self.confirmed_before(id, key, now);
            }
            Err(refusal) => return Err(refusal.into()),
        };
        let OwnedHold { owned, slot, facts, event } = hold;
        if let Some(seats) = exactly {
            // Looked at again while owned: a part may have been given back since.
            self.check_exactly(&facts, seats)?;
        }
        let ticket = self.begin_use(event, facts.ticket, now);
        let confirmed = Confirmed {
            id,
            event: facts.event,
            payment: None,
            ticket: ticket.number(),
            changes: next_changes(event, facts.id.slot, &facts.places),
            total_minor: facts.total_minor,
            key,
        };
        let appended = self.log.append(&Record::from(confirmed.clone()), now);
        event.seats.sell(facts.id.slot, &facts.places);
        self.confirmed(slot, &confirmed, now, appended.end());
        ticket.commit(self, now);
        owned.commit(ReservationState::Confirmed as u8);
        Ok(Did { reply: confirmed_reply(&confirmed, now), end: appended.publish() })
    }

    fn confirmed_before(&self, id: SlotId, key: Option<Remember>, now: UnixMs) -> Outcome {
        let facts = self.facts(id).ok_or(Refusal::UnknownReservation)?;
        if facts.state != SlotState::Is(ReservationState::Confirmed) {
            return Err(Refusal::UnknownReservation.into());
        }
        let reply = Reply::Confirmed(reply::Confirmed {
            id: ReservationId(id),
            event: facts.event,
            places: facts.places.iter().copied().collect(),
            total_minor: facts.total_minor,
            at: facts.changed_at,
        });
        Ok(self.already(reply, facts.position, key, now))
    }

    /// A completed payment has already confirmed its reservation, in the record of its completion. So this either
    /// finds that done, or says why nothing can be sold. The reservation is judged first: what is over is refused for
    /// its own sake, whatever was to pay for it.
    fn confirmed_by(&self, id: SlotId, payment: PaymentId, key: Option<Remember>, now: UnixMs) -> Outcome {
        // Read before the reservation: a payment that is not completed in this look cannot have confirmed what the
        // next look finds pending.
        let paying = self.payments.read(payment.0);
        let facts = self.look(now, || self.facts(id)).transpose().ok_or(Refusal::UnknownReservation)?;
        let its = |intent: &Intent| intent.reservation == Some(id) && intent.user == facts.user;
        let refusal = match facts.state {
            SlotState::Is(ReservationState::Pending) if facts.expires_at > now => {
                Refusal::PaymentNotApproved(match paying {
                    None => PaymentDoubt::Unknown,
                    Some((_, intent, _)) if !its(&intent) => PaymentDoubt::Foreign,
                    Some((state, ..)) => PaymentDoubt::Unfinished(state),
                })
            }
            SlotState::Is(ReservationState::Pending | ReservationState::Expired) => {
                Refusal::ReservationExpired
            }
            SlotState::Is(ReservationState::Confirmed)
                if facts.payment == Some((payment.0.slot, payment.0.generation))
                    && paying.is_some_and(|(_, intent, _)| its(&intent)) =>
            {
                return self.confirmed_before(id, key, now);
            }
            SlotState::Is(other) => Refusal::ReservationIs(other),
            SlotState::Free => Refusal::UnknownReservation,
        };
        Err(refusal.into())
    }

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
    ) -> Result<Purse<'_>, Busy> {
        match (state, intent.reservation) {
            (PaymentState::Completed, Some(id)) => self.settle_paid(id, patience, now),
            (PaymentState::Failed, Some(id)) => self.settle_failed(id, patience, now),
            _ => Ok(Purse::untouched()),
        }
    }

    /// Money came: confirms the reservation, or takes its seats again, or finds that it must go back.
    fn settle_paid(&self, id: SlotId, patience: Patience, now: UnixMs) -> Result<Purse<'_>, Busy> {
        const STATES: [ReservationState; 2] = [ReservationState::Pending, ReservationState::Expired];
        while let Some(hold) = self.own_in_state(id, &STATES, patience)? {
            let OwnedHold { owned, slot, facts, event } = hold;
            if facts.state == SlotState::Is(ReservationState::Expired) {
                return Ok(self.retake(OwnedHold { owned, slot, facts, event }, now));
            }
            if let Some(lapsed) = self.lapsed_at(&facts, now) {
                // Owned again as an expired one.
                self.end_hold(
                    OwnedHold { owned, slot, facts, event },
                    ReservationState::Expired,
                    None,
                    lapsed,
                );
                continue;
            }
            let ticket = self.begin_use(event, facts.ticket, now);
            let settlement = Settlement {
                reservation: id,
                event: facts.event,
                ticket: ticket.number(),
                changes: next_changes(event, facts.id.slot, &facts.places),
                total_minor: facts.total_minor,
            };
            let effect = Effect::Confirmed;
            return Ok(Purse::Changed { owned, slot, facts, event, ticket, settlement, effect });
        }
        Ok(Purse::PaidBack)
    }

    /// Takes the seats of an expired hold again, if all are free and the policy is so.
    fn retake<'a>(&self, hold: OwnedHold<'a>, now: UnixMs) -> Purse<'a> {
        let OwnedHold { owned, slot, facts, event } = hold;
        if self.config.late_payment == LatePayment::Refund {
            return Purse::PaidBack;
        }
        let Some(changes) = self.retake_places(event, facts.id.slot, &facts.places, now) else {
            return Purse::PaidBack;
        };
        let settlement = Settlement {
            reservation: facts.id,
            event: facts.event,
            ticket: None,
            changes,
            total_minor: facts.total_minor,
        };
        let ticket = UsedTicket::none();
        Purse::Changed { owned, slot, facts, event, ticket, settlement, effect: Effect::Retaken }
    }

    /// The payment failed: the hold ends.
    fn settle_failed(&self, id: SlotId, patience: Patience, now: UnixMs) -> Result<Purse<'_>, Busy> {
        let Some(hold) = self.own_in_state(id, &[ReservationState::Pending], patience)? else {
            return Ok(Purse::untouched());
        };
        if let Some(lapsed) = self.lapsed_at(&hold.facts, now) {
            self.end_hold(hold, ReservationState::Expired, None, lapsed);
            return Ok(Purse::untouched());
        }
        let OwnedHold { owned, slot, facts, event } = hold;
        Ok(Self::given_back(owned, slot, facts, event))
    }

    /// All money went back: the sale ends.
    pub(crate) fn settle_refunded(&self, intent: &Intent) -> Purse<'_> {
        let Some(id) = intent.reservation else { return Purse::untouched() };
        let Some(slot) = self.reservations.slot(id.slot) else { return Purse::untouched() };
        let owned = slot
            .status
            .own(|seen| seen.generation == id.generation && seen.state == ReservationState::Confirmed as u8);
        let Ok(owned) = owned else { return Purse::untouched() };
        let before = owned.before();
        let facts = self.reservations.read_owned(slot, id.slot, before.generation, before.state);
        if facts.payment != Some((intent.id.slot, intent.id.generation)) {
            // Confirmed by somebody's word before this payment came; the sale is not this money's.
            return Purse::untouched();
        }
        let event = self.catalog.get(facts.event).expect("a reservation's event exists");
        Self::given_back(owned, slot, facts, event)
    }

    fn given_back<'a>(owned: Owned<'a>, slot: &'a Slot, facts: Facts, event: &'a Event) -> Purse<'a> {
        let settlement = Settlement {
            reservation: facts.id,
            event: facts.event,
            ticket: None,
            changes: next_changes(event, facts.id.slot, &facts.places),
            total_minor: facts.total_minor,
        };
        let ticket = UsedTicket::none();
        Purse::Changed { owned, slot, facts, event, ticket, settlement, effect: Effect::Released }
    }
}

/// What a payment's outcome does to its reservation: decided, owned, not yet in the journal.
#[must_use = "a purse is closed after the record is appended"]
#[expect(clippy::large_enum_variant, reason = "lives on the stack for the length of one call")]
pub(crate) enum Purse<'a> {
    /// Nothing to do.
    Untouched,
    /// The money goes back.
    PaidBack,
    /// The reservation changes.
    Changed {
        owned: Owned<'a>,
        slot: &'a Slot,
        facts: Facts,
        event: &'a Event,
        ticket: UsedTicket<'a>,
        settlement: Settlement,
        effect: Effect,
    },
}

impl Purse<'_> {
    pub(crate) fn untouched() -> Self {
        Self::Untouched
    }

    pub(crate) fn effect(&self) -> Effect {
        match self {
            Self::Untouched => Effect::None,
            Self::PaidBack => Effect::PaidBack,
            Self::Changed { effect, .. } => *effect,
        }
    }

    pub(crate) fn settlement(&self) -> Option<&Settlement> {
        match self {
            Self::Changed { settlement, .. } => Some(settlement),
            Self::Untouched | Self::PaidBack => None,
        }
    }

    /// After the record is appended: the seats change hands, and the reservation is published.
    pub(crate) fn close(self, core: &Core, effect: Effect, refund: bool, now: UnixMs, end: u64) {
        let Self::Changed { owned, slot, facts, event, ticket, settlement, .. } = self else { return };
        let index = facts.id.slot;
        match effect {
            Effect::Confirmed => event.seats.sell(index, &facts.places),
            Effect::Released if refund => event.seats.unsell(index, &facts.places),
            Effect::Released => event.seats.free(index, &facts.places),
            // Taken before the record, as every taking is.
            Effect::Retaken | Effect::None | Effect::PaidBack => {}
        }
        core.settled_reservation(slot, &facts, effect, &settlement, now, end);
        ticket.commit(core, now);
        owned.commit(State::settled_state(effect, refund) as u8);
    }
}

/// What a payment in this state still may become: asked before a second payment is allowed.
pub(crate) fn is_live(state: PaymentState) -> bool {
    matches!(state, PaymentState::Pending | PaymentState::Processing | PaymentState::Completed)
}
