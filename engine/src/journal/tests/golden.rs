//! Folders of every format version, kept in the repository: they must still open, and the present version must write the
//! same bytes for the same work. To make new ones after a deliberate change of format, run this test with the environment
//! variable `WRITE_GOLDEN` set to the version's name.

use super::{JournalOptions, NOW, SIZES, group, numbered, open_with, options, write};
use crate::journal::snapshot::opened;
use crate::journal::{FileStorage, Sizes, verify};
use crate::testing::storage::MemStorage;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// The version of today. A change here must come with a new folder, and the old ones stay.
const PRESENT: &str = "v2";
/// All that must be read.
const ALL: &[&str] = &["v1", PRESENT];

fn golden_path(version: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "golden", version].iter().collect()
}

fn golden_options() -> JournalOptions {
    let sizes = Sizes { segment_bytes: 64 << 10, reserve_bytes: 16 << 10 };
    assert_ne!(sizes, SIZES);
    JournalOptions { sizes, ..options() }
}

/// A folder with two snapshots, four segments in use or waiting, frames of one and of several blocks.
fn work() -> MemStorage {
    let disk = MemStorage::new();
    let (mut journal, ..) = open_with(Arc::new(disk.clone()), &golden_options()).expect("a new folder");
    write(&mut journal, 0..60, 20);
    for until in [60, 90] {
        if until == 90 {
            write(&mut journal, 60..90, 10);
        }
        let mut snapshot = journal.view().snapshot(journal.durable(), NOW).expect("begun");
        (0..until).step_by(30).for_each(|number| snapshot.push_sealed(&numbered(number)).expect("push"));
        snapshot.finish().expect("finish");
    }
    journal.append(journal.end(), &group(90..160)).expect("append");
    journal.append(journal.end(), &group(160..161)).expect("append");
    journal.close().expect("close");
    disk
}

/// The files of a golden folder. Zeros at the end of segments are not kept in the repository.
fn stored(version: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(golden_path(version)).expect("the golden folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("a name of ours");
        let mut bytes = std::fs::read(entry.path()).expect("readable");
        if name.ends_with(".seg") {
            bytes.resize(64 << 10, 0);
        }
        files.insert(name, bytes);
    }
    files
}

#[test]
fn golden_folder_of_every_version_still_opens() {
    for version in ALL.iter().copied() {
        let disk = MemStorage::with_files(stored(version));
        let report = verify(&disk, &mut |_| {}).expect(version);
        assert_eq!((report.records, report.frames, report.snapshots.len()), (161, 8, 2), "{version}");
        let (_, opened, memory) = open_with(Arc::new(disk), &golden_options()).expect(version);
        assert_eq!((opened.cut, opened.notes.len()), (None, 0), "{version}");
        assert_eq!(opened.identity, options().identity, "{version}");
        assert_eq!(memory.numbers(), [0, 30, 60].into_iter().chain(90..161).collect::<Vec<_>>(), "{version}");
    }
}

#[test]
fn golden_bytes_are_written_again() {
    let files = work().files();
    if std::env::var("WRITE_GOLDEN").is_ok_and(|version| version == PRESENT) {
        let path = golden_path(PRESENT);
        std::fs::create_dir_all(&path).expect("a folder");
        for (name, bytes) in &files {
            let kept = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            let kept = if name.ends_with(".seg") { kept } else { bytes.len() };
            std::fs::write(path.join(name), &bytes[..kept]).expect("written");
        }
    }
    let stored = stored(PRESENT);
    assert_eq!(files.keys().collect::<Vec<_>>(), stored.keys().collect::<Vec<_>>());
    for (name, bytes) in files {
        let kept = &stored[&name];
        // What is compressed may be other bytes with another version of the library.
        let (bytes, kept) =
            if name.ends_with(".snap") { (opened(&bytes), opened(kept)) } else { (bytes, kept.clone()) };
        let differs = bytes.iter().zip(&kept).position(|(one, two)| one != two);
        assert_eq!((differs, bytes.len()), (None, kept.len()), "{name} differs at this offset");
    }
}

#[test]
fn golden_folder_opens_from_real_files() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in stored(PRESENT) {
        std::fs::write(folder.path().join(name), bytes).expect("written");
    }
    let storage = FileStorage::open(folder.path()).expect("a folder");
    let (mut journal, _, memory) = open_with(Arc::new(storage), &golden_options()).expect("it opens");
    assert_eq!(memory.numbers().last(), Some(&160));
    write(&mut journal, 161..200, 4);
}
