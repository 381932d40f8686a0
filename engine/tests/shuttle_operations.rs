//! Whole operations that meet, under shuttle: many random orders of all their steps, with the seed in the output. Only with
//! `--cfg shuttle`: `make test-shuttle`, longer by `ITERATIONS=`, other orders by `SEED=`.
//!
//! Shuttle knows one order of memory only, the sequential one: what weaker orders could do is loom's matter. The engine has no
//! threads of its own here: whoever waits for an answer writes, and one caller turns time.
#![cfg(shuttle)]

use std::sync::Arc;
use std::time::Duration;

use shuttle::Runner;
use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::thread;
use tacos_engine::views::Counts;
use tacos_engine::{
    Best, BlockSeats, Caller, Clock, Config, Confirm, CreateEvent, Currency, Driver, Engine, EventId,
    EventSettings, Expire, Failure, IdempotencyKey, JoinQueue, ManualClock, PresaleRoom, Proof, QueuePolicy,
    RecoveryConsent, Refusal, Release, RequestAdmission, ReservationId, ReservationState, Reserve, Reserved,
    Row, RowSeats, SaleState, SeatId, SeatMap, SeatRequest, Section, SectionId, SessionId, SetQueuePolicy,
    SetSale, UnixMs, UpdateKind, UserId,
};
use tacos_testing::storage::{CrashKeeps, SimStorage};

const HOLD_MS: u64 = 10_000;
const SEATS: u32 = 3;

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn runner_config() -> shuttle::Config {
    let mut config = shuttle::Config::new();
    config.stack_size = 1 << 20;
    config
}

/// Runs a model with uniformly random choices, and with a few changes of priority (Burckhardt and others, 2010).
fn explore(name: &str, usual: usize, model: fn()) {
    let iterations = usize::try_from(number("ITERATIONS", usual as u64)).expect("fits").max(2);
    let seed = number("SEED", 1);
    println!("{name}: seed {seed}, {iterations} iterations");
    let random = RandomScheduler::new_from_seed(seed, iterations / 2);
    Runner::new(random, runner_config()).run(model);
    let few_changes = PctScheduler::new_from_seed(seed, 3, iterations.div_ceil(2));
    Runner::new(few_changes, runner_config()).run(model);
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(UnixMs::new(1_800_000_000_000)))
}

fn config(clock: &Arc<ManualClock>) -> Config {
    Config::default()
        .with_driver(Driver::Manual)
        .with_clock(Arc::clone(clock) as Arc<dyn Clock>)
        .with_fixed_entropy(Some(5))
        .with_idempotency_keys_max(16)
        .with_reservations_max(16)
        .with_payments_max(16)
        .with_webhooks_max(16)
        .with_log_buffer_bytes(64 << 10)
        .with_update_history_bytes(64 << 10)
        .with_segment_bytes(256 << 10)
}

fn event() -> EventId {
    EventId::new("hall").expect("valid")
}

fn user(name: &str) -> UserId {
    UserId::new(name).expect("valid")
}

fn open_sale(engine: &Engine, queue: Option<QueuePolicy>) {
    let seats =
        RowSeats::Numbered { prefix: "A-".into(), first_number: 1, step: 1, digits_min: 0, count: SEATS };
    let row = Row { label: "A".into(), price_minor: 100, seats, ..Row::default() };
    let stalls = Section::Seated { name: "stalls".into(), rows: vec![row] };
    let floor = Section::General { name: "floor".into(), capacity: 5, price_minor: 70 };
    open_house(engine, SeatMap { sections: vec![stalls, floor] }, queue);
}

fn open_house(engine: &Engine, seats: SeatMap, queue: Option<QueuePolicy>) {
    let settings =
        EventSettings::new("Hall", Currency::new("KRW").expect("three letters")).with_hold_ms(HOLD_MS);
    let create = CreateEvent::new(event(), settings, seats).with_queue(queue);
    engine.create_event(create).wait().expect("created");
    engine.set_sale(SetSale::new(event(), SaleState::Open)).wait().expect("opened");
}

fn in_memory(queue: Option<QueuePolicy>) -> (Engine, Arc<ManualClock>) {
    let clock = clock();
    let engine = Engine::in_memory(config(&clock)).expect("an engine");
    open_sale(&engine, queue);
    (engine, clock)
}

fn open(disk: &SimStorage, clock: &Arc<ManualClock>) -> Engine {
    let disk = Arc::new(disk.clone());
    Engine::open_storage(disk, config(clock), RecoveryConsent::LoseNothing, |_| ()).expect("it opens").0
}

fn hold(who: &str, seats: &[&str]) -> Reserve {
    let seats = seats.iter().map(|seat| SeatId::new(seat).expect("valid")).collect();
    let mut command = Reserve::new(event(), user(who), SeatRequest::Seats(seats));
    command.trusted = true;
    command
}

fn confirm(id: ReservationId) -> Confirm {
    Confirm::new(id, Caller::Operator, Proof::Outside)
}

fn release(id: ReservationId) -> Release {
    Release::new(id, Caller::Operator)
}

fn standing(who: &str, quantity: u32) -> Reserve {
    let section = Some(SectionId::new("floor").expect("valid"));
    let mut command =
        Reserve::new(event(), user(who), SeatRequest::Best(Best::of(quantity).with_section(section)));
    command.trusted = true;
    command
}

fn floor_of(engine: &Engine) -> Counts {
    engine.sections(&event()).expect("known")[1].counts
}

/// Available, reserved, sold of the numbered seats; they add up.
fn counts(engine: &Engine) -> (u32, u32, u32) {
    let counts = engine.sections(&event()).expect("known")[0].counts;
    assert_eq!(counts.available + counts.reserved + counts.sold + counts.blocked, SEATS, "{counts:?}");
    (counts.available, counts.reserved, counts.sold)
}

fn is_taken(answer: &Result<Reserved, Failure>) -> bool {
    matches!(answer, Err(Failure::Refused(Refusal::SeatsTaken(_))))
}

#[test]
fn one_seat_is_held_once() {
    explore("overlapping holds", 2_000, || {
        let (engine, _) = in_memory(None);
        let wanted: [&[&str]; 3] = [&["A-1", "A-2"], &["A-2", "A-3"], &["A-3", "A-1"]];
        let callers = wanted.map(|seats| {
            let engine = engine.clone();
            thread::spawn(move || engine.reserve(hold(seats[0], seats)).wait())
        });
        let answers = callers.map(|caller| caller.join().expect("a caller"));
        let won = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(won, 1, "of three pairs out of three seats one can be had: {answers:?}");
        assert!(answers.iter().all(|answer| answer.is_ok() || is_taken(answer)), "{answers:?}");
        assert_eq!(counts(&engine), (1, 2, 0));
    });
}

#[test]
fn confirm_release_and_expiry_have_one_winner() {
    explore("confirm, release, expiry, the next customer", 2_000, || {
        let (engine, clock) = in_memory(None);
        let held = engine.reserve(hold("kim", &["A-1"])).wait().expect("held").id;
        let caller = |run: fn(&Engine, ReservationId) -> bool| {
            let engine = engine.clone();
            thread::spawn(move || run(&engine, held))
        };
        let confirming = caller(|engine, id| engine.confirm(confirm(id)).wait().is_ok());
        let releasing = caller(|engine, id| engine.release(release(id)).wait().is_ok());
        let expiring = caller(|engine, id| engine.expire(Expire::new(id)).wait().is_ok());
        let next = caller(|engine, _| engine.reserve(hold("lee", &["A-1"])).wait().is_ok());
        clock.advance(Duration::from_millis(HOLD_MS));
        engine.turn();
        let [confirmed, released, expired, next] =
            [confirming, releasing, expiring, next].map(|caller| caller.join().expect("a caller"));
        let state = engine.reservation(&held.into(), &Caller::Operator).wait().expect("known").state;
        assert_eq!(confirmed, state == ReservationState::Confirmed, "confirmed {confirmed}, it is {state:?}");
        assert!(!(confirmed && (released || expired)), "confirmed and given back");
        assert!(!(confirmed && next), "sold twice");
        assert!(state != ReservationState::Pending, "its time is over: {state:?}");
        assert_eq!(
            counts(&engine),
            match (confirmed, next) {
                (true, _) => (2, 0, 1),
                (_, true) => (2, 1, 0),
                _ => (3, 0, 0),
            }
        );
    });
}

/// An operator who finds too few places turns the wheel while the event is his, and the thread that turns it meets the
/// draw of the same event's room: neither may wait for the other.
#[test]
fn an_operator_and_the_wheel_pass_each_other() {
    explore("operator, turn, draw", 2_000, || {
        let clock = clock();
        let engine = Engine::in_memory(config(&clock)).expect("an engine");
        let draws_at = clock.now().plus_ms(HOLD_MS);
        let policy = QueuePolicy::default().with_room(Some(PresaleRoom { opens_at: clock.now(), draws_at }));
        let floor = Section::General { name: "floor".into(), capacity: SEATS, price_minor: 100 };
        open_house(&engine, SeatMap { sections: vec![floor] }, None);
        let all = ["floor"; SEATS as usize];
        engine.reserve(hold("kim", &all)).wait().expect("free");
        // While the sale pauses a room can be opened and waits for its draw.
        let pause = SetSale::new(event(), SaleState::Paused);
        engine.set_sale(pause).wait().expect("paused");
        let room = SetQueuePolicy::new(event(), policy);
        engine.set_queue_policy(room).wait().expect("a room");
        let session = SessionId::new("early").ok();
        let join = JoinQueue::new(event()).with_session(session);
        engine.join_queue(join).wait().expect("the room is open");
        clock.advance(Duration::from_millis(HOLD_MS));
        let operator = {
            let engine = engine.clone();
            let seats = vec![SeatId::new("floor").expect("valid")];
            let block = BlockSeats::new(event(), seats, true);
            thread::spawn(move || drop(engine.block_seats(block).wait().expect("the hold has lapsed")))
        };
        engine.turn();
        operator.join().expect("the operator");
        // A draw that met the operator comes back a millisecond later.
        clock.advance(Duration::from_millis(1));
        engine.turn();
        assert!(engine.draw(&event()).expect("a room").seed.is_some(), "the room is drawn");
        let counts = engine.counts(&event()).expect("known");
        assert_eq!((counts.available, counts.reserved, counts.blocked), (SEATS - 1, 0, 1));
    });
}

#[test]
fn a_retry_at_the_same_time_acts_once() {
    explore("one key twice", 2_000, || {
        let (engine, _) = in_memory(None);
        let callers = [(); 2].map(|()| {
            let engine = engine.clone();
            let key = IdempotencyKey::new("order-1").expect("valid");
            thread::spawn(move || engine.reserve(hold("kim", &["A-1"]).with_key(key)).wait())
        });
        let [one, two] = callers.map(|caller| caller.join().expect("a caller").expect("held"));
        assert_eq!(one, two, "the same answer");
        assert_eq!(counts(&engine), (2, 1, 0));
    });
}

#[test]
fn a_line_lets_in_no_more_than_it_may() {
    explore("join, ask, leave", 2_000, || {
        let policy = QueuePolicy::default().with_inside_max(1).with_burst(5).with_waiting_max(5);
        let (engine, clock) = in_memory(Some(policy));
        let callers = ["one", "two", "three"].map(|name| {
            let engine = engine.clone();
            thread::spawn(move || {
                let session = SessionId::new(name).ok();
                let join = JoinQueue::new(event()).with_session(session).with_user(user(name));
                let token = engine.join_queue(join).wait().expect("there is room").token;
                let ask = RequestAdmission::new(token);
                let is_in = engine.request_admission(ask).wait().is_ok();
                // The second gives up whatever the answer was.
                let left = name == "two" && engine.leave_queue(token).wait().is_ok();
                (is_in, left)
            })
        });
        engine.turn();
        let fates = callers.map(|caller| caller.join().expect("a caller"));
        let stays = fates.iter().filter(|(is_in, left)| *is_in && !left).count();
        assert!(stays <= 1, "{stays} are inside, one may be: {fates:?}");
        clock.advance(Duration::from_secs(1));
        engine.turn();
        let view = engine.queue(&event()).expect("a line");
        let left = fates.iter().filter(|(_, left)| *left).count() as u64;
        assert_eq!(view.left_total, left, "{fates:?}");
        assert!(view.inside <= 1, "{view:?}");
        // Whoever left made room: somebody is in, or may come in.
        assert_eq!(
            (view.inside, view.waiting + view.inside),
            (1, 3 - u32::try_from(left).expect("few")),
            "{view:?}, {fates:?}"
        );
    });
}

#[test]
fn an_answer_comes_after_its_record_is_durable() {
    explore("group commit", 400, || {
        let (disk, clock) = (SimStorage::new(1), clock());
        let engine = open(&disk, &clock);
        open_sale(&engine, None);
        let callers = ["A-1", "A-2", "A-3"].map(|seat| {
            let (engine, disk) = (engine.clone(), disk.clone());
            thread::spawn(move || {
                let held = engine.reserve(hold(seat, &[seat])).wait().expect("held").id;
                // The machine dies now, and all that was not synced is lost.
                (held, disk.after_crash(CrashKeeps::Nothing, 1))
            })
        });
        for caller in callers {
            let (held, image) = caller.join().expect("a caller");
            let engine = open(&image, &clock);
            let found = engine.reservation(&held.into(), &Caller::Operator).wait().expect("acknowledged");
            assert_eq!(found.state, ReservationState::Pending);
        }
        let digest = engine.digest();
        drop(engine);
        assert_eq!(open(&disk, &clock).digest(), digest, "replayed and live state are the same");
    });
}

#[test]
fn a_snapshot_beside_writers_is_a_state_that_was() {
    explore("snapshot beside writers", 400, || {
        let (disk, clock) = (SimStorage::new(1), clock());
        let engine = open(&disk, &clock);
        open_sale(&engine, None);
        let snapshots = {
            let engine = engine.clone();
            thread::spawn(move || engine.snapshot().expect("a snapshot").position)
        };
        let writers = ["A-1", "A-2"].map(|seat| {
            let engine = engine.clone();
            thread::spawn(move || {
                let held = engine.reserve(hold(seat, &[seat])).wait().expect("held").id;
                if seat == "A-1" {
                    engine.confirm(confirm(held)).wait().expect("confirmed");
                }
            })
        });
        writers.into_iter().for_each(|writer| writer.join().expect("a writer"));
        let position = snapshots.join().expect("a snapshot");
        let digest = engine.digest();
        drop(engine);
        let disk = Arc::new(disk);
        let (engine, opened) =
            Engine::open_storage(disk, config(&clock), RecoveryConsent::LoseNothing, |_| ())
                .expect("it opens");
        assert_eq!(opened.snapshot.map(|info| info.position), Some(position), "replay began with it");
        assert_eq!(engine.digest(), digest, "and came to the same state");
        assert_eq!(counts(&engine), (1, 1, 1));
    });
}

#[test]
fn a_copy_and_the_updates_behind_it_leave_no_gap() {
    explore("copy and updates", 1_000, || {
        let (engine, _) = in_memory(None);
        let held = engine.reserve(hold("kim", &["A-1"])).wait().expect("free").id;
        let seller = {
            let engine = engine.clone();
            thread::spawn(move || drop(engine.confirm(confirm(held)).wait().expect("held")))
        };
        // As other languages do it.
        let position = engine.position();
        let seats = engine.seats(&event(), 0, usize::MAX).expect("known");
        seller.join().expect("the seller");
        let mut updates = Vec::new();
        let mut reader = engine.updates(position).expect("kept");
        while reader.read(&mut updates).expect("readable") > 0 {}
        let told = updates.iter().any(
            |update| matches!(&update.what, UpdateKind::Reservation(update) if update.state == ReservationState::Confirmed),
        );
        let copied = seats.iter().any(|seat| seat.state == tacos_engine::views::SeatState::Sold);
        assert!(copied || told, "neither the copy nor an update behind it says that the seat is sold");
    });
}

#[test]
fn what_is_recorded_before_a_position_shows() {
    explore("position and counts", 2_000, || {
        let (engine, _) = in_memory(None);
        let held = engine.reserve(standing("kim", 2)).wait().expect("free").id;
        let more = engine.reserve(standing("lee", 1)).wait().expect("free").id;
        let caller = |run: fn(&Engine, ReservationId)| {
            let engine = engine.clone();
            move |id| thread::spawn(move || run(&engine, id))
        };
        let confirming = caller(|engine, id| drop(engine.confirm(confirm(id)).wait().expect("held")))(held);
        let releasing = caller(|engine, id| drop(engine.release(release(id)).wait().expect("held")))(more);
        let closing = {
            let engine = engine.clone();
            let close = SetSale::new(event(), SaleState::Paused);
            thread::spawn(move || drop(engine.set_sale(close).wait().expect("an event")))
        };
        let from = engine.position();
        let (counts, sale) = (floor_of(&engine), engine.event(&event()).expect("known").sale);
        for caller in [confirming, releasing, closing] {
            caller.join().expect("a caller");
        }
        let mut updates = Vec::new();
        let mut reader = engine.updates(from).expect("kept");
        while reader.read(&mut updates).expect("readable") > 0 {}
        let comes = |state: ReservationState| {
            updates.iter().any(
                |update| matches!(&update.what, UpdateKind::Reservation(update) if update.state == state),
            )
        };
        let sold_later = comes(ReservationState::Confirmed);
        assert!(counts.sold == 2 || sold_later, "sold before the position, and the counts are {counts:?}");
        let freed_later = comes(ReservationState::Cancelled);
        let taken = counts.reserved + counts.sold;
        assert!(taken == 2 || freed_later, "given back before the position, and the counts are {counts:?}");
        let paused_later = updates.iter().any(|update| matches!(update.what, UpdateKind::Sale(_)));
        assert!(
            sale == SaleState::Paused || paused_later,
            "paused before the position, and shown as {sale:?}"
        );
    });
}

/// What finds nothing proves nothing: two callers who look first and take then must get into each other's way in some order.
#[test]
fn looking_first_and_taking_then_is_found_to_be_a_race() {
    let racy = || {
        let (engine, _) = in_memory(None);
        let callers = ["kim", "lee"].map(|name| {
            let engine = engine.clone();
            thread::spawn(move || {
                if counts(&engine).0 == SEATS {
                    engine.reserve(hold(name, &["A-1"])).wait().expect("it was free a moment ago");
                }
            })
        });
        callers.into_iter().for_each(|caller| drop(caller.join()));
    };
    let run =
        || Runner::new(RandomScheduler::new_from_seed(number("SEED", 1), 400), runner_config()).run(racy);
    assert!(std::panic::catch_unwind(run).is_err(), "in 400 orders nobody got in anybody's way");
}
