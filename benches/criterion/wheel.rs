//! The timing wheel alone, one million timers live: what a caller pays to set and clear, with and without the driver's
//! share, and what a firing costs.

use std::time::Duration;

use criterion::Criterion;
use tacos_benches::timing::in_rounds;
use tacos_benches::{scattered, seed, table};
use tacos_engine::UnixMs;
use tacos_testing::Random;
use tacos_testing::modules::Wheel;

/// Timers beside the million, set and cleared in rounds.
const EXTRA: u32 = 262_144;
const START: UnixMs = UnixMs::new(1_800_000_000_000);
const TTL_MS: u64 = 60_000;
/// Timers that fire in one millisecond: a million holds of a minute end at this pace.
const PER_MS: u64 = 16;

fn live() -> u32 {
    table(1_000_000)
}

struct Fixture {
    wheel: Wheel,
    /// The extra indices, scattered, each with a moment of its own, as a share of the time in which all fire.
    extra: Vec<(u32, u64)>,
    due: Vec<u32>,
    now: UnixMs,
}

impl Fixture {
    fn new() -> Self {
        let mut random = Random::new(seed());
        let wheel = Wheel::with_bound(live() + EXTRA);
        let now = START;
        for index in scattered(live(), seed()) {
            // Far behind everything that fires here.
            wheel.set(index, now.plus(Duration::from_secs(86_400 * 300 + random.below(3_600))));
        }
        let extra = scattered(EXTRA, seed() + 1).into_iter().map(|at| (live() + at, random.below(1 << 32)));
        let mut fixture = Self { wheel, extra: extra.collect(), due: Vec::new(), now };
        fixture.drain_inbox();
        assert_eq!(fixture.wheel.live(), live());
        fixture
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

fn time(fixture: &mut Fixture, iterations: u64, with_driver: bool, what: What) -> Duration {
    let cell = std::cell::RefCell::new(fixture);
    in_rounds(
        iterations,
        EXTRA.into(),
        |count| {
            let mut fixture = cell.borrow_mut();
            if what != What::Insert {
                fixture.set(count);
                fixture.check(count);
            }
            if what == What::Fire {
                fixture.now = fixture.now.plus(Duration::from_millis(TTL_MS - 1));
                fixture.check(count);
            }
            count
        },
        |count| {
            let mut fixture = cell.borrow_mut();
            match what {
                What::Insert => fixture.set(count),
                What::Cancel => fixture.clear(count),
                What::Fire => fixture.fire(count),
            }
            if with_driver {
                fixture.drain_inbox();
            }
        },
        |(), count| {
            let mut fixture = cell.borrow_mut();
            match what {
                What::Insert => {
                    fixture.check(count);
                    fixture.clear(count);
                    fixture.check(0);
                }
                What::Cancel => fixture.check(0),
                What::Fire => {
                    assert_eq!(fixture.due.len() as u64, count, "each fired once");
                    fixture.due.clear();
                    fixture.check(0);
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
    let mut fixture = None;
    for (name, with_driver, what) in [
        ("insert, the caller's share", false, What::Insert),
        ("insert, with the driver's share", true, What::Insert),
        ("cancel, the caller's share", false, What::Cancel),
        ("cancel, with the driver's share", true, What::Cancel),
        ("fire", true, What::Fire),
    ] {
        group.bench_function(name, |bencher| {
            let fixture = fixture.get_or_insert_with(Fixture::new);
            bencher.iter_custom(|iterations| time(fixture, iterations, with_driver, what));
        });
    }
    group.finish();
}
