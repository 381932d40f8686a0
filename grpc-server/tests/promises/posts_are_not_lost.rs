//! Claim: a delivery to a registered endpoint, or a simulated one, that fails too often is a dead letter with its
//! reason, and goes out when it is replayed; and an endpoint that is slow leaves room for the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::{EVENT, House, channel};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use tacos_proto::common::v1::Money;
use tacos_proto::engine::v1::engine_service_client::EngineServiceClient;
use tacos_proto::engine::v1::{
    DeadLetter, GetEngineStatusRequest, ListDeadLettersRequest, ReplayDeadLettersRequest,
};
use tacos_proto::gateway::v1::webhook_service_client::WebhookServiceClient;
use tacos_proto::gateway::v1::{RegisterWebhookRequest, WebhookConfig, WebhookEventType};
use tacos_proto::payment::v1::payment_service_client::PaymentServiceClient;
use tacos_proto::payment::v1::{
    CreatePaymentIntentRequest, GetPaymentStatusRequest, PaymentScenario, PaymentStatus,
    SimulateWebhookRequest,
};
use tacos_proto::reservation::v1::ReserveSeatRequest;
use tacos_proto::reservation::v1::inventory_service_client::InventoryServiceClient;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tonic::transport::Channel;

/// The longest that a test waits for one thing before it gives up.
const WATCHDOG: Duration = Duration::from_secs(60);

struct Endpoint {
    to: UnboundedSender<String>,
    well: AtomicBool,
    /// Requests that are being answered, and the most that ever were at once.
    at_once: AtomicUsize,
    at_once_max: AtomicUsize,
    /// An answer needs a permit of this.
    answers: Semaphore,
}

async fn take(State(endpoint): State<Arc<Endpoint>>, body: String) -> StatusCode {
    let now = endpoint.at_once.fetch_add(1, Ordering::SeqCst) + 1;
    endpoint.at_once_max.fetch_max(now, Ordering::SeqCst);
    let answer = endpoint.answers.acquire().await;
    if let Ok(permit) = answer {
        permit.forget();
    }
    endpoint.at_once.fetch_sub(1, Ordering::SeqCst);
    // The test may have seen enough.
    let _ = endpoint.to.send(body);
    if endpoint.well.load(Ordering::SeqCst) { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

async fn endpoint(answers: usize) -> (String, Arc<Endpoint>, UnboundedReceiver<String>) {
    let (to, from) = unbounded_channel();
    let endpoint = Arc::new(Endpoint {
        to,
        well: AtomicBool::new(true),
        at_once: AtomicUsize::new(0),
        at_once_max: AtomicUsize::new(0),
        answers: Semaphore::new(answers),
    });
    let router = Router::new().route("/hook", axum::routing::post(take)).with_state(Arc::clone(&endpoint));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound").to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, endpoint, from)
}

fn house(hosts: Vec<String>) -> House {
    let mut house = House::new();
    let file = house.folder.path().join("webhook-secret");
    std::fs::write(&file, "a webhook secret of its own").expect("written");
    house.settings.webhooks.secret_file = Some(file);
    house.settings.webhooks.allow_hosts = hosts;
    house
}

async fn intent(channel: &Channel, number: usize, webhook_url: String, scenario: PaymentScenario) -> String {
    let reserve = ReserveSeatRequest {
        reservation_id: format!("theirs-{number}"),
        event_id: EVENT.into(),
        seat_ids: vec![format!("A-{number}")],
        user_id: "kim".into(),
        idempotency_key: format!("r{number}"),
        ..Default::default()
    };
    let held = InventoryServiceClient::new(channel.clone()).reserve_seat(reserve).await.expect("an answer");
    assert_eq!(held.into_inner().error, None);
    let pay = CreatePaymentIntentRequest {
        reservation_id: format!("theirs-{number}"),
        amount: Some(Money { amount: 5_000, currency: "KRW".into() }),
        user_id: "kim".into(),
        scenario: scenario as i32,
        webhook_url,
        idempotency_key: format!("p{number}"),
        ..Default::default()
    };
    let mut payments = PaymentServiceClient::new(channel.clone());
    let made = payments.create_payment_intent(pay).await.expect("an answer").into_inner();
    assert_eq!(made.error, None);
    made.payment_intent_id
}

async fn simulate(channel: &Channel, payment_intent_id: &str) -> String {
    let simulate = SimulateWebhookRequest {
        payment_intent_id: payment_intent_id.into(),
        target_status: PaymentStatus::Completed as i32,
        force_trigger: true,
        ..Default::default()
    };
    let mut payments = PaymentServiceClient::new(channel.clone());
    let sent = payments.simulate_webhook(simulate).await.expect("an answer").into_inner();
    assert_eq!(sent.error, None);
    sent.webhook_id
}

async fn in_time<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(WATCHDOG, work).await.unwrap_or_else(|_| panic!("{what} did not come in time"))
}

/// Registers the endpoint for payments that were approved.
async fn register(channel: &Channel, address: &str) {
    let register = RegisterWebhookRequest {
        service_name: "shop".into(),
        endpoint_url: format!("http://{address}/hook"),
        secret: "sixteen bytes or more".into(),
        event_types: vec![WebhookEventType::PaymentApproved as i32],
        config: Some(WebhookConfig { retry_count: 0, verify_ssl: true, ..Default::default() }),
    };
    let registered = WebhookServiceClient::new(channel.clone()).register_webhook(register).await;
    assert_eq!(registered.expect("an answer").into_inner().error, None);
}

async fn dead_letters(channel: &Channel) -> Vec<DeadLetter> {
    let mut engine = EngineServiceClient::new(channel.clone());
    let answer = engine.list_dead_letters(ListDeadLettersRequest::default()).await.expect("an answer");
    let answer = answer.into_inner();
    assert_eq!(answer.error, None);
    answer.dead_letters
}

#[tokio::test]
async fn what_was_given_up_is_listed_with_its_reason_and_goes_out_when_replayed() {
    let (address, shop, mut delivered) = endpoint(1_000).await;
    shop.well.store(false, Ordering::SeqCst);
    let house = house(vec![address.clone()]);
    let server = house.open().await;
    let channel = channel(&server).await;
    register(&channel, &address).await;
    intent(&channel, 3, String::new(), PaymentScenario::Approve).await;
    let body = in_time("the first attempt", delivered.recv()).await.expect("a body");
    let dead = in_time("the dead letter", async {
        loop {
            if let Some(letter) = dead_letters(&channel).await.pop() {
                return letter;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_eq!((dead.attempts, dead.last_http_status, dead.payment_intent_id.as_str()), (1, 503, ""));
    assert!(dead.last_failure.contains("503"), "{dead:?}");
    assert_eq!((dead.body.as_str(), dead.endpoint_url), (body.as_str(), format!("http://{address}/hook")));
    assert_eq!(dead.first_attempt_at, dead.last_attempt_at, "there was one");
    assert!(dead.first_attempt_at.is_some());
    let mut engine = EngineServiceClient::new(channel.clone());
    let status = engine.get_engine_status(GetEngineStatusRequest {}).await.expect("an answer").into_inner();
    assert_eq!((status.outbox_depth, status.dead_letters), (0, 1));

    shop.well.store(true, Ordering::SeqCst);
    let replay = ReplayDeadLettersRequest {
        dead_letter_ids: vec![dead.dead_letter_id, "wh_none".into()],
        idempotency_key: "replay".into(),
        ..Default::default()
    };
    let replayed = engine.replay_dead_letters(replay).await.expect("an answer").into_inner();
    assert_eq!(
        (replayed.error, replayed.replayed_count, replayed.unknown_ids),
        (None, 1, vec!["wh_none".to_owned()])
    );
    let again = in_time("the replayed delivery", delivered.recv()).await.expect("a body");
    assert_eq!(again, body);
    in_time("the end of the dead letter", async {
        while !dead_letters(&channel).await.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn a_slow_endpoint_leaves_room_for_others() {
    let (slow, slow_endpoint, _slow_bodies) = endpoint(0).await;
    let (fast, _fast_endpoint, mut delivered) = endpoint(1_000).await;
    let house = house(vec![slow.clone(), fast.clone()]);
    let server = house.open().await;
    let channel = channel(&server).await;
    let of_slow = intent(&channel, 1, format!("http://{slow}/hook"), PaymentScenario::Timeout).await;
    let of_fast = intent(&channel, 2, format!("http://{fast}/hook"), PaymentScenario::Timeout).await;
    // More than there are slots, all for the endpoint that does not answer, before the one for the other.
    for _ in 0..80 {
        simulate(&channel, &of_slow).await;
    }
    simulate(&channel, &of_fast).await;
    in_time("the delivery to the fast endpoint", delivered.recv()).await.expect("a body");
    let most = slow_endpoint.at_once_max.load(Ordering::SeqCst);
    assert!(most <= 16, "{most} deliveries at once to one endpoint");
    slow_endpoint.answers.add_permits(1_000);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn an_endpoint_hears_of_nothing_that_was_before_it() {
    let (address, _shop, mut delivered) = endpoint(1_000).await;
    let house = house(vec![address.clone()]);
    let server = house.open().await;
    let channel = channel(&server).await;
    let before = intent(&channel, 1, String::new(), PaymentScenario::Approve).await;
    in_time("the first payment's end", async {
        let mut payments = PaymentServiceClient::new(channel.clone());
        loop {
            let ask = GetPaymentStatusRequest { payment_intent_id: before.clone(), user_id: "kim".into() };
            let answer = payments.get_payment_status(ask).await.expect("an answer").into_inner();
            if answer.payment.is_some_and(|payment| payment.status() == PaymentStatus::Completed) {
                break;
            }
        }
    })
    .await;
    // The server has most likely not looked at that update yet: it looks rarely while no endpoint is registered.
    register(&channel, &address).await;
    let after = intent(&channel, 2, String::new(), PaymentScenario::Approve).await;
    let body = in_time("the delivery", delivered.recv()).await.expect("a body");
    let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(body["subject_id"], after.as_str(), "not {before}");
    // The same endpoint with other settings goes on where it was.
    register(&channel, &address).await;
    let third = intent(&channel, 3, String::new(), PaymentScenario::Approve).await;
    let body = in_time("the next delivery", delivered.recv()).await.expect("a body");
    assert!(body.contains(&third), "{body}");
    server.drain().await.expect("ends cleanly");
}
