//! Reads of scenarios as calls. The answer is the engine's own record; whatever of it the wire carries must be the same
//! there, so that what is compared in the end is both.

use serde_json::{Value, json};
use tacos_conformance::{Record, START_UNIX_MS};

use crate::wire::{Did, No, WireServer, lacks};

/// Does a read.
pub(crate) fn read(server: &WireServer, operation: &str, with: &Value) -> Did {
    match operation {
        "reservation" => reservation(server, with),
        "reservations" => reservations(server, with),
        "payment" => payment(server, with),
        "payments" => payments(server, with),
        "event" => event(server, with),
        "events" => events(server),
        "sections" => sections(server, with),
        "counts" => counts(server, with),
        "seats" => seats(server, with),
        "seats_named" => seats_named(server, with),
        "queue_place" => queue_place(server, with),
        "queue" => queue(server, with),
        "queue_policy" => queue_policy(server, with),
        "draw" => draw(server, with),
        "clear_idempotency" => {
            let body = json!({ "operation": "OPERATION_TYPE_CLEAR_CACHE", "reason": "a scenario" });
            server.rpc("common.v1.AdminService/TriggerOperation", &body)?;
            Ok(Record::new())
        }
        // Not calls: what the engine does by itself from time to time, and hints that no client needs.
        "snapshot" | "free_seats" | "token_event" => server.full(operation, with),
        "updates" => lacks("updates by position: the feed speaks of subjects, and has tests of its own"),
        "status" | "position" => lacks("the engine's own figures: the server's notes are among them"),
        "due_webhooks" | "dead_webhooks" => lacks("deliveries are the server's own"),
        "notes" | "read_note" => lacks("notes are the server's own"),
        other => lacks(&format!("{other}: not in the contract")),
    }
}

/// A record of these fields.
pub(crate) fn fields<const N: usize>(fields: [(&str, Value); N]) -> Record {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub(crate) fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

/// A number that the wire leaves out when it is 0, and writes as text when it has 64 bits.
pub(crate) fn int(value: &Value, name: &str) -> i64 {
    let found = &value[name];
    found.as_i64().or_else(|| found.as_str().and_then(|text| text.parse().ok())).unwrap_or(0)
}

/// The wire's word for a state, as scenarios have it.
pub(crate) fn word(value: &Value, name: &str, prefix: &str) -> Value {
    json!(text(value, name).trim_start_matches(prefix).to_lowercase())
}

pub(crate) fn rfc3339(unix_ms: u64) -> String {
    let stamp = prost_types::Timestamp {
        seconds: i64::try_from(unix_ms / 1_000).expect("in range"),
        nanos: i32::try_from(unix_ms % 1_000).expect("below 1000") * 1_000_000,
    };
    stamp.to_string()
}

/// A moment of a scenario as the wire writes it.
pub(crate) fn moment(with: &Value, name: &str) -> Value {
    let unix = |ms: i64| START_UNIX_MS.saturating_add_signed(ms);
    with.get(name).and_then(Value::as_i64).map_or(Value::Null, |ms| json!(rfc3339(unix(ms))))
}

/// A moment of the wire as scenarios count it.
pub(crate) fn at_ms(stamp: &Value) -> Value {
    let parsed = stamp.as_str().and_then(|text| text.parse::<prost_types::Timestamp>().ok());
    let start = i64::try_from(START_UNIX_MS).expect("in range");
    parsed.map_or(Value::Null, |at| json!(at.seconds * 1_000 + i64::from(at.nanos / 1_000_000) - start))
}

/// Seats of the wire as scenarios name them, and how many: standing places are `section*count`.
pub(crate) fn places(list: &Value) -> (Value, Value) {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let (mut named, mut standing): (Vec<String>, Vec<(String, u32)>) = (Vec::new(), Vec::new());
    for seat in list {
        let id = text(seat, "id");
        match id.split_once('#') {
            None => named.push(id),
            Some((section, _)) => match standing.iter_mut().find(|(known, _)| known == section) {
                Some((_, count)) => *count += 1,
                None => standing.push((section.to_owned(), 1)),
            },
        }
    }
    named.extend(standing.into_iter().map(|(section, count)| format!("{section}*{count}")));
    (json!(named), json!(list.len()))
}

/// What the wire says must be what the engine says.
fn same(full: &Record, wire: Record) -> Result<(), No> {
    for (name, value) in wire {
        let own = full.get(&name).unwrap_or(&Value::Null);
        if *own != value {
            return Err(No::Failed(format!("{name} is {own}, and the wire says {value}")));
        }
    }
    Ok(())
}

/// One number of the wire.
pub(crate) fn number(full: &Record, name: &str, wire: i64) -> Result<(), No> {
    same(full, fields([(name, json!(wire))]))
}

fn without_null(body: Value) -> Value {
    let Value::Object(body) = body else { return body };
    Value::Object(body.into_iter().filter(|(_, value)| !value.is_null()).collect())
}

fn check_reservation(server: &WireServer, wire: &Value) -> Did {
    let shown = text(wire, "reservationId");
    let which = if shown.starts_with("rsv_") { "id" } else { "external" };
    let full = server.full("reservation", &Value::Object(fields([(which, json!(shown))])))?;
    let (seats, count) = places(&wire["seats"]);
    same(
        &full,
        fields([
            (which, json!(shown)),
            ("event", wire["eventId"].clone()),
            ("user", wire["userId"].clone()),
            ("state", word(wire, "status", "RESERVATION_STATUS_")),
            ("seats", seats),
            ("count", count),
            ("total_minor", json!(int(&wire["totalAmount"], "amount"))),
            ("currency", wire["totalAmount"]["currency"].clone()),
            ("created_at_ms", at_ms(&wire["createdAt"])),
            ("changed_at_ms", at_ms(&wire["updatedAt"])),
            ("expires_at_ms", at_ms(&wire["holdExpiresAt"])),
        ]),
    )?;
    if let Some(payment) = wire.get("paymentIntentId") {
        same(&full, fields([("payment", payment.clone())]))?;
    }
    Ok(full)
}

fn reservation(server: &WireServer, with: &Value) -> Did {
    let id = with.get("id").or(with.get("external")).cloned().unwrap_or(Value::Null);
    let body = json!({ "reservation_id": id, "user_id": with["user"] });
    let answer = server.rpc("reservation.v1.ReservationService/GetReservation", &without_null(body))?;
    check_reservation(server, &answer["reservation"])
}

fn paging(with: &Value) -> Value {
    without_null(json!({ "cursor": with["after"], "page_size": with["most"] }))
}

/// A page of what the wire lists, each entry checked.
fn page(answer: &Value, list: &str, item: impl Fn(&Value) -> Did) -> Did {
    let entries = answer[list].as_array().map(Vec::as_slice).unwrap_or_default();
    let items: Vec<Value> =
        entries.iter().map(|entry| item(entry).map(Value::Object)).collect::<Result<_, _>>()?;
    let mut found = fields([("items", Value::Array(items))]);
    if let Some(next) = answer["pageInfo"].get("nextCursor") {
        found.insert("next".to_owned(), next.clone());
    }
    Ok(found)
}

fn reservations(server: &WireServer, with: &Value) -> Did {
    let status = with["state"].as_str().map(|state| format!("RESERVATION_STATUS_{}", state.to_uppercase()));
    let body = json!({
        "user_id": with["user"], "status": status, "event_id": with["event"], "pagination": paging(with),
    });
    let answer = server.rpc("reservation.v1.ReservationService/ListReservations", &without_null(body))?;
    page(&answer, "reservations", |entry| check_reservation(server, entry))
}

fn check_payment(server: &WireServer, wire: &Value) -> Did {
    let full = server.full("payment", &json!({ "payment": wire["paymentIntentId"] }))?;
    same(
        &full,
        fields([
            ("id", wire["paymentIntentId"].clone()),
            ("user", wire["userId"].clone()),
            ("state", word(wire, "status", "PAYMENT_STATUS_")),
            ("amount_minor", json!(int(&wire["amount"], "amount"))),
            ("refunded_minor", json!(int(&wire["refundedAmount"], "amount"))),
            ("currency", wire["amount"]["currency"].clone()),
            ("method", word(wire, "method", "PAYMENT_METHOD_")),
            ("reservation", wire["reservationId"].clone()),
            ("created_at_ms", at_ms(&wire["createdAt"])),
            ("changed_at_ms", at_ms(&wire["updatedAt"])),
            ("expires_at_ms", at_ms(&wire["expiresAt"])),
        ]),
    )?;
    Ok(full)
}

fn payment(server: &WireServer, with: &Value) -> Did {
    let body = json!({ "payment_intent_id": with["payment"], "user_id": with["user"] });
    let answer = server.rpc("payment.v1.PaymentService/GetPaymentStatus", &without_null(body))?;
    check_payment(server, &answer["payment"])
}

fn payments(server: &WireServer, with: &Value) -> Did {
    let status = with["state"].as_str().map(|state| format!("PAYMENT_STATUS_{}", state.to_uppercase()));
    let body = json!({
        "user_id": with["user"], "status": status, "reservation_id": with["reservation"],
        "pagination": paging(with),
    });
    let answer = server.rpc("payment.v1.PaymentService/ListPayments", &without_null(body))?;
    page(&answer, "payments", |entry| check_payment(server, entry))
}

fn wire_counts(counts: &Value, suffix: &str) -> Record {
    let of = |name: &str| json!(int(counts, &format!("{name}{suffix}")));
    fields([
        ("available", of("available")),
        ("reserved", of("reserved")),
        ("sold", of("sold")),
        ("blocked", of("blocked")),
        ("total", of("total")),
    ])
}

fn event(server: &WireServer, with: &Value) -> Did {
    let answer = server.rpc("engine.v1.EngineService/GetEvent", &json!({ "event_id": with["event"] }))?;
    let (event, settings) = (&answer["event"], &answer["event"]["settings"]);
    let full = server.full("event", with)?;
    same(&full, wire_counts(&event["counts"], ""))?;
    let sale = match word(event, "state", "SALE_STATE_") {
        Value::String(state) if state == "scheduled" => json!("draft"),
        other => other,
    };
    let ms = |name: &str| json!(int(settings, name) * 1_000);
    same(
        &full,
        fields([
            ("event", settings["eventId"].clone()),
            ("name", settings["name"].clone()),
            ("currency", settings["currency"].clone()),
            ("sale", sale),
            ("seats_per_reservation_max", json!(int(settings, "maxSeatsPerReservation"))),
            ("hold_ms", ms("holdSeconds")),
            ("hold_ms_max", ms("holdSecondsMax")),
            ("extension_ms_max", ms("extensionSecondsMax")),
            ("has_queue", json!(settings.get("queuePolicy").is_some())),
        ]),
    )?;
    Ok(full)
}

fn events(server: &WireServer) -> Did {
    let answer = server.rpc("engine.v1.EngineService/ListEvents", &json!({}))?;
    let full = server.full("events", &json!({}))?;
    let listed = answer["events"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut wire: Vec<&str> =
        listed.iter().filter_map(|event| event["settings"]["eventId"].as_str()).collect();
    let items = full["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut own: Vec<&str> = items.iter().filter_map(|event| event["event"].as_str()).collect();
    // The wire lists by id, the engine by age.
    wire.sort_unstable();
    own.sort_unstable();
    if wire == own { Ok(full) } else { Err(No::Failed(format!("the wire lists {wire:?}, not {own:?}"))) }
}

fn inventory(server: &WireServer, with: &Value) -> Result<Value, No> {
    server.rpc("reservation.v1.InventoryService/GetInventoryStatus", &json!({ "event_id": with["event"] }))
}

fn counts(server: &WireServer, with: &Value) -> Did {
    let wire = wire_counts(&inventory(server, with)?["stats"], "Seats");
    same(&server.full("counts", with)?, wire.clone())?;
    Ok(wire)
}

fn sections(server: &WireServer, with: &Value) -> Did {
    let answer = inventory(server, with)?;
    let full = server.full("sections", with)?;
    let items = full["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    let wire = answer["sections"].as_array().map(Vec::as_slice).unwrap_or_default();
    if items.len() != wire.len() {
        return Err(No::Failed(format!("the wire has {} sections, not {}", wire.len(), items.len())));
    }
    for (own, shown) in items.iter().zip(wire) {
        let own = own.as_object().expect("an object");
        same(own, wire_counts(shown, "Seats"))?;
        let price = |name: &str| json!(int(&shown[name], "amount"));
        same(
            own,
            fields([
                ("section", shown["sectionId"].clone()),
                ("price_min_minor", price("minPrice")),
                ("price_max_minor", price("maxPrice")),
            ]),
        )?;
    }
    Ok(full)
}

fn seats(server: &WireServer, with: &Value) -> Did {
    let body = json!({ "event_id": with["event"], "pagination": { "page_size": 5_000 } });
    let answer = server.rpc("engine.v1.EngineService/GetSeatMap", &body)?;
    let from = usize::try_from(int(with, "from")).unwrap_or(0);
    let most = with["most"].as_u64().map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    let all = answer["seats"].as_array().map(Vec::as_slice).unwrap_or_default();
    let items = all.iter().skip(from).take(most).map(|entry| {
        let seat = &entry["seat"];
        Value::Object(fields([
            ("id", seat["id"].clone()),
            ("section", seat["section"].clone()),
            ("row", json!(text(seat, "row"))),
            ("number", json!(text(seat, "number"))),
            ("price_minor", json!(int(&seat["price"], "amount"))),
            ("state", word(seat, "status", "SEAT_STATUS_")),
        ]))
    });
    let wire = fields([("items", items.collect())]);
    same(&server.full("seats", with)?, wire.clone())?;
    Ok(wire)
}

fn seats_named(server: &WireServer, with: &Value) -> Did {
    let body = json!({ "event_id": with["event"], "seat_ids": with["seats"] });
    let answer = server.rpc("reservation.v1.InventoryService/CheckAvailability", &body)?;
    let full = server.full("seats_named", with)?;
    let items = full["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    let own: Vec<&Value> =
        items.iter().filter(|seat| seat["state"] == json!("available")).map(|seat| &seat["id"]).collect();
    let shown = answer["availableSeats"].as_array().map(Vec::as_slice).unwrap_or_default();
    let wire: Vec<&Value> = shown.iter().map(|seat| &seat["id"]).collect();
    if own == wire { Ok(full) } else { Err(No::Failed(format!("free over the wire: {wire:?}, not {own:?}"))) }
}

fn queue_place(server: &WireServer, with: &Value) -> Did {
    let body = json!({ "waiting_token": with["token"] });
    let answer = server.rpc("gateway.v1.QueueService/GetQueueStatus", &body)?;
    let full = server.full("queue_place", with)?;
    number(&full, "position", int(&answer, "position"))?;
    let wire = word(&answer, "status", "QUEUE_STATUS_");
    let own = match full["state"].as_str().unwrap_or_default() {
        "in_room" | "waiting" => "waiting",
        "admitted" | "used" | "left" => "left",
        other => other,
    };
    if wire == json!(own) { Ok(full) } else { Err(No::Failed(format!("{own} is {wire} over the wire"))) }
}

fn queue(server: &WireServer, with: &Value) -> Did {
    let body = json!({ "event_id": with["event"] });
    let answer = server.rpc("gateway.v1.QueueService/GetQueueStats", &body)?;
    if answer["events"].as_array().is_none_or(Vec::is_empty) {
        return Err(crate::wire::refused("FAILED_PRECONDITION"));
    }
    let full = server.full("queue", with)?;
    number(&full, "waiting", int(&answer["events"][0], "totalWaiting"))?;
    number(&full, "admitted_total", int(&answer["events"][0], "totalAdmitted"))?;
    Ok(full)
}

fn queue_policy(server: &WireServer, with: &Value) -> Did {
    let body = json!({ "event_id": with["event"] });
    let answer = server.rpc("engine.v1.EngineService/GetQueuePolicy", &body)?;
    let (policy, full) = (&answer["policy"], server.full("queue_policy", with)?);
    let ms = |name: &str| json!(int(policy, name) * 1_000);
    let wire = fields([
        ("admissions_per_minute", json!(int(policy, "admissionsPerMinute"))),
        ("burst", json!(int(policy, "burst"))),
        ("inside_max", json!(int(policy, "insideMax"))),
        ("waiting_max", json!(int(policy, "waitingMax"))),
        ("claim_window_ms", ms("claimWindowSeconds")),
        ("token_ttl_ms", ms("reservationTokenSeconds")),
        ("inactivity_ms", ms("inactivitySeconds")),
    ]);
    same(&full, wire)?;
    Ok(full)
}

fn draw(server: &WireServer, with: &Value) -> Did {
    let answer = server.rpc("engine.v1.EngineService/GetPresale", &json!({ "event_id": with["event"] }))?;
    let full = server.full("draw", with)?;
    let drawn = answer["presale"]["state"] == json!("PRESALE_STATE_DRAWN");
    if drawn == full.contains_key("seed") {
        Ok(full)
    } else {
        Err(No::Failed(format!("drawn over the wire: {drawn}; the engine: {full:?}")))
    }
}
