//! Idempotency keys with one million remembered: a command that was answered before, a command with a new key, and the
//! same command without any, which is the floor of both. Criterion calls the closure of a bench many times: what is
//! prepared is kept outside of it.

use std::cell::RefCell;
use std::time::Duration;

use criterion::Criterion;
use tacos_benches::people::key;
use tacos_benches::timing::in_rounds;
use tacos_benches::{scattered, seed, table};
use tacos_engine::{Config, Engine, ExternalId, Note};

const ROUND: u64 = 65_536;
/// The table is emptied and filled again before it holds so many: it has room for twice that.
const KEPT_MAX: u64 = 2_000_000;

fn kept() -> u32 {
    table(1_000_000)
}

struct Fixture {
    engine: Engine,
    name: ExternalId,
    next: u64,
}

impl Fixture {
    /// A million notes, each under a key of its own.
    fn new() -> Self {
        let config = Config::default().with_idempotency_ttl(Duration::from_secs(3_600));
        let engine = Engine::in_memory(config).expect("an engine");
        let mut fixture = Self { engine, name: ExternalId::new("note").expect("a name"), next: 0 };
        fixture.fill();
        fixture
    }

    fn fill(&mut self) {
        self.engine.operator().clear_idempotency();
        for _ in 0..kept() {
            let note = self.fresh();
            self.engine.note(note).wait().expect("noted");
        }
        assert_eq!(self.engine.status().idempotency_keys, kept() as usize);
    }

    fn note(&self, number: Option<u64>) -> Note {
        Note::new(self.name.clone(), Some(vec![1])).with_key(number.map(|number| key("note", number)))
    }

    fn fresh(&mut self) -> Note {
        self.next += 1;
        self.note(Some(self.next))
    }
}

pub(crate) fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("keys, one million remembered");
    let fixture = RefCell::new(None);
    let mut order = None;
    group.bench_function("hit", |bencher| {
        let mut fixture = fixture.borrow_mut();
        let fixture = fixture.get_or_insert_with(Fixture::new);
        let newest = fixture.next;
        let order = order.get_or_insert_with(|| scattered(kept(), seed()).into_iter().cycle());
        bencher.iter_custom(|iterations| {
            in_rounds(
                iterations,
                ROUND,
                |count| {
                    (0..count).map(|_| fixture.note(order.next().map(|at| newest - u64::from(at)))).collect()
                },
                |notes: Vec<Note>| {
                    let before = fixture.engine.status().written;
                    for note in notes {
                        fixture.engine.note(note).wait().expect("the old answer");
                    }
                    before
                },
                |before, _| assert_eq!(fixture.engine.status().written, before, "a repeat writes nothing"),
            )
        });
    });
    for (name, is_keyed) in [("miss: a note under a new key", true), ("floor: a note without a key", false)] {
        group.bench_function(name, |bencher| {
            let mut fixture = fixture.borrow_mut();
            let fixture = RefCell::new(fixture.get_or_insert_with(Fixture::new));
            bencher.iter_custom(|iterations| {
                in_rounds(
                    iterations,
                    ROUND,
                    |count| {
                        let mut fixture = fixture.borrow_mut();
                        if is_keyed && fixture.engine.status().idempotency_keys as u64 + ROUND > KEPT_MAX {
                            fixture.fill();
                        }
                        (0..count)
                            .map(|_| if is_keyed { fixture.fresh() } else { fixture.note(None) })
                            .collect()
                    },
                    |notes: Vec<Note>| {
                        let fixture = fixture.borrow();
                        let before = fixture.engine.status().written;
                        for note in notes {
                            fixture.engine.note(note).wait().expect("noted");
                        }
                        before
                    },
                    |before, _| assert!(fixture.borrow().engine.status().written > before, "it was written"),
                )
            });
        });
    }
    group.finish();
}
