//! The seat map in the compact form that the engine works with: rows in one array, labels by rule, one index from
//! label to seat. Immutable; [`build`](super::build) makes it. Holds no state of any seat.

use std::fmt;
use std::ops::Range;

use super::map::{Row, RowSeats, SeatException, SeatMap, Section};
use super::naming::{Rule, Split, listed_key};
use super::place::{PackedPlace, Place, SeatIx};

/// Seats per entry of the table from seat to row.
pub(super) const ROW_BLOCK: u32 = 32;

/// A piece of the layout's text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TextRef {
    pub(super) at: u32,
    pub(super) len: u8,
}

impl TextRef {
    fn range(self) -> Range<usize> {
        self.at as usize..self.at as usize + usize::from(self.len)
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Naming {
    Ruled {
        prefix: TextRef,
        first: u32,
        step: i32,
        digits_min: u8,
    },
    /// Labels stand one after the other in the list from here.
    Listed {
        from: u32,
    },
}

#[derive(Clone, Copy, Debug)]
pub(super) struct RowInfo {
    pub(super) price_minor: i64,
    pub(super) first_seat: u32,
    pub(super) count: u32,
    /// Each row starts a new word of the bitmaps: a run of seats never crosses into the next row.
    pub(super) first_word: u32,
    pub(super) section: u16,
    pub(super) label: TextRef,
    pub(super) naming: Naming,
}

impl RowInfo {
    pub(super) fn seats(&self) -> Range<u32> {
        self.first_seat..self.first_seat + self.count
    }

    pub(super) fn words(&self) -> Range<usize> {
        self.first_word as usize..(self.first_word + self.count.div_ceil(64)) as usize
    }
}

#[derive(Clone, Debug)]
pub(super) struct SectionInfo {
    pub(super) name: TextRef,
    /// Rows of a seated section; empty for general admission.
    pub(super) rows: Range<u32>,
    pub(super) places: u32,
    /// Price of a place of general admission.
    pub(super) price_minor: i64,
}

/// What one seat is, for replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SeatInfo<'a> {
    /// Name of the section.
    pub(crate) section: &'a str,
    /// Index of the section.
    pub(crate) section_ix: u16,
    /// Label of the row.
    pub(crate) row: &'a str,
    /// Price in the smallest unit of the event's currency.
    pub(crate) price_minor: i64,
    /// True if kept for people who need it.
    pub(crate) accessible: bool,
}

/// What one section is, for replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SectionView<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// True for places without numbers.
    pub(crate) general: bool,
    /// All places.
    pub(crate) places: u32,
    /// Lowest price.
    pub(crate) price_min_minor: i64,
    /// Highest price.
    pub(crate) price_max_minor: i64,
}

/// A checked, compact, immutable seat map.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(super) sections: Box<[SectionInfo]>,
    pub(super) rows: Box<[RowInfo]>,
    /// For every [`ROW_BLOCK`] seats the row of the first, and one entry more: the last row.
    pub(super) row_of_block: Box<[u32]>,
    pub(super) seats: u32,
    pub(super) bitmap_words: u32,
    pub(super) text: Box<str>,
    /// Starts of the listed labels in `listed_text`, and its end.
    pub(super) listed: Box<[u32]>,
    pub(super) listed_text: Box<str>,
    pub(super) index: LabelIndex,
    /// By seat, ascending.
    pub(super) prices: Box<[(SeatIx, i64)]>,
    /// Bitmap of accessible seats; empty if there are none.
    pub(super) accessible: Box<[u64]>,
    /// Bitmap of seats with an aisle on their left; empty if there are none.
    pub(super) aisles: Box<[u64]>,
}

impl Layout {
    /// Numbered seats; their indices are all below.
    #[must_use]
    pub(crate) fn seats(&self) -> u32 {
        self.seats
    }

    /// Sections; their indices are all below.
    #[must_use]
    pub(crate) fn sections(&self) -> u16 {
        u16::try_from(self.sections.len()).expect("bounded when built")
    }

    /// The section with this name.
    #[must_use]
    pub(crate) fn section_named(&self, name: &str) -> Option<u16> {
        let at = self.sections.iter().position(|section| self.text(section.name) == name)?;
        u16::try_from(at).ok()
    }

    /// What a section is. Walks the section's rows for the prices.
    ///
    /// # Panics
    /// If there is no such section.
    #[must_use]
    pub(crate) fn section(&self, section: u16) -> SectionView<'_> {
        let info = &self.sections[usize::from(section)];
        let rows = &self.rows[info.rows.start as usize..info.rows.end as usize];
        let general = rows.is_empty();
        let (mut low, mut high) =
            if general { (info.price_minor, info.price_minor) } else { (i64::MAX, i64::MIN) };
        for row in rows {
            for price in self.prices_of(row) {
                (low, high) = (low.min(price), high.max(price));
            }
        }
        let name = self.text(info.name);
        SectionView { name, general, places: info.places, price_min_minor: low, price_max_minor: high }
    }

    /// The seat with this label.
    #[must_use]
    #[inline]
    pub(crate) fn resolve(&self, label: &[u8]) -> Option<SeatIx> {
        if let Some(split) = Split::of(label) {
            let found = self.index.find(split.key(), Entry::ROW, |row| {
                let row = &self.rows[row as usize];
                let Naming::Ruled { prefix, first, step, digits_min } = row.naming else { return None };
                let index = split.index_in((first, step, digits_min), row.count)?;
                // As bytes: a text would be asked whether it is cut between its characters.
                (split.prefix == &self.text.as_bytes()[prefix.range()])
                    .then_some(SeatIx(row.first_seat + index))
            });
            if found.is_some() {
                return found;
            }
        }
        if self.listed.len() <= 1 {
            return None;
        }
        self.index.find(listed_key(label), Entry::SEAT, |seat| {
            let row = &self.rows[self.row_of(SeatIx(seat)) as usize];
            let Naming::Listed { from } = row.naming else { return None };
            (self.listed_label(from + seat - row.first_seat).as_bytes() == label).then_some(SeatIx(seat))
        })
    }

    /// Writes the label of a seat.
    ///
    /// # Errors
    /// Those of `to`.
    ///
    /// # Panics
    /// If there is no such seat.
    pub(crate) fn write_label(&self, seat: SeatIx, to: &mut impl fmt::Write) -> fmt::Result {
        let row = &self.rows[self.row_of(seat) as usize];
        let index = seat.0 - row.first_seat;
        match row.naming {
            Naming::Listed { from } => to.write_str(self.listed_label(from + index)),
            Naming::Ruled { .. } => self.rule(row).expect("ruled").write(index, to),
        }
    }

    /// The label of a seat.
    #[must_use]
    pub(crate) fn label(&self, seat: SeatIx) -> String {
        let mut label = String::with_capacity(16);
        self.write_label(seat, &mut label).expect("a string takes everything");
        label
    }

    /// The number of a seat, as it stands at the end of its label; the whole label if it ends in none.
    #[must_use]
    pub(crate) fn number_of<'a>(&self, label: &'a str) -> &'a str {
        let digits = Split::of(label.as_bytes()).map_or(label.len(), |split| split.digits.len());
        &label[label.len() - digits..]
    }

    /// Section, row and price of a seat.
    ///
    /// # Panics
    /// If there is no such seat.
    #[must_use]
    pub(crate) fn seat(&self, seat: SeatIx) -> SeatInfo<'_> {
        let row = &self.rows[self.row_of(seat) as usize];
        SeatInfo {
            section: self.text(self.sections[usize::from(row.section)].name),
            section_ix: row.section,
            row: self.text(row.label),
            price_minor: self.price_in(row, seat),
            accessible: self.accessible_seat(row, seat.0 - row.first_seat),
        }
    }

    /// Price of all these places together, in the smallest unit of the event's currency. Neighbours cost one look for
    /// their row.
    ///
    /// # Panics
    /// If there is no such place.
    #[must_use]
    pub(crate) fn price_minor(&self, places: impl Iterator<Item = PackedPlace>) -> i64 {
        let (mut sum, mut last) = (0, None::<&RowInfo>);
        for place in places {
            sum += match place.unpack() {
                Place::Seat(seat) => {
                    let row = match last {
                        Some(row) if row.seats().contains(&seat.0) => row,
                        _ => &self.rows[self.row_of(seat) as usize],
                    };
                    last = Some(row);
                    self.price_in(row, seat)
                }
                Place::General { section, count } => {
                    let price = self.general_price_minor(section).expect("a standing section has a price");
                    price * i64::from(count)
                }
            };
        }
        sum
    }

    /// Price of one place of a general-admission section; `None` if its places have numbers, or if it does not exist.
    #[must_use]
    pub(crate) fn general_price_minor(&self, section: u16) -> Option<i64> {
        self.sections
            .get(usize::from(section))
            .filter(|info| info.rows.is_empty())
            .map(|info| info.price_minor)
    }

    /// Bytes of memory taken, all parts together.
    #[must_use]
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.sections)
            + size_of_val(&*self.rows)
            + size_of_val(&*self.row_of_block)
            + self.text.len()
            + size_of_val(&*self.listed)
            + self.listed_text.len()
            + size_of_val(&*self.index.entries)
            + size_of_val(&*self.prices)
            + size_of_val(&*self.accessible)
            + size_of_val(&*self.aisles)
    }

    /// The seat map again: the same seats in the same order with the same labels, prices and marks.
    #[must_use]
    pub(crate) fn to_map(&self) -> SeatMap {
        let sections = self.sections.iter().map(|info| {
            let name = self.text(info.name).to_owned();
            if info.rows.is_empty() {
                return Section::General { name, capacity: info.places, price_minor: info.price_minor };
            }
            let rows = &self.rows[info.rows.start as usize..info.rows.end as usize];
            Section::Seated { name, rows: rows.iter().map(|row| self.to_row(row)).collect() }
        });
        SeatMap { sections: sections.collect() }
    }

    fn to_row(&self, row: &RowInfo) -> Row {
        let seats = match row.naming {
            Naming::Ruled { prefix, first, step, digits_min } => RowSeats::Numbered {
                prefix: self.text(prefix).to_owned(),
                first_number: first,
                step,
                digits_min,
                count: row.count,
            },
            Naming::Listed { from } => RowSeats::Listed(
                (from..from + row.count).map(|at| self.listed_label(at).to_owned()).collect(),
            ),
        };
        let exception = |index| {
            let price = self.price_in(row, SeatIx(row.first_seat + index));
            let price_minor = (price != row.price_minor).then_some(price);
            let accessible = self.accessible_seat(row, index).then_some(true);
            (price_minor.is_some() || accessible.is_some()).then_some(SeatException {
                index,
                price_minor,
                accessible,
            })
        };
        Row {
            label: self.text(row.label).to_owned(),
            price_minor: row.price_minor,
            accessible: false,
            seats,
            aisles_before: (0..row.count).filter(|&index| bit(&self.aisles, row, index)).collect(),
            exceptions: (0..row.count).filter_map(exception).collect(),
        }
    }

    /// The section of a seat, and the first seat behind that section.
    #[inline]
    pub(super) fn section_of(&self, seat: SeatIx) -> (u16, u32) {
        let section = self.rows[self.row_of(seat) as usize].section;
        let end_row = self.sections[usize::from(section)].rows.end as usize;
        (section, self.rows[end_row - 1].seats().end)
    }

    /// The row of a seat.
    #[inline]
    pub(super) fn row_of(&self, seat: SeatIx) -> u32 {
        assert!(seat.0 < self.seats, "seat {} of {}", seat.0, self.seats);
        let block = (seat.0 / ROW_BLOCK) as usize;
        let (mut low, mut high) = (self.row_of_block[block], self.row_of_block[block + 1]);
        // The last row in low..=high that starts at or before the seat: rarely more than two to choose from.
        while low < high {
            let middle = (low + high).div_ceil(2);
            if self.rows[middle as usize].first_seat <= seat.0 {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        low
    }

    pub(super) fn text(&self, text: TextRef) -> &str {
        &self.text[text.range()]
    }

    fn rule(&self, row: &RowInfo) -> Option<Rule<'_>> {
        match row.naming {
            Naming::Ruled { prefix, first, step, digits_min } => {
                Some(Rule { prefix: self.text(prefix), first, step, digits_min })
            }
            Naming::Listed { .. } => None,
        }
    }

    fn listed_label(&self, at: u32) -> &str {
        &self.listed_text[self.listed[at as usize] as usize..self.listed[at as usize + 1] as usize]
    }

    #[inline]
    fn price_in(&self, row: &RowInfo, seat: SeatIx) -> i64 {
        match self.prices.binary_search_by_key(&seat, |&(seat, _)| seat) {
            Ok(at) => self.prices[at].1,
            Err(_) => row.price_minor,
        }
    }

    /// The prices that occur in a row: its own unless every seat is an exception, and those of its exceptions.
    fn prices_of(&self, row: &RowInfo) -> impl Iterator<Item = i64> + '_ {
        let from = self.prices.partition_point(|&(seat, _)| seat.0 < row.seats().start);
        let to = self.prices.partition_point(|&(seat, _)| seat.0 < row.seats().end);
        let own = (to - from < row.count as usize).then_some(row.price_minor);
        own.into_iter().chain(self.prices[from..to].iter().map(|&(_, price)| price))
    }

    fn accessible_seat(&self, row: &RowInfo, index: u32) -> bool {
        bit(&self.accessible, row, index)
    }
}

fn bit(bitmap: &[u64], row: &RowInfo, index: u32) -> bool {
    bitmap.get((row.first_word + index / 64) as usize).is_some_and(|word| word >> (index % 64) & 1 != 0)
}

/// One entry of the label index: a mark, what it points at, some bits of the key, and the index of a row or seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry(u32);

impl Entry {
    pub(super) const ROW: u32 = 1 << 31;
    pub(super) const SEAT: u32 = 1 << 31 | 1 << 30;
    const INDEX_BITS: u32 = 22;
    const INDEX_MASK: u32 = (1 << Self::INDEX_BITS) - 1;
    const EMPTY: Self = Self(0);

    fn head(key: u64, kind: u32) -> u32 {
        kind | (u32::try_from(key >> 56).expect("8 bits") << Self::INDEX_BITS)
    }
}

/// An open-addressed table from keys of labels to rows and seats, filled once.
#[derive(Debug)]
pub(super) struct LabelIndex {
    entries: Box<[Entry]>,
}

impl LabelIndex {
    pub(super) fn with_room_for(entries: usize) -> Self {
        Self { entries: vec![Entry::EMPTY; entries * 5 / 3 + 1].into_boxed_slice() }
    }

    pub(super) fn insert(&mut self, key: u64, kind: u32, index: u32) {
        assert!(index <= Entry::INDEX_MASK, "index {index} over {}", Entry::INDEX_MASK);
        let mut at = self.home(key);
        while self.entries[at] != Entry::EMPTY {
            at = self.after(at);
        }
        self.entries[at] = Entry(Entry::head(key, kind) | index);
    }

    #[inline]
    fn find(&self, key: u64, kind: u32, mut check: impl FnMut(u32) -> Option<SeatIx>) -> Option<SeatIx> {
        let head = Entry::head(key, kind);
        let mut at = self.home(key);
        while self.entries[at] != Entry::EMPTY {
            let entry = self.entries[at].0;
            if entry & !Entry::INDEX_MASK == head
                && let Some(seat) = check(entry & Entry::INDEX_MASK)
            {
                return Some(seat);
            }
            at = self.after(at);
        }
        None
    }

    /// The key's lower half, stretched over the table.
    #[inline]
    fn home(&self, key: u64) -> usize {
        usize::try_from(((key & 0xffff_ffff) * self.entries.len() as u64) >> 32).expect("below the length")
    }

    #[inline]
    fn after(&self, at: usize) -> usize {
        if at + 1 == self.entries.len() { 0 } else { at + 1 }
    }
}
