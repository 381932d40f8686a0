//! What callers want, as places: seats by name, standing places by section, the best of a section; and what they cost.

use smallvec::SmallVec;

use crate::command::{Best, EventSettings, Want};
use crate::error::{Problem, Refusal};
use crate::ids::SeatId;
use crate::inventory::{PackedPlace, Place};
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
    let layout = event.seats.layout();
    let (mut places, mut missing) = (Places::new(), Vec::new());
    let mut standing = SmallVec::<[(u16, u16); 4]>::new();
    for id in ids {
        if let Some(seat) = layout.resolve(id.as_bytes()) {
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
