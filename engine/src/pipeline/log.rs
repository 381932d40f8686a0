//! The way of every record: sealed, copied into the log buffer, durable once the watermark has passed its end. And the
//! door, where writes are turned away before anything has changed.

#[cfg(not(shuttle))]
use std::cell::RefCell;
use std::sync::Arc;

use crate::clock::UnixMs;
use crate::error::{Bound, Error, Refusal};
use crate::journal;
use crate::limits::RECORD_BYTES_MAX;
use crate::record::Record;
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{LogBuffer, Unpublished, Watermark};

use super::Failure;

/// Version of all record bodies. A body that changes gets a new kind or raises this.
pub(crate) const BODY_VERSION: u16 = 1;

/// The writing end of the journal, shared by all callers.
pub(crate) struct Log {
    pub(crate) buffer: Arc<LogBuffer>,
    pub(crate) durable: Arc<Watermark<Error>>,
    /// The disk has no room for another segment.
    disk_full: AtomicBool,
    closed: AtomicBool,
}

impl Log {
    pub(crate) fn new(buffer: Arc<LogBuffer>, durable: Arc<Watermark<Error>>) -> Self {
        Self { buffer, durable, disk_full: AtomicBool::new(false), closed: AtomicBool::new(false) }
    }

    /// Turns a write away before it changes anything: closed, poisoned, disk full, or the disk cannot keep up.
    pub(crate) fn door(&self) -> Result<(), Failure> {
        self.check_alive()?;
        if self.disk_full.load(Ordering::Relaxed) {
            return Err(Refusal::AtCapacity(Bound::DiskSpace).into());
        }
        if self.buffer.crowded() && !self.makes_room() {
            return Err(Refusal::AtCapacity(Bound::LogBuffer).into());
        }
        Ok(())
    }

    /// In memory nobody waits for a disk: the caller that finds the buffer crowded tells the readers itself.
    #[cold]
    fn makes_room(&self) -> bool {
        let in_memory = self.durable.reached() == u64::MAX;
        if in_memory {
            // Never blocked: there is no disk.
            let _ = self.buffer.drive();
        }
        in_memory
    }

    /// Fails when the engine takes no writes at all any more.
    pub(crate) fn check_alive(&self) -> Result<(), Failure> {
        if self.closed.load(Ordering::Relaxed) {
            return Err(Error::Closed.into());
        }
        match self.durable.failure() {
            Some(error) => Err(error.clone().into()),
            None => Ok(()),
        }
    }

    /// Appends a record. Its caller owns everything that the record changes, changes it, and then publishes the record: so
    /// whatever is durable, or told to readers, shows. In between the caller appends nothing else and waits for nothing
    /// that another thread writes.
    pub(crate) fn append(&self, record: &Record, now: UnixMs) -> Unpublished<'_> {
        self.append_run(std::slice::from_ref(record), now)
    }

    /// As [`Log::append`], of records that one change makes together.
    pub(crate) fn append_run(&self, records: &[Record], now: UnixMs) -> Unpublished<'_> {
        with_scratch(|bytes| {
            for record in records {
                seal_into(record, now, bytes);
            }
            self.buffer.begin(bytes).expect("the buffer takes the longest record")
        })
    }

    /// True if the record can be appended: asked at the door for the few commands that can be long.
    pub(crate) fn fits(&self, record: &Record) -> bool {
        let mut body = Vec::new();
        record.put_body(&mut body);
        let most = u64::try_from(RECORD_BYTES_MAX)
            .map_or(u64::MAX, |most| most.min(self.buffer.capacity_bytes() / 2));
        journal::record::record_bytes(body.len()) as u64 <= most
    }

    pub(crate) fn set_disk_full(&self, full: bool) {
        self.disk_full.store(full, Ordering::Relaxed);
    }

    pub(crate) fn is_disk_full(&self) -> bool {
        self.disk_full.load(Ordering::Relaxed)
    }

    /// From here on no write comes in; true for the one who closed.
    pub(crate) fn close(&self) -> bool {
        !self.closed.swap(true, Ordering::AcqRel)
    }
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

/// Appends the sealed bytes of a record to `out`.
pub(crate) fn seal_into(record: &Record, now: UnixMs, out: &mut Vec<u8>) {
    let start = journal::record::begin(out, record.kind(), BODY_VERSION, now);
    record.put_body(out);
    journal::record::seal(out, start);
}
