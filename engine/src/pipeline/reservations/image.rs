//! A reservation's image.

use crate::clock::UnixMs;
use crate::error::ReservationState;
use crate::inventory::{PackedPlace, Place, SeatState};
use crate::limits::PLACES_PER_HOLD_MAX;
use crate::pipeline::events::Event;
use crate::pipeline::fact::{Corrupt, corrupt};
use crate::pipeline::images::{FreeSlots, Sink};
use crate::pipeline::reservations::{listed, seat_count};
use crate::pipeline::restore::{check_moment, must, untouched};
use crate::pipeline::state::State;
use crate::record::TableKind;
use crate::reservations::{Names, Reservation};
use crate::users::List;

/// More extensions than settings can allow: a number that was never counted.
const EXTENSIONS_MAX: u32 = 1_000;

impl State {
    pub(crate) fn reservation_images(&self, sink: &mut Sink<'_>) {
        let mut free = FreeSlots::new(TableKind::Reservations);
        let mut live = Vec::new();
        for index in 0..self.reservations.slots().high_water() {
            let Some(slot) = self.reservations.slot(index) else { continue };
            match self.reservations.read(slot, index) {
                None => free.add(index, slot.status.peek().generation, sink),
                Some(facts) => live.push((facts.created_at, index)),
            }
        }
        // Oldest first: recovery links each to its user's list as it comes.
        live.sort_unstable();
        for (_, index) in live {
            let Some(slot) = self.reservations.slot(index) else { continue };
            if let Some(facts) = self.reservations.read(slot, index) {
                let user = self.users.name(facts.user).expect("a reservation's user is kept");
                let external = self.reservations.external(index).map(|external| (*external).clone());
                sink.image(&facts.of(Names { user, external }));
            }
        }
        free.flush(sink);
    }

    pub(crate) fn restore_reservation(&self, mut image: Reservation<Names>) -> Result<(), Corrupt> {
        let event = self.event(image.event)?;
        check_facts(event, &image)?;
        check_places(event, &image.places)?;
        let owned_as = match image.state {
            ReservationState::Pending => Some(SeatState::Held),
            ReservationState::Confirmed => Some(SeatState::Sold),
            _ => None,
        };
        if let Some(state) = owned_as {
            self.count_places(event, image.id.slot, state, &image.places)?;
        }
        let slot = self.reach_reservation(image.id.slot)?;
        let status = untouched(&slot.status, image.id.slot)?;
        let seats = if owned_as.is_some() { seat_count(image.places.iter().copied()) } else { 0 };
        if let Some(external) = image.user.external.take() {
            let is_free = self.reservations.bind_external(&external, (image.id.slot, image.id.generation));
            must(is_free, format_args!("the outside id {external} is another's"))?;
        }
        let user = self.users.enter(&image.user.user, image.event, seats, None).expect("no bound was given");
        let image = image.of(user);
        self.reservations.fill(slot, &image);
        status.install(image.id.generation, 0, image.state as u8);
        self.users.link(List::Reservations, user, listed(image.id, image.created_at));
        match image.state {
            // Whether readers were warned is no part of the image: better twice than never.
            ReservationState::Pending => self.arm_hold(image.id.slot, image.expires_at, UnixMs::ZERO),
            ReservationState::Confirmed => {}
            _ => self.deadlines.holds.set(image.id.slot, image.changed_at.plus(self.config.retention)),
        }
        Ok(())
    }

    /// The seats must be the reservation's by their own words, which stand in front of it; standing places are added
    /// up.
    fn count_places(
        &self,
        event: &Event,
        owner: u32,
        state: SeatState,
        places: &[PackedPlace],
    ) -> Result<(), Corrupt> {
        let mut restoring = self.restoring.lock();
        let seats = restoring.seats.entry(event.number).or_default();
        for place in places {
            if let Place::Seat(seat) = place.unpack() {
                let seen = event.seats.seat(seat);
                let is_owned = (seen.state, seen.owner) == (state, owner);
                must(is_owned, format_args!("seat {} should be {state:?} and is {seen:?}", seat.0))?;
                *seats += 1;
            }
        }
        for place in places {
            if let Place::General { section, count } = place.unpack() {
                let counts = restoring.standing.entry((event.number, section)).or_default();
                counts[usize::from(state == SeatState::Sold)] += u64::from(count);
            }
        }
        Ok(())
    }
}

fn check_facts(event: &Event, image: &Reservation<Names>) -> Result<(), Corrupt> {
    check_moment("its making", image.created_at)?;
    check_moment("its change", image.changed_at)?;
    check_moment("its end", image.expires_at)?;
    must(image.total_minor >= 0, format_args!("it costs {}", image.total_minor))?;
    must(image.extensions <= EXTENSIONS_MAX, format_args!("{} extensions", image.extensions))?;
    if let Some(ticket) = image.ticket {
        let was_given = event.line.get().is_some_and(|line| line.gave_out(ticket));
        must(was_given, format_args!("its ticket {ticket} was never given out"))?;
    }
    Ok(())
}

fn check_places(event: &Event, places: &[PackedPlace]) -> Result<(), Corrupt> {
    let count = places.len();
    must((1..=PLACES_PER_HOLD_MAX).contains(&count), format_args!("it has {count} places"))?;
    let in_order = places.windows(2).all(|pair| pair[0].order() < pair[1].order());
    must(in_order, "its places are not in order, or one is there twice")?;
    let layout = event.seats.layout();
    for place in places {
        let is_there = match place.unpack() {
            Place::Seat(seat) => seat.0 < layout.seats(),
            Place::General { section, .. } => layout.general_price_minor(section).is_some(),
        };
        if !is_there {
            return corrupt(format_args!("the house has no {place:?}"));
        }
    }
    Ok(())
}
