//! The handle for everybody but the writer: figures, readers, snapshots, retention. Usable from any thread.

use super::error::{At, JournalError, Operation};
use super::layout::Position;
use super::reader::JournalReader;
use super::recovery::Replay;
use super::segment::segment_name;
use super::shared::Shared;
use super::snapshot::{self, SnapshotWriter, snapshot_name};
use crate::clock::UnixMs;
use std::sync::Arc;

/// Generations of snapshots that are kept.
pub(super) const SNAPSHOTS_KEPT: usize = 2;

/// A view of an open journal. The folder stays locked until the last view is gone.
#[derive(Clone)]
pub(crate) struct JournalView {
    pub(super) shared: Arc<Shared>,
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
    pub(super) const fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
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

    /// Gives every record of the newest snapshot to `replay`; returns where it stands, or `None` if there is none.
    ///
    /// # Errors
    /// `SnapshotDamaged` and `Io` when it cannot be read, `Apply` when `replay` does not take it.
    pub(crate) fn replay_newest_snapshot(
        &self,
        replay: &mut dyn Replay,
    ) -> Result<Option<Position>, JournalError> {
        let Some(position) = self.snapshots().last().copied() else { return Ok(None) };
        let storage = &*self.shared.storage;
        let damaged = |found: String| JournalError::SnapshotDamaged {
            folder: storage.folder(),
            file: snapshot_name(position),
            found,
        };
        let info = snapshot::verify(storage, position, self.shared.identity.engine)?.map_err(damaged)?;
        snapshot::replay(storage, &info, &mut |record| {
            replay.snapshot_record(record).map_err(|error| JournalError::Apply { at: position, error })
        })?;
        Ok(Some(position))
    }

    /// Begins a snapshot of the state after all records before `position`, which must be durable.
    ///
    /// # Errors
    /// `Poisoned`, `Full`, `Io`.
    pub(crate) fn snapshot(&self, position: Position, now: UnixMs) -> Result<SnapshotWriter, JournalError> {
        SnapshotWriter::begin(self.clone(), position, now)
    }

    /// Removes snapshots beyond the newest two, and segments that the older of these two does not need.
    /// With fewer than two snapshots nothing is removed.
    ///
    /// # Errors
    /// `Io`: what was not removed is removed by a later call or at the next opening.
    pub(crate) fn retire(&self) -> Result<Retired, JournalError> {
        self.shared.healthy()?;
        let storage = &*self.shared.storage;
        let mut retired = Retired::default();
        // The lock is held throughout: this is rare, takes milliseconds, and the writer needs it only to switch segments.
        let mut catalog = self.shared.catalog.lock();
        let Some(kept_from) = catalog.snapshots.len().checked_sub(SNAPSHOTS_KEPT) else { return Ok(retired) };
        let needed = catalog.snapshots[kept_from];
        for position in catalog.snapshots.drain(..kept_from) {
            let name = snapshot_name(position);
            storage.remove(&name).at(storage, &name, Operation::Remove)?;
            retired.snapshots += 1;
        }
        // A segment is needed if a record at or after `needed` lies in it, so if the next one begins after `needed`.
        while catalog.segments.get(1).is_some_and(|next| next.first <= needed) {
            let segment = catalog.segments.pop_front().expect("there are two");
            let name = segment_name(segment.sequence);
            storage.remove(&name).at(storage, &name, Operation::Remove)?;
            retired.segments += 1;
            retired.bytes += segment.bytes;
        }
        if retired != Retired::default() {
            storage.sync_folder().at(storage, "", Operation::SyncFolder)?;
        }
        Ok(retired)
    }
}
