//! Fills the structs of reads in from the engine's own.

use tacos::Opened;
use tacos::journal::SnapshotInfo;
use tacos::views::{Page, PaymentView, ReservationView, Status};

use super::{
    tacos_figures, tacos_note_view, tacos_opened, tacos_payment_page, tacos_payment_view,
    tacos_reservation_page, tacos_reservation_view, tacos_snapshot_info,
};
use crate::abi::{tacos_id, tacos_str};
use crate::answer::id;
use crate::arena::Arena;

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

pub(crate) fn reservation_page(page: &Page<ReservationView>, arena: &mut Arena) -> tacos_reservation_page {
    let items: Vec<_> = page.items.iter().map(|view| tacos_reservation_view::of(view, arena)).collect();
    tacos_reservation_page {
        items: arena.list(&items),
        next: page.next.map_or(NO_ID, |next| id(next.to_bytes())),
        has_next: page.next.is_some().into(),
        reserved: 0,
    }
}

pub(crate) fn payment_page(page: &Page<PaymentView>, arena: &mut Arena) -> tacos_payment_page {
    let items: Vec<_> = page.items.iter().map(|view| tacos_payment_view::of(view, arena)).collect();
    tacos_payment_page {
        items: arena.list(&items),
        next: page.next.map_or(NO_ID, |next| id(next.to_bytes())),
        has_next: page.next.is_some().into(),
        reserved: 0,
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
