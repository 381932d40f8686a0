//! Claim: a test that does not end is found: the watchdog ends its process and says which test it was and, in debug builds,
//! which locks its threads hold. Two hangs are planted, each run in a process of its own.

use std::io;
use std::process::Command;
use std::sync::{Arc, Barrier};

use crate::common::*;
use tacos_engine::journal::{Access, LockKind, StorageFile, StorageLock};
use tacos_engine::{Engine, RecoveryConsent, Storage};
use tacos_testing::storage::MemStorage;
use tacos_testing::watched;

/// A folder in memory that never comes back from renaming a snapshot.
struct Stuck(MemStorage);

impl Storage for Stuck {
    fn folder(&self) -> String {
        self.0.folder()
    }
    fn list(&self) -> io::Result<Vec<String>> {
        self.0.list()
    }
    fn create(&self, name: &str, bytes: u64) -> io::Result<Arc<dyn StorageFile>> {
        self.0.create(name, bytes)
    }
    fn open(&self, name: &str, access: Access) -> io::Result<Arc<dyn StorageFile>> {
        self.0.open(name, access)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        while to.contains("snap") {
            std::thread::park();
        }
        self.0.rename(from, to)
    }
    fn remove(&self, name: &str) -> io::Result<()> {
        self.0.remove(name)
    }
    fn sync_folder(&self) -> io::Result<()> {
        self.0.sync_folder()
    }
    fn lock(&self, kind: LockKind) -> io::Result<StorageLock> {
        self.0.lock(kind)
    }
    fn free_bytes(&self) -> io::Result<u64> {
        self.0.free_bytes()
    }
}

#[test]
#[ignore = "planted: run by `a_thread_that_stands_still_is_found_with_its_locks`"]
fn planted_thread_that_stands_still() {
    let disk = Arc::new(Stuck(MemStorage::new()));
    let (engine, _) = Engine::open_storage(disk, by_hand(&clock()), RecoveryConsent::LoseNothing, |_| ())
        .expect("it opens");
    open_sale(&engine, house(2, 10));
    watched("planted: a disk that never answers", 1, || {
        let taker = std::thread::Builder::new().name("the taker".to_owned()).spawn(move || engine.snapshot());
        taker.expect("a thread").join().expect("it stands still")
    })
    .expect("it stands still");
}

#[test]
#[ignore = "planted: run by `a_dead_thread_is_found`"]
fn planted_dead_thread() {
    let met = Arc::new(Barrier::new(2));
    let dead = std::thread::spawn(|| panic!("planted: this thread dies before it meets the other"));
    assert!(dead.join().is_err());
    watched("planted: a dead thread", 1, || met.wait());
}

/// What a planted hang wrote before its process ended.
fn words_of(planted: &str) -> String {
    let program = std::env::current_exe().expect("this test's program");
    let output = Command::new(program)
        .args(["--exact", &format!("a_hang_is_found::{planted}"), "--ignored", "--nocapture"])
        .output()
        .expect("it runs");
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{planted} has ended well: {words}");
    words
}

#[test]
fn a_thread_that_stands_still_is_found_with_its_locks() {
    let words = words_of("planted_thread_that_stands_still");
    assert!(
        words.contains("watchdog: planted: a disk that never answers has not ended after 1 s"),
        "{words}"
    );
    if cfg!(debug_assertions) {
        let line = r#"thread "the taker" holds ["one snapshot at a time"] and waits for "no lock""#;
        assert!(words.contains(line), "{words}");
    }
}

#[test]
fn a_dead_thread_is_found() {
    let words = words_of("planted_dead_thread");
    assert!(words.contains("watchdog: planted: a dead thread has not ended after 1 s"), "{words}");
}
