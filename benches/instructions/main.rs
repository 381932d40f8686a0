//! Runs one hot operation many times between two marks, single-threaded and the same way every time: the engine in memory,
//! driven by hand, on a clock that stands still, with fixed entropy. `check.sh` runs it under callgrind, which counts only
//! what happens inside of [`measured`].
#![allow(clippy::print_stdout, reason = "prints what it did")]

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;

use tacos_benches::people::{Customer, release, sell_scattered, user};
use tacos_benches::venue::hall;
use tacos_benches::{Outcome, Venue, scattered};
use tacos_engine::{
    Best, Caller, Config, Driver, JoinQueue, ManualClock, QueuePolicy, ReservationId, Reserve, SeatRequest,
    SessionId, UnixMs, WaitingToken,
};
use tacos_testing::modules::{HoldRecord, Wheel};

const SEED: u64 = 1;
const START: UnixMs = UnixMs::new(1_800_000_000_000);
/// Operations before the count begins: buffers and first pages are then there.
const WARM_UP: usize = 200;
/// Operations that are counted.
const TIMES: usize = 1_000;
const ALL: usize = WARM_UP + TIMES;
const SEATS: u32 = 50_000;
/// People in the line. A valgrind's million would take minutes; the tree of departures is two levels lower with these.
const WAITING: usize = 20_000;

/// One operation by its number, which is never used twice.
type Operation = Box<dyn FnMut(usize)>;
type Make = fn() -> Outcome<Operation>;

const OPERATIONS: [(&str, Make); 15] = [
    ("hold", || hold(customers)),
    ("hold-prepared", || hold(prepared)),
    ("confirm", || confirm(customers)),
    ("confirm-prepared", || confirm(prepared)),
    ("release", give_back),
    ("look-up", look_up),
    ("idempotency-hit", hit),
    ("best-4-at-95-percent-and-release", best),
    ("join", join),
    ("position", position),
    ("leave", leave),
    ("wheel-set", wheel_set),
    ("wheel-clear", wheel_clear),
    ("record-encode", encode),
    ("record-decode", decode),
];

/// What callgrind looks for. Nothing but the operation happens in here.
#[inline(never)]
fn measured(operation: &mut dyn FnMut(usize), from: usize, to: usize) {
    for number in from..to {
        operation(number);
    }
    black_box(());
}

fn main() -> ExitCode {
    let named = std::env::args().nth(1);
    let Some(name) = named else {
        OPERATIONS.iter().for_each(|(name, _)| println!("{name}"));
        return ExitCode::SUCCESS;
    };
    let Some((_, make)) = OPERATIONS.iter().find(|(known, _)| *known == name) else {
        println!("there is no operation {name}; without an argument they are listed");
        return ExitCode::FAILURE;
    };
    match make() {
        Ok(mut operation) => {
            (0..WARM_UP).for_each(&mut operation);
            measured(&mut operation, WARM_UP, ALL);
            println!("{name}: {TIMES} operations");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{name}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn venue(queue: Option<QueuePolicy>) -> Outcome<Venue> {
    let config = Config::default()
        .with_driver(Driver::Manual)
        .with_clock(Arc::new(ManualClock::new(START)))
        .with_fixed_entropy(Some(SEED));
    Venue::with(config, hall(SEATS), queue)
}

fn customers(venue: &Venue) -> Vec<Customer> {
    let pairs = scattered(SEATS / 2, SEED).into_iter().take(ALL);
    pairs.map(|pair| Customer::new(&venue.event, pair.into(), &[2 * pair, 2 * pair + 1])).collect()
}

/// The same people with prepared ids and keys of sixteen bytes.
fn prepared(venue: &Venue) -> Vec<Customer> {
    let prepare = |customer: Customer| customer.prepared(&venue.engine).expect("its seats are there");
    customers(venue).into_iter().map(prepare).collect()
}

fn held(venue: &Venue, customers: &[Customer]) -> Outcome<Vec<ReservationId>> {
    Ok(customers
        .iter()
        .map(|customer| customer.hold(&venue.engine).map(|held| held.id))
        .collect::<Result<_, _>>()?)
}

/// Things that are given away one by one, so that copying them is not counted.
struct Once<T>(Vec<Option<T>>);

impl<T> Once<T> {
    fn of(things: impl IntoIterator<Item = T>) -> Self {
        Self(things.into_iter().map(Some).collect())
    }

    fn take(&mut self, number: usize) -> T {
        self.0[number].take().expect("each is used once")
    }
}

fn hold(customers: fn(&Venue) -> Vec<Customer>) -> Outcome<Operation> {
    let venue = venue(None)?;
    let mut commands = Once::of(customers(&venue).into_iter().map(|customer| customer.hold));
    Ok(Box::new(move |number| {
        black_box(venue.engine.reserve(commands.take(number)).wait().expect("free seats"));
    }))
}

fn confirm(customers: fn(&Venue) -> Vec<Customer>) -> Outcome<Operation> {
    let venue = venue(None)?;
    let customers = customers(&venue);
    let held = held(&venue, &customers)?;
    let mut commands = Once::of(customers.iter().zip(held).map(|(customer, id)| customer.confirm(id)));
    Ok(Box::new(move |number| {
        black_box(venue.engine.confirm(commands.take(number)).wait().expect("held"));
    }))
}

fn give_back() -> Outcome<Operation> {
    let venue = venue(None)?;
    let mut commands = Once::of(held(&venue, &customers(&venue))?.into_iter().map(release));
    Ok(Box::new(move |number| {
        black_box(venue.engine.release(commands.take(number)).wait().expect("held"));
    }))
}

fn look_up() -> Outcome<Operation> {
    let venue = venue(None)?;
    let held = held(&venue, &customers(&venue))?;
    Ok(Box::new(move |number| {
        black_box(venue.engine.reservation(&held[number].into(), &Caller::Operator).wait().expect("known"));
    }))
}

fn hit() -> Outcome<Operation> {
    let venue = venue(None)?;
    let customers = customers(&venue);
    let held = held(&venue, &customers)?;
    let mut commands = Once::of(customers.into_iter().map(|customer| customer.hold));
    Ok(Box::new(move |number| {
        let again = venue.engine.reserve(commands.take(number)).wait().expect("the old answer");
        assert!(again.id == held[number]);
    }))
}

fn best() -> Outcome<Operation> {
    let venue = venue(None)?;
    sell_scattered(&venue, SEATS / 100 * 95, SEED)?;
    let want = || SeatRequest::Best(Best::of(4));
    let mut commands =
        Once::of((0..ALL as u64).map(|number| Reserve::new(venue.event.clone(), user(number), want())));
    Ok(Box::new(move |number| {
        // Two thousand and five hundred seats are left for four thousand and eight hundred: each gives back.
        let held = venue.engine.reserve(commands.take(number)).wait().expect("free seats");
        venue.engine.release(release(held.id)).wait().expect("held");
    }))
}

fn people(venue: &Venue, from: usize, count: usize) -> impl Iterator<Item = JoinQueue> {
    (from..from + count).map(|number| {
        JoinQueue::new(venue.event.clone())
            .with_session(SessionId::new(&format!("session-{number}")).expect("a short name"))
            .with_user(user(number as u64))
    })
}

fn line() -> Outcome<(Venue, Vec<WaitingToken>)> {
    let venue = venue(Some(QueuePolicy::default().with_inside_max(1)))?;
    let mut tokens = Vec::with_capacity(WAITING);
    for join in people(&venue, 0, WAITING) {
        tokens.push(venue.engine.join_queue(join).wait()?.token);
    }
    Ok((venue, tokens))
}

/// Places in no order, the first of the line not among them: it may be their turn.
fn somebody() -> Vec<usize> {
    let order = scattered(u32::try_from(WAITING).expect("some thousands"), SEED).into_iter();
    order.map(|at| at as usize).filter(|at| *at > 100).collect()
}

fn join() -> Outcome<Operation> {
    let (venue, _) = line()?;
    let mut commands = Once::of(people(&venue, WAITING, ALL).collect::<Vec<_>>());
    Ok(Box::new(move |number| {
        black_box(venue.engine.join_queue(commands.take(number)).wait().expect("room in the line"));
    }))
}

fn position() -> Outcome<Operation> {
    let (venue, tokens) = line()?;
    let order = somebody();
    Ok(Box::new(move |number| {
        let place = venue.engine.queue_place(&tokens[order[number]]).expect("waits");
        assert!(black_box(place).position > 0);
    }))
}

fn leave() -> Outcome<Operation> {
    let (venue, tokens) = line()?;
    let order = somebody();
    Ok(Box::new(move |number| {
        venue.engine.leave_queue(tokens[order[number]]).wait().expect("waits");
    }))
}

fn wheel() -> (Wheel, Vec<u32>) {
    let wheel = Wheel::with_bound(SEATS);
    for index in 0..SEATS {
        wheel.set(index, START.plus(std::time::Duration::from_millis(60_000 + u64::from(index))));
    }
    let mut due = Vec::new();
    while wheel.turn(START, usize::MAX, &mut due) {}
    assert_eq!((wheel.live(), due.len()), (SEATS, 0));
    (wheel, scattered(SEATS, SEED))
}

/// The caller's share and the driver's.
fn wheel_set() -> Outcome<Operation> {
    let (wheel, order) = wheel();
    let (later, mut due) = (START.plus(std::time::Duration::from_secs(90)), Vec::new());
    Ok(Box::new(move |number| {
        wheel.set(order[number], later);
        assert!(!wheel.turn(START, usize::MAX, &mut due) && due.is_empty());
    }))
}

fn wheel_clear() -> Outcome<Operation> {
    let ((wheel, order), mut due) = (wheel(), Vec::new());
    Ok(Box::new(move |number| {
        wheel.clear(order[number]);
        assert!(!wheel.turn(START, usize::MAX, &mut due) && due.is_empty());
    }))
}

fn encode() -> Outcome<Operation> {
    let (record, mut bytes) = (HoldRecord::new(user(1), START), Vec::with_capacity(512));
    Ok(Box::new(move |_| {
        bytes.clear();
        record.encode(&mut bytes);
        black_box(&bytes);
    }))
}

fn decode() -> Outcome<Operation> {
    let mut bytes = Vec::new();
    HoldRecord::new(user(1), START).encode(&mut bytes);
    Ok(Box::new(move |_| assert_eq!(HoldRecord::decode(black_box(&bytes)), Some(1))))
}
