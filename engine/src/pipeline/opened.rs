//! What a record does to the catalog: events and their lines come to be; see `effects`.

use std::sync::Arc;

use crate::admission::{Line, QueuePolicy};
use crate::clock::UnixMs;
use crate::inventory::{Inventory, Layout};
use crate::record::EventCreated;

use super::events::Event;
use super::line::LineTimer;
use super::state::State;

impl State {
    /// An event is in the catalog, shown once the record that ends at `end` is durable. The caller holds the catalog's guard.
    pub(crate) fn add_event(
        &self,
        next: &mut u32,
        created: &EventCreated,
        layout: Layout,
        at: UnixMs,
        (end, durable): (u64, u64),
    ) -> &Event {
        let event =
            Event::new(created.event, created.id.clone(), created.settings.clone(), Inventory::new(layout));
        let event = self.catalog.add(next, event);
        if let Some(policy) = &created.policy {
            self.open_line(event, policy.clone());
        }
        event.set_position(end, at, durable);
        event
    }

    /// Makes the event's line; the caller is its operator.
    pub(crate) fn open_line(&self, event: &Event, policy: QueuePolicy) {
        let timer = Arc::new(LineTimer { event: event.number, timers: Arc::clone(&self.deadlines.lines) });
        let line = Line::new(policy, Arc::clone(&self.ceiling), timer);
        assert!(event.line.set(line).is_ok(), "event {} has a line", event.number);
        self.arm_draw(event, UnixMs::ZERO);
    }

    /// Sets the event's timer for the moment at which its room is drawn: its own, or that of the sale's opening if that
    /// is still to come and earlier.
    pub(crate) fn arm_draw(&self, event: &Event, now: UnixMs) {
        if let Some(room) = event.line.get().and_then(|line| line.policy().room) {
            let opens = event.opens_at().filter(|opens| *opens > now);
            self.arm_advance(event.number, opens.map_or(room.draws_at, |opens| opens.min(room.draws_at)));
        }
    }
}
