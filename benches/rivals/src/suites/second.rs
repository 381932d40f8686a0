//! Suite `second thread`: the same work by one thread and by two, from work that shares nothing to a whole order; what
//! two threads bring is to be read beside what they bring a map's look-ups. Every sample is a process of its own, so
//! the allocator can be another one.

use std::collections::HashMap;
use std::hint::black_box;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Barrier, Mutex};
use std::time::{Duration, Instant};

use tacos_engine::{SeatId, SystemClock};

use super::Options;
use super::turns::{Entrant, push_all, take_turns};
use crate::contestants::ours::Ours;
use crate::drive::{Cut, run};
use crate::report::{Report, progress};
use crate::rival::{End, Fault};
use crate::work::{Hall, Random};

/// Its name.
pub const SUITE: &str = "second thread";
/// What two threads bring where nothing is shared.
pub const LOOK_UPS: &str = "map look-up by label, a map for both";
/// Whole orders.
pub const ORDERS: &str = "tacos, hold + confirm in memory";
/// Every thread allocates and frees for itself.
const ALLOCATE: &str = "allocate and free 64 bytes, 16 alive";
/// Another allocator than the system's, where it is installed.
const OTHER_ALLOCATOR: &str = "libjemalloc.so.2";
/// How long threads are busy before the clock runs: the scheduler needs some milliseconds to part them.
const SPREAD: Duration = Duration::from_millis(60);

type Work = fn(usize, &Options) -> Result<f64, Fault>;
const WORKS: [(&str, Work); 6] = [
    (LOOK_UPS, look_ups),
    ("change a word, a line each", |threads, options| words(threads, options, 16)),
    ("change a word, neighbours in one line", |threads, options| words(threads, options, 1)),
    ("change one word", |threads, options| words(threads, options, 0)),
    (ALLOCATE, allocate),
    (ORDERS, orders),
];

/// Nanoseconds of wall time for an operation, by so many threads together: half is twice as fast.
///
/// # Errors
/// A work that there is not, or one that fails.
pub fn one(name: &str, threads: usize, options: &Options) -> Result<f64, Fault> {
    let (_, work) = WORKS.iter().find(|(known, _)| *known == name).ok_or("there is no such work")?;
    work(threads, options)
}

/// From the start of the first thread to the end of the last.
fn on_threads(threads: usize, each: u64, work: impl Fn(usize) + Sync) -> f64 {
    let (barrier, times) = (Barrier::new(threads), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (barrier, times, work) = (&barrier, &times, &work);
            scope.spawn(move || {
                barrier.wait();
                let awake = Instant::now();
                while awake.elapsed() < SPREAD {
                    std::hint::spin_loop();
                }
                let begun = Instant::now();
                work(thread);
                times.lock().expect("no panic").push((begun, Instant::now()));
            });
        }
    });
    let times = times.into_inner().expect("no panic");
    let begun = times.iter().map(|(begun, _)| *begun).min().expect("a thread");
    let ended = times.iter().map(|(_, ended)| *ended).max().expect("a thread");
    #[expect(clippy::cast_precision_loss, reason = "figures are far below 2^52")]
    let operations = (each * threads as u64) as f64;
    ended.duration_since(begun).as_secs_f64() * 1e9 / operations
}

fn times(options: &Options, times: u64) -> u64 {
    if options.quick { times / 10 } else { times }
}

fn look_ups(threads: usize, options: &Options) -> Result<f64, Fault> {
    let hall = Hall { seats: 200_000 };
    let seats: HashMap<SeatId, u32> = hall.labels()?.into_iter().zip(0..).collect();
    let mut labels = hall.labels()?;
    Random::new(options.seed).shuffle(&mut labels);
    let each = times(options, 1_000_000);
    Ok(on_threads(threads, each, |thread| {
        let mine = labels.iter().cycle().skip(thread * labels.len() / 2);
        let rounds = usize::try_from(each).expect("a count");
        let found = mine.take(rounds).filter(|label| seats.contains_key(black_box(*label))).count();
        assert_eq!(found, rounds, "a seat is missing");
    }))
}

/// Each thread changes a word by compare-and-swap; words of two threads are so many words apart.
fn words(threads: usize, options: &Options, apart: usize) -> Result<f64, Fault> {
    let words: Vec<AtomicU64> = (0..64).map(|_| AtomicU64::new(0)).collect();
    // Where a line begins.
    let first = words.iter().position(|word| std::ptr::from_ref(word).addr().is_multiple_of(128));
    let (first, each) = (first.ok_or("128 bytes are in 512")?, times(options, 10_000_000));
    let ns = on_threads(threads, each, |thread| {
        let word = &words[first + thread * apart];
        for _ in 0..each {
            let mut seen = word.load(Ordering::Relaxed);
            while let Err(now) =
                word.compare_exchange_weak(seen, seen.wrapping_add(1), Ordering::AcqRel, Ordering::Relaxed)
            {
                seen = now;
            }
        }
    });
    let changed: u64 = words.iter().map(|word| word.load(Ordering::Relaxed)).sum();
    if changed == each * threads as u64 { Ok(ns) } else { Err(format!("{changed} changes").into()) }
}

#[expect(clippy::unnecessary_wraps, reason = "as all works")]
fn allocate(threads: usize, options: &Options) -> Result<f64, Fault> {
    let each = times(options, 5_000_000);
    Ok(on_threads(threads, each, |_| {
        let mut alive: [Option<Box<[u64; 8]>>; 16] = Default::default();
        for number in 0..each {
            let at = usize::try_from(number % 16).expect("below sixteen");
            alive[at] = Some(black_box(Box::new([number; 8])));
        }
    }))
}

fn orders(threads: usize, options: &Options) -> Result<f64, Fault> {
    let hall = Hall { seats: if options.quick { 80_000 } else { 400_000 } };
    let ours = Ours::in_memory(hall, Arc::new(SystemClock::new()))?;
    let wanted = hall.unique_orders(options.seed)?;
    Ok(run(&ours, hall, &wanted, Cut { threads, customers: 1, end: End::Confirm })?.ns_an_order())
}

fn other_allocator() -> Option<PathBuf> {
    let folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"];
    folders.iter().map(|folder| PathBuf::from(folder).join(OTHER_ALLOCATOR)).find(|path| path.is_file())
}

/// A sample in a process of its own.
fn sample(name: &str, threads: usize, allocator: Option<&PathBuf>, options: &Options) -> Result<f64, Fault> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--one", name, "--threads", &threads.to_string(), "--seed", &options.seed.to_string()]);
    command.args(options.quick.then_some("--quick"));
    if let Some(library) = allocator {
        command.env("LD_PRELOAD", library);
    }
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let failed = || format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    Ok(said.trim().parse::<f64>().map_err(|_| failed())?)
}

/// Measures.
///
/// # Errors
/// The file of results cannot be written.
pub fn measure(options: &Options, report: &mut Report) -> Result<(), Fault> {
    let other = other_allocator();
    if other.is_none() {
        report.skip(SUITE, OTHER_ALLOCATOR, "threads=1", "it is not installed")?;
    }
    progress(&format!("{SUITE}: seed {}", options.seed));
    for threads in [1, 2] {
        let mut entrants = Vec::new();
        for (name, _) in WORKS {
            entrants.push(Entrant::new(name, move || sample(name, threads, None, options)));
            if let Some(library) = other.as_ref().filter(|_| [ALLOCATE, ORDERS].contains(&name)) {
                let with = format!("{name}, {OTHER_ALLOCATOR}");
                entrants.push(Entrant::new(with, move || sample(name, threads, Some(library), options)));
            }
        }
        let setting = format!("threads={threads}");
        push_all(report, take_turns((SUITE, &setting, "ns/op"), options.rounds(), entrants))?;
    }
    Ok(())
}
