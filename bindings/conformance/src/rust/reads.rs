//! Reads of a scenario, and what is done to an engine as a whole.

use serde_json::{Value, json};
use tacos_engine::{Engine, Failure, Pending, Position, Refusal, UpdatesLost};

use super::arguments::{Args, Read};
use super::records::{Shown, at, record, record_of};
use super::{failed, updates};
use crate::target::{Answer, Record};

/// Entries of a page where the scenario does not say.
const MOST: usize = 100;

/// The answer to a read.
pub(super) fn read(engine: &Engine, operation: &str, args: Args<'_>) -> Read<Answer> {
    Ok(match operation {
        "reservation" => waited(engine, engine.reservation(&args.which("which")?, &args.caller("user")?)),
        "reservations" => {
            let (user, state, event) =
                (args.get("user")?, args.get("state")?, args.get::<Option<_>>("event")?);
            let (after, most) = (args.get("after")?, args.or("most", MOST)?);
            waited(engine, engine.reservations(&user, state, event.as_ref(), after, most))
        }
        "payment" => waited(engine, engine.payment(args.get("payment")?, &args.caller("user")?)),
        "payments" => {
            let (user, state, reservation) =
                (args.get("user")?, args.get("state")?, args.get("reservation")?);
            let (after, most) = (args.get("after")?, args.or("most", MOST)?);
            waited(engine, engine.payments(&user, state, reservation, after, most))
        }
        "event" => shown(engine, engine.event(&args.get("event")?)),
        "events" => Answer::Reply(record_of(engine, &engine.events())),
        "sections" => shown(engine, engine.sections(&args.get("event")?)),
        "counts" => shown(engine, engine.counts(&args.get("event")?)),
        "seats" => {
            let (from, most) = (args.or("from", 0)?, args.or("most", usize::MAX)?);
            shown(engine, engine.seats(&args.get("event")?, from, most))
        }
        "seats_named" => {
            let seats: Vec<_> = args.ids("seats")?;
            shown(engine, engine.seats_named(&args.get("event")?, &seats))
        }
        "free_seats" => {
            let mut words = Vec::new();
            let copied = engine.copy_free_seats(&args.get("event")?, &mut words);
            now(copied.map(|()| json!({ "free": words.iter().map(|word| word.count_ones()).sum::<u32>() })))
        }
        "queue_place" => shown(engine, engine.queue_place(&args.get("token")?)),
        "token_event" => {
            now(engine.token_event(&args.get("token")?).map(|event| json!({ "event": event.as_str() })))
        }
        "queue" => shown(engine, engine.queue(&args.get("event")?)),
        "queue_policy" => shown(engine, engine.queue_policy(&args.get("event")?)),
        "draw" => shown(engine, engine.draw(&args.get("event")?)),
        _ => return without_event(engine, operation, args),
    })
}

/// Reads of the engine as a whole, and what is done to it.
fn without_event(engine: &Engine, operation: &str, args: Args<'_>) -> Read<Answer> {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let reply = |value| Answer::Reply(record(value));
    Ok(match operation {
        "due_webhooks" => {
            let (due, next) = engine.due_webhooks(args.or("most", MOST)?);
            let mut found = record_of(engine, &due);
            found.extend(next.map(|next| ("next_at_ms".to_owned(), at(next).into())));
            Answer::Reply(found)
        }
        "dead_webhooks" => Answer::Reply(record_of(engine, &engine.dead_webhooks(args.or("after", 0)?))),
        "read_note" => {
            let value = engine.read_note(&args.get("name")?);
            reply(value.map_or_else(|| json!({}), |value| json!({ "value": text(&value) })))
        }
        "notes" => {
            let notes = engine.notes(&args.get::<String>("prefix")?);
            let shown =
                notes.iter().map(|(name, value)| json!({ "name": name.as_str(), "value": text(value) }));
            reply(json!({ "items": shown.collect::<Vec<Value>>() }))
        }
        "position" => reply(json!({ "position": engine.position().0 })),
        "updates" => told(engine, Position(args.get("after")?)),
        "status" => {
            let status = engine.status();
            reply(json!({
                "events": status.events,
                "webhooks_waiting": status.webhooks.0,
                "webhooks_dead": status.webhooks.1,
                "idempotency_keys": status.idempotency_keys,
                "poisoned": status.poisoned.is_some(),
            }))
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
            let items = found.iter().map(|update| Value::Object(updates::update_record(engine, update)));
            Answer::Reply(record(json!({ "items": items.collect::<Vec<_>>(), "position": position.0 })))
        }
        Err(UpdatesLost::Gone { .. }) => Answer::Failed("gone".to_owned()),
        Err(UpdatesLost::NotAPosition { .. }) => Answer::Failed("not_a_position".to_owned()),
        Err(UpdatesLost::Closed) => Answer::Failed("closed".to_owned()),
        Err(other) => Answer::Failed(other.to_string()),
    }
}

fn waited(engine: &Engine, pending: Pending<impl Shown>) -> Answer {
    match pending.wait() {
        Ok(view) => Answer::Reply(record_of(engine, &view)),
        Err(failure) => failed(failure),
    }
}

fn shown(engine: &Engine, read: Result<impl Shown, Refusal>) -> Answer {
    now(read.map(|view| Value::Object(record_of(engine, &view))))
}

fn now(read: Result<Value, Refusal>) -> Answer {
    match read {
        Ok(found) => Answer::Reply(record(found)),
        Err(refusal) => failed(Failure::Refused(refusal)),
    }
}
