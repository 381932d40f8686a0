//! A storage before another one that misbehaves at chosen calls, in the ways of which a disk itself knows nothing: the
//! call panics, does not come back until it is released, or finds no descriptors, no memory, or a signal. Counts every
//! call.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use tacos_engine::journal::{Access, LockKind, Storage, StorageFile, StorageLock};

/// A call that is never released ends in a panic after this, so that no test stands still.
const BLOCKED_MAX: Duration = Duration::from_secs(120);

/// What a call comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallFault {
    /// It panics.
    Panic,
    /// It comes back only when it is released, see [`FaultyStorage::release`].
    Block,
    /// `EMFILE`: the process has no file descriptor left.
    Descriptors,
    /// `ENOMEM`.
    Memory,
    /// `EINTR`.
    Interrupted,
    /// `EIO`: the disk is broken here.
    Io,
}

impl CallFault {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Panic, Self::Block, Self::Descriptors, Self::Memory, Self::Interrupted, Self::Io];

    fn error(self) -> io::Error {
        use rustix::io::Errno;
        match self {
            Self::Descriptors => Errno::MFILE.into(),
            Self::Memory => Errno::NOMEM.into(),
            Self::Io => Errno::IO.into(),
            _ => Errno::INTR.into(),
        }
    }
}

/// A sort of call of [`Storage`] or [`StorageFile`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is named as its method")]
pub enum CallKind {
    List,
    Create,
    Open,
    Rename,
    Remove,
    SyncFolder,
    Lock,
    FreeBytes,
    Len,
    ReadAt,
    WriteAt,
    SyncData,
    DropCached,
    ZerosUntil,
}

/// Which calls misbehave, and how.
#[derive(Clone, Copy, Debug)]
pub struct Misbehaviour {
    /// What they come to.
    pub fault: CallFault,
    /// How many matching calls are let through first.
    pub after: u64,
    /// How many then misbehave, one after the other.
    pub times: u64,
    /// Only calls of this sort; `None` is all.
    pub kind: Option<CallKind>,
    /// Only calls about files whose name ends so.
    pub suffix: &'static str,
}

impl Misbehaviour {
    /// The next call but `after`, whatever it is.
    #[must_use]
    pub fn at(fault: CallFault, after: u64) -> Self {
        Self { fault, after, times: 1, kind: None, suffix: "" }
    }

    /// The next call of this sort.
    #[must_use]
    pub fn next(fault: CallFault, kind: CallKind) -> Self {
        Self { kind: Some(kind), ..Self::at(fault, 0) }
    }
}

/// The storage. Clones are the same one.
#[derive(Clone)]
pub struct FaultyStorage {
    inner: Arc<dyn Storage>,
    plan: Arc<Plan>,
}

#[derive(Default)]
struct Plan {
    calls: AtomicU64,
    state: Mutex<DiskState>,
    changed: Condvar,
}

#[derive(Default)]
struct DiskState {
    armed: Option<Misbehaviour>,
    hits: u64,
    /// The last call that misbehaved, and of which file.
    hit: Option<(CallKind, String)>,
    blocked: u64,
    /// Counts releases: a blocked call waits for the next.
    releases: u64,
    /// Blocked calls panic when they are released.
    panics: bool,
}

impl FaultyStorage {
    /// Before `inner`; well-behaved until it is told otherwise.
    pub fn new(inner: impl Storage) -> Self {
        Self { inner: Arc::new(inner), plan: Arc::default() }
    }

    /// From now on this happens, instead of whatever was planned before. Blocked calls stay blocked.
    pub fn plan(&self, misbehaviour: Misbehaviour) {
        self.plan.state.lock().armed = Some(misbehaviour);
    }

    /// Nothing more is planned, and blocked calls go on.
    pub fn heal(&self) {
        self.let_go(false);
    }

    /// Blocked calls go on.
    pub fn release(&self) {
        self.let_go(false);
    }

    /// Blocked calls panic.
    pub fn release_to_panic(&self) {
        self.let_go(true);
    }

    fn let_go(&self, panics: bool) {
        let mut state = self.plan.state.lock();
        (state.armed, state.panics) = (None, panics);
        state.releases += 1;
        drop(state);
        self.plan.changed.notify_all();
    }

    /// How many calls there were.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.plan.calls.load(Ordering::Relaxed)
    }

    /// How many calls misbehaved.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.plan.state.lock().hits
    }

    /// The last call that misbehaved, and the name of its file; empty for the folder's.
    #[must_use]
    pub fn hit(&self) -> Option<(CallKind, String)> {
        self.plan.state.lock().hit.clone()
    }

    /// True while a call is blocked.
    #[must_use]
    pub fn is_blocking(&self) -> bool {
        self.plan.state.lock().blocked > 0
    }
}

impl Plan {
    /// Counts a call, and does to it what is planned.
    fn call(&self, kind: CallKind, file: &str) -> io::Result<()> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let mut state = self.state.lock();
        let Some(armed) = &mut state.armed else { return Ok(()) };
        if armed.kind.is_some_and(|only| only != kind) || !file.ends_with(armed.suffix) {
            return Ok(());
        }
        if armed.after > 0 {
            armed.after -= 1;
            return Ok(());
        }
        let fault = armed.fault;
        armed.times = armed.times.saturating_sub(1);
        if armed.times == 0 {
            state.armed = None;
        }
        state.hits += 1;
        state.hit = Some((kind, file.to_owned()));
        match fault {
            CallFault::Panic => {
                drop(state);
                panic!("planted in the storage: {kind:?} of {file:?}");
            }
            CallFault::Block => {
                let (mine, begun) = (state.releases, Instant::now());
                state.blocked += 1;
                while state.releases == mine && begun.elapsed() < BLOCKED_MAX {
                    self.changed.wait_for(&mut state, BLOCKED_MAX);
                }
                state.blocked -= 1;
                let (released, panics) = (state.releases != mine, state.panics);
                drop(state);
                assert!(
                    released,
                    "{kind:?} of {file:?} was blocked for {BLOCKED_MAX:?} and nobody released it"
                );
                assert!(!panics, "planted in the storage: {kind:?} of {file:?} after it was blocked");
                Ok(())
            }
            error => Err(error.error()),
        }
    }
}

impl Storage for FaultyStorage {
    fn folder(&self) -> String {
        self.inner.folder()
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.plan.call(CallKind::List, "")?;
        self.inner.list()
    }

    fn create(&self, name: &str, bytes: u64) -> io::Result<Arc<dyn StorageFile>> {
        self.plan.call(CallKind::Create, name)?;
        self.wrapped(name, self.inner.create(name, bytes)?)
    }

    fn open(&self, name: &str, access: Access) -> io::Result<Arc<dyn StorageFile>> {
        self.plan.call(CallKind::Open, name)?;
        self.wrapped(name, self.inner.open(name, access)?)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.plan.call(CallKind::Rename, from)?;
        self.inner.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.plan.call(CallKind::Remove, name)?;
        self.inner.remove(name)
    }

    fn sync_folder(&self) -> io::Result<()> {
        self.plan.call(CallKind::SyncFolder, "")?;
        self.inner.sync_folder()
    }

    fn lock(&self, kind: LockKind) -> io::Result<StorageLock> {
        self.plan.call(CallKind::Lock, "")?;
        self.inner.lock(kind)
    }

    fn free_bytes(&self) -> io::Result<u64> {
        self.plan.call(CallKind::FreeBytes, "")?;
        self.inner.free_bytes()
    }
}

impl FaultyStorage {
    #[expect(clippy::unnecessary_wraps, reason = "ends two methods that may fail")]
    fn wrapped(&self, name: &str, inner: Arc<dyn StorageFile>) -> io::Result<Arc<dyn StorageFile>> {
        Ok(Arc::new(FaultyFile { name: name.to_owned(), inner, plan: Arc::clone(&self.plan) }))
    }
}

struct FaultyFile {
    name: String,
    inner: Arc<dyn StorageFile>,
    plan: Arc<Plan>,
}

impl StorageFile for FaultyFile {
    fn len(&self) -> io::Result<u64> {
        self.plan.call(CallKind::Len, &self.name)?;
        self.inner.len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.plan.call(CallKind::ReadAt, &self.name)?;
        self.inner.read_at(offset, buffer)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.plan.call(CallKind::WriteAt, &self.name)?;
        self.inner.write_at(offset, bytes)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.plan.call(CallKind::SyncData, &self.name)?;
        self.inner.sync_data()
    }

    fn drop_cached(&self) -> io::Result<()> {
        self.plan.call(CallKind::DropCached, &self.name)?;
        self.inner.drop_cached()
    }

    fn zeros_until(&self, offset: u64) -> io::Result<u64> {
        self.plan.call(CallKind::ZerosUntil, &self.name)?;
        self.inner.zeros_until(offset)
    }
}
