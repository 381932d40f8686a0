//! The handle for all threads but the writer: figures, readers, snapshots, retention. Usable from any thread.

use super::error::{At, JournalError, Operation};
use super::layout::Position;
use super::reader::JournalReader;
use super::recovery::{NotTaken, Replay};
use super::segment::segment_name;
use super::shared::{Shared, Unlisted};
use super::snapshot::{self, SnapshotWriter, snapshot_name};
use super::storage::StorageLock;
use crate::clock::UnixMs;
use std::sync::Arc;

/// A view of an open journal. The folder stays locked until the journal and the last view are gone: no engine can open
/// it while a snapshot is still being written. Only the views of [`JournalView::unlocked`] do not count.
#[derive(Clone)]
pub(crate) struct JournalView {
    pub(super) shared: Arc<Shared>,
    _lock: Option<Arc<StorageLock>>,
}

/// What was let go after a snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retired {
    /// Segment files.
    pub segments: u32,
    /// Snapshots.
    pub snapshots: u32,
    /// Bytes of the segment files.
    pub bytes: u64,
}

impl JournalView {
    pub(super) const fn new(shared: Arc<Shared>, lock: Arc<StorageLock>) -> Self {
        Self { shared, _lock: Some(lock) }
    }

    /// A view that does not keep the folder locked. For reading only, and only as long as its holder knows that the
    /// journal is open: then another engine may have the folder.
    pub(crate) fn unlocked(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), _lock: None }
    }

    /// Everything before here has survived a sync and can be read.
    pub(crate) fn durable(&self) -> Position {
        self.shared.durable()
    }

    /// The oldest position that can still be read.
    #[cfg(test)]
    pub(crate) fn oldest(&self) -> Position {
        self.shared.catalog.lock().segments.front().map_or(Position::ZERO, |segment| segment.first)
    }

    /// Whether new writes must be refused for want of room.
    #[cfg(test)]
    pub(crate) fn full(&self) -> bool {
        self.shared.full()
    }

    /// Why writing has ended, if it has.
    #[cfg(test)]
    pub(crate) fn poisoned(&self) -> Option<&str> {
        self.shared.poisoned()
    }

    /// Positions of the snapshots that are kept, ascending.
    pub(crate) fn snapshots(&self) -> Vec<Position> {
        self.shared.catalog.lock().snapshots.clone()
    }

    /// Reads records from `from` on, up to the durable position, while the writer runs.
    ///
    /// # Errors
    /// `NotRetained` when the position is older than what is kept, `NotABoundary` when no record starts there or it
    /// is not durable yet, `Io` and `Rot` when the disk fails.
    pub(crate) fn reader(&self, from: Position) -> Result<JournalReader, JournalError> {
        JournalReader::open(self.clone(), from)
    }

    /// Gives every piece of the newest snapshot to `replay`; returns where it stands, or `None` if there is none.
    ///
    /// # Errors
    /// `SnapshotDamaged` and `Io` when it cannot be read, `Apply` when `replay` does not take it.
    pub(crate) fn replay_newest_snapshot(
        &self,
        replay: &mut dyn Replay,
    ) -> Result<Option<Position>, JournalError> {
        let Some(position) = self.snapshots().last().copied() else { return Ok(None) };
        let storage = &*self.shared.storage;
        let damaged = |found| snapshot::damaged(storage, position, found);
        let info = snapshot::verify(storage, position, self.shared.identity.engine)?.map_err(damaged)?;
        let told = |fault: NotTaken| fault.told(storage, position);
        snapshot::each_piece(storage, &info, &mut |piece| replay.piece(piece).map_err(told))?;
        replay.snapshot_ended(position, info.records).map_err(told)?;
        Ok(Some(position))
    }

    /// Why records that a reader gave were not taken by a replay that began with the newest snapshot.
    pub(crate) fn told(&self, fault: NotTaken) -> JournalError {
        fault.told(&*self.shared.storage, self.snapshots().last().copied().unwrap_or_default())
    }

    /// Begins a snapshot of the state after all records before `position`, which must be durable.
    ///
    /// # Errors
    /// `Poisoned`, `Full`, `Io`.
    pub(crate) fn snapshot(&self, position: Position, now: UnixMs) -> Result<SnapshotWriter, JournalError> {
        SnapshotWriter::begin(self.clone(), position, now)
    }

    /// Removes snapshots beyond the newest two, and segments that the older of these two does not need. With fewer than
    /// two snapshots nothing is removed. The disk is asked with no lock held that the writer thread needs.
    ///
    /// # Errors
    /// `Io`: what was not removed is removed by a later call or at the next opening.
    pub(crate) fn retire(&self) -> Result<Retired, JournalError> {
        self.shared.healthy()?;
        let storage = &*self.shared.storage;
        let mut retired = Retired::default();
        // One removal at a time, and what one leaves behind comes first in the next: segments go in ascending order, or
        // a crash in between would leave a gap.
        let mut unlisted = self.shared.unlisted.lock();
        unlisted.extend(self.shared.catalog.lock().unlist());
        while let Some(file) = unlisted.front() {
            let name = match file {
                Unlisted::Snapshot(position) => snapshot_name(*position),
                Unlisted::Segment(segment) => segment_name(segment.sequence),
            };
            storage.remove(&name).at(storage, &name, Operation::Remove)?;
            match unlisted.pop_front() {
                Some(Unlisted::Segment(segment)) => {
                    retired.segments += 1;
                    retired.bytes += segment.bytes;
                }
                _ => retired.snapshots += 1,
            }
        }
        if retired != Retired::default() {
            storage.sync_folder().at(storage, "", Operation::SyncFolder)?;
        }
        Ok(retired)
    }
}
