//! The end of a pre-sale room: its order is drawn by an operator, at its moment, or because the sale opens.

use crate::admission::Line;
use crate::clock::UnixMs;
use crate::command::DrawRoom;
use crate::error::Refusal;
use crate::record::{Remember, RoomDrawn};

use super::core::Core;
use super::event::Event;
use super::queue::changed;
use super::{Outcome, request};

impl Core {
    /// Draws the order of the pre-sale room.
    pub(crate) fn draw_room(&self, command: &DrawRoom, now: UnixMs) -> Outcome {
        self.once(command.key.as_ref(), &request::draw_room(command), now, |key| {
            let event = self.catalog.find(&command.event).ok_or(Refusal::UnknownEvent)?;
            let line = event.line.get().ok_or(Refusal::NoWaitingLine)?;
            let _guard = event.operator.lock();
            let _writing = self.log.guard().within();
            let end = self.draw(event, line, key, now).ok_or_else(|| {
                Refusal::invalid("event_id", "has no room whose order is still to be drawn", &event.id)
            })?;
            self.advance(event, line, now);
            Ok(changed(event, end, now))
        })
    }

    /// By the operator of the event: once its sale is open a room whose order is still to be drawn is drawn. A room without
    /// people is closed by the next customer who comes.
    pub(crate) fn end_room(&self, event: &Event, line: &Line, now: UnixMs) {
        if room_is_over(event, line, now) {
            self.draw(event, line, None, now);
        }
    }

    /// Before a join: draws a room whose sale is open, or closes it if it has no people, so that who comes now stands in
    /// the line.
    pub(crate) fn close_over(&self, event: &Event, line: &Line, now: UnixMs) {
        let _guard = event.operator.lock();
        let _writing = self.log.guard().within();
        self.end_room(event, line, now);
        line.close_room(now);
        // Another customer may have come in before it closed.
        self.end_room(event, line, now);
    }

    pub(crate) fn draw(&self, event: &Event, line: &Line, key: Option<Remember>, now: UnixMs) -> Option<u64> {
        let draw = line.begin_draw(self.secrets.draw_seed(event.number), now).ok()?;
        let record = RoomDrawn { event: event.number, seed: *draw.seed(), room_end: draw.room_end(), key };
        let appended = self.log.append(&record.into(), now);
        draw.commit();
        event.set_position(appended.end(), now, self.log.durable.reached());
        Some(appended.publish())
    }
}

/// True if the sale is open and the room's order still to be drawn.
pub(crate) fn room_is_over(event: &Event, line: &Line, now: UnixMs) -> bool {
    line.room_is_undrawn() && event.check_open(&event.settings.load(), now).is_ok()
}
