//! Fills the structs of reads in from the engine's own.

use tacos::journal::SnapshotInfo;
use tacos::views::{
    Counts, EventView, Page, PaymentView, PlaceView, QueueView, ReservationView, SeatView, SectionView,
    Status, WebhookView,
};
use tacos::{Opened, UnixMs};

use super::{
    tacos_counts, tacos_event_view, tacos_figures, tacos_note_view, tacos_opened, tacos_payment_page,
    tacos_payment_view, tacos_place_view, tacos_queue_view, tacos_reservation_page, tacos_reservation_view,
    tacos_seat_view, tacos_section_view, tacos_snapshot_info, tacos_webhook_view,
};
use crate::abi::{tacos_id, tacos_str};
use crate::answer::{id, places};
use crate::arena::Arena;
use crate::config::of_settings;
use crate::number::Number;

const NO_ID: tacos_id = tacos_id { bytes: [0; 16] };

pub(crate) fn opened(opened: &Opened, arena: &mut Arena) -> tacos_opened {
    let mut notes: Vec<tacos_str> = opened.notes.iter().map(|note| arena.text(note)).collect();
    notes.extend(opened.cut.as_ref().map(|cut| arena.text(&format!("cut off the end: {cut:?}"))));
    tacos_opened {
        engine_id: id(opened.identity.engine.0),
        created_at_ms: opened.identity.created.get(),
        position: opened.position.0,
        records: opened.records,
        snapshot_position: opened.snapshot.as_ref().map_or(0, |snapshot| snapshot.position.0),
        notes: arena.list(&notes),
        created: opened.created.into(),
        has_snapshot: opened.snapshot.is_some().into(),
        was_cut: opened.cut.is_some().into(),
        reserved: 0,
    }
}

pub(crate) fn snapshot_info(info: &SnapshotInfo) -> tacos_snapshot_info {
    tacos_snapshot_info {
        position: info.position.0,
        created_at_ms: info.created.get(),
        records: info.records,
        bytes: info.bytes,
    }
}

pub(crate) fn counts(counts: Counts) -> tacos_counts {
    let Counts { available, reserved, sold, blocked, total, .. } = counts;
    tacos_counts { available, reserved, sold, blocked, total }
}

pub(crate) fn place(place: &PlaceView, arena: &mut Arena) -> tacos_place_view {
    tacos_place_view {
        id: arena.text(&place.id),
        section: arena.text(&place.section),
        row: arena.text(&place.row),
        number: arena.text(&place.number),
        price_minor: place.price_minor,
        count: place.count,
        reserved: 0,
    }
}

pub(crate) fn seat(seat: &SeatView, arena: &mut Arena) -> tacos_seat_view {
    tacos_seat_view { place: place(&seat.place, arena), state: seat.state.number(), reserved: 0 }
}

pub(crate) fn section(section: &SectionView, arena: &mut Arena) -> tacos_section_view {
    tacos_section_view {
        name: arena.text(&section.name),
        price_min_minor: section.price_min_minor,
        price_max_minor: section.price_max_minor,
        counts: counts(section.counts),
        standing: section.standing.into(),
    }
}

pub(crate) fn event(event: &EventView, arena: &mut Arena) -> tacos_event_view {
    let (name, currency) = (arena.text(&event.settings.name), arena.text(event.settings.currency.as_str()));
    tacos_event_view {
        id: arena.text(event.id.as_str()),
        settings: of_settings(&event.settings, name, currency),
        counts: counts(event.counts),
        number: event.number,
        sale: event.sale.number(),
        has_queue: event.has_queue.into(),
    }
}

pub(crate) fn reservation(view: &ReservationView, arena: &mut Arena) -> tacos_reservation_view {
    tacos_reservation_view {
        id: id(view.id.to_bytes()),
        payment: view.payment.map_or(NO_ID, |payment| id(payment.to_bytes())),
        external: arena.maybe_text(view.external.as_ref().map(AsRef::as_ref)),
        event: arena.text(view.event.as_str()),
        user: arena.text(view.user.as_str()),
        currency: arena.text(view.total.currency.as_str()),
        total_minor: view.total.minor,
        created_at_ms: view.created_at.get(),
        changed_at_ms: view.changed_at.get(),
        expires_at_ms: view.expires_at.get(),
        places: places(&view.places, arena),
        event_number: view.event_number,
        state: view.state.number(),
        extensions: view.extensions,
        has_payment: view.payment.is_some().into(),
    }
}

pub(crate) fn reservation_page(page: &Page<ReservationView>, arena: &mut Arena) -> tacos_reservation_page {
    let items: Vec<_> = page.items.iter().map(|view| reservation(view, arena)).collect();
    tacos_reservation_page {
        items: arena.list(&items),
        next: page.next.map_or(NO_ID, |next| id(next.to_bytes())),
        has_next: page.next.is_some().into(),
        reserved: 0,
    }
}

pub(crate) fn payment(view: &PaymentView, arena: &mut Arena) -> tacos_payment_view {
    tacos_payment_view {
        id: id(view.id.to_bytes()),
        reservation: view.reservation.map_or(NO_ID, |reservation| id(reservation.to_bytes())),
        unlinked: arena.maybe_text(view.unlinked.as_ref().map(AsRef::as_ref)),
        user: arena.text(view.user.as_str()),
        currency: arena.text(view.amount.currency.as_str()),
        webhook_url: arena.maybe_text(view.webhook_url.as_deref()),
        attachment: arena.bytes(&view.attachment),
        amount_minor: view.amount.minor,
        refunded_minor: view.refunded_minor,
        created_at_ms: view.created_at.get(),
        changed_at_ms: view.changed_at.get(),
        processed_at_ms: view.processed_at.map_or(0, UnixMs::get),
        expires_at_ms: view.expires_at.get(),
        state: view.state.number(),
        refunds: view.refunds,
        method: view.method.number(),
        scenario: view.scenario.number(),
        effect: view.effect.number(),
        has_reservation: view.reservation.is_some().into(),
    }
}

pub(crate) fn payment_page(page: &Page<PaymentView>, arena: &mut Arena) -> tacos_payment_page {
    let items: Vec<_> = page.items.iter().map(|view| payment(view, arena)).collect();
    tacos_payment_page {
        items: arena.list(&items),
        next: page.next.map_or(NO_ID, |next| id(next.to_bytes())),
        has_next: page.next.is_some().into(),
        reserved: 0,
    }
}

pub(crate) fn queue(view: &QueueView) -> tacos_queue_view {
    tacos_queue_view {
        admitted_total: view.admitted_total,
        expired_total: view.expired_total,
        left_total: view.left_total,
        average_wait_ms: view.average_wait_ms,
        waiting: view.waiting,
        ready: view.ready,
        inside: view.inside,
        admitted_per_minute: view.admitted_per_minute,
        paused: view.paused.into(),
        reserved: 0,
    }
}

pub(crate) fn webhook(view: &WebhookView) -> tacos_webhook_view {
    tacos_webhook_view {
        id: id(view.id.to_bytes()),
        payment: id(view.payment.to_bytes()),
        created_at_ms: view.created_at.get(),
        next_at_ms: view.next_at.map_or(0, UnixMs::get),
        order: view.order,
        tells: view.tells.number(),
        attempts: view.attempts,
    }
}

pub(crate) fn note(name: &str, value: &[u8], arena: &mut Arena) -> tacos_note_view {
    tacos_note_view { name: arena.text(name), value: arena.bytes(value) }
}

pub(crate) fn figures(status: &Status, arena: &mut Arena) -> tacos_figures {
    tacos_figures {
        written: status.written,
        durable: status.durable,
        snapshot: status.snapshot,
        poisoned: arena.maybe_text(status.poisoned.as_deref()),
        commands: status.commands.0,
        refusals: status.commands.1,
        groups: status.groups,
        fired: status.fired,
        users: status.users as u64,
        idempotency_keys: status.idempotency_keys as u64,
        webhooks_due: status.webhooks.0 as u64,
        webhooks_dead: status.webhooks.1 as u64,
        timers: status.timers as u64,
        events: status.events,
        reservation_slots: status.reservation_slots,
        payment_slots: status.payment_slots,
        disk_full: status.disk_full.into(),
    }
}
