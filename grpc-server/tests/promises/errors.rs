//! Wrong input of every kind: the right code, the right field, and the server goes on.

use crate::support::{EVENT, House, admitted, channel};
use tacos_proto::common::v1::admin_service_client::AdminServiceClient;
use tacos_proto::common::v1::{
    EmergencyActionRequest, EmergencyActionType, Error, ErrorCode, GetMetricsRequest, Money,
};
use tacos_proto::engine::v1::UndoEmergencyActionRequest;
use tacos_proto::engine::v1::engine_service_client::EngineServiceClient;
use tacos_proto::gateway::v1::queue_service_client::QueueServiceClient;
use tacos_proto::gateway::v1::{
    AdmissionStatus, GetQueueStatusRequest, JoinQueueRequest, RequestAdmissionRequest,
};
use tacos_proto::payment::v1::CreatePaymentIntentRequest;
use tacos_proto::payment::v1::payment_service_client::PaymentServiceClient;
use tacos_proto::reservation::v1::inventory_client::InventoryClient;
use tacos_proto::reservation::v1::reservation_service_client::ReservationServiceClient;
use tacos_proto::reservation::v1::worker_service_client::WorkerServiceClient;
use tacos_proto::reservation::v1::{
    CommitReservationRequest, CommitStatus, CreateReservationRequest, ExtendHoldRequest,
    GetInventoryStatusRequest, ProcessReservationExpiryRequest, ProcessingStatus, ReleaseHoldRequest,
    ReleaseStatus, ReserveSeatRequest,
};

fn code_and_field(error: Option<Error>) -> (ErrorCode, String) {
    let error = error.expect("an error");
    assert!(!error.message.is_empty() && error.trace_id.len() == 32, "{error:?}");
    (error.code(), error.details.first().map(|detail| detail.field.clone()).unwrap_or_default())
}

#[tokio::test]
async fn bad_arguments_are_named() {
    let house = House::new();
    let server = house.open().await;
    let channel = channel(&server).await;
    let token = admitted(&channel, "kim").await;
    let mut reservations = ReservationServiceClient::new(channel.clone());
    let good = CreateReservationRequest {
        event_id: EVENT.into(),
        quantity: 1,
        user_id: "kim".into(),
        reservation_token: token,
        idempotency_key: "k".into(),
        ..Default::default()
    };
    let cases = [
        (
            CreateReservationRequest { event_id: String::new(), ..good.clone() },
            ErrorCode::InvalidArgument,
            "event_id",
        ),
        (
            CreateReservationRequest { event_id: "evt_none".into(), ..good.clone() },
            ErrorCode::NotFound,
            "event_id",
        ),
        (
            CreateReservationRequest { user_id: "a b".into(), ..good.clone() },
            ErrorCode::InvalidArgument,
            "user_id",
        ),
        (CreateReservationRequest { quantity: 0, ..good.clone() }, ErrorCode::InvalidArgument, "quantity"),
        (CreateReservationRequest { quantity: 11, ..good.clone() }, ErrorCode::InvalidArgument, "quantity"),
        (CreateReservationRequest { quantity: -1, ..good.clone() }, ErrorCode::InvalidArgument, "quantity"),
        (
            CreateReservationRequest {
                seat_ids: vec!["A-1".into(), "A-1".into()],
                quantity: 0,
                ..good.clone()
            },
            ErrorCode::InvalidArgument,
            "seat_ids[1]",
        ),
        (
            CreateReservationRequest { seat_ids: vec!["A-1".into()], quantity: 2, ..good.clone() },
            ErrorCode::InvalidArgument,
            "quantity",
        ),
        (
            CreateReservationRequest { seat_ids: vec!["Z-1".into()], quantity: 0, ..good.clone() },
            ErrorCode::NotFound,
            "seat_ids",
        ),
        (CreateReservationRequest { section: "none".into(), ..good.clone() }, ErrorCode::NotFound, "section"),
        (
            CreateReservationRequest { idempotency_key: String::new(), ..good.clone() },
            ErrorCode::IdempotencyRequired,
            "idempotency_key",
        ),
        (
            CreateReservationRequest { idempotency_key: "x".repeat(129), ..good.clone() },
            ErrorCode::InvalidArgument,
            "idempotency_key",
        ),
        (
            CreateReservationRequest { reservation_token: "rtkn_wrong".into(), ..good.clone() },
            ErrorCode::Forbidden,
            "reservation_token",
        ),
    ];
    for (request, code, field) in cases {
        let answer = reservations.create_reservation(request.clone()).await.expect("an answer").into_inner();
        assert_eq!(code_and_field(answer.error), (code, field.to_owned()), "{request:?}");
    }
    assert_eq!(
        reservations.create_reservation(good.clone()).await.expect("an answer").into_inner().error,
        None
    );
    let other = CreateReservationRequest { quantity: 2, ..good };
    let conflict = reservations.create_reservation(other).await.expect("an answer").into_inner();
    assert_eq!(code_and_field(conflict.error).0, ErrorCode::IdempotencyConflict);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn messages_that_are_too_large_do_no_harm() {
    let mut house = House::new();
    house.settings.limits.message_bytes = 4_096;
    let server = house.open().await;
    let mut queue = QueueServiceClient::new(channel(&server).await);
    let large = JoinQueueRequest { event_id: "e".repeat(10_000), ..Default::default() };
    assert_eq!(queue.join_queue(large).await.expect_err("too large").code(), tonic::Code::OutOfRange);
    let good = JoinQueueRequest { event_id: EVENT.into(), session_id: "tab".into(), ..Default::default() };
    assert_eq!(queue.join_queue(good).await.expect("goes on").into_inner().error, None);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn the_line_answers_in_its_own_words() {
    let house = House::new();
    let server = house.open().await;
    let channel = channel(&server).await;
    let mut queue = QueueServiceClient::new(channel.clone());
    let join = |event: &str, session: &str, user: &str| JoinQueueRequest {
        event_id: event.into(),
        session_id: session.into(),
        user_id: user.into(),
        metadata: None,
    };
    let mut error = async |request| {
        code_and_field(queue.join_queue(request).await.expect("an answer").into_inner().error)
    };
    assert_eq!(error(join("evt_none", "tab", "")).await.0, ErrorCode::NotFound);
    assert_eq!(error(join(EVENT, "", "")).await, (ErrorCode::InvalidArgument, "session_id".to_owned()));
    let unknown = GetQueueStatusRequest { waiting_token: "wtkn_none".into() };
    let answer = queue.get_queue_status(unknown).await.expect("an answer").into_inner();
    assert_eq!(code_and_field(answer.error).0, ErrorCode::NotFound);
    let ask = RequestAdmissionRequest { waiting_token: "wtkn_none".into(), ..Default::default() };
    let answer = queue.request_admission(ask).await.expect("an answer").into_inner();
    assert_eq!((answer.admission(), answer.error), (AdmissionStatus::Invalid, None));
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn money_must_match_and_holds_are_extended_once() {
    let house = House::new();
    let server = house.open().await;
    let channel = channel(&server).await;
    let token = admitted(&channel, "kim").await;
    let mut reservations = ReservationServiceClient::new(channel.clone());
    let create = CreateReservationRequest {
        event_id: EVENT.into(),
        quantity: 2,
        section: "pit".into(),
        user_id: "kim".into(),
        reservation_token: token,
        idempotency_key: "k".into(),
        ..Default::default()
    };
    let held = reservations.create_reservation(create).await.expect("an answer").into_inner();
    let ids: Vec<_> = held.reserved_seats.iter().map(|seat| seat.id.as_str()).collect();
    assert_eq!(ids, ["pit#1", "pit#2"], "standing places are numbered within the reservation");
    let mut payments = PaymentServiceClient::new(channel.clone());
    let pay = |amount: i64, currency: &str| CreatePaymentIntentRequest {
        reservation_id: held.reservation_id.clone(),
        amount: Some(Money { amount, currency: currency.into() }),
        user_id: "kim".into(),
        idempotency_key: format!("pay-{amount}-{currency}"),
        ..Default::default()
    };
    for (amount, currency) in [(5_999, "KRW"), (6_000, "USD")] {
        let answer =
            payments.create_payment_intent(pay(amount, currency)).await.expect("an answer").into_inner();
        assert_eq!(code_and_field(answer.error), (ErrorCode::InvalidArgument, "amount".to_owned()));
    }
    let extend = |key: &str| ExtendHoldRequest {
        reservation_id: held.reservation_id.clone(),
        user_id: "kim".into(),
        idempotency_key: key.into(),
        ..Default::default()
    };
    let first = reservations.extend_hold(extend("e1")).await.expect("an answer").into_inner();
    assert_eq!((first.extension_allowed, first.extended_seconds), (true, 30));
    let second = reservations.extend_hold(extend("e2")).await.expect("an answer").into_inner();
    assert!(!second.extension_allowed);
    assert_eq!(code_and_field(second.error).0, ErrorCode::FailedPrecondition);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn services_keep_their_own_reservations_under_the_second_name() {
    let house = House::new();
    let server = house.open().await;
    let channel = channel(&server).await;
    let mut inventory = InventoryClient::new(channel.clone());
    let reserve = ReserveSeatRequest {
        reservation_id: "theirs-1".into(),
        event_id: EVENT.into(),
        seat_ids: vec!["B-1".into(), "B-2".into()],
        user_id: "kim".into(),
        idempotency_key: "r".into(),
        ..Default::default()
    };
    let held = inventory.reserve_seat(reserve).await.expect("an answer").into_inner();
    assert_eq!((held.error, held.reserved_seats.len()), (None, 2));
    let mut worker = WorkerServiceClient::new(channel.clone());
    let expire = ProcessReservationExpiryRequest { reservation_id: "theirs-1".into(), ..Default::default() };
    let early = worker.process_reservation_expiry(expire).await.expect("an answer").into_inner();
    assert_eq!((early.status(), early.next_action.as_str()), (ProcessingStatus::Retry, "retry"));
    let commit = |seats: &[&str], key: &str| CommitReservationRequest {
        reservation_id: "theirs-1".into(),
        event_id: EVENT.into(),
        seat_ids: seats.iter().map(|seat| (*seat).to_owned()).collect(),
        payment_intent_id: "elsewhere-7".into(),
        user_id: "kim".into(),
        idempotency_key: key.into(),
        ..Default::default()
    };
    let wrong = inventory.commit_reservation(commit(&["B-1"], "c1")).await.expect("an answer").into_inner();
    assert_eq!(wrong.status(), CommitStatus::FailedConflict);
    assert_eq!(code_and_field(wrong.error).0, ErrorCode::InventoryConflict);
    let sold =
        inventory.commit_reservation(commit(&["B-2", "B-1"], "c2")).await.expect("an answer").into_inner();
    assert_eq!((sold.status(), sold.sold_seats.len()), (CommitStatus::Success, 2));
    let release = |id: &str| ReleaseHoldRequest {
        reservation_id: id.into(),
        idempotency_key: id.into(),
        ..Default::default()
    };
    let late = inventory.release_hold(release("theirs-1")).await.expect("an answer").into_inner();
    assert_eq!(late.status(), ReleaseStatus::Failed);
    let none = inventory.release_hold(release("theirs-2")).await.expect("an answer").into_inner();
    assert_eq!(none.status(), ReleaseStatus::NotFound);
    let ask = GetInventoryStatusRequest { event_id: EVENT.into(), section: String::new() };
    let stats =
        inventory.get_inventory_status(ask).await.expect("an answer").into_inner().stats.expect("counts");
    assert_eq!((stats.total_seats, stats.available_seats, stats.sold_seats), (70, 68, 2));
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn maintenance_refuses_writes_outlives_a_restart_and_can_be_undone() {
    let house = House::new();
    let server = house.open().await;
    let mut admin = AdminServiceClient::new(channel(&server).await);
    let stop = |confirm| EmergencyActionRequest {
        action: EmergencyActionType::MaintenanceMode as i32,
        reason: "a test".into(),
        confirm,
        ..Default::default()
    };
    let unconfirmed = admin.emergency_action(stop(false)).await.expect("an answer").into_inner();
    assert_eq!(code_and_field(unconfirmed.error), (ErrorCode::FailedPrecondition, "confirm".to_owned()));
    let measure = admin.emergency_action(stop(true)).await.expect("an answer").into_inner();
    assert!(measure.executed, "{measure:?}");
    drop(admin);
    server.drain().await.expect("ends cleanly");

    let server = house.open().await;
    let channel = channel(&server).await;
    let mut queue = QueueServiceClient::new(channel.clone());
    let join = JoinQueueRequest { event_id: EVENT.into(), session_id: "tab".into(), ..Default::default() };
    let refused = queue.join_queue(join.clone()).await.expect("an answer").into_inner();
    assert_eq!(code_and_field(refused.error).0, ErrorCode::Unavailable);
    let mut engine = EngineServiceClient::new(channel.clone());
    let undo = UndoEmergencyActionRequest {
        action_id: measure.action_id,
        reason: "over".into(),
        confirm: true,
        idempotency_key: "undo".into(),
    };
    assert_eq!(engine.undo_emergency_action(undo).await.expect("an answer").into_inner().error, None);
    assert_eq!(queue.join_queue(join).await.expect("an answer").into_inner().error, None);
    let mut admin = AdminServiceClient::new(channel);
    let metrics =
        admin.get_metrics(GetMetricsRequest::default()).await.expect("an answer").into_inner().metrics;
    let joins = metrics.iter().find(|one| {
        one.name == "tacos_rpc_seconds_count"
            && one.labels.get("method").is_some_and(|method| method == "JoinQueue")
    });
    assert_eq!(joins.expect("counted").value, 2.0);
    server.drain().await.expect("ends cleanly");
}
