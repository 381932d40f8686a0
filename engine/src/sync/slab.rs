//! A table of slots with stable indices that grows by chunks up to a bound and never gives memory back, so that an
//! index, however old, always points at a slot. Free slots form a lock-free stack with a tag against ABA.

use std::sync::OnceLock;

use super::atomic::{AtomicU32, AtomicU64, Ordering};
use super::{Pause, prefault};

#[cfg(not(any(loom, shuttle)))]
const CHUNK_BITS: u32 = 10;
#[cfg(loom)]
const CHUNK_BITS: u32 = 1;
// Between the two: some slabs have millions of slots, and each of them that is made has its price under shuttle.
#[cfg(shuttle)]
const CHUNK_BITS: u32 = 7;
const CHUNK: u32 = 1 << CHUNK_BITS;
const CHUNK_MASK: u32 = CHUNK - 1;

/// No slot: the end of the free stack.
const NONE: u32 = u32::MAX;

struct Chunk<T> {
    slots: Box<[T]>,
    /// Links of the free stack, one a slot.
    next_free: Box<[AtomicU32]>,
}

#[cfg(all(test, not(any(loom, shuttle))))]
thread_local! {
    /// Slots that this thread has looked at, in tables of every kind: for tests of what a read costs.
    pub(crate) static LOOKS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// A bounded table of `T` with indices `0..bound`.
pub(crate) struct Slab<T> {
    chunks: Box<[OnceLock<Chunk<T>>]>,
    bound: u32,
    /// Tag in the upper half (counts pushes and pops, against ABA), index of the first free slot in the lower.
    free: AtomicU64,
    /// Slots ever handed out: indices below were used at least once.
    high: AtomicU32,
}

impl<T: Default> Slab<T> {
    /// A table of at most `bound` slots; memory is taken chunk by chunk as it fills.
    pub(crate) fn with_bound(bound: u32) -> Self {
        assert!(bound < NONE, "slab bound {bound} leaves no room for the end mark");
        let chunks = (0..bound.div_ceil(CHUNK)).map(|_| OnceLock::new()).collect();
        Self { chunks, bound, free: AtomicU64::new(u64::from(NONE)), high: AtomicU32::new(0) }
    }

    /// Takes a free slot; `None` when all `bound` slots are in use.
    pub(crate) fn take(&self) -> Option<u32> {
        self.pop().or_else(|| self.extend())
    }

    /// Gives a slot back. Its caller owned it and has moved its generation on.
    pub(crate) fn give(&self, index: u32) {
        let link = self.link(index);
        let mut head = self.free.load(Ordering::Relaxed);
        loop {
            link.store(low(head), Ordering::Relaxed);
            // Release: pairs with the Acquire in `pop`; the link and the slot's last fields are visible to the taker.
            match self.free.compare_exchange_weak(
                head,
                retag(head, index),
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) => return,
                Err(seen) => head = seen,
            }
        }
    }

    /// The slot at `index`, or `None` if no slot with that index was ever handed out.
    pub(crate) fn get(&self, index: u32) -> Option<&T> {
        #[cfg(all(test, not(any(loom, shuttle))))]
        LOOKS.set(LOOKS.get() + 1);
        // Acquire: pairs with the Release in `extend` and `reach`.
        if index >= self.high.load(Ordering::Acquire) {
            return None;
        }
        let chunk = self.chunks[(index >> CHUNK_BITS) as usize].get()?;
        Some(&chunk.slots[(index & CHUNK_MASK) as usize])
    }

    /// Makes sure that `index` exists: for replay, which puts slots where the journal says. `None` past the bound.
    pub(crate) fn reach(&self, index: u32) -> Option<&T> {
        if let Some(slot) = self.get(index) {
            return Some(slot);
        }
        if index >= self.bound {
            return None;
        }
        // Those below exist: `high` moves only after the chunks up to it were made.
        for chunk in (self.high_water() >> CHUNK_BITS)..=(index >> CHUNK_BITS) {
            self.chunk(chunk);
        }
        self.high.fetch_max(index + 1, Ordering::AcqRel);
        self.get(index)
    }

    /// As [`Slab::reach`], for a table beside another one, which says what slots are in use: all of a chunk exist at
    /// once, so that a thousand callers who come one after the other change the mark of the highest slot once.
    pub(crate) fn beside(&self, index: u32) -> Option<&T> {
        if let Some(slot) = self.get(index) {
            return Some(slot);
        }
        if index < self.bound {
            self.reach((index | CHUNK_MASK).min(self.bound - 1));
        }
        self.get(index)
    }

    /// Rebuilds the free stack after replay from what `is_free` says of each slot. By one thread alone.
    pub(crate) fn rebuild_free(&self, is_free: impl Fn(&T) -> bool) {
        self.free.store(u64::from(NONE), Ordering::Release);
        for index in (0..self.high_water()).rev() {
            if self.get(index).is_some_and(&is_free) {
                self.give(index);
            }
        }
    }

    /// All indices below were handed out at least once.
    pub(crate) fn high_water(&self) -> u32 {
        self.high.load(Ordering::Acquire)
    }

    /// True when more than seven eighths of the bound were in use at once: for tables whose writers must not be
    /// refused.
    pub(crate) fn nearly_full(&self) -> bool {
        self.high_water() > self.bound - self.bound / 8 && low(self.free.load(Ordering::Relaxed)) == NONE
    }

    fn pop(&self) -> Option<u32> {
        // Acquire: pairs with the Release in `give`.
        let mut head = self.free.load(Ordering::Acquire);
        loop {
            let index = low(head);
            if index == NONE {
                return None;
            }
            // The link may be stale if another thread popped meanwhile; the tag then makes the exchange fail.
            let next = self.link(index).load(Ordering::Relaxed);
            match self.free.compare_exchange_weak(
                head,
                retag(head, next),
                Ordering::Acquire,
                Ordering::Acquire,
            ) {
                Ok(_) => return Some(index),
                Err(seen) => head = seen,
            }
        }
    }

    fn extend(&self) -> Option<u32> {
        let mut pause = Pause::new();
        loop {
            let index = self.high.load(Ordering::Acquire);
            if index >= self.bound {
                // The last one may have come back meanwhile.
                return self.pop();
            }
            self.chunk(index >> CHUNK_BITS);
            // Release: pairs with the Acquire in `get`; the chunk exists before the index does.
            if self.high.compare_exchange(index, index + 1, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                return Some(index);
            }
            pause.wait();
        }
    }

    fn chunk(&self, number: u32) -> &Chunk<T> {
        self.chunks[number as usize].get_or_init(|| Chunk {
            slots: prefault(CHUNK as usize, T::default),
            next_free: prefault(CHUNK as usize, || AtomicU32::new(NONE)),
        })
    }

    fn link(&self, index: u32) -> &AtomicU32 {
        let chunk = self.chunks[(index >> CHUNK_BITS) as usize].get().expect("a slot in use has its chunk");
        &chunk.next_free[(index & CHUNK_MASK) as usize]
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half of the word is the index")]
fn low(head: u64) -> u32 {
    head as u32
}

fn retag(head: u64, index: u32) -> u64 {
    ((head >> 32).wrapping_add(1) << 32) | u64::from(index)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn bound_is_kept_and_slots_come_back() {
        let slab: Slab<u64> = Slab::with_bound(3);
        let taken: Vec<u32> = (0..3).map(|_| slab.take().expect("room")).collect();
        assert_eq!(taken, [0, 1, 2]);
        assert_eq!(slab.take(), None);
        slab.give(1);
        assert_eq!(slab.take(), Some(1));
    }

    #[test]
    fn replay_puts_slots_where_it_wants() {
        let slab: Slab<AtomicU64> = Slab::with_bound(5000);
        slab.reach(4000).expect("within the bound").store(9, Ordering::Relaxed);
        assert!(slab.reach(5000).is_none());
        slab.rebuild_free(|slot| slot.load(Ordering::Relaxed) == 0);
        let mut seen: Vec<u32> = (0..4000).map(|_| slab.take().expect("free")).collect();
        seen.sort_unstable();
        assert!(!seen.contains(&4000));
        assert_eq!(slab.take(), Some(4001));
    }

    #[test]
    fn a_table_beside_another_grows_by_chunks_up_to_its_bound() {
        let bound = CHUNK + 3;
        let slab: Slab<AtomicU64> = Slab::with_bound(bound);
        slab.beside(1).expect("within the bound").store(9, Ordering::Relaxed);
        assert_eq!(slab.high_water(), CHUNK, "the first chunk and no more");
        assert!(slab.get(CHUNK - 1).is_some() && slab.get(CHUNK).is_none());
        assert!(slab.beside(CHUNK).is_some() && slab.beside(bound).is_none());
        assert_eq!(slab.high_water(), bound);
        assert_eq!(slab.get(1).expect("still there").load(Ordering::Relaxed), 9);
    }
}

#[cfg(all(test, loom))]
mod loom_tests {
    use super::*;
    use loom::sync::Arc;
    use loom::thread;

    #[test]
    fn loom_slab_never_gives_one_slot_to_two() {
        loom::model(|| {
            let slab: Arc<Slab<u32>> = Arc::new(Slab::with_bound(2));
            slab.reach(1).expect("two slots");
            slab.rebuild_free(|_| true);
            let other = Arc::clone(&slab);
            let handle = thread::spawn(move || {
                let index = other.take();
                if let Some(index) = index {
                    other.give(index);
                }
                other.take()
            });
            let mine = slab.take();
            let theirs = handle.join().expect("thread");
            assert!(mine.is_some() && theirs.is_some() && mine != theirs, "{mine:?} {theirs:?}");
        });
    }
}
