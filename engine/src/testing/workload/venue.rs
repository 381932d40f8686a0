//! The events of the workload: small houses, so that people get into each other's way.

use crate::admission::{PresaleRoom, QueuePolicy};
use crate::clock::UnixMs;
use crate::command::{Command, CreateEvent, Currency, EventSettings, SetSale};
use crate::error::SaleState;
use crate::ids::EventId;
use crate::inventory::{Row, RowSeats, SeatMap, Section};

/// With a line; without one, but with a bound on each user; with a room before the sale.
pub(crate) const EVENTS: [&str; 3] = ["hall", "club", "arena"];

/// Labels of an event's seats, among them some that do not exist.
pub(super) fn labels(event: &str) -> &'static [&'static str] {
    match event {
        "hall" => &[
            "A-1", "A-2", "A-3", "A-4", "A-5", "B-1", "B-2", "B-3", "B-4", "B-5", "C-1", "C-2", "C-3", "C-4",
            "C-5", "D-1", "D-2", "D-3", "Z-9",
        ],
        "club" => &["R-01", "R-02", "R-03", "R-04", "S-01", "S-02", "S-03", "T-01", "T-02", "T-03"],
        _ => &["A-1"],
    }
}

/// Names of an event's sections, among them one that does not exist.
pub(super) fn sections(event: &str) -> &'static [&'static str] {
    match event {
        "hall" => &["stalls", "circle", "moon"],
        "club" => &["tables", "floor"],
        _ => &["field"],
    }
}

fn row(label: &str, price_minor: i64, count: u32, digits_min: u8) -> Row {
    let seats =
        RowSeats::Numbered { prefix: format!("{label}-"), first_number: 1, step: 1, digits_min, count };
    Row { label: label.into(), price_minor, seats, ..Row::default() }
}

fn seats(event: &str) -> SeatMap {
    let seated = |name: &str, rows| Section::Seated { name: name.into(), rows };
    let general =
        |name: &str, capacity, price_minor| Section::General { name: name.into(), capacity, price_minor };
    let sections = match event {
        "hall" => vec![
            seated("stalls", vec![row("A", 5_000, 5, 0), row("B", 4_500, 5, 0)]),
            seated("circle", vec![row("C", 3_000, 5, 0), row("D", 2_500, 3, 0)]),
        ],
        "club" => vec![
            seated("tables", vec![row("R", 900, 4, 2), row("S", 800, 3, 2), row("T", 700, 3, 2)]),
            general("floor", 12, 350),
        ],
        _ => vec![general("field", 15, 4_000)],
    };
    SeatMap { sections }
}

/// The rules of an event's line; `level` varies them.
pub(super) fn policy(event: &str, level: u32, start: UnixMs) -> Option<QueuePolicy> {
    let policy = QueuePolicy {
        enabled: level != 3,
        admissions_per_minute: 60 + 240 * level,
        burst: 1 + level,
        inside_max: 3 + level,
        waiting_max: 8 + level,
        claim_window_ms: 4_000 + 1_000 * u64::from(level),
        token_ttl_ms: 30_000,
        inactivity_ms: 45_000,
        one_place_per_user: level != 2,
        room: None,
    };
    match event {
        "hall" => Some(policy),
        "arena" => {
            let room = PresaleRoom { opens_at: start, draws_at: start.plus_ms(20_000) };
            Some(QueuePolicy { room: Some(room), ..policy })
        }
        _ => None,
    }
}

/// Settings of an event; `level` varies them.
pub(super) fn settings(event: &str, level: u64, start: UnixMs) -> EventSettings {
    let currency = Currency::new("KRW").expect("three letters");
    EventSettings {
        seats_per_reservation_max: 5,
        seats_per_user_max: (event == "club").then_some(6),
        hold_ms: 15_000 + 5_000 * level,
        hold_ms_max: 60_000,
        extension_ms_max: 10_000,
        extensions_max: 2,
        // Before that its room is open; it is drawn then or a little earlier, as its policy says.
        sale_starts: (event == "arena").then(|| start.plus_ms(23_000 - 3_000 * level)),
        ..EventSettings::new(event, currency)
    }
}

/// The commands that make the events and open their sales.
pub(crate) fn opening(start: UnixMs) -> Vec<Command> {
    let mut commands = Vec::new();
    for name in EVENTS {
        let event = EventId::new(name).expect("valid");
        commands.push(Command::CreateEvent(Box::new(CreateEvent {
            event: event.clone(),
            settings: settings(name, 1, start),
            seats: seats(name),
            queue: policy(name, 1, start),
            key: None,
        })));
        commands.push(Command::SetSale(SetSale { event, state: SaleState::Open, key: None }));
    }
    commands
}

/// Makes houses and lines fit for a crowd.
pub(super) fn enlarge(command: &mut Command) {
    const TIMES: u32 = 60;
    // Rules that are wide already stay as they are.
    let wider = |bound: u32, times: u32, most: u32| bound.max(bound.saturating_mul(times).min(most));
    let widen = |policy: &mut QueuePolicy| {
        policy.waiting_max = wider(policy.waiting_max, TIMES * 10, 10_000);
        policy.inside_max = wider(policy.inside_max, TIMES, 1_000);
        policy.admissions_per_minute = wider(policy.admissions_per_minute, TIMES, 20_000);
        policy.burst = wider(policy.burst, TIMES, 200);
    };
    match command {
        Command::CreateEvent(c) => {
            c.queue.iter_mut().for_each(widen);
            for section in &mut c.seats.sections {
                if let Section::General { capacity, .. } = section {
                    *capacity = capacity.saturating_mul(TIMES);
                }
            }
        }
        Command::SetQueuePolicy(c) => widen(&mut c.policy),
        _ => {}
    }
}
