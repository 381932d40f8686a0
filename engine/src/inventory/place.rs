//! Names of places: a seat's index, a number of standing places, and the four bytes in which slots and records
//! keep either. Knows nothing of what is free.

use std::fmt;

use smallvec::SmallVec;

use crate::limits::{SEATS_PER_EVENT_MAX, SECTIONS_PER_EVENT_MAX};

/// A numbered seat of one event: dense from 0, in the order of the seat map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeatIx(pub u32);

/// What a customer can hold: one numbered seat, or a number of places in a section without numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// One numbered seat.
    Seat(SeatIx),
    /// `count` (1 or more) places of the general-admission section with this index.
    General {
        /// Index of the section in the seat map.
        section: u16,
        /// How many places.
        count: u16,
    },
}

/// A [`Place`] in four bytes. Numbers sort seats first, ascending, then sections, ascending: the order of claims.
/// A list of them is a list of such numbers.
#[repr(transparent)]
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackedPlace(u32);

/// Places of one hold; on the stack up to 16.
pub(crate) type Places = SmallVec<[PackedPlace; 16]>;

/// One place that changes hands, and the version that the change gives its word: 0 for standing places, which have
/// none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) place: PackedPlace,
    pub(crate) version: u32,
}

/// What one claim or move changes, in claim order.
pub(crate) type Changes = SmallVec<[Change; 8]>;

const GENERAL: u32 = 1 << 31;
const SECTION_SHIFT: u32 = 16;
const SECTION_BITS: u32 = 12;
const _: () =
    assert!(SEATS_PER_EVENT_MAX <= GENERAL, "a seat index leaves the mark of general admission clear");
const _: () = assert!(SECTIONS_PER_EVENT_MAX <= 1 << SECTION_BITS, "every section index fits its field");
const _: () = assert!(SECTION_SHIFT + SECTION_BITS < 31, "section and mark do not overlap");

impl PackedPlace {
    /// Packs a seat.
    #[must_use]
    pub const fn seat(seat: SeatIx) -> Self {
        assert!(seat.0 < SEATS_PER_EVENT_MAX, "seat index over the bound of an event");
        Self(seat.0)
    }

    /// Packs `count` places of a general-admission section.
    #[must_use]
    pub const fn general(section: u16, count: u16) -> Self {
        assert!((section as usize) < SECTIONS_PER_EVENT_MAX, "section index over the bound of an event");
        assert!(count > 0, "a place of general admission counts at least one");
        Self(GENERAL | ((section as u32) << SECTION_SHIFT) | count as u32)
    }

    /// Packs any place.
    #[must_use]
    pub const fn pack(place: Place) -> Self {
        match place {
            Place::Seat(seat) => Self::seat(seat),
            Place::General { section, count } => Self::general(section, count),
        }
    }

    /// The place.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "masked to the width of each field")]
    pub const fn unpack(self) -> Place {
        if self.0 & GENERAL == 0 {
            return Place::Seat(SeatIx(self.0));
        }
        let section = ((self.0 >> SECTION_SHIFT) & ((1 << SECTION_BITS) - 1)) as u16;
        Place::General { section, count: self.0 as u16 }
    }

    /// The four bytes as a number, for records.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// A place from a record's number; `None` if no place packs to it.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Option<Self> {
        let unused = GENERAL - (1 << (SECTION_SHIFT + SECTION_BITS));
        let good = if bits & GENERAL == 0 {
            bits < SEATS_PER_EVENT_MAX
        } else {
            bits & unused == 0 && bits & 0xffff != 0
        };
        if good { Some(Self(bits)) } else { None }
    }

    /// The seat; `None` of places of general admission.
    #[must_use]
    pub const fn as_seat(self) -> Option<SeatIx> {
        if self.0 & GENERAL == 0 { Some(SeatIx(self.0)) } else { None }
    }

    /// Seats, or places of general admission, that this stands for.
    #[must_use]
    pub const fn quantity(self) -> u32 {
        if self.0 & GENERAL == 0 { 1 } else { self.0 & 0xffff }
    }

    /// What must ascend strictly in a claim: the seat, or the section without its count.
    pub(crate) const fn order(self) -> u32 {
        if self.0 & GENERAL == 0 { self.0 } else { self.0 | 0xffff }
    }
}

impl fmt::Debug for PackedPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.unpack().fmt(f)
    }
}

/// Splits a list in claim order into its seats and its general-admission places.
///
/// # Panics
/// If the list does not ascend strictly: it would claim one place twice, or wait in a circle with another claim.
#[inline]
pub(super) fn seats_and_general(changes: &[Change]) -> (&[Change], &[Change]) {
    for pair in changes.windows(2) {
        let (place, next) = (pair[0].place, pair[1].place);
        assert!(place.order() < next.order(), "places not in claim order: {place:?} before {next:?}");
    }
    let is_seat = |change: &Change| change.place.as_seat().is_some();
    let seats =
        if changes.last().is_none_or(is_seat) { changes.len() } else { changes.partition_point(is_seat) };
    changes.split_at(seats)
}

/// A list that is written in one go; pushed one by one each item asks for room.
#[inline]
pub(crate) fn gathered<T: Copy + Default, const N: usize>(
    items: impl ExactSizeIterator<Item = T>,
) -> SmallVec<[T; N]> {
    let count = items.len();
    if count > N {
        return items.collect();
    }
    let mut list = [T::default(); N];
    for (to, item) in list.iter_mut().zip(items) {
        *to = item;
    }
    SmallVec::from_buf_and_len(list, count)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn places_survive_packing() {
        let places = [
            Place::Seat(SeatIx(0)),
            Place::Seat(SeatIx(SEATS_PER_EVENT_MAX - 1)),
            Place::General { section: 0, count: 1 },
            Place::General { section: 4_095, count: u16::MAX },
        ];
        for place in places {
            let packed = PackedPlace::pack(place);
            assert_eq!(packed.unpack(), place);
            assert_eq!(PackedPlace::from_bits(packed.bits()), Some(packed));
        }
    }

    #[test]
    fn numbers_that_are_no_place_are_refused() {
        for bits in [SEATS_PER_EVENT_MAX, GENERAL, GENERAL | 1 << 28 | 1, u32::MAX] {
            assert_eq!(PackedPlace::from_bits(bits), None, "{bits:#x}");
        }
    }

    #[test]
    #[should_panic(expected = "places not in claim order")]
    fn one_section_twice_is_a_bug() {
        let standing = |count| Change { place: PackedPlace::general(1, count), version: 0 };
        seats_and_general(&[standing(2), standing(3)]);
    }
}
