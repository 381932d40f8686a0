// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! Reads that wait for nothing and show what the engine describes. Each answers a status (a refusal such as
//! `UNKNOWN_EVENT` included) and writes its outputs only with `OK`.

use tacos::{EventId, WaitingToken};

use crate::abi::{tacos_buffer, tacos_engine, tacos_list, tacos_str, tacos_token};
use crate::arena::Arena;
use crate::config::{of_policy, tacos_queue_policy};
use crate::convert::id;
use crate::engine::with;
use crate::guard;
use crate::memory::{Out, slice};
use crate::replies::tacos_queue_place;
use crate::status::tacos_status;
use crate::views::{
    tacos_counts, tacos_draw_view, tacos_event_view, tacos_queue_view, tacos_seat_view, tacos_section_view,
    tacos_webhook_view,
};

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
            let view = tacos_event_view::of(&opening.engine.event(&event)?, &mut arena);
            let view = arena.put(view);
            arena.finish_with(out, view)
        })
    })
}

/// All events, in the order of their creation. Of `tacos_event_view`.
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
            let found = opening.engine.events();
            let views: Vec<_> = found.iter().map(|view| tacos_event_view::of(view, &mut arena)).collect();
            let list = arena.list(&views);
            arena.finish_with(out, list)
        })
    })
}

/// An event's sections with counts and prices. Of `tacos_section_view`.
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
            let found = opening.engine.sections(&event)?;
            let views: Vec<_> = found.iter().map(|view| tacos_section_view::of(view, &mut arena)).collect();
            let list = arena.list(&views);
            arena.finish_with(out, list)
        })
    })
}

/// An event's counts.
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
            out.put(tacos_counts::of(&opening.engine.counts(&event)?));
            Ok(())
        })
    })
}

/// Numbered seats with their states, in the seat map's order. A seat whose hold has lapsed shows as available. Of
/// `tacos_seat_view`.
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
            let found = opening.engine.seats(&event, from, most)?;
            let views: Vec<_> = found.iter().map(|view| tacos_seat_view::of(view, &mut arena)).collect();
            let list = arena.list(&views);
            arena.finish_with(out, list)
        })
    })
}

/// These seats, in the order asked for. Of `tacos_seat_view`.
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
        let seats = seats.iter().map(|&one| id(one, "seat_ids")).collect::<Result<Vec<_>, _>>()?;
        with(engine, |opening| {
            let found = opening.engine.seats_named(&event, &seats)?;
            let views: Vec<_> = found.iter().map(|view| tacos_seat_view::of(view, &mut arena)).collect();
            let list = arena.list(&views);
            arena.finish_with(out, list)
        })
    })
}

/// A place in the line. Asking counts as activity.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_queue_place_of(
    engine: tacos_engine,
    token: tacos_token,
    out: *mut tacos_queue_place,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let out = Out::new(out)?;
        let token = WaitingToken::from_bytes(token.bytes);
        with(engine, |opening| {
            out.put(tacos_queue_place::of(&opening.engine.queue_place(&token)?));
            Ok(())
        })
    })
}

/// The event of a waiting token.
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
        let token = WaitingToken::from_bytes(token.bytes);
        with(engine, |opening| {
            let text = arena.text(opening.engine.token_event(&token)?.as_str());
            arena.finish_with(out, text)
        })
    })
}

/// Figures of a waiting line.
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
            out.put(tacos_queue_view::of(&opening.engine.queue(&event)?));
            Ok(())
        })
    })
}

/// The rules of a waiting line.
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
            let view = of_policy(&opening.engine.queue_policy(&event)?);
            let view = arena.put(view);
            arena.finish_with(out, view)
        })
    })
}

/// The draw of the pre-sale room.
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
            out.put(tacos_draw_view::of(&opening.engine.draw(&event)?));
            Ok(())
        })
    })
}

/// Dead letters, oldest first. Of `tacos_webhook_view`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_dead_webhooks(
    engine: tacos_engine,
    after: u64,
    buffer: *mut tacos_buffer,
    out: *mut tacos_list,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out, mut arena) = (Out::new(out)?, Arena::new(buffer)?);
        with(engine, |opening| {
            let found = opening.engine.dead_webhooks(after);
            let views: Vec<_> = found.iter().map(tacos_webhook_view::of).collect();
            let list = arena.list(&views);
            arena.finish_with(out, list)
        })
    })
}
