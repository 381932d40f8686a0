//! What the same work costs in Rust, without a border: the base line of `bindings/tests/bench.sh`, which says what is
//! measured and how.
#![allow(clippy::print_stdout, reason = "a benchmark prints")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tacos::{
    Best, Caller, Command, CompletionQueue, Config, CreateEvent, Currency, Engine, EventId, EventSettings,
    Release, Reply, Reserve, SaleState, SeatMap, Section, SetSale, UserId, Want,
};

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("usage: border FOLDER"));
    std::thread::spawn(move || measure(&folder)).join().expect("measured");
}

fn measure(folder: &Path) {
    best("empty call", 1, 100_000, || {
        black_box(empty());
    });
    let engine = open(Engine::in_memory(Config::default()).expect("usual settings"));
    best("availability", 1, 10_000, || {
        let event = EventId::new(black_box("evt_1")).expect("valid");
        black_box(engine.counts(&event).expect("known"));
    });
    best("hold in memory", 2, 2_000, || {
        let held = engine.reserve(reserve()).wait().expect("held");
        engine.release(release(held.id)).wait().expect("released");
    });
    let queue = engine.completion_queue::<Reply>(128);
    best("batch of 64", 128, 20, || give_and_take(&engine, &queue));
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
    let event = EventId::new("evt_1").expect("valid");
    let floor = Section::General { name: "floor".into(), capacity: 2_000_000, price_minor: 100 };
    let create = CreateEvent::new(
        event.clone(),
        EventSettings::new("A concert", Currency::new("EUR").expect("valid")),
        SeatMap { sections: vec![floor] },
    );
    engine.create_event(create).wait().expect("created");
    engine.set_sale(SetSale::new(event, SaleState::Open)).wait().expect("open");
    engine
}

fn reserve() -> Reserve {
    let event = EventId::new("evt_1").expect("valid");
    Reserve::new(event, UserId::new("kim").expect("valid"), Want::Best(Best::of(1)))
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

/// The best of fifty rounds, for each command.
fn best(name: &str, commands: u32, calls: u32, mut call: impl FnMut()) {
    let rounds = (0..50).map(|_| timed(|| (0..calls).for_each(|_| call())));
    let best = rounds.fold(f64::INFINITY, f64::min);
    println!("rust\t{name}\t{:.1}", best / f64::from(calls) / f64::from(commands));
}

fn timed(run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_nanos() as f64
}
