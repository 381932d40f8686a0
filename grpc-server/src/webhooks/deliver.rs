//! The deliverer: takes what is due, posts it, and reports back. One task; deliveries run side by side up to a bound.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use parking_lot::Mutex;
use tacos_engine::views::WebhookView;
use tacos_engine::{PaymentState, ReportWebhook, ReservationState, UnixMs, Update, What};
use tacos_proto::gateway::v1::WebhookEventType;
use tokio::sync::Semaphore;

use super::sign::sign;
use super::target::{self, Http, is_reserved};
use super::{Post, Posts};
use crate::app::{App, drained};
use crate::services::payment_body;
use crate::wire::time::rfc3339;

/// Deliveries at once.
const AT_ONCE_MAX: usize = 64;
/// How long one attempt may take by default.
const TIMEOUT_SECONDS: u64 = 5;
/// Bytes of an answer that are read and thrown away, at most.
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// The outbox is looked at this often, and whenever somebody wakes the deliverer.
const LOOK_EVERY: Duration = Duration::from_millis(100);

struct Deliverer {
    app: Arc<App>,
    http: Http,
    slots: Arc<Semaphore>,
    under_way: Mutex<HashSet<String>>,
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
    let facts = tokio::spawn(Arc::clone(&deliverer).collect_facts());
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
    async fn look(self: &Arc<Self>) {
        let (due, _) = self.app.engine.due_webhooks(256);
        for webhook in due {
            let id = webhook.id.to_string();
            self.start(id, |this| async move { this.deliver_webhook(webhook).await }).await;
        }
        for post in self.app.webhooks.posts.due(self.app.engine.now(), 256) {
            self.start(post.id.clone(), |this| async move { this.deliver_post(post).await }).await;
        }
    }

    /// Does one delivery in a task of its own, unless it is under way.
    async fn start<F>(self: &Arc<Self>, id: String, work: impl FnOnce(Arc<Self>) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        if !self.under_way.lock().insert(id.clone()) {
            return;
        }
        let Ok(slot) = Arc::clone(&self.slots).acquire_owned().await else { return };
        let (this, work) = (Arc::clone(self), work(Arc::clone(self)));
        tokio::spawn(async move {
            work.await;
            this.under_way.lock().remove(&id);
            drop(slot);
        });
    }

    async fn deliver_webhook(&self, webhook: WebhookView) {
        let app = &self.app;
        let Ok(view) = app.engine.payment(webhook.payment, None).await else { return };
        let (Some(url), Some(secret)) = (view.webhook_url.clone(), app.webhooks.secret.as_ref()) else {
            return;
        };
        let now = app.engine.now();
        let endpoint = endpoint_of(&url);
        if !app.webhooks.breakers.allows(&endpoint, now) {
            return;
        }
        let id = webhook.id.to_string();
        let body = payment_body(&id, webhook.tells, &view, now, webhook.attempts + 1);
        // A host that was taken off the list meanwhile is not called; the attempt counts as failed.
        let delivered = match app.webhooks.check_url(&url) {
            Ok(()) => self.post(&url, &body, secret, now, &id, (&[], TIMEOUT_SECONDS)).await,
            Err(reason) => Err(reason.to_owned()),
        };
        app.webhooks.breakers.note(&endpoint, delivered.is_ok(), now);
        if let Err(reason) = &delivered {
            tracing::warn!(
                webhook = id,
                endpoint,
                reason,
                attempt = webhook.attempts + 1,
                "a webhook was not delivered"
            );
        }
        let report = ReportWebhook { webhook: webhook.id, delivered: delivered.is_ok() };
        if let Err(failure) = app.engine.report_webhook(report).await {
            tracing::warn!(webhook = id, %failure, "a delivery could not be recorded: it is tried again");
        }
    }

    async fn deliver_post(&self, mut post: Post) {
        let app = &self.app;
        let now = app.engine.now();
        let registration = app.webhooks.posts.registration(&post.registration);
        let secret = match &registration {
            Some(registration) => Some(registration.secret.clone().into_bytes()),
            None => app.webhooks.secret.clone(),
        };
        let endpoint = endpoint_of(&post.url);
        if !app.webhooks.breakers.allows(&endpoint, now) {
            return;
        }
        let headers: Vec<_> = registration.iter().flat_map(|one| one.headers.clone()).collect();
        let timeout = registration.as_ref().map_or(TIMEOUT_SECONDS, |one| one.timeout_seconds.into());
        let delivered = match (app.webhooks.check_url(&post.url), &secret) {
            (Ok(()), Some(secret)) => {
                self.post(&post.url, &post.body, secret, now, &post.id, (&headers, timeout)).await
            }
            (Err(reason), _) => Err(reason.to_owned()),
            (_, None) => Err("no key to sign with".to_owned()),
        };
        app.webhooks.breakers.note(&endpoint, delivered.is_ok(), now);
        post.attempts += 1;
        let retries = registration.as_ref().map_or(3, |one| one.retries);
        let over = match &delivered {
            Ok(()) => true,
            Err(reason) => {
                let given_up = post.attempts > retries;
                tracing::warn!(
                    post = post.id,
                    endpoint,
                    reason,
                    attempt = post.attempts,
                    given_up,
                    "not delivered"
                );
                given_up
            }
        };
        let recorded = if over {
            app.webhooks.posts.remove(&app.engine, &post).await
        } else {
            post.due_ms = now.get() + backoff_ms(post.attempts);
            app.webhooks.posts.later(&app.engine, post).await
        };
        if let Err(failure) = recorded {
            tracing::warn!(%failure, "a post could not be recorded: it may be made again");
        }
    }

    async fn post(
        &self,
        url: &str,
        body: &str,
        secret: &[u8],
        now: UnixMs,
        id: &str,
        (headers, timeout_seconds): (&[(String, String)], u64),
    ) -> Result<(), String> {
        let seconds = now.get() / 1_000;
        let mut request = hyper::Request::post(url)
            .header("content-type", "application/json")
            .header("x-signature", sign(secret, seconds, body))
            .header("x-timestamp", seconds.to_string())
            .header("x-webhook-id", id);
        // Registrations of older servers may name any header.
        for (name, value) in headers.iter().filter(|(name, _)| !is_reserved(name)) {
            request = request.header(name, value);
        }
        let request = request
            .body(Full::new(Bytes::copy_from_slice(body.as_bytes())))
            .map_err(|error| error.to_string())?;
        let exchange = async {
            let answer = self.http.request(request).await.map_err(|error| error.to_string())?;
            let status = answer.status();
            // Read to its end so that the connection can be used again; its length is bounded.
            let _ = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
            if status.is_success() { Ok(()) } else { Err(format!("answered {status}")) }
        };
        let timeout = Duration::from_secs(timeout_seconds);
        tokio::time::timeout(timeout, exchange).await.unwrap_or_else(|_| Err("timeout".to_owned()))
    }

    /// Makes posts of updates that registered endpoints want to hear of.
    async fn collect_facts(self: Arc<Self>) {
        let app = &self.app;
        let mut from = Posts::position(&app.engine);
        loop {
            let Ok(mut reader) =
                app.engine.updates(from).or_else(|_| app.engine.updates(app.engine.position()))
            else {
                return;
            };
            let mut updates = Vec::new();
            while std::future::poll_fn(|context| reader.poll_ready(context)).await.is_ok() {
                updates.clear();
                if reader.read(&mut updates).is_err() {
                    break;
                }
                let mut made = false;
                if app.webhooks.posts.anybody() {
                    for update in &updates {
                        made |= self.post_facts(update).await;
                    }
                }
                if made {
                    // At least once: what lies behind this position may be posted again after a crash.
                    let _ = Posts::reached(&app.engine, reader.position()).await;
                    app.webhooks.wake.notify_one();
                }
            }
            if *app.draining.borrow() {
                return;
            }
            from = app.engine.position();
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn post_facts(&self, update: &Update) -> bool {
        let Some((event, subject)) = fact_of(update) else { return false };
        let fact = Fact {
            event,
            event_id: update.event.as_ref().map(ToString::to_string).unwrap_or_default(),
            subject,
            at: update.at,
            unique: update.position.0.to_string(),
        };
        announce(&self.app, &fact).await
    }
}

/// Something that registered endpoints may want to hear of.
pub(crate) struct Fact {
    pub(crate) event: WebhookEventType,
    pub(crate) event_id: String,
    pub(crate) subject: String,
    pub(crate) at: UnixMs,
    /// The same fact has the same text here, also after a restart: receivers recognise repeats.
    pub(crate) unique: String,
}

/// Puts a post in for everybody who wants to hear of a fact. True if there was anybody.
pub(crate) async fn announce(app: &App, fact: &Fact) -> bool {
    let mut made = false;
    for listener in app.webhooks.posts.listeners(fact.event as i32) {
        let id = format!("wh_{}", app.keyed("post", &format!("{}/{}", listener.id, fact.unique)));
        let body = serde_json::json!({
            "webhook_id": id,
            "event_type": fact.event.as_str_name(),
            "event_id": fact.event_id,
            "subject_id": fact.subject,
            "timestamp": rfc3339(fact.at),
        });
        let (registration, url, body) = (listener.id, listener.url, body.to_string());
        let post = Post { id, registration, url, body, attempts: 0, due_ms: 0, order: 0 };
        match app.webhooks.posts.put(&app.engine, post).await {
            Ok(true) => made = true,
            Ok(false) => {
                tracing::error!(event = fact.event.as_str_name(), "too many posts wait: one was dropped");
            }
            Err(failure) => tracing::warn!(%failure, "a post could not be recorded"),
        }
    }
    made
}

/// What a registered endpoint would hear of an update.
fn fact_of(update: &Update) -> Option<(WebhookEventType, String)> {
    match &update.what {
        What::Payment(payment) => {
            let event = match payment.state {
                PaymentState::Completed => WebhookEventType::PaymentApproved,
                PaymentState::Failed => WebhookEventType::PaymentFailed,
                PaymentState::Cancelled => WebhookEventType::PaymentCancelled,
                _ => return None,
            };
            Some((event, payment.id.to_string()))
        }
        What::Reservation(changed) if changed.state == ReservationState::Expired => {
            Some((WebhookEventType::ReservationExpired, changed.id.to_string()))
        }
        _ => None,
    }
}

fn endpoint_of(url: &str) -> String {
    url.parse::<http::Uri>().ok().and_then(|uri| uri.authority().map(ToString::to_string)).unwrap_or_default()
}

/// Doubles from one second, with up to a quarter more so that endpoints are not called in step.
fn backoff_ms(attempts: u32) -> u64 {
    let base = 1_000_u64 << attempts.saturating_sub(1).min(8);
    let mut byte = [0_u8; 1];
    let _ = getrandom::fill(&mut byte);
    base + base * u64::from(byte[0]) / 1_024
}
