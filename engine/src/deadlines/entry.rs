//! An entry's word: the deadline that its owner wants, and whether the driver is notified of it. The only place where
//! owners and driver race. Knows no slots, no lists and no threads.
//!
//! One 64-bit word holds both, so every race is decided by the order of changes of one word:
//!
//! ```text
//!             owner: want / cancel                     driver: collect
//!  deadline ───────────────────────► QUEUED, deadline ────────────────► deadline (0 = none)
//!     │                               │      ▲   │
//!     └── driver: expire ─► none      │      └───┘ owner: want / cancel again: nothing to push
//!                                     └── driver: expire ─► QUEUED, none
//! ```
//!
//! An owner that sets QUEUED on a word that did not have it must push the entry to the inbox; no other thread may.

use crate::sync::atomic::{AtomicU64, Ordering};

/// The entry is in the inbox, or its pusher is about to put it there.
const QUEUED: u64 = 1 << 63;
/// No deadline.
const NONE: u64 = 0;

/// A deadline as an entry keeps it: milliseconds, 1 to 2^63 - 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At(u64);

impl At {
    /// The deadline at `unix_ms`. The epoch itself becomes the millisecond after it (both are long past); what does not
    /// fit 63 bits is never reached and therefore no deadline.
    pub(super) fn new(unix_ms: u64) -> Option<Self> {
        (unix_ms < QUEUED).then(|| Self(unix_ms.max(1)))
    }

    pub(super) fn get(self) -> u64 {
        self.0
    }

    fn of(word: u64) -> Option<Self> {
        let unix_ms = word & !QUEUED;
        (unix_ms != NONE).then_some(Self(unix_ms))
    }
}

/// What an owner has to do after it changed a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InboxStep {
    /// Nothing: the word already said so.
    Unchanged,
    /// The entry is in the inbox, or another owner is about to push it.
    Queued,
    /// This owner must push the entry.
    Push,
}

/// What came of an entry whose slot was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expiry {
    /// The deadline has passed and is consumed.
    Fired,
    /// The owner wants a later moment by now.
    Later(At),
    /// The owner wants none by now.
    Cancelled,
}

/// The word of one entry; the default wants nothing.
#[derive(Default)]
pub(super) struct Entry(AtomicU64);

impl Entry {
    /// Owner: wants to be fired at `at`, whatever was wanted before.
    pub(super) fn want(&self, at: At) -> InboxStep {
        // Release: what the owner did before is visible to the driver that reads this deadline (`collect`, `expire`).
        // Acquire: pairs with `collect`: if QUEUED is gone, the driver has read the inbox link, so it may be written;
        // and with `latest`, for owners that find QUEUED set: they see that the driver fell asleep (see alarm.rs).
        after(self.0.swap(QUEUED | at.0, Ordering::AcqRel))
    }

    /// Owner: like `want`, but only if nothing or something later is wanted.
    pub(super) fn want_if_earlier(&self, at: At) -> InboxStep {
        self.change(QUEUED | at.0, |current| current.is_none_or(|current| at < current))
    }

    /// Owner: wants no firing.
    pub(super) fn cancel(&self) -> InboxStep {
        self.change(QUEUED, |current| current.is_some())
    }

    /// Driver: takes the entry out of the inbox and says where it belongs now. Its inbox link was read before.
    pub(super) fn collect(&self) -> Option<At> {
        // AcqRel: both halves pair with `want`.
        let before = self.0.fetch_and(!QUEUED, Ordering::AcqRel);
        debug_assert!(before & QUEUED != 0, "word {before:#x} was in the inbox without its mark");
        At::of(before)
    }

    /// Driver: where the entry belongs now, for one that changes its level.
    pub(super) fn peek(&self) -> Option<At> {
        // Relaxed: if this is out of date, the newer word has QUEUED and `collect` will read it.
        At::of(self.0.load(Ordering::Relaxed))
    }

    /// Driver: fires the entry if its deadline is at or before `now`. At most one firing for each `want`.
    pub(super) fn expire(&self, now: u64) -> Expiry {
        let mut word = self.0.load(Ordering::Relaxed);
        loop {
            let Some(at) = At::of(word) else { return Expiry::Cancelled };
            if at.0 > now {
                return Expiry::Later(at);
            }
            // QUEUED stays, since the entry stays in the inbox. Acquire: pairs with the Release in `want`.
            match self.0.compare_exchange_weak(word, word & QUEUED, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return Expiry::Fired,
                Err(seen) => word = seen,
            }
        }
    }

    /// Owner: the newest deadline there is, read by a change that changes nothing, so that a `want` which this does not
    /// see comes after it and pairs with it.
    pub(super) fn latest(&self) -> Option<At> {
        // Release: pairs with the Acquire in `want` and `change`.
        At::of(self.0.fetch_or(0, Ordering::AcqRel))
    }

    fn change(&self, to: u64, allow: impl Fn(Option<At>) -> bool) -> InboxStep {
        let mut word = self.0.load(Ordering::Relaxed);
        loop {
            if !allow(At::of(word)) {
                return InboxStep::Unchanged;
            }
            // Orderings as in `want`.
            match self.0.compare_exchange_weak(word, to, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(before) => return after(before),
                Err(seen) => word = seen,
            }
        }
    }
}

fn after(before: u64) -> InboxStep {
    if before & QUEUED == 0 { InboxStep::Push } else { InboxStep::Queued }
}
