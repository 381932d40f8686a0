//! Measures the timers: what a set, a clear and a firing cost at a million live, and what a storm does to setters.
//! Is no test: it asserts counts and prints times. `cargo run --release -p tacos-engine --example wheel_cost [timers]`
//!
//! The modules are private, so this compiles the files of the wheel itself.
#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    missing_docs,
    reason = "whole modules are compiled, part is used"
)]
#![allow(clippy::print_stdout, reason = "a measurement prints its figures")]

#[path = "../src/clock.rs"]
mod clock;
#[path = "../src/deadlines/mod.rs"]
mod deadlines;
#[path = "../src/limits.rs"]
mod limits;
#[path = "../src/sync/mod.rs"]
mod sync;

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clock::UnixMs;
use deadlines::Timers;

const START: UnixMs = UnixMs::new(1_790_000_000_000);
const TTL_MS: u64 = 60_000;
const ROUNDS: usize = 5;
const STORM: u32 = 50_000;

/// A small generator with a seed (SplitMix64, Steele et al. 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn shuffle(&mut self, items: &mut [u32]) {
        for last in (1..items.len()).rev() {
            let other = usize::try_from(self.below(last as u64 + 1)).expect("an index");
            items.swap(last, other);
        }
    }
}

/// Best of the rounds, in nanoseconds an operation.
struct Best(f64);

impl Best {
    fn new() -> Self {
        Self(f64::INFINITY)
    }

    fn time(&mut self, operations: usize, work: impl FnOnce()) {
        let start = Instant::now();
        work();
        let ns = start.elapsed().as_secs_f64() * 1e9;
        #[expect(clippy::cast_precision_loss, reason = "a count of operations")]
        let each = ns / operations as f64;
        self.0 = self.0.min(each);
    }
}

fn turn_all(timers: &Timers, now: UnixMs, due: &mut Vec<u32>) {
    while timers.turn(now, 10_000, due).more {}
}

/// One row: a million timers set, taken in, set again, cleared or fired.
fn row(name: &str, count: u32, order: &[u32], at: &[UnixMs]) {
    let [mut set, mut link, mut reset, mut relink, mut clear, mut unlink, mut fire] =
        std::array::from_fn(|_| Best::new());
    let timers = Timers::with_alarm(count, std::sync::Arc::new(deadlines::Alarm::new(|| ())));
    let total = order.len();
    let mut due = Vec::with_capacity(total);
    let mut now = START;
    let later = |ms: u64, at: UnixMs| at.plus_ms(ms);
    for _ in 0..ROUNDS {
        let base = now.ms_since(START);
        let sets = |extra: u64| {
            for (&index, &at) in order.iter().zip(at) {
                timers.set(black_box(index), later(base + extra, at));
            }
        };
        set.time(total, || sets(0));
        link.time(total, || turn_all(&timers, now, &mut due));
        reset.time(total, || sets(1_000));
        relink.time(total, || turn_all(&timers, now, &mut due));
        assert_eq!((timers.live(), due.len()), (count, 0));
        clear.time(total, || order.iter().for_each(|&index| timers.clear(black_box(index))));
        unlink.time(total, || turn_all(&timers, now, &mut due));
        assert_eq!((timers.live(), due.len()), (0, 0));
        sets(0);
        turn_all(&timers, now, &mut due);
        // One turn a millisecond, as when the driver keeps up.
        fire.time(total, || {
            for _ in 0..=TTL_MS {
                now = now.plus_ms(1);
                turn_all(&timers, now, &mut due);
            }
        });
        assert_eq!((timers.live(), due.len()), (0, total));
        due.clear();
    }
    println!(
        "{name:34} set {:5.1} + driver {:5.1} | reset {:5.1} + {:5.1} | clear {:5.1} + {:5.1} | fire {:5.1}",
        set.0, link.0, reset.0, relink.0, clear.0, unlink.0, fire.0
    );
}

/// Fires a storm in measures while another thread sets timers; the worst of its calls.
fn storm() {
    let timers = Timers::with_alarm(STORM + 1_000, std::sync::Arc::new(deadlines::Alarm::new(|| ())));
    let at = START.plus_ms(TTL_MS);
    let mut worst_ns = Vec::new();
    let mut calls: Vec<Duration> = Vec::with_capacity(8 << 20);
    let mut storm_ms = f64::INFINITY;
    let mut turn_worst = Duration::ZERO;
    for round in 0..ROUNDS as u64 {
        let base = round * TTL_MS * 2;
        (0..STORM).for_each(|index| timers.set(index, at.plus_ms(base)));
        let mut due = Vec::with_capacity(STORM as usize);
        turn_all(&timers, START.plus_ms(base), &mut due);
        let (ready, done) = (AtomicBool::new(false), AtomicBool::new(false));
        calls.clear();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut random = Random(round);
                while !done.load(Ordering::Acquire) {
                    let index = STORM + u32::try_from(random.below(1_000)).expect("small");
                    let start = Instant::now();
                    timers.set(index, at.plus_ms(base + 1 + random.below(TTL_MS / 2)));
                    calls.push(start.elapsed());
                    ready.store(true, Ordering::Release);
                }
            });
            while !ready.load(Ordering::Acquire) {
                std::hint::spin_loop();
            }
            let start = Instant::now();
            loop {
                let turn = Instant::now();
                let turned = timers.turn(at.plus_ms(base), 1_000, &mut due);
                turn_worst = turn_worst.max(turn.elapsed());
                if due.len() >= STORM as usize || !turned.more {
                    break;
                }
            }
            storm_ms = storm_ms.min(start.elapsed().as_secs_f64() * 1e3);
            done.store(true, Ordering::Release);
        });
        assert_eq!(due.len(), STORM as usize);
        calls.sort_unstable();
        worst_ns.push((
            calls[calls.len() / 2],
            calls[calls.len() * 999 / 1_000],
            calls[calls.len() - 1],
            calls.len(),
        ));
        (0..1_000).for_each(|index| timers.clear(STORM + index));
        turn_all(&timers, at.plus_ms(base), &mut due);
    }
    println!("storm of {STORM}: fired in {storm_ms:.2} ms in measures of 1,000, longest turn {turn_worst:?}");
    for (median, most, worst, count) in worst_ns {
        println!("  concurrent setter: {count} calls, median {median:?}, 99.9 % {most:?}, worst {worst:?}");
    }
}

fn jump(count: u32, order: &[u32], at: &[UnixMs]) {
    let timers = Timers::with_alarm(count, std::sync::Arc::new(deadlines::Alarm::new(|| ())));
    order.iter().zip(at).for_each(|(&index, &at)| timers.set(index, at));
    let mut due = Vec::with_capacity(order.len());
    turn_all(&timers, START, &mut due);
    let mut fire = Best::new();
    fire.time(order.len(), || turn_all(&timers, START.plus_ms(36_000_000), &mut due));
    assert_eq!(due.len(), order.len());
    let mut empty = Best::new();
    empty.time(1, || turn_all(&timers, START.plus_ms(360_000_000), &mut due));
    println!(
        "one jump of 10 hours over all: {:.1} ns a firing; 90 more hours with nothing set: {:.0} ns",
        fire.0, empty.0
    );
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or("VmRSS: 0");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).unwrap_or(0)
}

fn main() {
    let count: u32 = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(1_000_000);
    let mut random = Random(1);
    let ordered: Vec<u32> = (0..count).collect();
    let mut shuffled = ordered.clone();
    random.shuffle(&mut shuffled);
    let equal = vec![START.plus_ms(TTL_MS); count as usize];
    let spread: Vec<UnixMs> = (0..count).map(|_| START.plus_ms(1 + random.below(TTL_MS - 1_000))).collect();

    let before = resident_kib();
    let timers = Timers::with_alarm(count, std::sync::Arc::new(deadlines::Alarm::new(|| ())));
    ordered.iter().for_each(|&index| timers.set(index, equal[0]));
    turn_all(&timers, START, &mut Vec::new());
    let kib = resident_kib().saturating_sub(before);
    println!("{count} timers live: {} bytes each (resident memory)", kib * 1_024 / u64::from(count.max(1)));
    drop(timers);

    println!(
        "nanoseconds an operation, best of {ROUNDS}; 'driver' is its share of the turn that takes the change in"
    );
    row("equal deadlines, indices in order", count, &ordered, &equal);
    row("random deadlines, indices in order", count, &ordered, &spread);
    row("equal deadlines, random indices", count, &shuffled, &equal);
    row("random deadlines, random indices", count, &shuffled, &spread);
    jump(count, &shuffled, &spread);
    storm();
}
