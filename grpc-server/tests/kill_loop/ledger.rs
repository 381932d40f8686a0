//! What the server acknowledged, and what must therefore be there.

use std::collections::HashMap;

use serde_json::Value;
use tacos_server::client::{Client, plain};

use crate::customer::{
    ADMIT, Ack, CANCEL, COMMIT, CONFIRM, CREATE, JOIN, PAID, PAY, RELEASE, RESERVE, Walked,
};

/// Where a reservation must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stands {
    Held,
    Sold,
    GivenBack,
}

impl Stands {
    /// As the contract spells it.
    pub(crate) fn status(self) -> &'static str {
        match self {
            Self::Held => "RESERVATION_STATUS_PENDING",
            Self::Sold => "RESERVATION_STATUS_CONFIRMED",
            Self::GivenBack => "RESERVATION_STATUS_CANCELLED",
        }
    }
}

/// One reservation.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) event: String,
    pub(crate) user: String,
    pub(crate) seats: Vec<String>,
    pub(crate) stands: Stands,
    /// Empty as long as nobody was told of it.
    pub(crate) order: String,
}

#[derive(Clone, Default)]
pub(crate) struct Ledger {
    pub(crate) reservations: HashMap<String, Held>,
    /// Intents of the round, with their reservation and user.
    pub(crate) intents: Vec<(String, String, String)>,
    /// Answers of the round.
    pub(crate) acks: Vec<Ack>,
    pub(crate) events: Vec<String>,
    pub(crate) violations: Vec<String>,
    pub(crate) acknowledged: u64,
    pub(crate) resolved: u64,
    pub(crate) repeated: u64,
    pub(crate) compared: u64,
    pub(crate) seats: u64,
}

/// Text of a field; empty if there is none.
pub(crate) fn text(value: &Value) -> String {
    if value.is_null() { String::new() } else { plain(value) }
}

/// The ids of a list of seats.
pub(crate) fn seat_ids(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().map(|seat| text(&seat["id"])).collect()
}

impl Ledger {
    pub(crate) fn violated(&mut self, what: String) {
        if self.violations.len() < 1_000 {
            self.violations.push(what);
        }
    }

    /// Takes in what the customers of a round were told. Calls that broke off are sent again, with their keys: whatever
    /// became of them, the answer says it.
    pub(crate) async fn take(
        &mut self,
        client: &Client,
        event: &str,
        walked: Vec<Walked>,
    ) -> Result<(), String> {
        self.acks.clear();
        self.intents.clear();
        self.events.push(event.to_owned());
        for Walked { acks, broken } in walked {
            self.acknowledged += acks.len() as u64;
            for ack in acks {
                self.note(event, ack);
            }
            if let Some((rpc, asked)) = broken {
                let answer = client.call(rpc, &asked.to_string()).await?;
                self.resolved += 1;
                self.note(event, Ack { rpc, asked, answer });
            }
        }
        Ok(())
    }

    fn note(&mut self, event: &str, ack: Ack) {
        let error = text(&ack.answer["error"]["code"]);
        let taken =
            matches!(error.as_str(), "ERROR_CODE_INVENTORY_CONFLICT" | "ERROR_CODE_INSUFFICIENT_INVENTORY");
        let may_be_refused = matches!(ack.rpc, CREATE | RESERVE) && taken;
        if !error.is_empty() && !may_be_refused {
            self.violated(format!("{} {} was refused: {}", ack.rpc, ack.asked, ack.answer));
        }
        if error.is_empty() {
            self.well(event, &ack);
        }
        self.acks.push(ack);
    }

    fn well(&mut self, event: &str, ack: &Ack) {
        let (asked, answer) = (&ack.asked, &ack.answer);
        let reservation = text(&asked["reservation_id"]);
        match ack.rpc {
            CREATE | RESERVE => {
                let id = if ack.rpc == CREATE { text(&answer["reservationId"]) } else { reservation };
                let held = Held {
                    event: event.to_owned(),
                    user: text(&asked["user_id"]),
                    seats: seat_ids(&answer["reservedSeats"]),
                    stands: Stands::Held,
                    order: String::new(),
                };
                if let Some(other) = self.reservations.insert(id.clone(), held) {
                    self.violated(format!("reservation {id} was made twice: {other:?}"));
                }
            }
            CANCEL | RELEASE => self.became(&reservation, Stands::GivenBack, ""),
            CONFIRM | COMMIT => self.became(&reservation, Stands::Sold, &text(&answer["orderId"])),
            PAY => {
                let intent = text(&answer["paymentIntentId"]);
                self.intents.push((intent, reservation, text(&asked["user_id"])));
            }
            JOIN | ADMIT | PAID => {}
            other => self.violated(format!("{other} is not looked at")),
        }
    }

    /// A reservation has come to an end that was acknowledged.
    pub(crate) fn became(&mut self, id: &str, stands: Stands, order: &str) {
        let Some(held) = self.reservations.get_mut(id) else {
            return self.violated(format!("{id} has become {stands:?}, and nobody was told that it exists"));
        };
        let (before, known) = (held.stands, held.order.clone());
        held.stands = stands;
        if !order.is_empty() {
            order.clone_into(&mut held.order);
        }
        let other_order = !known.is_empty() && !order.is_empty() && known != order;
        if before == Stands::GivenBack && stands == Stands::Sold || other_order {
            self.violated(format!("{id}: {before:?} {known}, then {stands:?} {order}"));
        }
    }
}
