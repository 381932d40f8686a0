//! Claim: a sale that opens by its `sale_start_time` draws the pre-sale room that OpenPresale opened: those who waited in it are
//! let in in the drawn order, and nobody has to ask for it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::support::House;
use serde_json::{Value, json};
use tacos_server::Server;
use tacos_server::client::Client;

async fn ask(server: &Server, rpc: &str, request: Value) -> Value {
    let client = Client::new(&format!("http://{}", server.addresses[0]), None, None).expect("an address");
    let answer =
        client.call(rpc, &request.to_string()).await.unwrap_or_else(|error| panic!("{rpc}: {error}"));
    assert_eq!(answer["error"], Value::Null, "{rpc}: {answer}");
    answer
}

#[tokio::test]
async fn the_hour_of_the_sale_draws_the_room() {
    let house = House::new();
    let server = house.open().await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let settings = json!({
        "event_id": "hall", "name": "A hall", "currency": "KRW", "queue_policy": { "burst": 10 },
        "sale_start_time": rfc3339(now + 3_600),
    });
    ask(
        &server,
        "engine.v1.EngineService/CreateEvent",
        json!({ "settings": settings, "idempotency_key": "c" }),
    )
    .await;
    let map = json!({ "sections": [{
        "section_id": "pit", "general_admission_capacity": 5, "price": { "amount": 10, "currency": "KRW" },
    }] });
    let import = json!({ "event_id": "hall", "seat_map": map, "idempotency_key": "i" });
    ask(&server, "engine.v1.EngineService/ImportSeatMap", import).await;
    let open = json!({ "event_id": "hall", "idempotency_key": "p" });
    ask(&server, "engine.v1.EngineService/OpenPresale", open).await;
    let mut tokens = Vec::new();
    for session in ["one", "two", "three"] {
        let join = json!({ "event_id": "hall", "session_id": session });
        let joined = ask(&server, "gateway.v1.QueueService/JoinQueue", join).await;
        tokens.push(joined["waitingToken"].as_str().expect("a token").to_owned());
    }
    // All of them are in the room: now the hour comes.
    let sooner = json!({ "event_id": "hall", "sale_start_time": rfc3339(now) });
    let update = json!({ "settings": sooner, "update_mask": "saleStartTime", "idempotency_key": "u" });
    ask(&server, "engine.v1.EngineService/UpdateEvent", update).await;
    let bound = Instant::now() + Duration::from_secs(60);
    loop {
        let event = ask(&server, "engine.v1.EngineService/GetEvent", json!({ "event_id": "hall" })).await;
        if event["event"]["state"] == "SALE_STATE_OPEN" {
            break;
        }
        assert!(Instant::now() < bound, "the sale does not open: {event}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let presale = ask(&server, "engine.v1.EngineService/GetPresale", json!({ "event_id": "hall" })).await;
    assert_eq!(presale["presale"]["state"], "PRESALE_STATE_DRAWN", "{presale}");
    for token in tokens {
        let ready = json!({ "waiting_token": token });
        let answer = ask(&server, "gateway.v1.QueueService/RequestAdmission", ready).await;
        assert_eq!(answer["admission"], "ADMISSION_STATUS_GRANTED", "{answer}");
    }
    server.drain().await.expect("ends cleanly");
}

/// A moment of today's century as RFC 3339.
fn rfc3339(seconds: u64) -> String {
    let stamp = prost_types::Timestamp { seconds: i64::try_from(seconds).expect("in range"), nanos: 0 };
    stamp.to_string()
}
