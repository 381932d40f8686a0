//! Seats taken: reserve, and take again for money that came late.

use crate::clock::UnixMs;
use crate::command::{Best, EventSettings, Reserve};
use crate::error::{Bound, Refusal, ReservationState};
use crate::ids::{ExternalId, ReservationId, SlotId, UserId};
use crate::inventory::{BestRefused, BestRequest, HolderState, PackedPlace, Refused, SeatIx, SeatState};
use crate::pipeline::core::Core;
use crate::pipeline::events::Event;
use crate::pipeline::fact::{Announced, Applied, EventUpdate, Fact, Stamp, corrupt, record, replay_own};
use crate::pipeline::state::State;
use crate::pipeline::{CommandResult, Committed, Failure};
use crate::record::{Changes, Remember, WireEnum};
use crate::reply::{Places, Reserved};
use crate::reservations::{Reservation, Slot};
use crate::sync::{Owned, Seen};
use crate::updates::{ReservationUpdate, UpdateKind};
use crate::users::{List, UserIx};
use crate::views;

use super::wanted::{Wanted, price};
use super::{listed, places, places_changed, replay_claim, seat_count};

record! {
    /// Seats are held.
    Held with a key {
        id: SlotId, event: u32, user: UserId, external: Option<ExternalId>, ticket: Option<u32>, expires_at: UnixMs,
        total_minor: i64, changes: Changes,
    }
}

impl Held {
    fn reply(&self, _: UnixMs) -> Reserved {
        Reserved {
            id: ReservationId(self.id),
            event: self.event,
            places: places(&self.changes),
            total_minor: self.total_minor,
            expires_at: self.expires_at,
        }
    }

    /// The hold is in its slot, listed, and has its deadline. Its seats are taken and counted for the user.
    #[inline]
    fn apply(&self, state: &State, (slot, owned): (&Slot, Owned<'_>), user: UserIx, stamp: Stamp) {
        let facts = Reservation {
            id: self.id,
            event: self.event,
            state: ReservationState::Pending,
            user,
            ticket: self.ticket,
            payment: None,
            created_at: stamp.at,
            changed_at: stamp.at,
            expires_at: self.expires_at,
            total_minor: self.total_minor,
            extensions: 0,
            places: places(&self.changes),
            position: stamp.end,
        };
        state.reservations.fill(slot, &facts);
        state.users.link(List::Reservations, user, listed(self.id, stamp.at));
        state.arm_hold(self.id.slot, self.expires_at, stamp.at);
        owned.commit(ReservationState::Pending as u8);
    }
}

impl Fact for Held {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        let event = state.event(self.event)?;
        let slot = state.reach_reservation(self.id.slot)?;
        let owned = replay_own(&slot.status, self.id.generation, |seen| seen == Slot::FREE)?;
        replay_claim(event, self.id.slot, SeatState::Held, &self.changes)?;
        let count = seat_count(places(&self.changes));
        let user = state.users.enter(&self.user, self.event, count, None).expect("no bound was given");
        if let Some(external) = &self.external
            && !state.reservations.bind_external(external, (self.id.slot, self.id.generation))
        {
            return corrupt(format_args!("the external id {external} is bound twice"));
        }
        self.apply(state, (slot, owned), user, stamp);
        Ok(())
    }
}

impl Announced for Held {
    fn update(&self, _: &State) -> Option<EventUpdate> {
        let update = ReservationUpdate {
            id: ReservationId(self.id),
            user: Some(self.user.clone()),
            from: None,
            state: ReservationState::Pending,
            expires_at: Some(self.expires_at),
            places: places_changed(&self.changes, views::SeatState::Reserved),
        };
        Some((Some(self.event), UpdateKind::Reservation(update)))
    }
}

/// A hold that is asked for, as far as it is known before there is one.
struct Wish<'a> {
    command: &'a Reserve,
    event: &'a Event,
    wanted: Wanted<'a>,
    /// The places are named and were free a moment ago.
    surveyed: bool,
    ticket: Option<u32>,
    expires_at: UnixMs,
}

impl Core {
    /// Holds all that is wanted, or nothing.
    pub(crate) fn reserve(&self, command: &Reserve, now: UnixMs) -> CommandResult<Reserved> {
        self.once(command, now, |key| {
            let Some(event) = self.state.catalog.find(&command.event) else {
                return Err(Refusal::UnknownEvent.into());
            };
            let settings = event.settings.load();
            event.check_open(&settings, now)?;
            let ticket = self.check_token(event, command, now)?;
            let expires_at = expiry(command, &settings, now)?;
            let wanted = self.wanted(event, &settings, &command.want)?;
            let surveyed = self.turn_away(event, &settings, command, &wanted, now)?;
            let count = wanted.count();
            let user = self.enter_user(event, &settings, &command.user, count, now)?;
            let wish = Wish { command, event, wanted, surveyed, ticket, expires_at };
            let result = self.reserve_for(user, &wish, key, now);
            if result.is_err() {
                self.state.users.give_back(user, event.number, count);
                self.state.users.leave(user);
            }
            result
        })
    }

    /// In a rush most wishes are for seats that are taken. Those are refused here, before anything is counted for the
    /// user or a slot is taken. Whatever another refusal might come before goes the whole way and gets that one. True
    /// if all that is named is free.
    fn turn_away(
        &self,
        event: &Event,
        settings: &EventSettings,
        command: &Reserve,
        wanted: &Wanted<'_>,
        now: UnixMs,
    ) -> Result<bool, Refusal> {
        let Wanted::Named(places) = wanted else { return Ok(false) };
        if command.external.is_some() {
            return Ok(false);
        }
        let seats = match event.seats.survey(places, &|holder| self.holder_state(holder, now)) {
            Err(Refused::Conflict { seats }) => seats,
            surveyed => return Ok(surveyed.is_ok()),
        };
        let has = || self.state.users.seats_of(&command.user, event.number);
        if settings.seats_per_user_max.is_some_and(|most| has().saturating_add(wanted.count()) > most) {
            return Ok(false);
        }
        Err(seats_taken(event, &seats))
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
        let mut looked = false;
        loop {
            match self.state.users.enter(user, event.number, seats, seats_max) {
                Ok(user) => return Ok(user),
                Err(_) if self.may_find_more(&mut looked, now) => {}
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
        wish: &Wish<'_>,
        key: Option<Remember>,
        now: UnixMs,
    ) -> CommandResult<Reserved> {
        let Some(index) = self.state.reservations.slots().take() else {
            return Err(Refusal::AtCapacity(Bound::Reservations).into());
        };
        let slot = self.state.reservations.slot(index).expect("just taken");
        // Owned and still free: a caller that meets our seats meanwhile sees a claim in flight.
        let owned = slot.status.own(|_| true).expect("a free slot is nobody's");
        let id = SlotId { slot: index, generation: owned.before().generation, tag: self.secrets.random() };
        let changes = match self.bind_and_claim(wish, id, now) {
            Ok(changes) => changes,
            Err(failure) => {
                drop(owned);
                self.state.reservations.slots().give(index);
                return Err(failure);
            }
        };
        let held = Held {
            id,
            event: wish.event.number,
            user: wish.command.user.clone(),
            external: wish.command.external.clone(),
            ticket: wish.ticket,
            expires_at: wish.expires_at,
            total_minor: price(wish.event, changes.iter().map(|change| change.place)),
            changes,
            key,
        };
        let appended = self.log.append(&held, now);
        held.apply(&self.state, (slot, owned), user, appended.stamp());
        Ok(Committed { reply: held.reply(now), end: appended.publish() })
    }

    fn bind_and_claim(&self, wish: &Wish<'_>, id: SlotId, now: UnixMs) -> Result<Changes, Failure> {
        if let Some(external) = &wish.command.external
            && !self.state.reservations.bind_external(external, (id.slot, id.generation))
        {
            return Err(Refusal::ExternalExists.into());
        }
        let claimed = match &wish.wanted {
            Wanted::Named(places) => self.claim_named(wish.event, places, wish.surveyed, id.slot, now),
            Wanted::Best { best, section } => self.claim_best(wish.event, best, *section, id.slot, now),
        };
        claimed.map_err(|refusal| {
            self.state.reservations.unbind_external(id.slot);
            refusal.into()
        })
    }

    /// Claims exactly these places. Holds in the way whose time has run out are expired first.
    fn claim_named(
        &self,
        event: &Event,
        places: &Places,
        mut surveyed: bool,
        owner: u32,
        now: UnixMs,
    ) -> Result<Changes, Refusal> {
        let mut looked = false;
        loop {
            let holder_state = |holder| self.holder_state(holder, now);
            let claimed = if std::mem::take(&mut surveyed) {
                event.seats.claim_surveyed(owner, places, &holder_state)
            } else {
                event.seats.claim(owner, places, &holder_state)
            };
            match claimed {
                Ok(changes) => return Ok(changes),
                Err(Refused::Lapsed { owner }) => {
                    self.expire_slot(owner, now);
                }
                Err(Refused::Conflict { seats }) => return Err(seats_taken(event, &seats)),
                Err(Refused::Short { available, .. }) => {
                    if !self.may_find_more(&mut looked, now) {
                        let wanted = seat_count(places.iter().copied());
                        return Err(Refusal::Insufficient { wanted, available });
                    }
                }
            }
        }
    }

    /// Claims the best that can be had. If that is too little, holds whose time has run out are expired and it looks
    /// again.
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
        let mut looked = false;
        loop {
            match event.seats.claim_best(owner, &request, &|holder| self.holder_state(holder, now)) {
                Ok(changes) => return Ok(changes),
                Err(refused) => {
                    if self.may_find_more(&mut looked, now) {
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
    pub(crate) fn holder_state(&self, holder: u32, now: UnixMs) -> HolderState {
        // An operator's claim has no slot. After a panic in the middle of one it never ends.
        let Some(slot) = self.state.reservations.slot(holder) else {
            return if self.log.is_poisoned() { HolderState::Held } else { HolderState::InFlight };
        };
        // Never waits for the slot's owner: it may be a claim that waits for the caller's.
        let look =
            |seen: Seen| (seen.abandoned, ReservationState::of_number(seen.state), slot.expires_at() <= now);
        match slot.status.glance(look) {
            // A panic cut its change off, so the seat's word will never say more.
            Some((true, ..)) => HolderState::Held,
            Some((_, Some(ReservationState::Pending), true)) => HolderState::Expired,
            Some((_, Some(ReservationState::Pending | ReservationState::Confirmed), _)) => HolderState::Held,
            // Claiming, or giving back, or taking again, or just changed: the seat's word will say shortly.
            _ => HolderState::InFlight,
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
        let mut sorted = Places::copied(places);
        sorted.sort_unstable();
        loop {
            match event.seats.retake(owner, &sorted, &|holder| self.holder_state(holder, now)) {
                Ok(changes) => return Some(changes),
                Err(Refused::Lapsed { owner }) => {
                    self.expire_slot(owner, now);
                }
                Err(_) => return None,
            }
        }
    }
}

fn seats_taken(event: &Event, seats: &[SeatIx]) -> Refusal {
    Refusal::SeatsTaken(seats.iter().map(|seat| event.seats.layout().label(*seat)).collect())
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
