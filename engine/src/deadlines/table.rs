//! Storage of entries, by index, and the inbox in which owners leave the ones that changed. Memory is taken in chunks
//! as indices are used, and stays. Knows nothing of deadlines.
//!
//! The inbox is a stack linked through the entries themselves (Treiber's): owners push one, the driver takes all by one
//! swap. Nothing is popped singly, so an old head that comes back does no harm (no ABA).

use std::sync::OnceLock;

use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::{CachePadded, prefault};

use super::entry::Entry;

#[cfg(not(any(loom, shuttle)))]
const CHUNK_BITS: u32 = 12;
#[cfg(loom)]
const CHUNK_BITS: u32 = 1;
// Between the two: there are millions of timers, and each of them that is made has its price under shuttle.
#[cfg(shuttle)]
const CHUNK_BITS: u32 = 8;
const CHUNK: u32 = 1 << CHUNK_BITS;

/// No entry: the end of the inbox.
const NONE: u32 = u32::MAX;

struct Chunk {
    entries: Box<[Entry]>,
    /// Links of the inbox, one an entry: written by its pusher, read by the driver before it collects the entry.
    below: Box<[AtomicU32]>,
}

/// One entry and its link in the inbox.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) entry: &'a Entry,
    pub(super) below: &'a AtomicU32,
}

impl Chunk {
    #[inline]
    fn place(&self, index: u32) -> Place<'_> {
        let at = (index & (CHUNK - 1)) as usize;
        Place { entry: &self.entries[at], below: &self.below[at] }
    }
}

/// A bounded table of entries with an inbox.
pub(super) struct Table {
    chunks: Box<[OnceLock<Chunk>]>,
    bound: u32,
    head: CachePadded<AtomicU32>,
}

impl Table {
    pub(super) fn with_bound(bound: u32) -> Self {
        let chunks = (0..bound.div_ceil(CHUNK)).map(|_| OnceLock::new()).collect();
        let table = Self { chunks, bound, head: CachePadded::new(AtomicU32::new(NONE)) };
        // Loom does not see the order that `OnceLock` gives, so under it nothing is made lazily.
        #[cfg(loom)]
        (0..bound).for_each(|index| drop(table.chunk(index)));
        table
    }

    /// What stands at `index`; its memory is taken if it is the first of its chunk.
    #[inline]
    pub(super) fn place(&self, index: u32) -> Place<'_> {
        self.chunk(index).place(index)
    }

    /// What stands at `index` if its memory was ever taken.
    #[inline]
    pub(super) fn existing(&self, index: u32) -> Option<Place<'_>> {
        assert!(index < self.bound, "timer {index} of {}", self.bound);
        Some(self.chunks[(index >> CHUNK_BITS) as usize].get()?.place(index))
    }

    /// Driver: the entry at `index`.
    pub(super) fn entry(&self, index: u32) -> &Entry {
        self.place(index).entry
    }

    /// Owner: leaves the entry at `index`, whose link is `below`, for the driver. Only the thread that set its QUEUED
    /// mark may do so.
    #[inline]
    pub(super) fn push(&self, index: u32, below: &AtomicU32) {
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            // Relaxed: published by the exchange.
            below.store(head, Ordering::Relaxed);
            // Release: pairs with `take_all`; the link is visible to the driver. Acquire: pairs with `is_inbox_empty`:
            // a push after the driver's last look sees that the driver sleeps.
            match self.head.compare_exchange_weak(head, index, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return,
                Err(seen) => head = seen,
            }
        }
    }

    /// Driver: empties the inbox and returns what was pushed last; the others follow by [`Table::next_below`].
    pub(super) fn take_all(&self) -> Option<u32> {
        // The plain look spares idle turns a write to the owners' cache line. Relaxed: `is_inbox_empty` looks again.
        if self.head.load(Ordering::Relaxed) == NONE {
            return None;
        }
        // Acquire: pairs with every `push` since the last swap, each of which continues the release of the one before.
        some(self.head.swap(NONE, Ordering::AcqRel))
    }

    /// Driver: what was in the inbox under `index`. Only until `index` is collected: then its owner may push again.
    pub(super) fn next_below(&self, index: u32) -> Option<u32> {
        some(self.place(index).below.load(Ordering::Relaxed))
    }

    /// Driver: looks into the inbox by a change that changes nothing, so that every push is before it and seen, or
    /// after it and sees what the driver wrote earlier.
    pub(super) fn is_inbox_empty(&self) -> bool {
        // Release: pairs with the Acquire in `push`.
        self.head.compare_exchange(NONE, NONE, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    #[inline]
    fn chunk(&self, index: u32) -> &Chunk {
        assert!(index < self.bound, "timer {index} of {}", self.bound);
        self.chunks[(index >> CHUNK_BITS) as usize].get_or_init(|| Chunk {
            entries: prefault(CHUNK as usize, Entry::default),
            below: prefault(CHUNK as usize, || AtomicU32::new(NONE)),
        })
    }
}

fn some(index: u32) -> Option<u32> {
    (index != NONE).then_some(index)
}
