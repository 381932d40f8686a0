//! Claim: whatever is sent, the answer is the one error body with the status of its kind, and the next request on the
//! connection is served.

use http::Method;
use serde_json::json;

use super::Http;
use crate::access::{house, token};
use crate::door::other_protocols_get_a_readable_answer::http1;
use crate::support::{EVENT, House};

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn every_kind_of_wrong_input_is_told_what_is_wrong() {
    let server = House::new().open().await;
    let mut http = Http::connect(server.web_addresses[0]).await;
    let path = "/v1/reservations";
    let deep = format!("{{\"metadata\":{}1{}}}", "{\"a\":".repeat(80), "}".repeat(80));
    let long = format!("{{\"user_id\":\"{}\"}}", "x".repeat(70 << 10));
    let twice = r#"{"event_id":"a","event_id":"b"}"#;
    for (body, status, told) in [
        ("{", 400, "is no JSON"),
        ("[]", 400, ""),
        ("\u{1}", 400, "is no JSON"),
        (r#"{"quantity":"many"}"#, 400, "quantity"),
        (r#"{"seat_ids":["A-1",7]}"#, 400, "seat_ids[1]"),
        (r#"{"seats":1}"#, 400, "seats"),
        (r#"{"event_id":"\ud800"}"#, 400, ""),
        (twice, 400, "event_id"),
        (deep.as_str(), 400, ""),
        (long.as_str(), 413, "longer than 65536 bytes"),
    ] {
        let answer = http.send(Method::POST, path, &[JSON], body.to_owned()).await;
        assert_eq!(answer.refused(status), "INVALID_ARGUMENT", "{body:.40}");
        let words = answer.json()["error"]["message"].as_str().expect("words").to_owned();
        assert!(words.contains(told), "{body:.40}: {words}");
        if status == 413 {
            // The rest of the body was not read, so this connection may have ended.
            http = Http::connect(server.web_addresses[0]).await;
        }
    }
    let bytes = http.send(Method::POST, path, &[JSON], b"{\"user_id\":\"\xff\"}".as_slice()).await;
    assert_eq!(bytes.refused(400), "INVALID_ARGUMENT");
    for (method, path, headers, status) in [
        (Method::GET, "/v1/queue/%f", vec![], 400),
        (Method::GET, "/v1/queue-stats?event_id=%ff", vec![], 400),
        (Method::GET, "/v1/queue-stats?event=x", vec![], 400),
        (Method::GET, "/v1/admin/logs?limit=ten", vec![], 400),
        (Method::GET, "/v1/none", vec![], 404),
        (Method::GET, "/v1/queue-stats/", vec![], 404),
        (Method::PUT, path, vec![JSON], 405),
        (Method::GET, "/v1/queue-stats", vec![("accept", "text/html")], 406),
        (Method::POST, path, vec![("content-type", "text/plain")], 415),
        (Method::POST, path, vec![JSON, ("content-encoding", "gzip")], 415),
    ] {
        let answer = http.send(method.clone(), path, &headers, "{}").await;
        let code = answer.refused(status);
        assert_eq!(code, if status == 404 { "NOT_FOUND" } else { "INVALID_ARGUMENT" }, "{method} {path}");
        assert_eq!(answer.headers.contains_key("allow"), status == 405);
    }
    http.get("/v1/queue-stats").await.done(200);
    let head = http.send(Method::HEAD, "/v1/queue-stats", &[], "").await;
    assert_eq!((head.status, head.bytes.len()), (200, 0));
    let options = http.send(Method::OPTIONS, "/v1/reservations", &[], "").await;
    assert_eq!((options.status, options.header("allow")), (204, "GET, HEAD, OPTIONS, POST"));
    drop(http);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn heads_have_bounds_and_bodies_have_deadlines() {
    let mut house = House::new();
    house.settings.limits.call_seconds = 1;
    let server = house.open().await;
    let address = server.web_addresses[0];
    let many = (0..120).map(|number| format!("x-{number}: 1\r\n")).collect::<String>();
    let answer = http1(address, &format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{many}\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    let long = "x".repeat(70 << 10);
    let answer = http1(address, &format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx: {long}\r\n\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    // A body that is promised and does not come.
    let slow = "POST /v1/reservations HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
                content-length: 100\r\n\r\n{\"event_id\":";
    let answer = http1(address, slow).await;
    assert!(answer.starts_with("HTTP/1.1 504") && answer.contains("\"TIMEOUT\""), "{answer}");
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn identity_and_roles_are_those_of_grpc() {
    let server = house().open().await;
    let connect = async || Http::connect(server.web_addresses[0]).await;
    let mut unnamed = connect().await;
    let answer = unnamed.get("/v1/reservations").await;
    assert_eq!(answer.refused(401), "UNAUTHENTICATED");
    assert!(answer.header("www-authenticate").starts_with("Bearer"));
    // Refused by its head: a body that is no JSON is not looked at.
    let answer = unnamed.send(Method::POST, "/v1/reservations", &[JSON], "{").await;
    assert_eq!(answer.refused(401), "UNAUTHENTICATED");
    assert_eq!(
        connect().await.with("junk".into()).get("/v1/reservations").await.refused(401),
        "UNAUTHENTICATED"
    );
    let mut kim = connect().await.with(token("kim", &[], 60));
    assert_eq!(kim.get("/v1/admin/status").await.refused(403), "FORBIDDEN");
    assert_eq!(kim.get("/v1/reservations/rsv_none").await.refused(404), "NOT_FOUND");
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let traced = kim.send(Method::GET, "/v1/admin/status", &[("x-trace-id", trace)], "").await;
    assert_eq!(traced.header("x-trace-id"), trace);
    drop((unnamed, kim));
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn too_many_calls_of_one_user_and_too_many_of_all_say_when_to_come_again() {
    let mut house = house();
    (house.settings.limits.user_per_second, house.settings.limits.user_burst) = (1, 1);
    (house.settings.limits.concurrent_calls, house.settings.limits.refusal_hold_ms) = (1, 0);
    let server = house.open().await;
    let address = server.web_addresses[0];
    let mut kim = Http::connect(address).await.with(token("kim", &[], 60));
    let path = format!("/v1/events/{EVENT}/availability");
    let limited = async {
        loop {
            let answer = kim.get(&path).await;
            if answer.status != 200 {
                break answer;
            }
        }
    };
    let limited = limited.await;
    assert_eq!((limited.refused(429).as_str(), limited.header("retry-after")), ("RATE_LIMITED", "1"));
    // A call whose body does not come is under way: no other of its priority has room.
    let mut held = tokio::net::TcpStream::connect(address).await.expect("connects");
    let lee = token("lee", &[], 60);
    let head = format!(
        "POST /v1/reservations HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {lee}\r\ncontent-type: application/json\r\n\
         content-length: 9\r\n\r\n"
    );
    tokio::io::AsyncWriteExt::write_all(&mut held, head.as_bytes()).await.expect("written");
    let mut service = Http::connect(address).await.with(token("shop", &["service"], 60));
    let shed = async {
        loop {
            let answer = service.get(&path).await;
            if answer.status != 200 {
                break answer;
            }
        }
    };
    let shed = tokio::time::timeout(super::PATIENCE, shed).await.expect("turned away");
    assert_eq!(shed.refused(503), "UNAVAILABLE");
    assert!(shed.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds >= 1), "{shed:?}");
    drop((held, kim, service));
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn compat_ignores_what_the_contract_does_not_have() {
    let mut house = House::new();
    house.settings.profile = tacos_server::settings::Profile::Compat;
    let server = house.open().await;
    let mut http = Http::connect(server.web_addresses[0]).await;
    let body = json!({ "session_id": "tab", "user_id": "kim", "later": { "than": ["this"] } });
    http.post(&format!("/v1/events/{EVENT}/queue?v=2"), "", body).await.done(201);
    drop(http);
    server.drain().await.expect("ends cleanly");
}
