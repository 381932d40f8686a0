// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! Answers and views into bytes.

use tacos_engine as tacos;

use super::{Output, Put};

/// What an answer is that is none to a write.
pub(crate) const RESERVATION: u8 = 9;
/// What an answer is that is none to a write.
pub(crate) const RESERVATIONS: u8 = 10;
/// What an answer is that is none to a write.
pub(crate) const PAYMENT: u8 = 11;
/// What an answer is that is none to a write.
pub(crate) const PAYMENTS: u8 = 12;

impl Put for tacos::Reply {
    fn put(&self, out: &mut Output<'_>) {
        match self {
            Self::Event(reply) => {
                out.tag(0);
                out.put(reply);
            }
            Self::Reserved(reply) => {
                out.tag(1);
                out.put(reply);
            }
            Self::Extended(reply) => {
                out.tag(2);
                out.put(reply);
            }
            Self::Released(reply) => {
                out.tag(3);
                out.put(reply);
            }
            Self::Confirmed(reply) => {
                out.tag(4);
                out.put(reply);
            }
            Self::Payment(reply) => {
                out.tag(5);
                out.put(reply);
            }
            Self::Joined(reply) => {
                out.tag(6);
                out.put(reply);
            }
            Self::Admitted(reply) => {
                out.tag(7);
                out.put(reply);
            }
            Self::Done(reply) => {
                out.tag(8);
                out.put(reply);
            }
        }
    }
}

impl Put for tacos::EventChanged {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.at);
    }
}

impl Put for tacos::Reserved {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.id);
        out.text(self.id.hold());
        out.of_event(self.event);
        out.places(&self.places);
        out.put(&self.total_minor);
        out.put(&self.expires_at);
    }
}

impl Put for tacos::Extended {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.id);
        out.put(&self.expires_at);
        out.put(&self.extended_ms);
    }
}

impl Put for tacos::Released {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.id);
        out.of_event(self.event);
        out.put(&self.state);
        out.places(&self.places);
        out.put(&self.at);
    }
}

impl Put for tacos::Confirmed {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.id);
        out.text(self.id.order());
        out.of_event(self.event);
        out.places(&self.places);
        out.put(&self.total_minor);
        out.put(&self.at);
    }
}

impl Put for tacos::PaymentChanged {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.id);
        out.text(self.id.transaction());
        out.put(&self.state);
        out.put(&self.at);
        out.put(&self.expires_at);
        out.put(&self.refunded_minor);
        out.put(&self.refund_number);
        out.put(&self.effect);
    }
}

impl Put for tacos::Joined {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.token);
        out.put(&self.place);
        out.put(&self.again);
    }
}

impl Put for tacos::Admitted {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.token);
        out.put(&self.valid_until);
    }
}

impl Put for tacos::Done {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.at);
    }
}

impl Put for tacos::EventSettings {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.name);
        out.put(&self.currency);
        out.put(&self.seats_per_reservation_max);
        out.put(&self.seats_per_user_max);
        out.put(&self.hold_ms);
        out.put(&self.hold_ms_max);
        out.put(&self.extension_ms_max);
        out.put(&self.extensions_max);
        out.put(&self.sale_starts);
        out.put(&self.sale_ends);
    }
}

impl Put for tacos::QueuePolicy {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.enabled);
        out.put(&self.admissions_per_minute);
        out.put(&self.burst);
        out.put(&self.inside_max);
        out.put(&self.waiting_max);
        out.put(&self.claim_window_ms);
        out.put(&self.token_ttl_ms);
        out.put(&self.inactivity_ms);
        out.put(&self.one_place_per_user);
        out.put(&self.room);
    }
}

impl Put for tacos::PresaleRoom {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.opens_at);
        out.put(&self.draws_at);
    }
}

impl Put for tacos::views::Counts {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.available);
        out.put(&self.reserved);
        out.put(&self.sold);
        out.put(&self.blocked);
        out.put(&self.total);
    }
}

impl Put for tacos::views::PlaceView {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.id);
        out.put(&self.section);
        out.put(&self.row);
        out.put(&self.number);
        out.put(&self.price_minor);
        out.put(&self.count);
    }
}

impl Put for tacos::views::SeatView {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.place);
        out.put(&self.state);
    }
}

impl Put for tacos::views::SectionView {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.name);
        out.put(&self.standing);
        out.put(&self.counts);
        out.put(&self.price_min_minor);
        out.put(&self.price_max_minor);
    }
}

impl Put for tacos::views::EventView {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.id);
        out.put(&self.settings);
        out.put(&self.sale);
        out.put(&self.counts);
        out.put(&self.has_queue);
    }
}

impl Put for tacos::views::ReservationView {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.id);
        out.text(self.id.hold());
        out.text_maybe(matches!(self.state, tacos::ReservationState::Confirmed | tacos::ReservationState::Refunded).then(|| self.id.order()));
        out.put(&self.external);
        out.put(&self.event);
        out.event = self.event_number;
        out.put(&self.user);
        out.put(&self.state);
        out.places(&self.places);
        out.put(&self.total.minor);
        out.put(&self.total.currency);
        out.put(&self.created_at);
        out.put(&self.changed_at);
        out.put(&self.expires_at);
        out.put(&self.extensions);
        out.put(&self.payment);
    }
}

impl Put for tacos::views::PaymentView {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.id);
        out.put(&self.state);
        out.put(&self.reservation);
        out.put(&self.unlinked);
        out.put(&self.user);
        out.put(&self.amount.minor);
        out.put(&self.amount.currency);
        out.put(&self.refunded_minor);
        out.put(&self.refunds);
        out.put(&self.method);
        out.put(&self.scenario);
        out.put(&self.effect);
        out.put(&self.created_at);
        out.put(&self.changed_at);
        out.put(&self.processed_at);
        out.put(&self.expires_at);
        out.put(&self.webhook_url);
        out.bytes(&self.attachment);
    }
}

impl Put for tacos::views::QueuePlace {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.state);
        out.put(&self.position);
        out.put(&self.eta_ms);
        out.put(&Some(self.expires_at).filter(|at| *at < tacos::UnixMs::MAX));
    }
}

impl Put for tacos::views::QueueView {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.waiting);
        out.put(&self.ready);
        out.put(&self.inside);
        out.put(&self.admitted_total);
        out.put(&self.expired_total);
        out.put(&self.left_total);
        out.put(&self.admitted_per_minute);
        out.put(&self.average_wait_ms);
        out.put(&self.paused);
    }
}

impl Put for tacos::views::DrawView {
    fn put(&self, out: &mut Output<'_>) {
        out.bytes(&self.commitment);
        out.bytes_maybe(self.seed.as_ref().map(|bytes| &bytes[..]));
    }
}

impl Put for tacos::views::WebhookView {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.id);
        out.put(&self.payment);
        out.put(&self.tells);
        out.put(&self.created_at);
        out.put(&self.attempts);
        out.put(&self.next_at);
        out.put(&self.order);
    }
}

impl Put for tacos::views::Status {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.written);
        out.put(&self.durable);
        out.put(&self.snapshot);
        out.put(&self.poisoned);
        out.put(&self.disk_full);
        out.put(&self.events);
        out.put(&self.reservation_slots);
        out.put(&self.payment_slots);
        out.put(&self.users);
        out.put(&self.idempotency_keys);
        out.put(&self.webhooks.0);
        out.put(&self.webhooks.1);
        out.put(&self.timers);
        out.put(&self.commands.0);
        out.put(&self.commands.1);
        out.put(&self.groups);
        out.put(&self.fired);
        out.memory_bytes();
    }
}
