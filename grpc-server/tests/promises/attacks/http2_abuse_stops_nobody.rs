//! Claim: whoever abuses HTTP/2 loses their connection or their call; all others are answered, and memory stays bounded.
//! Frames are made by hand, since no client library sends such things.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use tacos_proto::gateway::v1::HealthCheckRequest;
use tacos_proto::gateway::v1::gateway_service_client::GatewayServiceClient;

use crate::outside::{PATIENCE, is_closed, memory_bytes};
use crate::process::Serving;
use crate::support::{House, channel};

const HELLO: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// What a server may remember of attackers that are gone.
const GROWTH_BYTES_MAX: u64 = 96 << 20;

struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: Vec<u8>,
}

/// A client that sends what it likes.
struct Raw(TcpStream);

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    let mut bytes = vec![length[1], length[2], length[3], kind, flags];
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// One header, spelled out.
fn header(name: &str, value: &str) -> Vec<u8> {
    let mut bytes = vec![0, u8::try_from(name.len()).expect("short")];
    bytes.extend(name.as_bytes());
    bytes.push(u8::try_from(value.len()).expect("short"));
    bytes.extend(value.as_bytes());
    bytes
}

/// The headers of a gRPC call.
fn call(path: &str) -> Vec<u8> {
    [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", path),
        (":authority", "test"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ]
    .into_iter()
    .flat_map(|(name, value)| header(name, value))
    .collect()
}

const HEALTH: &str = "/gateway.v1.GatewayService/HealthCheck";

impl Raw {
    fn connect(address: SocketAddr) -> Self {
        let mut io = TcpStream::connect(address).expect("connects");
        io.set_read_timeout(Some(PATIENCE)).expect("set");
        io.set_write_timeout(Some(PATIENCE)).expect("set");
        io.write_all(HELLO).and_then(|()| io.write_all(&frame(SETTINGS, 0, 0, &[]))).expect("written");
        Self(io)
    }

    /// False once the other side has closed the connection.
    fn send(&mut self, bytes: &[u8]) -> bool {
        self.0.write_all(bytes).is_ok()
    }

    /// The next frame; none once the connection is closed.
    fn next(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        if let Err(error) = self.0.read_exact(&mut head) {
            assert!(
                !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
                "nothing came in {PATIENCE:?}"
            );
            return None;
        }
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        self.0.read_exact(&mut payload).ok()?;
        let stream = u32::from_be_bytes(head[5..9].try_into().expect("four")) & (u32::MAX >> 1);
        Some(Frame { kind: head[3], flags: head[4], stream, payload })
    }

    /// Waits for a frame that fits; none if the connection ends before.
    fn wait_for(&mut self, fits: impl Fn(&Frame) -> bool) -> Option<Frame> {
        loop {
            let frame = self.next()?;
            if fits(&frame) {
                return Some(frame);
            }
        }
    }
}

/// Attackers on their own threads while another client goes on calling; every one of its calls must be answered.
async fn others_are_answered(serving: &Serving, attack: fn(SocketAddr) -> bool, attackers: usize) {
    let client = tonic::transport::Channel::from_shared(serving.target()).expect("an address");
    let mut gateway = GatewayServiceClient::new(client.connect().await.expect("connects"));
    gateway.health_check(HealthCheckRequest::default()).await.expect("an answer");
    let (before, address) = (memory_bytes(serving.id()), serving.address);
    let attacks: Vec<_> =
        (0..attackers).map(|_| tokio::task::spawn_blocking(move || attack(address))).collect();
    let mut answered = 0;
    while answered < 50 || attacks.iter().any(|attack| !attack.is_finished()) {
        gateway.health_check(HealthCheckRequest::default()).await.expect("an answer during the attack");
        answered += 1;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for attack in attacks {
        assert!(attack.await.expect("no panic"), "an attacker still has a connection");
    }
    let growth = memory_bytes(serving.id()).saturating_sub(before);
    assert!(
        growth < GROWTH_BYTES_MAX,
        "{growth} bytes more after {attackers} attackers, {answered} calls answered"
    );
}

/// Streams opened and reset at once, as fast as they can be written: true once the server has closed the connection.
fn rapid_reset(address: SocketAddr) -> bool {
    let mut raw = Raw::connect(address);
    let headers = call(HEALTH);
    let mut stream = 1;
    for _ in 0..400 {
        let mut burst = Vec::new();
        for _ in 0..100 {
            burst.extend(frame(HEADERS, END_HEADERS, stream, &headers));
            burst.extend(frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes()));
            stream += 2;
        }
        if !raw.send(&burst) {
            return true;
        }
    }
    raw.wait_for(|frame| frame.kind == GOAWAY).is_some() || raw.next().is_none()
}

#[tokio::test(flavor = "multi_thread")]
async fn rapid_resets_end_the_connection_that_sends_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let serving = Serving::start(&folder.path().join("data"), "127.0.0.1:0", &[]);
    others_are_answered(&serving, rapid_reset, 20).await;
    serving.stop();
}

/// A header block that never ends.
fn endless_headers(address: SocketAddr) -> bool {
    let mut raw = Raw::connect(address);
    if !raw.send(&frame(HEADERS, 0, 1, &call(HEALTH))) {
        return true;
    }
    let more: Vec<u8> = (0..60).flat_map(|number| header(&format!("x-{number}"), &"a".repeat(100))).collect();
    for _ in 0..20_000 {
        if !raw.send(&frame(CONTINUATION, 0, 1, &more)) {
            return true;
        }
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_without_end_end_the_connection() {
    let folder = tempfile::tempdir().expect("a folder");
    let serving = Serving::start(&folder.path().join("data"), "127.0.0.1:0", &[]);
    others_are_answered(&serving, endless_headers, 8).await;
    serving.stop();
}

/// Pings and empty settings that must all be acknowledged, to somebody who reads nothing until all are written.
fn floods(address: SocketAddr) -> bool {
    let mut raw = Raw::connect(address);
    raw.0.set_write_timeout(Some(Duration::from_secs(2))).expect("set");
    let mut burst = Vec::new();
    for _ in 0..500 {
        burst.extend(frame(PING, 0, 0, &[7; 8]));
        burst.extend(frame(SETTINGS, 0, 0, &[]));
    }
    // Either the connection ends, or the server stops reading: what it owes is bounded.
    (0..2_000).any(|_| !raw.send(&burst))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_must_be_acknowledged_is_not_gathered_without_bound() {
    let folder = tempfile::tempdir().expect("a folder");
    let serving = Serving::start(&folder.path().join("data"), "127.0.0.1:0", &[]);
    others_are_answered(&serving, floods, 4).await;
    serving.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let mut house = House::new();
    house.settings.limits.call_seconds = 1;
    let server = house.open().await;
    let address = server.addresses[0];
    let ended = tokio::task::spawn_blocking(move || {
        let mut raw = Raw::connect(address);
        assert!(raw.send(&frame(HEADERS, END_HEADERS, 1, &call(HEALTH))));
        // A message of a thousand bytes is announced, and three come.
        assert!(raw.send(&frame(DATA, 0, 1, &[0, 0, 0, 3, 232, 1, 2, 3])));
        let ends =
            |frame: &Frame| frame.stream == 1 && (frame.kind == RST_STREAM || frame.flags & END_STREAM != 0);
        raw.wait_for(ends).is_some()
    });
    assert!(ended.await.expect("no panic"), "the call was neither answered nor reset");
    server.drain().await.expect("ends cleanly");
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_past_the_bound_are_refused_one_by_one() {
    let mut house = House::new();
    house.settings.limits.calls_per_connection = 8;
    let server = house.open().await;
    let address = server.addresses[0];
    let refused = tokio::task::spawn_blocking(move || {
        let mut raw = Raw::connect(address);
        let mut burst = Vec::new();
        for number in 0..20 {
            burst.extend(frame(HEADERS, END_HEADERS, 1 + 2 * number, &call(HEALTH)));
        }
        assert!(raw.send(&burst));
        let mut refused = Vec::new();
        while refused.len() < 12 {
            let Some(frame) = raw.wait_for(|frame| frame.kind == RST_STREAM) else { break };
            refused.push((frame.stream, frame.payload));
        }
        refused
    });
    let refused = refused.await.expect("no panic");
    let streams: Vec<u32> = refused.iter().map(|(stream, _)| *stream).collect();
    assert_eq!(streams, (8..20).map(|number| 1 + 2 * number).collect::<Vec<_>>());
    // REFUSED_STREAM: nothing was done, so a client may try again.
    assert!(refused.iter().all(|(_, code)| code == &7_u32.to_be_bytes()), "{refused:?}");
    let mut gateway = GatewayServiceClient::new(channel(&server).await);
    assert!(gateway.health_check(HealthCheckRequest::default()).await.is_ok());
    drop(gateway);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_greeting_that_does_not_end_is_not_waited_for() {
    let mut house = House::new();
    house.settings.limits.first_request_seconds = 1;
    let server = house.open().await;
    let address = server.addresses[0];
    for part in [
        &HELLO[..1],
        &HELLO[..23],
        b"POST ",
        b"POST /gateway.v1.GatewayService/HealthCheck HTTP/1.1\r\nhost: localhost\r\nx-slow: ",
    ] {
        let mut io = TcpStream::connect(address).expect("connects");
        io.write_all(part).expect("written");
        let closed = tokio::task::spawn_blocking(move || is_closed(io)).await.expect("no panic");
        assert!(closed, "{}", String::from_utf8_lossy(part));
    }
    server.drain().await.expect("ends cleanly");
}
