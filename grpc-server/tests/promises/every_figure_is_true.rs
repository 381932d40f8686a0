//! Claim: after a workload whose every step is known, each figure and each moment in the answers about the background
//! work, the health, the lines and the engine's operations is what happened, or absent. The answers are walked by
//! reflection: a figure that this test does not know fails it.

use crate::support;

use std::time::Duration;

use crate::support::{EVENT, House, admitted, channel, open_sale};
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, Kind, MapKey, ReflectMessage, Value};
use tacos_engine::QueuePolicy;
use tacos_proto::common::v1::admin_service_client::AdminServiceClient;
use tacos_proto::common::v1::{GetSystemHealthRequest, HealthStatus, Money};
use tacos_proto::engine::v1::engine_service_client::EngineServiceClient;
use tacos_proto::engine::v1::{
    DrawPresaleRequest, GetEngineStatusRequest, GetPresaleRequest, OpenPresaleRequest,
};
use tacos_proto::gateway::v1::gateway_service_client::GatewayServiceClient;
use tacos_proto::gateway::v1::queue_service_client::QueueServiceClient;
use tacos_proto::gateway::v1::{GetQueueStatsRequest, HealthCheckRequest, JoinQueueRequest};
use tacos_proto::payment::v1::payment_service_client::PaymentServiceClient;
use tacos_proto::payment::v1::{
    CreatePaymentIntentRequest, GetPaymentStatusRequest, PaymentScenario, PaymentStatus,
};
use tacos_proto::reservation::v1::reservation_service_client::ReservationServiceClient;
use tacos_proto::reservation::v1::worker_service_client::WorkerServiceClient;
use tacos_proto::reservation::v1::{
    CreateReservationRequest, GetJobStatusRequest, PaymentResultType, ProcessPaymentResultRequest,
    ProcessingStatus,
};
use tonic::transport::Channel;

/// The longest that a test waits for one thing before it gives up.
const WATCHDOG: Duration = Duration::from_secs(30);

/// What a figure has to be.
enum Rule {
    Is(i64),
    AtLeast(i64),
    /// A moment since the test began, or absent.
    Moment,
    /// Set, and not a figure of what happened: a bound or a size.
    Bound,
    Absent,
}
use Rule::{Absent, AtLeast, Bound, Is, Moment};

/// Every number and moment of a message by its path; keys of maps and numbers of lists are left out of the path.
fn figures(path: &str, message: &DynamicMessage, out: &mut Vec<(String, Option<i64>)>) {
    for field in message.descriptor().fields() {
        let path = format!("{path}{}", field.name());
        let value = message.get_field(&field);
        let is_moment =
            matches!(field.kind(), Kind::Message(kind) if kind.full_name() == "google.protobuf.Timestamp");
        if is_moment && !field.is_list() {
            out.push((path, message.has_field(&field).then(|| millis(value.as_message()))));
            continue;
        }
        let mut one = |value: &Value| match value {
            Value::I32(number) => out.push((path.clone(), Some(i64::from(*number)))),
            Value::I64(number) => out.push((path.clone(), Some(*number))),
            Value::U64(number) => out.push((path.clone(), i64::try_from(*number).ok())),
            #[allow(clippy::cast_possible_truncation, reason = "thousandths are enough")]
            Value::F32(number) => out.push((path.clone(), Some((f64::from(*number) * 1_000.0) as i64))),
            Value::Message(inner) => figures(&format!("{path}."), inner, out),
            _ => {}
        };
        match &*value {
            Value::List(list) => list.iter().for_each(&mut one),
            Value::Map(map) => map.iter().for_each(|(_, value): (&MapKey, &Value)| one(value)),
            Value::Message(_) if !message.has_field(&field) => {}
            other => one(other),
        }
    }
}

fn millis(stamp: Option<&DynamicMessage>) -> i64 {
    let part = |name| stamp.and_then(|stamp| stamp.get_field_by_name(name)).map(std::borrow::Cow::into_owned);
    let seconds = part("seconds").and_then(|value| value.as_i64()).unwrap_or(0);
    let nanos = part("nanos").and_then(|value| value.as_i32()).unwrap_or(0);
    seconds * 1_000 + i64::from(nanos) / 1_000_000
}

/// Judges every figure of an answer.
fn judge(kind: &str, answer: &impl Message, began_ms: i64, rules: &[(&str, Rule)]) {
    let pool = DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET).expect("ours");
    let descriptor = pool.get_message_by_name(kind).expect("of the contract");
    let bytes = answer.encode_to_vec();
    let message = DynamicMessage::decode(descriptor, bytes.as_slice()).expect("ours");
    let mut found = Vec::new();
    figures("", &message, &mut found);
    let mut known = 0;
    for (path, value) in &found {
        let Some((_, rule)) = rules.iter().find(|(name, _)| name == path) else {
            panic!("{kind}: nobody says what {path} has to be; it is {value:?}")
        };
        known += 1;
        let good = match rule {
            Is(expected) => *value == Some(*expected),
            AtLeast(least) => value.is_some_and(|value| value >= *least),
            Moment => value.is_none_or(|at| at >= began_ms),
            Bound => value.is_some_and(|value| value > 0),
            Absent => value.is_none_or(|value| value == 0),
        };
        assert!(good, "{kind}: {path} is {value:?}\n{message}");
    }
    assert!(known > 0, "{kind} has no figures");
}

async fn join(channel: &Channel, event: &str, user: &str) {
    let join = JoinQueueRequest {
        event_id: event.into(),
        user_id: user.into(),
        session_id: format!("tab-{user}"),
        metadata: None,
    };
    let joined = QueueServiceClient::new(channel.clone()).join_queue(join).await.expect("an answer");
    assert_eq!(joined.into_inner().error, None);
}

/// Two people are let in, one of them buys; the reservation's and the intent's id.
async fn sell(channel: &Channel) -> (String, String) {
    let token = admitted(channel, "kim").await;
    admitted(channel, "lee").await;
    let create = CreateReservationRequest {
        event_id: EVENT.into(),
        seat_ids: vec!["A-1".into()],
        user_id: "kim".into(),
        reservation_token: token,
        idempotency_key: "k".into(),
        ..Default::default()
    };
    let mut reservations = ReservationServiceClient::new(channel.clone());
    let held = reservations.create_reservation(create).await.expect("an answer").into_inner();
    assert_eq!(held.error, None);
    let pay = CreatePaymentIntentRequest {
        reservation_id: held.reservation_id.clone(),
        amount: Some(Money { amount: 5_000, currency: "KRW".into() }),
        user_id: "kim".into(),
        scenario: PaymentScenario::Approve as i32,
        idempotency_key: "p".into(),
        ..Default::default()
    };
    let mut payments = PaymentServiceClient::new(channel.clone());
    let intent = payments.create_payment_intent(pay).await.expect("an answer").into_inner().payment_intent_id;
    let completed = async {
        loop {
            let ask = GetPaymentStatusRequest { payment_intent_id: intent.clone(), user_id: "kim".into() };
            let answer = payments.get_payment_status(ask).await.expect("an answer").into_inner();
            if answer.payment.expect("known").status() == PaymentStatus::Completed {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(WATCHDOG, completed).await.expect("the payment completes");
    (held.reservation_id, intent)
}

#[tokio::test]
async fn after_a_known_workload_each_figure_is_what_happened_or_absent() {
    let house = House::new();
    let server = house
        .open_with(|engine| {
            open_sale(engine, "second", None);
            engine.snapshot().expect("a snapshot");
        })
        .await;
    let channel = channel(&server).await;
    let mut engine = EngineServiceClient::new(channel.clone());
    let status = engine.get_engine_status(GetEngineStatusRequest {}).await.expect("an answer").into_inner();
    let began = millis_of(status.started_at.as_ref());
    // The engine was opened and its snapshot made a moment before the server started.
    let opened = began - 60_000;
    let (reservation, intent) = sell(&channel).await;

    let mut worker = WorkerServiceClient::new(channel.clone());
    let jobs = worker.get_job_status(GetJobStatusRequest::default()).await.expect("an answer").into_inner();
    let of = |id: &str| jobs.jobs.iter().find(|job| job.job_id == id).expect("a job").clone();
    assert!(of("payment").events_processed >= 2, "started and settled: {jobs:?}");
    assert_eq!((of("snapshot").events_processed, of("webhook").events_processed), (1, 0));
    judge("reservation.v1.GetJobStatusResponse", &jobs, opened, &job_rules());
    let health = worker
        .health_check(tacos_proto::reservation::v1::HealthCheckRequest::default())
        .await
        .expect("an answer")
        .into_inner();
    assert!(health.last_processed_at.is_some(), "a payment was processed");
    let rules = [
        ("status", Bound),
        ("processed_events_count", AtLeast(3)),
        ("failed_events_count", Is(0)),
        ("last_processed_at", Moment),
        ("queue_depth", AtLeast(1)),
        ("started_at", Moment),
    ];
    judge("reservation.v1.HealthCheckResponse", &health, opened, &rules);

    let status = engine.get_engine_status(GetEngineStatusRequest {}).await.expect("an answer").into_inner();
    let journal = status.journal.clone().expect("a journal");
    assert!(journal.last_sync_duration_us > 0 && journal.last_snapshot_at.is_some(), "{journal:?}");
    assert!(journal.last_snapshot_position > 0 && journal.durable_position <= journal.appended_position);
    judge("engine.v1.GetEngineStatusResponse", &status, opened, &status_rules());

    let mut lines = QueueServiceClient::new(channel.clone());
    let stats = lines.get_queue_stats(GetQueueStatsRequest::default()).await.expect("an answer").into_inner();
    judge("gateway.v1.GetQueueStatsResponse", &stats, opened, &line_rules());

    health_is_measured(&channel, opened).await;
    a_skipped_step_has_the_moment_of_what_made_it_so(&channel, &reservation, &intent, began).await;
    server.drain().await.expect("ends cleanly");
}

fn millis_of(stamp: Option<&prost_types::Timestamp>) -> i64 {
    stamp.map_or(0, |at| at.seconds * 1_000 + i64::from(at.nanos) / 1_000_000)
}

fn job_rules() -> [(&'static str, Rule); 12] {
    [
        ("jobs.status", Bound),
        ("jobs.started_at", Moment),
        ("jobs.completed_at", Absent),
        ("jobs.events_processed", AtLeast(0)),
        ("jobs.events_failed", Is(0)),
        ("metrics.total_active_jobs", Is(4)),
        ("metrics.total_events_pending", AtLeast(1)),
        ("metrics.total_events_processing", Is(0)),
        ("metrics.total_events_completed", AtLeast(3)),
        ("metrics.total_events_failed", Is(0)),
        ("metrics.average_processing_time_ms", Absent),
        ("metrics.last_updated", Moment),
    ]
}

fn status_rules() -> [(&'static str, Rule); 16] {
    [
        ("started_at", Moment),
        ("durability", Bound),
        ("journal.appended_position", Bound),
        ("journal.durable_position", Bound),
        ("journal.oldest_position", AtLeast(0)),
        ("journal.segments", AtLeast(1)),
        ("journal.size_bytes", Bound),
        ("journal.last_sync_duration_us", AtLeast(1)),
        ("journal.last_snapshot_at", Moment),
        ("journal.last_snapshot_position", Bound),
        ("tables.used", AtLeast(0)),
        ("tables.capacity", Bound),
        ("outbox_depth", Is(0)),
        ("dead_letters", Is(0)),
        ("feed_readers", Is(0)),
        ("emergencies_in_force.action", Bound),
    ]
}

fn line_rules() -> [(&'static str, Rule); 11] {
    [
        ("events.total_waiting", Is(0)),
        ("events.total_admitted", Is(2)),
        ("events.admission_rate_per_minute", Is(2)),
        ("events.average_wait_time_seconds", AtLeast(0)),
        ("events.last_updated", Moment),
        ("system.total_active_queues", Is(0)),
        ("system.total_waiting_users", Is(0)),
        ("system.total_admitted_users", Is(2)),
        ("system.system_capacity_percentage", Is(0)),
        // Two in a minute, in thousandths a second.
        ("system.average_admission_rate", Is(33)),
        ("system.last_updated", Moment),
    ]
}

async fn health_is_measured(channel: &Channel, opened: i64) {
    let ask = GetSystemHealthRequest { include_dependencies: true, ..Default::default() };
    let mut admin = AdminServiceClient::new(channel.clone());
    let health = admin.get_system_health(ask).await.expect("an answer").into_inner();
    for name in ["engine", "journal", "disk", "queues"] {
        let part = health.services.iter().find(|part| part.service_name == name).expect("a part");
        assert_eq!(part.status(), HealthStatus::Healthy, "{part:?}");
        assert!(part.response_time_ms >= 1, "rounded up, so never nothing: {part:?}");
    }
    let disk = health.services.iter().find(|part| part.service_name == "disk").expect("a disk");
    let bytes = |key: &str| disk.metrics.get(key).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    assert!(bytes("free_bytes") > 0 && bytes("free_bytes") <= bytes("total_bytes"), "{disk:?}");
    let rules = [
        ("overall_status", Bound),
        ("services.status", Bound),
        ("services.response_time_ms", AtLeast(0)),
        ("services.uptime_seconds", AtLeast(0)),
        ("dependencies.status", Bound),
        ("dependencies.response_time_ms", AtLeast(1)),
        ("dependencies.last_check", Moment),
        ("checked_at", Moment),
    ];
    judge("common.v1.GetSystemHealthResponse", &health, opened, &rules);
    let mut gateway = GatewayServiceClient::new(channel.clone());
    let health = gateway.health_check(HealthCheckRequest::default()).await.expect("an answer").into_inner();
    let rules = [
        ("status", Bound),
        ("services.status", Bound),
        ("services.response_time_ms", AtLeast(1)),
        ("services.last_check", Moment),
        ("timestamp", Moment),
    ];
    judge("gateway.v1.HealthCheckResponse", &health, opened, &rules);
}

async fn a_skipped_step_has_the_moment_of_what_made_it_so(
    channel: &Channel,
    reservation: &str,
    intent: &str,
    began: i64,
) {
    let mut worker = WorkerServiceClient::new(channel.clone());
    let mut process = async |reservation_id: &str, payment: &str, result: PaymentResultType| {
        let request = ProcessPaymentResultRequest {
            reservation_id: reservation_id.into(),
            payment_intent_id: payment.into(),
            result_type: result as i32,
            ..Default::default()
        };
        worker.process_payment_result(request).await.expect("an answer").into_inner()
    };
    let again = process(reservation, intent, PaymentResultType::Approved).await;
    assert_eq!(again.status(), ProcessingStatus::Skipped, "{again:?}");
    assert!(millis_of(again.processed_at.as_ref()) >= began, "{again:?}");
    let refunded = process(reservation, intent, PaymentResultType::Refunded).await;
    assert_eq!(refunded.status(), ProcessingStatus::Success, "{refunded:?}");
    // An intent of elsewhere is called off for a reservation that is over: nothing is left to do, since the refund.
    let skipped = process(reservation, "elsewhere-7", PaymentResultType::Cancelled).await;
    assert_eq!(skipped.status(), ProcessingStatus::Skipped, "{skipped:?}");
    assert_eq!(skipped.processed_at, refunded.processed_at, "the moment is that of the end");
}

#[tokio::test]
async fn a_drawn_room_says_who_took_part_and_in_which_order() {
    let house = House::new();
    let server =
        house.open_with(|engine| support::draft_sale(engine, "evt_room", QueuePolicy::default())).await;
    let channel = channel(&server).await;
    let mut engine = EngineServiceClient::new(channel.clone());
    let open =
        OpenPresaleRequest { event_id: "evt_room".into(), idempotency_key: "o".into(), ..Default::default() };
    assert_eq!(engine.open_presale(open).await.expect("an answer").into_inner().error, None);
    for user in ["kim", "lee", "cho", "han", "bae"] {
        join(&channel, "evt_room", user).await;
    }
    let ask = GetPresaleRequest { event_id: "evt_room".into() };
    let before =
        engine.get_presale(ask.clone()).await.expect("an answer").into_inner().presale.expect("a room");
    assert_eq!((before.entrants, before.order_hash.len()), (5, 0));
    let draw = DrawPresaleRequest { event_id: "evt_room".into(), idempotency_key: "d".into() };
    assert_eq!(engine.draw_presale(draw).await.expect("an answer").into_inner().error, None);
    let after = engine.get_presale(ask).await.expect("an answer").into_inner().presale.expect("a room");
    let seed: [u8; 32] = after.seed.clone().try_into().expect("drawn");
    let order = tacos_engine::draw_order(&seed, &[0, 1, 2, 3, 4]);
    let mut hasher = blake3::Hasher::new();
    order.iter().for_each(|number| {
        hasher.update(&number.to_le_bytes());
    });
    assert_eq!((after.entrants, after.order_hash.as_slice()), (5, hasher.finalize().as_bytes().as_slice()));
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn an_operators_own_seed_is_committed_to_and_draws() {
    let house = House::new();
    let server =
        house.open_with(|engine| support::draft_sale(engine, "evt_room", QueuePolicy::default())).await;
    let channel = channel(&server).await;
    let mut engine = EngineServiceClient::new(channel.clone());
    let open = |key: &str, seed: Vec<u8>| OpenPresaleRequest {
        event_id: "evt_room".into(),
        idempotency_key: key.into(),
        seed,
    };
    let short = engine.open_presale(open("short", vec![7; 31])).await.expect("an answer").into_inner();
    assert!(short.error.is_some_and(|error| error.message.contains("32")), "a seed has 32 bytes");
    let opened = engine.open_presale(open("o", vec![7; 32])).await.expect("an answer").into_inner();
    let room = opened.presale.expect("a room");
    assert_eq!((room.seed_hash, room.seed), (blake3::hash(&[7; 32]).as_bytes().to_vec(), Vec::new()));
    let other = engine.open_presale(open("other", vec![8; 32])).await.expect("an answer").into_inner();
    assert!(other.error.is_some() && other.presale.is_none(), "the room has its seed: {other:?}");
    for user in ["kim", "lee", "cho"] {
        join(&channel, "evt_room", user).await;
    }
    let draw = DrawPresaleRequest { event_id: "evt_room".into(), idempotency_key: "d".into() };
    let drawn = engine.draw_presale(draw).await.expect("an answer").into_inner().presale.expect("drawn");
    assert_eq!(drawn.seed, vec![7; 32]);
    server.drain().await.expect("ends cleanly");
}
