//! A storm: 100,000 holds that end within one second, while callers go on reserving and reading. Prints what a caller
//! waits for one call, without the storm and during it.
//!
//! `cargo run --release --example storm`
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::time::{Duration, Instant};

use tacos_engine::{
    Best, Caller, Config, CreateEvent, Currency, Engine, EventId, EventSettings, Release, Reserve, Row,
    RowSeats, SaleState, SeatMap, SeatRequest, Section, SetSale, UnixMs, UserId,
};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;
const HOLDS: usize = 100_000;

fn main() -> Outcome<()> {
    let engine = Engine::in_memory(Config::default().with_expiry_warning(Duration::ZERO))?;
    let (hall, event) = (EventId::new("hall")?, EventId::new("callers")?);
    create(&engine, &hall, 3_000)?;
    create(&engine, &event, 100)?;
    let quiet = call_for(&engine, &event, Duration::from_secs(2))?;
    // All end within the second after this one.
    let user = UserId::new("crowd")?;
    let end = engine.now().plus(Duration::from_secs(20));
    let begun = Instant::now();
    for at in 0..HOLDS {
        let mut reserve = Reserve::new(hall.clone(), user.clone(), SeatRequest::Best(Best::of(1)));
        reserve.hold_until = Some(UnixMs::new(end.get() + at as u64 % 1_000));
        engine.reserve(reserve).wait()?;
    }
    println!("{HOLDS} holds made in {:?}; {} timers set", begun.elapsed(), engine.status().timers);
    while engine.now() < end {
        std::thread::park_timeout(Duration::from_millis(20));
    }
    let storm = call_for(&engine, &event, Duration::from_secs(2))?;
    let counts = engine.counts(&hall)?;
    println!("after the storm: {} of {} seats of the hall held", counts.reserved, counts.total);
    println!(
        "{:<22}{:>10}{:>12}{:>12}{:>12}{:>12}",
        "one caller's call", "calls", "p50", "p99", "p99.9", "longest"
    );
    for (name, mut waits) in [("quiet", quiet), ("during the storm", storm)] {
        waits.sort_unstable();
        let at = |permille: usize| Duration::from_nanos(waits[(waits.len() - 1) * permille / 1_000]);
        println!(
            "{name:<22}{:>10}{:>12?}{:>12?}{:>12?}{:>12?}",
            waits.len(),
            at(500),
            at(990),
            at(999),
            at(1_000)
        );
    }
    Ok(())
}

/// Reserves, reads and gives back until the time is over; the nanoseconds of each call.
fn call_for(engine: &Engine, event: &EventId, time: Duration) -> Outcome<Vec<u64>> {
    let (user, begun) = (UserId::new("caller")?, Instant::now());
    let mut waits = Vec::with_capacity(4_000_000);
    while begun.elapsed() < time {
        let call = Instant::now();
        let held = engine
            .reserve(Reserve::new(event.clone(), user.clone(), SeatRequest::Best(Best::of(2))))
            .wait()?;
        let reserved = call.elapsed();
        let found = engine.reservation(&held.id.into(), &Caller::Operator).wait()?;
        let read = call.elapsed();
        engine.release(Release::new(found.id, Caller::Operator)).wait()?;
        let released = call.elapsed();
        for wait in [reserved, read - reserved, released - read] {
            waits.push(u64::try_from(wait.as_nanos())?);
        }
    }
    Ok(waits)
}

fn create(engine: &Engine, event: &EventId, rows: usize) -> Outcome<()> {
    let row = |at: usize| Row {
        label: format!("R{at}"),
        price_minor: 1_000,
        seats: RowSeats::Numbered {
            prefix: format!("R{at}-"),
            first_number: 1,
            step: 1,
            digits_min: 0,
            count: 40,
        },
        ..Row::default()
    };
    let hall = Section::Seated { name: "hall".into(), rows: (0..rows).map(row).collect() };
    engine
        .create_event(CreateEvent::new(
            event.clone(),
            EventSettings::new("A hall", Currency::new("EUR").ok_or("three letters")?),
            SeatMap { sections: vec![hall] },
        ))
        .wait()?;
    engine.set_sale(SetSale::new(event.clone(), SaleState::Open)).wait()?;
    Ok(())
}
