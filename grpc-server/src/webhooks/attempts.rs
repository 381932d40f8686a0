//! The failed attempts of deliveries: their times and results. The engine's outbox counts attempts; times and results
//! are kept in this process alone, so after a restart they are unknown until the next attempt.

use std::collections::HashMap;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tacos_engine::{UnixMs, WebhookId};

/// Deliveries remembered at once; of more, nothing is known but the count of attempts.
const KEPT_MAX: usize = 65_536;

/// How one attempt failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failed {
    /// The answer's status; 0 if none came.
    pub(crate) status: u16,
    pub(crate) reason: String,
}

/// The attempts of one delivery.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attempts {
    /// `None` if the first was made before this process began.
    pub(crate) first_ms: Option<u64>,
    pub(crate) last_ms: u64,
    pub(crate) failed: Failed,
}

impl Attempts {
    /// With one more; `number` is its number.
    pub(crate) fn and(before: Option<Self>, number: u32, at: UnixMs, failed: Failed) -> Self {
        let first_ms = match before {
            Some(before) => before.first_ms,
            None => (number == 1).then_some(at.get()),
        };
        Self { first_ms, last_ms: at.get(), failed }
    }
}

/// Attempts of deliveries in the engine's outbox.
#[derive(Default)]
pub(crate) struct AttemptLog(Mutex<HashMap<WebhookId, Attempts>>);

impl AttemptLog {
    pub(crate) fn of(&self, id: WebhookId) -> Option<Attempts> {
        self.0.lock().get(&id).cloned()
    }

    /// The attempt with this number failed.
    pub(crate) fn failed(&self, id: WebhookId, number: u32, at: UnixMs, failed: Failed) {
        let mut kept = self.0.lock();
        let before = kept.remove(&id);
        if kept.len() < KEPT_MAX {
            kept.insert(id, Attempts::and(before, number, at, failed));
        }
    }

    /// Delivered: the record of its attempts is not needed any more.
    pub(crate) fn forget(&self, id: WebhookId) {
        self.0.lock().remove(&id);
    }
}
