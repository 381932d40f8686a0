//! The status of every seat, two bits each, and the bytes that tell which have changed.

use tacos_engine::views::{Counts, SeatState};

/// The status of a seat on a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Status {
    Free = 0,
    Held = 1,
    Sold = 2,
    Blocked = 3,
}

impl Status {
    /// How a board tells a state; one that hides holds tells them as sold.
    pub(super) const fn of(state: SeatState, hides_holds: bool) -> Self {
        match state {
            SeatState::Available => Self::Free,
            SeatState::Reserved if hides_holds => Self::Sold,
            SeatState::Reserved => Self::Held,
            SeatState::Sold => Self::Sold,
            SeatState::Blocked => Self::Blocked,
        }
    }
}

/// Counts as a board tells them.
pub(super) const fn seen(mut counts: Counts, hides_holds: bool) -> Counts {
    if hides_holds {
        counts.sold += counts.reserved;
        counts.reserved = 0;
    }
    counts
}

/// Seats in the order of the seat map.
#[derive(Debug, Default)]
pub(super) struct Plane {
    bytes: Vec<u8>,
    seats: u32,
}

impl Plane {
    pub(super) fn push(&mut self, status: Status) {
        if self.seats.is_multiple_of(4) {
            self.bytes.push(0);
        }
        self.seats += 1;
        self.set(self.seats - 1, status);
    }

    pub(super) const fn seats(&self) -> u32 {
        self.seats
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Gives a seat a status; false if it had it, or if there is no such seat.
    pub(super) fn set(&mut self, seat: u32, status: Status) -> bool {
        let (at, shift) = (seat as usize / 4, seat % 4 * 2);
        if seat >= self.seats {
            return false;
        }
        let Some(byte) = self.bytes.get_mut(at) else { return false };
        let new = (*byte & !(3 << shift)) | (status as u8) << shift;
        std::mem::replace(byte, new) != new
    }

    /// The two bits of a seat.
    fn bits(&self, seat: u32) -> u8 {
        self.bytes.get(seat as usize / 4).map_or(0, |byte| byte >> (seat % 4 * 2) & 3)
    }

    /// How these seats stand now, as the contract writes changes. `seats` are in ascending order, each once.
    pub(super) fn changes(&self, seats: &[u32]) -> Vec<u8> {
        let (mut out, mut last) = (Vec::with_capacity(seats.len() * 2), 0);
        for &seat in seats {
            let number = u64::from(seat - last) * 4 + u64::from(self.bits(seat));
            prost::encoding::encode_varint(number, &mut out);
            last = seat;
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Status; 4] = [Status::Free, Status::Held, Status::Sold, Status::Blocked];

    /// A plane of so many free seats.
    fn free(seats: u32) -> Plane {
        let mut plane = Plane::default();
        (0..seats).for_each(|_| plane.push(Status::Free));
        plane
    }

    #[test]
    fn every_seat_has_its_own_bits() {
        let mut plane = free(9);
        assert_eq!(plane.bytes().len(), 3);
        for (seat, status) in (0..9).zip(ALL.iter().cycle()) {
            assert_eq!(plane.set(seat, *status), *status != Status::Free);
            assert!(!plane.set(seat, *status), "it has it");
        }
        for (seat, status) in (0..9).zip(ALL.iter().cycle()) {
            assert_eq!(plane.bits(seat), *status as u8);
        }
        assert_eq!(plane.bytes(), [0b11_10_01_00, 0b11_10_01_00, 0]);
        assert!(!plane.set(9, Status::Sold), "there is no tenth seat");
        assert_eq!(plane.bytes()[2], 0);
    }

    #[test]
    fn changes_say_the_distance_and_the_status() {
        let mut plane = free(48_000);
        for (seat, status) in [(0, Status::Sold), (1, Status::Held), (40_000, Status::Blocked)] {
            plane.set(seat, status);
        }
        let mut bytes = plane.changes(&[0, 1, 2, 40_000]).into_iter().collect::<bytes::BytesMut>();
        let mut numbers = Vec::new();
        while !bytes.is_empty() {
            numbers.push(prost::encoding::decode_varint(&mut bytes).expect("whole"));
        }
        assert_eq!(numbers, [2, 4 + 1, 4, (40_000 - 2) * 4 + 3]);
        assert!(plane.changes(&[]).is_empty());
    }
}
