//! The facts for registered endpoints: of the engine's updates, and of the server itself. Each becomes a delivery for
//! every endpoint that asked for its kind. How far the updates were read is durable, so that a restart misses nothing;
//! a reader that has lost updates says so, in the log, the figures and the health.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value;
use tacos_engine::{
    Caller, PaymentState, PaymentUpdate, Position, ReservationState, ReservationUpdate, SaleState, UnixMs,
    Update, UpdateKind, UpdateReader, UpdatesLost,
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

/// Queues the deliveries of an update; `None` if the server ends without room for them.
async fn enqueue_facts(app: &App, update: &Update) -> Option<bool> {
    let mut made = false;
    for (at, told) in told_by(update).into_iter().flatten().enumerate() {
        if !app.webhooks.deliveries.hears(told.event as i32, update.position) {
            continue;
        }
        // Two facts of one update are told apart; the first has the name that it always had.
        let unique =
            if at == 0 { update.position.0.to_string() } else { format!("{}/{at}", update.position.0) };
        let fact = Fact {
            event: told.event,
            event_id: update.event.as_ref().map(ToString::to_string).unwrap_or_default(),
            subject: told.subject(),
            data: told.data(app).await,
            at: update.at,
            unique,
            position: Some(update.position),
        };
        made |= queued(app, &fact).await?;
    }
    Some(made)
}

/// Announces a fact, waiting for room; `None` if the server ends without any.
async fn queued(app: &App, fact: &Fact) -> Option<bool> {
    loop {
        match announce(app, fact).await {
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
    /// The reservation or payment.
    pub(crate) subject: String,
    /// What else is told of it where the format has room for it, by name.
    pub(crate) data: Vec<(&'static str, Value)>,
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
        let (format, body) = (listener.format, listener.format.body(&id, fact));
        let delivery = WebhookDelivery::new(id, listener.id, listener.url, body, UnixMs::ZERO);
        let delivery = WebhookDelivery { format, ..delivery };
        match app.webhooks.deliveries.put(&app.engine, delivery).await {
            Ok(true) => announced = Announced::Queued,
            Ok(false) => return Announced::Full,
            Err(failure) => tracing::warn!(%failure, "a delivery could not be recorded"),
        }
    }
    announced
}

/// What a fact is about.
enum About<'a> {
    Payment(&'a PaymentUpdate),
    Reservation(&'a ReservationUpdate),
    /// The event itself, whose id the update has.
    Event,
}

/// A fact that an update tells.
struct Told<'a> {
    event: WebhookEventType,
    about: About<'a>,
}

impl Told<'_> {
    fn subject(&self) -> String {
        match self.about {
            About::Payment(changed) => changed.id.to_string(),
            About::Reservation(changed) => changed.id.to_string(),
            About::Event => String::new(),
        }
    }

    async fn data(&self, app: &App) -> Vec<(&'static str, Value)> {
        match self.about {
            About::Payment(changed) => payment_data(app, changed).await,
            About::Reservation(changed) => {
                let mut data = vec![("reservation_id", changed.id.to_string().into())];
                data.extend(changed.user.as_ref().map(|user| ("user_id", user.as_str().into())));
                data.extend(changed.expires_at.map(|at| ("hold_expires_at", rfc3339(at).into())));
                data
            }
            About::Event => Vec::new(),
        }
    }
}

/// What is told of a payment. Its reservation and amount are those of the present, which never change.
async fn payment_data(app: &App, changed: &PaymentUpdate) -> Vec<(&'static str, Value)> {
    let mut data = vec![("payment_intent_id", changed.id.to_string().into())];
    data.extend(changed.user.as_ref().map(|user| ("user_id", user.as_str().into())));
    if is_refund(changed) {
        data.push(("refunded_minor", changed.refunded_minor.into()));
    }
    // A payment that is forgotten by now is told without them.
    if let Ok(view) = app.engine.payment(changed.id, &Caller::Operator).await {
        let reservation = view.reservation.map(|id| id.to_string());
        let reservation = reservation.or_else(|| view.unlinked.as_ref().map(ToString::to_string));
        data.extend(reservation.map(|id| ("reservation_id", id.into())));
        data.push(("amount_minor", view.amount.minor.into()));
        data.push(("currency", view.amount.currency.as_str().into()));
    }
    data
}

/// The facts that an update tells: at most one of a payment or event, and one of a reservation.
fn told_by(update: &Update) -> [Option<Told<'_>>; 2] {
    let event = |event| Some(Told { event, about: About::Event });
    match &update.what {
        UpdateKind::Payment(changed) => {
            let of_payment = payment_event(changed);
            let of_payment = of_payment.map(|event| Told { event, about: About::Payment(changed) });
            [of_payment, changed.reservation.as_ref().and_then(told_of)]
        }
        UpdateKind::Reservation(changed) => [told_of(changed), None],
        UpdateKind::Sale(SaleState::Open) => [event(WebhookEventType::SaleOpened), None],
        UpdateKind::Sale(SaleState::Paused) => [event(WebhookEventType::SalePaused), None],
        UpdateKind::Sale(SaleState::Closed) => [event(WebhookEventType::SaleClosed), None],
        UpdateKind::QueuePaused(true) => [event(WebhookEventType::QueuePaused), None],
        UpdateKind::QueuePaused(false) => [event(WebhookEventType::QueueResumed), None],
        _ => [None, None],
    }
}

fn payment_event(changed: &PaymentUpdate) -> Option<WebhookEventType> {
    // A refund in part leaves the state that was announced before.
    if is_refund(changed) {
        return Some(WebhookEventType::PaymentRefunded);
    }
    match changed.state {
        PaymentState::Completed => Some(WebhookEventType::PaymentApproved),
        PaymentState::Failed => Some(WebhookEventType::PaymentFailed),
        PaymentState::Cancelled => Some(WebhookEventType::PaymentCancelled),
        PaymentState::Expired => Some(WebhookEventType::PaymentExpired),
        _ => None,
    }
}

fn told_of(changed: &ReservationUpdate) -> Option<Told<'_>> {
    let event = match changed.state {
        ReservationState::Pending if changed.from.is_none() => WebhookEventType::ReservationHeld,
        ReservationState::Confirmed if changed.from != Some(ReservationState::Confirmed) => {
            WebhookEventType::ReservationConfirmed
        }
        ReservationState::Cancelled | ReservationState::Failed => WebhookEventType::ReservationCancelled,
        ReservationState::Expired => WebhookEventType::ReservationExpired,
        _ => return None,
    };
    Some(Told { event, about: About::Reservation(changed) })
}
