//! Every call that a workload makes of its storage, in turn, panics, blocks until it is released, finds no descriptors,
//! no memory, is interrupted, or fails. Whatever comes of it: the run ends, every caller gets an answer, everything
//! acknowledged is there after the folder is opened again, and only what touches the segment in use, or a panic of the
//! writer, may end writing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::common::{T0, best, confirm_command, create, event, house, open as open_event, settings, user};
use crate::faults::{BOUND, ends, name, open, small};
use crate::side_by_side::side_by_side;
use tacos_engine::{
    Caller, Clock, Driver, Engine, Failure, ManualClock, Note, OpenError, ReservationId, ReservationState,
    Reserve, UpdatesLost,
};
use tacos_testing::storage::{CallFault, CallKind, FaultyStorage, MemStorage, Misbehaviour};

/// Names of notes, each written over and over.
const NAMES: usize = 12;
/// Steps of the workload: enough for some segments, two snapshots after the first files were let go, and a second
/// opening.
const STEPS: usize = 150;
const SNAPSHOTS_AT: [usize; 3] = [40, 80, 120];
const REOPENED_AT: usize = 100;

/// What a caller was told, and what it tried without hearing the end of it.
#[derive(Default)]
struct Told {
    notes: [(Option<u8>, Vec<u8>); NAMES],
    sold: Vec<ReservationId>,
    event: bool,
    poisoned: Option<String>,
    answers: u64,
}

struct Run {
    storage: FaultyStorage,
    clock: Arc<ManualClock>,
    driver: Driver,
    told: Told,
}

impl Run {
    fn new(driver: Driver) -> Self {
        let storage = FaultyStorage::new(MemStorage::new());
        Self { storage, clock: Arc::new(ManualClock::new(T0)), driver, told: Told::default() }
    }

    fn open(&self) -> Result<Engine, OpenError> {
        let config = small(self.driver)
            .with_clock(Arc::clone(&self.clock) as Arc<dyn Clock>)
            .with_snapshot_every_bytes(0);
        open(&self.storage, config)
    }

    /// Opens, and once more if the fault was in the way.
    fn open_at_last(&self) -> Engine {
        for _ in 0..2 {
            if let Ok(Ok(engine)) = catch_unwind(AssertUnwindSafe(|| self.open())) {
                return engine;
            }
        }
        self.open().unwrap_or_else(|why| panic!("the folder does not open: {why}"))
    }

    /// The whole workload.
    fn work(&mut self) {
        let mut engine = self.open_at_last();
        let mut reading = reads_along(&engine);
        for step in 0..STEPS {
            if !self.told.event {
                self.make_event(&engine);
            }
            self.write_note(&engine, step);
            if step % 7 == 3 {
                self.sell(&engine, step);
            }
            if step % 10 == 9 {
                self.clock.advance(Duration::from_secs(100));
                let _ = catch_unwind(AssertUnwindSafe(|| engine.turn()));
            }
            if SNAPSHOTS_AT.contains(&step) {
                let _ = catch_unwind(AssertUnwindSafe(|| engine.snapshot()));
            }
            if step == REOPENED_AT {
                self.close(&engine, reading);
                drop(engine);
                engine = self.open_at_last();
                reading = reads_along(&engine);
            }
        }
        self.close(&engine, reading);
    }

    fn make_event(&mut self, engine: &Engine) {
        let made = catch_unwind(AssertUnwindSafe(|| {
            create(engine, event(), house(2, 20), settings(), None);
            open_event(engine, event());
        }));
        // Cut off in the middle, it stays as it is: the event is needed by nothing else.
        self.told.event = made.is_ok() || engine.event(&event()).is_ok();
    }

    fn write_note(&mut self, engine: &Engine, step: usize) {
        let (at, value) = (step % NAMES, u8::try_from(step).expect("few steps"));
        let value_bytes = Some(vec![value; 4_000]);
        self.told.notes[at].1.push(value);
        let written = engine.note(Note::new(name(format!("note-{at}")), value_bytes));
        self.told.answers += 1;
        if written.wait().is_ok() {
            self.told.notes[at] = (Some(value), Vec::new());
        }
    }

    fn sell(&mut self, engine: &Engine, step: usize) {
        let reserve = Reserve::new(event(), user(format!("user-{step}")), best(1));
        let held = engine.reserve(reserve).wait();
        self.told.answers += 1;
        if let Ok(held) = held {
            self.told.answers += 1;
            if engine.confirm(confirm_command(held.id)).wait().is_ok() {
                self.told.sold.push(held.id);
            }
        }
    }

    fn close(&mut self, engine: &Engine, reading: std::thread::JoinHandle<UpdatesLost>) {
        let poisoned = engine.status().poisoned;
        if let Some(why) = poisoned {
            let late = engine.note(Note::new(name("late"), None));
            assert!(late.is_ready() && matches!(late.wait(), Err(Failure::Broken(_))), "{why}");
            self.told.poisoned.get_or_insert(why);
        }
        if let Err(why) = engine.close() {
            self.told.poisoned.get_or_insert(why.to_string());
        }
        // It ends. A panic that it met in reading files itself is its own.
        let _ = reading.join();
    }

    /// Everything acknowledged is there.
    fn check(&self, what: &str) {
        self.storage.heal();
        let engine = self.open().unwrap_or_else(|why| panic!("{what}: the folder does not open: {why}"));
        for (at, (acknowledged, tried)) in self.told.notes.iter().enumerate() {
            let found = engine.read_note(&name(format!("note-{at}"))).map(|value| value[0]);
            let fits = found == *acknowledged || found.is_some_and(|value| tried.contains(&value));
            assert!(fits, "{what}: note {at} is {found:?}, acknowledged {acknowledged:?}, tried {tried:?}");
        }
        for id in &self.told.sold {
            let view = engine.reservation(&(*id).into(), &Caller::Operator).wait();
            let state = view.as_ref().map(|view| view.state);
            assert!(state == Ok(ReservationState::Confirmed), "{what}: {id} is {view:?}");
        }
        engine.note(Note::new(name("after"), Some(vec![1]))).wait().expect("writes go on");
    }
}

/// A reader that follows to the end.
fn reads_along(engine: &Engine) -> std::thread::JoinHandle<UpdatesLost> {
    let mut reader = engine.updates(engine.position()).expect("the newest position");
    std::thread::spawn(move || {
        let mut out = Vec::new();
        loop {
            out.clear();
            if let Err(lost) = reader.wait(BOUND, &mut out) {
                return lost;
            }
        }
    })
}

/// Lets go of every call that blocks, after it has been looked at from the side.
fn releases(storage: FaultyStorage, over: Arc<AtomicBool>) -> std::thread::JoinHandle<u64> {
    std::thread::spawn(move || {
        let mut released = 0;
        while !over.load(Ordering::Acquire) {
            if storage.is_blocking() {
                storage.release();
                released += 1;
            }
            std::thread::park_timeout(Duration::from_micros(200));
        }
        released
    })
}

/// One run with one fault; returns whether the fault happened.
fn attacked(driver: Driver, fault: CallFault, at: u64) -> bool {
    let what = format!("{driver:?}, {fault:?} at call {at}");
    let title = what.clone();
    ends(&title, move || {
        let mut run = Run::new(driver);
        run.storage.plan(Misbehaviour::at(fault, at));
        let over = Arc::new(AtomicBool::new(false));
        let releasing = releases(run.storage.clone(), Arc::clone(&over));
        run.work();
        over.store(true, Ordering::Release);
        releasing.join().expect("it only lets go");
        let hit = run.storage.hit();
        if let Some(why) = &run.told.poisoned {
            let (kind, file) = hit.as_ref().expect("nothing poisons but the fault");
            let in_use = matches!(kind, CallKind::WriteAt | CallKind::SyncData) && file.ends_with(".seg");
            // A disk that cannot keep names is broken, whatever they are the names of.
            let names = fault == CallFault::Io && *kind == CallKind::SyncFolder;
            assert!(
                in_use || names || fault == CallFault::Panic,
                "{what}: {kind:?} of {file:?} poisoned: {why}"
            );
            assert!(fault != CallFault::Block, "{what}: a slow disk is no failure: {why}");
        }
        assert!(run.told.answers > 0);
        run.check(&what);
        hit.is_some()
    })
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// All calls: `STORAGE_CALLS=100000`.
#[test]
fn every_call_may_misbehave_and_nothing_hangs_or_is_lost() {
    let most = number("STORAGE_CALLS", 16);
    for driver in [Driver::Manual, Driver::Threads] {
        let calls = ends("an undisturbed run", move || {
            let mut run = Run::new(driver);
            run.work();
            assert_eq!(run.told.poisoned, None);
            let calls = run.storage.calls();
            run.check("undisturbed");
            calls
        });
        let stride = usize::try_from(calls.div_ceil(most).max(1)).expect("small");
        side_by_side(CallFault::ALL.into_iter().enumerate(), |(offset, fault)| {
            // Each fault begins elsewhere, so that the short form meets other calls with each.
            let numbers = (0..calls).skip(offset * stride / CallFault::ALL.len()).step_by(stride);
            let (mut runs, mut hits) = (0, 0);
            for at in numbers {
                runs += 1;
                hits += u64::from(attacked(driver, fault, at));
            }
            println!("{driver:?}, {fault:?}: {runs} runs, the fault met in {hits}, of {calls} calls");
            assert!(hits * 2 > runs, "{driver:?}, {fault:?}: hardly anything was tried: {hits} of {runs}");
        });
    }
}
