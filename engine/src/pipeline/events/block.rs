//! Seats are taken off sale and put back by operators.

use crate::clock::UnixMs;
use crate::command::BlockSeats;
use crate::error::{Problem, Refusal};
use crate::inventory::{PackedPlace, Place, Refused, SeatState, UNBLOCKED};
use crate::limits::PLACES_PER_HOLD_MAX;
use crate::pipeline::core::Core;
use crate::pipeline::fact::{Announced, Applied, EventUpdate, Fact, Stamp, record};
use crate::pipeline::read::describe;
use crate::pipeline::reservations::{check_move, named_places, places_changed, replay_claim, seat_count};
use crate::pipeline::state::State;
use crate::pipeline::{CommandResult, Committed};
use crate::record::Changes;
use crate::reply::Done;
use crate::updates::UpdateKind;
use crate::views;

use super::Event;

record! {
    /// Seats taken off sale, or put back.
    SeatsBlocked with a key { event: u32, blocked: bool, changes: Changes }
    reply(self, at) -> Done => Done { at };
}

impl SeatsBlocked {
    /// By the operator of the event. Seats that are blocked were taken before the record, as every taking is.
    fn apply(&self, event: &Event, stamp: Stamp, durable: u64) {
        if !self.blocked {
            event.seats.change(0, UNBLOCKED, &self.changes);
        }
        event.set_position(stamp, durable);
    }
}

impl Fact for SeatsBlocked {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        let event = state.event(self.event)?;
        if self.blocked {
            replay_claim(event, 0, SeatState::Blocked, &self.changes)?;
        } else {
            check_move(event, 0, UNBLOCKED, &self.changes)?;
        }
        self.apply(event, stamp, stamp.end);
        Ok(())
    }
}

impl Announced for SeatsBlocked {
    fn update(&self, _: &State) -> Option<EventUpdate> {
        let state = if self.blocked { views::SeatState::Blocked } else { views::SeatState::Available };
        Some((Some(self.event), UpdateKind::Seats(places_changed(&self.changes, state))))
    }
}

impl Core {
    /// Takes free seats off sale or puts blocked ones back, all or none.
    pub(crate) fn block_seats(&self, command: &BlockSeats, now: UnixMs) -> CommandResult<Done> {
        if command.seats.is_empty() || command.seats.len() > PLACES_PER_HOLD_MAX {
            let reason = format_args!("must name 1 to {PLACES_PER_HOLD_MAX} seats");
            return Err(Refusal::invalid("seat_ids", reason, command.seats.len()).into());
        }
        self.once(command, now, |key| {
            let event = self.state.catalog.find(&command.event).ok_or(Refusal::UnknownEvent)?;
            let _guard = event.operator.lock();
            let _writing = self.log.guard().within();
            let places = named_places(event, &command.seats)?;
            let changes =
                if command.block { self.block(event, &places, now)? } else { unblocking(event, &places)? };
            let blocked = SeatsBlocked { event: event.number, blocked: command.block, changes, key };
            let appended = self.log.append(&blocked, now);
            blocked.apply(event, appended.stamp(), self.log.durable.reached());
            Ok(Committed { reply: blocked.reply(now), end: appended.publish() })
        })
    }

    fn block(&self, event: &Event, places: &[PackedPlace], now: UnixMs) -> Result<Changes, Refusal> {
        let mut looked = false;
        loop {
            match event.seats.block(places, &|holder| self.holder_state(holder, now)) {
                Ok(changes) => return Ok(changes),
                Err(Refused::Lapsed { owner }) => {
                    self.expire_slot(owner, now);
                }
                Err(Refused::Conflict { seats }) => {
                    return Err(Refusal::SeatsTaken(
                        seats.iter().map(|seat| event.seats.layout().label(*seat)).collect(),
                    ));
                }
                Err(Refused::Short { available, .. }) => {
                    if !self.may_find_more(&mut looked, now) {
                        let wanted = seat_count(places.iter().copied());
                        return Err(Refusal::Insufficient { wanted, available });
                    }
                }
            }
        }
    }
}

fn unblocking(event: &Event, places: &[PackedPlace]) -> Result<Changes, Refusal> {
    let is_blocked = |place: &PackedPlace| match place.unpack() {
        Place::Seat(seat) => event.seats.seat(seat).state == SeatState::Blocked,
        Place::General { section, count } => event.seats.counts(section).blocked >= u32::from(count),
    };
    let problem =
        |place: &PackedPlace| Problem::new("seat_ids", "is not blocked", describe(event, *place).id);
    let not_blocked: Box<[Problem]> = places.iter().filter(|place| !is_blocked(place)).map(problem).collect();
    if !not_blocked.is_empty() {
        return Err(Refusal::Invalid(not_blocked));
    }
    Ok(event.seats.next_changes(0, places))
}
