//! What callers want, as places: seats by name, standing places by section, the best of a section; and what they cost.

use crate::command::{Best, EventSettings, SeatRequest};
use crate::error::{Problem, Refusal};
use crate::ids::SeatId;
use crate::inventory::{PackedPlace, Place, gathered};
use crate::limits::PLACES_PER_HOLD_MAX;
use crate::reply::Places;

use crate::pipeline::core::Core;
use crate::pipeline::events::Event;
use crate::pipeline::read::describe;
use crate::pipeline::reservations::seat_count;

impl Core {
    pub(crate) fn wanted<'a>(
        &self,
        event: &Event,
        settings: &EventSettings,
        want: &'a SeatRequest,
    ) -> Result<Wanted<'a>, Refusal> {
        let most = (settings.seats_per_reservation_max as usize).min(PLACES_PER_HOLD_MAX);
        let over =
            |count: usize| Err(Refusal::invalid("quantity", format_args!("must be 1 to {most}"), count));
        match want {
            SeatRequest::Seats(seats) if seats.is_empty() || seats.len() > most => over(seats.len()),
            SeatRequest::Seats(seats) => named_places(event, seats).map(Wanted::Named),
            SeatRequest::Best(best) if best.quantity == 0 || best.quantity as usize > most => {
                over(best.quantity as usize)
            }
            SeatRequest::Best(best) => {
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
    pub(crate) fn count(&self) -> u32 {
        match self {
            Self::Named(places) => seat_count(places.iter().copied()),
            Self::Best { best, .. } => best.quantity,
        }
    }
}

/// The places that ids mean, ascending. A seat's id is that seat; the name of a standing section is one place there,
/// and may be said several times. Seats named twice and unknown ids are refused.
pub(crate) fn named_places(event: &Event, ids: &[SeatId]) -> Result<Places, Refusal> {
    let mut all_known = true;
    let places = Places::of(gathered(ids.iter().map(|id| {
        let place = event.place_named(id);
        all_known &= place.is_some();
        place.unwrap_or_default()
    })));
    if !all_known {
        return Err(unknown(event, ids));
    }
    let are_seats = places.last().is_none_or(|place| place.as_seat().is_some());
    // As they usually come. A standing place among them is not below the seats behind it.
    if are_seats && places.windows(2).all(|pair| pair[0] < pair[1]) {
        return Ok(places);
    }
    in_order(event, places)
}

#[cold]
fn unknown(event: &Event, ids: &[SeatId]) -> Refusal {
    let missing = ids.iter().filter(|id| event.place_named(id).is_none());
    Refusal::UnknownSeats(missing.map(ToString::to_string).collect())
}

/// Sorts places of one each, counts those of a standing section together, and refuses a seat that is there twice.
fn in_order(event: &Event, mut named: Places) -> Result<Places, Refusal> {
    named.sort_unstable();
    let (mut places, mut doubles) = (Places::new(), Vec::new());
    for place in named {
        let last = places.last().copied();
        match (last.map(PackedPlace::unpack), place.unpack()) {
            (_, Place::Seat(_)) if last == Some(place) => {
                doubles.push(Problem::new("seat_ids", "names a seat twice", describe(event, place).id));
            }
            (Some(Place::General { section, count }), Place::General { section: again, .. })
                if section == again =>
            {
                let place = PackedPlace::general(section, count.saturating_add(1));
                *places.last_mut().expect("just looked at") = place;
            }
            _ => places.push(place),
        }
    }
    if doubles.is_empty() { Ok(places) } else { Err(Refusal::Invalid(doubles.into())) }
}

/// What places cost together, in minor units.
pub(crate) fn price(event: &Event, places: impl Iterator<Item = PackedPlace>) -> i64 {
    event.seats.layout().price_minor(places)
}
