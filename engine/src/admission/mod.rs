//! The waiting line of one event: tickets, exact positions, the gate that limits the rate of admissions, and the
//! pre-sale room. It knows no token text, no journal, no user names and no clock: people come as keyed hashes, time is
//! handed in.
//!
//! Ground rules
//! - Every change has two halves. `begin_…` takes the right to change what it names and hands out a guard; the
//!   caller appends its record; `commit` makes the change visible. A guard that is dropped leaves things as they
//!   were (a new ticket is voided). So the order of records of one ticket is the order of its changes.
//! - A thread holds at most one guard of a line. A guard is short: a thread that needs the same ticket waits for it.
//! - A deadline is a moment. A change that arrives at or after it is refused with `Due`; the caller then begins the
//!   expiry, records it, and answers "expired". Timers only make that happen without a caller.
//! - `place` is the order in the line: the ticket's number, except for tickets to which the draw gave another one.
//! - Strict order: no ticket becomes ready while one ahead of it still waits. Only one advance runs at a time.

mod admin;
mod advance;
mod directory;
mod draw;
mod flow;
mod gate;
mod image;
mod join;
mod line;
mod lookup;
mod moves;
mod policy;
mod replay;
mod room;
mod ticket;
mod view;

#[cfg(all(test, loom))]
mod loom_tests;
#[cfg(all(test, not(loom)))]
mod model_tests;
#[cfg(all(test, not(loom)))]
mod stress_tests;
#[cfg(all(test, not(loom)))]
mod tests;

pub use draw::{commitment, draw_order};
pub use policy::{PolicyError, PresaleRoom, QueuePolicy};

pub(crate) use advance::Idle;
pub(crate) use gate::Gate;
pub(crate) use image::{BadImage, LineImage, TicketImage};
pub(crate) use join::Join;
pub(crate) use line::{GroupTimer, Line};
pub(crate) use moves::{Move, NotMoved};
pub(crate) use replay::{BadReplay, JoinedRecord};
pub(crate) use ticket::{Key, TicketState};

pub(crate) use crate::limits::{
    ADVANCE_BATCH_MAX, TICKET_MEMORY_MS, TICKETS_PER_LINE_MAX, TOUCH_GRAIN_MS, WAITING_MAX,
};
