//! A panic of a thread that does the engine's work (the writer, the one that turns time, the one that takes snapshots,
//! or a caller that does it for all) is told to everybody who waits, in every way of waiting; later writes are turned
//! away at once, the status says which thread and what the panic said, reads go on, and the folder opens again with
//! everything acknowledged.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::common::until;
use crate::faults::{BOUND, Polled, ends, is_poisoned, name, note, open, small};
use tacos_engine::{Clock, Driver, Engine, Error, SystemClock, UnixMs, UpdatesLost};
use tacos_testing::storage::{CallFault, CallKind, FaultyStorage, MemStorage, Misbehaviour};

/// Says what must hold after the panic, and that the folder opens again.
fn is_told_and_opens_again(engine: Engine, storage: &FaultyStorage, who: &str) {
    let why = engine.status().poisoned.expect("the status says it");
    assert!(why.contains(who) && why.contains("planted"), "which thread and what it said: {why}");
    let late = note(&engine, "late", 10);
    assert!(late.is_ready(), "turned away at once");
    assert!(is_poisoned(&late.wait()));
    assert_eq!(engine.read_note(&name("first")), Some(vec![7; 10]), "reads go on");
    let closed = engine.clone();
    assert!(matches!(ends("closing", move || closed.close()), Err(Error::Poisoned { .. })));
    drop(engine);
    storage.heal();
    let engine = open(storage, small(Driver::Manual)).expect("the folder opens again");
    assert_eq!(engine.read_note(&name("first")), Some(vec![7; 10]), "it was acknowledged");
    note(&engine, "again", 10).wait().expect("it takes writes again");
}

#[test]
fn a_panic_of_the_writer_ends_every_way_of_waiting() {
    let storage = FaultyStorage::new(MemStorage::new());
    let engine = open(&storage, small(Driver::Threads)).expect("an empty folder");
    note(&engine, "first", 10).wait().expect("a healthy disk");
    let mut reader = engine.updates(engine.position()).expect("the newest position");

    // The writer is inside a sync that panics in the end, and everybody waits.
    storage.plan(Misbehaviour::next(CallFault::Block, CallKind::SyncData));
    let blocking = note(&engine, "blocking", 10);
    until("the writer syncs", || storage.is_blocking());
    let future = Polled::new(note(&engine, "future", 10));
    let queue = engine.completion_queue(8);
    note(&engine, "queued", 10).notify(&queue, 5).expect("room");
    let sleeping = std::thread::spawn(move || blocking.wait());
    let reading = std::thread::spawn(move || reader.wait(2 * BOUND, &mut Vec::new()));
    storage.release_to_panic();

    assert!(is_poisoned(&ends("a blocked caller", || sleeping.join().expect("no panic of its own"))));
    let woken = Arc::clone(&future.1);
    until("the future is woken", || woken.times() > 0);
    assert!(is_poisoned(&future.result()));
    let polling = queue.clone();
    let out = ends("a completion queue", move || {
        let mut out = Vec::new();
        while out.is_empty() {
            polling.poll(8, BOUND, &mut out);
        }
        out
    });
    assert!(out[0].tag == 5 && is_poisoned(&out[0].result), "{out:?}");
    let read = ends("a reader of updates", || reading.join().expect("no panic of its own"));
    let Err(UpdatesLost::Journal(why)) = read else { panic!("{read:?}") };
    assert!(why.contains("planted"), "{why}");
    is_told_and_opens_again(engine, &storage, "journal");
}

#[test]
fn callers_that_wait_for_room_in_the_log_buffer_do_not_wait_for_a_dead_writer() {
    let storage = FaultyStorage::new(MemStorage::new());
    let engine = open(&storage, small(Driver::Threads)).expect("an empty folder");
    note(&engine, "first", 10).wait().expect("a healthy disk");
    storage.plan(Misbehaviour::next(CallFault::Block, CallKind::SyncData));
    let blocking = note(&engine, "blocking", 10);
    until("the writer syncs", || storage.is_blocking());
    // More than the buffer has room for: those who passed the door at the same moment wait inside.
    let crowd: Vec<_> = (0..32)
        .map(|number| {
            let engine = engine.clone();
            std::thread::spawn(move || note(&engine, format!("crowd-{number}"), 4_000).wait())
        })
        .collect();
    until("the buffer is crowded", || engine.status().written > 48 << 10);
    storage.release_to_panic();
    let answers = ends("a crowd", move || {
        crowd.into_iter().map(|thread| thread.join().expect("no panic of its own")).collect::<Vec<_>>()
    });
    assert!(answers.iter().all(Result::is_err), "nothing of it is durable: {answers:?}");
    assert!(is_poisoned(&blocking.wait()));
    is_told_and_opens_again(engine, &storage, "journal");
}

#[test]
fn a_panic_in_a_caller_that_writes_for_all_is_told_as_one_of_the_writer() {
    let storage = FaultyStorage::new(MemStorage::new());
    let engine = open(&storage, small(Driver::Manual)).expect("an empty folder");
    note(&engine, "first", 10).wait().expect("a healthy disk");
    let (waited, polled, queued) = (note(&engine, "a", 10), note(&engine, "b", 10), note(&engine, "c", 10));
    storage.plan(Misbehaviour::next(CallFault::Panic, CallKind::SyncData));
    assert!(is_poisoned(&ends("the caller that drives", move || waited.wait())));
    assert!(is_poisoned(&polled.wait()));
    let queue = engine.completion_queue(8);
    queued.notify(&queue, 5).expect("room");
    let mut out = Vec::new();
    assert_eq!(queue.poll(8, BOUND, &mut out), 1);
    assert!(is_poisoned(&out[0].result), "{out:?}");
    let mut reader = engine.updates(engine.position()).expect("the newest position");
    let read = reader.wait(2 * BOUND, &mut Vec::new());
    assert!(matches!(read, Err(UpdatesLost::Journal(_))), "{read:?}");
    engine.turn();
    is_told_and_opens_again(engine, &storage, "journal");
}

/// A clock that panics on the engine's own thread of time, once it is told to.
struct Broken(SystemClock, AtomicBool);

impl Clock for Broken {
    fn now(&self) -> UnixMs {
        let is_time = std::thread::current().name() == Some("tacos-time");
        assert!(!is_time || !self.1.load(Ordering::Relaxed), "planted in the clock");
        self.0.now()
    }
}

#[test]
fn a_panic_of_the_thread_that_turns_time_is_told_to_everyone() {
    let storage = FaultyStorage::new(MemStorage::new());
    let clock = Arc::new(Broken(SystemClock::new(), AtomicBool::new(false)));
    let config = small(Driver::Threads).with_clock(Arc::clone(&clock) as Arc<dyn Clock>);
    let engine = open(&storage, config).expect("an empty folder");
    note(&engine, "first", 10).wait().expect("a healthy disk");
    let mut reader = engine.updates(engine.position()).expect("the newest position");
    storage.plan(Misbehaviour::next(CallFault::Block, CallKind::SyncData));
    let waiting = note(&engine, "waiting", 10);
    until("the writer syncs", || storage.is_blocking());
    let sleeping = std::thread::spawn(move || waiting.wait());
    let reading = std::thread::spawn(move || reader.wait(2 * BOUND, &mut Vec::new()));
    clock.1.store(true, Ordering::Relaxed);
    // The writer still stands in its sync; callers are told all the same.
    assert!(is_poisoned(&ends("a blocked caller", || sleeping.join().expect("no panic of its own"))));
    let read = ends("a reader of updates", || reading.join().expect("no panic of its own"));
    assert!(matches!(read, Err(UpdatesLost::Journal(_))), "{read:?}");
    storage.release();
    is_told_and_opens_again(engine, &storage, "time");
}

#[test]
fn a_panic_of_the_thread_that_takes_snapshots_is_told_to_everyone() {
    let storage = FaultyStorage::new(MemStorage::new());
    let config = small(Driver::Threads).with_snapshot_every_bytes(64 << 10);
    let engine = open(&storage, config).expect("an empty folder");
    note(&engine, "first", 10).wait().expect("a healthy disk");
    let mut reader = engine.updates(engine.position()).expect("the newest position");
    storage.plan(Misbehaviour { suffix: ".tmp", ..Misbehaviour::next(CallFault::Panic, CallKind::Create) });
    for number in 0..40 {
        note(&engine, format!("bulk-{number}"), 4_000).wait().expect("a snapshot is nothing to writers");
    }
    until("the snapshot thread is dead", || engine.status().poisoned.is_some());
    let read = ends("a reader of updates", move || {
        loop {
            if let Err(lost) = reader.wait(Duration::from_secs(1), &mut Vec::new()) {
                return lost;
            }
        }
    });
    assert!(matches!(read, UpdatesLost::Journal(_)), "{read:?}");
    is_told_and_opens_again(engine, &storage, "snapshot");
}

#[test]
fn in_memory_too() {
    let clock = Arc::new(Broken(SystemClock::new(), AtomicBool::new(false)));
    let config = small(Driver::Threads).with_clock(Arc::clone(&clock) as Arc<dyn Clock>);
    let engine = Engine::in_memory(config).expect("an engine");
    note(&engine, "first", 10).wait().expect("nothing to wait for");
    clock.1.store(true, Ordering::Relaxed);
    until("the time thread is dead", || engine.status().poisoned.is_some());
    assert!(is_poisoned(&note(&engine, "late", 10).wait()), "no deadline would ever end anything");
    assert_eq!(engine.read_note(&name("first")), Some(vec![7; 10]), "reads go on");
    let closed = engine.clone();
    assert!(ends("closing", move || closed.close()).is_err());
}
