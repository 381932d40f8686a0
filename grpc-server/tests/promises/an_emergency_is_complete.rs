//! Claim: an emergency action is written down first, is complete after a crash, holds for events that are made later,
//! and can be undone; asked for again it is the same action with the whole count; and nothing of it is lost when its
//! caller goes away.

use crate::support::{EVENT, House, open_sale};
use serde_json::{Value, json};
use tacos_engine::{Engine, EventId, ExternalId, JoinQueue, Note, QueuePolicy, SessionId};
use tacos_server::Server;
use tacos_server::client::Client;

fn event(name: &str) -> EventId {
    EventId::new(name).expect("valid")
}

async fn ask(server: &Server, rpc: &str, request: Value) -> Value {
    let client = Client::new(&format!("http://{}", server.addresses[0]), None, None).expect("an address");
    client.call(rpc, &request.to_string()).await.unwrap_or_else(|error| panic!("{rpc}: {error}"))
}

async fn take(server: &Server, action: &str, parameters: Value) -> Value {
    let request = json!({
        "action": format!("EMERGENCY_ACTION_TYPE_{action}"), "parameters": parameters, "reason": "a test", "confirm": true,
    });
    ask(server, "common.v1.AdminService/EmergencyAction", request).await
}

async fn undo(server: &Server, id: &str) -> Value {
    let request = json!({ "action_id": id, "reason": "over", "confirm": true, "idempotency_key": format!("undo-{id}") });
    ask(server, "engine.v1.EngineService/UndoEmergencyAction", request).await
}

async fn paused(server: &Server, name: &str) -> bool {
    let policy = ask(server, "engine.v1.EngineService/GetQueuePolicy", json!({ "event_id": name })).await;
    policy["paused"].as_bool().unwrap_or(false)
}

#[tokio::test]
async fn stopped_admissions_stay_stopped_for_events_made_later() {
    let house = House::new();
    let server = house.open_with(|engine| open_sale(engine, "own-pause", Some(QueuePolicy::default()))).await;
    let pause = json!({ "event_id": "own-pause", "reason": "a test", "idempotency_key": "p" });
    ask(&server, "engine.v1.EngineService/PauseQueue", pause).await;
    let stopped = take(&server, "STOP_ADMISSIONS", json!({})).await;
    let again = take(&server, "STOP_ADMISSIONS", json!({})).await;
    assert_eq!(again, stopped, "the same action, and the same answer");
    assert!(paused(&server, EVENT).await);

    let settings =
        json!({ "event_id": "later", "name": "Later", "currency": "KRW", "queue_policy": { "burst": 5 } });
    let create = json!({ "settings": settings, "idempotency_key": "c" });
    assert_eq!(ask(&server, "engine.v1.EngineService/CreateEvent", create).await["error"], Value::Null);
    let map = json!({ "sections": [{
        "section_id": "pit", "general_admission_capacity": 5, "price": { "amount": 10, "currency": "KRW" },
    }] });
    let import = json!({ "event_id": "later", "seat_map": map, "idempotency_key": "i" });
    let imported = ask(&server, "engine.v1.EngineService/ImportSeatMap", import).await;
    assert_eq!(imported["error"], Value::Null, "{imported}");
    assert!(paused(&server, "later").await, "an event made later is stopped too");
    let resume = json!({ "event_id": "later", "reason": "a test", "idempotency_key": "r" });
    let refused = ask(&server, "engine.v1.EngineService/ResumeQueue", resume).await;
    assert_eq!(refused["error"]["code"], "ERROR_CODE_FAILED_PRECONDITION", "{refused}");

    let id = stopped["actionId"].as_str().expect("an id");
    let undone = undo(&server, id).await;
    assert_eq!(undone["result"], "2 lines let people in again", "{undone}");
    assert!(!paused(&server, EVENT).await && !paused(&server, "later").await);
    assert!(paused(&server, "own-pause").await, "what an operator had paused stays paused");
    server.drain().await.expect("ends cleanly");
}

/// What a crash right after the action was written down leaves: an action in force and lines that let people in.
fn crashed(engine: &Engine) {
    let action = json!({
        "id": "em_crashed", "action": 1, "parameters": {}, "reason": "a test", "taken_by": "kim", "taken_at_ms": 1,
        "undone": null,
    });
    let name = ExternalId::new("emergency.em_crashed").expect("valid");
    let value = Some(serde_json::to_vec(&action).expect("JSON"));
    engine.note(Note::new(name, value)).wait().expect("kept");
}

#[tokio::test]
async fn an_action_that_a_crash_cut_off_is_completed_and_can_be_undone() {
    let house = House::new();
    let server = house.open_with(crashed).await;
    // The same action asked for again is complete at once; the server by itself completes it within its next look.
    let again = take(&server, "STOP_ADMISSIONS", json!({})).await;
    assert_eq!(again["actionId"], "em_crashed");
    assert_eq!(again["result"], "admissions of 1 lines are stopped");
    assert!(paused(&server, EVENT).await);
    assert_eq!(undo(&server, "em_crashed").await["result"], "1 lines let people in again");
    assert!(!paused(&server, EVENT).await);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn two_actions_that_stop_one_line_are_undone_one_by_one() {
    let house = House::new();
    let server = house.open().await;
    let of_one = take(&server, "STOP_ADMISSIONS", json!({ "event_id": EVENT })).await;
    let of_all = take(&server, "STOP_ADMISSIONS", json!({})).await;
    undo(&server, of_one["actionId"].as_str().expect("an id")).await;
    assert!(paused(&server, EVENT).await, "the other one holds");
    undo(&server, of_all["actionId"].as_str().expect("an id")).await;
    assert!(!paused(&server, EVENT).await);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn cancelled_reservations_are_counted_once_however_often_it_is_asked() {
    let house = House::new();
    let server = house.open_with(|engine| open_sale(engine, "hall", None)).await;
    for number in 0..30 {
        let reserve = json!({
            "event_id": "hall", "quantity": 1, "section": "pit", "user_id": format!("user-{number}"),
            "idempotency_key": format!("k-{number}"),
        });
        let held = ask(&server, "reservation.v1.ReservationService/CreateReservation", reserve).await;
        assert_eq!(held["error"], Value::Null, "{held}");
    }
    let parameters = json!({ "event_id": "hall" });
    let (first, twin) = tokio::join!(
        take(&server, "CANCEL_RESERVATIONS", parameters.clone()),
        take(&server, "CANCEL_RESERVATIONS", parameters.clone())
    );
    assert_eq!(first, twin);
    let said = first["result"].as_str().expect("a result");
    assert!(said.starts_with("30 reservations were cancelled"), "{said}");
    assert_eq!(take(&server, "CANCEL_RESERVATIONS", parameters).await, first);
    let listed = ask(&server, "engine.v1.EngineService/ListEmergencyActions", json!({})).await;
    assert_eq!(listed["actions"].as_array().map(Vec::len), Some(1), "{listed}");
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn a_drained_line_is_counted_once_however_often_it_is_asked() {
    let house = House::new();
    let people = |engine: &Engine| {
        let policy = QueuePolicy::default().with_inside_max(1);
        open_sale(engine, "queue", Some(policy));
        for number in 0..700 {
            let session = SessionId::new(&format!("s-{number}")).expect("valid");
            let join = JoinQueue::new(event("queue")).with_session(session);
            engine.join_queue(join).wait().expect("a place");
        }
    };
    let server = house.open_with(people).await;
    let drain = json!({
        "operation": "OPERATION_TYPE_DRAIN_QUEUE", "parameters": { "event_id": "queue" }, "reason": "a test",
    });
    let (first, twin) = tokio::join!(
        ask(&server, "common.v1.AdminService/TriggerOperation", drain.clone()),
        ask(&server, "common.v1.AdminService/TriggerOperation", drain)
    );
    assert_eq!(first["result"], "700 people were put out of the line", "{first}");
    assert_eq!((&twin["operationId"], &twin["result"]), (&first["operationId"], &first["result"]));
    server.drain().await.expect("ends cleanly");
}
