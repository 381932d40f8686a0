//! What the same work costs in Rust, without a border: the base line of `bindings/tests/bench.sh`.
#![allow(clippy::print_stdout, missing_docs)]

use std::time::Instant;

use tacos::{
    Best, Command, Config, CreateEvent, Currency, Engine, EventId, EventSettings, Release, Reply, Reserve,
    SaleState, SeatMap, Section, SetSale, UserId, Want,
};

fn main() {
    let engine = Engine::in_memory(Config::default()).expect("usual settings");
    let event = EventId::new("evt_1").expect("valid");
    let floor = Section::General { name: "floor".into(), capacity: 2_000_000, price_minor: 100 };
    let create = CreateEvent {
        event: event.clone(),
        settings: EventSettings::new("A concert", Currency::new("EUR").expect("valid")),
        seats: SeatMap { sections: vec![floor] },
        queue: None,
        key: None,
    };
    engine.create_event(create).wait().expect("created");
    engine
        .set_sale(SetSale { event: event.clone(), state: SaleState::Open, key: None })
        .wait()
        .expect("open");
    let reserve = || {
        let event = EventId::new("evt_1").expect("valid");
        Reserve::new(event, UserId::new("kim").expect("valid"), Want::Best(Best::of(1)))
    };
    let release = |id: tacos::ReservationId| Release {
        which: id.into(),
        user: None,
        seats: [].into_iter().collect(),
        key: None,
    };

    measure("rust", "availability", 1, 1_000_000, || {
        let event = EventId::new(std::hint::black_box("evt_1")).expect("valid");
        std::hint::black_box(engine.counts(&event).expect("known"));
    });
    measure("rust", "hold and release, each", 2, 200_000, || {
        let held = engine.reserve(reserve()).wait().expect("held");
        engine.release(release(held.id)).wait().expect("released");
    });
    let queue = engine.completion_queue::<Reply>(128);
    let mut out = Vec::new();
    let mut batch = |commands: &[Command]| {
        assert_eq!(engine.submit_batch(commands, &queue, 0), commands.len(), "all were accepted");
        out.clear();
        while out.len() < commands.len() {
            queue.poll(128, std::time::Duration::from_secs(1), &mut out);
        }
        out.drain(..).map(|done| done.result.expect("done")).collect::<Vec<_>>()
    };
    measure("rust", "batch of 64, each", 128, 3_000, || {
        let take: Vec<_> = (0..64).map(|_| Command::Reserve(Box::new(reserve()))).collect();
        let held = batch(&take);
        let give = held.into_iter().map(|reply| match reply {
            Reply::Reserved(held) => Command::Release(Box::new(release(held.id))),
            other => panic!("a hold was asked for, not {other:?}"),
        });
        batch(&give.collect::<Vec<_>>());
    });
}

fn measure(language: &str, name: &str, commands: u32, rounds: u32, mut run: impl FnMut()) {
    (0..rounds / 10).for_each(|_| run());
    let start = Instant::now();
    (0..rounds).for_each(|_| run());
    println!(
        "{language}\t{name}\t{:.0} ns",
        start.elapsed().as_nanos() as f64 / f64::from(rounds) / f64::from(commands)
    );
}
