//! How long a folder takes to open, beside the floors: reading its files, and reading them with a checksum over every
//! byte; and how long from a snapshot, and how large that is. Prints the progress that the engine reports while it
//! recovers, and how much memory the process had at most while a snapshot was taken.
//!
//! `cargo run --release --example reopen -- RECORDS` (1,000,000 if not given)
//!
//! `cargo run --release --example reopen -- RECORDS FOLDER` only opens, three times each, `FOLDER/journal` and
//! `FOLDER/snapshot`, which it fills first if they are not there: to compare two builds, or to look with a profiler.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::ops::Range;
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
/// Seats of one event: more go to the next.
const HALL: usize = 1_000_000;

fn main() -> Outcome<()> {
    let records: usize = std::env::args().nth(1).map_or(Ok(1_000_000), |text| text.parse())?;
    if let Some(folder) = std::env::args().nth(2) {
        return open_again(Path::new(&folder), records, std::env::args().nth(3).as_deref());
    }
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
fn with_keys(records: usize) -> Outcome<Config> {
    let many = u32::try_from(records + records / 8)?;
    Ok(Config::default()
        .with_snapshot_every_bytes(0)
        .with_expiry_warning(Duration::ZERO)
        .with_idempotency_ttl(Duration::from_secs(86_400))
        .with_idempotency_keys_max(many)
        .with_reservations_max(many))
}

fn measure_snapshot(records: usize) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let config = with_keys(records)?;
    fill(folder.path(), &config, records, true)?;
    let ((found, _), from_journal) = timed(|| open(folder.path(), &config))?;
    let (engine, opened) =
        Engine::open_with(folder.path(), config.clone(), RecoveryConsent::LoseNothing, |_| ())?;
    let journal = opened.position.0;
    let before = Memory::from_here()?;
    let (snapshot, took) = timed(|| Ok(engine.snapshot()?))?;
    let most = before.most()?;
    engine.close()?;
    let ((images, _), from_snapshot) = timed(|| open(folder.path(), &config))?;
    println!(
        "with keys: {found} records in {} MB, opened in {from_journal:.3} s; snapshot of {images} images in {} MB \
         ({:.2} times the journal), taken in {took:.3} s with {most:.2} times the memory, opened in {from_snapshot:.3} s",
        journal / 1_000_000,
        snapshot.bytes / 1_000_000,
        snapshot.bytes as f64 / journal as f64,
    );
    Ok(())
}

/// Resident memory of this process, as Linux counts it; on other systems nothing.
struct Memory {
    bytes: Option<u64>,
}

impl Memory {
    /// From now on the most is counted anew.
    fn from_here() -> Outcome<Self> {
        let reset = std::fs::write("/proc/self/clear_refs", "5").is_ok();
        Ok(Self { bytes: if reset { Self::of("VmRSS:")? } else { None } })
    }

    /// The most since then, as a multiple of what it was.
    fn most(&self) -> Outcome<f64> {
        let (Some(before), Some(most)) = (self.bytes, Self::of("VmHWM:")?) else { return Ok(f64::NAN) };
        Ok(most as f64 / before as f64)
    }

    fn of(name: &str) -> Outcome<Option<u64>> {
        let status = std::fs::read_to_string("/proc/self/status")?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        Ok(line.and_then(|line| line.split_whitespace().next()?.parse().ok()))
    }
}

/// Opens two folders of one sale again and again: the one has its journal alone, the other a snapshot too.
fn open_again(folder: &Path, records: usize, only: Option<&str>) -> Outcome<()> {
    let config = with_keys(records)?;
    let (journal, snapshot) = (folder.join("journal"), folder.join("snapshot"));
    if !journal.exists() {
        fill(&journal, &config, records, true)?;
    }
    if !snapshot.exists() {
        std::fs::create_dir(&snapshot)?;
        for entry in std::fs::read_dir(&journal)? {
            let entry = entry?;
            std::fs::copy(entry.path(), snapshot.join(entry.file_name()))?;
        }
        let engine = Engine::open(&snapshot, config.clone())?;
        let before = Memory::from_here()?;
        let (info, took) = timed(|| Ok(engine.snapshot()?))?;
        let (most, of) = (before.most()?, engine.position().0);
        println!(
            "snapshot of {} MB, {:.2} times the journal, taken in {took:.3} s with {most:.2} times the memory",
            info.bytes / 1_000_000,
            info.bytes as f64 / of as f64
        );
        engine.close()?;
    }
    for round in 1..=3 {
        for path in [&journal, &snapshot] {
            if only.is_none_or(|only| path.ends_with(only)) {
                let ((found, _), took) = timed(|| open(path, &config))?;
                println!("round {round}: {found} records of {} opened in {took:.3} s", path.display());
            }
        }
    }
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
    let mut begun = 0;
    for number in 0.. {
        let seats = HALL.min(records / 2 - begun);
        if seats == 0 {
            break;
        }
        let event = EventId::new(&format!("evt_{number}"))?;
        put_on_sale(&engine, &event, seats)?;
        sell(&engine, &event, begun..begun + seats, &mut key)?;
        begun += seats;
    }
    engine.close()?;
    Ok(())
}

fn put_on_sale(engine: &Engine, event: &EventId, seats: usize) -> Outcome<()> {
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
    let hall = Section::Seated { name: "hall".into(), rows: (0..seats.div_ceil(ROW)).map(row).collect() };
    let settings = EventSettings::new("A hall", Currency::new("EUR").ok_or("three letters")?);
    engine
        .create_event(CreateEvent::new(event.clone(), settings, SeatMap { sections: vec![hall] }))
        .wait()?;
    engine.set_sale(SetSale::new(event.clone(), SaleState::Open)).wait()?;
    Ok(())
}

/// A seat for each of these customers.
fn sell(
    engine: &Engine,
    event: &EventId,
    customers: Range<usize>,
    key: &mut impl FnMut() -> Option<IdempotencyKey>,
) -> Outcome<()> {
    let mut at = customers.start;
    while at < customers.end {
        let many = IN_FLIGHT.min(customers.end - at);
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
    Ok(())
}
