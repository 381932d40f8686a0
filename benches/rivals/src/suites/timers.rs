//! Suite `timers`: a deadline set and a deadline cancelled while a million are live. Deadlines are spread over a
//! minute, cancelled in no order. Figures are for one timer. Nothing here reads the clock while it is measured.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use hierarchical_hash_wheel_timer::IdOnlyTimerEntry;
use hierarchical_hash_wheel_timer::wheels::cancellable::QuadWheelWithOverflow;
use tokio::runtime::{Builder, Runtime};
use tokio_util::time::{DelayQueue, delay_queue::Key};

use super::Options;
use super::turns::{Entrant, push_all, take_turns};
use crate::clock::UnixMs;
use crate::deadlines::{Alarm, Timers};
use crate::report::{Report, progress};
use crate::rival::Fault;
use crate::work::Random;

const SUITE: &str = "timers";
const START: UnixMs = UnixMs::new(1_800_000_000_000);
const TTL_MS: u64 = 60_000;

/// Live timers, by number.
trait Wheel {
    /// Sets timer `number` to go off after so many milliseconds. It is not set now.
    fn set(&mut self, number: u32, after_ms: u64);
    /// Cancels it. It is set now.
    fn cancel(&mut self, number: u32);
    /// Work that the calls put off, in the measured time.
    fn drain_inbox(&mut self) {}
    /// The same, outside of the measured time.
    fn catch_up(&mut self) {}
    /// How many are live.
    fn live(&self) -> usize;
}

/// Ours. The calls leave a note; the thread that turns the wheel takes it in, which `drain_inbox` does.
struct Ours {
    timers: Timers,
    due: Vec<u32>,
    drains_inbox: bool,
}

impl Ours {
    fn new(count: u32, drains_inbox: bool) -> Self {
        Self { timers: Timers::with_alarm(count, Arc::new(Alarm::new(|| ()))), due: Vec::new(), drains_inbox }
    }

    fn turn(&mut self) {
        while self.timers.turn(START, 10_000, &mut self.due).more {}
    }
}

impl Wheel for Ours {
    fn set(&mut self, number: u32, after_ms: u64) {
        self.timers.set(number, START.plus_ms(after_ms));
    }

    fn cancel(&mut self, number: u32) {
        self.timers.clear(number);
    }

    fn drain_inbox(&mut self) {
        if self.drains_inbox {
            self.turn();
        }
    }

    fn catch_up(&mut self) {
        self.turn();
    }

    fn live(&self) -> usize {
        self.timers.live() as usize
    }
}

/// A binary heap, cancelled lazily: only a number's newest life counts.
struct Heap {
    heap: BinaryHeap<Reverse<(u64, u32, u32)>>,
    lives: Vec<(u32, bool)>,
    live: usize,
}

impl Heap {
    fn new(count: u32) -> Self {
        Self { heap: BinaryHeap::new(), lives: vec![(0, false); count as usize], live: 0 }
    }
}

impl Wheel for Heap {
    fn set(&mut self, number: u32, after_ms: u64) {
        let life = &mut self.lives[number as usize];
        *life = (life.0 + 1, true);
        self.heap.push(Reverse((after_ms, number, life.0)));
        self.live += 1;
    }

    fn cancel(&mut self, number: u32) {
        self.lives[number as usize].1 = false;
        self.live -= 1;
        // Half of it is dead: sweep, as who uses it for long must.
        if self.heap.len() > 2 * self.lives.len() {
            let lives = &self.lives;
            self.heap.retain(|Reverse((_, number, life))| lives[*number as usize] == (*life, true));
        }
    }

    fn live(&self) -> usize {
        self.live
    }
}

/// An ordered set of deadlines.
struct Ordered {
    set: BTreeSet<(u64, u32)>,
    at: Vec<u64>,
}

impl Wheel for Ordered {
    fn set(&mut self, number: u32, after_ms: u64) {
        self.at[number as usize] = after_ms;
        self.set.insert((after_ms, number));
    }

    fn cancel(&mut self, number: u32) {
        self.set.remove(&(self.at[number as usize], number));
    }

    fn live(&self) -> usize {
        self.set.len()
    }
}

/// `tokio_util::time::DelayQueue`.
struct Delays {
    queue: DelayQueue<u32>,
    keys: Vec<Option<Key>>,
    start: tokio::time::Instant,
    runtime: Runtime,
}

impl Wheel for Delays {
    fn set(&mut self, number: u32, after_ms: u64) {
        let _inside = self.runtime.enter();
        // An hour ahead, so that nothing is due while we measure.
        let at = self.start + Duration::from_millis(3_600_000 + after_ms);
        self.keys[number as usize] = Some(self.queue.insert_at(number, at));
    }

    fn cancel(&mut self, number: u32) {
        if let Some(key) = self.keys[number as usize].take() {
            black_box(self.queue.remove(&key));
        }
    }

    fn live(&self) -> usize {
        self.queue.len()
    }
}

/// `hierarchical_hash_wheel_timer`, the wheel whose entries can be cancelled.
struct HashWheel {
    wheel: QuadWheelWithOverflow<IdOnlyTimerEntry<u32>>,
    live: usize,
}

impl Wheel for HashWheel {
    fn set(&mut self, number: u32, after_ms: u64) {
        let entry = IdOnlyTimerEntry { id: number, delay: Duration::from_millis(after_ms) };
        self.live += usize::from(self.wheel.insert(entry).is_ok());
    }

    fn cancel(&mut self, number: u32) {
        self.live -= usize::from(self.wheel.cancel(&number).is_ok());
    }

    fn live(&self) -> usize {
        self.live
    }
}

/// `tokio::time::sleep_until`, each polled once so that it is in the runtime's wheel.
struct Sleeps {
    sleeps: Vec<Option<Pin<Box<tokio::time::Sleep>>>>,
    live: usize,
    start: tokio::time::Instant,
    runtime: Runtime,
}

impl Wheel for Sleeps {
    fn set(&mut self, number: u32, after_ms: u64) {
        let _inside = self.runtime.enter();
        let at = self.start + Duration::from_millis(3_600_000 + after_ms);
        let mut sleep = Box::pin(tokio::time::sleep_until(at));
        let is_set = sleep.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending();
        self.live += usize::from(is_set);
        self.sleeps[number as usize] = Some(sleep);
    }

    fn cancel(&mut self, number: u32) {
        self.live -= usize::from(self.sleeps[number as usize].take().is_some());
    }

    fn live(&self) -> usize {
        self.live
    }
}

fn runtime() -> Result<Runtime, Fault> {
    Ok(Builder::new_current_thread().enable_time().build()?)
}

/// One contestant with its million, and the order in which numbers come and go.
struct Field<W> {
    wheel: W,
    /// Numbers in the order of their next cancellation.
    numbers: Vec<u32>,
    at: usize,
    random: Random,
}

impl<W: Wheel> Field<W> {
    fn new(wheel: W, count: u32, seed: u64) -> Self {
        let mut field = Self { wheel, numbers: (0..count).collect(), at: 0, random: Random::new(seed) };
        field.random.shuffle(&mut field.numbers);
        for &number in &field.numbers {
            field.wheel.set(number, 1 + field.random.below(TTL_MS));
        }
        field.wheel.catch_up();
        field
    }

    /// Cancels some and sets them again; nanoseconds for one setting and one cancelling.
    fn round(&mut self, some: usize) -> Result<(f64, f64), Fault> {
        let live = self.wheel.live();
        let some = &self.numbers[self.at..self.at + some];
        self.at = (self.at + some.len()) % (self.numbers.len() - some.len() + 1);
        let after: Vec<u64> = some.iter().map(|_| 1 + self.random.below(TTL_MS)).collect();
        let begun = Instant::now();
        some.iter().for_each(|&number| self.wheel.cancel(black_box(number)));
        self.wheel.drain_inbox();
        let cancelled = begun.elapsed();
        self.wheel.catch_up();
        if self.wheel.live() != live - some.len() {
            return Err(
                format!("{} live after {} of {live} were cancelled", self.wheel.live(), some.len()).into()
            );
        }
        let begun = Instant::now();
        some.iter().zip(after).for_each(|(&number, after_ms)| self.wheel.set(black_box(number), after_ms));
        self.wheel.drain_inbox();
        let set = begun.elapsed();
        self.wheel.catch_up();
        if self.wheel.live() != live {
            return Err(format!("{} live after all of {live} were set", self.wheel.live()).into());
        }
        #[expect(clippy::cast_precision_loss, reason = "a count of operations")]
        let each = |time: Duration| time.as_secs_f64() * 1e9 / some.len() as f64;
        Ok((each(set), each(cancelled)))
    }
}

fn entrant<'a, W: Wheel + 'a>(name: &str, mut field: Field<W>, some: usize) -> Entrant<'a> {
    let label = name.to_owned();
    let turn = move || {
        let (set, cancelled) = field.round(some)?;
        Ok(vec![(format!("set {label}"), set), (format!("cancel {label}"), cancelled)])
    };
    Entrant { name: name.to_owned(), turn: Box::new(turn), note: String::new() }
}

/// Measures.
///
/// # Errors
/// A runtime cannot be made, or the file of results cannot be written.
pub fn measure(options: &Options, report: &mut Report) -> Result<(), Fault> {
    let count: u32 = 1_000_000;
    let some = if options.quick { 50_000 } else { 100_000 };
    progress(&format!("{SUITE}: {count} live, {some} a round, seed {}", options.seed));
    let (size, seed) = (count as usize, options.seed);
    let start = tokio::time::Instant::now();
    let sleeps = || -> Vec<Option<Pin<Box<tokio::time::Sleep>>>> { (0..count).map(|_| None).collect() };
    let delays = {
        let runtime = runtime()?;
        let queue = {
            let _inside = runtime.enter();
            DelayQueue::with_capacity(size)
        };
        Delays { queue, keys: vec![None; size], start, runtime }
    };
    let hash_wheel = HashWheel { wheel: QuadWheelWithOverflow::new(), live: 0 };
    let asleep = Sleeps { sleeps: sleeps(), live: 0, start, runtime: runtime()? };
    let ordered = Ordered { set: BTreeSet::new(), at: vec![0; size] };
    let entrants = vec![
        entrant("tacos", Field::new(Ours::new(count, true), count, seed), some)
            .noting("the caller's call and the driver's share"),
        entrant("tacos, caller only", Field::new(Ours::new(count, false), count, seed), some)
            .noting("the driver's share falls to another thread"),
        entrant("binary heap", Field::new(Heap::new(count), count, seed), some)
            .noting("cancelled lazily: pays when the deadline comes, or in a sweep"),
        entrant("BTreeSet", Field::new(ordered, count, seed), some),
        entrant("tokio-util DelayQueue", Field::new(delays, count, seed), some),
        entrant("hierarchical_hash_wheel_timer", Field::new(hash_wheel, count, seed), some)
            .noting("cancelled lazily: the entry stays in its slot until then"),
        entrant("tokio sleep", Field::new(asleep, count, seed), some),
    ];
    let mut lines = take_turns((SUITE, "", "ns/op"), options.rounds(), entrants);
    for line in &mut lines {
        let what = if line.name.starts_with("set ") { "set" } else { "cancel" };
        line.name = line.name.trim_start_matches(what).trim_start().to_owned();
        line.setting = format!("{what} at 1000000 live");
    }
    push_all(report, lines)
}
