//! The whole state, written down as one record a thing, and put back. Snapshots and digests are made of the same images:
//! two states are equal if their images are.

use crate::admission::{Line, State as TicketState, TicketImage};
use crate::clock::UnixMs;
use crate::error::{PaymentState, ReservationState};
use crate::limits::{
    IMAGE_HEAD_BYTES, ORDER_PER_IMAGE, RECORD_BYTES_MAX, SLOTS_PER_IMAGE, TICKETS_PER_IMAGE, WORDS_PER_IMAGE,
};
use crate::payments::Intent;
use crate::record::{
    AnswerImage, AreaImage, Change, EventImage, FreeSlotsImage, LineImage, MetaImage, NoteImage, OrderImage,
    PaymentImage, ReservationImage, SeatWordsImage, Slots, TableKind, TicketsImage, WebhookImage, Wire,
};
use crate::reservations::{Facts, SlotState};

use super::event::Event;
use super::state::State;

const _: () = assert!(
    TICKETS_PER_IMAGE * TICKET_BYTES + IMAGE_HEAD_BYTES <= RECORD_BYTES_MAX,
    "a run of tickets fits a record"
);

/// A hash of everything that the journal stands for: equal before a crash and after recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(pub [u8; 32]);

impl State {
    /// Gives every image to `put`, in a fixed order, with its kind and body. Of one moment only if nobody changes the
    /// state meanwhile. `now` decides which remembered answers still count.
    pub(crate) fn images(&self, now: UnixMs, put: &mut dyn FnMut(u16, &[u8])) {
        let mut sink = Sink { put, body: Vec::new() };
        sink.image(MetaImage::KIND, &MetaImage { time: self.latest() });
        for event in self.catalog.each() {
            self.event_images(event, &mut sink);
        }
        self.reservation_images(&mut sink);
        self.payment_images(&mut sink);
        self.outbox_images(&mut sink);
        self.answer_images(now, &mut sink);
        for (name, value) in self.notes.starting_with("", u64::MAX) {
            sink.image(NoteImage::KIND, &NoteImage { name, value });
        }
    }

    /// The hash of all images.
    pub(crate) fn digest(&self, now: UnixMs) -> Digest {
        let mut hasher = blake3::Hasher::new();
        self.images(now, &mut |kind, body| {
            // Moments of which a restart makes something else are no part of the state: see `MetaImage`.
            if kind != MetaImage::KIND {
                hasher.update(&kind.to_le_bytes()).update(&(body.len() as u64).to_le_bytes()).update(body);
            }
        });
        Digest(*hasher.finalize().as_bytes())
    }

    fn event_images(&self, event: &Event, sink: &mut Sink<'_>) {
        let mut seats = Vec::new();
        event.seats.layout().to_map().encode(&mut seats);
        sink.image(
            EventImage::KIND,
            &EventImage {
                event: event.number,
                id: event.id.clone(),
                settings: (**event.settings.load()).clone(),
                state: event.sale(),
                changed_at: event.changed_at(),
                seats,
            },
        );
        let mut words = Vec::with_capacity(WORDS_PER_IMAGE * 8);
        event.seats.each_word(|word| {
            words.extend_from_slice(&word.to_le_bytes());
        });
        for (first, run) in (0u32..).step_by(WORDS_PER_IMAGE).zip(words.chunks(WORDS_PER_IMAGE * 8)) {
            sink.image(
                SeatWordsImage::KIND,
                &SeatWordsImage { event: event.number, first, words: run.to_vec() },
            );
        }
        for section in 0..event.seats.layout().sections() {
            if event.seats.layout().section(section).general {
                let counts = event.seats.counts(section);
                sink.image(
                    AreaImage::KIND,
                    &AreaImage {
                        event: event.number,
                        section: section.into(),
                        reserved: counts.reserved,
                        sold: counts.sold,
                        blocked: counts.blocked,
                    },
                );
            }
        }
        if let Some(line) = event.line.get() {
            line_images(event.number, line, sink);
        }
    }

    fn reservation_images(&self, sink: &mut Sink<'_>) {
        let mut free = FreeSlots::new(TableKind::Reservations);
        let mut live = Vec::new();
        for index in 0..self.reservations.slots().high_water() {
            let Some(slot) = self.reservations.slot(index) else { continue };
            let facts = self.reservations.read(slot, index);
            match facts.state {
                SlotState::Free => free.add(index, facts.id.generation, sink),
                SlotState::Is(_) => live.push((facts.created_at, index)),
            }
        }
        // Oldest first: whoever puts them back links each to its user's list as it comes.
        live.sort_unstable();
        for (_, index) in live {
            let Some(slot) = self.reservations.slot(index) else { continue };
            let facts = self.reservations.read(slot, index);
            if let SlotState::Is(state) = facts.state {
                sink.image(ReservationImage::KIND, &self.reservation_image(&facts, state));
            }
        }
        free.flush(sink);
    }

    fn reservation_image(&self, facts: &Facts, state: ReservationState) -> ReservationImage {
        ReservationImage {
            id: facts.id,
            event: facts.event,
            state,
            user: self.users.name(facts.user).expect("a reservation's user is kept"),
            external: self.reservations.external(facts.id.slot).map(|external| (*external).clone()),
            ticket: facts.ticket,
            payment: facts.payment,
            created_at: facts.created_at,
            changed_at: facts.changed_at,
            expires_at: facts.expires_at,
            total_minor: facts.total_minor,
            extensions: facts.extensions,
            places: facts.places.iter().map(|&place| Change { place, version: 0 }).collect(),
        }
    }

    fn payment_images(&self, sink: &mut Sink<'_>) {
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
                sink.image(PaymentImage::KIND, &self.payment_image(&intent, state));
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

    fn outbox_images(&self, sink: &mut Sink<'_>) {
        let mut free = FreeSlots::new(TableKind::Webhooks);
        for index in 0..self.outbox.slots().high_water() {
            let seen = self.outbox.slots().get(index).map(crate::sync::Status::settled);
            if let Some(seen) = seen.filter(|seen| seen.state == 0) {
                free.add(index, seen.generation, sink);
            }
        }
        free.flush(sink);
        self.outbox.each(|webhook| {
            sink.image(
                WebhookImage::KIND,
                &WebhookImage {
                    id: webhook.id,
                    payment: webhook.payment,
                    tells: webhook.tells,
                    created_at: webhook.created_at,
                    attempts: webhook.attempts,
                    next_at: webhook.next_at,
                    order: webhook.order,
                },
            );
        });
    }

    fn answer_images(&self, now: UnixMs, sink: &mut Sink<'_>) {
        let mut answers = Vec::new();
        self.answers.each(|answer| {
            if answer.expires > now {
                let reply = answer.reply.to_vec();
                answers.push(AnswerImage {
                    key: answer.key,
                    fingerprint: answer.fingerprint,
                    until: answer.expires,
                    reply,
                });
            }
        });
        // The table's own order differs from one process to the next. By time, so that they expire in order again.
        answers.sort_unstable_by_key(|answer| (answer.until, answer.key));
        for answer in &answers {
            sink.image(AnswerImage::KIND, answer);
        }
    }
}

struct Sink<'a> {
    put: &'a mut dyn FnMut(u16, &[u8]),
    body: Vec<u8>,
}

impl Sink<'_> {
    fn image(&mut self, kind: u16, image: &impl Wire) {
        self.body.clear();
        image.put(&mut self.body);
        (self.put)(kind, &self.body);
    }
}

/// Free slots whose generation has moved on; those of generation 0 need no mention.
struct FreeSlots {
    table: TableKind,
    slots: Slots,
}

impl FreeSlots {
    fn new(table: TableKind) -> Self {
        Self { table, slots: Slots::new() }
    }

    fn add(&mut self, index: u32, generation: u32, sink: &mut Sink<'_>) {
        if generation > 0 {
            self.slots.push((index, generation));
        }
        if self.slots.len() == SLOTS_PER_IMAGE {
            self.flush(sink);
        }
    }

    fn flush(&mut self, sink: &mut Sink<'_>) {
        if !self.slots.is_empty() {
            let slots = std::mem::take(&mut self.slots);
            sink.image(FreeSlotsImage::KIND, &FreeSlotsImage { table: self.table, slots });
        }
    }
}

fn line_images(event: u32, line: &Line, sink: &mut Sink<'_>) {
    let head = line.image();
    let (drawn, order) = match head.drawn {
        Some((seed, order)) => (Some(seed), order),
        None => (None, Vec::new()),
    };
    // The runs first and the rest in the head: it is complete when it is read, and that of a short order is what it was
    // before there were runs.
    let (runs, rest) = order.split_at(order.len().saturating_sub(1) / ORDER_PER_IMAGE * ORDER_PER_IMAGE);
    for (first, run) in (0u32..).step_by(ORDER_PER_IMAGE).zip(runs.chunks(ORDER_PER_IMAGE)) {
        sink.image(OrderImage::KIND, &OrderImage { event, first, order: run.into() });
    }
    sink.image(
        LineImage::KIND,
        &LineImage {
            event,
            policy: head.policy,
            next: head.next,
            room_open: head.room_open,
            room_end: head.room_end,
            drawn,
            order: rest.into(),
            paused: head.paused,
            ready_floor: head.ready_floor,
            totals: head.totals,
        },
    );
    let mut tickets = Vec::with_capacity(TICKETS_PER_IMAGE * TICKET_BYTES);
    line.each_ticket(|ticket| {
        put_ticket(&ticket, &mut tickets);
        if tickets.len() == TICKETS_PER_IMAGE * TICKET_BYTES {
            sink.image(TicketsImage::KIND, &TicketsImage { event, tickets: std::mem::take(&mut tickets) });
        }
    });
    if !tickets.is_empty() {
        sink.image(TicketsImage::KIND, &TicketsImage { event, tickets });
    }
}

/// Number, state and mark, both keys, two moments.
pub(super) const TICKET_BYTES: usize = 4 + 1 + 1 + 10 + 10 + 8 + 8;

fn put_ticket(ticket: &TicketImage, out: &mut Vec<u8>) {
    ticket.number.put(out);
    (ticket.state as u8).put(out);
    ticket.one_place.put(out);
    ticket.session.parts().put(out);
    ticket.user.parts().put(out);
    ticket.joined_at.put(out);
    // While somebody waits the deadline is only their last activity, which a restart renews: no part of the state.
    let waits = matches!(ticket.state, TicketState::Waiting | TicketState::Room);
    if waits { UnixMs::ZERO } else { ticket.until }.put(out);
}
