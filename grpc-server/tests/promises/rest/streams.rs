//! Claim: streams are server-sent events that begin at once, go on after a position, count as streams, end with their
//! reader and with the server.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;

use super::{Http, PATIENCE};
use crate::support::{EVENT, House};

/// A reader of server-sent events, by lines; what frames the body (sizes of chunks) is left out.
struct Reader(Lines<BufReader<TcpStream>>);

impl Reader {
    async fn open(address: SocketAddr, path: &str, headers: &str) -> Self {
        let mut io = TcpStream::connect(address).await.expect("connects");
        let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\n{headers}\r\n");
        io.write_all(head.as_bytes()).await.expect("written");
        Self(BufReader::new(io).lines())
    }

    /// The next line that begins so; none if the stream ends before.
    async fn line(&mut self, start: &str) -> Option<String> {
        let next = async {
            while let Ok(Some(line)) = self.0.next_line().await {
                if line.starts_with(start) {
                    return Some(line);
                }
            }
            None
        };
        tokio::time::timeout(PATIENCE, next).await.expect("in time")
    }

    /// The next event: its id and what it says.
    async fn event(&mut self) -> Option<(Option<String>, Value)> {
        let mut id = None;
        loop {
            let line = tokio::time::timeout(PATIENCE, self.0.next_line()).await.expect("in time").ok()??;
            if let Some(text) = line.strip_prefix("id: ") {
                id = Some(text.to_owned());
            }
            if let Some(text) = line.strip_prefix("data: ") {
                return Some((id, serde_json::from_str(text).expect("JSON")));
            }
        }
    }
}

#[tokio::test]
async fn the_feed_goes_on_after_the_last_event_that_came() {
    let server = House::new().open().await;
    let address = server.web_addresses[0];
    let mut http = Http::connect(address).await;
    let mut feed =
        Reader::open(address, "/v1/admin/feed?start=FEED_START_SNAPSHOT", "accept: text/event-stream\r\n")
            .await;
    for line in [
        "HTTP/1.1 200",
        "content-type: text/event-stream",
        "cache-control: no-store",
        "x-accel-buffering: no",
    ] {
        assert!(feed.line(line).await.is_some(), "{line}");
    }
    assert!(feed.line("retry: 2000").await.is_some());
    let mut last = loop {
        let (id, said) = feed.event().await.expect("an event");
        if said["snapshot"] == false {
            break id.expect("a change has a position");
        }
    };
    let join =
        |number: u32| json!({ "session_id": format!("tab-{number}"), "user_id": format!("kim-{number}") });
    http.post(&format!("/v1/events/{EVENT}/queue"), "", join(1)).await.done(201);
    let joined = |said: &Value| said["queue"]["place_state"].is_string() || said["queue"].is_object();
    loop {
        let (id, said) = feed.event().await.expect("an event");
        last = id.unwrap_or(last);
        if joined(&said) {
            break;
        }
    }
    drop(feed);
    http.post(&format!("/v1/events/{EVENT}/queue"), "", join(2)).await.done(201);
    let again = format!("last-event-id: {last}\r\n");
    let mut feed = Reader::open(address, "/v1/admin/feed", &again).await;
    let position = |id: &str| id.parse::<u64>().expect("a position");
    let missed = loop {
        let (id, said) = feed.event().await.expect("an event");
        assert_eq!(said["snapshot"], false);
        if let Some(id) = id {
            assert!(position(&id) >= position(&last), "{id} is not after {last}");
        }
        if joined(&said) {
            break said;
        }
    };
    assert!(position(missed["position"].as_str().expect("a position")) > position(&last), "{missed}");
    let old =
        Reader::open(address, "/v1/admin/feed", "last-event-id: soon\r\n").await.line("{\"error\"").await;
    assert!(old.is_some_and(|said| said.contains("INVALID_ARGUMENT")), "no position");
    drop((feed, http));
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn a_seat_board_goes_on_after_the_last_event_that_came() {
    let server = House::new().open().await;
    let address = server.web_addresses[0];
    let path = format!("/v1/events/{EVENT}/seats/stream");
    let mut board = Reader::open(address, &path, "").await;
    let (id, said) = board.event().await.expect("the whole board");
    assert!(said["board"].is_object(), "{said}");
    let last = id.expect("it has a position");
    let mut again = Reader::open(address, &path, &format!("last-event-id: {last}\r\n")).await;
    assert!(again.line("retry").await.is_some());
    drop((board, again));
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn streams_have_the_bound_of_all_streams_and_end_with_their_reader() {
    let mut house = House::new();
    house.settings.limits.streams = 1;
    let server = house.open().await;
    let address = server.web_addresses[0];
    let mut first = Reader::open(address, "/v1/admin/feed", "").await;
    assert!(first.line("retry").await.is_some());
    let mut http = Http::connect(address).await;
    let full = http.get("/v1/streams/payments?user_id=kim").await;
    assert!([429, 503].contains(&full.status) && full.headers.contains_key("retry-after"), "{full:?}");
    assert!(!full.refused(full.status).is_empty());
    drop(first);
    let begun = async {
        loop {
            let mut again =
                Reader::open(address, "/v1/streams/payments?user_id=kim", "connection: close\r\n").await;
            if again.line("HTTP/1.1").await.is_some_and(|line| line.contains(" 200 ")) {
                break again;
            }
        }
    };
    let mut again = tokio::time::timeout(PATIENCE, begun).await.expect("the first one's place is free");
    // The server ends: the stream says so, and is over.
    let drained = tokio::spawn(server.drain());
    let end = again.line("event: error").await;
    assert!(end.is_some(), "the stream says that it ends");
    let (_, said) = again.event().await.expect("why");
    assert_eq!(said["error"]["code"], "UNAVAILABLE", "{said}");
    assert!(again.event().await.is_none());
    drop((again, http));
    drained.await.expect("no panic").expect("ends cleanly");
}
