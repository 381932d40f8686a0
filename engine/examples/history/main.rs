//! Writes down a real run of the engine, many threads and crashes of the disk included, for the checker in
//! `tests/linearizability`: every call with its times and its answer.
//!
//! ```text
//! history --seed N --out FILE [--threads T] [--ops M] [--crashes C] [--plant oversell|lost|late|overtake]
//! ```
//! With `--plant` the history as it was is left beside FILE, as `.clean`.
//! Threads are real, so a seed repeats the dice of the customers and of the disk, not the order of the threads.
#![allow(clippy::print_stdout, reason = "a program that reports")]

mod client;
mod plant;
mod record;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};

use tacos_engine::{
    Config, CreateEvent, Currency, Driver, Engine, EventId, EventSettings, QueuePolicy, RecoveryConsent, Row,
    RowSeats, SaleState, SeatMap, Section, SetSale,
};
use tacos_testing::Random;
use tacos_testing::storage::{CrashKeeps, Fault, SimStorage};

use client::{Client, Town};
use plant::Plant;
use record::{Entry, Kind, OK, UNKNOWN, Watch};

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// People inside at once.
const INSIDE_MAX: u32 = 3;
/// More seats than a history can sell.
const SEATS: u32 = 2_000;
/// Deadlines of the line lie beyond the end: who is in it leaves it by leaving.
const LONG_MS: u64 = 3_600_000;
/// A disk that is to crash does so within this many calls that change something.
const CRASH_WITHIN: u64 = 120;

struct Options {
    seed: u64,
    out: PathBuf,
    threads: u64,
    ops: u64,
    crashes: u64,
    plant: Option<Plant>,
}

impl Options {
    fn read() -> Result<Self, String> {
        let mut options =
            Self { seed: 1, out: PathBuf::new(), threads: 8, ops: 1_500, crashes: 0, plant: None };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
            let number = || value.parse::<u64>().map_err(|why| format!("{word} {value}: {why}"));
            match word.as_str() {
                "--seed" => options.seed = number()?,
                "--out" => options.out = value.into(),
                "--threads" => options.threads = number()?.clamp(1, 64),
                "--ops" => options.ops = number()?,
                "--crashes" => options.crashes = number()?,
                "--plant" => options.plant = Some(Plant::of(&value)?),
                other => return Err(format!("{other} is no option")),
            }
        }
        if options.out.as_os_str().is_empty() { Err("--out FILE is needed".into()) } else { Ok(options) }
    }
}

fn main() -> ExitCode {
    match Options::read().map_err(Into::into).and_then(|options| run(&options)) {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            println!("history: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Outcome<String> {
    let mut entries = Run::begin(options)?.finish()?;
    entries.sort_by_key(|entry| (entry.call_ns, entry.return_ns));
    let unknown = entries.iter().filter(|entry| entry.result == UNKNOWN).count();
    let mut said = format!("seed {}: {} calls, {unknown} without an answer", options.seed, entries.len());
    let head = format!(
        "tacos-history 1 seed={} threads={} crashes={} inside_max={INSIDE_MAX}",
        options.seed, options.threads, options.crashes
    );
    if let Some(plant) = options.plant {
        record::write(&options.out.with_extension("clean"), &head, &mut entries)?;
        let inside_max = usize::try_from(INSIDE_MAX)?;
        let what = plant
            .put_into(&mut entries, inside_max)
            .ok_or_else(|| format!("seed {}: no place for {plant:?}", options.seed))?;
        said = format!("{said}; planted: {what}");
    }
    record::write(&options.out, &head, &mut entries)?;
    Ok(said)
}

struct Run<'a> {
    options: &'a Options,
    watch: Arc<Watch>,
    storage: SimStorage,
    engine: Engine,
    town: Town,
    random: Random,
    entries: Vec<Entry>,
    /// Clients are numbered through: one that was there when the engine broke makes no further calls.
    clients: u64,
}

impl<'a> Run<'a> {
    fn begin(options: &'a Options) -> Outcome<Self> {
        let watch = Watch::new();
        let storage = SimStorage::new(options.seed);
        let engine = open(&storage, &watch)?;
        let town = Town::new(EventId::new("seats")?, EventId::new("line")?, watch.clone());
        create(&engine, &town)?;
        let random = Random::new(options.seed);
        Ok(Self { options, watch, storage, engine, town, random, entries: Vec::new(), clients: 0 })
    }

    fn finish(mut self) -> Outcome<Vec<Entry>> {
        let done = AtomicU64::new(0);
        let phases = self.options.crashes + 1;
        for phase in 1..=phases {
            let until = self.options.ops * phase / phases;
            self.phase(&done, until, phase < phases)?;
            if phase < phases {
                self.crash()?;
            }
        }
        self.engine.close()?;
        Ok(self.entries)
    }

    /// All threads at once, up to so many calls; if the disk is to crash, until it has.
    fn phase(&mut self, done: &AtomicU64, until: u64, crashes: bool) -> Outcome<()> {
        let threads = self.options.threads;
        let start = Barrier::new(usize::try_from(threads)?);
        let (begun, first) = (done.load(Ordering::Relaxed), self.clients);
        self.clients += 2 * threads;
        let planned = until.saturating_sub(begun).saturating_sub(CRASH_WITHIN);
        let crash_from = begun + if planned == 0 { 0 } else { self.random.below(planned) };
        let armed = AtomicU64::new(0);
        let within = 1 + self.random.below(CRASH_WITHIN);
        let (engine, town, storage) = (&self.engine, &self.town, &self.storage);
        let seeds: Vec<u64> = (0..threads).map(|_| self.random.draw()).collect();
        let work = |number: u64, seed: u64| {
            let random = Random::new(seed);
            let mut client = Client { number, engine, town, random, entries: Vec::new() };
            start.wait();
            loop {
                let count = done.fetch_add(1, Ordering::Relaxed);
                if crashes && count >= crash_from && armed.swap(1, Ordering::Relaxed) == 0 {
                    storage.add_fault(Fault::Crash { at: storage.calls().changes + within });
                }
                // A disk that is to crash decides the end; else the number of calls does.
                if !client.step() || (!crashes && count >= until) {
                    return client.entries;
                }
            }
        };
        let found = std::thread::scope(|scope| {
            let all: Vec<_> = (first..)
                .step_by(2)
                .zip(seeds)
                .map(|(number, seed)| scope.spawn(move || work(number, seed)))
                .collect();
            all.into_iter().map(|thread| thread.join().map_err(|_| "a customer panicked")).collect::<Vec<_>>()
        });
        for entries in found {
            self.entries.append(&mut entries?);
        }
        Ok(())
    }

    /// What the crash has left is opened, and a new client asks what has become of everything.
    fn crash(&mut self) -> Outcome<()> {
        let mut entry = Entry::new(self.clients, Kind::Crash, "-");
        self.clients += 1;
        entry.call_ns = self.watch.ns();
        let keeps = [
            CrashKeeps::Everything,
            CrashKeeps::Nothing,
            CrashKeeps::SomeSectors,
            CrashKeeps::SomePages,
            CrashKeeps::Prefix,
            CrashKeeps::Suffix,
        ];
        let keeps = keeps[self.random.index(keeps.len())];
        if !self.storage.crashed() {
            return Err("the disk was to crash and did not".into());
        }
        // That it broke is known.
        let _ = self.engine.close();
        self.storage = self.storage.after_crash(keeps, self.random.draw());
        self.engine = open(&self.storage, &self.watch).map_err(|why| format!("after {keeps:?}: {why}"))?;
        entry.return_ns = self.watch.ns();
        entry.result = OK.to_owned();
        let names = |kind: Kind, of: &dyn Fn(&Entry) -> bool| -> Vec<String> {
            let wanted = |entry: &&Entry| entry.kind == kind && of(entry);
            self.entries.iter().filter(wanted).map(|entry| entry.name.clone()).collect()
        };
        let held = names(Kind::Hold, &|entry| entry.result == OK || entry.result == UNKNOWN);
        let joined = names(Kind::Join, &|entry| entry.result == UNKNOWN);
        let mut client = Client {
            number: self.clients,
            engine: &self.engine,
            town: &self.town,
            random: Random::new(0),
            entries: Vec::new(),
        };
        self.clients += 2;
        if !client.take_stock(&held, &joined) {
            return Err("the engine broke although the disk is well".into());
        }
        let mut stock = client.entries;
        self.entries.push(entry);
        self.entries.append(&mut stock);
        Ok(())
    }
}

fn open(storage: &SimStorage, watch: &Arc<Watch>) -> Outcome<Engine> {
    let config = Config::default()
        .with_driver(Driver::Threads)
        .with_clock(watch.clone())
        .with_admissions_per_second_max(1_000_000)
        .with_segment_bytes(1 << 20)
        .with_log_buffer_bytes(256 << 10)
        .with_reservations_max(1 << 14);
    let (engine, _) =
        Engine::open_storage(Arc::new(storage.clone()), config, RecoveryConsent::LoseNothing, |_| ())?;
    Ok(engine)
}

fn create(engine: &Engine, town: &Town) -> Outcome<()> {
    let seats =
        RowSeats::Numbered { prefix: "A-".into(), first_number: 1, step: 1, digits_min: 0, count: SEATS };
    let row = Row { label: "A".into(), price_minor: 5_000, seats, ..Row::default() };
    let policy = QueuePolicy::default()
        .with_admissions_per_minute(6_000_000)
        .with_burst(1_000_000)
        .with_inside_max(INSIDE_MAX)
        .with_claim_window_ms(LONG_MS)
        .with_token_ttl_ms(LONG_MS)
        .with_inactivity_ms(LONG_MS);
    let floor = Section::General { name: "floor".into(), capacity: 100, price_minor: 1_000 };
    let stalls = Section::Seated { name: "stalls".into(), rows: vec![row] };
    for (event, section, queue) in [(&town.event, stalls, None), (&town.queue_event, floor, Some(policy))] {
        let mut settings = EventSettings::new("A history", Currency::new("EUR").ok_or("three letters")?);
        settings.extensions_max = 2;
        let seats = SeatMap { sections: vec![section] };
        engine.create_event(CreateEvent::new(event.clone(), settings, seats).with_queue(queue)).wait()?;
        engine.set_sale(SetSale::new(event.clone(), SaleState::Open)).wait()?;
    }
    Ok(())
}
