//! Claim: an event may have a million seats with labels that follow no rule. It survives a restart from the journal and
//! from a snapshot, each seat is found by its label, and a map that is too long all the same is refused in words.

use std::sync::Arc;

use crate::common::*;
use tacos_engine::{
    Config, CreateEvent, Engine, EventId, ManualClock, RecoveryConsent, Refusal, Row, RowSeats, SeatMap,
    Section,
};

const ROWS: u32 = 25_000;
const SEATS_OF_ROW: u32 = 40;

/// The buffer and the segments of an engine with default settings.
fn config(clock: &Arc<ManualClock>) -> Config {
    let default = Config::default();
    by_hand(clock)
        .with_log_buffer_bytes(default.log_buffer_bytes)
        .with_segment_bytes(default.segment_bytes)
        .with_snapshot_every_bytes(0)
}

/// Odd numbers on the left and even ones on the right.
fn labels(row: u32) -> impl Iterator<Item = String> {
    let numbers = (1..SEATS_OF_ROW).step_by(2).chain((2..=SEATS_OF_ROW).rev().step_by(2));
    numbers.map(move |number| format!("block{}-row{row:05}-{number}", row / 1_000))
}

fn map(rows: u32, labels: impl Fn(u32) -> Vec<String>) -> SeatMap {
    let row = |row: u32| Row {
        label: row.to_string(),
        price_minor: 5_000,
        seats: RowSeats::Listed(labels(row)),
        ..Row::default()
    };
    SeatMap { sections: vec![Section::Seated { name: "stadium".into(), rows: (0..rows).map(row).collect() }] }
}

fn check(engine: &Engine, sold: u32) {
    let counts = engine.event(&event()).expect("created").counts;
    assert_eq!((counts.total, counts.sold), (ROWS * SEATS_OF_ROW, sold));
}

fn sell(engine: &Engine, row: u32, seat: usize) {
    let label = labels(row).nth(seat).expect("a seat of the row");
    let held = reserve(engine, "ann", seats(&[&label])).expect("found by its label");
    confirm(engine, held.id).expect("sold");
    let again = refused(reserve(engine, "bob", seats(&[&label])));
    assert!(matches!(again, Refusal::SeatsTaken(_)) && again.to_string().contains(&label), "{again:?}");
}

#[test]
fn a_million_seats_without_a_rule_are_created_reopened_and_found() {
    let (folder, clock) = (tempfile::tempdir().expect("a folder"), clock());
    let engine = open_folder(folder.path(), config(&clock));
    open_sale(&engine, map(ROWS, |row| labels(row).collect()));
    sell(&engine, 0, 0);
    sell(&engine, ROWS - 1, 39);
    let digest = engine.digest();
    engine.close().expect("closed");

    let engine = open_folder(folder.path(), config(&clock));
    assert_eq!(engine.digest(), digest, "from the journal");
    check(&engine, 2);
    sell(&engine, 12_345, 20);
    engine.snapshot().expect("a snapshot");
    let digest = engine.digest();
    engine.close().expect("closed");

    let (engine, opened) =
        Engine::open_with(folder.path(), config(&clock), RecoveryConsent::LoseNothing, |_| ())
            .expect("opens");
    assert_eq!(opened.snapshot.map(|found| found.records), Some(opened.records), "from the snapshot alone");
    assert_eq!(engine.digest(), digest, "from the snapshot");
    check(&engine, 3);
    sell(&engine, 777, 7);
}

#[test]
fn labels_that_nothing_shortens_are_refused_in_words() {
    let (seed, clock) = (seed(), clock());
    let engine = Engine::in_memory(config(&clock)).expect("an engine");
    let mut random = Rng::new(seed);
    let mut label = |_: u32| format!("{:016x}{:016x}", random.next(), random.next());
    let label = std::cell::RefCell::new(&mut label);
    let unlike = |row: u32| (0..SEATS_OF_ROW).map(|_| (label.borrow_mut())(row)).collect();
    let create = CreateEvent::new(event(), settings(), map(ROWS / 2, unlike));
    let refusal = refused(engine.create_event(create).wait());
    let text = refusal.to_string();
    assert!(text.contains("in the journal and may take 8388608: number its rows"), "seed {seed}: {text}");
    assert!(engine.event(&event()).is_err(), "seed {seed}: nothing was changed");
    // The bound is of the journal's bytes: a hall of the same kind of labels that fits is taken.
    let small = CreateEvent::new(EventId::new("small").expect("valid"), settings(), map(4_000, unlike));
    engine.create_event(small).wait().expect("5.3 million bytes");
}
