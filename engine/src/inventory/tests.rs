//! Tests of the room as a whole, one file per claim, and what they share: a small random source, halls, and fates.

mod best;
mod cut_off;
mod map;
mod model;
mod stress;

use super::{
    Change, HolderState, Inventory, Layout, PackedPlace, Row, RowSeats, SeatIx, SeatMap, SeatMove, Section,
};

/// No claim is in flight, and no hold has lapsed.
fn standing(_: u32) -> HolderState {
    HolderState::Held
}

/// A small random source (xorshift); the same seed gives the same numbers.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, bound: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from((self.0 >> 16) % u64::from(bound)).expect("below bound")
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }
}

fn numbered(label: &str, count: u32) -> Row {
    let seats =
        RowSeats::Numbered { prefix: format!("{label}-"), first_number: 1, step: 1, digits_min: 0, count };
    Row { label: label.to_owned(), price_minor: 100, seats, ..Row::default() }
}

fn seated(name: &str, rows: Vec<Row>) -> Section {
    Section::Seated { name: name.to_owned(), rows }
}

fn general(name: &str, capacity: u32) -> Section {
    Section::General { name: name.to_owned(), capacity, price_minor: 50 }
}

fn event(sections: Vec<Section>) -> Inventory {
    Inventory::new(Layout::build(&SeatMap { sections }).expect("a valid seat map"))
}

fn seats(list: &[u32]) -> Vec<PackedPlace> {
    list.iter().map(|&seat| PackedPlace::seat(SeatIx(seat))).collect()
}

/// Moves places that their owner has.
fn move_places(inventory: &Inventory, owner: u32, seats: SeatMove, places: &[PackedPlace]) {
    inventory.change(owner, seats, &inventory.next_changes(owner, places));
}

/// The places of a claim.
fn places_of(changes: &[Change]) -> Vec<PackedPlace> {
    changes.iter().map(|change| change.place).collect()
}

/// What must hold whenever no change is in flight: bits, words and counts agree, and the bounds on
/// runs hide no free seat.
fn audit(inventory: &Inventory, context: &str) {
    for (number, row) in (0..).zip(&inventory.layout.rows) {
        let mut any_free = false;
        for seat in row.seats().map(SeatIx) {
            let (word, bit) = inventory.bit_of(seat);
            let bit_free = inventory.bits.word(word) >> bit & 1 != 0;
            let word_free = inventory.words[seat.0 as usize].is_free();
            assert_eq!(bit_free, word_free, "bit and word of seat {}, {context}", seat.0);
            any_free |= word_free;
        }
        let found = inventory.bits.next_row(number, number + 1, 1).is_some();
        assert!(found || !any_free, "row {number} has a free seat and is passed by, {context}");
    }
    for (number, info) in inventory.layout.sections.iter().enumerate() {
        let counts = inventory.counts(u16::try_from(number).expect("few"));
        if info.rows.is_empty() {
            continue;
        }
        let rows = &inventory.layout.rows[info.rows.start as usize..info.rows.end as usize];
        let mut by_state = [0; 4];
        rows.iter().flat_map(super::layout::RowInfo::seats).for_each(|seat| {
            by_state[inventory.seat(SeatIx(seat)).state as usize] += 1;
        });
        let counted = [counts.available, counts.reserved, counts.sold, counts.blocked];
        assert_eq!(counted, by_state, "counts of section {number}, {context}");
    }
}
