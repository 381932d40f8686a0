//! A reader, a snapshot follower with retention, and a backup work beside the writer without disturbing it or each other.

use super::{NOW, group, number_in, numbered, open, write};
use crate::journal::record::Records;
use crate::journal::{JournalError, JournalView, Position};
use crate::sync::Pause;
use crate::testing::storage::MemStorage;
use std::sync::atomic::{AtomicU64, Ordering};

const RECORDS: u64 = 3_000;

/// Follows the journal to its end, from wherever it can; returns how many records it saw in its last unbroken run.
fn follow(view: &JournalView, end: Position) -> u64 {
    let mut reader = view.reader(Position::ZERO).expect("nothing is retired yet");
    let mut next: Option<u64> = Some(0);
    let mut seen = 0;
    let mut pause = Pause::new();
    while reader.position() < end {
        match reader.next_group() {
            Ok(Some(group)) => {
                for record in Records::new(group.bytes) {
                    let (_, bytes, _) = record.expect("durable records are whole");
                    let number = number_in(bytes);
                    assert!(next.is_none_or(|next| next == number), "{next:?} and {number}");
                    next = Some(number + 1);
                    seen += 1;
                }
                pause = Pause::new();
            }
            Ok(None) => pause.wait(),
            // Overtaken by retention: begin again at the oldest position, as a slow reader would after a snapshot.
            Err(JournalError::NotRetained { .. }) => {
                (next, seen) = (None, 0);
                if let Ok(again) = view.reader(view.oldest()) {
                    reader = again;
                }
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(next, Some(RECORDS));
    seen
}

/// Takes a snapshot and retires, again and again, until the end is reached; returns how many.
fn snapshots(view: &JournalView, written: &AtomicU64) -> u32 {
    let mut taken = 0;
    let mut pause = Pause::new();
    loop {
        // Acquire: pairs with the writer's Release after its sync; these records are durable.
        let count = written.load(Ordering::Acquire);
        let position = Position(group(0..count).len() as u64);
        let mut snapshot = view.snapshot(position, NOW).expect("begun");
        for number in 0..count {
            snapshot.push_sealed(&numbered(number)).expect("push");
        }
        snapshot.finish().expect("finish");
        view.retire().expect("retire");
        taken += 1;
        if count == RECORDS {
            return taken;
        }
        pause.wait();
    }
}

#[test]
fn readers_snapshots_and_backups_beside_the_writer() {
    let disk = MemStorage::new();
    let (mut journal, ..) = open(&disk).expect("a new folder");
    let view = journal.view();
    let written = AtomicU64::new(0);
    let end = Position(group(0..RECORDS).len() as u64);
    crate::testing::watched_scope(|scope| {
        let reader = scope.spawn(|| follow(&view, end));
        let follower = scope.spawn(|| snapshots(&view, &written));
        let copies = scope.spawn(|| {
            while view.durable() < end {
                let copy = MemStorage::new();
                let report = view.backup(&copy, &mut |_| {}).expect("a copy");
                let (_, opened, memory) = open(&copy).expect("the copy opens");
                assert_eq!(opened.position, report.end);
                assert!(memory.numbers().into_iter().eq(0..memory.numbers().len() as u64));
            }
        });
        for from in (0..RECORDS).step_by(10) {
            write(&mut journal, from..from + 10, 10);
            // Release: pairs with the Acquire in snapshots().
            written.store(from + 10, Ordering::Release);
        }
        assert!(reader.join().expect("the reader") > 0);
        assert!(follower.join().expect("the follower") > 0);
        copies.join().expect("the copies");
    });
    drop((journal, view));
    let (_, opened, memory) = open(&disk).expect("it opens");
    assert_eq!((opened.position, opened.cut), (end, None));
    assert!(memory.numbers().into_iter().eq(0..RECORDS));
}
