//! Payments are processed: outcome and moment are decided once.

use crate::clock::UnixMs;
use crate::command::ProcessPayment;
use crate::error::PaymentState;
use crate::error::Refusal;
use crate::ids::SlotId;
use crate::payments::decide;
use crate::pipeline::core::Core;
use crate::pipeline::fact::{Announced, Applied, EventUpdate, Fact, Remembered, Stamp, record};
use crate::pipeline::once::RememberedAnswers;
use crate::pipeline::state::State;
use crate::pipeline::{CommandResult, Committed};
use crate::record::{Remember, body};
use crate::reply::{PaymentChanged, PaymentEffect};
use crate::updates::UpdateKind;

use super::{OwnedPayment, changed};

record! {
    /// Outcome and moment are decided.
    PaymentProcessing with a key { id: SlotId, succeeds: bool, answers: bool, moment: UnixMs, expires_at: UnixMs }
    reply(self, at) -> PaymentChanged =>
        changed((self.id, PaymentState::Processing, at), self.expires_at, PaymentEffect::None, (0, 0));
}

impl PaymentProcessing {
    fn apply(&self, state: &State, payment: OwnedPayment<'_>, stamp: Stamp) {
        payment.slot.change(PaymentState::Processing, stamp.end, stamp.at, |intent| {
            intent.moment = self.moment;
            intent.succeeds = self.succeeds;
            intent.answers = self.answers;
        });
        state.deadlines.payments.set(self.id.slot, self.moment.min(self.expires_at));
        payment.owned.commit(PaymentState::Processing as u8);
    }
}

impl Fact for PaymentProcessing {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        let payment = state.replay_payment(self.id, &[PaymentState::Pending], stamp)?;
        self.apply(state, payment, stamp);
        Ok(())
    }
}

impl Announced for PaymentProcessing {
    fn update(&self, state: &State) -> Option<EventUpdate> {
        let update = state.payment_update(self.id, PaymentState::Processing, PaymentEffect::None, (0, 0));
        Some((None, UpdateKind::Payment(update)))
    }
}

body! {
    /// As kind 21 had it: without the intent's end, which its answer says. Read from folders of earlier versions.
    PaymentProcessing21 { id: SlotId, succeeds: bool, answers: bool, moment: UnixMs, key: Option<Remember> }
}

impl PaymentProcessing21 {
    fn with_end(&self, expires_at: UnixMs) -> PaymentProcessing {
        let Self { id, succeeds, answers, moment, key } = *self;
        PaymentProcessing { id, succeeds, answers, moment, expires_at, key }
    }
}

impl Remembered for PaymentProcessing21 {
    /// The answer says more than the record: it is kept by the replay, which knows the rest.
    fn remember(&self, _: &mut RememberedAnswers, _: Stamp) {}
}

impl Fact for PaymentProcessing21 {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        let payment = state.replay_payment(self.id, &[PaymentState::Pending], stamp)?;
        let processing = self.with_end(payment.intent.expires_at);
        processing.apply(state, payment, stamp);
        let mut answers = RememberedAnswers::in_parts(1);
        processing.remember(&mut answers, stamp);
        state.install(&answers.into_parts()[0], UnixMs::ZERO);
        Ok(())
    }
}

impl Announced for PaymentProcessing21 {
    fn update(&self, state: &State) -> Option<EventUpdate> {
        self.with_end(UnixMs::ZERO).update(state)
    }
}

impl Core {
    /// Starts processing now.
    pub(crate) fn process_payment(
        &self,
        command: &ProcessPayment,
        now: UnixMs,
    ) -> CommandResult<PaymentChanged> {
        self.once(command, now, |key| {
            let payment = self.own_payment_now(command.payment, command.caller.user(), now)?;
            match payment.intent.state {
                PaymentState::Pending => Ok(self.start_processing(payment, key)),
                other => Err(Refusal::PaymentIs(other).into()),
            }
        })
    }

    /// Decides outcome and moment, once.
    pub(crate) fn start_processing(
        &self,
        payment: OwnedPayment<'_>,
        key: Option<Remember>,
    ) -> Committed<PaymentChanged> {
        let (intent, now) = (&payment.intent, payment.now);
        let bits = self.secrets.outcome_bits(intent.id.slot, intent.id.generation);
        let verdict = decide(intent.scenario, bits, self.state.config.payment_time_permille);
        let moment = if verdict.answers { now.plus_ms(verdict.after_ms) } else { UnixMs::MAX };
        let processing = PaymentProcessing {
            id: payment.intent.id,
            succeeds: verdict.succeeds,
            answers: verdict.answers,
            moment,
            expires_at: payment.intent.expires_at,
            key,
        };
        let appended = self.log.append(&processing, now);
        processing.apply(&self.state, payment, appended.stamp());
        Committed { reply: processing.reply(now), end: appended.publish() }
    }
}
