//! Where on the wheel a moment belongs: eight levels of 256 slots, one for each byte of a 64-bit millisecond, and which
//! of those slots are filled. Pure arithmetic and bitmaps; knows no entries and no lists.
//!
//! The level is that of the highest byte in which the moment differs from the wheel's own time (Varghese and Lauck's
//! hierarchical wheel, with the digit compare used for radix heaps). Two facts follow, and everything rests on them:
//! a filled slot always lies ahead of the wheel's own slot on its level, so no level ever wraps round; and every slot
//! of a lower level comes before every slot of a higher one, so the first filled slot is on the lowest filled level.

/// Levels of the wheel: one for each byte of a moment, so that there is no horizon past which entries must be parked.
pub(super) const LEVELS: u32 = 8;
/// Slots of one level.
pub(super) const SLOTS: u32 = 1 << SLOT_BITS;
const SLOT_BITS: u32 = 8;
const SLOT_MASK: u64 = SLOTS as u64 - 1;
const WORDS: usize = SLOTS as usize / 64;

const _: () = assert!(LEVELS * SLOT_BITS == u64::BITS, "the levels cover every moment");
const _: () = assert!(LEVELS == u8::BITS, "one byte tells which levels are filled");

/// One slot of one level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LevelSlot {
    level: u32,
    slot: u32,
}

impl LevelSlot {
    /// The slot of the moment `at`, seen from the earlier moment `elapsed`.
    pub(super) fn of(at: u64, elapsed: u64) -> Self {
        debug_assert!(at > elapsed, "moment {at} is not after {elapsed}");
        let level = (at ^ elapsed).ilog2() / SLOT_BITS;
        Self { level, slot: byte(at, level) }
    }

    /// The first moment of this slot, seen from `elapsed`.
    pub(super) fn start(self, elapsed: u64) -> u64 {
        let shift = self.level * SLOT_BITS;
        let above = u64::MAX.checked_shl(shift + SLOT_BITS).unwrap_or(0);
        (elapsed & above) | (u64::from(self.slot) << shift)
    }

    /// True if the slot is a single millisecond, so that what is in it needs no further sorting.
    pub(super) fn is_exact(self) -> bool {
        self.level == 0
    }

    /// A number below `LEVELS * SLOTS`.
    pub(super) fn number(self) -> u32 {
        self.level * SLOTS + self.slot
    }

    /// The reverse of [`LevelSlot::number`].
    pub(super) fn from_number(number: u32) -> Self {
        debug_assert!(number < LEVELS * SLOTS, "slot {number} of {}", LEVELS * SLOTS);
        Self { level: number / SLOTS, slot: number % SLOTS }
    }
}

fn byte(at: u64, level: u32) -> u32 {
    ((at >> (level * SLOT_BITS)) & SLOT_MASK) as u32
}

/// Which slots hold something.
#[derive(Default)]
pub(super) struct Filled {
    levels: u8,
    slots: [[u64; WORDS]; LEVELS as usize],
}

impl Filled {
    pub(super) fn fill(&mut self, place: LevelSlot) {
        self.levels |= 1 << place.level;
        self.slots[place.level as usize][(place.slot / 64) as usize] |= 1 << (place.slot % 64);
    }

    pub(super) fn empty(&mut self, place: LevelSlot) {
        let words = &mut self.slots[place.level as usize];
        words[(place.slot / 64) as usize] &= !(1 << (place.slot % 64));
        if words.iter().all(|&word| word == 0) {
            self.levels &= !(1 << place.level);
        }
    }

    /// The earliest filled slot.
    pub(super) fn first(&self) -> Option<LevelSlot> {
        let level = self.levels.trailing_zeros();
        let words = self.slots.get(level as usize)?;
        let (word, bits) = (0..).zip(words).find(|&(_, &bits)| bits != 0)?;
        Some(LevelSlot { level, slot: word * 64 + bits.trailing_zeros() })
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn each_byte_has_its_level_and_the_slot_starts_at_or_before_the_moment() {
        for level in 0..LEVELS {
            for at in [1u64 << (8 * level), 0xff << (8 * level), u64::MAX >> (56 - 8 * level)] {
                let place = LevelSlot::of(at, 0);
                assert_eq!(place.level, level, "moment {at}");
                assert!(place.start(0) <= at, "slot starts at {}, after {at}", place.start(0));
                assert_eq!(LevelSlot::from_number(place.number()), place);
            }
        }
    }

    #[test]
    fn first_is_the_earliest_filled_slot_and_none_when_all_are_empty() {
        let mut filled = Filled::default();
        assert_eq!(filled.first(), None);
        let places = [
            LevelSlot::of(u64::MAX, 0),
            LevelSlot::of(70_000, 0),
            LevelSlot::of(255, 0),
            LevelSlot::of(64, 0),
            LevelSlot::of(63, 0),
        ];
        for place in places {
            filled.fill(place);
            assert_eq!(filled.first(), Some(place));
        }
        for pair in places.windows(2).rev() {
            filled.empty(pair[1]);
            assert_eq!(filled.first(), Some(pair[0]));
        }
        filled.empty(places[0]);
        assert_eq!(filled.first(), None);
    }
}
