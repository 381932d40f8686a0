//! Reads, ids and last errors: everything that changes nothing.

use std::ptr;

use tacos_c::abi::{tacos_buffer, tacos_bytes, tacos_engine, tacos_id, tacos_list, tacos_str, tacos_token};
use tacos_c::figures::{
    tacos_clear_idempotency, tacos_digest, tacos_due_webhooks, tacos_figures_of, tacos_memory_of,
    tacos_note_of, tacos_notes,
};
use tacos_c::ids::{
    tacos_draw_commitment, tacos_draw_order, tacos_id_format, tacos_id_parse, tacos_token_format,
    tacos_token_parse,
};
use tacos_c::last_error::{tacos_last_error, tacos_last_failure};
use tacos_c::reads::*;
use tacos_c::replies::{tacos_answer, tacos_body, tacos_failure};
use tacos_c::status::tacos_status;
use tacos_c::updates::{tacos_place_changed, tacos_update};
use tacos_c::views::*;

use crate::members::{Given, any_id, any_token, first_of};
use crate::memory::{Memory, Output, Piece, Room};
use crate::play::{checked, keep, known, small, total};
use crate::source::Source;

const SEATS: [&str; 4] = ["A-1", "A-2", "floor", "nowhere"];

/// Calls a read that fills a buffer; a second time with exactly what the first said to be enough.
fn twice<T: Copy>(
    source: &mut Source<'_>,
    call: impl Fn(*mut tacos_buffer, *mut T) -> tacos_status,
) -> Option<(T, Room)> {
    let (mut room, mut out) = (Room::of(source), Output::<T>::new());
    let status = call(&mut *room.buffer, out.at());
    small(status, &room);
    if let Some(value) = checked(status, &out) {
        return Some((value, room));
    }
    if status != tacos_status::BufferTooSmall {
        return None;
    }
    let mut enough = Room::new(room.buffer.needed);
    let status = call(&mut *enough.buffer, out.at());
    assert_eq!(status, tacos_status::Ok, "as much as was said to be needed is not enough");
    Some((out.get(), enough))
}

/// The items of a list of the library's.
fn items<T: Copy>(list: tacos_list, room: &Room) -> Vec<T> {
    if list.count > 0 {
        room.holds(list.items.cast(), list.count * list.stride);
    }
    // SAFETY: within the room; the library aligns what it writes.
    (0..list.count).map(|at| unsafe { first_of(list, at).cast::<T>().read() }).collect()
}

/// What a pointer of the library's points to.
fn behind<T: Copy>(at: *const T, room: &Room) -> T {
    room.holds(at.cast(), size_of::<T>());
    // SAFETY: within the room; the library aligns what it writes.
    unsafe { at.read() }
}

/// One read of an engine.
pub fn of(source: &mut Source<'_>, engine: tacos_engine, given: &mut Given) {
    let mut memory = Memory::default();
    let event = memory.usual(source, "evt_1");
    match source.byte() % 3 {
        0 => event_reads(source, engine, event, &mut memory),
        1 => line_reads(source, engine, event, given),
        _ => other_reads(source, engine, &mut memory, given),
    }
}

fn event_reads(source: &mut Source<'_>, engine: tacos_engine, event: tacos_str, memory: &mut Memory) {
    // SAFETY: the crate's contract, of all these calls: memory comes from `Memory`, `Room` and `Output`.
    match source.byte() % 9 {
        0 => {
            let mut out = Output::<tacos_counts>::new();
            if let Some(counts) = checked(unsafe { tacos_counts_of(engine, event, out.at()) }, &out) {
                assert_eq!(total(counts), counts.total);
            }
        }
        1 => {
            let got = twice(source, |buffer, out| unsafe { tacos_event_of(engine, event, buffer, out) });
            if let Some((at, room)) = got {
                let view: tacos_event_view = behind(at, &room);
                room.holds_text(view.id);
                room.holds_text(view.settings.name);
            }
        }
        2 => {
            let got = twice(source, |buffer, out| unsafe { tacos_events(engine, buffer, out) });
            if let Some((list, room)) = got {
                items::<tacos_event_view>(list, &room).iter().for_each(|view| room.holds_text(view.id));
            }
        }
        3 => {
            let number = source.small();
            let got = twice(source, |buffer, out| unsafe { tacos_event_id(engine, number, buffer, out) });
            if let Some((text, room)) = got {
                room.holds_text(text);
            }
        }
        4 => {
            let got = twice(source, |buffer, out| unsafe { tacos_sections(engine, event, buffer, out) });
            if let Some((list, room)) = got {
                for section in items::<tacos_section_view>(list, &room) {
                    room.holds_text(section.name);
                    assert_eq!(total(section.counts), section.counts.total);
                }
            }
        }
        5 => {
            let (from, most) = (source.small(), source.below(40));
            let got =
                twice(source, |buffer, out| unsafe { tacos_seats(engine, event, from, most, buffer, out) });
            seats(got);
        }
        6 => {
            let (names, count) = memory.texts(source, &SEATS);
            let got = twice(source, |buffer, out| unsafe {
                tacos_seats_named(engine, event, names, count, buffer, out)
            });
            seats(got);
        }
        7 => {
            let got = twice(source, |buffer, out| unsafe { tacos_free_seats(engine, event, buffer, out) });
            if let Some((list, room)) = got {
                items::<usize>(list, &room);
            }
        }
        _ => {
            let (numbers, event_number) = ([source.small(), source.word()], source.small());
            let (places, count) = memory.list(source, &numbers);
            let got = twice(source, |buffer, out| unsafe {
                tacos_describe(engine, event_number, places, count, buffer, out)
            });
            if let Some((list, room)) = got {
                items::<tacos_place_view>(list, &room).iter().for_each(|view| room.holds_text(view.id));
            }
            let seat = memory.usual(source, "A-1");
            let (mut word, mut bit) = (Output::<usize>::new(), Output::<u32>::new());
            let status = unsafe { tacos_free_seat_bit(engine, event, seat, word.at(), bit.at()) };
            checked(status, &word);
            checked(status, &bit);
        }
    }
}

fn seats(got: Option<(tacos_list, Room)>) {
    let Some((list, room)) = got else { return };
    for seat in items::<tacos_seat_view>(list, &room) {
        [seat.place.id, seat.place.section, seat.place.row, seat.place.number]
            .into_iter()
            .for_each(|text| room.holds_text(text));
    }
}

fn line_reads(source: &mut Source<'_>, engine: tacos_engine, event: tacos_str, given: &mut Given) {
    let token = match source.byte() {
        at if at < 0xf0 && !given.waiting.is_empty() => given.waiting[usize::from(at) % given.waiting.len()],
        _ => any_token(source),
    };
    // SAFETY: the crate's contract, of all these calls.
    match source.byte() % 6 {
        0 => {
            let mut out = Output::new();
            checked(unsafe { tacos_queue_place_of(engine, token, out.at()) }, &out);
        }
        1 => {
            let got = twice(source, |buffer, out| unsafe { tacos_token_event(engine, token, buffer, out) });
            if let Some((text, room)) = got {
                room.holds_text(text);
            }
        }
        2 => {
            let (mut waiting, mut right) = (Output::<tacos_token>::new(), Output::<tacos_token>::new());
            let (number, ticket) = (source.small(), source.small());
            let status = unsafe { tacos_tokens_of(engine, number, ticket, waiting.at(), right.at()) };
            if let (Some(waiting), Some(right)) = (checked(status, &waiting), checked(status, &right)) {
                given.waiting.push(waiting);
                given.right.push(right);
            }
        }
        3 => {
            let mut out = Output::new();
            checked(unsafe { tacos_queue_of(engine, event, out.at()) }, &out);
        }
        4 => {
            let got =
                twice(source, |buffer, out| unsafe { tacos_queue_policy_of(engine, event, buffer, out) });
            if let Some((at, room)) = got {
                behind(at, &room);
            }
        }
        _ => {
            let mut out = Output::new();
            checked(unsafe { tacos_draw_of(engine, event, out.at()) }, &out);
        }
    }
}

fn other_reads(source: &mut Source<'_>, engine: tacos_engine, memory: &mut Memory, given: &mut Given) {
    // SAFETY: the crate's contract, of all these calls.
    match source.byte() % 8 {
        0 => {
            let (most, mut next) = (source.below(20), Output::<u64>::new());
            let next_at = next.at();
            let got = twice(source, |buffer, out| unsafe {
                tacos_due_webhooks(engine, most, buffer, out, next_at)
            });
            webhooks(got, given);
        }
        1 => {
            let after = source.number();
            let got = twice(source, |buffer, out| unsafe { tacos_dead_webhooks(engine, after, buffer, out) });
            webhooks(got, given);
        }
        2 => {
            let prefix = memory.text(source);
            let got = twice(source, |buffer, out| unsafe { tacos_notes(engine, prefix, buffer, out) });
            if let Some((list, room)) = got {
                room.holds(list.items.cast(), list.count * list.stride);
            }
        }
        3 => {
            let name = memory.usual(source, "note-1");
            let got: Option<(tacos_bytes, Room)> =
                twice(source, |buffer, out| unsafe { tacos_note_of(engine, name, buffer, out) });
            if let Some((bytes, room)) = got
                && !bytes.data.is_null()
            {
                room.holds(bytes.data, bytes.len);
            }
        }
        4 => {
            let got = twice(source, |buffer, out| unsafe { tacos_figures_of(engine, buffer, out) });
            if let Some((at, room)) = got {
                behind(at, &room);
            }
        }
        5 => {
            let mut out = Output::new();
            checked(unsafe { tacos_memory_of(engine, out.at()) }, &out);
        }
        6 => {
            let mut out = Output::<[u8; 32]>::new();
            checked(unsafe { tacos_digest(engine, out.at().cast()) }, &out);
        }
        _ => {
            known(tacos_clear_idempotency(engine));
        }
    }
}

fn webhooks(got: Option<(tacos_list, Room)>, given: &mut Given) {
    let Some((list, room)) = got else { return };
    items::<tacos_webhook_view>(list, &room).iter().for_each(|view| keep(&mut given.webhooks, view.id));
}

/// Updates that were read.
pub fn updates(list: tacos_list, room: &Room, given: &mut Given) {
    for update in items::<tacos_update>(list, room) {
        [update.event, update.user, update.name].into_iter().for_each(|text| room.holds_text(text));
        items::<tacos_place_changed>(update.places, room);
        items::<u32>(update.tickets, room);
        keep(&mut given.webhooks, update.webhook);
    }
}

/// Bodies of answers that give no ids of their own.
pub fn body(answer: &tacos_answer, room: &Room) {
    let reservation = |view: &tacos_reservation_view| {
        [view.external, view.event, view.user, view.currency]
            .into_iter()
            .for_each(|text| room.holds_text(text));
        items::<u32>(view.places, room);
    };
    let payment = |view: &tacos_payment_view| {
        [view.unlinked, view.user, view.currency, view.webhook_url]
            .into_iter()
            .for_each(|text| room.holds_text(text));
        if !view.attachment.data.is_null() {
            room.holds(view.attachment.data, view.attachment.len);
        }
    };
    match answer.kind {
        kind if kind == tacos_body::ReservationView as u32 => reservation(&behind(answer.body.cast(), room)),
        kind if kind == tacos_body::ReservationPage as u32 => {
            let page: tacos_reservation_page = behind(answer.body.cast(), room);
            items(page.items, room).iter().for_each(reservation);
        }
        kind if kind == tacos_body::PaymentView as u32 => payment(&behind(answer.body.cast(), room)),
        kind if kind == tacos_body::PaymentPage as u32 => {
            let page: tacos_payment_page = behind(answer.body.cast(), room);
            items(page.items, room).iter().for_each(payment);
        }
        _ => room.holds(answer.body.cast(), 1),
    }
}

/// Ids and tokens as text and back, and draws.
pub fn ids(source: &mut Source<'_>, given: &Given) {
    let (kind, mut memory) = (source.small() % 9, Memory::default());
    // SAFETY: the crate's contract, of all these calls.
    match source.byte() & 3 {
        0 => {
            let id = given.reservations.first().copied().unwrap_or_else(|| any_id(source));
            let got = twice(source, |buffer, out| unsafe { tacos_id_format(kind, id, buffer, out) });
            if let Some((text, room)) = got {
                room.holds_text(text);
                let mut again = Output::<tacos_id>::new();
                let status = unsafe { tacos_id_parse(kind, text, again.at()) };
                // Orders and the like are only ever shown.
                if let Some(again) = checked(status, &again) {
                    assert_eq!(again, id);
                }
            }
        }
        1 => {
            let token = given.waiting.first().copied().unwrap_or_else(|| any_token(source));
            let got = twice(source, |buffer, out| unsafe { tacos_token_format(kind, token, buffer, out) });
            if let Some((text, room)) = got {
                let mut again = Output::<tacos_token>::new();
                let status = unsafe { tacos_token_parse(kind, text, again.at()) };
                assert!(checked(status, &again).is_some_and(|again| again == token));
                room.holds_text(text);
            }
        }
        2 => {
            let (text, mut id, mut token) = (memory.text(source), Output::new(), Output::new());
            checked(unsafe { tacos_id_parse(kind, text, id.at()) }, &id);
            checked(unsafe { tacos_token_parse(kind, text, token.at()) }, &token);
        }
        _ => {
            let (seed, mut sum) = (memory.plain(&[source.byte(); 32]), Output::<[u8; 32]>::new());
            checked(unsafe { tacos_draw_commitment(seed, sum.at().cast()) }, &sum);
            let tickets: Vec<u32> = (0..source.below(9)).map(|at| u32::try_from(at).expect("few")).collect();
            let (given, count) = memory.list(source, &tickets);
            let order = Piece::new(size_of_val(tickets.as_slice()));
            let out = if source.seldom() { ptr::null_mut() } else { order.at().cast::<u32>() };
            if known(unsafe { tacos_draw_order(seed, given, count, out) }) == tacos_status::Ok && count > 0 {
                // SAFETY: so many were written.
                let mut drawn = unsafe { std::slice::from_raw_parts(out, count) }.to_vec();
                drawn.sort_unstable();
                assert_eq!(drawn, tickets, "a draw loses no ticket");
            }
        }
    }
}

/// The last failure, as text and whole.
pub fn errors(source: &mut Source<'_>) {
    let (capacity, mut needed) = (source.below(64), Output::<usize>::new());
    let text = Piece::new(capacity);
    // SAFETY: the crate's contract, of both calls.
    let status = unsafe { tacos_last_error(text.at().cast(), capacity, needed.at()) };
    assert_eq!(known(status), tacos_status::Ok);
    if capacity > 0 {
        // SAFETY: the piece's own bytes.
        let bytes = unsafe { std::slice::from_raw_parts(text.at(), capacity) };
        let end = bytes.iter().position(|byte| *byte == 0).expect("ended by a zero");
        std::str::from_utf8(&bytes[..end]).expect("cut between characters");
        assert!(needed.get() > end);
    }
    let got = twice(source, |buffer, out| unsafe { tacos_last_failure(buffer, out) });
    if let Some((at, room)) = got {
        let failure: tacos_failure = behind(at, &room);
        room.holds_text(failure.text);
    }
}

/// Counts of every event that an input may have made add up.
pub fn add_up(engine: tacos_engine) {
    for event in ["evt_1", "evt_2"] {
        let (mut memory, mut out) = (Memory::default(), Output::<tacos_counts>::new());
        let event = memory.word(event);
        // SAFETY: the crate's contract.
        if let Some(counts) = checked(unsafe { tacos_counts_of(engine, event, out.at()) }, &out) {
            assert_eq!(total(counts), counts.total);
        }
    }
}
