//! A disk that fails while the journal runs: a failed write or sync ends all writing, a full disk does not.

use super::{NOW, OpenResult, SIZES, group, numbered, open_with, options, write};
use crate::journal::{JournalError, Position};
use crate::testing::storage::{FailedCall, Fault, SimStorage};
use std::sync::Arc;

fn open(disk: &SimStorage) -> OpenResult {
    open_with(Arc::new(disk.clone()), &options())
}

#[test]
fn failed_sync_poisons_and_is_never_tried_again() {
    for reaches_disk in [false, true] {
        let disk = SimStorage::new(3);
        let (mut journal, ..) = open(&disk).expect("a new folder");
        write(&mut journal, 0..10, 5);
        disk.add_fault(Fault::Fail { call: FailedCall::SyncData, at: disk.calls().syncs, reaches_disk });
        journal.append(journal.end(), &group(10..15)).expect("append");
        let failed = journal.sync();
        assert!(matches!(failed, Err(JournalError::Io { .. })), "{failed:?}");
        let calls = disk.calls();
        let end = journal.end();
        for outcome in
            [journal.sync().map(|_| ()), journal.append(end, &group(15..16)).map(|_| ()), journal.maintain()]
        {
            assert!(matches!(outcome, Err(JournalError::Poisoned { .. })), "{outcome:?}");
        }
        assert!(journal.view().snapshot(Position::ZERO, NOW).is_err());
        assert_eq!(disk.calls(), calls, "a poisoned journal leaves the disk alone");
        assert!(journal.poisoned().is_some_and(|cause| cause.contains("cannot sync")));
        assert_eq!(journal.durable(), Position(group(0..10).len() as u64));
        let mut reader = journal.view().reader(Position::ZERO).expect("reading goes on");
        assert!(reader.next_group().expect("a group").is_some());
        drop((journal, reader));
        // The same disk, with what its cache believes: recovery must see what the disk really has.
        let (_, _, memory) = open(&disk).expect("it opens");
        assert_eq!(memory.records.len(), if reaches_disk { 15 } else { 10 }, "reaches disk: {reaches_disk}");
    }
}

#[test]
fn failed_write_poisons() {
    for reaches_disk in [false, true] {
        let disk = SimStorage::new(3);
        let (mut journal, ..) = open(&disk).expect("a new folder");
        write(&mut journal, 0..10, 5);
        // The first write of the next append is the witness, the second the frame.
        disk.add_fault(Fault::Fail { call: FailedCall::Write, at: disk.calls().writes + 1, reaches_disk });
        let end = journal.end();
        let failed = journal.append(end, &group(10..15));
        assert!(matches!(failed, Err(JournalError::Io { .. })), "{failed:?}");
        assert!(matches!(journal.sync(), Err(JournalError::Poisoned { .. })));
        drop(journal);
        let (_, _, memory) = open(&disk).expect("it opens");
        assert_eq!(memory.records.len(), if reaches_disk { 15 } else { 10 });
    }
}

#[test]
fn full_disk_is_told_in_time_and_writing_goes_on_when_space_returns() {
    let disk = SimStorage::new(4);
    let (mut journal, ..) = open(&disk).expect("a new folder");
    disk.set_budget(disk.used_bytes());
    let mut next = 0;
    while !journal.full() {
        assert!(next < 10_000, "the disk fills up");
        write(&mut journal, next..next + 5, 5);
        next += 5;
    }
    // Everything that was admitted before still has its place, to the last byte of the reserve.
    let mut left = SIZES.reserve_bytes;
    while left >= 4096 {
        journal.append(journal.end(), &group(next..next + 1)).expect("a place in the reserve");
        journal.sync().expect("sync");
        journal.maintain().expect("a full disk is no failure");
        next += 1;
        left -= 4096;
    }
    // More than the reserve is refused without harm.
    loop {
        match journal.append(journal.end(), &group(next..next + 1)) {
            Ok(_) => next += 1,
            Err(JournalError::Full { .. }) => break,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(journal.view().full() && journal.view().poisoned().is_none());
    assert!(matches!(
        journal.view().snapshot(journal.durable(), NOW).and_then(|mut snapshot| {
            snapshot.push_sealed(&numbered(1))?;
            snapshot.finish()
        }),
        Err(JournalError::Full { .. })
    ));
    disk.set_budget(u64::MAX);
    journal.maintain().expect("maintain");
    assert!(!journal.full(), "space has returned");
    write(&mut journal, next..next + 50, 5);
    journal.close().expect("close");
    let (_, _, memory) = open(&disk).expect("it opens");
    assert!(memory.numbers().into_iter().eq(0..next + 50));
}

#[test]
fn failed_snapshot_leaves_the_journal_alone() {
    let disk = SimStorage::new(5);
    let (mut journal, ..) = open(&disk).expect("a new folder");
    write(&mut journal, 0..10, 5);
    disk.add_fault(Fault::Fail { call: FailedCall::SyncData, at: disk.calls().syncs, reaches_disk: false });
    let mut snapshot = journal.view().snapshot(journal.durable(), NOW).expect("begun");
    snapshot.push_sealed(&numbered(0)).expect("push");
    let failed = snapshot.finish();
    assert!(matches!(failed, Err(JournalError::Io { .. })), "{failed:?}");
    assert_eq!(journal.view().snapshots(), []);
    assert!(disk.files().keys().all(|name| !name.ends_with(".tmp")), "{:?}", disk.files().keys());
    write(&mut journal, 10..20, 5);
}

#[test]
fn snapshot_that_the_disk_spoils_does_not_count() {
    let disk = SimStorage::new(5);
    let (mut journal, ..) = open(&disk).expect("a new folder");
    write(&mut journal, 0..10, 5);
    // Written to the wrong place, without an error: only reading back shows it.
    let mut snapshot = journal.view().snapshot(journal.durable(), NOW).expect("begun");
    disk.add_fault(Fault::Misdirect { at: disk.calls().writes, by: 4096 });
    snapshot.push_sealed(&numbered(0)).expect("push");
    let failed = snapshot.finish();
    assert!(matches!(failed, Err(JournalError::SnapshotDamaged { .. })), "{failed:?}");
    assert_eq!(journal.view().snapshots(), []);
}

#[test]
fn misdirected_frame_is_refused_not_cut() {
    for by in [-8192, -4096, 4096, 16_384] {
        let disk = SimStorage::new(6);
        let (mut journal, ..) = open(&disk).expect("a new folder");
        write(&mut journal, 0..25, 5);
        disk.add_fault(Fault::Misdirect { at: disk.calls().writes + 1, by });
        write(&mut journal, 25..30, 5);
        drop(journal);
        let error = open(&disk).map(|(_, opened, _)| opened).expect_err("an acknowledged frame is gone");
        assert!(matches!(error, JournalError::Misplaced { .. } | JournalError::Rot { .. }), "{by}: {error}");
    }
}

#[test]
fn short_reads_change_nothing() {
    let disk = SimStorage::new(7);
    disk.set_short_reads(true);
    let (mut journal, ..) = open(&disk).expect("a new folder");
    write(&mut journal, 0..200, 7);
    drop(journal);
    let (_, _, memory) = open(&disk).expect("it opens");
    assert!(memory.numbers().into_iter().eq(0..200));
}

#[test]
fn every_flipped_bit_of_what_was_durable_is_noticed() {
    let disk = SimStorage::new(8);
    let (mut journal, ..) = open(&disk).expect("a new folder");
    write(&mut journal, 0..60, 20);
    journal.close().expect("close");
    let files = disk.files();
    let name = "00000000000000000000.seg";
    let end = files[name].iter().rposition(|byte| *byte != 0).expect("frames");
    let mut refused = 0;
    // Every third byte, to keep the test short; heads, frame headers and records all have their share.
    for offset in (0..=end).step_by(3).filter(|offset| files[name][*offset] != 0) {
        let copy = SimStorage::from_files(9, files.clone());
        copy.flip_bit(name, offset);
        match open(&copy) {
            // Heads are repaired from what the frames say.
            Ok((_, _, memory)) => assert!(memory.numbers().into_iter().eq(0..60), "byte {offset}"),
            Err(JournalError::Rot { .. }) => refused += 1,
            Err(other) => panic!("byte {offset}: {other}"),
        }
    }
    assert!(refused > 700, "{refused}");
}
