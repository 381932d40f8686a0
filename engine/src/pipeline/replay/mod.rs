//! How a folder comes back: pieces of a snapshot and runs of records are read and checked without the state, then put
//! into it in order. On one thread, or on several: see `threads`. The order is the same, and so is what comes of it.

mod batch;
mod threads;
#[cfg(all(test, not(any(loom, shuttle))))]
mod threads_tests;

use crate::clock::UnixMs;
use crate::journal::{NotTaken, Piece, Position, Replay};
use crate::reservations::Slot;

use super::state::State;
use batch::Batch;
pub(crate) use threads::{Helpers, on_threads};

/// Puts a folder back on the calling thread: beside a running engine, where the other cores belong to its callers, and
/// where everything must happen in the same order each time.
pub(crate) struct Replayer<'a> {
    state: &'a State,
    /// Room for a piece that is opened.
    plain: Vec<u8>,
    taken: u64,
}

impl<'a> Replayer<'a> {
    pub(crate) fn new(state: &'a State) -> Self {
        Self { state, plain: Vec::new(), taken: 0 }
    }

    fn put(&mut self, mut batch: Batch) -> Result<(), NotTaken> {
        // The answers last: nothing in a change depends on them.
        let (answers, now) = (batch.take_answers(), batch.time());
        self.taken += batch.put(self.state)?;
        answers.iter().for_each(|staged| self.state.install(staged, now));
        Ok(())
    }
}

impl Replay for Replayer<'_> {
    fn piece(&mut self, piece: Piece) -> Result<(), NotTaken> {
        let batch = Batch::of_piece(&piece, &mut self.plain, 1);
        self.put(batch)
    }

    fn snapshot_ended(&mut self, at: Position, records: u64) -> Result<(), NotTaken> {
        self.state.check_restored(at, self.taken, records)
    }

    fn run(&mut self, start: Position, records: &[u8]) -> Result<(), NotTaken> {
        self.put(Batch::of_run(start, records, 1))
    }

    fn finish(&mut self) -> Result<(), NotTaken> {
        Ok(())
    }

    fn taken(&self) -> u64 {
        self.taken
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
