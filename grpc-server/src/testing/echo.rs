//! What was asked for is what is kept: requests whose values come back in an answer or in a later read.

use prost::Message;
use prost_reflect::{DynamicMessage, Value};

use super::wire_fixture::{WireFixture, method};
use crate::rpc::Rpc;

/// Compares what an RPC that succeeded was asked with what the server says of it now.
pub(super) fn check(fixture: &WireFixture, rpc: Rpc, asked: &DynamicMessage, answer: &DynamicMessage) {
    match rpc {
        Rpc::CreateEvent => {
            let event = field(answer, "event");
            within(
                rpc,
                &field(asked, "settings"),
                &field(event.as_message().expect("a message"), "settings"),
            );
        }
        Rpc::SetQueuePolicy if asked.has_field_by_name("policy") => {
            let kept = ask(fixture, Rpc::GetQueuePolicy, &[("event_id", field(asked, "event_id"))]);
            within(rpc, &field(asked, "policy"), &field(&kept, "policy"));
        }
        Rpc::CreateReservation | Rpc::GatewayCreateReservation | Rpc::ReserveSeat => {
            let (mut wanted, mut held) = (texts(asked, "seat_ids"), ids(&field(answer, "reserved_seats")));
            // Places of a standing area are numbered within the reservation.
            held.iter_mut().for_each(|id| id.truncate(id.find('#').unwrap_or(id.len())));
            wanted.sort();
            held.sort();
            assert!(wanted.is_empty() || wanted == held, "{rpc}: {asked} and {answer}");
        }
        Rpc::CreatePaymentIntent | Rpc::GatewayCreatePaymentIntent => {
            let id = ("payment_intent_id", field(answer, "payment_intent_id"));
            let shown = ask(fixture, Rpc::GetPaymentStatus, &[id, ("user_id", field(asked, "user_id"))]);
            let payment = field(&shown, "payment");
            let payment = payment.as_message().expect("a message");
            for name in ["amount", "reservation_id"] {
                assert_eq!(field(payment, name), field(asked, name), "{rpc}: {name}");
            }
        }
        Rpc::ImportSeatMap if !field(asked, "dry_run").as_bool().unwrap_or(false) => {
            let map = ask(fixture, Rpc::GetSeatMap, &[("event_id", field(asked, "event_id"))]);
            let seats = field(answer, "seats").as_i32().unwrap_or(0);
            let shown = ids(&Value::List(entries(&field(&map, "seats")))).len();
            // A page has a thousand.
            assert_eq!(shown, usize::try_from(seats).unwrap_or(0).min(1_000), "{rpc}: {answer}");
        }
        _ => {}
    }
}

fn field(message: &DynamicMessage, name: &str) -> Value {
    message.get_field_by_name(name).expect("a field of the contract").into_owned()
}

/// Asks what the server says now; it must answer.
fn ask(fixture: &WireFixture, rpc: Rpc, fields: &[(&str, Value)]) -> DynamicMessage {
    let method = method(rpc);
    let mut request = DynamicMessage::new(method.input());
    for (name, value) in fields {
        request.set_field_by_name(name, value.clone());
    }
    let ended = fixture.send(rpc, &method, &request.encode_to_vec());
    let [answer] = <[DynamicMessage; 1]>::try_from(ended.messages).expect("one answer");
    assert!(!answer.has_field_by_name("error"), "{rpc} {request}: {answer}");
    answer
}

/// Every value that was given is there.
fn within(rpc: Rpc, asked: &Value, kept: &Value) {
    let (Value::Message(asked), Value::Message(kept)) = (asked, kept) else {
        assert_eq!(asked, kept, "{rpc}");
        return;
    };
    for (field, value) in asked.fields() {
        let now = kept.get_field(&field);
        if field.name() == "nanos" {
            // Moments are kept to the millisecond.
            let ms = |value: &Value| value.as_i32().unwrap_or(0) / 1_000_000;
            assert_eq!(ms(value), ms(&now), "{rpc}: {}", field.full_name());
        } else {
            within(rpc, value, &now);
        }
    }
}

fn texts(message: &DynamicMessage, name: &str) -> Vec<String> {
    let list = field(message, name);
    list.as_list().unwrap_or_default().iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// The ids of a list of seats.
fn ids(seats: &Value) -> Vec<String> {
    let id = |seat: &Value| field(seat.as_message()?, "id").as_str().map(str::to_owned);
    seats.as_list().unwrap_or_default().iter().filter_map(id).collect()
}

/// The seats within the entries of a map.
fn entries(list: &Value) -> Vec<Value> {
    let seat = |entry: &Value| entry.as_message().map(|entry| field(entry, "seat"));
    list.as_list().unwrap_or_default().iter().filter_map(seat).collect()
}
