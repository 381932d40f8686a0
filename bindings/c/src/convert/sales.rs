//! Commands of the customer.

use std::time::Duration;

use tacos::{
    Best, Command, Confirm, Expire, Extend, JoinQueue, PaymentId, Proof, Refusal, Release, RequestAdmission,
    ReservationToken, Reserve, WaitingToken, Want,
};

use super::fields::{
    body, cursor, flag, id, key, opt_id, opt_moment, opt_number, page_size, seats, user, which,
};
use super::{ListReservations, Work};
use crate::abi::tacos_head;
use crate::commands::{
    tacos_command, tacos_confirm, tacos_expire, tacos_extend, tacos_join_queue, tacos_leave_queue,
    tacos_list_reservations, tacos_read_reservation, tacos_release, tacos_request_admission, tacos_reserve,
};
use crate::failure::Fault;

/// The work of one of this room's kinds.
///
/// # Safety
/// As the crate's contract: `head` begins a struct of `size` bytes of this kind.
pub(super) unsafe fn work(
    command: tacos_command,
    head: *const tacos_head,
    size: usize,
) -> Result<Work, Fault> {
    // SAFETY: handed on; each kind is read as the struct that it names.
    unsafe {
        match command {
            tacos_command::JoinQueue => body(head, size).and_then(|given| join(&given)),
            tacos_command::LeaveQueue => body(head, size).map(|given: tacos_leave_queue| {
                Work::Write(Command::LeaveQueue(WaitingToken::from_bytes(given.token.bytes)))
            }),
            tacos_command::RequestAdmission => body(head, size).and_then(|given| ask(&given)),
            tacos_command::Reserve => body(head, size).and_then(|given| reserve(&given)),
            tacos_command::Confirm => body(head, size).and_then(|given| confirm(&given)),
            tacos_command::Release => body(head, size).and_then(|given| release(&given)),
            tacos_command::Extend => body(head, size).and_then(|given| extend(&given)),
            tacos_command::Expire => body(head, size).and_then(|given: tacos_expire| {
                Ok(Work::Write(Command::Expire(Expire { which: which(given.which)? })))
            }),
            tacos_command::ReadReservation => body(head, size).and_then(|given: tacos_read_reservation| {
                Ok(Work::ReadReservation { which: which(given.which)?, user: user(given.user)? })
            }),
            tacos_command::ListReservations => body(head, size).and_then(|given| list(&given)),
            other => Err(Fault::BadKind { kind: other as u32 }),
        }
    }
}

unsafe fn join(given: &tacos_join_queue) -> Result<Work, Fault> {
    // SAFETY: the crate's contract, for each text.
    let command = unsafe {
        JoinQueue {
            event: id(given.event, "event_id")?,
            session: opt_id(given.session, "session_id")?,
            user: user(given.user)?,
        }
    };
    Ok(Work::Write(Command::JoinQueue(command)))
}

unsafe fn ask(given: &tacos_request_admission) -> Result<Work, Fault> {
    // SAFETY: the crate's contract, for each text.
    let command = unsafe {
        RequestAdmission {
            token: WaitingToken::from_bytes(given.token.bytes),
            event: opt_id(given.event, "event_id")?,
            user: user(given.user)?,
        }
    };
    Ok(Work::Write(Command::RequestAdmission(command)))
}

unsafe fn reserve(given: &tacos_reserve) -> Result<Work, Fault> {
    // SAFETY: the crate's contract, for each text and the list.
    let command = unsafe {
        Reserve {
            event: id(given.event, "event_id")?,
            user: id(given.user, "user_id")?,
            want: want(given)?,
            token: flag(given.has_token, "has_token")?
                .then(|| ReservationToken::from_bytes(given.token.bytes)),
            trusted: flag(given.trusted, "trusted")?,
            external: opt_id(given.external, "external")?,
            hold_until: opt_moment(given.hold_until_ms),
            key: key(given.key)?,
        }
    };
    Ok(Work::Write(Command::Reserve(Box::new(command))))
}

unsafe fn want(given: &tacos_reserve) -> Result<Want, Fault> {
    if given.seats.is_null() {
        // SAFETY: the crate's contract.
        let section = unsafe { opt_id(given.section, "section")? };
        return Ok(Want::Best(Best {
            quantity: given.quantity,
            section,
            allow_split: !flag(given.whole_only, "whole_only")?,
            accessible: flag(given.accessible, "accessible")?,
        }));
    }
    if given.quantity != 0 && given.quantity as usize != given.seat_count {
        return Err(Refusal::invalid("quantity", "must agree with seat_ids", given.quantity).into());
    }
    // SAFETY: the crate's contract.
    unsafe { seats(given.seats, given.seat_count).map(Want::Seats) }
}

unsafe fn confirm(given: &tacos_confirm) -> Result<Work, Fault> {
    let outside = flag(given.outside, "outside")?;
    let intent = Proof::Intent(PaymentId::from_bytes(given.payment.bytes));
    // SAFETY: the crate's contract, for each text and the list.
    let command = unsafe {
        Confirm {
            which: which(given.which)?,
            user: user(given.user)?,
            proof: if outside { Proof::Outside } else { intent },
            exactly: if given.exactly.is_null() {
                None
            } else {
                Some(seats(given.exactly, given.exactly_count)?)
            },
            key: key(given.key)?,
        }
    };
    Ok(Work::Write(Command::Confirm(Box::new(command))))
}

unsafe fn release(given: &tacos_release) -> Result<Work, Fault> {
    // SAFETY: the crate's contract, for each text and the list.
    let command = unsafe {
        Release {
            which: which(given.which)?,
            user: user(given.user)?,
            seats: seats(given.seats, given.seat_count)?,
            key: key(given.key)?,
        }
    };
    Ok(Work::Write(Command::Release(Box::new(command))))
}

unsafe fn extend(given: &tacos_extend) -> Result<Work, Fault> {
    // SAFETY: the crate's contract, for each text.
    let command = unsafe {
        Extend {
            which: which(given.which)?,
            user: user(given.user)?,
            by: Duration::from_millis(given.by_ms),
            key: key(given.key)?,
        }
    };
    Ok(Work::Write(Command::Extend(command)))
}

unsafe fn list(given: &tacos_list_reservations) -> Result<Work, Fault> {
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
