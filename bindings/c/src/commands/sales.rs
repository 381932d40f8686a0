//! Commands of the customer: waiting, reserving, confirming, giving back; and reading what was reserved.

use crate::abi::{tacos_head, tacos_id, tacos_str, tacos_token, tacos_which};

/// Takes a place in a waiting line, or finds the one that the session has.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_join_queue {
    /// `TACOS_COMMAND_JOIN_QUEUE`.
    pub head: tacos_head,
    /// The event.
    pub event: tacos_str,
    /// The customer's session, or none.
    pub session: tacos_str,
    /// The customer, or none.
    pub user: tacos_str,
}

/// Gives a place in a line up.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_leave_queue {
    /// `TACOS_COMMAND_LEAVE_QUEUE`.
    pub head: tacos_head,
    /// The place.
    pub token: tacos_token,
}

/// Asks to be let in.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_request_admission {
    /// `TACOS_COMMAND_REQUEST_ADMISSION`.
    pub head: tacos_head,
    /// The place.
    pub token: tacos_token,
    /// Must be the token's event, if given.
    pub event: tacos_str,
    /// Must be who joined, if both are given.
    pub user: tacos_str,
}

/// Holds seats: all that are wanted, or none. Either `seats` or `quantity`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_reserve {
    /// `TACOS_COMMAND_RESERVE`.
    pub head: tacos_head,
    /// The event.
    pub event: tacos_str,
    /// Who will own the seats.
    pub user: tacos_str,
    /// Makes the command safe to send twice, or none.
    pub key: tacos_str,
    /// Exactly these seats, or null for the best `quantity`.
    pub seats: *const tacos_str,
    /// How many.
    pub seat_count: usize,
    /// With `quantity`: only in this section, or none.
    pub section: tacos_str,
    /// The caller's own id for the reservation, or none.
    pub external: tacos_str,
    /// When the hold shall end; 0 for the event's usual time.
    pub hold_until_ms: u64,
    /// The right to reserve, if `has_token`.
    pub token: tacos_token,
    /// 1 if `token` is given.
    pub has_token: u32,
    /// 1 for a caller that is let past the line.
    pub trusted: u32,
    /// How many of the best, if `seats` is null.
    pub quantity: u32,
    /// With `quantity`: 1 to refuse a split when there is no run of that many.
    pub whole_only: u32,
    /// With `quantity`: 1 to offer accessible seats too.
    pub accessible: u32,
    /// Zero.
    pub reserved: u32,
}

/// Turns a hold into a sale.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_confirm {
    /// `TACOS_COMMAND_CONFIRM`.
    pub head: tacos_head,
    /// The reservation.
    pub which: tacos_which,
    /// Whose it must be; none for a trusted caller.
    pub user: tacos_str,
    /// Makes the command safe to send twice, or none.
    pub key: tacos_str,
    /// If given, the hold must have exactly these seats; or null.
    pub exactly: *const tacos_str,
    /// How many.
    pub exactly_count: usize,
    /// A completed payment intent of this engine, unless `outside`.
    pub payment: tacos_id,
    /// 1 if the caller vouches that it is paid.
    pub outside: u32,
    /// Zero.
    pub reserved: u32,
}

/// Gives a hold back, whole or in part.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_release {
    /// `TACOS_COMMAND_RELEASE`.
    pub head: tacos_head,
    /// The reservation.
    pub which: tacos_which,
    /// Whose it must be; none for a trusted caller.
    pub user: tacos_str,
    /// Makes the command safe to send twice, or none.
    pub key: tacos_str,
    /// Only these seats, or null for all.
    pub seats: *const tacos_str,
    /// How many.
    pub seat_count: usize,
}

/// Lets a hold last longer.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_extend {
    /// `TACOS_COMMAND_EXTEND`.
    pub head: tacos_head,
    /// The reservation.
    pub which: tacos_which,
    /// Whose it must be; none for a trusted caller.
    pub user: tacos_str,
    /// Makes the command safe to send twice, or none.
    pub key: tacos_str,
    /// By how much.
    pub by_ms: u64,
}

/// Expires a hold whose time has run out, as happens by itself.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_expire {
    /// `TACOS_COMMAND_EXPIRE`.
    pub head: tacos_head,
    /// The reservation.
    pub which: tacos_which,
}

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
