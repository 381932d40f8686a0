//! What operators do over the wire: create an event, give it seats, sell, watch the feed, back up, restore.

use crate::support;

use crate::support::{House, channel, open_sale};
use tacos_engine::{Config, Engine};
use tacos_proto::common::v1::{ErrorCode, Money, SeatStatus};
use tacos_proto::engine::v1::engine_service_client::EngineServiceClient;
use tacos_proto::engine::v1::watch_feed_response::Change;
use tacos_proto::engine::v1::*;
use tacos_proto::gateway::v1::queue_service_client::QueueServiceClient;
use tacos_proto::gateway::v1::{JoinQueueRequest, QueueStatus};
use tacos_proto::reservation::v1::ReserveSeatRequest;
use tacos_proto::reservation::v1::inventory_service_client::InventoryServiceClient;

fn settings(id: &str) -> EventSettings {
    EventSettings {
        event_id: id.into(),
        name: "A show".into(),
        description: "With an interval.".into(),
        currency: "EUR".into(),
        queue_policy: Some(QueuePolicy::default()),
        ..Default::default()
    }
}

fn map() -> SeatMap {
    let price = |amount| Some(Money { amount, currency: "EUR".into() });
    let run = |first_number, accessible| SeatRun {
        id_prefix: "A-".into(),
        first_number,
        count: 5,
        accessible,
        aisle_before: first_number > 1,
        ..Default::default()
    };
    let row = Row { label: "A".into(), runs: vec![run(1, false), run(6, true)], ..Default::default() };
    let stalls =
        Section { section_id: "stalls".into(), price: price(5_000), rows: vec![row], ..Default::default() };
    let pit = Section {
        section_id: "pit".into(),
        price: price(3_000),
        general_admission_capacity: 20,
        ..Default::default()
    };
    SeatMap { sections: vec![stalls, pit] }
}

async fn create(engine: &mut EngineServiceClient<tonic::transport::Channel>, id: &str) {
    let request =
        CreateEventRequest { settings: Some(settings(id)), idempotency_key: format!("create-{id}") };
    let made = engine.create_event(request.clone()).await.expect("an answer").into_inner();
    assert_eq!(made.error, None);
    let again = engine.create_event(request).await.expect("an answer").into_inner();
    assert_eq!(again, made, "the same key gives the same answer");
    let import = ImportSeatMapRequest {
        event_id: id.into(),
        seat_map: Some(map()),
        idempotency_key: format!("import-{id}"),
        dry_run: false,
    };
    let tried = engine
        .import_seat_map(ImportSeatMapRequest { dry_run: true, ..import.clone() })
        .await
        .expect("an answer");
    assert_eq!(tried.into_inner().seats, 10);
    let imported = engine.import_seat_map(import).await.expect("an answer").into_inner();
    assert_eq!(imported.error, None);
    assert_eq!((imported.rows, imported.seats, imported.general_admission_places), (1, 10, 20));
}

/// A run is a few bytes, and may say that it has millions of seats: many of them are counted before any is spelled out.
#[tokio::test]
async fn a_small_request_for_billions_of_seats_is_refused_before_it_is_built() {
    let house = House::new();
    let server = house.open().await;
    let mut engine = EngineServiceClient::new(channel(&server).await);
    let request =
        CreateEventRequest { settings: Some(settings("evt_vast")), idempotency_key: "create".into() };
    assert_eq!(engine.create_event(request).await.expect("an answer").into_inner().error, None);
    let mut vast = map();
    let run = SeatRun { id_prefix: "V-".into(), first_number: 1, count: 1 << 22, ..Default::default() };
    vast.sections[0].rows[0].runs = vec![run; 3_000];
    for dry_run in [true, false] {
        let import = ImportSeatMapRequest {
            event_id: "evt_vast".into(),
            seat_map: Some(vast.clone()),
            idempotency_key: "import".into(),
            dry_run,
        };
        let refused = engine.import_seat_map(import).await.expect("an answer").into_inner();
        assert_eq!(refused.error.expect("too many seats").code(), ErrorCode::InvalidArgument);
    }
    drop(engine);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn an_event_from_its_creation_to_its_close() {
    let house = House::new();
    let server = house.open().await;
    let channel = channel(&server).await;
    let mut engine = EngineServiceClient::new(channel.clone());
    let early =
        OpenSaleRequest { event_id: "show-1".into(), idempotency_key: "o0".into(), ..Default::default() };
    let unknown = engine.open_sale(early).await.expect("an answer").into_inner();
    assert_eq!(unknown.error.expect("unknown").code(), ErrorCode::NotFound);
    create(&mut engine, "show-1").await;
    let taken = CreateEventRequest { settings: Some(settings("show-1")), idempotency_key: "other".into() };
    let taken = engine.create_event(taken).await.expect("an answer").into_inner();
    assert_eq!(taken.error.expect("taken").code(), ErrorCode::AlreadyExists);

    let update = UpdateEventRequest {
        settings: Some(EventSettings { hold_seconds: 90, ..settings("show-1") }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["hold_seconds".into()] }),
        expected_revision: 1,
        idempotency_key: "u1".into(),
    };
    let stale = engine.update_event(update.clone()).await.expect("an answer").into_inner();
    assert_eq!(stale.error.expect("stale").code(), ErrorCode::ConcurrentModification);
    let update = UpdateEventRequest { expected_revision: 0, idempotency_key: "u2".into(), ..update };
    let updated = engine.update_event(update).await.expect("an answer").into_inner().event.expect("updated");
    let kept = updated.settings.expect("settings");
    assert_eq!(
        (kept.hold_seconds, kept.description.as_str(), updated.revision),
        (90, "With an interval.", 3)
    );

    let open =
        OpenSaleRequest { event_id: "show-1".into(), idempotency_key: "o1".into(), ..Default::default() };
    let opened = engine.open_sale(open).await.expect("an answer").into_inner().event.expect("open");
    assert_eq!(opened.state(), SaleState::Open);
    let block = BlockSeatsRequest {
        event_id: "show-1".into(),
        seat_ids: vec!["A-1".into(), "A-2".into()],
        idempotency_key: "b".into(),
        ..Default::default()
    };
    assert_eq!(engine.block_seats(block).await.expect("an answer").into_inner().blocked_count, 2);
    let unblock = UnblockSeatsRequest {
        event_id: "show-1".into(),
        seat_ids: vec!["A-3".into()],
        idempotency_key: "ub".into(),
        ..Default::default()
    };
    let not_blocked =
        engine.unblock_seats(unblock).await.expect("an answer").into_inner().error.expect("not blocked");
    assert_eq!(
        (not_blocked.code(), not_blocked.details[0].value.as_str()),
        (ErrorCode::InventoryConflict, "A-3")
    );
    let ask = GetSeatMapRequest {
        event_id: "show-1".into(),
        status: SeatStatus::Blocked as i32,
        ..Default::default()
    };
    let seen = engine.get_seat_map(ask).await.expect("an answer").into_inner();
    let ids: Vec<_> =
        seen.seats.iter().filter_map(|entry| entry.seat.as_ref()).map(|seat| seat.id.as_str()).collect();
    assert_eq!((ids, seen.sections.len()), (vec!["A-1", "A-2"], 2));
    let close =
        CloseSaleRequest { event_id: "show-1".into(), idempotency_key: "c".into(), ..Default::default() };
    assert_eq!(engine.close_sale(close).await.expect("an answer").into_inner().error, None);
    let open =
        OpenSaleRequest { event_id: "show-1".into(), idempotency_key: "o2".into(), ..Default::default() };
    let closed = engine.open_sale(open).await.expect("an answer").into_inner();
    assert_eq!(closed.error.expect("final").code(), ErrorCode::FailedPrecondition);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn the_feed_tells_everything_in_order_and_can_be_resumed() {
    let house = House::new();
    let server = house.open().await;
    let channel = channel(&server).await;
    let mut engine = EngineServiceClient::new(channel.clone());
    let watch = |start: FeedStart, after_position| WatchFeedRequest {
        start: start as i32,
        after_position,
        topics: vec![FeedTopic::Seats as i32, FeedTopic::Reservations as i32],
        ..Default::default()
    };
    let mut feed = engine.watch_feed(watch(FeedStart::Snapshot, 0)).await.expect("a stream").into_inner();
    let mut seen = 0;
    let start = loop {
        let message = feed.message().await.expect("well").expect("more");
        assert!(message.snapshot);
        match message.change.expect("a change") {
            Change::SnapshotEnd(end) => {
                assert_eq!(end.messages, seen);
                break message.position;
            }
            _ => seen += 1,
        }
    };
    let mut inventory = InventoryServiceClient::new(channel.clone());
    let reserve = ReserveSeatRequest {
        reservation_id: "theirs".into(),
        event_id: support::EVENT.into(),
        seat_ids: vec!["A-1".into()],
        user_id: "kim".into(),
        idempotency_key: "r".into(),
        ..Default::default()
    };
    inventory.reserve_seat(reserve).await.expect("an answer");
    for mut feed in
        [feed, engine.watch_feed(watch(FeedStart::Position, start)).await.expect("a stream").into_inner()]
    {
        let mut told = Vec::new();
        while told.len() < 2 {
            let message = feed.message().await.expect("well").expect("more");
            match message.change {
                Some(Change::Seats(seats)) => told.push((seats.seat_ids.join(","), message.position_done)),
                Some(Change::Reservation(changed)) => {
                    told.push((changed.reservation.expect("known").reservation_id, message.position_done));
                }
                None => {}
                Some(other) => panic!("not asked for: {other:?}"),
            }
        }
        assert_eq!(told, [("A-1".to_owned(), false), ("theirs".to_owned(), true)]);
    }
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn a_backup_of_the_running_server_opens_as_the_same_engine() {
    let house = House::new();
    let server = house.open().await;
    let mut engine = EngineServiceClient::new(channel(&server).await);
    let take = TakeBackupRequest { name: "one".into(), idempotency_key: "b".into() };
    let taken = engine.take_backup(take).await.expect("an answer").into_inner();
    assert_eq!(taken.error, None);
    assert_eq!(taken.content_hash.len(), 32);
    let restored = Engine::open(&taken.path, Config::default()).expect("the copy opens");
    assert_eq!(restored.events().len(), 1);
    let again = TakeBackupRequest { name: "one".into(), idempotency_key: "b2".into() };
    let again = engine.take_backup(again).await.expect("an answer").into_inner();
    assert_eq!(again.error.expect("in use").code(), ErrorCode::AlreadyExists);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn the_compat_profile_serves_clients_that_exist_today() {
    let mut house = House::new();
    house.settings.profile = tacos_server::settings::Profile::Compat;
    let server = house.open_with(|engine| open_sale(engine, "quiet", None)).await;
    let channel = channel(&server).await;
    let mut queue = QueueServiceClient::new(channel.clone());
    // An event that nobody made, and two visitors who both say that they are anonymous.
    for session in ["tab-1", "tab-2"] {
        let join = JoinQueueRequest {
            event_id: "evt_unheard_of".into(),
            user_id: "anonymous".into(),
            session_id: session.into(),
            metadata: None,
        };
        let joined = queue.join_queue(join).await.expect("an answer").into_inner();
        assert_eq!((joined.error, joined.status), (None, QueueStatus::Ready as i32));
    }
    let mut reservations =
        tacos_proto::reservation::v1::reservation_service_client::ReservationServiceClient::new(
            channel.clone(),
        );
    let create = tacos_proto::reservation::v1::CreateReservationRequest {
        event_id: "evt_unheard_of".into(),
        seat_ids: vec!["A-12".into()],
        user_id: "anonymous".into(),
        reservation_token: "whatever".into(),
        ..Default::default()
    };
    let held = reservations.create_reservation(create).await.expect("an answer").into_inner();
    assert_eq!(held.error, None);
    let get = tacos_proto::reservation::v1::GetReservationRequest {
        reservation_id: held.reservation_id,
        user_id: String::new(),
    };
    assert_eq!(reservations.get_reservation(get).await.expect("an answer").into_inner().error, None);
    server.drain().await.expect("ends cleanly");
}
