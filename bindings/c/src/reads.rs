//! Reads that wait for nothing. Each answers a status (a refusal such as `UNKNOWN_EVENT` included) and writes its outputs
//! only with `OK`. What must be durable before it is shown (reservations, payments) is read by a command instead.

use tacos::views::PlaceView;
use tacos::{EventId, PackedPlace, Place, Refusal, SeatId, WaitingToken};

use crate::abi::{tacos_buffer, tacos_engine, tacos_list, tacos_str, tacos_token};
use crate::arena::Arena;
use crate::config::{of_policy, tacos_queue_policy};
use crate::convert::id;
use crate::engine::{Opening, with};
use crate::failure::Fault;
use crate::guard;
use crate::memory::{Out, slice};
use crate::replies::tacos_queue_place;
use crate::status::tacos_status;
use crate::views::{self, tacos_counts, tacos_draw_view, tacos_event_view, tacos_queue_view};

/// Counts of an event.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_counts_of(
    engine: tacos_engine,
    event: tacos_str,
    out: *mut tacos_counts,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let out = Out::new(out)?;
        let event: EventId = id(event, "event_id")?;
        with(engine, |opening| {
            out.put(views::counts(opening.engine.counts(&event)?));
            Ok(())
        })
    })
}

/// An event.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_event_of(
    engine: tacos_engine,
    event: tacos_str,
    buffer: *mut tacos_buffer,
    out: *mut *const tacos_event_view,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out, mut arena) = (Out::new(out)?, Arena::new(buffer)?);
        let event: EventId = id(event, "event_id")?;
        with(engine, |opening| {
            let view = views::event(&opening.engine.event(&event)?, &mut arena);
            let view = arena.put(view);
            arena.finish_with(out, view)
        })
    })
}

/// All events (`tacos_event_view`), in the order of their creation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_events(
    engine: tacos_engine,
    buffer: *mut tacos_buffer,
    out: *mut tacos_list,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out, mut arena) = (Out::new(out)?, Arena::new(buffer)?);
        with(engine, |opening| {
            let events: Vec<_> =
                opening.engine.events().iter().map(|event| views::event(event, &mut arena)).collect();
            let list = arena.list(&events);
            arena.finish_with(out, list)
        })
    })
}

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

/// An event's sections (`tacos_section_view`) with counts and prices.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_sections(
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
            let sections = opening.engine.sections(&event)?;
            let sections: Vec<_> =
                sections.iter().map(|section| views::section(section, &mut arena)).collect();
            let list = arena.list(&sections);
            arena.finish_with(out, list)
        })
    })
}

/// Numbered seats of an event (`tacos_seat_view`), from index `from` on, at most `most`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_seats(
    engine: tacos_engine,
    event: tacos_str,
    from: u32,
    most: usize,
    buffer: *mut tacos_buffer,
    out: *mut tacos_list,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out, mut arena) = (Out::new(out)?, Arena::new(buffer)?);
        let event: EventId = id(event, "event_id")?;
        with(engine, |opening| {
            let seats = opening.engine.seats(&event, from, most)?;
            let seats: Vec<_> = seats.iter().map(|seat| views::seat(seat, &mut arena)).collect();
            let list = arena.list(&seats);
            arena.finish_with(out, list)
        })
    })
}

/// These seats (`tacos_seat_view`), in the order asked for. `UNKNOWN_SEATS` if there is one that the event does not have;
/// the last error names it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_seats_named(
    engine: tacos_engine,
    event: tacos_str,
    seats: *const tacos_str,
    seat_count: usize,
    buffer: *mut tacos_buffer,
    out: *mut tacos_list,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out, mut arena) = (Out::new(out)?, Arena::new(buffer)?);
        let event: EventId = id(event, "event_id")?;
        let seats = slice(seats, seat_count)?;
        let seats = seats.iter().map(|&seat| id(seat, "seat_ids")).collect::<Result<Vec<_>, _>>()?;
        with(engine, |opening| {
            let seats = opening.engine.seats_named(&event, &seats)?;
            let seats: Vec<_> = seats.iter().map(|seat| views::seat(seat, &mut arena)).collect();
            let list = arena.list(&seats);
            arena.finish_with(out, list)
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
                views.push(views::place(&place, &mut arena));
            }
            let list = arena.list(&views);
            arena.finish_with(out, list)
        })
    })
}

/// A place in the line. Asking counts as activity. `UNKNOWN_TOKEN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_queue_place_of(
    engine: tacos_engine,
    token: tacos_token,
    out: *mut tacos_queue_place,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let out = Out::new(out)?;
        with(engine, |opening| {
            let place = opening.engine.queue_place(&WaitingToken::from_bytes(token.bytes))?;
            out.put(tacos_queue_place::of(&place));
            Ok(())
        })
    })
}

/// The event of a waiting token. `UNKNOWN_TOKEN`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_token_event(
    engine: tacos_engine,
    token: tacos_token,
    buffer: *mut tacos_buffer,
    out: *mut tacos_str,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out, mut arena) = (Out::new(out)?, Arena::new(buffer)?);
        with(engine, |opening| {
            let event = opening.engine.token_event(&WaitingToken::from_bytes(token.bytes))?;
            let text = arena.text(event.as_str());
            arena.finish_with(out, text)
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

/// Figures of an event's waiting line.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_queue_of(
    engine: tacos_engine,
    event: tacos_str,
    out: *mut tacos_queue_view,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let out = Out::new(out)?;
        let event: EventId = id(event, "event_id")?;
        with(engine, |opening| {
            out.put(views::queue(&opening.engine.queue(&event)?));
            Ok(())
        })
    })
}

/// The rules of an event's waiting line.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_queue_policy_of(
    engine: tacos_engine,
    event: tacos_str,
    buffer: *mut tacos_buffer,
    out: *mut *const tacos_queue_policy,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out, mut arena) = (Out::new(out)?, Arena::new(buffer)?);
        let event: EventId = id(event, "event_id")?;
        with(engine, |opening| {
            let policy = arena.put(of_policy(&opening.engine.queue_policy(&event)?));
            arena.finish_with(out, policy)
        })
    })
}

/// The draw of an event's pre-sale room: the commitment before it, the seed after it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_draw_of(
    engine: tacos_engine,
    event: tacos_str,
    out: *mut tacos_draw_view,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let out = Out::new(out)?;
        let event: EventId = id(event, "event_id")?;
        with(engine, |opening| {
            let draw = opening.engine.draw(&event)?;
            let (seed, has_seed) = (draw.seed.unwrap_or_default(), draw.seed.is_some().into());
            out.put(tacos_draw_view { commitment: draw.commitment, seed, has_seed });
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
