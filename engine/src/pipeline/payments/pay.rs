//! Payment intents: created, processed, settled, called off, paid back. An intent is owned before its reservation,
//! never the other way round, so that two payments and two customers cannot wait for each other in a circle.

use smallvec::SmallVec;

use crate::clock::UnixMs;
use crate::command::{
    CancelPayment, CreatePayment, Money, Outcome as Reported, Payee, ProcessPayment, ReportPayment,
};
use crate::error::{Bound, PaymentState, Refusal, ReservationState};
use crate::ids::{PaymentId, SlotId, UserId};
use crate::limits::{ATTACHMENT_BYTES_MAX, URL_BYTES_MAX};
use crate::payments::{Intent, decide, payment_state};
use crate::record::{
    PaymentCreated, PaymentProcessing, PaymentRefunded, PaymentSettled, Record, Remember, WebhookQueued,
};
use crate::reply::{Effect, PaymentChanged, Reply};
use crate::sync::{NotOwned, Owned};

use super::settle::Purse;
use crate::pipeline::core::Core;
use crate::pipeline::effects::{created_reply, refunded_reply, settled_reply};
use crate::pipeline::reservations::{Busy, OwnedHold, Patience};
use crate::pipeline::{Did, Outcome};

/// Real milliseconds from creation to the start of processing, before scaling.
const START_AFTER_MS: u64 = 200;

/// A payment intent of which this thread is the owner, and its facts.
pub(crate) struct OwnedPayment<'a> {
    pub(crate) owned: Owned<'a>,
    pub(crate) state: PaymentState,
    pub(crate) intent: Intent,
    /// The caller's look at the clock, or later: readers were told up to here.
    pub(crate) now: UnixMs,
}

impl Core {
    /// Creates an intent, for a pending reservation without a payment under way, or for something unknown here.
    pub(crate) fn create_payment(&self, command: &CreatePayment, now: UnixMs) -> Outcome {
        check_payment(command)?;
        self.once(command, now, |key| match &command.payee {
            Payee::Unlinked(external) => {
                let created = self.new_payment(command, None, Some(external.clone()), key, now);
                self.file_payment(created, None, now)
            }
            Payee::Reservation(which) => {
                let id = self.reservation_id(which)?;
                let hold = self.own_unpaid(id, Some(&command.user), now)?;
                let OwnedHold { owned, slot, facts, event } = hold;
                let owed = Money { minor: facts.total_minor, currency: event.settings.load().currency };
                if self.config.payment_amount_must_match && owed != command.amount {
                    return Err(Refusal::invalid(
                        "amount",
                        format_args!(
                            "must be the reservation's total, {} {}",
                            owed.minor,
                            owed.currency.as_str()
                        ),
                        command.amount.minor,
                    )
                    .into());
                }
                let created = self.new_payment(command, Some(facts.id), None, key, now);
                self.file_payment(created, Some((owned, slot)), now)
            }
        })
    }

    fn new_payment(
        &self,
        command: &CreatePayment,
        reservation: Option<SlotId>,
        unlinked: Option<crate::ids::ExternalId>,
        key: Option<Remember>,
        now: UnixMs,
    ) -> PaymentCreated {
        let starts_at = match command.scenario {
            crate::command::Scenario::Outside => UnixMs::MAX,
            _ => now.plus_ms((START_AFTER_MS * u64::from(self.config.payment_time_permille)).div_ceil(1_000)),
        };
        PaymentCreated {
            // Slot and generation are known once a slot is taken.
            id: SlotId { slot: 0, generation: 0, tag: self.secrets.random() },
            reservation,
            unlinked,
            user: command.user.clone(),
            amount_minor: command.amount.minor,
            currency: command.amount.currency.0,
            method: command.method,
            scenario: command.scenario,
            starts_at,
            expires_at: now.plus(self.config.payment_ttl),
            webhook_url: command.webhook_url.clone(),
            attachment: command.attachment.clone(),
            key,
        }
    }

    /// Takes a slot for the intent, journals it, and links it to its reservation, which the caller owns.
    fn file_payment(
        &self,
        mut created: PaymentCreated,
        reservation: Option<(Owned<'_>, &crate::reservations::Slot)>,
        now: UnixMs,
    ) -> Outcome {
        if created.webhook_url.is_some() && self.outbox.slots().nearly_full() {
            return Err(Refusal::AtCapacity(Bound::Webhooks).into());
        }
        let index = self.payments.slots().take().ok_or(Refusal::AtCapacity(Bound::Payments))?;
        let slot = self.payments.slot(index).expect("just taken");
        let owned = slot.status.own(|_| true).expect("a free slot is nobody's");
        created.id = SlotId { slot: index, generation: owned.before().generation, tag: created.id.tag };
        let user = self.users.enter(&created.user, 0, 0, None).expect("no seats, no bound");
        let reply = created_reply(&created, now);
        let (id, record) = (created.id, Record::from(created));
        let appended = self.log.append(&record, now);
        let Record::PaymentCreated(created) = record else { unreachable!("just made") };
        self.payment_created(&created, user, now, appended.end());
        owned.commit(PaymentState::Pending as u8);
        if let Some((reservation, slot)) = reservation {
            slot.set_payment(Some((id.slot, id.generation)));
            slot.set_position(appended.end(), now);
            reservation.commit(ReservationState::Pending as u8);
        }
        Ok(Did { reply, end: appended.publish() })
    }

    /// Starts processing now.
    pub(crate) fn process_payment(&self, command: &ProcessPayment, now: UnixMs) -> Outcome {
        self.once(command, now, |key| {
            let payment = self.own_payment_now(command.payment, command.user.as_ref(), now)?;
            match payment.state {
                PaymentState::Pending => Ok(self.start_processing(payment, key)),
                other => Err(Refusal::PaymentIs(other).into()),
            }
        })
    }

    /// Decides outcome and moment, once.
    pub(crate) fn start_processing(&self, payment: OwnedPayment<'_>, key: Option<Remember>) -> Did {
        let OwnedPayment { owned, intent, now, .. } = payment;
        let bits = self.secrets.outcome_bits(intent.id.slot, intent.id.generation);
        let verdict = decide(intent.scenario, bits, self.config.payment_time_permille);
        let moment = if verdict.answers { now.plus_ms(verdict.after_ms) } else { UnixMs::MAX };
        let processing = PaymentProcessing {
            id: intent.id,
            succeeds: verdict.succeeds,
            answers: verdict.answers,
            moment,
            key,
        };
        let appended = self.log.append(&Record::from(processing.clone()), now);
        self.payment_processing(&processing, now, appended.end());
        owned.commit(PaymentState::Processing as u8);
        let reply = processing_reply(&processing, intent.expires_at, now);
        Did { reply, end: appended.publish() }
    }

    /// An outside processor says how it ended.
    pub(crate) fn report_payment(&self, command: &ReportPayment, now: UnixMs) -> Outcome {
        self.once(command, now, |key| {
            let payment = self.own_payment_now(command.payment, None, now)?;
            let state = match command.outcome {
                Reported::Completed => PaymentState::Completed,
                Reported::Failed => PaymentState::Failed,
            };
            match payment.state {
                PaymentState::Pending | PaymentState::Processing => Ok(self.end_payment(payment, state, key)),
                other => Err(Refusal::PaymentIs(other).into()),
            }
        })
    }

    /// Calls an intent off, or pays back.
    pub(crate) fn cancel_payment(&self, command: &CancelPayment, now: UnixMs) -> Outcome {
        self.once(command, now, |key| {
            let payment = self.own_payment_now(command.payment, command.user.as_ref(), now)?;
            match payment.state {
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
    ) -> Did {
        let purse = self.settle_outcome(&payment.intent, state, Patience::Waits, payment.now);
        self.close_payment(payment, state, purse.expect("a caller waits"), key)
    }

    fn close_payment(
        &self,
        payment: OwnedPayment<'_>,
        state: PaymentState,
        purse: Purse<'_>,
        key: Option<Remember>,
    ) -> Did {
        let OwnedPayment { owned, intent, now, .. } = payment;
        let effect = purse.effect();
        let paid_back = effect == Effect::PaidBack;
        let state = if paid_back { PaymentState::Refunded } else { state };
        let settled = PaymentSettled {
            id: intent.id,
            state,
            effect,
            settlement: purse.settlement().cloned(),
            refunded_minor: if paid_back { intent.amount.minor } else { 0 },
            expires_at: intent.expires_at,
            webhooks: self.webhooks(&intent, state),
            key,
        };
        let appended = self.log.append(&Record::from(settled.clone()), now);
        self.payment_settled(&settled, now, appended.end());
        purse.close(self, effect, false, now, appended.end());
        owned.commit(state as u8);
        Did { reply: settled_reply(&settled, now), end: appended.publish() }
    }

    fn expire_owned(&self, payment: OwnedPayment<'_>) {
        self.end_payment(payment, PaymentState::Expired, None);
    }

    fn refund(&self, payment: OwnedPayment<'_>, minor: Option<i64>, key: Option<Remember>) -> Outcome {
        let OwnedPayment { owned, intent, now, .. } = payment;
        let left_minor = intent.amount.minor - intent.refunded_minor;
        let minor = minor.unwrap_or(left_minor);
        if minor <= 0 {
            return Err(Refusal::invalid("refund_amount", "must be more than nothing", minor).into());
        }
        if minor > left_minor {
            return Err(Refusal::RefundTooLarge { left_minor }.into());
        }
        let whole = minor == left_minor;
        let state = if whole { PaymentState::Refunded } else { PaymentState::Completed };
        let purse = if whole { self.settle_refunded(&intent) } else { Purse::untouched() };
        let refunded = PaymentRefunded {
            id: intent.id,
            state,
            refunded_minor: minor,
            number: intent.refunds + 1,
            settlement: purse.settlement().cloned(),
            expires_at: intent.expires_at,
            webhooks: self.webhooks(&intent, PaymentState::Refunded),
            key,
        };
        let effect = purse.effect();
        let appended = self.log.append(&Record::from(refunded.clone()), now);
        self.payment_refunded(&refunded, now, appended.end());
        purse.close(self, effect, true, now, appended.end());
        owned.commit(state as u8);
        Ok(Did { reply: refunded_reply(&refunded, now), end: appended.publish() })
    }

    /// The webhooks that tell of `state`: one if the intent has an address and the outbox has room, else none.
    fn webhooks(&self, intent: &Intent, state: PaymentState) -> SmallVec<[WebhookQueued; 2]> {
        if intent.webhook_url.is_none() {
            return SmallVec::new();
        }
        let Some(slot) = self.outbox.slots().take() else {
            self.metrics.webhooks_dropped.add(1);
            return SmallVec::new();
        };
        let status = self.outbox.slots().get(slot).expect("just taken");
        let owned = status.own(|_| true).expect("a free slot is nobody's");
        let id = SlotId { slot, generation: owned.before().generation, tag: self.secrets.random() };
        owned.commit(1);
        SmallVec::from_iter([WebhookQueued { id, tells: state }])
    }

    /// Takes the right to change an intent, whatever its state.
    pub(crate) fn own_payment(
        &self,
        id: PaymentId,
        user: Option<&UserId>,
        now: UnixMs,
    ) -> Result<OwnedPayment<'_>, Refusal> {
        let slot = self.payments.find(id.0).ok_or(Refusal::UnknownPayment)?;
        let owned = slot
            .status
            .own(|seen| seen.generation == id.0.generation && payment_state(seen.state).is_some())
            .map_err(|_| Refusal::UnknownPayment)?;
        let intent = slot.owned();
        if user.is_some_and(|user| !self.users.is(intent.user, user)) {
            return Err(Refusal::Forbidden);
        }
        let state = payment_state(owned.before().state).expect("checked while owning");
        Ok(OwnedPayment { owned, state, intent, now: now.max(self.told()) })
    }

    /// As [`Core::own_payment`], after what the clock has decided already: an outcome whose moment has come counts, and a life
    /// that is over ends, whether or not its timer has fired.
    fn own_payment_now(
        &self,
        id: PaymentId,
        user: Option<&UserId>,
        now: UnixMs,
    ) -> Result<OwnedPayment<'_>, Refusal> {
        loop {
            let payment = self.own_payment(id, user, now)?;
            if payment.intent.has_lapsed(payment.state, payment.now) {
                self.expire_owned(payment);
            } else if payment.state == PaymentState::Processing && payment.intent.moment <= payment.now {
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
        let Some(slot) = self.payments.slot(index) else { return };
        let owned = slot.status.own_or_leave(|seen| payment_state(seen.state).is_some());
        let owned = match owned {
            Ok(owned) => owned,
            Err(NotOwned::NotAllowed) => return,
            Err(NotOwned::Busy) => return self.deadlines.payments.set(index, now.plus_ms(1)),
        };
        let state = payment_state(owned.before().state).expect("checked while owning");
        self.due_owned(OwnedPayment { owned, state, intent: slot.owned(), now: now.max(self.told()) });
    }

    fn due_owned(&self, payment: OwnedPayment<'_>) {
        let (index, state, now) = (payment.intent.id.slot, payment.state, payment.now);
        let (moment, expires_at) = (payment.intent.moment, payment.intent.expires_at);
        match state {
            // What has not begun by then never begins; what was decided for a moment before counts, however late.
            _ if payment.intent.has_lapsed(state, now) => self.expire_owned(payment),
            PaymentState::Pending if moment <= now => {
                self.start_processing(payment, None);
            }
            PaymentState::Processing if moment <= now => {
                let state = decided(&payment.intent);
                match self.settle_outcome(&payment.intent, state, Patience::ComesBack, now) {
                    Ok(purse) => drop(self.close_payment(payment, state, purse, None)),
                    Err(Busy) => self.deadlines.payments.set(index, now.plus_ms(1)),
                }
            }
            PaymentState::Pending | PaymentState::Processing => {
                self.deadlines.payments.set(index, moment.min(expires_at));
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

pub(crate) fn processing_reply(processing: &PaymentProcessing, expires_at: UnixMs, at: UnixMs) -> Reply {
    Reply::Payment(PaymentChanged {
        id: PaymentId(processing.id),
        state: PaymentState::Processing,
        at,
        expires_at,
        refunded_minor: 0,
        refund_number: 0,
        effect: Effect::None,
    })
}

fn check_payment(command: &CreatePayment) -> Result<(), Refusal> {
    if command.amount.minor < 0 {
        return Err(Refusal::invalid("amount", "must not be negative", command.amount.minor));
    }
    if command.attachment.len() > ATTACHMENT_BYTES_MAX {
        let reason = format_args!(
            "has {} bytes, at most {ATTACHMENT_BYTES_MAX} are allowed",
            command.attachment.len()
        );
        return Err(Refusal::invalid("attachment", reason, ""));
    }
    if let Some(url) = &command.webhook_url
        && (url.is_empty() || url.len() > URL_BYTES_MAX)
    {
        return Err(Refusal::invalid(
            "webhook_url",
            format_args!("must have 1 to {URL_BYTES_MAX} bytes"),
            "",
        ));
    }
    Ok(())
}
