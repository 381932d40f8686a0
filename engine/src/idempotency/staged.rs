//! Answers on their way into the table, as the journal or a snapshot has them: collected by one thread, put in by
//! another, many of a shard at a time.

use smallvec::SmallVec;

use super::{Answer, Answers};
use crate::clock::UnixMs;

/// Answers whose places in the index are looked at together before the first of them is put in: the reads wait for
/// memory side by side, and not one after the other.
const LOOKED_AT: usize = 32;

/// Answers in the order in which they were given.
#[derive(Default)]
pub(crate) struct Staged {
    heads: Vec<Head>,
    replies: Vec<u8>,
    /// The earliest moment at which one of them expires.
    due: Option<UnixMs>,
}

/// An answer whose reply stands elsewhere.
struct Head {
    key: u128,
    fingerprint: u64,
    offset: u64,
    expires: UnixMs,
    from: usize,
    to: usize,
}

impl Staged {
    /// Adds an answer, with the reply that `write` appends in place of its own.
    pub(crate) fn push_by(&mut self, answer: &Answer<'_>, write: impl FnOnce(&mut Vec<u8>)) {
        let Answer { key, fingerprint, offset, expires, .. } = *answer;
        let from = self.replies.len();
        write(&mut self.replies);
        let to = self.replies.len();
        self.heads.push(Head { key, fingerprint, offset, expires, from, to });
        self.due = Some(self.due.map_or(expires, |due| due.min(expires)));
    }

    /// When the first of them expires.
    pub(crate) fn due(&self) -> Option<UnixMs> {
        self.due
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    fn answer(&self, at: usize) -> Answer<'_> {
        let Head { key, fingerprint, offset, expires, from, to } = self.heads[at];
        Answer { key, fingerprint, reply: &self.replies[from..to], offset, expires }
    }
}

impl Answers {
    /// Into how many parts, at most so many, [`Staged`] answers may be put side by side; a power of two.
    pub(crate) fn parts(&self, most: usize) -> usize {
        most.clamp(1, self.shards.len()).next_power_of_two().min(self.shards.len())
    }

    /// The part that has a key, of so many; a power of two.
    #[expect(clippy::cast_possible_truncation, reason = "the remainder is below the number of parts")]
    pub(crate) fn part_of(key: u128, parts: usize) -> usize {
        (key >> 64) as usize & (parts - 1)
    }

    /// Puts answers in, each over an older one of the same key. The bound is not asked: it was when the answers were
    /// given. Of the shards that are touched, what has expired by `now` is forgotten first, or the table would hold
    /// every answer since the snapshot. Those of one key keep their order if one thread puts them in.
    pub(crate) fn install_all(&self, staged: &Staged, now: UnixMs) {
        let mut by_shard = vec![SmallVec::<[usize; LOOKED_AT]>::new(); self.shards.len()];
        for (at, head) in staged.heads.iter().enumerate() {
            by_shard[self.shard_number(head.key)].push(at);
        }
        for (of_shard, lock) in by_shard.iter().zip(&self.shards).filter(|(of_shard, _)| !of_shard.is_empty())
        {
            let mut shard = lock.lock();
            while shard.forget_oldest(now) {}
            for few in of_shard.chunks(LOOKED_AT) {
                shard.look_ahead(few.iter().map(|at| staged.heads[*at].key));
                few.iter().for_each(|at| shard.install(&staged.answer(*at)));
            }
        }
    }

    /// Puts one answer in; see [`install_all`](Self::install_all).
    #[cfg(all(test, not(loom)))]
    pub(crate) fn install(&self, answer: Answer<'_>) {
        let mut staged = Staged::default();
        staged.push_by(&answer, |out| out.extend_from_slice(answer.reply));
        self.install_all(&staged, UnixMs::ZERO);
    }
}
