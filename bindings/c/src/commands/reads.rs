// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! Commands that read what must be durable before it is shown.

use crate::abi::{tacos_head, tacos_id, tacos_str, tacos_reservation_ref};
use crate::memory::plain;

/// Reads: a reservation.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_read_reservation {
    /// `TACOS_COMMAND_READ_RESERVATION`.
    pub head: tacos_head,
    /// The reservation.
    pub which: tacos_reservation_ref,
    /// Whose it must be, unless an operator asks. None if `data` is null.
    pub user: tacos_str,
}

/// Reads: a user's reservations, newest first.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_list_reservations {
    /// `TACOS_COMMAND_LIST_RESERVATIONS`.
    pub head: tacos_head,
    /// Whose.
    pub user: tacos_str,
    /// Only of this event. None if `data` is null.
    pub event: tacos_str,
    /// Where the page before ended; `None` for the first.
    pub after: tacos_id,
    /// 1 if `after` is given.
    pub has_after: u32,
    /// Entries on the page: 1 to 100; 100 for 0.
    pub most: u32,
    /// A `tacos_reservation_state`, or 0 for any: only in this state.
    pub state: u32,
    /// Zero.
    pub reserved: u32,
}

/// Reads: a payment intent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_read_payment {
    /// `TACOS_COMMAND_READ_PAYMENT`.
    pub head: tacos_head,
    /// The payment intent.
    pub payment: tacos_id,
    /// Whose it must be, unless an operator asks. None if `data` is null.
    pub user: tacos_str,
}

/// Reads: a user's payments, newest first.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_list_payments {
    /// `TACOS_COMMAND_LIST_PAYMENTS`.
    pub head: tacos_head,
    /// Whose.
    pub user: tacos_str,
    /// Only of this reservation.
    pub reservation: tacos_id,
    /// Where the page before ended; `None` for the first.
    pub after: tacos_id,
    /// 1 if `after` is given.
    pub has_after: u32,
    /// Entries on the page: 1 to 100; 100 for 0.
    pub most: u32,
    /// A `tacos_payment_state`, or 0 for any: only in this state.
    pub state: u32,
    /// 1 if `reservation` is given.
    pub has_reservation: u32,
}

plain! {
    tacos_read_reservation
    tacos_list_reservations
    tacos_read_payment
    tacos_list_payments
}
