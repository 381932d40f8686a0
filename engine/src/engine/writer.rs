//! The writer: takes what callers have put into the log buffer, writes and syncs it as one group, then releases the
//! callers whose records are in it. While one sync runs the next group gathers; there is no timer.

use std::any::Any;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use crate::config::Durability;
use crate::error::Error;
use crate::journal::{Journal, JournalError, Position};
use crate::metrics::Metrics;
use crate::pipeline::Core;
use crate::sync::{BLOCKED_LOOK, LogDrain};
use crate::updates::HistoryWriter;

/// The most bytes of one group, which bounds the time between two syncs when the disk is slow.
pub(crate) const GROUP_BYTES_MAX: usize = 1 << 20;
/// How long the journal must be quiet before its last frame gets its witness.
const SETTLE_AFTER: Duration = Duration::from_millis(50);

/// The consumer of the log buffer.
pub(crate) struct Writer {
    core: Arc<Core>,
    drain: LogDrain,
    /// None in memory: there is nothing to make durable, and updates to publish.
    journal: Option<Journal>,
    history: Option<HistoryWriter>,
    group: Vec<u8>,
    /// The group was drained and is still to be written, because the disk was full.
    held_back: bool,
    synced_at: Instant,
    unsynced: bool,
    /// Bytes of records that are acknowledged and not synced.
    unsynced_bytes: usize,
    unsealed: bool,
    /// A group was written, and [`Writer::after_group`] has not run for it yet.
    written: bool,
    /// Wakers of callers whose records are written: the caller of the writer wakes them once it holds no lock, see
    /// [`Writer::take_due`].
    due: Vec<Waker>,
    /// Wakers of readers of updates, on their way behind those of callers; empty between two groups.
    readers: Vec<Waker>,
}

impl Writer {
    pub(crate) fn new(
        core: Arc<Core>,
        drain: LogDrain,
        journal: Option<Journal>,
        history: HistoryWriter,
    ) -> Self {
        Self {
            core,
            drain,
            journal,
            history: Some(history),
            group: Vec::with_capacity(GROUP_BYTES_MAX),
            held_back: false,
            synced_at: Instant::now(),
            unsynced: false,
            unsynced_bytes: 0,
            unsealed: false,
            written: false,
            due: Vec::new(),
            readers: Vec::new(),
        }
    }

    /// Moves the collected wakers to the end of `due`.
    pub(crate) fn take_due(&mut self, due: &mut Vec<Waker>) {
        due.append(&mut self.due);
    }

    /// True while a group waits for room on the disk.
    pub(crate) fn is_held_back(&self) -> bool {
        self.held_back
    }

    /// Writes what there is, as one group; false if there was nothing. Afterwards the caller wakes the due wakers, then
    /// calls [`Writer::after_group`].
    pub(crate) fn flush(&mut self) -> bool {
        if !self.held_back {
            self.group.clear();
            let (from, to) = self.drain.drain(GROUP_BYTES_MAX, &mut self.group);
            if from == to {
                return false;
            }
        }
        let end = self.drain.at();
        match self.write(end) {
            Ok(()) => self.held_back = false,
            Err(JournalError::Full { .. }) => {
                self.held_back = true;
                self.report_disk();
                self.core.log.set_disk_full(true);
            }
            Err(error) => self.poison(&error),
        }
        !self.held_back
    }

    /// Sleeps until there is something to write, or maintenance to do.
    pub(crate) fn rest(&mut self) {
        let timeout = if self.held_back || self.core.log.is_disk_full() {
            Some(BLOCKED_LOOK)
        } else if self.unsynced {
            let every = self.sync_every();
            Some(every.saturating_sub(self.synced_at.elapsed()).max(Duration::from_millis(1)))
        } else if self.unsealed {
            Some(SETTLE_AFTER)
        } else {
            None
        };
        if self.held_back {
            std::thread::park_timeout(BLOCKED_LOOK);
        } else {
            self.drain.wait(timeout);
        }
        self.maintain();
    }

    /// Work between groups: the sync of the relaxed setting, the witness of a quiet journal, room on a full disk.
    pub(crate) fn maintain(&mut self) {
        if self.core.log.durable.failure().is_some() {
            return;
        }
        let is_quiet = self.drain.at() == self.core.log.buffer.tail();
        let sync_every = self.sync_every();
        let Some(journal) = &mut self.journal else { return };
        let result = if self.unsynced && self.synced_at.elapsed() >= sync_every {
            self.unsynced = false;
            self.unsynced_bytes = 0;
            self.synced_at = Instant::now();
            sync(journal, &self.core.state.metrics)
        } else if self.unsealed && is_quiet && !self.unsynced {
            self.unsealed = false;
            journal.seal_tail().map(drop)
        } else {
            Ok(())
        };
        let result = result.and_then(|()| journal.maintain());
        self.report_disk();
        if let Err(error) = result {
            self.poison(&error);
        }
    }

    /// Publishes, after maintenance, whether the journal lacks its next segment, and how often it did.
    fn report_disk(&self) {
        let Some(journal) = &self.journal else { return };
        self.core.log.set_disk_full(journal.full());
        let (metrics, (retries, last)) = (&self.core.state.metrics, journal.retries());
        if retries != metrics.segment_retries.get() {
            metrics.segment_retries.set(retries);
            *metrics.last_retry.lock() = last;
        }
    }

    /// Poisons, because a panic came out of the writer, on whatever thread it ran: nothing more is written. The wakers
    /// are due.
    pub(crate) fn panicked(&mut self, panic: &(dyn Any + Send)) {
        (self.held_back, self.written) = (false, false);
        self.due.append(&mut self.readers);
        self.core.log.poison_by_panic("the journal's writer", panic, &mut self.due);
    }

    /// Writes everything that is left, and closes. No more records come. The wakers are due.
    pub(crate) fn close(&mut self) {
        while self.flush() || (self.held_back && self.core.log.durable.failure().is_none()) {
            if self.held_back {
                // The disk is full and stays so: what is held back was never acknowledged.
                self.poison_with("the disk was full at closing".to_owned());
                self.held_back = false;
            }
            self.after_group();
        }
        if let Some(journal) = self.journal.take()
            && self.core.log.durable.failure().is_none()
            && let Err(error) = journal.close()
        {
            self.poison_with(error.to_string());
        }
        self.end();
    }

    /// Ends all waiting and following: nothing more will be written.
    pub(crate) fn end(&mut self) {
        self.core.log.durable.fail_into(Error::Closed, &mut self.due);
        if let Some(history) = self.history.take() {
            history.close_into(&mut self.due);
        }
    }

    fn write(&mut self, end: u64) -> Result<(), JournalError> {
        let durable = &self.core.log.durable;
        if durable.failure().is_some() {
            // Thrown away: its callers never get a success, and none may wait for room without an end.
            return Ok(());
        }
        self.core.state.metrics.groups.add(1);
        self.core.state.metrics.bytes.add(self.group.len() as u64);
        if let Some(journal) = &mut self.journal {
            let before = journal.end();
            journal.append(before, &self.group)?;
            assert_eq!(journal.end(), Position(end), "journal and log buffer agree on every record's end");
            self.unsealed = true;
            if self.core.state.config.durability == Durability::Synced {
                sync(journal, &self.core.state.metrics)?;
            } else {
                self.unsynced = true;
                self.unsynced_bytes += self.group.len();
                // A reader that is overtaken goes on in the files, which show what is synced: so the history drops
                // nothing that is not synced.
                if self.unsynced_bytes > self.core.state.config.update_history_bytes / 2 {
                    self.unsynced = false;
                    self.unsynced_bytes = 0;
                    self.synced_at = Instant::now();
                    sync(journal, &self.core.state.metrics)?;
                }
            }
        }
        if let Some(history) = &mut self.history {
            history.push_into(&self.group, end, &mut self.readers);
        }
        durable.advance_into(end, &mut self.due);
        // Behind the callers, who wait for an answer: a reader may keep its thread busy for long.
        self.due.append(&mut self.readers);
        self.written = true;
        Ok(())
    }

    /// Work that may be done after waiting callers have been released: the sync of the relaxed setting, the next
    /// segment.
    pub(crate) fn after_group(&mut self) {
        if std::mem::take(&mut self.written)
            && let Err(error) = self.tend_group()
        {
            self.poison(&error);
        }
    }

    fn tend_group(&mut self) -> Result<(), JournalError> {
        let sync_every = self.sync_every();
        let Some(journal) = &mut self.journal else { return Ok(()) };
        if self.unsynced && self.synced_at.elapsed() >= sync_every {
            self.unsynced = false;
            self.unsynced_bytes = 0;
            self.synced_at = Instant::now();
            sync(journal, &self.core.state.metrics)?;
        }
        let maintained = journal.maintain();
        self.report_disk();
        maintained
    }

    fn sync_every(&self) -> Duration {
        match self.core.state.config.durability {
            Durability::Synced => Duration::ZERO,
            Durability::Relaxed { sync_every } => sync_every,
        }
    }

    fn poison(&mut self, error: &JournalError) {
        self.held_back = false;
        self.poison_with(error.to_string());
    }

    fn poison_with(&mut self, cause: String) {
        self.core.log.poison_into(cause, &mut self.due);
    }
}

/// Syncs the journal and notes how long that took.
fn sync(journal: &mut Journal, metrics: &Metrics) -> Result<(), JournalError> {
    let started = Instant::now();
    journal.sync()?;
    // Rounded up: zero stands for no sync at all.
    metrics
        .last_sync_us
        .set(u64::try_from(started.elapsed().as_nanos().div_ceil(1_000)).unwrap_or(u64::MAX).max(1));
    Ok(())
}
