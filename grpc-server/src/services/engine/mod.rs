//! `engine.v1.EngineService`: events, seat maps, queue policies, the change feed, backups, dead letters and the undoing
//! of emergencies. One file for each proto file of the package.

mod entries;
mod events;
mod feed;
mod operations;
mod queue_policy;
mod seat_map;

use crate::wire::{ApiError, Checks};
pub(in crate::services) use events::wire_sale;
pub(crate) use events::{
    close_sale, create_event, get_event, list_events, open_sale, pause_sale, update_event,
};
pub(crate) use feed::watch_feed;
pub(crate) use operations::{
    get_engine_status, list_dead_letters, list_emergency_actions, replay_dead_letters, take_backup,
    undo_emergency_action,
};
pub(crate) use queue_policy::{
    draw_presale, get_presale, get_queue_policy, open_presale, pause_queue, resume_queue, set_queue_policy,
};
pub(crate) use seat_map::{block_seats, get_seat_map, import_seat_map, unblock_seats};
use tacos_engine::EventId;

/// An event that a caller names.
pub(in crate::services) fn event_id(text: &str) -> Result<EventId, ApiError> {
    let mut checks = Checks::new();
    let event = checks.id::<EventId>("event_id", text);
    checks.take((event,)).map(|(event,)| event)
}

fn reason(text: &str) -> Result<(), ApiError> {
    let mut checks = Checks::new();
    checks.text("reason", text, 512);
    checks.done()
}
