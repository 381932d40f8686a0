//! Reservations: seats taken, holds that change and end, holds that are sold; who may change them, and their images.

mod change;
mod image;
mod own;
mod reserve;
mod sell;
#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;
mod wanted;

pub(crate) use change::{Ended, Extended, HoldExpiring, PartReleased};
pub(crate) use own::{Busy, OwnedHold, Patience};
pub(crate) use reserve::Held;
pub(crate) use sell::Confirmed;
pub(crate) use wanted::named_places;

use crate::clock::UnixMs;
use crate::error::ReservationState;
use crate::ids::{ReservationId, SlotId, UserId};
use crate::inventory::{PackedPlace, SeatMove, SeatState, gathered};
use crate::list::PlaceChanges;
use crate::record::Changes;
use crate::reply::Places;
use crate::updates::{PlaceChanged, ReservationUpdate};
use crate::users::Listed;
use crate::views;

use super::events::Event;
use super::fact::{Applied, Corrupt};
use super::state::State;

/// Seats and standing places that a list stands for.
pub(crate) fn seat_count(places: impl IntoIterator<Item = PackedPlace>) -> u32 {
    places.into_iter().map(PackedPlace::quantity).sum()
}

pub(crate) fn places(changes: &Changes) -> Places {
    Places::of(gathered(changes.iter().map(|change| change.place)))
}

/// By replay: checks that a record moves places that are there to be moved.
pub(crate) fn check_move(event: &Event, owner: u32, seats: SeatMove, changes: &Changes) -> Applied {
    event.seats.check_move(owner, seats, changes).map_err(|gap| Corrupt(gap.to_string()))
}

/// By replay: takes free places, as the claim did before the record was written.
pub(crate) fn replay_claim(event: &Event, owner: u32, to: SeatState, changes: &Changes) -> Applied {
    check_move(event, owner, (SeatState::Free, to), changes)?;
    event.seats.change(owner, (SeatState::Free, to), changes);
    Ok(())
}

/// The entry of a thing in its user's list.
pub(crate) fn listed(id: SlotId, created_at: UnixMs) -> Listed {
    Listed { created_at, slot: id.slot, generation: id.generation }
}

/// Places as an update names them.
pub(crate) fn places_changed(changes: &Changes, state: views::SeatState) -> PlaceChanges {
    changes
        .iter()
        .map(|change| PlaceChanged { place: change.place, state, version: change.version })
        .collect()
}

impl State {
    /// The update of a reservation that went from one state to another.
    pub(crate) fn reservation_update(
        &self,
        id: SlotId,
        (from, state): (ReservationState, ReservationState),
        expires_at: Option<UnixMs>,
        places: PlaceChanges,
    ) -> ReservationUpdate {
        let (id, user) = (ReservationId(id), self.user_of(id));
        ReservationUpdate { id, user, from: Some(from), state, expires_at, places }
    }

    fn user_of(&self, id: SlotId) -> Option<UserId> {
        let slot = self.reservations.slot(id.slot)?;
        let facts = self.reservations.read(slot, id.slot).filter(|facts| facts.id == id)?;
        self.names_of(&facts).map(|(user, _)| user)
    }
}
