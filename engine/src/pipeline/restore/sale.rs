//! Reservations, payments and webhooks.

use crate::clock::UnixMs;
use crate::command::Money;
use crate::error::ReservationState;
use crate::inventory::{PackedPlace, Place, SeatState};
use crate::limits::{ATTACHMENT_BYTES_MAX, PLACES_PER_HOLD_MAX, URL_BYTES_MAX};
use crate::outbox::Webhook;
use crate::payments::Intent;
use crate::record::{PaymentImage, ReservationImage, WebhookImage};
use crate::reply::Places;
use crate::reservations::{Facts, SlotState};
use crate::users::List;

use super::{check_moment, must, untouched};
use crate::pipeline::checks::{Corrupt, corrupt};
use crate::pipeline::effects::{listed, seat_count};
use crate::pipeline::event::Event;
use crate::pipeline::state::State;

/// More extensions than settings can allow, and more attempts than anything makes: numbers that were never counted.
const EXTENSIONS_MAX: u32 = 1_000;
const ATTEMPTS_MAX: u32 = 1 << 20;

impl State {
    pub(super) fn restore_reservation(&self, image: &ReservationImage) -> Result<(), Corrupt> {
        let event = self.event(image.event)?;
        check_facts(event, image)?;
        let places: Places = image.places.iter().map(|change| change.place).collect();
        check_places(event, &places)?;
        let owned_as = match image.state {
            ReservationState::Pending => Some(SeatState::Held),
            ReservationState::Confirmed => Some(SeatState::Sold),
            _ => None,
        };
        if let Some(state) = owned_as {
            self.count_places(event, image.id.slot, state, &places)?;
        }
        let slot = self.reservations.slots().reach(image.id.slot);
        let status = untouched(slot.map(|slot| &slot.status), image.id.slot, "reservations_max")?;
        let slot = slot.expect("it has a status");
        let seats = if owned_as.is_some() { seat_count(places.iter().copied()) } else { 0 };
        if let Some(external) = &image.external {
            let is_free = self.reservations.bind_external(external, (image.id.slot, image.id.generation));
            must(is_free, format_args!("the outside id {external} is another's"))?;
        }
        let user = self.users.enter(&image.user, image.event, seats, None).expect("no bound was given");
        let facts = Facts {
            id: image.id,
            state: SlotState::Is(image.state),
            position: 0,
            event: image.event,
            user,
            ticket: image.ticket,
            payment: image.payment,
            created_at: image.created_at,
            changed_at: image.changed_at,
            expires_at: image.expires_at,
            total_minor: image.total_minor,
            extensions: image.extensions,
            places,
        };
        self.reservations.fill(slot, &facts);
        status.install(image.id.generation, 0, image.state as u8);
        self.users.link(List::Reservations, user, listed(image.id, image.created_at));
        match image.state {
            // Whether readers were warned is no part of the image: better twice than never.
            ReservationState::Pending => self.arm_hold(image.id.slot, image.expires_at, UnixMs::ZERO),
            ReservationState::Confirmed => {}
            _ => self.deadlines.holds.set(image.id.slot, image.changed_at.plus(self.config.retention)),
        }
        Ok(())
    }

    /// The seats must be the reservation's by their own words, which stand in front of it; standing places are added up.
    fn count_places(
        &self,
        event: &Event,
        owner: u32,
        state: SeatState,
        places: &[PackedPlace],
    ) -> Result<(), Corrupt> {
        let mut restoring = self.restoring.lock();
        let seats = restoring.seats.entry(event.number).or_default();
        for place in places {
            if let Place::Seat(seat) = place.unpack() {
                let seen = event.seats.seat(seat);
                let is_owned = (seen.state, seen.owner) == (state, owner);
                must(is_owned, format_args!("seat {} should be {state:?} and is {seen:?}", seat.0))?;
                *seats += 1;
            }
        }
        for place in places {
            if let Place::General { section, count } = place.unpack() {
                let counts = restoring.standing.entry((event.number, section)).or_default();
                counts[usize::from(state == SeatState::Sold)] += u64::from(count);
            }
        }
        Ok(())
    }

    pub(super) fn restore_payment(&self, image: PaymentImage) -> Result<(), Corrupt> {
        check_payment(&image)?;
        let index = image.id.slot;
        let slot = self.payments.slots().reach(index);
        let status = untouched(slot.map(|slot| &slot.status), index, "payments_max")?;
        let slot = slot.expect("it has a status");
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

    pub(super) fn restore_webhook(&self, image: &WebhookImage) -> Result<(), Corrupt> {
        check_moment("its making", image.created_at)?;
        check_moment("its next attempt", image.next_at.unwrap_or(UnixMs::ZERO))?;
        must(image.attempts <= ATTEMPTS_MAX, format_args!("{} attempts", image.attempts))?;
        // Payments stand in front, and stay while something of theirs is to be delivered.
        must(self.payments.find(image.payment).is_some(), "it tells of a payment that there is not")?;
        let status = self.outbox.slots().reach(image.id.slot);
        untouched(status, image.id.slot, "webhooks_max")?.install(image.id.generation, 0, 1);
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

fn check_facts(event: &Event, image: &ReservationImage) -> Result<(), Corrupt> {
    check_moment("its making", image.created_at)?;
    check_moment("its change", image.changed_at)?;
    check_moment("its end", image.expires_at)?;
    must(image.total_minor >= 0, format_args!("it costs {}", image.total_minor))?;
    must(image.extensions <= EXTENSIONS_MAX, format_args!("{} extensions", image.extensions))?;
    if let Some(ticket) = image.ticket {
        let was_given = event.line.get().is_some_and(|line| line.gave_out(ticket));
        must(was_given, format_args!("its ticket {ticket} was never given out"))?;
    }
    Ok(())
}

fn check_places(event: &Event, places: &[PackedPlace]) -> Result<(), Corrupt> {
    let count = places.len();
    must((1..=PLACES_PER_HOLD_MAX).contains(&count), format_args!("it has {count} places"))?;
    let in_order = places.windows(2).all(|pair| pair[0].order() < pair[1].order());
    must(in_order, "its places are not in order, or one is there twice")?;
    let layout = event.seats.layout();
    for place in places {
        let is_there = match place.unpack() {
            Place::Seat(seat) => seat.0 < layout.seats(),
            Place::General { section, .. } => layout.general_price_minor(section).is_some(),
        };
        if !is_there {
            return corrupt(format_args!("the house has no {place:?}"));
        }
    }
    Ok(())
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
