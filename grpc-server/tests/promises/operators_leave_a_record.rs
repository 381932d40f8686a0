//! Claim: every write of an operator leaves a durable entry with who, what, when, why and how it ended, whatever the log level;
//! and a setting that was changed while the server ran is checked, outlives a restart, and can be given back to the file.

use crate::support::House;
use serde_json::{Value, json};
use tacos_server::Server;
use tacos_server::client::Client;

async fn ask(server: &Server, rpc: &str, request: Value) -> Value {
    let client = Client::new(&format!("http://{}", server.addresses[0]), None, None).expect("an address");
    client.call(rpc, &request.to_string()).await.unwrap_or_else(|error| panic!("{rpc}: {error}"))
}

async fn entries(server: &Server, search: &str) -> Vec<Value> {
    let request = json!({ "service": "audit", "search_query": search, "limit": 1_000 });
    let answer = ask(server, "common.v1.AdminService/GetLogs", request).await;
    answer["logs"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn who_did_what_and_why_outlives_a_restart() {
    let house = House::new();
    let server = house.open().await;
    let settings = json!({ "event_id": "made", "name": "Made", "currency": "KRW" });
    let create = json!({ "settings": settings, "idempotency_key": "c" });
    ask(&server, "engine.v1.EngineService/CreateEvent", create.clone()).await;
    // A repeat does nothing, and nothing is written down of it.
    ask(&server, "engine.v1.EngineService/CreateEvent", create).await;
    let open = json!({ "event_id": "made", "reason": "it is time", "idempotency_key": "o" });
    let refused = ask(&server, "engine.v1.EngineService/OpenSale", open).await;
    assert_eq!(refused["error"]["code"], "ERROR_CODE_FAILED_PRECONDITION", "{refused}");
    let cut = json!({
        "action": "EMERGENCY_ACTION_TYPE_CIRCUIT_BREAKER", "parameters": { "target": "webhooks" },
        "reason": "a flood", "confirm": true,
    });
    ask(&server, "common.v1.AdminService/EmergencyAction", cut).await;
    let before = entries(&server, "").await;
    assert_eq!(before.len(), 3, "{before:?}");
    let fields: Vec<&Value> = before.iter().map(|entry| &entry["fields"]).collect();
    assert_eq!(fields[0]["rpc"], "common.v1.AdminService/EmergencyAction", "newest first");
    assert_eq!((&fields[0]["reason"], &fields[0]["outcome"]), (&json!("a flood"), &json!("done")));
    assert_eq!(fields[1]["outcome"], "refused: ERROR_CODE_FAILED_PRECONDITION");
    assert_eq!(fields[1]["reason"], "it is time");
    assert!(
        fields[2]["request"].as_str().is_some_and(|request| request.contains("\"made\"")),
        "{:?}",
        fields[2]
    );
    assert_eq!(entries(&server, "a flood").await.len(), 1);
    server.drain().await.expect("ends cleanly");

    let server = house.open().await;
    assert_eq!(entries(&server, "").await, before, "durable");
    server.drain().await.expect("ends cleanly");
}

async fn set(server: &Server, key: &str, value: &str, apply: bool) -> Value {
    let request =
        json!({ "config_key": key, "config_value": value, "apply_immediately": apply, "reason": "a test" });
    ask(server, "common.v1.AdminService/UpdateConfig", request).await
}

#[tokio::test]
async fn a_setting_is_checked_kept_and_given_back() {
    let mut house = House::new();
    house.settings.limits.user_per_second = 7;
    let server = house.open().await;
    let key = "limits.user_per_second";
    for (key, bad) in [(key, "many"), ("log.level", "tacos=loud")] {
        let refused = set(&server, key, bad, false).await;
        assert_eq!(refused["error"]["code"], "ERROR_CODE_INVALID_ARGUMENT", "{key}: {refused}");
    }
    let tried = set(&server, key, "9", false).await;
    assert_eq!((&tried["oldValue"], &tried["newValue"]), (&json!("7"), &json!("9")));
    assert_eq!(set(&server, key, "8", true).await["oldValue"], "7", "what is only tried changes nothing");
    server.drain().await.expect("ends cleanly");

    let server = house.open().await;
    assert_eq!(set(&server, key, "8", false).await["oldValue"], "8", "it outlives a restart");
    server.drain().await.expect("ends cleanly");
}
