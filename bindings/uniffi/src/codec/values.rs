//! The bytes of single values, and of those that are not described field by field.

use std::time::Duration;

use tacos_engine::views::Cursor;
use tacos_engine::{
    Caller, Currency, EventId, ExternalId, IdempotencyKey, PaymentId, PaymentOutcome, Position, Proof,
    Refusal, ReservationId, ReservationToken, Row, RowSeats, SeatException, SeatId, SeatMap, Seats, Section,
    SectionId, SessionId, UnixMs, UserId, WaitingToken, WebhookId,
};

use super::{Input, Output, Put, Take, Taken, Unfit};
use tacos_engine::arguments::{currency, id, moment, number, prepared, signed, span, token};

macro_rules! take {
    ($($kind:ty: |$from:ident, $field:ident| $value:expr;)*) => {$(
        impl Take for $kind {
            fn take($from: &mut Input<'_>, $field: &'static str) -> Taken<Self> {
                Ok($value)
            }
        }
    )*};
}
take! {
    bool: |from, _field| from.flag()?;
    i64: |from, _field| from.long()?;
    u32: |from, field| number(field, from.int()?)?;
    u64: |from, field| number(field, from.long()?)?;
    usize: |from, field| number(field, from.long()?)?;
    UnixMs: |from, field| moment(field, from.long()?)?;
    Duration: |from, field| span(field, from.long()?)?;
    String: |from, _field| from.text()?.to_owned();
    Currency: |from, field| currency(field, from.text()?)?;
    Seats: |from, field| from.list(|from| from.take(field))?;
    // Without a user an operator asks.
    Caller: |from, field| Self::from_optional(from.take(field)?);
    Vec<SeatId>: |from, field| from.list(|from| from.take(field))?;
    // The payment intent that paid; without one the caller vouches for it.
    Proof: |from, field| from.take::<Option<PaymentId>>(field)?.map_or(Self::Outside, Self::Intent);
    // Whether the money was taken.
    PaymentOutcome: |from, _field| if from.flag()? { Self::Completed } else { Self::Failed };
}

impl Take for Vec<u8> {
    fn take(from: &mut Input<'_>, _field: &'static str) -> Taken<Self> {
        from.octets().map(<[u8]>::to_vec)
    }
}

impl<T: Take> Take for Option<T> {
    fn take(from: &mut Input<'_>, field: &'static str) -> Taken<Self> {
        from.flag()?.then(|| from.take(field)).transpose()
    }
}

/// Where a page begins; the wrong number of bytes is no cursor.
impl Take for Cursor {
    fn take(from: &mut Input<'_>, field: &'static str) -> Taken<Self> {
        let bytes: Vec<u8> = from.take(field)?;
        let bytes = bytes.try_into().map_err(|_| Refusal::invalid(field, "is not a cursor", ""))?;
        Ok(Self::from_bytes(bytes))
    }
}

macro_rules! in_words {
    ($read:ident of $given:ident: $($kind:ty),* $(,)?) => {$(
        impl Take for $kind {
            fn take(from: &mut Input<'_>, field: &'static str) -> Taken<Self> {
                Ok($read(field, from.$given()?)?)
            }
        }

        impl Put for $kind {
            fn put(&self, out: &mut Output<'_>) {
                out.text(self);
            }
        }
    )*};
}
in_words!(id of text: SessionId, SectionId, ExternalId, ReservationId, PaymentId, WebhookId);
in_words!(prepared of octets: EventId, UserId, SeatId);
in_words!(token of text: WaitingToken, ReservationToken);

impl Take for IdempotencyKey {
    fn take(from: &mut Input<'_>, field: &'static str) -> Taken<Self> {
        Ok(id(field, from.text()?)?)
    }
}

impl Take for SeatMap {
    fn take(from: &mut Input<'_>, _field: &'static str) -> Taken<Self> {
        Ok(Self { sections: from.list(section)? })
    }
}

fn section(from: &mut Input<'_>) -> Taken<Section> {
    Ok(match from.tag()? {
        0 => Section::Seated { name: from.take("seats.name")?, rows: from.list(row)? },
        1 => Section::General {
            name: from.take("seats.name")?,
            capacity: from.take("seats.capacity")?,
            price_minor: from.long()?,
        },
        other => return Err(Unfit::malformed(format_args!("{other} is no form of a section"))),
    })
}

fn row(from: &mut Input<'_>) -> Taken<Row> {
    Ok(Row {
        label: from.take("seats.label")?,
        price_minor: from.long()?,
        accessible: from.flag()?,
        seats: row_seats(from)?,
        aisles_before: from.list(|from| from.take("seats.aisles_before"))?,
        exceptions: from.list(|from| {
            Ok(SeatException {
                index: from.take("seats.exceptions.index")?,
                price_minor: from.take("seats.exceptions.price_minor")?,
                accessible: from.take("seats.exceptions.accessible")?,
            })
        })?,
    })
}

fn row_seats(from: &mut Input<'_>) -> Taken<RowSeats> {
    Ok(match from.tag()? {
        0 => RowSeats::Numbered {
            prefix: from.take("seats.prefix")?,
            first_number: from.take("seats.first_number")?,
            step: from.int()?,
            digits_min: number("seats.digits_min", from.int()?)?,
            count: from.take("seats.count")?,
        },
        1 => RowSeats::Listed(from.list(|from| from.take("seats.labels"))?),
        other => return Err(Unfit::malformed(format_args!("{other} is no form of a row"))),
    })
}

macro_rules! put {
    ($($kind:ty: |$value:ident, $out:ident| $put:expr;)*) => {$(
        impl Put for $kind {
            fn put(&self, $out: &mut Output<'_>) {
                let $value = self;
                $put;
            }
        }
    )*};
}
put! {
    bool: |value, out| out.tag((*value).into());
    u32: |value, out| out.int(i32::try_from(*value).unwrap_or(i32::MAX));
    i64: |value, out| out.long(*value);
    u64: |value, out| out.long(signed(*value));
    usize: |value, out| out.long(signed(*value));
    Position: |value, out| out.long(signed(value.0));
    UnixMs: |value, out| out.long(signed(value.get()));
    Duration: |value, out| out.long(signed(value.as_millis()));
    str: |value, out| out.bytes(value.as_bytes());
    &'static str: |value, out| out.bytes(value.as_bytes());
    String: |value, out| out.bytes(value.as_bytes());
    Box<str>: |value, out| out.bytes(value.as_bytes());
    Currency: |value, out| out.put(value.as_str());
}

impl<T: Put> Put for Option<T> {
    fn put(&self, out: &mut Output<'_>) {
        out.tag(self.is_some().into());
        if let Some(value) = self {
            value.put(out);
        }
    }
}
