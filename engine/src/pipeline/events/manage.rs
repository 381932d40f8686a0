//! Events are created and changed; their sales are opened, paused and closed.

use std::sync::Arc;

use crate::admission::QueuePolicy;
use crate::clock::UnixMs;
use crate::command::{CreateEvent, EventSettings, SetSale, UpdateEvent};
use crate::describe::bounds;
use crate::error::{Bound, Problem, Refusal, SaleState};
use crate::ids::EventId;
use crate::inventory::{Inventory, Layout};
use crate::limits::EVENTS_MAX;
use crate::pipeline::core::Core;
use crate::pipeline::fact::{Applied, Fact, Stamp, corrupt, layout_of, record};
use crate::pipeline::line::check_policy;
use crate::pipeline::log::DoesNotFit;
use crate::pipeline::state::State;
use crate::pipeline::{CommandResult, Committed};
use crate::reply;
use crate::updates::UpdateKind;

use super::Event;

record! {
    /// An event with its seats.
    EventCreated with a key {
        event: u32, id: EventId, settings: EventSettings, seats: Vec<u8>, policy: Option<QueuePolicy>,
    }
    reply(self, at) -> reply::EventChanged => event_reply(self.event, at);
    update(self, _) => Some(self.event), UpdateKind::EventCreated;
}

impl EventCreated {
    /// The event is in the catalog, shown once its record is durable. The caller holds the catalog's guard.
    fn apply(&self, state: &State, next: &mut u32, layout: Layout, stamp: Stamp, durable: u64) {
        let event = Event::new(self.event, self.id.clone(), self.settings.clone(), Inventory::new(layout));
        let event = state.catalog.add(next, event);
        if let Some(policy) = &self.policy {
            state.open_line(event, policy.clone());
        }
        event.set_position(stamp, durable);
    }
}

impl Fact for EventCreated {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        let mut next = state.catalog.begin();
        if self.event != *next {
            return corrupt(format_args!("event {} follows after {} events", self.event, *next));
        }
        self.apply(state, &mut next, layout_of(&self.seats)?, stamp, stamp.end);
        Ok(())
    }
}

record! {
    /// New settings.
    EventChanged with a key { event: u32, settings: EventSettings }
    reply(self, at) -> reply::EventChanged => event_reply(self.event, at);
    update(self, _) => Some(self.event), UpdateKind::EventChanged;
}

impl EventChanged {
    /// By the operator of the event.
    fn apply(&self, event: &Event, stamp: Stamp, durable: u64) {
        event.settings.store(Arc::new(self.settings.clone()));
        event.set_position(stamp, durable);
    }
}

impl Fact for EventChanged {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        self.apply(state.event(self.event)?, stamp, stamp.end);
        Ok(())
    }
}

record! {
    /// The sale opened, paused or closed.
    SaleChanged with a key { event: u32, state: SaleState }
    reply(self, at) -> reply::EventChanged => event_reply(self.event, at);
    update(self, _) => Some(self.event), UpdateKind::Sale(self.state);
}

impl SaleChanged {
    /// By the operator of the event.
    fn apply(&self, event: &Event, stamp: Stamp, durable: u64) {
        event.set_sale(self.state);
        event.set_position(stamp, durable);
    }
}

impl Fact for SaleChanged {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        self.apply(state.event(self.event)?, stamp, stamp.end);
        Ok(())
    }
}

impl Core {
    /// Creates an event with its seats and, if it has one, its waiting line.
    pub(crate) fn create_event(
        &self,
        command: &CreateEvent,
        now: UnixMs,
    ) -> CommandResult<reply::EventChanged> {
        check_settings(&command.settings)?;
        if let Some(policy) = &command.queue {
            check_policy(policy)?;
        }
        let layout = Layout::build(&command.seats).map_err(|error| Refusal::invalid("seats", error, ""))?;
        self.once(command, now, |key| {
            let mut next = self.state.catalog.begin();
            let _writing = self.log.guard().within();
            if self.state.catalog.find(&command.event).is_some() {
                return Err(Refusal::EventExists.into());
            }
            if *next >= EVENTS_MAX {
                return Err(Refusal::AtCapacity(Bound::Events).into());
            }
            let mut seats = Vec::new();
            // As the layout has it, so that the record is as long as the event's image will be.
            layout.to_map().store(&mut seats);
            let created = EventCreated {
                event: *next,
                id: command.event.clone(),
                settings: command.settings.clone(),
                seats,
                policy: command.queue.clone(),
                key,
            };
            if let Err(DoesNotFit { bytes, most_bytes }) = self.log.check_fits(&created) {
                let why = format_args!(
                    "the seat map takes {bytes} bytes in the journal and may take {most_bytes}: number its rows, \
                     shorten its labels, or make two events of it"
                );
                return Err(Refusal::invalid("seats", why, "").into());
            }
            let (appended, durable) = (self.log.append(&created, now), self.log.durable.reached());
            created.apply(&self.state, &mut next, layout, appended.stamp(), durable);
            Ok(Committed { reply: created.reply(now), end: appended.publish() })
        })
    }

    /// Changes an event's settings.
    pub(crate) fn update_event(
        &self,
        command: &UpdateEvent,
        now: UnixMs,
    ) -> CommandResult<reply::EventChanged> {
        check_settings(&command.settings)?;
        self.once(command, now, |key| {
            let event = self.state.catalog.find(&command.event).ok_or(Refusal::UnknownEvent)?;
            let _guard = event.operator.lock();
            let _writing = self.log.guard().within();
            if event.settings.load().currency != command.settings.currency {
                return Err(Refusal::invalid(
                    "currency",
                    "cannot change once the event exists",
                    command.settings.currency.as_str(),
                )
                .into());
            }
            let changed = EventChanged { event: event.number, settings: command.settings.clone(), key };
            let appended = self.log.append(&changed, now);
            changed.apply(event, appended.stamp(), self.log.durable.reached());
            let end = appended.publish();
            // The sale may open at another moment now, and with it a pre-sale room ends.
            if let Some(line) = event.line.get() {
                self.end_room(event, line, now);
                self.state.arm_draw(event, now);
            }
            Ok(Committed { reply: changed.reply(now), end })
        })
    }

    /// Opens, pauses or closes a sale. Opening it draws a pre-sale room that is not drawn yet.
    pub(crate) fn set_sale(&self, command: &SetSale, now: UnixMs) -> CommandResult<reply::EventChanged> {
        self.once(command, now, |key| {
            let event = self.state.catalog.find(&command.event).ok_or(Refusal::UnknownEvent)?;
            let _guard = event.operator.lock();
            let _writing = self.log.guard().within();
            if command.state == SaleState::Draft {
                return Err(Refusal::invalid("state", "nothing returns to draft", "Draft").into());
            }
            let changed = SaleChanged { event: event.number, state: command.state, key };
            let appended = self.log.append(&changed, now);
            changed.apply(event, appended.stamp(), self.log.durable.reached());
            let end = appended.publish();
            if let Some(line) = event.line.get() {
                self.end_room(event, line, now);
                self.state.arm_draw(event, now);
            }
            Ok(Committed { reply: changed.reply(now), end })
        })
    }
}

pub(crate) fn event_reply(number: u32, at: UnixMs) -> reply::EventChanged {
    reply::EventChanged { number, at }
}

pub(crate) fn check_settings(settings: &EventSettings) -> Result<(), Refusal> {
    let mut problems = Vec::new();
    let mut range = |shown, value: u64, (low, high): (u64, u64)| {
        if value < low || value > high {
            problems.push(Problem::new(shown, format_args!("must be {low} to {high}"), value));
        }
    };
    let of = bounds::<EventSettings>;
    range("name (bytes)", settings.name.len() as u64, of("name"));
    let most = settings.seats_per_reservation_max;
    range("seats_per_reservation_max", most.into(), of("seats_per_reservation_max"));
    range("hold_ms", settings.hold_ms, of("hold_ms"));
    range("hold_ms_max", settings.hold_ms_max, (settings.hold_ms, of("hold_ms_max").1));
    range("extension_ms_max", settings.extension_ms_max, of("extension_ms_max"));
    range("extensions_max", settings.extensions_max.into(), of("extensions_max"));
    if let (Some(starts), Some(ends)) = (settings.sale_starts, settings.sale_ends)
        && starts >= ends
    {
        problems.push(Problem::new("sale_ends", "must be after sale_starts", ends));
    }
    if problems.is_empty() { Ok(()) } else { Err(Refusal::Invalid(problems.into_boxed_slice())) }
}
