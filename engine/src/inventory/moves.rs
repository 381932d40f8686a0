//! What an owner does with places that it has: sell them, give them back. Each move is legal by the table in `seat`
//! or it is a bug; none can be refused. Taking is in `claim`.

use super::claim::{counted, general_parts};
use super::place::{Change, Changes, PackedPlace, gathered, seats_and_general};
use super::seat::{SeatMove, SeatSeen, SeatState};
use super::state::Inventory;

impl Inventory {
    /// What the next change of these places will be: for the record that is appended before the change is made visible.
    /// The caller owns the places, so no other thread comes in between; blocked places are owner 0's.
    #[inline]
    pub(crate) fn next_changes(&self, owner: u32, places: &[PackedPlace]) -> Changes {
        let next_version = |place: PackedPlace| {
            place.as_seat().map_or(0, |seat| {
                let seen = self.seat(seat);
                assert!(seen.owner == owner, "seat {} is not of owner {owner}: {seen:?}", seat.0);
                seen.version.wrapping_add(1)
            })
        };
        gathered(places.iter().map(|&place| Change { place, version: next_version(place) }))
    }

    /// Moves places from one state into another, counts, words and bits. The caller owns them and has asked for
    /// [`next_changes`](Self::next_changes), or has checked in replay that the changes follow. Of blocked places one
    /// thread at a time does so, as of [`block`](Self::block).
    pub(crate) fn change(&self, owner: u32, (from, to): SeatMove, changes: &[Change]) {
        assert!(from.may_become(to), "no move from {from:?} to {to:?}");
        let [owner_before, owner_after] = [from, to].map(|state| if state.has_owner() { owner } else { 0 });
        let (seats, general) = seats_and_general(changes);
        // Counts first, words second: see `counts`.
        self.each_section(seats, |counts, seats| counts.shift(counted(from), counted(to), seats));
        for &Change { place, version } in seats {
            let seat = place.as_seat().expect("the seats of a list stand in front");
            let before = SeatSeen { state: from, owner: owner_before, version: version.wrapping_sub(1) };
            let done = self.words[seat.0 as usize].swap(before, before.next(to, owner_after));
            assert!(done.is_ok(), "seat {} is no {before:?} and cannot become {to:?}: {done:?}", seat.0);
        }
        for &Change { place, .. } in general {
            let (section, count) = general_parts(place);
            self.counts[usize::from(section)].shift(counted(from), counted(to), count);
        }
        if to == SeatState::Free {
            self.sync_bits(seats, true, |_, _| ());
            self.note_return();
        }
    }
}
