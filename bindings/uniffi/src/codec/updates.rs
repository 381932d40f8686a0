// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! Updates into bytes.

use tacos_engine as tacos;

use super::{Output, Put};

impl Put for tacos::Update {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.position);
        out.put(&self.at);
        out.put(&self.event);
        out.put(&self.what);
    }
}

impl Put for tacos::UpdateKind {
    fn put(&self, out: &mut Output<'_>) {
        match self {
            Self::EventCreated => {
                out.tag(0);
            }
            Self::EventChanged => {
                out.tag(1);
            }
            Self::Sale(value_0) => {
                out.tag(2);
                out.put(value_0);
            }
            Self::QueuePaused(value_0) => {
                out.tag(3);
                out.put(value_0);
            }
            Self::RoomDrawn(value_0) => {
                out.tag(4);
                out.bytes(value_0);
            }
            Self::Seats(value_0) => {
                out.tag(5);
                out.changes(value_0);
            }
            Self::Reservation(value_0) => {
                out.tag(6);
                out.put(value_0);
            }
            Self::HoldExpiring { id, user, expires_at } => {
                out.tag(7);
                out.put(id);
                out.put(user);
                out.put(expires_at);
            }
            Self::Payment(value_0) => {
                out.tag(8);
                out.put(value_0);
            }
            Self::Webhook(value_0) => {
                out.tag(9);
                out.put(value_0);
            }
            Self::Joined(value_0) => {
                out.tag(10);
                out.ticket(*value_0);
            }
            Self::Left(value_0) => {
                out.tag(11);
                out.ticket(*value_0);
            }
            Self::Ready(value_0, value_1) => {
                out.tag(12);
                out.tickets(value_0);
                out.put(value_1);
            }
            Self::Admitted(value_0) => {
                out.tag(13);
                out.ticket(*value_0);
                out.admission(*value_0);
            }
            Self::TicketsExpired(value_0) => {
                out.tag(14);
                out.tickets(value_0);
            }
            Self::Note(value_0) => {
                out.tag(15);
                out.put(value_0);
            }
            _ => out.tag(255),
        }
    }
}

impl Put for tacos::ReservationUpdate {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.id);
        out.put(&self.user);
        out.put(&self.from);
        out.put(&self.state);
        out.put(&self.expires_at);
        out.changes(&self.places);
    }
}

impl Put for tacos::PaymentUpdate {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.id);
        out.put(&self.user);
        out.put(&self.state);
        out.put(&self.effect);
        out.put(&self.refunded_minor);
        out.put(&self.reservation);
    }
}
