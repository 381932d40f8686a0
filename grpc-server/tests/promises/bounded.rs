//! Claim: what clients do wrong, or do too much of, stays within bounds, and everybody else is served meanwhile.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use crate::outside::{PATIENCE, is_closed, memory_bytes};
use crate::process::Serving;
use crate::support::{EVENT, House, channel};
use tacos_proto::gateway::v1::gateway_service_client::GatewayServiceClient;
use tacos_proto::gateway::v1::queue_service_client::QueueServiceClient;
use tacos_proto::gateway::v1::web_socket_service_client::WebSocketServiceClient;
use tacos_proto::gateway::v1::{
    EventType, GetQueueStatsRequest, HealthCheckRequest, SendMessageRequest, StreamReservationUpdatesRequest,
    StreamReservationUpdatesResponse,
};
use tacos_proto::reservation::v1::ReserveSeatRequest;
use tacos_proto::reservation::v1::inventory_service_client::InventoryServiceClient;
use tonic::Streaming;

/// What an HTTP/2 client says first: the preface and empty settings.
const HELLO: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
const IDLE: usize = 10_000;
const STREAMS: usize = 10_000;
/// Bytes of the server's memory that one idle connection may cost.
const IDLE_BYTES_MAX: u64 = 64 << 10;

/// Lets this process open as many files as the system allows.
fn raise_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })
        .expect("the soft limit may be raised to the hard one");
    let now = getrlimit(Resource::Nofile).current;
    assert!(now.is_none_or(|now| now > 12_000), "only {now:?} files may be open here: raise `ulimit -Hn`");
}

fn connect(address: SocketAddr) -> TcpStream {
    let io = TcpStream::connect(address).expect("connects");
    io.set_read_timeout(Some(PATIENCE)).expect("set");
    io
}

/// A connection that has shaken hands and then says nothing.
fn idle(address: SocketAddr) -> TcpStream {
    let mut io = connect(address);
    io.write_all(HELLO).expect("written");
    let mut settings = [0; 9];
    io.read_exact(&mut settings).expect("the server's settings");
    io
}

/// A request for `/`, the least that counts as one: HEADERS of stream 1, complete.
const REQUEST: &[u8] = b"\0\0\x09\x01\x05\0\0\0\x01\x82\x86\x84\x41\x04test";

/// A connection that has made a request, was answered, and then says nothing.
fn used(address: SocketAddr) -> TcpStream {
    let mut io = connect(address);
    assert!(make_request(&mut io), "the connection was closed");
    io
}

/// True once the request is answered, false if the connection is closed before.
fn make_request(io: &mut TcpStream) -> bool {
    if io.write_all(HELLO).and_then(|()| io.write_all(REQUEST)).is_err() {
        return false;
    }
    let mut head = [0; 9];
    while io.read_exact(&mut head).is_ok() {
        let length = usize::try_from(u32::from_be_bytes([0, head[0], head[1], head[2]])).expect("short");
        if io.read_exact(&mut vec![0; length]).is_err() {
            return false;
        }
        if (head[3], head[8]) == (1, 1) {
            return true;
        }
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_idle_connections_cost_little_and_stop_nobody() {
    raise_open_files();
    let folder = tempfile::tempdir().expect("a folder");
    let serving = Serving::start(&folder.path().join("data"), "127.0.0.1:0", &[]);
    let client = tonic::transport::Channel::from_shared(serving.target()).expect("an address");
    let mut queue = QueueServiceClient::new(client.connect().await.expect("connects"));
    assert!(queue.get_queue_stats(GetQueueStatsRequest::default()).await.is_ok());
    let before = memory_bytes(serving.id());
    let address = serving.address;
    let held = tokio::task::spawn_blocking(move || (0..IDLE).map(|_| idle(address)).collect::<Vec<_>>());
    let held = held.await.expect("no panic");
    let each = memory_bytes(serving.id()).saturating_sub(before) / IDLE as u64;
    assert!(each < IDLE_BYTES_MAX, "{each} bytes for each idle connection");
    assert!(queue.get_queue_stats(GetQueueStatsRequest::default()).await.is_ok());
    drop((held, queue));
    serving.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_too_many_is_closed_and_its_place_is_given_back() {
    let mut house = House::new();
    house.settings.limits.connections = 3;
    let server = house.open().await;
    let address = server.addresses[0];
    let closed = tokio::task::spawn_blocking(move || {
        let mut held: Vec<TcpStream> = (0..3).map(|_| used(address)).collect();
        assert!(is_closed(connect(address)), "the fourth is turned away");
        held.pop();
        // The place is free a moment after its connection has gone.
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut io = connect(address);
            if make_request(&mut io) {
                return held;
            }
            assert!(Instant::now() < deadline, "the place was never given back");
        }
    });
    drop(closed.await.expect("no panic"));
    server.drain().await.expect("ends cleanly");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_without_a_request_is_let_go() {
    let mut house = House::new();
    house.settings.limits.first_request_seconds = 1;
    let server = house.open().await;
    let address = server.addresses[0];
    let begun = tokio::task::spawn_blocking(move || (connect(address), idle(address), used(address)));
    let (silent, greeted, spoke) = begun.await.expect("no panic");
    let closed = tokio::task::spawn_blocking(move || is_closed(silent) && is_closed(greeted));
    assert!(closed.await.expect("no panic"));
    // A connection that was used may be silent from then on: the keep-alive asks.
    spoke.set_nonblocking(true).expect("set");
    let mut bytes = [0; 1_024];
    let still_open = loop {
        match (&spoke).read(&mut bytes) {
            Ok(0) => break false,
            Ok(_) => {}
            Err(error) => break error.kind() == ErrorKind::WouldBlock,
        }
    };
    assert!(still_open);
    drop(spoke);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_on_one_connection_is_answered() {
    let house = House::new();
    let server = house.open().await;
    let gateway = GatewayServiceClient::new(channel(&server).await);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..3_000 {
        let mut gateway = gateway.clone();
        let ask = HealthCheckRequest { service: "gateway.v1.QueueService".into() };
        calls.spawn(async move { gateway.health_check(ask).await.map(drop) });
    }
    while let Some(answered) = calls.join_next().await {
        answered.expect("no panic").expect("an answer");
    }
    drop(gateway);
    server.drain().await.expect("ends cleanly");
}

/// What a stream says until it ends: how much of it was an update, and whether its end was announced.
async fn to_the_end(mut stream: Streaming<StreamReservationUpdatesResponse>) -> (usize, bool) {
    let (mut updates, mut announced) = (0, false);
    while let Ok(Some(message)) = stream.message().await {
        match message.r#type() {
            EventType::ReservationUpdate => updates += 1,
            EventType::Error => announced = true,
            _ => {}
        }
    }
    (updates, announced)
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_open_streams_each_hear_of_their_own() {
    let mut house = House::new();
    // What does not end in this time is cut off without a word: a busy machine needs more than the usual five seconds.
    house.settings.server.drain_seconds = 120;
    // Streams count among the calls of their connection.
    house.settings.limits.calls_per_connection = 2_048;
    let server = house.open().await;
    let mut channels = Vec::new();
    for _ in 0..8 {
        channels.push(channel(&server).await);
    }
    let mut listening = tokio::task::JoinSet::new();
    for number in 0..STREAMS {
        let mut streams = WebSocketServiceClient::new(channels[number % channels.len()].clone());
        let watch =
            StreamReservationUpdatesRequest { user_id: format!("user-{number}"), ..Default::default() };
        let stream = streams.stream_reservation_updates(watch).await.expect("a stream").into_inner();
        listening.spawn(async move { (number, to_the_end(stream).await) });
    }
    let reserve = |user: &str| ReserveSeatRequest {
        reservation_id: format!("of-{user}"),
        event_id: EVENT.into(),
        seat_ids: vec!["A-1".into()],
        user_id: user.into(),
        idempotency_key: "r".into(),
        ..Default::default()
    };
    let mut inventory = InventoryServiceClient::new(channels[0].clone());
    let held = inventory.reserve_seat(reserve("user-7777")).await.expect("an answer").into_inner();
    assert_eq!(held.error, None);
    let mut streams = WebSocketServiceClient::new(channels[1].clone());
    let send = SendMessageRequest {
        target_user_id: "user-7777".into(),
        content: "doors open at seven".into(),
        ..Default::default()
    };
    assert!(streams.send_message(send).await.expect("an answer").into_inner().delivered);
    drop((inventory, streams, channels));
    let drained = tokio::spawn(server.drain());
    let mut ended = 0;
    while let Some(done) = listening.join_next().await {
        let (number, (updates, announced)) = done.expect("no panic");
        assert_eq!(updates, usize::from(number == 7_777), "user-{number}");
        assert!(announced, "user-{number} was not told that the server ends");
        ended += 1;
    }
    assert_eq!(ended, STREAMS);
    drained.await.expect("no panic").expect("ends cleanly");
}
