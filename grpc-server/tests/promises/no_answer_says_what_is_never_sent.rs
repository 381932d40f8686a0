//! Claim: no answer of any RPC has an enum value that the contract calls "never sent", whatever was refused and why.
//! The contract's own comments are read from the `.proto` files; RPCs, requests and answers are walked by reflection.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::json_calls::{Caller, messages, text};
use crate::support::{EVENT, House, admitted, channel};
use jsonwebtoken::{EncodingKey, Header, encode};
use prost_reflect::{DynamicMessage, Kind, ReflectMessage, Value as Field};
use serde_json::{Value, json};
use tacos_server::rpc::Rpc;
use tacos_server::settings::Key;

const SECRET: &str = "a secret of more than thirty-two bytes, for tests";

/// Enums that are the state of a thing. An answer to a refused call tells of no such thing: there its own field is
/// absent.
const STATES: [&str; 6] = [
    "reservation.v1.ReservationStatus",
    "payment.v1.PaymentStatus",
    "reservation.v1.HoldStatus",
    "common.v1.SystemHealthStatus",
    "reservation.v1.WorkerStatus",
    "engine.v1.Durability",
];

/// Numbers that the contract calls never sent, by enum.
type Never = BTreeMap<String, BTreeSet<i32>>;

fn never_sent() -> Never {
    let mut never = Never::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../proto");
    for package in ["common", "engine", "gateway", "payment", "reservation"] {
        for entry in std::fs::read_dir(folder.join(package).join("v1")).expect("the contract") {
            read_comments(&std::fs::read_to_string(entry.expect("a file").path()).expect("text"), &mut never);
        }
    }
    assert!(never.values().map(BTreeSet::len).sum::<usize>() >= 24, "too few were found: {never:?}");
    never
}

fn read_comments(file: &str, never: &mut Never) {
    let (mut package, mut inside, mut comment) = ("", "", String::new());
    for line in file.lines().map(str::trim) {
        if let Some(said) = line.strip_prefix("//") {
            comment.push_str(said);
            continue;
        }
        if let Some(name) = line.strip_prefix("package ") {
            package = name.trim_end_matches(';');
        } else if let Some(name) = line.strip_prefix("enum ") {
            inside = name.trim_end_matches(" {");
        } else if line == "}" {
            inside = "";
        } else if let Some((_, number)) = line.split_once(" = ").filter(|_| !inside.is_empty())
            && comment.to_lowercase().contains("never sent")
        {
            let number = number.trim_end_matches(';').parse().expect("a number");
            never.entry(format!("{package}.{inside}")).or_default().insert(number);
        }
        comment.clear();
    }
}

/// Looks at every enum of an answer, however deep.
fn judge(never: &Never, rpc: &str, answer: &DynamicMessage, wrong: &mut BTreeSet<String>) {
    let refused =
        answer.descriptor().get_field_by_name("error").is_some_and(|field| answer.has_field(&field));
    look(never, rpc, answer, refused, wrong);
}

fn look(never: &Never, path: &str, message: &DynamicMessage, refused: bool, wrong: &mut BTreeSet<String>) {
    for field in message.descriptor().fields() {
        if field.supports_presence() && !message.has_field(&field) {
            continue;
        }
        let path = format!("{path} {}", field.name());
        let value = message.get_field(&field);
        match value.as_ref() {
            Field::Message(inner) => look(never, &path, inner, false, wrong),
            Field::List(items) => {
                for item in items {
                    each(never, &path, &field.kind(), item, wrong);
                }
            }
            Field::Map(items) => {
                let Kind::Message(entry) = field.kind() else { panic!("a map has entries") };
                let kind = entry.map_entry_value_field().kind();
                for item in items.values() {
                    each(never, &path, &kind, item, wrong);
                }
            }
            Field::EnumNumber(number) => {
                let Kind::Enum(kind) = field.kind() else { panic!("an enum has an enum") };
                let stateless = refused && *number == 0 && STATES.contains(&kind.full_name());
                if !stateless {
                    one(never, &path, kind.full_name(), *number, wrong);
                }
            }
            _ => {}
        }
    }
}

fn each(never: &Never, path: &str, kind: &Kind, item: &Field, wrong: &mut BTreeSet<String>) {
    match (kind, item) {
        (_, Field::Message(inner)) => look(never, path, inner, false, wrong),
        (Kind::Enum(kind), Field::EnumNumber(number)) => one(never, path, kind.full_name(), *number, wrong),
        _ => {}
    }
}

fn one(never: &Never, path: &str, kind: &str, number: i32, wrong: &mut BTreeSet<String>) {
    if never.get(kind).is_some_and(|never| never.contains(&number)) {
        wrong.insert(format!("{path}: {kind} {number}"));
    }
}

/// Requests that are wrong in different ways: nothing at all, and every text field filled with the same text.
fn wrong_requests(rpc: &str) -> Vec<Value> {
    let (input, _) = messages(rpc);
    let mut requests = vec![json!({})];
    for word in ["x", "pay_none", "evt_none", EVENT, "theirs"] {
        let texts = input.fields().filter(|field| !field.is_list() && matches!(field.kind(), Kind::String));
        let filled = texts.map(|field| (field.name().to_owned(), json!(word)));
        requests.push(Value::Object(filled.collect()));
    }
    requests
}

fn token(roles: &[&str]) -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let claims = json!({ "sub": "kim", "exp": since.as_secs() + 600, "roles": roles });
    encode(&Header::default(), &claims, &EncodingKey::from_secret(SECRET.as_bytes())).expect("signed")
}

/// A server with keys, so that the door refuses too.
fn house() -> House {
    let mut house = House::new();
    let file = house.folder.path().join("key");
    std::fs::write(&file, SECRET).expect("written");
    house.settings.auth.keys.insert("main".into(), Key { algorithm: "HS256".into(), file });
    house
}

/// RPCs that a walk must not do to its own server.
fn spared(rpc: Rpc) -> bool {
    matches!(rpc, Rpc::Run | Rpc::WatchFeed | Rpc::StreamQueueUpdates | Rpc::StreamSeatBoard)
        || matches!(rpc, Rpc::StreamReservationUpdates | Rpc::StreamPaymentUpdates)
}

#[tokio::test]
async fn refusals_of_every_rpc_by_door_handler_and_maintenance() {
    let (never, house) = (never_sent(), house());
    let server = house.open().await;
    let channel = channel(&server).await;
    let callers = [
        Caller::new(&channel),
        Caller::with(&channel, token(&[])),
        Caller::with(&channel, token(&["service"])),
        Caller::with(&channel, token(&["admin"])),
    ];
    let (mut wrong, mut asked, mut refused) = (BTreeSet::new(), 0, 0);
    for maintenance in [false, true] {
        if maintenance {
            let stop = json!({ "action": "EMERGENCY_ACTION_TYPE_MAINTENANCE_MODE", "reason": "a test", "confirm": true });
            callers[3].done("common.v1.AdminService/EmergencyAction", stop).await;
        }
        for rpc in Rpc::ALL.iter().copied().filter(|rpc| !spared(*rpc)) {
            let name = rpc.to_string();
            for caller in &callers {
                for request in wrong_requests(&name) {
                    let answer = caller.message(&name, &request).await.expect("an answer");
                    asked += 1;
                    let error = answer.descriptor().get_field_by_name("error").expect("every answer has one");
                    refused += usize::from(answer.has_field(&error));
                    judge(&never, &name, &answer, &mut wrong);
                }
            }
        }
    }
    assert!(refused > 1_000, "only {refused} of {asked} calls were refused");
    assert!(wrong.is_empty(), "{wrong:#?}");
    println!("{asked} calls, {refused} refused");
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn what_is_refused_for_its_state_says_so_in_its_status() {
    let (never, house) = (never_sent(), House::new());
    let server = house.open().await;
    let channel = channel(&server).await;
    let caller = Caller::new(&channel);
    let mut wrong = BTreeSet::new();
    let hold = |id: &str, seat: &str| json!({ "reservation_id": id, "event_id": EVENT, "seat_ids": [seat], "user_id": "kim", "idempotency_key": id });
    for (id, seat) in [("sold", "A-1"), ("freed", "A-2"), ("held", "A-3")] {
        caller.done("reservation.v1.InventoryService/ReserveSeat", hold(id, seat)).await;
    }
    let commit = |id: &str, payment: &str, seats: &[&str]| json!({ "reservation_id": id, "payment_intent_id": payment, "seat_ids": seats, "user_id": "kim", "idempotency_key": format!("{id}-{payment}-{}", seats.len()) });
    let release = |id: &str| json!({ "reservation_id": id, "idempotency_key": format!("release-{id}") });
    let result = |id: &str, payment: &str, kind: &str| json!({ "reservation_id": id, "payment_intent_id": payment, "result_type": format!("PAYMENT_RESULT_TYPE_{kind}") });
    let compensation = |id: &str, kind: &str| json!({ "reservation_id": id, "compensation_type": format!("COMPENSATION_TYPE_{kind}") });
    let token = admitted(&channel, "kim").await;
    let create = json!({ "event_id": EVENT, "seat_ids": ["B-1"], "user_id": "kim", "reservation_token": token, "idempotency_key": "create" });
    caller.done("reservation.v1.ReservationService/CreateReservation", create).await;
    let steps = [
        ("InventoryService/CommitReservation", commit("sold", "elsewhere", &[]), "COMMIT_STATUS_SUCCESS"),
        ("InventoryService/ReleaseHold", release("freed"), "RELEASE_STATUS_SUCCESS"),
        ("InventoryService/ReleaseHold", release("sold"), "RELEASE_STATUS_FAILED"),
        ("InventoryService/ReleaseHold", release("none"), "RELEASE_STATUS_NOT_FOUND"),
        (
            "InventoryService/ReleaseHold",
            json!({ "reservation_id": "freed", "idempotency_key": "again" }),
            "RELEASE_STATUS_ALREADY_RELEASED",
        ),
        ("InventoryService/ReleaseHold", json!({ "reservation_id": "held" }), "RELEASE_STATUS_FAILED"),
        (
            "InventoryService/CommitReservation",
            commit("freed", "elsewhere", &[]),
            "COMMIT_STATUS_FAILED_REFUSED",
        ),
        (
            "InventoryService/CommitReservation",
            commit("none", "elsewhere", &[]),
            "COMMIT_STATUS_FAILED_REFUSED",
        ),
        (
            "InventoryService/CommitReservation",
            json!({ "reservation_id": "held", "user_id": "kim" }),
            "COMMIT_STATUS_FAILED_REFUSED",
        ),
        (
            "InventoryService/CommitReservation",
            commit("held", "elsewhere", &["A-4"]),
            "COMMIT_STATUS_FAILED_CONFLICT",
        ),
        (
            "InventoryService/CommitReservation",
            commit("held", "pay_00000000000000000000000000", &[]),
            "COMMIT_STATUS_FAILED_PAYMENT",
        ),
        (
            "InventoryService/CommitReservation",
            commit("held", "pay_mistyped", &[]),
            "COMMIT_STATUS_FAILED_PAYMENT",
        ),
        (
            "WorkerService/ProcessReservationExpiry",
            json!({ "reservation_id": "none" }),
            "PROCESSING_STATUS_FAILED",
        ),
        (
            "WorkerService/ProcessReservationExpiry",
            json!({ "reservation_id": "held" }),
            "PROCESSING_STATUS_RETRY",
        ),
        (
            "WorkerService/ProcessReservationExpiry",
            json!({ "reservation_id": "held", "retry_count": 6 }),
            "PROCESSING_STATUS_DLQ",
        ),
        (
            "WorkerService/ProcessReservationExpiry",
            json!({ "reservation_id": "sold" }),
            "PROCESSING_STATUS_FAILED",
        ),
        (
            "WorkerService/ProcessReservationExpiry",
            json!({ "reservation_id": "freed" }),
            "PROCESSING_STATUS_SKIPPED",
        ),
        (
            "WorkerService/ProcessReservationExpiry",
            json!({ "reservation_id": "held", "quantity": 9 }),
            "PROCESSING_STATUS_FAILED",
        ),
        (
            "WorkerService/ProcessPaymentResult",
            result("none", "elsewhere", "APPROVED"),
            "PROCESSING_STATUS_FAILED",
        ),
        (
            "WorkerService/ProcessPaymentResult",
            result("held", "elsewhere", "UNSPECIFIED"),
            "PROCESSING_STATUS_FAILED",
        ),
        (
            "WorkerService/ProcessPaymentResult",
            result("held", "pay_mistyped", "APPROVED"),
            "PROCESSING_STATUS_FAILED",
        ),
        (
            "WorkerService/ProcessPaymentResult",
            result("held", "elsewhere", "TIMEOUT"),
            "PROCESSING_STATUS_RETRY",
        ),
        (
            "WorkerService/ProcessPaymentResult",
            result("held", "elsewhere", "APPROVED"),
            "PROCESSING_STATUS_SUCCESS",
        ),
        (
            "WorkerService/ProcessPaymentResult",
            result("held", "elsewhere", "APPROVED"),
            "PROCESSING_STATUS_SKIPPED",
        ),
        (
            "WorkerService/ProcessPaymentResult",
            result("held", "elsewhere", "FAILED"),
            "PROCESSING_STATUS_FAILED",
        ),
        (
            "WorkerService/ProcessPaymentResult",
            result("freed", "elsewhere", "CANCELLED"),
            "PROCESSING_STATUS_SKIPPED",
        ),
        (
            "WorkerService/ProcessCompensation",
            compensation("none", "RELEASE_SEATS"),
            "PROCESSING_STATUS_FAILED",
        ),
        (
            "WorkerService/ProcessCompensation",
            compensation("none", "CLEANUP_ORPHANED"),
            "PROCESSING_STATUS_SKIPPED",
        ),
        (
            "WorkerService/ProcessCompensation",
            compensation("sold", "CANCEL_RESERVATION"),
            "PROCESSING_STATUS_FAILED",
        ),
        (
            "WorkerService/ProcessCompensation",
            compensation("freed", "RELEASE_SEATS"),
            "PROCESSING_STATUS_SKIPPED",
        ),
        (
            "WorkerService/ProcessCompensation",
            compensation("sold", "REFUND_PAYMENT"),
            "PROCESSING_STATUS_SKIPPED",
        ),
    ];
    for (rpc, asked, wanted) in steps {
        let rpc = format!("reservation.v1.{rpc}");
        let answer = caller.message(&rpc, &asked).await.expect("an answer");
        judge(&never, &rpc, &answer, &mut wrong);
        let answer = serde_json::to_value(&answer).expect("JSON");
        assert_eq!(text(&answer, "status"), wanted, "{rpc} {asked}: {answer}");
    }
    let queue = [
        ("GetQueueStatus", json!({ "waiting_token": "wtkn_none" }), "status", "QUEUE_STATUS_ERROR"),
        (
            "JoinQueue",
            json!({ "event_id": "evt_none", "user_id": "kim", "session_id": "s" }),
            "status",
            "QUEUE_STATUS_ERROR",
        ),
        (
            "RequestAdmission",
            json!({ "waiting_token": "wtkn_none" }),
            "admission",
            "ADMISSION_STATUS_INVALID",
        ),
        ("RequestAdmission", json!({}), "admission", "ADMISSION_STATUS_INVALID"),
    ];
    for (method, asked, field, wanted) in queue {
        let answer = caller.ask(&format!("gateway.v1.QueueService/{method}"), asked).await;
        assert_eq!(text(&answer, field), wanted, "{answer}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    server.drain().await.expect("ends cleanly");
}
