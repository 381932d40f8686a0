//! Replies, refusals and views of the engine as flat records: what scenarios compare. Which fields a record has is said
//! by the generated rows of `described`; here is what a value of each type becomes.

use serde_json::{Value, json};
use tacos_engine::views::Page;
use tacos_engine::{
    Currency, Engine, EventId, ExtensionDoubt, ExternalId, Money, PackedPlace, PaymentDoubt, PaymentId,
    PlaceChanged, Refusal, ReservationId, ReservationToken, UnixMs, UserId, WaitingToken, WebhookId,
};

use super::rows::Word;
use crate::target::{Record, START_UNIX_MS};

/// A record that is being made.
pub(super) struct Shows<'a> {
    engine: &'a Engine,
    pub(super) record: Record,
}

/// A type that a field of an answer, or several, may be.
pub(super) trait Shown {
    /// Adds the field with this name; nothing if it has no value. A record adds its own fields.
    fn show(&self, name: &str, to: &mut Shows<'_>);
}

/// The fields of a record.
pub(super) fn record_of(engine: &Engine, shown: &impl Shown) -> Record {
    let mut to = Shows { engine, record: Record::new() };
    to.put("", shown);
    to.record
}

impl Shows<'_> {
    pub(super) fn put(&mut self, name: &str, value: &impl Shown) {
        value.show(name, self);
    }

    fn add(&mut self, name: &str, value: impl Into<Value>) {
        self.record.insert(name.to_owned(), value.into());
    }

    /// The id of an event that the engine gave by its number.
    pub(super) fn event(&mut self, number: u32) {
        let id = self.engine.event_id(number).expect("the event of an answer exists");
        self.put("event", &id);
    }

    /// Places, and how many they are.
    pub(super) fn places(&mut self, event: u32, places: &[PackedPlace]) {
        let count: u32 = places.iter().map(|place| place.quantity()).sum();
        self.add("seats", seats(self.engine, event, places));
        self.add("count", count);
    }
}

/// Types that are what they are, and types with a text.
macro_rules! shown {
    ($($kind:ty => $value:expr),+ $(,)?) => {$(
        impl Shown for $kind {
            fn show(&self, name: &str, to: &mut Shows<'_>) {
                let value: fn(&Self) -> Value = $value;
                to.add(name, value(self));
            }
        }
    )+};
}
shown! {
    bool => |value| (*value).into(),
    u32 => |value| (*value).into(),
    u64 => |value| (*value).into(),
    usize => |value| (*value).into(),
    i64 => |value| (*value).into(),
    String => |value| value.as_str().into(),
    Vec<u8> => |value| String::from_utf8_lossy(value).into(),
    [u8; 32] => |value| hex(value).into(),
    Currency => |value| value.as_str().into(),
    EventId => |value| value.as_str().into(),
    UserId => |value| value.as_str().into(),
    ExternalId => |value| value.as_str().into(),
    ReservationId => |value| value.to_string().into(),
    PaymentId => |value| value.to_string().into(),
    WebhookId => |value| value.to_string().into(),
    WaitingToken => |value| value.to_string().into(),
    ReservationToken => |value| value.to_string().into(),
}

impl<T: Shown> Shown for Option<T> {
    fn show(&self, name: &str, to: &mut Shows<'_>) {
        if let Some(value) = self {
            to.put(name, value);
        }
    }
}

impl Shown for UnixMs {
    /// A moment that never comes is not there.
    fn show(&self, name: &str, to: &mut Shows<'_>) {
        if *self < Self::MAX {
            to.add(&format!("{name}_ms"), at(*self));
        }
    }
}

impl Shown for Money {
    fn show(&self, name: &str, to: &mut Shows<'_>) {
        to.put(&format!("{name}_minor"), &self.minor);
        to.put("currency", &self.currency);
    }
}

impl Shown for tacos_engine::PresaleRoom {
    fn show(&self, name: &str, to: &mut Shows<'_>) {
        to.put(&format!("{name}_opens"), &self.opens_at);
        to.put(&format!("{name}_draws"), &self.draws_at);
    }
}

/// A page, with its cursor as hexadecimal text.
impl<T: Shown> Shown for Page<T> {
    fn show(&self, _: &str, to: &mut Shows<'_>) {
        to.put("", &self.items);
        if let Some(next) = self.next {
            to.add("next", hex(&next.to_bytes()));
        }
    }
}

/// A list is the `items` of an answer.
impl<T: Shown> Shown for Vec<T> {
    fn show(&self, _: &str, to: &mut Shows<'_>) {
        let items: Vec<Value> = self.iter().map(|item| Value::Object(record_of(to.engine, item))).collect();
        to.add("items", items);
    }
}

/// The fields of an object.
pub(super) fn record(value: Value) -> Record {
    match value {
        Value::Object(record) => record,
        other => unreachable!("{other} is no object"),
    }
}

/// A moment, counted from the scenario's beginning.
pub(super) fn at(moment: UnixMs) -> i64 {
    let ms = |unix_ms: u64| i64::try_from(unix_ms).expect("a moment of this age");
    ms(moment.get()) - ms(START_UNIX_MS)
}

/// Ids of places: a seat as it is called, standing places as `section*count`.
fn seats(engine: &Engine, event: u32, places: &[PackedPlace]) -> Vec<String> {
    let mut sorted = places.to_vec();
    sorted.sort_unstable();
    let word = |place: PackedPlace| {
        let view = engine.describe(event, place).expect("the event of an answer exists");
        // Only standing places carry the section's name as their id.
        if view.row.is_empty() { format!("{}*{}", view.id, view.count) } else { view.id }
    };
    sorted.into_iter().map(word).collect()
}

/// A refusal as a record: its code, and what it carries.
#[must_use]
pub fn refusal_record(refusal: &Refusal) -> Record {
    let mut found = record(match refusal {
        Refusal::Invalid(problems) => {
            json!({ "fields": problems.iter().map(|problem| problem.field).collect::<Vec<_>>() })
        }
        Refusal::UnknownSeats(seats) | Refusal::SeatsTaken(seats) => json!({ "seats": seats }),
        Refusal::UnknownSection(section) => json!({ "section": section }),
        Refusal::SaleNotOpen(state) => json!({ "state": state.word() }),
        Refusal::ReservationIs(state) => json!({ "state": state.word() }),
        Refusal::PaymentIs(state) => json!({ "state": state.word() }),
        Refusal::Insufficient { wanted, available } => json!({ "wanted": wanted, "available": available }),
        Refusal::NotAdjacent { wanted } => json!({ "wanted": wanted }),
        Refusal::QuotaExceeded { seats_max, seats } => json!({ "seats_max": seats_max, "has": seats }),
        Refusal::RefundTooLarge { left_minor } => json!({ "left_minor": left_minor }),
        Refusal::NotDue(moment) => json!({ "due_ms": at(*moment) }),
        Refusal::AtCapacity(bound) => json!({ "bound": bound.word() }),
        Refusal::PaymentNotApproved(doubt @ PaymentDoubt::Unfinished(state)) => {
            json!({ "doubt": doubt.word(), "state": state.word() })
        }
        Refusal::PaymentNotApproved(doubt) => json!({ "doubt": doubt.word() }),
        Refusal::ExtensionRefused(doubt @ ExtensionDoubt::TooLong { extension_ms_max }) => {
            json!({ "doubt": doubt.word(), "extension_ms_max": extension_ms_max })
        }
        Refusal::ExtensionRefused(doubt) => json!({ "doubt": doubt.word() }),
        _ => json!({}),
    });
    found.insert("code".to_owned(), refusal.code().into());
    found
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Places that changed hands, and how they all stand now.
pub(super) fn changed(engine: &Engine, event: Option<u32>, places: &[PlaceChanged], found: &mut Record) {
    let (Some(event), Some(first)) = (event, places.first()) else { return };
    let names: Vec<PackedPlace> = places.iter().map(|change| change.place).collect();
    found.insert("seats".to_owned(), seats(engine, event, &names).into());
    found.insert("seats_state".to_owned(), first.state.word().into());
}
