//! A backup opens as a journal, holds everything durable, and can be taken beside the writer; verify, dump and stat tell
//! the truth and change nothing.

use super::{NOW, group, number_in, numbered, open, write};
use crate::journal::record::{self, Records};
use crate::journal::{JournalError, Position, backup, dump, stat, verify};
use crate::testing::storage::MemStorage;
use std::ops::ControlFlow;

/// Five hundred records, with snapshots and retention at 200 and 400 if asked for.
fn written(snapshots: bool) -> MemStorage {
    let disk = MemStorage::new();
    let (mut journal, ..) = open(&disk).expect("a new folder");
    for (from, to) in [(0, 200), (200, 400), (400, 500)] {
        write(&mut journal, from..to, 5);
        if snapshots && to < 500 {
            let mut snapshot = journal.view().snapshot(journal.durable(), NOW).expect("begun");
            (0..to).for_each(|number| snapshot.push_sealed(&numbered(number)).expect("push"));
            snapshot.finish().expect("finish");
            journal.view().retire().expect("retire");
        }
    }
    journal.close().expect("close");
    disk
}

#[test]
fn backup_of_a_closed_folder_opens() {
    for snapshots in [false, true] {
        let disk = written(snapshots);
        let before = disk.files();
        let copy = MemStorage::new();
        let mut last = None;
        let report = backup(&disk, &copy, &mut |progress| last = Some(progress)).expect("a copy");
        assert_eq!(disk.files(), before);
        let last = last.expect("progress");
        assert_eq!(last.bytes_done, last.bytes_total);
        assert_eq!(report.end, Position(group(0..500).len() as u64));
        let (mut journal, opened, memory) = open(&copy).expect("the copy opens");
        assert_eq!((opened.cut, opened.position), (None, report.end));
        assert!(memory.numbers().into_iter().eq(0..500));
        write(&mut journal, 500..700, 5);
        drop(journal);
        assert!(open(&copy).expect("it opens again").2.numbers().into_iter().eq(0..700));
    }
}

#[test]
fn backup_beside_the_writer_holds_what_was_durable() {
    for count in [0, 1, 7, 90, 333] {
        let disk = MemStorage::new();
        let (mut journal, ..) = open(&disk).expect("a new folder");
        write(&mut journal, 0..count, 3);
        journal.append(journal.end(), &group(count..count + 4)).expect("not synced");
        let copy = MemStorage::new();
        let report = journal.view().backup(&copy, &mut |_| {}).expect("a copy");
        assert_eq!(report.end, journal.durable());
        write(&mut journal, count + 4..count + 200, 3);
        assert!(open(&copy).expect("the copy opens").2.numbers().into_iter().eq(0..count));
    }
}

#[test]
fn backup_goes_only_into_an_empty_folder_and_only_from_good_bytes() {
    let disk = written(false);
    let full = MemStorage::with_files([("notes.txt".to_owned(), Vec::new())]);
    assert!(matches!(backup(&disk, &full, &mut |_| {}), Err(JournalError::NotEmpty { .. })));
    assert!(matches!(backup(&disk, &written(false), &mut |_| {}), Err(JournalError::NotEmpty { .. })));
    let (journal, ..) = open(&disk).expect("it opens");
    assert!(matches!(backup(&disk, &MemStorage::new(), &mut |_| {}), Err(JournalError::Locked { .. })));
    disk.edit("00000000000000000001.seg", |bytes| bytes[32_768 + 4096 + 200] ^= 1);
    let copy = MemStorage::new();
    assert!(matches!(journal.view().backup(&copy, &mut |_| {}), Err(JournalError::Rot { .. })));
    drop(journal);
    assert!(matches!(open(&copy), Err(JournalError::NotAJournal { .. })), "half a copy is no journal");
}

#[test]
fn verify_reads_everything_and_changes_nothing() {
    let disk = written(true);
    let before = disk.files();
    let report = verify(&disk, &mut |_| {}).expect("intact");
    assert_eq!(report.snapshots.len(), 2);
    assert_eq!(report.end, Position(group(0..500).len() as u64));
    assert_eq!((report.durable, &report.torn, report.notes.len()), (report.end, &None, 0));
    assert!(report.records >= 300 && report.oldest <= report.snapshots[0].position, "{report:?}");
    assert_eq!(disk.files(), before);
    // Damage in a part that an opening would not even read.
    let oldest = disk.files().into_keys().find(|name| name.ends_with(".seg")).expect("segments");
    disk.edit(&oldest, |bytes| bytes[32_768 + 4096 + 200] ^= 1);
    assert!(matches!(verify(&disk, &mut |_| {}), Err(JournalError::Rot { .. })));
    open(&disk).expect("the snapshot is newer than the damage");
    assert!(matches!(verify(&MemStorage::new(), &mut |_| {}), Err(JournalError::NotAJournal { .. })));
}

#[test]
fn verify_tells_of_a_torn_tail() {
    let disk = MemStorage::new();
    let (mut journal, ..) = open(&disk).expect("a new folder");
    write(&mut journal, 0..20, 5);
    drop(journal);
    let end = 32_768 + 4 * 4096;
    disk.edit("00000000000000000000.seg", |bytes| bytes[end..end + 300].fill(0xEE));
    let report = verify(&disk, &mut |_| {}).expect("nothing durable is damaged");
    assert_eq!(report.torn.map(|cut| (cut.offset, cut.bytes)), Some((end as u64, 300)));
}

#[test]
fn dump_lists_from_any_record_and_stops_when_told() {
    let disk = written(false);
    let mut seen = Vec::new();
    let from = Position(group(0..123).len() as u64);
    dump(&disk, from, &mut |listed| {
        assert_eq!(listed.start, Position(group(0..123 + seen.len() as u64).len() as u64));
        let mut bytes = Vec::new();
        record::push(
            &mut bytes,
            listed.record.kind,
            listed.record.version,
            listed.record.time,
            listed.record.payload,
        );
        seen.push(number_in(&bytes));
        if seen.len() == 50 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .expect("a listing");
    assert!(seen.into_iter().eq(123..173));
    let retained = written(true);
    let gone = dump(&retained, Position::ZERO, &mut |_| ControlFlow::Continue(()));
    assert!(matches!(gone, Err(JournalError::NotRetained { .. })), "{gone:?}");
}

#[test]
fn stat_tells_files_and_positions() {
    let disk = written(true);
    let stat = stat(&disk).expect("a journal");
    assert_eq!((stat.spares, stat.snapshots.len()), (1, 2));
    assert_eq!(stat.durable, Position(group(0..500).len() as u64));
    assert!(stat.segments.is_sorted_by_key(|(_, first, _)| *first) && stat.segments.len() >= 3, "{stat:?}");
    assert_eq!(Records::new(&group(0..3)).count(), 3);
}
