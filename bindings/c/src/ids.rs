//! Issued ids and tokens between their bytes and their text form; and the draw, which anyone can compute again.

use std::fmt::Display;
use std::str::FromStr;

use tacos::{
    HoldId, IssuedIdError, OrderId, PaymentId, RefundId, Refusal, ReservationId, ReservationToken,
    TransactionId, WaitingToken, WebhookId,
};

use crate::abi::{tacos_buffer, tacos_id, tacos_str, tacos_token};
use crate::arena::Arena;
use crate::failure::Fault;
use crate::guard;
use crate::memory::{Out, slice, text};
use crate::status::tacos_status;

/// The kinds of issued ids. A hold, an order and a reservation have the same bytes, and so have a payment and its
/// transaction.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum tacos_id_kind {
    /// `rsv_…`
    Reservation = 1,
    /// `hold_…`
    Hold = 2,
    /// `ord_…`
    Order = 3,
    /// `pay_…`
    Payment = 4,
    /// `txn_…`
    Transaction = 5,
    /// `rfd_…`
    Refund = 6,
    /// `wh_…`
    Webhook = 7,
}

/// The kinds of tokens.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum tacos_token_kind {
    /// `wtkn_…`: a place in the waiting line.
    Waiting = 1,
    /// `rtkn_…`: the right to reserve.
    Reservation = 2,
}

/// The text form of an id; `kind` is a `tacos_id_kind`. Needs at most 40 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_id_format(
    kind: u32,
    id: tacos_id,
    buffer: *mut tacos_buffer,
    out: *mut tacos_str,
) -> tacos_status {
    let bytes = id.bytes;
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        match kind {
            1 => give(ReservationId::from_bytes(bytes), buffer, out),
            2 => give(ReservationId::from_bytes(bytes).hold(), buffer, out),
            3 => give(ReservationId::from_bytes(bytes).order(), buffer, out),
            4 => give(PaymentId::from_bytes(bytes), buffer, out),
            5 => give(PaymentId::from_bytes(bytes).transaction(), buffer, out),
            6 => give(RefundId::from_bytes(bytes), buffer, out),
            7 => give(WebhookId::from_bytes(bytes), buffer, out),
            kind => Err(Fault::BadKind { kind }),
        }
    })
}

/// An id from its text form. `INVALID` if the text is not one of this kind; whether the id means something is seen
/// when it is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_id_parse(kind: u32, text: tacos_str, out: *mut tacos_id) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let out = Out::new(out)?;
        let bytes = match kind {
            1 => parse::<ReservationId>(text)?.to_bytes(),
            2 => parse::<HoldId>(text)?.to_bytes(),
            3 => parse::<OrderId>(text)?.to_bytes(),
            4 => parse::<PaymentId>(text)?.to_bytes(),
            5 => parse::<TransactionId>(text)?.to_bytes(),
            6 => parse::<RefundId>(text)?.to_bytes(),
            7 => parse::<WebhookId>(text)?.to_bytes(),
            kind => return Err(Fault::BadKind { kind }),
        };
        out.put(tacos_id { bytes });
        Ok(())
    })
}

/// The text form of a token; `kind` is a `tacos_token_kind`. Needs at most 56 bytes. It is a credential: do not log it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_token_format(
    kind: u32,
    token: tacos_token,
    buffer: *mut tacos_buffer,
    out: *mut tacos_str,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        match kind {
            1 => give(WaitingToken::from_bytes(token.bytes), buffer, out),
            2 => give(ReservationToken::from_bytes(token.bytes), buffer, out),
            kind => Err(Fault::BadKind { kind }),
        }
    })
}

/// A token from its text form. `INVALID` if the text is not one of this kind.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_token_parse(
    kind: u32,
    text: tacos_str,
    out: *mut tacos_token,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let out = Out::new(out)?;
        let bytes = match kind {
            1 => parse::<WaitingToken>(text)?.to_bytes(),
            2 => parse::<ReservationToken>(text)?.to_bytes(),
            kind => return Err(Fault::BadKind { kind }),
        };
        out.put(tacos_token { bytes });
        Ok(())
    })
}

/// What is shown before a draw: the BLAKE3 hash (32 bytes at `out`) of its seed (32 bytes).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_draw_commitment(seed: *const u8, out: *mut u8) -> tacos_status {
    // SAFETY: the crate's contract; bytes have no alignment.
    guard::run(|| unsafe {
        let out = Out::new(out.cast::<[u8; 32]>())?;
        out.put(tacos::commitment(&seed_at(seed)?));
        Ok(())
    })
}

/// The order that a seed (32 bytes) gives to `count` tickets, which are listed in rising order; `out` has room for as many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_draw_order(
    seed: *const u8,
    tickets: *const u32,
    count: usize,
    out: *mut u32,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (seed, tickets) = (seed_at(seed)?, slice(tickets, count)?);
        if !tickets.is_sorted() {
            return Err(Refusal::invalid("tickets", "must be listed in rising order", count).into());
        }
        let order = tacos::draw_order(&seed, tickets);
        // Checks the address; the first of `count` places for numbers.
        crate::memory::check_pointer(out)?;
        std::ptr::copy_nonoverlapping(order.as_ptr(), out, order.len());
        Ok(())
    })
}

/// # Safety
/// As the crate's contract: null, or 32 bytes can be read.
unsafe fn seed_at(seed: *const u8) -> Result<[u8; 32], Fault> {
    // SAFETY: handed on.
    let bytes = unsafe { slice(seed, 32)? };
    Ok(bytes.try_into().expect("a slice of thirty-two bytes"))
}

/// # Safety
/// As the crate's contract.
unsafe fn give(id: impl Display, buffer: *mut tacos_buffer, out: *mut tacos_str) -> Result<(), Fault> {
    // SAFETY: handed on.
    let (out, mut arena) = unsafe { (Out::new(out)?, Arena::new(buffer)?) };
    let text = arena.text(&id.to_string());
    arena.finish_with(out, text)
}

/// # Safety
/// As the crate's contract.
unsafe fn parse<T: FromStr<Err = IssuedIdError>>(given: tacos_str) -> Result<T, Fault> {
    // SAFETY: handed on.
    let given = unsafe { text(given)?.unwrap_or_default() };
    // The value may be a credential, so it is not told.
    given.parse().map_err(|error| Refusal::invalid("text", error, "").into())
}
