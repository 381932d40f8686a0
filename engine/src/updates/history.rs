//! The history: the bytes of the most recent durable records in a ring, for any number of readers who come and go.
//! Knows a record's length and nothing else about it; what has left the ring is read from the journal, not here.
//!
//! The one writer never waits and never learns who reads. Before it overwrites anything it says so, by moving `oldest`
//! past the records that it is about to destroy; a reader copies first and then looks at `oldest`: if its first record
//! is still inside, every byte that it copied is whole, since the ring is overwritten from the oldest on.

use std::sync::Arc;
use std::task::{Poll, Waker};

use crate::sync::atomic::{AtomicU64, Ordering, fence};
use crate::sync::{CachePadded, Ticket, Watermark};

#[cfg(all(test, loom))]
mod loom_tests;
#[cfg(all(test, not(loom)))]
mod tests;

const WORD: u64 = 8;

/// No more records will come: the engine is shutting down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HistoryClosed;

/// What a reader got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "without the answer a reader does not know where it stands"]
pub(crate) enum Read {
    /// Whole records; the next read begins at `to`.
    Records { to: u64 },
    /// There is nothing behind `from` yet.
    UpToDate,
    /// Records behind `from` have left the ring, or `from` is not the end of a record. `oldest` is where reading can
    /// begin.
    Gone { oldest: u64 },
}

/// The readers' side; shared by all of them.
pub(crate) struct History {
    words: Box<[AtomicU64]>,
    capacity_bytes: u64,
    /// Start of the oldest record that is still whole. Moved before its successor's bytes are touched.
    oldest: CachePadded<AtomicU64>,
    /// Where the newest record ends, and who waits for the next.
    newest: Watermark<HistoryClosed>,
}

/// The writer's side. There is one, so there can be only one writer.
pub(crate) struct HistoryWriter {
    history: Arc<History>,
    oldest: u64,
    newest: u64,
}

impl History {
    /// An empty ring of `capacity_bytes`, a power of two, whose first record begins at `start`, a multiple of 8.
    pub(crate) fn with_capacity(capacity_bytes: usize, start: u64) -> (Arc<Self>, HistoryWriter) {
        let capacity = capacity_bytes as u64;
        assert!(
            capacity.is_power_of_two() && capacity >= WORD,
            "history of {capacity} bytes is no power of two of words"
        );
        assert!(start.is_multiple_of(WORD), "start {start} is not at a word");
        let history = Arc::new(Self {
            words: (0..capacity / WORD).map(|_| AtomicU64::new(0)).collect(),
            capacity_bytes: capacity,
            oldest: CachePadded::new(AtomicU64::new(start)),
            newest: Watermark::new(start),
        });
        (Arc::clone(&history), HistoryWriter { history, oldest: start, newest: start })
    }

    /// Adds whole records from `from` on to the end of `out`: at most `max_bytes`, except that one longer record comes
    /// alone. `from` must be `newest`, or the `to` of an earlier read, or otherwise known to be the end of a record. On
    /// anything but [`Read::Records`] `out` is as it was.
    pub(crate) fn read(&self, from: u64, max_bytes: usize, out: &mut Vec<u8>) -> Read {
        // Acquire inside: pairs with the Release in `push`; everything below is written.
        let newest = self.newest.reached();
        if from >= newest {
            return Read::UpToDate;
        }
        if from < self.oldest.load(Ordering::Relaxed) || !from.is_multiple_of(WORD) {
            return self.gone();
        }
        let before = out.len();
        let to = self.copy(from, newest, max_bytes as u64, out);
        // Acquire fence: the copied words are loaded before the look below. It pairs with the Release fence in `push`:
        // if one of the words came from a later lap, the look sees that `oldest` had moved past it.
        fence(Ordering::Acquire);
        if to == from || from < self.oldest.load(Ordering::Relaxed) {
            out.truncate(before);
            return self.gone();
        }
        Read::Records { to }
    }

    /// Where the newest record ends.
    pub(crate) fn newest(&self) -> u64 {
        self.newest.reached()
    }

    /// Where the oldest record begins that can still be read, at this moment.
    pub(crate) fn oldest(&self) -> u64 {
        self.oldest.load(Ordering::Relaxed)
    }

    /// Blocks until there is a record behind `from`.
    ///
    /// # Errors
    ///
    /// [`HistoryClosed`] when there will be none.
    #[cfg(test)]
    pub(crate) fn wait(&self, from: u64) -> Result<(), HistoryClosed> {
        self.newest.wait(from.saturating_add(1))
    }

    /// As [`wait`](Self::wait), for futures: has `waker` woken when there is a record behind `from`. `ticket` starts as
    /// `None` and is kept by the caller from look to look.
    pub(crate) fn poll(
        &self,
        from: u64,
        waker: &Waker,
        ticket: &mut Option<Ticket>,
    ) -> Poll<Result<(), HistoryClosed>> {
        self.newest.poll(from.saturating_add(1), waker, ticket)
    }

    /// Tells the readers who wait, now or later, that nothing more will come; `due` as in [`HistoryWriter::push_into`].
    /// What is in the ring can still be read.
    pub(crate) fn close_into(&self, due: &mut Vec<Waker>) {
        self.newest.fail_into(HistoryClosed, due);
    }

    /// True once nothing more will come.
    pub(crate) fn has_ended(&self) -> bool {
        self.newest.failure().is_some()
    }

    fn gone(&self) -> Read {
        Read::Gone { oldest: self.oldest() }
    }

    /// Copies records while they are whole, and returns the end of the last. What it reads may be torn, so it trusts no
    /// length.
    fn copy(&self, from: u64, newest: u64, max_bytes: u64, out: &mut Vec<u8>) -> u64 {
        let mut to = from;
        while to < newest {
            let length = padded_length(self.word(to).load(Ordering::Relaxed));
            let end = to + length;
            if length == 0 || end > newest || length > self.capacity_bytes {
                break;
            }
            if to > from && end - from > max_bytes {
                break;
            }
            self.copy_record(to, length, out);
            to = end;
        }
        to
    }

    fn copy_record(&self, start: u64, length: u64, out: &mut Vec<u8>) {
        let before = out.len();
        let length = usize::try_from(length).expect("no longer than the ring");
        out.resize(before + length, 0);
        let at = self.index(start);
        for (word, chunk) in self.words[at..].iter().chain(&self.words).zip(out[before..].as_chunks_mut().0) {
            // Relaxed: whether the words belong together is found out afterwards.
            *chunk = word.load(Ordering::Relaxed).to_le_bytes();
        }
    }

    fn word(&self, offset: u64) -> &AtomicU64 {
        &self.words[self.index(offset)]
    }

    fn index(&self, offset: u64) -> usize {
        (offset / WORD) as usize & (self.words.len() - 1)
    }
}

impl HistoryWriter {
    /// Adds a run of whole records that ends at `end_offset` and follows the run before it without a gap. The readers
    /// who wait are added to `due`, to be woken once no lock is held. Of a run longer than the ring only the last
    /// records stay.
    pub(crate) fn push_into(&mut self, run: &[u8], end_offset: u64, due: &mut Vec<Waker>) {
        let start = self.newest;
        assert_eq!(start + run.len() as u64, end_offset, "a run of {} bytes from {start}", run.len());
        let history = &*self.history;
        let keep_from = end_offset.saturating_sub(history.capacity_bytes);
        // Records of earlier runs that must go, found in the ring; then records of this run that do not fit.
        while self.oldest < keep_from.min(start) {
            // Relaxed: we wrote it ourselves.
            self.oldest += padded_length(history.word(self.oldest).load(Ordering::Relaxed));
        }
        while self.oldest < keep_from {
            self.oldest += padded_length(first_word(run, self.oldest - start));
        }
        history.oldest.store(self.oldest, Ordering::Relaxed);
        // Release fence: the new `oldest` is visible before any word that is overwritten below; pairs with the Acquire
        // fence in `read`.
        fence(Ordering::Release);
        let kept_from = self.oldest.max(start);
        let kept = usize::try_from(kept_from - start).map_or(&[][..], |skipped| &run[skipped..]);
        let at = history.index(kept_from);
        let words = history.words[at..].iter().chain(&history.words);
        for (word, chunk) in words.zip(kept.as_chunks().0) {
            // Relaxed: published by the Release in `advance`.
            word.store(u64::from_le_bytes(*chunk), Ordering::Relaxed);
        }
        self.newest = end_offset;
        history.newest.advance_into(end_offset, due);
    }

    /// As [`History::close_into`], by the writer that is done.
    pub(crate) fn close_into(self, due: &mut Vec<Waker>) {
        self.history.close_into(due);
    }
}

#[cfg(test)]
impl HistoryWriter {
    /// As [`push_into`](Self::push_into), and wakes.
    pub(crate) fn push(&mut self, run: &[u8], end_offset: u64) {
        let mut due = Vec::new();
        self.push_into(run, end_offset, &mut due);
        crate::sync::wake_all(&mut due);
    }

    /// As [`close_into`](Self::close_into), and wakes.
    pub(crate) fn close(self) {
        let mut due = Vec::new();
        self.close_into(&mut due);
        crate::sync::wake_all(&mut due);
    }
}

/// Length with padding, from a record's first word.
fn padded_length(first: u64) -> u64 {
    (first & u64::from(u32::MAX)).next_multiple_of(WORD)
}

fn first_word(run: &[u8], at: u64) -> u64 {
    let rest = usize::try_from(at).ok().and_then(|at| run.get(at..));
    let first = rest.and_then(|rest| rest.first_chunk()).map(|bytes| u64::from_le_bytes(*bytes));
    let first = first.expect("a run consists of whole records");
    assert!(padded_length(first) > 0, "record without length at {at} of a run of {} bytes", run.len());
    first
}
