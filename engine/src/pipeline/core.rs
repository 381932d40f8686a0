//! A state with a journal: what callers' commands run on.

use std::ops::Deref;

use crate::ids::Secrets;

use super::log::Log;
use super::state::State;

/// The running engine below its face.
pub(crate) struct Core {
    pub(crate) state: State,
    pub(crate) secrets: Secrets,
    pub(crate) log: Log,
    /// Held for one batch of due timers, so that whoever found too few seats waits for holds that are just expiring.
    pub(crate) batch: parking_lot::Mutex<()>,
}

impl Core {
    pub(crate) fn new(state: State, secrets: Secrets, log: Log) -> Self {
        Self { state, secrets, log, batch: parking_lot::Mutex::new(()) }
    }
}

impl Deref for Core {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}
