//! Claim: an event is made, opened, sold and closed by REST alone; a repeat with its key gets the first answer; the
//! things that are made say where they can be read.

use http::Method;
use serde_json::json;

use super::{Http, PATIENCE};
use crate::access::{house, token};

#[tokio::test]
async fn from_an_event_to_a_ticket() {
    let server = house().open().await;
    let connect = async || Http::connect(server.web_addresses[0]).await;
    let mut admin = connect().await.with(token("root", &["admin"], 600));
    let mut kim = connect().await.with(token("kim", &[], 600));

    let settings = json!({ "event_id": "hall", "name": "A play", "currency": "KRW", "hold_seconds": 60, "queue_policy": {} });
    let made = admin.post("/v1/admin/events", "e", json!({ "settings": settings })).await;
    made.done(201);
    assert_eq!(made.header("location"), "/v1/admin/events/hall");
    let map = json!({ "sections": [{
        "section_id": "stalls", "price": { "amount": "5000", "currency": "KRW" },
        "rows": [{ "label": "A", "runs": [{ "id_prefix": "A-", "first_number": 1, "count": 4 }] }],
    }]});
    let put =
        admin.json(Method::PUT, "/v1/admin/events/hall/seat-map", "m", json!({ "seat_map": map })).await;
    put.done(200);

    // A merge patch changes what it names, if the event is as the caller knows it.
    let read = admin.get("/v1/admin/events/hall").await;
    let (known, first) = (read.header("etag").to_owned(), read.done(200));
    assert_eq!(known, format!("\"{}\"", first["event"]["revision"].as_str().expect("a revision")));
    let patch = br#"{"name":"Another play"}"#.as_slice();
    let headers = |key| {
        [
            ("content-type", "application/merge-patch+json"),
            ("if-match", known.as_str()),
            ("idempotency-key", key),
        ]
    };
    let patched = admin.send(Method::PATCH, "/v1/admin/events/hall", &headers("p"), patch).await.done(200);
    let settings = &patched["event"]["settings"];
    assert_eq!((&settings["name"], &settings["hold_seconds"]), (&json!("Another play"), &json!(60)));
    let late = admin.send(Method::PATCH, "/v1/admin/events/hall", &headers("q"), patch).await;
    assert_eq!(late.refused(412), "CONCURRENT_MODIFICATION");
    admin.json(Method::POST, "/v1/admin/events/hall/open", "o", json!({})).await.done(200);

    let free = kim.get("/v1/events/hall/seats/check?seat_ids=A-1&seat_ids=A-2").await.done(200);
    assert_eq!(free["available"], true, "{free}");
    let joined = kim.post("/v1/events/hall/queue", "", json!({ "session_id": "tab" })).await;
    let waiting = joined.done(201)["waiting_token"].as_str().expect("a token").to_owned();
    assert_eq!(joined.header("location"), format!("/v1/queue/{waiting}"));
    kim.get(joined.header("location")).await.done(200);
    let admitted = kim.post(&format!("/v1/queue/{waiting}/admission"), "", json!({})).await.done(200);

    let wanted = json!({
        "event_id": "hall", "seat_ids": ["A-1", "A-2"], "reservation_token": admitted["reservation_token"],
    });
    let held = kim.post("/v1/reservations", "k", wanted.clone()).await;
    let (place, answer) = (held.header("location").to_owned(), held.done(201));
    assert_eq!(place, format!("/v1/reservations/{}", answer["reservation_id"].as_str().expect("an id")));
    let again = kim.post("/v1/reservations", "k", wanted.clone()).await;
    assert_eq!(
        (again.header("location"), again.done(201)),
        (place.as_str(), answer.clone()),
        "the first answer"
    );
    let other =
        json!({ "event_id": "hall", "quantity": 1, "reservation_token": admitted["reservation_token"] });
    assert_eq!(kim.post("/v1/reservations", "k", other).await.refused(409), "IDEMPOTENCY_CONFLICT");
    let mut both = wanted;
    both["idempotency_key"] = json!("another");
    assert_eq!(kim.post("/v1/reservations", "k", both).await.refused(400), "INVALID_ARGUMENT");

    let pay = json!({
        "reservation_id": answer["reservation_id"], "amount": answer["total_amount"], "scenario": "PAYMENT_SCENARIO_APPROVE",
    });
    let intent = kim.post("/v1/payments", "pay", pay).await;
    let payment = intent.done(201)["payment_intent_id"].clone();
    let paid = async {
        while kim.get(intent.header("location")).await.done(200)["payment"]["status"]
            != "PAYMENT_STATUS_COMPLETED"
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, paid).await.expect("paid in time");
    let confirm = json!({ "payment_intent_id": payment });
    let sold = kim.post(&format!("{place}/confirm"), "c", confirm).await.done(200);
    assert!(sold["order_id"].as_str().is_some_and(|id| id.starts_with("ord_")), "{sold}");
    assert_eq!(sold["status"], "RESERVATION_STATUS_CONFIRMED");

    let mut lee = connect().await.with(token("lee", &[], 600));
    assert_eq!(lee.get(&place).await.refused(403), "FORBIDDEN");
    let listed = kim.get("/v1/reservations").await.done(200);
    assert_eq!(listed["reservations"].as_array().map(Vec::len), Some(1), "{listed}");
    admin.json(Method::POST, "/v1/admin/events/hall/close", "z", json!({})).await.done(200);
    let gone = kim.send(Method::DELETE, &format!("/v1/queue/{waiting}"), &[], "").await;
    assert!([200, 404, 409].contains(&gone.status), "{gone:?}");
    drop((admin, kim, lee));
    server.drain().await.expect("ends cleanly");
}
