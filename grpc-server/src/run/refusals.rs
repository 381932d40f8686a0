// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! Refusals as messages.

use tacos_engine as tacos;
use tacos_proto::command::v1 as wire;

use super::show::{Show, Shown};

/// What a refusal carries, beside its code and its text.
pub(crate) fn carried(refusal: &tacos::Refusal, out: &mut Shown<'_>, refused: &mut wire::Refused) {
    use tacos::Refusal;
    match refusal {
        Refusal::Invalid(value) => {
            refused.problems = out.list(value);
        }
        Refusal::UnknownSeats(value) => {
            refused.seats = out.list(value);
        }
        Refusal::UnknownSection(value) => {
            refused.section = Some(out.put(value));
        }
        Refusal::SaleNotOpen(value) => {
            refused.sale_state = Some(out.put(value));
        }
        Refusal::SeatsTaken(value) => {
            refused.seats = out.list(value);
        }
        Refusal::Insufficient { wanted, available } => {
            refused.wanted = Some(out.put(wanted));
            refused.available = Some(out.put(available));
        }
        Refusal::NotAdjacent { wanted } => {
            refused.wanted = Some(out.put(wanted));
        }
        Refusal::QuotaExceeded { seats_max, seats } => {
            refused.seats_max = Some(out.put(seats_max));
            refused.seats_now = Some(out.put(seats));
        }
        Refusal::ReservationIs(value) => {
            refused.reservation_state = Some(out.put(value));
        }
        Refusal::PaymentIs(value) => {
            refused.payment_state = Some(out.put(value));
        }
        Refusal::PaymentNotApproved(value) => {
            refused.payment_doubt = Some(out.put(value));
            if let tacos::PaymentDoubt::Unfinished(inner) = value {
                refused.payment_state = Some(out.put(inner));
            }
        }
        Refusal::ExtensionRefused(value) => {
            refused.extension_doubt = Some(out.put(value));
            if let tacos::ExtensionDoubt::TooLong { extension_ms_max } = value {
                refused.extension_max_ms = Some(out.put(extension_ms_max));
            }
        }
        Refusal::RefundTooLarge { left_minor } => {
            refused.left_minor = Some(out.put(left_minor));
        }
        Refusal::NotDue(value) => {
            refused.at_unix_ms = Some(out.put(value));
        }
        Refusal::AtCapacity(value) => {
            refused.bound = Some(out.put(value));
        }
        // Their code says all.
        _ => {}
    }
}

impl Show for tacos::Problem {
    type Wire = wire::Problem;

    fn show(&self, out: &mut Shown<'_>) -> wire::Problem {
        wire::Problem {
            field: out.put(&self.field),
            reason: out.put(&self.reason),
            value: out.put(&self.value),
        }
    }
}

impl Show for tacos::PaymentDoubt {
    type Wire = i32;

    fn show(&self, _: &mut Shown<'_>) -> i32 {
        let word = match self {
            Self::Unknown => wire::PaymentDoubt::Unknown,
            Self::Foreign => wire::PaymentDoubt::Foreign,
            Self::Unfinished(_) => wire::PaymentDoubt::Unfinished,
            Self::AmountDiffers => wire::PaymentDoubt::AmountDiffers,
        };
        word.into()
    }
}

impl Show for tacos::ExtensionDoubt {
    type Wire = i32;

    fn show(&self, _: &mut Shown<'_>) -> i32 {
        let word = match self {
            Self::AlreadyExtended => wire::ExtensionDoubt::AlreadyExtended,
            Self::TooLong { .. } => wire::ExtensionDoubt::TooLong,
            Self::PastMaximum => wire::ExtensionDoubt::PastMaximum,
        };
        word.into()
    }
}
