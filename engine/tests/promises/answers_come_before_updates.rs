//! Claim: of a group that has become durable the callers are woken first, then the readers of its updates: a caller waits
//! for its answer, and a reader may keep its thread busy for as long as it likes.

use std::io;
use std::pin::Pin;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, RwLock};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use crate::common::*;
use tacos_engine::journal::{Access, LockKind, StorageFile, StorageLock};
use tacos_engine::{Engine, RecoveryConsent, Reserve, Storage};
use tacos_testing::storage::MemStorage;
use tacos_testing::watched;

/// A folder in memory whose syncs stand still while the gate is held for writing.
#[derive(Clone, Default)]
struct Gated {
    inner: MemStorage,
    gate: Arc<RwLock<()>>,
}

struct GatedFile {
    inner: Arc<dyn StorageFile>,
    gate: Arc<RwLock<()>>,
}

impl Gated {
    fn gated(&self, inner: Arc<dyn StorageFile>) -> Arc<dyn StorageFile> {
        Arc::new(GatedFile { inner, gate: Arc::clone(&self.gate) })
    }
}

impl Storage for Gated {
    fn folder(&self) -> String {
        self.inner.folder()
    }
    fn list(&self) -> io::Result<Vec<String>> {
        self.inner.list()
    }
    fn create(&self, name: &str, bytes: u64) -> io::Result<Arc<dyn StorageFile>> {
        self.inner.create(name, bytes).map(|file| self.gated(file))
    }
    fn open(&self, name: &str, access: Access) -> io::Result<Arc<dyn StorageFile>> {
        self.inner.open(name, access).map(|file| self.gated(file))
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.inner.rename(from, to)
    }
    fn remove(&self, name: &str) -> io::Result<()> {
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

impl StorageFile for GatedFile {
    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read_at(offset, buffer)
    }
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.inner.write_at(offset, bytes)
    }
    fn sync_data(&self) -> io::Result<()> {
        let _passed = self.gate.read();
        self.inner.sync_data()
    }
    fn drop_cached(&self) -> io::Result<()> {
        self.inner.drop_cached()
    }
}

/// Says its name when it is woken.
struct Named(&'static str, Mutex<Sender<&'static str>>);

impl Wake for Named {
    fn wake(self: Arc<Self>) {
        self.1.lock().expect("no panic").send(self.0).expect("the test listens");
    }
}

#[test]
fn callers_are_woken_before_readers() {
    watched("answers before updates", 60, || {
        let disk = Gated::default();
        let (engine, _) = Engine::open_storage(
            Arc::new(disk.clone()),
            with_clock(&clock()),
            RecoveryConsent::LoseNothing,
            |_| (),
        )
        .expect("it opens");
        open_sale(&engine, house(2, 10));
        let (say, woken) = channel();
        let waker = |name| Waker::from(Arc::new(Named(name, Mutex::new(say.clone()))));
        let (reader_waker, answer_waker) = (waker("a reader"), waker("a caller"));
        let mut reader = engine.updates(engine.position()).expect("a reader");
        assert!(reader.poll_ready(&mut Context::from_waker(&reader_waker)).is_pending());
        let closed = disk.gate.write().expect("no panic");
        let mut answer = engine.reserve(Reserve::new(event(), user("kim"), seats(&["R1-1"])));
        let looked = Pin::new(&mut answer).poll(&mut Context::from_waker(&answer_waker));
        assert!(looked.is_pending(), "not before its sync");
        drop(closed);
        let heard = [(); 2].map(|()| woken.recv_timeout(Duration::from_secs(60)).expect("both are woken"));
        assert_eq!(heard, ["a caller", "a reader"]);
    });
}
