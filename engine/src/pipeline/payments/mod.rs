//! Payment intents: created, processed, settled, called off, paid back; their webhooks and images. An intent is owned
//! before its reservation, never the other way round, so that two payments and two customers cannot wait for each
//! other in a circle.

mod create;
mod end;
mod image;
mod process;
mod settle;
mod webhooks;

pub(crate) use create::PaymentCreated;
pub(crate) use end::{PaymentRefunded, PaymentSettled};
pub(crate) use process::{PaymentProcessing, PaymentProcessing21};
pub(crate) use settle::is_live;
pub(crate) use webhooks::{WebhookAttempted, WebhookReplayed};

use crate::clock::UnixMs;
use crate::error::{PaymentState, Refusal};
use crate::ids::{PaymentId, SlotId, UserId};
use crate::payments::{Intent, PaymentSlot};
use crate::reply::{PaymentChanged, PaymentEffect};
use crate::sync::Owned;
use crate::updates::PaymentUpdate;

use super::core::Core;
use super::fact::{Corrupt, Stamp, corrupt, replay_own};
use super::state::State;

/// A payment intent of which this thread is the owner, and its facts.
pub(crate) struct OwnedPayment<'a> {
    pub(crate) owned: Owned<'a>,
    pub(crate) slot: &'a PaymentSlot,
    pub(crate) intent: Intent,
    /// The caller's look at the clock, or later: readers were told up to here.
    pub(crate) now: UnixMs,
}

impl<'a> OwnedPayment<'a> {
    /// By the owner of a slot in use.
    pub(crate) fn of(slot: &'a PaymentSlot, owned: Owned<'a>, now: UnixMs) -> Self {
        Self { owned, slot, intent: slot.owned(), now }
    }
}

/// The answer to a write that changed an intent: its life's end, its effect, and what it paid back with the refund's
/// number.
fn changed(
    (id, state, at): (SlotId, PaymentState, UnixMs),
    expires_at: UnixMs,
    effect: PaymentEffect,
    (refunded_minor, refund_number): (i64, u32),
) -> PaymentChanged {
    PaymentChanged { id: PaymentId(id), state, at, expires_at, refunded_minor, refund_number, effect }
}

impl State {
    /// By replay: owns the intent that a record changes, which must be in one of these states.
    fn replay_payment(
        &self,
        id: SlotId,
        states: &[PaymentState],
        stamp: Stamp,
    ) -> Result<OwnedPayment<'_>, Corrupt> {
        let slot = self.reach_payment(id.slot)?;
        let is_meant = |seen| states.iter().any(|state| seen == *state as u8);
        let payment = OwnedPayment::of(slot, replay_own(&slot.status, id.generation, is_meant)?, stamp.at);
        if payment.intent.id == id {
            Ok(payment)
        } else {
            corrupt(format_args!("{id:?} is another payment's"))
        }
    }

    /// The update of an intent, without what happened to its reservation.
    fn payment_update(
        &self,
        id: SlotId,
        state: PaymentState,
        effect: PaymentEffect,
        (refunded_minor, refund_number): (i64, u32),
    ) -> PaymentUpdate {
        let user = self.payments.read(id).and_then(|intent| self.payer(&intent));
        PaymentUpdate {
            id: PaymentId(id),
            user,
            state,
            effect,
            refunded_minor,
            refund_number,
            reservation: None,
        }
    }

    /// Sets the timer by which an intent that is over is forgotten.
    fn arm_retention(&self, slot: u32, state: PaymentState, at: UnixMs) {
        if state == PaymentState::Completed {
            // Kept as long as its order: it can still be refunded.
            self.deadlines.payments.clear(slot);
        } else {
            self.deadlines.payments.set(slot, at.plus(self.config.retention));
        }
    }
}

impl Core {
    /// Takes the right to change an intent, whatever its state.
    pub(crate) fn own_payment(
        &self,
        id: PaymentId,
        user: Option<&UserId>,
        now: UnixMs,
    ) -> Result<OwnedPayment<'_>, Refusal> {
        let slot = self.state.payments.find(id.0).ok_or(Refusal::UnknownPayment)?;
        let owned = slot
            .status
            .own(|seen| seen.generation == id.0.generation && seen.state != PaymentSlot::FREE)
            .map_err(|_| Refusal::UnknownPayment)?;
        let payment = OwnedPayment::of(slot, owned, now.max(self.told()));
        if user.is_some_and(|user| !self.state.users.is(payment.intent.user, user)) {
            return Err(Refusal::Forbidden);
        }
        Ok(payment)
    }
}
