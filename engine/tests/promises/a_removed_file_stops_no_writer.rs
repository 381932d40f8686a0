//! Claim: files that are no longer needed are removed beside the writer: a disk that takes its time over a removal holds up
//! neither writes nor the change to the next segment.

use std::io;
use std::sync::Arc;

use crate::common::*;
use parking_lot::{Condvar, Mutex};
use tacos_engine::journal::{Access, LockKind, StorageFile, StorageLock};
use tacos_engine::{Engine, ExternalId, Note, RecoveryConsent, Storage};
use tacos_testing::storage::MemStorage;
use tacos_testing::watched;

/// How many removals have begun, and whether they may end.
#[derive(Default)]
struct Removals {
    state: Mutex<(u32, bool)>,
    changed: Condvar,
}

/// A folder in memory whose removals stand still until they are released.
#[derive(Clone, Default)]
struct Standing {
    inner: MemStorage,
    removals: Arc<Removals>,
}

impl Standing {
    fn wait_for_a_removal(&self) {
        let mut state = self.removals.state.lock();
        while state.0 == 0 {
            let waited = self.removals.changed.wait_for(&mut state, PATIENCE);
            assert!(!waited.timed_out(), "no file was removed");
        }
    }

    fn release(&self) {
        self.removals.state.lock().1 = true;
        self.removals.changed.notify_all();
    }
}

impl Storage for Standing {
    fn folder(&self) -> String {
        self.inner.folder()
    }
    fn list(&self) -> io::Result<Vec<String>> {
        self.inner.list()
    }
    fn create(&self, name: &str, bytes: u64) -> io::Result<Arc<dyn StorageFile>> {
        self.inner.create(name, bytes)
    }
    fn open(&self, name: &str, access: Access) -> io::Result<Arc<dyn StorageFile>> {
        self.inner.open(name, access)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.inner.rename(from, to)
    }
    fn remove(&self, name: &str) -> io::Result<()> {
        let mut state = self.removals.state.lock();
        state.0 += 1;
        self.removals.changed.notify_all();
        while !state.1 {
            let waited = self.removals.changed.wait_for(&mut state, PATIENCE);
            assert!(!waited.timed_out(), "the removal of {name} was never released");
        }
        self.inner.remove(name)
    }
    fn sync_folder(&self) -> io::Result<()> {
        self.inner.sync_folder()
    }
    fn lock(&self, kind: LockKind) -> io::Result<StorageLock> {
        self.inner.lock(kind)
    }
    fn free_bytes(&self) -> io::Result<u64> {
        self.inner.free_bytes()
    }
}

/// Writes a megabyte: more than two segments.
fn write_a_megabyte(engine: &Engine) {
    for number in 0..256 {
        let name = ExternalId::new(&format!("note-{number}")).expect("valid");
        engine.note(Note::new(name, Some(vec![7; 4_096]))).wait().expect("written");
    }
}

#[test]
fn writes_and_a_change_of_segment_go_on_while_a_file_is_being_removed() {
    watched("a removal that stands still", 120, || {
        let disk = Standing::default();
        let config = config()
            .with_log_buffer_bytes(64 << 10)
            .with_segment_bytes(256 << 10)
            .with_snapshot_every_bytes(0);
        let storage = Arc::new(disk.clone());
        let engine = Engine::open_storage(storage, config.clone(), RecoveryConsent::LoseNothing, |_| ())
            .expect("it opens")
            .0;
        write_a_megabyte(&engine);
        engine.snapshot().expect("a snapshot");
        // The next one makes the segments before this one superfluous.
        write_a_megabyte(&engine);
        let segments = |disk: &Standing| disk.list().expect("memory").len();
        watched_scope(|scope| {
            let retiring = scope.spawn(|| engine.snapshot());
            disk.wait_for_a_removal();
            let before = segments(&disk);
            write_a_megabyte(&engine);
            assert!(segments(&disk) > before, "the writer has changed segments");
            disk.release();
            retiring.join().expect("the snapshot's thread").expect("a snapshot");
        });
        assert!(engine.status().poisoned.is_none());
        let digest = engine.digest();
        engine.close().expect("closed");
        drop(engine);
        let engine = Engine::open_storage(Arc::new(disk), config, RecoveryConsent::LoseNothing, |_| ());
        assert_eq!(engine.expect("it opens").0.digest(), digest);
    });
}
