//! What answers look like: one struct for each kind of body. The library may append fields in later versions; a program
//! that was compiled before reads the beginning.

use std::ffi::c_void;

use crate::abi::{tacos_id, tacos_list, tacos_str, tacos_token};
use crate::status::tacos_status;

/// What the body of an answer is.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum tacos_body {
    /// `tacos_failure`: the command was refused, or the journal broke.
    Failure = 0,
    /// `tacos_event_changed`.
    Event = 1,
    /// `tacos_reserved`.
    Reserved = 2,
    /// `tacos_extended`.
    Extended = 3,
    /// `tacos_released`.
    Released = 4,
    /// `tacos_confirmed`.
    Confirmed = 5,
    /// `tacos_payment_changed`.
    Payment = 6,
    /// `tacos_joined`.
    Joined = 7,
    /// `tacos_admitted`.
    Admitted = 8,
    /// `tacos_done`.
    Done = 9,
    /// `tacos_reservation_view`.
    ReservationView = 64,
    /// `tacos_reservation_page`.
    ReservationPage = 65,
    /// `tacos_payment_view`.
    PaymentView = 66,
    /// `tacos_payment_page`.
    PaymentPage = 67,
}

/// The answer to one command.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_answer {
    /// What the caller called the command.
    pub tag: u64,
    /// A `tacos_status`: 0 if it was done.
    pub status: u32,
    /// A `tacos_body`: what `body` points to.
    pub kind: u32,
    /// The body, in the caller's buffer.
    pub body: *const c_void,
}

/// Why a command came to nothing.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_failure {
    /// The `tacos_status`.
    pub status: u32,
    /// 1 if the same command may succeed shortly, without anybody changing anything.
    pub transient: u32,
    /// When to try again, in milliseconds, where that is known; else 0.
    pub retry_after_ms: u64,
    /// In words, at most 512 bytes.
    pub text: tacos_str,
    /// Of `tacos_str`: seats that are taken or unknown, at most 64.
    pub seats: tacos_list,
    /// Of `tacos_problem`: arguments that cannot be taken, at most 16.
    pub problems: tacos_list,
    /// The section that is unknown.
    pub section: tacos_str,
    /// How many were asked for.
    pub wanted: u32,
    /// How many could be had.
    pub available: u32,
    /// The most that one user may have.
    pub seats_max: u32,
    /// What this user has.
    pub seats_held: u32,
    /// Where the sale, reservation or payment stands; see the status.
    pub state: u32,
    /// A `tacos_bound`.
    pub bound: u32,
    /// A `tacos_payment_doubt` or `tacos_extension_doubt`; see the status.
    pub doubt: u32,
    /// Zero.
    pub reserved: u32,
    /// When the step is due.
    pub at_ms: u64,
    /// The most that one extension may add, in milliseconds.
    pub extension_ms_max: u64,
    /// What is left to refund, in minor units.
    pub left_minor: i64,
}

/// One argument that cannot be taken.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_problem {
    /// Which.
    pub field: tacos_str,
    /// Why.
    pub reason: tacos_str,
    /// What was given; empty where showing it would help nobody or tell a secret.
    pub value: tacos_str,
}

impl tacos_failure {
    pub(crate) fn new(status: tacos_status, text: tacos_str) -> Self {
        Self {
            status: status as u32,
            transient: 0,
            retry_after_ms: 0,
            text,
            seats: tacos_list::EMPTY,
            problems: tacos_list::EMPTY,
            section: tacos_str::NONE,
            wanted: 0,
            available: 0,
            seats_max: 0,
            seats_held: 0,
            state: 0,
            bound: 0,
            doubt: 0,
            reserved: 0,
            at_ms: 0,
            extension_ms_max: 0,
            left_minor: 0,
        }
    }
}

/// An event was created or changed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_event_changed {
    /// The engine's own number of the event.
    pub number: u32,
    /// Zero.
    pub reserved: u32,
    /// When, in milliseconds since the Unix epoch, as all moments.
    pub at_ms: u64,
}

/// Seats are held.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_reserved {
    /// The reservation.
    pub id: tacos_id,
    /// Their price together, in minor units.
    pub total_minor: i64,
    /// The hold ends at this moment.
    pub expires_at_ms: u64,
    /// Of `uint32_t`: the places; `tacos_describe` puts them into words.
    pub places: tacos_list,
    /// The engine's own number of the event.
    pub event_number: u32,
    /// Zero.
    pub reserved: u32,
}

/// A hold lasts longer.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_extended {
    /// The reservation.
    pub id: tacos_id,
    /// The hold now ends at this moment.
    pub expires_at_ms: u64,
    /// By how much it was extended.
    pub extended_ms: u64,
}

/// Places were given back.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_released {
    /// The reservation.
    pub id: tacos_id,
    /// When.
    pub at_ms: u64,
    /// Of `uint32_t`: what was given back.
    pub places: tacos_list,
    /// The engine's own number of the event.
    pub event_number: u32,
    /// A `tacos_reservation_state`.
    pub state: u32,
}

/// A hold became a sale. Its order has the reservation's id; format it as `TACOS_ID_ORDER`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_confirmed {
    /// The reservation.
    pub id: tacos_id,
    /// Their price together, in minor units.
    pub total_minor: i64,
    /// When.
    pub at_ms: u64,
    /// Of `uint32_t`: what is sold.
    pub places: tacos_list,
    /// The engine's own number of the event.
    pub event_number: u32,
    /// Zero.
    pub reserved: u32,
}

/// A payment intent as it stands after a write.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_payment_changed {
    /// The intent.
    pub id: tacos_id,
    /// When it came to stand there.
    pub at_ms: u64,
    /// The intent's life ends at this moment.
    pub expires_at_ms: u64,
    /// What this write paid back, in minor units.
    pub refunded_minor: i64,
    /// A `tacos_payment_state`.
    pub state: u32,
    /// How many refunds the intent has had.
    pub refund_number: u32,
    /// A `tacos_effect`.
    pub effect: u32,
    /// Zero.
    pub reserved: u32,
}

/// How a place in the line stands at one moment.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_queue_place {
    /// A `tacos_queue_state`.
    pub state: u32,
    /// 1 is next; 0 where there is no position.
    pub position: u32,
    /// 1 if `eta_ms` is known.
    pub has_eta: u32,
    /// Zero.
    pub reserved: u32,
    /// Expected wait.
    pub eta_ms: u64,
    /// The place is lost at this moment unless something happens; 0 while nothing can end it.
    pub expires_at_ms: u64,
}

/// A place in the line.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_joined {
    /// The credential for this place.
    pub token: tacos_token,
    /// The place.
    pub place: tacos_queue_place,
    /// 1 if this session had the place already.
    pub again: u32,
    /// Zero.
    pub reserved: u32,
}

/// The right to reserve.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_admitted {
    /// The credential for it.
    pub token: tacos_token,
    /// It ends at this moment.
    pub valid_until_ms: u64,
}

/// Something was done.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_done {
    /// When.
    pub at_ms: u64,
}
