//! The bytes of a command's fields, as they stand in fingerprints. Keys outlive a restart and a new version, so what is
//! written here never changes. Reading checks every length and tag and never panics, whatever the bytes.

use std::time::Duration;

use super::{
    Best, Caller, EventSettings, Money, Payee, PaymentMethod, PaymentOutcome, Proof, ReservationRef,
    Scenario, SeatRequest,
};
use crate::admission::QueuePolicy;
use crate::clock::UnixMs;
use crate::error::SaleState;
use crate::ids::{
    EventId, ExternalId, IdempotencyKey, PaymentId, ReservationId, ReservationToken, SeatId, SectionId,
    SessionId, UserId, WaitingToken, WebhookId,
};
use crate::inventory::SeatMap;
use crate::list::Seats;
use crate::record::{Malformed, Reader, Wire, wire_enum};

/// What the bytes of a command's fields are put to, one piece behind the other: a buffer, or a fingerprint.
pub(crate) trait Sink {
    /// A piece whose length is fixed, or was put before it.
    fn put(&mut self, piece: &[u8]);

    /// A name whose length was put before it; `append` appends it to a buffer.
    fn put_name(&mut self, name: &[u8], append: impl FnOnce(&mut Vec<u8>));

    /// What `write` appends to a buffer.
    fn put_written(&mut self, write: impl FnOnce(&mut Vec<u8>));
}

impl Sink for Vec<u8> {
    #[inline]
    fn put(&mut self, piece: &[u8]) {
        self.extend_from_slice(piece);
    }
    #[inline]
    fn put_name(&mut self, _: &[u8], append: impl FnOnce(&mut Self)) {
        append(self);
    }
    #[inline]
    fn put_written(&mut self, write: impl FnOnce(&mut Self)) {
        write(self);
    }
}

/// A value that a field of a command can have.
pub(super) trait Argument: Sized {
    fn write(&self, out: &mut impl Sink);
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed>;
}

/// A value whose bytes can only be read by one who knows which form it has.
pub(super) trait Formed: Sized {
    fn form(&self) -> u8;
    fn write_formed(&self, out: &mut impl Sink);
    fn read_formed(form: u8, from: &mut Reader<'_>) -> Result<Self, Malformed>;
}

/// Nothing is written for what is not given.
impl<T: Argument> Formed for Option<T> {
    fn form(&self) -> u8 {
        self.is_some().into()
    }
    #[inline]
    fn write_formed(&self, out: &mut impl Sink) {
        if let Some(value) = self {
            value.write(out);
        }
    }
    fn read_formed(form: u8, from: &mut Reader<'_>) -> Result<Self, Malformed> {
        match form {
            0 => Ok(None),
            1 => T::read(from).map(Some),
            _ => Err(Malformed("an optional field")),
        }
    }
}

/// A field that a command got later. Not given it leaves nothing, so that older fingerprints stay; given it says its name
/// first, so that no other field's bytes are taken for it.
#[inline]
pub(super) fn write_later<T: Argument>(name: &str, value: &Option<T>, out: &mut impl Sink) {
    if let Some(value) = value {
        put_len(name.len(), out);
        out.put(name.as_bytes());
        value.write(out);
    }
}

pub(super) fn read_later<T: Argument>(
    name: &str,
    form: u8,
    from: &mut Reader<'_>,
) -> Result<Option<T>, Malformed> {
    match form {
        0 => Ok(None),
        1 if get_text(from)? == name => T::read(from).map(Some),
        _ => Err(Malformed("an optional field")),
    }
}

impl Formed for Proof {
    fn form(&self) -> u8 {
        matches!(self, Self::Intent(_)).into()
    }
    #[inline]
    fn write_formed(&self, out: &mut impl Sink) {
        match self {
            Self::Intent(payment) => payment.write(out),
            Self::Outside => out.put(&[0]),
        }
    }
    fn read_formed(form: u8, from: &mut Reader<'_>) -> Result<Self, Malformed> {
        match form {
            0 if u8::get(from)? == 0 => Ok(Self::Outside),
            1 => PaymentId::read(from).map(Self::Intent),
            _ => Err(Malformed("proof")),
        }
    }
}

wire_enum!(PaymentOutcome { Completed = 0, Failed = 1 });

/// Values that are written as in records.
macro_rules! as_in_records {
    ($($kind:ty),* $(,)?) => {$(
        impl Argument for $kind {
            #[inline]
            fn write(&self, out: &mut impl Sink) {
                out.put_written(|out| Wire::put(self, out));
            }
            fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
                Wire::get(from)
            }
        }
    )*};
}
as_in_records!(
    bool,
    SaleState,
    PaymentMethod,
    Scenario,
    PaymentOutcome,
    EventSettings,
    QueuePolicy,
    Option<QueuePolicy>,
    i64,
    Option<i64>,
    String,
    Option<String>,
    UnixMs,
    Option<Vec<u8>>,
    Vec<u8>,
);

/// Written as in records.
impl Argument for Option<UnixMs> {
    #[inline]
    fn write(&self, out: &mut impl Sink) {
        match self {
            None => out.put(&[0]),
            Some(at) => {
                out.put(&[1]);
                out.put(&at.get().to_le_bytes());
            }
        }
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Wire::get(from)
    }
}

fn put_len(len: usize, out: &mut impl Sink) {
    out.put(&(len as u64).to_le_bytes());
}

fn get_len(from: &mut Reader<'_>) -> Result<usize, Malformed> {
    usize::try_from(u64::get(from)?).map_err(|_| Malformed("a length"))
}

fn get_text<'a>(from: &mut Reader<'a>) -> Result<&'a str, Malformed> {
    let len = get_len(from)?;
    std::str::from_utf8(from.bytes(len)?).map_err(|_| Malformed("a text"))
}

/// Ids that callers bring. One that is not given is written as an empty text, which no id is.
macro_rules! texts {
    ($($kind:ty),* $(,)?) => {$(
        impl Argument for $kind {
            #[inline]
            fn write(&self, out: &mut impl Sink) {
                put_len(self.as_bytes().len(), out);
                out.put_name(self.as_bytes(), |out| self.append_to(out));
            }
            fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
                Self::new(get_text(from)?).map_err(|_| Malformed("an id"))
            }
        }

        impl Argument for Option<$kind> {
            #[inline]
            fn write(&self, out: &mut impl Sink) {
                match self {
                    Some(text) => text.write(out),
                    None => put_len(0, out),
                }
            }
            fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
                match get_text(from)? {
                    "" => Ok(None),
                    text => <$kind>::new(text).map(Some).map_err(|_| Malformed("an id")),
                }
            }
        }
    )*};
}
texts!(EventId, UserId, SessionId, SeatId, SectionId, ExternalId);

/// As a user who may be left out: what this was while commands carried an optional user.
impl Argument for Caller {
    #[inline]
    fn write(&self, out: &mut impl Sink) {
        match self {
            Self::User(user) => user.write(out),
            Self::Operator => put_len(0, out),
        }
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        <Option<UserId> as Argument>::read(from).map(Self::from_optional)
    }
}

/// Ids and tokens that the engine issues: their own bytes.
macro_rules! issued {
    ($($kind:ty),* $(,)?) => {$(
        impl Argument for $kind {
            #[inline]
            fn write(&self, out: &mut impl Sink) {
                out.put(&self.to_bytes());
            }
            fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
                Wire::get(from).map(Self::from_bytes)
            }
        }
    )*};
}
issued!(ReservationId, PaymentId, WebhookId, WaitingToken, ReservationToken);

impl Argument for Option<ReservationToken> {
    fn write(&self, out: &mut impl Sink) {
        out.put_written(|out| Wire::put(&self.map(ReservationToken::to_bytes), out));
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(<Option<_> as Wire>::get(from)?.map(ReservationToken::from_bytes))
    }
}

/// The text (empty for none), and the digest of the request if its caller scopes the key.
impl Argument for Option<IdempotencyKey> {
    fn write(&self, out: &mut impl Sink) {
        put_len(self.as_ref().map_or(0, |key| key.as_bytes().len()), out);
        if let Some(key) = self {
            out.put(key.as_bytes());
        }
        let request = self.as_ref().and_then(IdempotencyKey::request).copied();
        out.put_written(|out| Wire::put(&request, out));
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (text, digest) = (get_text(from)?, <Option<[u8; 32]> as Wire>::get(from)?);
        let key = match (text, digest) {
            ("", None) => return Ok(None),
            (text, None) => IdempotencyKey::new(text),
            (text, Some(digest)) => IdempotencyKey::for_request(text, digest),
        };
        key.map(Some).map_err(|_| Malformed("an idempotency key"))
    }
}

fn put_seats(seats: &[SeatId], out: &mut impl Sink) {
    put_len(seats.len(), out);
    seats.iter().for_each(|seat| seat.write(out));
}

/// A list; grows as it is read, so that a wrong length reserves nothing.
fn get_seats<T: Default + Extend<SeatId>>(from: &mut Reader<'_>) -> Result<T, Malformed> {
    let (len, mut seats) = (get_len(from)?, T::default());
    for _ in 0..len {
        seats.extend([SeatId::read(from)?]);
    }
    Ok(seats)
}

impl Argument for Seats {
    #[inline]
    fn write(&self, out: &mut impl Sink) {
        put_seats(self, out);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        get_seats(from)
    }
}

impl Argument for Vec<SeatId> {
    fn write(&self, out: &mut impl Sink) {
        put_seats(self, out);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        get_seats(from)
    }
}

impl Argument for SeatRequest {
    #[inline]
    fn write(&self, out: &mut impl Sink) {
        match self {
            Self::Seats(seats) => {
                out.put(&[1]);
                put_seats(seats, out);
            }
            Self::Best(best) => {
                out.put(&[2]);
                out.put(&best.quantity.to_le_bytes());
                best.section.write(out);
                best.allow_split.write(out);
                best.accessible.write(out);
            }
        }
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        match u8::get(from)? {
            1 => get_seats(from).map(Self::Seats),
            2 => Ok(Self::Best(Best {
                quantity: Wire::get(from)?,
                section: Argument::read(from)?,
                allow_split: Argument::read(from)?,
                accessible: Argument::read(from)?,
            })),
            _ => Err(Malformed("which seats are wanted")),
        }
    }
}

impl ReservationRef {
    fn of(tag: u8, from: &mut Reader<'_>) -> Result<Self, Malformed> {
        match tag {
            1 => ReservationId::read(from).map(Self::Id),
            2 => ExternalId::read(from).map(Self::External),
            _ => Err(Malformed("which reservation")),
        }
    }
}

impl Argument for ReservationRef {
    #[inline]
    fn write(&self, out: &mut impl Sink) {
        match self {
            Self::Id(id) => {
                out.put(&[1]);
                id.write(out);
            }
            Self::External(external) => {
                out.put(&[2]);
                external.write(out);
            }
        }
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let tag = u8::get(from)?;
        Self::of(tag, from)
    }
}

impl Argument for Payee {
    fn write(&self, out: &mut impl Sink) {
        match self {
            Self::Reservation(which) => which.write(out),
            Self::Unlinked(external) => {
                out.put(&[3]);
                external.write(out);
            }
        }
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        match u8::get(from)? {
            3 => ExternalId::read(from).map(Self::Unlinked),
            tag => ReservationRef::of(tag, from).map(Self::Reservation),
        }
    }
}

impl Argument for Money {
    fn write(&self, out: &mut impl Sink) {
        out.put(&self.minor.to_le_bytes());
        out.put_written(|out| Wire::put(&self.currency, out));
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self { minor: Wire::get(from)?, currency: Wire::get(from)? })
    }
}

/// Whole milliseconds.
impl Argument for Duration {
    fn write(&self, out: &mut impl Sink) {
        out.put(&self.as_millis().to_le_bytes());
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let ms = u128::get(from)?;
        let seconds = u64::try_from(ms / 1_000).map_err(|_| Malformed("a duration"))?;
        Ok(Self::from_secs(seconds) + Self::from_millis((ms % 1_000) as u64))
    }
}

impl Argument for SeatMap {
    fn write(&self, out: &mut impl Sink) {
        out.put_written(|out| self.encode(out));
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (map, rest) = Self::decode_front(from.0).map_err(|_| Malformed("a seat map"))?;
        from.0 = rest;
        Ok(map)
    }
}
