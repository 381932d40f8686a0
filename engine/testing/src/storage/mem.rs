//! A folder in plain memory: everything is durable at once, nothing fails. For tests and for an engine without a disk.

use parking_lot::{Mutex, RwLock};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use tacos_engine::journal::{Access, LockKind, Storage, StorageFile, StorageLock};

type Bytes = Arc<RwLock<Vec<u8>>>;

/// A folder in memory. Clones share the files, so that it can be opened again after an engine is closed.
#[derive(Clone, Default)]
pub struct MemStorage {
    files: Arc<Mutex<BTreeMap<String, Bytes>>>,
    lock: Arc<FolderLock>,
}

impl MemStorage {
    /// An empty folder.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A folder with these files.
    #[must_use]
    pub fn with_files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let new = Self::new();
        new.files.lock().extend(files.into_iter().map(|(name, bytes)| (name, Arc::new(RwLock::new(bytes)))));
        new
    }

    /// A copy of every file.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        self.files.lock().iter().map(|(name, bytes)| (name.clone(), bytes.read().clone())).collect()
    }

    /// Changes one file in place.
    ///
    /// # Panics
    /// If there is no such file.
    pub fn edit(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let files = self.files.lock();
        let Some(bytes) = files.get(name) else { panic!("no file {name} among {:?}", files.keys()) };
        change(&mut bytes.write());
    }
}

impl Storage for MemStorage {
    fn folder(&self) -> String {
        "memory".to_owned()
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.files.lock().keys().cloned().collect())
    }

    fn create(&self, name: &str, bytes: u64) -> io::Result<Arc<dyn StorageFile>> {
        let mut files = self.files.lock();
        if files.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let bytes = usize::try_from(bytes).map_err(|_| io::ErrorKind::StorageFull)?;
        let content = Arc::new(RwLock::new(vec![0; bytes]));
        files.insert(name.to_owned(), Arc::clone(&content));
        Ok(Arc::new(MemFile(content)))
    }

    fn open(&self, name: &str, _access: Access) -> io::Result<Arc<dyn StorageFile>> {
        let content = self.files.lock().get(name).map(Arc::clone).ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(MemFile(content)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut files = self.files.lock();
        let content = files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        files.insert(to.to_owned(), content);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.files.lock().remove(name).map(|_| ()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync_folder(&self) -> io::Result<()> {
        Ok(())
    }

    fn lock(&self, kind: LockKind) -> io::Result<StorageLock> {
        FolderLock::take(&self.lock, kind)
    }

    fn free_bytes(&self) -> io::Result<u64> {
        Ok(u64::MAX)
    }
}

struct MemFile(Bytes);

impl StorageFile for MemFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.read().len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(read_slice(&self.0.read(), offset, buffer))
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        write_slice(&mut self.0.write(), offset, bytes);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn drop_cached(&self) -> io::Result<()> {
        Ok(())
    }
}

/// Copies what a file has at `offset`; returns the bytes copied.
pub(super) fn read_slice(content: &[u8], offset: u64, buffer: &mut [u8]) -> usize {
    let from = usize::try_from(offset).unwrap_or(usize::MAX).min(content.len());
    let count = buffer.len().min(content.len() - from);
    buffer[..count].copy_from_slice(&content[from..from + count]);
    count
}

/// Writes into a file, growing it with zeros if need be.
pub(super) fn write_slice(content: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
    let from = usize::try_from(offset).expect("an offset in memory fits memory");
    let to = from + bytes.len();
    if content.len() < to {
        content.resize(to, 0);
    }
    content[from..to].copy_from_slice(bytes);
}

/// Who holds the lock of a folder in memory: no holder, some readers, or one writer.
#[derive(Default)]
pub(super) struct FolderLock(Mutex<Held>);

#[derive(Default)]
struct Held {
    readers: u32,
    writer: bool,
}

impl FolderLock {
    pub(super) fn take(this: &Arc<Self>, kind: LockKind) -> io::Result<StorageLock> {
        let mut held = this.0.lock();
        if held.writer || kind == LockKind::Exclusive && held.readers > 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        match kind {
            LockKind::Exclusive => held.writer = true,
            LockKind::Shared => held.readers += 1,
        }
        Ok(Box::new(HeldLock { lock: Arc::clone(this), kind }))
    }
}

struct HeldLock {
    lock: Arc<FolderLock>,
    kind: LockKind,
}

impl Drop for HeldLock {
    fn drop(&mut self) {
        let mut held = self.lock.0.lock();
        match self.kind {
            LockKind::Exclusive => held.writer = false,
            LockKind::Shared => held.readers -= 1,
        }
    }
}
