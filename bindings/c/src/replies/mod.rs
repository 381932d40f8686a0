//! What answers look like: one struct for each kind of body. The library may append fields in later versions; a program
//! that was compiled before reads the beginning.

// Written by the generator, which knows nothing of line breaks.
#[rustfmt::skip]
pub mod bodies;

use std::ffi::c_void;

pub use bodies::{
    tacos_admitted, tacos_confirmed, tacos_done, tacos_event_changed, tacos_extended, tacos_joined,
    tacos_payment_changed, tacos_queue_place, tacos_released, tacos_reserved,
};

use crate::abi::{tacos_list, tacos_str};
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
    /// 1 if the same command may succeed shortly, with nothing changed.
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
    /// What was given; empty where showing it would help no reader or tell a secret.
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
