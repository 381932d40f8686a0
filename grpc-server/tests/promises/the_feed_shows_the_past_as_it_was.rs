//! Claim: an entry of the change feed shows what its record says. Read from the first position long after everything
//! happened, no entry has a fact of a later one; and feeds are counted and bounded as streams are.

use std::time::Duration;

use crate::support::{EVENT, House, admitted, channel};
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, ReflectMessage, Value};
use tacos_proto::common::v1::{Money, SeatStatus};
use tacos_proto::engine::v1::engine_service_client::EngineServiceClient;
use tacos_proto::engine::v1::watch_feed_response::Change;
use tacos_proto::engine::v1::{
    EventChange, FeedStart, PauseQueueRequest, PaymentChange, ResumeQueueRequest, SaleState,
    WatchFeedRequest, WatchFeedResponse,
};
use tacos_proto::payment::v1::payment_service_client::PaymentServiceClient;
use tacos_proto::payment::v1::{
    CancelPaymentRequest, CreatePaymentIntentRequest, GetPaymentStatusRequest, PaymentScenario, PaymentStatus,
};
use tacos_proto::reservation::v1::reservation_service_client::ReservationServiceClient;
use tacos_proto::reservation::v1::{CreateReservationRequest, ReservationStatus};
use tonic::transport::Channel;

/// The longest that a test waits for one thing before it gives up.
const WATCHDOG: Duration = Duration::from_secs(30);

/// A sale from the first hold to the last refund, a pause and its end.
async fn sell_and_refund(channel: &Channel) {
    let token = admitted(channel, "kim").await;
    let create = CreateReservationRequest {
        event_id: EVENT.into(),
        seat_ids: vec!["A-1".into(), "A-2".into()],
        user_id: "kim".into(),
        reservation_token: token,
        idempotency_key: "k".into(),
        ..Default::default()
    };
    let mut reservations = ReservationServiceClient::new(channel.clone());
    let held = reservations.create_reservation(create).await.expect("an answer").into_inner();
    assert_eq!(held.error, None);
    let mut payments = PaymentServiceClient::new(channel.clone());
    let pay = CreatePaymentIntentRequest {
        reservation_id: held.reservation_id,
        amount: Some(Money { amount: 10_000, currency: "KRW".into() }),
        user_id: "kim".into(),
        scenario: PaymentScenario::Approve as i32,
        idempotency_key: "p".into(),
        ..Default::default()
    };
    let intent = payments.create_payment_intent(pay).await.expect("an answer").into_inner();
    assert_eq!(intent.error, None);
    let completed = async {
        loop {
            let ask = GetPaymentStatusRequest {
                payment_intent_id: intent.payment_intent_id.clone(),
                user_id: "kim".into(),
            };
            let answer = payments.get_payment_status(ask).await.expect("an answer").into_inner();
            if answer.payment.expect("known").status() == PaymentStatus::Completed {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(WATCHDOG, completed).await.expect("the payment completes");
    let mut payments = PaymentServiceClient::new(channel.clone());
    for (amount, key) in [(1_000, "r1"), (0, "r2")] {
        let refund = CancelPaymentRequest {
            payment_intent_id: intent.payment_intent_id.clone(),
            refund_amount: (amount > 0).then(|| Money { amount, currency: "KRW".into() }),
            idempotency_key: key.into(),
            ..Default::default()
        };
        let back = payments.cancel_payment(refund).await.expect("an answer").into_inner();
        assert_eq!(back.error, None);
    }
    let mut engine = EngineServiceClient::new(channel.clone());
    let pause =
        PauseQueueRequest { event_id: EVENT.into(), idempotency_key: "pause".into(), ..Default::default() };
    assert_eq!(engine.pause_queue(pause).await.expect("an answer").into_inner().error, None);
    let resume =
        ResumeQueueRequest { event_id: EVENT.into(), idempotency_key: "resume".into(), ..Default::default() };
    assert_eq!(engine.resume_queue(resume).await.expect("an answer").into_inner().error, None);
}

/// Everything from the first position to the last, in order.
async fn all_entries(channel: &Channel) -> Vec<WatchFeedResponse> {
    let mut engine = EngineServiceClient::new(channel.clone());
    let watch = WatchFeedRequest { start: FeedStart::Position as i32, ..Default::default() };
    let mut feed = engine.watch_feed(watch).await.expect("a stream").into_inner();
    let mut entries = Vec::new();
    let read = async {
        loop {
            let message = feed.message().await.expect("well").expect("more");
            assert_eq!(message.error, None);
            match message.change {
                None => return,
                Some(_) => entries.push(message),
            }
        }
    };
    tokio::time::timeout(WATCHDOG, read).await.expect("the feed comes to its end");
    entries
}

/// Every moment in a message, by name of its field.
fn moments(message: &DynamicMessage, found: &mut Vec<(String, i64)>) {
    for (field, value) in message.fields() {
        let mut look = |value: &Value| {
            let Some(inner) = value.as_message() else { return };
            if inner.descriptor().full_name() == "google.protobuf.Timestamp" {
                let part = |name| inner.get_field_by_name(name).map(std::borrow::Cow::into_owned);
                let seconds = part("seconds").and_then(|value| value.as_i64()).unwrap_or(0);
                let nanos = part("nanos").and_then(|value| value.as_i32()).unwrap_or(0);
                found.push((field.name().to_owned(), seconds * 1_000 + i64::from(nanos) / 1_000_000));
            } else {
                moments(inner, found);
            }
        };
        match value {
            Value::List(list) => list.iter().for_each(&mut look),
            other => look(other),
        }
    }
}

#[tokio::test]
async fn no_entry_knows_what_came_after_it() {
    let house = House::new();
    let server = house.open().await;
    let channel = channel(&server).await;
    sell_and_refund(&channel).await;
    let entries = all_entries(&channel).await;
    let pool = DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET).expect("ours");
    let kind = pool.get_message_by_name("engine.v1.WatchFeedResponse").expect("of the contract");
    for entry in &entries {
        let mut found = Vec::new();
        let bytes = entry.encode_to_vec();
        moments(&DynamicMessage::decode(kind.clone(), bytes.as_slice()).expect("ours"), &mut found);
        let at = entry.at.as_ref().map_or(0, |at| at.seconds * 1_000 + i64::from(at.nanos) / 1_000_000);
        for (field, moment) in found {
            // What was promised for later was promised then.
            let promised = ["expires_at", "hold_expires_at"].contains(&field.as_str());
            assert!(promised || moment <= at, "{field} lies after the entry itself: {entry:?}");
        }
    }
    reservations_are_of_then(&entries);
    payments_are_of_then(&entries);
    events_say_what_their_records_say(&entries);
    server.drain().await.expect("ends cleanly");
}

fn reservations_are_of_then(entries: &[WatchFeedResponse]) {
    use ReservationStatus::{Confirmed, Pending, Refunded, Unspecified};
    let mut expected = [
        (Unspecified, Pending, SeatStatus::Reserved, false),
        (Pending, Confirmed, SeatStatus::Sold, true),
        (Confirmed, Refunded, SeatStatus::Available, true),
    ]
    .into_iter();
    for entry in entries {
        let Some(Change::Reservation(change)) = &entry.change else { continue };
        let reservation = change.reservation.as_ref().expect("named");
        let (old, new, seats, has_order) = expected.next().expect("three changes");
        assert_eq!((change.old_status(), reservation.status()), (old, new));
        assert_eq!(reservation.updated_at, entry.at);
        assert_eq!(!reservation.order_id.is_empty(), has_order, "{reservation:?}");
        assert_eq!(reservation.payment_intent_id, "", "the record does not hold it");
        let states: Vec<_> = reservation.seats.iter().map(tacos_proto::common::v1::Seat::status).collect();
        assert_eq!(states, [seats; 2], "{new:?}");
        assert_eq!(reservation.total_amount.as_ref().map(|total| total.amount), Some(10_000));
        assert_eq!(reservation.hold_expires_at.is_some(), new == Pending);
    }
    assert_eq!(expected.next(), None);
}

fn payments_are_of_then(entries: &[WatchFeedResponse]) {
    use PaymentStatus::{Completed, Pending, Processing, Refunded, Unspecified};
    let changes: Vec<&PaymentChange> = entries
        .iter()
        .filter_map(|entry| match &entry.change {
            Some(Change::Payment(change)) => Some(change),
            _ => None,
        })
        .collect();
    let expected = [
        (Unspecified, Pending, None, None),
        (Pending, Processing, None, None),
        (Processing, Completed, None, None),
        (Completed, Completed, Some(1_000), None),
        (Completed, Refunded, Some(9_000), Some(10_000)),
    ];
    assert_eq!(changes.len(), expected.len(), "{changes:#?}");
    for (number, (change, (old, new, refunded, sum))) in changes.iter().zip(expected).enumerate() {
        let payment = change.payment.as_ref().expect("named");
        assert_eq!((change.old_status(), payment.status()), (old, new), "{number}");
        let over = matches!(new, Completed | Refunded);
        assert_eq!(
            (payment.result.is_some(), payment.processed_at.is_some(), !payment.transaction_id.is_empty()),
            (over, over, over),
            "{number}: {payment:?}"
        );
        assert_eq!(change.refunded.as_ref().map(|money| money.amount), refunded, "{number}");
        assert_eq!(payment.refunded_amount.as_ref().map(|money| money.amount), sum, "{number}");
        assert_eq!(change.refund_id.ends_with(&format!("_{}", number.wrapping_sub(2))), refunded.is_some());
    }
}

fn events_say_what_their_records_say(entries: &[WatchFeedResponse]) {
    let mut told = Vec::new();
    for entry in entries {
        if let Some(Change::Event(record)) = &entry.change {
            let settings = record.settings.as_ref().expect("at least the id");
            assert_eq!((settings.event_id.as_str(), settings.name.as_str()), (EVENT, ""));
            assert_eq!((record.updated_at, record.counts.is_none()), (entry.at, true));
            told.push((entry.event_change(), record.state(), record.queue_paused));
        } else {
            assert_eq!(entry.event_change(), EventChange::Unspecified);
        }
    }
    assert_eq!(
        told,
        [
            (EventChange::Created, SaleState::Unspecified, false),
            (EventChange::Sale, SaleState::Open, false),
            (EventChange::QueuePaused, SaleState::Unspecified, true),
            (EventChange::QueueResumed, SaleState::Unspecified, false),
        ]
    );
}

#[tokio::test]
async fn feeds_take_the_places_of_streams() {
    let mut house = House::new();
    house.settings.limits.streams = 1;
    let server = house.open().await;
    let channel = channel(&server).await;
    let mut engine = EngineServiceClient::new(channel.clone());
    let watch = WatchFeedRequest { start: FeedStart::Now as i32, ..Default::default() };
    let open = engine.watch_feed(watch.clone()).await.expect("a stream").into_inner();
    let full = engine.watch_feed(watch.clone()).await.expect_err("as many are open as may be");
    assert_eq!(full.code(), tonic::Code::ResourceExhausted);
    let status = engine.get_engine_status(tacos_proto::engine::v1::GetEngineStatusRequest {}).await;
    let status = status.expect("an answer").into_inner();
    assert_eq!(status.feed_readers, 1);
    let streams = status.tables.iter().find(|table| table.name == "streams").expect("a table of streams");
    assert_eq!((streams.used, streams.capacity), (1, 1));
    drop(open);
    let again = async {
        while engine.watch_feed(watch.clone()).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(WATCHDOG, again).await.expect("the place is given back");
    server.drain().await.expect("ends cleanly");
}
