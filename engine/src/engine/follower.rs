//! Readers of updates: each has its own place in the journal, and none of them slows a writer.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::{Engine, SharedWriter, flush_all};
use crate::error::Error;
use crate::journal::{JournalError, JournalReader, JournalView, Position, record};
use crate::pipeline::{Core, Record, Stamp};
use crate::sync::{Deadline, Ticket};
use crate::updates::{History, HistoryClosed, Read, Update};
use crate::views::{EventView, SeatView};

/// Bytes of records that a reader takes in one go.
const READ_BYTES: usize = 64 << 10;

/// Why a reader cannot go on from where it was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpdatesLost {
    /// What comes next is no longer retained: take a new snapshot of the state and go on from `oldest` or later.
    Gone {
        /// The oldest position from which can be read.
        oldest: Position,
    },
    /// No update ends at this position, or it is not durable yet.
    NotAPosition {
        /// The position asked for.
        position: Position,
    },
    /// The journal could not be read, or it has failed and everything was read.
    Journal(String),
    /// The engine is closed, and everything was read that memory still had. What comes next, if anything, is in the
    /// folder: open it again and go on from [`UpdateReader::position`].
    Closed,
}

impl fmt::Display for UpdatesLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone { oldest } => write!(f, "these updates are gone, the oldest kept begin at {oldest}"),
            Self::NotAPosition { position } => write!(f, "no update ends at {position}"),
            Self::Journal(error) => write!(f, "the journal gives no more updates: {error}"),
            Self::Closed => f.write_str("the engine is closed"),
        }
    }
}

impl std::error::Error for UpdatesLost {}

/// A reader of updates. It costs its engine nothing but the memory of its own buffer; if it is slow it reads from the
/// journal's files, and if it is so slow that they are gone it gets an error.
pub struct UpdateReader {
    core: Arc<Core>,
    history: Arc<History>,
    journal: Option<JournalView>,
    /// Where callers write for each other, a reader writes first what there is to write.
    writer: Arc<SharedWriter>,
    /// Reading files, after falling behind what memory keeps.
    files: Option<JournalReader>,
    at: u64,
    bytes: Vec<u8>,
    ticket: Option<Ticket>,
}

impl Engine {
    /// Where the newest durable update ends: reading from here gives only what is new, and whatever was recorded before
    /// shows in every read that is made afterwards, counts and line figures included.
    #[must_use]
    pub fn position(&self) -> Position {
        self.inner.flush();
        Position(self.inner.history.newest())
    }

    /// A reader of the updates behind `from`: a position that an earlier reader or [`Engine::position`] gave, or
    /// [`Position::ZERO`] for everything that is retained since the beginning.
    ///
    /// # Errors
    /// [`UpdatesLost::Gone`] if they are no longer retained, [`UpdatesLost::NotAPosition`].
    pub fn updates(&self, from: Position) -> Result<UpdateReader, UpdatesLost> {
        let inner = &self.inner;
        let mut reader = UpdateReader {
            core: Arc::clone(&inner.core),
            history: Arc::clone(&inner.history),
            journal: inner.snapshots.journal().ok().map(|journal| journal.unlocked()),
            writer: Arc::clone(&inner.writer),
            files: None,
            at: from.0,
            bytes: Vec::new(),
            ticket: None,
        };
        if from.0 > inner.history.newest() {
            return Err(UpdatesLost::NotAPosition { position: from });
        }
        reader.choose_source()?;
        Ok(reader)
    }

    /// An event with all its seats, and the position behind which lie all updates that the copy may lack. An update
    /// that the copy already has does no harm: it carries the whole state of its seats, and their versions.
    ///
    /// # Errors
    /// [`crate::Refusal::UnknownEvent`].
    pub fn event_snapshot(
        &self,
        id: &crate::EventId,
    ) -> Result<(EventView, Vec<SeatView>, Position), crate::Refusal> {
        // The position first: what is recorded before it shows.
        let position = self.position();
        let event = self.event(id)?;
        let seats = self.seats(id, 0, usize::MAX)?;
        Ok((event, seats, position))
    }
}

impl UpdateReader {
    /// Where the last update that was read ends.
    #[must_use]
    pub fn position(&self) -> Position {
        Position(self.at)
    }

    /// Adds the updates that there are to the end of `out` and returns how many, at most some hundreds; 0 if there is
    /// nothing new. Never waits.
    ///
    /// # Errors
    /// [`UpdatesLost`]; what was added before stays.
    pub fn read(&mut self, out: &mut Vec<Update>) -> Result<usize, UpdatesLost> {
        let before = out.len();
        flush_all(&self.writer);
        // Some records give no update: a read without updates is the last only when nothing is left to read.
        let mut at = None;
        while out.len() == before && at != Some(self.at) {
            at = Some(self.at);
            if self.files.is_some() && self.history_has_it() {
                self.files = None;
            }
            if self.files.is_some() {
                self.read_files(out)?;
            } else {
                self.read_memory(out)?;
            }
        }
        Ok(out.len() - before)
    }

    /// As [`UpdateReader::read`], but waits up to `timeout` for the first.
    ///
    /// # Errors
    /// As [`UpdateReader::read`], and [`UpdatesLost::Closed`].
    pub fn wait(&mut self, timeout: Duration, out: &mut Vec<Update>) -> Result<usize, UpdatesLost> {
        let deadline = Deadline::after(timeout);
        loop {
            let count = self.read(out)?;
            if count > 0 {
                return Ok(count);
            }
            let left = deadline.left().unwrap_or(timeout);
            if left.is_zero() {
                return Ok(0);
            }
            self.sleep(left)?;
        }
    }

    /// For futures: ready when there is something to read, or when there never will be.
    pub fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), UpdatesLost>> {
        let end = if self.files.is_some() { return Poll::Ready(Ok(())) } else { self.at };
        match self.history.poll(end, context.waker(), &mut self.ticket) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(result) => {
                self.ticket = None;
                Poll::Ready(result.map_err(|HistoryClosed| self.ended()))
            }
        }
    }

    /// Why nothing more will come.
    fn ended(&self) -> UpdatesLost {
        match self.core.log.failure() {
            Some(Error::Poisoned { cause }) => UpdatesLost::Journal(cause),
            Some(Error::Closed) | None => UpdatesLost::Closed,
        }
    }

    fn sleep(&mut self, timeout: Duration) -> Result<(), UpdatesLost> {
        let waker = std::task::Waker::from(Arc::new(Unpark(std::thread::current())));
        match self.poll_ready(&mut Context::from_waker(&waker)) {
            Poll::Ready(result) => result,
            Poll::Pending => {
                std::thread::park_timeout(timeout);
                Ok(())
            }
        }
    }

    fn history_has_it(&self) -> bool {
        self.at >= self.history.oldest()
    }

    fn read_memory(&mut self, out: &mut Vec<Update>) -> Result<(), UpdatesLost> {
        self.bytes.clear();
        match self.history.read(self.at, READ_BYTES, &mut self.bytes) {
            Read::UpToDate => Ok(()),
            Read::Records { to } => {
                self.at = decode_updates(&self.core, self.at, &self.bytes, out)?;
                debug_assert_eq!(self.at, to, "all records of the run were decoded");
                Ok(())
            }
            Read::Gone { .. } => {
                self.choose_source()?;
                if self.files.is_some() { self.read_files(out) } else { Ok(()) }
            }
        }
    }

    fn read_files(&mut self, out: &mut Vec<Update>) -> Result<(), UpdatesLost> {
        let Some(files) = &mut self.files else { return Ok(()) };
        let group = files.next_group();
        // Asked after reading: once the engine is closed the folder may be another's, and what was read of it does not
        // count.
        if self.core.log.has_let_go() {
            return Err(UpdatesLost::Closed);
        }
        match group {
            Ok(None) => Ok(()),
            Ok(Some(group)) => {
                self.at = decode_updates(&self.core, group.start.0, group.bytes, out)?;
                Ok(())
            }
            Err(error) => Err(lost(&error)),
        }
    }

    /// Finds out where to read from: memory if it reaches back far enough, else the files.
    fn choose_source(&mut self) -> Result<(), UpdatesLost> {
        if self.history_has_it() {
            self.files = None;
            return Ok(());
        }
        match &self.journal {
            None => Err(UpdatesLost::Gone { oldest: Position(self.history.oldest()) }),
            Some(_) if self.core.log.has_let_go() => Err(UpdatesLost::Closed),
            Some(journal) => {
                self.files = Some(journal.reader(Position(self.at)).map_err(|error| lost(&error))?);
                Ok(())
            }
        }
    }
}

fn decode_updates(core: &Core, from: u64, bytes: &[u8], out: &mut Vec<Update>) -> Result<u64, UpdatesLost> {
    let mut end = from;
    for item in record::Records::new(bytes) {
        let (to, _, raw) = item.map_err(|(_, error)| UpdatesLost::Journal(error.to_string()))?;
        end = from + to as u64;
        let body = Record::get_body(raw.kind, raw.payload)
            .map_err(|why| UpdatesLost::Journal(format!("record of kind {}: {}", raw.kind, why.0)))?;
        out.extend(body.update(&core.state, Stamp { end, at: raw.time }));
    }
    Ok(end)
}

fn lost(error: &JournalError) -> UpdatesLost {
    match error {
        JournalError::NotRetained { oldest, .. } => UpdatesLost::Gone { oldest: *oldest },
        JournalError::NotABoundary { wanted } => UpdatesLost::NotAPosition { position: *wanted },
        other => UpdatesLost::Journal(other.to_string()),
    }
}

struct Unpark(std::thread::Thread);

impl std::task::Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
