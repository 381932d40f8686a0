// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! What answers to writes look like, and how they are filled in.

use std::ffi::c_void;

use tacos::Reply;

use super::tacos_body;
use crate::abi::{tacos_id, tacos_list, tacos_token};
use crate::answer::{Answer, Body, id, places, unless_never};
use crate::arena::Arena;
use crate::number::Number;

/// A place in the line at one moment.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_queue_place {
    /// A `tacos_queue_state`: how it stands.
    pub state: u32,
    /// 1 is next; 0 where there is no position (not waiting, or the order is not drawn yet).
    pub position: u32,
    /// 1 if `eta_ms` is known.
    pub has_eta: u32,
    /// Zero.
    pub reserved: u32,
    /// Expected wait from the measured outflow, in milliseconds; 0 when nothing is known.
    pub eta_ms: u64,
    /// The place is lost at this moment unless something happens; 0 while nothing can end it.
    pub expires_at_ms: u64,
}

impl tacos_queue_place {
    pub(crate) fn of(from: &tacos::views::QueuePlace) -> Self {
        Self {
            state: from.state.number(),
            position: from.position,
            has_eta: from.eta_ms.is_some().into(),
            reserved: 0,
            eta_ms: from.eta_ms.unwrap_or(0),
            expires_at_ms: unless_never(from.expires_at),
        }
    }
}

/// An event was created or changed.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_event_changed {
    /// The engine's own number of the event.
    pub number: u32,
    /// Zero.
    pub reserved: u32,
    /// When.
    pub at_ms: u64,
}

impl tacos_event_changed {
    pub(crate) fn of(from: &tacos::EventChanged) -> Self {
        Self {
            number: from.number,
            reserved: 0,
            at_ms: unless_never(from.at),
        }
    }
}

/// Seats are held.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_reserved {
    /// The reservation.
    pub id: tacos_id,
    /// Their price together, in minor units of the event's currency.
    pub total_minor: i64,
    /// The hold ends at this moment.
    pub expires_at_ms: u64,
    /// Of `uint32_t`; `tacos_describe` puts them into words: what is held.
    pub places: tacos_list,
    /// The engine's own number of the event.
    pub event_number: u32,
    /// Zero.
    pub reserved: u32,
}

impl tacos_reserved {
    pub(crate) fn of(from: &tacos::Reserved, arena: &mut Arena) -> Self {
        Self {
            id: id(from.id.to_bytes()),
            total_minor: from.total_minor,
            expires_at_ms: unless_never(from.expires_at),
            places: places(&from.places, arena),
            event_number: from.event,
            reserved: 0,
        }
    }
}

/// A hold lasts longer.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_extended {
    /// The reservation.
    pub id: tacos_id,
    /// The hold now ends at this moment.
    pub expires_at_ms: u64,
    /// By how much it was extended, in milliseconds.
    pub extended_ms: u64,
}

impl tacos_extended {
    pub(crate) fn of(from: &tacos::Extended) -> Self {
        Self {
            id: id(from.id.to_bytes()),
            expires_at_ms: unless_never(from.expires_at),
            extended_ms: from.extended_ms,
        }
    }
}

/// Places were given back.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_released {
    /// The reservation.
    pub id: tacos_id,
    /// When.
    pub at_ms: u64,
    /// Of `uint32_t`; `tacos_describe` puts them into words: what was given back.
    pub places: tacos_list,
    /// The engine's own number of the event.
    pub event_number: u32,
    /// A `tacos_reservation_state`: where the reservation stands now; still Pending if a part was given back.
    pub state: u32,
}

impl tacos_released {
    pub(crate) fn of(from: &tacos::Released, arena: &mut Arena) -> Self {
        Self {
            id: id(from.id.to_bytes()),
            at_ms: unless_never(from.at),
            places: places(&from.places, arena),
            event_number: from.event,
            state: from.state.number(),
        }
    }
}

/// A hold became a sale.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_confirmed {
    /// The reservation; its order is `order`.
    pub id: tacos_id,
    /// Their price together, in minor units.
    pub total_minor: i64,
    /// When.
    pub at_ms: u64,
    /// Of `uint32_t`; `tacos_describe` puts them into words: what is sold.
    pub places: tacos_list,
    /// The engine's own number of the event.
    pub event_number: u32,
    /// Zero.
    pub reserved: u32,
}

impl tacos_confirmed {
    pub(crate) fn of(from: &tacos::Confirmed, arena: &mut Arena) -> Self {
        Self {
            id: id(from.id.to_bytes()),
            total_minor: from.total_minor,
            at_ms: unless_never(from.at),
            places: places(&from.places, arena),
            event_number: from.event,
            reserved: 0,
        }
    }
}

/// A payment intent, as it stands after a write.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_payment_changed {
    /// The intent.
    pub id: tacos_id,
    /// When it came to stand there.
    pub at_ms: u64,
    /// The intent's life ends at this moment.
    pub expires_at_ms: u64,
    /// What this write paid back, in minor units.
    pub refunded_minor: i64,
    /// A `tacos_payment_state`: where it stands.
    pub state: u32,
    /// Refunds that the intent has had so far; a refund made by this write is counted.
    pub refund_number: u32,
    /// A `tacos_payment_effect`: what became of the reservation.
    pub effect: u32,
    /// Zero.
    pub reserved: u32,
}

impl tacos_payment_changed {
    pub(crate) fn of(from: &tacos::PaymentChanged) -> Self {
        Self {
            id: id(from.id.to_bytes()),
            at_ms: unless_never(from.at),
            expires_at_ms: unless_never(from.expires_at),
            refunded_minor: from.refunded_minor,
            state: from.state.number(),
            refund_number: from.refund_number,
            effect: from.effect.number(),
            reserved: 0,
        }
    }
}

/// A place in the line.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_joined {
    /// The credential for this place.
    pub token: tacos_token,
    /// The place, as `QueuePlace` of the moment.
    pub place: tacos_queue_place,
    /// True if this session had the place already.
    pub again: u32,
    /// Zero.
    pub reserved: u32,
}

impl tacos_joined {
    pub(crate) fn of(from: &tacos::Joined) -> Self {
        Self {
            token: tacos_token { bytes: from.token.to_bytes() },
            place: tacos_queue_place::of(&from.place),
            again: from.again.into(),
            reserved: 0,
        }
    }
}

/// The right to reserve.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_admitted {
    /// The credential for it.
    pub token: tacos_token,
    /// It ends at this moment.
    pub valid_until_ms: u64,
}

impl tacos_admitted {
    pub(crate) fn of(from: &tacos::Admitted) -> Self {
        Self {
            token: tacos_token { bytes: from.token.to_bytes() },
            valid_until_ms: unless_never(from.valid_until),
        }
    }
}

/// Something was done, at a moment.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_done {
    /// When.
    pub at_ms: u64,
}

impl tacos_done {
    pub(crate) fn of(from: &tacos::Done) -> Self {
        Self {
            at_ms: unless_never(from.at),
        }
    }
}

/// Writes the body of an answer.
pub(crate) fn put(reply: &Reply, arena: &mut Arena) -> (tacos_body, *const c_void) {
    match reply {
        Reply::Event(reply) => reply.put(arena),
        Reply::Reserved(reply) => reply.put(arena),
        Reply::Extended(reply) => reply.put(arena),
        Reply::Released(reply) => reply.put(arena),
        Reply::Confirmed(reply) => reply.put(arena),
        Reply::Payment(reply) => reply.put(arena),
        Reply::Joined(reply) => reply.put(arena),
        Reply::Admitted(reply) => reply.put(arena),
        Reply::Done(reply) => reply.put(arena),
    }
}

impl From<tacos::EventChanged> for Answer {
    fn from(reply: tacos::EventChanged) -> Self {
        Self::Reply(Reply::Event(reply))
    }
}

impl Body for tacos::EventChanged {
    fn put(&self, arena: &mut Arena) -> (tacos_body, *const c_void) {
        let body = tacos_event_changed::of(self);
        (tacos_body::Event, arena.put(body).cast())
    }
}

impl From<tacos::Reserved> for Answer {
    fn from(reply: tacos::Reserved) -> Self {
        Self::Reply(Reply::Reserved(reply))
    }
}

impl Body for tacos::Reserved {
    fn put(&self, arena: &mut Arena) -> (tacos_body, *const c_void) {
        let body = tacos_reserved::of(self, arena);
        (tacos_body::Reserved, arena.put(body).cast())
    }
}

impl From<tacos::Extended> for Answer {
    fn from(reply: tacos::Extended) -> Self {
        Self::Reply(Reply::Extended(reply))
    }
}

impl Body for tacos::Extended {
    fn put(&self, arena: &mut Arena) -> (tacos_body, *const c_void) {
        let body = tacos_extended::of(self);
        (tacos_body::Extended, arena.put(body).cast())
    }
}

impl From<tacos::Released> for Answer {
    fn from(reply: tacos::Released) -> Self {
        Self::Reply(Reply::Released(reply))
    }
}

impl Body for tacos::Released {
    fn put(&self, arena: &mut Arena) -> (tacos_body, *const c_void) {
        let body = tacos_released::of(self, arena);
        (tacos_body::Released, arena.put(body).cast())
    }
}

impl From<tacos::Confirmed> for Answer {
    fn from(reply: tacos::Confirmed) -> Self {
        Self::Reply(Reply::Confirmed(reply))
    }
}

impl Body for tacos::Confirmed {
    fn put(&self, arena: &mut Arena) -> (tacos_body, *const c_void) {
        let body = tacos_confirmed::of(self, arena);
        (tacos_body::Confirmed, arena.put(body).cast())
    }
}

impl From<tacos::PaymentChanged> for Answer {
    fn from(reply: tacos::PaymentChanged) -> Self {
        Self::Reply(Reply::Payment(reply))
    }
}

impl Body for tacos::PaymentChanged {
    fn put(&self, arena: &mut Arena) -> (tacos_body, *const c_void) {
        let body = tacos_payment_changed::of(self);
        (tacos_body::Payment, arena.put(body).cast())
    }
}

impl From<tacos::Joined> for Answer {
    fn from(reply: tacos::Joined) -> Self {
        Self::Reply(Reply::Joined(reply))
    }
}

impl Body for tacos::Joined {
    fn put(&self, arena: &mut Arena) -> (tacos_body, *const c_void) {
        let body = tacos_joined::of(self);
        (tacos_body::Joined, arena.put(body).cast())
    }
}

impl From<tacos::Admitted> for Answer {
    fn from(reply: tacos::Admitted) -> Self {
        Self::Reply(Reply::Admitted(reply))
    }
}

impl Body for tacos::Admitted {
    fn put(&self, arena: &mut Arena) -> (tacos_body, *const c_void) {
        let body = tacos_admitted::of(self);
        (tacos_body::Admitted, arena.put(body).cast())
    }
}

impl From<tacos::Done> for Answer {
    fn from(reply: tacos::Done) -> Self {
        Self::Reply(Reply::Done(reply))
    }
}

impl Body for tacos::Done {
    fn put(&self, arena: &mut Arena) -> (tacos_body, *const c_void) {
        let body = tacos_done::of(self);
        (tacos_body::Done, arena.put(body).cast())
    }
}
