//! How holds change and end without a sale: extend, release, expire, warn.

use crate::clock::UnixMs;
use crate::command::{EventSettings, Expire, Extend, Release};
use crate::error::{ExtensionDoubt, Refusal, ReservationState};
use crate::ids::{ReservationId, SeatId, SlotId};
use crate::inventory::{FREED, PackedPlace, Place};
use crate::pipeline::core::Core;
use crate::pipeline::fact::{Announced, Applied, EventUpdate, Fact, Stamp, record};
use crate::pipeline::state::State;
use crate::pipeline::{CommandResult, Committed};
use crate::record::{Changes, Remember, WireEnum};
use crate::reply::{self, Places, Released};
use crate::reservations::Reservation;
use crate::sync::Seen;
use crate::updates::UpdateKind;
use crate::views;

use super::own::OwnedHold;
use super::wanted::{named_places, price};
use super::{check_move, places, places_changed, seat_count};

record! {
    /// A hold lasts longer.
    Extended with a key { id: SlotId, event: u32, expires_at: UnixMs, extensions: u32, by_ms: u64 }
}

impl Extended {
    fn reply(&self, _: UnixMs) -> reply::Extended {
        let id = ReservationId(self.id);
        reply::Extended { id, expires_at: self.expires_at, extended_ms: self.by_ms }
    }

    fn apply(&self, state: &State, hold: OwnedHold<'_>, stamp: Stamp) {
        hold.slot.set_expiry(self.expires_at, self.extensions);
        hold.slot.set_position(stamp.end, stamp.at);
        state.arm_hold(self.id.slot, self.expires_at, stamp.at);
        hold.owned.commit(ReservationState::Pending as u8);
    }
}

impl Fact for Extended {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        self.apply(state, state.replay_hold(self.id, ReservationState::Pending)?, stamp);
        Ok(())
    }
}

impl Announced for Extended {
    fn update(&self, state: &State) -> Option<EventUpdate> {
        let pending = (ReservationState::Pending, ReservationState::Pending);
        let update = state.reservation_update(self.id, pending, Some(self.expires_at), Default::default());
        Some((Some(self.event), UpdateKind::Reservation(update)))
    }
}

record! {
    /// A part of a hold was given back.
    PartReleased with a key { id: SlotId, event: u32, changes: Changes, total_minor: i64 }
    reply(self, at) -> Released => released(self.id, self.event, ReservationState::Pending, &self.changes, at);
}

impl PartReleased {
    fn apply(&self, state: &State, hold: OwnedHold<'_>, stamp: Stamp) {
        let OwnedHold { owned, slot, facts, event } = hold;
        let part = places(&self.changes);
        let kept = without(&facts.places, &part);
        state.reservations.set_places(slot, self.id.slot, &kept, self.total_minor);
        slot.set_position(stamp.end, stamp.at);
        state.users.give_back(facts.user, facts.event, seat_count(part.iter().copied()));
        event.seats.change(self.id.slot, FREED, &self.changes);
        owned.commit(ReservationState::Pending as u8);
    }
}

impl Fact for PartReleased {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        let hold = state.replay_hold(self.id, ReservationState::Pending)?;
        check_move(hold.event, self.id.slot, FREED, &self.changes)?;
        hold.check_part(&self.changes)?;
        self.apply(state, hold, stamp);
        Ok(())
    }
}

impl Announced for PartReleased {
    fn update(&self, state: &State) -> Option<EventUpdate> {
        let places = places_changed(&self.changes, views::SeatState::Available);
        let pending = (ReservationState::Pending, ReservationState::Pending);
        let update = state.reservation_update(self.id, pending, None, places);
        Some((Some(self.event), UpdateKind::Reservation(update)))
    }
}

record! {
    /// A hold ended without a sale.
    Ended with a key { id: SlotId, event: u32, state: ReservationState, changes: Changes }
    reply(self, at) -> Released => released(self.id, self.event, self.state, &self.changes, at);
}

impl Ended {
    /// The seats can be seen as free when they are no longer counted for the user.
    fn apply(&self, state: &State, hold: OwnedHold<'_>, stamp: Stamp) {
        let OwnedHold { owned, slot, facts, event } = hold;
        slot.set_position(stamp.end, stamp.at);
        state.users.give_back(facts.user, facts.event, seat_count(facts.places.iter().copied()));
        state.deadlines.holds.set(self.id.slot, stamp.at.plus(state.config.retention));
        if self.state == ReservationState::Expired {
            state.metrics.expired.add(1);
        }
        event.seats.change(self.id.slot, FREED, &self.changes);
        owned.commit(self.state as u8);
    }
}

impl Fact for Ended {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        let hold = state.replay_hold(self.id, ReservationState::Pending)?;
        check_move(hold.event, self.id.slot, FREED, &self.changes)?;
        hold.check_all(&self.changes)?;
        self.apply(state, hold, stamp);
        Ok(())
    }
}

impl Announced for Ended {
    fn update(&self, state: &State) -> Option<EventUpdate> {
        let places = places_changed(&self.changes, views::SeatState::Available);
        let update = state.reservation_update(self.id, (ReservationState::Pending, self.state), None, places);
        Some((Some(self.event), UpdateKind::Reservation(update)))
    }
}

record! {
    /// A hold expires soon: told to readers, changes nothing but the hold's timer.
    HoldExpiring { id: SlotId, event: u32, expires_at: UnixMs }
}

impl HoldExpiring {
    fn apply(&self, state: &State) {
        state.deadlines.holds.set(self.id.slot, self.expires_at);
    }
}

impl Fact for HoldExpiring {
    fn replay(&self, state: &State, _: Stamp) -> Applied {
        self.apply(state);
        Ok(())
    }
}

impl Announced for HoldExpiring {
    fn update(&self, state: &State) -> Option<EventUpdate> {
        let (id, expires_at) = (ReservationId(self.id), self.expires_at);
        Some((Some(self.event), UpdateKind::HoldExpiring { id, user: state.user_of(self.id), expires_at }))
    }
}

impl Core {
    /// Lets a hold last longer, within the event's bounds.
    pub(crate) fn extend(&self, command: &Extend, now: UnixMs) -> CommandResult<reply::Extended> {
        self.once(command, now, |key| {
            let id = self.reservation_id(&command.which)?;
            let hold = self.own_users_hold(id, command.caller.user(), now)?;
            let ends = hold.facts.expires_at;
            if let Some(said) = command.expires_at.filter(|said| *said != ends) {
                let reason = format_args!("the hold ends at {}", ends.get());
                return Err(Refusal::invalid("expires_at", reason, said.get()).into());
            }
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
            let appended = self.log.append(&extended, now);
            extended.apply(&self.state, hold, appended.stamp());
            Ok(Committed { reply: extended.reply(now), end: appended.publish() })
        })
    }

    /// Gives a hold back, whole or in part. While a payment is under way only the whole: what is paid for stays as it
    /// is.
    pub(crate) fn release(&self, command: &Release, now: UnixMs) -> CommandResult<Released> {
        self.once(command, now, |key| {
            let id = self.reservation_id(&command.which)?;
            let hold = self.own_users_hold(id, command.caller.user(), now)?;
            if part_of(&hold, &command.seats)?.is_none() {
                return Ok(self.end_hold(hold, ReservationState::Cancelled, key, now));
            }
            // A payment is looked for without owning the hold, and the hold may change in between.
            drop(hold);
            let hold = self.own_unpaid(id, command.caller.user(), now)?;
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
    ) -> Committed<Released> {
        let (facts, event) = (&hold.facts, hold.event);
        let released = PartReleased {
            id: facts.id,
            event: facts.event,
            changes: event.seats.next_changes(facts.id.slot, part),
            total_minor: facts.total_minor - price(event, part.iter().copied()),
            key,
        };
        let appended = self.log.append(&released, now);
        released.apply(&self.state, hold, appended.stamp());
        Committed { reply: released.reply(now), end: appended.publish() }
    }

    /// Ends a hold without a sale: journalled first, then the seats can be seen as free.
    pub(crate) fn end_hold(
        &self,
        hold: OwnedHold<'_>,
        state: ReservationState,
        key: Option<Remember>,
        now: UnixMs,
    ) -> Committed<Released> {
        let facts = &hold.facts;
        let changes = hold.event.seats.next_changes(facts.id.slot, &facts.places);
        let ended = Ended { id: facts.id, event: facts.event, state, changes, key };
        let appended = self.log.append(&ended, now);
        ended.apply(&self.state, hold, appended.stamp());
        Committed { reply: ended.reply(now), end: appended.publish() }
    }

    /// Expires a hold on request; refuses before its time.
    pub(crate) fn expire(&self, command: &Expire, now: UnixMs) -> CommandResult<Released> {
        let _writing = self.log.admit_write()?;
        let id = self.reservation_id(&command.which)?;
        let facts = self.facts(id).ok_or(Refusal::UnknownReservation)?;
        match facts.state {
            ReservationState::Pending if facts.expires_at > now => {
                Err(Refusal::NotDue(facts.expires_at).into())
            }
            ReservationState::Pending => match self.expire_slot(id.slot, now) {
                Some(did) => Ok(did),
                None => Err(self.why_not_pending(id, now).into()),
            },
            state => Err(Refusal::ReservationIs(state).into()),
        }
    }

    /// Expires whatever hold is in this slot, if its time has run out and no other caller was faster.
    pub(crate) fn expire_slot(&self, index: u32, now: UnixMs) -> Option<Committed<Released>> {
        let slot = self.state.reservations.slot(index)?;
        let lapsed = |seen: Seen| seen.state == ReservationState::Pending as u8 && slot.expires_at() <= now;
        let hold = self.state.hold_of(slot, slot.status.own(lapsed).ok()?, index);
        Some(self.end_hold(hold, ReservationState::Expired, None, now))
    }

    /// A hold's timer fired: warns, expires or forgets, as its state and the time say; true if it expired. Never
    /// waits: a slot that a caller is changing is looked at again shortly, since that caller may be waiting for this
    /// batch.
    pub(crate) fn due_hold(&self, index: u32, now: UnixMs) -> bool {
        let Some(slot) = self.state.reservations.slot(index) else { return false };
        let seen = slot.status.peek();
        let state = ReservationState::of_number(seen.state);
        if !seen.busy && matches!(state, None | Some(ReservationState::Confirmed)) {
            return false;
        }
        let owned = if seen.busy { None } else { slot.status.try_own_exactly(seen) };
        let Some(owned) = owned else {
            self.state.deadlines.holds.set(index, now.plus_ms(1));
            return false;
        };
        let hold = self.state.hold_of(slot, owned, index);
        let (facts, now) = (&hold.facts, now.max(self.told()));
        if state != Some(ReservationState::Pending) {
            self.forget_reservation(hold, now);
        } else if facts.expires_at <= now {
            self.end_hold(hold, ReservationState::Expired, None, now);
            return true;
        } else if facts.expires_at.ms_since(now) <= self.state.warning_ms() {
            let warning = HoldExpiring { id: facts.id, event: facts.event, expires_at: facts.expires_at };
            let appended = self.log.append(&warning, now);
            warning.apply(&self.state);
            appended.publish();
        } else {
            self.state.arm_hold(index, facts.expires_at, now);
        }
        false
    }
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
pub(super) fn contains(held: &[PackedPlace], part: &[PackedPlace]) -> bool {
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

/// The places that are left when some are given back.
fn without(all: &[PackedPlace], part: &[PackedPlace]) -> Places {
    let left = |place: &PackedPlace| match place.unpack() {
        Place::Seat(_) => (!part.contains(place)).then_some(*place),
        Place::General { section, count } => {
            let given = part.iter().find_map(|given| match given.unpack() {
                Place::General { section: at, count } if at == section => Some(count),
                _ => None,
            });
            let left = count - given.unwrap_or(0);
            (left > 0).then(|| PackedPlace::general(section, left))
        }
    };
    all.iter().filter_map(left).collect()
}

fn released(id: SlotId, event: u32, state: ReservationState, changes: &Changes, at: UnixMs) -> Released {
    Released { id: ReservationId(id), event, state, places: places(changes), at }
}

fn check_extension(facts: &Reservation, settings: &EventSettings, by_ms: u64) -> Result<UnixMs, Refusal> {
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
