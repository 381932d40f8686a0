// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! Answers and views as messages.

use tacos_engine as tacos;
use tacos_proto::command::v1 as wire;

use super::show::{Show, Shown, numbers};

impl Show for tacos::Reply {
    type Wire = wire::answer::Outcome;

    fn show(&self, out: &mut Shown<'_>) -> wire::answer::Outcome {
        match self {
            Self::Event(reply) => wire::answer::Outcome::EventChanged(out.put(reply)),
            Self::Reserved(reply) => wire::answer::Outcome::Reserved(out.put(reply)),
            Self::Extended(reply) => wire::answer::Outcome::Extended(out.put(reply)),
            Self::Released(reply) => wire::answer::Outcome::Released(out.put(reply)),
            Self::Confirmed(reply) => wire::answer::Outcome::Confirmed(out.put(reply)),
            Self::Payment(reply) => wire::answer::Outcome::PaymentChanged(out.put(reply)),
            Self::Joined(reply) => wire::answer::Outcome::Joined(out.put(reply)),
            Self::Admitted(reply) => wire::answer::Outcome::Admitted(out.put(reply)),
            Self::Done(reply) => wire::answer::Outcome::Done(out.put(reply)),
        }
    }
}

impl Show for tacos::EventChanged {
    type Wire = wire::EventChanged;

    fn show(&self, out: &mut Shown<'_>) -> wire::EventChanged {
        wire::EventChanged {
            at_unix_ms: out.put(&self.at),
            number: self.number,
        }
    }
}

impl Show for tacos::Reserved {
    type Wire = wire::Reserved;

    fn show(&self, out: &mut Shown<'_>) -> wire::Reserved {
        wire::Reserved {
            id: out.put(&self.id),
            hold: out.text(self.id.hold()),
            event: out.of_event(self.event),
            places: out.places(&self.places),
            total_minor: out.put(&self.total_minor),
            expires_at_unix_ms: out.put(&self.expires_at),
            event_number: self.event,
            place_numbers: numbers(&self.places),
        }
    }
}

impl Show for tacos::Extended {
    type Wire = wire::Extended;

    fn show(&self, out: &mut Shown<'_>) -> wire::Extended {
        wire::Extended {
            id: out.put(&self.id),
            expires_at_unix_ms: out.put(&self.expires_at),
            extended_ms: out.put(&self.extended_ms),
        }
    }
}

impl Show for tacos::Released {
    type Wire = wire::Released;

    fn show(&self, out: &mut Shown<'_>) -> wire::Released {
        wire::Released {
            id: out.put(&self.id),
            event: out.of_event(self.event),
            state: out.put(&self.state),
            places: out.places(&self.places),
            at_unix_ms: out.put(&self.at),
            event_number: self.event,
            place_numbers: numbers(&self.places),
        }
    }
}

impl Show for tacos::Confirmed {
    type Wire = wire::Confirmed;

    fn show(&self, out: &mut Shown<'_>) -> wire::Confirmed {
        wire::Confirmed {
            id: out.put(&self.id),
            order: out.text(self.id.order()),
            event: out.of_event(self.event),
            places: out.places(&self.places),
            total_minor: out.put(&self.total_minor),
            at_unix_ms: out.put(&self.at),
            event_number: self.event,
            place_numbers: numbers(&self.places),
        }
    }
}

impl Show for tacos::PaymentChanged {
    type Wire = wire::PaymentChanged;

    fn show(&self, out: &mut Shown<'_>) -> wire::PaymentChanged {
        wire::PaymentChanged {
            id: out.put(&self.id),
            transaction: out.text(self.id.transaction()),
            state: out.put(&self.state),
            at_unix_ms: out.put(&self.at),
            expires_at_unix_ms: out.put(&self.expires_at),
            refunded_minor: out.put(&self.refunded_minor),
            refund_number: out.put(&self.refund_number),
            effect: out.put(&self.effect),
        }
    }
}

impl Show for tacos::Joined {
    type Wire = wire::Joined;

    fn show(&self, out: &mut Shown<'_>) -> wire::Joined {
        wire::Joined {
            token: out.put(&self.token),
            place: Some(out.put(&self.place)),
            again: out.put(&self.again),
        }
    }
}

impl Show for tacos::Admitted {
    type Wire = wire::Admitted;

    fn show(&self, out: &mut Shown<'_>) -> wire::Admitted {
        wire::Admitted {
            token: out.put(&self.token),
            valid_until_unix_ms: out.put(&self.valid_until),
        }
    }
}

impl Show for tacos::Done {
    type Wire = wire::Done;

    fn show(&self, out: &mut Shown<'_>) -> wire::Done {
        wire::Done {
            at_unix_ms: out.put(&self.at),
        }
    }
}

impl Show for tacos::EventSettings {
    type Wire = wire::EventSettings;

    fn show(&self, out: &mut Shown<'_>) -> wire::EventSettings {
        wire::EventSettings {
            name: out.put(&self.name),
            currency: out.put(&self.currency),
            seats_per_reservation_max: Some(out.put(&self.seats_per_reservation_max)),
            seats_per_user_max: out.put(&self.seats_per_user_max),
            hold_ms: Some(out.put(&self.hold_ms)),
            hold_max_ms: Some(out.put(&self.hold_ms_max)),
            extension_max_ms: Some(out.put(&self.extension_ms_max)),
            extensions_max: Some(out.put(&self.extensions_max)),
            sale_starts_unix_ms: out.put(&self.sale_starts),
            sale_ends_unix_ms: out.put(&self.sale_ends),
        }
    }
}

impl Show for tacos::QueuePolicy {
    type Wire = wire::QueuePolicy;

    fn show(&self, out: &mut Shown<'_>) -> wire::QueuePolicy {
        wire::QueuePolicy {
            enabled: Some(out.put(&self.enabled)),
            admissions_per_minute: Some(out.put(&self.admissions_per_minute)),
            burst: Some(out.put(&self.burst)),
            inside_max: Some(out.put(&self.inside_max)),
            waiting_max: Some(out.put(&self.waiting_max)),
            claim_window_ms: Some(out.put(&self.claim_window_ms)),
            token_ttl_ms: Some(out.put(&self.token_ttl_ms)),
            inactivity_ms: Some(out.put(&self.inactivity_ms)),
            one_place_per_user: Some(out.put(&self.one_place_per_user)),
            room: out.put(&self.room),
        }
    }
}

impl Show for tacos::PresaleRoom {
    type Wire = wire::PresaleRoom;

    fn show(&self, out: &mut Shown<'_>) -> wire::PresaleRoom {
        wire::PresaleRoom {
            opens_at_unix_ms: out.put(&self.opens_at),
            draws_at_unix_ms: out.put(&self.draws_at),
        }
    }
}

impl Show for tacos::views::Counts {
    type Wire = wire::Counts;

    fn show(&self, out: &mut Shown<'_>) -> wire::Counts {
        wire::Counts {
            available: out.put(&self.available),
            reserved: out.put(&self.reserved),
            sold: out.put(&self.sold),
            blocked: out.put(&self.blocked),
            total: out.put(&self.total),
        }
    }
}

impl Show for tacos::views::PlaceView {
    type Wire = wire::PlaceView;

    fn show(&self, out: &mut Shown<'_>) -> wire::PlaceView {
        wire::PlaceView {
            id: out.put(&self.id),
            section: out.put(&self.section),
            row: out.put(&self.row),
            number: out.put(&self.number),
            price_minor: out.put(&self.price_minor),
            count: out.put(&self.count),
        }
    }
}

impl Show for tacos::views::SeatView {
    type Wire = wire::SeatView;

    fn show(&self, out: &mut Shown<'_>) -> wire::SeatView {
        wire::SeatView {
            place: Some(out.put(&self.place)),
            state: out.put(&self.state),
        }
    }
}

impl Show for tacos::views::SectionView {
    type Wire = wire::SectionView;

    fn show(&self, out: &mut Shown<'_>) -> wire::SectionView {
        wire::SectionView {
            name: out.put(&self.name),
            standing: out.put(&self.standing),
            counts: Some(out.put(&self.counts)),
            price_min_minor: out.put(&self.price_min_minor),
            price_max_minor: out.put(&self.price_max_minor),
        }
    }
}

impl Show for tacos::views::EventView {
    type Wire = wire::EventView;

    fn show(&self, out: &mut Shown<'_>) -> wire::EventView {
        wire::EventView {
            id: out.put(&self.id),
            settings: Some(out.put(&self.settings)),
            sale: out.put(&self.sale),
            counts: Some(out.put(&self.counts)),
            has_queue: out.put(&self.has_queue),
            number: self.number,
        }
    }
}

impl Show for tacos::views::ReservationView {
    type Wire = wire::ReservationView;

    fn show(&self, out: &mut Shown<'_>) -> wire::ReservationView {
        out.event = self.event_number;
        wire::ReservationView {
            id: out.put(&self.id),
            hold: out.text(self.id.hold()),
            order: out.text_maybe(matches!(self.state, tacos::ReservationState::Confirmed | tacos::ReservationState::Refunded).then(|| self.id.order())),
            external: out.put(&self.external),
            event: out.put(&self.event),
            user: out.put(&self.user),
            state: out.put(&self.state),
            places: out.places(&self.places),
            total_minor: out.put(&self.total.minor),
            currency: out.put(&self.total.currency),
            created_at_unix_ms: out.put(&self.created_at),
            changed_at_unix_ms: out.put(&self.changed_at),
            expires_at_unix_ms: out.put(&self.expires_at),
            extensions: out.put(&self.extensions),
            payment: out.put(&self.payment),
            event_number: self.event_number,
            place_numbers: numbers(&self.places),
        }
    }
}

impl Show for tacos::views::PaymentView {
    type Wire = wire::PaymentView;

    fn show(&self, out: &mut Shown<'_>) -> wire::PaymentView {
        wire::PaymentView {
            id: out.put(&self.id),
            state: out.put(&self.state),
            reservation: out.put(&self.reservation),
            unlinked: out.put(&self.unlinked),
            user: out.put(&self.user),
            amount_minor: out.put(&self.amount.minor),
            currency: out.put(&self.amount.currency),
            refunded_minor: out.put(&self.refunded_minor),
            refunds: out.put(&self.refunds),
            method: out.put(&self.method),
            scenario: out.put(&self.scenario),
            effect: out.put(&self.effect),
            created_at_unix_ms: out.put(&self.created_at),
            changed_at_unix_ms: out.put(&self.changed_at),
            processed_at_unix_ms: out.put(&self.processed_at),
            expires_at_unix_ms: out.put(&self.expires_at),
            webhook_url: out.put(&self.webhook_url),
            attachment: out.bytes(&self.attachment),
        }
    }
}

impl Show for tacos::views::QueuePlace {
    type Wire = wire::QueuePlace;

    fn show(&self, out: &mut Shown<'_>) -> wire::QueuePlace {
        wire::QueuePlace {
            state: out.put(&self.state),
            position: out.put(&self.position),
            eta_ms: out.put(&self.eta_ms),
            expires_at_unix_ms: out.put(&Some(self.expires_at).filter(|at| *at < tacos::UnixMs::MAX)),
        }
    }
}

impl Show for tacos::views::QueueView {
    type Wire = wire::QueueView;

    fn show(&self, out: &mut Shown<'_>) -> wire::QueueView {
        wire::QueueView {
            waiting: out.put(&self.waiting),
            ready: out.put(&self.ready),
            inside: out.put(&self.inside),
            admitted_total: out.put(&self.admitted_total),
            expired_total: out.put(&self.expired_total),
            left_total: out.put(&self.left_total),
            admitted_per_minute: out.put(&self.admitted_per_minute),
            average_wait_ms: out.put(&self.average_wait_ms),
            paused: out.put(&self.paused),
        }
    }
}

impl Show for tacos::views::DrawView {
    type Wire = wire::DrawView;

    fn show(&self, out: &mut Shown<'_>) -> wire::DrawView {
        wire::DrawView {
            commitment: out.bytes(&self.commitment),
            seed: out.bytes_maybe(self.seed.as_ref().map(|bytes| &bytes[..])),
        }
    }
}

impl Show for tacos::views::WebhookView {
    type Wire = wire::WebhookView;

    fn show(&self, out: &mut Shown<'_>) -> wire::WebhookView {
        wire::WebhookView {
            id: out.put(&self.id),
            payment: out.put(&self.payment),
            tells: out.put(&self.tells),
            created_at_unix_ms: out.put(&self.created_at),
            attempts: out.put(&self.attempts),
            next_at_unix_ms: out.put(&self.next_at),
            order: out.put(&self.order),
        }
    }
}

impl Show for tacos::views::Status {
    type Wire = wire::Status;

    fn show(&self, out: &mut Shown<'_>) -> wire::Status {
        wire::Status {
            written: out.put(&self.written),
            durable: out.put(&self.durable),
            snapshot: out.put(&self.snapshot),
            poisoned: out.put(&self.poisoned),
            disk_full: out.put(&self.disk_full),
            events: out.put(&self.events),
            reservation_slots: out.put(&self.reservation_slots),
            payment_slots: out.put(&self.payment_slots),
            users: out.put(&self.users),
            idempotency_keys: out.put(&self.idempotency_keys),
            webhooks_waiting: out.put(&self.webhooks.0),
            webhooks_dead: out.put(&self.webhooks.1),
            timers: out.put(&self.timers),
            commands: out.put(&self.commands.0),
            refusals: out.put(&self.commands.1),
            groups: out.put(&self.groups),
            fired: out.put(&self.fired),
            memory_bytes: out.memory_bytes(),
        }
    }
}
