//! Single fields: ids, flags, moments, enums, lists of seats.

use tacos::views::Cursor;
use tacos::{
    Best, Caller, Currency, IdempotencyKey, Payee, Refusal, ReservationId, ReservationRef, SeatId,
    SeatRequest, TextIdError, UnixMs, UserId,
};

use crate::abi::{tacos_bytes, tacos_id, tacos_reservation_ref, tacos_str};
use crate::commands::tacos_reserve;
use crate::failure::Fault;
use crate::memory::{bytes, slice, text};
use crate::number::Number;

/// An id made from a text.
pub(crate) trait TextId: Sized {
    fn make(text: &[u8]) -> Result<Self, TextIdError>;
}

macro_rules! text_ids {
    ($make:ident: $($name:ident),*) => {$(
        impl TextId for tacos::$name {
            #[inline]
            fn make(text: &[u8]) -> Result<Self, TextIdError> {
                Self::$make(text)
            }
        }
    )*};
}
text_ids!(of_bytes: SessionId, SectionId, ExternalId, IdempotencyKey);
text_ids!(of_prepared_text: EventId, UserId, SeatId);

/// An id that must be there.
///
/// # Safety
/// As the crate's contract.
#[inline]
pub(crate) unsafe fn id<T: TextId>(given: tacos_str, field: &'static str) -> Result<T, Fault> {
    // SAFETY: handed on.
    let given =
        unsafe { bytes(tacos_bytes { data: given.data.cast(), len: given.len })?.unwrap_or_default() };
    T::make(given).map_err(|error| no_id(given, field, error))
}

/// An id is ASCII: only of what is none it matters whether it is a text.
#[cold]
fn no_id(given: &[u8], field: &'static str, error: TextIdError) -> Fault {
    match std::str::from_utf8(given) {
        Ok(text) => Refusal::invalid(field, error.fault, text).into(),
        Err(_) => Fault::BadUtf8,
    }
}

/// An id that may be left out.
///
/// # Safety
/// As the crate's contract.
#[inline]
pub(crate) unsafe fn opt_id<T: TextId>(given: tacos_str, field: &'static str) -> Result<Option<T>, Fault> {
    if given.data.is_null() && given.len == 0 {
        return Ok(None);
    }
    // SAFETY: handed on.
    unsafe { id(given, field).map(Some) }
}

/// # Safety
/// As the crate's contract.
#[inline]
pub(super) unsafe fn key(given: tacos_str) -> Result<Option<IdempotencyKey>, Fault> {
    // SAFETY: handed on.
    unsafe { opt_id(given, "idempotency_key") }
}

/// # Safety
/// As the crate's contract.
#[inline]
pub(super) unsafe fn user(given: tacos_str) -> Result<Option<UserId>, Fault> {
    // SAFETY: handed on.
    unsafe { opt_id(given, "user_id") }
}

/// # Safety
/// As the crate's contract.
#[inline]
pub(super) unsafe fn caller(given: tacos_str) -> Result<Caller, Fault> {
    // SAFETY: handed on.
    unsafe { user(given).map(Caller::from_optional) }
}

/// # Safety
/// As the crate's contract.
#[inline]
pub(super) unsafe fn which(given: tacos_reservation_ref) -> Result<ReservationRef, Fault> {
    // SAFETY: handed on.
    let external = unsafe { opt_id(given.external, "external")? };
    Ok(external
        .map_or(ReservationRef::Id(ReservationId::from_bytes(given.id.bytes)), ReservationRef::External))
}

/// Seats by name; the caller says what none means.
///
/// # Safety
/// As the crate's contract.
#[inline]
pub(super) unsafe fn seats<C: Default + Extend<SeatId>>(
    at: *const tacos_str,
    count: usize,
) -> Result<C, Fault> {
    let mut seats = C::default();
    // SAFETY: handed on.
    for &seat in unsafe { slice(at, count)? } {
        // SAFETY: handed on, for each text in the list.
        seats.extend([unsafe { id(seat, "seat_ids")? }]);
    }
    Ok(seats)
}

/// A yes or no.
pub(crate) fn flag(given: u32, field: &'static str) -> Result<bool, Fault> {
    match given {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(Refusal::invalid(field, "must be 0 or 1", other).into()),
    }
}

/// A value of an enum.
pub(super) fn number<T: Number>(given: u32, field: &'static str) -> Result<T, Fault> {
    T::from_number(given).ok_or_else(|| Refusal::invalid(field, "is not a value of this kind", given).into())
}

/// A value of an enum, or 0 for none.
pub(super) fn opt_number<T: Number>(given: u32, field: &'static str) -> Result<Option<T>, Fault> {
    if given == 0 { Ok(None) } else { number(given, field).map(Some) }
}

pub(crate) fn moment(given_ms: u64) -> UnixMs {
    UnixMs::new(given_ms)
}

/// A moment, or 0 for none.
pub(crate) fn opt_moment(given_ms: u64) -> Option<UnixMs> {
    (given_ms > 0).then(|| UnixMs::new(given_ms))
}

/// Where a page begins.
pub(super) fn cursor(after: tacos_id, has_after: u32) -> Result<Option<Cursor>, Fault> {
    Ok(flag(has_after, "has_after")?.then(|| Cursor::from_bytes(after.bytes)))
}

/// Entries of a page; 0 for as many as there can be.
pub(super) fn page_size(most: u32) -> usize {
    if most == 0 { tacos::limits::PAGE_MAX } else { most as usize }
}

/// Which seats are wanted: by name, or the best by count.
///
/// # Safety
/// As the crate's contract, for each text and the list.
pub(super) unsafe fn want(given: &tacos_reserve) -> Result<SeatRequest, Fault> {
    if given.seats.is_null() {
        // SAFETY: the crate's contract.
        let section = unsafe { opt_id(given.section, "section")? };
        return Ok(SeatRequest::Best(
            Best::of(given.quantity)
                .with_section(section)
                .with_allow_split(!flag(given.whole_only, "whole_only")?)
                .with_accessible(flag(given.accessible, "accessible")?),
        ));
    }
    if given.quantity != 0 && given.quantity as usize != given.seat_count {
        return Err(Refusal::invalid("quantity", "must agree with seat_ids", given.quantity).into());
    }
    // SAFETY: the crate's contract.
    unsafe { seats(given.seats, given.seat_count).map(SeatRequest::Seats) }
}

/// What is paid for.
///
/// # Safety
/// As the crate's contract, for each text.
pub(super) unsafe fn payee(given: tacos_reservation_ref, unlinked: tacos_str) -> Result<Payee, Fault> {
    // SAFETY: handed on.
    unsafe {
        Ok(match opt_id(unlinked, "unlinked")? {
            Some(unlinked) => Payee::Unlinked(unlinked),
            None => Payee::Reservation(which(given)?),
        })
    }
}

/// # Safety
/// As the crate's contract.
pub(super) unsafe fn currency(given: tacos_str) -> Result<Currency, Fault> {
    // SAFETY: handed on.
    let code = unsafe { text(given)?.unwrap_or_default() };
    Currency::new(code).ok_or_else(|| Refusal::invalid("currency", "must be three letters", code).into())
}
