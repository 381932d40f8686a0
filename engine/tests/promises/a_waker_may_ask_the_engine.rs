//! Claim: wakers are called with no lock of the engine held, whichever thread writes: one that asks the engine for its
//! position, turns it or reads from it gets its answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use crate::common::*;
use tacos_engine::{Config, Engine, ExternalId, Note, RecoveryConsent, Reserve, UpdateReader, UpdatesLost};
use tacos_testing::storage::MemStorage;
use tacos_testing::watched;

const SECONDS: u64 = 60;

/// Asks the engine everything that could meet a lock of the thread that wakes it.
struct Asks {
    engine: Engine,
    woken: AtomicU32,
}

impl Wake for Asks {
    fn wake(self: Arc<Self>) {
        let position = self.engine.position();
        self.engine.turn();
        assert!(self.engine.position() >= position);
        self.engine.counts(&event()).expect("known");
        self.engine.seats(&event(), 0, usize::MAX).expect("known");
        let mut updates = Vec::new();
        self.engine.updates(position).expect("kept").read(&mut updates).expect("readable");
        self.woken.fetch_add(1, Ordering::AcqRel);
    }
}

impl Asks {
    fn times(&self) -> u32 {
        self.woken.load(Ordering::Acquire)
    }
}

/// A reader that waits for the next update, and the waker that it will call.
fn waiting(engine: &Engine) -> (UpdateReader, Arc<Asks>) {
    let asks = Arc::new(Asks { engine: engine.clone(), woken: AtomicU32::new(0) });
    let mut reader = engine.updates(engine.position()).expect("kept");
    let polled: Poll<Result<(), UpdatesLost>> =
        reader.poll_ready(&mut Context::from_waker(&Waker::from(Arc::clone(&asks))));
    assert!(polled.is_pending(), "nothing is new");
    (reader, asks)
}

fn a_waiting_reader_is_woken(engine: &Engine) {
    create(engine, event(), house(2, 10), settings().with_hold_ms(1_000), None);
    open(engine, event());
    for round in 0..5 {
        let (_reader, asks) = waiting(engine);
        engine.reserve(Reserve::new(event(), user("kim"), best(1))).wait().expect("held");
        let _ = engine.position();
        until("the reader is woken", || asks.times() == 1);
        // Once more by the close, which has nothing to do with the clones that wakers keep.
        if round == 4 {
            let (_reader, asks) = waiting(engine);
            engine.close().expect("closed");
            until("the reader is woken by the close", || asks.times() == 1);
        }
    }
}

fn on_disk(config: Config) -> Engine {
    let disk = Arc::new(MemStorage::new());
    Engine::open_storage(disk, config, RecoveryConsent::LoseNothing, |_| ()).expect("it opens").0
}

#[test]
fn turned_by_hand_on_a_disk() {
    watched("by hand, on a disk", SECONDS, || a_waiting_reader_is_woken(&on_disk(by_hand(&clock()))));
}

#[test]
fn turned_by_hand_in_memory() {
    let engine = Engine::in_memory(by_hand(&clock())).expect("an engine");
    watched("by hand, in memory", SECONDS, || a_waiting_reader_is_woken(&engine));
}

#[test]
fn with_threads_on_a_disk() {
    watched("threads, on a disk", SECONDS, || a_waiting_reader_is_woken(&on_disk(with_clock(&clock()))));
}

#[test]
fn with_threads_in_memory() {
    let engine = Engine::in_memory(with_clock(&clock())).expect("an engine");
    watched("threads, in memory", SECONDS, || a_waiting_reader_is_woken(&engine));
}

/// A command that finds the log buffer crowded drains it itself, in the middle of its work: no waker runs there, and those
/// that waited are woken by the next thread that writes.
#[test]
fn a_command_that_makes_room_runs_no_waker() {
    watched("a crowded log buffer", SECONDS, || {
        let config = by_hand(&clock()).with_log_buffer_bytes(64 << 10).with_update_history_bytes(64 << 10);
        let engine = Engine::in_memory(config).expect("an engine");
        open_sale(&engine, house(2, 10));
        let (_reader, asks) = waiting(&engine);
        let written = engine.status().durable;
        for number in 0..100 {
            let name = ExternalId::new(&format!("note-{number}")).expect("valid");
            let note = Note::new(name, Some(vec![7; 4_000])).with_key(key(format!("key-{number}")));
            engine.note(note).wait().expect("taken");
        }
        assert!(engine.status().durable > written, "a command has drained the buffer");
        assert_eq!(asks.times(), 0, "and woke nobody in the middle of its work");
        let _ = engine.position();
        assert_eq!(asks.times(), 1);
    });
}
