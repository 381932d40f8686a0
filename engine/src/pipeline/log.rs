//! The way of every record: sealed, copied into the log buffer, durable once the watermark has passed its end. And the
//! write admission, where writes are refused before anything has changed, and the end of all writing when a thread
//! panics.

use std::any::Any;
#[cfg(not(shuttle))]
use std::cell::RefCell;
use std::sync::{Arc, OnceLock};
use std::task::Waker;

use crate::acks::Lender;
use crate::clock::UnixMs;
use crate::error::{Bound, Error, Refusal};
use crate::journal;
use crate::limits::{IMAGE_HEAD_BYTES, RECORD_BYTES_MAX};
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{LogBuffer, Unpublished, Watermark, wake_all};
use crate::updates::History;

use super::Failure;
use super::fact::{Fact, Stamp};

/// Version of all record bodies and images. A body that changes gets a new kind instead: see `records`.
pub(crate) const BODY_VERSION: u16 = 1;

/// The writing end of the journal, shared by all callers.
pub(crate) struct Log {
    pub(crate) buffer: Arc<LogBuffer>,
    pub(crate) durable: Arc<Watermark<Error>>,
    /// For answers that wait for it.
    pub(crate) lender: Lender,
    /// Where readers of updates wait; told when nothing more will come.
    history: Arc<History>,
    /// The disk has no room for another segment.
    disk_full: AtomicBool,
    closed: AtomicBool,
    /// What a panic said that ended writing in the middle of a change, once its thread has been caught.
    panic_text: OnceLock<String>,
    #[cfg(any(test, feature = "testing"))]
    pub(crate) planted: crate::hooks::PlantedPanic,
}

/// A record that is too long, with room for what its image in a snapshot has more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DoesNotFit {
    pub(crate) bytes: usize,
    pub(crate) most_bytes: usize,
}

/// The right to make one write. While it lives, a panic of its thread ends all writing: memory and journal may differ
/// then, or seats may be claimed for a hold that will never be. Dropped without a panic it does nothing.
///
/// It must be dropped before whatever keeps others away from the change (a lock, an idempotency key), so that those who
/// come next find the engine poisoned: bind it after them.
#[must_use = "dropped at once, it guards nothing"]
pub(crate) struct Writing<'a> {
    log: &'a Log,
    /// The thread was unwinding when the write began: the engine is called by a destructor, and that panic is not ours.
    unwinding: bool,
    /// A guard within another one, under a lock perhaps: it turns later writes away, and the other one wakes those who
    /// wait.
    within: bool,
}

/// Records in the log buffer whose owner changes what they say, and publishes them then.
#[must_use = "the writer stops at what is unpublished"]
pub(crate) struct Appended<'a> {
    record: Unpublished<'a>,
    at: UnixMs,
}

impl Appended<'_> {
    /// What the records' changes are marked with.
    #[inline]
    pub(crate) fn stamp(&self) -> Stamp {
        Stamp { end: self.record.end(), at: self.at }
    }

    /// Hands the records to the writer, and returns their end.
    #[inline]
    pub(crate) fn publish(self) -> u64 {
        self.record.publish()
    }
}

impl Writing<'_> {
    /// For a part of a write that has a guard already.
    pub(crate) fn within(mut self) -> Self {
        self.within = true;
        self
    }
}

impl Drop for Writing<'_> {
    #[inline]
    fn drop(&mut self) {
        if !self.unwinding && std::thread::panicking() {
            self.log.panicked_in_a_change(self.within);
        }
    }
}

impl Log {
    pub(crate) fn new(buffer: Arc<LogBuffer>, durable: Arc<Watermark<Error>>, history: Arc<History>) -> Self {
        Self {
            buffer,
            lender: Lender::new(&durable),
            durable,
            history,
            disk_full: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            panic_text: OnceLock::new(),
            #[cfg(any(test, feature = "testing"))]
            planted: Default::default(),
        }
    }

    /// Turns a write away before it changes anything: closed, poisoned, disk full, or the disk cannot keep up.
    pub(crate) fn admit_write(&self) -> Result<Writing<'_>, Failure> {
        self.check_alive()?;
        if self.disk_full.load(Ordering::Relaxed) {
            return Err(Refusal::AtCapacity(Bound::DiskSpace).into());
        }
        if self.buffer.crowded() && !self.relieve_backpressure() {
            return Err(Refusal::AtCapacity(Bound::LogBuffer).into());
        }
        Ok(self.guard())
    }

    /// The guard alone, for what is no write itself and may make some on the way, or for a part of a write.
    pub(crate) fn guard(&self) -> Writing<'_> {
        Writing { log: self, unwinding: std::thread::panicking(), within: false }
    }

    /// Ends all writing, because of `cause`: every waiting caller gets the error, and later writes are refused. The
    /// first cause counts. Adds to `due` who is to be woken once no lock is held.
    pub(crate) fn poison_into(&self, cause: String, due: &mut Vec<Waker>) {
        self.durable.fail_into(Error::Poisoned { cause }, due);
        self.history.close_into(due);
    }

    /// As [`Log::poison_into`], because a thread of the engine, or one that did its work, ended with this panic.
    pub(crate) fn poison_by_panic(&self, of: &str, panic: &(dyn Any + Send), due: &mut Vec<Waker>) {
        let text = panic_text(panic);
        // If it came out of a change, a guard has poisoned already and could not know the text.
        let _ = self.panic_text.set(text.to_owned());
        self.poison_into(format!("{of} panicked: {text}"), due);
    }

    #[cold]
    fn panicked_in_a_change(&self, within: bool) {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("without a name");
        let cause = format!("thread {name} panicked in the middle of a change");
        if within {
            self.durable.fail_unannounced(Error::Poisoned { cause });
        } else {
            let mut due = Vec::new();
            self.poison_into(cause, &mut due);
            wake_all(&mut due);
        }
    }

    /// Why the engine takes no writes any more, if it does not.
    pub(crate) fn failure(&self) -> Option<Error> {
        let failure = self.durable.failure()?.clone();
        Some(match (failure, self.panic_text.get()) {
            (Error::Poisoned { cause }, Some(text)) if !cause.contains(text.as_str()) => {
                Error::Poisoned { cause: format!("{cause}: {text}") }
            }
            (failure, _) => failure,
        })
    }

    /// True once the journal has failed or a change was cut off: what others seem to be in the middle of may never end.
    pub(crate) fn is_poisoned(&self) -> bool {
        matches!(self.durable.failure(), Some(Error::Poisoned { .. }))
    }

    /// Without a journal no thread drains the buffer: a caller that finds it nearly full publishes the pending updates
    /// itself.
    #[cold]
    fn relieve_backpressure(&self) -> bool {
        let in_memory = self.durable.reached() == u64::MAX;
        if in_memory {
            // Never blocked: there is no disk.
            let _ = self.buffer.drive();
        }
        in_memory
    }

    /// Fails when the engine takes no writes at all any more.
    #[inline]
    pub(crate) fn check_alive(&self) -> Result<(), Failure> {
        if self.closed.load(Ordering::Relaxed) || self.durable.has_failed() {
            return Err(self.why_dead().into());
        }
        Ok(())
    }

    #[cold]
    fn why_dead(&self) -> Error {
        let failure = if self.closed.load(Ordering::Relaxed) { None } else { self.failure() };
        failure.unwrap_or(Error::Closed)
    }

    /// Appends a record. Its caller owns everything that the record changes, changes it, and then publishes the
    /// record: so whatever is durable, or told to readers, shows. In between the caller appends nothing else and
    /// waits for nothing that another thread writes.
    pub(crate) fn append(&self, fact: &impl Fact, now: UnixMs) -> Appended<'_> {
        self.append_run(now, |run| run.add(fact))
    }

    /// As [`Log::append`], of records that one change makes together.
    pub(crate) fn append_run(&self, now: UnixMs, seal: impl FnOnce(&mut Run<'_>)) -> Appended<'_> {
        #[cfg(any(test, feature = "testing"))]
        self.planted.before_record();
        let record = with_scratch(|bytes| {
            // What is checksummed begins four bytes into a record: at a whole word then, where the checksum is fastest.
            bytes.extend_from_slice(&[0; 4]);
            seal(&mut Run { bytes, now });
            self.buffer.begin(&bytes[4..]).expect("the buffer takes the longest record")
        });
        #[cfg(any(test, feature = "testing"))]
        self.planted.after_record();
        Appended { record, at: now }
    }

    /// Whether the record can be appended: asked before the write is admitted, for the few commands that can be long.
    ///
    /// # Errors
    /// What it takes, and the most that one may take.
    pub(crate) fn check_fits(&self, fact: &impl Fact) -> Result<(), DoesNotFit> {
        let mut body = Vec::new();
        fact.put(&mut body);
        let most_bytes = RECORD_BYTES_MAX.min(self.buffer.capacity_bytes() / 2);
        let bytes = journal::record::record_bytes(body.len()) + IMAGE_HEAD_BYTES;
        if bytes <= most_bytes { Ok(()) } else { Err(DoesNotFit { bytes, most_bytes }) }
    }

    pub(crate) fn set_disk_full(&self, full: bool) {
        self.disk_full.store(full, Ordering::Relaxed);
    }

    pub(crate) fn is_disk_full(&self) -> bool {
        self.disk_full.load(Ordering::Relaxed)
    }

    /// From here on no write comes in.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// True once the engine is closed and everything is written: its folder may be another's then.
    pub(crate) fn has_let_go(&self) -> bool {
        // Acquire: pairs with the Release in `close`. The folder's lock is given back after the history has ended.
        self.closed.load(Ordering::Acquire) && self.history.has_ended()
    }
}

/// What a panic said, if it said it in words.
fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let literal = panic.downcast_ref::<&'static str>().copied();
    literal.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text")
}

/// Runs `f` with memory of this thread, empty.
#[cfg(not(shuttle))]
fn with_scratch<R>(f: impl FnOnce(&mut Vec<u8>) -> R) -> R {
    thread_local! {
        static BYTES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    BYTES.with_borrow_mut(|bytes| {
        bytes.clear();
        f(bytes)
    })
}

/// Runs `f` with new memory: all of shuttle's threads share one real thread, and others run while `f` waits.
#[cfg(shuttle)]
fn with_scratch<R>(f: impl FnOnce(&mut Vec<u8>) -> R) -> R {
    f(&mut Vec::new())
}

/// Records that are being sealed, one behind the other.
pub(crate) struct Run<'a> {
    bytes: &'a mut Vec<u8>,
    now: UnixMs,
}

impl Run<'_> {
    pub(crate) fn add(&mut self, fact: &impl Fact) {
        seal_into(fact, self.now, self.bytes);
    }
}

/// Appends the sealed bytes of a record to `out`.
pub(crate) fn seal_into<F: Fact>(fact: &F, now: UnixMs, out: &mut Vec<u8>) {
    let start = journal::record::begin(out, F::KIND, BODY_VERSION, now);
    fact.put(out);
    journal::record::seal(out, start);
}
