//! A retry never acts twice: the answer to a write is kept with its idempotency key, in the same record as the write.

use crate::acks::Failure;
use crate::clock::UnixMs;
use crate::command::Request;
use crate::error::{Bound, Refusal};
use crate::idempotency::{Answer, Begin, Look};
use crate::ids::IdempotencyKey;
use crate::limits::REPLY_BYTES_MAX;
use crate::record::{Reader, Remember, Wire, body};
use crate::reply::{Done, FirstAnswer, Reply};

use super::core::Core;
use super::fact::{Announced, Applied, Fact, Remembered, Stamp, Told};
use super::request::{key_of, scoped};
use super::state::State;
use super::{Did, Outcome};

/// First byte of an answer that the embedding service keeps; no [`Reply`] begins with it.
pub(super) const KEPT: u8 = 255;

body! {
    /// Nothing but an answer, remembered for its key: of a write that found everything done already, or kept by the
    /// embedding service.
    Answered { key: Remember, reply: Vec<u8> }
}

impl Remembered for Answered {
    fn remember(&self, state: &State, stamp: Stamp) {
        state.remember_by(&self.key, |out| out.extend_from_slice(&self.reply), stamp.end);
    }
}

impl Fact for Answered {
    fn replay(&self, _: &State, _: Stamp) -> Applied {
        Ok(())
    }
}

impl Announced for Answered {
    fn update(&self, _: &State) -> Option<Told> {
        None
    }
}

impl State {
    /// By replay: keeps the answer that the write's record implies.
    pub(crate) fn remember(&self, remember: &Remember, reply: &Reply, end: u64) {
        self.remember_by(remember, |out| reply.put(out), end);
    }

    /// By replay: as [`State::remember`], of the answer that `write` appends.
    fn remember_by(&self, remember: &Remember, write: impl FnOnce(&mut Vec<u8>), end: u64) {
        let answer = Answer {
            key: remember.key,
            fingerprint: remember.fingerprint,
            reply: &[],
            offset: end,
            expires: remember.until,
        };
        self.answers.install_by(answer, write);
        self.arm_forgetting(remember.until);
    }
}

impl Core {
    /// Carries a command out, or answers as it was answered before. A refusal is not remembered: it changed nothing,
    /// and may be otherwise next time.
    pub(crate) fn once(
        &self,
        command: &impl Request,
        now: UnixMs,
        work: impl FnOnce(Option<Remember>) -> Outcome,
    ) -> Outcome {
        self.log.check_alive()?;
        let Some(key) = command.key() else {
            if self.state.config.idempotency_required {
                return Err(Refusal::IdempotencyRequired.into());
            }
            let _writing = self.log.door()?;
            return work(None);
        };
        let (hash, fingerprint) = key_of(command, key, &self.secrets);
        match self.state.answers.begin(hash, fingerprint, now) {
            Begin::Fresh(guard) => {
                // After the key: it is let go of once the engine is poisoned, if it comes to that.
                let _writing = self.log.door()?;
                let until = now.plus(self.state.config.idempotency_ttl);
                let did = work(Some(Remember { key: hash, fingerprint, until }))?;
                guard.complete_by(|out| did.reply.put(out), did.end, until);
                self.state.arm_forgetting(until);
                Ok(did)
            }
            // Kept by an embedding service for a request of its own: no answer to a command.
            Begin::Again { reply, .. } if reply.first() == Some(&KEPT) => {
                Err(Refusal::IdempotencyConflict.into())
            }
            Begin::Again { reply, offset } => {
                let reply = Reader::whole::<Reply>(&reply).expect("remembered answers are whole");
                Ok(Did { reply, end: offset })
            }
            Begin::Conflict => Err(Refusal::IdempotencyConflict.into()),
            Begin::Full => Err(Refusal::AtCapacity(Bound::IdempotencyKeys).into()),
        }
    }
}

impl Core {
    /// What was answered under a key that its caller scopes, with the offset that must be durable before it is shown;
    /// `None` for a key that is fresh or being answered.
    pub(crate) fn first_answer(
        &self,
        key: &IdempotencyKey,
        now: UnixMs,
    ) -> Result<Option<(FirstAnswer, u64)>, Failure> {
        self.log.check_alive()?;
        let (hash, fingerprint) = scoped(key, &self.secrets).ok_or_else(no_digest)?;
        match self.state.answers.look(hash, fingerprint, now) {
            Look::Nothing => Ok(None),
            Look::Conflict => Err(Refusal::IdempotencyConflict.into()),
            Look::Answered { reply, offset } => {
                let first = match reply.split_first() {
                    Some((&KEPT, kept)) => FirstAnswer::Kept(kept.to_vec()),
                    _ => FirstAnswer::Reply(
                        Reader::whole::<Reply>(&reply).expect("remembered answers are whole"),
                    ),
                };
                Ok(Some((first, offset)))
            }
        }
    }

    /// Keeps an answer of the embedding service under a key that it scopes, until the key expires. Kept once: a repeat
    /// changes nothing.
    pub(crate) fn keep_own_answer(&self, key: &IdempotencyKey, answer: &[u8], now: UnixMs) -> Outcome {
        self.log.check_alive()?;
        let (hash, fingerprint) = scoped(key, &self.secrets).ok_or_else(no_digest)?;
        match self.state.answers.begin(hash, fingerprint, now) {
            Begin::Fresh(guard) => {
                let _writing = self.log.door()?;
                let until = now.plus(self.state.config.idempotency_ttl);
                let mut reply = Vec::with_capacity(1 + answer.len());
                reply.push(KEPT);
                reply.extend_from_slice(answer);
                let answered = Answered { key: Remember { key: hash, fingerprint, until }, reply };
                if answer.len() >= REPLY_BYTES_MAX || !self.log.fits(&answered) {
                    return Err(Refusal::invalid("answer", "is too long to be kept", answer.len()).into());
                }
                let end = self.log.append(&answered, now).publish();
                guard.complete(&answered.reply, end, until);
                self.state.arm_forgetting(until);
                Ok(Did { reply: Reply::Done(Done { at: now }), end })
            }
            Begin::Again { offset, .. } => Ok(Did { reply: Reply::Done(Done { at: now }), end: offset }),
            Begin::Conflict => Err(Refusal::IdempotencyConflict.into()),
            Begin::Full => Err(Refusal::AtCapacity(Bound::IdempotencyKeys).into()),
        }
    }
}

fn no_digest() -> Failure {
    Refusal::invalid("idempotency_key", "does not say which request it came with", "").into()
}

impl Core {
    /// The answer to a write that found everything done already, by the record that ends at `end`. With a key it gets a
    /// record of its own, or a restart would forget that it was given.
    pub(crate) fn already(&self, reply: Reply, end: u64, key: Option<Remember>, now: UnixMs) -> Did {
        let end = match key {
            None => end,
            Some(key) => {
                let mut bytes = Vec::new();
                reply.put(&mut bytes);
                self.log.append(&Answered { key, reply: bytes }, now).publish()
            }
        };
        Did { reply, end }
    }
}
