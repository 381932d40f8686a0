//! A reader of updates that falls behind what memory keeps goes on in the files, whatever an acknowledgement promises.

use crate::common;

use std::time::Duration;

use tacos_engine::{Config, Durability, Engine, Position, Reserve, SeatId, SeatRequest, UpdateKind};

fn behind(durability: Durability) {
    let folder = tempfile::tempdir().expect("a folder");
    // The least history that there is, and writes for many times its size.
    let config = Config::default().with_durability(durability).with_update_history_bytes(64 << 10);
    let engine = Engine::open(folder.path(), config).expect("the folder opens");
    common::open_sale(&engine, common::house(20, 100));
    let mut reader = engine.updates(engine.position()).expect("a reader");
    let mut updates = Vec::new();
    let hold = |at: u32| {
        let seat = SeatId::new(&format!("R{}-{}", at / 100 + 1, at % 100 + 1)).expect("valid");
        let want = SeatRequest::Seats([seat].into_iter().collect());
        engine.reserve(Reserve::new(common::event(), common::user("kim"), want))
    };
    let mut made = vec![hold(0).wait().expect("held").id];
    // The reader has read something, and is overtaken by many times what memory keeps.
    while reader.read(&mut updates).expect("there") == 0 {}
    let held: Vec<_> = (1..2_000).map(hold).collect();
    made.extend(held.into_iter().map(|held| held.wait().expect("held").id));
    while updates.len() < made.len() {
        reader
            .read(&mut updates)
            .unwrap_or_else(|lost| panic!("{durability:?}, after {}: {lost}", updates.len()));
    }
    let seen = updates.iter().map(|update| match &update.what {
        UpdateKind::Reservation(update) => update.id,
        other => panic!("nothing else happened: {other:?}"),
    });
    assert!(seen.eq(made), "{durability:?}: each in its order");
    assert!(engine.updates(Position::ZERO).expect("all is kept").read(&mut updates).expect("read") > 0);
}

#[test]
fn when_writes_are_synced() {
    behind(Durability::Synced);
}

#[test]
fn when_writes_are_acknowledged_before_the_sync() {
    behind(Durability::Relaxed { sync_every: Duration::from_secs(60) });
}
