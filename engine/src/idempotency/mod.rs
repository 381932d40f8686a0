//! Answers that were given, kept for a while by idempotency key, so that a caller who asks again gets the same answer and
//! acts once. Does not hash keys, read the time, or wait for durability: an answer comes with the journal offset that must be
//! durable before it is repeated, and its caller waits for that.
//!
//! Shards, each a map behind a short lock, chosen by the upper half of the key; the key is a keyed hash, so they fill
//! evenly. A shard keeps its answers in the order of completion, which is the order in which they expire as long as all are
//! kept equally long; with unequal times an answer may be kept (never *repeated*) until those before it have expired.

mod replies;
mod shard;
mod staged;

use smallvec::SmallVec;

use crate::clock::UnixMs;
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::{CachePadded, Mutex, Pause, rank};
use shard::{Found, Shard};
pub(crate) use staged::Staged;

#[cfg(all(test, loom))]
mod loom_tests;
#[cfg(all(test, not(loom)))]
mod tests;

/// Most shards of a table; a power of two.
#[cfg(not(loom))]
const SHARDS_MAX: u32 = 64;
#[cfg(loom)]
const SHARDS_MAX: u32 = 1;
/// A shard for fewer keys than this is not worth its lock.
const KEYS_PER_SHARD_MIN: u32 = 256;

const _: () = assert!(SHARDS_MAX.is_power_of_two(), "a shard is chosen by whole bits");

type ShardLock = Mutex<Shard, { rank::ANSWERS }>;

/// The table of answers.
pub(crate) struct Answers {
    shards: Box<[CachePadded<ShardLock>]>,
    /// Where `forget_due` begins, so that a small budget serves every shard in turn.
    next_shard: AtomicUsize,
}

/// What a key says at the door.
#[must_use = "a fresh key that is dropped is forgotten at once"]
#[derive(Debug)]
pub(crate) enum Begin<'a> {
    /// The key is new, or was last used too long ago: act, then complete the guard.
    Fresh(Guard<'a>),
    /// The same request was answered: repeat it, once `offset` is durable.
    Again { reply: SmallVec<[u8; 64]>, offset: u64 },
    /// Another request was answered under this key.
    Conflict,
    /// The key's shard holds as many live answers as it may.
    Full,
}

/// What is known of a key, without asking for it.
#[derive(Debug)]
pub(crate) enum Look {
    /// No answer that counts: the key is new, was last used too long ago, or its answer is being made.
    Nothing,
    /// The same request was answered: repeat it, once `offset` is durable.
    Answered { reply: SmallVec<[u8; 64]>, offset: u64 },
    /// Another request was answered under this key.
    Conflict,
}

/// An answer as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer<'a> {
    pub(crate) key: u128,
    /// Of the request: another one under the same key is a conflict.
    pub(crate) fingerprint: u64,
    pub(crate) reply: &'a [u8],
    /// Must be durable before the reply is repeated.
    pub(crate) offset: u64,
    pub(crate) expires: UnixMs,
}

/// Where an answer stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AnswerPlace {
    shard: u32,
    slot: u32,
}

/// The right to answer one key. Dropped without [`complete`](Guard::complete), the key is forgotten: a refusal may differ next time.
#[derive(Debug)]
pub(crate) struct Guard<'a> {
    shard: &'a ShardLock,
    slot: u32,
    done: bool,
}

impl Answers {
    /// A table for `keys_max` keys, counted by shard: with keys spread by a good hash the first shard is full when the
    /// table holds some percent less. Memory is taken as it fills, about 60 bytes a key and the bytes of its reply.
    pub(crate) fn with_bound(keys_max: u32) -> Self {
        assert!(keys_max > 0, "a table for no key at all");
        let shards = (keys_max / KEYS_PER_SHARD_MIN).clamp(1, SHARDS_MAX);
        let shards = 1 << shards.ilog2();
        let bound = keys_max.div_ceil(shards);
        Self {
            shards: (0..shards).map(|_| CachePadded::new(Mutex::new(Shard::with_bound(bound)))).collect(),
            next_shard: AtomicUsize::new(0),
        }
    }

    /// Asks for `key`. If the same key is being answered by another thread, waits for the outcome (a step of microseconds):
    /// a thread must not ask for a key that it is answering itself.
    pub(crate) fn begin(&self, key: u128, fingerprint: u64, now: UnixMs) -> Begin<'_> {
        let lock = self.shard(key);
        let mut pause = Pause::new();
        loop {
            let mut shard = lock.lock();
            match shard.find(key, now) {
                Found::Running => {
                    drop(shard);
                    pause.wait();
                }
                Found::Done(slot) => {
                    let answer = shard.answer(slot);
                    if answer.fingerprint != fingerprint {
                        return Begin::Conflict;
                    }
                    return Begin::Again { reply: SmallVec::from_slice(answer.reply), offset: answer.offset };
                }
                Found::Nothing(vacancy) => {
                    return match shard.start(key, fingerprint, now, vacancy) {
                        Some(slot) => Begin::Fresh(Guard { shard: lock, slot, done: false }),
                        None => Begin::Full,
                    };
                }
            }
        }
    }

    /// Looks `key` up without waiting for an answer that is being made.
    pub(crate) fn look(&self, key: u128, fingerprint: u64, now: UnixMs) -> Look {
        let mut shard = self.shard(key).lock();
        let Found::Done(slot) = shard.find(key, now) else { return Look::Nothing };
        let answer = shard.answer(slot);
        if answer.fingerprint != fingerprint {
            return Look::Conflict;
        }
        Look::Answered { reply: SmallVec::from_slice(answer.reply), offset: answer.offset }
    }

    /// Forgets up to `budget` expired answers. Returns how many, and when to call again: the moment at which the next
    /// answer expires, or `now` if the budget was used up. Looks at expired answers and at one live one a shard.
    pub(crate) fn forget_due(&self, now: UnixMs, budget: usize) -> (usize, Option<UnixMs>) {
        let count = self.shards.len();
        // Relaxed: any order of shards will do.
        let first = self.next_shard.fetch_add(1, Ordering::Relaxed);
        let mut forgotten = 0;
        let mut next_due: Option<UnixMs> = None;
        for at in 0..count {
            let mut shard = self.shards[first.wrapping_add(at) % count].lock();
            while forgotten < budget && shard.forget_oldest(now) {
                forgotten += 1;
            }
            if let Some(due) = shard.next_due() {
                let due = due.max(now);
                next_due = Some(next_due.map_or(due, |earlier| earlier.min(due)));
            }
        }
        (forgotten, next_due)
    }

    /// Every answer that expires later than `now`: when, and where it stands. In no order.
    pub(crate) fn live(&self, now: UnixMs) -> Vec<(UnixMs, AnswerPlace)> {
        let mut live = Vec::with_capacity(self.len());
        for (number, shard) in (0_u32..).zip(&self.shards) {
            shard.lock().each(&mut |slot, expires| {
                if expires > now {
                    live.push((expires, AnswerPlace { shard: number, slot }));
                }
            });
        }
        live
    }

    /// Shows the answer that stands there to `see`, which must be quick and must not ask this table; `None` if it is
    /// gone.
    pub(crate) fn at<R>(&self, place: AnswerPlace, see: impl FnOnce(Answer<'_>) -> R) -> Option<R> {
        let shard = self.shards[place.shard as usize].lock();
        shard.holds(place.slot).then(|| see(shard.answer(place.slot)))
    }

    /// Shows every answer that is kept, expired ones included, those of one shard in the order of completion.
    #[cfg(all(test, not(loom)))]
    fn each(&self, mut show: impl FnMut(Answer<'_>)) {
        for (_, place) in self.live(UnixMs::ZERO) {
            self.at(place, &mut show).expect("it stands there still");
        }
    }

    /// Keys that are answered or being answered; expired ones count until they are forgotten or asked for.
    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().len()).sum()
    }

    /// Forgets every answer. Keys that are being answered stay.
    pub(crate) fn clear(&self) {
        for shard in &self.shards {
            shard.lock().clear();
        }
    }

    /// Bytes of memory held, long replies included.
    pub(crate) fn memory_bytes(&self) -> usize {
        let own = self.shards.len() * size_of::<CachePadded<ShardLock>>();
        own + self.shards.iter().map(|shard| shard.lock().memory_bytes()).sum::<usize>()
    }

    fn shard(&self, key: u128) -> &ShardLock {
        &self.shards[self.shard_number(key)]
    }

    /// The shard of a key.
    fn shard_number(&self, key: u128) -> usize {
        Self::part_of(key, self.shards.len())
    }
}

impl Guard<'_> {
    /// Keeps `reply` under the key until `expires`. `offset` must be durable before it is repeated. True if no answer
    /// of the key's shard goes before this one, so that a timer must be set for its expiry.
    pub(crate) fn complete(self, reply: &[u8], offset: u64, expires: UnixMs) -> bool {
        self.complete_by(|out| out.extend_from_slice(reply), offset, expires)
    }

    /// As [`complete`](Self::complete), of the reply that `write` appends. It runs under the lock.
    pub(crate) fn complete_by(
        mut self,
        write: impl FnOnce(&mut Vec<u8>),
        offset: u64,
        expires: UnixMs,
    ) -> bool {
        self.done = true;
        self.shard.lock().complete(self.slot, write, offset, expires)
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.shard.lock().abandon(self.slot);
        }
    }
}
