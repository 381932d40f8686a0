//! Another way to look: services hold, sell and give back seats of one event while the server is killed again and again, every
//! call is written down with its beginning and end as `tests/linearizability` reads it, and that checker decides. Calls that
//! broke off stay open and are never sent again; after each crash somebody new asks what has become of every reservation.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use prost_types::Timestamp;
use serde_json::{Value, json};
use tacos_server::client::Client;

use crate::Chance;
use crate::customer::{COMMIT, RELEASE, RESERVE, open_sale};
use crate::ledger::text;
use crate::served::Served;

/// Services at once.
const SERVICES: usize = 8;
/// The server lives at most so long, in microseconds.
const LIFE_US_MAX: u64 = 250_000;
/// So few seats that they are fought for.
const SEATS: u64 = 24;
const EVENT: &str = "evt_history";
const LOOKUP: &str = "reservation.v1.ReservationService/GetReservation";

/// Lines of one client.
type Lines = Vec<String>;

fn now_ns() -> u128 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos()
}

/// A moment of the wire in milliseconds.
fn ms(value: &Value) -> i64 {
    let stamp: Option<Timestamp> = text(value).parse().ok();
    stamp.map_or(0, |stamp| stamp.seconds * 1_000 + i64::from(stamp.nanos) / 1_000_000)
}

/// The word that the checker has for an answer, and the seats that a refusal names.
fn result(answer: &Value) -> (String, String) {
    let error = &answer["error"];
    let seats: Vec<String> =
        error["details"].as_array().into_iter().flatten().map(|one| text(&one["value"])).collect();
    let status = text(&answer["reservation"]["status"]);
    let word = match (text(&error["code"]).as_str(), status.as_str()) {
        ("", "") => "ok",
        ("", "RESERVATION_STATUS_PENDING") => "pending",
        ("", "RESERVATION_STATUS_CONFIRMED") => "confirmed",
        ("", "RESERVATION_STATUS_CANCELLED") => "cancelled",
        ("ERROR_CODE_INVENTORY_CONFLICT", _) => return ("seats_taken".to_owned(), seats.join(",")),
        ("ERROR_CODE_NOT_FOUND", _) => "unknown_reservation",
        // The checker knows none of the others, and says so.
        (code, status) => return (format!("{code}{status}"), "-".to_owned()),
    };
    (word.to_owned(), "-".to_owned())
}

struct Service {
    client: Client,
    number: u64,
    chance: Chance,
    names: Vec<String>,
    lines: Lines,
    next: Arc<AtomicU64>,
}

impl Service {
    /// One call, written down; false if it broke off.
    async fn call(
        &mut self,
        kind: &str,
        rpc: &str,
        name: &str,
        asked: &Value,
        seats: &str,
        given: i64,
    ) -> bool {
        let called = now_ns();
        let answer = self.client.call(rpc, &asked.to_string()).await;
        let returned = now_ns();
        let (word, taken, shown) = match &answer {
            Err(_) => ("?".to_owned(), "-".to_owned(), 0),
            Ok(answer) => {
                let (word, taken) = result(answer);
                let deadline = if kind == "hold" {
                    &answer["holdExpiresAt"]
                } else {
                    &answer["reservation"]["holdExpiresAt"]
                };
                (word, taken, ms(deadline))
            }
        };
        let shown = if matches!(word.as_str(), "ok" | "pending") && matches!(kind, "hold" | "lookup") {
            shown
        } else {
            0
        };
        self.lines.push(format!(
            "{}\t{called}\t{returned}\t{kind}\t{name}\t{seats}\t{given}\t{word}\t{shown}\t{taken}",
            self.number
        ));
        answer.is_ok_and(|answer| answer["error"].is_null())
    }

    /// Holds, sells and gives back until a call breaks off.
    async fn walk(mut self) -> Self {
        while self.lines.last().is_none_or(|line| !line.contains("\t?\t")) {
            let name = format!("h-{}", self.next.fetch_add(1, Ordering::Relaxed));
            let (first, count) = (1 + self.chance.below(SEATS - 3), 1 + self.chance.below(3));
            let seats: Vec<String> = (first..first + count).map(|seat| format!("A-{seat}")).collect();
            let until_ms = i64::try_from(now_ns() / 1_000_000).unwrap_or(0) + 3_000_000;
            let until = Timestamp {
                seconds: until_ms / 1_000,
                nanos: i32::try_from(until_ms % 1_000).unwrap_or(0) * 1_000_000,
            };
            let hold = json!({ "reservation_id": name, "event_id": EVENT, "user_id": "service", "seat_ids": seats,
                "hold_expires_at": until.to_string(), "idempotency_key": format!("k-{name}") });
            let held = self.call("hold", RESERVE, &name, &hold, &seats.join(","), until_ms).await;
            let is_open = self.lines.last().is_some_and(|line| line.contains("\t?\t"));
            if held || is_open {
                self.names.push(name.clone());
            }
            if !held {
                continue;
            }
            let mut then =
                json!({ "reservation_id": name, "event_id": EVENT, "idempotency_key": format!("t-{name}") });
            // Seats that are sold stay sold: few are, or the fight would soon be over.
            if self.chance.percent(4) {
                then["user_id"] = "service".into();
                self.call("confirm", COMMIT, &name, &then, "-", 0).await;
            } else if self.chance.percent(95) {
                self.call("release", RELEASE, &name, &then, "-", 0).await;
            }
        }
        self
    }
}

/// Runs, and writes the history to `path`.
pub(crate) async fn write(path: &Path, kills: u64, seed: u64) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let (mut chance, mut served) = (Chance::new(seed), Served::start(folder.path()).await?);
    open_sale(&served.client(0), EVENT).await?;
    let (next, mut names, mut number) = (Arc::new(AtomicU64::new(0)), Vec::new(), 0);
    let mut lines = vec![format!("# tacos-history 1 seed={seed} inside_max=1")];
    for _ in 0..kills {
        let services: Vec<_> = (0..SERVICES)
            .map(|at| {
                number += 1;
                let (names, lines) = (Vec::new(), Vec::new());
                let chance = Chance::new(chance.below(u64::MAX));
                let client = served.client(at);
                tokio::spawn(Service { client, number, chance, names, lines, next: Arc::clone(&next) }.walk())
            })
            .collect();
        tokio::time::sleep(Duration::from_micros(50_000 + chance.below(LIFE_US_MAX))).await;
        let crashed = now_ns();
        served.kill()?;
        let ended = now_ns();
        for service in services {
            let service = service.await.map_err(|error| error.to_string())?;
            names.extend(service.names);
            lines.extend(service.lines);
        }
        number += 1;
        lines.push(format!("{number}\t{crashed}\t{ended}\tcrash\t-\t-\t0\tok\t0\t-"));
        served.restart().await?;
        number += 1;
        let (client, chance, next) = (served.client(0), Chance::new(0), Arc::clone(&next));
        let mut asker = Service { client, number, chance, names: Vec::new(), lines: Vec::new(), next };
        for name in &names {
            let ask = json!({ "reservation_id": name, "user_id": "service" });
            asker.call("lookup", LOOKUP, name, &ask, "-", 0).await;
        }
        lines.extend(asker.lines);
    }
    served.stop()?;
    std::fs::write(path, lines.join("\n") + "\n").map_err(|error| format!("{}: {error}", path.display()))?;
    println!("kill loop: {kills} kills, {} calls written down", lines.len() - 1);
    Ok(())
}
