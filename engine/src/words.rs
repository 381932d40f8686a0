//! How states, doubts and bounds read in messages for people: lower-case words of the field, never names of variants.

use std::fmt;

use crate::error::{Bound, ExtensionDoubt, PaymentDoubt, PaymentState, ReservationState, SaleState};

/// Writes `Display` as one word or phrase for each variant.
macro_rules! words {
    ($($kind:ident { $($variant:ident => $words:literal),* $(,)? })*) => {$(
        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $words),* })
            }
        }
    )*};
}

words! {
    SaleState { Draft => "not open yet", Open => "open", Paused => "paused", Closed => "closed" }
    ReservationState {
        Pending => "pending",
        Confirmed => "confirmed",
        Cancelled => "cancelled",
        Expired => "expired",
        Failed => "failed",
        Refunded => "refunded",
    }
    PaymentState {
        Pending => "pending",
        Processing => "processing",
        Completed => "completed",
        Failed => "failed",
        Cancelled => "cancelled",
        Expired => "expired",
        Refunded => "refunded",
    }
    Bound {
        Events => "events",
        Reservations => "reservations",
        Payments => "payments",
        Webhooks => "webhooks",
        IdempotencyKeys => "remembered idempotency keys",
        WaitingLine => "people in this waiting line",
        Notes => "notes",
        LogBuffer => "bytes that wait for the disk",
        DiskSpace => "space on the disk",
    }
}

impl fmt::Display for PaymentDoubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("there is no such payment"),
            Self::Foreign => f.write_str("it belongs to another reservation or user"),
            Self::Unfinished(state) => write!(f, "it is {state}"),
            Self::AmountDiffers => f.write_str("amount or currency differ from the reservation's"),
        }
    }
}

impl fmt::Display for ExtensionDoubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyExtended => f.write_str("it was extended as often as the event allows"),
            Self::TooLong { extension_ms_max } => {
                write!(f, "one extension may add at most {} seconds", extension_ms_max / 1_000)
            }
            Self::PastMaximum => f.write_str("it would last longer than the event allows"),
        }
    }
}
