//! Updates as flat records.

use serde_json::json;
use tacos_engine::{Engine, PaymentUpdate, ReservationUpdate, Update, UpdateKind};

use super::records::{at, changed, hex, record};
use super::rows::Word;
use crate::target::Record;

pub(super) fn update_record(engine: &Engine, update: &Update) -> Record {
    let number = update.event.as_ref().and_then(|id| engine.event(id).ok()).map(|event| event.number);
    let mut found = what(engine, number, &update.what);
    found.insert("at_ms".to_owned(), at(update.at).into());
    if let Some(event) = &update.event {
        found.insert("event".to_owned(), event.as_str().into());
    }
    found
}

fn what(engine: &Engine, event: Option<u32>, what: &UpdateKind) -> Record {
    record(match what {
        UpdateKind::EventCreated => json!({ "kind": "event_created" }),
        UpdateKind::EventChanged => json!({ "kind": "event_changed" }),
        UpdateKind::Sale(state) => json!({ "kind": "sale", "state": state.word() }),
        UpdateKind::QueuePaused(paused) => json!({ "kind": "queue_paused", "paused": paused }),
        UpdateKind::RoomDrawn(seed) => json!({ "kind": "room_drawn", "id": hex(seed) }),
        UpdateKind::Seats(places) => {
            let mut found = record(json!({ "kind": "seats" }));
            changed(engine, event, places, &mut found);
            return found;
        }
        UpdateKind::Reservation(update) => return reservation(engine, event, update),
        UpdateKind::HoldExpiring { id, user, expires_at } => {
            let mut found = record(json!({
                "kind": "hold_expiring",
                "id": id.to_string(),
                "expires_at_ms": at(*expires_at),
            }));
            put_user(user.as_ref().map(tacos_engine::UserId::as_str), &mut found);
            return found;
        }
        UpdateKind::Payment(update) => return payment(engine, event, update),
        UpdateKind::Webhook(id) => json!({ "kind": "webhook", "id": id.to_string() }),
        UpdateKind::Joined(_) => json!({ "kind": "joined" }),
        UpdateKind::Left(_) => json!({ "kind": "left" }),
        UpdateKind::Ready(tickets, until) => {
            json!({ "kind": "ready", "tickets": tickets.len(), "until_ms": at(*until) })
        }
        UpdateKind::Admitted(_) => json!({ "kind": "admitted" }),
        UpdateKind::TicketsExpired(tickets) => json!({ "kind": "tickets_expired", "tickets": tickets.len() }),
        UpdateKind::Note(name) => json!({ "kind": "note", "id": name.as_str() }),
        other => unreachable!("an update that the runner does not know: {other:?}"),
    })
}

fn reservation(engine: &Engine, event: Option<u32>, update: &ReservationUpdate) -> Record {
    let mut found = record(json!({
        "kind": "reservation",
        "id": update.id.to_string(),
        "state": update.state.word(),
    }));
    put_user(update.user.as_ref().map(tacos_engine::UserId::as_str), &mut found);
    if let Some(from) = update.from {
        found.insert("from".to_owned(), from.word().into());
    }
    if let Some(expires_at) = update.expires_at {
        found.insert("expires_at_ms".to_owned(), at(expires_at).into());
    }
    changed(engine, event, &update.places, &mut found);
    found
}

fn payment(engine: &Engine, event: Option<u32>, update: &PaymentUpdate) -> Record {
    let mut found = record(json!({
        "kind": "payment",
        "id": update.id.to_string(),
        "state": update.state.word(),
        "effect": update.effect.word(),
        "refunded_minor": update.refunded_minor,
    }));
    put_user(update.user.as_ref().map(tacos_engine::UserId::as_str), &mut found);
    if let Some(reservation) = &update.reservation {
        found.insert("reservation".to_owned(), reservation.id.to_string().into());
        found.insert("reservation_state".to_owned(), reservation.state.word().into());
        changed(engine, event, &reservation.places, &mut found);
    }
    found
}

fn put_user(user: Option<&str>, found: &mut Record) {
    if let Some(user) = user {
        found.insert("user".to_owned(), user.into());
    }
}
