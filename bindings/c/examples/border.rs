//! What the same work costs in Rust, without a border: the base line of `bindings/tests/bench.sh`, which says what is
//! measured and how.
#![allow(clippy::print_stdout, reason = "a benchmark prints")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tacos::{
    Best, Caller, Command, CompletionQueue, Config, CreateEvent, Currency, Engine, EventId, EventSettings,
    IdempotencyKey, Release, Reply, Reserve, Row, RowSeats, SaleState, SeatId, SeatMap, SeatRequest, Section,
    SectionId, SetSale, UserId,
};

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("usage: border FOLDER"));
    std::thread::spawn(move || measure(&folder)).join().expect("measured");
}

fn measure(folder: &Path) {
    best("empty call", 1, 10_000, || {
        black_box(empty());
    });
    let engine = open(Engine::in_memory(Config::default()).expect("usual settings"));
    best("availability", 1, 1_000, || {
        let event = EventId::new(black_box("evt_1")).expect("valid");
        black_box(engine.counts(&event).expect("known"));
    });
    best("hold in memory", 2, 200, || {
        let held = engine.reserve(reserve()).wait().expect("held");
        engine.release(release(held.id)).wait().expect("released");
    });
    let mut number = 0_u128;
    best("two seats, with a key", 2, 200, || {
        number += 1;
        let [event, user] = ["evt_1", "kim"].map(black_box);
        let seats = ["A-1", "A-2"].map(|seat| SeatId::new(black_box(seat)).expect("valid"));
        let hold = Reserve::new(
            event_id(event),
            UserId::new(user).expect("valid"),
            SeatRequest::Seats(seats.into_iter().collect()),
        )
        .with_key(IdempotencyKey::new(&format!("{number:032x}")).expect("valid"));
        let held = engine.reserve(hold).wait().expect("held");
        engine.release(release(held.id)).wait().expect("released");
    });
    let event = engine.prepare_event(&event_id("evt_1")).expect("known");
    let user = engine.prepare_user(&UserId::new("kim").expect("valid"));
    let seats = ["A-1", "A-2"]
        .map(|seat| engine.prepare_seat(&event, &SeatId::new(seat).expect("valid")).expect("known"));
    number = 1 << 100;
    best("the same, prepared", 2, 200, || {
        number += 1;
        let hold = Reserve::new(
            event.clone(),
            user.clone(),
            SeatRequest::Seats(black_box(&seats).iter().cloned().collect()),
        )
        .with_key(IdempotencyKey::from_bytes(number.to_be_bytes()));
        let held = engine.reserve(hold).wait().expect("held");
        engine.release(release(held.id)).wait().expect("released");
    });
    let queue = engine.completion_queue::<Reply>(128);
    best("batch of 64", 128, 2, || give_and_take(&engine, &queue));
    for in_flight in [1, 64, 1_024] {
        let folder = folder.join(format!("rust-{in_flight}"));
        durable(&open(Engine::open(folder, Config::default()).expect("opens")), in_flight);
    }
}

/// What a call across the border would be: something that is not inlined.
#[inline(never)]
fn empty() -> u32 {
    black_box(1)
}

fn open(engine: Engine) -> Engine {
    let event = event_id("evt_1");
    let floor = Section::General { name: "floor".into(), capacity: 2_000_000, price_minor: 100 };
    let row =
        Row { label: "A".into(), price_minor: 100, seats: RowSeats::numbered("A-", 10), ..Row::default() };
    let stalls = Section::Seated { name: "stalls".into(), rows: vec![row] };
    let create = CreateEvent::new(
        event.clone(),
        EventSettings::new("A concert", Currency::new("EUR").expect("valid")),
        SeatMap { sections: vec![floor, stalls] },
    );
    engine.create_event(create).wait().expect("created");
    engine.set_sale(SetSale::new(event, SaleState::Open)).wait().expect("open");
    engine
}

fn event_id(text: &str) -> EventId {
    EventId::new(text).expect("valid")
}

fn reserve() -> Reserve {
    let standing = Best::of(1).with_section(Some(SectionId::new("floor").expect("valid")));
    Reserve::new(event_id("evt_1"), UserId::new("kim").expect("valid"), SeatRequest::Best(standing))
}

fn release(id: tacos::ReservationId) -> Release {
    Release::new(id, Caller::Operator)
}

fn give_and_take(engine: &Engine, queue: &CompletionQueue<Reply>) {
    let batch = |commands: &[Command]| {
        let mut out = Vec::with_capacity(commands.len());
        assert_eq!(engine.submit_batch(commands, queue, 0), commands.len(), "all were accepted");
        while out.len() < commands.len() {
            queue.poll(128, Duration::from_secs(1), &mut out);
        }
        out.into_iter().map(|done| done.result.expect("done")).collect::<Vec<_>>()
    };
    let take: Vec<_> = (0..64).map(|_| Command::Reserve(Box::new(reserve()))).collect();
    let give = batch(&take).into_iter().map(|reply| match reply {
        Reply::Reserved(held) => Command::Release(Box::new(release(held.id))),
        other => panic!("a hold was asked for, not {other:?}"),
    });
    batch(&give.collect::<Vec<_>>());
}

fn durable(engine: &Engine, in_flight: usize) {
    let queue = engine.completion_queue::<tacos::Reserved>(in_flight);
    let holds = (in_flight * 8).max(20);
    let round = || {
        let (mut started, mut done, mut out) = (0, 0, Vec::new());
        while done < holds {
            while started < holds && started - done < in_flight {
                engine.reserve(reserve()).notify(&queue, started as u64).map_err(|_| "full").expect("room");
                started += 1;
            }
            out.clear();
            done += queue.poll(in_flight, Duration::from_secs(10), &mut out);
            assert!(out.iter().all(|answer| answer.result.is_ok()), "all hold");
        }
    };
    let mut rounds: Vec<f64> = (0..15).map(|_| timed(round)).collect();
    rounds.sort_by(f64::total_cmp);
    println!("rust\tdurable hold, {in_flight} in flight\t{:.1}", rounds[7] / holds as f64);
}

/// The best of five hundred rounds, for each command.
fn best(name: &str, commands: u32, calls: u32, mut call: impl FnMut()) {
    let rounds = (0..500).map(|_| timed(|| (0..calls).for_each(|_| call())));
    let best = rounds.fold(f64::INFINITY, f64::min);
    println!("rust\t{name}\t{:.1}", best / f64::from(calls) / f64::from(commands));
}

fn timed(run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_nanos() as f64
}
