//! Where wire types stop: outside data is checked on its way in, the engine's answers are spelled on their way out.
//! Decides nothing about sales.

pub(crate) mod error;
pub(crate) mod inbound;
// As the generator writes it.
#[rustfmt::skip]
pub(crate) mod optional;
pub(crate) mod outbound;
pub(crate) mod pages;
mod raw;
pub(crate) mod time;

pub(crate) use error::{ApiError, trace_id};
pub(crate) use inbound::Checks;
pub(crate) use outbound::Spell;
pub use raw::Raw;
pub(crate) use time::{moment, timestamp};
