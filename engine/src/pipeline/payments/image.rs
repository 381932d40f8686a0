//! The images of payment intents and of their webhooks.

use crate::clock::UnixMs;
use crate::command::Money;
use crate::error::PaymentState;
use crate::limits::{ATTACHMENT_BYTES_MAX, URL_BYTES_MAX};
use crate::outbox::Webhook;
use crate::payments::Intent;
use crate::pipeline::fact::Corrupt;
use crate::pipeline::images::{FreeSlots, Sink};
use crate::pipeline::reservations::listed;
use crate::pipeline::restore::{check_moment, must, untouched};
use crate::pipeline::state::State;
use crate::record::{PaymentImage, TableKind, WebhookImage};
use crate::users::List;

/// More attempts than anything makes: a number that was never counted.
const ATTEMPTS_MAX: u32 = 1 << 20;

impl State {
    pub(crate) fn payment_images(&self, sink: &mut Sink<'_>) {
        let mut free = FreeSlots::new(TableKind::Payments);
        let mut live = Vec::new();
        for index in 0..self.payments.slots().high_water() {
            let Some(slot) = self.payments.slot(index) else { continue };
            match slot.read() {
                None => free.add(index, slot.status.peek().generation, sink),
                Some((_, intent, _)) => live.push((intent.created_at, index)),
            }
        }
        // Oldest first, as reservations.
        live.sort_unstable();
        for (_, index) in live {
            let Some(slot) = self.payments.slot(index) else { continue };
            if let Some((state, intent, _)) = slot.read() {
                sink.image(&self.payment_image(&intent, state));
            }
        }
        free.flush(sink);
    }

    fn payment_image(&self, intent: &Intent, state: PaymentState) -> PaymentImage {
        PaymentImage {
            id: intent.id,
            state,
            reservation: intent.reservation,
            unlinked: intent.unlinked.clone(),
            user: self.users.name(intent.user).expect("a payment's user is kept"),
            amount_minor: intent.amount.minor,
            refunded_minor: intent.refunded_minor,
            refunds: intent.refunds,
            currency: intent.amount.currency,
            method: intent.method,
            scenario: intent.scenario,
            effect: intent.effect,
            succeeds: intent.succeeds,
            answers: intent.answers,
            created_at: intent.created_at,
            changed_at: intent.changed_at,
            processed_at: intent.processed_at,
            moment: intent.moment,
            expires_at: intent.expires_at,
            webhook_url: intent.webhook_url.clone(),
            attachment: intent.attachment.clone(),
        }
    }

    pub(crate) fn outbox_images(&self, sink: &mut Sink<'_>) {
        let mut free = FreeSlots::new(TableKind::Webhooks);
        for index in 0..self.outbox.slots().high_water() {
            let seen = self.outbox.slots().get(index).map(crate::sync::Status::settled);
            if let Some(seen) = seen.filter(|seen| seen.state == 0) {
                free.add(index, seen.generation, sink);
            }
        }
        free.flush(sink);
        self.outbox.each(|webhook| {
            sink.image(&WebhookImage {
                id: webhook.id,
                payment: webhook.payment,
                tells: webhook.tells,
                created_at: webhook.created_at,
                attempts: webhook.attempts,
                next_at: webhook.next_at,
                order: webhook.order,
            });
        });
    }

    pub(crate) fn restore_payment(&self, image: PaymentImage) -> Result<(), Corrupt> {
        check_payment(&image)?;
        let index = image.id.slot;
        let slot = self.reach_payment(index)?;
        let status = untouched(&slot.status, index)?;
        let user = self.users.enter(&image.user, 0, 0, None).expect("no seats, no bound");
        let (id, state) = (image.id, image.state);
        let intent = Intent {
            id,
            reservation: image.reservation,
            unlinked: image.unlinked,
            user,
            amount: Money { minor: image.amount_minor, currency: image.currency },
            refunded_minor: image.refunded_minor,
            refunds: image.refunds,
            method: image.method,
            scenario: image.scenario,
            effect: image.effect,
            created_at: image.created_at,
            changed_at: image.changed_at,
            processed_at: image.processed_at,
            moment: image.moment,
            succeeds: image.succeeds,
            answers: image.answers,
            expires_at: image.expires_at,
            webhook_url: image.webhook_url,
            attachment: image.attachment,
        };
        self.users.link(List::Payments, user, listed(id, intent.created_at));
        match intent.next_moment(state) {
            Some(at) => self.deadlines.payments.set(index, at),
            None => self.arm_retention(index, state, intent.changed_at),
        }
        slot.fill(intent, 0);
        status.install(id.generation, 0, state as u8);
        Ok(())
    }

    pub(crate) fn restore_webhook(&self, image: &WebhookImage) -> Result<(), Corrupt> {
        check_moment("its making", image.created_at)?;
        check_moment("its next attempt", image.next_at.unwrap_or(UnixMs::ZERO))?;
        must(image.attempts <= ATTEMPTS_MAX, format_args!("{} attempts", image.attempts))?;
        // Payments stand in front, and stay while something of theirs is to be delivered.
        must(self.payments.find(image.payment).is_some(), "it tells of a payment that there is not")?;
        untouched(self.reach_webhook(image.id.slot)?, image.id.slot)?.install(image.id.generation, 0, 1);
        self.outbox.put(Webhook {
            id: image.id,
            payment: image.payment,
            tells: image.tells,
            created_at: image.created_at,
            attempts: image.attempts,
            next_at: image.next_at,
            position: 0,
            order: image.order,
        });
        Ok(())
    }
}

fn check_payment(image: &PaymentImage) -> Result<(), Corrupt> {
    for (what, at) in [
        ("its making", image.created_at),
        ("its change", image.changed_at),
        ("its outcome", image.processed_at),
        ("its end", image.expires_at),
    ] {
        check_moment(what, at)?;
    }
    if image.moment != UnixMs::MAX {
        check_moment("its moment", image.moment)?;
    }
    let (amount, refunded) = (image.amount_minor, image.refunded_minor);
    must((0..=amount).contains(&refunded), format_args!("{refunded} of {amount} are paid back"))?;
    must(image.reservation.is_some() != image.unlinked.is_some(), "it is for one thing, ours or another's")?;
    let url_bytes = image.webhook_url.as_ref().map_or(0, String::len);
    must(url_bytes <= URL_BYTES_MAX, format_args!("an address of {url_bytes} bytes"))?;
    let bytes = image.attachment.len();
    must(bytes <= ATTACHMENT_BYTES_MAX, format_args!("an attachment of {bytes} bytes"))
}
