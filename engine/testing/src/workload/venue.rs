//! The events of the workload: small houses, so that people get into each other's way.

use tacos_engine::EventId;
use tacos_engine::SaleState;
use tacos_engine::clock::UnixMs;
use tacos_engine::{Command, CreateEvent, Currency, EventSettings, SetSale};
use tacos_engine::{PresaleRoom, QueuePolicy};
use tacos_engine::{Row, RowSeats, SeatMap, Section};

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
    let policy = QueuePolicy::default()
        .with_enabled(level != 3)
        .with_admissions_per_minute(60 + 240 * level)
        .with_burst(1 + level)
        .with_inside_max(3 + level)
        .with_waiting_max(8 + level)
        .with_claim_window_ms(4_000 + 1_000 * u64::from(level))
        .with_token_ttl_ms(30_000)
        .with_inactivity_ms(45_000)
        .with_one_place_per_user(level != 2);
    match event {
        "hall" => Some(policy),
        "arena" => {
            let room = PresaleRoom { opens_at: start, draws_at: start.plus_ms(20_000) };
            Some(policy.with_room(Some(room)))
        }
        _ => None,
    }
}

/// Settings of an event; `level` varies them.
pub(super) fn settings(event: &str, level: u64, start: UnixMs) -> EventSettings {
    let currency = Currency::new("KRW").expect("three letters");
    EventSettings::new(event, currency)
        .with_seats_per_reservation_max(5)
        .with_seats_per_user_max((event == "club").then_some(6))
        .with_hold_ms(15_000 + 5_000 * level)
        .with_hold_ms_max(60_000)
        .with_extension_ms_max(10_000)
        .with_extensions_max(2)
        // Before that its room is open; it is drawn then or a little earlier, as its policy says.
        .with_sale_starts((event == "arena").then(|| start.plus_ms(23_000 - 3_000 * level)))
}

/// The commands that make the events and open their sales.
pub(crate) fn opening(start: UnixMs) -> Vec<Command> {
    let mut commands = Vec::new();
    for name in EVENTS {
        let event = EventId::new(name).expect("valid");
        commands.push(Command::from(
            CreateEvent::new(event.clone(), settings(name, 1, start), seats(name))
                .with_queue(policy(name, 1, start)),
        ));
        commands.push(Command::SetSale(SetSale::new(event, SaleState::Open)));
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
