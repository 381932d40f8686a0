//! Idempotency keys with one million remembered: a command that was answered before, a command with a new key, and the same
//! command without any, which is the floor of both.
//! Criterion calls the closure of a bench many times: what is prepared is kept outside of it.

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

struct House {
    engine: Engine,
    name: ExternalId,
    next: u64,
}

impl House {
    /// A million notes, each under a key of its own.
    fn new() -> Self {
        let config = Config::default().with_idempotency_ttl(Duration::from_secs(3_600));
        let engine = Engine::in_memory(config).expect("an engine");
        let mut house = Self { engine, name: ExternalId::new("note").expect("a name"), next: 0 };
        house.fill();
        house
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
    let house = RefCell::new(None);
    let mut order = None;
    group.bench_function("hit", |bencher| {
        let mut house = house.borrow_mut();
        let house = house.get_or_insert_with(House::new);
        let newest = house.next;
        let order = order.get_or_insert_with(|| scattered(kept(), seed()).into_iter().cycle());
        bencher.iter_custom(|iterations| {
            in_rounds(
                iterations,
                ROUND,
                |count| {
                    (0..count).map(|_| house.note(order.next().map(|at| newest - u64::from(at)))).collect()
                },
                |notes: Vec<Note>| {
                    let before = house.engine.status().written;
                    for note in notes {
                        house.engine.note(note).wait().expect("the old answer");
                    }
                    before
                },
                |before, _| assert_eq!(house.engine.status().written, before, "a repeat writes nothing"),
            )
        });
    });
    for (name, is_keyed) in [("miss: a note under a new key", true), ("floor: a note without a key", false)] {
        group.bench_function(name, |bencher| {
            let mut house = house.borrow_mut();
            let house = RefCell::new(house.get_or_insert_with(House::new));
            bencher.iter_custom(|iterations| {
                in_rounds(
                    iterations,
                    ROUND,
                    |count| {
                        let mut house = house.borrow_mut();
                        if is_keyed && house.engine.status().idempotency_keys as u64 + ROUND > KEPT_MAX {
                            house.fill();
                        }
                        (0..count).map(|_| if is_keyed { house.fresh() } else { house.note(None) }).collect()
                    },
                    |notes: Vec<Note>| {
                        let house = house.borrow();
                        let before = house.engine.status().written;
                        for note in notes {
                            house.engine.note(note).wait().expect("noted");
                        }
                        before
                    },
                    |before, _| assert!(house.borrow().engine.status().written > before, "it was written"),
                )
            });
        });
    }
    group.finish();
}
