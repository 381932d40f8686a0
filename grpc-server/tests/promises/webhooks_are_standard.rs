//! Claim: what registered endpoints hear is signed as Standard Webhooks 1.0 says, in each of the three formats, and the
//! project's own verifier agrees; a key that is replaced signs beside the new one.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::Value;
use standardwebhooks::Webhook;
use tacos_proto::common::v1::{ErrorCode, Money};
use tacos_proto::engine::v1::PauseSaleRequest;
use tacos_proto::engine::v1::engine_service_client::EngineServiceClient;
use tacos_proto::gateway::v1::webhook_service_client::WebhookServiceClient;
use tacos_proto::gateway::v1::{RegisterWebhookRequest, WebhookBodyFormat, WebhookConfig, WebhookEventType};
use tacos_proto::payment::v1::payment_service_client::PaymentServiceClient;
use tacos_proto::payment::v1::{CreatePaymentIntentRequest, PaymentScenario};
use tacos_proto::reservation::v1::inventory_service_client::InventoryServiceClient;
use tacos_proto::reservation::v1::{ReleaseHoldRequest, ReserveSeatRequest};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tonic::transport::Channel;

use crate::support::{EVENT, House, channel};

/// The longest that the test waits for one delivery before it gives up.
const WATCHDOG: Duration = Duration::from_secs(60);
/// 32 bytes in base64.
const KEY: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const NEW_KEY: &str = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

struct Delivered {
    headers: HeaderMap,
    body: String,
}

impl Delivered {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("ASCII")
    }

    /// True if the verifier of the Standard Webhooks project takes it under this key.
    fn fits(&self, key: &str) -> bool {
        Webhook::new(key).expect("a key").verify(self.body.as_bytes(), &self.headers).is_ok()
    }
}

async fn endpoint() -> (String, UnboundedReceiver<Delivered>) {
    async fn take(State(to): State<UnboundedSender<Delivered>>, headers: HeaderMap, body: String) {
        // The test may have seen enough.
        let _ = to.send(Delivered { headers, body });
    }
    let (to, from) = unbounded_channel();
    let router = Router::new().route("/hook", axum::routing::post(take)).with_state(to);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound").to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, from)
}

fn registration(address: &str, format: i32, secret: &str) -> RegisterWebhookRequest {
    let every = (1..).map_while(|value| WebhookEventType::try_from(value).ok());
    RegisterWebhookRequest {
        service_name: format!("shop {format}"),
        endpoint_url: format!("http://{address}/hook"),
        secret: secret.into(),
        event_types: every.map(|event| event as i32).collect(),
        config: Some(WebhookConfig { body_format: format, verify_ssl: true, ..Default::default() }),
    }
}

async fn register(channel: &Channel, request: RegisterWebhookRequest) -> Option<(ErrorCode, String)> {
    let answer = WebhookServiceClient::new(channel.clone()).register_webhook(request).await;
    let error = answer.expect("an answer").into_inner().error?;
    Some((error.code(), error.details.first().map(|detail| detail.field.clone()).unwrap_or_default()))
}

/// Two reservations, of which one is given back and one is paid for, and a sale that pauses.
async fn a_day(channel: &Channel) {
    let mut inventory = InventoryServiceClient::new(channel.clone());
    for seat in ["A-1", "A-2"] {
        let reserve = ReserveSeatRequest {
            reservation_id: format!("theirs-{seat}"),
            event_id: EVENT.into(),
            seat_ids: vec![seat.into()],
            user_id: "kim".into(),
            idempotency_key: format!("r{seat}"),
            ..Default::default()
        };
        let held = inventory.reserve_seat(reserve).await.expect("an answer").into_inner();
        assert_eq!(held.error, None);
    }
    let release = ReleaseHoldRequest {
        reservation_id: "theirs-A-2".into(),
        idempotency_key: "release".into(),
        ..Default::default()
    };
    let released = inventory.release_hold(release).await.expect("an answer").into_inner();
    assert_eq!(released.error, None);
    let pay = CreatePaymentIntentRequest {
        reservation_id: "theirs-A-1".into(),
        amount: Some(Money { amount: 5_000, currency: "KRW".into() }),
        user_id: "kim".into(),
        scenario: PaymentScenario::Approve as i32,
        idempotency_key: "pay".into(),
        ..Default::default()
    };
    let made = PaymentServiceClient::new(channel.clone()).create_payment_intent(pay).await;
    assert_eq!(made.expect("an answer").into_inner().error, None);
    let pause =
        PauseSaleRequest { event_id: EVENT.into(), reason: "rain".into(), idempotency_key: "pause".into() };
    let paused = EngineServiceClient::new(channel.clone()).pause_sale(pause).await;
    assert_eq!(paused.expect("an answer").into_inner().error, None);
}

/// A delivery's format and the kind of its fact, as the format `standard` names it.
fn kind(delivered: &Delivered) -> (i32, String) {
    let body = delivered.json();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    if !text("specversion").is_empty() {
        assert_eq!(delivered.header("content-type"), "application/cloudevents+json");
        assert_eq!(text("id"), delivered.header("webhook-id"));
        return (WebhookBodyFormat::Cloudevents as i32, text("type"));
    }
    assert_eq!(delivered.header("content-type"), "application/json");
    if !text("type").is_empty() {
        return (WebhookBodyFormat::Standard as i32, text("type"));
    }
    assert_eq!(text("webhook_id"), delivered.header("webhook-id"));
    let name = text("event_type").trim_start_matches("WEBHOOK_EVENT_TYPE_").to_ascii_lowercase();
    (WebhookBodyFormat::Contract as i32, name.replacen('_', ".", 1))
}

async fn next(delivered: &mut UnboundedReceiver<Delivered>) -> Delivered {
    tokio::time::timeout(WATCHDOG, delivered.recv()).await.expect("in time").expect("the endpoint runs")
}

#[tokio::test]
async fn each_format_tells_every_fact_and_verifies() {
    let (address, mut delivered) = endpoint().await;
    let mut house = House::new();
    house.settings.webhooks.secret_file = Some(house.folder.path().join("secret"));
    std::fs::write(house.folder.path().join("secret"), "a webhook secret of its own").expect("written");
    house.settings.webhooks.allow_hosts = vec![address.clone()];
    let server = house.open().await;
    let channel = channel(&server).await;
    let formats = [WebhookBodyFormat::Contract, WebhookBodyFormat::Standard, WebhookBodyFormat::Cloudevents];
    for format in formats {
        assert_eq!(register(&channel, registration(&address, format as i32, KEY)).await, None);
    }
    a_day(&channel).await;

    // Each endpoint hears each fact once, in the order of what happened.
    let expected = [
        "reservation.held",
        "reservation.held",
        "reservation.cancelled",
        "payment.approved",
        "reservation.confirmed",
        "sale.paused",
    ];
    let mut heard: BTreeMap<i32, Vec<String>> = BTreeMap::new();
    for _ in 0..expected.len() * formats.len() {
        let one = next(&mut delivered).await;
        assert!(one.fits(KEY), "{:?} {}", one.headers, one.body);
        assert!(!one.fits(NEW_KEY));
        let (format, name) = kind(&one);
        if format != WebhookBodyFormat::Contract as i32 {
            let data = &one.json()["data"];
            assert_eq!(data["event_id"], EVENT);
            if name == "payment.approved" {
                assert_eq!((&data["amount_minor"], &data["currency"]), (&5_000.into(), &"KRW".into()));
                assert_eq!(data["user_id"], "kim");
            }
        }
        heard.entry(format).or_default().push(name);
    }
    for format in formats {
        // The pause of the sale and the outcome of the payment have no order among each other.
        let (mut told, mut all) = (heard[&(format as i32)].clone(), expected.to_vec());
        assert_eq!(told[..3], all[..3], "{format:?}");
        told.sort();
        all.sort_unstable();
        assert_eq!(told, all, "{format:?}");
    }
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn a_key_that_is_replaced_signs_beside_the_new_one() {
    let (address, mut delivered) = endpoint().await;
    let mut house = House::new();
    house.settings.webhooks.allow_hosts = vec![address.clone()];
    house.settings.webhooks.secret_file = Some(house.folder.path().join("secret"));
    std::fs::write(house.folder.path().join("secret"), "a webhook secret of its own").expect("written");
    let server = house.open().await;
    let channel = channel(&server).await;
    for key in [KEY, NEW_KEY] {
        assert_eq!(register(&channel, registration(&address, 0, key)).await, None);
    }
    // The same again replaces nothing: the first key goes on signing.
    assert_eq!(register(&channel, registration(&address, 0, NEW_KEY)).await, None);
    a_day(&channel).await;
    let one = next(&mut delivered).await;
    assert!(one.fits(KEY) && one.fits(NEW_KEY), "{:?}", one.headers);
    let changed = Delivered { body: format!("{} ", one.body), headers: one.headers };
    assert!(!changed.fits(KEY) && !changed.fits(NEW_KEY));

    let bad_key = registration(&address, 0, "whsec_this is no base64 of any length");
    let refused = register(&channel, bad_key).await;
    assert_eq!(refused, Some((ErrorCode::InvalidArgument, "secret".to_owned())));
    let bad_format = registration(&address, 99, KEY);
    let refused = register(&channel, bad_format).await;
    assert_eq!(refused, Some((ErrorCode::InvalidArgument, "config.body_format".to_owned())));
    server.drain().await.expect("ends cleanly");
}
