//! Idempotency keys, as a plain map: what was asked under a key, and what was answered.

use crate::clock::UnixMs;
use crate::command::{Command, Want};
use crate::error::Refusal;
use crate::ids::{IdempotencyKey, UserId};
use crate::reply::Reply;

use super::{Expect, Model};

/// What is known of one key.
#[derive(Clone, Debug)]
pub(super) struct Remembered {
    body: String,
    /// None if a crash swallowed the answer: it may be remembered, or not.
    reply: Option<Reply>,
    until: UnixMs,
    /// Until then it is remembered for certain: an attempt whose answer was lost may have counted from an earlier moment.
    sure: UnixMs,
}

/// What of a command matters for its key: method, user, key, and everything that it asks for.
pub(super) struct Asked {
    pub(super) method: &'static str,
    user: String,
    key: Option<IdempotencyKey>,
    body: String,
}

macro_rules! asked {
    ($method:literal, $command:expr, $user:expr) => {{
        let mut plain = $command.clone();
        let key = plain.key.take();
        let user: Option<&UserId> = $user;
        let user = user.map_or(String::new(), ToString::to_string);
        Asked { method: $method, user, key, body: format!("{plain:?}") }
    }};
}

/// The parts of a command that its key covers. Tokens prove a right; they are not what is asked for.
pub(super) fn asked(command: &Command) -> Asked {
    let none = |method| Asked { method, user: String::new(), key: None, body: String::new() };
    match command {
        Command::CreateEvent(c) => asked!("create_event", c, None),
        Command::UpdateEvent(c) => asked!("update_event", c, None),
        Command::SetSale(c) => asked!("set_sale", c, None),
        Command::BlockSeats(c) => asked!("block_seats", c, None),
        Command::SetQueuePolicy(c) => asked!("set_queue_policy", c, None),
        Command::PauseQueue(c) => asked!("pause_queue", c, None),
        Command::DrawRoom(c) => asked!("draw_room", c, None),
        Command::Reserve(c) => {
            let mut plain = c.clone();
            (plain.token, plain.trusted) = (None, false);
            asked!("reserve", plain, Some(&plain.user))
        }
        Command::Confirm(c) => asked!("confirm", c, c.user.as_ref()),
        Command::Release(c) => asked!("release", c, c.user.as_ref()),
        Command::Extend(c) => asked!("extend", c, c.user.as_ref()),
        Command::CreatePayment(c) => asked!("create_payment", c, Some(&c.user)),
        Command::ProcessPayment(c) => asked!("process_payment", c, c.user.as_ref()),
        Command::CancelPayment(c) => asked!("cancel_payment", c, c.user.as_ref()),
        Command::ReportPayment(c) => asked!("report_payment", c, None),
        Command::Note(c) => asked!("note", c, None),
        Command::JoinQueue(_) => none("join_queue"),
        Command::LeaveQueue(_) => none("leave_queue"),
        Command::RequestAdmission(_) => none("request_admission"),
        Command::Expire(_) => none("expire"),
        Command::ReportWebhook(_) => none("report_webhook"),
        Command::ReplayWebhook(_) => none("replay_webhook"),
    }
}

impl Asked {
    fn name(&self) -> Option<(&'static str, String, String)> {
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
pub(super) fn quantity(want: &Want) -> u32 {
    match want {
        Want::Seats(seats) => u32::try_from(seats.len()).unwrap_or(u32::MAX),
        Want::Best(best) => best.quantity,
    }
}
