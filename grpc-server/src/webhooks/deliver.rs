//! The deliverer: posts deliveries that are due, and reports the results. One task; deliveries run side by side up to a
//! bound.

use std::collections::{HashMap, HashSet};
use std::slice::from_ref;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use parking_lot::Mutex;
use tacos_engine::views::{PaymentView, WebhookView};
use tacos_engine::{Caller, ReportWebhook, UnixMs, webhook_backoff_ms};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::attempts::{Attempts, Failed};
use super::sign::{sign, standard};
use super::target::{self, Http, is_reserved};
use super::{BodyFormat, WebhookDelivery, facts};
use crate::app::{App, drained};
use crate::services::payment_body;

/// Deliveries at once.
const AT_ONCE_MAX: usize = 64;
/// Of these, to one endpoint: a slow one keeps slots for others free.
const AT_ONE_ENDPOINT_MAX: usize = 16;
/// Deliveries looked at for something to start; more only if nothing was found.
const LOOK_AT_FIRST: usize = 256;
const LOOK_AT_MAX: usize = 16_384;
/// Retries where no registration says how many.
const RETRIES: u32 = 3;
/// How long one attempt may take by default.
const TIMEOUT_SECONDS: u64 = 5;
/// Bytes of an answer that are read and thrown away, at most.
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// The outbox is looked at this often, and whenever the deliverer is woken.
const LOOK_EVERY: Duration = Duration::from_millis(100);

struct Deliverer {
    app: Arc<App>,
    http: Http,
    slots: Arc<Semaphore>,
    under_way: Mutex<InFlight>,
}

/// What is posted where.
struct Post<'a> {
    url: &'a str,
    body: &'a str,
    format: BodyFormat,
    id: &'a str,
}

/// Deliveries under way, by id, and how many to each endpoint.
#[derive(Default)]
struct InFlight {
    ids: HashSet<String>,
    endpoints: HashMap<String, usize>,
}

impl InFlight {
    fn of(&self, endpoint: &str) -> usize {
        self.endpoints.get(endpoint).copied().unwrap_or(0)
    }
}

/// One delivery's slots, given back however the delivery ends.
struct Turn {
    deliverer: Arc<Deliverer>,
    id: String,
    endpoint: String,
    _slot: OwnedSemaphorePermit,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut under_way = self.deliverer.under_way.lock();
        under_way.ids.remove(&self.id);
        if let Some(count) = under_way.endpoints.get_mut(&self.endpoint) {
            *count -= 1;
            if *count == 0 {
                under_way.endpoints.remove(&self.endpoint);
            }
        }
        self.deliverer.app.webhooks.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Delivers until the server drains.
pub(crate) async fn run(app: Arc<App>) {
    let http = match target::client(&app.webhooks.targets) {
        Ok(http) => http,
        Err(error) => {
            tracing::error!(%error, "no certificate authorities: webhooks are not delivered");
            return;
        }
    };
    let slots = Arc::new(Semaphore::new(AT_ONCE_MAX));
    let deliverer = Arc::new(Deliverer { app, http, slots, under_way: Mutex::default() });
    let mut draining = deliverer.app.draining.subscribe();
    let facts = tokio::spawn(facts::collect(Arc::clone(&deliverer.app)));
    loop {
        if !deliverer.app.emergencies.webhooks_cut() {
            deliverer.look().await;
        }
        tokio::select! {
            () = drained(&mut draining) => break,
            () = deliverer.app.webhooks.wake.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
    facts.abort();
    // Deliveries under way end by their own timeouts; what is not reported is tried again after the restart.
    let _ =
        tokio::time::timeout(Duration::from_secs(TIMEOUT_SECONDS), deliverer.slots.acquire_many(64)).await;
}

impl Deliverer {
    /// Starts what is due, as far as there are slots. An endpoint that has its share under way is passed over: other
    /// endpoints' deliveries behind it go on.
    async fn look(self: &Arc<Self>) {
        let mut most = LOOK_AT_FIRST;
        loop {
            let (due, _) = self.app.engine.due_webhooks(most);
            let found = due.len();
            let mut started = false;
            for webhook in due {
                started |= self.start_webhook(webhook).await;
            }
            if started || found < most || most >= LOOK_AT_MAX || self.slots.available_permits() == 0 {
                break;
            }
            most *= 8;
        }
        for delivery in self.app.webhooks.deliveries.due(self.app.engine.now(), LOOK_AT_MAX) {
            let endpoint = endpoint_of(&delivery.url);
            if let Some(turn) = self.turn(&delivery.id, &endpoint) {
                let this = Arc::clone(self);
                tokio::spawn(async move { this.deliver_registered(delivery, &endpoint, turn).await });
            }
        }
    }

    async fn start_webhook(self: &Arc<Self>, webhook: WebhookView) -> bool {
        if self.app.webhooks.secret.is_none() {
            return false;
        }
        let Ok(view) = self.app.engine.payment(webhook.payment, &Caller::Operator).await else {
            return false;
        };
        let Some(url) = view.webhook_url.clone() else { return false };
        let endpoint = endpoint_of(&url);
        let Some(turn) = self.turn(&webhook.id.to_string(), &endpoint) else { return false };
        let this = Arc::clone(self);
        tokio::spawn(async move { this.deliver_webhook(webhook, &view, (&url, &endpoint), turn).await });
        true
    }

    /// The right to deliver: a slot of all, and one of the endpoint's. `None` if there is none, if its circuit is open,
    /// or if the delivery is under way.
    fn turn(self: &Arc<Self>, id: &str, endpoint: &str) -> Option<Turn> {
        if self.app.webhooks.breakers.is_open(endpoint, self.app.engine.now()) {
            return None;
        }
        let mut under_way = self.under_way.lock();
        if under_way.ids.contains(id) || under_way.of(endpoint) >= AT_ONE_ENDPOINT_MAX {
            return None;
        }
        let slot = Arc::clone(&self.slots).try_acquire_owned().ok()?;
        under_way.ids.insert(id.to_owned());
        *under_way.endpoints.entry(endpoint.to_owned()).or_default() += 1;
        self.app.webhooks.under_way.fetch_add(1, Ordering::Relaxed);
        let (id, endpoint) = (id.to_owned(), endpoint.to_owned());
        Some(Turn { deliverer: Arc::clone(self), id, endpoint, _slot: slot })
    }

    async fn deliver_webhook(
        &self,
        webhook: WebhookView,
        view: &PaymentView,
        (url, endpoint): (&str, &str),
        turn: Turn,
    ) {
        let app = &self.app;
        let Some(secret) = app.webhooks.secret.as_ref() else { return };
        let now = app.engine.now();
        let Some(permit) = app.webhooks.breakers.permit(endpoint, now) else { return };
        let id = webhook.id.to_string();
        let attempt = webhook.attempts + 1;
        let body = payment_body(&id, webhook.tells, view, now, attempt);
        // A host that was taken off the list meanwhile is not called; the attempt counts as failed.
        let delivered = match app.webhooks.check_url(url) {
            Ok(()) => {
                let post = Post { url, body: &body, format: BodyFormat::Contract, id: &id };
                self.post(post, from_ref(secret), now, (&[], TIMEOUT_SECONDS)).await
            }
            Err(reason) => Err(Failed { status: 0, reason: reason.to_owned() }),
        };
        permit.done(delivered.is_ok(), app.engine.now());
        self.count(delivered.is_ok());
        match &delivered {
            Ok(()) => app.webhooks.attempts.forget(webhook.id),
            Err(failed) => {
                tracing::warn!(
                    webhook = id,
                    endpoint,
                    reason = failed.reason,
                    attempt,
                    "a webhook was not delivered"
                );
                app.webhooks.attempts.failed(webhook.id, attempt, now, failed.clone());
            }
        }
        let report = ReportWebhook::new(webhook.id, delivered.is_ok());
        match app.engine.report_webhook(report).await {
            Ok(_) => self.next(turn),
            Err(failure) => {
                tracing::warn!(webhook = id, %failure, "a delivery could not be recorded: it is tried again");
            }
        }
    }

    async fn deliver_registered(&self, mut delivery: WebhookDelivery, endpoint: &str, turn: Turn) {
        let app = &self.app;
        let now = app.engine.now();
        let registration = app.webhooks.deliveries.registration(&delivery.registration);
        let secrets = match &registration {
            Some(registration) => registration.secrets(now),
            None => app.webhooks.secret.iter().cloned().collect(),
        };
        let Some(permit) = app.webhooks.breakers.permit(endpoint, now) else { return };
        let headers: Vec<_> = registration.iter().flat_map(|one| one.headers.clone()).collect();
        let timeout = registration.as_ref().map_or(TIMEOUT_SECONDS, |one| one.timeout_seconds.into());
        let (url, body, format, id) = (&delivery.url, &delivery.body, delivery.format, &delivery.id);
        let delivered = match app.webhooks.check_url(url) {
            Ok(()) => self.post(Post { url, body, format, id }, &secrets, now, (&headers, timeout)).await,
            Err(reason) => Err(Failed { status: 0, reason: reason.to_owned() }),
        };
        permit.done(delivered.is_ok(), app.engine.now());
        self.count(delivered.is_ok());
        delivery.attempts += 1;
        let recorded = match delivered {
            Ok(()) => app.webhooks.deliveries.remove(&app.engine, &delivery).await,
            Err(failed) => {
                delivery.dead = delivery.attempts > registration.as_ref().map_or(RETRIES, |one| one.retries);
                let (attempt, dead) = (delivery.attempts, delivery.dead);
                tracing::warn!(
                    delivery = delivery.id,
                    endpoint,
                    reason = failed.reason,
                    attempt,
                    dead,
                    "not delivered"
                );
                delivery.tried = Some(Attempts::and(delivery.tried.take(), attempt, now, failed));
                delivery.due_ms = now.get() + webhook_backoff_ms(attempt, random());
                app.webhooks.deliveries.later(&app.engine, delivery).await
            }
        };
        match recorded {
            Ok(()) => self.next(turn),
            Err(failure) => {
                tracing::warn!(%failure, "a delivery could not be recorded: it may be made again");
            }
        }
    }

    /// A delivery has ended and its result is recorded: deliveries that waited for its slots may begin. If the result
    /// could not be recorded, the delivery waits for the next look, or it would be repeated at once.
    fn next(&self, turn: Turn) {
        drop(turn);
        self.app.webhooks.wake.notify_one();
    }

    fn count(&self, delivered: bool) {
        let webhooks = &self.app.webhooks;
        let counter = if delivered { &webhooks.delivered } else { &webhooks.failed };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    async fn post(
        &self,
        Post { url, body, format, id }: Post<'_>,
        secrets: &[Vec<u8>],
        now: UnixMs,
        (headers, timeout_seconds): (&[(String, String)], u64),
    ) -> Result<(), Failed> {
        let no_answer = |reason: String| Failed { status: 0, reason };
        let Some(secret) = secrets.first() else { return Err(no_answer("no key to sign with".to_owned())) };
        let seconds = now.get() / 1_000;
        let mut request = hyper::Request::post(url)
            .header("content-type", format.content_type())
            .header("x-signature", sign(secret, seconds, body))
            .header("x-timestamp", seconds.to_string())
            .header("x-webhook-id", id)
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds.to_string())
            .header("webhook-signature", standard(secrets, id, seconds, body));
        // Registrations of older servers may name any header.
        for (name, value) in headers.iter().filter(|(name, _)| !is_reserved(name)) {
            request = request.header(name, value);
        }
        let request = request
            .body(Full::new(Bytes::copy_from_slice(body.as_bytes())))
            .map_err(|error| no_answer(error.to_string()))?;
        let exchange = async {
            let answer = self.http.request(request).await.map_err(|error| no_answer(error.to_string()))?;
            let status = answer.status();
            // Read to its end so that the connection can be used again; its length is bounded.
            let _ = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
            if status.is_success() {
                return Ok(());
            }
            Err(Failed { status: status.as_u16(), reason: format!("answered {status}") })
        };
        let timeout = Duration::from_secs(timeout_seconds);
        tokio::time::timeout(timeout, exchange).await.unwrap_or_else(|_| Err(no_answer("timeout".to_owned())))
    }
}

fn endpoint_of(url: &str) -> String {
    url.parse::<http::Uri>().ok().and_then(|uri| uri.authority().map(ToString::to_string)).unwrap_or_default()
}

fn random() -> u64 {
    let mut bytes = [0; 8];
    // Without entropy there is no jitter: retries to all endpoints come at the same moments.
    let _ = getrandom::fill(&mut bytes);
    u64::from_le_bytes(bytes)
}
