//! Events of a scenario: settings, seat maps, queue policies, both ways.

use serde_json::json;
use tacos_engine::views::EventView;
use tacos_engine::{
    CreateEvent, Currency, EventSettings, PresaleRoom, QueuePolicy, Row, RowSeats, SeatException, SeatMap,
    Section, SetQueuePolicy, UnixMs, UpdateEvent,
};

use super::arguments::{Args, IllFormed, Read, given};
use super::commands::need;
use super::names;
use super::records::{add_counts, at, record};
use crate::target::Record;

pub(super) fn create(args: Args<'_>) -> Read<CreateEvent> {
    Ok(CreateEvent::new(need(args, "event")?, settings(args)?, seat_map(args)?)
        .with_queue(args.record("queue").map(policy).transpose()?)
        .with_key(args.made("key")?))
}

pub(super) fn update(args: Args<'_>) -> Read<UpdateEvent> {
    Ok(UpdateEvent::new(need(args, "event")?, settings(args)?).with_key(args.made("key")?))
}

pub(super) fn set_policy(args: Args<'_>) -> Read<SetQueuePolicy> {
    Ok(SetQueuePolicy::new(need(args, "event")?, policy(args)?).with_key(args.made("key")?))
}

fn settings(args: Args<'_>) -> Read<EventSettings> {
    let currency = given(args.text("currency")?.and_then(Currency::new), "currency")?;
    let usual = EventSettings::new(args.text("name")?.unwrap_or_default(), currency);
    Ok(usual
        .clone()
        .with_seats_per_reservation_max(
            args.number("seats_per_reservation_max")?.unwrap_or(usual.seats_per_reservation_max),
        )
        .with_seats_per_user_max(args.number("seats_per_user_max")?)
        .with_hold_ms(args.number("hold_ms")?.unwrap_or(usual.hold_ms))
        .with_hold_ms_max(args.number("hold_ms_max")?.unwrap_or(usual.hold_ms_max))
        .with_extension_ms_max(args.number("extension_ms_max")?.unwrap_or(usual.extension_ms_max))
        .with_extensions_max(args.number("extensions_max")?.unwrap_or(usual.extensions_max))
        .with_sale_starts(args.moment("sale_starts_ms")?)
        .with_sale_ends(args.moment("sale_ends_ms")?))
}

fn policy(args: Args<'_>) -> Read<QueuePolicy> {
    let usual = QueuePolicy::default();
    let room = match (args.moment("room_opens_ms")?, args.moment("room_draws_ms")?) {
        (Some(opens_at), Some(draws_at)) => Some(PresaleRoom { opens_at, draws_at }),
        (None, None) => None,
        _ => return Err(IllFormed("room_draws_ms".to_owned())),
    };
    Ok(QueuePolicy::default()
        .with_enabled(args.bool("enabled")?.unwrap_or(usual.enabled))
        .with_admissions_per_minute(
            args.number("admissions_per_minute")?.unwrap_or(usual.admissions_per_minute),
        )
        .with_burst(args.number("burst")?.unwrap_or(usual.burst))
        .with_inside_max(args.number("inside_max")?.unwrap_or(usual.inside_max))
        .with_waiting_max(args.number("waiting_max")?.unwrap_or(usual.waiting_max))
        .with_claim_window_ms(args.number("claim_window_ms")?.unwrap_or(usual.claim_window_ms))
        .with_token_ttl_ms(args.number("token_ttl_ms")?.unwrap_or(usual.token_ttl_ms))
        .with_inactivity_ms(args.number("inactivity_ms")?.unwrap_or(usual.inactivity_ms))
        .with_one_place_per_user(args.bool("one_place_per_user")?.unwrap_or(usual.one_place_per_user))
        .with_room(room))
}

/// Rows that follow each other under one section's name are that section.
fn seat_map(args: Args<'_>) -> Read<SeatMap> {
    let mut sections: Vec<Section> = Vec::new();
    for place in args.records("places") {
        let name = place.text("section")?.unwrap_or_default().to_owned();
        let price_minor = given(place.number("price_minor")?, "places")?;
        if let Some(capacity) = place.number("capacity")? {
            sections.push(Section::General { name, capacity, price_minor });
            continue;
        }
        let row = row(place, price_minor)?;
        match sections.last_mut() {
            Some(Section::Seated { name: last, rows }) if *last == name => rows.push(row),
            _ => sections.push(Section::Seated { name, rows: vec![row] }),
        }
    }
    Ok(SeatMap { sections })
}

fn row(place: Args<'_>, price_minor: i64) -> Read<Row> {
    let seats = match place.made_list("labels")? {
        Some(labels) => RowSeats::Listed(labels),
        None => RowSeats::Numbered {
            prefix: place.text("prefix")?.unwrap_or_default().to_owned(),
            first_number: place.number("first")?.unwrap_or(1),
            step: place.number("step")?.unwrap_or(1),
            digits_min: place.number("digits_min")?.unwrap_or(0),
            count: place.number("count")?.unwrap_or(0),
        },
    };
    let accessible_at = place.indices("accessible_at")?;
    Ok(Row {
        label: place.text("row")?.unwrap_or_default().to_owned(),
        price_minor,
        accessible: place.bool("accessible")?.unwrap_or(false),
        seats,
        aisles_before: place.indices("aisles_before")?,
        exceptions: accessible_at
            .into_iter()
            .map(|index| SeatException { index, price_minor: None, accessible: Some(true) })
            .collect(),
    })
}

pub(super) fn event_record(view: &EventView) -> Record {
    let settings = &view.settings;
    let mut found = record(json!({
        "event": view.id.as_str(),
        "name": settings.name,
        "currency": settings.currency.as_str(),
        "seats_per_reservation_max": settings.seats_per_reservation_max,
        "hold_ms": settings.hold_ms,
        "hold_ms_max": settings.hold_ms_max,
        "extension_ms_max": settings.extension_ms_max,
        "extensions_max": settings.extensions_max,
        "sale": names::sale(view.sale),
        "has_queue": view.has_queue,
    }));
    let mut put = |name: &str, value: Option<i64>| {
        if let Some(value) = value {
            found.insert(name.to_owned(), value.into());
        }
    };
    put("seats_per_user_max", settings.seats_per_user_max.map(i64::from));
    put("sale_starts_ms", settings.sale_starts.map(at));
    put("sale_ends_ms", settings.sale_ends.map(at));
    add_counts(&mut found, view.counts);
    found
}

pub(super) fn policy_record(policy: &QueuePolicy) -> Record {
    let mut found = record(json!({
        "enabled": policy.enabled,
        "admissions_per_minute": policy.admissions_per_minute,
        "burst": policy.burst,
        "inside_max": policy.inside_max,
        "waiting_max": policy.waiting_max,
        "claim_window_ms": policy.claim_window_ms,
        "token_ttl_ms": policy.token_ttl_ms,
        "inactivity_ms": policy.inactivity_ms,
        "one_place_per_user": policy.one_place_per_user,
    }));
    let mut put = |name: &str, moment: UnixMs| found.insert(name.to_owned(), at(moment).into());
    if let Some(room) = policy.room {
        put("room_opens_ms", room.opens_at);
        put("room_draws_ms", room.draws_at);
    }
    found
}
