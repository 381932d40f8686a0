//! From the structs of the ABI to commands of the engine. What is wrong with the memory (null, sizes, UTF-8) fails the call;
//! what is wrong with a value (an id, the number of an enum) is a refusal like the engine's own, with the field's name.

mod fields;
mod reads;
mod seat_map;
// Written by the generator, which knows nothing of line breaks.
#[rustfmt::skip]
mod writes;

pub(crate) use fields::{flag, id, moment, opt_moment};

use tacos::views::Cursor;
use tacos::{Command, EventId, PaymentId, PaymentState, ReservationId, ReservationState, UserId, Which};

use crate::abi::tacos_head;
use crate::commands::tacos_command;
use crate::failure::Fault;
use crate::memory::check_pointer;

/// What a submitted struct asks for.
pub(crate) enum Work {
    Write(Command),
    ReadReservation { which: Which, user: Option<UserId> },
    ListReservations(Box<ListReservations>),
    ReadPayment { payment: PaymentId, user: Option<UserId> },
    ListPayments(Box<ListPayments>),
}

/// A listing of reservations.
pub(crate) struct ListReservations {
    pub(crate) user: UserId,
    pub(crate) state: Option<ReservationState>,
    pub(crate) event: Option<EventId>,
    pub(crate) after: Option<Cursor>,
    pub(crate) most: usize,
}

/// A listing of payments.
pub(crate) struct ListPayments {
    pub(crate) user: UserId,
    pub(crate) state: Option<PaymentState>,
    pub(crate) reservation: Option<ReservationId>,
    pub(crate) after: Option<Cursor>,
    pub(crate) most: usize,
}

/// Takes a submitted struct apart.
///
/// # Safety
/// As the crate's contract: `head` is the beginning of a struct of the kind and size that it names.
pub(crate) unsafe fn work(head: *const tacos_head) -> Result<Work, Fault> {
    check_pointer(head)?;
    // SAFETY: not null, aligned, and a head can be read.
    let tacos_head { size, kind } = unsafe { head.read() };
    let command = tacos_command::from_number(kind).ok_or(Fault::BadKind { kind })?;
    let size = size as usize;
    // SAFETY: the struct has the kind and size that its head names.
    unsafe {
        match writes::write(command, head, size)? {
            Some(command) => Ok(Work::Write(command)),
            None => reads::read(command, head, size),
        }
    }
}
