//! A section's counts in one word, so that every read adds up. The word says nothing about which seats.
//!
//! **Order of the two changes.** A seat that is taken changes its word first and its count second; a seat that is
//! given back changes its count first and its word second. So at every moment the counted places are at most
//! the places whose words are not free, and:
//! - the counts never exceed the section, and never go below zero, without any check;
//! - `available` as counted is at least the free words plus those of claims that may yet roll back. Fewer
//!   available than asked for is therefore proof, from one read, that a refusal is true;
//! - a claim that rolls back is never seen in the counts.
//!
//! A section of general admission has no words: its counts are the truth and are taken by compare-and-swap.

use crate::limits::SEATS_PER_SECTION_MAX;
use crate::sync::Pause;
use crate::sync::atomic::{AtomicU64, Ordering};

const FIELD_BITS: u32 = 21;
const FIELD_MASK: u64 = (1 << FIELD_BITS) - 1;
/// Set while a claim over several general-admission sections has taken its share here and may yet give it back.
const UNDECIDED: u64 = 1 << 63;
const _: () = assert!(SEATS_PER_SECTION_MAX as u64 <= FIELD_MASK, "a full section fits each field");
const _: () = assert!(3 * FIELD_BITS < 64, "three fields leave the topmost bit");

/// One section's counts; `available + reserved + sold + blocked == total`, always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// All places.
    pub(crate) total: u32,
    /// On sale.
    pub(crate) available: u32,
    /// Kept for reservations.
    pub(crate) reserved: u32,
    /// Sold.
    pub(crate) sold: u32,
    /// Taken off the sale.
    pub(crate) blocked: u32,
}

impl Counts {
    /// Sums, for an event out of its sections.
    #[must_use]
    pub(crate) const fn plus(self, other: Self) -> Self {
        Self {
            total: self.total + other.total,
            available: self.available + other.available,
            reserved: self.reserved + other.reserved,
            sold: self.sold + other.sold,
            blocked: self.blocked + other.blocked,
        }
    }
}

/// Which of the three counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Counted {
    Reserved = 0,
    Sold = FIELD_BITS,
    Blocked = 2 * FIELD_BITS,
}

impl Counted {
    const fn of(self, word: u64) -> u32 {
        ((word >> self as u32) & FIELD_MASK) as u32
    }

    const fn places(self, count: u32) -> u64 {
        (count as u64) << self as u32
    }
}

/// Fewer places than asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Short {
    pub(crate) available: u32,
}

/// The counts of one section of `total` places.
#[derive(Debug)]
pub(crate) struct SectionCounts {
    word: AtomicU64,
    total: u32,
}

impl SectionCounts {
    pub(crate) fn new(total: u32) -> Self {
        assert!(total <= SEATS_PER_SECTION_MAX, "section of {total} over {SEATS_PER_SECTION_MAX}");
        Self { word: AtomicU64::new(0), total }
    }

    pub(crate) fn read(&self) -> Counts {
        // Acquire: pairs with the Release half of every change; the words behind these counts are visible.
        self.counts(self.word.load(Ordering::Acquire))
    }

    /// The counts once no claim over several sections is undecided here.
    pub(crate) fn decided(&self) -> Counts {
        let mut pause = Pause::new();
        loop {
            let word = self.word.load(Ordering::Acquire);
            if word & UNDECIDED == 0 {
                return self.counts(word);
            }
            pause.wait();
        }
    }

    fn counts(&self, word: u64) -> Counts {
        let (reserved, sold, blocked) =
            (Counted::Reserved.of(word), Counted::Sold.of(word), Counted::Blocked.of(word));
        let taken = reserved + sold + blocked;
        assert!(
            taken <= self.total,
            "{reserved} reserved + {sold} sold + {blocked} blocked over {}",
            self.total
        );
        Counts { total: self.total, available: self.total - taken, reserved, sold, blocked }
    }

    /// Counts places that their owner has taken, moved or given back. The caller owns `from` for each of them.
    pub(crate) fn shift(&self, from: Option<Counted>, to: Option<Counted>, count: u32) {
        let less = from.map_or(0, |field| field.places(count));
        let more = to.map_or(0, |field| field.places(count));
        // AcqRel: Release pairs with `read`, Acquire keeps the freer's later word store below this.
        let before = self.word.fetch_add(more.wrapping_sub(less), Ordering::AcqRel);
        if let Some(field) = from {
            assert!(
                field.of(before) >= count,
                "{count} places leave {field:?}, which has {}",
                field.of(before)
            );
        }
        self.counts(before.wrapping_add(more).wrapping_sub(less));
    }

    /// Takes places of general admission into `to`. With `undecided` others who would be refused wait until
    /// [`decide`](Self::decide), because these places may come back.
    pub(crate) fn take(&self, to: Counted, count: u32, undecided: bool) -> Result<(), Short> {
        let mut pause = Pause::new();
        let mut word = self.word.load(Ordering::Acquire);
        loop {
            let available = self.counts(word).available;
            if word & UNDECIDED != 0 && (undecided || available < count) {
                pause.wait();
                word = self.word.load(Ordering::Acquire);
                continue;
            }
            if available < count {
                return Err(Short { available });
            }
            let next = (word + to.places(count)) | if undecided { UNDECIDED } else { 0 };
            match self.word.compare_exchange_weak(word, next, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Ok(()),
                Err(seen) => word = seen,
            }
        }
    }

    /// Ends a [`take`](Self::take) that was undecided: keeps the places, or gives `count` back from `from`.
    pub(crate) fn decide(&self, give_back: Option<(Counted, u32)>) {
        let less = give_back.map_or(0, |(from, count)| from.places(count));
        let before = self.word.fetch_sub(UNDECIDED + less, Ordering::AcqRel);
        assert!(before & UNDECIDED != 0, "decided a claim that was not open: {before:#x}");
    }

    /// For replay and snapshots, which put counts where they were: refuses what cannot be, and changes nothing then.
    pub(crate) fn install(&self, reserved: u32, sold: u32, blocked: u32) -> Result<(), Counts> {
        let sum = u64::from(reserved) + u64::from(sold) + u64::from(blocked);
        if sum > u64::from(self.total) {
            return Err(self.read());
        }
        let word = Counted::Reserved.places(reserved)
            | Counted::Sold.places(sold)
            | Counted::Blocked.places(blocked);
        self.word.store(word, Ordering::Release);
        Ok(())
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn fields_do_not_touch_each_other() {
        let counts = SectionCounts::new(SEATS_PER_SECTION_MAX);
        counts.shift(None, Some(Counted::Reserved), SEATS_PER_SECTION_MAX);
        counts.shift(Some(Counted::Reserved), Some(Counted::Sold), SEATS_PER_SECTION_MAX - 1);
        counts.shift(Some(Counted::Sold), None, 1);
        counts.shift(None, Some(Counted::Blocked), 1);
        let read = counts.read();
        assert_eq!((read.reserved, read.sold, read.blocked), (1, SEATS_PER_SECTION_MAX - 2, 1));
        assert_eq!(read.available, 0);
    }

    #[test]
    fn general_admission_never_goes_below_zero() {
        let counts = SectionCounts::new(5);
        counts.take(Counted::Reserved, 3, false).expect("room");
        assert_eq!(counts.take(Counted::Reserved, 3, false), Err(Short { available: 2 }));
        counts.take(Counted::Reserved, 2, true).expect("room");
        counts.decide(Some((Counted::Reserved, 2)));
        assert_eq!(counts.read().available, 2);
    }

    #[test]
    #[should_panic(expected = "1 places leave Sold, which has 0")]
    fn giving_back_what_was_not_taken_is_a_bug() {
        SectionCounts::new(5).shift(Some(Counted::Sold), None, 1);
    }
}
