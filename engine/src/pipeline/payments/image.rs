//! The images of payment intents and of their webhooks.

use crate::clock::UnixMs;
use crate::ids::UserId;
use crate::limits::{ATTACHMENT_BYTES_MAX, URL_BYTES_MAX};
use crate::outbox::Webhook;
use crate::payments::Intent;
use crate::pipeline::fact::Corrupt;
use crate::pipeline::images::{FreeSlots, Sink};
use crate::pipeline::reservations::listed;
use crate::pipeline::restore::{check_moment, must, untouched};
use crate::pipeline::state::State;
use crate::record::TableKind;
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
                Some(intent) => live.push((intent.created_at, index)),
            }
        }
        // Oldest first, as reservations.
        live.sort_unstable();
        for (_, index) in live {
            let Some(slot) = self.payments.slot(index) else { continue };
            if let Some(intent) = slot.read() {
                let user = self.users.name(intent.user).expect("a payment's user is kept");
                sink.image(&intent.of(user));
            }
        }
        free.flush(sink);
    }

    pub(crate) fn outbox_images(&self, sink: &mut Sink<'_>) {
        let mut free = FreeSlots::new(TableKind::Webhooks);
        for index in 0..self.outbox.slots().high_water() {
            let seen = self.outbox.slots().get(index).map(crate::sync::Status::wait_idle);
            if let Some(seen) = seen.filter(|seen| seen.state == 0) {
                free.add(index, seen.generation, sink);
            }
        }
        free.flush(sink);
        self.outbox.each(|webhook| sink.image(webhook));
    }

    pub(crate) fn restore_payment(&self, image: Intent<UserId>) -> Result<(), Corrupt> {
        check_payment(&image)?;
        let (id, state) = (image.id, image.state);
        let slot = self.reach_payment(id.slot)?;
        let status = untouched(&slot.status, id.slot)?;
        let user = self.users.enter(&image.user, 0, 0, None).expect("no seats, no bound");
        let intent = image.of(user);
        self.users.link(List::Payments, user, listed(id, intent.created_at));
        match intent.next_moment() {
            Some(at) => self.deadlines.payments.set(id.slot, at),
            None => self.arm_retention(id.slot, state, intent.changed_at),
        }
        slot.fill(intent);
        status.install(id.generation, 0, state as u8);
        Ok(())
    }

    pub(crate) fn restore_webhook(&self, image: Webhook) -> Result<(), Corrupt> {
        check_moment("its making", image.created_at)?;
        check_moment("its next attempt", image.next_at.unwrap_or(UnixMs::ZERO))?;
        must(image.attempts <= ATTEMPTS_MAX, format_args!("{} attempts", image.attempts))?;
        // Payments stand in front, and stay while something of theirs is to be delivered.
        must(self.payments.find(image.payment).is_some(), "it tells of a payment that there is not")?;
        untouched(self.reach_webhook(image.id.slot)?, image.id.slot)?.install(image.id.generation, 0, 1);
        self.outbox.put(image);
        Ok(())
    }
}

fn check_payment(image: &Intent<UserId>) -> Result<(), Corrupt> {
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
