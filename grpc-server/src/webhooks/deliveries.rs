//! Endpoints that registered, and the deliveries to them: all of it as durable notes, so that a restart loses nothing.
//! The facts come from the engine's updates; how far they were read is a note too. A delivery that was tried often
//! enough is a dead letter: kept until it is replayed, or until its room is needed.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tacos_engine::{Engine, ExternalId, Failure, Note, Position, UnixMs};
use tokio::sync::Notify;

use super::attempts::Attempts;
use super::bodies::BodyFormat;

/// Notes of registrations.
const REGISTRATION: &str = "hook.reg.";
/// Notes of deliveries.
const DELIVERY: &str = "hook.post.";
/// The note that says how far updates were read.
const POSITION: &str = "hook.position";
/// Registrations at once.
const REGISTRATIONS_MAX: usize = 64;
/// Deliveries kept at once, dead letters included.
const DELIVERIES_MAX: usize = 16_384;

/// How long a replaced key signs beside the new one.
const REPLACED_KEY_SIGNS_MS: u64 = 24 * 60 * 60 * 1_000;

/// A registered endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Registration {
    pub(crate) id: String,
    pub(crate) service: String,
    pub(crate) url: String,
    /// Values of `WebhookEventType`.
    pub(crate) events: Vec<i32>,
    pub(crate) secret: String,
    pub(crate) retries: u32,
    pub(crate) timeout_seconds: u32,
    pub(crate) headers: BTreeMap<String, String>,
    /// How its bodies are written.
    #[serde(default)]
    pub(crate) format: BodyFormat,
    /// The key that was replaced by `secret`, and until when it signs beside it.
    #[serde(default)]
    pub(crate) replaced: Option<Replaced>,
    /// It hears of updates behind this position: of none that came before it was registered.
    #[serde(default)]
    pub(crate) from: u64,
}

/// A key that was replaced.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Replaced {
    secret: String,
    until_ms: u64,
}

impl Registration {
    fn hears(&self, event: i32, position: Option<Position>) -> bool {
        self.events.contains(&event) && position.is_none_or(|position| position.0 > self.from)
    }

    /// The keys that sign at this moment, the newest first.
    pub(crate) fn secrets(&self, now: UnixMs) -> Vec<Vec<u8>> {
        let replaced = self.replaced.iter().filter(|replaced| now.get() < replaced.until_ms);
        std::iter::once(&self.secret)
            .chain(replaced.map(|replaced| &replaced.secret))
            .map(|secret| secret.clone().into_bytes())
            .collect()
    }

    /// Takes over what outlives a repeated registration: where it began to listen, and the key that it replaces.
    fn replaces(&mut self, known: &Self, now: UnixMs) {
        self.from = known.from;
        self.replaced = if self.secret == known.secret {
            known.replaced.clone()
        } else {
            let until_ms = now.get() + REPLACED_KEY_SIGNS_MS;
            Some(Replaced { secret: known.secret.clone(), until_ms })
        };
    }
}

/// One delivery to make.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WebhookDelivery {
    pub(crate) id: String,
    /// The registration; empty for a simulated delivery, which is signed with the server's key.
    pub(crate) registration: String,
    pub(crate) url: String,
    pub(crate) body: String,
    /// How the body is written.
    #[serde(default)]
    pub(crate) format: BodyFormat,
    pub(crate) attempts: u32,
    pub(crate) due_ms: u64,
    /// Deliveries of one registration go out in this order.
    pub(crate) order: u64,
    /// Given up.
    #[serde(default)]
    pub(crate) dead: bool,
    /// Its attempts.
    #[serde(default)]
    pub(crate) tried: Option<Attempts>,
}

impl WebhookDelivery {
    pub(crate) fn new(id: String, registration: String, url: String, body: String, due: UnixMs) -> Self {
        let (due_ms, format) = (due.get(), BodyFormat::Contract);
        Self { id, registration, url, body, format, attempts: 0, due_ms, order: 0, dead: false, tried: None }
    }
}

#[derive(Default)]
struct Kept {
    registrations: BTreeMap<String, Registration>,
    deliveries: BTreeMap<u64, WebhookDelivery>,
    next_order: u64,
}

/// Registrations and deliveries.
#[derive(Default)]
pub(crate) struct WebhookDeliveries {
    kept: Mutex<Kept>,
    /// Wakes the task that reads updates for registered endpoints.
    pub(super) registered: Notify,
}

fn name(prefix: &str, id: &str) -> Option<ExternalId> {
    ExternalId::new(&format!("{prefix}{id}")).ok()
}

async fn note(engine: &Engine, name: Option<ExternalId>, value: Option<Vec<u8>>) -> Result<(), Failure> {
    let Some(name) = name else { return Ok(()) };
    engine.note(Note::new(name, value)).await.map(|_| ())
}

impl WebhookDeliveries {
    pub(crate) fn load(engine: &Engine) -> Self {
        let mut kept = Kept::default();
        for (_, bytes) in engine.notes(REGISTRATION) {
            if let Ok(registration) = serde_json::from_slice::<Registration>(&bytes) {
                kept.registrations.insert(registration.id.clone(), registration);
            }
        }
        for (_, bytes) in engine.notes(DELIVERY) {
            if let Ok(delivery) = serde_json::from_slice::<WebhookDelivery>(&bytes) {
                kept.next_order = kept.next_order.max(delivery.order + 1);
                kept.deliveries.insert(delivery.order, delivery);
            }
        }
        Self { kept: Mutex::new(kept), registered: Notify::new() }
    }

    /// Registers an endpoint, durably. False if there are too many.
    pub(crate) async fn register(
        &self,
        engine: &Engine,
        mut registration: Registration,
    ) -> Result<bool, Failure> {
        {
            let kept = self.kept.lock();
            match kept.registrations.get(&registration.id) {
                // Its settings change; what it has not heard of yet it still hears of.
                Some(known) => registration.replaces(known, engine.now()),
                None if kept.registrations.len() >= REGISTRATIONS_MAX => return Ok(false),
                None => {}
            }
        }
        let value = serde_json::to_vec(&registration).unwrap_or_default();
        note(engine, name(REGISTRATION, &registration.id), Some(value)).await?;
        if name(POSITION, "").is_some_and(|name| engine.read_note(&name).is_none()) {
            // From this position on no update is missed, also if the server is down when it happens.
            Self::reached(engine, engine.position()).await?;
        }
        self.kept.lock().registrations.insert(registration.id.clone(), registration);
        self.registered.notify_one();
        Ok(true)
    }

    pub(crate) fn registration(&self, id: &str) -> Option<Registration> {
        self.kept.lock().registrations.get(id).cloned()
    }

    /// The endpoints that asked for this event type, and were registered before what ends at this position.
    pub(crate) fn listeners(&self, event: i32, position: Option<Position>) -> Vec<Registration> {
        let kept = self.kept.lock();
        kept.registrations.values().filter(|one| one.hears(event, position)).cloned().collect()
    }

    /// True if an endpoint hears of this event type at this position.
    pub(super) fn hears(&self, event: i32, position: Position) -> bool {
        self.kept.lock().registrations.values().any(|one| one.hears(event, Some(position)))
    }

    /// Puts a delivery in, durably. False if there is no room; the oldest dead letter makes some.
    pub(crate) async fn put(&self, engine: &Engine, mut delivery: WebhookDelivery) -> Result<bool, Failure> {
        let dropped = {
            let mut kept = self.kept.lock();
            if kept.deliveries.values().any(|known| known.id == delivery.id) {
                return Ok(true);
            }
            let mut dropped = None;
            if kept.deliveries.len() >= DELIVERIES_MAX {
                let Some(order) =
                    kept.deliveries.values().find(|delivery| delivery.dead).map(|delivery| delivery.order)
                else {
                    return Ok(false);
                };
                dropped = kept.deliveries.remove(&order);
            }
            delivery.order = kept.next_order;
            kept.next_order += 1;
            dropped
        };
        if let Some(dropped) = dropped {
            tracing::warn!(delivery = dropped.id, "a dead letter made room for a new delivery");
            note(engine, name(DELIVERY, &dropped.id), None).await?;
        }
        note(engine, name(DELIVERY, &delivery.id), Some(serde_json::to_vec(&delivery).unwrap_or_default()))
            .await?;
        self.kept.lock().deliveries.insert(delivery.order, delivery);
        Ok(true)
    }

    /// The oldest delivery of each registration (and every simulated one) whose time has come.
    pub(crate) fn due(&self, now: UnixMs, most: usize) -> Vec<WebhookDelivery> {
        let kept = self.kept.lock();
        let mut seen: Vec<&str> = Vec::new();
        let mut due = Vec::new();
        for delivery in kept.deliveries.values().filter(|delivery| !delivery.dead) {
            if !delivery.registration.is_empty() {
                if seen.contains(&delivery.registration.as_str()) {
                    continue;
                }
                seen.push(&delivery.registration);
            }
            if delivery.due_ms <= now.get() && due.len() < most {
                due.push(delivery.clone());
            }
        }
        due
    }

    /// Dead letters, oldest first.
    pub(crate) fn dead(&self) -> Vec<WebhookDelivery> {
        self.kept.lock().deliveries.values().filter(|delivery| delivery.dead).cloned().collect()
    }

    /// How many wait and how many are dead.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let kept = self.kept.lock();
        let dead = kept.deliveries.values().filter(|delivery| delivery.dead).count();
        (kept.deliveries.len() - dead, dead)
    }

    /// Puts a dead letter back: it is due at once. False if there is none with this id.
    pub(crate) async fn replay(&self, engine: &Engine, id: &str) -> Result<bool, Failure> {
        let found =
            self.kept.lock().deliveries.values().find(|delivery| delivery.dead && delivery.id == id).cloned();
        let Some(delivery) = found else { return Ok(false) };
        self.later(engine, WebhookDelivery { dead: false, attempts: 0, due_ms: 0, tried: None, ..delivery })
            .await?;
        Ok(true)
    }

    /// A delivery arrived.
    pub(crate) async fn remove(&self, engine: &Engine, delivery: &WebhookDelivery) -> Result<(), Failure> {
        self.kept.lock().deliveries.remove(&delivery.order);
        note(engine, name(DELIVERY, &delivery.id), None).await
    }

    /// A delivery is tried again later, or is a dead letter from now on.
    pub(crate) async fn later(&self, engine: &Engine, delivery: WebhookDelivery) -> Result<(), Failure> {
        let value = serde_json::to_vec(&delivery).unwrap_or_default();
        let noted = name(DELIVERY, &delivery.id);
        self.kept.lock().deliveries.insert(delivery.order, delivery);
        note(engine, noted, Some(value)).await
    }

    /// Where reading of updates goes on.
    pub(crate) fn position(engine: &Engine) -> Position {
        let kept = name(POSITION, "").and_then(|name| engine.read_note(&name));
        let bytes = kept.and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
        bytes.map_or_else(|| engine.position(), |bytes| Position(u64::from_le_bytes(bytes)))
    }

    /// Stores how far updates were read.
    pub(crate) async fn reached(engine: &Engine, position: Position) -> Result<(), Failure> {
        note(engine, name(POSITION, ""), Some(position.0.to_le_bytes().to_vec())).await
    }

    /// True if any endpoint is registered.
    pub(crate) fn has_registrations(&self) -> bool {
        !self.kept.lock().registrations.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration(secret: &str, from: u64) -> Registration {
        Registration {
            id: "wh_1".to_owned(),
            service: "shop".to_owned(),
            url: "http://shop.example/hook".to_owned(),
            events: vec![1],
            secret: secret.to_owned(),
            retries: 3,
            timeout_seconds: 5,
            headers: BTreeMap::new(),
            format: BodyFormat::Standard,
            replaced: None,
            from,
        }
    }

    #[test]
    fn a_replaced_key_signs_for_a_day() {
        let (first, mut second) = (registration("first", 7), registration("second", 99));
        let replaced_at = UnixMs::new(1_800_000_000_000);
        second.replaces(&first, replaced_at);
        assert_eq!(second.from, 7, "it goes on hearing of what it has not heard of");
        let after = |ms: u64| UnixMs::new(replaced_at.get() + ms);
        let both = vec![b"second".to_vec(), b"first".to_vec()];
        assert_eq!(second.secrets(replaced_at), both);
        assert_eq!(second.secrets(after(REPLACED_KEY_SIGNS_MS - 1)), both);
        assert_eq!(second.secrets(after(REPLACED_KEY_SIGNS_MS)), vec![b"second".to_vec()]);
        // Registered again with the same key, it replaces nothing, and the day does not begin anew.
        let mut again = registration("second", 200);
        again.replaces(&second, after(1_000));
        assert_eq!(again.secrets(after(REPLACED_KEY_SIGNS_MS - 1)), both);
        assert_eq!(again.secrets(after(REPLACED_KEY_SIGNS_MS)), vec![b"second".to_vec()]);
    }

    #[test]
    fn registrations_of_older_servers_are_read() {
        let old = r#"{"id":"wh_1","service":"shop","url":"http://shop.example/","events":[1],
            "secret":"sixteen bytes or more","retries":3,"timeout_seconds":5,"headers":{}}"#;
        let registration: Registration = serde_json::from_str(old).expect("read");
        assert_eq!(registration.format, BodyFormat::Contract);
        assert_eq!(registration.secrets(UnixMs::ZERO), vec![b"sixteen bytes or more".to_vec()]);
    }
}
