//! Writes about reservations and payments as calls.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tacos_conformance::Record;

use crate::asked::{request, whole_seconds};
use crate::shown::{at_ms, fields, int, moment, places, text, word};
use crate::wire::{Did, No, SOURCE_SECRET, WireServer, lacks, refused};

const RESERVATIONS: &str = "reservation.v1.ReservationService";
const INVENTORY: &str = "reservation.v1.InventoryService";
const PAYMENTS: &str = "payment.v1.PaymentService";

/// What `reserve` and `reserve_seat` ask for in the same words.
fn wish(with: &Value) -> Value {
    json!({
        "event_id": with["event"],
        "user_id": with["user"],
        "seat_ids": with["seats"],
        "quantity": with["quantity"],
        "section": with["section"],
        "require_adjacent": with.get("allow_split").map(|split| json!(*split == json!(false))),
        "accessible": with["accessible"],
        "idempotency_key": with["key"],
    })
}

/// True if standing places are asked for by their section's name, as often as places are meant.
fn names_standing(server: &WireServer, with: &Value) -> bool {
    let seats = with["seats"].as_array().map(Vec::as_slice).unwrap_or_default();
    let standing =
        |section: &Value| section["standing"] == json!(true) && seats.contains(&section["section"]);
    let sections = server.full("sections", with).ok();
    sections.is_some_and(|found| found["items"].as_array().is_some_and(|items| items.iter().any(standing)))
}

pub(crate) fn reserve(server: &WireServer, with: &Value) -> Did {
    if names_standing(server, with) {
        return lacks("standing places by their section's name: they are asked for by count");
    }
    if with["trusted"] == json!(true) || with.get("hold_until_ms").is_some() {
        return lacks("a reservation of ours that passes the line or names its own deadline");
    }
    if with["token"].as_str().is_some_and(|token| token.parse::<tacos_engine::ReservationToken>().is_err()) {
        return lacks("a token that is none of ours as a wrong request: it is a wrong token");
    }
    let mut body = wish(with);
    body["reservation_token"] = with["token"].clone();
    let held = server.rpc(&format!("{RESERVATIONS}/CreateReservation"), &request(body))?;
    let (seats, count) = places(&held["reservedSeats"]);
    Ok(fields([
        ("id", held["reservationId"].clone()),
        ("event", with["event"].clone()),
        ("seats", seats),
        ("count", count),
        ("total_minor", json!(int(&held["totalAmount"], "amount"))),
        ("expires_at_ms", at_ms(&held["holdExpiresAt"])),
    ]))
}

pub(crate) fn reserve_seat(server: &WireServer, with: &Value) -> Did {
    let mut body = wish(with);
    body["reservation_id"] = with["external"].clone();
    body["hold_expires_at"] = moment(with, "hold_until_ms");
    let held = server.rpc(&format!("{INVENTORY}/ReserveSeat"), &request(body))?;
    let (seats, count) = places(&held["reservedSeats"]);
    let view = server.full("reservation", &json!({ "external": with["external"] }))?;
    Ok(fields([
        ("id", view["id"].clone()),
        ("event", with["event"].clone()),
        ("seats", seats),
        ("count", count),
        ("total_minor", view["total_minor"].clone()),
        ("expires_at_ms", at_ms(&held["holdExpiresAt"])),
    ]))
}

/// The id that names a reservation, ours or its service's.
fn named(with: &Value) -> Value {
    with.get("id").or(with.get("external")).cloned().unwrap_or(Value::Null)
}

fn view_of(server: &WireServer, with: &Value) -> Did {
    let which = with.get("id").map_or_else(|| ("external", named(with)), |id| ("id", id.clone()));
    server.full("reservation", &Value::Object(fields([which])))
}

fn sold(server: &WireServer, with: &Value, order: &Value, seats: &Value, at: &Value) -> Did {
    let view = view_of(server, with)?;
    let (seats, count) = places(seats);
    Ok(fields([
        ("id", view["id"].clone()),
        ("order", order.clone()),
        ("event", view["event"].clone()),
        ("seats", seats),
        ("count", count),
        ("total_minor", view["total_minor"].clone()),
        ("at_ms", at_ms(at)),
    ]))
}

pub(crate) fn confirm(server: &WireServer, with: &Value) -> Did {
    let body = json!({
        "reservation_id": named(with), "payment_intent_id": with["payment"], "user_id": with["user"],
        "idempotency_key": with["key"],
    });
    let done = server.rpc(&format!("{RESERVATIONS}/ConfirmReservation"), &request(body))?;
    sold(server, with, &done["orderId"], &done["confirmedSeats"], &done["confirmedAt"])
}

pub(crate) fn commit(server: &WireServer, with: &Value) -> Did {
    let payment = with.get("payment").cloned().unwrap_or(json!("paid-elsewhere"));
    let body = json!({
        "reservation_id": named(with), "payment_intent_id": payment, "user_id": with["user"],
        "seat_ids": with["exactly"], "idempotency_key": with["key"],
    });
    let done = server.rpc(&format!("{INVENTORY}/CommitReservation"), &request(body))?;
    sold(server, with, &done["orderId"], &done["soldSeats"], &done["committedAt"])
}

fn freed(server: &WireServer, with: &Value, seats: &Value, at: &Value) -> Did {
    let view = view_of(server, with)?;
    let (seats, count) = places(seats);
    Ok(fields([
        ("id", view["id"].clone()),
        ("event", view["event"].clone()),
        ("state", view["state"].clone()),
        ("at_ms", at_ms(at)),
        ("seats", seats),
        ("count", count),
    ]))
}

pub(crate) fn cancel(server: &WireServer, with: &Value) -> Did {
    let body = json!({
        "reservation_id": named(with), "user_id": with["user"], "idempotency_key": with["key"],
    });
    let done = server.rpc(&format!("{RESERVATIONS}/CancelReservation"), &request(body))?;
    freed(server, with, &done["releasedSeats"], &done["cancelledAt"])
}

pub(crate) fn release_hold(server: &WireServer, with: &Value) -> Did {
    if with.get("user").is_some() {
        return lacks("a user who calls ReleaseHold: only services do");
    }
    let body = json!({
        "reservation_id": named(with), "seat_ids": with["seats"], "idempotency_key": with["key"],
    });
    let done = server.rpc_by(with, &format!("{INVENTORY}/ReleaseHold"), &request(body))?;
    if text(&done, "status") == "RELEASE_STATUS_ALREADY_RELEASED" {
        return Err(refused("FAILED_PRECONDITION"));
    }
    freed(server, with, &done["releasedSeats"], &done["releasedAt"])
}

pub(crate) fn extend(server: &WireServer, with: &Value) -> Did {
    let body = json!({
        "reservation_id": named(with), "user_id": with["user"], "idempotency_key": with["key"],
        "extension_seconds": whole_seconds(with, "by_ms")?,
    });
    let done = server.rpc(&format!("{RESERVATIONS}/ExtendHold"), &request(body))?;
    let view = view_of(server, with)?;
    Ok(fields([
        ("id", view["id"].clone()),
        ("expires_at_ms", at_ms(&done["newExpiresAt"])),
        ("extended_ms", json!(int(&done, "extendedSeconds") * 1_000)),
    ]))
}

pub(crate) fn expire(server: &WireServer, with: &Value) -> Did {
    let body = json!({ "reservation_id": named(with) });
    let done = server.rpc("reservation.v1.WorkerService/ProcessReservationExpiry", &body)?;
    if text(&done, "status") == "PROCESSING_STATUS_SKIPPED" {
        return Err(refused("FAILED_PRECONDITION"));
    }
    freed(server, with, &done["releasedSeats"], &done["processedAt"])
}

pub(crate) fn create_payment(server: &WireServer, with: &Value) -> Did {
    if with.get("webhook_url").is_some() || with.get("attachment").is_some() {
        return lacks("deliveries to nowhere, or bytes carried along");
    }
    if with.get("unlinked").is_some() {
        return lacks("payments for something that the engine does not know");
    }
    // A payment that is reported from outside is one that the simulator never answers.
    let scenario = match text(with, "scenario").as_str() {
        "outside" => "TIMEOUT".to_owned(),
        other => other.to_uppercase(),
    };
    let body = json!({
        "reservation_id": named(with),
        "user_id": with["user"],
        "amount": { "amount": with["amount_minor"], "currency": with["currency"] },
        "method": format!("PAYMENT_METHOD_{}", with["method"].as_str().unwrap_or("credit_card").to_uppercase()),
        "scenario": format!("PAYMENT_SCENARIO_{scenario}"),
        "idempotency_key": with["key"],
    });
    let made = server.rpc(&format!("{PAYMENTS}/CreatePaymentIntent"), &request(body))?;
    let id = made["paymentIntentId"].clone();
    let view = server.full("payment", &json!({ "payment": id }))?;
    Ok(fields([
        ("id", id),
        ("state", word(&made, "status", "PAYMENT_STATUS_")),
        ("at_ms", view["created_at_ms"].clone()),
        ("expires_at_ms", at_ms(&made["expiresAt"])),
        ("refunded_minor", json!(0)),
        ("refund_number", json!(0)),
        ("effect", json!("none")),
    ]))
}

/// A change of a payment: state and moment from the wire, the rest from the engine.
fn changed(server: &WireServer, with: &Value, state: Option<Value>, refunded: i64) -> Did {
    let view = server.full("payment", &json!({ "payment": with["payment"] }))?;
    let state = state.unwrap_or_else(|| view["state"].clone());
    Ok(fields([
        ("id", view["id"].clone()),
        ("state", state),
        ("at_ms", view["changed_at_ms"].clone()),
        ("expires_at_ms", view["expires_at_ms"].clone()),
        ("refunded_minor", json!(refunded)),
        ("refund_number", view["refunds"].clone()),
        ("effect", view["effect"].clone()),
    ]))
}

pub(crate) fn process(server: &WireServer, with: &Value) -> Did {
    let before = server.full("payment", &json!({ "payment": with["payment"] }));
    if before.is_ok_and(|view| view["state"] != json!("pending")) && with.get("key").is_none() {
        return lacks("a refusal for a payment that is being processed: the answer says where it stands");
    }
    let body = json!({ "payment_intent_id": with["payment"], "idempotency_key": with["key"] });
    let done = server.rpc_by(with, &format!("{PAYMENTS}/ProcessPayment"), &request(body))?;
    changed(server, with, Some(word(&done, "status", "PAYMENT_STATUS_")), 0)
}

pub(crate) fn cancel_payment(server: &WireServer, with: &Value) -> Did {
    let mut body = json!({ "payment_intent_id": with["payment"], "idempotency_key": with["key"] });
    if let Some(minor) = with.get("refund_minor") {
        let view = server.full("payment", &json!({ "payment": with["payment"] }))?;
        body["refund_amount"] = json!({ "amount": minor, "currency": view["currency"] });
    }
    let done = server.rpc_by(with, &format!("{PAYMENTS}/CancelPayment"), &request(body))?;
    let refunded = int(&done["refundedAmount"], "amount");
    let mut answer = changed(server, with, Some(word(&done, "status", "PAYMENT_STATUS_")), refunded)?;
    // A whole refund gives the seats back, and nothing else does.
    let view = server.full("payment", &json!({ "payment": with["payment"] }))?;
    let of =
        view.get("reservation").map(|id| server.full("reservation", &json!({ "id": id }))).transpose()?;
    let released = of.is_some_and(|reservation| reservation["state"] == json!("refunded"));
    answer.insert("effect".to_owned(), json!(if released { "released" } else { "none" }));
    Ok(answer)
}

/// Reported as a payment provider reports it: by a signed webhook.
pub(crate) fn report_payment(server: &WireServer, with: &Value) -> Did {
    let kind = if with["outcome"] == json!("completed") { "APPROVED" } else { "FAILED" };
    // To the millisecond, as the server writes it.
    let stamp = crate::shown::rfc3339(server.engine.now().get());
    let stamp = if stamp.contains('.') { stamp } else { stamp.replace('Z', ".000Z") };
    let webhook_id = with["key"].as_str().map_or_else(
        || format!("report-{}-{kind}-{}", text(with, "payment"), server.engine.now().get()),
        str::to_owned,
    );
    let (event_type, source) = (format!("PAYMENT_WEBHOOK_TYPE_{kind}"), "provider");
    // The text that both sides sign: every field but the signature, in the contract's order, empty ones too.
    let payment = text(with, "payment");
    let data = format!(
        r#"{{"payment_intent_id":"{payment}","reservation_id":"","transaction_id":"","status":"PAYMENT_WEBHOOK_STATUS_UNSPECIFIED","amount":null,"failure_reason":"","metadata":{{}},"processed_at":null}}"#
    );
    let signed = format!(
        r#"{{"webhook_id":"{webhook_id}","event_type":"{event_type}","data":{data},"timestamp":"{stamp}","source":"{source}","attempt":1}}"#
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(SOURCE_SECRET.as_bytes()).expect("any key");
    mac.update(format!("{}.{signed}", server.engine.now().get() / 1_000).as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let body = json!({
        "webhook_id": webhook_id, "event_type": event_type, "timestamp": stamp, "source": source, "attempt": 1,
        "data": { "payment_intent_id": with["payment"] }, "signature": format!("sha256={hex}"),
    });
    let taken = server.rpc("gateway.v1.WebhookService/ReceivePaymentWebhook", &body)?;
    if taken["accepted"] != json!(true) {
        return Err(No::Failed(format!("not accepted: {taken}")));
    }
    let view = server.full("payment", &json!({ "payment": with["payment"] }))?;
    let mut answer: Record = changed(server, with, None, int(&Value::Object(view), "refunded_minor"))?;
    answer.insert("at_ms".to_owned(), at_ms(&taken["processedAt"]));
    Ok(answer)
}
