//! Puts back what records and snapshots say. One thread, no callers beside it: the caller is recovery, or a follower of
//! the journal. Decides nothing, but refuses what cannot follow from what is there.

use std::error::Error;
use std::fmt;

use super::counts::Counts;
use super::place::{Change, PackedPlace, Place, SeatIx};
use super::seat::{SeatMove, SeatSeen, SeatState};
use super::state::Inventory;

/// A record or an image that cannot follow from what is there: corruption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    /// The record's places do not ascend.
    Order { place: PackedPlace },
    /// The seat does not exist.
    NoSeat { seat: SeatIx, seats: u32 },
    /// The record's version is not the next one.
    Version { seat: SeatIx, have: u32, want: u32 },
    /// The record's move is not legal from here, or the image shows a word that no seat can have.
    Move { seat: SeatIx, have: SeatState, want: Option<SeatState> },
    /// The section does not exist, or its places have numbers.
    NoGeneral { section: u16 },
    /// More places leave a count than it has, or more are taken than there are.
    Count { section: u16, have: Counts, count: u32 },
    /// The image is of another number of seats.
    Length { have: u32, want: u32 },
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order { place } => write!(f, "{place:?} is not in the order of claims"),
            Self::NoSeat { seat, seats } => write!(f, "seat {} of an event that has {seats}", seat.0),
            Self::Version { seat, have, want } => {
                write!(f, "seat {} has version {have}, and the record makes {want}", seat.0)
            }
            Self::Move { seat, have, want } => {
                write!(f, "seat {} is {have:?} and cannot become {want:?}", seat.0)
            }
            Self::NoGeneral { section } => write!(f, "section {section} has no general admission"),
            Self::Count { section, have, count } => {
                write!(f, "section {section} cannot move {count} of {have:?}")
            }
            Self::Length { have, want } => write!(f, "image of {want} seats for an event that has {have}"),
        }
    }
}

impl Error for Gap {}

impl Inventory {
    /// Checks that places go from one state to another as a record says: they stand in the order of claims, are there,
    /// in that state and of that owner, and the record's versions are their next ones.
    ///
    /// # Errors
    /// The first place that the record does not follow from.
    pub(crate) fn check_move(&self, owner: u32, (from, to): SeatMove, changes: &[Change]) -> Result<(), Gap> {
        let mut before = None;
        for &Change { place, version } in changes {
            if before.replace(place.order()) >= Some(place.order()) {
                return Err(Gap::Order { place });
            }
            match place.unpack() {
                Place::Seat(seat) => self.check_seat(seat, owner, (from, to), version)?,
                Place::General { section, count } => self.check_general(section, (from, to), count.into())?,
            }
        }
        Ok(())
    }

    fn check_seat(&self, seat: SeatIx, owner: u32, (from, to): SeatMove, version: u32) -> Result<(), Gap> {
        let seats = self.layout.seats();
        let have = self.words.get(seat.0 as usize).ok_or(Gap::NoSeat { seat, seats })?.peek();
        if version != have.version.wrapping_add(1) {
            return Err(Gap::Version { seat, have: have.version, want: version });
        }
        let owner = if from.has_owner() { owner } else { 0 };
        if !from.may_become(to) || (have.state, have.owner) != (from, owner) {
            return Err(Gap::Move { seat, have: have.state, want: Some(to) });
        }
        Ok(())
    }

    fn check_general(&self, section: u16, (from, to): SeatMove, count: u32) -> Result<(), Gap> {
        self.general_section(section)?;
        let have = self.counts[usize::from(section)].read();
        let there = match from {
            SeatState::Free => have.available,
            SeatState::Held => have.reserved,
            SeatState::Sold => have.sold,
            SeatState::Blocked => have.blocked,
        };
        if there < count || !from.may_become(to) { Err(Gap::Count { section, have, count }) } else { Ok(()) }
    }

    /// Calls `each` with every seat's word, in order. The image is of one moment only if no caller claims meanwhile.
    pub(crate) fn each_word(&self, mut each: impl FnMut(u64)) {
        for word in &self.words {
            each(word.peek().pack());
        }
    }

    /// Puts an image of all seats in place, and counts them. The bitmap follows in [`Inventory::finish_replay`].
    ///
    /// # Errors
    /// If the image is of another event's size, or shows a word that no seat can have; some words may be changed
    /// then, and the inventory must not be used.
    pub(crate) fn restore_words(&self, image: impl ExactSizeIterator<Item = u64>) -> Result<(), Gap> {
        let have = self.layout.seats();
        if image.len() != have as usize {
            return Err(Gap::Length { have, want: u32::try_from(image.len()).unwrap_or(u32::MAX) });
        }
        for (seat, bits) in (0..).map(SeatIx).zip(image) {
            let word = &self.words[seat.0 as usize];
            let seen = SeatSeen::from_image(bits);
            word.install(seen.ok_or(Gap::Move { seat, have: word.peek().state, want: None })?);
        }
        self.recount();
        Ok(())
    }

    /// Numbered seats that are held or sold, by their words.
    pub(crate) fn owned(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.peek().state.has_owner())).sum()
    }

    /// Makes the bitmap what the seats' words say, once all records and images are in.
    pub(crate) fn finish_replay(&self) {
        self.install_bits();
        self.note_return();
    }

    /// Puts the counts of a general-admission section in place.
    ///
    /// # Errors
    /// If there is no such section, or they are more than its places; nothing is changed then.
    pub(crate) fn restore_general(
        &self,
        section: u16,
        reserved: u32,
        sold: u32,
        blocked: u32,
    ) -> Result<(), Gap> {
        self.general_section(section)?;
        let count = reserved.saturating_add(sold).saturating_add(blocked);
        let counts = &self.counts[usize::from(section)];
        counts.install(reserved, sold, blocked).map_err(|have| Gap::Count { section, have, count })?;
        self.note_return();
        Ok(())
    }

    fn general_section(&self, section: u16) -> Result<(), Gap> {
        self.layout.general_price_minor(section).map(drop).ok_or(Gap::NoGeneral { section })
    }

    fn recount(&self) {
        for (info, counts) in self.layout.sections.iter().zip(&self.counts) {
            if info.rows.is_empty() {
                continue;
            }
            let rows = &self.layout.rows[info.rows.start as usize..info.rows.end as usize];
            let mut by_state = [0; 4];
            for seat in rows.iter().flat_map(super::layout::RowInfo::seats) {
                by_state[self.words[seat as usize].peek().state as usize] += 1;
            }
            let [_, reserved, sold, blocked] = by_state;
            counts.install(reserved, sold, blocked).expect("each seat is counted once");
        }
    }

    pub(super) fn install_bits(&self) {
        for (row_ix, row) in (0..).zip(&self.layout.rows) {
            for (part, word) in (0..).zip(row.words()) {
                let base = row.first_seat + part * 64;
                let mask = u64::MAX >> (64 - (row.seats().end - base).min(64));
                self.bits.install(row_ix, word, mask, self.free_mask(base, mask));
            }
        }
    }
}
