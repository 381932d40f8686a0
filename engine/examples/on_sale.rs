//! An on-sale: customers on several threads join the line, are let in, take the best seats together, pay or walk away,
//! while the main thread shows how the hall fills. Ends when nothing moves any more, and checks the books.
//!
//! `cargo run --release --example on_sale`
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tacos_engine::{
    Best, Config, Confirm, CreateEvent, Currency, Durability, Engine, EventId, EventSettings, Failure,
    IdempotencyKey, JoinQueue, Proof, QueuePolicy, Refusal, Release, RequestAdmission, ReservationToken,
    Reserve, Row, RowSeats, SaleState, SeatMap, SeatRequest, Section, SessionId, SetSale, UserId,
};

const CUSTOMERS: u64 = 4_000;
const THREADS: u64 = 8;
type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

#[derive(Default)]
struct Tally {
    admitted: AtomicU64,
    sold: AtomicU64,
    abandoned: AtomicU64,
    refused: AtomicU64,
}

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let folder = tempfile::tempdir()?;
    let engine = Engine::open(folder.path(), Config::default().with_durability(Durability::Synced))?;
    let event = EventId::new("evt_on_sale")?;
    open_sale(&engine, &event)?;
    println!("{CUSTOMERS} customers want seats in a hall of {}", engine.counts(&event)?.total);
    let tally = Tally::default();
    let begun = Instant::now();
    std::thread::scope(|scope| -> Outcome {
        let (engine, event, tally) = (&engine, &event, &tally);
        let threads: Vec<_> =
            (0..THREADS).map(|thread| scope.spawn(move || customers(engine, event, tally, thread))).collect();
        while threads.iter().any(|thread| !thread.is_finished()) {
            std::thread::park_timeout(Duration::from_millis(500));
            show(engine, event, tally, begun)?;
        }
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a customer panicked")?)
    })?;
    let counts = engine.counts(&event)?;
    assert_eq!(counts.available + counts.reserved + counts.sold + counts.blocked, counts.total);
    let digest = engine.digest();
    engine.close()?;
    drop(engine);
    let engine = Engine::open(folder.path(), Config::default())?;
    println!("reopened: the same state, {}; sold {}", engine.digest() == digest, engine.counts(&event)?.sold);
    println!(
        "next: cargo run --example quick_start, cargo run --example time_by_hand, cargo doc -p tacos-engine --open"
    );
    Ok(())
}

fn open_sale(engine: &Engine, event: &EventId) -> Outcome {
    let row = |at: u32| Row {
        label: format!("R{at}"),
        price_minor: 9_000 - i64::from(at) * 50,
        seats: RowSeats::Numbered {
            prefix: format!("R{at}-"),
            first_number: 1,
            step: 1,
            digits_min: 0,
            count: 40,
        },
        ..Row::default()
    };
    let hall = Section::Seated { name: "hall".into(), rows: (1..=100).map(row).collect() };
    let policy =
        QueuePolicy::default().with_admissions_per_minute(60_000).with_burst(200).with_inside_max(500);
    engine
        .create_event(
            CreateEvent::new(
                event.clone(),
                EventSettings::new("An on-sale", Currency::new("EUR").ok_or("three letters")?),
                SeatMap { sections: vec![hall] },
            )
            .with_queue(policy),
        )
        .wait()?;
    engine.set_sale(SetSale::new(event.clone(), SaleState::Open)).wait()?;
    Ok(())
}

/// One thread's share of the customers, one after the other; all threads together are the crowd.
fn customers(engine: &Engine, event: &EventId, tally: &Tally, thread: u64) -> Outcome {
    for at in (0..CUSTOMERS).filter(|at| at % THREADS == thread) {
        let user = UserId::new(&format!("customer-{at}"))?;
        let session = Some(SessionId::new(&format!("session-{at}"))?);
        let joined = engine
            .join_queue(JoinQueue::new(event.clone()).with_session(session).with_user(user.clone()))
            .wait()?;
        let token = wait_for_turn(engine, &RequestAdmission::new(joined.token).with_user(user.clone()))?;
        tally.admitted.fetch_add(1, Ordering::Relaxed);
        let group = 1 + u32::try_from(at % 4)?;
        let reserve = Reserve::new(event.clone(), user.clone(), SeatRequest::Best(Best::of(group)))
            .with_token(token)
            .with_key(IdempotencyKey::new(&format!("reserve-{at}"))?);
        let held = match engine.reserve(reserve).wait() {
            Ok(held) => held,
            Err(Failure::Refused(Refusal::Insufficient { .. })) => {
                tally.refused.fetch_add(1, Ordering::Relaxed);
                // Who goes home makes room inside for the next.
                engine.leave_queue(joined.token).wait()?;
                continue;
            }
            Err(other) => return Err(other.into()),
        };
        // Every tenth changes their mind.
        if at % 10 == 9 {
            engine.release(Release::new(held.id, user)).wait()?;
            engine.leave_queue(joined.token).wait()?;
            tally.abandoned.fetch_add(1, Ordering::Relaxed);
        } else {
            let key = Some(IdempotencyKey::new(&format!("confirm-{at}"))?);
            engine.confirm(Confirm::new(held.id, user, Proof::Outside).with_key(key)).wait()?;
            tally.sold.fetch_add(u64::from(group), Ordering::Relaxed);
        }
    }
    Ok(())
}

fn wait_for_turn(
    engine: &Engine,
    ask: &RequestAdmission,
) -> Result<ReservationToken, Box<dyn std::error::Error + Send + Sync>> {
    loop {
        match engine.request_admission(ask.clone()).wait() {
            Ok(admitted) => return Ok(admitted.token),
            Err(Failure::Refused(Refusal::NotYet)) => std::thread::park_timeout(Duration::from_millis(2)),
            Err(other) => return Err(other.into()),
        }
    }
}

fn show(engine: &Engine, event: &EventId, tally: &Tally, begun: Instant) -> Outcome {
    let (counts, line) = (engine.counts(event)?, engine.queue(event)?);
    let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
    println!(
        "{:>5.1} s  waiting {:>4}  inside {:>3}  admitted {:>5}  available {:>4}  held {:>3}  sold {:>4}  walked away {:>4}  sold out for {:>4}",
        begun.elapsed().as_secs_f64(),
        line.waiting,
        line.inside,
        get(&tally.admitted),
        counts.available,
        counts.reserved,
        counts.sold,
        get(&tally.abandoned),
        get(&tally.refused),
    );
    Ok(())
}
