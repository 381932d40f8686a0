//! Claim: a payment provider's webhook counts only if its own secret signed every byte of it within five minutes, and once.

use hmac::{Hmac, KeyInit, Mac};
use prost_types::Timestamp;
use sha2::Sha256;
use tacos_proto::common::v1::{ErrorCode, Money};
use tacos_proto::gateway::v1::webhook_service_client::WebhookServiceClient;
use tacos_proto::gateway::v1::{
    PaymentWebhookData, PaymentWebhookStatus, PaymentWebhookType, ReceivePaymentWebhookRequest,
    ReceivePaymentWebhookResponse,
};
use tacos_proto::payment::v1::payment_service_client::PaymentServiceClient;
use tacos_proto::payment::v1::{
    CreatePaymentIntentRequest, GetPaymentStatusRequest, PaymentScenario, PaymentStatus,
};
use tacos_proto::reservation::v1::ReserveSeatRequest;
use tacos_proto::reservation::v1::inventory_service_client::InventoryServiceClient;
use tonic::transport::Channel;

use crate::support::{EVENT, House, channel};

const SECRET: &str = "what the provider and the shop share";
const OTHER: &str = "what another provider and the shop share";

/// The text that is signed: the message's fields in their order.
fn body(request: &ReceivePaymentWebhookRequest) -> String {
    let text = |value: &str| serde_json::to_string(value).expect("text");
    // Whole seconds here: the milliseconds are zero.
    let moment = |stamp: Option<&Timestamp>| {
        stamp.map_or("null".to_owned(), |stamp| text(&stamp.to_string().replace('Z', ".000Z")))
    };
    let data = request.data.clone().unwrap_or_default();
    let amount = data.amount.as_ref().map_or("null".to_owned(), |money| {
        format!(r#"{{"amount":"{}","currency":{}}}"#, money.amount, text(&money.currency))
    });
    format!(
        r#"{{"webhook_id":{},"event_type":"{}","data":{{"payment_intent_id":{},"reservation_id":{},"transaction_id":{},"status":"{}","amount":{amount},"failure_reason":{},"metadata":{},"processed_at":{}}},"timestamp":{},"source":{},"attempt":{}}}"#,
        text(&request.webhook_id),
        request.event_type().as_str_name(),
        text(&data.payment_intent_id),
        text(&data.reservation_id),
        text(&data.transaction_id),
        data.status().as_str_name(),
        text(&data.failure_reason),
        serde_json::to_string(&data.metadata).expect("a map of texts"),
        moment(data.processed_at.as_ref()),
        moment(request.timestamp.as_ref()),
        text(&request.source),
        request.attempt,
    )
}

fn sign(secret: &str, request: &ReceivePaymentWebhookRequest) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    let seconds = request.timestamp.as_ref().map_or(0, |stamp| stamp.seconds);
    mac.update(format!("{seconds}.{}", body(request)).as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

fn signed(request: ReceivePaymentWebhookRequest) -> ReceivePaymentWebhookRequest {
    let signature = sign(SECRET, &request);
    ReceivePaymentWebhookRequest { signature, ..request }
}

fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.expect("after 1970").as_secs()).expect("in range")
}

/// A shop with a reservation, and an intent for it that waits for its provider.
struct Shop {
    server: tacos_server::Server,
    channel: Channel,
    intent: String,
    _house: House,
}

impl Shop {
    async fn open() -> Self {
        let mut house = House::new();
        for (source, secret) in [("provider", SECRET), ("another", OTHER)] {
            let file = house.folder.path().join(source);
            std::fs::write(&file, secret).expect("written");
            house.settings.webhooks.sources.insert(source.to_owned(), file);
        }
        let server = house.open().await;
        let channel = channel(&server).await;
        let reserve = ReserveSeatRequest {
            reservation_id: "theirs".into(),
            event_id: EVENT.into(),
            seat_ids: vec!["A-1".into()],
            user_id: "kim".into(),
            idempotency_key: "r".into(),
            ..Default::default()
        };
        let held =
            InventoryServiceClient::new(channel.clone()).reserve_seat(reserve).await.expect("an answer");
        assert_eq!(held.into_inner().error, None);
        let pay = CreatePaymentIntentRequest {
            reservation_id: "theirs".into(),
            amount: Some(Money { amount: 5_000, currency: "KRW".into() }),
            user_id: "kim".into(),
            // Nobody but the provider says what becomes of it.
            scenario: PaymentScenario::Timeout as i32,
            idempotency_key: "p".into(),
            ..Default::default()
        };
        let mut payments = PaymentServiceClient::new(channel.clone());
        let made = payments.create_payment_intent(pay).await.expect("an answer").into_inner();
        assert_eq!(made.error, None);
        Self { server, channel, intent: made.payment_intent_id, _house: house }
    }

    /// A webhook that says that the intent is paid; not signed yet.
    fn approved(&self) -> ReceivePaymentWebhookRequest {
        ReceivePaymentWebhookRequest {
            webhook_id: "wh-1".into(),
            event_type: PaymentWebhookType::Approved as i32,
            data: Some(PaymentWebhookData {
                payment_intent_id: self.intent.clone(),
                status: PaymentWebhookStatus::Success as i32,
                amount: Some(Money { amount: 5_000, currency: "KRW".into() }),
                metadata: [("till".to_owned(), "7".to_owned())].into(),
                ..Default::default()
            }),
            timestamp: Some(Timestamp { seconds: now(), nanos: 0 }),
            signature: String::new(),
            source: "provider".into(),
            attempt: 1,
        }
    }

    async fn send(&self, webhook: &ReceivePaymentWebhookRequest) -> ReceivePaymentWebhookResponse {
        let mut webhooks = WebhookServiceClient::new(self.channel.clone());
        webhooks.receive_payment_webhook(webhook.clone()).await.expect("an answer").into_inner()
    }

    /// Sends it; it must be refused with this code, and change nothing.
    async fn refuses(&self, webhook: &ReceivePaymentWebhookRequest, code: ErrorCode, why: &str) {
        let before = self.ended().await;
        let answer = self.send(webhook).await;
        assert_eq!(
            answer.error.as_ref().map(tacos_proto::common::v1::Error::code),
            Some(code),
            "{why}: {answer:?}"
        );
        assert!(!answer.accepted && answer.correlation_id.is_empty(), "{why}: {answer:?}");
        assert_eq!(self.ended().await, before, "{why}: the payment has changed");
    }

    /// How the payment ended; none as long as it waits for its provider.
    async fn ended(&self) -> Option<PaymentStatus> {
        let ask = GetPaymentStatusRequest { payment_intent_id: self.intent.clone(), user_id: "kim".into() };
        let mut payments = PaymentServiceClient::new(self.channel.clone());
        let answer = payments.get_payment_status(ask).await.expect("an answer").into_inner();
        let status = answer.payment.expect("it exists").status();
        Some(status).filter(|status| !matches!(status, PaymentStatus::Pending | PaymentStatus::Processing))
    }
}

#[tokio::test]
async fn a_signature_that_does_not_fit_is_refused() {
    let shop = Shop::open().await;
    let good = signed(shop.approved());
    let digits = good.signature.trim_start_matches("sha256=").to_owned();
    for at in [0, 1, 31, 62, 63] {
        let mut near = digits.clone().into_bytes();
        near[at] = if near[at] == b'0' { b'1' } else { b'0' };
        let signature = format!("sha256={}", String::from_utf8(near).expect("digits"));
        let forged = ReceivePaymentWebhookRequest { signature, ..good.clone() };
        shop.refuses(&forged, ErrorCode::Unauthenticated, &format!("digit {at} is another")).await;
    }
    let plus = format!("sha256=+{}", &digits[1..]);
    for signature in [
        "",
        "sha256=",
        digits.as_str(),
        "sha1=00",
        &good.signature[..70],
        &format!("{}00", good.signature),
        &plus,
    ] {
        let forged = ReceivePaymentWebhookRequest { signature: signature.into(), ..good.clone() };
        shop.refuses(&forged, ErrorCode::Unauthenticated, signature).await;
    }
    let theirs = ReceivePaymentWebhookRequest { signature: sign(OTHER, &good), ..good.clone() };
    shop.refuses(&theirs, ErrorCode::Unauthenticated, "another provider's secret").await;
    let empty = ReceivePaymentWebhookRequest { signature: sign("", &good), ..good.clone() };
    shop.refuses(&empty, ErrorCode::Unauthenticated, "an empty secret").await;
    let nobody = ReceivePaymentWebhookRequest { source: "nobody".into(), ..shop.approved() };
    shop.refuses(&signed(nobody), ErrorCode::Unauthenticated, "an unknown provider").await;
    assert_eq!(shop.ended().await, None);
    assert_eq!(shop.send(&good).await.error, None, "the good one, after all");
    shop.server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn every_byte_of_the_body_is_signed() {
    type Change = fn(&mut ReceivePaymentWebhookRequest, &mut PaymentWebhookData);
    let changes: [(&str, Change); 11] = [
        ("webhook_id", |hook, _| hook.webhook_id.push('2')),
        ("event_type", |hook, _| hook.event_type = PaymentWebhookType::Failed as i32),
        ("source", |hook, _| hook.source = "another".into()),
        ("attempt", |hook, _| hook.attempt = 2),
        ("timestamp", |hook, _| hook.timestamp.as_mut().expect("there").seconds += 1),
        ("payment_intent_id", |_, data| data.payment_intent_id.replace_range(4..5, "z")),
        ("reservation_id", |_, data| data.reservation_id.push('x')),
        ("status", |_, data| data.status = PaymentWebhookStatus::Failed as i32),
        ("amount", |_, data| data.amount.as_mut().expect("there").amount = 1),
        ("failure_reason", |_, data| data.failure_reason.push_str("none")),
        ("metadata", |_, data| drop(data.metadata.insert("till".into(), "8".into()))),
    ];
    let shop = Shop::open().await;
    let good = signed(shop.approved());
    for (field, change) in changes {
        let mut forged = good.clone();
        let mut data = forged.data.take().expect("there");
        change(&mut forged, &mut data);
        forged.data = Some(data);
        shop.refuses(&forged, ErrorCode::Unauthenticated, field).await;
    }
    assert_eq!(shop.ended().await, None);
    shop.server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn an_old_webhook_is_refused_however_well_it_is_signed() {
    let shop = Shop::open().await;
    for away in [-301, -3_600, 330, 86_400, -now()] {
        let stamp = Timestamp { seconds: now() + away, nanos: 0 };
        let old = signed(ReceivePaymentWebhookRequest { timestamp: Some(stamp), ..shop.approved() });
        shop.refuses(&old, ErrorCode::InvalidArgument, &format!("{away} seconds from now")).await;
    }
    let never = signed(ReceivePaymentWebhookRequest { timestamp: None, ..shop.approved() });
    shop.refuses(&never, ErrorCode::InvalidArgument, "without a timestamp").await;
    assert_eq!(shop.ended().await, None);
    shop.server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn a_webhook_that_comes_again_acts_once() {
    let shop = Shop::open().await;
    let good = signed(shop.approved());
    let first = shop.send(&good).await;
    assert_eq!((first.error.clone(), first.accepted), (None, true));
    assert_eq!(shop.ended().await, Some(PaymentStatus::Completed));
    for _ in 0..3 {
        assert_eq!(shop.send(&good).await, first, "a repeat gets the first answer");
    }
    // The same id with another outcome, signed by the provider itself: that is no repeat, and changes nothing.
    let failed =
        ReceivePaymentWebhookRequest { event_type: PaymentWebhookType::Failed as i32, ..shop.approved() };
    shop.refuses(&signed(failed), ErrorCode::IdempotencyConflict, "the same id for another outcome").await;
    // Another id that says the same: it was so before.
    let again = signed(ReceivePaymentWebhookRequest { webhook_id: "wh-2".into(), ..shop.approved() });
    assert!(shop.send(&again).await.accepted);
    assert_eq!(shop.ended().await, Some(PaymentStatus::Completed));
    // The wrong amount is refused even from the provider.
    let mut wrong = ReceivePaymentWebhookRequest { webhook_id: "wh-3".into(), ..shop.approved() };
    wrong.data.as_mut().expect("there").amount = Some(Money { amount: 1, currency: "KRW".into() });
    shop.refuses(&signed(wrong), ErrorCode::InvalidArgument, "another amount").await;
    shop.server.drain().await.expect("ends cleanly");
}
