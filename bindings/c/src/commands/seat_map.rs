//! The places of an event, as a command that creates one carries them.

use crate::abi::tacos_str;

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
