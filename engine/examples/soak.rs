//! A soak: minutes of everything at once on a durable folder, under a clock that runs twenty times as fast, so that all
//! tables turn over many times. Prints memory and table sizes over time: after the first minutes they must stand still.
//!
//! `cargo run --release --example soak -- MINUTES` (10 if not given)
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tacos_engine::{
    Best, Caller, CancelPayment, Clock, Config, Confirm, CreateEvent, CreatePayment, Currency, Engine,
    EventId, EventSettings, Failure, IdempotencyKey, JoinQueue, Money, Payee, PaymentMethod, Proof,
    QueuePolicy, Refusal, Release, RequestAdmission, ReservationToken, Reserve, Row, RowSeats, SaleState,
    Scenario, SeatMap, SeatRequest, Section, SessionId, SetSale, UnixMs, UserId, WaitingToken,
};

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
const THREADS: u64 = 32;
/// Seconds of the engine's clock in one second.
const PACE: u64 = 20;
/// How long a customer waits before asking again, and how often.
const ASK_AGAIN: Duration = Duration::from_millis(5);
const ASKS: u32 = 400;

/// A clock that runs fast.
struct FastClock {
    start: UnixMs,
    begun: Instant,
}

impl Clock for FastClock {
    fn now(&self) -> UnixMs {
        let passed = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.start.plus_ms(passed.saturating_mul(PACE))
    }
}
const LOOK: Duration = Duration::from_secs(10);

fn main() -> Outcome<()> {
    let minutes: f64 = std::env::args().nth(1).map_or(Ok(10.0), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let config = Config::default()
        .with_clock(Arc::new(FastClock { start: UnixMs::new(1_800_000_000_000), begun: Instant::now() }))
        .with_retention(Duration::from_secs(900))
        .with_snapshot_every_bytes(64 << 20);
    let engine = Engine::open(folder.path(), config.clone())?;
    let event = EventId::new("evt_soak")?;
    create(&engine, &event)?;
    let (over, begun) = (AtomicBool::new(false), Instant::now());
    std::thread::scope(|scope| -> Outcome<()> {
        let (engine, event, over) = (&engine, &event, &over);
        let threads: Vec<_> =
            (0..THREADS).map(|thread| scope.spawn(move || customers(engine, event, thread, over))).collect();
        while begun.elapsed().as_secs_f64() < minutes * 60.0
            && !threads.iter().any(std::thread::ScopedJoinHandle::is_finished)
        {
            std::thread::park_timeout(LOOK);
            show(engine, begun.elapsed())?;
        }
        over.store(true, Ordering::Relaxed);
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a customer panicked")?)
    })?;
    let counts = engine.counts(&event)?;
    assert_eq!(counts.available + counts.reserved + counts.sold + counts.blocked, counts.total);
    let (digest, status) = (engine.digest(), engine.status());
    engine.close()?;
    drop(engine);
    let reopened = Engine::open(folder.path(), config)?;
    println!(
        "{} commands, {} refusals, {} groups; the books add up: {counts:?}",
        status.commands.0, status.commands.1, status.groups
    );
    println!(
        "reopened; state as before (time has passed, so some things may have ended): {}",
        reopened.digest() == digest
    );
    Ok(())
}

fn create(engine: &Engine, event: &EventId) -> Outcome<()> {
    let row = |at: u32| Row {
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
    let hall = Section::Seated { name: "hall".into(), rows: (1..=250).map(row).collect() };
    let floor = Section::General { name: "floor".into(), capacity: 2_000, price_minor: 500 };
    let queue = QueuePolicy::default()
        .with_admissions_per_minute(600_000)
        .with_burst(1_000)
        .with_inside_max(2_000)
        .with_inactivity_ms(300_000);
    let settings = EventSettings::new("A soak", Currency::new("EUR").ok_or("three letters")?);
    engine
        .create_event(
            CreateEvent::new(event.clone(), settings, SeatMap { sections: vec![hall, floor] })
                .with_queue(queue),
        )
        .wait()?;
    engine.set_sale(SetSale::new(event.clone(), SaleState::Open)).wait()?;
    Ok(())
}

fn customers(engine: &Engine, event: &EventId, thread: u64, over: &AtomicBool) -> Outcome<()> {
    for at in 0u64.. {
        if over.load(Ordering::Relaxed) {
            break;
        }
        match customer(engine, event, thread, at) {
            Ok(()) | Err(Failure::Refused(_)) => {}
            Err(broken) => return Err(broken.into()),
        }
    }
    Ok(())
}

/// Asks until it is their turn, as long as patience lasts.
fn admission(engine: &Engine, token: WaitingToken, user: &UserId) -> Result<ReservationToken, Failure> {
    let mut asks = 0;
    loop {
        let ask = RequestAdmission::new(token).with_user(user.clone());
        match engine.request_admission(ask).wait() {
            Err(Failure::Refused(Refusal::NotYet)) if asks < ASKS => {
                asks += 1;
                std::thread::park_timeout(ASK_AGAIN);
            }
            answer => return Ok(answer?.token),
        }
    }
}

/// One customer's visit. Every refusal ends it; that is what customers do.
fn customer(engine: &Engine, event: &EventId, thread: u64, at: u64) -> Result<(), Failure> {
    let name = format!("c{thread}-{at}");
    let user = UserId::new(&name).expect("short and plain");
    let session = SessionId::new(&name).ok();
    let joined = engine
        .join_queue(JoinQueue::new(event.clone()).with_session(session).with_user(user.clone()))
        .wait()?;
    if at.is_multiple_of(7) {
        // Vanishes: the place is lost by inactivity, or the turn by its claim window.
        return Ok(());
    }
    let token = admission(engine, joined.token, &user)?;
    let want = SeatRequest::Best(Best::of(1 + u32::try_from(at % 4).expect("small")));
    let key = IdempotencyKey::new(&format!("r-{name}")).expect("short and plain");
    let held = engine
        .reserve(Reserve::new(event.clone(), user.clone(), want).with_token(token).with_key(key))
        .wait()?;
    match at % 5 {
        // Forgets about it: it expires.
        0 => Ok(()),
        1 => {
            let release = Release::new(held.id, Caller::Operator);
            engine.release(release).wait().map(drop)
        }
        2 => {
            let confirm = Confirm::new(held.id, Caller::Operator, Proof::Outside);
            // Sales without a payment are for good and fill the hall, so that there are few of them.
            if at % 1_000 == 2 { engine.confirm(confirm).wait().map(drop) } else { Ok(()) }
        }
        _ => {
            let currency = Currency::new("EUR").expect("three letters");
            let paid = engine
                .create_payment(CreatePayment::new(
                    Payee::Reservation(held.id.into()),
                    user,
                    Money { minor: held.total_minor, currency },
                    PaymentMethod::CreditCard,
                    Scenario::Random,
                ))
                .wait()?;
            // Called off, or paid back, or too late for both.
            let cancel = CancelPayment::new(paid.id, Caller::Operator);
            engine.cancel_payment(cancel).wait().map(drop)
        }
    }
}

fn show(engine: &Engine, elapsed: Duration) -> Outcome<()> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let resident =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("?").trim().to_owned();
    let engine = engine.status();
    println!(
        "{:>5.0} s  memory {resident:>11}  commands {:>9}  slots {:>6} / {:>6}  users {:>6}  keys {:>6}  timers {:>6}  durable {:>5} MiB",
        elapsed.as_secs_f64(),
        engine.commands.0,
        engine.reservation_slots,
        engine.payment_slots,
        engine.users,
        engine.idempotency_keys,
        engine.timers,
        engine.durable >> 20,
    );
    Ok(())
}
