//! Claim: one address, or one customer for whom a service acts, that calls too often is refused, and nobody else is; the
//! client's address is taken from proxies that are trusted, and from nobody else.

use prost::Message;
use tacos_proto::common::v1::ErrorCode;
use tacos_proto::reservation::v1::{ListReservationsRequest, ListReservationsResponse};
use tacos_server::settings::Settings;

use super::h2::{Sender, connect, framed, grpc, send, whole};
use super::other_protocols_get_a_readable_answer::http1;
use super::tokens::{bearer, house_with_key};
use crate::support::House;

const STATS: &str = "/gateway.v1.QueueService/GetQueueStats";

/// How many of ten calls with this header are let in.
async fn let_in(client: &mut Sender, header: (&str, &str)) -> usize {
    let mut good = 0;
    for _ in 0..10 {
        let answer = send(client, grpc(STATS, &[header], whole(framed(&[])))).await;
        let limited = String::from_utf8_lossy(&answer.bytes).contains("too many calls from this address");
        good += usize::from(!limited);
    }
    good
}

#[tokio::test]
async fn behind_a_proxy_each_address_has_its_own_limit() {
    let mut house = House::new();
    (house.settings.limits.address_per_second, house.settings.limits.address_burst) = (1, 3);
    house.settings.server.trusted_proxies = vec!["127.0.0.1".parse().expect("an address")];
    let server = house.open().await;
    let mut client = connect(server.addresses[0]).await;
    // A second may pass meanwhile, and lets one more in.
    for header in [("x-forwarded-for", "203.0.113.7"), ("forwarded", "for=\"[2001:db8:0:1::7]\"")] {
        assert!((3..10).contains(&let_in(&mut client, header).await), "{header:?}");
    }
    assert_eq!(let_in(&mut client, ("x-forwarded-for", "127.0.0.1")).await, 10, "loopback is not limited");
    // The same /64 is the same customer, who may invent addresses to the left of the proxy's word.
    assert!(let_in(&mut client, ("x-forwarded-for", "8.8.8.8, 2001:db8:0:1::8")).await < 10);
    assert!(let_in(&mut client, ("x-forwarded-for", "203.0.113.8")).await >= 3);
    drop(client);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn nobody_else_may_say_where_a_call_comes_from() {
    let mut house = House::new();
    (house.settings.limits.address_per_second, house.settings.limits.address_burst) = (1, 3);
    let server = house.open().await;
    let mut client = connect(server.addresses[0]).await;
    assert_eq!(let_in(&mut client, ("x-forwarded-for", "203.0.113.7")).await, 10, "it comes from loopback");
    drop(client);
    server.drain().await.expect("ends cleanly");
}

#[test]
fn addresses_are_limited_by_default() {
    let limits = Settings::default().limits;
    assert!(limits.address_per_second > 0 && limits.connections_per_address > 0);
}

#[tokio::test]
async fn a_service_is_held_to_each_customers_rate() {
    let mut house = house_with_key();
    (house.settings.limits.user_per_second, house.settings.limits.user_burst) = (1, 3);
    let server = house.open().await;
    let mut client = connect(server.addresses[0]).await;
    let shop = bearer("shop", &["service"]);
    let mut ask = async |user: &str, calls: usize| {
        let mut good = 0;
        for _ in 0..calls {
            let request = ListReservationsRequest { user_id: user.to_owned(), ..Default::default() };
            let path = "/reservation.v1.ReservationService/ListReservations";
            let body = whole(framed(&request.encode_to_vec()));
            let answer = send(&mut client, grpc(path, &[("authorization", &shop)], body)).await;
            let listed = ListReservationsResponse::decode(answer.bytes.slice(5..)).expect("an answer");
            match listed.error {
                None => good += 1,
                Some(error) => assert_eq!(error.code(), ErrorCode::RateLimited, "{error:?}"),
            }
        }
        good
    };
    let flooding = ask("kim", 10).await;
    assert!((3..10).contains(&flooding), "{flooding} of ten calls for one customer");
    for number in 0..10 {
        assert_eq!(ask(&format!("user-{number}"), 1).await, 1, "the service itself is not limited");
    }
    drop(client);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn the_proxy_protocol_names_the_client() {
    let mut house = House::new();
    house.settings.server.trusted_proxies = vec!["127.0.0.1".parse().expect("an address")];
    house.settings.server.proxy_protocol = true;
    house.settings.limits.connections_per_address = 1;
    let server = house.open().await;
    let address = server.addresses[0];
    let get = |header: &str, connection: &str| {
        format!("{header}GET / HTTP/1.1\r\nhost: x\r\nconnection: {connection}\r\n\r\n")
    };
    let from = |client: &str| format!("PROXY TCP4 {client} 127.0.0.1 4711 80\r\n");
    let answer = http1(address, &get(&from("203.0.113.7"), "close")).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    // A connection of that client stays open; another of its own is closed, one of another client is served.
    let held = tokio::task::spawn_blocking({
        let request = get(&from("203.0.113.7"), "keep-alive");
        move || {
            use std::io::{Read, Write};
            let mut io = std::net::TcpStream::connect(address).expect("connects");
            io.write_all(request.as_bytes()).expect("written");
            let read = io.read(&mut [0; 12]).expect("answered");
            assert!(read > 0);
            io
        }
    });
    let held = held.await.expect("no panic");
    let second = http1(address, &get(&from("203.0.113.7"), "close")).await;
    assert_eq!(second, "");
    let other = http1(address, &get(&from("203.0.113.8"), "close")).await;
    assert!(other.starts_with("HTTP/1.1 200"), "{other}");
    let without = http1(address, &get("", "close")).await;
    assert_eq!(without, "", "a trusted proxy that sends no header is not understood");
    drop(held);
    server.drain().await.expect("ends cleanly");
}
