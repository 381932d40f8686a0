//! A panic between taking seats and the commit, or between a record and its commit, poisons the engine: nobody waits
//! for the slot, the seats or the ticket that it left behind, later writes are refused, reads go on, and what the
//! folder brings back is one of the two states round that change.

use crate::faults;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::common::*;
use crate::faults::{ends, is_poisoned};
use tacos_engine::{
    BlockSeats, Clock, Config, Driver, Engine, ManualClock, PaymentOutcome, QueuePolicy, Reserve, SeatId,
    SeatMap,
};
use tacos_testing::storage::{FaultyStorage, MemStorage};
use tacos_testing::{Moment, plant_panic};

const MOMENTS: [Moment; 2] = [Moment::BeforeTheRecord, Moment::AfterTheRecord];

/// An engine over a folder, one open event, and the clock.
fn sale(driver: Driver) -> (Engine, FaultyStorage, Arc<ManualClock>) {
    let (storage, clock) = (FaultyStorage::new(MemStorage::new()), clock());
    let engine = faults::open(&storage, config_of(driver, &clock)).expect("an empty folder");
    let sections = house(1, 10).sections.into_iter().chain([floor(10)]).collect();
    open_sale(&engine, SeatMap { sections });
    (engine, storage, clock)
}

fn config_of(driver: Driver, clock: &Arc<ManualClock>) -> Config {
    faults::small(driver).with_clock(Arc::clone(clock) as Arc<dyn Clock>)
}

/// Runs `act`, which must meet the planted panic, on this thread.
fn panics<T>(act: impl FnOnce() -> T) {
    let panic = catch_unwind(AssertUnwindSafe(act)).err().expect("a planted panic");
    let text = panic.downcast_ref::<String>().map_or("", String::as_str);
    assert!(text.contains("planted"), "{text}");
}

/// Everything that may wait for what the panic left behind, each on a thread of its own.
fn nobody_waits(engine: &Engine) {
    let why = engine.status().poisoned.expect("the status says it");
    assert!(why.contains("in the middle of a change"), "{why}");
    for (what, want) in [
        ("the same seat", seats(&["R1-1"])),
        ("another seat", seats(&["R1-9"])),
        ("best", best(2)),
        ("all", best(10)),
        ("standing", standing(10)),
    ] {
        let engine = engine.clone();
        let answer = ends(what, move || reserve(&engine, "late", want));
        assert!(is_poisoned(&answer), "{what}: {answer:?}");
    }
    let turning = engine.clone();
    ends("the wheel", move || turning.turn());
    let reading = engine.clone();
    ends("reads", move || {
        let all = reading.seats(&event(), 0, usize::MAX).expect("the event exists");
        assert_eq!(all.len(), 10);
        let counts = reading.counts(&event()).expect("the event exists");
        assert_eq!(counts.available + counts.reserved + counts.sold + counts.blocked, counts.total);
        reading.event_snapshot(&event()).expect("the event exists");
        reading.digest()
    });
}

/// The folder opens to one of two states: without the change or with it.
fn opens_to_one_side(engine: Engine, storage: &FaultyStorage, clock: &Arc<ManualClock>, what: &str) {
    let closing = engine.clone();
    assert!(ends("closing", move || closing.close()).is_err());
    drop(engine);
    let engine =
        faults::open(storage, config_of(Driver::Manual, clock)).unwrap_or_else(|why| panic!("{what}: {why}"));
    reserve(&engine, "after", seats(&["R1-10"])).unwrap_or_else(|why| panic!("{what}: {why}"));
    let counts = engine.counts(&event()).expect("the event exists");
    assert_eq!(counts.available + counts.reserved + counts.sold + counts.blocked, counts.total, "{what}");
}

/// Plants a panic at the next record and lets `act` meet it.
fn attacked(what: &str, prepare: impl Fn(&Engine, &ManualClock), act: impl Fn(&Engine)) {
    for driver in [Driver::Manual, Driver::Threads] {
        for moment in MOMENTS {
            let what = format!("{what}, {moment:?}, {driver:?}");
            let (engine, storage, clock) = sale(driver);
            prepare(&engine, &clock);
            plant_panic(&engine, moment, 1);
            panics(|| act(&engine));
            nobody_waits(&engine);
            opens_to_one_side(engine, &storage, &clock, &what);
        }
    }
}

fn held(engine: &Engine) -> tacos_engine::ReservationId {
    reserve(engine, "kim", seats(&["R1-1", "R1-2"])).expect("free").id
}

fn of(engine: &Engine, who: &str) -> tacos_engine::ReservationId {
    let page = engine.reservations(&user(who), None, None, None, 1).wait().expect("readable");
    page.items.first().expect("it has one").id
}

fn block(engine: &Engine, block: bool) -> Answered<tacos_engine::Done> {
    let seats = ["R1-1", "R1-2"].iter().map(|seat| SeatId::new(seat).expect("valid")).collect::<Vec<_>>();
    engine.block_seats(BlockSeats::new(event(), seats, block)).wait()
}

#[test]
fn reserving() {
    attacked("reserve", |_, _| (), |engine| drop(reserve(engine, "kim", seats(&["R1-1", "R1-2"]))));
    attacked("reserve the best", |_, _| (), |engine| drop(reserve(engine, "kim", best(3))));
    attacked("reserve standing", |_, _| (), |engine| drop(reserve(engine, "kim", standing(10))));
}

#[test]
fn confirming_and_giving_back() {
    let kim = |engine: &Engine, _: &ManualClock| {
        held(engine);
    };
    attacked("confirm", kim, |engine| drop(confirm(engine, of(engine, "kim"))));
    attacked("release", kim, |engine| drop(release(engine, of(engine, "kim"))));
    attacked("extend", kim, |engine| drop(extend(engine, of(engine, "kim"), Duration::from_secs(1))));
}

#[test]
fn paying() {
    let kim = |engine: &Engine, _: &ManualClock| {
        let held = reserve(engine, "kim", seats(&["R1-1", "R1-2"])).expect("free");
        intent(engine, &held, "kim");
    };
    let paid = |engine: &Engine| {
        let page = engine.payments(&user("kim"), None, None, None, 1).wait().expect("readable");
        page.items[0].id
    };
    attacked("pay", kim, |engine| drop(report(engine, paid(engine), PaymentOutcome::Completed)));
    attacked("fail to pay", kim, |engine| drop(report(engine, paid(engine), PaymentOutcome::Failed)));
}

#[test]
fn operating() {
    attacked("block", |_, _| (), |engine| drop(block(engine, true)));
    attacked(
        "unblock",
        |engine, _| {
            block(engine, true).expect("free");
        },
        |engine| drop(block(engine, false)),
    );
}

/// A lapsed hold is expired by the wheel, or by a caller that wants its seats.
#[test]
fn expiring() {
    let lapsed = |engine: &Engine, clock: &ManualClock| {
        held(engine);
        clock.advance(Duration::from_secs(3_600));
    };
    for moment in MOMENTS {
        let (engine, storage, clock) = sale(Driver::Manual);
        lapsed(&engine, &clock);
        plant_panic(&engine, moment, 1);
        panics(|| engine.turn());
        nobody_waits(&engine);
        opens_to_one_side(engine, &storage, &clock, &format!("the wheel, {moment:?}"));

        let (engine, storage, clock) = sale(Driver::Manual);
        lapsed(&engine, &clock);
        plant_panic(&engine, moment, 1);
        panics(|| reserve(&engine, "lee", seats(&["R1-1"])));
        nobody_waits(&engine);
        opens_to_one_side(engine, &storage, &clock, &format!("a caller, {moment:?}"));

        // On the engine's own thread nobody is there to catch it.
        let (engine, storage, clock) = sale(Driver::Threads);
        held(&engine);
        plant_panic(&engine, moment, 1);
        clock.advance(Duration::from_secs(3_600));
        until("the time thread is dead", || {
            engine.status().poisoned.is_some_and(|why| why.contains("planted"))
        });
        nobody_waits(&engine);
        let why = engine.status().poisoned.expect("poisoned");
        assert!(why.contains("tacos-time"), "{why}");
        opens_to_one_side(engine, &storage, &clock, &format!("the time thread, {moment:?}"));
    }
}

#[test]
fn standing_in_line() {
    for moment in MOMENTS {
        let (storage, clock) = (FaultyStorage::new(MemStorage::new()), clock());
        let engine = faults::open(&storage, config_of(Driver::Manual, &clock)).expect("an empty folder");
        open_line(&engine, QueuePolicy::default());
        plant_panic(&engine, moment, 1);
        panics(|| join(&engine, "kim"));
        let joining = engine.clone();
        let answer = ends("the same session", move || join(&joining, "kim"));
        assert!(is_poisoned(&answer), "{answer:?}");
        let turning = engine.clone();
        ends("the wheel and the line's figures", move || {
            turning.turn();
            turning.queue(&event()).expect("it has a line");
            turning.digest()
        });
        let closing = engine.clone();
        assert!(ends("closing", move || closing.close()).is_err());
        drop(engine);
        let engine = faults::open(&storage, config_of(Driver::Manual, &clock)).expect("the folder opens");
        join(&engine, "lee").unwrap_or_else(|why| panic!("{moment:?}: {why}"));
    }
}

/// A caller is in the middle of a claim when it panics, and others are waiting for its fate at that moment.
#[test]
fn waiting_for_a_claim_that_panics() {
    for moment in MOMENTS {
        let (engine, storage, clock) = sale(Driver::Threads);
        plant_panic(&engine, moment, 3);
        let racing = engine.clone();
        let answers = ends("a race for the same seats", move || {
            together(8, |number| {
                let wants = if number % 2 == 0 { seats(&["R1-1", "R1-2"]) } else { best(2) };
                let command = Reserve::new(event(), user(format!("user-{number}")), wants);
                catch_unwind(AssertUnwindSafe(|| racing.reserve(command).wait()))
            })
        });
        let panicked = answers.iter().filter(|answer| answer.is_err()).count();
        assert_eq!(panicked, 1, "{moment:?}: one caller met the panic");
        nobody_waits(&engine);
        opens_to_one_side(engine, &storage, &clock, &format!("a race, {moment:?}"));
    }
}

/// Others want to change the same hold or payment while its owner panics.
#[test]
fn waiting_for_a_change_that_panics() {
    for moment in MOMENTS {
        for pays in [false, true] {
            let (engine, storage, clock) = sale(Driver::Threads);
            let held = reserve(&engine, "kim", seats(&["R1-1", "R1-2"])).expect("free");
            let payment = pays.then(|| intent(&engine, &held, "kim").id);
            plant_panic(&engine, moment, 1);
            let (racing, id) = (engine.clone(), held.id);
            let answers = ends("a race for the same hold", move || {
                together(8, |number| {
                    catch_unwind(AssertUnwindSafe(|| match (payment, number % 3) {
                        (Some(payment), 0) => report(&racing, payment, PaymentOutcome::Completed).map(drop),
                        (_, 1) => confirm(&racing, id).map(drop),
                        (_, _) => release(&racing, id).map(drop),
                    }))
                })
            });
            let panicked = answers.iter().filter(|answer| answer.is_err()).count();
            assert_eq!(panicked, 1, "{moment:?}: one caller met the panic");
            nobody_waits(&engine);
            opens_to_one_side(engine, &storage, &clock, &format!("a race to change, {moment:?}"));
        }
    }
}

/// A destructor may call the engine while its thread unwinds: that panic is not the engine's.
#[test]
fn a_panic_of_the_caller_is_no_panic_of_the_engine() {
    struct GivesBack(Engine, tacos_engine::ReservationId);
    impl Drop for GivesBack {
        fn drop(&mut self) {
            release(&self.0, self.1).expect("it is given back");
            assert!(release(&self.0, self.1).is_err(), "and refused the second time");
        }
    }
    let (engine, _, _) = sale(Driver::Manual);
    let id = held(&engine);
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let _gives_back = GivesBack(engine.clone(), id);
        panic!("the caller's own");
    }));
    assert!(unwound.is_err());
    assert_eq!(engine.status().poisoned, None);
    reserve(&engine, "lee", seats(&["R1-1"])).expect("free again");
}
