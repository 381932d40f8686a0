//! The answer to any command, and how it is written into a caller's buffer.

use std::ffi::c_void;

use tacos::views::{Page, PaymentView, ReservationView};
use tacos::{Failure, Reply, UnixMs};

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
    /// Not an answer: wakes a thread that waits for answers when the engine closes. No caller sees it.
    Wake,
}

/// What one command answers. It is written as it is if it is there at once, and becomes an [`Answer`] if it has to wait.
pub(crate) trait Body: Into<Answer> {
    /// Writes it.
    fn put(&self, arena: &mut Arena) -> (tacos_body, *const c_void);
}

/// Writes an answer with its body.
pub(crate) fn put<R: Body>(tag: u64, result: &Result<R, Failure>, arena: &mut Arena) -> tacos_answer {
    let (status, kind, body) = match result {
        Ok(answer) => {
            let (kind, body) = answer.put(arena);
            (tacos_status::Ok, kind, body)
        }
        Err(failed) => {
            let (status, body) = failure::put(failed, arena);
            (status, tacos_body::Failure, body.cast())
        }
    };
    tacos_answer { tag, status: status as u32, kind: kind as u32, body }
}

impl Body for Answer {
    fn put(&self, arena: &mut Arena) -> (tacos_body, *const c_void) {
        match self {
            Self::Reply(reply) => bodies::put(reply, arena),
            Self::Reservation(view) => view.put(arena),
            Self::Reservations(page) => page.put(arena),
            Self::Payment(view) => view.put(arena),
            Self::Payments(page) => page.put(arena),
            Self::Wake => unreachable!("taken out before answers are written"),
        }
    }
}

/// What reads answer, with how it becomes an answer that waits.
macro_rules! shown {
    ($($view:ty as $kind:ident by $of:path, waits as $waits:expr;)*) => {$(
        impl From<$view> for Answer {
            fn from(view: $view) -> Self {
                $waits(view)
            }
        }

        impl Body for $view {
            fn put(&self, arena: &mut Arena) -> (tacos_body, *const c_void) {
                let view = $of(self, arena);
                (tacos_body::$kind, arena.put(view).cast())
            }
        }
    )*};
}
shown! {
    ReservationView as ReservationView by views::tacos_reservation_view::of,
        waits as |view| Self::Reservation(Box::new(view));
    Page<ReservationView> as ReservationPage by views::reservation_page, waits as Self::Reservations;
    PaymentView as PaymentView by views::tacos_payment_view::of, waits as |view| Self::Payment(Box::new(view));
    Page<PaymentView> as PaymentPage by views::payment_page, waits as Self::Payments;
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
