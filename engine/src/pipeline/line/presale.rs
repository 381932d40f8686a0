//! The draw of a pre-sale room: whose seed it is, and its end by an operator, at its moment, or because the sale opens.

use crate::admission::{Line, commitment};
use crate::clock::UnixMs;
use crate::command::{DrawRoom, Note};
use crate::error::Refusal;
use crate::ids::{EventId, ExternalId, IdempotencyKey};
use crate::pipeline::core::Core;
use crate::pipeline::events::{Event, EventShown, event_reply};
use crate::pipeline::fact::{Applied, Fact, Stamp, record};
use crate::pipeline::notes::OWN_NOTES;
use crate::pipeline::state::State;
use crate::pipeline::{CommandResult, Committed};
use crate::record::Remember;
use crate::reply::{Done, EventChanged};
use crate::updates::UpdateKind;
use crate::views::DrawView;

use super::queue::bad;

record! {
    /// The order of the pre-sale room was drawn with this seed.
    RoomDrawn with a key { event: u32, seed: [u8; 32], room_end: u32 }
    reply(self, at) -> EventChanged => event_reply(self.event, at);
    update(self, _) => Some(self.event), UpdateKind::RoomDrawn(self.seed);
}

impl Fact for RoomDrawn {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        state.line(self.event)?.apply_drawn(self.seed, self.room_end, stamp.at).map_err(bad)?;
        state.event(self.event)?.set_position(stamp, stamp.end);
        Ok(())
    }
}

impl Core {
    /// Draws the order of the pre-sale room.
    pub(crate) fn draw_room(&self, command: &DrawRoom, now: UnixMs) -> CommandResult<EventChanged> {
        self.once(command, now, |key| {
            let event = self.state.catalog.find(&command.event).ok_or(Refusal::UnknownEvent)?;
            let line = event.line.get().ok_or(Refusal::NoWaitingLine)?;
            let _guard = event.operator.lock();
            let _writing = self.log.guard().within();
            let end = self.draw(event, line, key, now).ok_or_else(|| {
                Refusal::invalid("event_id", "has no room whose order is still to be drawn", &event.id)
            })?;
            Ok(Committed { reply: event_reply(event.number, now), end })
        })
    }

    /// Sets the seed of an event's draw, which its operator brings. Only before the event has a room: the room's
    /// commitment is shown from its opening on and must not change.
    pub(crate) fn set_draw_seed(
        &self,
        event: &EventId,
        seed: &[u8; 32],
        key: Option<&IdempotencyKey>,
        now: UnixMs,
    ) -> CommandResult<Done> {
        let event = self.state.catalog.find(event).ok_or(Refusal::UnknownEvent)?;
        let command = Note { name: seed_note(event.number), value: Some(seed.to_vec()), key: key.cloned() };
        self.once(&command, now, |key| {
            let _guard = event.operator.lock();
            let _writing = self.log.guard().within();
            if event
                .line
                .get()
                .is_some_and(|line| line.drawn_seed().is_some() || line.policy().room.is_some())
            {
                return Err(Refusal::invalid("event_id", "has a pre-sale room already", &event.id).into());
            }
            self.write_note(&command, key, now)
        })
    }

    /// The seed of an event's draw as of now: a decision sees what is not durable yet.
    fn draw_seed(&self, event: &Event) -> [u8; 32] {
        self.own_seed(event, u64::MAX).unwrap_or_else(|| self.secrets.draw_seed(event.number))
    }

    /// The pre-sale draw: what is committed to, and what was drawn. Everything up to `durable` is durable.
    pub(crate) fn draw_view(&self, event: &Event, shown: &EventShown, durable: u64) -> Option<DrawView> {
        let line = shown.line.as_ref()?;
        let drawn = line.drawn_seed;
        let seed = self.own_seed(event, durable).unwrap_or_else(|| self.secrets.draw_seed(event.number));
        let has_room = drawn.is_some() || line.policy.room.is_some();
        has_room.then(|| DrawView { commitment: commitment(&seed), seed: drawn })
    }

    fn own_seed(&self, event: &Event, durable: u64) -> Option<[u8; 32]> {
        self.state.notes.get(&seed_note(event.number), durable)?.try_into().ok()
    }

    /// By the operator of the event: once its sale is open a room whose order is still to be drawn is drawn. A room
    /// without people is closed by the next customer who comes.
    pub(crate) fn end_room(&self, event: &Event, line: &Line, now: UnixMs) {
        if room_is_over(event, line, now) {
            self.draw(event, line, None, now);
        }
    }

    /// Before a join: draws a room whose sale is open, or closes it if it has no people, so that who comes now stands
    /// in the line.
    pub(crate) fn close_over(&self, event: &Event, line: &Line, now: UnixMs) {
        let _guard = event.operator.lock();
        let _writing = self.log.guard().within();
        self.end_room(event, line, now);
        line.close_room(now);
        // Another customer may have come in before it closed.
        self.end_room(event, line, now);
    }

    /// Draws the order of the room, and the line moves up: no timer may be set that would do it soon. `None` without a
    /// room whose order is still to be drawn.
    pub(crate) fn draw(&self, event: &Event, line: &Line, key: Option<Remember>, now: UnixMs) -> Option<u64> {
        let draw = line.begin_draw(self.draw_seed(event), now)?;
        let record = RoomDrawn { event: event.number, seed: *draw.seed(), room_end: draw.room_end(), key };
        let appended = self.log.append(&record, now);
        draw.commit();
        event.set_position(appended.stamp(), self.log.durable.reached());
        let end = appended.publish();
        self.advance(event, line, now);
        Some(end)
    }
}

/// The engine's own note with the seed that an operator brought for this event.
fn seed_note(event: u32) -> ExternalId {
    ExternalId::new(&format!("{OWN_NOTES}draw-seed.{event}")).expect("a short name of plain letters")
}

/// True if the sale is open and the room's order still to be drawn.
pub(crate) fn room_is_over(event: &Event, line: &Line, now: UnixMs) -> bool {
    line.room_is_undrawn() && event.check_open(&event.settings.load(), now).is_ok()
}
