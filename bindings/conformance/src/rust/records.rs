//! Replies, refusals and views of the engine as flat records: what scenarios compare.

use serde_json::{Value, json};
use tacos_engine::views::{
    Counts, Cursor, Page, PaymentView, QueuePlace, ReservationView, SeatView, SectionView, WebhookView,
};
use tacos_engine::{Engine, ExtensionDoubt, PackedPlace, PaymentDoubt, PlaceChanged, Refusal, Reply, UnixMs};

use super::names;
use crate::target::{Record, START_UNIX_MS};

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
pub(super) fn seats(engine: &Engine, event: u32, places: &[PackedPlace]) -> Vec<String> {
    let mut sorted = places.to_vec();
    sorted.sort_unstable();
    let word = |place: PackedPlace| {
        let view = engine.describe(event, place).expect("the event of an answer exists");
        // Only standing places carry the section's name as their id.
        if view.row.is_empty() { format!("{}*{}", view.id, view.count) } else { view.id }
    };
    sorted.into_iter().map(word).collect()
}

fn held(engine: &Engine, event: u32, places: &[PackedPlace], found: &mut Record) {
    let count: u32 = places.iter().map(|place| place.quantity()).sum();
    found.insert("seats".to_owned(), seats(engine, event, places).into());
    found.insert("count".to_owned(), count.into());
}

fn event_name(engine: &Engine, event: u32) -> String {
    engine.event_id(event).expect("the event of an answer exists").to_string()
}

pub(super) fn reply_record(engine: &Engine, reply: &Reply) -> Record {
    match reply {
        Reply::Event(changed) => record(json!({ "at_ms": at(changed.at) })),
        Reply::Done(done) => record(json!({ "at_ms": at(done.at) })),
        Reply::Reserved(reserved) => {
            let mut found = record(json!({
                "id": reserved.id.to_string(),
                "event": event_name(engine, reserved.event),
                "total_minor": reserved.total_minor,
                "expires_at_ms": at(reserved.expires_at),
            }));
            held(engine, reserved.event, &reserved.places, &mut found);
            found
        }
        Reply::Extended(extended) => record(json!({
            "id": extended.id.to_string(),
            "expires_at_ms": at(extended.expires_at),
            "extended_ms": extended.extended_ms,
        })),
        Reply::Released(released) => {
            let mut found = record(json!({
                "id": released.id.to_string(),
                "event": event_name(engine, released.event),
                "state": names::reservation(released.state),
                "at_ms": at(released.at),
            }));
            held(engine, released.event, &released.places, &mut found);
            found
        }
        Reply::Confirmed(confirmed) => {
            let mut found = record(json!({
                "id": confirmed.id.to_string(),
                "order": confirmed.id.order().to_string(),
                "event": event_name(engine, confirmed.event),
                "total_minor": confirmed.total_minor,
                "at_ms": at(confirmed.at),
            }));
            held(engine, confirmed.event, &confirmed.places, &mut found);
            found
        }
        Reply::Payment(changed) => record(json!({
            "id": changed.id.to_string(),
            "state": names::payment(changed.state),
            "at_ms": at(changed.at),
            "expires_at_ms": at(changed.expires_at),
            "refunded_minor": changed.refunded_minor,
            "refund_number": changed.refund_number,
            "effect": names::effect(changed.effect),
        })),
        Reply::Joined(joined) => {
            let mut found = place_record(&joined.place);
            found.insert("token".to_owned(), joined.token.to_string().into());
            found.insert("again".to_owned(), joined.again.into());
            found
        }
        Reply::Admitted(admitted) => record(json!({
            "token": admitted.token.to_string(),
            "valid_until_ms": at(admitted.valid_until),
        })),
    }
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
        Refusal::SaleNotOpen(state) => json!({ "state": names::sale(*state) }),
        Refusal::ReservationIs(state) => json!({ "state": names::reservation(*state) }),
        Refusal::PaymentIs(state) => json!({ "state": names::payment(*state) }),
        Refusal::Insufficient { wanted, available } => json!({ "wanted": wanted, "available": available }),
        Refusal::NotAdjacent { wanted } => json!({ "wanted": wanted }),
        Refusal::QuotaExceeded { seats_max, seats } => json!({ "seats_max": seats_max, "has": seats }),
        Refusal::RefundTooLarge { left_minor } => json!({ "left_minor": left_minor }),
        Refusal::NotDue(moment) => json!({ "due_ms": at(*moment) }),
        Refusal::AtCapacity(bound) => json!({ "bound": names::bound(*bound) }),
        Refusal::PaymentNotApproved(doubt) => match doubt {
            PaymentDoubt::Unknown => json!({ "doubt": "unknown" }),
            PaymentDoubt::Foreign => json!({ "doubt": "foreign" }),
            PaymentDoubt::AmountDiffers => json!({ "doubt": "amount_differs" }),
            PaymentDoubt::Unfinished(state) => {
                json!({ "doubt": "unfinished", "state": names::payment(*state) })
            }
        },
        Refusal::ExtensionRefused(doubt) => match doubt {
            ExtensionDoubt::AlreadyExtended => json!({ "doubt": "already_extended" }),
            ExtensionDoubt::PastMaximum => json!({ "doubt": "past_maximum" }),
            ExtensionDoubt::TooLong { extension_ms_max } => {
                json!({ "doubt": "too_long", "extension_ms_max": extension_ms_max })
            }
        },
        _ => json!({}),
    });
    found.insert("code".to_owned(), refusal.code().into());
    found
}

pub(super) fn place_record(place: &QueuePlace) -> Record {
    let mut found = record(json!({
        "state": names::queue(place.state),
        "position": place.position,
    }));
    if place.expires_at < UnixMs::MAX {
        found.insert("expires_at_ms".to_owned(), at(place.expires_at).into());
    }
    if let Some(eta_ms) = place.eta_ms {
        found.insert("eta_ms".to_owned(), eta_ms.into());
    }
    found
}

pub(super) fn add_counts(found: &mut Record, counts: Counts) {
    let Counts { available, reserved, sold, blocked, total, .. } = counts;
    let named = [("available", available), ("reserved", reserved), ("sold", sold), ("blocked", blocked)];
    found.extend(named.into_iter().chain([("total", total)]).map(|(name, n)| (name.to_owned(), n.into())));
}

pub(super) fn reservation_record(engine: &Engine, view: &ReservationView) -> Record {
    let mut found = record(json!({
        "id": view.id.to_string(),
        "event": view.event.as_str(),
        "user": view.user.as_str(),
        "state": names::reservation(view.state),
        "total_minor": view.total.minor,
        "currency": view.total.currency.as_str(),
        "created_at_ms": at(view.created_at),
        "changed_at_ms": at(view.changed_at),
        "expires_at_ms": at(view.expires_at),
        "extensions": view.extensions,
    }));
    held(engine, view.event_number, &view.places, &mut found);
    if let Some(external) = &view.external {
        found.insert("external".to_owned(), external.as_str().into());
    }
    if let Some(payment) = view.payment {
        found.insert("payment".to_owned(), payment.to_string().into());
    }
    found
}

pub(super) fn payment_record(view: &PaymentView) -> Record {
    let mut found = record(json!({
        "id": view.id.to_string(),
        "state": names::payment(view.state),
        "user": view.user.as_str(),
        "amount_minor": view.amount.minor,
        "currency": view.amount.currency.as_str(),
        "refunded_minor": view.refunded_minor,
        "refunds": view.refunds,
        "method": names::method(view.method),
        "scenario": names::scenario(view.scenario),
        "effect": names::effect(view.effect),
        "created_at_ms": at(view.created_at),
        "changed_at_ms": at(view.changed_at),
        "expires_at_ms": at(view.expires_at),
        "attachment": String::from_utf8_lossy(&view.attachment),
    }));
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            found.insert(name.to_owned(), value);
        }
    };
    put("reservation", view.reservation.map(|id| id.to_string().into()));
    put("unlinked", view.unlinked.as_ref().map(|id| id.as_str().into()));
    put("processed_at_ms", view.processed_at.map(|moment| at(moment).into()));
    put("webhook_url", view.webhook_url.as_ref().map(|url| url.as_str().into()));
    found
}

pub(super) fn webhook_record(view: &WebhookView) -> Record {
    let mut found = record(json!({
        "id": view.id.to_string(),
        "payment": view.payment.to_string(),
        "tells": names::payment(view.tells),
        "created_at_ms": at(view.created_at),
        "attempts": view.attempts,
        "order": view.order,
    }));
    if let Some(next_at) = view.next_at {
        found.insert("next_at_ms".to_owned(), at(next_at).into());
    }
    found
}

pub(super) fn section_record(view: &SectionView) -> Record {
    let mut found = record(json!({
        "section": view.name,
        "standing": view.standing,
        "price_min_minor": view.price_min_minor,
        "price_max_minor": view.price_max_minor,
    }));
    add_counts(&mut found, view.counts);
    found
}

pub(super) fn seat_record(view: &SeatView) -> Record {
    record(json!({
        "id": view.place.id,
        "section": view.place.section,
        "row": view.place.row,
        "number": view.place.number,
        "price_minor": view.place.price_minor,
        "state": names::seat(view.state),
    }))
}

/// An answer that lists.
pub(super) fn list(items: impl IntoIterator<Item = Record>) -> Record {
    let items: Vec<Value> = items.into_iter().map(Value::Object).collect();
    Record::from_iter([("items".to_owned(), Value::Array(items))])
}

/// A page, with its cursor as hexadecimal text.
pub(super) fn page<T>(page: &Page<T>, item: impl Fn(&T) -> Record) -> Record {
    let mut found = list(page.items.iter().map(item));
    if let Some(next) = page.next {
        found.insert("next".to_owned(), hex(&next.to_bytes()).into());
    }
    found
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The cursor that [`page`] wrote.
pub(super) fn cursor(text: &str) -> Option<Cursor> {
    let mut bytes = [0; 16];
    if text.len() != 2 * bytes.len() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(Cursor::from_bytes(bytes))
}

/// Places that changed hands, and how they all stand now.
pub(super) fn changed(engine: &Engine, event: Option<u32>, places: &[PlaceChanged], found: &mut Record) {
    let (Some(event), Some(first)) = (event, places.first()) else { return };
    let names: Vec<PackedPlace> = places.iter().map(|change| change.place).collect();
    found.insert("seats".to_owned(), seats(engine, event, &names).into());
    found.insert("seats_state".to_owned(), names::seat(first.state).into());
}
