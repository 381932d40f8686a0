//! The log buffer: a ring of words into which many threads copy finished records and from which one consumer takes
//! them in order. Knows a record's length and nothing else about it; neither writes nor syncs, and keeps nothing.
//!
//! # Protocol
//!
//! A producer takes space by one `fetch_add` on the tail, waits for room if the ring is full, copies every word but
//! the first, and then stores the first word: that store publishes the record. Between the copy and that store it makes visible
//! what the record says ([`Unpublished`]), so the consumer never sees a record before its effects. The consumer walks from
//! record to record; a zero word where a record should begin means "taken, not yet published". It zeroes every word that it
//! has copied out, and only then gives the space back by moving `consumed`. So these hold at every moment:
//!
//! * every word of `[consumed, consumed + capacity)` that no producer has written is zero;
//! * a producer writes only inside that window, and only inside the space that its own `fetch_add` took;
//! * the order of records is the order of the `fetch_add`s, which is also the order of "happened before";
//! * a thread that learns that the consumer took a record sees everything that its producer wrote before publishing it.
//!
//! The consumer sleeps only when the tail says that nothing is taken. It announces its sleep before it looks, and it
//! looks by a read-modify-write of the tail; a producer's own `fetch_add` then comes either before (and is seen) or after
//! (and sees the announcement). One locked instruction an append is all that producers pay, and no system call unless the consumer sleeps.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::atomic::{AtomicBool, AtomicU64, Ordering};
use super::park::{Parker, with_thread_parker};
use super::{BLOCKED_LOOK, CachePadded, Drove, Pause};

#[cfg(all(test, loom))]
mod loom_tests;
#[cfg(all(test, not(loom)))]
mod tests;

/// Bytes of a word of the ring.
const WORD: u64 = 8;

/// What a log buffer is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogBufferOptions {
    /// Size of the ring, a power of two. No record may be longer.
    pub(crate) capacity_bytes: usize,
    /// The ring counts as crowded when less than this is free.
    pub(crate) slack_bytes: usize,
    /// Offset of the first record: where recovery ended. A multiple of 8.
    pub(crate) base: u64,
}

/// The record does not fit the ring, however empty. Nothing was taken and nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RecordTooLarge {
    pub(crate) record_bytes: usize,
    pub(crate) capacity_bytes: usize,
}

impl fmt::Display for RecordTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { record_bytes, capacity_bytes } = self;
        write!(f, "a record of {record_bytes} bytes does not fit a log buffer of {capacity_bytes}")
    }
}

impl std::error::Error for RecordTooLarge {}

/// The producers' side; shared by all of them.
pub(crate) struct LogBuffer {
    /// Where the next record goes. Only grows; the ring position is its remainder.
    tail: CachePadded<AtomicU64>,
    /// Everything below was copied out and zeroed.
    consumed: CachePadded<AtomicU64>,
    /// Set by the consumer before it sleeps; cleared by the producer that will wake it.
    asleep: CachePadded<AtomicBool>,
    words: Box<[AtomicU64]>,
    capacity_bytes: u64,
    crowded_bytes: u64,
    /// Where the consumer sleeps.
    consumer: Parker,
    /// No consumer is left: what is appended is thrown away, and nothing waits for room.
    abandoned: AtomicBool,
    driver: OnceLock<Box<dyn Fn() -> Drove + Send + Sync>>,
}

/// The consumer's side. There is one, so there can be only one consumer.
pub(crate) struct LogDrain {
    log: Arc<LogBuffer>,
    /// Where the next record begins: the value of `consumed`, which only we change.
    at: u64,
}

impl LogBuffer {
    /// An empty ring and the one right to drain it.
    ///
    /// # Panics
    ///
    /// When the options contradict each other: a bug of the caller.
    pub(crate) fn with_options(options: LogBufferOptions) -> (Arc<Self>, LogDrain) {
        let LogBufferOptions { capacity_bytes, slack_bytes, base } = options;
        let capacity = capacity_bytes as u64;
        assert!(
            capacity.is_power_of_two() && capacity >= WORD,
            "log buffer of {capacity} bytes is no power of two of words"
        );
        assert!(slack_bytes < capacity_bytes, "slack {slack_bytes} leaves nothing of {capacity_bytes}");
        assert!(base.is_multiple_of(WORD), "base {base} is not at a word");
        let log = Arc::new(Self {
            tail: CachePadded::new(AtomicU64::new(base)),
            consumed: CachePadded::new(AtomicU64::new(base)),
            asleep: CachePadded::new(AtomicBool::new(false)),
            words: (0..capacity / WORD).map(|_| AtomicU64::new(0)).collect(),
            capacity_bytes: capacity,
            crowded_bytes: capacity - slack_bytes as u64,
            consumer: Parker::default(),
            abandoned: AtomicBool::new(false),
            driver: OnceLock::new(),
        });
        (Arc::clone(&log), LogDrain { log, at: base })
    }

    /// Copies one record in, publishes it and returns its end.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
    #[cfg(test)]
    pub(crate) fn append(&self, record: &[u8]) -> Result<u64, RecordTooLarge> {
        self.begin(record).map(Unpublished::publish)
    }

    /// Copies a run of whole records in, which the consumer takes once the answer is published.
    ///
    /// Each record is padded to whole words, and the low half of its first word is its length before padding. If the
    /// ring is full this waits for the consumer, which must go on draining, also after a failure (and then throw away
    /// what it gets). Once the consumer is dropped nothing waits, and what is appended is lost. The consumer stops at what
    /// is unpublished: between this and [`publish`](Unpublished::publish) a thread waits for nothing that another thread
    /// writes, and begins no other run.
    ///
    /// # Errors
    ///
    /// [`RecordTooLarge`] when the ring could never take it; nothing has happened then. After the space is taken nothing can fail.
    #[inline]
    pub(crate) fn begin(&self, run: &[u8]) -> Result<Unpublished<'_>, RecordTooLarge> {
        let length = run.len() as u64;
        if length > self.capacity_bytes {
            let capacity_bytes = self.words.len() * 8;
            return Err(RecordTooLarge { record_bytes: run.len(), capacity_bytes });
        }
        let first = run.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        assert!(is_whole(run), "record says {first:#x}, but is {length} bytes long");
        one_run_at_a_time(true);

        // Acquire: pairs with the Release half of the consumer's look in `LogDrain::wait`; if it announced its sleep
        // and then saw none of our bytes, we see the announcement in `publish`.
        let start = self.tail.fetch_add(length, Ordering::Acquire);
        let end = start + length;
        // Acquire: pairs with the Release in `drain`; the words that we are about to write were zeroed before.
        if end.wrapping_sub(self.consumed.load(Ordering::Acquire)) > self.capacity_bytes {
            self.wait_for_room(end);
        }
        self.copy_in(start, run);
        Ok(Unpublished { log: self, start, first, end })
    }

    /// True when less than the slack is free. For the door: a caller that is turned away here has changed nothing yet.
    /// Exact only at the moment of the look.
    #[inline]
    pub(crate) fn crowded(&self) -> bool {
        self.in_flight_bytes() > self.crowded_bytes
    }

    /// Bytes that were taken and not yet drained. May pass the capacity while producers wait for room.
    pub(crate) fn in_flight_bytes(&self) -> u64 {
        let consumed = self.consumed.load(Ordering::Relaxed);
        // Read second, and never below an earlier `consumed`; saturating all the same, since the two are not one moment.
        self.tail.load(Ordering::Relaxed).saturating_sub(consumed)
    }

    /// End of the last record whose space is taken. What a caller did before this look lies below it.
    pub(crate) fn tail(&self) -> u64 {
        self.tail.load(Ordering::Acquire)
    }

    /// Size of the ring.
    pub(crate) fn capacity_bytes(&self) -> usize {
        self.words.len() * size_of::<AtomicU64>()
    }

    /// Ends the consumer's sleep, or its next one: for shutting down. Costs a system call.
    pub(crate) fn wake(&self) {
        self.consumer.unpark();
    }

    /// For an engine without threads: called while an append waits for room, to drain the ring from the caller's own
    /// thread, which may own slots and hold locks: it must run no code of callers. Must stand being called by several
    /// threads at once.
    ///
    /// # Panics
    ///
    /// When called twice: a bug of the caller.
    pub(crate) fn set_driver(&self, driver: impl Fn() -> Drove + Send + Sync + 'static) {
        assert!(self.driver.set(Box::new(driver)).is_ok(), "the log buffer has one driver already");
    }

    /// Drains the ring, if callers are who drains it.
    pub(crate) fn drive(&self) -> Drove {
        self.driver.get().map_or(Drove::All, |drive| drive())
    }

    /// Ended by the consumer: it drains, or it goes.
    #[cold]
    fn wait_for_room(&self, end: u64) {
        let mut pause = Pause::new();
        // Acquire: as in `append`.
        while end.wrapping_sub(self.consumed.load(Ordering::Acquire)) > self.capacity_bytes {
            // Relaxed: nothing is read on the strength of it.
            if self.abandoned.load(Ordering::Relaxed) {
                return;
            }
            match self.drive() {
                Drove::All => pause.wait(),
                Drove::Blocked => with_thread_parker(|parker, _| parker.park(Some(BLOCKED_LOOK))),
            }
        }
    }

    /// Copies everything but the first word.
    #[inline]
    fn copy_in(&self, start: u64, run: &[u8]) {
        let at = self.index(start);
        let words = run.len() / 8;
        // Nearly every run ends before the edge.
        if let Some(words) = self.words.get(at + 1..at + words) {
            return store_words(words, &run[8..]);
        }
        let until_edge = words.min(self.words.len() - at);
        let (before_edge, after_edge) = run.split_at(until_edge * 8);
        store_words(&self.words[at + 1..at + until_edge], &before_edge[8..]);
        store_words(&self.words[..words - until_edge], after_edge);
    }

    fn index(&self, offset: u64) -> usize {
        (offset / WORD) as usize & (self.words.len() - 1)
    }

    #[cold]
    fn wake_sleeper(&self) {
        // Of many producers that see the announcement, one wakes. AcqRel costs nothing next to the system call.
        if self.asleep.swap(false, Ordering::AcqRel) {
            self.consumer.unpark();
        }
    }
}

/// Records that are in the ring and that the consumer does not take yet. Their writer makes visible what they say and
/// then publishes them; so what the consumer has taken shows. Dropped, it publishes: a ring must not stand still.
#[must_use = "the consumer stops at what is unpublished"]
pub(crate) struct Unpublished<'a> {
    log: &'a LogBuffer,
    start: u64,
    first: u64,
    end: u64,
}

impl Unpublished<'_> {
    /// Where the last record ends: once the durable watermark reaches it, the run is durable.
    #[inline]
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Hands the run to the consumer, and returns its end.
    #[inline]
    pub(crate) fn publish(self) -> u64 {
        self.end
    }
}

impl Drop for Unpublished<'_> {
    #[inline]
    fn drop(&mut self) {
        one_run_at_a_time(false);
        let log = self.log;
        // Release: pairs with the Acquire in `drain`; a consumer that sees the first word sees the others, and the
        // changes that the records speak of.
        log.words[log.index(self.start)].store(self.first, Ordering::Release);
        // Not before the publication only by program order: if it is hoisted (never above the `fetch_add`), the consumer is
        // woken a moment early, sees that space is taken, and waits for the publication.
        if log.asleep.load(Ordering::Relaxed) {
            log.wake_sleeper();
        }
    }
}

impl LogDrain {
    /// Moves published records to the end of `out`, in order and whole, and returns the offsets before and after.
    /// Takes at most `max_bytes`, except that one longer record is taken alone. Equal offsets: nothing is published.
    pub(crate) fn drain(&mut self, max_bytes: usize, out: &mut Vec<u8>) -> (u64, u64) {
        let from = self.at;
        let mut to = from;
        loop {
            // Acquire: pairs with the Release in `Unpublished`.
            let first = self.log.words[self.log.index(to)].load(Ordering::Acquire);
            if first == 0 {
                break;
            }
            let length = padded_length(first);
            let taken = to - from;
            if taken > 0 && taken + length > max_bytes as u64 {
                break;
            }
            self.copy_out(to, length, out);
            to += length;
        }
        if to != from {
            self.at = to;
            // Release: pairs with the Acquire in `append`; producers of the next lap find zeroed words.
            self.log.consumed.store(to, Ordering::Release);
        }
        (from, to)
    }

    /// Sleeps until a record is published, [`LogBuffer::wake`] is called, `timeout` is over, or without cause.
    /// Returns at once when there is something to drain.
    pub(crate) fn wait(&mut self, timeout: Option<Duration>) {
        let log = &*self.log;
        let mut pause = Pause::new();
        // Relaxed: only a hint to look closer; `drain` has the Acquire.
        while log.words[log.index(self.at)].load(Ordering::Relaxed) == 0 {
            if log.tail.load(Ordering::Relaxed) != self.at {
                // A producer is between taking and publishing: one change of memory, not worth a sleep.
                pause.wait();
                continue;
            }
            log.asleep.store(true, Ordering::Relaxed);
            // Release: pairs with the Acquire of the `fetch_add` in `append`. It must be a read-modify-write: it stands in
            // the tail's order of changes, so every later taker reads a value that carries our announcement.
            let tail = log.tail.fetch_add(0, Ordering::AcqRel);
            if tail == self.at {
                log.consumer.park(timeout);
                log.asleep.store(false, Ordering::Relaxed);
                return;
            }
            log.asleep.store(false, Ordering::Relaxed);
        }
    }

    /// Where the next record begins: everything below was drained.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    fn copy_out(&self, start: u64, length: u64, out: &mut Vec<u8>) {
        let at = self.log.index(start);
        let length = usize::try_from(length).expect("a record fits the ring");
        let words = length / 8;
        let until_edge = words.min(self.log.words.len() - at);
        let room = out.len();
        out.resize(room + length, 0);
        let (before_edge, after_edge) = out[room..].split_at_mut(until_edge * 8);
        take_words(&self.log.words[at..at + until_edge], before_edge);
        take_words(&self.log.words[..words - until_edge], after_edge);
    }
}

/// Producers that wait for room, now or later, wait in vain.
impl Drop for LogDrain {
    fn drop(&mut self) {
        self.log.abandoned.store(true, Ordering::Relaxed);
    }
}

/// In debug builds: a thread that begins a run has published the one before it. If it had not, it could wait for room that
/// only the publication makes.
fn one_run_at_a_time(begins: bool) {
    #[cfg(all(debug_assertions, not(any(loom, shuttle))))]
    {
        thread_local!(static BEGUN: std::cell::Cell<bool> = const { std::cell::Cell::new(false) });
        let begun = BEGUN.replace(begins);
        assert!(!(begun && begins), "a thread begins a run while another of its own is unpublished");
    }
    let _ = begins;
}

/// True if these bytes are whole records, one after the other, and at least one.
fn is_whole(run: &[u8]) -> bool {
    let mut rest = run;
    while let Some(first) = rest.first_chunk() {
        let length = usize::try_from(padded_length(u64::from_le_bytes(*first))).unwrap_or(usize::MAX);
        if length == 0 || length > rest.len() {
            return false;
        }
        rest = &rest[length..];
        if rest.is_empty() {
            return true;
        }
    }
    false
}

/// Length with padding, from a record's first word.
fn padded_length(first: u64) -> u64 {
    (first & u64::from(u32::MAX)).next_multiple_of(WORD)
}

#[inline]
fn store_words(words: &[AtomicU64], bytes: &[u8]) {
    for (word, chunk) in words.iter().zip(bytes.as_chunks().0) {
        // Relaxed: published by the first word.
        word.store(u64::from_le_bytes(*chunk), Ordering::Relaxed);
    }
}

fn take_words(words: &[AtomicU64], bytes: &mut [u8]) {
    for (word, chunk) in words.iter().zip(bytes.as_chunks_mut().0) {
        // Relaxed: the record's first word was acquired; the zeros are released by `consumed`.
        *chunk = word.load(Ordering::Relaxed).to_le_bytes();
        word.store(0, Ordering::Relaxed);
    }
}
