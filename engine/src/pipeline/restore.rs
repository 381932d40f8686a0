//! The images of a snapshot, put back one by one.

use std::sync::Arc;

use crate::admission::{Key, Line, LineImage as Head, State as TicketState, TicketImage};
use crate::clock::UnixMs;
use crate::error::ReservationState;
use crate::idempotency::Answer;
use crate::inventory::{Inventory, PackedPlace};
use crate::outbox::Webhook;
use crate::payments::Intent;
use crate::record::{
    AnswerImage, AreaImage, EventImage, FreeSlotsImage, LineImage, MetaImage, NoteImage, PaymentImage,
    ReservationImage, SeatWordsImage, TableKind, TicketsImage, WebhookImage, Wire,
};
use crate::reservations::{Facts, SlotState};
use crate::users::List;

use super::checks::{Corrupt, layout_of, whole};
use super::effects::listed;
use super::event::Event;
use super::images::TICKET_BYTES;
use super::queue::LineTimer;
use super::state::State;

impl State {
    /// Puts one image of a snapshot in.
    pub(crate) fn restore(&self, kind: u16, body: &[u8]) -> Result<(), Corrupt> {
        match kind {
            MetaImage::KIND => self.saw_time(whole::<MetaImage>(body)?.time),
            EventImage::KIND => self.restore_event(&whole(body)?)?,
            SeatWordsImage::KIND => self.restore_words(&whole(body)?)?,
            AreaImage::KIND => {
                let area: AreaImage = whole(body)?;
                let section = u16::try_from(area.section).map_err(|_| Corrupt("section number".into()))?;
                let event = self.event(area.event)?;
                event
                    .seats
                    .restore_general(section, area.reserved, area.sold, area.blocked)
                    .map_err(|gap| Corrupt(gap.to_string()))?;
            }
            LineImage::KIND => self.restore_line(whole(body)?)?,
            TicketsImage::KIND => self.restore_tickets(&whole(body)?)?,
            ReservationImage::KIND => self.restore_reservation(&whole(body)?)?,
            PaymentImage::KIND => self.restore_payment(whole(body)?)?,
            WebhookImage::KIND => self.restore_webhook(&whole(body)?)?,
            AnswerImage::KIND => {
                let image: AnswerImage = whole(body)?;
                self.answers.install(Answer {
                    key: image.key,
                    fingerprint: image.fingerprint,
                    reply: &image.reply,
                    offset: 0,
                    expires: image.until,
                });
                self.arm_forgetting(image.until);
            }
            NoteImage::KIND => {
                let image: NoteImage = whole(body)?;
                self.notes
                    .set(&image.name, Some(&image.value), 0, || 0)
                    .map_err(|no| Corrupt(no.to_string()))?;
            }
            FreeSlotsImage::KIND => self.restore_free(&whole(body)?)?,
            other => {
                return Err(Corrupt(format!("an image of kind {other}, which this version does not know")));
            }
        }
        Ok(())
    }

    fn restore_event(&self, image: &EventImage) -> Result<(), Corrupt> {
        let mut next = self.catalog.begin();
        if image.event != *next {
            return Err(Corrupt(format!("event {} follows after {} events", image.event, *next)));
        }
        let seats = Inventory::new(layout_of(&image.seats)?);
        let event = Event::new(image.event, image.id.clone(), image.settings.clone(), seats);
        event.set_sale(image.state);
        event.set_position(0, image.changed_at, 0);
        self.catalog.add(&mut next, event);
        Ok(())
    }

    /// Seat words come in runs; they are put in place when the last run is there.
    fn restore_words(&self, image: &SeatWordsImage) -> Result<(), Corrupt> {
        let event = self.event(image.event)?;
        let mut parts = self.restoring.lock();
        if parts.len() != image.first as usize * 8 {
            return Err(Corrupt(format!(
                "seat words from {} do not follow {} bytes",
                image.first,
                parts.len()
            )));
        }
        parts.extend_from_slice(&image.words);
        if parts.len() < event.seats.layout().seats() as usize * 8 {
            return Ok(());
        }
        let words = std::mem::take(&mut *parts);
        let words =
            words.chunks_exact(8).map(|word| u64::from_le_bytes(word.try_into().expect("eight bytes")));
        event.seats.restore_words(words).map_err(|gap| Corrupt(gap.to_string()))
    }

    fn restore_line(&self, image: LineImage) -> Result<(), Corrupt> {
        let event = self.event(image.event)?;
        let head = Head {
            policy: image.policy,
            next: image.next,
            room_open: image.room_open,
            room_end: image.room_end,
            drawn: image.drawn.map(|drawn| (drawn, image.order.to_vec())),
            paused: image.paused,
            ready_floor: image.ready_floor,
            totals: image.totals,
        };
        let timer = Arc::new(LineTimer { event: event.number, timers: Arc::clone(&self.deadlines.lines) });
        let line = Line::restore(&head, Arc::clone(&self.ceiling), timer);
        event.line.set(line).map_err(|_| Corrupt(format!("event {} has two lines", event.number)))?;
        event.set_position(event.position(), event.changed_at(), event.position());
        Ok(())
    }

    fn restore_tickets(&self, image: &TicketsImage) -> Result<(), Corrupt> {
        let event = self.event(image.event)?;
        let line = event.line.get().ok_or_else(|| Corrupt("tickets without a line".into()))?;
        for bytes in image.tickets.chunks(TICKET_BYTES) {
            line.put(&ticket_from(bytes)?).map_err(|error| Corrupt(error.to_string()))?;
        }
        Ok(())
    }

    fn restore_reservation(&self, image: &ReservationImage) -> Result<(), Corrupt> {
        let Some(slot) = self.reservations.slots().reach(image.id.slot) else {
            return Err(Corrupt(format!("slot {} is past the bound: raise reservations_max", image.id.slot)));
        };
        let places: crate::reply::Places = image.places.iter().map(|change| change.place).collect();
        let owns = matches!(image.state, ReservationState::Pending | ReservationState::Confirmed);
        let seats = if owns { places.iter().copied().map(PackedPlace::quantity).sum() } else { 0 };
        let user = self.users.enter(&image.user, image.event, seats, None).expect("no bound was given");
        if let Some(external) = &image.external {
            self.reservations.bind_external(external, (image.id.slot, image.id.generation));
        }
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
        slot.status.install(image.id.generation, 0, image.state as u8);
        self.users.link(List::Reservations, user, listed(image.id, image.created_at));
        match image.state {
            // Whether readers were warned is no part of the image: better twice than never.
            ReservationState::Pending => self.arm_hold(image.id.slot, image.expires_at, UnixMs::ZERO),
            ReservationState::Confirmed => {}
            _ => self.deadlines.holds.set(image.id.slot, image.changed_at.plus(self.config.retention)),
        }
        Ok(())
    }

    fn restore_payment(&self, image: PaymentImage) -> Result<(), Corrupt> {
        let index = image.id.slot;
        let Some(slot) = self.payments.slots().reach(index) else {
            return Err(Corrupt(format!("slot {index} is past the bound: raise payments_max")));
        };
        let user = self.users.enter(&image.user, 0, 0, None).expect("no seats, no bound");
        let (state, generation) = (image.state, image.id.generation);
        let intent = Intent {
            id: image.id,
            reservation: image.reservation,
            unlinked: image.unlinked,
            user,
            amount: crate::command::Money { minor: image.amount_minor, currency: image.currency },
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
        let entry = listed(intent.id, intent.created_at);
        match intent.next_moment(state) {
            Some(at) => self.deadlines.payments.set(index, at),
            None => self.arm_retention(index, state, intent.changed_at),
        }
        slot.fill(intent, 0);
        slot.status.install(generation, 0, state as u8);
        self.users.link(List::Payments, user, entry);
        Ok(())
    }

    fn restore_webhook(&self, image: &WebhookImage) -> Result<(), Corrupt> {
        let Some(status) = self.outbox.slots().reach(image.id.slot) else {
            return Err(Corrupt(format!("slot {} is past the bound: raise webhooks_max", image.id.slot)));
        };
        status.install(image.id.generation, 0, 1);
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

    fn restore_free(&self, image: &FreeSlotsImage) -> Result<(), Corrupt> {
        for &(index, generation) in &image.slots {
            let reached = match image.table {
                TableKind::Reservations => self.reservations.slots().reach(index).map(|slot| &slot.status),
                TableKind::Payments => self.payments.slots().reach(index).map(|slot| &slot.status),
                TableKind::Webhooks => self.outbox.slots().reach(index),
            };
            let status = reached.ok_or_else(|| Corrupt(format!("slot {index} is past its table's bound")))?;
            status.install(generation, 0, 0);
        }
        Ok(())
    }
}

fn ticket_from(bytes: &[u8]) -> Result<TicketImage, Corrupt> {
    let (number, state, one_place): (u32, u8, bool);
    let (session, user, joined_at, until);
    let mut reader = crate::record::Reader(bytes);
    let bad = |why: crate::record::Malformed| Corrupt(format!("ticket image: {}", why.0));
    number = Wire::get(&mut reader).map_err(bad)?;
    state = Wire::get(&mut reader).map_err(bad)?;
    one_place = Wire::get(&mut reader).map_err(bad)?;
    session = <(u64, u16)>::get(&mut reader).map_err(bad)?;
    user = <(u64, u16)>::get(&mut reader).map_err(bad)?;
    joined_at = <UnixMs as Wire>::get(&mut reader).map_err(bad)?;
    until = <UnixMs as Wire>::get(&mut reader).map_err(bad)?;
    let state =
        TicketState::from_u8(state).ok_or_else(|| Corrupt(format!("ticket {number} in state {state}")))?;
    Ok(TicketImage {
        number,
        state,
        session: Key::from_parts(session.0, session.1),
        user: Key::from_parts(user.0, user.1),
        one_place,
        joined_at,
        until,
    })
}
