//! Payments end, with what that does to their reservations, in one record: reported, called off, decided, expired,
//! paid back.

use smallvec::SmallVec;

use crate::clock::UnixMs;
use crate::command::{CancelPayment, PaymentOutcome as Reported, ReportPayment};
use crate::error::{PaymentState, Refusal};
use crate::ids::{PaymentId, SlotId, UserId};
use crate::payments::{Intent, PaymentSlot};
use crate::pipeline::core::Core;
use crate::pipeline::fact::{Announced, Applied, EventUpdate, Fact, Stamp, record};
use crate::pipeline::reservations::{Busy, Patience};
use crate::pipeline::shown::Lapses;
use crate::pipeline::state::State;
use crate::pipeline::{CommandResult, Committed};
use crate::record::Remember;
use crate::reply::{PaymentChanged, PaymentEffect};
use crate::sync::NotOwned;

use super::settle::{Decided, PendingSettlement, Settlement};
use super::webhooks::WebhookQueued;
use super::{OwnedPayment, changed};

record! {
    /// A payment ended, with what that did to its reservation.
    PaymentSettled with a key {
        id: SlotId, state: PaymentState, effect: PaymentEffect, settlement: Option<Settlement>, refunded_minor: i64,
        expires_at: UnixMs, webhooks: SmallVec<[WebhookQueued; 2]>,
    }
    reply(self, at) -> PaymentChanged =>
        changed((self.id, self.state, at), self.expires_at, self.effect, self.refunded());
}

impl PaymentSettled {
    fn refunded(&self) -> (i64, u32) {
        (self.refunded_minor, u32::from(self.refunded_minor > 0))
    }

    /// `pending` is the reservation that changes with it.
    fn apply(
        &self,
        state: &State,
        payment: OwnedPayment<'_>,
        pending: Option<PendingSettlement<'_>>,
        stamp: Stamp,
    ) {
        payment.slot.change(self.state, stamp.end, stamp.at, |intent| {
            intent.effect = self.effect;
            intent.processed_at = stamp.at;
            intent.moment = UnixMs::MAX;
            (intent.refunded_minor, intent.refunds) = self.refunded();
        });
        state.queue_webhooks(self.id, &self.webhooks, stamp);
        state.arm_retention(self.id.slot, self.state, stamp.at);
        if let Some((pending, settlement)) = pending.zip(self.settlement.as_ref()) {
            pending.name_payment(self.id);
            pending.apply(settlement, state, stamp);
        }
        payment.owned.commit(self.state as u8);
    }
}

impl Fact for PaymentSettled {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        let before = [PaymentState::Pending, PaymentState::Processing];
        let payment = state.replay_payment(self.id, &before, stamp)?;
        let effect = (self.effect, false);
        let pending = Settlement::replay(self.settlement.as_ref(), state, effect, stamp.at)?;
        state.replay_queued(&self.webhooks)?;
        self.apply(state, payment, pending, stamp);
        Ok(())
    }
}

impl Announced for PaymentSettled {
    fn update(&self, state: &State) -> Option<EventUpdate> {
        let update = state.payment_update(self.id, self.state, self.effect, self.refunded());
        Settlement::told(self.settlement.as_ref(), state, false, update)
    }
}

record! {
    /// Money went back.
    PaymentRefunded with a key {
        id: SlotId, state: PaymentState, refunded_minor: i64, number: u32, settlement: Option<Settlement>,
        expires_at: UnixMs, webhooks: SmallVec<[WebhookQueued; 2]>,
    }
    reply(self, at) -> PaymentChanged =>
        changed((self.id, self.state, at), self.expires_at, self.effect(), self.refunded());
}

impl PaymentRefunded {
    fn refunded(&self) -> (i64, u32) {
        (self.refunded_minor, self.number)
    }

    fn effect(&self) -> PaymentEffect {
        if self.settlement.is_some() { PaymentEffect::Released } else { PaymentEffect::None }
    }

    fn apply(
        &self,
        state: &State,
        payment: OwnedPayment<'_>,
        pending: Option<PendingSettlement<'_>>,
        stamp: Stamp,
    ) {
        payment.slot.change(self.state, stamp.end, stamp.at, |intent| {
            intent.refunded_minor += self.refunded_minor;
            intent.refunds = self.number;
        });
        state.queue_webhooks(self.id, &self.webhooks, stamp);
        state.arm_retention(self.id.slot, self.state, stamp.at);
        if let Some((pending, settlement)) = pending.zip(self.settlement.as_ref()) {
            pending.apply(settlement, state, stamp);
        }
        payment.owned.commit(self.state as u8);
    }
}

impl Fact for PaymentRefunded {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        let payment = state.replay_payment(self.id, &[PaymentState::Completed], stamp)?;
        let effect = (PaymentEffect::Released, true);
        let pending = Settlement::replay(self.settlement.as_ref(), state, effect, stamp.at)?;
        state.replay_queued(&self.webhooks)?;
        self.apply(state, payment, pending, stamp);
        Ok(())
    }
}

impl Announced for PaymentRefunded {
    fn update(&self, state: &State) -> Option<EventUpdate> {
        let update = state.payment_update(self.id, self.state, self.effect(), self.refunded());
        Settlement::told(self.settlement.as_ref(), state, true, update)
    }
}

impl Core {
    /// An outside processor says how it ended.
    pub(crate) fn report_payment(
        &self,
        command: &ReportPayment,
        now: UnixMs,
    ) -> CommandResult<PaymentChanged> {
        self.once(command, now, |key| {
            let payment = self.own_payment_now(command.payment, None, now)?;
            let state = match command.outcome {
                Reported::Completed => PaymentState::Completed,
                Reported::Failed => PaymentState::Failed,
            };
            match payment.intent.state {
                PaymentState::Pending | PaymentState::Processing => Ok(self.end_payment(payment, state, key)),
                other => Err(Refusal::PaymentIs(other).into()),
            }
        })
    }

    /// Calls an intent off, or pays back.
    pub(crate) fn cancel_payment(
        &self,
        command: &CancelPayment,
        now: UnixMs,
    ) -> CommandResult<PaymentChanged> {
        self.once(command, now, |key| {
            let payment = self.own_payment_now(command.payment, command.caller.user(), now)?;
            match payment.intent.state {
                PaymentState::Pending | PaymentState::Processing => {
                    Ok(self.end_payment(payment, PaymentState::Cancelled, key))
                }
                PaymentState::Completed => self.refund(payment, command.refund_minor, key),
                other => Err(Refusal::PaymentIs(other).into()),
            }
        })
    }

    /// Ends an intent in `state`, with what that does to its reservation, in one record. Waits for a change of the
    /// reservation in progress.
    pub(crate) fn end_payment(
        &self,
        payment: OwnedPayment<'_>,
        state: PaymentState,
        key: Option<Remember>,
    ) -> Committed<PaymentChanged> {
        let decided = self.settle_outcome(&payment.intent, state, Patience::Waits, payment.now);
        self.close_payment(payment, state, decided.expect("a caller waits"), key)
    }

    fn close_payment(
        &self,
        payment: OwnedPayment<'_>,
        state: PaymentState,
        decided: Decided<'_>,
        key: Option<Remember>,
    ) -> Committed<PaymentChanged> {
        let (intent, now) = (&payment.intent, payment.now);
        let Decided { effect, settlement, pending } = decided;
        let paid_back = effect == PaymentEffect::PaidBack;
        let state = if paid_back { PaymentState::Refunded } else { state };
        let settled = PaymentSettled {
            id: intent.id,
            state,
            effect,
            settlement,
            refunded_minor: if paid_back { intent.amount_minor } else { 0 },
            expires_at: intent.expires_at,
            webhooks: self.webhooks(intent, state),
            key,
        };
        let appended = self.log.append(&settled, now);
        settled.apply(&self.state, payment, pending, appended.stamp());
        Committed { reply: settled.reply(now), end: appended.publish() }
    }

    fn expire_owned(&self, payment: OwnedPayment<'_>) {
        self.end_payment(payment, PaymentState::Expired, None);
    }

    fn refund(
        &self,
        payment: OwnedPayment<'_>,
        minor: Option<i64>,
        key: Option<Remember>,
    ) -> CommandResult<PaymentChanged> {
        let (intent, now) = (&payment.intent, payment.now);
        let left_minor = intent.amount_minor - intent.refunded_minor;
        let minor = minor.unwrap_or(left_minor);
        if minor <= 0 {
            return Err(Refusal::invalid("refund_amount", "must be more than nothing", minor).into());
        }
        if minor > left_minor {
            return Err(Refusal::RefundTooLarge { left_minor }.into());
        }
        let whole = minor == left_minor;
        let state = if whole { PaymentState::Refunded } else { PaymentState::Completed };
        let decided = if whole { self.settle_refunded(intent) } else { Decided::nothing() };
        let refunded = PaymentRefunded {
            id: intent.id,
            state,
            refunded_minor: minor,
            number: intent.refunds + 1,
            settlement: decided.settlement,
            expires_at: intent.expires_at,
            webhooks: self.webhooks(intent, PaymentState::Refunded),
            key,
        };
        let appended = self.log.append(&refunded, now);
        refunded.apply(&self.state, payment, decided.pending, appended.stamp());
        Ok(Committed { reply: refunded.reply(now), end: appended.publish() })
    }

    /// As [`Core::own_payment`], after what the clock has decided already: an outcome whose moment has come counts,
    /// and a life that is over ends, whether or not its timer has fired.
    pub(super) fn own_payment_now(
        &self,
        id: PaymentId,
        user: Option<&UserId>,
        now: UnixMs,
    ) -> Result<OwnedPayment<'_>, Refusal> {
        loop {
            let payment = self.own_payment(id, user, now)?;
            if payment.intent.has_lapsed(payment.now) {
                self.expire_owned(payment);
            } else if payment.intent.state == PaymentState::Processing && payment.intent.moment <= payment.now
            {
                self.end_decided(payment);
            } else {
                return Ok(payment);
            }
        }
    }

    fn end_decided(&self, payment: OwnedPayment<'_>) {
        let state = decided(&payment.intent);
        self.end_payment(payment, state, None);
    }

    /// A payment's timer fired: starts, settles, expires or forgets it, as its state and the time say. Waits for no
    /// caller: an intent that a caller is changing, or whose reservation one is changing, is looked at again shortly.
    pub(crate) fn due_payment(&self, index: u32, now: UnixMs) {
        let Some(slot) = self.state.payments.slot(index) else { return };
        let owned = slot.status.own_or_leave(|seen| seen.state != PaymentSlot::FREE);
        let owned = match owned {
            Ok(owned) => owned,
            Err(NotOwned::NotAllowed) => return,
            Err(NotOwned::Busy) => return self.state.deadlines.payments.set(index, now.plus_ms(1)),
        };
        self.due_owned(OwnedPayment::of(slot, owned, now.max(self.told())));
    }

    fn due_owned(&self, payment: OwnedPayment<'_>) {
        let (index, state, now) = (payment.intent.id.slot, payment.intent.state, payment.now);
        let (moment, expires_at) = (payment.intent.moment, payment.intent.expires_at);
        match state {
            // What has not begun by then never begins; what was decided for a moment before counts, however late.
            _ if payment.intent.has_lapsed(now) => self.expire_owned(payment),
            PaymentState::Pending if moment <= now => {
                self.start_processing(payment, None);
            }
            PaymentState::Processing if moment <= now => {
                let state = decided(&payment.intent);
                match self.settle_outcome(&payment.intent, state, Patience::ComesBack, now) {
                    Ok(decided) => drop(self.close_payment(payment, state, decided, None)),
                    Err(Busy) => self.state.deadlines.payments.set(index, now.plus_ms(1)),
                }
            }
            PaymentState::Pending | PaymentState::Processing => {
                self.state.deadlines.payments.set(index, moment.min(expires_at));
            }
            PaymentState::Completed => {}
            _ => self.forget_payment(payment, now),
        }
    }
}

/// How an intent in process ends when its moment has come.
fn decided(intent: &Intent) -> PaymentState {
    if intent.succeeds { PaymentState::Completed } else { PaymentState::Failed }
}
