//! Idempotency keys, as a plain map: what was asked under a key, and what was answered.

use tacos_engine::IdempotencyKey;
use tacos_engine::Refusal;
use tacos_engine::Reply;
use tacos_engine::clock::UnixMs;
use tacos_engine::{Command, SeatRequest};

use super::{Expect, Model};

/// What is known of one key.
#[derive(Clone, Debug)]
pub(super) struct Remembered {
    body: Vec<u8>,
    /// None if a crash swallowed the answer: it may be remembered, or not.
    reply: Option<Reply>,
    until: UnixMs,
    /// Until then it is remembered for certain: an attempt whose answer was lost may have counted from an earlier
    /// moment.
    sure: UnixMs,
}

/// What of a command matters for its key: method, user, key, and everything that it asks for. That no field is left out
/// of the bytes but those that prove a right is a test of the table of commands.
struct Asked {
    method: &'static str,
    user: Vec<u8>,
    key: Option<IdempotencyKey>,
    body: Vec<u8>,
}

fn asked(command: &Command) -> Asked {
    let (user, body) = tacos_engine::hooks::asked(command);
    Asked { method: command.method(), user: user.to_vec(), key: command.key().cloned(), body }
}

impl Asked {
    fn name(&self) -> Option<(&'static str, Vec<u8>, String)> {
        self.key.as_ref().map(|key| (self.method, self.user.clone(), key.as_str().to_owned()))
    }
}

impl Model {
    /// What the key alone says about the answer, if anything.
    pub(super) fn expect_by_key(&self, command: &Command, now: UnixMs) -> Option<Expect> {
        let asked = asked(command);
        let found = self.keys.get(&asked.name()?).filter(|found| found.until > now)?;
        Some(match &found.reply {
            None => Expect::Anything,
            Some(_) if found.sure <= now => Expect::Anything,
            Some(reply) if found.body == asked.body => Expect::Same(reply.clone()),
            Some(_) => Expect::Refused(vec![Refusal::IdempotencyConflict]),
        })
    }

    /// A success is remembered under its key.
    pub(super) fn remember(&mut self, command: &Command, reply: &Reply, now: UnixMs) {
        let asked = asked(command);
        let Some(name) = asked.name() else { return };
        let known = self.keys.get(&name).is_some_and(|found| found.until > now && found.reply.is_some());
        if !known {
            let until = now.plus_ms(self.rules.key_ttl_ms);
            let lost = self.keys.get(&name).filter(|found| found.until > now);
            let sure = lost.map_or(until, |lost| lost.sure);
            self.keys.insert(name, Remembered { body: asked.body, reply: Some(reply.clone()), until, sure });
        }
    }

    /// The answer to a command that was sent at `sent` was lost in a crash.
    pub(super) fn lost(&mut self, command: &Command, sent: UnixMs, now: UnixMs) {
        let asked = asked(command);
        let Some(name) = asked.name() else { return };
        let until = now.plus_ms(self.rules.key_ttl_ms);
        self.keys.retain(|_, found| found.until > now);
        let sure = sent.plus_ms(self.rules.key_ttl_ms);
        self.keys.entry(name).or_insert(Remembered { body: asked.body, reply: None, until, sure });
    }
}

/// How many places are wanted.
pub(super) fn quantity(want: &SeatRequest) -> u32 {
    match want {
        SeatRequest::Seats(seats) => u32::try_from(seats.len()).unwrap_or(u32::MAX),
        SeatRequest::Best(best) => best.quantity,
    }
}
