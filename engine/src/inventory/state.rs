//! One event's inventory: the layout beside the words, counts and bitmaps that change. Reading is here; changing is
//! in `claim`, `moves` and `replay`, searching in `best`. Knows no reservation, user, journal or time.

use super::bitmap::Bitmap;
use super::certificate::Certificates;
use super::counts::{Counts, SectionCounts};
use super::layout::Layout;
use super::place::{Change, SeatIx};
use super::seat::{SeatSeen, SeatWord};
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{CachePadded, prefault};

/// The places of one event. All methods may be called from all threads, unless they say otherwise.
#[derive(Debug)]
pub(crate) struct Inventory {
    pub(super) layout: Layout,
    pub(super) words: Box<[SeatWord]>,
    pub(super) counts: Box<[CachePadded<SectionCounts>]>,
    pub(super) bits: Bitmap,
    /// How often places came back on sale. While it stands still a search that found nothing stays true.
    pub(super) returns: CachePadded<AtomicU64>,
    pub(super) certificates: Certificates,
}

/// A seat in the part of a list that has only seats.
#[inline]
pub(super) fn seat_of(change: &Change) -> SeatIx {
    change.place.as_seat().expect("the seats of a list stand in front")
}

impl Inventory {
    /// An event with every place on sale.
    pub(crate) fn new(layout: Layout) -> Self {
        let words = prefault(layout.seats() as usize, SeatWord::default);
        let rows = u32::try_from(layout.rows.len()).expect("rows are at most the seats");
        let section = |info: &super::layout::SectionInfo| CachePadded::new(SectionCounts::new(info.places));
        let inventory = Self {
            words,
            counts: layout.sections.iter().map(section).collect(),
            bits: Bitmap::new(layout.bitmap_words, rows),
            returns: CachePadded::new(AtomicU64::new(1)),
            certificates: Certificates::new(layout.sections.len()),
            layout,
        };
        inventory.install_bits();
        inventory
    }

    /// The seat map in its compact form.
    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// What a seat's word says now. A seat held by a claim that may yet roll back shows as held.
    pub(crate) fn seat(&self, seat: SeatIx) -> SeatSeen {
        self.words[seat.0 as usize].peek()
    }

    /// A section's counts; they add up.
    pub(crate) fn counts(&self, section: u16) -> Counts {
        self.counts[usize::from(section)].read()
    }

    /// The event's counts. Sections are read one after the other: each adds up, and so does the sum.
    pub(crate) fn totals(&self) -> Counts {
        self.counts.iter().fold(Counts::default(), |sum, counts| sum.plus(counts.read()))
    }

    /// Copies the bitmap of free seats: each row starts a new word, see [`bit_of`](Self::bit_of). Hints, as all bits.
    pub(crate) fn copy_free(&self, out: &mut Vec<u64>) {
        out.clear();
        out.extend((0..self.layout.bitmap_words as usize).map(|word| self.bits.word(word)));
    }

    /// Where a seat's bit is in the bitmap: word and bit.
    pub(crate) fn bit_of(&self, seat: SeatIx) -> (usize, u32) {
        let row = &self.layout.rows[self.layout.row_of(seat) as usize];
        let index = seat.0 - row.first_seat;
        ((row.first_word + index / 64) as usize, index % 64)
    }

    /// Bytes of memory taken, all parts together.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.layout.bytes()
            + size_of_val(&*self.words)
            + size_of_val(&*self.counts)
            + self.bits.bytes()
            + self.certificates.bytes()
    }

    /// Makes the bits of these seats (ascending) agree with their words; to be called after every change of a word,
    /// with what the change made of the seats. Before it does so for those of one row, it says to `counted` how many
    /// they are.
    #[inline]
    pub(super) fn sync_bits(
        &self,
        seats: &[Change],
        are_free: bool,
        mut counted: impl FnMut(&SectionCounts, u32),
    ) {
        let mut rest = seats;
        while let Some(first) = rest.first() {
            let row_ix = self.layout.row_of(seat_of(first));
            let row = &self.layout.rows[row_ix as usize];
            let word = (seat_of(first).0 - row.first_seat) / 64;
            let base = row.first_seat + word * 64;
            let end = row.seats().end.min(base + 64);
            let (mut mask, mut count) = (0_u64, 0);
            for seat in rest.iter().map(seat_of).take_while(|seat| seat.0 < end) {
                mask |= 1 << (seat.0 - base);
                count += 1;
            }
            rest = &rest[count..];
            counted(&self.counts[usize::from(row.section)], mask.count_ones());
            let left = if are_free { mask } else { 0 };
            self.bits.sync_bits(row_ix, (row.first_word + word) as usize, mask, left, || {
                self.free_mask(base, mask)
            });
        }
    }

    /// The free seats of those in `mask`, by their words; `base` is the seat of bit 0.
    pub(super) fn free_mask(&self, base: u32, mask: u64) -> u64 {
        let (mut rest, mut free) = (mask, 0);
        while rest != 0 {
            let bit = rest.trailing_zeros();
            free |= u64::from(self.words[(base + bit) as usize].is_free()) << bit;
            rest &= rest - 1;
        }
        free
    }

    /// Calls `each` with every section and how many of these seats (ascending) are in it.
    #[inline]
    pub(super) fn each_section(&self, seats: &[Change], mut each: impl FnMut(&SectionCounts, u32)) {
        let mut rest = seats;
        while let Some(first) = rest.first() {
            let (section, end) = self.layout.section_of(seat_of(first));
            let is_in = |change: &Change| seat_of(change).0 < end;
            let count = rest.iter().take_while(|change| is_in(change)).count();
            rest = &rest[count..];
            each(&self.counts[usize::from(section)], u32::try_from(count).expect("no more than the seats"));
        }
    }

    /// To be called when places have come back on sale, after the last change and before returning.
    pub(super) fn note_return(&self) {
        // AcqRel: pairs with `returns_now`; who reads the new number sees the free words.
        self.returns.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn returns_now(&self) -> u64 {
        self.returns.load(Ordering::Acquire)
    }
}
