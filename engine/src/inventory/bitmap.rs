//! One bit per seat that is free, and per row an upper bound of its longest free run: where to look. Hints only:
//! the seat word decides, and a bit may be wrong between the change of a word and the sync of its bit.
//!
//! **Syncing bits.** A thread that changes a seat word then syncs its bit: writes the bit by a read-modify-write as its
//! own change left the word, reads the word, and starts over with what it reads if that is something else. Of all
//! threads that sync one bit, the last in that bit's order has acquired from all before it, so its look sees every
//! change that was made to the word; hence the bit agrees with the word when all of them are done.
//!
//! **Run bounds** are raised to "unknown" by a thread that sets a bit, and lowered by searchers that looked in vain; the
//! same argument keeps them from staying below the truth.

use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::prefault;

/// Largest value of a run bound, and "unknown".
pub(super) const RUN_UNKNOWN: u32 = 127;
const LANES: u32 = 8;
const EACH_LANE: u64 = 0x0101_0101_0101_0101;
const TOP_OF_EACH_LANE: u64 = 0x8080_8080_8080_8080;

#[derive(Debug)]
pub(super) struct Bitmap {
    free: Box<[AtomicU64]>,
    /// Eight rows a word, seven bits each: the top bit of each lane stays clear, for the search.
    runs: Box<[AtomicU64]>,
    rows: u32,
}

impl Bitmap {
    /// All bits clear, all run bounds unknown.
    pub(super) fn new(words: u32, rows: u32) -> Self {
        let unknown = EACH_LANE * u64::from(RUN_UNKNOWN);
        Self {
            free: prefault(words as usize, || AtomicU64::new(0)),
            runs: (0..rows.div_ceil(LANES)).map(|_| AtomicU64::new(unknown)).collect(),
            rows,
        }
    }

    /// Sixty-four bits, as they are now.
    #[inline]
    pub(super) fn word(&self, word: usize) -> u64 {
        // Acquire: pairs with `sync_bits`; a searcher that sees a free bit sees the free word behind it, or a later one.
        self.free[word].load(Ordering::Acquire)
    }

    /// Makes the bits of `mask` agree with `free_now`, which reads the seat words and gives a mask of the free ones.
    /// `left` are those that the caller's change left free.
    pub(super) fn sync_bits(&self, row: u32, word: usize, mask: u64, left: u64, free_now: impl Fn() -> u64) {
        let bits = &self.free[word];
        let mut free = left & mask;
        loop {
            // AcqRel, and always a read-modify-write even if the bit is right already: see the head of this file.
            if free != mask {
                bits.fetch_and(!(mask & !free), Ordering::AcqRel);
            }
            if free != 0 {
                bits.fetch_or(free, Ordering::AcqRel);
                self.raise(row);
            }
            let again = free_now() & mask;
            if again == free {
                return;
            }
            free = again;
        }
    }

    /// Sets the bits of a word, for replay and snapshots, where one thread owns everything.
    pub(super) fn install(&self, row: u32, word: usize, mask: u64, free: u64) {
        let kept = self.free[word].load(Ordering::Relaxed) & !mask;
        self.free[word].store(kept | (free & mask), Ordering::Release);
        self.raise(row);
    }

    /// The first row in `from..to` that may have `run` free seats side by side.
    #[inline]
    pub(super) fn next_row(&self, from: u32, to: u32, run: u32) -> Option<u32> {
        debug_assert!(
            (1..=64).contains(&run) && to <= self.rows,
            "run {run} in rows up to {to} of {}",
            self.rows
        );
        let lift = EACH_LANE * u64::from(RUN_UNKNOWN + 1 - run);
        let mut row = from;
        while row < to {
            let lanes = self.runs[(row / LANES) as usize].load(Ordering::Acquire);
            let skipped = u64::MAX << (8 * (row % LANES));
            // A lane that holds at least `run` carries into its top bit, and no further.
            let enough = (lanes + lift) & TOP_OF_EACH_LANE & skipped;
            if enough != 0 {
                let found = row / LANES * LANES + enough.trailing_zeros() / 8;
                return (found < to).then_some(found);
            }
            row = (row / LANES + 1) * LANES;
        }
        None
    }

    /// Lowers the run bound of a row to what `longest_now` finds in its bits.
    pub(super) fn lower(&self, row: u32, longest_now: impl Fn() -> u32) {
        let (lanes, shift) = self.lane(row);
        let mut longest = longest_now();
        // Three rounds at most: a bound that is too high costs a search, and the next searcher tries again.
        for _ in 0..3 {
            if longest >= RUN_UNKNOWN {
                return;
            }
            let seen = lanes.load(Ordering::Acquire);
            let bound = (seen >> shift) & u64::from(RUN_UNKNOWN);
            if bound <= u64::from(longest) {
                return;
            }
            let next = (seen & !(u64::from(RUN_UNKNOWN) << shift)) | (u64::from(longest) << shift);
            // AcqRel: acquires from every raise before it, so that the look below sees the bits set before them.
            if lanes.compare_exchange(seen, next, Ordering::AcqRel, Ordering::Relaxed).is_err() {
                continue;
            }
            let again = longest_now();
            if again <= longest {
                return;
            }
            self.raise(row);
            longest = again;
        }
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.free) + size_of_val(&*self.runs)
    }

    fn raise(&self, row: u32) {
        let (lanes, shift) = self.lane(row);
        // AcqRel read-modify-write, always: pairs with `lower`.
        lanes.fetch_or(u64::from(RUN_UNKNOWN) << shift, Ordering::AcqRel);
    }

    fn lane(&self, row: u32) -> (&AtomicU64, u32) {
        debug_assert!(row < self.rows, "row {row} of {}", self.rows);
        (&self.runs[(row / LANES) as usize], 8 * (row % LANES))
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn rows_without_the_run_are_skipped() {
        let bitmap = Bitmap::new(20, 20);
        for row in 0..20 {
            bitmap.lower(row, || if row == 3 || row == 17 { row } else { 2 });
        }
        assert_eq!(bitmap.next_row(0, 20, 2), Some(0));
        assert_eq!(bitmap.next_row(0, 20, 3), Some(3));
        assert_eq!(bitmap.next_row(4, 20, 3), Some(17));
        assert_eq!(bitmap.next_row(4, 17, 3), None);
        assert_eq!(bitmap.next_row(0, 20, 64), None);
    }

    #[test]
    fn a_set_bit_makes_the_run_unknown_again() {
        let bitmap = Bitmap::new(1, 1);
        bitmap.lower(0, || 0);
        assert_eq!(bitmap.next_row(0, 1, 1), None);
        bitmap.sync_bits(0, 0, 0b110, 0, || 0b100);
        assert_eq!(bitmap.word(0), 0b100);
        assert_eq!(bitmap.next_row(0, 1, 64), Some(0));
    }
}
