//! Reservations and their holds: one slot for both, since each reservation has exactly one hold and they live and end
//! together. A slot keeps who, what, until when and how it stands; who may change it next is its status word's to say.
//! Knows no seats' states, no journal and no clock: it stores what the pipeline decided.

mod slot;

pub(crate) use slot::{Names, Reservation, Reservations, Slot};
