//! What reads give: copies of one moment, in the caller's buffer. Later versions of the library may append fields.

use crate::abi::{tacos_bytes, tacos_id, tacos_list, tacos_str};
use crate::config::tacos_event_settings;

mod fill;

pub(crate) use fill::{
    counts, event, figures, note, opened, payment, payment_page, place, queue, reservation, reservation_page,
    seat, section, snapshot_info, webhook,
};

/// What opening a folder found and did.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_opened {
    /// Whose folder it is.
    pub engine_id: tacos_id,
    /// When the folder was made.
    pub created_at_ms: u64,
    /// Where the journal ends; all of it is durable.
    pub position: u64,
    /// Records replayed, those of the snapshot included.
    pub records: u64,
    /// Position of the snapshot that replay began with, if `has_snapshot`.
    pub snapshot_position: u64,
    /// Of `tacos_str`: what was repaired or cleared away, for the log.
    pub notes: tacos_list,
    /// 1 if the folder was made just now.
    pub created: u32,
    /// 1 if replay began with a snapshot.
    pub has_snapshot: u32,
    /// 1 if something was cut off the end; `notes` says what.
    pub was_cut: u32,
    /// Zero.
    pub reserved: u32,
}

/// What one turn did.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_turned {
    /// Timers that fired.
    pub fired: u64,
    /// No timer is due before this moment; 0 if none is set.
    pub next_ms: u64,
}

/// A snapshot.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_snapshot_info {
    /// It holds the state after all records before here.
    pub position: u64,
    /// When it was begun.
    pub created_at_ms: u64,
    /// Records in it.
    pub records: u64,
    /// Bytes of these records.
    pub bytes: u64,
}

/// Places of each kind: at every moment `available + reserved + sold + blocked == total`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_counts {
    /// Can be had now.
    pub available: u32,
    /// Held.
    pub reserved: u32,
    /// Sold.
    pub sold: u32,
    /// Off sale.
    pub blocked: u32,
    /// All of them.
    pub total: u32,
}

/// A place in words.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_place_view {
    /// The seat's id; for standing places the section's.
    pub id: tacos_str,
    /// The section.
    pub section: tacos_str,
    /// The row; empty for standing places.
    pub row: tacos_str,
    /// The number within the row; empty for standing places.
    pub number: tacos_str,
    /// Price of one place, in minor units.
    pub price_minor: i64,
    /// How many places: 1 for a seat.
    pub count: u32,
    /// Zero.
    pub reserved: u32,
}

/// A seat of the map with its state.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_seat_view {
    /// The seat.
    pub place: tacos_place_view,
    /// A `tacos_seat_state`.
    pub state: u32,
    /// Zero.
    pub reserved: u32,
}

/// A section with its counts.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_section_view {
    /// Its name.
    pub name: tacos_str,
    /// Cheapest place.
    pub price_min_minor: i64,
    /// Dearest place.
    pub price_max_minor: i64,
    /// Its counts.
    pub counts: tacos_counts,
    /// 1 if it has places but no numbered seats.
    pub standing: u32,
}

/// An event.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_event_view {
    /// Its id.
    pub id: tacos_str,
    /// Its settings.
    pub settings: tacos_event_settings,
    /// Counts over all sections.
    pub counts: tacos_counts,
    /// The engine's own number of it.
    pub number: u32,
    /// A `tacos_sale`.
    pub sale: u32,
    /// 1 if it has a waiting line.
    pub has_queue: u32,
}

/// A reservation.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_reservation_view {
    /// Its id.
    pub id: tacos_id,
    /// The payment under way or done, if `has_payment`.
    pub payment: tacos_id,
    /// The id that its service brought, or none.
    pub external: tacos_str,
    /// Its event.
    pub event: tacos_str,
    /// Whose it is.
    pub user: tacos_str,
    /// Of the price.
    pub currency: tacos_str,
    /// Price of its places together.
    pub total_minor: i64,
    /// When it was made.
    pub created_at_ms: u64,
    /// When it last changed.
    pub changed_at_ms: u64,
    /// The hold ends, or ended, at this moment.
    pub expires_at_ms: u64,
    /// Of `uint32_t`: what it has, or had when it ended.
    pub places: tacos_list,
    /// The engine's own number of the event.
    pub event_number: u32,
    /// A `tacos_reservation_state`.
    pub state: u32,
    /// How often it was extended.
    pub extensions: u32,
    /// 1 if `payment` is given.
    pub has_payment: u32,
}

/// A page of reservations, newest first.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_reservation_page {
    /// Of `tacos_reservation_view`.
    pub items: tacos_list,
    /// Cursor of the next page, if `has_next`.
    pub next: tacos_id,
    /// 1 if there is a next page; this one may be short all the same.
    pub has_next: u32,
    /// Zero.
    pub reserved: u32,
}

/// A payment intent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_payment_view {
    /// Its id.
    pub id: tacos_id,
    /// What is paid for, if `has_reservation`.
    pub reservation: tacos_id,
    /// What is paid for, if the engine does not know it; or none.
    pub unlinked: tacos_str,
    /// Who pays.
    pub user: tacos_str,
    /// Of the amount.
    pub currency: tacos_str,
    /// Where results are delivered, or none.
    pub webhook_url: tacos_str,
    /// What was carried along.
    pub attachment: tacos_bytes,
    /// How much.
    pub amount_minor: i64,
    /// How much went back.
    pub refunded_minor: i64,
    /// When it was made.
    pub created_at_ms: u64,
    /// When it last changed.
    pub changed_at_ms: u64,
    /// When its outcome came; 0 if it has not.
    pub processed_at_ms: u64,
    /// Its life ends at this moment.
    pub expires_at_ms: u64,
    /// A `tacos_payment_state`.
    pub state: u32,
    /// In how many refunds.
    pub refunds: u32,
    /// A `tacos_payment_method`.
    pub method: u32,
    /// A `tacos_scenario`.
    pub scenario: u32,
    /// A `tacos_effect`.
    pub effect: u32,
    /// 1 if `reservation` is given.
    pub has_reservation: u32,
}

/// A page of payments, newest first.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_payment_page {
    /// Of `tacos_payment_view`.
    pub items: tacos_list,
    /// Cursor of the next page, if `has_next`.
    pub next: tacos_id,
    /// 1 if there is a next page; this one may be short all the same.
    pub has_next: u32,
    /// Zero.
    pub reserved: u32,
}

/// Figures of one waiting line.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_queue_view {
    /// People ever let in.
    pub admitted_total: u64,
    /// People whose time ran out.
    pub expired_total: u64,
    /// People who gave up.
    pub left_total: u64,
    /// Average wait of those let in lately.
    pub average_wait_ms: u64,
    /// People waiting, those in the pre-sale room included.
    pub waiting: u32,
    /// People whose turn it is.
    pub ready: u32,
    /// People inside.
    pub inside: u32,
    /// Admissions in the last minute.
    pub admitted_per_minute: u32,
    /// 1 while admissions are paused.
    pub paused: u32,
    /// Zero.
    pub reserved: u32,
}

/// The pre-sale draw of an event: anyone can check it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_draw_view {
    /// BLAKE3 of the seed: known before the draw.
    pub commitment: [u8; 32],
    /// The seed, if `has_seed`.
    pub seed: [u8; 32],
    /// 1 after the draw.
    pub has_seed: u32,
}

/// A webhook of the outbox.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_webhook_view {
    /// Its id.
    pub id: tacos_id,
    /// The payment that it tells of.
    pub payment: tacos_id,
    /// When it was put into the outbox.
    pub created_at_ms: u64,
    /// When to try next; 0 for a dead letter.
    pub next_at_ms: u64,
    /// Order of creation, to page by.
    pub order: u64,
    /// The `tacos_payment_state` that it tells of.
    pub tells: u32,
    /// Attempts so far.
    pub attempts: u32,
}

/// What the engine's tables take, in bytes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_memory {
    /// Seats of all events.
    pub seats: u64,
    /// Look-up tables of the waiting lines; tickets are 28 bytes each beside them.
    pub lines: u64,
    /// Slots of reservations.
    pub reservations: u64,
    /// Remembered idempotency answers.
    pub answers: u64,
    /// The log buffer and the history of updates.
    pub buffers: u64,
}

/// A durable note.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_note_view {
    /// Its name.
    pub name: tacos_str,
    /// Its value.
    pub value: tacos_bytes,
}

/// Figures of the engine as a whole.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_figures {
    /// End of everything written so far, in bytes of the journal.
    pub written: u64,
    /// End of everything durable so far.
    pub durable: u64,
    /// End of what the last finished snapshot holds.
    pub snapshot: u64,
    /// Why the journal takes no more writes, or none.
    pub poisoned: tacos_str,
    /// Commands done since the engine was opened.
    pub commands: u64,
    /// Commands refused.
    pub refusals: u64,
    /// Groups written to the journal.
    pub groups: u64,
    /// Timers that fired.
    pub fired: u64,
    /// Users with something live.
    pub users: u64,
    /// Idempotency keys remembered.
    pub idempotency_keys: u64,
    /// Webhooks to deliver.
    pub webhooks_due: u64,
    /// Dead letters.
    pub webhooks_dead: u64,
    /// Timers set.
    pub timers: u64,
    /// Events.
    pub events: u32,
    /// Slots of reservations ever used at once.
    pub reservation_slots: u32,
    /// Slots of payments ever used at once.
    pub payment_slots: u32,
    /// 1 while the disk is too full for new writes.
    pub disk_full: u32,
}
