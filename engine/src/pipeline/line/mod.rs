//! The waiting line and the pre-sale room: what customers and operators ask of it, and its timers.

mod image;
mod presale;
mod queue;

pub(crate) use image::line_images;
pub(crate) use presale::room_is_over;
pub(crate) use queue::{LineTimer, LineTimers, UsedTicket, changed, check_policy, line_record};
