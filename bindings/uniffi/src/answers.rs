//! Answers as bytes. What the engine found is put into words only when it may be seen, by the thread that fetches it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tacos_engine::views::{Cursor, Page, PaymentView, ReservationView};
use tacos_engine::{Engine, Error, Failure, Refusal, Reply};

use crate::codec::{Output, PAYMENT, PAYMENTS, Put, RESERVATION, RESERVATIONS};

/// What an answer begins with.
mod outcome {
    pub(super) const VALUE: u8 = 0;
    pub(super) const REFUSED: u8 = 1;
    pub(super) const CLOSED: u8 = 2;
    pub(super) const POISONED: u8 = 3;
    pub(super) const PANICKED: u8 = 4;
}

/// What the engine found, not yet in words.
#[derive(Debug)]
pub(crate) enum Found {
    Reply(Reply),
    Reservation(Box<ReservationView>),
    Reservations(Page<ReservationView>),
    Payment(Box<PaymentView>),
    Payments(Page<PaymentView>),
}

impl Put for Found {
    fn put(&self, out: &mut Output<'_>) {
        match self {
            Self::Reply(reply) => out.put(reply),
            Self::Reservation(view) => {
                out.tag(RESERVATION);
                out.put(view.as_ref());
            }
            Self::Reservations(page) => {
                out.tag(RESERVATIONS);
                out.put(page);
            }
            Self::Payment(view) => {
                out.tag(PAYMENT);
                out.put(view.as_ref());
            }
            Self::Payments(page) => {
                out.tag(PAYMENTS);
                out.put(page);
            }
        }
    }
}

impl<T: Put> Put for Page<T> {
    fn put(&self, out: &mut Output<'_>) {
        out.list(&self.items);
        out.bytes_maybe(self.next.map(Cursor::to_bytes).as_ref().map(<[u8; 16]>::as_slice));
    }
}

/// Puts an answer into words. One that cannot be put into words must not take the others of its batch with it.
pub(crate) fn answer(engine: &Engine, result: &Result<Found, Failure>) -> Vec<u8> {
    let words = AssertUnwindSafe(|| match result {
        Ok(found) => value(engine, |out| out.put(found)),
        Err(failure) => failed(engine, failure),
    });
    catch_unwind(words).unwrap_or_else(|_| vec![outcome::PANICKED])
}

/// An answer that is a value.
pub(crate) fn value(engine: &Engine, put: impl FnOnce(&mut Output<'_>)) -> Vec<u8> {
    let mut out = Output::new(engine);
    out.tag(outcome::VALUE);
    put(&mut out);
    out.into_bytes()
}

fn failed(engine: &Engine, failure: &Failure) -> Vec<u8> {
    match failure {
        Failure::Refused(refusal) => refused(engine, refusal),
        Failure::Broken(Error::Closed) => closed(),
        Failure::Broken(error) => {
            let mut out = Output::new(engine);
            out.tag(outcome::POISONED);
            match error {
                Error::Poisoned { cause } => out.put(cause),
                newer => out.text(newer),
            }
            out.into_bytes()
        }
    }
}

/// An answer that is a refusal: its name for machines, its text for a person, what to do about it, what it is about.
pub(crate) fn refused(engine: &Engine, refusal: &Refusal) -> Vec<u8> {
    let mut out = Output::new(engine);
    out.tag(outcome::REFUSED);
    out.put(refusal.code());
    out.text(refusal);
    out.put(&refusal.is_transient());
    out.put(&refusal.retry_after());
    out.put(refusal);
    out.into_bytes()
}

/// The answer of an engine that is closed.
pub(crate) fn closed() -> Vec<u8> {
    vec![outcome::CLOSED]
}
