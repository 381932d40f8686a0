//! Bytes for each seat, hold, waiting person and idempotency key, measured at a million of each as what the process's
//! resident memory grew by, beside the aims.
//!
//! `cargo run --release --example footprint`
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::time::Duration;

use tacos_engine::{
    Best, Config, CreateEvent, Currency, Engine, EventId, EventSettings, ExternalId, IdempotencyKey,
    JoinQueue, Note, QueuePolicy, Reserve, Row, RowSeats, SaleState, SeatMap, SeatRequest, Section,
    SessionId, SetSale, UserId,
};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;
const MILLION: usize = 1_000_000;

fn main() -> Outcome<()> {
    let config = Config::default().with_expiry_warning(Duration::ZERO);
    let engine = Engine::in_memory(config)?;
    println!("{:<28}{:>10}{:>8}", "bytes for each", "measured", "aim");
    // The log buffer and the history fill first, so that they are not counted below.
    for at in 0..200_000 {
        let name = ExternalId::new("warm-up")?;
        engine.note(Note::new(name, Some(vec![0; 64]))).wait()?;
        if at % 10_000 == 0 {
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }
    let seats = measure("seat", 16, || create(&engine, "seats", None))?;
    let keys = measure("idempotency key", 96, || {
        for at in 0..MILLION {
            let key = Some(IdempotencyKey::new(&format!("key-{at}"))?);
            engine.note(Note::new(ExternalId::new("keyed")?, Some(vec![1])).with_key(key)).wait()?;
        }
        Ok(())
    })?;
    let event = EventId::new("seats")?;
    let user = UserId::new("somebody")?;
    let holds = measure("hold", 128, || {
        for _ in 0..MILLION / 2 {
            engine
                .reserve(Reserve::new(event.clone(), user.clone(), SeatRequest::Best(Best::of(2))))
                .wait()?;
        }
        Ok(())
    })?;
    println!("{:<28}{:>10.1}{:>8}   (half a million, two seats each)", "hold", 2.0 * holds, 128);
    create(&engine, "line", Some(QueuePolicy::default().with_inside_max(1)))?;
    let event = EventId::new("line")?;
    let waiting = measure("waiting person", 48, || {
        for at in 0..MILLION {
            let session = Some(SessionId::new(&format!("session-{at}"))?);
            let user = Some(UserId::new(&format!("user-{at}"))?);
            engine.join_queue(JoinQueue::new(event.clone()).with_session(session).with_user(user)).wait()?;
        }
        Ok(())
    })?;
    println!("as the tables count themselves: {:?}", engine.memory());
    println!("sum of the four: {:.0} bytes", seats + keys + 2.0 * holds + waiting);
    Ok(())
}

fn create(engine: &Engine, id: &str, queue: Option<QueuePolicy>) -> Outcome<()> {
    let rows = if queue.is_some() { 1 } else { MILLION / 40 };
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
    let event = EventId::new(id)?;
    engine
        .create_event(
            CreateEvent::new(
                event.clone(),
                EventSettings::new(id, Currency::new("EUR").ok_or("three letters")?),
                SeatMap { sections: vec![hall] },
            )
            .with_queue(queue),
        )
        .wait()?;
    engine.set_sale(SetSale::new(event, SaleState::Open)).wait()?;
    Ok(())
}

fn measure(what: &str, aim: u32, work: impl FnOnce() -> Outcome<()>) -> Outcome<f64> {
    let before = resident_bytes()?;
    work()?;
    let each = (resident_bytes()? - before) / MILLION as f64;
    if what != "hold" {
        println!("{what:<28}{each:>10.1}{aim:>8}");
    }
    Ok(each)
}

/// What the operating system says that the process has in memory.
fn resident_bytes() -> Outcome<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
    let kib: f64 = line.split_whitespace().nth(1).ok_or("no figure")?.parse()?;
    Ok(kib * 1_024.0)
}
