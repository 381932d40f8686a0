//! The table of answers against plain maps, under threads, and its size and cost (ignored: run by name).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
use std::thread;
use std::time::Instant;

use proptest::prelude::*;

use super::*;

const NEVER: UnixMs = UnixMs::MAX;
const T0: UnixMs = UnixMs::new(1_000);

/// Spreads a small number over 128 bits, as the keyed hash of real keys does.
fn spread(number: u64) -> u128 {
    let half = |number: u64| {
        let mixed = (number ^ (number >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
    };
    u128::from(half(number + 1)) << 64 | u128::from(half(number + 0x1_0000_0000))
}

fn answer(table: &Answers, key: u128, reply: &[u8], now: UnixMs, expires: UnixMs) {
    let Begin::Fresh(guard) = table.begin(key, 0, now) else { panic!("key {key:#x} is not fresh") };
    guard.complete(reply, 8, expires);
}

#[test]
fn same_request_gets_the_same_answer_and_another_conflicts() {
    let table = Answers::with_bound(16);
    for (number, length) in [0, 1, 40, 41, 5_000, 0, 100_000, 0, 4_096, 1].into_iter().enumerate() {
        let key = spread(number as u64);
        let reply: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).expect("byte")).collect();
        let Begin::Fresh(guard) = table.begin(key, 7, T0) else { panic!("first") };
        guard.complete(&reply, 64, NEVER);
        let Begin::Again { reply: again, offset } = table.begin(key, 7, T0) else { panic!("second") };
        assert_eq!((again.as_slice(), offset), (reply.as_slice(), 64));
        assert!(matches!(table.begin(key, 8, T0), Begin::Conflict), "another request");
    }
}

#[test]
fn memory_of_forgotten_replies_is_given_back() {
    let table = Answers::with_bound(256);
    let mut most = 0;
    for round in 0..200u64 {
        let now = T0.plus_ms(round * 10);
        for number in 0..100 {
            answer(&table, spread(round * 100 + number), &[7; 300], now, now.plus_ms(10));
        }
        most = most.max(table.memory_bytes());
        assert_eq!(table.forget_due(now.plus_ms(10), usize::MAX).0, 100);
    }
    assert!(most < 100_000, "{most} bytes at the most, for a hundred replies of 300 bytes at a time");
}

#[test]
fn refusal_is_not_remembered() {
    let table = Answers::with_bound(1);
    for _ in 0..3 {
        let Begin::Fresh(guard) = table.begin(1, 7, T0) else { panic!("forgotten each time") };
        drop(guard);
    }
    assert_eq!(table.len(), 0);
}

#[test]
fn expired_answer_counts_as_absent_before_it_is_forgotten() {
    let table = Answers::with_bound(4);
    let expires = T0.plus_ms(10);
    answer(&table, 1, b"old", T0, expires);
    assert!(matches!(table.begin(1, 0, T0.plus_ms(9)), Begin::Again { .. }), "a moment before");
    answer(&table, 1, b"new", expires, expires.plus_ms(10));
    assert_eq!(table.forget_due(expires, 10), (1, Some(expires.plus_ms(10))), "the old slot");
    let Begin::Again { reply, .. } = table.begin(1, 0, expires) else { panic!("the new one stays") };
    assert_eq!(reply.as_slice(), b"new");
}

#[test]
fn full_table_refuses_until_something_expires() {
    let table = Answers::with_bound(2);
    answer(&table, 1, b"", T0, T0.plus_ms(5));
    let Begin::Fresh(running) = table.begin(2, 0, T0) else { panic!("room for two") };
    assert!(matches!(table.begin(3, 0, T0), Begin::Full));
    answer(&table, 3, b"", T0.plus_ms(5), NEVER);
    running.complete(b"", 0, NEVER);
    assert!(matches!(table.begin(4, 0, T0.plus_ms(5)), Begin::Full));
    assert_eq!(table.len(), 2);
}

#[test]
fn clearing_spares_what_is_being_answered() {
    let table = Answers::with_bound(4);
    answer(&table, 1, &[1; 100], T0, NEVER);
    let Begin::Fresh(running) = table.begin(2, 0, T0) else { panic!("fresh") };
    table.clear();
    assert_eq!(table.len(), 1);
    running.complete(b"two", 0, NEVER);
    assert!(matches!(table.begin(2, 0, T0), Begin::Again { .. }));
    assert!(matches!(table.begin(1, 0, T0), Begin::Fresh(_)));
}

#[test]
fn what_each_shows_can_be_installed_elsewhere() {
    let (from, to) = (Answers::with_bound(1_000), Answers::with_bound(10));
    for (at, number) in (0..500).enumerate() {
        answer(&from, spread(number), &[7; 60][..at % 60], T0, T0.plus_ms(number));
    }
    let collect = |table: &Answers| {
        let mut all = BTreeMap::new();
        table.each(|answer| {
            all.insert(
                answer.key,
                (answer.reply.to_vec(), answer.fingerprint, answer.offset, answer.expires),
            );
        });
        all
    };
    // Written down first: the lock of one table's shard is not held while the other's is taken.
    let mut shown = Vec::new();
    from.each(|answer| {
        shown.push((answer.key, answer.fingerprint, answer.reply.to_vec(), answer.offset, answer.expires));
    });
    for (key, fingerprint, reply, offset, expires) in shown.iter().chain(&shown) {
        let (key, fingerprint, offset, expires) = (*key, *fingerprint, *offset, *expires);
        to.install(Answer { key, fingerprint, reply, offset, expires });
    }
    assert_eq!(collect(&from), collect(&to), "installed twice, kept once, beyond the bound");
    assert_eq!((collect(&to).len(), to.len()), (500, 500));
    assert!(matches!(to.begin(spread(1_000), 0, T0), Begin::Full), "the bound holds for new keys");
}

#[test]
fn budget_is_kept_and_says_when_to_come_again() {
    let table = Answers::with_bound(1_000);
    for number in 0..100 {
        answer(&table, spread(number), b"x", T0, T0.plus_ms(1 + number));
    }
    let now = T0.plus_ms(50);
    assert_eq!(table.forget_due(T0, 10), (0, Some(T0.plus_ms(1))));
    assert_eq!(table.forget_due(now, 30), (30, Some(now)));
    assert_eq!(table.forget_due(now, 30), (20, Some(T0.plus_ms(51))));
    assert_eq!(table.forget_due(NEVER, 1_000), (50, None));
    assert_eq!(table.len(), 0);
}

type Kept = (u8, Vec<u8>, UnixMs);

proptest! {
    #[test]
    fn table_is_a_map_with_expiry(
        steps in prop::collection::vec((0u8..6, 0u64..12, 0u8..3, 0usize..90), 1..300),
    ) {
        let table = Answers::with_bound(1_000);
        let mut model: BTreeMap<u64, Kept> = BTreeMap::new();
        let mut now = T0;
        for (step, number, fingerprint, length) in steps {
            match step {
                0 => now = now.plus_ms(number),
                1 => {
                    let (_, next) = table.forget_due(now, length);
                    let live = model.values().map(|kept| kept.2).filter(|expires| *expires > now).min();
                    prop_assert!(next.is_some() || live.is_none(), "an answer expires at {live:?}, next is {next:?}");
                }
                _ => {
                    let expected = model.get(&number).filter(|kept| kept.2 > now);
                    match (table.begin(spread(number), u64::from(fingerprint), now), expected) {
                        (Begin::Fresh(guard), None) if step == 2 => drop(guard),
                        (Begin::Fresh(guard), None) => {
                            // Unequal times on purpose: they do not expire in the order of completion.
                            let expires = now.plus_ms(1 + length as u64 % 17);
                            let reply = vec![fingerprint; length];
                            guard.complete(&reply, 0, expires);
                            model.insert(number, (fingerprint, reply, expires));
                        }
                        (Begin::Again { reply, .. }, Some(kept)) => {
                            prop_assert_eq!((fingerprint, reply.as_slice()), (kept.0, kept.1.as_slice()));
                        }
                        (Begin::Conflict, Some(kept)) => prop_assert_ne!(fingerprint, kept.0),
                        (got, expected) => prop_assert!(false, "{:?} for {:?} at {}", got, expected, now),
                    }
                }
            }
        }
        let mut shown = 0;
        table.each(|_| shown += 1);
        prop_assert_eq!(shown, table.len());
        prop_assert_eq!(table.forget_due(NEVER, usize::MAX).1, None);
        prop_assert_eq!(table.len(), 0);
    }
}

/// Threads ask with the same few keys. One of them acts for each key at a time, and all others get what it answered.
#[test]
fn duplicates_in_flight_get_the_answer_of_the_one_that_acts() {
    const KEYS: usize = 50;
    const ROUNDS: usize = 40;
    let table = Answers::with_bound(1_000);
    let acting: Vec<AtomicBool> = (0..KEYS).map(|_| AtomicBool::new(false)).collect();
    let answers: Vec<AtomicU64> = (0..KEYS).map(|_| AtomicU64::new(0)).collect();
    let tries = AtomicU32::new(0);
    let ask = |key: usize| loop {
        match table.begin(spread(key as u64), 0, T0) {
            Begin::Fresh(guard) => {
                assert!(!acting[key].swap(true, Ordering::SeqCst), "two act for key {key}");
                thread::yield_now();
                let number = tries.fetch_add(1, Ordering::SeqCst);
                acting[key].store(false, Ordering::SeqCst);
                // Every third attempt is refused, and then another thread acts.
                if number.is_multiple_of(3) {
                    drop(guard);
                    continue;
                }
                assert_eq!(
                    answers[key].swap(u64::from(number), Ordering::SeqCst),
                    0,
                    "key {key} acted twice"
                );
                guard.complete(&number.to_le_bytes(), 0, NEVER);
                return;
            }
            Begin::Again { reply, .. } => {
                let number = u32::from_le_bytes(*reply.first_chunk().expect("four bytes"));
                assert_eq!(u64::from(number), answers[key].load(Ordering::SeqCst), "key {key}");
                return;
            }
            other => panic!("key {key}: {other:?}"),
        }
    };
    crate::testing::watched_scope(|scope| {
        for first in 0..4 {
            let ask = &ask;
            scope.spawn(move || {
                (0..KEYS * ROUNDS).for_each(|at| ask((at * 7 + first) % KEYS));
            });
        }
    });
    assert_eq!(table.len(), KEYS);
}

/// `cargo test --release -p tacos-engine --lib size_and_cost_at_a_million_keys -- --ignored --nocapture`
#[test]
#[ignore = "a measurement, not a claim"]
fn size_and_cost_at_a_million_keys() {
    const KEYS: u64 = 1_000_000;
    const RUN: u64 = 500;
    let table = Answers::with_bound(2_000_000);
    let reply = [7u8; 40];
    let timed = |what: &str, mut step: Box<dyn FnMut(u64) + '_>| {
        // The median of short runs: what other processes take from us stays out of it.
        let mut runs: Vec<u128> = (0..KEYS / RUN)
            .map(|run| {
                let start = Instant::now();
                (run * RUN..(run + 1) * RUN).for_each(&mut step);
                start.elapsed().as_nanos() / u128::from(RUN)
            })
            .collect();
        runs.sort_unstable();
        println!("{what}: {} ns each", runs[runs.len() / 2]);
    };
    let add = |base: u64, expires: UnixMs| {
        let (table, reply) = (&table, &reply);
        Box::new(move |number| {
            let Begin::Fresh(guard) = table.begin(spread(base + number), 0, T0) else { panic!("{number}") };
            guard.complete(reply, 8, expires);
        })
    };
    timed("miss and complete, growing to 1 M", add(0, NEVER));
    println!("{} bytes a key at 1 M", table.memory_bytes() as u64 / KEYS);
    timed(
        "hit at 1 M",
        Box::new(|number| {
            let key = spread(number.wrapping_mul(7_919) % KEYS);
            assert!(matches!(table.begin(key, 0, T0), Begin::Again { .. }));
        }),
    );
    table.clear();
    timed("miss and complete, into 1 M slots used before", add(KEYS, T0.plus_ms(1)));
    let start = Instant::now();
    let (forgotten, _) = table.forget_due(NEVER, usize::MAX);
    println!("forget {forgotten}: {} ns each", start.elapsed().as_nanos() / forgotten as u128);
}
