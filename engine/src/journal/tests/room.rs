//! Room on disk: reserved ahead, and written to once before small frames need it.

use super::{NOW, Sizes, group, open_with, options, write};
use crate::journal::layout::BLOCK;
use crate::journal::record;
use crate::journal::segment::segment_name;
use crate::journal::storage::Access;
use crate::journal::{FileStorage, JournalOptions, Storage};
use std::sync::Arc;

#[test]
fn small_frames_meet_blocks_that_were_written_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let storage = Arc::new(FileStorage::create_or_open(folder.path()).expect("a folder"));
    let sizes = Sizes { segment_bytes: 4 << 20, reserve_bytes: 1 << 20 };
    let options = JournalOptions { sizes, ..options() };
    let (mut journal, ..) = open_with(Arc::clone(&storage) as Arc<dyn Storage>, &options).expect("new");
    write(&mut journal, 0..1, 1);
    let touched = journal.touched;
    assert!(touched >= journal.used + 10 * BLOCK, "{touched} after {}", journal.used);
    let file = storage.open(&segment_name(0), Access::Read).expect("a segment");
    let last = touched - BLOCK;
    assert_eq!(file.zeros_until(last).expect("told"), last, "nothing was written there yet");
    write(&mut journal, 1..10, 1);
    assert_eq!(journal.touched, touched, "written to once, for all of them");

    // A long frame brings nothing along.
    let mut long = Vec::new();
    record::push(&mut long, 3, 1, NOW, &vec![7; 300 << 10]);
    journal.append(journal.end(), &long).expect("append");
    assert_eq!(journal.touched, journal.used);
    // Nor does a small one in whose sync others are as well.
    journal.append(journal.end(), &group(10..11)).expect("append");
    assert_eq!(journal.touched, journal.used);
    let end = journal.close().expect("closed");
    drop(file);
    let (_, opened, memory) = open_with(storage, &options).expect("opens");
    assert_eq!((opened.position, opened.cut, memory.records.len()), (end, None, 12));
}
