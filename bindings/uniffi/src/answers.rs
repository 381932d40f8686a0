//! Answers as data. What the engine found is put into words only when it may be seen, by the thread that fetches it.

use tacos_engine::views::{Cursor, Page, PaymentView, ReservationView};
use tacos_engine::{
    Admitted, Confirmed, Engine, Error, Extended, Failure, Joined, PaymentChanged, Released, Reply, Reserved,
};

use crate::event::RawQueuePolicy;
use crate::refusal::{RawPaymentState, RawRefusal, RawReservationState};
use crate::text::{signed, unix_ms};
use crate::views::{
    RawCounts, RawEffect, RawEvent, RawPayment, RawPlace, RawQueue, RawQueuePlace, RawReservation, RawSeat,
    RawSectionView, RawStatus, RawWebhook, places,
};

/// What the engine found, not yet in words.
#[derive(Debug)]
pub(crate) enum Found {
    Reply(Reply),
    Reservation(Box<ReservationView>),
    Reservations(Page<ReservationView>),
    Payment(Box<PaymentView>),
    Payments(Page<PaymentView>),
}

/// An answer that came later, with the number that its request was given.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawCompletion {
    pub tag: i64,
    pub answer: RawAnswer,
}

/// What page comes next.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawPage {
    /// The beginning of the next page; absent after the last.
    pub next: Option<Vec<u8>>,
}

/// Any answer.
#[derive(Clone, Debug, uniffi::Enum)]
pub(crate) enum RawAnswer {
    Refused {
        refusal: RawRefusal,
        /// The refusal's name for machines.
        code: String,
        text: String,
        transient: bool,
    },
    Closed,
    Poisoned {
        cause: String,
    },
    /// The engine panicked while it put this answer into words: a bug. A write was made all the same.
    Panicked,
    EventChanged {
        at_ms: i64,
    },
    Reserved {
        id: String,
        hold: String,
        event: String,
        places: Vec<RawPlace>,
        total_minor: i64,
        expires_at_ms: i64,
    },
    Extended {
        id: String,
        expires_at_ms: i64,
        extended_ms: i64,
    },
    Released {
        id: String,
        event: String,
        state: RawReservationState,
        places: Vec<RawPlace>,
        at_ms: i64,
    },
    Confirmed {
        id: String,
        order: String,
        event: String,
        places: Vec<RawPlace>,
        total_minor: i64,
        at_ms: i64,
    },
    PaymentChanged {
        id: String,
        transaction: String,
        state: RawPaymentState,
        at_ms: i64,
        expires_at_ms: i64,
        refunded_minor: i64,
        refund_number: i32,
        effect: RawEffect,
    },
    Joined {
        token: String,
        place: RawQueuePlace,
        again: bool,
    },
    Admitted {
        token: String,
        valid_until_ms: i64,
    },
    Done {
        at_ms: i64,
    },
    Reservation {
        view: RawReservation,
    },
    Reservations {
        views: Vec<RawReservation>,
        page: RawPage,
    },
    Payment {
        view: RawPayment,
    },
    Payments {
        views: Vec<RawPayment>,
        page: RawPage,
    },
    Event {
        view: RawEvent,
    },
    Events {
        views: Vec<RawEvent>,
    },
    EventSnapshot {
        view: RawEvent,
        seats: Vec<RawSeat>,
        position: i64,
    },
    Counts {
        counts: RawCounts,
    },
    Sections {
        sections: Vec<RawSectionView>,
    },
    Seats {
        seats: Vec<RawSeat>,
    },
    QueuePlace {
        place: RawQueuePlace,
    },
    Queue {
        queue: RawQueue,
    },
    QueuePolicy {
        policy: RawQueuePolicy,
    },
    Draw {
        commitment: Vec<u8>,
        seed: Option<Vec<u8>>,
    },
    Text {
        text: String,
    },
    Webhooks {
        webhooks: Vec<RawWebhook>,
        next_at_ms: Option<i64>,
    },
    Note {
        value: Option<Vec<u8>>,
    },
    Notes {
        notes: Vec<RawNote>,
    },
    Status {
        status: RawStatus,
    },
    Number {
        number: i64,
    },
    Bytes {
        bytes: Vec<u8>,
    },
}

/// A durable note.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawNote {
    pub name: String,
    pub value: Vec<u8>,
}

impl From<Failure> for RawAnswer {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => {
                let (text, code) = (refusal.to_string(), refusal.code().to_owned());
                let transient = refusal.is_transient();
                Self::Refused { refusal: refusal.into(), code, text, transient }
            }
            Failure::Broken(Error::Closed) => Self::Closed,
            Failure::Broken(Error::Poisoned { cause }) => Self::Poisoned { cause },
            Failure::Broken(newer) => Self::Poisoned { cause: newer.to_string() },
        }
    }
}

/// Puts an answer into words.
pub(crate) fn answer(engine: &Engine, result: Result<Found, Failure>) -> RawAnswer {
    match result {
        Err(failure) => failure.into(),
        Ok(Found::Reply(reply)) => from_reply(engine, reply),
        Ok(Found::Reservation(view)) => RawAnswer::Reservation { view: RawReservation::new(engine, &view) },
        Ok(Found::Payment(view)) => RawAnswer::Payment { view: (*view).into() },
        Ok(Found::Reservations(page)) => RawAnswer::Reservations {
            views: page.items.iter().map(|view| RawReservation::new(engine, view)).collect(),
            page: next(page.next),
        },
        Ok(Found::Payments(found)) => {
            let page = next(found.next);
            RawAnswer::Payments { views: found.items.into_iter().map(RawPayment::from).collect(), page }
        }
    }
}

fn next(cursor: Option<Cursor>) -> RawPage {
    RawPage { next: cursor.map(|cursor| cursor.to_bytes().to_vec()) }
}

fn event_id(engine: &Engine, number: u32) -> String {
    engine.event_id(number).map(|id| id.to_string()).unwrap_or_default()
}

fn from_reply(engine: &Engine, reply: Reply) -> RawAnswer {
    match reply {
        Reply::Event(changed) => RawAnswer::EventChanged { at_ms: unix_ms(changed.at) },
        Reply::Reserved(Reserved { id, event, places: held, total_minor, expires_at, .. }) => {
            RawAnswer::Reserved {
                id: id.to_string(),
                hold: id.hold().to_string(),
                event: event_id(engine, event),
                places: places(engine, event, &held),
                total_minor,
                expires_at_ms: unix_ms(expires_at),
            }
        }
        Reply::Extended(Extended { id, expires_at, extended_ms, .. }) => RawAnswer::Extended {
            id: id.to_string(),
            expires_at_ms: unix_ms(expires_at),
            extended_ms: signed(extended_ms),
        },
        Reply::Released(Released { id, event, state, places: freed, at, .. }) => RawAnswer::Released {
            id: id.to_string(),
            event: event_id(engine, event),
            state: state.into(),
            places: places(engine, event, &freed),
            at_ms: unix_ms(at),
        },
        Reply::Confirmed(Confirmed { id, event, places: sold, total_minor, at, .. }) => {
            RawAnswer::Confirmed {
                id: id.to_string(),
                order: id.order().to_string(),
                event: event_id(engine, event),
                places: places(engine, event, &sold),
                total_minor,
                at_ms: unix_ms(at),
            }
        }
        Reply::Payment(changed) => from_payment(&changed),
        Reply::Joined(Joined { token, place, again, .. }) => {
            RawAnswer::Joined { token: token.to_string(), place: place.into(), again }
        }
        Reply::Admitted(Admitted { token, valid_until, .. }) => {
            RawAnswer::Admitted { token: token.to_string(), valid_until_ms: unix_ms(valid_until) }
        }
        Reply::Done(done) => RawAnswer::Done { at_ms: unix_ms(done.at) },
    }
}

fn from_payment(changed: &PaymentChanged) -> RawAnswer {
    RawAnswer::PaymentChanged {
        id: changed.id.to_string(),
        transaction: changed.id.transaction().to_string(),
        state: changed.state.into(),
        at_ms: unix_ms(changed.at),
        expires_at_ms: unix_ms(changed.expires_at),
        refunded_minor: changed.refunded_minor,
        refund_number: i32::try_from(changed.refund_number).unwrap_or(i32::MAX),
        effect: changed.effect.into(),
    }
}
