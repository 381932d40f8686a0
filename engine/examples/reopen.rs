//! How long a folder takes to open, beside the floors: reading its files, and reading them with a checksum over every
//! byte; and how long from a snapshot, and how large that is. Prints the progress that the engine reports while it
//! recovers.
//!
//! `cargo run --release --example reopen -- RECORDS` (1,000,000 if not given)
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::path::Path;
use std::time::{Duration, Instant};

use tacos_engine::{
    Best, Caller, Command, Config, Confirm, CreateEvent, Currency, Durability, Engine, EventId,
    EventSettings, IdempotencyKey, Progress, Proof, RecoveryConsent, Reply, Reserve, Row, RowSeats,
    SaleState, SeatMap, SeatRequest, Section, SetSale, UserId,
};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;
const ROW: usize = 50;
const IN_FLIGHT: usize = 4_096;

fn main() -> Outcome<()> {
    let records: usize = std::env::args().nth(1).map_or(Ok(1_000_000), |text| text.parse())?;
    // By default a group is everything that came in during a sync; relaxed, the writer never waits and groups are
    // small.
    let relaxed = Durability::Relaxed { sync_every: Duration::from_secs(1) };
    for (name, durability) in
        [("synced, large groups", Durability::Synced), ("relaxed, small groups", relaxed)]
    {
        measure(name, durability, records)?;
    }
    measure_snapshot(records)
}

/// As a live sale has it: every record came with a key, which is kept for a day, and nothing is forgotten yet.
fn measure_snapshot(records: usize) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let many = u32::try_from(records + records / 8)?;
    let config = Config::default()
        .with_snapshot_every_bytes(0)
        .with_expiry_warning(Duration::ZERO)
        .with_idempotency_ttl(Duration::from_secs(86_400))
        .with_idempotency_keys_max(many)
        .with_reservations_max(many);
    fill(folder.path(), &config, records, true)?;
    let ((found, _), from_journal) = timed(|| open(folder.path(), &config))?;
    let (engine, opened) =
        Engine::open_with(folder.path(), config.clone(), RecoveryConsent::LoseNothing, |_| ())?;
    let journal = opened.position.0;
    let (snapshot, took) = timed(|| Ok(engine.snapshot()?))?;
    engine.close()?;
    let ((images, _), from_snapshot) = timed(|| open(folder.path(), &config))?;
    println!(
        "with keys: {found} records in {} MB, opened in {from_journal:.3} s; snapshot of {images} images in {} MB \
         ({:.2} times the journal), taken in {took:.3} s, opened in {from_snapshot:.3} s",
        journal / 1_000_000,
        snapshot.bytes / 1_000_000,
        snapshot.bytes as f64 / journal as f64,
    );
    Ok(())
}

fn measure(name: &str, durability: Durability, records: usize) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let config = Config::default()
        .with_durability(durability)
        .with_snapshot_every_bytes(0)
        .with_expiry_warning(Duration::ZERO);
    fill(folder.path(), &config, records, false)?;
    for round in 1..=3 {
        let (bytes, read) = timed(|| read_all(folder.path(), |_| ()))?;
        let mut sum = 0;
        let (_, checked) =
            timed(|| read_all(folder.path(), |chunk| sum = crc32c::crc32c_append(sum, chunk)))?;
        let ((found, told), opened) = timed(|| open(folder.path(), &config))?;
        println!(
            "{name}, round {round}: {found} records in {} MB; read {read:.3} s, read and checked {checked:.3} s, opened {opened:.3} s \
             ({:.2} million records a second, {:.1} times reading), progress told {told} times",
            bytes / 1_000_000,
            found as f64 / opened / 1e6,
            opened / read,
        );
    }
    Ok(())
}

fn timed<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<(T, f64)> {
    let begun = Instant::now();
    let result = work()?;
    Ok((result, begun.elapsed().as_secs_f64()))
}

fn open(folder: &Path, config: &Config) -> Outcome<(u64, u32)> {
    let mut told = 0;
    let progress = |_: Progress| told += 1;
    let (engine, opened) = Engine::open_with(folder, config.clone(), RecoveryConsent::LoseNothing, progress)?;
    engine.close()?;
    Ok((opened.records, told))
}

/// Every file from its beginning to its end.
fn read_all(folder: &Path, mut each: impl FnMut(&[u8])) -> Outcome<u64> {
    let mut total = 0;
    for entry in std::fs::read_dir(folder)? {
        let bytes = std::fs::read(entry?.path())?;
        total += bytes.len() as u64;
        each(&bytes);
    }
    Ok(total)
}

/// Half of the records are holds of one seat, half sales; each with a key of its own, or all without.
fn fill(folder: &Path, config: &Config, records: usize, keys: bool) -> Outcome<()> {
    // As hashes of requests are: without a pattern, and the same each time.
    let mut random = blake3::Hasher::new().update(b"keys").finalize_xof();
    let mut key = || {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        keys.then(|| IdempotencyKey::from_bytes(bytes))
    };
    let engine = Engine::open(folder, config.clone())?;
    let event = EventId::new("evt")?;
    let row = |at: usize| Row {
        label: format!("R{at}"),
        price_minor: 5_000,
        seats: RowSeats::Numbered {
            prefix: format!("R{at}-"),
            first_number: 1,
            step: 1,
            digits_min: 0,
            count: 50,
        },
        ..Row::default()
    };
    let rows = (records / 2).div_ceil(ROW);
    let hall = Section::Seated { name: "hall".into(), rows: (0..rows).map(row).collect() };
    let currency = Currency::new("EUR").ok_or("three letters")?;
    engine
        .create_event(CreateEvent::new(
            event.clone(),
            EventSettings::new("A hall", currency),
            SeatMap { sections: vec![hall] },
        ))
        .wait()?;
    engine.set_sale(SetSale::new(event.clone(), SaleState::Open)).wait()?;
    let mut at = 0;
    while at < records / 2 {
        let many = IN_FLIGHT.min(records / 2 - at);
        let holds = (at..at + many)
            .map(|at| {
                let user = UserId::new(&format!("user-{at}"))?;
                let hold = Reserve::new(event.clone(), user, SeatRequest::Best(Best::of(1))).with_key(key());
                Ok(engine.submit(&Command::Reserve(Box::new(hold))))
            })
            .collect::<Outcome<Vec<_>>>()?;
        let mut sales = Vec::with_capacity(many);
        for hold in holds {
            let Reply::Reserved(held) = hold.wait()? else { return Err("a reservation".into()) };
            let sale = Confirm::new(held.id, Caller::Operator, Proof::Outside).with_key(key());
            sales.push(engine.confirm(sale));
        }
        sales.into_iter().try_for_each(|sale| sale.wait().map(drop))?;
        at += many;
    }
    engine.close()?;
    Ok(())
}
