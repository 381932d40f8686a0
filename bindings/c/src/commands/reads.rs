//! Commands that read what must be durable before it is shown.

use crate::abi::{tacos_head, tacos_id, tacos_str, tacos_which};

/// Reads a reservation.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_read_reservation {
    /// `TACOS_COMMAND_READ_RESERVATION`.
    pub head: tacos_head,
    /// The reservation.
    pub which: tacos_which,
    /// Whose it must be; none for a trusted caller.
    pub user: tacos_str,
}

/// Lists a user's reservations, newest first.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_list_reservations {
    /// `TACOS_COMMAND_LIST_RESERVATIONS`.
    pub head: tacos_head,
    /// Whose.
    pub user: tacos_str,
    /// Only of this event, or none.
    pub event: tacos_str,
    /// The cursor that the page before gave, if `has_after`.
    pub after: tacos_id,
    /// 1 if `after` is given; else the first page.
    pub has_after: u32,
    /// Entries of the page: at most 100, 0 for 100.
    pub most: u32,
    /// Only in this `tacos_reservation_state`; 0 for any.
    pub state: u32,
    /// Zero.
    pub reserved: u32,
}

/// Reads a payment intent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_read_payment {
    /// `TACOS_COMMAND_READ_PAYMENT`.
    pub head: tacos_head,
    /// The payment intent.
    pub payment: tacos_id,
    /// Whose it must be; none for a trusted caller.
    pub user: tacos_str,
}

/// Lists a user's payments, newest first.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_list_payments {
    /// `TACOS_COMMAND_LIST_PAYMENTS`.
    pub head: tacos_head,
    /// Whose.
    pub user: tacos_str,
    /// Only of this reservation, if `has_reservation`.
    pub reservation: tacos_id,
    /// The cursor that the page before gave, if `has_after`.
    pub after: tacos_id,
    /// 1 if `after` is given; else the first page.
    pub has_after: u32,
    /// Entries of the page: at most 100, 0 for 100.
    pub most: u32,
    /// Only in this `tacos_payment_state`; 0 for any.
    pub state: u32,
    /// 1 if `reservation` is given.
    pub has_reservation: u32,
}
