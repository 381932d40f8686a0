//! Claim: a stream tells what happened and where things stood before: maintenance, a changed rate and a changed
//! capacity each by its own name, an extension as no second creation, a refund in part as no second completion. What
//! was before the stream is not told as if it happened now.

use std::time::Duration;

use crate::support::{EVENT, House, admitted, channel};
use tacos_proto::common::v1::admin_service_client::AdminServiceClient;
use tacos_proto::common::v1::{EmergencyActionRequest, EmergencyActionType, Money};
use tacos_proto::engine::v1::engine_service_client::EngineServiceClient;
use tacos_proto::engine::v1::{
    EventSettings, QueuePolicy, SetQueuePolicyRequest, UndoEmergencyActionRequest, UpdateEventRequest,
};
use tacos_proto::gateway::v1::queue_service_client::QueueServiceClient;
use tacos_proto::gateway::v1::web_socket_service_client::WebSocketServiceClient;
use tacos_proto::gateway::v1::{
    EventType, JoinQueueRequest, PaymentEventType as Pay, ReservationEventType as Reserved,
    StreamPaymentUpdatesRequest, StreamQueueUpdatesRequest, StreamQueueUpdatesResponse,
    StreamReservationUpdatesRequest, SystemEventType, SystemUpdate,
};
use tacos_proto::payment::v1::payment_service_client::PaymentServiceClient;
use tacos_proto::payment::v1::{
    CancelPaymentRequest, CreatePaymentIntentRequest, PaymentScenario, PaymentStatus as Paid,
};
use tacos_proto::reservation::v1::reservation_service_client::ReservationServiceClient;
use tacos_proto::reservation::v1::{CreateReservationRequest, ExtendHoldRequest, ReservationStatus};
use tacos_server::settings::DurabilityName;
use tonic::Streaming;
use tonic::transport::Channel;

/// The longest that a test waits for one message before it gives up.
const WATCHDOG: Duration = Duration::from_secs(30);

async fn next<T>(stream: &mut Streaming<T>) -> T {
    let message = tokio::time::timeout(WATCHDOG, stream.message()).await;
    message.expect("a message within the watchdog's time").expect("well").expect("more")
}

async fn next_system(stream: &mut Streaming<StreamQueueUpdatesResponse>) -> SystemUpdate {
    loop {
        let message = next(stream).await;
        if message.r#type() == EventType::SystemUpdate {
            return message.system_update.expect("carried");
        }
    }
}

async fn join(channel: &Channel, user: &str) -> String {
    let join = JoinQueueRequest {
        event_id: EVENT.into(),
        user_id: user.into(),
        session_id: format!("tab-{user}"),
        metadata: None,
    };
    let joined = QueueServiceClient::new(channel.clone()).join_queue(join).await.expect("an answer");
    joined.into_inner().waiting_token
}

async fn watch_a_place(channel: &Channel, user: &str) -> (String, Streaming<StreamQueueUpdatesResponse>) {
    let token = join(channel, user).await;
    let updates = watch(channel, &token).await;
    (token, updates)
}

fn rules(admissions_per_minute: i32, inside_max: i32, key: &str) -> SetQueuePolicyRequest {
    SetQueuePolicyRequest {
        event_id: EVENT.into(),
        policy: Some(QueuePolicy { admissions_per_minute, inside_max, ..Default::default() }),
        idempotency_key: key.into(),
        ..Default::default()
    }
}

async fn watch(channel: &Channel, token: &str) -> Streaming<StreamQueueUpdatesResponse> {
    let watch = StreamQueueUpdatesRequest { waiting_token: token.into(), ..Default::default() };
    let mut streams = WebSocketServiceClient::new(channel.clone());
    streams.stream_queue_updates(watch).await.expect("a stream").into_inner()
}

#[tokio::test]
async fn maintenance_is_told_when_it_begins_when_it_ends_and_to_those_who_come_meanwhile() {
    let house = House::new();
    let server = house.open().await;
    let channel = channel(&server).await;
    let (token, mut updates) = watch_a_place(&channel, "kim").await;
    let mut admin = AdminServiceClient::new(channel.clone());
    let measure = EmergencyActionRequest {
        action: EmergencyActionType::MaintenanceMode as i32,
        reason: "a test".into(),
        confirm: true,
        ..Default::default()
    };
    let taken = admin.emergency_action(measure).await.expect("an answer").into_inner();
    assert_eq!(taken.error, None);
    let told = next_system(&mut updates).await;
    assert_eq!((told.event_type(), told.event_id.as_str()), (SystemEventType::MaintenanceMode, ""));
    assert_eq!(told.message, "maintenance has begun");

    // Somebody opens a stream of the same place in the middle of it.
    let mut late = watch(&channel, &token).await;
    assert_eq!(next_system(&mut late).await.message, "maintenance is under way");

    let undo = UndoEmergencyActionRequest {
        action_id: taken.action_id,
        reason: "over".into(),
        confirm: true,
        idempotency_key: "undo".into(),
    };
    let undone = EngineServiceClient::new(channel.clone()).undo_emergency_action(undo).await;
    assert_eq!(undone.expect("an answer").into_inner().error, None);
    for stream in [&mut updates, &mut late] {
        let told = next_system(stream).await;
        assert_eq!(
            (told.event_type(), told.message.as_str()),
            (SystemEventType::MaintenanceMode, "maintenance has ended")
        );
    }
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn the_rate_is_told_to_be_another_only_when_it_is() {
    let house = House::new();
    let server = house.open().await;
    let channel = channel(&server).await;
    let (_, mut updates) = watch_a_place(&channel, "kim").await;
    let mut engine = EngineServiceClient::new(channel.clone());
    let rename = UpdateEventRequest {
        settings: Some(EventSettings {
            event_id: EVENT.into(),
            name: "Another name".into(),
            ..Default::default()
        }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["name".into()] }),
        idempotency_key: "rename".into(),
        ..Default::default()
    };
    assert_eq!(engine.update_event(rename).await.expect("an answer").into_inner().error, None);
    let usual = tacos_engine::QueuePolicy::default();
    let (rate, inside) = (usual.admissions_per_minute as i32, usual.inside_max as i32);
    for (asked, key, told) in [
        ((rate + 60, inside), "q1", Some(SystemEventType::AdmissionRateChanged)),
        ((rate + 60, inside), "q2", None),
        ((rate + 60, inside + 5), "q3", Some(SystemEventType::CapacityChanged)),
        ((rate, inside + 5), "q4", Some(SystemEventType::AdmissionRateChanged)),
    ] {
        let set =
            engine.set_queue_policy(rules(asked.0, asked.1, key)).await.expect("an answer").into_inner();
        assert_eq!(set.error, None, "{key}");
        if let Some(told) = told {
            let update = next_system(&mut updates).await;
            assert_eq!((update.event_type(), update.admission_rate), (told, asked.0), "{key}: {update:?}");
        }
    }
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn what_was_before_the_stream_is_not_told() {
    let house = House::new();
    let server = house.open().await;
    let channel = channel(&server).await;
    let token = join(&channel, "kim").await;
    let mut engine = EngineServiceClient::new(channel.clone());
    let usual = tacos_engine::QueuePolicy::default();
    let (rate, inside) = (usual.admissions_per_minute as i32, usual.inside_max as i32);
    // No stream is open: what happens now is looked at a little later, when one is.
    let before = engine.set_queue_policy(rules(rate + 60, inside, "before")).await.expect("an answer");
    assert_eq!(before.into_inner().error, None);
    let mut updates = watch(&channel, &token).await;
    let behind = engine.set_queue_policy(rules(rate + 60, inside + 5, "behind")).await.expect("an answer");
    assert_eq!(behind.into_inner().error, None);
    assert_eq!(next_system(&mut updates).await.event_type(), SystemEventType::CapacityChanged);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn an_extension_is_no_creation_and_a_part_refund_is_no_completion() {
    let house = House::new();
    let server = house.open().await;
    let channel = channel(&server).await;
    let token = admitted(&channel, "kim").await;
    let mut streams = WebSocketServiceClient::new(channel.clone());
    let mine = StreamReservationUpdatesRequest { user_id: "kim".into(), ..Default::default() };
    let mut of_reservations = streams.stream_reservation_updates(mine).await.expect("a stream").into_inner();
    let mine = StreamPaymentUpdatesRequest { user_id: "kim".into(), ..Default::default() };
    let mut of_payments = streams.stream_payment_updates(mine).await.expect("a stream").into_inner();

    let mut reservations = ReservationServiceClient::new(channel.clone());
    let create = CreateReservationRequest {
        event_id: EVENT.into(),
        seat_ids: vec!["A-1".into(), "A-2".into()],
        quantity: 2,
        user_id: "kim".into(),
        reservation_token: token,
        idempotency_key: "k".into(),
        ..Default::default()
    };
    let held = reservations.create_reservation(create).await.expect("an answer").into_inner();
    assert_eq!(held.error, None);
    let told = async |stream: &mut Streaming<_>| {
        let message: tacos_proto::gateway::v1::StreamReservationUpdatesResponse = next(stream).await;
        let update = message.reservation_update.expect("a reservation");
        (update.event_type(), update.old_status(), update.new_status())
    };
    use ReservationStatus::{Confirmed, Pending, Refunded, Unspecified};
    assert_eq!(told(&mut of_reservations).await, (Reserved::Created, Unspecified, Pending));
    let extend = ExtendHoldRequest {
        reservation_id: held.reservation_id.clone(),
        user_id: "kim".into(),
        idempotency_key: "e".into(),
        ..Default::default()
    };
    assert!(reservations.extend_hold(extend).await.expect("an answer").into_inner().extension_allowed);
    assert_eq!(told(&mut of_reservations).await, (Reserved::Changed, Pending, Pending));

    let mut payments = PaymentServiceClient::new(channel.clone());
    let pay = CreatePaymentIntentRequest {
        reservation_id: held.reservation_id.clone(),
        amount: Some(Money { amount: 10_000, currency: "KRW".into() }),
        user_id: "kim".into(),
        scenario: PaymentScenario::Approve as i32,
        idempotency_key: "p".into(),
        ..Default::default()
    };
    let intent = payments.create_payment_intent(pay).await.expect("an answer").into_inner();
    assert_eq!(intent.error, None);
    let paid = async |stream: &mut Streaming<_>| {
        let message: tacos_proto::gateway::v1::StreamPaymentUpdatesResponse = next(stream).await;
        let update = message.payment_update.expect("a payment");
        (update.event_type(), update.old_status(), update.new_status(), update.message)
    };
    // What waits for a slow reader is put together: the last thing told before the outcome varies, the outcome does
    // not.
    let mut stood = Paid::Unspecified;
    loop {
        let (event, old, new, message) = paid(&mut of_payments).await;
        assert_eq!(old, stood, "{event:?}");
        stood = new;
        if new == Paid::Completed {
            assert_eq!((event, message.as_str()), (Pay::Completed, "the payment is completed"));
            break;
        }
        assert!(matches!((event, new), (Pay::Created, Paid::Pending) | (Pay::Processing, Paid::Processing)));
    }
    assert_eq!(told(&mut of_reservations).await, (Reserved::Confirmed, Pending, Confirmed));
    let refund = |amount: i64, key: &str| CancelPaymentRequest {
        payment_intent_id: intent.payment_intent_id.clone(),
        refund_amount: (amount > 0).then(|| Money { amount, currency: "KRW".into() }),
        idempotency_key: key.into(),
        ..Default::default()
    };
    for (amount, key) in [(1_000, "r1"), (2_000, "r2"), (0, "r3")] {
        let back = payments.cancel_payment(refund(amount, key)).await.expect("an answer").into_inner();
        assert_eq!(back.error, None);
        let (event, old, new, _) = paid(&mut of_payments).await;
        let whole = amount == 0;
        let expected =
            if whole { (Pay::Refunded, Paid::Refunded) } else { (Pay::PartlyRefunded, Paid::Completed) };
        assert_eq!((event, old, new), (expected.0, Paid::Completed, expected.1), "{key}");
    }
    assert_eq!(told(&mut of_reservations).await, (Reserved::Refunded, Confirmed, Refunded));

    // The first message of a stream is the state, whatever led to it.
    let named = StreamReservationUpdatesRequest {
        user_id: "kim".into(),
        reservation_ids: vec![held.reservation_id],
        ..Default::default()
    };
    let mut again = streams.stream_reservation_updates(named).await.expect("a stream").into_inner();
    assert_eq!(told(&mut again).await, (Reserved::Unspecified, Unspecified, Refunded));
    server.drain().await.expect("ends cleanly");
}

/// Without a journal the engine keeps a bounded past for its readers. A server that is stopped for longer than that has
/// missed what happened meanwhile: its streams end and say so, and one opened afterwards goes on.
#[tokio::test]
async fn streams_end_when_updates_were_lost_and_can_be_opened_again() {
    let mut house = House::new();
    house.settings.engine.durability = DurabilityName::Memory;
    let mut writer = None;
    let server = house.open_with(|engine| writer = Some(engine.clone())).await;
    let engine = writer.expect("open");
    let channel = channel(&server).await;
    let (token, mut updates) = watch_a_place(&channel, "kim").await;
    assert_eq!(next(&mut updates).await.r#type(), EventType::QueueUpdate, "the place at once");
    // This test's thread is the server's too: as long as it writes, the server reads nothing.
    let past = tacos_engine::Config::default().update_history_bytes;
    let name = tacos_engine::ExternalId::new("filler").expect("a name");
    let value = Some(vec![7; 4_000]);
    for _ in 0..past / 2_000 {
        let note = tacos_engine::Note::new(name.clone(), value.clone());
        engine.note(note).wait().expect("noted");
    }
    let last = loop {
        let message = next(&mut updates).await;
        if message.r#type() == EventType::Error {
            break message.error.expect("carried");
        }
    };
    assert!(last.message.contains("updates were lost on the way to this stream"), "{last:?}");
    let end = tokio::time::timeout(WATCHDOG, updates.message()).await.expect("within the watchdog's time");
    assert!(matches!(end, Ok(None)), "it is the last word: {end:?}");
    let mut again = watch(&channel, &token).await;
    assert_eq!(next(&mut again).await.r#type(), EventType::QueueUpdate);
    drop(engine);
    server.drain().await.expect("ends cleanly");
}
