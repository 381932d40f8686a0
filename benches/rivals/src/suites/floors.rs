//! The bare machine: what no engine can be faster than. Compare-and-swap, look-up, copy, hand-over between threads.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Barrier, Condvar, Mutex};
use std::time::Instant;

use crossbeam::utils::{Backoff, CachePadded};
use tacos_engine::SeatId;

use super::Options;
use super::memory::Plan;
use crate::report::{Line, Report, progress};
use crate::rival::{End, Fault, Order};
use crate::work::{HOT_SEATS, Random};

const SUITE: &str = "floors";
/// Bytes of the records of one hold and one confirmation of two seats with their keys, as our engine writes them; the
/// test `records_are_as_long_as_the_floor_says` compares.
pub const RECORD_BYTES: usize = 464;
/// The buffer into which records are copied, as large as our engine's.
const BUFFER_BYTES: usize = 16 << 20;

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
    let record = vec![7u8; RECORD_BYTES];
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
            at = if at + RECORD_BYTES > BUFFER_BYTES { 0 } else { at };
            buffer[at..at + RECORD_BYTES].copy_from_slice(black_box(record));
            at += RECORD_BYTES;
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

/// Passing a turn to another thread and getting it back, by `park` and `unpark`; half of it is one hand-over.
fn park_hand_over(times: u64) -> f64 {
    let turn = AtomicU64::new(0);
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
                until(1, &mut || {
                    turn.fetch_add(1, Ordering::Release);
                    main.unpark();
                });
            }
        });
        for _ in 0..times {
            until(0, &mut || {
                turn.fetch_add(1, Ordering::Release);
                other.thread().unpark();
            });
        }
        until(0, &mut || {});
    });
    per(begun.elapsed().as_nanos(), 2 * times)
}

/// The same by a condition variable.
fn condvar_hand_over(times: u64) -> f64 {
    let (turn, changed) = (Mutex::new(0u64), Condvar::new());
    let pass = |parity: u64| {
        let turn = turn.lock().expect("nobody panics");
        let mut turn = changed.wait_while(turn, |turn| *turn % 2 != parity).expect("nobody panics");
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

/// The same by two words that both watch: what a hand-over costs when nobody sleeps.
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

/// Measures the floors that have no contestant beside them.
///
/// # Errors
/// The file of results cannot be written.
pub fn measure(options: &Options, report: &mut Report) -> Result<(), Fault> {
    let times = if options.quick { 2_000 } else { 10_000 };
    progress(&format!("{SUITE}: hand-overs, {times} a round"));
    let hand_overs: [(&str, fn(u64) -> f64); 3] =
        [("park and unpark", park_hand_over), ("condvar", condvar_hand_over), ("both awake", spin_hand_over)];
    let mut samples = vec![Vec::new(); hand_overs.len()];
    for _ in 0..options.rounds() {
        for ((_, hand_over), samples) in hand_overs.iter().zip(&mut samples) {
            samples.push(hand_over(times));
        }
    }
    for ((name, _), samples) in hand_overs.iter().zip(&samples) {
        report.push(Line::of(SUITE, *name, "one hand-over between threads", "ns/op", samples))?;
    }
    Ok(())
}
