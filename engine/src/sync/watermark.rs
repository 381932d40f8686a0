//! The watermark: an offset that only rises, and the callers that wait for it to pass a point. Made for "durable up to
//! here". May end in a failure, which every caller that still waits then gets. Knows no values and no records.
//!
//! Waiters stand in short lists behind locks, sharded by thread. A waiter looks at the watermark while it holds its
//! list's lock, and the watermark is moved before the lists are locked one after the other; so a waiter either sees the
//! new mark or is seen in the list. A rise walks each list once: a waiter is looked at once for the group that releases
//! it and once for each group written before, of which there is usually one (the group that was being written when the
//! waiter came).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::task::{Poll, Waker};
use std::time::Duration;

use super::atomic::{AtomicBool, AtomicU64, Ordering};
use super::park::{Deadline, with_thread_parker};
use super::{CachePadded, Mutex, Pause, rank};

#[cfg(all(test, loom))]
mod loom_tests;
#[cfg(all(test, not(loom)))]
mod tests;

#[cfg(not(loom))]
const SHARDS: usize = 16;
#[cfg(loom)]
const SHARDS: usize = 1;

/// What drives an engine that has no threads of its own: writes what there is to write.
pub(crate) type Driver = Arc<dyn Fn() -> Drove + Send + Sync>;

/// How far a driver came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a driver that is blocked must not be called again at once"]
pub(crate) enum Drove {
    /// Everything that was there is written.
    All,
    /// The disk takes nothing at the moment: it is worth looking again after [`BLOCKED_LOOK`], and not before.
    Blocked,
}

/// How often a disk that takes nothing is looked at again by a thread that waits for it.
pub(crate) const BLOCKED_LOOK: Duration = Duration::from_millis(200);

/// A rising offset with waiters; `F` is the error of waiters whose offset is never reached.
pub(crate) struct Watermark<F> {
    reached: CachePadded<AtomicU64>,
    failed: AtomicBool,
    failure: OnceLock<F>,
    shards: Box<[CachePadded<Mutex<Waiters, { rank::WAITERS }>>]>,
    driver: OnceLock<Driver>,
}

/// A waiter's entry in its list, so that a second look does not add another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    shard: usize,
    id: u64,
}

struct Waiter {
    id: u64,
    offset: u64,
    waker: Waker,
}

/// One list, in order of `id`.
struct Waiters {
    list: Vec<Waiter>,
    next_id: u64,
    /// No waiter's offset is lower.
    lowest: u64,
}

impl<F: Clone> Watermark<F> {
    /// A mark at `reached`, with no waiters.
    pub(crate) fn new(reached: u64) -> Self {
        let shard = || Waiters { list: Vec::new(), next_id: 0, lowest: u64::MAX };
        Self {
            reached: CachePadded::new(AtomicU64::new(reached)),
            failed: AtomicBool::new(false),
            failure: OnceLock::new(),
            shards: (0..SHARDS).map(|_| CachePadded::new(Mutex::new(shard()))).collect(),
            driver: OnceLock::new(),
        }
    }

    /// The mark as it is now. What happened before it was raised is visible.
    #[inline]
    pub(crate) fn reached(&self) -> u64 {
        // Acquire: pairs with the Release in `advance`.
        self.reached.load(Ordering::Acquire)
    }

    /// How waiting for `offset` ends, if it has ended.
    #[inline]
    pub(crate) fn outcome(&self, offset: u64) -> Option<Result<(), F>> {
        if self.reached() >= offset {
            return Some(Ok(()));
        }
        // Acquire: pairs with the Release in `fail`, after which the mark stands still.
        if !self.failed.load(Ordering::Acquire) {
            return None;
        }
        // It may have risen a last time between the two looks.
        if self.reached() >= offset {
            return Some(Ok(()));
        }
        Some(Err(self.failure.get().expect("set before the flag").clone()))
    }

    /// True once it has failed; [`failure`](Self::failure) says why.
    #[inline]
    pub(crate) fn has_failed(&self) -> bool {
        // Acquire: pairs with the Release in `fail`; the failure is there.
        self.failed.load(Ordering::Acquire)
    }

    /// The failure, if it came to that.
    pub(crate) fn failure(&self) -> Option<&F> {
        self.failure.get()
    }

    /// Raises the mark and adds to `due` the wakers of exactly those who waited for `offset` or less: to be woken by
    /// [`wake_all`] once the caller holds no lock. A lower offset than before changes nothing, and neither does a mark
    /// that has failed: another thread may have failed it while a group was on its way to the disk.
    pub(crate) fn advance_into(&self, offset: u64, due: &mut Vec<Waker>) {
        // Relaxed: a failure that comes at this very moment may miss this rise; a waiter then gets the failure although
        // its record is durable, and a failure says that this may be so.
        if self.failed.load(Ordering::Relaxed) {
            return;
        }
        // Release: pairs with the Acquire in `reached`.
        if self.reached.fetch_max(offset, Ordering::Release) < offset {
            self.take_due(offset, due);
        }
    }

    /// Ends all waiting beyond the present mark, now and later; `due` as in [`advance_into`](Self::advance_into). The
    /// first failure counts, later ones are dropped.
    pub(crate) fn fail_into(&self, failure: F, due: &mut Vec<Waker>) {
        self.fail_unannounced(failure);
        self.take_due(u64::MAX, due);
    }

    /// As [`fail_into`](Self::fail_into), and leaves those who wait to a later call of it.
    pub(crate) fn fail_unannounced(&self, failure: F) {
        if self.failure.set(failure).is_ok() {
            // Release: pairs with the Acquire in `outcome`.
            self.failed.store(true, Ordering::Release);
        }
    }

    /// As [`advance_into`](Self::advance_into), and wakes. Wakers run on this thread.
    #[cfg(test)]
    pub(crate) fn advance(&self, offset: u64) {
        let mut due = Vec::new();
        self.advance_into(offset, &mut due);
        wake_all(&mut due);
    }

    /// As [`fail_into`](Self::fail_into), and wakes. Wakers run on this thread, so no lock may be held.
    #[cfg_attr(
        not(test),
        allow(
            dead_code,
            reason = "the engine's own failures are reported by the writer, which may be shared"
        )
    )]
    pub(crate) fn fail(&self, failure: F) {
        let mut due = Vec::new();
        self.fail_into(failure, &mut due);
        wake_all(&mut due);
    }

    /// The outcome if there is one; else `waker` is woken when there is. `ticket` is the caller's memory between two
    /// looks for the same offset; it starts as `None`. A waiter that goes away is woken once in vain.
    pub(crate) fn poll(
        &self,
        offset: u64,
        waker: &Waker,
        ticket: &mut Option<Ticket>,
    ) -> Poll<Result<(), F>> {
        if let Some(outcome) = self.outcome(offset) {
            return Poll::Ready(outcome);
        }
        if let Some(driver) = self.driver.get() {
            let drove = driver();
            if let Some(outcome) = self.outcome(offset) {
                return Poll::Ready(outcome);
            }
            // No thread drives but those that look, so look again at once; but not at a disk that takes nothing. Then
            // the waiter is woken by the next drive of any thread that finds room, or by the close.
            if drove == Drove::All {
                waker.wake_by_ref();
            }
        }
        self.stand(offset, waker, ticket)
    }

    /// Puts a waiter into its list, unless the waiting is over.
    fn stand(&self, offset: u64, waker: &Waker, ticket: &mut Option<Ticket>) -> Poll<Result<(), F>> {
        let shard = ticket.map_or_else(thread_shard, |ticket| ticket.shard);
        // Cloned before and dropped after the lock is held: both may run foreign code.
        let waker = waker.clone();
        let mut waiters = self.shards[shard].lock();
        // The lock orders this look after the rise whose walk missed this waiter, if there was one.
        if let Some(outcome) = self.outcome(offset) {
            return Poll::Ready(outcome);
        }
        let displaced = match ticket.and_then(|ticket| waiters.find(ticket.id)) {
            Some(standing) => Some(std::mem::replace(&mut standing.waker, waker)),
            None => {
                *ticket = Some(Ticket { shard, id: waiters.put(offset, waker) });
                None
            }
        };
        drop(waiters);
        drop(displaced);
        Poll::Pending
    }

    /// Blocks until the mark reaches `offset` or fails.
    ///
    /// # Errors
    ///
    /// The failure, if the mark did not reach `offset` before it.
    pub(crate) fn wait(&self, offset: u64) -> Result<(), F> {
        self.wait_until(offset, Deadline::NEVER).expect("waiting without a deadline has an outcome")
    }

    /// As [`wait`](Self::wait), at most until `deadline`; `None` if it has not ended by then.
    pub(crate) fn wait_until(&self, offset: u64, deadline: Deadline) -> Option<Result<(), F>> {
        if let Some(outcome) = self.outcome(offset) {
            return Some(outcome);
        }
        with_thread_parker(|parker, waker| {
            let (mut pause, mut ticket) = (Pause::new(), None);
            loop {
                let drove = self.driver.get().map(|driver| driver());
                if let Some(outcome) = self.outcome(offset) {
                    return Some(outcome);
                }
                let left = deadline.left();
                if left == Some(Duration::ZERO) {
                    return None;
                }
                let nap = match drove {
                    // Another thread's record before ours is taken and not yet published.
                    Some(Drove::All) => {
                        pause.wait();
                        continue;
                    }
                    // Woken by another thread that finds room, or by the close; else this thread looks again itself.
                    Some(Drove::Blocked) => Some(left.map_or(BLOCKED_LOOK, |left| left.min(BLOCKED_LOOK))),
                    None => left,
                };
                if self.stand(offset, waker, &mut ticket).is_pending() {
                    parker.park(nap);
                }
            }
        })
    }

    /// For an engine without threads: `driver` is called by each thread that looks before it waits. It writes what
    /// there is to write, then raises the mark or fails it. Several threads may call it at once.
    ///
    /// # Panics
    ///
    /// When called twice.
    pub(crate) fn set_driver(&self, driver: Driver) {
        assert!(self.driver.set(driver).is_ok(), "the watermark has one driver already");
    }

    /// True when waiting means driving.
    pub(crate) fn is_driven(&self) -> bool {
        self.driver.get().is_some()
    }

    fn take_due(&self, offset: u64, due: &mut Vec<Waker>) {
        for shard in &self.shards {
            shard.lock().take_due(offset, due);
        }
    }
}

/// Wakes in order, and leaves the memory to the caller. Wakers are code of callers, which may ask anything of the
/// engine: no lock of the engine may be held.
pub(crate) fn wake_all(due: &mut Vec<Waker>) {
    rank::assert_none_held("a waker");
    for waker in due.drain(..) {
        // A waker that panics must not keep the others from being woken, nor end the writer thread.
        let _ = catch_unwind(AssertUnwindSafe(|| waker.wake()));
    }
}

impl Waiters {
    fn find(&mut self, id: u64) -> Option<&mut Waiter> {
        let at = self.list.binary_search_by_key(&id, |waiter| waiter.id).ok()?;
        Some(&mut self.list[at])
    }

    fn put(&mut self, offset: u64, waker: Waker) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.lowest = self.lowest.min(offset);
        self.list.push(Waiter { id, offset, waker });
        id
    }

    fn take_due(&mut self, reached: u64, due: &mut Vec<Waker>) {
        if self.lowest > reached {
            return;
        }
        let mut lowest = u64::MAX;
        let waiters = self.list.extract_if(.., |waiter| {
            let is_due = waiter.offset <= reached;
            if !is_due {
                lowest = lowest.min(waiter.offset);
            }
            is_due
        });
        due.extend(waiters.map(|waiter| waiter.waker));
        self.lowest = lowest;
    }
}

/// The list of this thread: dealt out in turn.
fn thread_shard() -> usize {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static SHARD: usize = NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS);
    SHARD.try_with(|shard| *shard).unwrap_or(0)
}
