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

use smallvec::SmallVec;

use crate::clock::UnixMs;
use crate::error::ReservationState;
use crate::ids::{ReservationId, SlotId, UserId};
use crate::inventory::{PackedPlace, SeatMove, SeatState};
use crate::list::PlaceChanges;
use crate::record::{Change, Changes};
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

/// A list that is written in one go; pushed one by one each item asks for room.
fn gathered<T: Copy + Default, const N: usize>(items: impl ExactSizeIterator<Item = T>) -> SmallVec<[T; N]> {
    let count = items.len();
    if count > N {
        return items.collect();
    }
    let mut list = [T::default(); N];
    for (to, item) in list.iter_mut().zip(items) {
        *to = item;
    }
    SmallVec::from_buf_and_len(list, count)
}

/// What a claim has changed, for its record.
pub(crate) fn changes(places: &[PackedPlace], versions: &[u32]) -> Changes {
    assert_eq!(places.len(), versions.len(), "one version for each place");
    gathered(places.iter().zip(versions).map(|(&place, &version)| Change { place, version }))
}

/// What the next change of these places will be, for the record that comes before it. The caller owns them.
pub(crate) fn next_changes(event: &Event, owner: u32, places: &[PackedPlace]) -> Changes {
    let next = |place| Change { place, version: event.seats.next_version(owner, place) };
    gathered(places.iter().copied().map(next))
}

/// By replay: checks that a record moves places that are there to be moved.
pub(crate) fn check_move(event: &Event, owner: u32, seats: SeatMove, changes: &Changes) -> Applied {
    let changes = changes.iter().map(|change| (change.place, change.version));
    event.seats.check_move(owner, seats, changes).map_err(|gap| Corrupt(gap.to_string()))
}

/// By replay: takes free places, as the claim did before the record was written.
pub(crate) fn replay_claim(event: &Event, owner: u32, to: SeatState, changes: &Changes) -> Applied {
    check_move(event, owner, (SeatState::Free, to), changes)?;
    event.seats.change(owner, (SeatState::Free, to), &places(changes));
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
