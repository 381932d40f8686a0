//! A disk that fails on purpose, the same way for the same seed.
//!
//! It keeps two images: what a process sees (the page cache) and what would survive a crash. Writes reach the second at
//! a sync; a crash lets a seeded choice of the unsynced sectors through, torn where it likes, in any order. Names
//! behave the same way, with the folder's sync. Faults are tied to the number of a call, so that a test can try each
//! call in turn.

mod faults;
mod file;

use super::image::{Content, CrashKeeps, Inode, NameChange, Random};
use super::mem::{FolderLock, MemStorage};
use super::trace::{Change, Trace, Tracing};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tacos_engine::clock::ManualClock;
use tacos_engine::journal::{Access, LockKind, Storage, StorageFile, StorageLock};

pub use faults::{Calls, FailedCall, Fault};
use file::SimFile;

struct Disk {
    names: BTreeMap<String, Inode>,
    durable_names: BTreeMap<String, Inode>,
    unsynced_names: Vec<NameChange>,
    faults: Vec<Fault>,
    calls: Calls,
    crashed: bool,
    budget_bytes: u64,
    short_reads: bool,
    random: Random,
    /// How many files there ever were.
    inodes: usize,
    tracing: Option<Tracing>,
    /// Files remember what they would hold if no write went astray.
    remembers: bool,
    /// Goes on while a slow call lasts.
    clock: Option<Arc<ManualClock>>,
}

/// The simulated disk. Clones are the same disk.
#[derive(Clone)]
pub struct SimStorage {
    disk: Arc<Mutex<Disk>>,
    lock: Arc<FolderLock>,
}

impl SimStorage {
    /// An empty, healthy disk without end.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::from_files(seed, BTreeMap::new())
    }

    /// A healthy disk with these files, all durable.
    #[must_use]
    pub fn from_files(seed: u64, files: BTreeMap<String, Vec<u8>>) -> Self {
        let inodes = files.len();
        let durable =
            |id, bytes: Vec<u8>| Content { id, cached: bytes.clone(), durable: bytes, ..Content::default() };
        let names: BTreeMap<_, _> = files
            .into_iter()
            .enumerate()
            .map(|(id, (name, bytes))| (name, Arc::new(Mutex::new(durable(id, bytes)))))
            .collect();
        let disk = Disk {
            durable_names: names.clone(),
            names,
            unsynced_names: Vec::new(),
            faults: Vec::new(),
            calls: Calls::default(),
            crashed: false,
            budget_bytes: u64::MAX,
            short_reads: false,
            random: Random(seed),
            inodes,
            tracing: None,
            remembers: false,
            clock: None,
        };
        Self { disk: Arc::new(Mutex::new(disk)), lock: Arc::default() }
    }

    /// Adds a fault.
    #[must_use]
    pub fn with_fault(self, fault: Fault) -> Self {
        self.disk.lock().faults.push(fault);
        self
    }

    /// Adds a fault to a disk in use. Its number counts from the disk's beginning, see [`SimStorage::calls`].
    pub fn add_fault(&self, fault: Fault) {
        self.disk.lock().faults.push(fault);
    }

    /// The clock that goes on while a call is slow.
    pub fn set_clock(&self, clock: Arc<ManualClock>) {
        self.disk.lock().clock = Some(clock);
    }

    /// No faults any more, room without end; what has happened has happened.
    pub fn heal(&self) {
        let mut disk = self.disk.lock();
        disk.faults.clear();
        (disk.short_reads, disk.budget_bytes) = (false, u64::MAX);
    }

    /// Begins to remember what the files would hold if no write went astray, see [`SimStorage::meant_files`].
    pub fn remember_what_is_meant(&self) {
        let mut disk = self.disk.lock();
        disk.remembers = true;
        for inode in disk.names.values() {
            let mut content = inode.lock();
            content.meant = Some(content.cached.clone());
        }
    }

    /// What a process would see if no write had gone astray since [`SimStorage::remember_what_is_meant`].
    #[must_use]
    pub fn meant_files(&self) -> BTreeMap<String, Vec<u8>> {
        let disk = self.disk.lock();
        let meant = |inode: &Inode| {
            let content = inode.lock();
            content.meant.as_ref().unwrap_or(&content.cached).clone()
        };
        disk.names.iter().map(|(name, inode)| (name.clone(), meant(inode))).collect()
    }

    /// Whether something waits for a sync.
    #[must_use]
    pub fn has_unsynced(&self) -> bool {
        let disk = self.disk.lock();
        !disk.unsynced_names.is_empty() || disk.names.values().any(|inode| !inode.lock().unsynced.is_empty())
    }

    /// Makes every read return fewer bytes than asked for now and then.
    pub fn set_short_reads(&self, short: bool) {
        self.disk.lock().short_reads = short;
    }

    /// Sets how many bytes all files together may have; more is a full disk.
    pub fn set_budget(&self, bytes: u64) {
        self.disk.lock().budget_bytes = bytes;
    }

    /// Notes from now on every change in the order in which it was asked for. For a healthy disk on which nothing waits
    /// for a sync.
    pub(crate) fn start_trace(&self) {
        let mut disk = self.disk.lock();
        assert!(disk.unsynced_names.is_empty(), "names wait for a sync: {:?}", disk.names.keys());
        let files = disk.names.iter().map(|(name, inode)| {
            let content = inode.lock();
            assert!(content.unsynced.is_empty(), "{name} waits for a sync");
            (name.clone(), (content.id, content.durable.clone()))
        });
        let tracing = Tracing::of(files.collect());
        disk.tracing = Some(tracing);
    }

    /// Whom to ask, at each change, up to which position callers have been told that their writes are durable.
    pub(crate) fn trace_acknowledged(&self, acknowledged: impl Fn() -> u64 + Send + 'static) {
        if let Some(tracing) = &mut self.disk.lock().tracing {
            tracing.ask(acknowledged);
        }
    }

    /// What was noted; the disk notes nothing more.
    pub(crate) fn take_trace(&self) -> Option<Trace> {
        self.disk.lock().tracing.take().map(Tracing::finish)
    }

    /// How often each sort of call was made.
    #[must_use]
    pub fn calls(&self) -> Calls {
        self.disk.lock().calls
    }

    /// Whether a [`Fault::Crash`] has happened.
    #[must_use]
    pub fn crashed(&self) -> bool {
        self.disk.lock().crashed
    }

    /// Bytes of all files together.
    #[must_use]
    pub fn used_bytes(&self) -> u64 {
        self.disk.lock().used_bytes()
    }

    /// What a process sees now.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let disk = self.disk.lock();
        disk.names.iter().map(|(name, inode)| (name.clone(), inode.lock().cached.clone())).collect()
    }

    /// Flips the lowest bit of a byte, in the cache and on disk.
    ///
    /// # Panics
    /// If there is no such byte.
    pub fn flip_bit(&self, name: &str, offset: usize) {
        let disk = self.disk.lock();
        let mut content = disk.names.get(name).expect("a file to damage").lock();
        content.cached[offset] ^= 1;
        if let Some(byte) = content.durable.get_mut(offset) {
            *byte ^= 1;
        }
    }

    /// The files after a crash now: what was durable, and of the rest what `keeps` and `seed` say.
    #[must_use]
    pub fn crash_image(&self, keeps: CrashKeeps, seed: u64) -> BTreeMap<String, Vec<u8>> {
        let disk = self.disk.lock();
        let mut random = Random(seed);
        let mut names = disk.durable_names.clone();
        let changes = disk.unsynced_names.len();
        let kept_changes = match keeps {
            CrashKeeps::Everything => changes,
            CrashKeeps::Nothing | CrashKeeps::Suffix => 0,
            // A file system that journals its own changes loses the later ones, never the earlier alone.
            CrashKeeps::SomeSectors | CrashKeeps::SomePages | CrashKeeps::Prefix => random.below(changes + 1),
        };
        for change in &disk.unsynced_names[..kept_changes] {
            change.apply(&mut names);
        }
        names.into_iter().map(|(name, inode)| (name, inode.lock().after_crash(keeps, &mut random))).collect()
    }

    /// A healthy disk with what [`SimStorage::crash_image`] says.
    #[must_use]
    pub fn after_crash(&self, keeps: CrashKeeps, seed: u64) -> Self {
        self.replaced_by(seed, self.crash_image(keeps, seed))
    }

    /// A healthy disk with these files in the same machine: with the same clock.
    #[must_use]
    pub fn replaced_by(&self, seed: u64, files: BTreeMap<String, Vec<u8>>) -> Self {
        let new = Self::from_files(seed, files);
        new.disk.lock().clock.clone_from(&self.disk.lock().clock);
        new
    }

    /// The same files as a plain folder in memory.
    #[must_use]
    pub fn to_memory(&self) -> MemStorage {
        MemStorage::with_files(self.files())
    }

    /// Counts a call that changes something. `Ok(Some(reaches_disk))` when it is to fail this once.
    fn change(disk: &mut Disk, sort: Option<FailedCall>) -> io::Result<Option<bool>> {
        let number = disk.calls.changes;
        disk.calls.changes += 1;
        let nth = match sort {
            Some(FailedCall::Write) => count(&mut disk.calls.writes),
            Some(FailedCall::SyncData) => count(&mut disk.calls.syncs),
            Some(FailedCall::SyncFolder) => count(&mut disk.calls.folder_syncs),
            None => count(&mut disk.calls.names),
        };
        let crash = disk.faults.iter().any(|fault| matches!(fault, Fault::Crash { at } if *at <= number));
        disk.crashed |= crash;
        disk.alive()?;
        let slow = disk.faults.iter().find_map(|fault| match fault {
            Fault::Slow { at, ms } if *at == number => Some(Duration::from_millis(*ms)),
            _ => None,
        });
        if let (Some(took), Some(clock)) = (slow, &disk.clock) {
            clock.advance(took);
            disk.calls.slow += 1;
        }
        let failure = disk.faults.iter().find_map(|fault| match fault {
            Fault::Fail { call, at, reaches_disk } if Some(*call) == sort && *at == nth => {
                Some(*reaches_disk)
            }
            _ => None,
        });
        disk.calls.failed += u64::from(failure.is_some());
        Ok(failure)
    }
}

impl Disk {
    fn alive(&self) -> io::Result<()> {
        if self.crashed { Err(io::Error::other("the simulated disk has crashed")) } else { Ok(()) }
    }

    fn used_bytes(&self) -> u64 {
        self.names.values().map(|inode| inode.lock().cached.len() as u64).sum()
    }

    fn note(&mut self, change: impl FnOnce() -> Change) {
        if let Some(tracing) = &mut self.tracing {
            tracing.note(change());
        }
    }

    fn name_change(&mut self, change: NameChange) {
        change.apply(&mut self.names);
        self.unsynced_names.push(change);
    }
}

impl Storage for SimStorage {
    fn folder(&self) -> String {
        "simulation".to_owned()
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let disk = self.disk.lock();
        disk.alive()?;
        Ok(disk.names.keys().cloned().collect())
    }

    fn create(&self, name: &str, bytes: u64) -> io::Result<Arc<dyn StorageFile>> {
        let mut disk = self.disk.lock();
        Self::change(&mut disk, None)?;
        if disk.names.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        if disk.used_bytes().saturating_add(bytes) > disk.budget_bytes {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let bytes = usize::try_from(bytes).expect("files of a simulation fit memory");
        let unsynced = if bytes == 0 { Vec::new() } else { vec![(0, bytes)] };
        let id = disk.inodes;
        disk.inodes += 1;
        disk.note(|| Change::Create { name: name.to_owned(), file: id, bytes });
        let meant = disk.remembers.then(|| vec![0; bytes]);
        let content = Content { id, cached: vec![0; bytes], meant, unsynced, ..Content::default() };
        let inode = Arc::new(Mutex::new(content));
        disk.name_change(NameChange::Create(name.to_owned(), Arc::clone(&inode)));
        Ok(Arc::new(SimFile { inode, disk: Arc::clone(&self.disk) }))
    }

    fn open(&self, name: &str, _access: Access) -> io::Result<Arc<dyn StorageFile>> {
        let disk = self.disk.lock();
        disk.alive()?;
        let inode = disk.names.get(name).map(Arc::clone).ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(SimFile { inode, disk: Arc::clone(&self.disk) }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut disk = self.disk.lock();
        Self::change(&mut disk, None)?;
        if !disk.names.contains_key(from) {
            return Err(io::ErrorKind::NotFound.into());
        }
        disk.note(|| Change::Rename { from: from.to_owned(), to: to.to_owned() });
        disk.name_change(NameChange::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut disk = self.disk.lock();
        Self::change(&mut disk, None)?;
        if !disk.names.contains_key(name) {
            return Err(io::ErrorKind::NotFound.into());
        }
        disk.note(|| Change::Remove { name: name.to_owned() });
        disk.name_change(NameChange::Remove(name.to_owned()));
        Ok(())
    }

    fn sync_folder(&self) -> io::Result<()> {
        let mut disk = self.disk.lock();
        let failing = Self::change(&mut disk, Some(FailedCall::SyncFolder))?;
        if failing != Some(false) {
            disk.note(|| Change::SyncFolder);
            disk.durable_names = disk.names.clone();
            disk.unsynced_names.clear();
        }
        if failing.is_some() { Err(failed()) } else { Ok(()) }
    }

    fn lock(&self, kind: LockKind) -> io::Result<StorageLock> {
        self.disk.lock().alive()?;
        FolderLock::take(&self.lock, kind)
    }

    fn free_bytes(&self) -> io::Result<u64> {
        let disk = self.disk.lock();
        disk.alive()?;
        Ok(disk.budget_bytes.saturating_sub(disk.used_bytes()))
    }
}

fn failed() -> io::Error {
    io::Error::other("the simulated disk failed this call")
}

fn count(counter: &mut u64) -> u64 {
    *counter += 1;
    *counter - 1
}
