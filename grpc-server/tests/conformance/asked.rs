//! Writes of scenarios as calls: events and lines here, what is bought in `bought`.

use serde_json::{Value, json};
use tacos_conformance::Record;

use crate::bought;
use crate::shown::{at_ms, fields, int, moment, number, text};
use crate::wire::{Did, No, WireServer, lacks, refused};

const QUEUE: &str = "gateway.v1.QueueService";
const ENGINE: &str = "engine.v1.EngineService";

/// Does a write; `None` if it is none.
pub(crate) fn write(server: &mut WireServer, operation: &str, with: &Value) -> Option<Did> {
    Some(match operation {
        "create_event" => create_event(server, with),
        "update_event" => update_event(server, with),
        "set_sale" => set_sale(server, with),
        "block_seats" => block_seats(server, with),
        "set_queue_policy" => set_queue_policy(server, with),
        "pause_queue" => pause_queue(server, with),
        "draw_room" => draw_room(server, with),
        "join_queue" => join(server, with),
        "leave_queue" => leave(server, with),
        "request_admission" => admission(server, with),
        "reserve" if with.get("external").is_some() => bought::reserve_seat(server, with),
        "reserve" => bought::reserve(server, with),
        "confirm" if with.get("payment").is_some() && with.get("exactly").is_none() => {
            bought::confirm(server, with)
        }
        "confirm" => bought::commit(server, with),
        "release" if with.get("seats").is_none() && with.get("external").is_none() => {
            bought::cancel(server, with)
        }
        "release" => bought::release_hold(server, with),
        "extend" => bought::extend(server, with),
        "expire" => bought::expire(server, with),
        "create_payment" => bought::create_payment(server, with),
        "process_payment" => bought::process(server, with),
        "cancel_payment" => bought::cancel_payment(server, with),
        "report_payment" => bought::report_payment(server, with),
        "report_webhook" | "replay_webhook" => lacks("deliveries are the server's own"),
        "note" => lacks("notes are the server's own"),
        _ => return None,
    })
}

/// `with` without what is absent.
pub(crate) fn request(body: Value) -> Value {
    let Value::Object(body) = body else { return body };
    Value::Object(body.into_iter().filter(|(_, value)| !value.is_null()).collect())
}

/// A duration as whole seconds; what is finer the wire cannot say.
pub(crate) fn whole_seconds(with: &Value, name: &str) -> Result<Value, No> {
    match with.get(name).and_then(Value::as_i64) {
        None => Ok(Value::Null),
        Some(ms) if ms % 1_000 == 0 && ms > 0 => Ok(json!(ms / 1_000)),
        Some(_) => lacks("durations other than whole seconds above 0"),
    }
}

/// Settings that are 0 are those that were left out.
fn no_zeros(with: &Value) -> Result<(), No> {
    let is_zero = |(name, value): (&String, &Value)| {
        *value == json!(0) && !name.starts_with("sale_") && !name.starts_with("room_")
    };
    if with.as_object().is_some_and(|with| with.iter().any(is_zero)) {
        return lacks("settings of 0: over the wire that is the default");
    }
    Ok(())
}

fn settings(with: &Value) -> Result<Value, No> {
    if with.get("extensions_max").is_some() {
        return lacks("how often a hold may be extended");
    }
    no_zeros(with)?;
    let name = with["name"].as_str().filter(|name| !name.is_empty()).unwrap_or("a show");
    Ok(json!({
        "event_id": with["event"],
        "name": name,
        "currency": with["currency"],
        "max_seats_per_reservation": with["seats_per_reservation_max"],
        "max_seats_per_user": with["seats_per_user_max"],
        "hold_seconds": whole_seconds(with, "hold_ms")?,
        "hold_seconds_max": whole_seconds(with, "hold_ms_max")?,
        "extension_seconds_max": whole_seconds(with, "extension_ms_max")?,
        "sale_start_time": moment(with, "sale_starts_ms"),
        "sale_end_time": moment(with, "sale_ends_ms"),
    }))
}

fn policy(with: &Value) -> Result<Value, No> {
    if with.get("enabled").is_some() || with.get("one_place_per_user").is_some() {
        return lacks("lines that are switched off, or rules for several places of one user");
    }
    no_zeros(with)?;
    let presale = match (moment(with, "room_opens_ms"), moment(with, "room_draws_ms")) {
        (Value::Null, Value::Null) => Value::Null,
        (opens, draws) => request(json!({ "opens_at": opens, "draws_at": draws })),
    };
    Ok(request(json!({
        "admissions_per_minute": with["admissions_per_minute"],
        "burst": with["burst"],
        "inside_max": with["inside_max"],
        "waiting_max": with["waiting_max"],
        "claim_window_seconds": whole_seconds(with, "claim_window_ms")?,
        "reservation_token_seconds": whole_seconds(with, "token_ttl_ms")?,
        "inactivity_seconds": whole_seconds(with, "inactivity_ms")?,
        "presale": presale,
    })))
}

/// The seat map of a scenario's places: rows that follow each other under one section's name are that section.
fn seat_map(with: &Value) -> Result<Value, No> {
    let currency = &with["currency"];
    let price = |place: &Value| json!({ "amount": place["price_minor"], "currency": currency });
    let mut sections: Vec<Value> = Vec::new();
    for place in with["places"].as_array().map(Vec::as_slice).unwrap_or_default() {
        if let Some(capacity) = place.get("capacity") {
            let standing = json!({
                "section_id": place["section"], "price": price(place), "general_admission_capacity": capacity,
            });
            sections.push(standing);
            continue;
        }
        let mut row = row(place)?;
        row["price"] = price(place);
        match sections.last_mut() {
            Some(last) if last["section_id"] == place["section"] && last.get("rows").is_some() => {
                last["rows"].as_array_mut().expect("rows").push(row);
            }
            _ => sections.push(json!({
                "section_id": place["section"], "price": price(place), "rows": [row],
            })),
        }
    }
    Ok(json!({ "sections": sections }))
}

fn row(place: &Value) -> Result<Value, No> {
    let has = |name: &str, index: usize| {
        let list = place[name].as_array().map(Vec::as_slice).unwrap_or_default();
        list.iter().any(|entry| entry.as_u64() == Some(index as u64))
    };
    let whole_row = place["accessible"] == json!(true);
    let label = text(place, "row");
    if let Some(labels) = place["labels"].as_array() {
        let seat = |(at, label): (usize, &Value)| {
            json!({
                "seat_id": label,
                "accessible": whole_row || has("accessible_at", at),
                "aisle_before": has("aisles_before", at),
            })
        };
        return Ok(
            json!({ "label": label, "seats": labels.iter().enumerate().map(seat).collect::<Vec<_>>() }),
        );
    }
    let (first, step) = (place["first"].as_i64().unwrap_or(1), place["step"].as_i64().unwrap_or(1));
    let count = usize::try_from(int(place, "count")).unwrap_or(0);
    if first == 0 {
        return lacks("rows whose numbers begin with 0");
    }
    // A run for each seat that differs from its neighbours would do; one for each seat says the same.
    let plain = place.get("accessible_at").is_none() && place.get("aisles_before").is_none();
    let run = |from: i64, count: usize, accessible: bool, aisle: bool| {
        json!({
            "id_prefix": text(place, "prefix"), "first_number": from, "count": count, "step": step,
            "number_width": place["digits_min"].as_i64().unwrap_or(0),
            "accessible": accessible, "aisle_before": aisle,
        })
    };
    let runs: Vec<Value> = if plain {
        vec![run(first, count, whole_row, false)]
    } else {
        let number = |at: usize| first + step * i64::try_from(at).unwrap_or(0);
        (0..count)
            .map(|at| run(number(at), 1, whole_row || has("accessible_at", at), has("aisles_before", at)))
            .collect()
    };
    Ok(json!({ "label": label, "runs": runs }))
}

fn create_event(server: &WireServer, with: &Value) -> Did {
    let mut settings = settings(with)?;
    if let Some(queue) = with.get("queue") {
        settings["queue_policy"] = policy(queue)?;
    }
    let key = &with["key"];
    let create = request(json!({ "settings": request(settings), "idempotency_key": key }));
    let draft = server.full("event", with).is_err();
    let created = match server.rpc(&format!("{ENGINE}/CreateEvent"), &create) {
        // Its settings were good and its seats were not: what is left is a draft that can be changed.
        Err(No::Refused(refusal)) if draft && refusal["code"] == json!("ALREADY_EXISTS") => {
            update_event(server, with)?;
            server.rpc(&format!("{ENGINE}/GetEvent"), &json!({ "event_id": with["event"] }))?
        }
        done => done?,
    };
    let import = json!({ "event_id": with["event"], "seat_map": seat_map(with)?, "idempotency_key": key });
    server.rpc(&format!("{ENGINE}/ImportSeatMap"), &request(import))?;
    Ok(fields([("at_ms", at_ms(&created["event"]["createdAt"]))]))
}

fn update_event(server: &WireServer, with: &Value) -> Did {
    if text(with, "name").is_empty() {
        return lacks("an event without a name");
    }
    let settings = request(settings(with)?);
    let mask = "name,maxSeatsPerReservation,maxSeatsPerUser,holdSeconds,holdSecondsMax,extensionSecondsMax,\
                saleStartTime,saleEndTime,currency";
    let body = json!({ "settings": settings, "update_mask": mask, "idempotency_key": with["key"] });
    let updated = server.rpc(&format!("{ENGINE}/UpdateEvent"), &request(body))?;
    Ok(fields([("at_ms", at_ms(&updated["event"]["updatedAt"]))]))
}

fn of_event(with: &Value) -> Value {
    request(json!({ "event_id": with["event"], "idempotency_key": with["key"] }))
}

fn set_sale(server: &WireServer, with: &Value) -> Did {
    let early = |event: Record| event.get("sale_starts_ms").and_then(Value::as_i64) > now(server).as_i64();
    let rpc = match text(with, "state").as_str() {
        "open" if server.full("event", with).is_ok_and(early) => {
            return lacks("opening a sale before its hour without moving the hour");
        }
        "open" => "OpenSale",
        "paused" => "PauseSale",
        "closed" => "CloseSale",
        _ => return lacks("a sale that becomes a draft again"),
    };
    let answer = server.rpc(&format!("{ENGINE}/{rpc}"), &of_event(with))?;
    Ok(fields([("at_ms", at_ms(&answer["event"]["updatedAt"]))]))
}

fn block_seats(server: &WireServer, with: &Value) -> Did {
    let rpc = if with["block"] == json!(true) { "BlockSeats" } else { "UnblockSeats" };
    let blocked = |found: Record| {
        found["items"]
            .as_array()
            .is_some_and(|items| items.iter().any(|seat| seat["state"] == json!("blocked")))
    };
    if rpc == "BlockSeats" && server.full("seats_named", with).is_ok_and(blocked) {
        return lacks("a refusal to block what is blocked: it stays so");
    }
    let mut body = of_event(with);
    body["seat_ids"] = with["seats"].clone();
    match server.rpc(&format!("{ENGINE}/{rpc}"), &body) {
        // What the engine calls a bad argument the wire calls a conflict: seats that are not blocked.
        Err(No::Refused(refusal))
            if rpc == "UnblockSeats" && refusal["code"] == json!("INVENTORY_CONFLICT") =>
        {
            return Err(refused("INVALID_ARGUMENT"));
        }
        done => drop(done?),
    }
    Ok(fields([("at_ms", now(server))]))
}

/// The clock stands still while a call is under way.
fn now(server: &WireServer) -> Value {
    let ms = server.engine.now().get().saturating_sub(tacos_conformance::START_UNIX_MS);
    json!(ms)
}

fn set_queue_policy(server: &WireServer, with: &Value) -> Did {
    let mut body = of_event(with);
    body["policy"] = policy(with)?;
    server.rpc(&format!("{ENGINE}/SetQueuePolicy"), &body)?;
    Ok(fields([("at_ms", now(server))]))
}

fn pause_queue(server: &WireServer, with: &Value) -> Did {
    let paused = with["paused"] == json!(true);
    let rpc = if paused { "PauseQueue" } else { "ResumeQueue" };
    let answer = server.rpc(&format!("{ENGINE}/{rpc}"), &of_event(with))?;
    Ok(fields([("at_ms", at_ms(&answer[if paused { "pausedAt" } else { "resumedAt" }]))]))
}

fn draw_room(server: &WireServer, with: &Value) -> Did {
    let drawn = server.full("draw", with).is_ok_and(|draw| draw.contains_key("seed"));
    if drawn && with.get("key").is_none() {
        return lacks("a refusal to draw twice: the answer is the first draw");
    }
    let answer = server.rpc(&format!("{ENGINE}/DrawPresale"), &of_event(with))?;
    Ok(fields([("at_ms", at_ms(&answer["presale"]["drawnAt"]))]))
}

fn join(server: &mut WireServer, with: &Value) -> Did {
    let body = json!({ "event_id": with["event"], "session_id": with["session"], "user_id": with["user"] });
    let joined = server.rpc(&format!("{QUEUE}/JoinQueue"), &request(body))?;
    let token = text(&joined, "waitingToken");
    let mut place = server.full("queue_place", &json!({ "token": token }))?;
    number(&place, "position", int(&joined, "positionHint"))?;
    place.insert("again".to_owned(), json!(!server.tokens.insert(token.clone())));
    place.insert("token".to_owned(), json!(token));
    Ok(place)
}

fn leave(server: &WireServer, with: &Value) -> Did {
    let body = json!({ "waiting_token": with["token"] });
    // Leaving twice is leaving: only the place says that it was given up before.
    let before = server.rpc(&format!("{QUEUE}/GetQueueStatus"), &body)?;
    let gave_up = |place: Record| place["state"] == json!("left");
    if text(&before, "status") == "QUEUE_STATUS_LEFT" && server.full("queue_place", with).is_ok_and(gave_up) {
        return Err(refused("LEFT"));
    }
    let left = server.rpc(&format!("{QUEUE}/LeaveQueue"), &body)?;
    Ok(fields([("at_ms", at_ms(&left["leftAt"]))]))
}

fn admission(server: &WireServer, with: &Value) -> Did {
    let body = json!({ "waiting_token": with["token"], "event_id": with["event"], "user_id": with["user"] });
    let answer = server.rpc(&format!("{QUEUE}/RequestAdmission"), &request(body))?;
    match text(&answer, "admission").as_str() {
        "ADMISSION_STATUS_GRANTED" => Ok(fields([
            ("token", answer["reservationToken"].clone()),
            ("valid_until_ms", at_ms(&answer["validUntil"])),
        ])),
        other => Err(refused(other.trim_start_matches("ADMISSION_STATUS_"))),
    }
}
