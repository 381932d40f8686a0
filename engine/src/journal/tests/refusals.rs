//! Folders that must not be opened, each with its own words; and what a good opening tells on the way.

use super::{Memory, NOW, consenting, numbered, open, open_with, options, write};
use crate::journal::layout::{BLOCK_BYTES, seal_block};
use crate::journal::segment::{SegmentHeader, segment_name};
use crate::journal::{
    ApplyError, EngineId, FORMAT_VERSION, FileStorage, Identity, Journal, JournalError, JournalOptions,
    LockKind, NotTaken, Piece, Position, Progress, Replay, Storage, sealed_records,
};
use crate::testing::storage::MemStorage;
use std::sync::Arc;

fn written() -> MemStorage {
    let disk = MemStorage::new();
    let (mut journal, ..) = open(&disk).expect("a new folder");
    write(&mut journal, 0..100, 5);
    journal.close().expect("close");
    disk
}

fn refusal(disk: &MemStorage) -> JournalError {
    let before = disk.files();
    let error = open(disk).map(|(_, opened, _)| opened).expect_err("refused");
    assert_eq!(before, disk.files(), "a refused folder is untouched");
    error
}

#[test]
fn locked_folder_names_itself() {
    let disk = written();
    let (journal, ..) = open(&disk).expect("it opens");
    let error = refusal(&disk);
    assert!(matches!(&error, JournalError::Locked { folder } if folder == "memory"), "{error}");
    let view = journal.view();
    drop(journal);
    assert!(matches!(refusal(&disk), JournalError::Locked { .. }), "a view holds the lock too");
    drop(view);
    open(&disk).expect("the lock is given back");
}

#[test]
fn real_folder_is_locked_against_a_second_opening() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("data");
    let storage = || Arc::new(FileStorage::create_or_open(&path).expect("a folder")) as Arc<dyn Storage>;
    let (mut journal, ..) = open_with(storage(), &options()).expect("a new folder");
    write(&mut journal, 0..300, 7);
    let error = open_with(storage(), &options()).map(|(_, opened, _)| opened).expect_err("locked");
    assert!(
        matches!(&error, JournalError::Locked { folder } if *folder == path.display().to_string()),
        "{error}"
    );
    assert!(storage().lock(LockKind::Shared).is_err());
    journal.close().expect("close");
    let (_, opened, memory) = open_with(storage(), &options()).expect("it opens");
    assert!(memory.numbers().into_iter().eq(0..300));
    assert_eq!(opened.identity, options().identity);
}

#[test]
fn newer_format_is_named_in_every_file() {
    let newer = FORMAT_VERSION + 1;
    for name in ["meta", &segment_name(0)] {
        let disk = written();
        disk.edit(name, |bytes| {
            let magic = *bytes.first_chunk::<8>().expect("a magic");
            for block in bytes.chunks_exact_mut(BLOCK_BYTES).take(if name == "meta" { 2 } else { 1 }) {
                seal_block(block, magic, newer);
            }
        });
        let error = refusal(&disk);
        assert!(
            matches!(&error, JournalError::NewerFormat { file, found, .. } if file == name && *found == newer),
            "{name}: {error}"
        );
    }
}

#[test]
fn foreign_segment_is_refused() {
    let disk = written();
    let other = MemStorage::new();
    let identity = Identity { engine: EngineId([8; 16]), ..options().identity };
    let (mut journal, ..) =
        open_with(Arc::new(other.clone()), &JournalOptions { identity, ..options() }).expect("a new folder");
    write(&mut journal, 0..100, 5);
    drop(journal);
    let foreign = other.files()[&segment_name(0)].clone();
    disk.edit(&segment_name(0), |bytes| *bytes = foreign);
    let error = refusal(&disk);
    assert!(matches!(error, JournalError::Foreign { found, .. } if found == identity.engine), "{error}");
}

#[test]
fn segment_under_another_name_is_misplaced() {
    let disk = written();
    let one = disk.files()[&segment_name(0)].clone();
    let header = SegmentHeader::decode(&one[..BLOCK_BYTES]).expect("a header");
    assert_eq!(header.first, Position::ZERO);
    disk.edit(&segment_name(1), |bytes| *bytes = one);
    let error = refusal(&disk);
    assert!(matches!(&error, JournalError::Misplaced { file, .. } if *file == segment_name(1)), "{error}");
}

#[test]
fn meta_with_one_bad_copy_is_repaired_with_two_refused() {
    for copy in [0, BLOCK_BYTES] {
        let disk = written();
        let before = disk.files()["meta"].clone();
        disk.edit("meta", |bytes| bytes[copy + 70] ^= 1);
        let (_, opened, _) = open(&disk).expect("one copy is enough");
        assert!(opened.notes.iter().any(|note| note.contains("meta")), "{:?}", opened.notes);
        assert_eq!(disk.files()["meta"], before);
    }
    let disk = written();
    disk.edit("meta", |bytes| {
        bytes[70] ^= 1;
        bytes[BLOCK_BYTES + 71] ^= 1;
    });
    assert!(matches!(refusal(&disk), JournalError::MetaDamaged { .. }));
}

#[test]
fn folder_of_something_else_is_not_touched() {
    let disk = MemStorage::with_files([("holiday.jpg".to_owned(), vec![1, 2, 3])]);
    let error = refusal(&disk);
    assert!(error.to_string().contains("holiday.jpg"), "{error}");
    let disk = written();
    disk.remove("meta").expect("there is one");
    let error = refusal(&disk);
    assert!(matches!(&error, JournalError::NotAJournal { found, .. } if found.contains("meta")), "{error}");
}

#[test]
fn all_segments_gone_is_a_hole() {
    let disk = written();
    for name in disk.list().expect("names").into_iter().filter(|name| name.ends_with(".seg")) {
        disk.remove(&name).expect("there is one");
    }
    assert!(matches!(refusal(&disk), JournalError::Hole { .. }));
}

#[test]
fn record_that_cannot_be_applied_stops_the_opening() {
    struct Picky(u32);
    impl Replay for Picky {
        fn piece(&mut self, _: Piece) -> Result<(), NotTaken> {
            Ok(())
        }
        fn snapshot_ended(&mut self, _: Position, _: u64) -> Result<(), NotTaken> {
            Ok(())
        }
        fn run(&mut self, start: Position, records: &[u8]) -> Result<(), NotTaken> {
            for item in sealed_records(start, records) {
                let (at, _) = item?;
                self.0 += 1;
                if self.0 == 4 {
                    return Err(NotTaken::Refused { at, error: ApplyError::new("no such seat") });
                }
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
    let disk = written();
    let end = (0..4).map(|number| numbered(number).len() as u64).sum();
    let opened = Journal::create_or_open(Arc::new(disk), &options(), &mut Picky(0), &mut |_| {});
    let error = opened.map(|(_, opened)| opened).expect_err("refused");
    assert!(matches!(&error, JournalError::Apply { at, .. } if *at == Position(end)), "{error}");
    assert!(error.to_string().contains("no such seat"));
}

#[test]
fn progress_is_reported_and_reaches_the_total() {
    let disk = written();
    let mut seen: Vec<Progress> = Vec::new();
    let mut memory = Memory::default();
    Journal::create_or_open(Arc::new(disk), &options(), &mut memory, &mut |progress| seen.push(progress))
        .expect("it opens");
    assert!(seen.len() >= 20, "{}", seen.len());
    assert!(seen.is_sorted_by_key(|progress| progress.bytes_done));
    assert!(seen.iter().all(|progress| progress.bytes_done <= progress.bytes_total));
    let last = seen.last().expect("some");
    assert_eq!((last.bytes_done, last.records), (last.bytes_total, 100));
}

#[test]
#[should_panic(expected = "the group is for position 8, the journal ends at position 0")]
fn wrong_position_is_a_bug() {
    let (mut journal, ..) = open(&MemStorage::new()).expect("a new folder");
    let _ = journal.append(Position(8), &numbered(0));
}

#[test]
#[should_panic(expected = "is made of records")]
fn group_that_is_no_records_is_a_bug() {
    let (mut journal, ..) = open(&MemStorage::new()).expect("a new folder");
    let _ = journal.append(Position::ZERO, &[1; 64]);
}

#[test]
fn identity_is_random_and_hides_its_key() {
    let one = Identity::random(NOW).expect("randomness");
    let two = Identity::random(NOW).expect("randomness");
    assert!(one.engine != two.engine && one.secret_key != two.secret_key);
    assert!(!format!("{one:?}").contains("secret"), "{one:?}");
}

#[test]
fn first_segment_cut_within_its_head_is_no_empty_journal() {
    for length in [0, 100, 993, 8_192] {
        let disk = MemStorage::new();
        let (mut journal, ..) = open(&disk).expect("a new folder");
        write(&mut journal, 0..3, 1);
        journal.close().expect("close");
        disk.edit(&segment_name(0), |bytes| bytes.truncate(length));
        let error = refusal(&disk);
        assert!(matches!(&error, JournalError::Rot { .. } | JournalError::Hole { .. }), "{length}: {error}");
        // What the error offers works: with consent it goes on from nothing, and stays good.
        let opened = open_with(Arc::new(disk.clone()), &consenting());
        let (mut journal, opened, memory) = opened.expect("it opens with consent");
        assert!(opened.cut.is_some_and(|cut| cut.durable_lost) && memory.numbers().is_empty(), "{length}");
        write(&mut journal, 0..3, 1);
        journal.close().expect("close");
        let (_, _, memory) = open(&disk).expect("it opens without");
        assert_eq!(memory.numbers().len(), 3, "{length}");
    }
}
