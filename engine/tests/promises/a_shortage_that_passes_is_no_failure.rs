//! The next segment's file is made ahead of its use, and a snapshot is extra. If either cannot be made because the
//! process is short of descriptors or memory, or a signal comes, or for any other reason before it is used, that is
//! tried again and counted; writes go on as long as the present segment has room, are refused after that, and go on
//! when the shortage is over. Nothing is lost.

use crate::common::until;
use crate::faults::{name, note, open, small};
use tacos_engine::{Bound, Driver, Engine, Failure, Refusal, SnapshotError};
use tacos_testing::storage::{CallFault, CallKind, FaultyStorage, MemStorage, Misbehaviour};

const SHORTAGES: [CallFault; 3] = [CallFault::Descriptors, CallFault::Memory, CallFault::Interrupted];
const NO_ROOM: Failure = Failure::Refused(Refusal::AtCapacity(Bound::DiskSpace));

/// Writes until the journal takes no more; returns the number of the last note that it took.
fn fill(engine: &Engine, from: u32) -> u32 {
    for number in from..from + 400 {
        match note(engine, format!("note-{number}"), 4_000).wait() {
            Ok(_) => {}
            Err(refused) => {
                assert_eq!(refused, NO_ROOM, "note {number}");
                return number - 1;
            }
        }
    }
    panic!("400 notes of 4 KB need a second segment");
}

/// Writes until the next segment is missed, goes on when it can be made, and looks whether all is there.
fn is_tried_again(driver: Driver, misbehaviour: Misbehaviour) {
    let what = format!("{driver:?}, {misbehaviour:?}");
    let storage = FaultyStorage::new(MemStorage::new());
    let engine = open(&storage, small(driver)).expect("an empty folder");
    note(&engine, "note-0", 4_000).wait().expect("a healthy disk");
    storage.plan(Misbehaviour { times: u64::MAX, ..misbehaviour });
    let last = fill(&engine, 1);
    let status = engine.status();
    assert!(status.poisoned.is_none() && status.disk_full, "{what}: {status:?}");
    let retries = engine.retries();
    assert!(retries.segments > 0 && retries.last.is_some(), "{what}: {retries:?}");
    assert_eq!(engine.read_note(&name("note-0")).map(|value| value.len()), Some(4_000), "reads go on");

    storage.heal();
    until("writes go on", || {
        engine.turn();
        note(&engine, "again", 10).wait().is_ok()
    });
    engine.close().expect("nothing failed");
    drop(engine);
    let engine = open(&storage, small(driver)).unwrap_or_else(|why| panic!("{what}: {why}"));
    for number in 0..=last {
        assert!(engine.read_note(&name(format!("note-{number}"))).is_some(), "{what}: note {number}");
    }
    assert!(engine.read_note(&name("again")).is_some(), "{what}");
}

#[test]
fn a_segment_that_cannot_be_made_is_tried_again() {
    for driver in [Driver::Manual, Driver::Threads] {
        for fault in SHORTAGES {
            is_tried_again(driver, Misbehaviour::next(fault, CallKind::Create));
            is_tried_again(driver, Misbehaviour::next(fault, CallKind::SyncFolder));
        }
        // Nothing was in the file, so even a broken disk has harmed nothing. Syncs of the segments in use are no such
        // case.
        for fault in SHORTAGES.into_iter().chain([CallFault::Io]) {
            is_tried_again(
                driver,
                Misbehaviour { suffix: "2.seg", ..Misbehaviour::next(fault, CallKind::SyncData) },
            );
        }
        is_tried_again(driver, Misbehaviour::next(CallFault::Io, CallKind::Create));
    }
}

/// One failed try in the middle of a segment is not even noticed by callers.
#[test]
fn a_shortage_that_ends_in_time_refuses_nothing() {
    for fault in SHORTAGES {
        let storage = FaultyStorage::new(MemStorage::new());
        let engine = open(&storage, small(Driver::Manual)).expect("an empty folder");
        storage.plan(Misbehaviour { times: 2, ..Misbehaviour::next(fault, CallKind::Create) });
        for number in 0..200 {
            let written = note(&engine, format!("note-{number}"), 4_000).wait();
            written.unwrap_or_else(|why| panic!("{fault:?}, note {number}: {why}"));
        }
        assert_eq!(storage.hits(), 2, "{fault:?}");
        assert_eq!(engine.retries().segments, 2, "{fault:?}");
        assert_eq!(engine.status().poisoned, None, "{fault:?}");
    }
}

#[test]
fn a_snapshot_that_cannot_be_made_is_told_and_tried_again() {
    for fault in SHORTAGES {
        let storage = FaultyStorage::new(MemStorage::new());
        let engine = open(&storage, small(Driver::Manual)).expect("an empty folder");
        note(&engine, "note", 10).wait().expect("a healthy disk");
        storage.plan(Misbehaviour { suffix: ".tmp", ..Misbehaviour::next(fault, CallKind::Create) });
        let failed = engine.snapshot();
        assert!(matches!(failed, Err(SnapshotError::Journal(_))), "{fault:?}: {failed:?}");
        note(&engine, "note", 10).wait().expect("writers have nothing to do with it");
        engine.snapshot().unwrap_or_else(|why| panic!("{fault:?}: {why}"));
    }
}

#[test]
fn a_snapshot_that_is_taken_without_asking_is_tried_again_without_asking() {
    let storage = FaultyStorage::new(MemStorage::new());
    let config = small(Driver::Threads).with_snapshot_every_bytes(64 << 10);
    let engine = open(&storage, config).expect("an empty folder");
    storage.plan(Misbehaviour {
        suffix: ".tmp",
        ..Misbehaviour::next(CallFault::Descriptors, CallKind::Create)
    });
    for number in 0..40 {
        note(&engine, format!("note-{number}"), 4_000).wait().expect("a snapshot is nothing to writers");
    }
    until("it failed once", || engine.retries().snapshots == 1);
    let why = engine.retries().last.expect("the reason");
    assert!(why.contains("create") && why.contains(".tmp"), "{why}");
    assert_eq!(engine.status().poisoned, None);
    until("it succeeds, with no write between", || engine.status().snapshot > 0);
}
