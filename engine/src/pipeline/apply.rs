//! Replay: puts recorded results back, one after the other, on one thread. Decides nothing. What cannot follow from
//! what is there is reported, never mended.

use std::sync::Arc;

use crate::clock::UnixMs;
use crate::error::{PaymentState, ReservationState};
use crate::inventory::SeatState;
use crate::record::{
    EventCreated, Forgotten, Held, PaymentCreated, PaymentRefunded, PaymentSettled, Record, Settlement,
    TableKind, WebhookQueued,
};
use crate::reply::Effect;
use crate::reservations::SlotState;

use super::checks::{Applied, Corrupt, corrupt, layout_of, move_places, set_state, use_ticket};
use super::line::line_record;
use super::payments::processing_reply;
use super::state::State;
use crate::payments::PaymentSlot;

impl State {
    /// Puts one recorded change back; the answer that it gave is kept by [`State::keep_answer`].
    pub(crate) fn apply(&self, record: &Record, end: u64, at: UnixMs) -> Applied {
        self.saw_time(at);
        match record {
            Record::EventCreated(created) => self.apply_event(created, end, at),
            Record::EventChanged(changed) => {
                let event = self.event(changed.event)?;
                event.settings.store(Arc::new(changed.settings.clone()));
                event.set_position(end, at, end);
                Ok(())
            }
            Record::SaleChanged(changed) => {
                let event = self.event(changed.event)?;
                event.set_sale(changed.state);
                event.set_position(end, at, end);
                Ok(())
            }
            Record::SeatsBlocked(blocked) => {
                let event = self.event(blocked.event)?;
                let (from, to) = if blocked.blocked {
                    (SeatState::Free, SeatState::Blocked)
                } else {
                    (SeatState::Blocked, SeatState::Free)
                };
                move_places(event, 0, &blocked.changes, from, to)?;
                event.set_position(end, at, end);
                Ok(())
            }
            Record::Noted(noted) => {
                let set = self.notes.set(&noted.name, noted.value.as_deref(), end, || end);
                let full = "a note is past the bound on notes: raise notes_max";
                set.map(drop).map_err(|_| Corrupt(full.to_owned()))
            }
            Record::Answered(_) => Ok(()),
            Record::Forgotten(forgotten) => self.apply_forgotten(forgotten, end, at),
            Record::HoldExpiring(warned) => {
                self.deadlines.holds.set(warned.id.slot, warned.expires_at);
                Ok(())
            }
            _ => self.apply_hold(record, end, at),
        }
    }

    fn apply_hold(&self, record: &Record, end: u64, at: UnixMs) -> Applied {
        match record {
            Record::Held(held) => self.apply_held(held, end, at),
            Record::Extended(extended) => {
                let (slot, _) = self.replayed_slot(extended.id, ReservationState::Pending)?;
                self.extended(slot, extended, at, end);
                Ok(())
            }
            Record::PartReleased(part) => {
                let (slot, facts) = self.replayed_slot(part.id, ReservationState::Pending)?;
                let event = self.event(part.event)?;
                move_places(event, part.id.slot, &part.changes, SeatState::Held, SeatState::Free)?;
                self.part_released(slot, &facts, part, at, end);
                Ok(())
            }
            Record::Ended(ended) => {
                let (slot, facts) = self.replayed_slot(ended.id, ReservationState::Pending)?;
                let event = self.event(ended.event)?;
                move_places(event, ended.id.slot, &ended.changes, SeatState::Held, SeatState::Free)?;
                self.ended(slot, &facts, ended, at, end);
                set_state(slot, ended.state);
                Ok(())
            }
            Record::Confirmed(confirmed) => {
                let (slot, _) = self.replayed_slot(confirmed.id, ReservationState::Pending)?;
                let event = self.event(confirmed.event)?;
                move_places(event, confirmed.id.slot, &confirmed.changes, SeatState::Held, SeatState::Sold)?;
                self.confirmed(slot, confirmed, at, end);
                use_ticket(event, confirmed.ticket, at)?;
                set_state(slot, ReservationState::Confirmed);
                Ok(())
            }
            _ => self.apply_payment(record, end, at),
        }
    }

    fn apply_payment(&self, record: &Record, end: u64, at: UnixMs) -> Applied {
        match record {
            Record::PaymentCreated(created) => self.apply_created(created, end, at),
            Record::PaymentProcessing(processing) => {
                let slot = self.payments.slot(processing.id.slot);
                let Some((PaymentState::Pending, intent, _)) = slot.and_then(PaymentSlot::read) else {
                    return corrupt(format_args!("payment {:?} is not pending", processing.id));
                };
                self.payment_processing(processing, at, end);
                self.install_payment(processing.id.slot, intent.id.generation, PaymentState::Processing);
                // The one answer that says more than its record does.
                if let Some(key) = &processing.key {
                    self.remember(key, &processing_reply(processing, intent.expires_at, at), end);
                }
                Ok(())
            }
            Record::PaymentSettled(settled) => self.apply_settled(settled, end, at),
            Record::PaymentRefunded(refunded) => self.apply_refunded(refunded, end, at),
            Record::WebhookAttempted(attempted) => {
                if attempted.delivered {
                    self.outbox.remove(attempted.id);
                    self.free_webhook(attempted.id);
                } else {
                    self.outbox.reschedule(attempted.id, attempted.attempts, attempted.next_at, end);
                }
                Ok(())
            }
            Record::WebhookReplayed(replayed) => {
                self.outbox.reschedule(replayed.id, 0, Some(replayed.next_at), end);
                Ok(())
            }
            _ => self.apply_line(record, end, at),
        }
    }

    fn apply_line(&self, record: &Record, end: u64, at: UnixMs) -> Applied {
        let bad = |error: crate::admission::BadReplay| Corrupt(error.to_string());
        match record {
            Record::QueuePolicyChanged(changed) => {
                let event = self.event(changed.event)?;
                match event.line.get() {
                    Some(line) => line.apply_policy(changed.policy.clone(), at),
                    None => self.open_line(event, changed.policy.clone()),
                }
                event.set_position(end, at, end);
                Ok(())
            }
            Record::QueuePaused(paused) => {
                let event = self.event(paused.event)?;
                self.line(paused.event)?.apply_paused(paused.paused, at);
                event.set_position(end, at, end);
                Ok(())
            }
            Record::RoomDrawn(drawn) => {
                self.line(drawn.event)?.apply_drawn(drawn.seed, drawn.room_end, at).map_err(bad)?;
                self.event(drawn.event)?.set_position(end, at, end);
                Ok(())
            }
            Record::TicketJoined(joined) => {
                self.line(joined.event)?.apply_joined(&line_record(joined, at)).map_err(bad)
            }
            Record::TicketLeft(left) => self.line(left.event)?.apply_left(left.ticket, at).map_err(bad),
            Record::TicketsReady(ready) => self
                .line(ready.event)?
                .apply_ready(ready.tickets.iter().copied(), ready.claim_until, at)
                .map_err(bad),
            Record::TicketAdmitted(admitted) => self
                .line(admitted.event)?
                .apply_admitted(admitted.ticket, admitted.valid_until, at)
                .map_err(bad),
            Record::TicketsExpired(expired) => {
                let line = self.line(expired.event)?;
                expired.tickets.iter().try_for_each(|ticket| line.apply_expired(*ticket, at)).map_err(bad)
            }
            other => unreachable!("{} is applied elsewhere", other.name()),
        }
    }

    fn apply_event(&self, created: &EventCreated, end: u64, at: UnixMs) -> Applied {
        let mut next = self.catalog.begin();
        if created.event != *next {
            return corrupt(format_args!("event {} follows after {} events", created.event, *next));
        }
        self.add_event(&mut next, created, layout_of(&created.seats)?, at, (end, end));
        Ok(())
    }

    fn apply_held(&self, held: &Held, end: u64, at: UnixMs) -> Applied {
        let event = self.event(held.event)?;
        let Some(slot) = self.reservations.slots().reach(held.id.slot) else {
            return corrupt(format_args!(
                "slot {} is past the bound on reservations: raise reservations_max",
                held.id.slot
            ));
        };
        let seen = slot.status.peek();
        if seen.state != SlotState::FREE || seen.generation != held.id.generation {
            return corrupt(format_args!("{:?} is held in a slot that is {seen:?}", held.id));
        }
        move_places(event, held.id.slot, &held.changes, SeatState::Free, SeatState::Held)?;
        let count = super::effects::seat_count(super::effects::places(&held.changes));
        let user = self.users.enter(&held.user, held.event, count, None).expect("no bound was given");
        if let Some(external) = &held.external
            && !self.reservations.bind_external(external, (held.id.slot, held.id.generation))
        {
            return corrupt(format_args!("the external id {external} is bound twice"));
        }
        self.held(slot, user, held, at, end);
        set_state(slot, ReservationState::Pending);
        Ok(())
    }

    fn apply_created(&self, created: &PaymentCreated, end: u64, at: UnixMs) -> Applied {
        let Some(slot) = self.payments.slots().reach(created.id.slot) else {
            return corrupt(format_args!(
                "slot {} is past the bound on payments: raise payments_max",
                created.id.slot
            ));
        };
        let seen = slot.status.peek();
        if seen.state != 0 || seen.generation != created.id.generation {
            return corrupt(format_args!("payment {:?} is created in a slot that is {seen:?}", created.id));
        }
        let user = self.users.enter(&created.user, 0, 0, None).expect("no seats, no bound");
        self.payment_created(created, user, at, end);
        self.install_payment(created.id.slot, created.id.generation, PaymentState::Pending);
        if let Some(reservation) = created.reservation {
            let (slot, _) = self.replayed_slot(reservation, ReservationState::Pending)?;
            slot.set_payment(Some((created.id.slot, created.id.generation)));
            slot.set_position(end, at);
        }
        Ok(())
    }

    fn apply_settled(&self, settled: &PaymentSettled, end: u64, at: UnixMs) -> Applied {
        self.check_payment(settled.id, |state| {
            matches!(state, PaymentState::Pending | PaymentState::Processing)
        })?;
        self.apply_webhooks(&settled.webhooks)?;
        self.payment_settled(settled, at, end);
        if let Some(settlement) = &settled.settlement {
            self.apply_settlement(settlement, settled.effect, false, at, end)?;
        }
        self.install_payment(settled.id.slot, settled.id.generation, settled.state);
        Ok(())
    }

    fn apply_refunded(&self, refunded: &PaymentRefunded, end: u64, at: UnixMs) -> Applied {
        self.check_payment(refunded.id, |state| state == PaymentState::Completed)?;
        self.apply_webhooks(&refunded.webhooks)?;
        self.payment_refunded(refunded, at, end);
        if let Some(settlement) = &refunded.settlement {
            self.apply_settlement(settlement, Effect::Released, true, at, end)?;
        }
        self.install_payment(refunded.id.slot, refunded.id.generation, refunded.state);
        Ok(())
    }

    fn apply_settlement(
        &self,
        settlement: &Settlement,
        effect: Effect,
        refund: bool,
        at: UnixMs,
        end: u64,
    ) -> Applied {
        let event = self.event(settlement.event)?;
        let (before, from, to) = match effect {
            Effect::Confirmed => (ReservationState::Pending, SeatState::Held, SeatState::Sold),
            Effect::Retaken => (ReservationState::Expired, SeatState::Free, SeatState::Sold),
            Effect::Released if refund => (ReservationState::Confirmed, SeatState::Sold, SeatState::Free),
            Effect::Released => (ReservationState::Pending, SeatState::Held, SeatState::Free),
            Effect::None | Effect::PaidBack => return corrupt(format_args!("{effect:?} changes no seats")),
        };
        let (slot, facts) = self.replayed_slot(settlement.reservation, before)?;
        move_places(event, settlement.reservation.slot, &settlement.changes, from, to)?;
        self.settled_reservation(slot, &facts, effect, settlement, at, end);
        use_ticket(event, settlement.ticket, at)?;
        set_state(slot, Self::settled_state(effect, refund));
        Ok(())
    }

    fn apply_webhooks(&self, webhooks: &[WebhookQueued]) -> Applied {
        for queued in webhooks {
            let Some(status) = self.outbox.slots().reach(queued.id.slot) else {
                return corrupt(format_args!(
                    "webhook {:?} is past the bound: raise webhooks_max",
                    queued.id
                ));
            };
            status.install(queued.id.generation, 0, 1);
        }
        Ok(())
    }

    fn apply_forgotten(&self, forgotten: &Forgotten, end: u64, at: UnixMs) -> Applied {
        for &(index, generation) in &forgotten.slots {
            match forgotten.table {
                TableKind::Reservations => {
                    let Some(slot) = self.reservations.slot(index) else {
                        return corrupt(format_args!("slot {index} is forgotten and never was"));
                    };
                    let facts = self.reservations.read(slot, index);
                    if facts.id.generation != generation || facts.state == SlotState::Free {
                        return corrupt(format_args!(
                            "slot {index} is forgotten as {generation} and is {facts:?}"
                        ));
                    }
                    self.reservation_forgotten(index, &facts, end, at);
                    slot.status.install(generation.wrapping_add(1), 0, SlotState::FREE);
                }
                TableKind::Payments => {
                    let slot = self.payments.slot(index);
                    let Some((_, intent, _)) = slot.and_then(PaymentSlot::read) else {
                        return corrupt(format_args!("payment slot {index} is forgotten and is free"));
                    };
                    self.payment_forgotten(index, intent.user);
                    let slot = self.payments.slot(index).expect("just read");
                    slot.status.install(generation.wrapping_add(1), 0, 0);
                }
                TableKind::Webhooks => return corrupt("webhooks are forgotten by delivery"),
            }
        }
        Ok(())
    }

    fn free_webhook(&self, id: crate::ids::SlotId) {
        if let Some(status) = self.outbox.slots().get(id.slot) {
            status.install(id.generation.wrapping_add(1), 0, 0);
        }
    }

    /// Ends replay: free slots can be taken again, lines start anew, and what is due is due at `now`.
    pub(crate) fn finish_replay(&self, now: UnixMs) {
        self.reservations.slots().rebuild_free(|slot| slot.status.peek().state == SlotState::FREE);
        self.payments.slots().rebuild_free(|slot| slot.status.peek().state == 0);
        self.outbox.slots().rebuild_free(|status| status.peek().state == 0);
        for event in self.catalog.each() {
            event.seats.finish_replay();
            if let Some(line) = event.line.get() {
                line.finish(now);
                self.arm_draw(event, now);
                self.arm_advance(event.number, now);
            }
        }
        if self.latest() > UnixMs::ZERO {
            // Nobody knows what was let in just before the end: a restart saves up no permits.
            self.ceiling.drain(now);
        }
    }
}
