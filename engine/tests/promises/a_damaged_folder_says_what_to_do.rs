//! Claim: a folder that is damaged, cut short, mixed up, of a newer version, locked, or of something else is not opened;
//! each case has its own error whose text says what to do, and not a byte on disk changes before the operator agrees.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::common::*;
use tacos_engine::{Config, Driver, Engine, JournalError, OpenError, RecoveryConsent, journal};

fn config_by_hand() -> Config {
    config().with_driver(Driver::Manual).with_segment_bytes(256 << 10).with_log_buffer_bytes(64 << 10)
}

/// Makes a folder with some hundred records in several segments.
fn written(path: &Path) {
    let engine = Engine::open(path, config_by_hand()).expect("a new folder");
    open_sale(&engine, house(4, 50));
    for number in 0..200 {
        let name = tacos_engine::ExternalId::new(&format!("note-{number}")).expect("valid");
        engine.note(tacos_engine::Note::new(name, Some(vec![5; 3_000]))).wait().expect("set");
    }
    engine.close().expect("closed");
}

/// Every file with the hash of its bytes. The lock file is no data: its being there says nothing.
fn hashes(path: &Path) -> BTreeMap<String, blake3::Hash> {
    let entries = fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry"));
    entries
        .map(|entry| (entry.file_name().into_string().expect("a name"), entry.path()))
        .filter(|(name, _)| name != "lock")
        .map(|(name, path)| (name, blake3::hash(&fs::read(path).expect("a file"))))
        .collect()
}

fn segments(path: &Path) -> Vec<std::path::PathBuf> {
    let mut found: Vec<_> = fs::read_dir(path)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "seg"))
        .collect();
    found.sort();
    assert!(found.len() >= 3, "{found:?}");
    found
}

fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).expect("a file");
    change(&mut bytes);
    fs::write(path, bytes).expect("written");
}

/// Opening fails, names the folder, says `remedy`, and changes nothing.
fn refusal(path: &Path, remedy: &str) -> JournalError {
    let before = hashes(path);
    let error = match Engine::open(path, config_by_hand()) {
        Err(OpenError::Journal(error)) => error,
        other => panic!("{other:?}"),
    };
    let text = error.to_string();
    assert!(text.contains(&path.display().to_string()), "which folder? {text}");
    assert!(text.contains(remedy), "what to do? {text}");
    assert_eq!(hashes(path), before, "nothing on disk was changed: {text}");
    error
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path());
    folder
}

/// A byte in the middle of a record that was durable.
fn rotten() -> tempfile::TempDir {
    let folder = folder();
    let middle = segments(folder.path()).remove(1);
    edit(&middle, |bytes| {
        let at = bytes.windows(64).position(|window| window == [5; 64]).expect("a note's value");
        bytes[at + 32] ^= 0x40;
    });
    folder
}

#[test]
fn a_flipped_bit_in_the_middle_is_rot() {
    let folder = rotten();
    let error = refusal(folder.path(), "restore a backup");
    assert!(matches!(error, JournalError::Rot { .. }), "{error}");
}

#[test]
fn the_operator_may_agree_to_lose_what_is_behind_the_damage() {
    let folder = rotten();
    let agreed = RecoveryConsent::CutAtDamage;
    let (engine, opened) =
        Engine::open_with(folder.path(), config_by_hand(), agreed, |_| ()).expect("opens with consent");
    assert!(opened.cut.is_some(), "{opened:?}");
    let left = engine.notes("").len();
    assert!(left > 10 && left < 200, "{left} notes of 200");
    engine.close().expect("closed");
    drop(engine);
    let kept = fs::read_dir(folder.path())
        .expect("a folder")
        .any(|entry| entry.expect("an entry").path().extension().is_some_and(|extension| extension == "cut"));
    assert!(kept, "what was cut is kept aside");
    let engine =
        Engine::open(folder.path(), config_by_hand()).expect("and opens without consent from now on");
    assert_eq!(engine.notes("").len(), left);
}

#[test]
fn a_missing_segment_is_a_hole() {
    let folder = folder();
    fs::remove_file(segments(folder.path()).remove(1)).expect("removed");
    let error = refusal(folder.path(), "put the file back");
    assert!(matches!(error, JournalError::Hole { .. }), "{error}");
}

#[test]
fn a_segment_cut_short_is_rot() {
    let folder = folder();
    edit(&segments(folder.path()).remove(1), |bytes| bytes.truncate(bytes.len() / 2));
    let error = refusal(folder.path(), "restore a backup");
    assert!(matches!(error, JournalError::Rot { .. } | JournalError::Hole { .. }), "{error}");
}

#[test]
fn a_segment_of_another_engine_is_foreign() {
    let (folder, other) = (folder(), folder());
    let from = segments(other.path()).remove(1);
    fs::copy(&from, folder.path().join(from.file_name().expect("a name"))).expect("copied");
    let error = refusal(folder.path(), "move the file back");
    assert!(matches!(error, JournalError::Foreign { .. }), "{error}");
}

#[test]
fn swapped_segments_are_misplaced() {
    let folder = folder();
    let files = segments(folder.path());
    let aside = folder.path().join("aside");
    fs::rename(&files[0], &aside).expect("renamed");
    fs::rename(&files[1], &files[0]).expect("renamed");
    fs::rename(&aside, &files[1]).expect("renamed");
    let error = refusal(folder.path(), "put the right file back");
    assert!(matches!(error, JournalError::Misplaced { .. }), "{error}");
}

/// Seals the first block of a file again, as a program of format `version` would: magic, version, hash of the block.
fn seal_as(bytes: &mut [u8], version: u16) {
    let block = &mut bytes[..4_096];
    block[8..10].copy_from_slice(&version.to_le_bytes());
    let hash = blake3::hash(&block[..4_080]);
    block[4_080..].copy_from_slice(&hash.as_bytes()[..16]);
}

#[test]
fn a_newer_format_asks_for_the_newer_program() {
    let folder = folder();
    let newer = journal::FORMAT_VERSION + 1;
    edit(&segments(folder.path())[0], |bytes| seal_as(bytes, newer));
    let error = refusal(folder.path(), "use the newer program");
    assert!(matches!(error, JournalError::NewerFormat { found, .. } if found == newer), "{error}");
    let meta = tempfile::tempdir().expect("a folder");
    written(meta.path());
    edit(&meta.path().join("meta"), |bytes| {
        seal_as(bytes, newer);
        seal_as(&mut bytes[4_096..], newer);
    });
    assert!(matches!(refusal(meta.path(), "use the newer program"), JournalError::NewerFormat { .. }));
}

#[test]
fn both_copies_of_meta_gone_cannot_be_guessed() {
    let folder = folder();
    edit(&folder.path().join("meta"), |bytes| {
        bytes[70] ^= 1;
        bytes[4_096 + 70] ^= 1;
    });
    let error = refusal(folder.path(), "of a backup");
    assert!(matches!(error, JournalError::MetaDamaged { .. }), "{error}");
}

#[test]
fn a_folder_in_use_is_locked_against_everybody() {
    let folder = folder();
    let engine = Engine::open(folder.path(), config_by_hand()).expect("opens");
    let error = refusal(folder.path(), "stop that one first");
    assert!(matches!(error, JournalError::Locked { .. }), "{error}");
    join_in(&engine);
    engine.close().expect("closed");
    drop(engine);
    let again = Engine::open(folder.path(), config_by_hand()).expect("the lock went with the engine");
    // A clone keeps the engine open, and so the lock.
    let clone = again.clone();
    drop(again);
    assert!(matches!(refusal(folder.path(), "stop that one first"), JournalError::Locked { .. }));
    drop(clone);
    Engine::open(folder.path(), config_by_hand()).expect("the last clone is gone");
}

fn join_in(engine: &Engine) {
    let name = tacos_engine::ExternalId::new("one-more").expect("valid");
    engine.note(tacos_engine::Note::new(name, Some(vec![1]))).wait().expect("goes on undisturbed");
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("thesis.txt"), "my only copy").expect("written");
    let error = refusal(folder.path(), "choose an empty folder");
    assert!(matches!(error, JournalError::NotAJournal { .. }), "{error}");
    assert!(!folder.path().join("lock").exists(), "not even a lock file");
}

#[test]
fn a_folder_that_cannot_be_is_the_systems_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a-file");
    fs::write(&file, "no folder").expect("written");
    let no_parent = folder.path().join("missing").join("data");
    for path in [file, no_parent] {
        assert!(matches!(Engine::open(&path, config_by_hand()), Err(OpenError::System { .. })), "{path:?}");
    }
}

/// Room that was reserved and never written is not read through; what stands in the midst of it is found all the same.
#[test]
fn a_write_that_went_far_behind_the_end_is_found_and_cut() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path());
    let last = segments(folder.path()).pop().expect("segments");
    let file = fs::OpenOptions::new().write(true).open(&last).expect("a file");
    let at = file.metadata().expect("a file").len() - 100;
    std::os::unix::fs::FileExt::write_all_at(&file, b"astray", at).expect("written");
    let opened = Engine::open_with(folder.path(), config_by_hand(), RecoveryConsent::LoseNothing, |_| ());
    let (engine, opened) = opened.expect("nothing durable is hurt");
    let cut = opened.cut.expect("something was there");
    assert!(!cut.durable_lost && cut.bytes > 64 << 10, "{cut:?}");
    engine.close().expect("closed");
    let again = Engine::open_with(folder.path(), config_by_hand(), RecoveryConsent::LoseNothing, |_| ());
    assert!(again.expect("opens").1.cut.is_none(), "it was cleared away");
}
