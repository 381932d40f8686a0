//! The log buffer against a plain list of records, with many producers, and its cost (ignored: run by name).

use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Instant;

use proptest::prelude::*;

use super::*;
use crate::sync::Mutex;

fn options(capacity_bytes: usize, base: u64) -> LogBufferOptions {
    LogBufferOptions { capacity_bytes, slack_bytes: 0, base }
}

/// A record whose bytes follow from `seed`: length in the low half of the first word, seed in the upper.
fn record(payload_bytes: usize, seed: u32) -> Vec<u8> {
    let length = u32::try_from(8 + payload_bytes).expect("small");
    let mut bytes = (u64::from(seed) << 32 | u64::from(length)).to_le_bytes().to_vec();
    bytes.extend((0..payload_bytes).map(|at| u8::try_from((at + seed as usize) % 255 + 1).expect("byte")));
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

fn split(run: &[u8]) -> Vec<&[u8]> {
    let mut records = Vec::new();
    let mut rest = run;
    while let Some(first) = rest.first_chunk() {
        let length = usize::try_from(padded_length(u64::from_le_bytes(*first))).expect("small");
        let (head, tail) = rest.split_at(length);
        records.push(head);
        rest = tail;
    }
    records
}

#[test]
fn offsets_start_at_the_base_and_a_drain_returns_what_went_in() {
    let (log, mut drain) = LogBuffer::with_options(options(64, 4_000));
    let bytes = record(13, 7);
    assert_eq!(log.append(&bytes), Ok(4_024));
    let mut out = Vec::new();
    assert_eq!(drain.drain(usize::MAX, &mut out), (4_000, 4_024));
    assert_eq!(out, bytes);
    assert_eq!(drain.drain(usize::MAX, &mut out), (4_024, 4_024));
}

#[test]
fn record_longer_than_the_ring_is_refused_before_space_is_taken() {
    let (log, _drain) = LogBuffer::with_options(options(64, 0));
    assert_eq!(
        log.append(&record(64, 1)),
        Err(RecordTooLarge { record_bytes: 72, capacity_bytes: 64 }),
        "72 bytes into 64"
    );
    assert_eq!((log.tail(), log.in_flight_bytes()), (0, 0));
    assert_eq!(log.append(&record(56, 1)), Ok(64), "exactly as long as the ring");
}

#[test]
fn crowded_leaves_the_slack() {
    let (log, mut drain) =
        LogBuffer::with_options(LogBufferOptions { capacity_bytes: 64, slack_bytes: 32, base: 0 });
    log.append(&record(24, 1)).expect("fits");
    assert!(!log.crowded(), "32 of 64 in flight, slack 32");
    log.append(&record(0, 1)).expect("fits");
    assert!(log.crowded(), "40 of 64 in flight, slack 32");
    drain.drain(usize::MAX, &mut Vec::new());
    assert!(!log.crowded(), "drained");
}

#[test]
fn drain_takes_whole_records_and_one_longer_than_asked_for() {
    let (log, mut drain) = LogBuffer::with_options(options(128, 0));
    for payload_bytes in [8, 32, 8] {
        log.append(&record(payload_bytes, 1)).expect("fits");
    }
    let mut out = Vec::new();
    assert_eq!(drain.drain(24, &mut out), (0, 16));
    assert_eq!(drain.drain(24, &mut out), (16, 56), "40 bytes, alone");
    assert_eq!(drain.drain(24, &mut out), (56, 72));
}

#[test]
#[should_panic(expected = "but is 24 bytes long")]
fn record_that_lies_about_its_length_is_a_bug() {
    let (log, _drain) = LogBuffer::with_options(options(64, 0));
    let mut bytes = record(16, 1);
    bytes[0] = 8;
    let _ = log.append(&bytes);
}

#[test]
fn what_is_unpublished_is_not_drained_and_holds_up_what_is_behind_it() {
    let (log, mut drain) = LogBuffer::with_options(options(256, 0));
    let first = log.begin(&record(8, 1)).expect("fits");
    let behind = thread::scope(|scope| {
        scope.spawn(|| log.append(&record(8, 2)).expect("fits")).join().expect("the other producer")
    });
    let mut out = Vec::new();
    assert_eq!(drain.drain(usize::MAX, &mut out), (0, 0), "the first may not show yet");
    assert_eq!(first.publish(), 16);
    assert_eq!(drain.drain(usize::MAX, &mut out), (0, behind));
}

#[test]
fn a_run_of_records_is_drained_one_by_one() {
    let (log, mut drain) = LogBuffer::with_options(options(64, 40));
    let run = [record(8, 1), record(16, 2)].concat();
    let appended = log.begin(&run).expect("fits");
    let mut out = Vec::new();
    assert_eq!(drain.drain(usize::MAX, &mut out), (40, 40));
    appended.publish();
    assert_eq!(drain.drain(16, &mut out), (40, 56));
    assert_eq!(drain.drain(16, &mut out), (56, 80), "the second goes round the edge");
    assert_eq!(out, run);
}

#[test]
fn wake_before_the_first_sleep_is_kept() {
    let (log, mut drain) = LogBuffer::with_options(options(64, 0));
    log.wake();
    drain.wait(None);
}

#[test]
fn full_ring_without_threads_is_emptied_by_the_driver() {
    let (log, drain) = LogBuffer::with_options(options(64, 0));
    let drain = Mutex::<_, { crate::sync::rank::BATCH }>::new((drain, Vec::new()));
    let drain = Arc::new(drain);
    let driven = Arc::clone(&drain);
    log.set_driver(move || {
        let (drain, out) = &mut *driven.lock();
        drain.drain(usize::MAX, out);
        Drove::All
    });
    for seed in 1..=20 {
        log.append(&record(16, seed)).expect("fits");
    }
    let (drain, out) = &mut *drain.lock();
    drain.drain(usize::MAX, out);
    let expected: Vec<u8> = (1..=20).flat_map(|seed| record(16, seed)).collect();
    assert_eq!(*out, expected);
}

/// Nothing waits for a consumer that has gone: neither who comes later nor who waits already.
#[test]
fn a_consumer_that_goes_ends_the_wait_for_room() {
    let (log, drain) = LogBuffer::with_options(options(64, 0));
    for seed in 1..=4 {
        log.append(&record(8, seed)).expect("fits");
    }
    crate::testing::watched_scope(|scope| {
        let waiting = scope.spawn(|| log.append(&record(8, 5)));
        while log.tail() < 5 * 16 {
            thread::yield_now();
        }
        drop(drain);
        assert_eq!(waiting.join().expect("no panic"), Ok(80));
    });
    assert_eq!(log.append(&record(8, 6)), Ok(96), "lost, and not waited for");
}

proptest! {
    #[test]
    fn ring_is_a_queue_of_records(
        base in (0u64..64).prop_map(|words| words * 8),
        steps in prop::collection::vec((0usize..50, 1u32..u32::MAX, prop::option::of(1usize..200)), 1..200),
    ) {
        let (log, mut drain) = LogBuffer::with_options(options(128, base));
        let mut model: VecDeque<Vec<u8>> = VecDeque::new();
        let mut end = base;
        for (payload_bytes, seed, take) in steps {
            let bytes = record(payload_bytes, seed);
            let queued: usize = model.iter().map(Vec::len).sum();
            if queued + bytes.len() <= 128 {
                end += bytes.len() as u64;
                prop_assert_eq!(log.append(&bytes), Ok(end));
                model.push_back(bytes);
            }
            let Some(max_bytes) = take else { continue };
            let mut expected = Vec::new();
            while let Some(next) = model.pop_front_if(|next| expected.is_empty() || expected.len() + next.len() <= max_bytes) {
                expected.extend(next);
            }
            let mut out = Vec::new();
            let (from, to) = drain.drain(max_bytes, &mut out);
            prop_assert_eq!(to - from, out.len() as u64);
            prop_assert_eq!(&out, &expected);
        }
    }
}

/// Producers number their records; the consumer sleeps whenever it may. Every record must come out once, whole, and
/// each producer's in order. A lost wake-up shows as a test that hangs.
#[test]
fn producers_and_a_sleepy_consumer_lose_nothing() {
    const PRODUCERS: u32 = 3;
    const RECORDS: u32 = 20_000;
    let (log, mut drain) = LogBuffer::with_options(options(1 << 10, 8 * 77));
    let done = AtomicBool::new(false);
    let run = crate::testing::watched_scope(|scope| {
        let consumer = scope.spawn(|| {
            let mut out = Vec::new();
            loop {
                let last = done.load(Ordering::Acquire);
                let (from, to) = drain.drain(300, &mut out);
                if from == to {
                    if last {
                        return out;
                    }
                    drain.wait(None);
                }
            }
        });
        let producers: Vec<_> = (0..PRODUCERS)
            .map(|producer| {
                let log = &log;
                scope.spawn(move || {
                    for number in 0..RECORDS {
                        let seed = producer << 24 | number;
                        log.append(&record(number as usize % 61, seed)).expect("fits");
                        if number % 64 == producer {
                            thread::yield_now();
                        }
                    }
                })
            })
            .collect();
        for producer in producers {
            producer.join().expect("producer");
        }
        done.store(true, Ordering::Release);
        log.wake();
        consumer.join().expect("consumer")
    });
    let mut next = [0u32; PRODUCERS as usize];
    for bytes in split(&run) {
        let seed = u32::from_le_bytes(*bytes[4..].first_chunk().expect("first word"));
        let (producer, number) = ((seed >> 24) as usize, seed & 0xff_ffff);
        assert_eq!(number, next[producer], "producer {producer} out of order");
        assert_eq!(bytes, record(number as usize % 61, seed), "producer {producer} record {number}");
        next[producer] += 1;
    }
    assert_eq!(next, [RECORDS; PRODUCERS as usize]);
}

/// `cargo test --release -p tacos-engine --lib cost_of_an_append -- --ignored --nocapture`
#[test]
#[ignore = "a measurement, not a claim"]
fn cost_of_an_append() {
    const RECORDS: u32 = 4_000_000;
    for producers in [1u32, 2] {
        let (log, mut drain) = LogBuffer::with_options(options(1 << 20, 0));
        let done = AtomicBool::new(false);
        crate::testing::watched_scope(|scope| {
            scope.spawn(|| {
                let mut out = Vec::new();
                while !done.load(Ordering::Acquire) {
                    out.clear();
                    drain.drain(1 << 19, &mut out);
                    drain.wait(Some(Duration::from_millis(1)));
                }
            });
            let appended: Vec<_> = (0..producers)
                .map(|producer| {
                    let log = &log;
                    scope.spawn(move || {
                        let bytes = record(120, producer + 1);
                        let start = Instant::now();
                        for _ in 0..RECORDS {
                            log.append(&bytes).expect("fits");
                        }
                        start.elapsed()
                    })
                })
                .collect();
            for producer in appended {
                let ns = producer.join().expect("producer").as_nanos() / u128::from(RECORDS);
                println!("{producers} producers beside a draining consumer: {ns} ns an append of 128 bytes");
            }
            done.store(true, Ordering::Release);
            log.wake();
        });
    }
    for producers in [1, 2] {
        let ns = append_alone_ns(producers);
        println!(
            "{producers} producers into a ring with room: {ns:.1} ns an append of 128 bytes (median of 200)"
        );
    }
}

/// The producers' own part: into a ring with room, drained between the timed runs.
fn append_alone_ns(producers: usize) -> f64 {
    const ROUND: usize = 4_000;
    let (log, mut drain) = LogBuffer::with_options(options(1 << 20, 0));
    let bytes = record(120, 1);
    let mut out = Vec::new();
    let mut rounds_ns = Vec::new();
    for _ in 0..200 {
        let ready = AtomicU64::new(0);
        let total_seconds: f64 = crate::testing::watched_scope(|scope| {
            let append_all = || {
                // All at once, or they would not meet.
                ready.fetch_add(1, Ordering::SeqCst);
                while ready.load(Ordering::SeqCst) < producers as u64 {
                    std::hint::spin_loop();
                }
                let start = Instant::now();
                for _ in 0..ROUND {
                    log.append(&bytes).expect("fits");
                }
                start.elapsed().as_secs_f64()
            };
            let timed: Vec<_> = (0..producers).map(|_| scope.spawn(append_all)).collect();
            timed.into_iter().map(|timed| timed.join().expect("producer")).sum()
        });
        out.clear();
        drain.drain(usize::MAX, &mut out);
        rounds_ns.push(total_seconds * 1e9 / (ROUND * producers) as f64);
    }
    rounds_ns.sort_unstable_by(f64::total_cmp);
    rounds_ns[rounds_ns.len() / 2]
}
