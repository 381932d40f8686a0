//! The facts for registered endpoints: of the engine's updates, and of the server itself. Each becomes a delivery for
//! every endpoint that asked for its kind. How far the updates were read is durable, so that a restart misses nothing;
//! a reader that has lost updates says so, in the log, the figures and the health.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tacos_engine::{
    PaymentState, Position, ReservationState, UnixMs, Update, UpdateKind, UpdateReader, UpdatesLost,
};
use tacos_proto::gateway::v1::WebhookEventType;

use super::{WebhookDeliveries, WebhookDelivery};
use crate::app::App;
use crate::hub::is_refund;
use crate::wire::time::rfc3339;

/// When there is no room for deliveries, and when updates cannot be read, it is tried again this often.
const AGAIN_AFTER: Duration = Duration::from_millis(100);
/// Updates are looked at this often as long as no endpoint is registered: to be woken by every write would make the
/// write dearer, and no endpoint would hear of it.
const IDLE_LOOK: Duration = Duration::from_millis(100);

/// Makes deliveries of updates until the engine closes.
pub(super) async fn collect(app: Arc<App>) {
    let mut from = WebhookDeliveries::position(&app.engine);
    loop {
        let lost = match app.engine.updates(from) {
            Ok(mut reader) => {
                let lost = follow(&app, &mut reader).await;
                from = reader.position();
                lost
            }
            Err(lost) => lost,
        };
        match lost {
            UpdatesLost::Closed => return,
            // What is no longer retained is lost to registered endpoints; what is retained is still delivered.
            UpdatesLost::Gone { oldest } => {
                missed(&app, from, oldest);
                from = oldest;
            }
            UpdatesLost::NotAPosition { position } => {
                let now = app.engine.position();
                missed(&app, position, now);
                from = now;
            }
            other => {
                tracing::error!(lost = %other, "registered endpoints hear nothing");
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        }
        if *app.draining.borrow() {
            return;
        }
    }
}

fn missed(app: &App, from: Position, to: Position) {
    if app.webhooks.deliveries.has_registrations() {
        app.webhooks.facts_lost.fetch_add(1, Ordering::Relaxed);
        tracing::error!(from = from.0, to = to.0, "registered endpoints have missed what lies between");
    }
}

async fn follow(app: &App, reader: &mut UpdateReader) -> UpdatesLost {
    let mut updates = Vec::new();
    loop {
        let ready = next(app, reader, !updates.is_empty()).await;
        updates.clear();
        let read = ready.and_then(|()| reader.read(&mut updates));
        let mut made = false;
        if app.webhooks.deliveries.has_registrations() {
            for update in &updates {
                match enqueue_facts(app, update).await {
                    Some(told) => made |= told,
                    // Ending without room: the position stays, and the facts are delivered after the restart.
                    None => return UpdatesLost::Closed,
                }
            }
        }
        if made {
            // At least once: what lies behind this position may be posted again after a crash.
            let _ = WebhookDeliveries::reached(&app.engine, reader.position()).await;
            app.webhooks.wake.notify_one();
        }
        if let Err(lost) = read {
            return lost;
        }
    }
}

/// Waits until it is time to read; `had` says that the read before gave something.
async fn next(app: &App, reader: &mut UpdateReader, had: bool) -> Result<(), UpdatesLost> {
    if app.webhooks.deliveries.has_registrations() {
        return std::future::poll_fn(|context| reader.poll_ready(context)).await;
    }
    if had {
        // More may have come between two looks than one read gives.
        tokio::task::yield_now().await;
        return Ok(());
    }
    tokio::select! {
        () = tokio::time::sleep(IDLE_LOOK) => {}
        () = app.webhooks.deliveries.registered.notified() => {}
    }
    Ok(())
}

async fn enqueue_facts(app: &App, update: &Update) -> Option<bool> {
    let Some((event, subject)) = fact_of(update) else { return Some(false) };
    let fact = Fact {
        event,
        event_id: update.event.as_ref().map(ToString::to_string).unwrap_or_default(),
        subject,
        at: update.at,
        unique: update.position.0.to_string(),
        position: Some(update.position),
    };
    loop {
        match announce(app, &fact).await {
            Announced::Full if *app.draining.borrow() => return None,
            Announced::Full => tokio::time::sleep(AGAIN_AFTER).await,
            told => return Some(told == Announced::Queued),
        }
    }
}

/// The result of announcing a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Announced {
    /// No endpoint asked for its kind.
    NoListener,
    /// A delivery is queued for every endpoint that did.
    Queued,
    /// There is no room for all deliveries. To announce it again later does no harm.
    Full,
}

/// A fact for registered endpoints.
pub(crate) struct Fact {
    pub(crate) event: WebhookEventType,
    pub(crate) event_id: String,
    pub(crate) subject: String,
    pub(crate) at: UnixMs,
    /// The same fact has the same text here, also after a restart: receivers recognise repeats.
    pub(crate) unique: String,
    /// Where its update ends in the journal; none if it is the server's own.
    pub(crate) position: Option<Position>,
}

/// Queues a delivery for every endpoint that asked for a fact's kind.
pub(crate) async fn announce(app: &App, fact: &Fact) -> Announced {
    let mut announced = Announced::NoListener;
    for listener in app.webhooks.deliveries.listeners(fact.event as i32, fact.position) {
        let id = format!("wh_{}", app.keyed("post", &format!("{}/{}", listener.id, fact.unique)));
        let body = serde_json::json!({
            "webhook_id": id,
            "event_type": fact.event.as_str_name(),
            "event_id": fact.event_id,
            "subject_id": fact.subject,
            "timestamp": rfc3339(fact.at),
        });
        let delivery = WebhookDelivery::new(id, listener.id, listener.url, body.to_string(), UnixMs::ZERO);
        match app.webhooks.deliveries.put(&app.engine, delivery).await {
            Ok(true) => announced = Announced::Queued,
            Ok(false) => return Announced::Full,
            Err(failure) => tracing::warn!(%failure, "a delivery could not be recorded"),
        }
    }
    announced
}

/// The kind and subject of an update as a fact; `None` for updates that are none.
fn fact_of(update: &Update) -> Option<(WebhookEventType, String)> {
    match &update.what {
        UpdateKind::Payment(payment) => {
            let event = match payment.state {
                // A refund in part leaves the state that was announced before.
                PaymentState::Completed if is_refund(payment) => return None,
                PaymentState::Completed => WebhookEventType::PaymentApproved,
                PaymentState::Failed => WebhookEventType::PaymentFailed,
                PaymentState::Cancelled => WebhookEventType::PaymentCancelled,
                _ => return None,
            };
            Some((event, payment.id.to_string()))
        }
        UpdateKind::Reservation(changed) if changed.state == ReservationState::Expired => {
            Some((WebhookEventType::ReservationExpired, changed.id.to_string()))
        }
        _ => None,
    }
}
