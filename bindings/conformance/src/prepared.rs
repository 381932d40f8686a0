//! The same engine with prepared ids in place of texts, wherever a scenario names an event, a user or seats, and with
//! keys of sixteen bytes in place of short ones: every scenario must come to the same. What was prepared is kept over
//! restarts, so that engines also get ids which another one prepared.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::target::{Answer, Record, Restart, Target};

/// What was prepared, by what it is and its event. The name stands for itself where it could not be prepared.
type Known = HashMap<(&'static str, Option<String>, String), String>;

struct Prepared {
    target: Box<dyn Target>,
    known: Known,
    /// The event that was named last: the seats of commands that name none are prepared for it.
    event: Option<String>,
}

/// Opens engines whose scenarios are run with prepared ids.
pub fn prepared(
    mut open: impl FnMut(&Record) -> Result<Box<dyn Target>, String>,
) -> impl FnMut(&Record) -> Result<Box<dyn Target>, String> {
    move |settings| {
        let target = open(settings)?;
        Ok(Box::new(Prepared { target, known: HashMap::new(), event: None }) as Box<_>)
    }
}

impl Prepared {
    fn arguments(&mut self, with: &Record) -> Record {
        let mut with = with.clone();
        if let Some(Value::String(event)) = with.get_mut("event") {
            self.event = Some(event.clone());
            *event = self.name("event", None, event);
        }
        if let Some(Value::String(user)) = with.get_mut("user") {
            *user = self.name("user", None, user);
        }
        for list in ["seats", "exactly"] {
            let Some(Value::Array(seats)) = with.get_mut(list) else { continue };
            for seat in seats {
                if let Value::String(seat) = seat {
                    *seat = self.name("seat", self.event.clone(), seat);
                }
            }
        }
        if let Some(Value::String(key)) = with.get_mut("key") {
            *key = key_of(key);
        }
        with
    }

    fn name(&mut self, what: &'static str, event: Option<String>, name: &str) -> String {
        let known = (what, event, name.to_owned());
        if let Some(prepared) = self.known.get(&known) {
            return prepared.clone();
        }
        match self.target.prepare(what, known.1.as_deref(), name) {
            Answer::Reply(reply) => {
                let prepared = reply.get("prepared").and_then(Value::as_str).unwrap_or_default().to_owned();
                assert!(
                    prepared.starts_with("prepared ") && prepared.ends_with(name),
                    "{prepared:?} of {name}"
                );
                self.known.insert(known, prepared.clone());
                prepared
            }
            // There is no such thing now, or the engine is closed; the operation itself is told so too.
            Answer::Refused(_) | Answer::Failed(_) => name.to_owned(),
            Answer::Unsupported(why) => panic!("{what}s are not prepared: {why}"),
        }
    }
}

/// The key of the sixteen bytes that begin with this text; a longer one, and one that is none, as it is.
fn key_of(text: &str) -> String {
    let mut bytes = [0; 16];
    match bytes.get_mut(..text.len()) {
        Some(room) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) => {
            room.copy_from_slice(text.as_bytes());
            tacos_engine::IdempotencyKey::from_bytes(bytes).as_str().to_owned()
        }
        _ => text.to_owned(),
    }
}

impl Target for Prepared {
    fn call(&mut self, operation: &str, with: &Record) -> Answer {
        let with = self.arguments(with);
        self.target.call(operation, &with)
    }

    fn batch(&mut self, calls: &[(&str, Record)]) -> Vec<Answer> {
        let calls: Vec<_> =
            calls.iter().map(|(operation, with)| (*operation, self.arguments(with))).collect();
        self.target.batch(&calls)
    }

    fn is_refused_so(&self, expected: &Record, found: &Record) -> Result<(), String> {
        self.target.is_refused_so(expected, found)
    }

    fn advance(&mut self, ms: u64) {
        self.target.advance(ms);
    }

    fn turn(&mut self) {
        self.target.turn();
    }

    fn restart(&mut self, how: Restart) -> Result<(), String> {
        self.target.restart(how)
    }
}

/// The answer to what was prepared.
pub(crate) fn reply(text: &str) -> Answer {
    Answer::Reply(json!({ "prepared": text }).as_object().cloned().unwrap_or_default())
}
