//! Claim: the `compat` profile serves the clients that exist: events come from the template by use and never by a look,
//! so many in one folder; refusals are in words and statuses by which those clients find them.

use crate::support;

use crate::json_calls::{Caller, text};
use crate::support::{EVENT, House, channel};
use prost::Message;
use serde_json::{Value, json};
use tacos_server::settings::{Profile, Settings};

const RESERVATIONS: &str = "reservation.v1.ReservationService";
const INVENTORY: &str = "reservation.v1.InventoryService";
const PAYMENTS: &str = "payment.v1.PaymentService";
const QUEUE: &str = "gateway.v1.QueueService";

fn house(change: impl FnOnce(&mut Settings)) -> House {
    let mut house = House::new();
    house.settings.profile = Profile::Compat;
    change(&mut house.settings);
    house
}

/// The HTTP code that a known gateway makes of a message: the first sign that it finds.
fn http(message: &str) -> u16 {
    let has = |sign: &str| message.contains(sign);
    match () {
        () if has("404") || has("not found") => 404,
        () if has("409") || has("conflict") => 409,
        () if has("400") || has("bad request") => 400,
        () if has("412") || has("payment not approved") => 412,
        () if has("timeout") => 504,
        () => 500,
    }
}

async fn reserve(caller: &Caller, event: &str, seats: &[&str]) -> Value {
    let asked = json!({ "event_id": event, "seat_ids": seats, "user_id": "kim" });
    caller.ask(&format!("{RESERVATIONS}/CreateReservation"), asked).await
}

#[tokio::test]
async fn a_look_makes_no_event_and_a_use_does() {
    let house = house(|_| ());
    let server = house.open().await;
    let caller = Caller::new(&channel(&server).await);
    let event = json!({ "event_id": "evt_looked_at" });
    for (rpc, asked) in [
        ("reservation.v1.InventoryService/GetInventoryStatus", event.clone()),
        (
            "reservation.v1.InventoryService/CheckAvailability",
            json!({ "event_id": "evt_looked_at", "quantity": 1 }),
        ),
        ("gateway.v1.GatewayService/GetEventAvailability", event.clone()),
        ("gateway.v1.QueueService/GetQueueStats", event.clone()),
        ("engine.v1.EngineService/GetEvent", event.clone()),
    ] {
        let answer = caller.status(rpc, asked).await;
        let message = match &answer {
            Ok(answer) => answer["error"]["message"].as_str().expect("refused").to_owned(),
            Err(status) => status.message().to_owned(),
        };
        assert!(message.contains("not found"), "{rpc}: {message}");
    }
    let events = caller.done("engine.v1.EngineService/ListEvents", json!({})).await;
    assert_eq!(
        events["events"].as_array().expect("a list").len(),
        1,
        "only the one that there was: {events}"
    );
    let join = json!({ "event_id": "evt_looked_at", "user_id": "anonymous", "session_id": "tab" });
    caller.done(&format!("{QUEUE}/JoinQueue"), join).await;
    caller.done("gateway.v1.GatewayService/GetEventAvailability", event).await;
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn the_bound_on_template_events_counts_what_the_folder_has() {
    let house = house(|settings| settings.rules.template_events_max = Some(2));
    let join =
        |event: &str| json!({ "event_id": event, "user_id": "kim", "session_id": format!("tab-{event}") });
    let server = house.open().await;
    let caller = Caller::new(&channel(&server).await);
    caller.done(&format!("{QUEUE}/JoinQueue"), join("evt_a")).await;
    caller.done(&format!("{QUEUE}/JoinQueue"), join("evt_b")).await;
    assert_eq!(caller.refused(&format!("{QUEUE}/JoinQueue"), join("evt_c")).await, "ERROR_CODE_NOT_FOUND");
    drop(caller);
    server.drain().await.expect("ends cleanly");

    let server = house.open().await;
    let caller = Caller::new(&channel(&server).await);
    assert_eq!(caller.refused(&format!("{QUEUE}/JoinQueue"), join("evt_c")).await, "ERROR_CODE_NOT_FOUND");
    caller.done(&format!("{QUEUE}/JoinQueue"), join("evt_a")).await;
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn the_gateway_finds_the_right_http_code_in_every_message() {
    let house = house(|settings| settings.rules.refuse_as_status = Some(false));
    let server = house.open_with(|engine| support::open_sale(engine, "evt_404", None)).await;
    let caller = Caller::new(&channel(&server).await);
    let said = |answer: &Value| text(&answer["error"], "message").to_owned();

    let bad = reserve(&caller, EVENT, &["no seat"]).await;
    assert_eq!(http(&said(&bad)), 400, "{bad}");
    assert!(said(&bad).contains("bad request"), "{bad}");
    let held = reserve(&caller, EVENT, &["A-4"]).await;
    let taken = reserve(&caller, EVENT, &["A-4"]).await;
    assert_eq!(http(&said(&taken)), 409, "{taken}");
    let unknown = reserve(&caller, EVENT, &["A-409"]).await;
    assert_eq!(http(&said(&unknown)), 404, "{unknown}");

    let id = text(&held, "reservationId");
    let confirm = |id: &str| json!({ "reservation_id": id });
    let unpaid = caller.ask(&format!("{RESERVATIONS}/ConfirmReservation"), confirm(id)).await;
    assert_eq!(text(&unpaid["error"], "code"), "ERROR_CODE_PAYMENT_NOT_APPROVED");
    assert_eq!(http(&said(&unpaid)), 412, "{unpaid}");
    caller.done(&format!("{RESERVATIONS}/CancelReservation"), confirm(id)).await;
    let over = caller.ask(&format!("{RESERVATIONS}/ConfirmReservation"), confirm(id)).await;
    assert_eq!(
        text(&over["error"], "code"),
        "ERROR_CODE_FAILED_PRECONDITION",
        "the reservation is judged first"
    );
    assert_eq!(http(&said(&over)), 409, "{over}");
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn an_expired_hold_is_a_conflict_and_no_timeout() {
    let house = house(|settings| settings.rules.refuse_as_status = Some(false));
    let server = house.open().await;
    let caller = Caller::new(&channel(&server).await);
    let until = std::time::SystemTime::now() + std::time::Duration::from_millis(300);
    let since = until.duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let hold = json!({
        "event_id": EVENT, "reservation_id": "theirs", "seat_ids": ["A-1"], "user_id": "kim",
        "hold_expires_at": prost_types::Timestamp {
            seconds: i64::try_from(since.as_secs()).expect("in range"),
            nanos: i32::try_from(since.subsec_nanos()).expect("in range"),
        }.to_string(),
    });
    caller.done(&format!("{INVENTORY}/ReserveSeat"), hold).await;
    let give_up = std::time::Instant::now() + std::time::Duration::from_secs(30);
    // Confirming without an intent changes nothing: it is asked until the deadline has passed.
    let message = loop {
        let asked = json!({ "reservation_id": "theirs" });
        let answer = caller.ask(&format!("{RESERVATIONS}/ConfirmReservation"), asked).await;
        if text(&answer["error"], "code") == "ERROR_CODE_RESERVATION_EXPIRED" {
            break text(&answer["error"], "message").to_owned();
        }
        assert!(std::time::Instant::now() < give_up, "the hold never expired: {answer}");
    };
    assert!(!message.contains("timeout"), "{message}");
    assert_eq!(http(&message), 409, "{message}");
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn refusals_of_payments_and_inventory_are_statuses_where_the_rule_says_so() {
    let intent = json!({ "payment_intent_id": "pay_none", "user_id": "kim" });
    let hold = json!({ "reservation_id": "theirs", "event_id": EVENT, "seat_ids": ["Z-1"], "user_id": "kim", "idempotency_key": "k" });
    let compat = house(|_| ());
    let server = compat.open().await;
    let caller = Caller::new(&channel(&server).await);
    for (rpc, asked) in [
        (format!("{PAYMENTS}/GetPaymentStatus"), &intent),
        ("gateway.v1.GatewayService/GetPaymentStatus".to_owned(), &intent),
        (format!("{INVENTORY}/ReserveSeat"), &hold),
        ("reservation.v1.Inventory/ReserveSeat".to_owned(), &hold),
    ] {
        let status = caller.status(&rpc, asked.clone()).await.expect_err("a status");
        assert_eq!(status.code(), tonic::Code::NotFound, "{rpc}: {status:?}");
        assert_eq!(http(status.message()), 404, "{status:?}");
        // The whole error stands in the details, as every client of gRPC can read them.
        let needle = b"type.googleapis.com/common.v1.Error";
        assert!(status.details().windows(needle.len()).any(|part| part == needle), "{status:?}");
    }
    // Reservations are answered in `error`: their clients read it.
    let answer = reserve(&caller, EVENT, &["Z-1"]).await;
    assert_eq!(text(&answer["error"], "code"), "ERROR_CODE_NOT_FOUND");
    server.drain().await.expect("ends cleanly");

    let strict = House::new();
    let server = strict.open().await;
    let caller = Caller::new(&channel(&server).await);
    assert_eq!(caller.refused(&format!("{PAYMENTS}/GetPaymentStatus"), intent).await, "ERROR_CODE_NOT_FOUND");
    let message = caller.message(&format!("{INVENTORY}/ReserveSeat"), &hold).await.expect("an answer");
    assert!(!message.encode_to_vec().is_empty());
    server.drain().await.expect("ends cleanly");
}
