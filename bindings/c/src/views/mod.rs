//! What reads give: copies of one moment, in the caller's buffer. Later versions of the library may append fields.

mod fill;
// Written by the generator, which knows nothing of line breaks.
#[rustfmt::skip]
pub mod shown;

use crate::abi::{tacos_bytes, tacos_id, tacos_list, tacos_str};

pub(crate) use fill::{figures, note, opened, payment_page, reservation_page, snapshot_info};
pub use shown::{
    tacos_counts, tacos_draw_view, tacos_event_view, tacos_payment_view, tacos_place_view, tacos_queue_view,
    tacos_reservation_view, tacos_seat_view, tacos_section_view, tacos_webhook_view,
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
