//! Closing twice is closing once: a second caller waits until everything is written, and hears the same. A reader of
//! updates that outlives its engine keeps the folder from nobody, and is told that the engine is closed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::common::until;
use crate::faults::{BOUND, ends, name, note, open, small};
use tacos_engine::{Driver, Error, Position, UpdatesLost};
use tacos_testing::storage::{CallFault, CallKind, FaultyStorage, MemStorage, Misbehaviour};

#[test]
fn a_second_caller_waits_for_the_first_and_hears_the_same() {
    for fails in [false, true] {
        let storage = FaultyStorage::new(MemStorage::new());
        let engine = open(&storage, small(Driver::Threads)).expect("an empty folder");
        storage.plan(Misbehaviour::next(CallFault::Block, CallKind::SyncData));
        let last = note(&engine, "last", 10);
        until("the writer syncs", || storage.is_blocking());
        let returned = Arc::new(AtomicBool::new(false));
        let closing: Vec<_> = (0..3)
            .map(|_| {
                let (engine, returned) = (engine.clone(), Arc::clone(&returned));
                std::thread::spawn(move || {
                    let closed = engine.close();
                    returned.store(true, Ordering::SeqCst);
                    closed
                })
            })
            .collect();
        // Writes are refused from the first call on; the calls themselves cannot end while the disk works.
        until("writes are refused", || note(&engine, "late", 10).is_ready());
        for _ in 0..1_000 {
            std::thread::yield_now();
            assert!(!returned.load(Ordering::SeqCst), "it returned while the last group was being written");
        }
        if fails {
            storage.release_to_panic();
        } else {
            storage.release();
        }
        let results = ends("three callers that close", move || {
            closing.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Vec<_>>()
        });
        assert!(results.windows(2).all(|pair| pair[0] == pair[1]), "{results:?}");
        assert_eq!(results[0].is_err(), fails, "{results:?}");
        assert_eq!(last.wait().is_err(), fails);
        assert_eq!(engine.close(), results[0], "and so does a fourth, later");
    }
}

#[test]
fn closing_out_of_a_waker_begins_the_end_and_waits_for_nothing() {
    struct Closes(tacos_engine::Engine);
    impl std::task::Wake for Closes {
        fn wake(self: Arc<Self>) {
            let _ = self.0.close();
        }
    }
    let storage = FaultyStorage::new(MemStorage::new());
    let engine = open(&storage, small(Driver::Threads)).expect("an empty folder");
    storage.plan(Misbehaviour::next(CallFault::Block, CallKind::SyncData));
    let mut first = note(&engine, "first", 10);
    until("the writer syncs", || storage.is_blocking());
    let waker = std::task::Waker::from(Arc::new(Closes(engine.clone())));
    let polled = std::pin::Pin::new(&mut first).poll(&mut std::task::Context::from_waker(&waker));
    assert!(polled.is_pending());
    storage.release();
    until("the waker has closed", || {
        matches!(note(&engine, "late", 10).wait(), Err(tacos_engine::Failure::Broken(Error::Closed)))
    });
    let closing = engine.clone();
    ends("closing", move || closing.close()).expect("nothing failed");
    drop((engine, first, waker));
    let engine = open(&storage, small(Driver::Threads)).expect("the folder is free");
    assert!(engine.read_note(&name("first")).is_some());
}

#[test]
fn a_reader_that_outlives_its_engine_keeps_the_folder_from_nobody() {
    for driver in [Driver::Manual, Driver::Threads] {
        let storage = FaultyStorage::new(MemStorage::new());
        let engine = open(&storage, small(driver)).expect("an empty folder");
        // More than memory keeps: one reader is in the files, one at the end.
        for number in 0..60 {
            note(&engine, format!("note-{number}"), 4_000).wait().expect("a healthy disk");
        }
        let mut behind = engine.updates(Position::ZERO).expect("the files have it");
        let mut out = Vec::new();
        behind.read(&mut out).expect("readable");
        let mut newest = engine.updates(engine.position()).expect("the newest position");
        engine.close().expect("nothing failed");
        drop(engine);
        let engine = open(&storage, small(driver)).unwrap_or_else(|why| panic!("{driver:?}: {why}"));
        let lost = ends("a reader in the files", move || {
            loop {
                if let Err(lost) = behind.read(&mut Vec::new()) {
                    return lost;
                }
            }
        });
        assert_eq!(lost, UpdatesLost::Closed);
        let ended = ends("a reader at the end", move || newest.wait(BOUND, &mut Vec::new()));
        assert_eq!(ended, Err(UpdatesLost::Closed));
        note(&engine, "again", 10).wait().expect("the folder is the new engine's");
    }
}
