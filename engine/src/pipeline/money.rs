//! What a record does to payments and their webhooks once it is in the journal; see `effects`.

use crate::clock::UnixMs;
use crate::command::{Currency, Money};
use crate::error::PaymentState;
use crate::ids::SlotId;
use crate::outbox::Webhook;
use crate::payments::Intent;
use crate::record::{PaymentCreated, PaymentProcessing, PaymentRefunded, PaymentSettled, WebhookQueued};
use crate::reply::Effect;
use crate::users::{List, UserIx};

use super::state::State;

impl State {
    /// An intent is in its slot, listed, and has its timer. The caller owns the slot and commits it after.
    pub(crate) fn payment_created(&self, created: &PaymentCreated, user: UserIx, at: UnixMs, end: u64) {
        let slot = self.payments.slot(created.id.slot).expect("the caller took the slot");
        let intent = Intent {
            id: created.id,
            reservation: created.reservation,
            unlinked: created.unlinked.clone(),
            user,
            amount: Money { minor: created.amount_minor, currency: Currency(created.currency) },
            refunded_minor: 0,
            refunds: 0,
            method: created.method,
            scenario: created.scenario,
            effect: Effect::None,
            created_at: at,
            changed_at: at,
            processed_at: UnixMs::ZERO,
            moment: created.starts_at,
            succeeds: false,
            answers: false,
            expires_at: created.expires_at,
            webhook_url: created.webhook_url.clone(),
            attachment: created.attachment.clone(),
        };
        self.deadlines.payments.set(created.id.slot, created.starts_at.min(created.expires_at));
        slot.fill(intent, end);
        self.users.link(List::Payments, user, super::effects::listed(created.id, at));
    }

    /// Outcome and moment are in the slot. The caller owns it and commits it after.
    pub(crate) fn payment_processing(&self, processing: &PaymentProcessing, at: UnixMs, end: u64) {
        let slot = self.payments.slot(processing.id.slot).expect("processing payments have a slot");
        let mut wakes_at = UnixMs::MAX;
        slot.change(end, at, |intent| {
            intent.moment = processing.moment;
            intent.succeeds = processing.succeeds;
            intent.answers = processing.answers;
            wakes_at = processing.moment.min(intent.expires_at);
        });
        self.deadlines.payments.set(processing.id.slot, wakes_at);
    }

    /// Nothing points at the payment any more. The caller owns the slot, and frees it after.
    pub(crate) fn payment_forgotten(&self, index: u32, user: UserIx) {
        self.users.unlink(List::Payments, user, index);
        self.users.leave(user);
        self.deadlines.payments.clear(index);
        self.payments.slot(index).expect("a slot in use").clear();
    }

    /// A payment ended, on the payment's side, and sold its reservation or not. The caller owns both and commits them after.
    pub(crate) fn payment_settled(&self, settled: &PaymentSettled, at: UnixMs, end: u64) {
        let slot = self.payments.slot(settled.id.slot).expect("settled payments have a slot");
        slot.change(end, at, |intent| {
            intent.effect = settled.effect;
            intent.processed_at = at;
            intent.moment = UnixMs::MAX;
            intent.refunded_minor = settled.refunded_minor;
            intent.refunds = u32::from(settled.refunded_minor > 0);
        });
        if let (Effect::Confirmed | Effect::Retaken, Some(settlement)) = (settled.effect, &settled.settlement)
            && let Some(reservation) = self.reservations.slot(settlement.reservation.slot)
        {
            // The payment that sold the seats is the one whose refund gives them back, whichever was named before.
            reservation.set_payment(Some((settled.id.slot, settled.id.generation)));
        }
        self.queue_webhooks(settled.id, &settled.webhooks, at, end);
        self.arm_retention(settled.id.slot, settled.state, at);
    }

    /// Money went back, on the payment's side.
    pub(crate) fn payment_refunded(&self, refunded: &PaymentRefunded, at: UnixMs, end: u64) {
        let slot = self.payments.slot(refunded.id.slot).expect("refunded payments have a slot");
        slot.change(end, at, |intent| {
            intent.refunded_minor += refunded.refunded_minor;
            intent.refunds = refunded.number;
        });
        self.queue_webhooks(refunded.id, &refunded.webhooks, at, end);
        self.arm_retention(refunded.id.slot, refunded.state, at);
    }

    pub(crate) fn arm_retention(&self, slot: u32, state: PaymentState, at: UnixMs) {
        if state == PaymentState::Completed {
            // Kept as long as its order: it can still be refunded.
            self.deadlines.payments.clear(slot);
        } else {
            self.deadlines.payments.set(slot, at.plus(self.config.retention));
        }
    }

    fn queue_webhooks(&self, payment: SlotId, webhooks: &[WebhookQueued], at: UnixMs, end: u64) {
        for (order, queued) in (end..).zip(webhooks) {
            self.outbox.put(Webhook {
                id: queued.id,
                payment,
                tells: queued.tells,
                created_at: at,
                attempts: 0,
                next_at: Some(at),
                position: end,
                // Ends are eight apart, so the order of webhooks is that of their records.
                order,
            });
        }
    }
}
