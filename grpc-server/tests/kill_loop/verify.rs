//! Compares what is there with what was acknowledged: seat by seat, reservation by reservation, answer by answer.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tacos_server::client::Client;

use crate::Chance;
use crate::customer::{ADMIT, Ack, JOIN, PAID, PIT};
use crate::ledger::{Held, Ledger, Stands, seat_ids, text};

/// Answers asked for again after each round.
const REPEATS_MAX: usize = 300;
/// Older reservations looked at after each round.
const OLDER: u64 = 40;
/// A payment takes milliseconds here; so many looks are more than enough.
const LOOKS_MAX: u32 = 3_000;

type Clients = Arc<[Client]>;

/// After a round: payments come to their end, everything of the round is compared, and a sample of what was before.
pub(crate) async fn round(
    ledger: &mut Ledger,
    clients: &Clients,
    event: &str,
    chance: &mut Chance,
) -> Result<(), String> {
    settle(ledger, &clients[0]).await?;
    let (of_round, older): (Vec<_>, Vec<_>) =
        ledger.reservations.clone().into_iter().partition(|(_, held)| held.event == event);
    reservations(ledger, clients, of_round).await?;
    hall(ledger, &clients[0], event).await?;
    repeats(ledger, clients, chance).await?;
    let mut sample = Vec::new();
    for _ in 0..OLDER.min(older.len() as u64) {
        let at = usize::try_from(chance.below(older.len() as u64)).unwrap_or(0);
        sample.push(older[at].clone());
    }
    reservations(ledger, clients, sample).await?;
    let at = usize::try_from(chance.below(ledger.events.len() as u64)).unwrap_or(0);
    let earlier = ledger.events[at].clone();
    hall(ledger, &clients[0], &earlier).await
}

/// In the end: everything.
pub(crate) async fn everything(ledger: &mut Ledger, clients: &Clients) -> Result<(), String> {
    let all: Vec<_> = ledger.reservations.clone().into_iter().collect();
    reservations(ledger, clients, all).await?;
    for event in ledger.events.clone() {
        hall(ledger, &clients[0], &event).await?;
    }
    Ok(())
}

/// A checker that finds nothing proves nothing: lies about what was acknowledged must be found, each of its own kind.
pub(crate) async fn finds_lies(
    ledger: &Ledger,
    clients: &Clients,
    chance: &mut Chance,
) -> Result<(), String> {
    let last = ledger.events.last().cloned().unwrap_or_default();
    let held = ledger.reservations.iter().find(|(_, held)| held.event == last && held.stands == Stands::Sold);
    let (id, held) =
        held.map(|(id, held)| (id.clone(), held.clone())).ok_or("nothing was sold in the last round")?;
    for lie in ["gone", "double", "other order", "never made", "other answer"] {
        let mut liar = ledger.clone();
        liar.violations.clear();
        let told = liar.reservations.get_mut(&id).ok_or("just found")?;
        match lie {
            "gone" => told.stands = Stands::GivenBack,
            "double" => drop(liar.reservations.insert("rsv_other".to_owned(), held.clone())),
            "other order" => told.order = "ord_other".to_owned(),
            "never made" => drop(liar.reservations.remove(&id)),
            _ => {
                let keyed = liar.acks.iter_mut().filter(|ack| !ack.asked["idempotency_key"].is_null());
                keyed.for_each(|ack| ack.answer["lie"] = true.into());
            }
        }
        let of_round = liar.reservations.clone().into_iter().filter(|(_, held)| held.event == last).collect();
        reservations(&mut liar, clients, of_round).await?;
        hall(&mut liar, &clients[0], &last).await?;
        repeats(&mut liar, clients, chance).await?;
        if liar.violations.is_empty() {
            return Err(format!("a lie was not found: {lie}"));
        }
    }
    Ok(())
}

/// Every intent that was acknowledged is paid sooner or later, also if the server died in between, and then its
/// reservation is sold.
async fn settle(ledger: &mut Ledger, client: &Client) -> Result<(), String> {
    for (intent, reservation, user) in std::mem::take(&mut ledger.intents) {
        let ask = json!({ "payment_intent_id": intent, "user_id": user }).to_string();
        let mut looks = 0;
        let status = loop {
            let payment = client.call(PAID, &ask).await?;
            let status = text(&payment["payment"]["status"]);
            looks += 1;
            if !matches!(status.as_str(), "PAYMENT_STATUS_PENDING" | "PAYMENT_STATUS_PROCESSING")
                || looks > LOOKS_MAX
            {
                break status;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        if status == "PAYMENT_STATUS_COMPLETED" {
            ledger.became(&reservation, Stands::Sold, "");
        } else {
            ledger.violated(format!("intent {intent} of {reservation} is {status:?}"));
        }
    }
    Ok(())
}

/// Every reservation is where it was said to be, with its seats.
async fn reservations(
    ledger: &mut Ledger,
    clients: &Clients,
    wanted: Vec<(String, Held)>,
) -> Result<(), String> {
    let each = wanted.len().div_ceil(clients.len()).max(1);
    let mut going = tokio::task::JoinSet::new();
    for (number, part) in wanted.chunks(each).enumerate() {
        let (client, part) = (clients[number].clone(), part.to_vec());
        going.spawn(async move {
            let mut found = Vec::with_capacity(part.len());
            for (id, held) in part {
                let ask = json!({ "reservation_id": id, "user_id": held.user }).to_string();
                let answer = client.call("reservation.v1.ReservationService/GetReservation", &ask).await?;
                found.push((id, held, answer));
            }
            Ok::<_, String>(found)
        });
    }
    while let Some(done) = going.join_next().await {
        for (id, held, answer) in done.map_err(|error| error.to_string())?? {
            ledger.compared += 1;
            let now = &answer["reservation"];
            let order = text(&now["orderId"]);
            let fits = text(&now["status"]) == held.stands.status()
                && seat_ids(&now["seats"]) == held.seats
                && (held.order.is_empty() || held.order == order)
                && order.is_empty() == (held.stands != Stands::Sold);
            if !fits {
                ledger.violated(format!("{id} should be {held:?}, and is {answer}"));
            }
        }
    }
    Ok(())
}

/// Every seat of an event is held, sold or free as the reservations say, no seat has two owners, and the counts say the same.
async fn hall(ledger: &mut Ledger, client: &Client, event: &str) -> Result<(), String> {
    let mut owners: HashMap<String, (String, Stands)> = HashMap::new();
    let (mut standing_held, mut standing_sold) = (0_u64, 0_u64);
    let mut doubles = Vec::new();
    let owned = |(_, held): &(&String, &Held)| held.event == event && held.stands != Stands::GivenBack;
    for (id, held) in ledger.reservations.iter().filter(owned) {
        for seat in &held.seats {
            if seat.contains('#') {
                *(if held.stands == Stands::Held { &mut standing_held } else { &mut standing_sold }) += 1;
            } else if let Some((other, _)) = owners.insert(seat.clone(), (id.clone(), held.stands)) {
                doubles.push(format!("{event}: {seat} belongs to {id} and to {other}"));
            }
        }
    }
    doubles.into_iter().for_each(|double| ledger.violated(double));
    let ask = json!({ "event_id": event, "pagination": { "page_size": 5_000 } }).to_string();
    let map = client.call("engine.v1.EngineService/GetSeatMap", &ask).await?;
    for entry in map["seats"].as_array().into_iter().flatten() {
        let (id, status) = (text(&entry["seat"]["id"]), text(&entry["seat"]["status"]));
        let wanted = match owners.get(&id) {
            None => "SEAT_STATUS_AVAILABLE",
            Some((_, Stands::Held)) => "SEAT_STATUS_RESERVED",
            Some(_) => "SEAT_STATUS_SOLD",
        };
        ledger.seats += 1;
        if status != wanted {
            ledger.violated(format!("{event}: {id} is {status}, not {wanted} ({:?})", owners.get(&id)));
        }
    }
    let ask = json!({ "event_id": event }).to_string();
    let counts = client.call("reservation.v1.InventoryService/GetInventoryStatus", &ask).await?;
    let pit =
        counts["sections"].as_array().into_iter().flatten().find(|section| section["sectionId"] == "pit");
    let number = |field: &str| pit.and_then(|pit| pit[field].as_u64()).unwrap_or(0);
    let (held, sold, free) = (number("reservedSeats"), number("soldSeats"), number("availableSeats"));
    if (held, sold, free) != (standing_held, standing_sold, PIT - standing_held - standing_sold) {
        ledger.violated(format!("{event}: the pit is {held} held, {sold} sold, {free} free; acknowledged were {standing_held} and {standing_sold}"));
    }
    Ok(())
}

/// The same key gives the same answer; the same session the same place.
async fn repeats(ledger: &mut Ledger, clients: &Clients, chance: &mut Chance) -> Result<(), String> {
    let well = |ack: &&Ack| ack.answer["error"].is_null();
    let admitted: Vec<String> =
        ledger.acks.iter().filter(|ack| ack.rpc == ADMIT).map(|ack| text(&ack.asked["user_id"])).collect();
    let again = |ack: &&Ack| match ack.rpc {
        // Who was let in has no place in line any more.
        JOIN => !admitted.contains(&text(&ack.asked["user_id"])),
        _ => !ack.asked["idempotency_key"].is_null(),
    };
    let mut acks: Vec<Ack> = ledger.acks.iter().filter(well).filter(again).cloned().collect();
    while acks.len() > REPEATS_MAX {
        let at = usize::try_from(chance.below(acks.len() as u64)).unwrap_or(0);
        acks.swap_remove(at);
    }
    for (number, ack) in acks.iter().enumerate() {
        let client = &clients[number % clients.len()];
        let answer: Value = client.call(ack.rpc, &ack.asked.to_string()).await?;
        ledger.repeated += 1;
        let same = if ack.rpc == JOIN {
            answer["waitingToken"] == ack.answer["waitingToken"]
        } else {
            answer == ack.answer
        };
        if !same {
            ledger.violated(format!("{} {}: first {}, again {answer}", ack.rpc, ack.asked, ack.answer));
        }
    }
    Ok(())
}
