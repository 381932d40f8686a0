//! What an owner does with places that it has: sell them, give them back. Each move is legal by the table in `seat`
//! or it is a bug; none can be refused. Taking is in `claim`.

use super::claim::{counted, general_parts};
use super::place::{PackedPlace, seats_and_general};
use super::seat::{SeatMove, SeatState};
use super::state::Inventory;

impl Inventory {
    /// The version that the next change of this place will give it: for the record that is appended before the change
    /// is made visible. The caller owns the place, so nobody comes in between; blocked places are owner 0's.
    pub(crate) fn next_version(&self, owner: u32, place: PackedPlace) -> u32 {
        place.as_seat().map_or(0, |seat| {
            let seen = self.seat(seat);
            assert!(seen.owner == owner, "seat {} is not of owner {owner}: {seen:?}", seat.0);
            seen.version.wrapping_add(1)
        })
    }

    /// Moves places from one state into another, counts, words and bits. The caller owns them, or has checked in
    /// replay that the owner does. Of blocked places one thread at a time does so, as of [`block`](Self::block).
    pub(crate) fn change(&self, owner: u32, (from, to): SeatMove, places: &[PackedPlace]) {
        assert!(from.may_become(to), "no move from {from:?} to {to:?}");
        let [owner_before, owner_after] = [from, to].map(|state| if state.has_owner() { owner } else { 0 });
        let (seats, general) = seats_and_general(places);
        let groups = self.groups(seats);
        // Counts first, words second: see `counts`.
        self.each_section(&groups, |counts, seats| counts.shift(counted(from), counted(to), seats));
        for place in seats {
            let seat = place.as_seat().expect("seats stand in front");
            let word = &self.words[seat.0 as usize];
            let seen = word.peek();
            let is_meant = (seen.state, seen.owner) == (from, owner_before);
            assert!(is_meant, "seat {} of owner {owner} cannot become {to:?}: {seen:?}", seat.0);
            let done = word.swap(seen, seen.next(to, owner_after));
            assert!(done.is_ok(), "seat {} was {seen:?} and is {done:?}", seat.0);
        }
        for place in general {
            let (section, count) = general_parts(*place);
            self.counts[usize::from(section)].shift(counted(from), counted(to), count);
        }
        if to == SeatState::Free {
            self.sync_bits(&groups, true);
            self.note_return();
        }
    }
}
