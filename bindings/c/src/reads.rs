//! Reads that wait for nothing. Each answers a status (a refusal such as `UNKNOWN_EVENT` included) and writes its outputs
//! only with `OK`. What must be durable before it is shown (reservations, payments) is read by a command instead.

// Written by the generator, which knows nothing of line breaks.
#[rustfmt::skip]
pub mod at_once;

pub use at_once::*;
use tacos::views::PlaceView;
use tacos::{EventId, PackedPlace, Place, Refusal, SeatId};

use crate::abi::{tacos_buffer, tacos_engine, tacos_list, tacos_str, tacos_token};
use crate::arena::Arena;
use crate::convert::id;
use crate::engine::{Opening, with};
use crate::failure::Fault;
use crate::guard;
use crate::memory::{Out, slice};
use crate::status::tacos_status;
use crate::views::tacos_place_view;

/// The id behind an event's number, as the engine gave it in an answer or update. `UNKNOWN_EVENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_event_id(
    engine: tacos_engine,
    event_number: u32,
    buffer: *mut tacos_buffer,
    out: *mut tacos_str,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out, mut arena) = (Out::new(out)?, Arena::new(buffer)?);
        with(engine, |opening| {
            let event = opening.engine.event_id(event_number).ok_or(Refusal::UnknownEvent)?;
            let text = arena.text(event.as_str());
            arena.finish_with(out, text)
        })
    })
}

/// One bit (`uint64_t` words) for each numbered seat, 1 = free, lowest bit first, each row beginning a new word.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_free_seats(
    engine: tacos_engine,
    event: tacos_str,
    buffer: *mut tacos_buffer,
    out: *mut tacos_list,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out, mut arena) = (Out::new(out)?, Arena::new(buffer)?);
        let event: EventId = id(event, "event_id")?;
        with(engine, |opening| {
            let mut words = Vec::new();
            opening.engine.copy_free_seats(&event, &mut words)?;
            let list = arena.list(&words);
            arena.finish_with(out, list)
        })
    })
}

/// Puts places of a reservation into words (`tacos_place_view`), in the order given. `UNKNOWN_EVENT`; a number that is no
/// place of this event is an `INVALID`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_describe(
    engine: tacos_engine,
    event_number: u32,
    places: *const u32,
    place_count: usize,
    buffer: *mut tacos_buffer,
    out: *mut tacos_list,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out, mut arena) = (Out::new(out)?, Arena::new(buffer)?);
        let places = slice(places, place_count)?;
        with(engine, |opening| {
            let mut views = Vec::with_capacity(places.len());
            for &number in places {
                let place = known_place(opening, event_number, number)?;
                views.push(tacos_place_view::of(&place, &mut arena));
            }
            let list = arena.list(&views);
            arena.finish_with(out, list)
        })
    })
}

/// The credentials of a ticket, by its number in updates: for services that deliver them. `UNKNOWN_EVENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_tokens_of(
    engine: tacos_engine,
    event_number: u32,
    ticket: u32,
    out_waiting: *mut tacos_token,
    out_reservation: *mut tacos_token,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (to_wait, to_reserve) = (Out::new(out_waiting)?, Out::new(out_reservation)?);
        with(engine, |opening| {
            let tokens = opening.engine.tokens_of(event_number, ticket).ok_or(Refusal::UnknownEvent)?;
            to_wait.put(tacos_token { bytes: tokens.0.to_bytes() });
            to_reserve.put(tacos_token { bytes: tokens.1.to_bytes() });
            Ok(())
        })
    })
}

/// Where a seat's bit is in what `tacos_free_seats` gives: word and bit.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_free_seat_bit(
    engine: tacos_engine,
    event: tacos_str,
    seat: tacos_str,
    out_word: *mut usize,
    out_bit: *mut u32,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out_word, out_bit) = (Out::new(out_word)?, Out::new(out_bit)?);
        let (event, seat): (EventId, SeatId) = (id(event, "event_id")?, id(seat, "seat_ids")?);
        with(engine, |opening| {
            let (word, bit) = opening.engine.free_seat_bit(&event, &seat)?;
            out_word.put(word);
            out_bit.put(bit);
            Ok(())
        })
    })
}

fn known_place(opening: &Opening, event_number: u32, number: u32) -> Result<PlaceView, Fault> {
    let engine = &opening.engine;
    let event = engine.event_id(event_number).ok_or(Refusal::UnknownEvent)?;
    let bad = || Refusal::invalid("places", "is not a place of this event", number);
    let place = PackedPlace::from_bits(number).ok_or_else(bad)?;
    let is_known = match place.unpack() {
        Place::Seat(seat) => !engine.seats(&event, seat.0, 1)?.is_empty(),
        Place::General { section, .. } => engine.sections(&event)?.len() > usize::from(section),
    };
    if !is_known {
        return Err(bad().into());
    }
    engine.describe(event_number, place).ok_or_else(|| Refusal::UnknownEvent.into())
}
