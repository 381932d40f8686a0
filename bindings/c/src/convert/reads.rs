//! Commands that read: they ask for what must be durable before it is shown.

use tacos::{PaymentId, ReservationId};

use super::fields::{caller, cursor, flag, id, opt_id, opt_number, page_size, which};
use super::{Asked, Taker};
use crate::commands::{
    tacos_command, tacos_list_payments, tacos_list_reservations, tacos_read_payment, tacos_read_reservation,
};
use crate::failure::Fault;

/// Carries out a command that reads.
///
/// # Safety
/// As the crate's contract: the head begins a struct of the kind and size that it names.
pub(super) unsafe fn read(
    kind: tacos_command,
    asked: &Asked<'_>,
    taker: &mut impl Taker,
) -> Result<(), Fault> {
    // SAFETY: handed on; each kind is read as the struct that it names.
    unsafe {
        match kind {
            tacos_command::ReadReservation => read_reservation(asked, taker),
            tacos_command::ListReservations => list_reservations(asked, taker),
            tacos_command::ReadPayment => read_payment(asked, taker),
            tacos_command::ListPayments => list_payments(asked, taker),
            other => Err(Fault::BadKind { kind: other as u32 }),
        }
    }
}

unsafe fn read_reservation(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text and struct.
    let (which, caller) = unsafe {
        let given: &tacos_read_reservation = asked.given(&mut short)?;
        (which(given.which)?, caller(given.user)?)
    };
    taker.take(asked.engine.reservation(&which, &caller))
}

unsafe fn list_reservations(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text and struct.
    let (given, user, event) = unsafe {
        let given: &tacos_list_reservations = asked.given(&mut short)?;
        (given, id(given.user, "user_id")?, opt_id(given.event, "event_id")?)
    };
    let (state, after) = (opt_number(given.state, "state")?, cursor(given.after, given.has_after)?);
    taker.take(asked.engine.reservations(&user, state, event.as_ref(), after, page_size(given.most)))
}

unsafe fn read_payment(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text and struct.
    let (payment, caller) = unsafe {
        let given: &tacos_read_payment = asked.given(&mut short)?;
        (PaymentId::from_bytes(given.payment.bytes), caller(given.user)?)
    };
    taker.take(asked.engine.payment(payment, &caller))
}

unsafe fn list_payments(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    let mut short = None;
    // SAFETY: the crate's contract, for each text and struct.
    let (given, user) = unsafe {
        let given: &tacos_list_payments = asked.given(&mut short)?;
        (given, id(given.user, "user_id")?)
    };
    let only = flag(given.has_reservation, "has_reservation")?;
    let (state, after) = (opt_number(given.state, "state")?, cursor(given.after, given.has_after)?);
    let reservation = only.then(|| ReservationId::from_bytes(given.reservation.bytes));
    taker.take(asked.engine.payments(&user, state, reservation, after, page_size(given.most)))
}
