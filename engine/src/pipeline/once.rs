//! A retry never acts twice: the answer to a write is kept with its idempotency key, in the same record as the write.

use std::cell::RefCell;

use crate::clock::UnixMs;
use crate::error::{Bound, Refusal};
use crate::idempotency::Begin;
use crate::ids::IdempotencyKey;
use crate::record::{Answered, Reader, Remember, Wire};
use crate::reply::Reply;

use super::core::Core;
use super::request::Request;
use super::{Did, Outcome};

impl Core {
    /// Carries a command out, or answers as it was answered before. A refusal is not remembered: it changed nothing,
    /// and may be otherwise next time.
    pub(crate) fn once(
        &self,
        key: Option<&IdempotencyKey>,
        request: &Request<'_>,
        now: UnixMs,
        work: impl FnOnce(Option<Remember>) -> Outcome,
    ) -> Outcome {
        self.log.check_alive()?;
        let Some(key) = key else {
            if self.config.idempotency_required {
                return Err(Refusal::IdempotencyRequired.into());
            }
            self.log.door()?;
            return work(None);
        };
        let hash = request.key(key, &self.secrets);
        let fingerprint = request.fingerprint(&self.secrets);
        match self.answers.begin(hash, fingerprint, now) {
            Begin::Fresh(guard) => {
                self.log.door()?;
                let until = now.plus(self.config.idempotency_ttl);
                let did = work(Some(Remember { key: hash, fingerprint, until }))?;
                with_reply_bytes(&did.reply, |bytes| guard.complete(bytes, did.end, until));
                self.arm_forgetting(until);
                Ok(did)
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
    /// The answer to a write that found everything done already, by the record that ends at `end`. With a key it gets a
    /// record of its own, or a restart would forget that it was given.
    pub(crate) fn already(&self, reply: Reply, end: u64, key: Option<Remember>, now: UnixMs) -> Did {
        let end = match key {
            None => end,
            Some(key) => {
                let reply = with_reply_bytes(&reply, <[u8]>::to_vec);
                self.log.append(&Answered { key, reply }.into(), now).publish()
            }
        };
        Did { reply, end }
    }
}

/// Lends out an answer's bytes, in a buffer that the thread keeps.
pub(crate) fn with_reply_bytes<R>(reply: &Reply, work: impl FnOnce(&[u8]) -> R) -> R {
    thread_local! {
        static BYTES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    BYTES.with_borrow_mut(|bytes| {
        bytes.clear();
        reply.put(bytes);
        work(bytes)
    })
}
