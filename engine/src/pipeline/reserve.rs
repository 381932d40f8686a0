//! Seats and holds: reserve, extend, release, expire, forget.

use smallvec::SmallVec;

use crate::clock::UnixMs;
use crate::command::{Best, EventSettings, Expire, Extend, Release, Reserve, Want, Which};
use crate::error::{Bound, ExtensionDoubt, Problem, Refusal, ReservationState};
use crate::ids::{SeatId, SlotId, UserId};
use crate::inventory::{BestRefused, BestRequest, Fate, PackedPlace, Place, Refused, SeatIx};
use crate::limits::PLACES_PER_HOLD_MAX;
use crate::record::{Changes, Ended, Extended, Held, HoldExpiring, PartReleased, Record, Remember};
use crate::reply::Places;
use crate::reservations::{Facts, Slot, SlotState};
use crate::sync::{Owned, Seen};
use crate::users::UserIx;

use super::core::Core;
use super::effects::{ended_reply, extended_reply, part_released_reply, reserved_reply, seat_count};
use super::event::Event;
use super::manage::changes;
use super::read::describe;
use super::{Did, Failure, Outcome, request};
use crate::payments::PaymentSlot;

/// A pending, unlapsed hold of which this thread is the owner.
pub(crate) struct OwnedHold<'a> {
    pub(crate) owned: Owned<'a>,
    pub(crate) slot: &'a Slot,
    pub(crate) facts: Facts,
    pub(crate) event: &'a Event,
}

impl Core {
    /// Holds all that is wanted, or nothing.
    pub(crate) fn reserve(&self, command: &Reserve, now: UnixMs) -> Outcome {
        self.once(command.key.as_ref(), &request::reserve(command), now, |key| {
            let event = self.catalog.find(&command.event).ok_or(Refusal::UnknownEvent)?;
            let settings = event.settings.load();
            event.check_open(&settings, now)?;
            let ticket = self.check_token(event, command, now)?;
            let expires_at = expiry(command, &settings, now)?;
            let wanted = self.wanted(event, &settings, &command.want)?;
            let user = self.enter_user(event, &settings, &command.user, wanted.count(), now)?;
            let result = self.reserve_for(
                user,
                event,
                &wanted,
                command,
                Held {
                    id: SlotId { slot: 0, generation: 0, tag: 0 },
                    event: event.number,
                    user: command.user.clone(),
                    external: command.external.clone(),
                    ticket,
                    expires_at,
                    total_minor: 0,
                    changes: Changes::new(),
                    key,
                },
                now,
            );
            if result.is_err() {
                self.users.give_back(user, event.number, wanted.count());
                self.users.leave(user);
            }
            result
        })
    }

    /// Counts the seats for the user, within the event's bound. Holds that have lapsed are not theirs any more: if the
    /// bound is reached those are expired first.
    fn enter_user(
        &self,
        event: &Event,
        settings: &EventSettings,
        user: &UserId,
        seats: u32,
        now: UnixMs,
    ) -> Result<UserIx, Refusal> {
        let seats_max = settings.seats_per_user_max;
        let mut look_again = true;
        loop {
            match self.users.enter(user, event.number, seats, seats_max) {
                Ok(user) => return Ok(user),
                Err(_) if look_again => look_again = self.reap_holds(now),
                Err(seats) => {
                    let seats_max = seats_max.expect("a bound was exceeded");
                    return Err(Refusal::QuotaExceeded { seats_max, seats });
                }
            }
        }
    }

    fn reserve_for(
        &self,
        user: UserIx,
        event: &Event,
        wanted: &Wanted<'_>,
        command: &Reserve,
        mut held: Held,
        now: UnixMs,
    ) -> Outcome {
        let index = self.reservations.slots().take().ok_or(Refusal::AtCapacity(Bound::Reservations))?;
        let slot = self.reservations.slot(index).expect("just taken");
        // Owned and still free: whoever meets our seats meanwhile sees a claim whose fate is open.
        let owned = slot.status.own(|_| true).expect("a free slot is nobody's");
        held.id = SlotId { slot: index, generation: owned.before().generation, tag: self.secrets.random() };
        held.changes = match self.bind_and_claim(event, wanted, command, held.id, now) {
            Ok(changes) => changes,
            Err(failure) => {
                drop(owned);
                self.reservations.slots().give(index);
                return Err(failure);
            }
        };
        held.total_minor = price(event, held.changes.iter().map(|change| change.place));
        let reply = reserved_reply(&held);
        let record = Record::from(held);
        let end = self.log.append(&record, now);
        let Record::Held(held) = record else { unreachable!("just made") };
        self.held(slot, user, &held, now, end);
        owned.commit(ReservationState::Pending as u8);
        Ok(Did { reply, end })
    }

    fn bind_and_claim(
        &self,
        event: &Event,
        wanted: &Wanted<'_>,
        command: &Reserve,
        id: SlotId,
        now: UnixMs,
    ) -> Result<Changes, Failure> {
        if let Some(external) = &command.external
            && !self.reservations.bind_external(external, (id.slot, id.generation))
        {
            return Err(Refusal::ExternalExists.into());
        }
        let claimed = match wanted {
            Wanted::Named(places) => self.claim_named(event, places, id.slot, now),
            Wanted::Best { best, section } => self.claim_best(event, best, *section, id.slot, now),
        };
        claimed.map_err(|refusal| {
            self.reservations.unbind_external(id.slot);
            refusal.into()
        })
    }

    /// Claims exactly these places. Holds in the way whose time has run out are expired first.
    fn claim_named(
        &self,
        event: &Event,
        places: &Places,
        owner: u32,
        now: UnixMs,
    ) -> Result<Changes, Refusal> {
        loop {
            match event.seats.claim(owner, places, &|holder| self.fate(holder, now)) {
                Ok(versions) => return Ok(changes(places, &versions)),
                Err(Refused::Lapsed { owner }) => {
                    self.expire_slot(owner, now);
                }
                Err(Refused::Conflict { seats }) => {
                    let label = |seat: &SeatIx| event.seats.layout().label(*seat);
                    return Err(Refusal::SeatsTaken(seats.iter().map(label).collect()));
                }
                Err(Refused::Short { available, .. }) => {
                    if !self.reap_holds(now) {
                        let wanted = seat_count(places.iter().copied());
                        return Err(Refusal::Insufficient { wanted, available });
                    }
                }
            }
        }
    }

    /// Claims the best that can be had. If that is too little, holds whose time has run out are expired and it looks again.
    fn claim_best(
        &self,
        event: &Event,
        best: &Best,
        section: Option<u16>,
        owner: u32,
        now: UnixMs,
    ) -> Result<Changes, Refusal> {
        let request = BestRequest {
            quantity: best.quantity,
            section,
            allow_split: best.allow_split,
            include_accessible: best.accessible,
            // The wheel knows which holds have lapsed, without a walk over the seats.
            scan_lapsed: false,
        };
        loop {
            match event.seats.claim_best(owner, &request, &|holder| self.fate(holder, now)) {
                Ok(claim) => return Ok(changes(&claim.places, &claim.versions)),
                Err(refused) => {
                    if self.reap_holds(now) {
                        continue;
                    }
                    let wanted = best.quantity;
                    return Err(match refused {
                        BestRefused::Insufficient { available, .. } => {
                            Refusal::Insufficient { wanted, available }
                        }
                        BestRefused::NoAdjacent { .. } => Refusal::NotAdjacent { wanted },
                    });
                }
            }
        }
    }

    /// What becomes of a seat that this slot's owner holds: asked by claims that meet it.
    pub(crate) fn fate(&self, holder: u32, now: UnixMs) -> Fate {
        let Some(slot) = self.reservations.slot(holder) else { return Fate::Claiming };
        let seen: Seen = slot.status.peek();
        match SlotState::of(seen.state) {
            SlotState::Is(ReservationState::Pending) => {
                let lapsed = slot.expires_at() <= now;
                // A change of the same slot may have come between the two looks: then look again.
                if slot.status.peek() != seen {
                    Fate::Claiming
                } else if lapsed {
                    Fate::Lapsed
                } else {
                    Fate::Standing
                }
            }
            SlotState::Is(ReservationState::Confirmed) => Fate::Standing,
            // Claiming, or giving back, or taking again: the seat's word will say shortly.
            _ => Fate::Claiming,
        }
    }

    /// Takes the seats of an expired hold as sold, all or none.
    pub(crate) fn retake_places(
        &self,
        event: &Event,
        owner: u32,
        places: &[PackedPlace],
        now: UnixMs,
    ) -> Option<Changes> {
        let mut sorted: Places = places.into();
        sorted.sort_unstable();
        loop {
            match event.seats.retake(owner, &sorted, &|holder| self.fate(holder, now)) {
                Ok(versions) => return Some(changes(&sorted, &versions)),
                Err(Refused::Lapsed { owner }) => {
                    self.expire_slot(owner, now);
                }
                Err(_) => return None,
            }
        }
    }

    /// Lets a hold last longer, within the event's bounds.
    pub(crate) fn extend(&self, command: &Extend, now: UnixMs) -> Outcome {
        self.once(command.key.as_ref(), &request::extend(command), now, |key| {
            let id = self.reservation_id(&command.which)?;
            let hold = self.own_users_hold(id, command.user.as_ref(), now)?;
            let by_ms = u64::try_from(command.by.as_millis()).unwrap_or(u64::MAX);
            let expires_at = check_extension(&hold.facts, &hold.event.settings.load(), by_ms)?;
            let extended = Extended {
                id,
                event: hold.facts.event,
                expires_at,
                extensions: hold.facts.extensions + 1,
                by_ms,
                key,
            };
            let end = self.log.append(&Record::from(extended.clone()), now);
            self.extended(hold.slot, &extended, now, end);
            hold.owned.commit(ReservationState::Pending as u8);
            Ok(Did { reply: extended_reply(&extended), end })
        })
    }

    /// Gives a hold back, whole or in part. While a payment is under way only the whole: what is paid for stays as it is.
    pub(crate) fn release(&self, command: &Release, now: UnixMs) -> Outcome {
        self.once(command.key.as_ref(), &request::release(command), now, |key| {
            let id = self.reservation_id(&command.which)?;
            let hold = self.own_users_hold(id, command.user.as_ref(), now)?;
            if part_of(&hold, &command.seats)?.is_none() {
                return Ok(self.end_hold(hold, ReservationState::Cancelled, key, now));
            }
            // A payment is looked for without owning the hold, and the hold may change in between.
            drop(hold);
            let hold = self.own_unpaid(id, command.user.as_ref(), now)?;
            Ok(match part_of(&hold, &command.seats)? {
                Some(part) => self.release_part(hold, &part, key, now),
                None => self.end_hold(hold, ReservationState::Cancelled, key, now),
            })
        })
    }

    fn release_part(
        &self,
        hold: OwnedHold<'_>,
        part: &[PackedPlace],
        key: Option<Remember>,
        now: UnixMs,
    ) -> Did {
        let OwnedHold { owned, slot, facts, event } = hold;
        let given_minor = price(event, part.iter().copied());
        let record = PartReleased {
            id: facts.id,
            event: facts.event,
            changes: next_changes(event, facts.id.slot, part),
            total_minor: facts.total_minor - given_minor,
            key,
        };
        let end = self.log.append(&Record::from(record.clone()), now);
        self.part_released(slot, &facts, &record, now, end);
        event.seats.free(facts.id.slot, part);
        owned.commit(ReservationState::Pending as u8);
        Did { reply: part_released_reply(&record, now), end }
    }

    /// Ends a hold without a sale: journalled first, then the seats can be seen as free.
    pub(crate) fn end_hold(
        &self,
        hold: OwnedHold<'_>,
        state: ReservationState,
        key: Option<Remember>,
        now: UnixMs,
    ) -> Did {
        let OwnedHold { owned, slot, facts, event } = hold;
        let ended = Ended {
            id: facts.id,
            event: facts.event,
            state,
            changes: next_changes(event, facts.id.slot, &facts.places),
            key,
        };
        let end = self.log.append(&Record::from(ended.clone()), now);
        self.ended(slot, &facts, &ended, now, end);
        event.seats.free(facts.id.slot, &facts.places);
        owned.commit(state as u8);
        Did { reply: ended_reply(&ended, now), end }
    }

    /// Expires a hold on request; refuses before its time.
    pub(crate) fn expire(&self, command: &Expire, now: UnixMs) -> Outcome {
        self.log.door()?;
        let id = self.reservation_id(&command.which)?;
        let facts = self.facts(id).ok_or(Refusal::UnknownReservation)?;
        match facts.state {
            SlotState::Is(ReservationState::Pending) if facts.expires_at > now => {
                Err(Refusal::NotDue(facts.expires_at).into())
            }
            SlotState::Is(ReservationState::Pending) => match self.expire_slot(id.slot, now) {
                Some(did) => Ok(did),
                None => Err(self.why_not_pending(id, now).into()),
            },
            SlotState::Is(state) => Err(Refusal::ReservationIs(state).into()),
            SlotState::Free => Err(Refusal::UnknownReservation.into()),
        }
    }

    /// Expires whatever hold is in this slot, if its time has run out and nobody was faster.
    pub(crate) fn expire_slot(&self, index: u32, now: UnixMs) -> Option<Did> {
        let slot = self.reservations.slot(index)?;
        let lapsed = |seen: Seen| seen.state == ReservationState::Pending as u8 && slot.expires_at() <= now;
        let owned = slot.status.own(lapsed).ok()?;
        let before = owned.before();
        let facts = self.reservations.read_owned(slot, index, before.generation, before.state);
        let event = self.catalog.get(facts.event).expect("a reservation's event exists");
        Some(self.end_hold(OwnedHold { owned, slot, facts, event }, ReservationState::Expired, None, now))
    }

    /// A hold's timer fired: warns, expires or forgets, as its state and the time say. Never waits: whoever turns the
    /// wheel may be waited for by somebody who owns a slot. A slot that is being changed is looked at again shortly.
    pub(crate) fn due_hold(&self, index: u32, now: UnixMs) {
        let Some(slot) = self.reservations.slot(index) else { return };
        let seen = slot.status.peek();
        let state = SlotState::of(seen.state);
        if !seen.busy && matches!(state, SlotState::Free | SlotState::Is(ReservationState::Confirmed)) {
            return;
        }
        let owned = if seen.busy { None } else { slot.status.try_own_exactly(seen) };
        let Some(owned) = owned else {
            self.deadlines.holds.set(index, now.plus_ms(1));
            return;
        };
        let facts = self.reservations.read_owned(slot, index, seen.generation, seen.state);
        if state != SlotState::Is(ReservationState::Pending) {
            self.forget_reservation(owned, &facts, now);
        } else if facts.expires_at <= now {
            let event = self.catalog.get(facts.event).expect("a reservation's event exists");
            self.end_hold(OwnedHold { owned, slot, facts, event }, ReservationState::Expired, None, now);
        } else if facts.expires_at.ms_since(now) <= self.warning_ms() {
            let warning = HoldExpiring { id: facts.id, event: facts.event, expires_at: facts.expires_at };
            self.log.append(&Record::from(warning), now);
            self.deadlines.holds.set(index, facts.expires_at);
        } else {
            self.arm_hold(index, facts.expires_at, now);
        }
    }

    /// Slot, generation and tag behind a name, checked.
    pub(crate) fn reservation_id(&self, which: &Which) -> Result<SlotId, Refusal> {
        match which {
            Which::Id(id) => self.reservations.find(id.0).map(|_| id.0).ok_or(Refusal::UnknownReservation),
            Which::External(external) => {
                let (index, generation) =
                    self.reservations.by_external(external).ok_or(Refusal::UnknownReservation)?;
                let slot = self.reservations.slot(index).ok_or(Refusal::UnknownReservation)?;
                let facts = self.reservations.read(slot, index);
                let known = facts.id.generation == generation && facts.state != SlotState::Free;
                if known { Ok(facts.id) } else { Err(Refusal::UnknownReservation) }
            }
        }
    }

    /// Everything about a reservation, of one moment.
    pub(crate) fn facts(&self, id: SlotId) -> Option<Facts> {
        let slot = self.reservations.slot(id.slot)?;
        let facts = self.reservations.read(slot, id.slot);
        (facts.id == id && facts.state != SlotState::Free).then_some(facts)
    }

    pub(crate) fn check_user(&self, facts: &Facts, user: Option<&UserId>) -> Result<(), Refusal> {
        match user {
            Some(user) if !self.users.is(facts.user, user) => Err(Refusal::Forbidden),
            _ => Ok(()),
        }
    }

    pub(crate) fn check_exactly(&self, facts: &Facts, seats: &[SeatId]) -> Result<(), Refusal> {
        let event = self.catalog.get(facts.event).expect("a reservation's event exists");
        let named = named_places(event, seats)?;
        let mut held: Places = facts.places.clone();
        held.sort_unstable();
        if named[..] == held[..] { Ok(()) } else { Err(Refusal::SeatsDiffer) }
    }

    fn own_users_hold(
        &self,
        id: SlotId,
        user: Option<&UserId>,
        now: UnixMs,
    ) -> Result<OwnedHold<'_>, Refusal> {
        let facts = self.facts(id).ok_or(Refusal::UnknownReservation)?;
        self.check_user(&facts, user)?;
        self.own_pending(id, now)
    }

    /// Takes the right to change a pending hold whose time has not run out. One that has is expired on the way.
    pub(crate) fn own_pending(&self, id: SlotId, now: UnixMs) -> Result<OwnedHold<'_>, Refusal> {
        let slot = self.reservations.slot(id.slot).ok_or(Refusal::UnknownReservation)?;
        let pending = |seen: Seen| {
            seen.generation == id.generation
                && seen.state == ReservationState::Pending as u8
                && slot.expires_at() > now
        };
        let Ok(owned) = slot.status.own(pending) else {
            self.expire_if(id, now);
            return Err(self.why_not_pending(id, now));
        };
        let before = owned.before();
        let facts = self.reservations.read_owned(slot, id.slot, before.generation, before.state);
        let event = self.catalog.get(facts.event).expect("a reservation's event exists");
        Ok(OwnedHold { owned, slot, facts, event })
    }

    fn expire_if(&self, id: SlotId, now: UnixMs) {
        if self.facts(id).is_some_and(|facts| facts.expires_at <= now) {
            self.expire_slot(id.slot, now);
        }
    }

    fn why_not_pending(&self, id: SlotId, now: UnixMs) -> Refusal {
        match self.facts(id).map(|facts| (facts.state, facts.expires_at)) {
            None | Some((SlotState::Free, _)) => Refusal::UnknownReservation,
            Some((SlotState::Is(ReservationState::Expired), _)) => Refusal::ReservationExpired,
            Some((SlotState::Is(ReservationState::Pending), expires_at)) if expires_at <= now => {
                Refusal::ReservationExpired
            }
            Some((SlotState::Is(state), _)) => Refusal::ReservationIs(state),
        }
    }

    /// Takes the right to change a pending hold, of `user` if given, that has no payment under way.
    pub(crate) fn own_unpaid(
        &self,
        id: SlotId,
        user: Option<&UserId>,
        now: UnixMs,
    ) -> Result<OwnedHold<'_>, Refusal> {
        loop {
            let facts = self.facts(id).ok_or(Refusal::UnknownReservation)?;
            self.check_user(&facts, user)?;
            // Looked at before owning: the payment's owner may be waiting for this reservation. A payment that is
            // over stays over, so the answer holds as long as the reservation names the same one.
            if facts.payment.is_some_and(|payment| self.payment_lives(payment, now)) {
                return Err(Refusal::PaymentExists);
            }
            let hold = self.own_pending(id, now)?;
            if hold.facts.payment == facts.payment {
                return Ok(hold);
            }
        }
    }

    fn payment_lives(&self, (slot, generation): (u32, u32), now: UnixMs) -> bool {
        let read = self.payments.slot(slot).and_then(PaymentSlot::read);
        read.is_some_and(|(state, intent, _)| {
            intent.id.generation == generation
                && super::settle::is_live(state)
                && !intent.has_lapsed(state, now)
        })
    }

    fn wanted<'a>(
        &self,
        event: &Event,
        settings: &EventSettings,
        want: &'a Want,
    ) -> Result<Wanted<'a>, Refusal> {
        let most = (settings.seats_per_reservation_max as usize).min(PLACES_PER_HOLD_MAX);
        let over =
            |count: usize| Err(Refusal::invalid("quantity", format_args!("must be 1 to {most}"), count));
        match want {
            Want::Seats(seats) if seats.is_empty() || seats.len() > most => over(seats.len()),
            Want::Seats(seats) => named_places(event, seats).map(Wanted::Named),
            Want::Best(best) if best.quantity == 0 || best.quantity as usize > most => {
                over(best.quantity as usize)
            }
            Want::Best(best) => {
                let section = match &best.section {
                    None => None,
                    Some(name) => Some(
                        event
                            .seats
                            .layout()
                            .section_named(name.as_str())
                            .ok_or_else(|| Refusal::UnknownSection(name.as_str().into()))?,
                    ),
                };
                Ok(Wanted::Best { best, section })
            }
        }
    }
}

/// What is wanted, as far as the seat map can say it.
pub(crate) enum Wanted<'a> {
    Named(Places),
    Best { best: &'a Best, section: Option<u16> },
}

impl Wanted<'_> {
    fn count(&self) -> u32 {
        match self {
            Self::Named(places) => seat_count(places.iter().copied()),
            Self::Best { best, .. } => best.quantity,
        }
    }
}

/// The places that ids mean, ascending. A seat's id is that seat; the name of a standing section is one place there, and
/// may be said several times. Seats named twice and unknown ids are refused.
pub(crate) fn named_places(event: &Event, ids: &[SeatId]) -> Result<Places, Refusal> {
    let layout = event.seats.layout();
    let (mut places, mut missing) = (Places::new(), Vec::new());
    let mut standing = SmallVec::<[(u16, u16); 4]>::new();
    for id in ids {
        if let Some(seat) = layout.resolve(id.as_str()) {
            places.push(PackedPlace::seat(seat));
            continue;
        }
        match layout
            .section_named(id.as_str())
            .filter(|&section| layout.general_price_minor(section).is_some())
        {
            None => missing.push(id.to_string()),
            Some(section) => match standing.iter_mut().find(|(known, _)| *known == section) {
                Some((_, count)) => *count += 1,
                None => standing.push((section, 1)),
            },
        }
    }
    if !missing.is_empty() {
        return Err(Refusal::UnknownSeats(missing.into_boxed_slice()));
    }
    places.sort_unstable();
    let doubles: Box<[Problem]> = places
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .map(|pair| Problem::new("seat_ids", "names a seat twice", describe(event, pair[0]).id))
        .collect();
    if !doubles.is_empty() {
        return Err(Refusal::Invalid(doubles));
    }
    standing.sort_unstable();
    places.extend(standing.into_iter().map(|(section, count)| PackedPlace::general(section, count)));
    Ok(places)
}

/// The places that `seats` mean, all of which the hold must have; `None` if that is everything it has, as when none
/// is named.
fn part_of(hold: &OwnedHold<'_>, seats: &[SeatId]) -> Result<Option<Places>, Refusal> {
    if seats.is_empty() {
        return Ok(None);
    }
    let part = named_places(hold.event, seats)?;
    if !contains(&hold.facts.places, &part) {
        return Err(Refusal::SeatsDiffer);
    }
    Ok((part[..] != hold.facts.places[..]).then_some(part))
}

/// True if a hold with `held` has all of `part`.
fn contains(held: &[PackedPlace], part: &[PackedPlace]) -> bool {
    part.iter().all(|place| match place.unpack() {
        Place::Seat(_) => held.contains(place),
        Place::General { section, count } => {
            let has = |have: &PackedPlace| {
                matches!(have.unpack(), Place::General { section: at, count: most } if at == section && count <= most)
            };
            held.iter().any(has)
        }
    })
}

/// What places cost together, in minor units.
pub(crate) fn price(event: &Event, places: impl IntoIterator<Item = PackedPlace>) -> i64 {
    let layout = event.seats.layout();
    let price = |place: PackedPlace| match place.unpack() {
        Place::Seat(seat) => layout.price_minor(seat),
        Place::General { section, count } => {
            layout.general_price_minor(section).expect("a standing section has a price") * i64::from(count)
        }
    };
    places.into_iter().map(price).sum()
}

/// What the next change of these places will be, for the record that comes before it. The caller owns them.
pub(crate) fn next_changes(event: &Event, owner: u32, places: &[PackedPlace]) -> Changes {
    changes(places, &event.seats.next_versions(owner, places))
}

fn expiry(command: &Reserve, settings: &EventSettings, now: UnixMs) -> Result<UnixMs, Refusal> {
    let Some(until) = command.hold_until else { return Ok(now.plus_ms(settings.hold_ms)) };
    let latest = now.plus_ms(settings.hold_ms_max);
    if until <= now || until > latest {
        let reason = format_args!("must be after {now} and at most {latest}");
        return Err(Refusal::invalid("hold_expires_at", reason, until));
    }
    Ok(until)
}

fn check_extension(facts: &Facts, settings: &EventSettings, by_ms: u64) -> Result<UnixMs, Refusal> {
    if by_ms == 0 {
        return Err(Refusal::invalid("extension", "must be more than nothing", by_ms));
    }
    let refused = |doubt| Err(Refusal::ExtensionRefused(doubt));
    if facts.extensions >= settings.extensions_max {
        return refused(ExtensionDoubt::AlreadyExtended);
    }
    if by_ms > settings.extension_ms_max {
        return refused(ExtensionDoubt::TooLong { extension_ms_max: settings.extension_ms_max });
    }
    let expires_at = facts.expires_at.plus_ms(by_ms);
    if expires_at.ms_since(facts.created_at) > settings.hold_ms_max {
        return refused(ExtensionDoubt::PastMaximum);
    }
    Ok(expires_at)
}
