//! Panics planted in the middle of a change: just before its record is appended, when seats are claimed already, or
//! just after, when nothing of it shows yet.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::Engine;

/// Where in a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Everything is owned and claimed, and no record tells of it.
    BeforeTheRecord,
    /// The record is in the log buffer, and nothing is published.
    AfterTheRecord,
}

/// Counts records down to a panic. At rest while both are zero.
#[derive(Default)]
pub(crate) struct PlantedPanic {
    before: AtomicU64,
    after: AtomicU64,
}

impl PlantedPanic {
    #[inline]
    pub(crate) fn before_record(&self) {
        if self.before.load(Ordering::Relaxed) > 0 {
            count_down(&self.before, "before");
        }
    }

    #[inline]
    pub(crate) fn after_record(&self) {
        if self.after.load(Ordering::Relaxed) > 0 {
            count_down(&self.after, "after");
        }
    }
}

#[cold]
fn count_down(left: &AtomicU64, moment: &str) {
    // One thread meets the end of the count.
    assert!(left.fetch_sub(1, Ordering::Relaxed) != 1, "planted {moment} the record");
}

/// The `nth` record from now on (from 1) meets a panic.
pub fn plant_panic(engine: &Engine, moment: Moment, nth: u64) {
    let planted = engine.planted_panic();
    match moment {
        Moment::BeforeTheRecord => planted.before.store(nth, Ordering::Relaxed),
        Moment::AfterTheRecord => planted.after.store(nth, Ordering::Relaxed),
    }
}
