//! Arguments of a scenario as the engine's types. What cannot be such a type is named.

use std::str::FromStr;
use std::time::Duration;

use serde_json::Value;
use tacos_engine::views::Cursor;
use tacos_engine::{
    Best, Caller, Currency, Engine, EventId, EventSettings, ExternalId, IdempotencyKey, Money, Payee,
    PaymentId, PresaleRoom, Proof, QueuePolicy, Refusal, ReservationId, ReservationRef, ReservationToken,
    Row, RowSeats, SeatException, SeatId, SeatMap, SeatRequest, Section, SectionId, SessionId, UnixMs,
    UserId, WaitingToken, WebhookId,
};

use crate::prepared::reply;
use crate::target::{Answer, Record, START_UNIX_MS};

/// The argument with this name cannot be what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IllFormed(pub(super) String);

pub(super) type Read<T> = Result<T, IllFormed>;

pub(super) fn ill_formed<T>(name: &str) -> Read<T> {
    Err(IllFormed(name.to_owned()))
}

/// Arguments, by name. Kinds were checked when the scenario was read.
#[derive(Clone, Copy)]
pub(super) struct Args<'a>(pub(super) &'a Record);

/// A type of the engine that an argument, or several, may be.
pub(super) trait Given: Sized {
    /// The value of the field with this name; `None` if it is not given.
    fn find(args: Args<'_>, name: &str) -> Read<Option<Self>>;

    /// What it is if it is not given; `None` if it must be.
    fn usual() -> Option<Self> {
        None
    }
}

impl<'a> Args<'a> {
    pub(super) fn has(self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// What must be given, or has a usual value.
    pub(super) fn get<T: Given>(self, name: &str) -> Read<T> {
        T::find(self, name)?.or_else(T::usual).ok_or_else(|| IllFormed(name.to_owned()))
    }

    /// What is given, or this.
    pub(super) fn or<T: Given>(self, name: &str, usual: T) -> Read<T> {
        Ok(T::find(self, name)?.unwrap_or(usual))
    }

    /// Changes a field of a record to what is given, if it is.
    pub(super) fn set<T: Given>(self, name: &str, field: &mut T) -> Read<()> {
        if let Some(value) = T::find(self, name)? {
            *field = value;
        }
        Ok(())
    }

    /// Seats; none if they are not given.
    pub(super) fn ids<L: FromIterator<SeatId>>(self, name: &str) -> Read<L> {
        let made = self
            .list(name)
            .iter()
            .filter_map(Value::as_str)
            .map(SeatId::of_prepared_text)
            .collect::<Result<L, _>>();
        made.or_else(|_| ill_formed(name))
    }

    /// Seats, if they are given.
    pub(super) fn some_ids<L: FromIterator<SeatId>>(self, name: &str) -> Read<Option<L>> {
        if self.has(name) { self.ids(name).map(Some) } else { Ok(None) }
    }

    pub(super) fn which(self, name: &str) -> Read<ReservationRef> {
        self.get(name)
    }

    /// Who asks: a user, or an operator if none is named.
    pub(super) fn caller(self, name: &str) -> Read<Caller> {
        Ok(Caller::from_optional(self.get(name)?))
    }

    fn list(self, name: &str) -> &'a [Value] {
        self.0.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn text(self, name: &str) -> Option<&'a str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// A record that may be given, as an object.
    pub(super) fn part<T: Given>(self, name: &str) -> Read<Option<T>> {
        self.0.get(name).and_then(Value::as_object).map(|fields| Args(fields).get(name)).transpose()
    }
}

fn number<T: TryFrom<i64>>(args: Args<'_>, name: &str) -> Read<Option<T>> {
    let Some(number) = args.0.get(name).and_then(Value::as_i64) else { return Ok(None) };
    T::try_from(number).map(Some).or_else(|_| ill_formed(name))
}

fn made<T: FromStr>(args: Args<'_>, name: &str) -> Read<Option<T>> {
    let Some(text) = args.text(name) else { return Ok(None) };
    text.parse().map(Some).or_else(|_| ill_formed(name))
}

fn event(args: Args<'_>, name: &str) -> Read<Option<EventId>> {
    args.text(name).map(EventId::of_prepared_text).transpose().or_else(|_| ill_formed(name))
}

fn user(args: Args<'_>, name: &str) -> Read<Option<UserId>> {
    args.text(name).map(UserId::of_prepared_text).transpose().or_else(|_| ill_formed(name))
}

/// What stands for a name once it is prepared.
pub(super) fn prepare(
    engine: &Engine,
    what: &str,
    event: Option<&str>,
    name: &str,
) -> Result<Answer, Refusal> {
    let bad = |error| Refusal::invalid("name", error, name);
    let event_id = |event: &str| EventId::of_prepared_text(event).map_err(bad);
    let prepared = match (what, event) {
        ("event", _) => engine.prepare_event(&event_id(name)?)?.to_prepared_text(),
        ("seat", Some(event)) => {
            engine.prepare_seat(&event_id(event)?, &SeatId::new(name).map_err(bad)?)?.to_prepared_text()
        }
        ("user", _) => engine.prepare_user(&UserId::new(name).map_err(bad)?).to_prepared_text(),
        _ => return Err(Refusal::UnknownEvent),
    };
    Ok(reply(&prepared))
}

#[expect(clippy::unnecessary_wraps, reason = "read like the others")]
fn texts(args: Args<'_>, name: &str) -> Read<Option<Vec<String>>> {
    let texts = args.list(name).iter().filter_map(Value::as_str).map(str::to_owned).collect();
    Ok(args.has(name).then_some(texts))
}

macro_rules! given {
    ($find:ident; $($kind:ty),+) => {$(
        impl Given for $kind {
            fn find(args: Args<'_>, name: &str) -> Read<Option<Self>> {
                $find(args, name)
            }
        }
    )+};
    ($find:ident or $usual:expr; $kind:ty) => {
        impl Given for $kind {
            fn find(args: Args<'_>, name: &str) -> Read<Option<Self>> {
                $find(args, name)
            }
            fn usual() -> Option<Self> {
                Some($usual)
            }
        }
    };
}
given!(made; ExternalId, IdempotencyKey, PaymentId, ReservationId, ReservationToken, SectionId, SessionId);
given!(made; WaitingToken, WebhookId, String);
given!(event; EventId);
given!(user; UserId);
given!(texts; Vec<String>);
given!(number; u8, u32, u64, usize, i32, i64);
given!(flag or false; bool);
given!(bytes or Vec::new(); Vec<u8>);
given!(currency; Currency);
given!(moment; UnixMs);
given!(length; Duration);
given!(indices or Vec::new(); Vec<u32>);
given!(cursor; Cursor);
given!(which; ReservationRef);
given!(want; SeatRequest);
given!(proof; Proof);
given!(payee; Payee);
given!(money; Money);
given!(room; PresaleRoom);
given!(seat_map; SeatMap);

impl<T: Given> Given for Option<T> {
    fn find(args: Args<'_>, name: &str) -> Read<Option<Self>> {
        T::find(args, name).map(Some)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "read like the others")]
fn flag(args: Args<'_>, name: &str) -> Read<Option<bool>> {
    Ok(args.0.get(name).and_then(Value::as_bool))
}

#[expect(clippy::unnecessary_wraps, reason = "read like the others")]
fn bytes(args: Args<'_>, name: &str) -> Read<Option<Vec<u8>>> {
    Ok(args.text(name).map(|text| text.as_bytes().to_vec()))
}

fn currency(args: Args<'_>, name: &str) -> Read<Option<Currency>> {
    let Some(text) = args.text(name) else { return Ok(None) };
    Currency::new(text).map_or_else(|| ill_formed(name), |currency| Ok(Some(currency)))
}

/// A moment, counted from the scenario's beginning.
fn moment(args: Args<'_>, name: &str) -> Read<Option<UnixMs>> {
    let name = format!("{name}_ms");
    let Some(ms) = number::<i64>(args, &name)? else { return Ok(None) };
    START_UNIX_MS.checked_add_signed(ms).map_or_else(|| ill_formed(&name), |ms| Ok(Some(UnixMs::new(ms))))
}

fn length(args: Args<'_>, name: &str) -> Read<Option<Duration>> {
    Ok(number(args, &format!("{name}_ms"))?.map(Duration::from_millis))
}

fn indices(args: Args<'_>, name: &str) -> Read<Option<Vec<u32>>> {
    let index = |value: &Value| value.as_i64().and_then(|number| u32::try_from(number).ok());
    let all = args.list(name).iter().map(index).collect::<Option<_>>();
    all.map_or_else(|| ill_formed(name), |all| Ok(Some(all)))
}

/// Where a page begins, as hexadecimal text.
fn cursor(args: Args<'_>, name: &str) -> Read<Option<Cursor>> {
    let Some(text) = args.text(name) else { return Ok(None) };
    let byte = |at: usize| text.get(2 * at..2 * at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
    let bytes: Option<Vec<u8>> = (0..text.len().div_ceil(2)).map(byte).collect();
    match bytes.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok()) {
        Some(bytes) => Ok(Some(Cursor::from_bytes(bytes))),
        None => ill_formed(name),
    }
}

/// A reservation by `id` or by `external`.
fn which(args: Args<'_>, _: &str) -> Read<Option<ReservationRef>> {
    match (made(args, "id")?, made(args, "external")?) {
        (Some(id), None) => Ok(Some(ReservationRef::Id(id))),
        (None, Some(external)) => Ok(Some(ReservationRef::External(external))),
        _ => ill_formed("id"),
    }
}

fn want(args: Args<'_>, _: &str) -> Read<Option<SeatRequest>> {
    Ok(Some(match args.some_ids("seats")? {
        Some(_) if args.has("quantity") => return ill_formed("quantity"),
        Some(seats) => SeatRequest::Seats(seats),
        None => {
            let mut best = Best::of(args.get("quantity")?);
            best.section = args.get("section")?;
            best.allow_split = args.or("allow_split", true)?;
            best.accessible = args.get("accessible")?;
            SeatRequest::Best(best)
        }
    }))
}

fn proof(args: Args<'_>, _: &str) -> Read<Option<Proof>> {
    Ok(Some(made(args, "payment")?.map_or(Proof::Outside, Proof::Intent)))
}

fn payee(args: Args<'_>, _: &str) -> Read<Option<Payee>> {
    Ok(Some(match made(args, "unlinked")? {
        Some(unlinked) => Payee::Unlinked(unlinked),
        None => Payee::Reservation(args.get("which")?),
    }))
}

fn money(args: Args<'_>, name: &str) -> Read<Option<Money>> {
    Ok(Some(Money { minor: args.get(&format!("{name}_minor"))?, currency: args.get("currency")? }))
}

fn room(args: Args<'_>, _: &str) -> Read<Option<PresaleRoom>> {
    match (moment(args, "room_opens")?, moment(args, "room_draws")?) {
        (Some(opens_at), Some(draws_at)) => Ok(Some(PresaleRoom { opens_at, draws_at })),
        (None, None) => Ok(None),
        _ => ill_formed("room_draws_ms"),
    }
}

/// Rows that follow each other under one section's name are that section.
fn seat_map(args: Args<'_>, _: &str) -> Read<Option<SeatMap>> {
    let mut sections: Vec<Section> = Vec::new();
    for place in args.list("places").iter().filter_map(Value::as_object).map(Args) {
        let (name, price_minor): (String, i64) = (place.get("section")?, place.get("price_minor")?);
        if let Some(capacity) = place.get("capacity")? {
            sections.push(Section::General { name, capacity, price_minor });
            continue;
        }
        let row = row(place, price_minor)?;
        match sections.last_mut() {
            Some(Section::Seated { name: last, rows }) if *last == name => rows.push(row),
            _ => sections.push(Section::Seated { name, rows: vec![row] }),
        }
    }
    Ok(Some(SeatMap { sections }))
}

fn row(place: Args<'_>, price_minor: i64) -> Read<Row> {
    let seats = match place.get("labels")? {
        Some(labels) => RowSeats::Listed(labels),
        None => RowSeats::Numbered {
            prefix: place.or("prefix", String::new())?,
            first_number: place.or("first", 1)?,
            step: place.or("step", 1)?,
            digits_min: place.or("digits_min", 0)?,
            count: place.or("count", 0)?,
        },
    };
    let accessible_at: Vec<u32> = place.get("accessible_at")?;
    let exception = |index| SeatException { index, price_minor: None, accessible: Some(true) };
    Ok(Row {
        label: place.or("row", String::new())?,
        price_minor,
        accessible: place.get("accessible")?,
        seats,
        aisles_before: place.get("aisles_before")?,
        exceptions: accessible_at.into_iter().map(exception).collect(),
    })
}

/// An event's settings as they are without further ones.
pub(super) fn usual_settings(args: Args<'_>) -> Read<EventSettings> {
    Ok(EventSettings::new("", args.get("currency")?))
}

/// The rules of a line as they are without any.
#[expect(clippy::unnecessary_wraps, reason = "read like the settings")]
pub(super) fn usual_policy(_: Args<'_>) -> Read<QueuePolicy> {
    Ok(QueuePolicy::default())
}
