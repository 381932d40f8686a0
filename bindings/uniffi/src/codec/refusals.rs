// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! Refusals into bytes: what they name.

use tacos_engine as tacos;

use super::{Output, Put};

impl Put for tacos::Refusal {
    fn put(&self, out: &mut Output<'_>) {
        match self {
            Self::Invalid(value_0) => {
                out.tag(0);
                out.list(value_0);
            }
            Self::IdempotencyRequired => {
                out.tag(1);
            }
            Self::IdempotencyConflict => {
                out.tag(2);
            }
            Self::UnknownEvent => {
                out.tag(3);
            }
            Self::EventExists => {
                out.tag(4);
            }
            Self::UnknownSeats(value_0) => {
                out.tag(5);
                out.list(value_0);
            }
            Self::UnknownSection(value_0) => {
                out.tag(6);
                out.put(value_0);
            }
            Self::UnknownReservation => {
                out.tag(7);
            }
            Self::UnknownPayment => {
                out.tag(8);
            }
            Self::UnknownWebhook => {
                out.tag(9);
            }
            Self::UnknownToken => {
                out.tag(10);
            }
            Self::TokenExpired => {
                out.tag(11);
            }
            Self::SaleNotOpen(value_0) => {
                out.tag(12);
                out.put(value_0);
            }
            Self::AlreadyWaiting => {
                out.tag(13);
            }
            Self::LeftLine => {
                out.tag(14);
            }
            Self::NoWaitingLine => {
                out.tag(15);
            }
            Self::NotYet => {
                out.tag(16);
            }
            Self::AdmissionPaused => {
                out.tag(17);
            }
            Self::SeatsTaken(value_0) => {
                out.tag(18);
                out.list(value_0);
            }
            Self::Insufficient { wanted, available } => {
                out.tag(19);
                out.put(wanted);
                out.put(available);
            }
            Self::NotAdjacent { wanted } => {
                out.tag(20);
                out.put(wanted);
            }
            Self::QuotaExceeded { seats_max, seats } => {
                out.tag(21);
                out.put(seats_max);
                out.put(seats);
            }
            Self::Forbidden => {
                out.tag(22);
            }
            Self::ReservationExpired => {
                out.tag(23);
            }
            Self::ReservationIs(value_0) => {
                out.tag(24);
                out.put(value_0);
            }
            Self::PaymentIs(value_0) => {
                out.tag(25);
                out.put(value_0);
            }
            Self::PaymentNotApproved(value_0) => {
                out.tag(26);
                out.put(value_0);
            }
            Self::PaymentExists => {
                out.tag(27);
            }
            Self::ExtensionRefused(value_0) => {
                out.tag(28);
                out.put(value_0);
            }
            Self::RefundTooLarge { left_minor } => {
                out.tag(29);
                out.put(left_minor);
            }
            Self::SeatsDiffer => {
                out.tag(30);
            }
            Self::ExternalExists => {
                out.tag(31);
            }
            Self::NotDue(value_0) => {
                out.tag(32);
                out.put(value_0);
            }
            Self::AtCapacity(value_0) => {
                out.tag(33);
                out.put(value_0);
            }
            _ => out.tag(255),
        }
    }
}

impl Put for tacos::PaymentDoubt {
    fn put(&self, out: &mut Output<'_>) {
        match self {
            Self::Unknown => {
                out.tag(0);
            }
            Self::Foreign => {
                out.tag(1);
            }
            Self::Unfinished(value_0) => {
                out.tag(2);
                out.put(value_0);
            }
            Self::AmountDiffers => {
                out.tag(3);
            }
        }
    }
}

impl Put for tacos::ExtensionDoubt {
    fn put(&self, out: &mut Output<'_>) {
        match self {
            Self::AlreadyExtended => {
                out.tag(0);
            }
            Self::TooLong { extension_ms_max } => {
                out.tag(1);
                out.put(extension_ms_max);
            }
            Self::PastMaximum => {
                out.tag(2);
            }
        }
    }
}

impl Put for tacos::Problem {
    fn put(&self, out: &mut Output<'_>) {
        out.put(&self.field);
        out.put(&self.reason);
        out.put(&self.value);
    }
}
