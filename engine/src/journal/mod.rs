//! The write-ahead journal: makes opaque records durable in order, and gives them back after a crash.
//!
//! Groups of records become frames, frames fill segment files, a ring of witnesses distinguishes a torn tail from rot,
//! snapshots let old segments go. `docs/journal-format.md` has the bytes. It does not know what a record means, does
//! not read the clock, starts no thread, and touches the disk only through the [`Storage`] trait.

mod backup;
mod chunks;
mod error;
mod file_storage;
mod frame;
mod inspect;
mod layout;
mod meta;
mod pieces;
mod reader;
pub(crate) mod record;
mod recovery;
mod repair;
mod segment;
mod shared;
mod snapshot;
mod storage;
mod survey;
mod tail;
mod view;
mod walk;
mod writer;

pub use backup::backup;
pub use error::{ApplyError, JournalError, Operation};
pub use file_storage::FileStorage;
pub use inspect::{Listed, Report, Stat, dump, stat, verify};
pub use layout::{EngineId, FORMAT_VERSION, Position};
pub use meta::Identity;
pub(crate) use pieces::Piece;
pub(crate) use reader::JournalReader;
pub use record::{Record, RecordError, Records};
pub(crate) use recovery::{JournalOptions, NotTaken, Replay, sealed_records};
pub use recovery::{Opened, Progress, RecoveryConsent};
pub use snapshot::SnapshotInfo;
#[cfg(any(test, feature = "testing"))]
pub(crate) use snapshot::rewritten as rewritten_snapshot;
pub use storage::{Access, LockKind, Storage, StorageFile, StorageLock};
pub use tail::Cut;
pub(crate) use view::JournalView;
pub use view::Retired;
pub(crate) use writer::Journal;
pub use writer::Sizes;

#[cfg(all(test, not(loom)))]
mod tests;
