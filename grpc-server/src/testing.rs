//! What fuzzers call: requests of the contract, made of any bytes, through the real services (no listener) over an
//! engine in memory. Panics when something is wrong, and only then.

mod echo;
mod wire_fixture;

use prost_types::Timestamp;
use tacos_engine::UnixMs;
use tacos_engine::views::Cursor;

use crate::wire::time::{SECONDS_MAX, moment_of, timestamp};
use crate::wire::{Checks, pages};
use wire_fixture::WireFixture;

/// First twelve bytes: moments, cursors and amounts, there and back. The rest: calls, each an RPC's number, the length
/// of its request in two bytes, and the request; what is written `@3` in a request stands for the third id or token
/// that was given out before.
///
/// # Panics
/// If a conversion or a handler does, if an answer is not what the contract says an answer is, or if what was asked for
/// is not what is kept.
pub fn wire(bytes: &[u8]) {
    let (head, rest) = bytes.split_at(bytes.len().min(12));
    scalars(head);
    if !rest.is_empty() {
        WireFixture::new().run(rest);
    }
}

/// What stands in single fields.
fn scalars(head: &[u8]) {
    let mut bytes = [0; 16];
    bytes[..head.len()].copy_from_slice(head);
    let seconds = i64::from_le_bytes(bytes[..8].try_into().expect("eight"));
    let nanos = i32::from_le_bytes(bytes[8..12].try_into().expect("four"));
    // Few moments are near us, and those should be tried as well.
    for seconds in [seconds, seconds % (1 << 38)] {
        let stamp = Timestamp { seconds, nanos };
        let Some(moment) = moment_of(&stamp) else { continue };
        let to_the_ms = Timestamp { seconds, nanos: nanos - nanos % 1_000_000 };
        assert_eq!(timestamp(moment), Some(to_the_ms), "{stamp:?} is {moment:?}");
    }
    let moment = UnixMs::new(seconds.unsigned_abs());
    if moment.get() / 1_000 <= SECONDS_MAX {
        assert_eq!(timestamp(moment).as_ref().and_then(moment_of), Some(moment));
    }
    let cursor = Cursor::from_bytes(bytes);
    assert_eq!(pages::cursor(&pages::cursor_text(cursor)), Some(cursor));
    let money = tacos_proto::common::v1::Money {
        amount: seconds,
        currency: String::from_utf8_lossy(&bytes[8..11]).into(),
    };
    let mut checks = Checks::new();
    if let Some(kept) = checks.money("amount", Some(&money))
        && checks.done().is_ok()
    {
        assert_eq!(crate::wire::outbound::money(kept.minor, kept.currency), Some(money));
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::{Value, json};

    use super::wire;
    use super::wire_fixture::{WireFixture, method};
    use crate::rpc::Rpc;

    /// Requests, as an input has them. A number stands for time that passes.
    fn input(calls: &[(Option<Rpc>, Value)]) -> Vec<u8> {
        use prost::Message;
        let mut bytes = vec![0; 12];
        for (rpc, asked) in calls {
            let (number, request) = match rpc {
                Some(rpc) => {
                    let message =
                        prost_reflect::DynamicMessage::deserialize(method(*rpc).input(), asked.clone());
                    (rpc.index(), message.unwrap_or_else(|error| panic!("{rpc}: {error}")).encode_to_vec())
                }
                None => {
                    (255, u32::try_from(asked.as_u64().expect("ms")).expect("short").to_le_bytes().to_vec())
                }
            };
            bytes.push(u8::try_from(number).expect("few"));
            bytes.extend(u16::try_from(request.len()).expect("short").to_le_bytes());
            bytes.extend(request);
        }
        bytes
    }

    /// Inputs to begin with: a customer's way, an operator's, money, and a service with reservations of its own.
    fn seeds() -> Vec<(&'static str, Vec<u8>)> {
        let some = |rpc| Some(rpc);
        let (price, kim) = (json!({ "amount": 10_000, "currency": "KRW" }), "kim");
        let sale = input(&[
            (some(Rpc::JoinQueue), json!({ "event_id": "evt_1", "user_id": kim, "session_id": "tab" })),
            (
                some(Rpc::RequestAdmission),
                json!({ "waiting_token": "@0", "event_id": "evt_1", "user_id": kim }),
            ),
            (
                some(Rpc::CreateReservation),
                json!({ "event_id": "evt_1", "user_id": kim, "seat_ids": ["A-1", "A-2"],
                "reservation_token": "@1", "idempotency_key": "r" }),
            ),
            (
                some(Rpc::CreatePaymentIntent),
                json!({ "reservation_id": "@2", "user_id": kim, "amount": price,
                "method": 1, "scenario": 1, "idempotency_key": "p" }),
            ),
            (some(Rpc::ProcessPayment), json!({ "payment_intent_id": "@3", "idempotency_key": "pp" })),
            (None, json!(6_000)),
            (
                some(Rpc::ConfirmReservation),
                json!({ "reservation_id": "@2", "payment_intent_id": "@3", "user_id": kim,
                "idempotency_key": "c" }),
            ),
            (some(Rpc::GetReservation), json!({ "reservation_id": "@2", "user_id": kim })),
            (some(Rpc::ListReservations), json!({ "user_id": kim, "pagination": { "page_size": 5 } })),
            (some(Rpc::CancelPayment), json!({ "payment_intent_id": "@3", "idempotency_key": "cp" })),
            (some(Rpc::GetInventoryStatus), json!({ "event_id": "evt_1" })),
            (some(Rpc::StreamReservationUpdates), json!({ "user_id": kim })),
            (some(Rpc::StreamPaymentUpdates), json!({ "user_id": kim })),
        ]);
        let soon = json!("2027-02-01T10:00:00Z");
        let operator = input(&[
            (
                some(Rpc::CreateEvent),
                json!({ "settings": { "event_id": "evt_2", "name": "Another", "currency": "EUR",
                "sale_end_time": soon, "hold_seconds": 90 }, "idempotency_key": "a" }),
            ),
            (
                some(Rpc::ImportSeatMap),
                json!({ "event_id": "evt_2", "idempotency_key": "b", "seat_map": { "sections": [
                { "section_id": "s", "price": { "amount": 7, "currency": "EUR" }, "rows": [{ "label": "R",
                  "runs": [{ "id_prefix": "R", "first_number": 1, "count": 4, "step": 2, "number_width": 3 }],
                  "seats": [{ "seat_id": "box", "accessible": true, "aisle_before": true }] }] }] } }),
            ),
            (some(Rpc::OpenSale), json!({ "event_id": "evt_2", "idempotency_key": "o" })),
            (
                some(Rpc::SetQueuePolicy),
                json!({ "event_id": "evt_2", "idempotency_key": "q",
                "policy": { "admissions_per_minute": 60, "burst": 2, "presale": { "draws_at": soon } } }),
            ),
            (
                some(Rpc::BlockSeats),
                json!({ "event_id": "evt_2", "seat_ids": ["box"], "idempotency_key": "bl" }),
            ),
            (some(Rpc::GetSeatMap), json!({ "event_id": "evt_2" })),
            (some(Rpc::ListEvents), json!({})),
            (
                some(Rpc::UpdateEvent),
                json!({ "settings": { "event_id": "evt_2", "name": "Renamed" }, "update_mask": "name",
                "idempotency_key": "u" }),
            ),
            (some(Rpc::GetMetrics), json!({})),
            (some(Rpc::EmergencyAction), json!({ "action": 1, "reason": "a test", "confirm": true })),
            (some(Rpc::ListEmergencyActions), json!({})),
            (some(Rpc::WatchFeed), json!({ "event_ids": ["evt_1"], "start": 3 })),
            (some(Rpc::TakeBackup), json!({ "name": "nowhere", "idempotency_key": "t" })),
        ]);
        let service = input(&[
            (some(Rpc::CheckAvailability), json!({ "event_id": "evt_1", "quantity": 2 })),
            (
                some(Rpc::ReserveSeat),
                json!({ "reservation_id": "ext-1", "event_id": "evt_1", "quantity": 3,
                "user_id": kim, "section": "pit", "idempotency_key": "k" }),
            ),
            (
                some(Rpc::ReserveSeat),
                json!({ "reservation_id": "ext-2", "event_id": "evt_1", "seat_ids": ["A-9"],
                "user_id": kim, "hold_expires_at": "2027-01-15T08:01:00Z", "idempotency_key": "k2" }),
            ),
            (
                some(Rpc::CommitReservation),
                json!({ "reservation_id": "ext-1", "event_id": "evt_1", "user_id": kim,
                "idempotency_key": "c" }),
            ),
            (some(Rpc::ReleaseHold), json!({ "reservation_id": "ext-2", "idempotency_key": "rl" })),
            (None, json!(70_000)),
            (some(Rpc::ProcessReservationExpiry), json!({ "reservation_id": "ext-2", "event_id": "evt_1" })),
            (
                some(Rpc::RegisterWebhook),
                json!({ "service_name": "shop", "endpoint_url": "http://127.0.0.1/x",
                "secret": "sixteen bytes or more", "event_types": [1] }),
            ),
            (
                some(Rpc::ReceivePaymentWebhook),
                json!({ "webhook_id": "w", "event_type": 1, "signature": "sha256=00",
                "timestamp": "2027-01-15T08:00:00Z", "data": { "payment_intent_id": "pay_x" } }),
            ),
            (some(Rpc::StreamQueueUpdates), json!({ "waiting_token": "@0" })),
            (some(Rpc::ValidateToken), json!({ "token": "a.b.c" })),
            (
                some(Rpc::Run),
                json!({ "calls": [
                    { "tag": 1, "reserve": { "event": "evt_1", "user": kim, "trusted": true, "key": "r",
                    "want": { "best": { "quantity": 2, "section": "pit" } } } },
                    { "tag": 2, "readCounts": { "event": "evt_1" } },
                    { "tag": 3, "deadlineMs": 5, "extend": { "which": { "external": "ext-1" }, "byMs": 7 } },
                ] }),
            ),
        ]);
        vec![("sale", sale), ("operator", operator), ("service", service)]
    }

    #[test]
    fn the_inputs_to_begin_with_are_those_of_the_contract_now() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/wire");
        for (name, bytes) in seeds() {
            wire(&bytes);
            if std::env::var_os("TACOS_UPDATE_SEEDS").is_some() {
                std::fs::write(folder.join(name), &bytes).expect("written");
            }
            let kept = std::fs::read(folder.join(name)).expect("committed");
            assert_eq!(kept, bytes, "{name} is out of date: TACOS_UPDATE_SEEDS=1 writes it anew");
        }
    }

    #[test]
    fn the_first_input_sells_two_seats() {
        let (_, bytes) = seeds().swap_remove(0);
        let mut fixture = WireFixture::new();
        fixture.run(&bytes[12..]);
        assert_eq!(fixture.most_sold(), 2, "the customer of the first input did not get to the end");
    }
}
