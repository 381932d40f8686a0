//! Small concurrency tools that the modules share: the status word with one owner at a time, the slab with
//! generations, and the switch between the standard library's atomics and loom's or
//! shuttle's. Knows nothing of tickets.
//!
//! Everything here is safe Rust: shared fields are atomics, ownership is a bit in a word, and memory that was
//! once handed out is reused but never returned, so that a stale index reads a stale generation and not a freed slot.

mod lock;
mod log_buffer;
mod mark;
mod park;
mod prefault;
pub(crate) mod rank;
mod slab;
mod status;
mod watermark;

pub(crate) use lock::{MapRank, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard, Signal};
pub(crate) use log_buffer::{LogBuffer, LogBufferOptions, LogDrain, Unpublished};
pub(crate) use mark::Mark;
pub(crate) use park::Deadline;
pub(crate) use prefault::prefault;
#[cfg(all(test, not(any(loom, shuttle))))]
pub(crate) use slab::LOOKS;
pub(crate) use slab::Slab;
pub(crate) use status::{NotOwned, Owned, OwnedBy, Seen, Status};
pub(crate) use watermark::{BLOCKED_LOOK, Drove, Ticket, Watermark, wake_all};

pub(crate) use crossbeam::utils::CachePadded;

/// Atomics: the standard library's, or loom's under `--cfg loom`, or shuttle's under `--cfg shuttle`.
#[cfg(not(any(loom, shuttle)))]
pub(crate) mod atomic {
    pub(crate) use std::sync::atomic::{
        AtomicBool, AtomicI64, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
    };
}

/// Atomics: shuttle's. It knows one order only, the sequential one: weaker orders are loom's matter.
#[cfg(shuttle)]
pub(crate) mod atomic {
    pub(crate) use shuttle::sync::atomic::{
        AtomicBool, AtomicI64, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
    };
}

/// Atomics: loom's.
#[cfg(loom)]
pub(crate) mod atomic {
    pub(crate) use loom::sync::atomic::{
        AtomicBool, AtomicI64, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
    };
}

/// A small number of this thread's own: for what is kept by thread so that threads do not meet.
pub(crate) fn thread_number() -> usize {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static MINE: usize = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    MINE.with(|mine| *mine)
}

/// A short wait for another thread that is inside a step of some tens of nanoseconds: spin a little, then yield.
#[derive(Default)]
pub(crate) struct Pause(#[cfg(not(any(loom, shuttle)))] crossbeam::utils::Backoff);

impl Pause {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn wait(&mut self) {
        #[cfg(not(any(loom, shuttle)))]
        self.0.snooze();
        #[cfg(shuttle)]
        shuttle::thread::yield_now();
        #[cfg(loom)]
        loom::thread::yield_now();
    }
}
