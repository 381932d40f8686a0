//! Many threads on one line: strict order, the number inside, each permit once, positions that never rise.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use parking_lot::Mutex;

use super::model_tests::Random;
use super::tests::{T0, Timers, line_with};
use super::{Gate, Join, Line, QueuePolicy, TicketState};

const THREADS: u64 = 4;
const PEOPLE: u64 = 4_000;
const INSIDE_MAX: u32 = 50;

fn key(thread: u64, person: u64) -> u128 {
    u128::from(person.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15)) << 64 | u128::from(thread << 3)
}

/// Advances as the pipeline does; the log gets each batch between own and commit, as the journal would.
fn advance(line: &Line, log: &Mutex<Vec<u32>>, worst: &AtomicU32) {
    while let Ok(advance) = line.begin_advance(T0) {
        log.lock().extend(advance.ready());
        let again = advance.commit();
        worst.fetch_max(line.stats(T0).ready, Ordering::Relaxed);
        if !again {
            break;
        }
    }
}

fn customer(
    line: &Line,
    thread: u64,
    seed: u64,
    log: &Mutex<Vec<u32>>,
    worst: &AtomicU32,
    left: &Mutex<Vec<u32>>,
) {
    let mut random = Random(seed * 1_000 + thread + 1);
    let mut mine = Vec::new();
    for person in 0..PEOPLE {
        let Join::New(joining) = line.begin_join(key(thread, person), None, T0) else {
            panic!("seed {seed}: person {person} of {thread} is new")
        };
        let number = joining.record().number;
        if random.below(16) == 0 {
            drop(joining);
        } else {
            joining.commit();
            mine.push((number, u32::MAX));
        }
        advance(line, log, worst);
        let at = usize::try_from(random.below(mine.len().max(1) as u64)).expect("small");
        let Some((number, last)) = mine.get_mut(at) else { continue };
        if let Some(position) = line.view(*number, T0).expect("known").position {
            assert!((1..=*last).contains(&position), "seed {seed}: {number} rose from {last} to {position}");
            *last = position;
        }
        let (number, _) = mine[at];
        if random.below(4) == 0 {
            // A ticket that is noted as gone before the commit was waiting when the line passed over its place.
            if let Ok(leaving) = line.begin_leave(number, T0) {
                if leaving.from() == TicketState::Waiting {
                    left.lock().push(number);
                }
                leaving.commit();
            }
            mine.swap_remove(at);
        } else if let Ok(admitting) = line.begin_admit(number, T0) {
            admitting.commit();
            line.begin_use(number, T0).expect("admitted").commit();
            mine.swap_remove(at);
        }
    }
    // The tickets that are left go, so that the line empties.
    while !mine.is_empty() {
        advance(line, log, worst);
        mine.retain(|&(number, _)| match line.begin_admit(number, T0) {
            Ok(admitting) => {
                admitting.commit();
                line.begin_use(number, T0).expect("admitted").commit();
                false
            }
            _ => true,
        });
    }
}

#[test]
fn threads_keep_order_and_the_number_inside() {
    for seed in 1..=3 {
        let policy = QueuePolicy {
            inside_max: INSIDE_MAX,
            admissions_per_minute: 6_000_000,
            burst: 1_000_000,
            ..QueuePolicy::default()
        };
        let ceiling = Arc::new(Gate::full(6_000_000, 1_000_000));
        let line = Line::new(policy, ceiling, Arc::new(Timers::default()));
        let (log, left, worst) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()), AtomicU32::new(0));
        let done = AtomicBool::new(false);
        crate::testing::watched_scope(|scope| {
            let watcher = scope.spawn(|| {
                let mut most = 0;
                while !done.load(Ordering::Relaxed) {
                    most = most.max(line.stats(T0).inside);
                }
                most
            });
            let customers: Vec<_> = (0..THREADS)
                .map(|thread| {
                    let (line, log, worst, left) = (&line, &log, &worst, &left);
                    scope.spawn(move || customer(line, thread, seed, log, worst, left))
                })
                .collect();
            for customer in customers {
                customer.join().expect("customer");
            }
            done.store(true, Ordering::Relaxed);
            let most = watcher.join().expect("watcher");
            assert!(most <= INSIDE_MAX, "seed {seed}: {most} inside");
        });
        audit(&line, &log.into_inner(), &left.into_inner(), seed);
    }
}

/// Strict order: numbers rise; a ticket that was passed over had left, or its join failed.
fn audit(line: &Line, log: &[u32], left: &[u32], seed: u64) {
    assert!(log.is_sorted_by(|a, b| a < b), "seed {seed}: somebody was let in before somebody ahead");
    let gone: std::collections::HashSet<u32> = left.iter().copied().collect();
    let ready: std::collections::HashSet<u32> = log.iter().copied().collect();
    for number in 0..line.image(0).next {
        let lost = line.view(number, T0).is_none();
        let fates = [lost, gone.contains(&number), ready.contains(&number)];
        assert_eq!(fates.iter().filter(|&&is| is).count(), 1, "seed {seed}: ticket {number} {fates:?}");
    }
    let stats = line.stats(T0);
    assert_eq!((stats.waiting, stats.ready, stats.inside), (0, 0, 0), "seed {seed}");
}

#[test]
fn one_session_in_many_threads_gets_one_ticket() {
    let (line, _) = line_with(QueuePolicy { burst: 1, ..QueuePolicy::default() });
    let numbers = Mutex::new(Vec::new());
    crate::testing::watched_scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for person in 0..PEOPLE {
                    let number = match line.begin_join(key(0, person), Some(key(9, person)), T0) {
                        Join::New(joining) => {
                            let number = joining.record().number;
                            joining.commit();
                            number
                        }
                        Join::Again { number } => number,
                        _ => panic!("person {person} is refused"),
                    };
                    numbers.lock().push((person, number));
                }
            });
        }
    });
    let mut numbers = numbers.into_inner();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len() as u64, PEOPLE, "one ticket each");
    assert_eq!(u64::from(line.stats(T0).waiting), PEOPLE);
}

#[test]
fn permits_taken_by_threads_never_exceed_the_bucket() {
    let gate = Gate::full(60, 1_000);
    let kept = AtomicU32::new(0);
    crate::testing::watched_scope(|scope| {
        for thread in 0..THREADS {
            let (gate, kept) = (&gate, &kept);
            scope.spawn(move || {
                let mut random = Random(thread + 1);
                for _ in 0..5_000 {
                    let grant = gate.take_up_to(1 + u32::try_from(random.below(5)).expect("small"), T0);
                    let back = grant.count / 2;
                    gate.give_back(grant, back);
                    kept.fetch_add(grant.count - back, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(kept.into_inner() + gate.take_up_to(9_999, T0).count, 1_000);
}
