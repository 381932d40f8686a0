//! Events: created, changed, opened, paused, closed; seats taken off sale and put back.

use std::sync::Arc;

use crate::clock::UnixMs;
use crate::command::{BlockSeats, CreateEvent, EventSettings, Note, SetSale, UpdateEvent};
use crate::error::{Bound, Problem, Refusal, SaleState};
use crate::inventory::{Layout, PackedPlace, Place, Refused, SeatState};
use crate::limits::{ATTACHMENT_BYTES_MAX, EVENTS_MAX, PLACES_PER_HOLD_MAX, TEXT_BYTES_MAX};
use crate::record::{
    Change, Changes, EventChanged, EventCreated, Noted, Record, Remember, SaleChanged, SeatsBlocked,
};
use crate::reply::{self, Done, Reply};

use crate::pipeline::core::Core;
use crate::pipeline::effects::seat_count;
use crate::pipeline::events::Event;
use crate::pipeline::notes::OWN_NOTES;
use crate::pipeline::read::describe;
use crate::pipeline::reservations::named_places;
use crate::pipeline::{Did, Outcome};

impl Core {
    /// Creates an event with its seats and, if it has one, its waiting line.
    pub(crate) fn create_event(&self, command: &CreateEvent, now: UnixMs) -> Outcome {
        check_settings(&command.settings)?;
        if let Some(policy) = &command.queue {
            crate::pipeline::line::check_policy(policy)?;
        }
        let layout = Layout::build(&command.seats).map_err(|error| Refusal::invalid("seats", error, ""))?;
        self.once(command, now, |key| {
            let mut next = self.catalog.begin();
            let _writing = self.log.guard().within();
            if self.catalog.find(&command.event).is_some() {
                return Err(Refusal::EventExists.into());
            }
            if *next >= EVENTS_MAX {
                return Err(Refusal::AtCapacity(Bound::Events).into());
            }
            let mut seats = Vec::new();
            // As the layout has it, so that the record is as long as the event's image will be.
            layout.to_map().encode(&mut seats);
            let record = Record::from(EventCreated {
                event: *next,
                id: command.event.clone(),
                settings: command.settings.clone(),
                seats,
                policy: command.queue.clone(),
                key,
            });
            if !self.log.fits(&record) {
                return Err(Refusal::invalid("seats", "the seat map is too large for one event", "").into());
            }
            let (appended, durable) = (self.log.append(&record, now), self.log.durable.reached());
            let Record::EventCreated(created) = record else { unreachable!("just made") };
            let event = self.add_event(&mut next, &created, layout, now, (appended.end(), durable));
            Ok(Did { reply: event_reply(event.number, now), end: appended.publish() })
        })
    }

    /// Changes an event's settings.
    pub(crate) fn update_event(&self, command: &UpdateEvent, now: UnixMs) -> Outcome {
        check_settings(&command.settings)?;
        self.once(command, now, |key| {
            let event = self.catalog.find(&command.event).ok_or(Refusal::UnknownEvent)?;
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
            let record = EventChanged { event: event.number, settings: command.settings.clone(), key };
            let appended = self.log.append(&record.into(), now);
            event.settings.store(Arc::new(command.settings.clone()));
            event.set_position(appended.end(), now, self.log.durable.reached());
            let end = appended.publish();
            // The sale may open at another moment now, and with it a pre-sale room ends.
            if let Some(line) = event.line.get() {
                self.end_room(event, line, now);
                self.arm_draw(event, now);
            }
            Ok(Did { reply: event_reply(event.number, now), end })
        })
    }

    /// Opens, pauses or closes a sale. Opening it draws a pre-sale room that is not drawn yet.
    pub(crate) fn set_sale(&self, command: &SetSale, now: UnixMs) -> Outcome {
        self.once(command, now, |key| {
            let event = self.catalog.find(&command.event).ok_or(Refusal::UnknownEvent)?;
            let _guard = event.operator.lock();
            let _writing = self.log.guard().within();
            if command.state == SaleState::Draft {
                return Err(Refusal::invalid("state", "nothing returns to draft", "Draft").into());
            }
            let record = SaleChanged { event: event.number, state: command.state, key };
            let appended = self.log.append(&record.into(), now);
            event.set_sale(command.state);
            event.set_position(appended.end(), now, self.log.durable.reached());
            let end = appended.publish();
            if let Some(line) = event.line.get() {
                self.end_room(event, line, now);
                self.arm_draw(event, now);
                self.advance(event, line, now);
            }
            Ok(Did { reply: event_reply(event.number, now), end })
        })
    }

    /// Takes free seats off sale or puts blocked ones back, all or none.
    pub(crate) fn block_seats(&self, command: &BlockSeats, now: UnixMs) -> Outcome {
        if command.seats.is_empty() || command.seats.len() > PLACES_PER_HOLD_MAX {
            let reason = format_args!("must name 1 to {PLACES_PER_HOLD_MAX} seats");
            return Err(Refusal::invalid("seat_ids", reason, command.seats.len()).into());
        }
        self.once(command, now, |key| {
            let event = self.catalog.find(&command.event).ok_or(Refusal::UnknownEvent)?;
            let _guard = event.operator.lock();
            let _writing = self.log.guard().within();
            let places = named_places(event, &command.seats)?;
            let changes =
                if command.block { self.block(event, &places, now)? } else { unblocking(event, &places)? };
            let record = SeatsBlocked { event: event.number, blocked: command.block, changes, key };
            let appended = self.log.append(&record.into(), now);
            if !command.block {
                event.seats.unblock(&places);
            }
            event.set_position(appended.end(), now, self.log.durable.reached());
            Ok(Did { reply: Reply::Done(Done { at: now }), end: appended.publish() })
        })
    }

    fn block(&self, event: &Event, places: &[PackedPlace], now: UnixMs) -> Result<Changes, Refusal> {
        let mut looked = false;
        loop {
            match event.seats.block(places, &|holder| self.fate(holder, now)) {
                Ok(versions) => return Ok(changes(places, &versions)),
                Err(Refused::Lapsed { owner }) => {
                    self.expire_slot(owner, now);
                }
                Err(Refused::Conflict { seats }) => {
                    return Err(Refusal::SeatsTaken(
                        seats.iter().map(|seat| event.seats.layout().label(*seat)).collect(),
                    ));
                }
                Err(Refused::Short { available, .. }) => {
                    if !self.may_find_more(&mut looked, now) {
                        let wanted = seat_count(places.iter().copied());
                        return Err(Refusal::Insufficient { wanted, available });
                    }
                }
            }
        }
    }

    /// Sets or removes a durable note.
    pub(crate) fn note(&self, command: &Note, now: UnixMs) -> Outcome {
        if let Some(value) = &command.value
            && value.len() > ATTACHMENT_BYTES_MAX
        {
            let reason =
                format_args!("has {} bytes, at most {ATTACHMENT_BYTES_MAX} are allowed", value.len());
            return Err(Refusal::invalid("value", reason, "").into());
        }
        if command.name.as_str().starts_with(OWN_NOTES) {
            let reason = format_args!("begins with {OWN_NOTES}, as the engine's own notes do");
            return Err(Refusal::invalid("name", reason, command.name.as_str()).into());
        }
        self.once(command, now, |key| self.write_note(command, key, now))
    }

    /// Writes a note down, also one of the engine's own.
    pub(crate) fn write_note(&self, command: &Note, key: Option<Remember>, now: UnixMs) -> Outcome {
        let record = Noted { name: command.name.clone(), value: command.value.clone(), key };
        let durable = self.log.durable.reached();
        let append = || self.log.append(&record.into(), now);
        let appended = self.notes.set(&command.name, command.value.as_deref(), durable, append)?;
        Ok(Did { reply: Reply::Done(Done { at: now }), end: appended.publish() })
    }
}

pub(crate) fn event_reply(number: u32, at: UnixMs) -> Reply {
    Reply::Event(reply::EventChanged { number, at })
}

pub(crate) fn changes(places: &[PackedPlace], versions: &[u32]) -> Changes {
    assert_eq!(places.len(), versions.len(), "one version for each place");
    let mut changes = Changes::new();
    for (&place, &version) in places.iter().zip(versions) {
        changes.push(Change { place, version });
    }
    changes
}

fn unblocking(event: &Event, places: &[PackedPlace]) -> Result<Changes, Refusal> {
    let is_blocked = |place: &PackedPlace| match place.unpack() {
        Place::Seat(seat) => event.seats.seat(seat).state == SeatState::Blocked,
        Place::General { section, count } => event.seats.counts(section).blocked >= u32::from(count),
    };
    let problem =
        |place: &PackedPlace| Problem::new("seat_ids", "is not blocked", describe(event, *place).id);
    let not_blocked: Box<[Problem]> = places.iter().filter(|place| !is_blocked(place)).map(problem).collect();
    if !not_blocked.is_empty() {
        return Err(Refusal::Invalid(not_blocked));
    }
    Ok(changes(places, &event.seats.next_versions_blocked(places)))
}

pub(crate) fn check_settings(settings: &EventSettings) -> Result<(), Refusal> {
    const DAY_MS: u64 = 86_400_000;
    let mut problems = Vec::new();
    let mut range = |field, value: u64, low: u64, high: u64| {
        if value < low || value > high {
            problems.push(Problem::new(field, format_args!("must be {low} to {high}"), value));
        }
    };
    range("name (bytes)", settings.name.len() as u64, 0, TEXT_BYTES_MAX as u64);
    range(
        "seats_per_reservation_max",
        settings.seats_per_reservation_max.into(),
        1,
        PLACES_PER_HOLD_MAX as u64,
    );
    range("hold_ms", settings.hold_ms, 1, DAY_MS);
    range("hold_ms_max", settings.hold_ms_max, settings.hold_ms, DAY_MS);
    range("extension_ms_max", settings.extension_ms_max, 0, DAY_MS);
    range("extensions_max", settings.extensions_max.into(), 0, 1_000);
    if let (Some(starts), Some(ends)) = (settings.sale_starts, settings.sale_ends)
        && starts >= ends
    {
        problems.push(Problem::new("sale_ends", "must be after sale_starts", ends));
    }
    if problems.is_empty() { Ok(()) } else { Err(Refusal::Invalid(problems.into_boxed_slice())) }
}
