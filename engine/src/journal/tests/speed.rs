//! Figures, not claims: run with `cargo test --release -p tacos-engine --lib journal::tests::speed -- --ignored --nocapture`.

use super::{JournalOptions, NOW, open_with, options};
use crate::journal::{
    FileStorage, Journal, NotTaken, Piece, Position, Replay, Sizes, record, sealed_records,
};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

const RECORDS: u32 = 1_000_000;
/// With its header, 128 bytes.
const PAYLOAD: [u8; 104] = [0x5A; 104];

#[derive(Default)]
struct Counter(u32);

impl Replay for Counter {
    fn piece(&mut self, _: Piece) -> Result<(), NotTaken> {
        Ok(())
    }
    fn snapshot_ended(&mut self, _: Position, _: u64) -> Result<(), NotTaken> {
        Ok(())
    }

    fn run(&mut self, start: Position, records: &[u8]) -> Result<(), NotTaken> {
        for item in sealed_records(start, records) {
            black_box(item?);
            self.0 += 1;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), NotTaken> {
        Ok(())
    }

    fn taken(&self) -> u64 {
        u64::from(self.0)
    }
}

#[test]
#[ignore = "a measurement"]
fn replay_seal_and_sync() {
    let folder = tempfile::tempdir_in(".").expect("a folder");
    let sizes = Sizes { segment_bytes: 64 << 20, reserve_bytes: 4 << 20 };
    let options = JournalOptions { sizes, ..options() };
    let storage = || Arc::new(FileStorage::open(folder.path()).expect("a folder"));
    let (mut journal, ..) = open_with(storage(), &options).expect("a new folder");
    let mut warm = Vec::with_capacity(256);
    let start = Instant::now();
    for _ in 0..RECORDS {
        warm.clear();
        record::push(&mut warm, 1, 1, NOW, black_box(&PAYLOAD));
        black_box(&warm);
    }
    println!("build and seal: {} ns a record", start.elapsed().as_nanos() / u128::from(RECORDS));
    let group = warm.repeat(RECORDS as usize);
    let start = Instant::now();
    for piece in group.chunks(1 << 20) {
        journal.append(journal.end(), piece).expect("append");
        journal.sync().expect("sync");
        journal.maintain().expect("maintain");
    }
    println!("append and sync, 1 MiB groups: {:?} for {RECORDS} records", start.elapsed());
    let (syncs, start) = (50, Instant::now());
    for _ in 0..syncs {
        journal.append(journal.end(), &group[..128]).expect("append");
        journal.sync().expect("sync");
    }
    println!("one record per sync: {:?} each", start.elapsed() / syncs);
    journal.close().expect("close");
    for round in 0..3 {
        let mut counter = Counter::default();
        let start = Instant::now();
        Journal::create_or_open(storage(), &options, &mut counter, &mut |_| {}).expect("it opens");
        let seconds = start.elapsed().as_secs_f64();
        assert_eq!(counter.0, RECORDS + syncs);
        println!("open {round}: {seconds:.3} s, {:.2} M records/s", f64::from(RECORDS) / seconds / 1e6);
    }
}
