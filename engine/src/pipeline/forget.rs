//! What ended long ago is forgotten: its slot is given to another.

use crate::clock::UnixMs;
use crate::error::PaymentState;
use crate::payments::PaymentSlot;
use crate::record::{Slots, TableKind, WireEnum};
use crate::reservations::Slot;
use crate::users::List;

use super::core::Core;
use super::fact::{Announced, Applied, EventUpdate, Fact, Stamp, corrupt, record, replay_own};
use super::payments::OwnedPayment;
use super::reservations::OwnedHold;
use super::state::State;

record! {
    /// Ended things that can no longer be looked up.
    Forgotten { table: TableKind, slots: Slots }
}

impl Forgotten {
    fn one(table: TableKind, slot: u32, generation: u32) -> Self {
        Self { table, slots: std::iter::once((slot, generation)).collect() }
    }

    /// Nothing points at the reservation any more.
    fn apply_to_reservation(state: &State, hold: OwnedHold<'_>, stamp: Stamp) {
        let OwnedHold { owned, slot, facts, .. } = hold;
        let index = facts.id.slot;
        state.users.unlink(List::Reservations, facts.user, index);
        state.users.leave(facts.user);
        state.reservations.unbind_external(index);
        state.deadlines.holds.clear(index);
        state.reservations.set_places(slot, index, &[], 0);
        slot.set_position(stamp.end, stamp.at);
        owned.commit_as(facts.id.generation.wrapping_add(1), Slot::FREE);
    }

    /// Nothing points at the payment any more.
    fn apply_to_payment(state: &State, payment: OwnedPayment<'_>) {
        let OwnedPayment { owned, slot, intent, .. } = payment;
        let index = intent.id.slot;
        state.users.unlink(List::Payments, intent.user, index);
        state.users.leave(intent.user);
        state.deadlines.payments.clear(index);
        slot.clear();
        owned.commit_as(intent.id.generation.wrapping_add(1), PaymentSlot::FREE);
    }
}

impl Fact for Forgotten {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        for &(index, generation) in &self.slots {
            match self.table {
                TableKind::Reservations => {
                    let slot = state.reach_reservation(index)?;
                    let owned = replay_own(&slot.status, generation, |seen| seen != Slot::FREE)?;
                    Self::apply_to_reservation(state, state.hold_of(slot, owned, index), stamp);
                }
                TableKind::Payments => {
                    let slot = state.reach_payment(index)?;
                    let owned = replay_own(&slot.status, generation, |seen| seen != PaymentSlot::FREE)?;
                    Self::apply_to_payment(state, OwnedPayment::of(slot, owned, stamp.at));
                }
                TableKind::Webhooks => return corrupt("webhooks are forgotten by delivery"),
            }
        }
        Ok(())
    }
}

impl Announced for Forgotten {
    fn update(&self, _: &State) -> Option<EventUpdate> {
        None
    }
}

impl Core {
    /// Forgets a reservation that ended long ago and that no live payment names.
    pub(crate) fn forget_reservation(&self, hold: OwnedHold<'_>, now: UnixMs) {
        let index = hold.facts.id.slot;
        let mut due_at = hold.facts.changed_at.plus(self.state.config.retention);
        if hold.facts.payment.is_some_and(|payment| self.may_still_settle(payment)) {
            due_at = due_at.max(now.plus(self.state.config.payment_ttl));
        }
        if due_at > now {
            self.state.deadlines.holds.set(index, due_at);
            return;
        }
        let forgotten = Forgotten::one(TableKind::Reservations, index, hold.facts.id.generation);
        let appended = self.log.append(&forgotten, now);
        Forgotten::apply_to_reservation(&self.state, hold, appended.stamp());
        appended.publish();
        self.state.reservations.slots().give(index);
    }

    /// Looks without waiting: the payment's owner may be waiting for the reservation that the caller owns.
    fn may_still_settle(&self, (slot, generation): (u32, u32)) -> bool {
        let Some(slot) = self.state.payments.slot(slot) else { return false };
        let seen = slot.status.peek();
        let waits = matches!(
            PaymentState::of_number(seen.state),
            Some(PaymentState::Pending | PaymentState::Processing)
        );
        seen.generation == generation && (seen.busy || waits)
    }

    /// Forgets a payment that ended long ago and whose webhooks are all delivered.
    pub(crate) fn forget_payment(&self, payment: OwnedPayment<'_>, now: UnixMs) {
        let index = payment.intent.id.slot;
        let due_at = payment.intent.changed_at.plus(self.state.config.retention);
        if due_at > now || self.state.outbox.keeps(index) {
            self.state.deadlines.payments.set(index, due_at.max(now.plus_ms(60_000)));
            return;
        }
        let forgotten = Forgotten::one(TableKind::Payments, index, payment.intent.id.generation);
        let appended = self.log.append(&forgotten, now);
        Forgotten::apply_to_payment(&self.state, payment);
        appended.publish();
        self.state.payments.slots().give(index);
    }
}
