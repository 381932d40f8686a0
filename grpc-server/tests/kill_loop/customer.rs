//! What loads the server: customers and services who go on until a call breaks off, and note every answer that they get.

use std::time::Duration;

use serde_json::{Value, json};
use tacos_server::client::Client;

use crate::Chance;

/// Rows of the hall, and seats in each.
const ROWS: [&str; 10] = ["A", "B", "C", "D", "E", "F", "G", "H", "J", "K"];
const SEATS: u64 = 40;
/// Standing places.
pub(crate) const PIT: u64 = 5_000;

/// One answer, with what was asked.
#[derive(Clone, Debug)]
pub(crate) struct Ack {
    pub(crate) rpc: &'static str,
    pub(crate) asked: Value,
    pub(crate) answer: Value,
}

/// What one of them got, and the call that broke off.
pub(crate) struct Walked {
    pub(crate) acks: Vec<Ack>,
    pub(crate) broken: Option<(&'static str, Value)>,
}

pub(crate) const JOIN: &str = "gateway.v1.QueueService/JoinQueue";
pub(crate) const ADMIT: &str = "gateway.v1.QueueService/RequestAdmission";
pub(crate) const CREATE: &str = "reservation.v1.ReservationService/CreateReservation";
pub(crate) const CONFIRM: &str = "reservation.v1.ReservationService/ConfirmReservation";
pub(crate) const CANCEL: &str = "reservation.v1.ReservationService/CancelReservation";
pub(crate) const RESERVE: &str = "reservation.v1.InventoryService/ReserveSeat";
pub(crate) const COMMIT: &str = "reservation.v1.InventoryService/CommitReservation";
pub(crate) const RELEASE: &str = "reservation.v1.InventoryService/ReleaseHold";
pub(crate) const PAY: &str = "payment.v1.PaymentService/CreatePaymentIntent";
pub(crate) const PAID: &str = "payment.v1.PaymentService/GetPaymentStatus";

/// Puts an event on sale: holds and places in line last longer than any run.
pub(crate) async fn open_sale(client: &Client, event: &str) -> Result<(), String> {
    let price = json!({ "amount": 1_000, "currency": "KRW" });
    let rows: Vec<Value> = ROWS
        .iter()
        .map(|row| json!({ "label": row, "runs": [{ "id_prefix": format!("{row}-"), "first_number": 1, "count": SEATS }] }))
        .collect();
    let calls = [
        (
            "CreateEvent",
            json!({ "idempotency_key": format!("c-{event}"), "settings": {
            "event_id": event, "name": "A sale", "currency": "KRW", "hold_seconds": 3_600, "hold_seconds_max": 7_200,
            "queue_policy": { "admissions_per_minute": 6_000_000, "burst": 1_000_000, "inside_max": 60_000_000,
                "claim_window_seconds": 86_400, "reservation_token_seconds": 86_400, "inactivity_seconds": 604_800 },
        } }),
        ),
        (
            "ImportSeatMap",
            json!({ "event_id": event, "idempotency_key": format!("i-{event}"), "seat_map": { "sections": [
            { "section_id": "stalls", "price": price, "rows": rows },
            { "section_id": "pit", "price": price, "general_admission_capacity": PIT },
        ] } }),
        ),
        ("OpenSale", json!({ "event_id": event, "idempotency_key": format!("o-{event}") })),
    ];
    for (method, request) in calls {
        let answer = client.call(&format!("engine.v1.EngineService/{method}"), &request.to_string()).await?;
        if !answer["error"].is_null() {
            return Err(format!("{method}: {answer}"));
        }
    }
    Ok(())
}

/// A customer or a service.
pub(crate) struct Way {
    event: String,
    name: String,
    chance: Chance,
    number: u64,
    walked: Walked,
}

/// The call broke off: it is noted.
struct Broken;

impl Way {
    pub(crate) fn new(event: &str, round: u64, number: usize, seed: u64) -> Self {
        let walked = Walked { acks: Vec::new(), broken: None };
        let name = format!("r{round}-{number}");
        Self { event: event.to_owned(), name, chance: Chance::new(seed), number: 0, walked }
    }

    /// Goes on until a call breaks off.
    pub(crate) async fn walk(mut self, client: Client) -> Walked {
        loop {
            let turn = if self.chance.percent(50) {
                self.customer(&client).await
            } else {
                self.service(&client).await
            };
            if turn.is_err() {
                return self.walked;
            }
        }
    }

    async fn call(&mut self, client: &Client, rpc: &'static str, asked: Value) -> Result<Value, Broken> {
        if let Ok(answer) = client.call(rpc, &asked.to_string()).await {
            self.walked.acks.push(Ack { rpc, asked, answer: answer.clone() });
            return Ok(answer);
        }
        self.walked.broken = Some((rpc, asked));
        Err(Broken)
    }

    fn next(&mut self, what: &str) -> String {
        self.number += 1;
        format!("{what}-{}-{}", self.name, self.number)
    }

    /// One to three seats side by side.
    fn seats(&mut self) -> Vec<String> {
        let row = ROWS[usize::try_from(self.chance.below(ROWS.len() as u64)).unwrap_or(0)];
        let count = 1 + self.chance.below(3);
        let first = 1 + self.chance.below(SEATS - count);
        (first..first + count).map(|number| format!("{row}-{number}")).collect()
    }

    /// Through the line, a reservation, then paid for, given up, or just held.
    async fn customer(&mut self, client: &Client) -> Result<(), Broken> {
        let user = self.next("user");
        let join = json!({ "event_id": self.event, "user_id": user, "session_id": format!("tab-{user}") });
        let joined = self.call(client, JOIN, join).await?;
        if self.chance.percent(15) {
            // Waits, for ever.
            return Ok(());
        }
        let ask = json!({ "waiting_token": joined["waitingToken"], "event_id": self.event, "user_id": user });
        let admitted = self.call(client, ADMIT, ask).await?;
        if admitted["reservationToken"].is_null() {
            return Ok(());
        }
        let create = json!({ "event_id": self.event, "user_id": user, "seat_ids": self.seats(),
            "reservation_token": admitted["reservationToken"], "idempotency_key": self.next("key") });
        let held = self.call(client, CREATE, create).await?;
        let id = held["reservationId"].clone();
        if id.is_null() {
            return Ok(());
        }
        match self.chance.below(4) {
            0 => Ok(()),
            1 => {
                let cancel =
                    json!({ "reservation_id": id, "user_id": user, "idempotency_key": self.next("key") });
                self.call(client, CANCEL, cancel).await.map(drop)
            }
            _ => self.pay(client, &user, &held).await,
        }
    }

    async fn pay(&mut self, client: &Client, user: &str, held: &Value) -> Result<(), Broken> {
        let id = &held["reservationId"];
        let pay = json!({ "reservation_id": id, "user_id": user, "amount": held["totalAmount"], "method": 1,
            "scenario": 1, "idempotency_key": self.next("key") });
        let intent = self.call(client, PAY, pay).await?["paymentIntentId"].clone();
        let status = json!({ "payment_intent_id": intent, "user_id": user });
        for _ in 0..30 {
            let seen = self.call(client, PAID, status.clone()).await?;
            if seen["payment"]["status"] == "PAYMENT_STATUS_COMPLETED" {
                let confirm = json!({ "reservation_id": id, "payment_intent_id": intent, "user_id": user,
                    "idempotency_key": self.next("key") });
                return self.call(client, CONFIRM, confirm).await.map(drop);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// A service that keeps its own reservations: holds, then sells, gives back, or just holds.
    async fn service(&mut self, client: &Client) -> Result<(), Broken> {
        let (name, user) = (self.next("theirs"), self.next("user"));
        let mut reserve = json!({ "reservation_id": name, "event_id": self.event, "user_id": user,
            "idempotency_key": self.next("key") });
        if self.chance.percent(50) {
            (reserve["quantity"], reserve["section"]) = ((1 + self.chance.below(4)).into(), "pit".into());
        } else {
            reserve["seat_ids"] = self.seats().into();
        }
        let held = self.call(client, RESERVE, reserve).await?;
        if !held["error"].is_null() {
            return Ok(());
        }
        let mut then =
            json!({ "reservation_id": name, "event_id": self.event, "idempotency_key": self.next("key") });
        match self.chance.below(3) {
            0 => Ok(()),
            1 => self.call(client, RELEASE, then).await.map(drop),
            _ => {
                then["user_id"] = user.into();
                self.call(client, COMMIT, then).await.map(drop)
            }
        }
    }
}
