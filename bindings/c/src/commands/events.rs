//! Commands of the organiser: events with their seat maps, sales, lines, and notes.

use crate::abi::{tacos_bytes, tacos_head, tacos_str};
use crate::config::{tacos_event_settings, tacos_queue_policy};

/// What one seat has that its row has not.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_seat_exception {
    /// Index of the seat in its row, from 0. Ascending in the list.
    pub index: u32,
    /// 1 if `price_minor` is its own price.
    pub has_price: u32,
    /// Its own price.
    pub price_minor: i64,
    /// 0 as its row, 1 accessible, 2 not accessible.
    pub accessible: u32,
    /// Zero.
    pub reserved: u32,
}

/// Seats side by side. With `labels` they are named one by one, else by prefix and number.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_row {
    /// What the row is called.
    pub label: tacos_str,
    /// Price of one seat, in minor units.
    pub price_minor: i64,
    /// In front of each number; may be none.
    pub prefix: tacos_str,
    /// Label of each seat, or null.
    pub labels: *const tacos_str,
    /// Indices (ascending, from 1) of seats with an aisle on their left, or null.
    pub aisles_before: *const u32,
    /// How many.
    pub aisle_count: usize,
    /// Seats that differ from their row, or null.
    pub exceptions: *const tacos_seat_exception,
    /// How many.
    pub exception_count: usize,
    /// How many seats (also the number of labels).
    pub count: u32,
    /// Number of the leftmost seat.
    pub first_number: u32,
    /// From one seat to the next on its right; not zero.
    pub step: i32,
    /// Numbers are filled up with zeros to this many digits.
    pub digits_min: u32,
    /// 1 if the seats are kept for people who need them.
    pub accessible: u32,
    /// Zero.
    pub reserved: u32,
}

/// A part of the venue: rows of numbered seats, or, without rows, a number of standing places.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_section {
    /// Its name, unique in the event.
    pub name: tacos_str,
    /// Best row first, or null for standing places.
    pub rows: *const tacos_row,
    /// How many.
    pub row_count: usize,
    /// Price of one standing place.
    pub price_minor: i64,
    /// How many standing places.
    pub capacity: u32,
    /// Zero.
    pub reserved: u32,
}

/// Creates an event with its seats; its sale is a draft until it is opened.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_create_event {
    /// `TACOS_COMMAND_CREATE_EVENT`.
    pub head: tacos_head,
    /// The new event's id.
    pub event: tacos_str,
    /// Makes the command safe to send twice, or none.
    pub key: tacos_str,
    /// Its settings.
    pub settings: *const tacos_event_settings,
    /// Its waiting line, or null for none.
    pub queue: *const tacos_queue_policy,
    /// Best section first.
    pub sections: *const tacos_section,
    /// How many.
    pub section_count: usize,
}

/// Changes an event's settings. The currency must stay.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_update_event {
    /// `TACOS_COMMAND_UPDATE_EVENT`.
    pub head: tacos_head,
    /// The event.
    pub event: tacos_str,
    /// Makes the command safe to send twice, or none.
    pub key: tacos_str,
    /// All settings, as they shall be.
    pub settings: *const tacos_event_settings,
}

/// Opens, pauses or closes a sale.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_set_sale {
    /// `TACOS_COMMAND_SET_SALE`.
    pub head: tacos_head,
    /// The event.
    pub event: tacos_str,
    /// Makes the command safe to send twice, or none.
    pub key: tacos_str,
    /// A `tacos_sale`.
    pub state: u32,
    /// Zero.
    pub reserved: u32,
}

/// Takes free seats off sale, or puts blocked ones back: all or none.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_block_seats {
    /// `TACOS_COMMAND_BLOCK_SEATS`.
    pub head: tacos_head,
    /// The event.
    pub event: tacos_str,
    /// Makes the command safe to send twice, or none.
    pub key: tacos_str,
    /// The seats, without doubles; at most 64.
    pub seats: *const tacos_str,
    /// How many.
    pub seat_count: usize,
    /// 1 to block, 0 to unblock.
    pub block: u32,
    /// Zero.
    pub reserved: u32,
}

/// Gives an event a waiting line, or its line new rules, while the sale runs.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_set_queue_policy {
    /// `TACOS_COMMAND_SET_QUEUE_POLICY`.
    pub head: tacos_head,
    /// The event.
    pub event: tacos_str,
    /// Makes the command safe to send twice, or none.
    pub key: tacos_str,
    /// All rules, as they shall be.
    pub policy: *const tacos_queue_policy,
}

/// Stops or restarts admissions of one line.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_pause_queue {
    /// `TACOS_COMMAND_PAUSE_QUEUE`.
    pub head: tacos_head,
    /// The event.
    pub event: tacos_str,
    /// Makes the command safe to send twice, or none.
    pub key: tacos_str,
    /// 1 to pause, 0 to resume.
    pub paused: u32,
    /// Zero.
    pub reserved: u32,
}

/// Draws the order of the pre-sale room now.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_draw_room {
    /// `TACOS_COMMAND_DRAW_ROOM`.
    pub head: tacos_head,
    /// The event.
    pub event: tacos_str,
    /// Makes the command safe to send twice, or none.
    pub key: tacos_str,
}

/// Sets a durable note of the embedding service, or removes it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_note {
    /// `TACOS_COMMAND_NOTE`.
    pub head: tacos_head,
    /// Its name.
    pub name: tacos_str,
    /// Makes the command safe to send twice, or none.
    pub key: tacos_str,
    /// Its value, at most 4,096 bytes; not looked at if `remove`.
    pub value: tacos_bytes,
    /// 1 to remove it.
    pub remove: u32,
    /// Zero.
    pub reserved: u32,
}
