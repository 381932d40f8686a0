//! A state with a journal: what callers' commands run on.

use std::ops::Deref;

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
    /// Holds with a deadline up to here may have been shown as expired, though nobody has expired them yet.
    told_expired_ms: Mark,
}

impl Core {
    pub(crate) fn new(state: State, secrets: Secrets, log: Log) -> Self {
        Self { state, secrets, log, batch: Mutex::default(), told_expired_ms: Mark::default() }
    }

    /// Before a reader says that a hold with a deadline up to `now` is expired. The slot is read again after this: either
    /// that shows what a writer in the middle of a change makes of it, or every later writer asks
    /// [`told_expired`](Self::told_expired) and leaves the hold alone.
    pub(crate) fn tell_expired(&self, now: UnixMs) {
        self.told_expired_ms.raise(now.get());
    }

    /// Asked by a writer that owns a pending hold and may have looked at the clock long ago: a deadline up to here has
    /// passed for whoever was told.
    pub(crate) fn told_expired(&self) -> UnixMs {
        UnixMs::new(self.told_expired_ms.after_owning())
    }
}

impl Deref for Core {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}
