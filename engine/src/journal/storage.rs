//! The few things that the journal asks of a disk: the trait, and no implementation.
//! Everything above this trait may be run on real files, on plain memory, or on a disk that fails on purpose.

use rustix::io::Errno;
use std::io;
use std::sync::Arc;

/// What an open file may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading only; nothing on disk may change.
    Read,
    /// Reading and writing.
    Write,
}

/// Who else may hold the lock of the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockKind {
    /// No other holder.
    Exclusive,
    /// Others that only read.
    Shared,
}

/// A held lock; dropping it gives the lock back.
pub type StorageLock = Box<dyn Send + Sync>;

/// One flat folder of files.
///
/// Names are plain file names. What is written is durable only after [`StorageFile::sync_data`]; that a file exists,
/// has its name, or is gone is durable only after [`Storage::sync_folder`].
pub trait Storage: Send + Sync + 'static {
    /// How a person would name the folder, for messages.
    fn folder(&self) -> String;

    /// The names of all files, in no order.
    ///
    /// # Errors
    /// When the folder cannot be read.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Makes a new file of `bytes` zero bytes, with its space reserved on disk.
    ///
    /// # Errors
    /// `AlreadyExists`; `StorageFull` or `QuotaExceeded` when there is no room (no file is left behind then); others.
    fn create(&self, name: &str, bytes: u64) -> io::Result<Arc<dyn StorageFile>>;

    /// Opens a file.
    ///
    /// # Errors
    /// `NotFound` and others.
    fn open(&self, name: &str, access: Access) -> io::Result<Arc<dyn StorageFile>>;

    /// Renames a file, replacing what is there.
    ///
    /// # Errors
    /// `NotFound` and others.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file. Open handles of it stay usable.
    ///
    /// # Errors
    /// `NotFound` and others.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes creations, renames and removals durable.
    ///
    /// # Errors
    /// When the disk cannot promise it.
    fn sync_folder(&self) -> io::Result<()>;

    /// Takes the folder's lock without waiting. A shared lock writes nothing: a folder that has no lock file yet
    /// counts as unlocked.
    ///
    /// # Errors
    /// `WouldBlock` when another process holds it.
    fn lock(&self, kind: LockKind) -> io::Result<StorageLock>;

    /// Bytes that may still be written to new files.
    ///
    /// # Errors
    /// When the disk does not report it.
    fn free_bytes(&self) -> io::Result<u64>;
}

/// One open file. Offsets are explicit, so that readers need no lock beside a writer.
#[allow(clippy::len_without_is_empty, reason = "an empty file is no special case here")]
pub trait StorageFile: Send + Sync {
    /// Length in bytes.
    ///
    /// # Errors
    /// When the file cannot be asked.
    fn len(&self) -> io::Result<u64>;

    /// Reads at most `buffer.len()` bytes; fewer are allowed, zero means the end of the file.
    ///
    /// # Errors
    /// When the disk cannot read.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// Writes all of `bytes`, growing the file if need be.
    ///
    /// # Errors
    /// When not everything could be written; what is in the file then is unknown.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Makes everything written to this file durable, its length included.
    ///
    /// # Errors
    /// When the disk cannot promise it; what is on disk then is unknown and asking again proves nothing.
    fn sync_data(&self) -> io::Result<()>;

    /// Forgets what memory believes the file holds, so that the next read shows what the disk holds. Used before
    /// recovery judges a tail, because a sync that failed leaves memory and disk in disagreement. Call
    /// [`StorageFile::sync_data`] before it.
    ///
    /// # Errors
    /// When the system refuses.
    fn drop_cached(&self) -> io::Result<()>;

    /// An offset at or after `offset` before which only zeros are read: room that was reserved and never written need
    /// not be read to know what is in it. The length of the file, or more, if only zeros follow. A storage that cannot
    /// tell returns `offset`, as the default does.
    ///
    /// # Errors
    /// When the file cannot be asked.
    fn zeros_until(&self, offset: u64) -> io::Result<u64> {
        Ok(offset)
    }
}

/// Reads until `buffer` is full or the file ends; returns the bytes read.
pub(super) fn read_full(file: &dyn StorageFile, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while done < buffer.len() {
        match file.read_at(offset + done as u64, &mut buffer[done..]) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// Whether an error says that this process or machine is short of descriptors or memory, or that a call was
/// interrupted, and says nothing of the disk.
pub(super) fn passes(error: &io::Error) -> bool {
    const PASSING: [Errno; 5] = [Errno::MFILE, Errno::NFILE, Errno::NOMEM, Errno::INTR, Errno::AGAIN];
    Errno::from_io_error(error).is_some_and(|errno| PASSING.contains(&errno))
}

/// Whether an error says that the disk (or the user's share of it) is full.
pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
