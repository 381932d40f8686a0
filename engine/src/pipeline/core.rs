//! A state with a journal: what callers' commands run on.

use crate::clock::UnixMs;
use crate::ids::Secrets;
use crate::sync::{Mark, Mutex, rank};

use super::log::Log;
use super::state::State;

/// The running engine below its face.
pub(crate) struct Core {
    pub(crate) state: State,
    pub(crate) secrets: Secrets,
    pub(crate) log: Log,
    /// Held for one batch of due holds, so that a caller that found too few seats waits for those that are just expiring.
    /// Under it nothing waits for a slot or for an operator.
    pub(crate) batch: Mutex<(), { rank::BATCH }>,
    /// Holds and payments with a deadline up to here may have been shown as over, though that is not recorded.
    shown_ms: Mark,
}

impl Core {
    pub(crate) fn new(state: State, secrets: Secrets, log: Log) -> Self {
        Self { state, secrets, log, batch: Mutex::default(), shown_ms: Mark::default() }
    }

    /// Before a reader says that something with a deadline up to `now` is over; see [`look`](Self::look).
    pub(super) fn tell_lapsed(&self, now: UnixMs) {
        self.shown_ms.raise(now.get());
    }

    /// Asked by a writer that owns a hold or payment and may have looked at the clock long ago: readers were told that
    /// deadlines up to here have passed.
    pub(crate) fn told(&self) -> UnixMs {
        UnixMs::new(self.shown_ms.load_after_acquire())
    }
}
