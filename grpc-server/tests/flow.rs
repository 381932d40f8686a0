//! Read this first: one customer over the wire, from the waiting line to a confirmed seat, and what becomes of it over a
//! restart of the server.

mod support;

use support::{EVENT, House, admitted, channel};
use tacos_proto::common::v1::{ErrorCode, Money, SeatStatus};
use tacos_proto::gateway::v1::gateway_service_client::GatewayServiceClient;
use tacos_proto::gateway::v1::web_socket_service_client::WebSocketServiceClient;
use tacos_proto::gateway::v1::{
    GetEventAvailabilityRequest, ReservationEventType, StreamReservationUpdatesRequest,
};
use tacos_proto::payment::v1::payment_service_client::PaymentServiceClient;
use tacos_proto::payment::v1::{
    CreatePaymentIntentRequest, GetPaymentStatusRequest, PaymentScenario, PaymentStatus,
};
use tacos_proto::reservation::v1::reservation_service_client::ReservationServiceClient;
use tacos_proto::reservation::v1::{
    ConfirmReservationRequest, CreateReservationRequest, GetReservationRequest, ReservationStatus,
};

#[tokio::test]
async fn one_customer_from_the_line_to_a_seat_that_survives_a_restart() {
    let house = House::new();
    let server = house.open().await;
    let channel_ = channel(&server).await;
    let token = admitted(&channel_, "kim").await;

    let mut gateway = GatewayServiceClient::new(channel_.clone());
    let ask = GetEventAvailabilityRequest { event_id: EVENT.into(), ..Default::default() };
    let free = gateway.get_event_availability(ask).await.expect("an answer").into_inner();
    assert_eq!((free.total_available, free.sections.len()), (70, 2));

    let mut reservations = ReservationServiceClient::new(channel_.clone());
    let create = CreateReservationRequest {
        event_id: EVENT.into(),
        seat_ids: vec!["A-7".into(), "A-8".into()],
        user_id: "kim".into(),
        reservation_token: token,
        idempotency_key: "order-1".into(),
        ..Default::default()
    };
    let held = reservations.create_reservation(create.clone()).await.expect("an answer").into_inner();
    assert_eq!(held.error, None);
    assert_eq!(held.status(), ReservationStatus::Pending);
    assert_eq!(held.total_amount, Some(Money { amount: 10_000, currency: "KRW".into() }));
    assert!(held.reserved_seats.iter().all(|seat| seat.status() == SeatStatus::Reserved));
    let again = reservations.create_reservation(create.clone()).await.expect("an answer").into_inner();
    assert_eq!(again, held, "a retry acts once");

    let mut streams = WebSocketServiceClient::new(channel_.clone());
    let watch = StreamReservationUpdatesRequest {
        user_id: "kim".into(),
        reservation_ids: vec![held.reservation_id.clone()],
        ..Default::default()
    };
    let mut updates = streams.stream_reservation_updates(watch).await.expect("a stream").into_inner();
    let first = updates
        .message()
        .await
        .expect("well")
        .expect("the current state")
        .reservation_update
        .expect("an update");
    assert_eq!(first.new_status(), ReservationStatus::Pending);

    let mut payments = PaymentServiceClient::new(channel_.clone());
    let pay = CreatePaymentIntentRequest {
        reservation_id: held.reservation_id.clone(),
        amount: held.total_amount.clone(),
        user_id: "kim".into(),
        scenario: PaymentScenario::Approve as i32,
        idempotency_key: "pay-1".into(),
        ..Default::default()
    };
    let intent = payments.create_payment_intent(pay).await.expect("an answer").into_inner();
    assert_eq!(intent.error, None);
    assert!(intent.client_secret.len() > 32);

    // A completed payment confirms by itself, and the stream says so and ends.
    let last =
        updates.message().await.expect("well").expect("the end").reservation_update.expect("an update");
    assert_eq!(last.event_type(), ReservationEventType::Confirmed);
    assert!(updates.message().await.expect("well").is_none(), "nothing comes after the final state");
    let ask = GetPaymentStatusRequest {
        payment_intent_id: intent.payment_intent_id.clone(),
        user_id: "kim".into(),
    };
    let paid =
        payments.get_payment_status(ask).await.expect("an answer").into_inner().payment.expect("known");
    assert_eq!(paid.status(), PaymentStatus::Completed);
    let confirm = ConfirmReservationRequest {
        reservation_id: held.reservation_id.clone(),
        payment_intent_id: intent.payment_intent_id,
        user_id: "kim".into(),
        idempotency_key: "confirm-1".into(),
        ..ConfirmReservationRequest::default()
    };
    let other_sum = ConfirmReservationRequest {
        idempotency_key: "confirm-0".into(),
        total_minor: Some(1),
        ..confirm.clone()
    };
    let refused = reservations.confirm_reservation(other_sum).await.expect("an answer").into_inner();
    let error = refused.error.expect("the sum is another");
    assert_eq!((error.code(), error.details[0].field.as_str()), (ErrorCode::InvalidArgument, "total_minor"));
    let order = reservations.confirm_reservation(confirm.clone()).await.expect("an answer").into_inner();
    assert_eq!(order.error, None);
    assert!(order.order_id.starts_with("ord_"));
    drop((updates, reservations, payments, gateway, streams, channel_));
    server.drain().await.expect("ends cleanly");

    let server = house.open().await;
    let mut reservations = ReservationServiceClient::new(channel(&server).await);
    let ask = GetReservationRequest { reservation_id: held.reservation_id.clone(), user_id: "kim".into() };
    let found =
        reservations.get_reservation(ask).await.expect("an answer").into_inner().reservation.expect("known");
    assert_eq!(
        (found.status(), found.order_id.as_str()),
        (ReservationStatus::Confirmed, order.order_id.as_str())
    );
    let again = reservations.create_reservation(create).await.expect("an answer").into_inner();
    assert_eq!(again, held, "the same answer, byte for byte, also after a restart");
    assert_eq!(reservations.confirm_reservation(confirm).await.expect("an answer").into_inner(), order);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn a_second_customer_is_refused_and_learns_which_seat_is_taken() {
    let house = House::new();
    let server = house.open().await;
    let channel = channel(&server).await;
    let mut reservations = ReservationServiceClient::new(channel.clone());
    let create = |user: &str, token: String, seats: &[&str]| {
        let request = CreateReservationRequest {
            event_id: EVENT.into(),
            seat_ids: seats.iter().map(|seat| (*seat).to_owned()).collect(),
            user_id: user.into(),
            reservation_token: token,
            idempotency_key: format!("order-{user}"),
            ..Default::default()
        };
        let mut reservations = reservations.clone();
        async move { reservations.create_reservation(request).await.expect("an answer").into_inner() }
    };
    let (kim, lee) = (admitted(&channel, "kim").await, admitted(&channel, "lee").await);
    assert_eq!(create("kim", kim, &["A-7"]).await.error, None);
    let refused = create("lee", lee, &["A-6", "A-7"]).await.error.expect("taken");
    assert_eq!(refused.code(), ErrorCode::InventoryConflict);
    assert_eq!(refused.details[0].value, "A-7");
    assert_eq!(refused.trace_id.len(), 32);
    let ask = GetReservationRequest { reservation_id: "rsv_unknown".into(), user_id: "kim".into() };
    let unknown =
        reservations.get_reservation(ask).await.expect("an answer").into_inner().error.expect("unknown");
    assert_eq!(unknown.code(), ErrorCode::NotFound);
    assert!(unknown.message.contains("not found"));
    server.drain().await.expect("ends cleanly");
}
