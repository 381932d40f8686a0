//! The real disk: a folder of the file system behind the [`Storage`] trait. Positional reads and writes, `fdatasync`
//! for data, `fsync` for the folder, `fallocate` for space. Decides nothing.

use super::storage::{Access, LockKind, Storage, StorageFile, StorageLock};
use rustix::fs::{Advice, FallocateFlags, SeekFrom, fadvise, fallocate, seek, statvfs};
use rustix::io::{Errno, retry_on_intr};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Name of the file whose lock stands for the folder.
pub(super) const LOCK_NAME: &str = "lock";
/// Zeros are written in pieces of this size where the file system cannot reserve space.
const ZERO_BYTES: usize = 1 << 20;
/// Owner only: the folder holds the engine's secret key.
const FILE_MODE: u32 = 0o600;
/// Owner only.
const FOLDER_MODE: u32 = 0o700;

/// A folder of the file system.
#[derive(Clone, Debug)]
pub struct FileStorage {
    path: PathBuf,
}

impl FileStorage {
    /// The folder at `path`, made if it is not there (its parent must be), readable by its owner only.
    ///
    /// # Errors
    /// When it cannot be made, or is no folder.
    pub fn create_or_open(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        match fs::DirBuilder::new().mode(FOLDER_MODE).create(&path) {
            Ok(()) => {
                let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
                File::open(parent.unwrap_or(Path::new(".")))?.sync_all()?;
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        Self::open(path)
    }

    /// The folder at `path`, which must exist. Writes nothing.
    ///
    /// # Errors
    /// When it does not exist or is no folder.
    pub fn open(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        if fs::metadata(&path)?.is_dir() {
            Ok(Self { path })
        } else {
            Err(io::Error::new(io::ErrorKind::NotADirectory, format!("{} is not a folder", path.display())))
        }
    }

    fn lock_file(&self, kind: LockKind) -> io::Result<Option<File>> {
        let path = self.path.join(LOCK_NAME);
        let mut options = OpenOptions::new();
        match kind {
            LockKind::Exclusive => options.write(true).create(true).truncate(false).mode(FILE_MODE),
            LockKind::Shared => options.read(true),
        };
        match options.open(path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if kind == LockKind::Shared && error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Storage for FileStorage {
    fn folder(&self) -> String {
        self.path.display().to_string()
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        Ok(names)
    }

    fn create(&self, name: &str, bytes: u64) -> io::Result<Arc<dyn StorageFile>> {
        let path = self.path.join(name);
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(FILE_MODE).open(&path)?;
        if let Err(error) = reserve(&file, bytes) {
            // The first error is returned; a file left behind is found and removed by recovery.
            let _ = fs::remove_file(&path);
            return Err(error);
        }
        Ok(Arc::new(RealFile(file)))
    }

    fn open(&self, name: &str, access: Access) -> io::Result<Arc<dyn StorageFile>> {
        let file = OpenOptions::new().read(true).write(access == Access::Write).open(self.path.join(name))?;
        Ok(Arc::new(RealFile(file)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        uninterrupted(|| fs::rename(self.path.join(from), self.path.join(to)))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        uninterrupted(|| fs::remove_file(self.path.join(name)))
    }

    fn sync_folder(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    fn lock(&self, kind: LockKind) -> io::Result<StorageLock> {
        let Some(file) = self.lock_file(kind)? else { return Ok(Box::new(())) };
        uninterrupted(|| {
            let taken = match kind {
                LockKind::Exclusive => file.try_lock(),
                LockKind::Shared => file.try_lock_shared(),
            };
            taken.map_err(|error| match error {
                TryLockError::WouldBlock => io::ErrorKind::WouldBlock.into(),
                TryLockError::Error(error) => error,
            })
        })?;
        Ok(Box::new(file))
    }

    fn free_bytes(&self) -> io::Result<u64> {
        let stat = uninterrupted(|| Ok(statvfs(&self.path)?))?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }
}

/// Repeats a call that a signal cut off before it had done anything. The standard library does so itself when it opens,
/// writes (`write_all_at`) and syncs.
fn uninterrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// Reserves `bytes` of disk; by writing zeros where the file system has no other way.
fn reserve(file: &File, bytes: u64) -> io::Result<()> {
    if bytes == 0 {
        return Ok(());
    }
    match retry_on_intr(|| fallocate(file, FallocateFlags::empty(), 0, bytes)) {
        Ok(()) => Ok(()),
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => write_zeros(file, bytes),
        Err(error) => Err(error.into()),
    }
}

fn write_zeros(file: &File, bytes: u64) -> io::Result<()> {
    let zeros = vec![0_u8; ZERO_BYTES];
    let mut at = 0;
    while at < bytes {
        let count = usize::try_from(bytes - at).unwrap_or(ZERO_BYTES).min(ZERO_BYTES);
        file.write_all_at(&zeros[..count], at)?;
        at += count as u64;
    }
    Ok(())
}

#[derive(Debug)]
struct RealFile(File);

impl StorageFile for RealFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        uninterrupted(|| self.0.read_at(buffer, offset))
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn drop_cached(&self) -> io::Result<()> {
        uninterrupted(|| Ok(fadvise(&self.0, 0, None, Advice::DontNeed)?))
    }

    /// File systems know which blocks were never written. Readers and writers name their offsets, so the file's own
    /// offset may stand anywhere.
    fn zeros_until(&self, offset: u64) -> io::Result<u64> {
        match retry_on_intr(|| seek(&self.0, SeekFrom::Data(offset))) {
            Ok(at) => Ok(at),
            // Nothing but a hole up to the end.
            Err(Errno::NXIO) => Ok(u64::MAX),
            Err(Errno::INVAL | Errno::OPNOTSUPP) => Ok(offset),
            Err(error) => Err(error.into()),
        }
    }
}

/// Fills `buffer` with random bytes from the operating system.
///
/// # Errors
/// When the system has no source of randomness.
pub(super) fn random_bytes(buffer: &mut [u8]) -> io::Result<()> {
    File::open("/dev/urandom")?.read_exact(buffer)
}
