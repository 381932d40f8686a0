//! Payment intents come to be: for a held reservation, or for something unknown here.

use crate::clock::UnixMs;
use crate::command::{CreatePayment, Currency, Money, Payee, PaymentMethod, Scenario};
use crate::error::{Bound, PaymentState, Refusal, ReservationState};
use crate::ids::{ExternalId, PaymentId, SlotId, UserId};
use crate::limits::{ATTACHMENT_BYTES_MAX, URL_BYTES_MAX};
use crate::payments::{Intent, PaymentSlot};
use crate::pipeline::core::Core;
use crate::pipeline::fact::{Announced, Applied, EventUpdate, Fact, Stamp, record, replay_own};
use crate::pipeline::reservations::{OwnedHold, listed};
use crate::pipeline::state::State;
use crate::pipeline::{CommandResult, Committed};
use crate::record::Remember;
use crate::reply::{PaymentChanged, PaymentEffect};
use crate::sync::Owned;
use crate::updates::{PaymentUpdate, UpdateKind};
use crate::users::{List, UserIx};

use super::changed;

/// Real milliseconds from creation to the start of processing, before scaling.
const START_AFTER_MS: u64 = 200;

record! {
    /// A payment intent.
    PaymentCreated with a key {
        id: SlotId, reservation: Option<SlotId>, unlinked: Option<ExternalId>, user: UserId, amount_minor: i64,
        currency: [u8; 3], method: PaymentMethod, scenario: Scenario, starts_at: UnixMs, expires_at: UnixMs,
        webhook_url: Option<String>, attachment: Vec<u8>,
    }
    reply(self, at) -> PaymentChanged =>
        changed((self.id, PaymentState::Pending, at), self.expires_at, PaymentEffect::None, (0, 0));
}

impl PaymentCreated {
    /// The intent is in its slot, listed, has its timer, and its reservation names it.
    fn apply(
        &self,
        state: &State,
        (slot, owned): (&PaymentSlot, Owned<'_>),
        user: UserIx,
        reservation: Option<OwnedHold<'_>>,
        stamp: Stamp,
    ) {
        let intent = Intent {
            id: self.id,
            state: PaymentState::Pending,
            reservation: self.reservation,
            unlinked: self.unlinked.clone(),
            user,
            amount_minor: self.amount_minor,
            refunded_minor: 0,
            refunds: 0,
            currency: Currency(self.currency),
            method: self.method,
            scenario: self.scenario,
            effect: PaymentEffect::None,
            succeeds: false,
            answers: false,
            created_at: stamp.at,
            changed_at: stamp.at,
            processed_at: UnixMs::ZERO,
            moment: self.starts_at,
            expires_at: self.expires_at,
            webhook_url: self.webhook_url.clone(),
            attachment: self.attachment.clone(),
            position: stamp.end,
        };
        state.deadlines.payments.set(self.id.slot, self.starts_at.min(self.expires_at));
        slot.fill(intent);
        state.users.link(List::Payments, user, listed(self.id, stamp.at));
        owned.commit(PaymentState::Pending as u8);
        if let Some(hold) = reservation {
            hold.slot.set_payment(Some((self.id.slot, self.id.generation)));
            hold.slot.set_position(stamp.end, stamp.at);
            hold.owned.commit(ReservationState::Pending as u8);
        }
    }
}

impl Fact for PaymentCreated {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        let slot = state.reach_payment(self.id.slot)?;
        let owned = replay_own(&slot.status, self.id.generation, |seen| seen == PaymentSlot::FREE)?;
        let hold = |id| state.replay_hold(id, ReservationState::Pending);
        let reservation = self.reservation.map(hold).transpose()?;
        let user = state.users.enter(&self.user, 0, 0, None).expect("no seats, no bound");
        self.apply(state, (slot, owned), user, reservation, stamp);
        Ok(())
    }
}

impl Announced for PaymentCreated {
    fn update(&self, _: &State) -> Option<EventUpdate> {
        let update = PaymentUpdate {
            id: PaymentId(self.id),
            user: Some(self.user.clone()),
            state: PaymentState::Pending,
            effect: PaymentEffect::None,
            refunded_minor: 0,
            refund_number: 0,
            reservation: None,
        };
        Some((None, UpdateKind::Payment(update)))
    }
}

impl Core {
    /// Creates an intent, for a pending reservation without a payment under way, or for something unknown here.
    pub(crate) fn create_payment(
        &self,
        command: &CreatePayment,
        now: UnixMs,
    ) -> CommandResult<PaymentChanged> {
        check_payment(command)?;
        self.once(command, now, |key| match &command.payee {
            Payee::Unlinked(external) => self.file_payment(command, None, Some(external.clone()), key, now),
            Payee::Reservation(which) => {
                let id = self.reservation_id(which)?;
                let hold = self.own_unpaid(id, Some(&command.user), now)?;
                let currency = hold.event.settings.load().currency;
                let owed = Money { minor: hold.facts.total_minor, currency };
                if self.state.config.payment_amount_must_match && owed != command.amount {
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
                self.file_payment(command, Some(hold), None, key, now)
            }
        })
    }

    /// Takes a slot for the intent, journals it, and links it to its reservation.
    fn file_payment(
        &self,
        command: &CreatePayment,
        reservation: Option<OwnedHold<'_>>,
        unlinked: Option<ExternalId>,
        key: Option<Remember>,
        now: UnixMs,
    ) -> CommandResult<PaymentChanged> {
        if command.webhook_url.is_some() && self.state.outbox.slots().nearly_full() {
            return Err(Refusal::AtCapacity(Bound::Webhooks).into());
        }
        let index = self.state.payments.slots().take().ok_or(Refusal::AtCapacity(Bound::Payments))?;
        let slot = self.state.payments.slot(index).expect("just taken");
        let owned = slot.status.own(|_| true).expect("a free slot is nobody's");
        let starts_at = match command.scenario {
            Scenario::Outside => UnixMs::MAX,
            _ => now.plus_ms(
                (START_AFTER_MS * u64::from(self.state.config.payment_time_permille)).div_ceil(1_000),
            ),
        };
        let created = PaymentCreated {
            id: SlotId { slot: index, generation: owned.before().generation, tag: self.secrets.random() },
            reservation: reservation.as_ref().map(|hold| hold.facts.id),
            unlinked,
            user: command.user.clone(),
            amount_minor: command.amount.minor,
            currency: command.amount.currency.0,
            method: command.method,
            scenario: command.scenario,
            starts_at,
            expires_at: now.plus(self.state.config.payment_ttl),
            webhook_url: command.webhook_url.clone(),
            attachment: command.attachment.clone(),
            key,
        };
        let user = self.state.users.enter(&created.user, 0, 0, None).expect("no seats, no bound");
        let appended = self.log.append(&created, now);
        created.apply(&self.state, (slot, owned), user, reservation, appended.stamp());
        Ok(Committed { reply: created.reply(now), end: appended.publish() })
    }
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
