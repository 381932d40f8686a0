//! Claims: named places, all of them or none, in one step that no other claim can see half done.
//!
//! Seats are taken in ascending order, then general admission by ascending section. A claim that meets a seat which
//! another claim has taken but not yet made good waits for that claim's end: a refusal on account of a claim that then
//! rolls back would be false. Since all claims ascend, a claim waits only for claims further up, and no circle
//! of waiting claims can form.
//!
//! **Rolling back puts the exact old word back**, version included, because the claim leaves no record and the
//! versions of a seat's records have no gaps. That is safe although the word comes round (A–B–A): between the two
//! A's the word was ours, no other claim could change it, so a claimer whose compare-and-swap succeeds on the
//! restored word finds a seat that has truly not changed since it looked.

use smallvec::SmallVec;

use super::counts::Counted;
use super::place::{Change, Changes, PackedPlace, Place, SeatIx, gathered, seats_and_general};
use super::seat::{OPERATOR, SeatSeen, SeatState};
use super::state::{Inventory, seat_of};
use crate::limits::PLACES_PER_HOLD_MAX;
use crate::sync::Pause;

/// What has become of the reservation slot that a seat's word names, or of the claim of [`OPERATOR`], who has none. The
/// caller of a claim answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HolderState {
    /// Still claiming: it may yet roll back. Its thread is in the middle of that, so the wait is short.
    InFlight,
    /// It holds its seats for good, until it gives them back.
    Held,
    /// Its hold is past its deadline: a caller that wants the seats may expire it first.
    Expired,
}

/// Why a claim was refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Other people's seats: all that were asked for and are taken.
    Conflict { seats: SmallVec<[SeatIx; 8]> },
    /// The only thing in the way is a hold past its deadline: expire it and claim again.
    Lapsed { owner: u32 },
    /// Fewer places left in a general-admission section than asked for (holds there may have lapsed).
    Short { section: u16, available: u32 },
}

/// What stands in the way of a claim at a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Availability {
    Free,
    Taken,
    Lapsed(u32),
}

/// Where taking stopped, with everything rolled back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    Seat,
    Short { section: u16, available: u32 },
}

impl Inventory {
    /// Holds all of `places` (in claim order, see [`PackedPlace`]) for `owner`, or none of them.
    ///
    /// `holder_state` must answer `InFlight` for `owner` from before this call until the hold is good or rolled back.
    ///
    /// # Errors
    /// The refusal; nothing was changed then.
    pub(crate) fn claim(
        &self,
        owner: u32,
        places: &[PackedPlace],
        holder_state: &impl Fn(u32) -> HolderState,
    ) -> Result<Changes, Refused> {
        self.survey(places, holder_state)?;
        self.claim_surveyed(owner, places, holder_state)
    }

    /// As [`claim`](Self::claim), of places that the caller has just [surveyed](Self::survey) and found free: it looks
    /// at them again only if another was quicker.
    ///
    /// # Errors
    /// As [`claim`](Self::claim).
    pub(crate) fn claim_surveyed(
        &self,
        owner: u32,
        places: &[PackedPlace],
        holder_state: &impl Fn(u32) -> HolderState,
    ) -> Result<Changes, Refused> {
        assert!(owner < OPERATOR, "owner {owner} is not below {OPERATOR}");
        assert!(places.len() <= PLACES_PER_HOLD_MAX, "{} places over {PLACES_PER_HOLD_MAX}", places.len());
        self.claim_into(SeatState::Held, owner, places, holder_state)
    }

    /// Sells all of `places` to `owner` out of the free ones, or none: for money that came after the hold had lapsed.
    ///
    /// # Errors
    /// As [`claim`](Self::claim).
    pub(crate) fn retake(
        &self,
        owner: u32,
        places: &[PackedPlace],
        holder_state: &impl Fn(u32) -> HolderState,
    ) -> Result<Changes, Refused> {
        assert!(owner < OPERATOR, "owner {owner} is not below {OPERATOR}");
        assert!(places.len() <= PLACES_PER_HOLD_MAX, "{} places over {PLACES_PER_HOLD_MAX}", places.len());
        self.survey(places, holder_state)?;
        self.claim_into(SeatState::Sold, owner, places, holder_state)
    }

    /// Takes all of `places` off the sale, or none. The caller sees to it that only one thread blocks or unblocks
    /// places of this event at a time, and appends its record before the next.
    ///
    /// # Errors
    /// As [`claim`](Self::claim).
    pub(crate) fn block(
        &self,
        places: &[PackedPlace],
        holder_state: &impl Fn(u32) -> HolderState,
    ) -> Result<Changes, Refused> {
        self.survey(places, holder_state)?;
        self.claim_into(SeatState::Blocked, OPERATOR, places, holder_state)
    }

    /// The caller has surveyed the places.
    fn claim_into(
        &self,
        target: SeatState,
        owner: u32,
        places: &[PackedPlace],
        holder_state: &impl Fn(u32) -> HolderState,
    ) -> Result<Changes, Refused> {
        loop {
            let may_retry = |seat| self.availability(seat, holder_state) == Availability::Free;
            match self.take(target, owner, places, may_retry) {
                Ok(changes) => return Ok(changes),
                // Another claim was quicker: the survey says whose, unless it is gone again.
                Err(Stopped::Seat) => self.survey(places, holder_state)?,
                Err(Stopped::Short { section, available }) => {
                    return Err(Refused::Short { section, available });
                }
            }
        }
    }

    /// Refuses, without touching a word, what cannot be claimed: so that a rush on a taken seat is a rush of reads.
    ///
    /// # Errors
    /// As [`claim`](Self::claim), and it would refuse now for the same reason.
    pub(crate) fn survey(
        &self,
        places: &[PackedPlace],
        holder_state: &impl Fn(u32) -> HolderState,
    ) -> Result<(), Refused> {
        let mut taken = SmallVec::new();
        let mut lapsed = None;
        for seat in places.iter().filter_map(|place| place.as_seat()) {
            match self.availability(seat, holder_state) {
                Availability::Free => {}
                Availability::Taken => taken.push(seat),
                Availability::Lapsed(owner) => lapsed = lapsed.or(Some(owner)),
            }
        }
        if !taken.is_empty() {
            return Err(Refused::Conflict { seats: taken });
        }
        lapsed.map_or(Ok(()), |owner| Err(Refused::Lapsed { owner }))
    }

    /// What a seat is to a claimer, once no other claim of it is in flight.
    fn availability(&self, seat: SeatIx, holder_state: &impl Fn(u32) -> HolderState) -> Availability {
        let word = &self.words[seat.0 as usize];
        let mut pause = Pause::new();
        loop {
            let seen = word.peek();
            match seen.state {
                SeatState::Free => return Availability::Free,
                SeatState::Sold | SeatState::Blocked => return Availability::Taken,
                SeatState::Held => {}
            }
            let holder_state = holder_state(seen.owner);
            // The state may be that of a later life of the slot: it counts only if the seat is still the same holder's.
            if word.peek() != seen {
                continue;
            }
            match holder_state {
                HolderState::Held => return Availability::Taken,
                HolderState::Expired => return Availability::Lapsed(seen.owner),
                HolderState::InFlight => pause.wait(),
            }
        }
    }

    /// Takes all places or none, asking `may_retry` at each seat that another claim or hold has.
    pub(super) fn take(
        &self,
        target: SeatState,
        owner: u32,
        places: &[PackedPlace],
        may_retry: impl Fn(SeatIx) -> bool,
    ) -> Result<Changes, Stopped> {
        let mut changes: Changes = gathered(places.iter().map(|&place| Change { place, version: 0 }));
        let seats = seats_and_general(&changes).0.len();
        let (seats, general) = changes.split_at_mut(seats);
        let (taken, mut stopped) = self.take_seats(owner, seats, may_retry);
        let counted = counted(target).expect("places are claimed into a state that counts");
        if stopped.is_ok() && !general.is_empty() {
            stopped = self.take_general(counted, general);
        }
        if let Err(stopped) = stopped {
            self.roll_back(owner, &seats[..taken]);
            // Another thread may have synced a bit while this claim owned its seat.
            self.sync_bits(&seats[..taken], true, |_, _| ());
            return Err(stopped);
        }
        if target != SeatState::Held {
            self.make_good(target, owner, seats);
        }
        // Words first, counts second: see `counts`.
        self.sync_bits(seats, false, |counts, seats| counts.shift(None, Some(counted), seats));
        Ok(changes)
    }

    /// Takes seats and notes their versions, up to the first that cannot be had. Returns how many it took.
    #[inline]
    fn take_seats(
        &self,
        owner: u32,
        seats: &mut [Change],
        may_retry: impl Fn(SeatIx) -> bool,
    ) -> (usize, Result<(), Stopped>) {
        for (taken, change) in seats.iter_mut().enumerate() {
            let seat = seat_of(change);
            let word = &self.words[seat.0 as usize];
            loop {
                let seen = word.peek();
                if seen.state == SeatState::Free {
                    let next = seen.next(SeatState::Held, owner);
                    if word.swap(seen, next).is_ok() {
                        change.version = next.version;
                        break;
                    }
                } else {
                    assert!(
                        seen.owner != owner,
                        "seat {} is claimed twice by owner {owner}: {seen:?}",
                        seat.0
                    );
                    if !may_retry(seat) {
                        return (taken, Err(Stopped::Seat));
                    }
                }
            }
        }
        (seats.len(), Ok(()))
    }

    /// General admission comes last, so that a single section is decided by its own compare-and-swap; of several all but
    /// the last stay marked undecided until the last is in.
    fn take_general(&self, into: Counted, general: &[Change]) -> Result<(), Stopped> {
        let mut taken = Undecided { inventory: self, changes: &[], into };
        for (at, change) in general.iter().enumerate() {
            let (section, count) = general_parts(change.place);
            let undecided = at + 1 < general.len();
            if let Err(short) = self.counts[usize::from(section)].take(into, count, undecided) {
                return Err(Stopped::Short { section, available: short.available });
            }
            if undecided {
                taken.changes = &general[..=at];
            }
        }
        taken.keep();
        Ok(())
    }

    fn roll_back(&self, owner: u32, seats: &[Change]) {
        for &Change { place, version } in seats.iter().rev() {
            let seat = place.as_seat().expect("seats stand in front");
            let taken = SeatSeen { state: SeatState::Held, owner, version };
            let before = SeatSeen { state: SeatState::Free, owner: 0, version: version.wrapping_sub(1) };
            let done = self.words[seat.0 as usize].swap(taken, before);
            assert!(done.is_ok(), "seat {} was {taken:?} and is {done:?}", seat.0);
        }
    }

    /// Turns the seats of a claim that has all of them into what it wanted them for: the same change, the same version.
    fn make_good(&self, target: SeatState, owner: u32, seats: &[Change]) {
        for change in seats {
            let seat = seat_of(change);
            let taken = SeatSeen { state: SeatState::Held, owner, version: change.version };
            let owner = if target == SeatState::Blocked { 0 } else { owner };
            let done = self.words[seat.0 as usize].swap(taken, SeatSeen { state: target, owner, ..taken });
            assert!(done.is_ok(), "seat {} was {taken:?} and is {done:?}", seat.0);
        }
    }
}

/// Standing places taken in sections where other claimers wait until this claim is decided. Dropped before it is kept,
/// also by a panic, it gives them back: a claim that ends early makes no claimer wait.
struct Undecided<'a> {
    inventory: &'a Inventory,
    changes: &'a [Change],
    into: Counted,
}

impl Undecided<'_> {
    fn keep(mut self) {
        self.decide(false);
    }

    fn decide(&mut self, give_back: bool) {
        for change in std::mem::take(&mut self.changes) {
            let (section, count) = general_parts(change.place);
            self.inventory.counts[usize::from(section)].decide(give_back.then_some((self.into, count)));
        }
    }
}

impl Drop for Undecided<'_> {
    fn drop(&mut self) {
        self.decide(true);
    }
}

pub(super) fn counted(state: SeatState) -> Option<Counted> {
    match state {
        SeatState::Free => None,
        SeatState::Held => Some(Counted::Reserved),
        SeatState::Sold => Some(Counted::Sold),
        SeatState::Blocked => Some(Counted::Blocked),
    }
}

pub(super) fn general_parts(place: PackedPlace) -> (u16, u32) {
    match place.unpack() {
        Place::General { section, count } => (section, u32::from(count)),
        Place::Seat(seat) => panic!("seat {} among general admission", seat.0),
    }
}
