//! The three kinds of no: a [`Refusal`] is an expected answer and changes nothing, an [`Error`] says that the
//! environment is broken, and a bug is an assertion.

use std::fmt;
use std::time::Duration;

use crate::clock::UnixMs;
use crate::describe::described;

described! {
    /// One argument that cannot be taken: which, why, and what was given.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Problem {
        /// The argument's name, as in the command.
        pub field: &'static str,
        /// Why it cannot be taken, for a person.
        pub reason: String,
        /// What was given; empty where showing it would not help, or would tell a secret.
        pub value: String,
    }
}

impl Problem {
    /// A problem with `field`.
    pub fn new(field: &'static str, reason: impl fmt::Display, value: impl fmt::Display) -> Self {
        Self { field, reason: reason.to_string(), value: value.to_string() }
    }
}

described! {
    /// Where a sale stands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[repr(u8)]
    pub enum SaleState {
        /// Created; customers cannot buy yet.
        Draft = 0,
        /// Being sold.
        Open = 1,
        /// Stopped for a while; holds that exist go on.
        Paused = 2,
        /// Over.
        Closed = 3,
    }

    /// Where a reservation stands. Every move is one of: Pending to Confirmed, Cancelled, Expired or Failed; Confirmed
    /// to Refunded; Expired to Confirmed (a late payment whose seats were still free).
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[repr(u8)]
    pub enum ReservationState {
        /// Seats are held until the deadline.
        Pending = 1,
        /// Paid: the seats are sold.
        Confirmed = 2,
        /// Given back by the customer or the service.
        Cancelled = 3,
        /// The hold's time ran out.
        Expired = 4,
        /// The payment failed.
        Failed = 5,
        /// Paid back in full; the seats are on sale again.
        Refunded = 6,
    }

    /// Where a payment intent stands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[repr(u8)]
    pub enum PaymentState {
        /// Created, processing has not begun.
        Pending = 1,
        /// Outcome and moment are decided and durable; the moment has not come.
        Processing = 2,
        /// Money taken.
        Completed = 3,
        /// Refused by the simulated processor.
        Failed = 4,
        /// Called off before it completed.
        Cancelled = 5,
        /// No outcome within the intent's life.
        Expired = 6,
        /// Paid back in full.
        Refunded = 7,
    }

    /// Which bound was reached.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Bound {
        /// Events of this engine.
        Events,
        /// Live and remembered reservations.
        Reservations,
        /// Live and remembered payment intents.
        Payments,
        /// Webhooks in the outbox.
        Webhooks,
        /// Remembered idempotency keys.
        IdempotencyKeys,
        /// People in this waiting line.
        WaitingLine,
        /// Durable notes of the embedding service.
        Notes,
        /// Bytes between the callers and the disk: the disk cannot keep up. Try again shortly.
        LogBuffer,
        /// Room on the disk. Reads go on; writes resume when space returns.
        DiskSpace,
    }

    /// An expected "no". It changed nothing and waits for nothing.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum Refusal {
        /// Arguments that cannot be taken; each is named.
        Invalid(Box<[Problem]>),
        /// A write without an idempotency key where the engine demands one.
        IdempotencyRequired,
        /// The key was used within its life for a different request.
        IdempotencyConflict,
        /// No event has this id.
        UnknownEvent,
        /// An event with this id exists.
        EventExists,
        /// The event has no such seats; they are named.
        UnknownSeats(Box<[String]>),
        /// The event has no such section.
        UnknownSection(Box<str>),
        /// No reservation has this id (or it is long forgotten).
        UnknownReservation,
        /// No payment intent has this id (or it is long forgotten).
        UnknownPayment,
        /// No webhook has this id.
        UnknownWebhook,
        /// The token is not one of ours, or of another event or user, or long forgotten. Which, is not told.
        UnknownToken,
        /// The token was good once, and its time ran out.
        TokenExpired,
        /// The event is not being sold now.
        SaleNotOpen(SaleState),
        /// The user waits in this line under another session.
        AlreadyWaiting,
        /// The place in the line was given up.
        LeftLine,
        /// The event has no waiting line.
        NoWaitingLine,
        /// Not the caller's turn.
        NotYet,
        /// Admissions are stopped for the moment.
        AdmissionPaused,
        /// Other customers have these seats; they are named.
        SeatsTaken(Box<[String]>),
        /// Fewer are left than asked for.
        Insufficient {
            /// How many were asked for.
            wanted: u32,
            /// How many could be had.
            available: u32,
        },
        /// Enough are left, but not next to each other, and a split was not allowed.
        NotAdjacent {
            /// How many were asked for.
            wanted: u32,
        },
        /// The user would hold or own more than the event allows.
        QuotaExceeded {
            /// The most seats that one user may hold or own.
            seats_max: u32,
            /// What the user holds or owns now.
            seats: u32,
        },
        /// It belongs to another user.
        Forbidden,
        /// The hold's time ran out.
        ReservationExpired,
        /// The reservation is in a state that does not allow this.
        ReservationIs(ReservationState),
        /// The payment is in a state that does not allow this.
        PaymentIs(PaymentState),
        /// The reservation cannot be confirmed with this payment.
        PaymentNotApproved(PaymentDoubt),
        /// A payment for this reservation is under way or done.
        PaymentExists,
        /// The hold cannot be extended.
        ExtensionRefused(ExtensionDoubt),
        /// More than what is left to refund.
        RefundTooLarge {
            /// What is left to refund, in minor units.
            left_minor: i64,
        },
        /// A write of the commit names other seats than the hold has.
        SeatsDiffer,
        /// A request with another idempotency key used this external id.
        ExternalExists,
        /// The step is not due: its moment is given.
        NotDue(UnixMs),
        /// A bound is reached; nothing was changed.
        AtCapacity(Bound),
    }

    /// Why a payment does not confirm a reservation.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum PaymentDoubt {
        /// There is no such intent.
        Unknown,
        /// It belongs to another reservation or user.
        Foreign,
        /// It is not completed.
        Unfinished(PaymentState),
        /// Amount or currency differ from the reservation's.
        AmountDiffers,
    }

    /// Why a hold is not extended.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum ExtensionDoubt {
        /// It was extended as often as the event allows.
        AlreadyExtended,
        /// One extension may add at most so many milliseconds.
        TooLong {
            /// The most that one extension may add, in milliseconds.
            extension_ms_max: u64,
        },
        /// The hold would last longer than the event allows.
        PastMaximum,
    }
}

impl Refusal {
    /// A refusal for one bad argument.
    pub fn invalid(field: &'static str, reason: impl fmt::Display, value: impl fmt::Display) -> Self {
        Self::Invalid(Box::new([Problem::new(field, reason, value)]))
    }

    /// True if the same request may succeed shortly, without a change by its caller.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::AtCapacity(Bound::LogBuffer) | Self::NotYet | Self::AdmissionPaused | Self::NotDue(_)
        )
    }

    /// How long to wait before trying again, where that is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::AtCapacity(Bound::LogBuffer) => Some(Duration::from_millis(10)),
            Self::AtCapacity(Bound::DiskSpace) => Some(Duration::from_secs(5)),
            _ => None,
        }
    }
}

/// Writes the table of codes once: the look-up and the list are made of the same rows, and the compiler asks for a row
/// when a refusal is added.
macro_rules! codes {
    ($($pattern:pat => $code:literal,)*) => {
        impl Refusal {
            /// All codes that [`Refusal::code`] can give.
            pub const CODES: &'static [&'static str] = &[$($code),*];

            /// The name of this refusal for machines: snake case, one for each variant, never changed and never given
            /// to another. What a variant carries is not in it.
            #[must_use]
            pub const fn code(&self) -> &'static str {
                match self {
                    $($pattern => $code,)*
                }
            }
        }
    };
}

codes! {
    Self::Invalid(_) => "invalid",
    Self::IdempotencyRequired => "idempotency_required",
    Self::IdempotencyConflict => "idempotency_conflict",
    Self::UnknownEvent => "unknown_event",
    Self::EventExists => "event_exists",
    Self::UnknownSeats(_) => "unknown_seats",
    Self::UnknownSection(_) => "unknown_section",
    Self::UnknownReservation => "unknown_reservation",
    Self::UnknownPayment => "unknown_payment",
    Self::UnknownWebhook => "unknown_webhook",
    Self::UnknownToken => "unknown_token",
    Self::TokenExpired => "token_expired",
    Self::SaleNotOpen(_) => "sale_not_open",
    Self::AlreadyWaiting => "already_waiting",
    Self::LeftLine => "left_line",
    Self::NoWaitingLine => "no_waiting_line",
    Self::NotYet => "not_yet",
    Self::AdmissionPaused => "admission_paused",
    Self::SeatsTaken(_) => "seats_taken",
    Self::Insufficient { .. } => "insufficient",
    Self::NotAdjacent { .. } => "not_adjacent",
    Self::QuotaExceeded { .. } => "quota_exceeded",
    Self::Forbidden => "forbidden",
    Self::ReservationExpired => "reservation_expired",
    Self::ReservationIs(_) => "reservation_is",
    Self::PaymentIs(_) => "payment_is",
    Self::PaymentNotApproved(_) => "payment_not_approved",
    Self::PaymentExists => "payment_exists",
    Self::ExtensionRefused(_) => "extension_refused",
    Self::RefundTooLarge { .. } => "refund_too_large",
    Self::SeatsDiffer => "seats_differ",
    Self::ExternalExists => "external_exists",
    Self::NotDue(_) => "not_due",
    Self::AtCapacity(_) => "at_capacity",
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(problems) => {
                f.write_str("invalid argument")?;
                for (at, problem) in problems.iter().enumerate() {
                    write!(f, "{} {} {}", if at == 0 { ":" } else { ";" }, problem.field, problem.reason)?;
                }
                Ok(())
            }
            Self::IdempotencyRequired => f.write_str("an idempotency key is required"),
            Self::IdempotencyConflict => f.write_str("the idempotency key was used for a different request"),
            Self::UnknownEvent => f.write_str("event not found"),
            Self::EventExists => f.write_str("an event with this id exists"),
            Self::UnknownSeats(seats) => write!(f, "seats not found: {}", seats.join(", ")),
            Self::UnknownSection(section) => write!(f, "section not found: {section}"),
            Self::UnknownReservation => f.write_str("reservation not found"),
            Self::UnknownPayment => f.write_str("payment not found"),
            Self::UnknownWebhook => f.write_str("webhook not found"),
            Self::UnknownToken => f.write_str("the token is not valid here"),
            Self::TokenExpired => f.write_str("the token has expired"),
            Self::SaleNotOpen(state) => write!(f, "the sale is not open: it is {state}"),
            Self::AlreadyWaiting => f.write_str("this user is already waiting under another session"),
            Self::LeftLine => f.write_str("the place in the line was given up"),
            Self::NoWaitingLine => f.write_str("the event has no waiting line"),
            Self::NotYet => f.write_str("it is not your turn yet"),
            Self::AdmissionPaused => f.write_str("admission is paused"),
            Self::SeatsTaken(seats) => write!(f, "conflict: seats are taken: {}", seats.join(", ")),
            Self::Insufficient { wanted, available } => write!(f, "{wanted} wanted, {available} available"),
            Self::NotAdjacent { wanted } => write!(f, "no {wanted} seats are left next to each other"),
            Self::QuotaExceeded { seats_max, seats } => {
                write!(f, "one user may have {seats_max} seats and this one has {seats}")
            }
            Self::Forbidden => f.write_str("this belongs to another user"),
            Self::ReservationExpired => f.write_str("the reservation has expired (hold timeout)"),
            Self::ReservationIs(state) => write!(f, "conflict: the reservation is {state}"),
            Self::PaymentIs(state) => write!(f, "conflict: the payment is {state}"),
            Self::PaymentNotApproved(doubt) => write!(f, "payment not approved: {doubt}"),
            Self::PaymentExists => f.write_str("conflict: the reservation has a payment under way"),
            Self::ExtensionRefused(doubt) => write!(f, "the hold cannot be extended: {doubt}"),
            Self::RefundTooLarge { left_minor } => {
                write!(f, "only {left_minor} (minor units) are left to refund")
            }
            Self::SeatsDiffer => f.write_str("conflict: the seats are not exactly those of the hold"),
            Self::ExternalExists => f.write_str("conflict: a reservation with this external id exists"),
            Self::NotDue(at) => write!(f, "not due before {at}"),
            Self::AtCapacity(bound) => write!(f, "the bound on {bound} is reached"),
        }
    }
}

impl std::error::Error for Refusal {}

/// The environment is broken. Nothing that was acknowledged is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The engine is closed, or closing.
    Closed,
    /// A write or sync of the journal failed, or a panic stopped a thread of the engine or cut a change off. What was
    /// not acknowledged may be lost; reads go on; opening the folder again is the only way back to writing.
    Poisoned {
        /// What failed, for a person; after a panic, which thread and what it said.
        cause: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the engine is closed"),
            Self::Poisoned { cause } => {
                write!(f, "the journal failed and takes no more writes (reopen the data folder): {cause}")
            }
        }
    }
}

impl std::error::Error for Error {}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_snake_case() {
        for (at, code) in Refusal::CODES.iter().enumerate() {
            assert!(!Refusal::CODES[..at].contains(code), "{code} is given twice");
            let is_snake = code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            assert!(is_snake && !code.starts_with('_') && !code.ends_with('_'), "{code}");
        }
    }
}
