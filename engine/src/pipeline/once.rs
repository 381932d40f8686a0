//! A retry never acts twice: the answer to a write is kept with its idempotency key, in the same record as the write.

use crate::acks::Failure;
use crate::clock::UnixMs;
use crate::command::Request;
use crate::error::{Bound, Refusal};
use crate::idempotency::{Answer, Answers, Begin, Look, Staged};
use crate::ids::IdempotencyKey;
use crate::limits::REPLY_BYTES_MAX;
use crate::record::{AnswerImage, Remember, body};
use crate::reply::{Done, FirstAnswer, Repeatable, Reply};

use super::core::Core;
use super::fact::{Announced, Applied, Corrupt, EventUpdate, Fact, Remembered, Stamp, corrupt};
use super::request::{key_of, scoped};
use super::restore::check_moment;
use super::state::State;
use super::{CommandResult, Committed};

/// First byte of an answer that the embedding service keeps; no command's answer begins with it.
const KEPT: u8 = 255;

body! {
    /// Nothing but an answer, remembered for its key: of a write that found everything done already, or kept by the
    /// embedding service.
    Answered { key: Remember, reply: Vec<u8> }
}

impl Remembered for Answered {
    fn remember(&self, answers: &mut RememberedAnswers, stamp: Stamp) {
        answers.keep_by(&self.key, |out| out.extend_from_slice(&self.reply), stamp.end);
    }
}

impl Fact for Answered {
    fn replay(&self, _: &State, _: Stamp) -> Applied {
        check_kept(&self.reply)
    }
}

/// Checks what a folder keeps under a key: a command's answer, or bytes that are the embedding service's own.
pub(super) fn check_kept(reply: &[u8]) -> Applied {
    if reply.len() > REPLY_BYTES_MAX {
        return corrupt(format_args!("an answer of {} bytes", reply.len()));
    }
    if reply.first() != Some(&KEPT) {
        Reply::kept(reply).map_err(|why| Corrupt(why.0.to_owned()))?;
    }
    Ok(())
}

impl Announced for Answered {
    fn update(&self, _: &State) -> Option<EventUpdate> {
        None
    }
}

/// Answers that replay found, on their way into the table, by the parts of it that threads fill side by side.
pub(crate) struct RememberedAnswers(Vec<Staged>);

impl RememberedAnswers {
    /// None yet, for a table that is filled in so many parts; a power of two.
    pub(crate) fn in_parts(parts: usize) -> Self {
        Self((0..parts).map(|_| Staged::default()).collect())
    }

    pub(crate) fn into_parts(self) -> Vec<Staged> {
        self.0
    }

    /// Adds the answer that a write's record implies.
    pub(crate) fn keep(&mut self, remember: &Remember, reply: &impl Repeatable, end: u64) {
        self.keep_by(remember, |out| reply.keep(out), end);
    }

    /// As [`keep`](Self::keep), of the answer that `write` appends.
    fn keep_by(&mut self, remember: &Remember, write: impl FnOnce(&mut Vec<u8>), end: u64) {
        let Remember { key, fingerprint, until } = *remember;
        self.push_by(&Answer { key, fingerprint, reply: &[], offset: end, expires: until }, write);
    }

    /// Adds the answer that an image has.
    ///
    /// # Errors
    /// If no engine keeps such an answer.
    pub(crate) fn restore(&mut self, image: &AnswerImage) -> Applied {
        check_moment("an answer's end", image.until)?;
        check_kept(&image.reply)?;
        let AnswerImage { key, fingerprint, until, reply } = image;
        let answer = Answer { key: *key, fingerprint: *fingerprint, reply: &[], offset: 0, expires: *until };
        self.push_by(&answer, |out| out.extend_from_slice(reply));
        Ok(())
    }

    fn push_by(&mut self, answer: &Answer<'_>, write: impl FnOnce(&mut Vec<u8>)) {
        let part = Answers::part_of(answer.key, self.0.len());
        self.0[part].push_by(answer, write);
    }
}

impl State {
    /// By replay: keeps answers, and forgets what has expired by `now`.
    pub(crate) fn install(&self, staged: &Staged, now: UnixMs) {
        self.answers.install_all(staged, now);
        if let Some(due) = staged.due() {
            self.arm_forgetting(due);
        }
    }
}

impl Core {
    /// Carries a command out, or answers as it was answered before. A refusal is not remembered: it changed nothing,
    /// and may be otherwise next time.
    pub(crate) fn once<R: Repeatable>(
        &self,
        command: &impl Request,
        now: UnixMs,
        work: impl FnOnce(Option<Remember>) -> CommandResult<R>,
    ) -> CommandResult<R> {
        self.log.check_alive()?;
        let Some(key) = command.key() else {
            if self.state.config.idempotency_required {
                return Err(Refusal::IdempotencyRequired.into());
            }
            let _writing = self.log.admit_write()?;
            return work(None);
        };
        let (hash, fingerprint) = key_of(command, key, &self.secrets);
        match self.state.answers.begin(hash, fingerprint, now) {
            Begin::Fresh(guard) => {
                // After the key: it is let go of once the engine is poisoned, if it comes to that.
                let _writing = self.log.admit_write()?;
                let until = now.plus(self.state.config.idempotency_ttl);
                let outcome = work(Some(Remember { key: hash, fingerprint, until }));
                if let Ok(did) = &outcome
                    && guard.complete_by(|out| did.reply.keep(out), did.end, until)
                {
                    self.state.arm_forgetting(until);
                }
                outcome
            }
            Begin::Again { reply, offset } => match R::kept(&reply) {
                Some(reply) => Ok(Committed { reply, end: offset }),
                // Under a key that its caller scopes: another command's answer, or bytes of the embedding service.
                None => Err(Refusal::IdempotencyConflict.into()),
            },
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
                    _ => FirstAnswer::Reply(Reply::kept(&reply).expect("remembered answers are whole")),
                };
                Ok(Some((first, offset)))
            }
        }
    }

    /// Keeps an answer of the embedding service under a key that it scopes, until the key expires. Kept once: a repeat
    /// changes nothing.
    pub(crate) fn keep_own_answer(
        &self,
        key: &IdempotencyKey,
        answer: &[u8],
        now: UnixMs,
    ) -> CommandResult<Done> {
        self.log.check_alive()?;
        let (hash, fingerprint) = scoped(key, &self.secrets).ok_or_else(no_digest)?;
        match self.state.answers.begin(hash, fingerprint, now) {
            Begin::Fresh(guard) => {
                let _writing = self.log.admit_write()?;
                let until = now.plus(self.state.config.idempotency_ttl);
                let mut reply = Vec::with_capacity(1 + answer.len());
                reply.push(KEPT);
                reply.extend_from_slice(answer);
                let answered = Answered { key: Remember { key: hash, fingerprint, until }, reply };
                if answer.len() >= REPLY_BYTES_MAX || self.log.check_fits(&answered).is_err() {
                    return Err(Refusal::invalid("answer", "is too long to be kept", answer.len()).into());
                }
                let end = self.log.append(&answered, now).publish();
                if guard.complete(&answered.reply, end, until) {
                    self.state.arm_forgetting(until);
                }
                Ok(Committed { reply: Done { at: now }, end })
            }
            Begin::Again { offset, .. } => Ok(Committed { reply: Done { at: now }, end: offset }),
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
    pub(crate) fn already<R: Repeatable>(
        &self,
        reply: R,
        end: u64,
        key: Option<Remember>,
        now: UnixMs,
    ) -> Committed<R> {
        let end = match key {
            None => end,
            Some(key) => {
                let mut bytes = Vec::new();
                reply.keep(&mut bytes);
                self.log.append(&Answered { key, reply: bytes }, now).publish()
            }
        };
        Committed { reply, end }
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_record_of_an_answer_that_no_command_gives_is_refused() {
        let state = State::new(Config::default(), || ());
        let key = Remember { key: 1, fingerprint: 2, until: UnixMs::new(3) };
        let stamp = Stamp { end: 8, at: UnixMs::new(1) };
        let replay = |reply: &[u8]| Answered { key, reply: reply.to_vec() }.replay(&state, stamp);
        let mut done = Vec::new();
        Done { at: UnixMs::new(1) }.keep(&mut done);
        assert_eq!(replay(&done), Ok(()));
        assert_eq!(replay(&[KEPT, 1, 2]), Ok(()), "bytes of an embedding service");
        for bad in [&[][..], &[0], &[99, 1], &done[..done.len() - 1]] {
            assert!(replay(bad).is_err(), "{bad:?}");
        }
    }
}
