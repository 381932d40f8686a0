//! Claim: what the contract's comments promise of reservations, payments, events and results is what a real server
//! does.

use crate::json_calls::{Caller, text};
use crate::support::{EVENT, House, admitted, channel};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use sha2::Sha256;
use tacos_engine::{EventId, Reserve, SeatId, SeatRequest, UserId};
use tacos_server::settings::Key;
use tonic::transport::Channel;

const RESERVATIONS: &str = "reservation.v1.ReservationService";
const INVENTORY: &str = "reservation.v1.InventoryService";
const PAYMENTS: &str = "payment.v1.PaymentService";
const ENGINE: &str = "engine.v1.EngineService";
const WORKER: &str = "reservation.v1.WorkerService";
const SECRET: &str = "a secret of more than thirty-two bytes, for tests";

fn token(subject: &str, roles: &[&str]) -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let claims = json!({ "sub": subject, "exp": since.as_secs() + 600, "roles": roles });
    encode(&Header::default(), &claims, &EncodingKey::from_secret(SECRET.as_bytes())).expect("signed")
}

fn with_keys(mut house: House) -> House {
    let file = house.folder.path().join("key");
    std::fs::write(&file, SECRET).expect("written");
    house.settings.auth.keys.insert("main".into(), Key { algorithm: "HS256".into(), file });
    house
}

/// A reservation of ours: through the line and held.
async fn reserved(channel: &Channel, user: &str, seat: &str, metadata: Value) -> Value {
    let token = admitted(channel, user).await;
    let asked = json!({
        "event_id": EVENT, "seat_ids": [seat], "user_id": user, "reservation_token": token,
        "idempotency_key": format!("create-{seat}"), "metadata": metadata,
    });
    Caller::new(channel).done(&format!("{RESERVATIONS}/CreateReservation"), asked).await
}

async fn intent(caller: &Caller, reservation: &str, key: &str, scenario: &str) -> Value {
    let asked = json!({
        "reservation_id": reservation, "amount": { "amount": 5_000, "currency": "KRW" }, "user_id": "kim",
        "method": "PAYMENT_METHOD_CREDIT_CARD", "scenario": format!("PAYMENT_SCENARIO_{scenario}"),
        "idempotency_key": key,
    });
    caller.done(&format!("{PAYMENTS}/CreatePaymentIntent"), asked).await
}

async fn state(caller: &Caller, reservation: &str) -> String {
    let asked = json!({ "reservation_id": reservation, "user_id": "kim" });
    let answer = caller.done(&format!("{RESERVATIONS}/GetReservation"), asked).await;
    text(&answer["reservation"], "status").to_owned()
}

#[tokio::test]
async fn notes_given_at_creation_are_shown_also_after_a_restart() {
    let house = House::new();
    let server = house.open().await;
    let channel_one = channel(&server).await;
    let notes = json!({ "source": "web", "userAgent": "a browser", "ipAddress": "192.0.2.7", "sessionId": "tab", "tags": { "campaign": "autumn" } });
    let held = reserved(&channel_one, "kim", "A-1", notes.clone()).await;
    let token = admitted(&channel_one, "lee").await;
    let front = json!({
        "event_id": EVENT, "seat_ids": ["A-2"], "user_id": "lee", "reservation_token": token, "idempotency_key": "front",
        "metadata": { "request_id": "req-1", "user_agent": "a phone", "headers": { "accept": "text/html" } },
    });
    let caller = Caller::new(&channel_one);
    let front = caller.done("gateway.v1.GatewayService/CreateReservation", front).await;
    drop((caller, channel_one));
    server.drain().await.expect("ends cleanly");

    let server = house.open().await;
    let caller = Caller::new(&channel(&server).await);
    let shown = async |held: &Value, user: &str| {
        let asked = json!({ "reservation_id": text(held, "reservationId"), "user_id": user });
        let answer = caller.done(&format!("{RESERVATIONS}/GetReservation"), asked).await;
        answer["reservation"]["metadata"].clone()
    };
    assert_eq!(shown(&held, "kim").await, notes);
    let front = shown(&front, "lee").await;
    assert_eq!((text(&front, "source"), text(&front, "userAgent")), ("gateway", "a phone"));
    assert_eq!(front["tags"], json!({ "request_id": "req-1" }), "headers are not kept");
    let listed = json!({ "user_id": "kim" });
    let listed = caller.done(&format!("{RESERVATIONS}/ListReservations"), listed).await;
    assert_eq!(listed["reservations"][0]["metadata"], notes);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn a_payment_address_is_told_only_where_one_is_configured() {
    for (base, wanted) in [(None, ""), (Some("https://pay.example/"), "https://pay.example/")] {
        let mut house = House::new();
        house.settings.server.payment_base_url = base.map(str::to_owned);
        let server = house.open().await;
        let channel = channel(&server).await;
        let held = reserved(&channel, "kim", "A-1", Value::Null).await;
        let id = text(&held, "reservationId").to_owned();
        let paid = intent(&Caller::new(&channel), &id, "pay", "TIMEOUT").await;
        for (answer, id) in [(&held, &id), (&paid, &text(&paid, "paymentIntentId").to_owned())] {
            let expected = if wanted.is_empty() { String::new() } else { format!("{wanted}{id}") };
            assert_eq!(answer["paymentUrl"].as_str().unwrap_or_default(), expected);
        }
        server.drain().await.expect("ends cleanly");
    }
}

/// A payment provider's webhook with its signature.
fn webhook(id: &str, intent: &str, kind: &str) -> Value {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let seconds = now.as_secs();
    let stamp = prost_types::Timestamp { seconds: i64::try_from(seconds).expect("in range"), nanos: 0 };
    let told = stamp.to_string().replace('Z', ".000Z");
    let body = format!(
        r#"{{"webhook_id":"{id}","event_type":"PAYMENT_WEBHOOK_TYPE_{kind}","data":{{"payment_intent_id":"{intent}","reservation_id":"","transaction_id":"","status":"PAYMENT_WEBHOOK_STATUS_SUCCESS","amount":null,"failure_reason":"","metadata":{{}},"processed_at":null}},"timestamp":"{told}","source":"provider","attempt":1}}"#
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any length");
    mac.update(format!("{seconds}.{body}").as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "webhook_id": id, "event_type": format!("PAYMENT_WEBHOOK_TYPE_{kind}"), "source": "provider", "attempt": 1,
        "data": { "payment_intent_id": intent, "status": "PAYMENT_WEBHOOK_STATUS_SUCCESS" },
        "timestamp": stamp.to_string(), "signature": format!("sha256={hex}"),
    })
}

fn provider_house() -> House {
    let mut house = House::new();
    let file = house.folder.path().join("provider");
    std::fs::write(&file, SECRET).expect("written");
    house.settings.webhooks.sources.insert("provider".into(), file);
    house.settings.engine.simulate_payments = false;
    house
}

#[tokio::test]
async fn an_outside_provider_settles_an_intent_that_nothing_simulates() {
    const RECEIVE: &str = "gateway.v1.WebhookService/ReceivePaymentWebhook";
    let house = provider_house();
    let server = house.open().await;
    let channel = channel(&server).await;
    let caller = Caller::new(&channel);
    let mut held = Vec::new();
    for seat in ["A-1", "A-2", "A-3"] {
        let one = reserved(&channel, &format!("kim{seat}"), seat, Value::Null).await;
        held.push(text(&one, "reservationId").to_owned());
    }
    let mut intents = Vec::new();
    for (at, id) in held.iter().enumerate() {
        let asked = json!({
            "reservation_id": id, "amount": { "amount": 5_000, "currency": "KRW" }, "user_id": format!("kimA-{}", at + 1),
            "method": "PAYMENT_METHOD_CREDIT_CARD", "idempotency_key": id,
        });
        let opened = caller.done(&format!("{PAYMENTS}/CreatePaymentIntent"), asked).await;
        intents.push(text(&opened, "paymentIntentId").to_owned());
    }
    for (kind, intent) in ["APPROVED", "FAILED", "CANCELLED"].iter().zip(&intents) {
        let hook = webhook(&format!("wh-{kind}"), intent, kind);
        let first = caller.done(RECEIVE, hook.clone()).await;
        assert_eq!(caller.done(RECEIVE, hook).await, first, "a repeat gets the first answer");
        let other = webhook(&format!("other-{kind}"), intent, kind);
        caller.done(RECEIVE, other).await;
    }
    let mut states = Vec::new();
    for (at, id) in held.iter().enumerate() {
        let asked = json!({ "reservation_id": id, "user_id": format!("kimA-{}", at + 1) });
        let answer = caller.done(&format!("{RESERVATIONS}/GetReservation"), asked).await;
        states.push(
            text(&answer["reservation"], "status").trim_start_matches("RESERVATION_STATUS_").to_owned(),
        );
    }
    assert_eq!(states, ["CONFIRMED", "FAILED", "CANCELLED"]);
    let paid = json!({ "payment_intent_id": intents[0], "user_id": "kimA-1" });
    let paid = caller.done(&format!("{PAYMENTS}/GetPaymentStatus"), paid).await;
    assert_eq!(paid["payment"]["result"].get("gatewayResponse"), None, "the simulator has no words for it");
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn an_intent_without_a_scenario_is_simulated_where_the_rule_says_so() {
    let mut house = provider_house();
    house.settings.rules.unspecified_is_approve = Some(true);
    let server = house.open().await;
    let channel = channel(&server).await;
    let held = reserved(&channel, "kim", "A-1", Value::Null).await;
    let id = text(&held, "reservationId").to_owned();
    let caller = Caller::new(&channel);
    intent(&caller, &id, "pay", "UNSPECIFIED").await;
    let give_up = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while state(&caller, &id).await != "RESERVATION_STATUS_CONFIRMED" {
        assert!(std::time::Instant::now() < give_up, "nobody approved it");
        tokio::task::yield_now().await;
    }
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn the_outside_worlds_word_sells_ours_only_for_a_service() {
    let house = House::new();
    let server = house.open().await;
    let channel_one = channel(&server).await;
    let held = reserved(&channel_one, "kim", "A-1", Value::Null).await;
    let id = text(&held, "reservationId").to_owned();
    let theirs = json!({ "reservation_id": "theirs", "event_id": EVENT, "seat_ids": ["A-2"], "user_id": "kim", "idempotency_key": "r" });
    // Without keys every caller may call everything, and that makes no caller's word a payment.
    let caller = Caller::new(&channel_one);
    let commit = |id: &str, key: &str| json!({ "reservation_id": id, "payment_intent_id": "elsewhere", "user_id": "kim", "idempotency_key": key });
    assert_eq!(
        caller.refused(&format!("{INVENTORY}/CommitReservation"), commit(&id, "c1")).await,
        "ERROR_CODE_PAYMENT_NOT_APPROVED"
    );
    let result = json!({ "reservation_id": id, "payment_intent_id": "elsewhere", "result_type": "PAYMENT_RESULT_TYPE_APPROVED" });
    let answer = caller.ask(&format!("{WORKER}/ProcessPaymentResult"), result.clone()).await;
    assert_eq!(text(&answer, "status"), "PROCESSING_STATUS_FAILED");
    assert_eq!(state(&caller, &id).await, "RESERVATION_STATUS_PENDING");
    // What another service keeps is that service's to sell.
    caller.done(&format!("{INVENTORY}/ReserveSeat"), theirs).await;
    caller.done(&format!("{INVENTORY}/CommitReservation"), commit("theirs", "c2")).await;
    drop((caller, channel_one));
    server.drain().await.expect("ends cleanly");

    let house = with_keys(House::new());
    let mut id = String::new();
    let server = house
        .open_with(|engine| {
            let seat = SeatId::new("A-1").expect("valid");
            let want = SeatRequest::Seats([seat].into_iter().collect());
            let (event, kim) = (EventId::new(EVENT).expect("valid"), UserId::new("kim").expect("valid"));
            let reserve = Reserve::new(event, kim, want).with_trusted(true);
            id = engine.reserve(reserve).wait().expect("held").id.to_string();
        })
        .await;
    let channel = channel(&server).await;
    let kim = Caller::with(&channel, token("kim", &[]));
    assert_eq!(
        kim.refused(&format!("{INVENTORY}/CommitReservation"), commit(&id, "c3")).await,
        "ERROR_CODE_FORBIDDEN"
    );
    let shop = Caller::with(&channel, token("shop", &["service"]));
    shop.done(&format!("{INVENTORY}/CommitReservation"), commit(&id, "c3")).await;
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn everybody_sees_the_shop_window_and_only_operators_see_behind_it() {
    let house = with_keys(House::new());
    let server = house.open().await;
    let channel = channel(&server).await;
    let root = Caller::with(&channel, token("root", &["admin"]));
    let draft = json!({ "settings": { "event_id": "evt_draft", "name": "Not announced", "currency": "KRW" }, "idempotency_key": "d" });
    root.done(&format!("{ENGINE}/CreateEvent"), draft).await;
    let callers = [
        (Caller::new(&channel), false),
        (Caller::with(&channel, token("kim", &[])), false),
        (Caller::with(&channel, token("shop", &["service"])), false),
        (root, true),
    ];
    for (caller, behind) in callers {
        let answer = caller.done(&format!("{ENGINE}/GetEvent"), json!({ "event_id": EVENT })).await;
        let event = &answer["event"];
        assert_eq!(text(&event["settings"], "name"), "A concert");
        assert_eq!(event["counts"]["available"], 70);
        assert_eq!(event["settings"].get("queuePolicy").is_some(), behind, "{event}");
        assert_eq!(event.get("revision").is_some(), behind, "{event}");
        let list = caller.done(&format!("{ENGINE}/ListEvents"), json!({})).await;
        assert_eq!(list["events"].as_array().expect("a list").len(), 1 + usize::from(behind), "{list}");
        let draft = caller.ask(&format!("{ENGINE}/GetEvent"), json!({ "event_id": "evt_draft" })).await;
        assert_eq!(draft.get("error").is_none(), behind, "{draft}");
    }
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn a_seat_map_is_read_page_by_page_whatever_is_asked_for() {
    let house = House::new();
    let server = house.open().await;
    let channel = channel(&server).await;
    let caller = Caller::new(&channel);
    for seat in ["A-3", "A-4", "B-10"] {
        reserved(&channel, &format!("u{seat}"), seat, Value::Null).await;
    }
    let read = async |asked: Value| {
        let (mut seats, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let mut asked = asked.clone();
            asked["event_id"] = json!(EVENT);
            asked["pagination"] = json!({ "page_size": 7, "cursor": cursor });
            let page = caller.done(&format!("{ENGINE}/GetSeatMap"), asked).await;
            let entries = page["seats"].as_array().cloned().unwrap_or_default();
            seats.extend(entries.iter().map(|entry| text(&entry["seat"], "id").to_owned()));
            pages += 1;
            match page["pageInfo"]["nextCursor"].as_str().filter(|next| !next.is_empty()) {
                Some(next) => cursor = next.to_owned(),
                None => return (seats, pages),
            }
        }
    };
    let all: Vec<String> =
        ["A", "B"].iter().flat_map(|row| (1..=10).map(move |number| format!("{row}-{number}"))).collect();
    assert_eq!(read(json!({})).await, (all.clone(), 3));
    assert_eq!(read(json!({ "section_id": "stalls" })).await, (all.clone(), 3));
    assert_eq!(read(json!({ "section_id": "pit" })).await, (Vec::new(), 1));
    let (free, _) = read(json!({ "status": "SEAT_STATUS_AVAILABLE" })).await;
    let held = ["A-3", "A-4", "B-10"];
    assert_eq!(free, all.into_iter().filter(|seat| !held.contains(&seat.as_str())).collect::<Vec<_>>());
    assert_eq!(read(json!({ "status": "SEAT_STATUS_RESERVED" })).await.0, held);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn a_result_that_comes_twice_is_taken_in_once() {
    let house = House::new();
    let server = house.open().await;
    let channel = channel(&server).await;
    let caller = Caller::new(&channel);
    let mut sold = String::new();
    for (kind, seat, then) in [
        ("APPROVED", "A-1", "CONFIRMED"),
        ("FAILED", "A-2", "FAILED"),
        ("CANCELLED", "A-3", "CANCELLED"),
        ("REFUNDED", "A-1", "REFUNDED"),
    ] {
        let paying = if kind == "REFUNDED" {
            sold.clone()
        } else {
            let hold = json!({ "reservation_id": seat, "event_id": EVENT, "seat_ids": [seat], "user_id": "kim", "idempotency_key": seat });
            caller.done(&format!("{INVENTORY}/ReserveSeat"), hold).await;
            text(&intent(&caller, seat, seat, "TIMEOUT").await, "paymentIntentId").to_owned()
        };
        if kind == "APPROVED" {
            sold.clone_from(&paying);
        }
        let id = seat;
        let result = json!({ "reservation_id": id, "payment_intent_id": paying, "result_type": format!("PAYMENT_RESULT_TYPE_{kind}") });
        let mut answers = Vec::new();
        for _ in 0..3 {
            answers.push(caller.done(&format!("{WORKER}/ProcessPaymentResult"), result.clone()).await);
        }
        let statuses: Vec<&str> = answers.iter().map(|answer| text(answer, "status")).collect();
        let (done, skipped) = ("PROCESSING_STATUS_SUCCESS", "PROCESSING_STATUS_SKIPPED");
        assert_eq!(statuses, [done, skipped, skipped], "{kind}");
        assert_eq!(
            answers[1]["processedAt"], answers[0]["processedAt"],
            "{kind}: the moment at which it was done"
        );
        assert_eq!(state(&caller, id).await, format!("RESERVATION_STATUS_{then}"), "{kind}");
    }
    server.drain().await.expect("ends cleanly");
}
