//! Claims: named places, all of them or none, in one step that no other claim can see half done.
//!
//! Seats are taken in ascending order, then general admission by ascending section. A claim that meets a seat which
//! another claim has taken but not yet made good waits for that claim's fate: a refusal on account of a claim that then
//! rolls back would be false. Since everybody ascends, whoever waits waits for somebody further up, and nobody in a circle.
//!
//! **Rolling back puts the exact old word back**, version included, because the claim leaves no record and the
//! versions of a seat's records have no gaps. That is safe although the word comes round (A–B–A): between the two
//! A's the word was ours, nobody else could change it, so a claimer whose compare-and-swap succeeds on the
//! restored word finds a seat that has truly not changed since it looked.

use smallvec::SmallVec;

use super::counts::Counted;
use super::place::{PackedPlace, Place, SeatIx, seats_and_general};
use super::seat::{OPERATOR, SeatSeen, SeatState};
use super::state::Inventory;
use crate::limits::PLACES_PER_HOLD_MAX;
use crate::sync::Pause;

/// What has become of the reservation slot that a seat's word names, or of the claim of [`OPERATOR`], who has none. The
/// caller of a claim answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Still claiming: it may yet roll back. Its thread is in the middle of that, so the wait is short.
    Claiming,
    /// It holds its seats for good, until it gives them back.
    Standing,
    /// Its hold is past its deadline: whoever wants the seats may expire it first.
    Lapsed,
}

/// The version that each place of a claim or move has after it; 0 for general admission, which has none.
pub(crate) type Versions = SmallVec<[u32; 16]>;

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
enum Verdict {
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
    /// `fate` must answer `Claiming` for `owner` from before this call until the hold is good or rolled back.
    ///
    /// # Errors
    /// The refusal; nothing was changed then.
    pub(crate) fn claim(
        &self,
        owner: u32,
        places: &[PackedPlace],
        fate: &impl Fn(u32) -> Fate,
    ) -> Result<Versions, Refused> {
        self.survey(places, fate)?;
        self.claim_surveyed(owner, places, fate)
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
        fate: &impl Fn(u32) -> Fate,
    ) -> Result<Versions, Refused> {
        assert!(owner < OPERATOR, "owner {owner} is not below {OPERATOR}");
        assert!(places.len() <= PLACES_PER_HOLD_MAX, "{} places over {PLACES_PER_HOLD_MAX}", places.len());
        self.claim_into(SeatState::Held, owner, places, fate)
    }

    /// Sells all of `places` to `owner` out of the free ones, or none: for money that came after the hold had lapsed.
    ///
    /// # Errors
    /// As [`claim`](Self::claim).
    pub(crate) fn retake(
        &self,
        owner: u32,
        places: &[PackedPlace],
        fate: &impl Fn(u32) -> Fate,
    ) -> Result<Versions, Refused> {
        assert!(owner < OPERATOR, "owner {owner} is not below {OPERATOR}");
        assert!(places.len() <= PLACES_PER_HOLD_MAX, "{} places over {PLACES_PER_HOLD_MAX}", places.len());
        self.survey(places, fate)?;
        self.claim_into(SeatState::Sold, owner, places, fate)
    }

    /// Takes all of `places` off the sale, or none. The caller sees to it that only one thread blocks or unblocks
    /// places of this event at a time, and appends its record before the next.
    ///
    /// # Errors
    /// As [`claim`](Self::claim).
    pub(crate) fn block(
        &self,
        places: &[PackedPlace],
        fate: &impl Fn(u32) -> Fate,
    ) -> Result<Versions, Refused> {
        self.survey(places, fate)?;
        self.claim_into(SeatState::Blocked, OPERATOR, places, fate)
    }

    /// The caller has surveyed the places.
    fn claim_into(
        &self,
        target: SeatState,
        owner: u32,
        places: &[PackedPlace],
        fate: &impl Fn(u32) -> Fate,
    ) -> Result<Versions, Refused> {
        loop {
            let may_retry = |seat| self.judge(seat, fate) == Verdict::Free;
            match self.take(target, owner, places, may_retry) {
                Ok(versions) => return Ok(versions),
                // Somebody was quicker: the survey says who, unless they are gone again.
                Err(Stopped::Seat) => self.survey(places, fate)?,
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
    pub(crate) fn survey(&self, places: &[PackedPlace], fate: &impl Fn(u32) -> Fate) -> Result<(), Refused> {
        let mut taken = SmallVec::new();
        let mut lapsed = None;
        for seat in places.iter().filter_map(|place| place.as_seat()) {
            match self.judge(seat, fate) {
                Verdict::Free => {}
                Verdict::Taken => taken.push(seat),
                Verdict::Lapsed(owner) => lapsed = lapsed.or(Some(owner)),
            }
        }
        if !taken.is_empty() {
            return Err(Refused::Conflict { seats: taken });
        }
        lapsed.map_or(Ok(()), |owner| Err(Refused::Lapsed { owner }))
    }

    /// What a seat is to a claimer, once nobody is in the middle of claiming it.
    fn judge(&self, seat: SeatIx, fate: &impl Fn(u32) -> Fate) -> Verdict {
        let word = &self.words[seat.0 as usize];
        let mut pause = Pause::new();
        loop {
            let seen = word.peek();
            match seen.state {
                SeatState::Free => return Verdict::Free,
                SeatState::Sold | SeatState::Blocked => return Verdict::Taken,
                SeatState::Held => {}
            }
            let fate = fate(seen.owner);
            // The fate may belong to a later life of the slot: it counts only if the seat is still the same one's.
            if word.peek() != seen {
                continue;
            }
            match fate {
                Fate::Standing => return Verdict::Taken,
                Fate::Lapsed => return Verdict::Lapsed(seen.owner),
                Fate::Claiming => pause.wait(),
            }
        }
    }

    /// Takes all places or none, asking `may_retry` at each seat that somebody else has.
    pub(super) fn take(
        &self,
        target: SeatState,
        owner: u32,
        places: &[PackedPlace],
        may_retry: impl Fn(SeatIx) -> bool,
    ) -> Result<Versions, Stopped> {
        let (seats, general) = seats_and_general(places);
        let mut versions = Versions::new();
        let mut stopped = self.take_seats(owner, seats, &mut versions, may_retry);
        let counted = counted(target).expect("places are claimed into a state that counts");
        if stopped.is_ok() {
            stopped = self.take_general(counted, general);
        }
        let groups = self.groups(&seats[..versions.len()]);
        if let Err(stopped) = stopped {
            self.roll_back(owner, &seats[..versions.len()], &versions);
            // Another thread may have synced a bit while this claim owned its seat.
            self.sync_bits(&groups, true);
            return Err(stopped);
        }
        if target != SeatState::Held {
            self.make_good(target, owner, seats);
        }
        // Words first, counts second: see `counts`.
        self.each_section(&groups, |counts, seats| counts.shift(None, Some(counted), seats));
        self.sync_bits(&groups, false);
        versions.resize(places.len(), 0);
        Ok(versions)
    }

    fn take_seats(
        &self,
        owner: u32,
        seats: &[PackedPlace],
        versions: &mut Versions,
        may_retry: impl Fn(SeatIx) -> bool,
    ) -> Result<(), Stopped> {
        for place in seats {
            let seat = place.as_seat().expect("seats stand in front");
            let word = &self.words[seat.0 as usize];
            loop {
                let seen = word.peek();
                if seen.state == SeatState::Free {
                    let next = seen.next(SeatState::Held, owner);
                    if word.swap(seen, next).is_ok() {
                        versions.push(next.version);
                        break;
                    }
                } else {
                    assert!(
                        seen.owner != owner,
                        "seat {} is claimed twice by owner {owner}: {seen:?}",
                        seat.0
                    );
                    if !may_retry(seat) {
                        return Err(Stopped::Seat);
                    }
                }
            }
        }
        Ok(())
    }

    /// General admission comes last, so that a single section is decided by its own compare-and-swap; of several all but
    /// the last stay marked undecided until the last is in.
    fn take_general(&self, into: Counted, general: &[PackedPlace]) -> Result<(), Stopped> {
        let mut taken = Undecided { inventory: self, places: &[], into };
        for (at, place) in general.iter().enumerate() {
            let (section, count) = general_parts(*place);
            let undecided = at + 1 < general.len();
            if let Err(short) = self.counts[usize::from(section)].take(into, count, undecided) {
                return Err(Stopped::Short { section, available: short.available });
            }
            if undecided {
                taken.places = &general[..=at];
            }
        }
        taken.keep();
        Ok(())
    }

    fn roll_back(&self, owner: u32, seats: &[PackedPlace], versions: &Versions) {
        for (place, &version) in seats.iter().zip(versions).rev() {
            let seat = place.as_seat().expect("seats stand in front");
            let taken = SeatSeen { state: SeatState::Held, owner, version };
            let before = SeatSeen { state: SeatState::Free, owner: 0, version: version.wrapping_sub(1) };
            let done = self.words[seat.0 as usize].swap(taken, before);
            assert!(done.is_ok(), "seat {} was {taken:?} and is {done:?}", seat.0);
        }
    }

    /// Turns the seats of a claim that has all of them into what it wanted them for: the same change, the same version.
    fn make_good(&self, target: SeatState, owner: u32, seats: &[PackedPlace]) {
        for place in seats {
            let seat = place.as_seat().expect("seats stand in front");
            let word = &self.words[seat.0 as usize];
            let taken = word.peek();
            assert_eq!((taken.state, taken.owner), (SeatState::Held, owner), "seat {}", seat.0);
            let owner = if target == SeatState::Blocked { 0 } else { owner };
            let done = word.swap(taken, SeatSeen { state: target, owner, version: taken.version });
            assert!(done.is_ok(), "seat {} was {taken:?} and is {done:?}", seat.0);
        }
    }
}

/// Standing places taken in sections where other claimers wait until this claim is decided. Dropped before it is kept,
/// also by a panic, it gives them back: a claim that ends early makes no claimer wait.
struct Undecided<'a> {
    inventory: &'a Inventory,
    places: &'a [PackedPlace],
    into: Counted,
}

impl Undecided<'_> {
    fn keep(mut self) {
        self.decide(false);
    }

    fn decide(&mut self, give_back: bool) {
        for place in std::mem::take(&mut self.places) {
            let (section, count) = general_parts(*place);
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
