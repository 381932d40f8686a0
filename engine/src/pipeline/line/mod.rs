//! The waiting line and the pre-sale room: what customers and operators ask of it, how it moves, its timers and images.

mod advance;
mod image;
mod presale;
mod queue;
mod rules;
mod timers;

pub(crate) use advance::{TicketsExpired, TicketsReady};
pub(crate) use image::line_images;
pub(crate) use presale::RoomDrawn;
pub(crate) use queue::{TicketAdmitted, TicketJoined, TicketLeft, UsedTicket};
pub(crate) use rules::{QueuePaused, QueuePolicyChanged, check_policy};
pub(crate) use timers::{LineTimer, LineTimers};
