//! Payment intents: a simulator with a real state machine. Keeps each intent's facts; the pipeline moves them. The
//! outcome of a simulated payment is a pure function of its scenario and of bits drawn once, so that no retry and no
//! restart draws again.

mod scenario;
mod table;

pub(crate) use scenario::decide;
pub(crate) use table::{Intent, PaymentSlot, Payments};
