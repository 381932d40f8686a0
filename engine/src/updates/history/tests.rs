//! The history against a plain list of records, and under readers that are lapped.

use std::sync::atomic::AtomicBool;
use std::thread;

use proptest::prelude::*;

use super::*;

/// A record of `words` words, each of which carries `seed` in its upper half.
fn record(words: u64, seed: u64) -> Vec<u8> {
    (0..words).flat_map(|at| (seed << 32 | if at == 0 { words * 8 } else { at }).to_le_bytes()).collect()
}

fn seed_of(record: &[u8]) -> u64 {
    u64::from_le_bytes(*record.first_chunk().expect("first word")) >> 32
}

/// Splits a run and checks that no record is torn.
fn whole_records(run: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = run;
    let mut records = Vec::new();
    while let Some(first) = rest.first_chunk() {
        let length = padded_length(u64::from_le_bytes(*first));
        let (head, tail) = rest.split_at(usize::try_from(length).expect("small"));
        assert_eq!(head, record(length / 8, seed_of(head)), "torn record");
        records.push(head.to_vec());
        rest = tail;
    }
    records
}

#[test]
fn record_longer_than_the_ring_leaves_nothing_to_read() {
    let (history, mut writer) = History::with_capacity(32, 8);
    writer.push(&record(2, 1), 24);
    writer.push(&record(5, 2), 64);
    let mut out = vec![9];
    assert_eq!(history.read(8, 100, &mut out), Read::Gone { oldest: 64 });
    assert_eq!(history.read(64, 100, &mut out), Read::UpToDate);
    writer.push(&record(4, 3), 96);
    assert_eq!(history.read(64, 1, &mut out), Read::Records { to: 96 }, "one longer record alone");
    assert_eq!(out[1..], record(4, 3));
}

#[test]
fn wrong_start_is_answered_and_not_believed() {
    let (history, mut writer) = History::with_capacity(64, 0);
    let words = [1 << 32 | 24, u64::MAX, 0];
    writer.push(&words.into_iter().flat_map(u64::to_le_bytes).collect::<Vec<u8>>(), 24);
    let mut out = Vec::new();
    for (inside, what) in [(3, "no word"), (8, "a length beyond the end"), (16, "no length")] {
        assert_eq!(history.read(inside, 100, &mut out), Read::Gone { oldest: 0 }, "{what}");
    }
    assert_eq!(history.read(1_000, 100, &mut out), Read::UpToDate);
    assert!(out.is_empty());
}

#[test]
#[should_panic(expected = "a run of 16 bytes from 0")]
fn gap_between_runs_is_a_bug() {
    let (_, mut writer) = History::with_capacity(64, 0);
    writer.push(&record(2, 1), 24);
}

#[test]
fn waiting_reader_is_released_by_a_record_or_the_end() {
    let (history, mut writer) = History::with_capacity(64, 0);
    crate::testing::watched_scope(|scope| {
        let reader = scope.spawn(|| (history.wait(0), history.wait(16)));
        assert!(history.poll(0, Waker::noop(), &mut None).is_pending());
        writer.push(&record(2, 1), 16);
        writer.close();
        assert_eq!(reader.join().expect("reader"), (Ok(()), Err(HistoryClosed)));
    });
    assert_eq!(history.read(0, 100, &mut Vec::new()), Read::Records { to: 16 });
}

proptest! {
    #[test]
    fn history_is_the_tail_of_a_list(
        start in (0u64..20).prop_map(|words| words * 8),
        runs in prop::collection::vec((prop::collection::vec(1u64..9, 0..5), any::<prop::sample::Index>(), 1usize..200), 1..60),
    ) {
        const CAPACITY: u64 = 128;
        let (history, mut writer) = History::with_capacity(128, start);
        // Every record ever, with its start.
        let mut all: Vec<(u64, Vec<u8>)> = Vec::new();
        let mut end = start;
        for (lengths, index, max_bytes) in runs {
            let mut run = Vec::new();
            for words in lengths {
                let record = record(words, all.len() as u64 + 1);
                run.extend(&record);
                all.push((end, record));
                end += words * 8;
            }
            writer.push(&run, end);
            let readable = |from: &u64| *from + CAPACITY >= end;
            let oldest = all.iter().map(|(from, _)| *from).find(readable).unwrap_or(end);
            prop_assert_eq!((history.oldest(), history.newest()), (oldest, end));
            if all.is_empty() {
                continue;
            }
            let at = index.index(all.len());
            let from = all[at].0;
            let mut out = Vec::new();
            match history.read(from, max_bytes, &mut out) {
                Read::Records { to } => {
                    prop_assert!(from >= oldest);
                    let mut expected = Vec::new();
                    for (_, record) in &all[at..] {
                        if !expected.is_empty() && expected.len() + record.len() > max_bytes {
                            break;
                        }
                        expected.extend(record);
                    }
                    prop_assert_eq!(to - from, out.len() as u64);
                    prop_assert_eq!(out, expected);
                }
                other => {
                    prop_assert_eq!(other, Read::Gone { oldest });
                    prop_assert!(from < oldest && out.is_empty());
                }
            }
        }
    }
}

#[test]
fn lapped_readers_never_see_a_torn_record() {
    const RECORDS: u64 = 100_000;
    let (history, mut writer) = History::with_capacity(1 << 10, 0);
    let done = AtomicBool::new(false);
    crate::testing::watched_scope(|scope| {
        for max_bytes in [100, 1_000] {
            let (history, done) = (&history, &done);
            scope.spawn(move || {
                let (mut from, mut last) = (0, 0);
                let mut out = Vec::new();
                loop {
                    let over = done.load(Ordering::Acquire);
                    out.clear();
                    match history.read(from, max_bytes, &mut out) {
                        Read::Records { to } => from = to,
                        Read::UpToDate if over => return assert_eq!(last, RECORDS, "the last is seen"),
                        Read::UpToDate => thread::yield_now(),
                        Read::Gone { oldest } => {
                            assert!(oldest > from, "gone at {from}, oldest {oldest}");
                            from = oldest;
                        }
                    }
                    for record in whole_records(&out) {
                        assert!(seed_of(&record) > last, "{} after {last}", seed_of(&record));
                        last = seed_of(&record);
                    }
                }
            });
        }
        let mut end = 0;
        for seed in (1..=RECORDS).step_by(4) {
            let run: Vec<u8> = (seed..seed + 4).flat_map(|seed| record(1 + seed % 13, seed)).collect();
            end += run.len() as u64;
            writer.push(&run, end);
        }
        done.store(true, Ordering::Release);
    });
}
