//! Reservations: seats taken, holds that change and end, who may change them.

mod give_back;
mod image;
mod own;
mod reserve;
mod wanted;

pub(crate) use give_back::next_changes;
pub(crate) use own::{Busy, OwnedHold, Patience};
pub(crate) use wanted::{named_places, price};
