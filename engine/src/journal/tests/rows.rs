//! The recovery table: each row is a test that is named as the row.

use super::{consenting, group, open, open_with, write};
use crate::journal::frame::FrameHeader;
use crate::journal::layout::BLOCK_BYTES;
use crate::journal::segment::{SEGMENT_HEAD_BYTES, segment_name, slot_offset};
use crate::journal::{Cut, Journal, JournalError, Opened, Position};
use crate::testing::storage::MemStorage;
use std::sync::Arc;

const PAGE: usize = BLOCK_BYTES;
const HEAD: usize = 8 * PAGE;
/// Records in a frame: so many that it takes several sectors and still one block.
const PER: u64 = 25;

/// A folder whose first segment has `frames` frames of one block each, [`PER`] records in a frame; closed if `closed`,
/// else left as by a crash right after the last sync, so that the last frame has no witness.
fn folder(frames: u64, closed: bool) -> MemStorage {
    let disk = MemStorage::new();
    let (mut journal, ..) = open(&disk).expect("a new folder");
    write(&mut journal, 0..frames * PER, PER);
    if closed {
        journal.close().expect("close");
    }
    disk
}

fn frame_at(index: u64) -> usize {
    HEAD + usize::try_from(index).expect("small") * PAGE
}

/// Opens and must be refused; the disk must be untouched.
fn refusal(disk: &MemStorage) -> JournalError {
    let before = disk.files();
    let error = match open(disk) {
        Ok((_, opened, _)) => panic!("opened: {opened:?}"),
        Err(error) => error,
    };
    let mut after = disk.files();
    after.remove("lock");
    assert_eq!(before, after, "a refused folder is untouched");
    error
}

fn accept(disk: &MemStorage, numbers: u64) -> (Journal, Opened) {
    let (journal, opened, memory) = open(disk).expect("accepted");
    assert_eq!(memory.numbers(), (0..numbers).collect::<Vec<_>>());
    (journal, opened)
}

#[test]
fn body_good_chain_good_accept_and_repair_the_ring() {
    let disk = folder(4, true);
    let slot = usize::try_from(slot_offset(3)).expect("small");
    disk.edit(&segment_name(0), |bytes| bytes[slot..slot + PAGE].fill(0xA5));
    let (_, opened) = accept(&disk, 4 * PER);
    assert_eq!(opened.cut, None);
    let bytes = &disk.files()[&segment_name(0)];
    let (witness, _) = FrameHeader::decode(&bytes[slot..]).expect("the witness is back");
    assert_eq!((witness.number, witness.end), (3, opened.position));
}

#[test]
fn body_bad_witness_none_last_torn_cut_and_said() {
    // Every shorter prefix of the last frame, sector by sector, and a damaged byte in it.
    let whole = folder(4, false).files();
    for kept in (0..PAGE).step_by(512) {
        let disk = MemStorage::with_files(whole.clone());
        disk.edit(&segment_name(0), |bytes| bytes[frame_at(3) + kept..frame_at(4)].fill(0));
        if group(3 * PER..4 * PER).len() + 160 <= kept {
            accept(&disk, 4 * PER);
            continue;
        }
        let (journal, opened) = accept(&disk, 3 * PER);
        let from = Position(group(0..3 * PER).len() as u64);
        if kept == 0 {
            assert_eq!(opened.cut, None, "nothing is there to cut");
        } else {
            let Cut { file, offset, bytes, from: cut_from, to, durable_lost } = opened.cut.expect("a cut");
            assert_eq!((file, offset), (segment_name(0), frame_at(3) as u64));
            assert!(bytes > 0 && bytes <= kept as u64, "{bytes} of {kept}");
            assert_eq!((cut_from, durable_lost), (from, false));
            assert_eq!(to, Some(from.plus(group(3 * PER..4 * PER).len() as u64)), "its header can be read");
        }
        drop(journal);
        let bytes = &disk.files()[&segment_name(0)];
        assert!(bytes[frame_at(3)..].iter().all(|byte| *byte == 0), "nothing of the torn frame is left");
        let (mut journal, opened) = accept(&disk, 3 * PER);
        assert_eq!(opened.cut, None, "a cut is cut once");
        write(&mut journal, 3 * PER..3 * PER + 40, 40);
        drop(journal);
        accept(&disk, 3 * PER + 40);
    }
}

#[test]
fn body_bad_witness_present_rot_refuse() {
    let whole = folder(4, true).files();
    for offset in [0, 8, 50, 100, 159, 160, 300] {
        let disk = MemStorage::with_files(whole.clone());
        disk.edit(&segment_name(0), |bytes| bytes[frame_at(3) + offset] ^= 0x10);
        match refusal(&disk) {
            JournalError::Rot { file, offset: at, intact, durable, .. } => {
                assert_eq!((file, at), (segment_name(0), frame_at(3) as u64));
                assert_eq!(intact, Position(group(0..3 * PER).len() as u64));
                assert_eq!(durable, Position(group(0..4 * PER).len() as u64));
            }
            other => panic!("byte {offset}: {other}"),
        }
    }
    let disk = MemStorage::with_files(whole);
    disk.edit(&segment_name(0), |bytes| bytes[frame_at(3)..].fill(0));
    let error = refusal(&disk).to_string();
    assert!(error.contains("zeros where a frame should be") && error.contains("restore a backup"), "{error}");
}

#[test]
fn body_bad_good_frames_follow_rot_refuse() {
    let whole = folder(6, false).files();
    for index in 0..5 {
        let disk = MemStorage::with_files(whole.clone());
        // Without any witness: the frames behind it are proof enough.
        disk.edit(&segment_name(0), |bytes| {
            bytes[PAGE..HEAD].fill(0);
            bytes[frame_at(index) + 200] ^= 1;
        });
        let error = refusal(&disk);
        assert!(
            matches!(error, JournalError::Rot { offset, .. } if offset == frame_at(index) as u64),
            "frame {index}: {error}"
        );
    }
}

#[test]
fn body_good_chain_broken_misplaced_refuse() {
    // A frame of the same folder's other history: same place, same position, other predecessor.
    let disk = folder(4, true);
    let other = MemStorage::new();
    let (mut journal, ..) = open(&other).expect("a new folder");
    write(&mut journal, PER..2 * PER, PER);
    write(&mut journal, 0..PER, PER);
    write(&mut journal, 2 * PER..4 * PER, PER);
    drop(journal);
    let frame = other.files()[&segment_name(0)][frame_at(2)..frame_at(3)].to_vec();
    disk.edit(&segment_name(0), |bytes| bytes[frame_at(2)..frame_at(3)].copy_from_slice(&frame));
    let error = refusal(&disk);
    assert!(
        matches!(error, JournalError::Misplaced { offset, .. } if offset == frame_at(2) as u64),
        "{error}"
    );
}

#[test]
fn frame_doubled_or_swapped_misplaced_refuse() {
    for (from, to) in [(1, 2), (2, 1), (3, 0)] {
        let disk = folder(4, true);
        disk.edit(&segment_name(0), |bytes| {
            bytes.copy_within(frame_at(from)..frame_at(from + 1), frame_at(to));
        });
        let error = refusal(&disk);
        assert!(matches!(error, JournalError::Misplaced { .. }), "{from} over {to}: {error}");
    }
}

#[test]
fn last_frame_misdirected_behind_the_end_misplaced_refuse() {
    let disk = folder(4, false);
    disk.edit(&segment_name(0), |bytes| {
        bytes.copy_within(frame_at(3)..frame_at(4), frame_at(9));
        bytes[frame_at(3)..frame_at(4)].fill(0);
    });
    let error = refusal(&disk);
    assert!(
        matches!(error, JournalError::Misplaced { offset, .. } if offset == frame_at(9) as u64),
        "{error}"
    );
}

#[test]
fn segment_missing_ring_names_it_hole_refuse() {
    let whole = folder(100, true).files();
    let segments: Vec<_> = whole.keys().filter(|name| name.ends_with(".seg")).cloned().collect();
    assert!(segments.len() >= 5, "{segments:?}");
    // The last file is the one made ahead; every other one is needed, the last one in use included.
    for name in &segments[..segments.len() - 1] {
        let mut files = whole.clone();
        files.remove(name);
        let error = refusal(&MemStorage::with_files(files));
        assert!(matches!(&error, JournalError::Hole { missing, .. } if missing == name), "{name}: {error}");
    }
    // The last two together: only the ring of the one before can tell.
    let mut files = whole.clone();
    files.retain(|name, _| !segments[segments.len() - 2..].contains(name));
    let error = refusal(&MemStorage::with_files(files));
    assert!(
        matches!(&error, JournalError::Hole { missing, .. } if *missing == segments[segments.len() - 2]),
        "{error}"
    );
    let mut files = whole;
    files.remove(segments.last().expect("segments"));
    accept(&MemStorage::with_files(files), 100 * PER);
}

#[test]
fn segment_header_bad_frames_good_accept_and_repair() {
    let whole = folder(100, true).files();
    let segments = whole.keys().filter(|name| name.ends_with(".seg")).count() as u64;
    for sequence in 0..segments - 1 {
        let disk = MemStorage::with_files(whole.clone());
        disk.edit(&segment_name(sequence), |bytes| bytes[70] ^= 1);
        let (_, opened) = accept(&disk, 100 * PER);
        assert!(opened.notes.iter().any(|note| note.contains(&segment_name(sequence))), "{:?}", opened.notes);
        assert_eq!(disk.files()[&segment_name(sequence)][..PAGE], whole[&segment_name(sequence)][..PAGE]);
    }
}

#[test]
fn several_frames_of_one_unsynced_window_torn_in_any_order_cut() {
    // Weaker durability: three frames before one sync. The disk kept the last two of them, but not the first.
    let disk = folder(2, false);
    let (mut journal, _) = accept(&disk, 2 * PER);
    for at in [2 * PER, 3 * PER, 4 * PER] {
        journal.append(journal.end(), &group(at..at + PER)).expect("append");
    }
    drop(journal);
    disk.edit(&segment_name(0), |bytes| bytes[frame_at(2)..frame_at(3)].fill(0));
    let (_, opened) = accept(&disk, 2 * PER);
    let cut = opened.cut.expect("a cut");
    assert_eq!(cut.to, Some(Position(group(0..5 * PER).len() as u64)));
    assert_eq!(cut.offset, frame_at(2) as u64);
}

#[test]
fn consent_cuts_at_the_damage_and_keeps_the_rest_aside() {
    let disk = folder(100, true);
    disk.edit(&segment_name(1), |bytes| bytes[frame_at(3) + 400] ^= 1);
    refusal(&disk);
    let before = disk.files();
    let (mut journal, opened, memory) = open_with(Arc::new(disk.clone()), &consenting()).expect("it opens");
    let kept = memory.records.len() as u64;
    assert_eq!(memory.numbers(), (0..kept).collect::<Vec<_>>());
    let cut = opened.cut.expect("a cut");
    assert!(cut.durable_lost && cut.file == segment_name(1) && cut.offset == frame_at(3) as u64, "{cut:?}");
    let files = disk.files();
    let tail = &files[&format!("{}-{}.cut", segment_name(1), cut.offset)];
    assert_eq!(tail[..], before[&segment_name(1)][frame_at(3)..]);
    assert_eq!(files[&format!("{}.cut", segment_name(2))], before[&segment_name(2)]);
    write(&mut journal, kept..kept + 200, 20);
    drop(journal);
    accept(&disk, kept + 200);
}

#[test]
fn witness_of_another_frame_at_the_same_place_refuse() {
    // The last frame replaced by an intact one that even fits the chain: only its witness knows better.
    let disk = folder(3, false);
    let fork = MemStorage::with_files(disk.files());
    for (disk, numbers) in [(&disk, 3 * PER..4 * PER), (&fork, 4 * PER..5 * PER)] {
        let (mut journal, _) = accept(disk, 3 * PER);
        write(&mut journal, numbers, PER);
        journal.close().expect("close");
    }
    assert_eq!(
        group(3 * PER..4 * PER).len().next_multiple_of(PAGE),
        group(4 * PER..5 * PER).len().next_multiple_of(PAGE)
    );
    let frame = fork.files()[&segment_name(0)][frame_at(3)..frame_at(4)].to_vec();
    disk.edit(&segment_name(0), |bytes| bytes[frame_at(3)..frame_at(4)].copy_from_slice(&frame));
    let error = refusal(&disk);
    assert!(error.to_string().contains("witness"), "{error}");
}

#[test]
fn frames_of_the_test_take_one_block() {
    assert!((0..100).all(|at| group(at * PER..at * PER + PER).len() + 160 <= PAGE));
    assert!(group(3 * PER..4 * PER).len() > 5 * 512, "the torn frame takes several sectors");
    assert_eq!(SEGMENT_HEAD_BYTES, HEAD as u64);
}
