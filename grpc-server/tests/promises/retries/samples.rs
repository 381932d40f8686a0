//! One good request of every RPC that has an idempotency key, on a sale that has what it needs.

use bytes::Bytes;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor};
use serde_json::{Value, json};
use tacos_engine::QueuePolicy;
use tacos_server::Server;
use tacos_server::client::Raw;
use tacos_server::rpc::Rpc;
use tonic::transport::Channel;

use crate::support::{House, channel, open_sale};

/// An event without a waiting line, its sale open.
const HALL: &str = "hall";
/// Numbers of the fields that a test spells by hand.
pub(crate) const PAYMENT_METADATA: u8 = 8;
pub(crate) const PAYMENT_METADATA_TAGS: u8 = 6;

/// All of them, in an order in which each can be done.
pub(crate) const ORDER: [Rpc; 30] = [
    Rpc::CreateReservation,
    Rpc::GatewayCreateReservation,
    Rpc::ExtendHold,
    Rpc::CancelReservation,
    Rpc::GatewayCancelReservation,
    Rpc::CreatePaymentIntent,
    Rpc::GatewayCreatePaymentIntent,
    Rpc::ProcessPayment,
    Rpc::CancelPayment,
    Rpc::ConfirmReservation,
    Rpc::GatewayConfirmReservation,
    Rpc::ReserveSeat,
    Rpc::CommitReservation,
    Rpc::ReleaseHold,
    Rpc::CreateEvent,
    Rpc::UpdateEvent,
    Rpc::ImportSeatMap,
    Rpc::SetQueuePolicy,
    Rpc::OpenPresale,
    Rpc::DrawPresale,
    Rpc::PauseQueue,
    Rpc::ResumeQueue,
    Rpc::BlockSeats,
    Rpc::UnblockSeats,
    Rpc::OpenSale,
    Rpc::PauseSale,
    Rpc::TakeBackup,
    Rpc::ReplayDeadLetters,
    Rpc::UndoEmergencyAction,
    Rpc::CloseSale,
];

pub(crate) fn method(rpc: Rpc) -> MethodDescriptor {
    static POOL: std::sync::LazyLock<DescriptorPool> = std::sync::LazyLock::new(|| {
        DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET).expect("our own descriptors")
    });
    let service = POOL.get_service_by_name(rpc.service()).expect("known");
    service.methods().find(|method| method.name() == rpc.method()).expect("known")
}

pub(crate) fn encoded(rpc: Rpc, request: Value) -> Bytes {
    message(rpc, request).encode_to_vec().into()
}

fn message(rpc: Rpc, request: Value) -> DynamicMessage {
    DynamicMessage::deserialize(method(rpc).input(), request).unwrap_or_else(|error| panic!("{rpc}: {error}"))
}

pub(crate) async fn open(house: &House) -> Server {
    house.open_with(|engine| open_sale(engine, HALL, None::<QueuePolicy>)).await
}

/// A client, and a count for keys and names that were not used before.
#[derive(Clone)]
pub(crate) struct Sale {
    channel: Channel,
    used: u32,
}

impl Sale {
    pub(crate) async fn over(server: &Server) -> Self {
        Self { channel: channel(server).await, used: 0 }
    }

    pub(crate) async fn send(&self, rpc: Rpc, request: Bytes) -> Bytes {
        let mut client = tonic::client::Grpc::new(self.channel.clone());
        client.ready().await.expect("ready");
        let path = format!("/{rpc}").parse().expect("a path");
        client.unary(tonic::Request::new(request), path, Raw).await.expect("an answer").into_inner()
    }

    /// Sends a request that the scene needs; the answer's field of that name.
    async fn get(&self, rpc: Rpc, request: Value, field: &str) -> String {
        let answer = self.send(rpc, encoded(rpc, request)).await;
        let answer = DynamicMessage::decode(method(rpc).output(), answer).expect("an answer");
        assert!(!answer.has_field_by_name("error"), "{rpc}: {answer}");
        answer
            .get_field_by_name(field)
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    fn fresh(&mut self, what: &str) -> String {
        self.used += 1;
        format!("{what}-{}", self.used)
    }

    async fn hold(&self, user: &str, key: &str) -> String {
        let reserve = json!({ "event_id": HALL, "quantity": 1, "section": "pit", "user_id": user, "idempotency_key": key });
        self.get(Rpc::CreateReservation, reserve, "reservation_id").await
    }

    /// A reservation with an intent that nothing answers by itself.
    pub(crate) async fn unanswered_payment(&self, user: &str) -> (String, String) {
        self.payment(user, "PAYMENT_SCENARIO_TIMEOUT", user).await
    }

    async fn payment(&self, user: &str, scenario: &str, key: &str) -> (String, String) {
        let reservation = self.hold(user, &format!("hold-{key}")).await;
        let pay = json!({
            "reservation_id": reservation, "user_id": user, "amount": { "amount": 3_000, "currency": "KRW" },
            "scenario": scenario, "method": "PAYMENT_METHOD_CREDIT_CARD", "idempotency_key": format!("pay-{key}"),
        });
        let payment = self.get(Rpc::CreatePaymentIntent, pay, "payment_intent_id").await;
        (reservation, payment)
    }

    async fn external(&self, name: &str) {
        let reserve = json!({
            "event_id": HALL, "reservation_id": name, "seat_ids": [], "quantity": 1, "section": "pit",
            "user_id": "kim", "idempotency_key": format!("reserve-{name}"),
        });
        self.get(Rpc::ReserveSeat, reserve, "hold_id").await;
    }

    /// A good request, with a key of its own.
    pub(crate) async fn request(&mut self, rpc: Rpc) -> DynamicMessage {
        let (user, key) = (self.fresh("user"), self.fresh("key"));
        let mut request = match rpc.service() {
            "engine.v1.EngineService" => self.of_operators(rpc, &key).await,
            "reservation.v1.InventoryService" => self.of_inventory(rpc, &key).await,
            _ => self.of_customers(rpc, &user, &key).await,
        };
        request["idempotency_key"] = key.into();
        message(rpc, request)
    }

    async fn of_customers(&self, rpc: Rpc, user: &str, key: &str) -> Value {
        match rpc {
            Rpc::CreateReservation => json!({
                "event_id": HALL, "quantity": 2, "user_id": user, "section": "stalls", "reservation_token": "none",
                "metadata": { "source": "web", "user_agent": "a browser", "tags": { "a": "1", "b": "2", "c": "3" } },
            }),
            Rpc::GatewayCreateReservation => json!({
                "event_id": HALL, "seat_ids": ["B-10"], "user_id": user,
                "metadata": { "request_id": "r", "user_agent": "a browser", "headers": { "a": "1", "b": "2" } },
            }),
            Rpc::ExtendHold => {
                // Nothing said of how long: as long as the event allows at the time.
                json!({ "reservation_id": self.hold(user, key).await, "user_id": user, "reason": "slow" })
            }
            Rpc::CancelReservation | Rpc::GatewayCancelReservation => {
                json!({ "reservation_id": self.hold(user, key).await, "user_id": user, "reason": "no time" })
            }
            Rpc::CreatePaymentIntent | Rpc::GatewayCreatePaymentIntent => json!({
                "reservation_id": self.hold(user, key).await, "user_id": user,
                "amount": { "amount": 3_000, "currency": "KRW" },
                "scenario": "PAYMENT_SCENARIO_TIMEOUT", "method": "PAYMENT_METHOD_CREDIT_CARD",
            }),
            Rpc::ProcessPayment => {
                let (_, payment) = self.payment(user, "PAYMENT_SCENARIO_TIMEOUT", key).await;
                let card = json!({
                    "card_number": "4242424242424242", "expiry_month": "12", "expiry_year": "2030", "cvv": "123",
                });
                json!({ "payment_intent_id": payment, "payment_details": { "method": "PAYMENT_METHOD_CREDIT_CARD", "credit_card": card } })
            }
            Rpc::CancelPayment => {
                let (_, payment) = self.payment(user, "PAYMENT_SCENARIO_TIMEOUT", key).await;
                json!({ "payment_intent_id": payment, "reason": "another mind" })
            }
            Rpc::ConfirmReservation | Rpc::GatewayConfirmReservation => {
                let (reservation, payment) = self.payment(user, "PAYMENT_SCENARIO_TIMEOUT", key).await;
                let done = json!({
                    "payment_intent_id": payment, "reservation_id": reservation,
                    "result_type": "PAYMENT_RESULT_TYPE_APPROVED",
                });
                self.get(Rpc::ProcessPaymentResult, done, "order_id").await;
                json!({ "reservation_id": reservation, "payment_intent_id": payment, "user_id": user })
            }
            _ => panic!("{rpc} has a key and no sample"),
        }
    }

    async fn of_inventory(&mut self, rpc: Rpc, key: &str) -> Value {
        let name = self.fresh("external");
        match rpc {
            Rpc::ReserveSeat => json!({
                "event_id": HALL, "reservation_id": name, "seat_ids": ["B-1", "B-2"], "quantity": 2, "user_id": "kim",
            }),
            Rpc::CommitReservation => {
                self.external(&name).await;
                json!({
                    "event_id": HALL, "reservation_id": name, "quantity": 1, "user_id": "kim",
                    "payment_intent_id": format!("elsewhere-{key}"),
                })
            }
            Rpc::ReleaseHold => {
                self.external(&name).await;
                json!({ "event_id": HALL, "reservation_id": name, "quantity": 1, "reason": "over" })
            }
            _ => panic!("{rpc} has a key and no sample"),
        }
    }

    async fn of_operators(&mut self, rpc: Rpc, key: &str) -> Value {
        let event = "made-by-retries";
        match rpc {
            Rpc::CreateEvent => json!({ "settings": settings(&self.fresh(event)) }),
            Rpc::TakeBackup => json!({ "name": self.fresh("copy") }),
            Rpc::ReplayDeadLetters => json!({ "endpoint_url": "https://shop.example/hook" }),
            Rpc::UndoEmergencyAction => {
                let cut = json!({
                    "action": "EMERGENCY_ACTION_TYPE_CIRCUIT_BREAKER", "parameters": { "target": "webhooks" },
                    "reason": "a test", "confirm": true,
                });
                let id = self.get(Rpc::EmergencyAction, cut, "action_id").await;
                json!({ "action_id": id, "reason": "over", "confirm": true })
            }
            Rpc::UpdateEvent => {
                let event = self.draft(key).await;
                let mut settings = settings(&event);
                settings["description"] = "another description".into();
                json!({ "settings": settings, "update_mask": "description" })
            }
            Rpc::ImportSeatMap => json!({ "event_id": self.draft(key).await, "seat_map": seat_map() }),
            Rpc::SetQueuePolicy => {
                json!({ "event_id": self.seated(key).await, "policy": { "burst": 7 }, "reason": "a test" })
            }
            Rpc::OpenPresale => json!({ "event_id": self.seated(key).await }),
            Rpc::DrawPresale => {
                let event = self.seated(key).await;
                let open = json!({ "event_id": event, "idempotency_key": format!("presale-{key}") });
                self.get(Rpc::OpenPresale, open, "").await;
                let join = json!({ "event_id": event, "session_id": "early" });
                self.get(Rpc::JoinQueue, join, "waiting_token").await;
                json!({ "event_id": event })
            }
            Rpc::PauseQueue | Rpc::ResumeQueue | Rpc::OpenSale | Rpc::PauseSale | Rpc::CloseSale => {
                let event = self.seated(key).await;
                if rpc == Rpc::PauseSale {
                    let open = json!({ "event_id": event, "idempotency_key": format!("open-{key}") });
                    self.get(Rpc::OpenSale, open, "").await;
                }
                json!({ "event_id": event, "reason": "a test" })
            }
            Rpc::BlockSeats => json!({ "event_id": HALL, "seat_ids": ["A-9", "A-10"], "reason": "a pillar" }),
            Rpc::UnblockSeats => {
                let block =
                    json!({ "event_id": HALL, "seat_ids": ["A-8"], "idempotency_key": format!("b-{key}") });
                self.get(Rpc::BlockSeats, block, "").await;
                json!({ "event_id": HALL, "seat_ids": ["A-8"], "reason": "no pillar" })
            }
            _ => panic!("{rpc} has a key and no sample"),
        }
    }

    /// An event without seats.
    async fn draft(&mut self, key: &str) -> String {
        let event = self.fresh("draft");
        let create = json!({ "settings": settings(&event), "idempotency_key": format!("draft-{key}") });
        self.get(Rpc::CreateEvent, create, "").await;
        event
    }

    /// An event with seats and a waiting line, its sale not open.
    async fn seated(&mut self, key: &str) -> String {
        let event = self.draft(key).await;
        let import =
            json!({ "event_id": event, "seat_map": seat_map(), "idempotency_key": format!("seats-{key}") });
        self.get(Rpc::ImportSeatMap, import, "").await;
        event
    }
}

fn settings(event: &str) -> Value {
    json!({
        "event_id": event, "name": "A show", "description": "With an interval.", "currency": "KRW",
        "venue": { "name": "The hall" }, "queue_policy": { "burst": 10 },
    })
}

fn seat_map() -> Value {
    let price = json!({ "amount": 5_000, "currency": "KRW" });
    json!({ "sections": [{
        "section_id": "stalls", "price": price,
        "rows": [{ "label": "A", "runs": [{ "id_prefix": "A-", "first_number": 1, "count": 5 }] }],
    }] })
}
