//! What replay checks before it believes a record: that it follows from what is there.

use std::fmt;

use crate::clock::UnixMs;
use crate::error::{PaymentState, ReservationState};
use crate::inventory::{Layout, Place, SeatMap, SeatState};
use crate::journal::ApplyError;
use crate::record::{Changes, Reader};
use crate::reservations::{Facts, Slot, SlotState};

use super::events::Event;
use super::state::State;
use crate::payments::PaymentSlot;

/// A record that does not follow from what is there: the folder is from a broken engine, or this one is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Corrupt(pub(crate) String);

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Corrupt> for ApplyError {
    fn from(corrupt: Corrupt) -> Self {
        Self::new(corrupt.0)
    }
}

pub(super) type Applied = Result<(), Corrupt>;

pub(super) fn corrupt<T>(why: impl fmt::Display) -> Result<T, Corrupt> {
    Err(Corrupt(why.to_string()))
}

impl State {
    pub(crate) fn event(&self, number: u32) -> Result<&Event, Corrupt> {
        self.catalog.get(number).ok_or_else(|| Corrupt(format!("event {number} does not exist")))
    }

    pub(super) fn line(&self, number: u32) -> Result<&crate::admission::Line, Corrupt> {
        self.event(number)?.line.get().ok_or_else(|| Corrupt(format!("event {number} has no line")))
    }

    pub(super) fn replayed_slot(
        &self,
        id: crate::ids::SlotId,
        state: ReservationState,
    ) -> Result<(&Slot, Facts), Corrupt> {
        let Some(slot) = self.reservations.slot(id.slot) else {
            return corrupt(format_args!("reservation {id:?} does not exist"));
        };
        let facts = self.reservations.read(slot, id.slot);
        if facts.id != id || facts.state != SlotState::Is(state) {
            return corrupt(format_args!("reservation {id:?} should be {state:?} and is {facts:?}"));
        }
        Ok((slot, facts))
    }

    pub(super) fn check_payment(
        &self,
        id: crate::ids::SlotId,
        allowed: impl Fn(PaymentState) -> bool,
    ) -> Applied {
        match self.payments.slot(id.slot).and_then(PaymentSlot::read) {
            Some((state, intent, _)) if intent.id == id && allowed(state) => Ok(()),
            other => corrupt(format_args!("payment {id:?} cannot move on: it is {other:?}")),
        }
    }

    pub(super) fn install_payment(&self, slot: u32, generation: u32, state: PaymentState) {
        let slot = self.payments.slot(slot).expect("checked by the caller");
        slot.status.install(generation, 0, state as u8);
    }
}

/// The seat map in a record, made ready for use.
pub(crate) fn layout_of(seats: &[u8]) -> Result<Layout, Corrupt> {
    let map = SeatMap::decode(seats).map_err(|error| Corrupt(error.to_string()))?;
    Layout::build(&map).map_err(|error| Corrupt(error.to_string()))
}

pub(super) fn set_state(slot: &Slot, state: ReservationState) {
    let seen = slot.status.peek();
    slot.status.install(seen.generation, seen.version.wrapping_add(1), state as u8);
}

pub(super) fn use_ticket(event: &Event, ticket: Option<u32>, at: UnixMs) -> Applied {
    match (ticket, event.line.get()) {
        (None, _) => Ok(()),
        (Some(ticket), Some(line)) => line.apply_used(ticket, at).map_err(|error| Corrupt(error.to_string())),
        (Some(ticket), None) => corrupt(format_args!("ticket {ticket} of an event without a line")),
    }
}

pub(super) fn move_places(
    event: &Event,
    owner: u32,
    changes: &Changes,
    from: SeatState,
    to: SeatState,
) -> Applied {
    for change in changes {
        let moved = match change.place.unpack() {
            Place::Seat(seat) => {
                if event.seats.layout().seats() <= seat.0 {
                    return corrupt(format_args!("event {} has no seat {}", event.number, seat.0));
                }
                let have = event.seats.seat(seat).state;
                if have != from {
                    return corrupt(format_args!(
                        "seat {} is {have:?}, the record moves it from {from:?}",
                        seat.0
                    ));
                }
                event.seats.install(seat, to, owner, change.version)
            }
            Place::General { section, count } => event.seats.install_general(section, from, to, count.into()),
        };
        moved.map_err(|gap| Corrupt(gap.to_string()))?;
    }
    Ok(())
}

/// Reads one image or answer of a snapshot.
pub(crate) fn whole<T: crate::record::Wire>(payload: &[u8]) -> Result<T, Corrupt> {
    Reader::whole(payload).map_err(|why| Corrupt(why.0.to_owned()))
}
