//! What the server tells by itself: streams end when it drains, messages reach their reader, webhooks arrive signed, in
//! order, and again when the receiver was not well.

use std::sync::Arc;

use crate::support::{EVENT, House, channel};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use tacos_proto::common::v1::{ErrorCode, Money};
use tacos_proto::gateway::v1::queue_service_client::QueueServiceClient;
use tacos_proto::gateway::v1::web_socket_service_client::WebSocketServiceClient;
use tacos_proto::gateway::v1::webhook_service_client::WebhookServiceClient;
use tacos_proto::gateway::v1::{
    EventType, JoinQueueRequest, PaymentWebhookData, PaymentWebhookStatus, PaymentWebhookType,
    QueueEventType, ReceivePaymentWebhookRequest, SendMessageRequest, StreamQueueUpdatesRequest,
    ValidateWebhookRequest,
};
use tacos_proto::payment::v1::payment_service_client::PaymentServiceClient;
use tacos_proto::payment::v1::{CreatePaymentIntentRequest, PaymentScenario};
use tacos_proto::reservation::v1::ReserveSeatRequest;
use tacos_proto::reservation::v1::inventory_service_client::InventoryServiceClient;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

const SECRET: &str = "a webhook secret of its own";

#[tokio::test]
async fn a_place_in_line_is_followed_to_the_end_of_the_server() {
    let house = House::new();
    let server = house.open().await;
    let channel = channel(&server).await;
    let mut queue = QueueServiceClient::new(channel.clone());
    let join = JoinQueueRequest {
        event_id: EVENT.into(),
        user_id: "kim".into(),
        session_id: "tab".into(),
        metadata: None,
    };
    let joined = queue.join_queue(join).await.expect("an answer").into_inner();
    let mut streams = WebSocketServiceClient::new(channel.clone());
    let watch = |token: &str| StreamQueueUpdatesRequest {
        waiting_token: token.into(),
        session_id: "tab".into(),
        event_id: EVENT.into(),
    };
    let wrong = streams.stream_queue_updates(watch("wtkn_none")).await.expect_err("no such place");
    assert_eq!(wrong.code(), tonic::Code::NotFound);
    let mut updates =
        streams.stream_queue_updates(watch(&joined.waiting_token)).await.expect("a stream").into_inner();
    let first = updates.message().await.expect("well").expect("the current state");
    assert!(first.queue_update.expect("an update").admission_ready);
    let send = SendMessageRequest {
        target_session_id: "tab".into(),
        content: "doors open at seven".into(),
        ..Default::default()
    };
    assert!(streams.send_message(send.clone()).await.expect("an answer").into_inner().delivered);
    let message = updates.message().await.expect("well").expect("a message");
    assert_eq!(message.r#type(), EventType::Message);
    assert_eq!(message.message.expect("carried").content, "doors open at seven");
    let nobody = SendMessageRequest { target_session_id: "other".into(), ..send };
    assert!(!streams.send_message(nobody).await.expect("an answer").into_inner().delivered);

    let ended = tokio::spawn(server.drain());
    let last = updates.message().await.expect("well").expect("a word about the end");
    assert_eq!((last.r#type(), last.error.expect("why").code()), (EventType::Error, ErrorCode::Unavailable));
    assert!(updates.message().await.expect("well").is_none());
    drop((updates, streams, queue, channel));
    ended.await.expect("no panic").expect("ends cleanly");
    let _ = QueueEventType::Unspecified;
}

type Delivered = (HeaderMap, String);

struct Receiver {
    to: UnboundedSender<Delivered>,
    refuse: Mutex<u32>,
}

/// A receiver of webhooks that refuses the first `refuse` deliveries.
async fn receiver(refuse: u32) -> (String, UnboundedReceiver<Delivered>) {
    async fn take(State(receiver): State<Arc<Receiver>>, headers: HeaderMap, body: String) -> StatusCode {
        receiver.to.send((headers, body)).expect("the test listens");
        let mut left = receiver.refuse.lock().await;
        if *left > 0 {
            *left -= 1;
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        StatusCode::OK
    }
    let (to, from) = unbounded_channel();
    let state = Arc::new(Receiver { to, refuse: Mutex::new(refuse) });
    let router = Router::new().route("/hook", axum::routing::post(take)).with_state(state);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound").to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, from)
}

#[tokio::test]
async fn a_payments_result_is_delivered_signed_and_tried_again() {
    let (address, mut delivered) = receiver(1).await;
    let mut house = House::new();
    let file = house.folder.path().join("webhook-secret");
    std::fs::write(&file, SECRET).expect("written");
    house.settings.webhooks.sources.insert(String::new(), file.clone());
    house.settings.webhooks.secret_file = Some(file);
    house.settings.webhooks.allow_hosts = vec![address.clone()];
    let server = house.open().await;
    let channel = channel(&server).await;
    let mut inventory = InventoryServiceClient::new(channel.clone());
    let reserve = ReserveSeatRequest {
        reservation_id: "theirs".into(),
        event_id: EVENT.into(),
        seat_ids: vec!["A-1".into()],
        user_id: "kim".into(),
        idempotency_key: "r".into(),
        ..Default::default()
    };
    inventory.reserve_seat(reserve).await.expect("an answer");
    let mut payments = PaymentServiceClient::new(channel.clone());
    let pay = |url: String, key: &str| CreatePaymentIntentRequest {
        reservation_id: "theirs".into(),
        amount: Some(Money { amount: 5_000, currency: "KRW".into() }),
        user_id: "kim".into(),
        scenario: PaymentScenario::Approve as i32,
        webhook_url: url,
        idempotency_key: key.into(),
        ..Default::default()
    };
    let elsewhere = payments
        .create_payment_intent(pay("http://evil.example/hook".into(), "p0"))
        .await
        .expect("an answer");
    let refused = elsewhere.into_inner().error.expect("not on the list");
    assert_eq!(
        (refused.code(), refused.details[0].field.as_str()),
        (ErrorCode::InvalidArgument, "webhook_url")
    );
    let intent =
        payments.create_payment_intent(pay(format!("http://{address}/hook"), "p1")).await.expect("an answer");
    let intent = intent.into_inner();
    assert_eq!(intent.error, None);

    let (first, _) = delivered.recv().await.expect("a delivery");
    let (second, body) = delivered.recv().await.expect("and again, as the first was refused");
    let header = |headers: &HeaderMap, name: &str| headers[name].to_str().expect("ASCII").to_owned();
    assert_eq!(header(&first, "x-webhook-id"), header(&second, "x-webhook-id"));
    let json: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(json["event_type"], "PAYMENT_WEBHOOK_TYPE_APPROVED");
    assert_eq!(json["data"]["payment_intent_id"], intent.payment_intent_id);
    assert_eq!(json["attempt"], 2);

    // The signature fits the body, and nothing else.
    let seconds: i64 = header(&second, "x-timestamp").parse().expect("seconds");
    let mut webhooks = WebhookServiceClient::new(channel.clone());
    let mut valid = async |payload: String| {
        let request = ValidateWebhookRequest {
            payload,
            signature: header(&second, "x-signature"),
            webhook_id: header(&second, "x-webhook-id"),
            timestamp: Some(prost_types::Timestamp { seconds, nanos: 0 }),
        };
        webhooks.validate_webhook(request).await.expect("an answer").into_inner().reason
    };
    assert_eq!(valid(body.clone()).await, "");
    assert_eq!(valid(body + " ").await, "bad_signature");

    // The same result, handed to us by somebody who has our key: taken in, and a repeat is the first answer.
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let data = &json["data"];
    let stamp = |value: &serde_json::Value| text(value).parse::<prost_types::Timestamp>().ok();
    let webhook = ReceivePaymentWebhookRequest {
        webhook_id: text(&json["webhook_id"]),
        event_type: PaymentWebhookType::Approved as i32,
        data: Some(PaymentWebhookData {
            payment_intent_id: text(&data["payment_intent_id"]),
            reservation_id: text(&data["reservation_id"]),
            transaction_id: text(&data["transaction_id"]),
            status: PaymentWebhookStatus::Success as i32,
            amount: Some(Money { amount: 5_000, currency: "KRW".into() }),
            processed_at: stamp(&data["processed_at"]),
            ..Default::default()
        }),
        timestamp: stamp(&json["timestamp"]),
        signature: header(&second, "x-signature"),
        source: text(&json["source"]),
        attempt: 2,
    };
    let taken = webhooks.receive_payment_webhook(webhook.clone()).await.expect("an answer").into_inner();
    assert_eq!((taken.error.clone(), taken.accepted, taken.next_action.as_str()), (None, true, "completed"));
    assert_eq!(
        webhooks.receive_payment_webhook(webhook.clone()).await.expect("an answer").into_inner(),
        taken
    );
    let forged = ReceivePaymentWebhookRequest { event_type: PaymentWebhookType::Failed as i32, ..webhook };
    let refused = webhooks.receive_payment_webhook(forged).await.expect("an answer").into_inner();
    assert_eq!(
        (refused.accepted, refused.error.expect("forged").code()),
        (false, ErrorCode::Unauthenticated)
    );
    server.drain().await.expect("ends cleanly");
}
