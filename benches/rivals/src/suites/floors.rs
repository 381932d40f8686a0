//! The bare machine: what no engine can be faster than. Compare-and-swap, look-up, copy, hand-over between threads.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier, Condvar, Mutex, OnceLock};
use std::thread::Thread;
use std::time::{Duration, Instant};

use crossbeam::utils::{Backoff, CachePadded};
use tacos_engine::{SeatId, SystemClock};

use super::Options;
use super::disk::{
    append_beside_pieces, append_with_witness, overwrite_one_block, processor_of_a_sync, sync_nothing,
    write_groups,
};
use super::memory::Plan;
use super::turns::{Entrant, push_all, take_turns};
use crate::contestants::ours::Ours;
use crate::drive::{Cut, run};
use crate::report::{Report, progress};
use crate::rival::{End, Fault, Order};
use crate::servers::{Folder, file_system};
use crate::work::{HOT_SEATS, Hall, Random};

const SUITE: &str = "floors";
/// The buffer into which records are copied, as large as our engine's.
const BUFFER_BYTES: usize = 16 << 20;

/// Bytes of the records of one hold and one confirmation of two seats with their keys, as our engine writes them now.
fn record_bytes() -> Result<usize, Fault> {
    static KNOWN: OnceLock<usize> = OnceLock::new();
    if let Some(known) = KNOWN.get() {
        return Ok(*known);
    }
    let hall = Hall { seats: 2_000 };
    let ours = Ours::in_memory(hall, Arc::new(SystemClock::new()))?;
    let orders = hall.unique_orders(1)?;
    let before = ours.engine().status().written;
    run(&ours, hall, &orders, Cut { threads: 1, customers: 1, end: End::Confirm })?;
    let bytes = usize::try_from(ours.engine().status().written - before)? / orders.len();
    progress(&format!("{SUITE}: the records of an order are {bytes} bytes long"));
    Ok(*KNOWN.get_or_init(|| bytes))
}

/// A word changed as an engine would: look, then compare-and-swap, until it succeeds.
fn swap(word: &AtomicU64) {
    let mut seen = word.load(Ordering::Relaxed);
    while let Err(now) =
        word.compare_exchange_weak(seen, seen.wrapping_add(1), Ordering::AcqRel, Ordering::Relaxed)
    {
        seen = now;
    }
}

/// The atomic changes of hold and end, and nothing else: each seat's word twice, the reservation's status twice, the
/// section's counts twice, the end of the log twice. On hot seats the seats' words are those of a hundred seats.
///
/// # Errors
/// None in practice.
pub fn swaps(plan: &Plan) -> Result<f64, Fault> {
    let hot = plan.cut.end == End::Release;
    let seats = if hot { HOT_SEATS } else { plan.hall.seats };
    let orders = plan.orders.len();
    let words: Vec<AtomicU64> = (0..seats).map(|_| AtomicU64::new(0)).collect();
    let status: Vec<CachePadded<AtomicU64>> = (0..orders).map(|_| CachePadded::default()).collect();
    let shared = [CachePadded::new(AtomicU64::new(0)), CachePadded::new(AtomicU64::new(0))];
    let barrier = Barrier::new(plan.cut.threads);
    let share = orders / plan.cut.threads;
    let work = |thread: usize| {
        let mut random = Random::new(thread as u64);
        let pairs: Vec<[u32; 2]> = (0..share)
            .map(|_| {
                let first = random.index(seats / 2) * 2;
                [first, if hot { random.index(seats) } else { first + 1 }]
            })
            .collect();
        barrier.wait();
        let begun = Instant::now();
        for (at, pair) in pairs.iter().enumerate() {
            let status = &status[thread * share + at];
            // Hold, then end.
            for _ in 0..2 {
                pair.iter().for_each(|&seat| swap(&words[seat as usize]));
                swap(status);
                shared.iter().for_each(|word| swap(word));
            }
        }
        (begun, Instant::now())
    };
    let work = &work;
    let times: Vec<(Instant, Instant)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..plan.cut.threads).map(|thread| scope.spawn(move || work(thread))).collect();
        threads.into_iter().map(|thread| thread.join().expect("nothing panics")).collect()
    });
    let begun = times.iter().map(|(begun, _)| *begun).min().ok_or("no thread")?;
    let ended = times.iter().map(|(_, ended)| *ended).max().ok_or("no thread")?;
    let done = shared[0].load(Ordering::Relaxed);
    if done != 2 * (share * plan.cut.threads) as u64 {
        return Err(format!("{done} swaps of a shared word").into());
    }
    // On hot seats the figure is for one command of the two.
    let operations = if hot { done } else { done / 2 };
    Ok(per(ended.duration_since(begun).as_nanos(), operations))
}

#[expect(clippy::cast_precision_loss, reason = "figures are far below 2^52")]
fn per(ns: u128, operations: u64) -> f64 {
    ns as f64 / operations.max(1) as f64
}

/// Finding two seats and a user by their texts, and copying the records' bytes.
///
/// # Errors
/// As [`crate::work::Hall::labels`].
pub fn look_up_and_copy(plan: &Plan) -> Result<f64, Fault> {
    let seats: HashMap<SeatId, u32> = plan.hall.labels()?.into_iter().zip(0..).collect();
    let bytes = record_bytes()?;
    let record = vec![7u8; bytes];
    let share = plan.orders.len().div_ceil(plan.cut.threads).max(1);
    let (seats, record) = (&seats, &record);
    let barrier = &Barrier::new(plan.cut.threads);
    let work = |orders: &[Order]| {
        let mut buffer = vec![1u8; BUFFER_BYTES];
        barrier.wait();
        let (mut at, mut found, begun) = (0, 0u32, Instant::now());
        for order in orders {
            for seat in &order.seats {
                found += u32::from(seats.contains_key(black_box(seat)));
            }
            at = if at + bytes > BUFFER_BYTES { 0 } else { at };
            buffer[at..at + bytes].copy_from_slice(black_box(record));
            at += bytes;
        }
        black_box(&buffer);
        (begun, Instant::now(), found)
    };
    let work = &work;
    let times: Vec<(Instant, Instant, u32)> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            plan.orders.chunks(share).map(|orders| scope.spawn(move || work(orders))).collect();
        threads.into_iter().map(|thread| thread.join().expect("nothing panics")).collect()
    });
    let found: u64 = times.iter().map(|(.., found)| u64::from(*found)).sum();
    if found != 2 * plan.orders.len() as u64 {
        return Err(format!("{found} seats found").into());
    }
    let begun = times.iter().map(|(begun, ..)| *begun).min().ok_or("no thread")?;
    let ended = times.iter().map(|(_, ended, _)| *ended).max().ok_or("no thread")?;
    Ok(per(ended.duration_since(begun).as_nanos(), plan.orders.len() as u64))
}

/// How long the other thread has slept when it is handed the turn: about as long as a sync takes, so that its processor
/// has gone idle.
const SYNC: Duration = Duration::from_micros(100);

/// Passing a turn to another thread and getting it back, by `park` and `unpark`; half of it is one hand-over. Before
/// each the giver is busy for `rest`, which is not counted.
fn park_hand_over(times: u64, rest: Duration) -> f64 {
    let turn = AtomicU64::new(0);
    let pass = |thread: &Thread| {
        let begun = Instant::now();
        while begun.elapsed() < rest {
            std::hint::spin_loop();
        }
        turn.fetch_add(1, Ordering::Release);
        thread.unpark();
    };
    let until = |parity: u64, mine: &mut dyn FnMut()| {
        while turn.load(Ordering::Acquire) % 2 != parity {
            std::thread::park();
        }
        mine();
    };
    let main = std::thread::current();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            for _ in 0..times {
                until(1, &mut || pass(&main));
            }
        });
        for _ in 0..times {
            until(0, &mut || pass(other.thread()));
        }
        until(0, &mut || {});
    });
    per(begun.elapsed().as_nanos(), 2 * times) - per(rest.as_nanos(), 1)
}

/// The same by a condition variable.
fn condvar_hand_over(times: u64) -> f64 {
    let (turn, changed) = (Mutex::new(0u64), Condvar::new());
    let pass = |parity: u64| {
        let turn = turn.lock().expect("no thread panics");
        let mut turn = changed.wait_while(turn, |turn| *turn % 2 != parity).expect("no thread panics");
        *turn += 1;
        changed.notify_one();
    };
    let begun = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| (0..times).for_each(|_| pass(1)));
        (0..times).for_each(|_| pass(0));
    });
    per(begun.elapsed().as_nanos(), 2 * times)
}

/// The same by two words that both watch: what a hand-over costs when no thread sleeps.
fn spin_hand_over(times: u64) -> f64 {
    let turn = CachePadded::new(AtomicBool::new(false));
    let pass = |mine: bool| {
        let backoff = Backoff::new();
        while turn.load(Ordering::Acquire) != mine {
            backoff.snooze();
        }
        turn.store(!mine, Ordering::Release);
    };
    let begun = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| (0..times).for_each(|_| pass(true)));
        (0..times).for_each(|_| pass(false));
    });
    per(begun.elapsed().as_nanos(), 2 * times)
}

/// Nanoseconds for finding a seat by its label, in no order.
fn look_up<S: BuildHasher + Default>(hall: Hall, seed: u64) -> Result<f64, Fault> {
    let seats: HashMap<SeatId, u32, S> = hall.labels()?.into_iter().zip(0..).collect();
    let mut labels = hall.labels()?;
    Random::new(seed).shuffle(&mut labels);
    let begun = Instant::now();
    let found = labels.iter().filter(|label| seats.contains_key(black_box(*label))).count();
    let time = begun.elapsed();
    if found == labels.len() {
        Ok(per(time.as_nanos(), found as u64))
    } else {
        Err("a seat is missing".into())
    }
}

/// Nanoseconds for copying the records of an order into a buffer of the log's size.
fn copy(times: u64) -> Result<f64, Fault> {
    let record = vec![7u8; record_bytes()?];
    let mut buffer = vec![1u8; BUFFER_BYTES];
    let (mut at, begun) = (0, Instant::now());
    for _ in 0..times {
        at = if at + record.len() > BUFFER_BYTES { 0 } else { at };
        buffer[at..at + record.len()].copy_from_slice(black_box(&record));
        at += record.len();
    }
    black_box(&buffer);
    Ok(per(begun.elapsed().as_nanos(), times))
}

/// Nanoseconds for one compare-and-swap of a word that no other thread wants, in no order.
fn one_swap(hall: Hall, seed: u64) -> f64 {
    let words: Vec<AtomicU64> = (0..hall.seats).map(|_| AtomicU64::new(0)).collect();
    let mut order: Vec<u32> = (0..hall.seats).collect();
    Random::new(seed).shuffle(&mut order);
    let begun = Instant::now();
    order.iter().for_each(|&at| swap(&words[at as usize]));
    per(begun.elapsed().as_nanos(), u64::from(hall.seats))
}

/// Nanoseconds for one read after another of 64 MiB in no order: what each place costs that no cache has.
fn scattered_read(times: u32) -> f64 {
    const WORDS: u32 = 1 << 24;
    // A full-period step (multiplier 1 mod 4, odd increment) makes one cycle of all words.
    let next: Vec<u32> =
        (0..WORDS).map(|word| word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) % WORDS).collect();
    let (mut at, begun) = (0, Instant::now());
    for _ in 0..times {
        at = next[at as usize];
    }
    black_box(at);
    per(begun.elapsed().as_nanos(), times.into())
}

/// Measures the floors that have no contestant beside them.
///
/// # Errors
/// The disk, or the file of results cannot be written.
pub fn measure(options: &Options, report: &mut Report) -> Result<(), Fault> {
    let (times, syncs) = if options.quick { (2_000, 100) } else { (10_000, 300) };
    let (hall, seed) = (Hall { seats: 200_000 }, options.seed);
    progress(&format!("{SUITE}: hand-overs, {times} a round; hall of {} seats, seed {seed}", hall.seats));
    let folder = Folder::new(&options.folder, "floors-")?;
    let path = folder.path();
    let mut measure = |setting: &str, entrants| -> Result<(), Fault> {
        push_all(report, take_turns((SUITE, setting, "ns/op"), options.rounds(), entrants))
    };
    measure(
        "one hand-over between threads",
        vec![
            Entrant::new("park and unpark", || Ok(park_hand_over(times, Duration::ZERO))),
            Entrant::new("park and unpark, asleep for a sync", || Ok(park_hand_over(times / 4, SYNC))),
            Entrant::new("condvar", || Ok(condvar_hand_over(times))),
            Entrant::new("both awake", || Ok(spin_hand_over(times))),
        ],
    )?;
    measure(
        "one look-up of a seat by its label",
        vec![
            Entrant::new("HashMap, std hasher", || look_up::<std::hash::RandomState>(hall, seed)),
            Entrant::new("HashMap, fast hash", || look_up::<foldhash::fast::RandomState>(hall, seed)),
        ],
    )?;
    measure("one scattered read", vec![Entrant::new("of 64 MiB", || Ok(scattered_read(2_000_000)))])?;
    measure("one word changed", vec![Entrant::new("compare-and-swap", || Ok(one_swap(hall, seed)))])?;
    measure("the records of an order", vec![Entrant::new("copy", || copy(100_000))])?;
    let kind = file_system(path);
    measure(
        "one sync",
        vec![
            Entrant::new("fdatasync, nothing written", || sync_nothing(path, syncs)).noting(&*kind),
            Entrant::new("write 4 KiB + fdatasync, same place", || overwrite_one_block(path, syncs))
                .noting(&*kind),
            Entrant::new("write 4 KiB + fdatasync, new place", || {
                let ns = write_groups(path, &vec![4_096; syncs as usize])?;
                Ok(per(u128::from(ns), u64::from(syncs)))
            })
            .noting(&*kind),
            Entrant::new("write 4 KiB behind the last and 4 KiB in a ring + fdatasync", || {
                append_with_witness(path, syncs)
            })
            .noting(&*kind),
            Entrant::new("the same, beside another file's 1 MiB + fdatasync", || {
                append_beside_pieces(path, syncs)
            })
            .noting(&*kind),
            Entrant::new("the same, its thread's processor time", || processor_of_a_sync(path, syncs))
                .noting(&*kind),
        ],
    )
}
