//! Payment intents, and what their ends do to reservations.

mod image;
mod pay;
mod settle;

pub(crate) use pay::{OwnedPayment, processing_reply};
pub(crate) use settle::is_live;
