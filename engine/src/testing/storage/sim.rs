//! A disk that fails on purpose, the same way for the same seed.
//!
//! It keeps two images: what a process sees (the page cache) and what would survive a crash. Writes reach the second at a
//! sync; a crash lets a seeded choice of the unsynced sectors through, torn where it likes, in any order. Names behave the
//! same way, with the folder's sync. Faults are tied to the number of a call, so that a test can try each call in turn.

use super::image::{Content, CrashKeeps, Inode, NameChange, Random};
use super::mem::{FolderLock, MemStorage, read_slice, write_slice};
use super::trace::{Change, Trace, Tracing};
use crate::journal::{Access, LockKind, Storage, StorageFile, StorageLock};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// Which calls a fault can befall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailedCall {
    /// Writes to files.
    Write,
    /// Syncs of files.
    SyncData,
    /// Syncs of the folder.
    SyncFolder,
}

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// From call number `at` (all calls that change something, counted from zero) on, nothing works any more.
    Crash {
        /// Number of the first call that fails.
        at: u64,
    },
    /// The `at`-th call of this sort (from zero) fails once.
    Fail {
        /// The sort of call.
        call: FailedCall,
        /// Which one.
        at: u64,
        /// Whether its effect reaches the disk all the same.
        reaches_disk: bool,
    },
    /// The `at`-th write (from zero) goes to another offset of the same file.
    Misdirect {
        /// Which write.
        at: u64,
        /// How many bytes further (or back).
        by: i64,
    },
}

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
}

/// How often each sort of call was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Calls that change something, all sorts together.
    pub changes: u64,
    /// Reads of files.
    pub reads: u64,
    /// Writes to files.
    pub writes: u64,
    /// Syncs of files.
    pub syncs: u64,
    /// Syncs of the folder.
    pub folder_syncs: u64,
    /// Creations, renames, removals.
    pub names: u64,
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
            |id, bytes: Vec<u8>| Content { id, cached: bytes.clone(), durable: bytes, unsynced: Vec::new() };
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

    /// Makes every read return fewer bytes than asked for now and then.
    pub fn set_short_reads(&self, short: bool) {
        self.disk.lock().short_reads = short;
    }

    /// Sets how many bytes all files together may have; more is a full disk.
    pub fn set_budget(&self, bytes: u64) {
        self.disk.lock().budget_bytes = bytes;
    }

    /// Notes from now on every change in the order in which it was asked for. For a healthy disk on which nothing waits for a
    /// sync.
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
        Self::from_files(seed, self.crash_image(keeps, seed))
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
        Ok(disk.faults.iter().find_map(|fault| match fault {
            Fault::Fail { call, at, reaches_disk } if Some(*call) == sort && *at == nth => {
                Some(*reaches_disk)
            }
            _ => None,
        }))
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
        let content = Content { id, cached: vec![0; bytes], durable: Vec::new(), unsynced };
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

struct SimFile {
    inode: Inode,
    disk: Arc<Mutex<Disk>>,
}

impl SimFile {
    /// Where write number `nth` really goes.
    fn target(disk: &Disk, nth: u64, offset: u64) -> u64 {
        let by = disk.faults.iter().find_map(|fault| match fault {
            Fault::Misdirect { at, by } if *at == nth => Some(*by),
            _ => None,
        });
        offset.saturating_add_signed(by.unwrap_or(0))
    }
}

impl StorageFile for SimFile {
    fn len(&self) -> io::Result<u64> {
        self.disk.lock().alive()?;
        Ok(self.inode.lock().cached.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut disk = self.disk.lock();
        disk.alive()?;
        disk.calls.reads += 1;
        let wanted = if disk.short_reads && buffer.len() > 1 {
            1 + disk.random.below(buffer.len())
        } else {
            buffer.len()
        };
        Ok(read_slice(&self.inode.lock().cached, offset, &mut buffer[..wanted]))
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut disk = self.disk.lock();
        let nth = disk.calls.writes;
        // The write during which the machine dies may be on its way already: it counts as written and not synced.
        let outcome = SimStorage::change(&mut disk, Some(FailedCall::Write));
        let first_crash = outcome.is_err()
            && disk
                .faults
                .iter()
                .any(|fault| matches!(fault, Fault::Crash { at } if *at + 1 == disk.calls.changes));
        if outcome.is_err() && !first_crash {
            return outcome.map(|_| ());
        }
        let offset = Self::target(&disk, nth, offset);
        let end = offset + bytes.len() as u64;
        let growth = end.saturating_sub(self.inode.lock().cached.len() as u64);
        if disk.used_bytes().saturating_add(growth) > disk.budget_bytes {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let mut content = self.inode.lock();
        let file = content.id;
        let reaches = !matches!(outcome, Ok(Some(false)));
        if reaches {
            write_slice(&mut content.cached, offset, bytes);
            let offset = usize::try_from(offset).expect("files of a simulation fit memory");
            disk.note(|| Change::Write { file, offset, bytes: bytes.into() });
            content.unsynced.push((offset, bytes.len()));
        }
        match outcome {
            Ok(None) => Ok(()),
            Ok(Some(_)) => Err(failed()),
            Err(error) => Err(error),
        }
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut disk = self.disk.lock();
        let failing = SimStorage::change(&mut disk, Some(FailedCall::SyncData))?;
        let mut content = self.inode.lock();
        // After a failed sync the cache counts as clean although the disk does not have it: as real systems do.
        let writes = std::mem::take(&mut content.unsynced);
        if failing != Some(false) {
            disk.note(|| Change::Sync { file: content.id });
            let Content { cached, durable, .. } = &mut *content;
            for (offset, bytes) in writes {
                Content::let_through(durable, cached, offset, offset + bytes);
            }
        }
        if failing.is_some() { Err(failed()) } else { Ok(()) }
    }

    fn drop_cached(&self) -> io::Result<()> {
        self.disk.lock().alive()?;
        let mut content = self.inode.lock();
        if content.unsynced.is_empty() {
            content.cached = content.durable.clone();
        }
        Ok(())
    }
}

fn failed() -> io::Error {
    io::Error::other("the simulated disk failed this call")
}

fn count(counter: &mut u64) -> u64 {
    *counter += 1;
    *counter - 1
}
