//! Refusals as data: every kind by its name, with what it names.

use tacos_engine::{
    Bound, ExtensionDoubt, PaymentDoubt, PaymentState, Problem, Refusal, ReservationState, SaleState,
};

use crate::text::{signed, unix_ms};

/// An argument that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub(crate) struct RawProblem {
    /// Which.
    pub field: String,
    /// Why, for a person.
    pub reason: String,
    /// What was given; empty where that helps nobody.
    pub value: String,
}

impl From<Problem> for RawProblem {
    fn from(problem: Problem) -> Self {
        Self { field: problem.field.to_owned(), reason: problem.reason, value: problem.value }
    }
}

/// Makes an enum of the border that has the engine's variants, and the ways from one to the other.
macro_rules! mirror {
    ($(#[$doc:meta])* $raw:ident = $theirs:ident { $($(#[$each:meta])* $variant:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
        pub(crate) enum $raw {
            $($(#[$each])* $variant,)*
        }

        impl From<$theirs> for $raw {
            fn from(value: $theirs) -> Self {
                match value {
                    $($theirs::$variant => Self::$variant,)*
                }
            }
        }

        impl From<$raw> for $theirs {
            fn from(value: $raw) -> Self {
                match value {
                    $($raw::$variant => Self::$variant,)*
                }
            }
        }
    };
}
pub(crate) use mirror;

mirror! {
    /// Where a sale stands.
    RawSaleState = SaleState {
        /// Nobody can buy yet.
        Draft,
        /// Being sold.
        Open,
        /// Stopped for a while.
        Paused,
        /// Over.
        Closed,
    }
}
mirror! {
    /// Where a reservation stands.
    RawReservationState = ReservationState {
        /// Seats are held.
        Pending,
        /// Seats are sold.
        Confirmed,
        /// Given back.
        Cancelled,
        /// Time ran out.
        Expired,
        /// The payment failed.
        Failed,
        /// Paid back.
        Refunded,
    }
}
mirror! {
    /// Where a payment intent stands.
    RawPaymentState = PaymentState {
        /// Created.
        Pending,
        /// The outcome is decided, its moment has not come.
        Processing,
        /// Money taken.
        Completed,
        /// Refused.
        Failed,
        /// Called off.
        Cancelled,
        /// No outcome in time.
        Expired,
        /// Paid back.
        Refunded,
    }
}
mirror! {
    /// Which bound was reached.
    RawBound = Bound {
        /// Events.
        Events,
        /// Reservations.
        Reservations,
        /// Payment intents.
        Payments,
        /// Webhooks.
        Webhooks,
        /// Idempotency keys.
        IdempotencyKeys,
        /// People in one line.
        WaitingLine,
        /// Notes.
        Notes,
        /// Bytes between callers and disk.
        LogBuffer,
        /// Room on the disk.
        DiskSpace,
    }
}

/// Why a payment does not confirm a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub(crate) enum RawPaymentDoubt {
    /// There is no such intent.
    Unknown,
    /// It belongs to another reservation or user.
    Foreign,
    /// It is not completed.
    Unfinished,
    /// Amount or currency differ.
    AmountDiffers,
}

/// Why a hold is not extended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub(crate) enum RawExtensionDoubt {
    /// As often as the event allows.
    AlreadyExtended,
    /// More than one extension may add.
    TooLong,
    /// Longer than the event allows in all.
    PastMaximum,
}

/// An expected "no". It changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub(crate) enum RawRefusal {
    Invalid {
        problems: Vec<RawProblem>,
    },
    IdempotencyRequired,
    IdempotencyConflict,
    UnknownEvent,
    EventExists,
    UnknownSeats {
        seats: Vec<String>,
    },
    UnknownSection {
        section: String,
    },
    UnknownReservation,
    UnknownPayment,
    UnknownWebhook,
    UnknownToken,
    TokenExpired,
    SaleNotOpen {
        state: RawSaleState,
    },
    AlreadyWaiting,
    LeftLine,
    NoWaitingLine,
    NotYet,
    AdmissionPaused,
    SeatsTaken {
        seats: Vec<String>,
    },
    Insufficient {
        wanted: i32,
        available: i32,
    },
    NotAdjacent {
        wanted: i32,
    },
    QuotaExceeded {
        seats_max: i32,
        seats: i32,
    },
    Forbidden,
    ReservationExpired,
    ReservationIs {
        state: RawReservationState,
    },
    PaymentIs {
        state: RawPaymentState,
    },
    PaymentNotApproved {
        doubt: RawPaymentDoubt,
        state: Option<RawPaymentState>,
    },
    PaymentExists,
    ExtensionRefused {
        doubt: RawExtensionDoubt,
        extension_ms_max: Option<i64>,
    },
    RefundTooLarge {
        left_minor: i64,
    },
    SeatsDiffer,
    ExternalExists,
    NotDue {
        at_ms: i64,
    },
    AtCapacity {
        bound: RawBound,
        retry_after_ms: Option<i64>,
    },
    /// A refusal that this border does not know yet.
    Newer {
        text: String,
    },
}

fn small(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn list(texts: Box<[String]>) -> Vec<String> {
    texts.into_vec()
}

impl From<Refusal> for RawRefusal {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(problems) => {
                Self::Invalid { problems: problems.into_iter().map(RawProblem::from).collect() }
            }
            Refusal::UnknownSeats(seats) => Self::UnknownSeats { seats: list(seats) },
            Refusal::UnknownSection(section) => Self::UnknownSection { section: section.into() },
            Refusal::SaleNotOpen(state) => Self::SaleNotOpen { state: state.into() },
            Refusal::SeatsTaken(seats) => Self::SeatsTaken { seats: list(seats) },
            Refusal::Insufficient { wanted, available } => {
                Self::Insufficient { wanted: small(wanted), available: small(available) }
            }
            Refusal::NotAdjacent { wanted } => Self::NotAdjacent { wanted: small(wanted) },
            Refusal::QuotaExceeded { seats_max, seats } => {
                Self::QuotaExceeded { seats_max: small(seats_max), seats: small(seats) }
            }
            Refusal::ReservationIs(state) => Self::ReservationIs { state: state.into() },
            Refusal::PaymentIs(state) => Self::PaymentIs { state: state.into() },
            Refusal::PaymentNotApproved(doubt) => {
                let (doubt, state) = payment_doubt(doubt);
                Self::PaymentNotApproved { doubt, state }
            }
            Refusal::ExtensionRefused(doubt) => {
                let (doubt, extension_ms_max) = extension_doubt(doubt);
                Self::ExtensionRefused { doubt, extension_ms_max }
            }
            Refusal::RefundTooLarge { left_minor } => Self::RefundTooLarge { left_minor },
            Refusal::NotDue(at) => Self::NotDue { at_ms: unix_ms(at) },
            Refusal::AtCapacity(bound) => {
                let retry_after_ms = refusal.retry_after().map(|after| signed(after.as_millis()));
                Self::AtCapacity { bound: bound.into(), retry_after_ms }
            }
            other => bare(&other),
        }
    }
}

/// Refusals that name nothing.
fn bare(refusal: &Refusal) -> RawRefusal {
    macro_rules! same {
        ($($variant:ident),*) => {
            match refusal {
                $(Refusal::$variant => RawRefusal::$variant,)*
                newer => RawRefusal::Newer { text: newer.to_string() },
            }
        };
    }
    same!(
        IdempotencyRequired,
        IdempotencyConflict,
        UnknownEvent,
        EventExists,
        UnknownReservation,
        UnknownPayment,
        UnknownWebhook,
        UnknownToken,
        TokenExpired,
        AlreadyWaiting,
        LeftLine,
        NoWaitingLine,
        NotYet,
        AdmissionPaused,
        Forbidden,
        ReservationExpired,
        PaymentExists,
        SeatsDiffer,
        ExternalExists
    )
}

fn payment_doubt(doubt: PaymentDoubt) -> (RawPaymentDoubt, Option<RawPaymentState>) {
    match doubt {
        PaymentDoubt::Unknown => (RawPaymentDoubt::Unknown, None),
        PaymentDoubt::Foreign => (RawPaymentDoubt::Foreign, None),
        PaymentDoubt::Unfinished(state) => (RawPaymentDoubt::Unfinished, Some(state.into())),
        PaymentDoubt::AmountDiffers => (RawPaymentDoubt::AmountDiffers, None),
    }
}

fn extension_doubt(doubt: ExtensionDoubt) -> (RawExtensionDoubt, Option<i64>) {
    match doubt {
        ExtensionDoubt::AlreadyExtended => (RawExtensionDoubt::AlreadyExtended, None),
        ExtensionDoubt::TooLong { extension_ms_max } => {
            (RawExtensionDoubt::TooLong, Some(signed(extension_ms_max)))
        }
        ExtensionDoubt::PastMaximum => (RawExtensionDoubt::PastMaximum, None),
    }
}
