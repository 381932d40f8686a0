//! Claim: a request that comes again with its idempotency key gets the first answer, byte for byte, for every RPC that has a
//! key: at once, when the state of things has moved on, and after a restart. With the key and another value in any field it
//! is a conflict. The RPCs are found in the descriptors of the contract, not in a list that could be incomplete.

mod changes;
mod samples;

use crate::support::House;
use bytes::Bytes;
use prost::Message;
use prost_reflect::{DynamicMessage, MethodDescriptor, Value};
use samples::{Sale, method};
use tacos_proto::common::v1::ErrorCode;
use tacos_server::rpc::{Kind, Rpc};

/// Writes whose requests have no key, and what makes them safe to send twice.
const WITHOUT_KEY: [(Rpc, &str); 15] = [
    (Rpc::UpdateConfig, "sets a value: the same value again changes nothing"),
    (Rpc::TriggerOperation, "an operation that was cut off is resumed, one that ended finds nothing to do"),
    (Rpc::EmergencyAction, "the same action in force is the same action"),
    (Rpc::JoinQueue, "a session has one place"),
    (Rpc::RequestAdmission, "a place has one admission"),
    (Rpc::LeaveQueue, "a place is given up once"),
    (Rpc::ReceivePaymentWebhook, "webhook_id is its key"),
    (Rpc::ReceiveExpiryWebhook, "a hold expires once"),
    (Rpc::RegisterWebhook, "service_name and endpoint_url are its key"),
    (Rpc::SimulateWebhook, "each call is a delivery of its own, as asked"),
    (Rpc::ProcessReservationExpiry, "answers SKIPPED when there is nothing left to do"),
    (Rpc::ProcessPaymentResult, "answers SKIPPED when there is nothing left to do"),
    (Rpc::ProcessCompensation, "answers SKIPPED when there is nothing left to do"),
    (Rpc::ValidateToken, "a read"),
    (Rpc::SendMessage, "a message is sent as often as it is asked for"),
];

fn has_key(method: &MethodDescriptor) -> bool {
    method.input().get_field_by_name("idempotency_key").is_some()
}

/// The code of the error in an answer; `None` for a success.
fn code(method: &MethodDescriptor, answer: &Bytes) -> Option<ErrorCode> {
    let answer = DynamicMessage::decode(method.output(), answer.clone()).expect("an answer");
    if !answer.has_field_by_name("error") {
        return None;
    }
    let error = answer.get_field_by_name("error")?;
    let code = error.as_message()?.get_field_by_name("code")?.as_enum_number()?;
    Some(ErrorCode::try_from(code).expect("a code of the contract"))
}

fn shown(method: &MethodDescriptor, answer: &Bytes) -> String {
    DynamicMessage::decode(method.output(), answer.clone()).expect("an answer").to_string()
}

#[test]
fn every_write_has_a_key_or_a_reason_to_have_none() {
    for rpc in Rpc::ALL {
        let reason = WITHOUT_KEY.iter().find(|(other, _)| other == rpc);
        let keyed = has_key(&method(*rpc));
        assert!(!(keyed && reason.is_some()), "{rpc} has a key: take it out of the list");
        assert!(keyed || rpc.kind() == Kind::Read || reason.is_some(), "{rpc} writes and has no key");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rpc_with_a_key_answers_once() {
    let house = House::new();
    let server = samples::open(&house).await;
    let mut sale = Sale::over(&server).await;
    let mut asked: Vec<(Rpc, Bytes, Bytes)> = Vec::new();
    let (mut fields, keyed) = (0, Rpc::ALL.iter().filter(|rpc| has_key(&method(**rpc))).count());
    for rpc in samples::ORDER {
        let (method, request) = (method(rpc), sale.request(rpc).await);
        let sent = Bytes::from(request.encode_to_vec());
        let first = sale.send(rpc, sent.clone()).await;
        assert_eq!(code(&method, &first), None, "{rpc}: {}", shown(&method, &first));
        let again = sale.send(rpc, sent.clone()).await;
        assert_eq!(again, first, "{rpc}: {}\nfirst: {}", shown(&method, &again), shown(&method, &first));
        for (path, changed) in changes::of(&request) {
            let answer = sale.send(rpc, Bytes::from(changed.encode_to_vec())).await;
            let code = code(&method, &answer);
            if path == "user_id" {
                // A key is scoped by RPC and user: another user's is another key.
                assert_ne!(answer, first, "{rpc}: another user was shown the answer");
                continue;
            }
            let said = shown(&method, &answer);
            assert_eq!(code, Some(ErrorCode::IdempotencyConflict), "{rpc}: {path} was changed: {said}");
            fields += 1;
        }
        asked.push((rpc, sent, first));
    }
    assert_eq!(asked.len(), keyed, "every RPC with a key was asked");
    // Much has happened since the first of them: each still gets its first answer.
    for (rpc, sent, first) in &asked {
        let again = sale.send(*rpc, sent.clone()).await;
        assert_eq!(again, first, "{rpc} later: {}", shown(&method(*rpc), &again));
    }
    println!("{keyed} RPCs, {fields} changed fields");
    server.drain().await.expect("ends cleanly");

    let server = house.open().await;
    let sale = Sale::over(&server).await;
    for (rpc, sent, first) in &asked {
        let method = method(*rpc);
        let again = sale.send(*rpc, sent.clone()).await;
        assert_eq!(again, first, "{rpc} after a restart: {}", shown(&method, &again));
        let mut request = DynamicMessage::decode(method.input(), sent.clone()).expect("what was sent");
        let (path, changed) =
            changes::of(&request).into_iter().find(|(path, _)| path != "user_id").expect("a field");
        let answer = sale.send(*rpc, Bytes::from(changed.encode_to_vec())).await;
        assert_eq!(
            code(&method, &answer),
            Some(ErrorCode::IdempotencyConflict),
            "{rpc}: {path}, after a restart"
        );
        request.set_field_by_name("idempotency_key", Value::String("never used before".to_owned()));
        let fresh = sale.send(*rpc, Bytes::from(request.encode_to_vec())).await;
        assert_ne!(code(&method, &fresh), Some(ErrorCode::IdempotencyConflict), "{rpc}: a fresh key");
    }
    server.drain().await.expect("ends cleanly");
}

/// Maps have no order: entries sent in another order are the same request, however often it is sent.
#[tokio::test]
async fn maps_compare_without_order() {
    let house = House::new();
    let server = samples::open(&house).await;
    let mut sale = Sale::over(&server).await;
    let rpc = Rpc::CreatePaymentIntent;
    let plain = sale.request(rpc).await.encode_to_vec();
    let entry = |key: &str, value: &str| {
        let field = |number: u8, bytes: &[u8]| {
            let mut out = vec![number << 3 | 2, u8::try_from(bytes.len()).expect("short")];
            out.extend_from_slice(bytes);
            out
        };
        let entry = [field(1, key.as_bytes()), field(2, value.as_bytes())].concat();
        field(samples::PAYMENT_METADATA, &field(samples::PAYMENT_METADATA_TAGS, &entry))
    };
    let tags = [entry("a", "1"), entry("b", "2"), entry("c", "3"), entry("d", "4")];
    let first = sale.send(rpc, [plain.clone(), tags.concat()].concat().into()).await;
    assert_eq!(code(&method(rpc), &first), None, "{}", shown(&method(rpc), &first));
    for turn in 0..4 {
        let mut turned = tags.clone();
        turned.rotate_left(turn);
        turned.reverse();
        let again = sale.send(rpc, [plain.clone(), turned.concat()].concat().into()).await;
        assert_eq!(again, first, "{}", shown(&method(rpc), &again));
    }
    let other = [plain, tags[..3].concat(), entry("d", "5")].concat();
    let other = sale.send(rpc, other.into()).await;
    assert_eq!(code(&method(rpc), &other), Some(ErrorCode::IdempotencyConflict));
    server.drain().await.expect("ends cleanly");
}

/// What is returned is the first answer, not the present state; a fresh key is told the present state.
#[tokio::test]
async fn a_payment_that_went_on_is_answered_as_at_first() {
    let house = House::new();
    let server = samples::open(&house).await;
    let sale = Sale::over(&server).await;
    let (reservation, payment) = sale.unanswered_payment("kim").await;
    let ask = |key: &str| {
        samples::encoded(
            Rpc::ProcessPayment,
            serde_json::json!({ "payment_intent_id": payment, "idempotency_key": key }),
        )
    };
    let first = sale.send(Rpc::ProcessPayment, ask("k")).await;
    let said = shown(&method(Rpc::ProcessPayment), &first);
    assert!(said.contains("PAYMENT_STATUS_PROCESSING"), "{said}");
    let done = serde_json::json!({
        "payment_intent_id": payment, "reservation_id": reservation, "result_type": "PAYMENT_RESULT_TYPE_APPROVED",
    });
    let done = sale.send(Rpc::ProcessPaymentResult, samples::encoded(Rpc::ProcessPaymentResult, done)).await;
    assert_eq!(code(&method(Rpc::ProcessPaymentResult), &done), None);
    assert_eq!(sale.send(Rpc::ProcessPayment, ask("k")).await, first, "the first answer");
    let fresh = sale.send(Rpc::ProcessPayment, ask("fresh")).await;
    let said = shown(&method(Rpc::ProcessPayment), &fresh);
    assert!(said.contains("PAYMENT_STATUS_COMPLETED"), "{said}");
    assert_eq!(sale.send(Rpc::ProcessPayment, ask("fresh")).await, fresh);
    server.drain().await.expect("ends cleanly");
}

/// Repeats that arrive while the first is on its way wait for it: one acts, all get its answer.
#[tokio::test(flavor = "multi_thread")]
async fn duplicates_in_flight_get_one_answer() {
    let house = House::new();
    let server = samples::open(&house).await;
    let mut sale = Sale::over(&server).await;
    for rpc in [Rpc::CreateEvent, Rpc::TakeBackup, Rpc::CreateReservation] {
        let sent = Bytes::from(sale.request(rpc).await.encode_to_vec());
        let all = (0..8).map(|_| {
            let (sale, sent) = (sale.clone(), sent.clone());
            tokio::spawn(async move { sale.send(rpc, sent).await })
        });
        let mut answers = Vec::new();
        for one in all.collect::<Vec<_>>() {
            answers.push(one.await.expect("an answer"));
        }
        assert_eq!(code(&method(rpc), &answers[0]), None, "{rpc}: {}", shown(&method(rpc), &answers[0]));
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{rpc}");
    }
    server.drain().await.expect("ends cleanly");
}
