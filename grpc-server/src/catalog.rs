//! What the engine does not keep of events: descriptions, venues, dates, revisions, and events that have no seat map
//! yet. Each is one durable note of the engine. Also makes events from the template, in the compat profile.

use std::sync::Arc;

use dashmap::{DashMap, DashSet};
use parking_lot::RwLock;
use prost::Message;
use prost_types::Timestamp;
use sha2::{Digest, Sha256};
use tacos_engine::{
    CreateEvent, Currency, Engine, EventId, EventSettings, ExternalId, Failure, IdempotencyKey, Note,
    QueuePolicy, Refusal, SaleState, SetSale,
};
use tacos_proto::common::v1::Venue;
use tacos_proto::engine::v1::EventRecord;

use crate::app::App;
use crate::venue;
use crate::wire::error::hex;
use crate::wire::{ApiError, timestamp};

/// Names of the notes begin with this.
const PREFIX: &str = "event.";
/// Names of the notes that mark events made from the template begin with this.
const TEMPLATE_PREFIX: &str = "template.";

/// The catalog's entry of one event.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Facts {
    pub(crate) description: String,
    pub(crate) venue: Option<Venue>,
    pub(crate) start_time: Option<Timestamp>,
    pub(crate) end_time: Option<Timestamp>,
    /// The record as it was last written; `None` for events that were made otherwise.
    pub(crate) record: Option<EventRecord>,
}

/// The entries of all events.
pub(crate) struct Catalog {
    facts: DashMap<EventId, Arc<Facts>>,
    currencies: RwLock<Vec<Option<Currency>>>,
    /// Events that are, or are about to be, made from the template: one durable note each, so that the bound holds for
    /// the folder and not for one process.
    from_template: DashSet<EventId>,
    making: tokio::sync::Mutex<()>,
    /// Held while a waiting line is drained: a repeat waits and returns the whole count.
    pub(crate) draining: tokio::sync::Mutex<()>,
    /// Held through each step of an operator, so that steps come one after the other.
    pub(crate) operator: tokio::sync::Mutex<()>,
}

fn note_name(prefix: &str, event: &EventId) -> Result<ExternalId, ApiError> {
    let digest = Sha256::digest(event.as_str().as_bytes());
    ExternalId::new(&format!("{prefix}{}", hex(&digest[..16])))
        .map_err(|error| ApiError::internal(error.to_string()))
}

impl From<EventRecord> for Facts {
    fn from(record: EventRecord) -> Self {
        let settings = record.settings.clone().unwrap_or_default();
        Self {
            description: settings.description,
            venue: settings.venue,
            start_time: settings.start_time,
            end_time: settings.end_time,
            record: Some(record),
        }
    }
}

impl Catalog {
    /// Reads all notes.
    pub(crate) fn load(engine: &Engine) -> Self {
        let facts = DashMap::new();
        for (name, bytes) in engine.notes(PREFIX) {
            let Ok(record) = EventRecord::decode(bytes.as_slice()) else {
                tracing::error!(note = %name, "an event's note cannot be read");
                continue;
            };
            let id = record.settings.as_ref().map(|settings| settings.event_id.as_str()).unwrap_or_default();
            if let Ok(id) = EventId::new(id) {
                facts.insert(id, Arc::new(Facts::from(record)));
            }
        }
        Self {
            facts,
            currencies: RwLock::default(),
            from_template: templates(engine),
            making: tokio::sync::Mutex::new(()),
            draining: tokio::sync::Mutex::new(()),
            operator: tokio::sync::Mutex::new(()),
        }
    }

    /// The entry of an event; an empty one if there is none.
    pub(crate) fn facts(&self, event: &EventId) -> Arc<Facts> {
        self.facts.get(event).map(|facts| Arc::clone(&facts)).unwrap_or_default()
    }

    /// Ids of events that have no seat map yet.
    pub(crate) fn drafts(&self, engine: &Engine) -> Vec<EventId> {
        let mut drafts: Vec<EventId> = self
            .facts
            .iter()
            .map(|entry| entry.key().clone())
            .filter(|id| engine.event(id).is_err())
            .collect();
        drafts.sort();
        drafts
    }

    /// Writes an event's record, durably.
    pub(crate) async fn store(
        &self,
        engine: &Engine,
        event: &EventId,
        record: EventRecord,
        key: Option<IdempotencyKey>,
    ) -> Result<(), ApiError> {
        let value = record.encode_to_vec();
        if value.len() > tacos_engine::limits::ATTACHMENT_BYTES_MAX {
            return Err(ApiError::invalid("settings.description", "is too long to be kept", value.len()));
        }
        engine.note(Note::new(note_name(PREFIX, event)?, Some(value)).with_key(key)).await?;
        self.facts.insert(event.clone(), Arc::new(Facts::from(record)));
        Ok(())
    }

    /// The currency of an event, by the engine's number. It never changes.
    pub(crate) fn currency(&self, engine: &Engine, number: u32) -> Result<Currency, ApiError> {
        let at = number as usize;
        if let Some(currency) = self.currencies.read().get(at).copied().flatten() {
            return Ok(currency);
        }
        let id = engine.event_id(number).ok_or(Refusal::UnknownEvent)?;
        let currency = engine.event(&id)?.settings.currency;
        let mut currencies = self.currencies.write();
        if currencies.len() <= at {
            currencies.resize(at + 1, None);
        }
        currencies[at] = Some(currency);
        Ok(currency)
    }

    /// True for an event that is not there, and for one from the template whose making was cut off before its sale was
    /// opened. An event that an operator has described is put on sale by the operator.
    pub(crate) fn lacks(&self, engine: &Engine, event: &EventId) -> bool {
        match engine.event(event) {
            Ok(view) => view.sale == SaleState::Draft && self.from_template.contains(event),
            Err(_) => !self.facts.contains_key(event),
        }
    }

    /// Makes an unknown event from the template and opens its sale; the number in one folder is bounded.
    pub(crate) async fn make_from_template(&self, app: &App, event: &EventId) -> Result<(), ApiError> {
        let _alone = self.making.lock().await;
        if !self.lacks(&app.engine, event) {
            return Ok(());
        }
        if app.engine.event(event).is_err() {
            self.mark_template(app, event).await?;
            self.create_from_template(app, event).await?;
        }
        app.engine.set_sale(SetSale::new(event.clone(), SaleState::Open)).await?;
        Ok(())
    }

    /// Counts the event against the bound, durably, before it is made: a crash between the two leaves one that is
    /// counted and made by its next use.
    async fn mark_template(&self, app: &App, event: &EventId) -> Result<(), ApiError> {
        if self.from_template.contains(event) {
            return Ok(());
        }
        if self.from_template.len() >= app.rules.template_events_max as usize {
            return Err(Refusal::UnknownEvent.into());
        }
        let value = Some(event.as_str().as_bytes().to_vec());
        app.engine.note(Note::new(note_name(TEMPLATE_PREFIX, event)?, value)).await?;
        self.from_template.insert(event.clone());
        Ok(())
    }

    async fn create_from_template(&self, app: &App, event: &EventId) -> Result<(), ApiError> {
        let currency =
            Currency::new("KRW").ok_or_else(|| ApiError::internal("the template has no currency"))?;
        let create =
            CreateEvent::new(event.clone(), EventSettings::new(event.as_str(), currency), venue::template())
                .with_queue(QueuePolicy::default().with_one_place_per_user(app.rules.one_place_per_user));
        match app.engine.create_event(create).await {
            Ok(_) => {
                tracing::warn!(event = %event, "made from the template: compat profile");
                Ok(())
            }
            Err(Failure::Refused(Refusal::EventExists)) => Ok(()),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Opens and closes sales whose moment has come, as their settings say.
    pub(crate) async fn open_and_close_sales(&self, engine: &Engine) {
        let now = engine.now();
        for event in engine.events() {
            let ended = event.settings.sale_ends.is_some_and(|ends| ends <= now);
            let begun = event.settings.sale_starts.is_some_and(|starts| starts <= now);
            let state = match event.sale {
                SaleState::Closed => continue,
                _ if ended => SaleState::Closed,
                SaleState::Draft if begun => SaleState::Open,
                _ => continue,
            };
            match engine.set_sale(SetSale::new(event.id.clone(), state)).await {
                Ok(_) => tracing::info!(event = %event.id, ?state, "the sale's moment has come"),
                Err(failure) => {
                    tracing::warn!(event = %event.id, %failure, "the sale's state could not be changed");
                }
            }
        }
    }
}

/// Events that the folder's notes mark as made from the template.
fn templates(engine: &Engine) -> DashSet<EventId> {
    let named = |(_, bytes): (ExternalId, Vec<u8>)| EventId::new(&String::from_utf8(bytes).ok()?).ok();
    engine.notes(TEMPLATE_PREFIX).into_iter().filter_map(named).collect()
}

/// A record with its revision raised and its moments set.
pub(crate) fn next_revision(
    old: Option<&EventRecord>,
    mut new: EventRecord,
    now: tacos_engine::UnixMs,
) -> EventRecord {
    new.revision = old.map_or(0, |old| old.revision) + 1;
    new.created_at = old.and_then(|old| old.created_at).or_else(|| timestamp(now));
    new.updated_at = timestamp(now);
    // Kept by the engine, not by the note.
    (new.counts, new.state, new.queue_paused) = (None, 0, false);
    new
}
