//! Everything that can go wrong between the journal and its disk, each with what, where, and how to go on.

use super::layout::{EngineId, FORMAT_VERSION, Position};
use crate::limits::RECORD_BYTES_MAX;
use std::fmt;
use std::io;

/// The operation that the disk refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Listing the folder.
    List,
    /// Making a file.
    Create,
    /// Opening a file.
    Open,
    /// Reading a file.
    Read,
    /// Writing a file.
    Write,
    /// Making a file's content durable.
    Sync,
    /// Making names durable.
    SyncFolder,
    /// Renaming a file.
    Rename,
    /// Removing a file.
    Remove,
    /// Taking the folder's lock.
    Lock,
    /// Asking for free space.
    FreeSpace,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::List => "list the files of",
            Self::Create => "create",
            Self::Open => "open",
            Self::Read => "read",
            Self::Write => "write",
            Self::Sync => "sync",
            Self::SyncFolder => "sync the folder of",
            Self::Rename => "rename",
            Self::Remove => "remove",
            Self::Lock => "lock",
            Self::FreeSpace => "ask for the free space of",
        })
    }
}

/// Why a record was not taken back at replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplyError {
    /// Why, for a person.
    pub message: String,
}

impl ApplyError {
    /// An error with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

/// An error of the journal. All of them leave the disk as it was found, except `Io` and `Poisoned` of a running
/// journal.
#[derive(Debug)]
#[non_exhaustive]
pub enum JournalError {
    /// The disk refused an operation.
    Io {
        /// The folder.
        folder: String,
        /// The file in it; empty for the folder itself.
        file: String,
        /// What was tried.
        operation: Operation,
        /// What the system said.
        source: io::Error,
    },
    /// Another process (or engine) has the folder open.
    Locked {
        /// The folder.
        folder: String,
    },
    /// The folder has files, but not those of a journal.
    NotAJournal {
        /// The folder.
        folder: String,
        /// What is odd about it.
        found: String,
    },
    /// Both copies of the `meta` file are damaged, or they disagree.
    MetaDamaged {
        /// The folder.
        folder: String,
    },
    /// Written by a later version of this program.
    NewerFormat {
        /// The folder.
        folder: String,
        /// The file.
        file: String,
        /// Its format.
        found: u16,
    },
    /// A file of another engine.
    Foreign {
        /// The folder.
        folder: String,
        /// The file.
        file: String,
        /// Whose folder it is.
        expected: EngineId,
        /// Whose file it is.
        found: EngineId,
    },
    /// Bytes that were durable are damaged or gone.
    Rot {
        /// The folder.
        folder: String,
        /// The file.
        file: String,
        /// Offset in it.
        offset: u64,
        /// Everything before here is intact.
        intact: Position,
        /// Everything before here had been durable.
        durable: Position,
        /// What is wrong.
        found: String,
    },
    /// An intact frame or file stands where it does not belong.
    Misplaced {
        /// The folder.
        folder: String,
        /// The file.
        file: String,
        /// Offset in it.
        offset: u64,
        /// Everything before here is intact and in order.
        intact: Position,
        /// What does not fit.
        found: String,
    },
    /// A segment file is missing.
    Hole {
        /// The folder.
        folder: String,
        /// Name of the file that should be there.
        missing: String,
        /// Everything before here is intact.
        intact: Position,
        /// Everything before here had been durable.
        durable: Position,
    },
    /// A snapshot is damaged and nothing can stand in for it.
    SnapshotDamaged {
        /// The folder.
        folder: String,
        /// The file.
        file: String,
        /// What is wrong.
        found: String,
    },
    /// The owner of the records refused one of them at replay.
    Apply {
        /// End of the record, or position of the snapshot that holds it.
        at: Position,
        /// Why.
        error: ApplyError,
    },
    /// An earlier write or sync failed; nothing can be written until the folder is opened again.
    Poisoned {
        /// The first failure.
        cause: String,
    },
    /// No room for this group. Nothing was written, nothing is lost; the same call succeeds once there is room.
    Full {
        /// The folder.
        folder: String,
        /// Free bytes that are needed.
        needed: u64,
    },
    /// A record of a snapshot is longer than records can be. The snapshot is lost, the journal goes on.
    TooLong {
        /// Its kind.
        kind: u16,
        /// Its bytes.
        bytes: usize,
    },
    /// The position is older than what is kept.
    NotRetained {
        /// What was asked for.
        wanted: Position,
        /// The oldest position that can be read.
        oldest: Position,
    },
    /// No record starts at the position.
    NotABoundary {
        /// What was asked for.
        wanted: Position,
    },
    /// The folder to copy into is not empty.
    NotEmpty {
        /// The folder.
        folder: String,
    },
}

impl JournalError {
    /// Up to where the folder is intact, where [`RecoveryConsent::CutAtDamage`](super::RecoveryConsent::CutAtDamage)
    /// would open it: everything after is lost then. `None` for errors that no consent helps against.
    #[must_use]
    pub const fn intact(&self) -> Option<Position> {
        match self {
            Self::Rot { intact, .. } | Self::Misplaced { intact, .. } | Self::Hole { intact, .. } => {
                Some(*intact)
            }
            _ => None,
        }
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { folder, file, operation, source } => {
                let slash = if file.is_empty() { "" } else { "/" };
                write!(
                    f,
                    "cannot {operation} {folder}{slash}{file}: {source}; check the disk and its permissions, then open the folder again"
                )
            }
            Self::Locked { folder } => {
                write!(
                    f,
                    "{folder} is in use by another process; stop that one first, or choose another folder"
                )
            }
            Self::NotAJournal { folder, found } => {
                write!(
                    f,
                    "{folder} is not a journal folder: {found}; choose an empty folder, or restore a backup"
                )
            }
            Self::MetaDamaged { folder } => write!(
                f,
                "{folder}/meta is damaged in both copies, so the folder cannot be told from another engine's; put the meta file of a backup of this folder there"
            ),
            Self::NewerFormat { folder, file, found } => write!(
                f,
                "{folder}/{file} has format {found}, this program reads formats up to {FORMAT_VERSION}; use the newer program"
            ),
            Self::Foreign { folder, file, expected, found } => write!(
                f,
                "{folder}/{file} belongs to engine {found}, the folder to engine {expected}; move the file back to where it came from"
            ),
            Self::Rot { folder, file, offset, intact, durable, found } => write!(
                f,
                "{folder}/{file} is damaged at offset {offset}: {found}; it is intact up to {intact}, durable was {durable}; restore a backup, or agree to lose everything after {intact}"
            ),
            Self::Misplaced { folder, file, offset, intact, found } => write!(
                f,
                "{folder}/{file} does not fit at offset {offset}: {found}; it is intact up to {intact}; put the right file back, restore a backup, or agree to lose everything after {intact}"
            ),
            Self::Hole { folder, missing, intact, durable } => write!(
                f,
                "{folder}/{missing} is missing: intact up to {intact}, durable was {durable}; put the file back, restore a backup, or agree to lose everything after {intact}"
            ),
            Self::SnapshotDamaged { folder, file, found } => {
                write!(
                    f,
                    "{folder}/{file} is damaged: {found}; nothing kept can stand in for it, restore a backup"
                )
            }
            running => running.fmt_running(f),
        }
    }
}

impl JournalError {
    /// True for an error that passes by itself and is not the disk's.
    pub(super) fn passes(&self) -> bool {
        matches!(self, Self::Io { source, .. } if super::storage::passes(source))
    }

    /// The texts of errors of an open journal; those of a folder that is refused are in `fmt`.
    fn fmt_running(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Apply { at, error } => {
                write!(
                    f,
                    "the record that ends at {at} cannot be applied: {}; this is a bug or a newer program's record",
                    error.message
                )
            }
            Self::Poisoned { cause } => {
                write!(
                    f,
                    "writing stopped after a failure: {cause}; close the engine, check the disk, open the folder again"
                )
            }
            Self::Full { folder, needed } => {
                write!(
                    f,
                    "the disk of {folder} is full: {needed} free bytes are needed; make room, writing goes on by itself"
                )
            }
            Self::TooLong { kind, bytes } => {
                write!(
                    f,
                    "no snapshot can be taken: a record of kind {kind} has {bytes} bytes, the longest has {RECORD_BYTES_MAX}; this is a bug, please report it"
                )
            }
            Self::NotRetained { wanted, oldest } => {
                write!(f, "{wanted} is no longer kept, the oldest is {oldest}; start again from a snapshot")
            }
            Self::NotABoundary { wanted } => write!(f, "no record starts at {wanted}"),
            Self::NotEmpty { folder } => write!(f, "{folder} is not empty; a copy needs an empty folder"),
            refused => unreachable!("fmt has words for {refused:?}"),
        }
    }
}

impl std::error::Error for JournalError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// Makes [`JournalError::Io`] out of a disk's answer: `.at(storage, file, operation)?`.
pub(super) trait At<T> {
    fn at(
        self,
        storage: &dyn super::storage::Storage,
        file: &str,
        operation: Operation,
    ) -> Result<T, JournalError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(
        self,
        storage: &dyn super::storage::Storage,
        file: &str,
        operation: Operation,
    ) -> Result<T, JournalError> {
        self.map_err(|source| JournalError::Io {
            folder: storage.folder(),
            file: file.to_owned(),
            operation,
            source,
        })
    }
}
