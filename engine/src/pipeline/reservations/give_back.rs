//! How holds end and change: extend, release, expire, warn, forget.

use crate::clock::UnixMs;
use crate::command::{EventSettings, Expire, Extend, Release};
use crate::error::{ExtensionDoubt, Refusal, ReservationState};
use crate::ids::SeatId;
use crate::inventory::{PackedPlace, Place};
use crate::record::{Changes, Ended, Extended, HoldExpiring, PartReleased, Record, Remember};
use crate::reply::Places;
use crate::reservations::{Facts, SlotState};
use crate::sync::Seen;

use crate::pipeline::core::Core;
use crate::pipeline::effects::{ended_reply, extended_reply, part_released_reply};
use crate::pipeline::events::Event;
use crate::pipeline::events::changes;
use crate::pipeline::reservations::OwnedHold;
use crate::pipeline::reservations::{named_places, price};
use crate::pipeline::{Did, Outcome};

impl Core {
    /// Lets a hold last longer, within the event's bounds.
    pub(crate) fn extend(&self, command: &Extend, now: UnixMs) -> Outcome {
        self.once(command, now, |key| {
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
            let appended = self.log.append(&Record::from(extended.clone()), now);
            self.extended(hold.slot, &extended, now, appended.end());
            hold.owned.commit(ReservationState::Pending as u8);
            Ok(Did { reply: extended_reply(&extended), end: appended.publish() })
        })
    }

    /// Gives a hold back, whole or in part. While a payment is under way only the whole: what is paid for stays as it is.
    pub(crate) fn release(&self, command: &Release, now: UnixMs) -> Outcome {
        self.once(command, now, |key| {
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
        let appended = self.log.append(&Record::from(record.clone()), now);
        self.part_released(slot, &facts, &record, now, appended.end());
        event.seats.free(facts.id.slot, part);
        owned.commit(ReservationState::Pending as u8);
        Did { reply: part_released_reply(&record, now), end: appended.publish() }
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
        let appended = self.log.append(&Record::from(ended.clone()), now);
        self.ended(slot, &facts, &ended, now, appended.end());
        event.seats.free(facts.id.slot, &facts.places);
        owned.commit(state as u8);
        Did { reply: ended_reply(&ended, now), end: appended.publish() }
    }

    /// Expires a hold on request; refuses before its time.
    pub(crate) fn expire(&self, command: &Expire, now: UnixMs) -> Outcome {
        let _writing = self.log.door()?;
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

    /// A hold's timer fired: warns, expires or forgets, as its state and the time say; true if it expired. Never waits: a
    /// slot that a caller is changing is looked at again shortly, since that caller may be waiting for this batch.
    pub(crate) fn due_hold(&self, index: u32, now: UnixMs) -> bool {
        let Some(slot) = self.reservations.slot(index) else { return false };
        let seen = slot.status.peek();
        let state = SlotState::of(seen.state);
        if !seen.busy && matches!(state, SlotState::Free | SlotState::Is(ReservationState::Confirmed)) {
            return false;
        }
        let owned = if seen.busy { None } else { slot.status.try_own_exactly(seen) };
        let Some(owned) = owned else {
            self.deadlines.holds.set(index, now.plus_ms(1));
            return false;
        };
        let facts = self.reservations.read_owned(slot, index, seen.generation, seen.state);
        let now = now.max(self.told());
        if state != SlotState::Is(ReservationState::Pending) {
            self.forget_reservation(owned, &facts, now);
        } else if facts.expires_at <= now {
            let event = self.catalog.get(facts.event).expect("a reservation's event exists");
            self.end_hold(OwnedHold { owned, slot, facts, event }, ReservationState::Expired, None, now);
            return true;
        } else if facts.expires_at.ms_since(now) <= self.warning_ms() {
            let warning = HoldExpiring { id: facts.id, event: facts.event, expires_at: facts.expires_at };
            self.log.append(&Record::from(warning), now).publish();
            self.deadlines.holds.set(index, facts.expires_at);
        } else {
            self.arm_hold(index, facts.expires_at, now);
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

/// What the next change of these places will be, for the record that comes before it. The caller owns them.
pub(crate) fn next_changes(event: &Event, owner: u32, places: &[PackedPlace]) -> Changes {
    changes(places, &event.seats.next_versions(owner, places))
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
