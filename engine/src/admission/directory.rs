//! Where a line's tickets are, and how many places before a given one are departed.
//!
//! Chunks hang in a directory of two levels that grows as numbers are given out. A tree of counters over the places
//! stands beside it: one bit a place (in the chunk), a count a chunk, a count for 64 chunks, a count a leaf. Every
//! counter only rises and is added to once a departure, so the number of departures before a place, summed from
//! disjoint counters, never falls from one reading to the next: no ticket's position rises.

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

use arc_swap::{ArcSwapOption, Guard};

use super::TICKET_MEMORY_MS;
use super::ticket::Chunk;
use crate::clock::UnixMs;
use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::{Mutex, rank};

/// Log2 of the numbers that a line can give out.
pub(super) const NUMBER_BITS: u32 = 30;
const _: () = assert!(crate::limits::TICKETS_PER_LINE_MAX < 1 << NUMBER_BITS, "every number has its place");
/// Log2 of the places of one bitmap word, and of the tickets that share a timer.
#[cfg(not(any(loom, shuttle)))]
pub(super) const GROUP_BITS: u32 = 6;
#[cfg(any(loom, shuttle))]
pub(super) const GROUP_BITS: u32 = 1;
#[cfg(not(any(loom, shuttle)))]
const CHUNK_BITS: u32 = 12;
#[cfg(any(loom, shuttle))]
const CHUNK_BITS: u32 = 2;
pub(super) const CHUNK: u32 = 1 << CHUNK_BITS;
pub(super) const CHUNK_MASK: u32 = CHUNK - 1;
const GROUP_MASK: u32 = (1 << GROUP_BITS) - 1;

/// Log2 of the chunks of one leaf, and of the chunks that share a count.
#[cfg(not(any(loom, shuttle)))]
const LEAF_BITS: u32 = 10;
#[cfg(any(loom, shuttle))]
const LEAF_BITS: u32 = 2;
#[cfg(not(any(loom, shuttle)))]
const SPAN_BITS: u32 = 6;
#[cfg(any(loom, shuttle))]
const SPAN_BITS: u32 = 1;
#[cfg(not(any(loom, shuttle)))]
const LEAVES: usize = 1 << (NUMBER_BITS - CHUNK_BITS - LEAF_BITS);
#[cfg(any(loom, shuttle))]
const LEAVES: usize = 2;

struct Leaf {
    chunks: Box<[ArcSwapOption<Chunk>]>,
    /// Departed places of each chunk, kept when the chunk is gone.
    departed: Box<[AtomicU32]>,
    /// Departed places of each 64 chunks.
    spans: Box<[AtomicU32]>,
    /// Departed places of all.
    total: AtomicU32,
}

impl Leaf {
    fn new() -> Self {
        let counters = |n: u32| (0..n).map(|_| AtomicU32::new(0)).collect();
        Self {
            chunks: (0..1 << LEAF_BITS).map(|_| ArcSwapOption::empty()).collect(),
            departed: counters(1 << LEAF_BITS),
            spans: counters(1 << (LEAF_BITS - SPAN_BITS)),
            total: AtomicU32::new(0),
        }
    }

    fn depart(&self, chunk: usize, n: u32) -> u32 {
        self.spans[chunk >> SPAN_BITS].fetch_add(n, Ordering::Relaxed);
        self.total.fetch_add(n, Ordering::Relaxed);
        self.departed[chunk].fetch_add(n, Ordering::Relaxed)
    }
}

/// What stands at a place.
pub(super) enum At {
    /// The place may be waiting: its chunk bit is not set.
    Present,
    /// Departed, and so is everything before the place given.
    Departed { next: u32 },
    /// No ticket has that number yet.
    Nothing,
}

/// A chunk in which nothing happens any more.
struct Finished {
    /// What ended last in it; its group's timer drops the chunk.
    number: u32,
    /// When its memory may go.
    at: UnixMs,
}

pub(super) struct Directory {
    leaves: Box<[OnceLock<Box<Leaf>>]>,
    /// Chunks that are done, in order of time.
    finished: Mutex<VecDeque<Finished>, { rank::LINE_FINISHED }>,
}

impl Directory {
    pub(super) fn new() -> Self {
        Self { leaves: (0..LEAVES).map(|_| OnceLock::new()).collect(), finished: Mutex::new(VecDeque::new()) }
    }

    fn leaf(&self, chunk: u32) -> Option<(&Leaf, usize)> {
        let leaf = self.leaves.get((chunk >> LEAF_BITS) as usize)?.get()?;
        Some((leaf, (chunk & ((1 << LEAF_BITS) - 1)) as usize))
    }

    /// Runs `f` on the number's chunk, if it is there.
    pub(super) fn with<R>(&self, number: u32, f: impl FnOnce(&Arc<Chunk>) -> R) -> Option<R> {
        self.load(number).and_then(|guard| guard.as_ref().map(f))
    }

    fn load(&self, number: u32) -> Option<Guard<Option<Arc<Chunk>>>> {
        let (leaf, index) = self.leaf(number >> CHUNK_BITS)?;
        Some(leaf.chunks[index].load())
    }

    /// The number's chunk, if it is there.
    pub(super) fn get(&self, number: u32) -> Option<Arc<Chunk>> {
        self.with(number, Arc::clone)
    }

    /// The number's chunk, made if need be. Only for a number just given out, and for replay.
    pub(super) fn reach(&self, number: u32, now: UnixMs) -> Arc<Chunk> {
        if let Some(chunk) = self.get(number) {
            return chunk;
        }
        let chunk = number >> CHUNK_BITS;
        let at = (chunk >> LEAF_BITS) as usize;
        assert!(at < self.leaves.len(), "ticket {number} is past the line's bound");
        let leaf = self.leaves[at].get_or_init(|| Box::new(Leaf::new()));
        let slot = &leaf.chunks[(chunk & ((1 << LEAF_BITS) - 1)) as usize];
        // Of several threads that make it at once one wins, and the others' memory goes back.
        let fresh = Arc::new(Chunk::new(now));
        let before = slot.compare_and_swap(&None::<Arc<Chunk>>, Some(Arc::clone(&fresh)));
        before.as_ref().map_or(fresh, Arc::clone)
    }

    /// Notes that no ticket waits at `place` any more. Once a place. Returns as [`Directory::done`].
    pub(super) fn depart(&self, place: u32, now: UnixMs) -> Option<UnixMs> {
        let chunk = self.reach(place, now);
        let (word, bit) = bit_of(place);
        // Relaxed here and in the counters: they are numbers for readers, nothing is reached through them.
        let before = chunk.departed[word].fetch_or(bit, Ordering::Relaxed);
        assert!(before & bit == 0, "place {place} departs twice");
        let (leaf, index) = self.leaf(place >> CHUNK_BITS).expect("the chunk was just reached");
        leaf.depart(index, 1);
        self.done(&chunk, place, now)
    }

    pub(super) fn is_departed(&self, place: u32) -> bool {
        let (word, bit) = bit_of(place);
        self.with(place, |chunk| chunk.departed[word].load(Ordering::Relaxed) & bit != 0).unwrap_or(true)
    }

    /// Counts one ticket that is over or one place that is departed. The last of a chunk starts its memory time,
    /// whose end is returned.
    pub(super) fn done(&self, chunk: &Chunk, number: u32, now: UnixMs) -> Option<UnixMs> {
        // AcqRel: the thread that counts last has seen what the others did before they counted.
        if chunk.done.fetch_add(1, Ordering::AcqRel) + 1 < 2 * CHUNK {
            return None;
        }
        let forget_at = now.plus_ms(TICKET_MEMORY_MS);
        self.finished.lock().push_back(Finished { number, at: forget_at });
        Some(forget_at)
    }

    /// Drops the chunks whose memory time is over.
    pub(super) fn sweep(&self, now: UnixMs) {
        let mut finished = self.finished.lock();
        while let Some(last) = finished.pop_front_if(|last| last.at <= now) {
            let (leaf, index) = self.leaf(last.number >> CHUNK_BITS).expect("a finished chunk has its leaf");
            leaf.chunks[index].store(None);
        }
    }

    /// When the chunk whose last ticket or place was of this group may be dropped; `None` for every other group.
    pub(super) fn forget_at(&self, first: u32) -> Option<UnixMs> {
        let finished = self.finished.lock();
        let group = |number: u32| number >> GROUP_BITS;
        finished.iter().rev().find(|last| group(last.number) == group(first)).map(|last| last.at)
    }

    /// For replay: a chunk that no image names was over in the life before; all its places are departed.
    pub(super) fn note_gone(&self, number: u32) {
        let chunk = number >> CHUNK_BITS;
        let leaf = self.leaves[(chunk >> LEAF_BITS) as usize].get_or_init(|| Box::new(Leaf::new()));
        let index = (chunk & ((1 << LEAF_BITS) - 1)) as usize;
        let known = leaf.departed[index].load(Ordering::Relaxed);
        leaf.depart(index, CHUNK - known);
    }

    /// Departed places before `place`. At most 63 words, 63 chunks, 15 spans and 255 leaves are added up.
    pub(super) fn departed_before(&self, place: u32) -> u32 {
        let chunk = place >> CHUNK_BITS;
        let at = (chunk >> LEAF_BITS) as usize;
        let sum =
            |counters: &[AtomicU32]| -> u32 { counters.iter().map(|n| n.load(Ordering::Relaxed)).sum() };
        let before: u32 = self.leaves[..at]
            .iter()
            .filter_map(|leaf| leaf.get())
            .map(|leaf| leaf.total.load(Ordering::Relaxed))
            .sum();
        let Some((leaf, index)) = self.leaf(chunk) else { return before };
        let span = index >> SPAN_BITS;
        let before = before + sum(&leaf.spans[..span]) + sum(&leaf.departed[span << SPAN_BITS..index]);
        let (word, bit) = bit_of(place);
        before
            + self
                .with(place, |chunk| {
                    let whole: u32 =
                        chunk.departed[..word].iter().map(|w| w.load(Ordering::Relaxed).count_ones()).sum();
                    whole + (chunk.departed[word].load(Ordering::Relaxed) & (bit - 1)).count_ones()
                })
                .unwrap_or(0)
    }

    /// What stands at `place`, and how far the departed ones reach if it is departed.
    pub(super) fn at(&self, place: u32) -> At {
        let look = |chunk: &Arc<Chunk>| {
            let (word, bit) = bit_of(place);
            let bits = chunk.departed[word].load(Ordering::Relaxed);
            if bits & bit == 0 {
                return At::Present;
            }
            let run = (bits >> (place & GROUP_MASK)).trailing_ones();
            At::Departed { next: place + run }
        };
        match self.with(place, look) {
            Some(at) => at,
            None if self.is_gone(place) => At::Departed { next: (place | CHUNK_MASK) + 1 },
            None => At::Nothing,
        }
    }

    /// True if the number's chunk was there and is dropped.
    fn is_gone(&self, number: u32) -> bool {
        // A chunk goes only when all its places are departed, and it comes before the first of them does.
        self.leaf(number >> CHUNK_BITS)
            .is_some_and(|(leaf, index)| leaf.departed[index].load(Ordering::Relaxed) == CHUNK)
            && self.get(number).is_none()
    }
}

fn bit_of(place: u32) -> (usize, u64) {
    (((place & CHUNK_MASK) >> GROUP_BITS) as usize, 1 << (place & GROUP_MASK))
}
