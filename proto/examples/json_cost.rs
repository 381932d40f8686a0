//! What the JSON codec costs beside prost-reflect, which does the same by dynamic messages: a CreateReservation of two
//! seats in, its answer out. Both by turns, the best of many rounds.
//!
//! `cargo run --release -p tacos-proto --features testing --example json_cost` for times; for instructions, which other
//! programs do not disturb, one thing alone under valgrind:
//! `valgrind --tool=callgrind --toggle-collect='*measured*' json_cost read ours`, and divide by 1,000.
#![allow(clippy::print_stdout, reason = "prints what it measured")]

use std::hint::black_box;
use std::time::Instant;

use prost_reflect::{
    DescriptorPool, DeserializeOptions, DynamicMessage, MessageDescriptor, SerializeOptions,
};
use tacos_proto::common::v1::{Money, Seat};
use tacos_proto::gateway::v1::CreateReservationResponse;
use tacos_proto::json::{Codec, MessageId, Unknown};
use tacos_proto::prost::Message;
use tacos_proto::prost_types::Timestamp;
use tacos_proto::reservation::v1::ReservationStatus;

const TIMES: u32 = 1_000;
const ROUNDS: u32 = 200;
const ASKED: &[u8] =
    br#"{"event_id":"evt_2025_1001","seat_ids":["A-12","A-13"],"quantity":2,"user_id":"user-4711",
"reservation_token":"rt_01J9ZV6S6K5N8Q2W","idempotency_key":"0b6e0f5e-6a53-4f7a-9d0c-2f0f6f9a8f11"}"#;

fn answer() -> Vec<u8> {
    let moment = |seconds| Some(Timestamp { seconds, nanos: 250_000_000 });
    let money = |amount| Some(Money { amount, currency: "KRW".to_owned() });
    let seat = |id: &str| Seat {
        id: id.to_owned(),
        section: "R".to_owned(),
        row: "A".to_owned(),
        number: "12".to_owned(),
        price: money(120_000),
        ..Default::default()
    };
    let answer = CreateReservationResponse {
        reservation_id: "rsv_01J9ZV6S6K5N8Q2WXY".to_owned(),
        status: ReservationStatus::Pending.into(),
        hold_expires_at: moment(1_896_080_460),
        reserved_seats: vec![seat("A-12"), seat("A-13")],
        total_amount: money(240_000),
        ..Default::default()
    };
    answer.encode_to_vec()
}

/// What callgrind looks for. Nothing but the operation happens in here.
#[inline(never)]
fn measured(operation: &mut dyn FnMut()) {
    for _ in 0..TIMES {
        operation();
    }
    black_box(());
}

fn message(pool: &DescriptorPool, name: &str) -> (MessageId, MessageDescriptor) {
    let ours = Codec::contract().message(name).expect("of the contract");
    (ours, pool.get_message_by_name(name).expect("of the contract"))
}

fn main() {
    let pool = DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET).expect("our own descriptors");
    let (asked, asked_theirs) = message(&pool, "gateway.v1.CreateReservationRequest");
    let (answered, answered_theirs) = message(&pool, "gateway.v1.CreateReservationResponse");
    let (codec, answer) = (Codec::contract(), answer());
    let mut out = Vec::new();
    let mut read_ours = || {
        out.clear();
        codec.to_bytes(asked, black_box(ASKED), Unknown::Refuse, &mut out).expect("accepted");
    };
    let mut theirs_out = Vec::new();
    let mut read_theirs = || {
        let mut source = serde_json::Deserializer::from_slice(black_box(ASKED));
        let options = DeserializeOptions::new();
        let message = DynamicMessage::deserialize_with_options(asked_theirs.clone(), &mut source, &options)
            .expect("accepted");
        source.end().expect("accepted");
        theirs_out.clear();
        message.encode(&mut theirs_out).expect("a vector grows");
    };
    let mut json = Vec::new();
    let mut write_ours = || {
        json.clear();
        codec.to_json(answered, black_box(&answer), &mut json).expect("written");
    };
    let mut theirs_json = Vec::new();
    let mut write_theirs = || {
        let message =
            DynamicMessage::decode(answered_theirs.clone(), black_box(answer.as_slice())).expect("ours");
        theirs_json.clear();
        let options = SerializeOptions::new().use_proto_field_name(true).skip_default_fields(false);
        let mut to = serde_json::Serializer::new(&mut theirs_json);
        message.serialize_with_options(&mut to, &options).expect("written");
    };
    let mut operations: [(&str, &str, &mut dyn FnMut()); 4] = [
        ("read", "ours", &mut read_ours),
        ("read", "theirs", &mut read_theirs),
        ("write", "ours", &mut write_ours),
        ("write", "theirs", &mut write_theirs),
    ];
    let mut arguments = std::env::args().skip(1);
    if let (Some(what), Some(whose)) = (arguments.next(), arguments.next()) {
        let chosen = operations.iter_mut().find(|(of, by, _)| (*of, *by) == (what.as_str(), whose.as_str()));
        let (_, _, operation) = chosen.expect("read or write, then ours or theirs");
        operation();
        return measured(operation);
    }
    let mut best = [u128::MAX; 4];
    for _ in 0..ROUNDS {
        for (best, (_, _, operation)) in best.iter_mut().zip(&mut operations) {
            let begun = Instant::now();
            measured(operation);
            *best = (*best).min(begun.elapsed().as_nanos() / u128::from(TIMES));
        }
    }
    for (best, (what, whose, _)) in best.iter().zip(&operations) {
        println!("{what} {whose}: {best} ns");
    }
}
