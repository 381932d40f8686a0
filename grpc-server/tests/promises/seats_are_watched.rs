//! Claim: a buyer without credentials sees events and their seats, and what a viewer has put together from the stream's
//! changes is what the server has, also when it comes again with the position that it had.

use std::time::Duration;

use crate::access::{house, token, with};
use crate::support::{EVENT, channel};
use bytes::Buf;
use tacos_proto::common::v1::{ErrorCode, SeatStatus};
use tacos_proto::engine::v1::engine_service_client::EngineServiceClient;
use tacos_proto::engine::v1::public_service_client::PublicServiceClient;
use tacos_proto::engine::v1::{
    BlockSeatsRequest, GetPublicEventRequest, GetSeatBoardRequest, GetSeatMapRequest,
    ListPublicEventsRequest, SaleState, SeatBoard, SeatEntry, StreamSeatBoardRequest,
    StreamSeatBoardResponse,
};
use tacos_proto::reservation::v1::inventory_service_client::InventoryServiceClient;
use tacos_proto::reservation::v1::{CommitReservationRequest, ReleaseHoldRequest, ReserveSeatRequest};
use tonic::Streaming;
use tonic::transport::Channel;

/// The longest that a test waits for one thing before it gives up.
const WATCHDOG: Duration = Duration::from_secs(60);

/// What a viewer knows.
#[derive(Clone, Debug, Default, PartialEq)]
struct Screen {
    layout: String,
    /// The status of each seat.
    seats: Vec<u8>,
    /// Free places of the standing area.
    standing: i32,
    position: u64,
    whole: usize,
}

impl Screen {
    fn of(board: &SeatBoard) -> Self {
        let mut screen = Self::default();
        screen.whole(board);
        screen
    }

    fn whole(&mut self, board: &SeatBoard) {
        let bits = |seat: usize| board.status[seat / 4] >> (seat % 4 * 2) & 3;
        self.seats = (0..usize::try_from(board.seats).expect("a count")).map(bits).collect();
        self.layout.clone_from(&board.layout);
        self.standing = board.standing[0].counts.expect("counted").available;
        self.whole += 1;
    }

    fn take(&mut self, message: &StreamSeatBoardResponse) {
        assert!(message.position >= self.position, "{message:?} after {}", self.position);
        self.position = message.position;
        if let Some(board) = &message.board {
            self.whole(board);
        }
        let Some(changes) = &message.changes else { return };
        let (mut bytes, mut seat) = (changes.seats.clone(), 0);
        while bytes.has_remaining() {
            let number = prost::encoding::decode_varint(&mut bytes).expect("a whole number");
            seat += usize::try_from(number / 4).expect("a distance");
            self.seats[seat] = u8::try_from(number % 4).expect("two bits");
        }
        for places in &changes.standing {
            self.standing = places.counts.expect("counted").available;
        }
    }

    /// True if it shows the same seats.
    fn shows(&self, other: &Self) -> bool {
        (&self.seats, self.standing, &self.layout) == (&other.seats, other.standing, &other.layout)
    }
}

async fn in_time<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(WATCHDOG, work).await.unwrap_or_else(|_| panic!("{what} did not come in time"))
}

async fn stream(channel: &Channel, after_position: u64) -> Streaming<StreamSeatBoardResponse> {
    let request = StreamSeatBoardRequest { event_id: EVENT.into(), after_position };
    let answer = PublicServiceClient::new(channel.clone()).stream_seat_board(request).await;
    answer.expect("a stream").into_inner()
}

/// The board, once it shows so many free places in the standing area and what the seat map shows: boards are a moment
/// behind.
async fn board(channel: &Channel, standing: i32) -> Screen {
    let mut public = PublicServiceClient::new(channel.clone());
    let read = async {
        loop {
            let request = GetSeatBoardRequest { event_id: EVENT.into() };
            let answer = public.get_seat_board(request).await.expect("an answer").into_inner();
            let screen = Screen::of(&answer.board.expect("a board"));
            if screen.standing == standing && screen.seats == seat_map(channel).await {
                return screen;
            }
            tokio::task::yield_now().await;
        }
    };
    in_time("what was sold", read).await
}

/// The status of each seat by the seat map, as a board spells it.
async fn seat_map(channel: &Channel) -> Vec<u8> {
    let request = GetSeatMapRequest { event_id: EVENT.into(), ..Default::default() };
    let answer = EngineServiceClient::new(channel.clone()).get_seat_map(request).await.expect("an answer");
    let seats = answer.into_inner().seats;
    let status = |entry: &SeatEntry| match entry.seat.as_ref().expect("a seat").status() {
        SeatStatus::Available => 0,
        SeatStatus::Reserved => 1,
        SeatStatus::Sold => 2,
        SeatStatus::Blocked => 3,
        SeatStatus::Unspecified => panic!("{entry:?}"),
    };
    seats.iter().map(status).collect()
}

/// Reads until the screen shows what the server has.
async fn catch_up(screen: &mut Screen, stream: &mut Streaming<StreamSeatBoardResponse>, server: &Screen) {
    let read = async {
        while screen.whole == 0 || !screen.shows(server) {
            let message = stream.message().await.expect("well").expect("goes on");
            assert_eq!(message.error, None);
            screen.take(&message);
        }
    };
    in_time("the last change", read).await;
}

/// Holds, sells, gives back and blocks seats and places: `round` makes names.
async fn trade(channel: &Channel, service: &str, admin: &str, round: usize) {
    let mut inventory = InventoryServiceClient::new(channel.clone());
    for (number, seat) in [(1, 2 * round + 1), (2, 2 * round + 2), (3, 0)] {
        let reserve = ReserveSeatRequest {
            reservation_id: format!("theirs-{round}-{number}"),
            event_id: EVENT.into(),
            seat_ids: if seat == 0 { Vec::new() } else { vec![format!("A-{seat}")] },
            quantity: if seat == 0 { 2 } else { 0 },
            section: if seat == 0 { "pit".into() } else { String::new() },
            user_id: "kim".into(),
            idempotency_key: format!("r-{round}-{number}"),
            ..Default::default()
        };
        let held = inventory.reserve_seat(with(reserve, Some(service))).await.expect("an answer");
        assert_eq!(held.into_inner().error, None, "A-{seat}");
    }
    let commit = CommitReservationRequest {
        reservation_id: format!("theirs-{round}-1"),
        idempotency_key: format!("c-{round}"),
        payment_intent_id: "outside".into(),
        ..Default::default()
    };
    let sold = inventory.commit_reservation(with(commit, Some(service))).await.expect("an answer");
    assert_eq!(sold.into_inner().error, None);
    let release = ReleaseHoldRequest {
        reservation_id: format!("theirs-{round}-2"),
        idempotency_key: format!("g-{round}"),
        ..Default::default()
    };
    let given_back = inventory.release_hold(with(release, Some(service))).await.expect("an answer");
    assert_eq!(given_back.into_inner().error, None);
    let block = BlockSeatsRequest {
        event_id: EVENT.into(),
        seat_ids: vec![format!("B-{}", round + 1)],
        idempotency_key: format!("b-{round}"),
        ..Default::default()
    };
    let blocked = EngineServiceClient::new(channel.clone()).block_seats(with(block, Some(admin))).await;
    assert_eq!(blocked.expect("an answer").into_inner().error, None);
}

#[tokio::test]
async fn every_screen_shows_what_the_server_has() {
    let server = house().open().await;
    let channel = channel(&server).await;
    let service = token("desk", &["service"], 600);
    let admin = token("boss", &["admin"], 600);
    let (mut early, mut early_screen) = (stream(&channel, 0).await, Screen::default());
    let first = in_time("the board", early.message()).await.expect("well").expect("a board");
    early_screen.take(&first);
    assert_eq!((early_screen.whole, early_screen.seats.len()), (1, 20));
    assert!(early_screen.seats.iter().all(|seat| *seat == 0), "all are free");
    assert_eq!(early_screen.standing, 50);

    trade(&channel, &service, &admin, 0).await;
    let now = board(&channel, 48).await;
    let counts = |status: u8| now.seats.iter().filter(|seat| **seat == status).count();
    assert_eq!((counts(0), counts(1), counts(2), counts(3)), (18, 0, 1, 1), "{now:?}");
    catch_up(&mut early_screen, &mut early, &now).await;
    assert_eq!(early_screen.whole, 1, "the changes were enough");
    drop(early);

    // A viewer that comes later, and one that comes again with what it had.
    trade(&channel, &service, &admin, 1).await;
    let (mut late, mut late_screen) = (stream(&channel, 0).await, Screen::default());
    let mut again = stream(&channel, early_screen.position).await;
    let now = board(&channel, 46).await;
    catch_up(&mut late_screen, &mut late, &now).await;
    catch_up(&mut early_screen, &mut again, &now).await;
    assert_eq!(early_screen.whole, 1, "it went on from its position");
    // A position that the server does not know is answered with the board.
    let mut lost = stream(&channel, u64::MAX).await;
    let whole = in_time("the board", lost.message()).await.expect("well").expect("a message");
    assert!(whole.board.is_some());

    let ended = tokio::spawn(server.drain());
    let last = in_time("the end", async {
        loop {
            let message = late.message().await.expect("well").expect("a word about the end");
            if let Some(error) = message.error {
                break error;
            }
        }
    });
    assert_eq!(last.await.code(), ErrorCode::Unavailable);
    assert!(late.message().await.expect("well").is_none());
    drop((late, again, lost, channel));
    ended.await.expect("no panic").expect("ends cleanly");
}

#[tokio::test]
async fn buyers_without_credentials_see_events() {
    let server = house().open().await;
    let channel = channel(&server).await;
    let mut public = PublicServiceClient::new(channel.clone());
    let answer = public.list_public_events(ListPublicEventsRequest::default()).await.expect("an answer");
    let events = answer.into_inner().events;
    assert_eq!(events.len(), 1);
    let request = GetPublicEventRequest { event_id: EVENT.into() };
    let event = public.get_public_event(request).await.expect("an answer").into_inner().event;
    let event = event.expect("an event");
    assert_eq!((event.name.as_str(), event.state()), ("A concert", SaleState::Open));
    assert_eq!((event.counts.expect("counted").total, event.has_queue), (70, true));
    let price = |money: &Option<tacos_proto::common::v1::Money>| money.as_ref().map(|money| money.amount);
    assert_eq!((price(&event.min_price), price(&event.max_price)), (Some(3_000), Some(5_000)));
    let sections: Vec<_> =
        event.sections.iter().map(|section| (section.section_id.as_str(), section.standing)).collect();
    assert_eq!(sections, [("stalls", false), ("pit", true)]);

    let closed = ListPublicEventsRequest { state: SaleState::Closed as i32, ..Default::default() };
    assert!(public.list_public_events(closed).await.expect("an answer").into_inner().events.is_empty());
    let request = GetSeatBoardRequest { event_id: "evt_of_nothing".into() };
    let refused = public.get_seat_board(request).await.expect("an answer").into_inner().error;
    assert_eq!(refused.expect("unknown").code(), ErrorCode::NotFound);
    let request = StreamSeatBoardRequest { event_id: "evt_of_nothing".into(), after_position: 0 };
    let refused = public.stream_seat_board(request).await.expect_err("unknown");
    assert_eq!(refused.code(), tonic::Code::NotFound);
    drop((public, channel));
    server.drain().await.expect("ends cleanly");
}
