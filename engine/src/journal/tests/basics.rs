//! What is appended comes back: over reopening, rotation, snapshots and retention; and readers see it meanwhile.

use super::{NOW, group, number_in, numbered, open, write};
use crate::journal::record::Records;
use crate::journal::{JournalError, JournalView, Position};
use crate::testing::storage::MemStorage;

fn read_from(view: &JournalView, from: Position) -> Vec<u64> {
    let mut reader = view.reader(from).expect("a reader");
    let mut numbers = Vec::new();
    while let Some(group) = reader.next_group().expect("a group") {
        let records = Records::new(group.bytes).map(|record| record.expect("a durable record"));
        numbers.extend(records.map(|(_, bytes, _)| number_in(bytes)));
    }
    numbers
}

#[test]
fn records_come_back_in_order_over_many_segments() {
    let disk = MemStorage::new();
    let (mut journal, opened, memory) = open(&disk).expect("a new folder");
    assert!(opened.created);
    assert_eq!(memory.numbers(), Vec::<u64>::new());
    write(&mut journal, 0..600, 7);
    let end = journal.close().expect("close");
    assert!(disk.files().len() > 5, "several segments: {:?}", disk.files().keys());

    let (journal, opened, memory) = open(&disk).expect("it opens");
    assert!(!opened.created);
    assert_eq!(opened.position, end);
    assert_eq!(opened.cut, None);
    assert_eq!(memory.numbers(), (0..600).collect::<Vec<_>>());
    assert_eq!(memory.records.last().map(|(at, _)| *at), Some(end));
    assert_eq!(read_from(&journal.view(), Position::ZERO), (0..600).collect::<Vec<_>>());
}

#[test]
fn reader_starts_at_any_record_and_at_no_other_place() {
    let disk = MemStorage::new();
    let (mut journal, ..) = open(&disk).expect("a new folder");
    write(&mut journal, 0..300, 20);
    let view = journal.view();
    let mut at = Position::ZERO;
    for number in 0..300 {
        assert_eq!(read_from(&view, at).first(), Some(&number), "at {at}");
        let inside = view.reader(at.plus(8));
        assert!(matches!(inside, Err(JournalError::NotABoundary { .. })), "inside the record at {at}");
        at = at.plus(numbered(number).len() as u64);
    }
    assert_eq!(read_from(&view, at), Vec::<u64>::new());
    assert!(matches!(view.reader(at.plus(8)), Err(JournalError::NotABoundary { .. })));
}

#[test]
fn reader_sees_nothing_before_it_is_durable() {
    let disk = MemStorage::new();
    let (mut journal, ..) = open(&disk).expect("a new folder");
    let mut reader = journal.view().reader(Position::ZERO).expect("a reader");
    journal.append(Position::ZERO, &group(0..5)).expect("append");
    assert!(reader.next_group().expect("no error").is_none());
    journal.sync().expect("sync");
    let seen = reader.next_group().expect("no error").expect("five records");
    assert_eq!((seen.start, seen.bytes), (Position::ZERO, &group(0..5)[..]));
    assert_eq!(reader.position(), journal.durable());
}

#[test]
fn snapshot_replaces_the_records_before_it_and_two_generations_are_kept() {
    let disk = MemStorage::new();
    let (mut journal, ..) = open(&disk).expect("a new folder");
    let view = journal.view();
    let mut positions = Vec::new();
    for round in 0..4_u64 {
        write(&mut journal, round * 200..(round + 1) * 200, 9);
        let mut snapshot = view.snapshot(journal.end(), NOW).expect("a snapshot");
        for number in 0..(round + 1) * 200 {
            snapshot.push_sealed(&numbered(number)).expect("push");
        }
        positions.push(snapshot.finish().expect("finish").position);
        let retired = view.retire().expect("retire");
        assert_eq!(retired.snapshots, u32::from(round >= 2), "round {round}");
        assert_eq!(retired.segments > 0, round >= 2, "round {round}");
    }
    assert_eq!(view.snapshots(), positions[2..]);
    let old = view.reader(Position::ZERO);
    assert!(matches!(old, Err(JournalError::NotRetained { oldest, .. }) if oldest == view.oldest()));
    assert!(view.oldest() > Position::ZERO && view.oldest() <= positions[2]);
    write(&mut journal, 800..850, 9);
    drop((journal, view));

    let (_, opened, memory) = open(&disk).expect("it opens");
    assert_eq!(opened.snapshot.map(|info| info.position), Some(positions[3]));
    assert_eq!(memory.snapshot.len(), 800);
    assert_eq!(memory.numbers(), (0..850).collect::<Vec<_>>());
}

#[test]
fn damaged_newest_snapshot_gives_way_to_the_one_before() {
    let disk = MemStorage::new();
    let (mut journal, ..) = open(&disk).expect("a new folder");
    for round in 0..3_u64 {
        write(&mut journal, round * 100..(round + 1) * 100, 9);
        let mut snapshot = journal.view().snapshot(journal.end(), NOW).expect("a snapshot");
        (0..(round + 1) * 100).for_each(|number| snapshot.push_sealed(&numbered(number)).expect("push"));
        snapshot.finish().expect("finish");
        journal.view().retire().expect("retire");
    }
    let newest = journal.view().snapshots()[1];
    journal.close().expect("close");
    disk.edit(&format!("{:020}.snap", newest.0), |bytes| bytes[4_200] ^= 1);
    let (_, opened, memory) = open(&disk).expect("it opens");
    assert_eq!(memory.snapshot.len(), 200);
    assert_eq!(memory.numbers(), (0..300).collect::<Vec<_>>());
    assert!(opened.notes.iter().any(|note| note.contains("is damaged")), "{:?}", opened.notes);
}
