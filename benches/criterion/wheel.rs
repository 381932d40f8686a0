//! The timing wheel alone, one million timers live: what a caller pays to set and clear, with and without the driver's
//! share, and what a firing costs.

use std::time::Duration;

use criterion::Criterion;
use tacos_benches::timing::in_rounds;
use tacos_benches::{scattered, seed, table};
use tacos_engine::UnixMs;
use tacos_engine::testing::Random;
use tacos_engine::testing::rooms::Wheel;

/// Timers beside the million, set and cleared in rounds.
const EXTRA: u32 = 262_144;
const START: UnixMs = UnixMs::new(1_800_000_000_000);
const TTL_MS: u64 = 60_000;
/// Timers that fire in one millisecond: a million holds of a minute end at this pace.
const PER_MS: u64 = 16;

fn live() -> u32 {
    table(1_000_000)
}

struct House {
    wheel: Wheel,
    /// The extra indices, scattered, each with a moment of its own, as a share of the time in which all fire.
    extra: Vec<(u32, u64)>,
    due: Vec<u32>,
    now: UnixMs,
}

impl House {
    fn new() -> Self {
        let mut random = Random::new(seed());
        let wheel = Wheel::with_bound(live() + EXTRA);
        let now = START;
        for index in scattered(live(), seed()) {
            // Far behind everything that fires here.
            wheel.set(index, now.plus(Duration::from_secs(86_400 * 300 + random.below(3_600))));
        }
        let extra = scattered(EXTRA, seed() + 1).into_iter().map(|at| (live() + at, random.below(1 << 32)));
        let mut house = Self { wheel, extra: extra.collect(), due: Vec::new(), now };
        house.drain_inbox();
        assert_eq!(house.wheel.live(), live());
        house
    }

    /// Turns until the wheel knows of all changes.
    fn drain_inbox(&mut self) {
        while self.wheel.turn(self.now, usize::MAX, &mut self.due) {}
    }

    fn set(&self, count: u64) {
        for &(index, share) in &self.extra[..usize::try_from(count).expect("a round")] {
            let after_ms = TTL_MS + ((share * (count / PER_MS + 1)) >> 32);
            self.wheel.set(index, self.now.plus(Duration::from_millis(after_ms)));
        }
    }

    fn clear(&self, count: u64) {
        for &(index, _) in &self.extra[..usize::try_from(count).expect("a round")] {
            self.wheel.clear(index);
        }
    }

    fn check(&mut self, extra: u64) {
        self.drain_inbox();
        assert_eq!((u64::from(self.wheel.live()), self.due.len()), (u64::from(live()) + extra, 0));
    }

    /// One turn a millisecond while the extra timers fire, as when the driver keeps up.
    fn fire(&mut self, count: u64) {
        for _ in 0..=count / PER_MS {
            self.now = self.now.plus(Duration::from_millis(1));
            self.drain_inbox();
        }
    }
}

fn time(house: &mut House, iterations: u64, with_driver: bool, what: What) -> Duration {
    let cell = std::cell::RefCell::new(house);
    in_rounds(
        iterations,
        EXTRA.into(),
        |count| {
            let mut house = cell.borrow_mut();
            if what != What::Insert {
                house.set(count);
                house.check(count);
            }
            if what == What::Fire {
                house.now = house.now.plus(Duration::from_millis(TTL_MS - 1));
                house.check(count);
            }
            count
        },
        |count| {
            let mut house = cell.borrow_mut();
            match what {
                What::Insert => house.set(count),
                What::Cancel => house.clear(count),
                What::Fire => house.fire(count),
            }
            if with_driver {
                house.drain_inbox();
            }
        },
        |(), count| {
            let mut house = cell.borrow_mut();
            match what {
                What::Insert => {
                    house.check(count);
                    house.clear(count);
                    house.check(0);
                }
                What::Cancel => house.check(0),
                What::Fire => {
                    assert_eq!(house.due.len() as u64, count, "each fired once");
                    house.due.clear();
                    house.check(0);
                }
            }
        },
    )
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Insert,
    Cancel,
    Fire,
}

pub(crate) fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("wheel, one million live");
    let mut house = None;
    for (name, with_driver, what) in [
        ("insert, the caller's share", false, What::Insert),
        ("insert, with the driver's share", true, What::Insert),
        ("cancel, the caller's share", false, What::Cancel),
        ("cancel, with the driver's share", true, What::Cancel),
        ("fire", true, What::Fire),
    ] {
        group.bench_function(name, |bencher| {
            let house = house.get_or_insert_with(House::new);
            bencher.iter_custom(|iterations| time(house, iterations, with_driver, what));
        });
    }
    group.finish();
}
