//! The waiting line with one million people in it: joining, looking at one's place, leaving from the middle, being let
//! in. Tokens, records and look-up tables are all in these figures.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use criterion::Criterion;
use tacos_benches::people::user;
use tacos_benches::timing::in_rounds;
use tacos_benches::venue::hall;
use tacos_benches::{Venue, seed, table};
use tacos_engine::{
    Config, Driver, JoinQueue, ManualClock, PauseQueue, QueuePolicy, RequestAdmission, SessionId, UnixMs,
    WaitingToken,
};
use tacos_testing::Random;
use tacos_testing::modules::WaitingLine;

const ROUND: u64 = 32_768;

/// People in the line while one more comes, asks or goes.
fn standing_people() -> usize {
    table(1_000_000) as usize
}

struct Fixture {
    venue: Venue,
    clock: Option<Arc<ManualClock>>,
    /// Who waits, in the order of joining but for those who took the place of others here.
    tokens: Vec<WaitingToken>,
    next: u64,
    random: Random,
}

impl Fixture {
    /// A million people in a line that is paused.
    fn standing() -> Self {
        let policy = QueuePolicy::default().with_waiting_max(1 << 26);
        let mut fixture = Self::new(Config::default(), policy, None);
        fixture.fill();
        fixture
    }

    /// A million people in a line that moves as time, by hand, does.
    fn moving() -> Self {
        let clock = Arc::new(ManualClock::new(UnixMs::new(1_800_000_000_000)));
        let config = Config::default()
            .with_clock(clock.clone())
            .with_driver(Driver::Manual)
            .with_admissions_per_second_max(1_000_000);
        let policy = QueuePolicy::default()
            .with_inside_max(1 << 26)
            .with_waiting_max(1 << 26)
            .with_admissions_per_minute(6_000_000)
            .with_burst(1_000_000);
        let mut fixture = Self::new(config, policy, Some(clock));
        fixture.fill();
        fixture
    }

    fn new(config: Config, policy: QueuePolicy, clock: Option<Arc<ManualClock>>) -> Self {
        let venue = Venue::with(config, hall(1_000), Some(policy)).expect("a venue");
        let random = Random::new(seed());
        if clock.is_none() {
            let pause = PauseQueue::new(venue.event.clone(), true);
            venue.engine.pause_queue(pause).wait().expect("paused");
        }
        Self { venue, clock, tokens: Vec::new(), next: 0, random }
    }

    fn people(&mut self, count: usize) -> Vec<JoinQueue> {
        let person = |number| {
            JoinQueue::new(self.venue.event.clone())
                .with_session(SessionId::new(&format!("session-{number}")).expect("a name"))
                .with_user(user(number))
        };
        let people = (self.next..self.next + count as u64).map(person).collect();
        self.next += count as u64;
        people
    }

    fn join(&self, join: JoinQueue) -> WaitingToken {
        let joined = self.venue.engine.join_queue(join).wait().expect("there is room in the line");
        assert!(!joined.again);
        joined.token
    }

    fn leave(&self, token: WaitingToken) {
        self.venue.engine.leave_queue(token).wait().expect("waits");
    }

    /// Takes so many out of the middle, at random.
    fn pick(&mut self, count: u64) -> Vec<WaitingToken> {
        (0..count).map(|_| self.tokens.swap_remove(self.random.index(self.tokens.len()))).collect()
    }

    /// Fills the line up to a million again.
    fn fill(&mut self) {
        let missing = standing_people().saturating_sub(self.tokens.len());
        let people = self.people(missing);
        for join in people {
            let token = self.join(join);
            self.tokens.push(token);
        }
    }

    fn ready(&self) -> u64 {
        self.venue.engine.queue(&self.venue.event).expect("a line").ready.into()
    }

    fn waiting(&self) -> usize {
        self.venue.engine.queue(&self.venue.event).expect("a line").waiting as usize
    }
}

pub(crate) fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("line, one million waiting");
    alone(&mut group);
    let standing = RefCell::new(None);
    group.bench_function("join", |bencher| {
        let mut fixture = standing.borrow_mut();
        let fixture = RefCell::new(fixture.get_or_insert_with(Fixture::standing));
        bencher.iter_custom(|iterations| {
            in_rounds(
                iterations,
                ROUND,
                |count| fixture.borrow_mut().people(usize::try_from(count).expect("a round")),
                |people| {
                    let fixture = fixture.borrow();
                    people.into_iter().map(|join| fixture.join(join)).collect::<Vec<_>>()
                },
                |tokens, _| {
                    let fixture = fixture.borrow();
                    tokens.into_iter().for_each(|token| fixture.leave(token));
                    assert_eq!(fixture.waiting(), standing_people());
                },
            )
        });
    });
    let mut random = Random::new(seed());
    group.bench_function("position", |bencher| {
        let mut fixture = standing.borrow_mut();
        let fixture = fixture.get_or_insert_with(Fixture::standing);
        bencher.iter_custom(|iterations| {
            in_rounds(
                iterations,
                ROUND,
                |count| -> Vec<WaitingToken> {
                    (0..count).map(|_| fixture.tokens[random.index(standing_people())]).collect()
                },
                |tokens| {
                    let place = |token| fixture.venue.engine.queue_place(token).expect("waits").position;
                    tokens.iter().map(place).max()
                },
                |last, _| assert!(last.is_some_and(|last| last as usize <= standing_people())),
            )
        });
    });
    group.bench_function("leave", |bencher| {
        let mut fixture = standing.borrow_mut();
        let fixture = RefCell::new(fixture.get_or_insert_with(Fixture::standing));
        bencher.iter_custom(|iterations| {
            in_rounds(
                iterations,
                ROUND,
                |count| fixture.borrow_mut().pick(count),
                |tokens| {
                    let fixture = fixture.borrow();
                    tokens.into_iter().for_each(|token| fixture.leave(token));
                },
                |(), count| {
                    let mut fixture = fixture.borrow_mut();
                    assert_eq!((fixture.waiting() as u64) + count, standing_people() as u64);
                    fixture.fill();
                },
            )
        });
    });
    drop(standing);
    admit(&mut group);
    group.finish();
}

/// The line's own share: no tokens, no records, no clock.
fn alone(group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>) {
    let now = UnixMs::new(1_800_000_000_000);
    let made = RefCell::new(None);
    let fill = || Standing::full(now);
    group.bench_function("join, the line's share", |bencher| {
        let mut standing = made.borrow_mut();
        let standing = RefCell::new(standing.get_or_insert_with(fill));
        bencher.iter_custom(|iterations| {
            in_rounds(
                iterations,
                ROUND,
                |count| standing.borrow().next..standing.borrow().next + count,
                |people| {
                    let standing = standing.borrow();
                    people.map(|person| standing.line.join(person, now).expect("new")).collect::<Vec<_>>()
                },
                |numbers, count| {
                    let mut standing = standing.borrow_mut();
                    standing.next += count;
                    assert!(numbers.into_iter().all(|number| standing.line.leave(number, now)));
                },
            )
        });
    });
    group.bench_function("position, the line's share", |bencher| {
        let mut standing = made.borrow_mut();
        let standing = RefCell::new(standing.get_or_insert_with(fill));
        bencher.iter_custom(|iterations| {
            in_rounds(
                iterations,
                ROUND,
                |count| {
                    let mut standing = standing.borrow_mut();
                    (0..count).map(|_| standing.any_ticket()).collect::<Vec<_>>()
                },
                |numbers| {
                    let standing = standing.borrow();
                    numbers.into_iter().map(|number| standing.line.position(number, now)).max()
                },
                |last, _| assert!(last.flatten().is_some_and(|last| last as usize <= standing_people())),
            )
        });
    });
    group.bench_function("leave, the line's share", |bencher| {
        let mut standing = made.borrow_mut();
        let standing = RefCell::new(standing.get_or_insert_with(fill));
        bencher.iter_custom(|iterations| {
            in_rounds(
                iterations,
                ROUND,
                |count| standing.borrow_mut().pick(count),
                |numbers| {
                    let standing = standing.borrow();
                    numbers.into_iter().filter(|number| standing.line.leave(*number, now)).count() as u64
                },
                |left, count| {
                    assert_eq!(left, count);
                    standing.borrow_mut().fill(now);
                },
            )
        });
    });
}

/// A million people in a line that is nothing else.
struct Standing {
    line: WaitingLine,
    numbers: Vec<u32>,
    next: u64,
    random: Random,
}

impl Standing {
    fn full(now: UnixMs) -> Self {
        let line = WaitingLine::new(1 << 26);
        let mut standing = Self { line, numbers: Vec::new(), next: 0, random: Random::new(seed()) };
        standing.fill(now);
        standing
    }

    fn fill(&mut self, now: UnixMs) {
        while self.numbers.len() < standing_people() {
            self.numbers.push(self.line.join(self.next, now).expect("new"));
            self.next += 1;
        }
    }

    fn any_ticket(&mut self) -> u32 {
        self.numbers[self.random.index(self.numbers.len())]
    }

    /// Takes so many out of the middle, at random.
    fn pick(&mut self, count: u64) -> Vec<u32> {
        (0..count).map(|_| self.numbers.swap_remove(self.random.index(self.numbers.len()))).collect()
    }
}

fn admit(group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>) {
    let mut fixture = None;
    group.bench_function("admit, once ready", |bencher| {
        let fixture = RefCell::new(fixture.get_or_insert_with(Fixture::moving));
        bencher.iter_custom(|iterations| {
            in_rounds(
                iterations,
                ROUND,
                |count| {
                    let mut fixture = fixture.borrow_mut();
                    let clock = fixture.clock.clone().expect("a clock by hand");
                    while fixture.ready() < count {
                        clock.advance(Duration::from_millis(1));
                        fixture.venue.engine.turn();
                    }
                    let first = fixture.tokens.drain(..usize::try_from(count).expect("a round"));
                    let ask = |token| RequestAdmission::new(token);
                    first.map(ask).collect()
                },
                |asked: Vec<RequestAdmission>| {
                    let fixture = fixture.borrow();
                    for ask in asked {
                        fixture.venue.engine.request_admission(ask).wait().expect("it is their turn");
                    }
                },
                |(), _| fixture.borrow_mut().fill(),
            )
        });
    });
}
