//! Entries to single modules, for programs that measure one alone: the timing wheel, the seats, the waiting line, the
//! bytes of a record. What they do is what the engine's own callers do there; nothing of it is for use beside an
//! engine.

use std::sync::Arc;

use smallvec::smallvec;

use crate::admission::{Gate, GroupTimer, Join, Line, Move, QueuePolicy};
use crate::clock::UnixMs;
use crate::deadlines::Timers;
use crate::ids::{SlotId, UserId};
use crate::inventory::{
    BestRequest, FREED, HolderState, Inventory, Layout, PackedPlace, SOLD, SeatIx, SeatMap, SeatMapError,
};
use crate::journal::Records;
use crate::limits::PLACES_PER_HOLD_MAX;
use crate::pipeline::{Held, Record, seal_into};
use crate::record::{Change, Remember};

/// The timing wheel with its table of timers: any thread sets and clears, one turns.
pub struct Wheel(Timers);

impl std::fmt::Debug for Wheel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wheel").field("live", &self.live()).finish_non_exhaustive()
    }
}

impl Wheel {
    /// Timers with the indices `0..bound`.
    #[must_use]
    pub fn with_bound(bound: u32) -> Self {
        Self(Timers::with_bound(bound))
    }

    /// Sets timer `index` to `at`, from whatever it was set to before.
    pub fn set(&self, index: u32, at: UnixMs) {
        self.0.set(index, at);
    }

    /// Clears timer `index`.
    pub fn clear(&self, index: u32) {
        self.0.clear(index);
    }

    /// One turn of the driver: adds at most `budget` due indices to `due`. True if there is more to do.
    pub fn turn(&self, now: UnixMs, budget: usize, due: &mut Vec<u32>) -> bool {
        self.0.turn(now, budget, due).more
    }

    /// Timers set, as the last turn knew it.
    #[must_use]
    pub fn live(&self) -> u32 {
        self.0.live()
    }
}

/// The seats of one event, without anything around them. Holds of this hall never lapse.
#[derive(Debug)]
pub struct Hall(Inventory);

const STANDING: fn(u32) -> HolderState = |_| HolderState::Held;

fn places(seats: &[u32]) -> impl AsRef<[PackedPlace]> {
    assert!(seats.len() <= PLACES_PER_HOLD_MAX, "{} seats over {PLACES_PER_HOLD_MAX}", seats.len());
    seats.iter().map(|&seat| PackedPlace::seat(SeatIx(seat))).collect::<smallvec::SmallVec<[_; 8]>>()
}

impl Hall {
    /// Free seats as `map` has them.
    ///
    /// # Errors
    /// If the map cannot be built.
    pub fn new(map: &SeatMap) -> Result<Self, SeatMapError> {
        Ok(Self(Inventory::new(Layout::build(map)?)))
    }

    /// Holds these seats (indices, ascending) for `owner`: all, or none and false.
    #[must_use]
    pub fn claim(&self, owner: u32, seats: &[u32]) -> bool {
        self.0.claim(owner, places(seats).as_ref(), &STANDING).is_ok()
    }

    /// Gives these seats of `owner` back.
    pub fn free(&self, owner: u32, seats: &[u32]) {
        self.0.change(owner, FREED, &self.0.next_changes(owner, places(seats).as_ref()));
    }

    /// Sells these held seats to their `owner`.
    pub fn sell(&self, owner: u32, seats: &[u32]) {
        self.0.change(owner, SOLD, &self.0.next_changes(owner, places(seats).as_ref()));
    }

    /// Holds the best `quantity` seats for `owner`, in several rows if no row has them, and gives them back; false if
    /// there are not so many.
    #[must_use]
    pub fn best_and_back(&self, owner: u32, quantity: u32) -> bool {
        let request = BestRequest {
            quantity,
            section: None,
            allow_split: true,
            include_accessible: false,
            scan_lapsed: false,
        };
        let claimed = self.0.claim_best(owner, &request, &STANDING);
        claimed.is_ok_and(|claimed| {
            let places: Vec<PackedPlace> = claimed.iter().map(|change| change.place).collect();
            self.0.change(owner, FREED, &self.0.next_changes(owner, &places));
            claimed.len() == quantity as usize
        })
    }
}

/// A waiting line without tokens, records and timers, in which no ticket is let in.
pub struct WaitingLine(Line);

impl std::fmt::Debug for WaitingLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WaitingLine").finish_non_exhaustive()
    }
}

struct NoTimer;

impl GroupTimer for NoTimer {
    fn arm(&self, _: u32, _: UnixMs) {}
}

/// In place of a keyed hash of a name.
fn hash_of(person: u64, kind: u64) -> u128 {
    // `SplitMix64` (Steele, Lea and Flood 2014), two numbers of it.
    let mut state = person.wrapping_mul(2).wrapping_add(kind);
    let mut draw = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        u128::from(mixed ^ (mixed >> 31))
    };
    draw() << 64 | draw()
}

impl WaitingLine {
    /// An empty line for at most so many.
    #[must_use]
    pub fn new(waiting_max: u32) -> Self {
        let policy = QueuePolicy { waiting_max, ..QueuePolicy::default() };
        let line = Line::new(policy, Arc::new(Gate::full(1, 1)), Arc::new(NoTimer));
        Self(line)
    }

    /// A person joins, with a session and a user of their own; the ticket's number, `None` if they wait already or the
    /// line is full.
    #[must_use]
    pub fn join(&self, person: u64, now: UnixMs) -> Option<u32> {
        match self.0.begin_join(hash_of(person, 0), Some(hash_of(person, 1)), now) {
            Join::New(joining) => {
                let number = joining.record().number;
                joining.commit();
                Some(number)
            }
            _ => None,
        }
    }

    /// How many wait up to this ticket, 1 for the first; `None` if it does not wait.
    #[must_use]
    pub fn position(&self, number: u32, now: UnixMs) -> Option<u32> {
        self.0.view(number, now)?.position
    }

    /// The ticket leaves; false if it does not wait.
    #[must_use]
    pub fn leave(&self, number: u32, now: UnixMs) -> bool {
        self.0.begin_leave(number, now).map(Move::commit).is_ok()
    }
}

/// The record of a hold of two seats with an idempotency key, as the engine writes it most often.
#[derive(Clone, Debug)]
pub struct HoldRecord {
    record: Held,
    at: UnixMs,
}

impl HoldRecord {
    /// A record of this user's.
    #[must_use]
    pub fn new(user: UserId, at: UnixMs) -> Self {
        let change = |seat| Change { place: PackedPlace::seat(SeatIx(seat)), version: 1 };
        let record = Held {
            id: SlotId { slot: 7, generation: 1, tag: 0x1234_5678_9abc_def0 },
            event: 0,
            user,
            external: None,
            ticket: None,
            expires_at: at.plus_ms(60_000),
            total_minor: 10_000,
            changes: smallvec![change(1_000), change(1_001)],
            key: Some(Remember { key: 1 << 90, fingerprint: 1 << 40, until: at.plus_ms(300_000) }),
        };
        Self { record, at }
    }

    /// Appends the record's bytes, sealed as in the log buffer.
    pub fn encode(&self, out: &mut Vec<u8>) {
        seal_into(&self.record, self.at, out);
    }

    /// Checks and reads all records in `bytes`; how many there are, `None` if something is wrong with one.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<usize> {
        let mut count = 0;
        for found in Records::new(bytes) {
            let (_, _, record) = found.ok()?;
            std::hint::black_box(Record::get_body(record.kind, record.payload).ok()?);
            count += 1;
        }
        Some(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{Row, RowSeats, Section};

    #[test]
    fn the_entry_to_the_seats_refuses_what_is_taken() {
        let seats =
            RowSeats::Numbered { prefix: String::new(), first_number: 1, step: 1, digits_min: 0, count: 4 };
        let row = Row { label: "A".into(), price_minor: 1, seats, ..Row::default() };
        let hall = Hall::new(&SeatMap {
            sections: vec![Section::Seated { name: "stalls".into(), rows: vec![row] }],
        })
        .expect("a hall");
        assert!(hall.best_and_back(1, 4));
        assert!(hall.claim(1, &[1, 2]));
        assert!(!hall.claim(2, &[2, 3]), "two is taken");
        assert!(!hall.best_and_back(2, 3), "only two are left");
        hall.sell(1, &[1, 2]);
        assert!(hall.claim(2, &[0, 3]));
        hall.free(2, &[0, 3]);
        assert!(hall.claim(3, &[0]));
    }

    #[test]
    fn the_entry_to_the_line_knows_who_is_before_whom() {
        let (line, now) = (WaitingLine::new(3), UnixMs::new(1_800_000_000_000));
        let numbers: Vec<u32> = (0..3).map(|person| line.join(person, now).expect("there is room")).collect();
        assert_eq!(line.join(1, now), None, "is there already");
        assert_eq!(line.join(3, now), None, "three are all");
        assert!(line.leave(numbers[1], now));
        assert!(!line.leave(numbers[1], now), "is gone");
        let positions: Vec<_> = numbers.iter().map(|&number| line.position(number, now)).collect();
        assert_eq!(positions, [Some(1), None, Some(2)]);
    }

    #[test]
    fn a_record_of_a_hold_is_read_as_it_was_written() {
        let record = HoldRecord::new(UserId::new("kim").expect("valid"), UnixMs::new(1_800_000_000_000));
        let mut bytes = Vec::new();
        record.encode(&mut bytes);
        record.encode(&mut bytes);
        assert_eq!(HoldRecord::decode(&bytes), Some(2));
        let last = bytes.len() - 9;
        bytes[last] ^= 1;
        assert_eq!(HoldRecord::decode(&bytes), None, "a flipped bit is seen");
    }

    #[test]
    fn the_entry_to_the_wheel_fires_what_was_set() {
        let (wheel, start) = (Wheel::with_bound(10), UnixMs::new(1_800_000_000_000));
        for index in 0..10 {
            wheel.set(index, start.plus_ms(u64::from(index)));
        }
        wheel.clear(3);
        let mut due = Vec::new();
        assert!(!wheel.turn(start.plus_ms(0), 1, &mut due), "the first is due, the others are linked");
        while wheel.turn(start.plus_ms(5), 100, &mut due) {}
        assert_eq!((due, wheel.live()), (vec![0, 1, 2, 4, 5], 4));
    }
}
