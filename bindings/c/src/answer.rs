//! The answer to any command, and how it is written into a caller's buffer.

use std::ffi::c_void;

use tacos::views::{Page, PaymentView, ReservationView};
use tacos::{Completion, Reply, UnixMs};

use crate::abi::{tacos_id, tacos_list};
use crate::arena::Arena;
use crate::failure;
use crate::replies::{bodies, tacos_answer, tacos_body};
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
        Answer::Reply(reply) => bodies::put(reply, arena),
        Answer::Reservation(view) => {
            let view = views::tacos_reservation_view::of(view, arena);
            (tacos_body::ReservationView, arena.put(view).cast())
        }
        Answer::Reservations(page) => {
            let page = views::reservation_page(page, arena);
            (tacos_body::ReservationPage, arena.put(page).cast())
        }
        Answer::Payment(view) => {
            let view = views::tacos_payment_view::of(view, arena);
            (tacos_body::PaymentView, arena.put(view).cast())
        }
        Answer::Payments(page) => {
            let page = views::payment_page(page, arena);
            (tacos_body::PaymentPage, arena.put(page).cast())
        }
        Answer::Wake => unreachable!("taken out before answers are written"),
    }
}

pub(crate) fn id(bytes: [u8; 16]) -> tacos_id {
    tacos_id { bytes }
}

/// A list of `uint32_t`: a packed place is its number and nothing else.
pub(crate) fn places(places: &[tacos::PackedPlace], arena: &mut Arena) -> tacos_list {
    arena.list(places)
}

/// A moment; 0, as everywhere for none, where it is never.
pub(crate) fn unless_never(moment: UnixMs) -> u64 {
    if moment < UnixMs::MAX { moment.get() } else { 0 }
}
