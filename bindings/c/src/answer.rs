//! The answer to any command, and how it is written into a caller's buffer.

use std::ffi::c_void;

use tacos::views::{Page, PaymentView, QueuePlace, ReservationView};
use tacos::{Completion, Reply, UnixMs};

use crate::abi::{tacos_id, tacos_list, tacos_token};
use crate::arena::Arena;
use crate::failure;
use crate::numbers::Number;
use crate::replies::{
    tacos_admitted, tacos_answer, tacos_body, tacos_confirmed, tacos_done, tacos_event_changed,
    tacos_extended, tacos_joined, tacos_payment_changed, tacos_queue_place, tacos_released, tacos_reserved,
};
use crate::status::tacos_status;
use crate::views;

/// What a command can answer.
#[derive(Debug)]
pub(crate) enum Answer {
    Reply(Reply),
    Reservation(Box<ReservationView>),
    Reservations(Page<ReservationView>),
    Payment(Box<PaymentView>),
    Payments(Page<PaymentView>),
    /// Not an answer: wakes a thread that waits for answers when the engine closes. Nobody outside sees it.
    Wake,
}

/// Writes an answer with its body.
pub(crate) fn put(completion: &Completion<Answer>, arena: &mut Arena) -> tacos_answer {
    let (status, kind, body) = match &completion.result {
        Ok(answer) => {
            let (kind, body) = put_body(answer, arena);
            (tacos_status::Ok, kind, body)
        }
        Err(failed) => {
            let (status, body) = failure::put(failed, arena);
            (status, tacos_body::Failure, body.cast())
        }
    };
    tacos_answer { tag: completion.tag, status: status as u32, kind: kind as u32, body }
}

fn put_body(answer: &Answer, arena: &mut Arena) -> (tacos_body, *const c_void) {
    match answer {
        Answer::Reply(reply) => put_reply(reply, arena),
        Answer::Reservation(view) => {
            let view = views::reservation(view, arena);
            (tacos_body::ReservationView, arena.put(view).cast())
        }
        Answer::Reservations(page) => {
            let page = views::reservation_page(page, arena);
            (tacos_body::ReservationPage, arena.put(page).cast())
        }
        Answer::Payment(view) => {
            let view = views::payment(view, arena);
            (tacos_body::PaymentView, arena.put(view).cast())
        }
        Answer::Payments(page) => {
            let page = views::payment_page(page, arena);
            (tacos_body::PaymentPage, arena.put(page).cast())
        }
        Answer::Wake => unreachable!("taken out before answers are written"),
    }
}

fn put_reply(reply: &Reply, arena: &mut Arena) -> (tacos_body, *const c_void) {
    match reply {
        Reply::Event(reply) => {
            let body = tacos_event_changed { number: reply.number, reserved: 0, at_ms: reply.at.get() };
            (tacos_body::Event, arena.put(body).cast())
        }
        Reply::Reserved(reply) => {
            let body = tacos_reserved {
                id: id(reply.id.to_bytes()),
                total_minor: reply.total_minor,
                expires_at_ms: reply.expires_at.get(),
                places: places(&reply.places, arena),
                event_number: reply.event,
                reserved: 0,
            };
            (tacos_body::Reserved, arena.put(body).cast())
        }
        Reply::Extended(reply) => {
            let (id, expires_at_ms) = (id(reply.id.to_bytes()), reply.expires_at.get());
            let body = tacos_extended { id, expires_at_ms, extended_ms: reply.extended_ms };
            (tacos_body::Extended, arena.put(body).cast())
        }
        Reply::Released(reply) => {
            let body = tacos_released {
                id: id(reply.id.to_bytes()),
                at_ms: reply.at.get(),
                places: places(&reply.places, arena),
                event_number: reply.event,
                state: reply.state.number(),
            };
            (tacos_body::Released, arena.put(body).cast())
        }
        Reply::Confirmed(reply) => {
            let body = tacos_confirmed {
                id: id(reply.id.to_bytes()),
                total_minor: reply.total_minor,
                at_ms: reply.at.get(),
                places: places(&reply.places, arena),
                event_number: reply.event,
                reserved: 0,
            };
            (tacos_body::Confirmed, arena.put(body).cast())
        }
        Reply::Payment(_) | Reply::Joined(_) | Reply::Admitted(_) | Reply::Done(_) => {
            put_other_reply(reply, arena)
        }
    }
}

fn put_other_reply(reply: &Reply, arena: &mut Arena) -> (tacos_body, *const c_void) {
    match reply {
        Reply::Payment(reply) => {
            let body = tacos_payment_changed {
                id: id(reply.id.to_bytes()),
                at_ms: reply.at.get(),
                expires_at_ms: reply.expires_at.get(),
                refunded_minor: reply.refunded_minor,
                state: reply.state.number(),
                refund_number: reply.refund_number,
                effect: reply.effect.number(),
                reserved: 0,
            };
            (tacos_body::Payment, arena.put(body).cast())
        }
        Reply::Joined(reply) => {
            let token = tacos_token { bytes: reply.token.to_bytes() };
            let place = queue_place(&reply.place);
            let body = tacos_joined { token, place, again: reply.again.into(), reserved: 0 };
            (tacos_body::Joined, arena.put(body).cast())
        }
        Reply::Admitted(reply) => {
            let token = tacos_token { bytes: reply.token.to_bytes() };
            let body = tacos_admitted { token, valid_until_ms: reply.valid_until.get() };
            (tacos_body::Admitted, arena.put(body).cast())
        }
        Reply::Done(reply) => (tacos_body::Done, arena.put(tacos_done { at_ms: reply.at.get() }).cast()),
        Reply::Event(_)
        | Reply::Reserved(_)
        | Reply::Extended(_)
        | Reply::Released(_)
        | Reply::Confirmed(_) => unreachable!("handled by the caller: {reply:?}"),
    }
}

pub(crate) fn id(bytes: [u8; 16]) -> tacos_id {
    tacos_id { bytes }
}

pub(crate) fn places(places: &[tacos::PackedPlace], arena: &mut Arena) -> tacos_list {
    let numbers: Vec<u32> = places.iter().map(|place| place.bits()).collect();
    arena.list(&numbers)
}

pub(crate) fn queue_place(place: &QueuePlace) -> tacos_queue_place {
    tacos_queue_place {
        state: place.state.number(),
        position: place.position,
        has_eta: place.eta_ms.is_some().into(),
        reserved: 0,
        eta_ms: place.eta_ms.unwrap_or(0),
        expires_at_ms: unless_never(place.expires_at),
    }
}

/// A moment; 0, as everywhere for none, where it is never.
pub(crate) fn unless_never(moment: UnixMs) -> u64 {
    if moment < UnixMs::MAX { moment.get() } else { 0 }
}
