//! From the structs of commands that read to what they ask for.

use tacos::{PaymentId, ReservationId};

use super::fields::{body, cursor, flag, id, opt_id, opt_number, page_size, user, which};
use super::{ListPayments, ListReservations, Work};
use crate::abi::tacos_head;
use crate::commands::{
    tacos_command, tacos_list_payments, tacos_list_reservations, tacos_read_payment, tacos_read_reservation,
};
use crate::failure::Fault;

/// The work of a command that reads.
///
/// # Safety
/// As the crate's contract: `head` begins a struct of `size` bytes of this kind.
pub(super) unsafe fn read(
    command: tacos_command,
    head: *const tacos_head,
    size: usize,
) -> Result<Work, Fault> {
    // SAFETY: handed on; each kind is read as the struct that it names.
    unsafe {
        match command {
            tacos_command::ReadReservation => body(head, size).and_then(|given: tacos_read_reservation| {
                Ok(Work::ReadReservation { which: which(given.which)?, user: user(given.user)? })
            }),
            tacos_command::ListReservations => body(head, size).and_then(|given| list_reservations(&given)),
            tacos_command::ReadPayment => body(head, size).and_then(|given: tacos_read_payment| {
                let payment = PaymentId::from_bytes(given.payment.bytes);
                Ok(Work::ReadPayment { payment, user: user(given.user)? })
            }),
            tacos_command::ListPayments => body(head, size).and_then(|given| list_payments(&given)),
            other => Err(Fault::BadKind { kind: other as u32 }),
        }
    }
}

unsafe fn list_reservations(given: &tacos_list_reservations) -> Result<Work, Fault> {
    // SAFETY: the crate's contract, for each text.
    let list = unsafe {
        ListReservations {
            user: id(given.user, "user_id")?,
            state: opt_number(given.state, "state")?,
            event: opt_id(given.event, "event_id")?,
            after: cursor(given.after, given.has_after)?,
            most: page_size(given.most),
        }
    };
    Ok(Work::ListReservations(Box::new(list)))
}

unsafe fn list_payments(given: &tacos_list_payments) -> Result<Work, Fault> {
    let only = flag(given.has_reservation, "has_reservation")?;
    // SAFETY: the crate's contract.
    let user = unsafe { id(given.user, "user_id")? };
    Ok(Work::ListPayments(Box::new(ListPayments {
        user,
        state: opt_number(given.state, "state")?,
        reservation: only.then(|| ReservationId::from_bytes(given.reservation.bytes)),
        after: cursor(given.after, given.has_after)?,
        most: page_size(given.most),
    })))
}
