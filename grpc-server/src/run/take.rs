//! Values of messages as the engine's types, checked one by one, so that a refusal names the argument.

use std::time::Duration;

use tacos_engine::arguments::{currency, id, moment, number, prepared, span, token};
use tacos_engine::views::Cursor;
use tacos_engine::{
    Caller, Currency, EventId, ExternalId, IdempotencyKey, PaymentId, Proof, Refusal, ReservationId,
    ReservationToken, Row, RowSeats, SeatException, SeatId, SeatMap, Seats, Section, SectionId, SessionId,
    UnixMs, UserId, WaitingToken, WebhookId,
};
use tacos_proto::command::v1 as wire;

/// A value, or the refusal that names it.
pub(super) type Taken<T> = Result<T, Refusal>;

/// What a value of a message becomes.
pub(super) trait Take<W>: Sized {
    /// Checks it; `field` is its name in a refusal.
    fn take(value: W, field: &'static str) -> Taken<Self>;
}

pub(super) fn take<W, T: Take<W>>(value: W, field: &'static str) -> Taken<T> {
    T::take(value, field)
}

/// A message, or a form of one, that must be there.
pub(super) fn said<T>(value: Option<T>, field: &'static str) -> Taken<T> {
    value.ok_or_else(|| Refusal::invalid(field, "must be given", ""))
}

/// The number of a word that there is not, or that was not said.
pub(super) fn unknown(field: &'static str, number: i32) -> Refusal {
    match number {
        0 => Refusal::invalid(field, "must be given", ""),
        _ => Refusal::invalid(field, "is not known", number),
    }
}

macro_rules! takes {
    ($($wire:ty => $kind:ty: |$value:ident, $field:ident| $taken:expr;)*) => {$(
        impl Take<$wire> for $kind {
            fn take($value: $wire, $field: &'static str) -> Taken<Self> {
                $taken
            }
        }
    )*};
}

takes! {
    bool => bool: |value, _field| Ok(value);
    u32 => u32: |value, _field| Ok(value);
    i64 => i64: |value, _field| Ok(value);
    i64 => u64: |value, field| number(field, value);
    i64 => usize: |value, field| number(field, value);
    i64 => UnixMs: |value, field| moment(field, value);
    i64 => Duration: |value, field| span(field, value);
    String => String: |value, _field| Ok(value);
    Vec<u8> => Vec<u8>: |value, _field| Ok(value);
    String => Currency: |value, field| currency(field, &value);
    String => SessionId: |value, field| id(field, &value);
    String => SectionId: |value, field| id(field, &value);
    String => ExternalId: |value, field| id(field, &value);
    String => ReservationId: |value, field| id(field, &value);
    String => PaymentId: |value, field| id(field, &value);
    String => WebhookId: |value, field| id(field, &value);
    String => IdempotencyKey: |value, field| id(field, &value);
    String => EventId: |value, field| prepared(field, value.as_bytes());
    String => UserId: |value, field| prepared(field, value.as_bytes());
    String => SeatId: |value, field| prepared(field, value.as_bytes());
    String => WaitingToken: |value, field| token(field, &value);
    String => ReservationToken: |value, field| token(field, &value);
    Vec<String> => Seats: |value, field| value.into_iter().map(|seat| take(seat, field)).collect();
    Vec<String> => Vec<SeatId>: |value, field| value.into_iter().map(|seat| take(seat, field)).collect();
    wire::SeatNames => Seats: |value, field| take(value.names, field);
    // Without a user an operator asks.
    Option<String> => Caller: |value, field| take(value, field).map(Self::from_optional);
    // The payment intent that paid; without one the caller vouches for it.
    Option<String> => Proof: |value, field| {
        take::<_, Option<PaymentId>>(value, field).map(|paid| paid.map_or(Self::Outside, Self::Intent))
    };
    // Where a page begins; the wrong number of bytes is no cursor.
    Vec<u8> => Cursor: |value, field| {
        let bytes = value.try_into().map_err(|_| Refusal::invalid(field, "is not a cursor", ""))?;
        Ok(Self::from_bytes(bytes))
    };
    wire::SeatMap => SeatMap: |map, field| {
        Ok(Self { sections: map.sections.into_iter().map(|one| take(one, field)).collect::<Taken<_>>()? })
    };
    wire::Section => Section: |section, field| {
        let wire::Section { name, rows, capacity, price_minor } = section;
        if rows.is_empty() {
            return Ok(Self::General { name, capacity, price_minor });
        }
        if capacity > 0 {
            return Err(Refusal::invalid("seats.capacity", "is for sections without rows", capacity));
        }
        Ok(Self::Seated { name, rows: rows.into_iter().map(|row| take(row, field)).collect::<Taken<_>>()? })
    };
    wire::Row => Row: |row, _field| {
        let wire::Row { label, price_minor, accessible, numbered, labels, aisles_before, exceptions } = row;
        let seats = match numbered {
            None => RowSeats::Listed(labels),
            Some(_) if !labels.is_empty() => {
                return Err(Refusal::invalid("seats.labels", "are for rows without numbers", ""));
            }
            Some(wire::NumberedSeats { prefix, first_number, step, digits_min, count }) => {
                let digits_min = number("seats.digits_min", digits_min)?;
                RowSeats::Numbered { prefix, first_number, step, digits_min, count }
            }
        };
        let exceptions = exceptions.into_iter().map(|wire::SeatException { index, price_minor, accessible }| {
            SeatException { index, price_minor, accessible }
        });
        Ok(Self { label, price_minor, accessible, seats, aisles_before, exceptions: exceptions.collect() })
    };
}

impl<W, T: Take<W>> Take<Option<W>> for Option<T> {
    fn take(value: Option<W>, field: &'static str) -> Taken<Self> {
        value.map(|value| take(value, field)).transpose()
    }
}
