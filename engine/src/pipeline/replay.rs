//! How records come back from the journal: read, checked and applied on one thread, or applied on a second thread while
//! the first reads on. The order is the same, and so is what comes of it.

use std::io;

use crossbeam::channel::{Receiver, Sender, bounded};

use crate::clock::UnixMs;
use crate::journal::record::Record as Sealed;
use crate::journal::{ApplyError, NotApplied, Position, Replay};
use crate::reservations::Slot;

use super::fact::Stamp;
use super::log::BODY_VERSION;
use super::records::Record;
use super::state::State;

/// Records applied before answers past their time are forgotten.
const FORGET_EVERY: u32 = 4_096;
/// Records that are handed over together.
const BATCH_RECORDS: usize = 256;
/// Bytes of record bodies after which a batch is handed over early: a few long records must not take all memory.
const BATCH_BYTES: usize = 256 << 10;
/// Batches that may wait to be applied.
const BATCHES_MAX: usize = 8;

/// What the journal hands records to while a folder is opened, or while a snapshot is made beside a running engine.
pub(crate) struct Replayer<'a> {
    pub(crate) state: &'a State,
    /// Records since answers past their time were last forgotten.
    since_forgetting: u32,
}

impl<'a> Replayer<'a> {
    pub(crate) fn new(state: &'a State) -> Self {
        Self { state, since_forgetting: 0 }
    }

    /// Keeps the answer that the record gave, and forgets now and then those past their time.
    fn answer(&mut self, Decoded { end, time, record }: &Decoded) {
        record.remember(self.state, Stamp { end: end.0, at: *time });
        self.since_forgetting += 1;
        if self.since_forgetting == FORGET_EVERY {
            self.since_forgetting = 0;
            self.state.answers.forget_due(*time, usize::MAX);
        }
    }
}

fn apply(state: &State, Decoded { end, time, record }: &Decoded) -> Result<(), NotApplied> {
    let refused = |corrupt| NotApplied { at: *end, error: ApplyError::from(corrupt) };
    record.replay(state, Stamp { end: end.0, at: *time }).map_err(refused)
}

impl Replay for Replayer<'_> {
    fn snapshot_record(&mut self, record: Sealed<'_>) -> Result<(), ApplyError> {
        Ok(self.state.restore(record.kind, record.payload)?)
    }

    fn snapshot_ended(&mut self) -> Result<(), ApplyError> {
        Ok(self.state.restored()?)
    }

    fn record(&mut self, end: Position, record: Sealed<'_>) -> Result<(), NotApplied> {
        let decoded = Decoded::from(end, record)?;
        apply(self.state, &decoded)?;
        self.answer(&decoded);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), NotApplied> {
        Ok(())
    }
}

/// A record as it is applied.
struct Decoded {
    end: Position,
    time: UnixMs,
    record: Record,
}

impl Decoded {
    fn from(end: Position, sealed: Sealed<'_>) -> Result<Self, NotApplied> {
        let Sealed { kind, version, time, payload } = sealed;
        let refused = |message| NotApplied { at: end, error: ApplyError::new(message) };
        if version != BODY_VERSION {
            return Err(refused(format!(
                "kind {kind} has version {version}, this engine reads {BODY_VERSION}"
            )));
        }
        let record = Record::get_body(kind, payload)
            .map_err(|why| refused(format!("record of kind {kind}: {}", why.0)))?;
        Ok(Self { end, time, record })
    }
}

/// Runs `read` with a replay whose records are applied on a thread of its own. The calling thread reads, checks, decodes, and
/// keeps the answers, which nothing else in a record's change depends on: that makes the halves about equal. For
/// opening a folder only; beside a running engine the second core belongs to its callers.
///
/// # Errors
/// The system has no thread.
pub(crate) fn on_two_threads<R>(state: &State, read: impl FnOnce(&mut dyn Replay) -> R) -> io::Result<R> {
    let (ready, batches) = bounded(BATCHES_MAX);
    let (emptied, empty) = bounded(BATCHES_MAX);
    std::thread::scope(|scope| {
        let applying = std::thread::Builder::new()
            .name("tacos-replay".to_owned())
            .spawn_scoped(scope, move || apply_all(state, &batches, &emptied))?;
        let join = || applying.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let reading = Replayer::new(state);
        let mut ahead =
            Ahead { reading, batch: Vec::new(), bytes: 0, empty, ready: Some(ready), join: Some(join) };
        Ok(read(&mut ahead))
    })
}

/// The applying thread: ends at the first record that does not follow, or when no more come.
fn apply_all(
    state: &State,
    batches: &Receiver<Vec<Decoded>>,
    emptied: &Sender<Vec<Decoded>>,
) -> Result<(), NotApplied> {
    for mut batch in batches {
        batch.drain(..).try_for_each(|decoded| apply(state, &decoded))?;
        // The reading thread takes none back when it has read everything.
        let _ = emptied.try_send(batch);
    }
    Ok(())
}

/// The reading thread's end.
struct Ahead<'a, J> {
    reading: Replayer<'a>,
    batch: Vec<Decoded>,
    /// Bytes of the batch's bodies.
    bytes: usize,
    empty: Receiver<Vec<Decoded>>,
    /// Gone once everything was handed over.
    ready: Option<Sender<Vec<Decoded>>>,
    /// Waits for the applying thread's verdict.
    join: Option<J>,
}

impl<J: FnOnce() -> Result<(), NotApplied>> Ahead<'_, J> {
    fn hand_over(&mut self) -> Result<(), NotApplied> {
        let next = self.empty.try_recv().unwrap_or_else(|_| Vec::with_capacity(BATCH_RECORDS));
        let batch = std::mem::replace(&mut self.batch, next);
        batch.iter().for_each(|decoded| self.reading.answer(decoded));
        self.bytes = 0;
        let Some(ready) = &self.ready else { return Ok(()) };
        // Refused only if the other thread has ended: then it says why.
        if ready.send(batch).is_err() { self.verdict() } else { Ok(()) }
    }

    fn verdict(&mut self) -> Result<(), NotApplied> {
        self.ready = None;
        self.join.take().map_or(Ok(()), |join| join())
    }
}

impl<J: FnOnce() -> Result<(), NotApplied>> Replay for Ahead<'_, J> {
    /// The snapshot comes before every record of the journal: the other thread has nothing to do yet.
    fn snapshot_record(&mut self, record: Sealed<'_>) -> Result<(), ApplyError> {
        self.reading.snapshot_record(record)
    }

    fn snapshot_ended(&mut self) -> Result<(), ApplyError> {
        self.reading.snapshot_ended()
    }

    fn record(&mut self, end: Position, record: Sealed<'_>) -> Result<(), NotApplied> {
        match Decoded::from(end, record) {
            Ok(decoded) => self.batch.push(decoded),
            Err(refused) => {
                // What came before may be refused as well, and is said first.
                self.finish()?;
                return Err(refused);
            }
        }
        self.bytes += record.payload.len();
        if self.batch.len() == BATCH_RECORDS || self.bytes >= BATCH_BYTES { self.hand_over() } else { Ok(()) }
    }

    fn finish(&mut self) -> Result<(), NotApplied> {
        self.hand_over()?;
        self.verdict()
    }
}

impl State {
    /// Ends replay: free slots can be taken again, lines start anew, and what is due is due at `now`.
    pub(crate) fn finish_replay(&self, now: UnixMs) {
        self.reservations.slots().rebuild_free(|slot| slot.status.peek().state == Slot::FREE);
        self.payments.slots().rebuild_free(|slot| slot.status.peek().state == 0);
        self.outbox.slots().rebuild_free(|status| status.peek().state == 0);
        for event in self.catalog.each() {
            event.seats.finish_replay();
            if let Some(line) = event.line.get() {
                line.finish(now);
                self.arm_draw(event, now);
                self.arm_advance(event.number, now);
            }
        }
        if self.latest() > UnixMs::ZERO {
            // What was let in just before the end is not recorded: a restart saves up no permits.
            self.ceiling.drain(now);
        }
    }
}
