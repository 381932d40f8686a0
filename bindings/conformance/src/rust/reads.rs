//! Reads of a scenario, and what is done to an engine as a whole.

use serde_json::json;
use tacos_engine::{Caller, Engine, Failure, Pending, Position, Refusal, UpdatesLost, UserId};

use super::arguments::{Args, IllFormed, Read};
use super::commands::{need, which};
use super::records::{
    add_counts, at, cursor, hex, list, page, payment_record, place_record, record, reservation_record,
    seat_record, section_record, webhook_record,
};
use super::{events, failed, names, updates};
use crate::target::{Answer, Record};

/// Entries of a page where the scenario does not say.
const MOST: usize = 100;

/// The answer to a read.
pub(super) fn read(engine: &Engine, operation: &str, args: Args<'_>) -> Read<Answer> {
    Ok(match operation {
        "reservation" => {
            let user: Option<UserId> = args.made("user")?;
            let pending = engine.reservation(&which(args)?, &Caller::from_optional(user.clone()));
            waited(pending, |view| reservation_record(engine, view))
        }
        "reservations" => {
            let state = args.text("state")?.and_then(names::reservation_of);
            let event = args.made("event")?;
            let (after, most) = paging(args)?;
            let pending = engine.reservations(&need(args, "user")?, state, event.as_ref(), after, most);
            waited(pending, |found| page(found, |view| reservation_record(engine, view)))
        }
        "payment" => {
            let user: Option<UserId> = args.made("user")?;
            waited(
                engine.payment(need(args, "payment")?, &Caller::from_optional(user.clone())),
                payment_record,
            )
        }
        "payments" => {
            let state = args.text("state")?.and_then(names::payment_of);
            let (after, most) = paging(args)?;
            let pending =
                engine.payments(&need(args, "user")?, state, args.made("reservation")?, after, most);
            waited(pending, |found| page(found, payment_record))
        }
        "event" => now(engine.event(&need(args, "event")?), events::event_record),
        "events" => Answer::Reply(list(engine.events().iter().map(|view| {
            record(json!({
                "event": view.id.as_str(),
                "name": view.settings.name,
                "sale": names::sale(view.sale),
                "available": view.counts.available,
            }))
        }))),
        "sections" => {
            now(engine.sections(&need(args, "event")?), |found| list(found.iter().map(section_record)))
        }
        "counts" => now(engine.counts(&need(args, "event")?), |counts| {
            let mut found = Record::new();
            add_counts(&mut found, *counts);
            found
        }),
        "seats" => {
            let (from, most) =
                (args.number("from")?.unwrap_or(0), args.number("most")?.unwrap_or(usize::MAX));
            now(engine.seats(&need(args, "event")?, from, most), |found| list(found.iter().map(seat_record)))
        }
        "seats_named" => {
            let seats = args.made_list("seats")?.unwrap_or_default();
            now(engine.seats_named(&need(args, "event")?, &seats), |found| {
                list(found.iter().map(seat_record))
            })
        }
        "free_seats" => {
            let mut words = Vec::new();
            now(engine.copy_free_seats(&need(args, "event")?, &mut words), |()| {
                let free: u32 = words.iter().map(|word| word.count_ones()).sum();
                record(json!({ "free": free }))
            })
        }
        _ => return line_and_outbox(engine, operation, args),
    })
}

fn line_and_outbox(engine: &Engine, operation: &str, args: Args<'_>) -> Read<Answer> {
    Ok(match operation {
        "queue_place" => now(engine.queue_place(&need(args, "token")?), place_record),
        "token_event" => {
            now(engine.token_event(&need(args, "token")?), |event| record(json!({ "event": event.as_str() })))
        }
        "queue" => now(engine.queue(&need(args, "event")?), |view| {
            record(json!({
                "waiting": view.waiting,
                "ready": view.ready,
                "inside": view.inside,
                "admitted_total": view.admitted_total,
                "expired_total": view.expired_total,
                "left_total": view.left_total,
                "paused": view.paused,
            }))
        }),
        "queue_policy" => now(engine.queue_policy(&need(args, "event")?), events::policy_record),
        "draw" => now(engine.draw(&need(args, "event")?), |view| {
            let mut found = record(json!({ "commitment": hex(&view.commitment) }));
            if let Some(seed) = view.seed {
                found.insert("seed".to_owned(), hex(&seed).into());
            }
            found
        }),
        "due_webhooks" => {
            let (due, next) = engine.due_webhooks(args.number("most")?.unwrap_or(MOST));
            let mut found = list(due.iter().map(webhook_record));
            if let Some(next) = next {
                found.insert("next_at_ms".to_owned(), at(next).into());
            }
            Answer::Reply(found)
        }
        "dead_webhooks" => {
            let dead = engine.dead_webhooks(args.number("after")?.unwrap_or(0));
            Answer::Reply(list(dead.iter().map(webhook_record)))
        }
        "read_note" => {
            let value = engine.read_note(&need(args, "name")?);
            let text = value.map(|value| String::from_utf8_lossy(&value).into_owned());
            Answer::Reply(text.map(|text| record(json!({ "value": text }))).unwrap_or_default())
        }
        "notes" => {
            let notes = engine.notes(args.text("prefix")?.unwrap_or_default());
            Answer::Reply(list(notes.iter().map(|(name, value)| {
                record(json!({ "name": name.as_str(), "value": String::from_utf8_lossy(value) }))
            })))
        }
        _ => return whole(engine, operation, args),
    })
}

fn whole(engine: &Engine, operation: &str, args: Args<'_>) -> Read<Answer> {
    Ok(match operation {
        "position" => Answer::Reply(record(json!({ "position": engine.position().0 }))),
        "updates" => told(engine, Position(args.number("after")?.unwrap_or(0))),
        "status" => {
            let status = engine.status();
            Answer::Reply(record(json!({
                "events": status.events,
                "webhooks_waiting": status.webhooks.0,
                "webhooks_dead": status.webhooks.1,
                "idempotency_keys": status.idempotency_keys,
                "poisoned": status.poisoned.is_some(),
            })))
        }
        "clear_idempotency" => {
            engine.operator().clear_idempotency();
            Answer::Reply(Record::new())
        }
        "snapshot" => match engine.snapshot() {
            Ok(_) => Answer::Reply(Record::new()),
            Err(error) => Answer::Failed(error.to_string()),
        },
        "close" => match engine.close() {
            Ok(()) => Answer::Reply(Record::new()),
            Err(error) => failed(error.into()),
        },
        other => Answer::Unsupported(format!("the operation {other}")),
    })
}

fn told(engine: &Engine, after: Position) -> Answer {
    let read_all = || {
        let mut reader = engine.updates(after)?;
        let mut found = Vec::new();
        while reader.read(&mut found)? > 0 {}
        Ok::<_, UpdatesLost>((found, reader.position()))
    };
    match read_all() {
        Ok((found, position)) => {
            let mut answer = list(found.iter().map(|update| updates::update_record(engine, update)));
            answer.insert("position".to_owned(), position.0.into());
            Answer::Reply(answer)
        }
        Err(UpdatesLost::Gone { .. }) => Answer::Failed("gone".to_owned()),
        Err(UpdatesLost::NotAPosition { .. }) => Answer::Failed("not_a_position".to_owned()),
        Err(UpdatesLost::Closed) => Answer::Failed("closed".to_owned()),
        Err(other) => Answer::Failed(other.to_string()),
    }
}

fn paging(args: Args<'_>) -> Read<(Option<tacos_engine::views::Cursor>, usize)> {
    let after = match args.text("after")? {
        None => None,
        Some(text) => Some(cursor(text).ok_or_else(|| IllFormed("after".to_owned()))?),
    };
    Ok((after, args.number("most")?.unwrap_or(MOST)))
}

fn waited<T>(pending: Pending<T>, show: impl FnOnce(&T) -> Record) -> Answer {
    match pending.wait() {
        Ok(view) => Answer::Reply(show(&view)),
        Err(failure) => failed(failure),
    }
}

fn now<T>(read: Result<T, Refusal>, show: impl FnOnce(&T) -> Record) -> Answer {
    match read {
        Ok(view) => Answer::Reply(show(&view)),
        Err(refusal) => failed(Failure::Refused(refusal)),
    }
}
