//! The writing end: one thread appends groups of records as frames, syncs them, keeps the witness ring one step behind,
//! and has the next segment ready before it is needed. Does not decide when to sync, and reads nothing.

use super::error::{At, JournalError, Operation};
use super::frame::{FrameHeader, frame_bytes};
use super::layout::{Hash, Position};
use super::record::Records;
use super::segment::{SEGMENT_HEAD_BYTES, SegmentHeader, segment_name, slot_offset, witness_block};
use super::shared::{Segment, Shared};
use super::storage::{StorageFile, StorageLock};
use super::view::JournalView;
use super::walk::Cursor;
use std::sync::Arc;

/// A frame of at most so many bytes that is synced by itself takes zeros behind it along, [`TOUCH_BYTES`] of them. The
/// first write to a block that was reserved and never written makes the file system change its own metadata, and the
/// sync then waits for that too: nearly twice the time. So it is done once for many small frames. Large ones would only
/// be written twice.
const SMALL_FRAME_BYTES: u64 = 32 << 10;
const TOUCH_BYTES: u64 = 256 << 10;

/// After a failed try to make a spare so many groups are written before the next try, unless it is needed sooner.
const PATIENCE_TENDS: u32 = 32;

/// A segment file that waits for its use.
pub(super) struct Spare {
    pub(super) bytes: u64,
    pub(super) file: Arc<dyn StorageFile>,
}

/// Sizes of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Bytes of each new segment file, its head included.
    pub segment_bytes: u64,
    /// Bytes on disk that are kept for records already admitted when the disk turns out to be full: at least the
    /// log buffer's capacity plus one block for each frame that it may be written in. No group may need more. A segment
    /// holds at least two.
    pub reserve_bytes: u64,
}

impl Sizes {
    /// Panics unless the sizes fit each other.
    pub(super) fn check(self) {
        let Self { segment_bytes, reserve_bytes } = self;
        assert!(
            segment_bytes >= SEGMENT_HEAD_BYTES + 2 * reserve_bytes,
            "a segment of {segment_bytes} bytes holds its head and twice a reserve of {reserve_bytes}"
        );
        assert!(reserve_bytes >= frame_bytes(1), "a reserve of {reserve_bytes} bytes holds a frame");
    }
}

/// The journal, open for writing. One owner; [`Journal::view`] is for all other threads.
pub(crate) struct Journal {
    pub(super) shared: Arc<Shared>,
    pub(super) lock: Arc<StorageLock>,
    pub(super) sizes: Sizes,
    pub(super) segment: Segment,
    /// Bytes of the segment that are taken.
    pub(super) used: u64,
    /// Blocks before here were written to, whatever is in them.
    pub(super) touched: u64,
    pub(super) cursor: Cursor,
    /// The last frame that was written.
    pub(super) last: Option<FrameHeader>,
    /// Whether `last` (and perhaps frames before it) still needs a sync.
    pub(super) dirty: bool,
    /// A durable frame whose witness is not yet on disk.
    pub(super) unwitnessed: Option<FrameHeader>,
    /// The segment before this one, until its ring names a frame of this one.
    pub(super) unlinked: Option<Segment>,
    pub(super) spare: Option<Spare>,
    /// The last try to make a spare failed.
    pub(super) starved: bool,
    /// A failed try may have left its file behind.
    pub(super) left_over: bool,
    /// Calls of `maintain` before a spare is tried for again.
    pub(super) patience: u32,
    /// Reused memory for a whole frame.
    pub(super) staging: Vec<u8>,
}

impl Journal {
    /// A handle for readers, snapshots and figures, usable from any thread.
    pub(crate) fn view(&self) -> JournalView {
        JournalView::new(Arc::clone(&self.shared), Arc::clone(&self.lock))
    }

    /// Where the next group goes.
    pub(crate) const fn end(&self) -> Position {
        self.cursor.position
    }

    /// Everything before here has survived a sync.
    #[cfg(test)]
    pub(crate) fn durable(&self) -> Position {
        self.shared.durable()
    }

    /// How often making the next segment failed and was put off, and the text of the last error.
    pub(crate) fn retries(&self) -> (u64, Option<String>) {
        self.shared.retries()
    }

    /// Whether new writes must be refused: there is room only for those already admitted.
    pub(crate) fn full(&self) -> bool {
        self.shared.full()
    }

    /// Why writing has ended, if it has.
    #[cfg(test)]
    pub(crate) fn poisoned(&self) -> Option<&str> {
        self.shared.poisoned()
    }

    /// Writes a group of sealed, padded records as one frame, without a sync. Returns the new end.
    ///
    /// # Errors
    /// `Full` when a new segment is needed and cannot be made: nothing was written and the call may be repeated.
    /// `Io` when the disk failed: the journal is poisoned. `Poisoned` from then on.
    ///
    /// # Panics
    /// If `expected` is not [`Journal::end`], if the group is empty, is not made of records, or needs more than the
    /// reserve.
    pub(crate) fn append(&mut self, expected: Position, group: &[u8]) -> Result<Position, JournalError> {
        self.shared.healthy()?;
        let end = self.cursor.position;
        assert_eq!(expected, end, "the group is for {expected}, the journal ends at {end}");
        let records = count_records(group);
        let file_bytes = frame_bytes(group.len() as u64);
        let reserve_bytes = self.sizes.reserve_bytes;
        assert!(
            file_bytes <= reserve_bytes,
            "a frame of {file_bytes} bytes fits a reserve of {reserve_bytes}"
        );
        if self.used + file_bytes > self.segment.bytes {
            self.switch()?;
        }
        self.write_frame(group, records).map_err(|error| self.shared.poison(error))?;
        self.update_full();
        Ok(self.cursor.position)
    }

    /// Makes everything appended durable. Returns the durable position.
    ///
    /// # Errors
    /// `Io` when the disk failed: what was appended since the last sync may or may not survive, and the journal is
    /// poisoned. `Poisoned` from then on.
    pub(crate) fn sync(&mut self) -> Result<Position, JournalError> {
        self.shared.healthy()?;
        if self.dirty {
            self.sync_file(&self.segment)?;
            self.dirty = false;
            self.unwitnessed = self.last;
            self.shared.set_durable(self.cursor.position);
        }
        Ok(self.shared.durable())
    }

    /// Work that may be done after waiting callers have been released: makes the next segment, links the one before.
    /// Cheap when there is nothing to do. Call it after each sync, and now and then while [`Journal::full`].
    ///
    /// # Errors
    /// `Io` when the disk failed: the journal is poisoned. `Poisoned` from then on. That the next segment cannot be
    /// made is no failure, whatever the reason: it is tried again, and [`Journal::full`] while it is missed.
    pub(crate) fn maintain(&mut self) -> Result<(), JournalError> {
        self.shared.healthy()?;
        self.link()?;
        if self.spare.is_none() {
            // While there is room in this segment a failed try is not repeated after every group: it costs system
            // calls.
            self.patience = self.patience.saturating_sub(1);
            if (self.patience == 0 || self.full()) && !self.lacks_room() {
                self.make_spare()?;
            }
        }
        self.update_full();
        Ok(())
    }

    /// Syncs everything and writes the last witness: for quiet moments. After this, damage to the last frame is
    /// recognised as damage, not taken for a torn write.
    ///
    /// # Errors
    /// As [`Journal::sync`].
    pub(crate) fn seal_tail(&mut self) -> Result<Position, JournalError> {
        self.sync()?;
        if self.unwitnessed.is_some() {
            self.write_witness().map_err(|error| self.shared.poison(error))?;
            self.sync_file(&self.segment)?;
        }
        Ok(self.shared.durable())
    }

    /// Seals the tail and closes. Without it the folder is as after a crash: nothing durable is lost.
    ///
    /// # Errors
    /// As [`Journal::sync`].
    pub(crate) fn close(mut self) -> Result<Position, JournalError> {
        self.seal_tail()
    }

    fn write_frame(&mut self, group: &[u8], records: u32) -> Result<(), JournalError> {
        let header = FrameHeader {
            engine: self.shared.identity.engine,
            segment: self.segment.sequence,
            offset: self.used,
            number: self.cursor.number,
            first: self.cursor.position,
            end: self.cursor.position.plus(group.len() as u64),
            durable: self.shared.durable(),
            records,
            previous: self.cursor.chain,
            payload: Hash::of(group),
        };
        let (bytes, hash) = header.encode();
        self.write_witness()?;
        let file_bytes = header.file_bytes();
        let written_bytes = file_bytes + self.zeros_behind(file_bytes);
        self.staging.clear();
        self.staging.extend_from_slice(&bytes);
        self.staging.extend_from_slice(group);
        self.staging.resize(usize::try_from(written_bytes).expect("a frame fits memory"), 0);
        self.write(&self.segment, self.used, &self.staging)?;
        self.touched = self.touched.max(self.used + written_bytes);
        self.used += file_bytes;
        self.cursor = Cursor { position: header.end, number: header.number + 1, chain: hash };
        self.last = Some(header);
        self.dirty = true;
        Ok(())
    }

    /// How many zeros to write behind a frame, so that the next small ones meet blocks that were written before.
    fn zeros_behind(&self, file_bytes: u64) -> u64 {
        let end = self.used + file_bytes;
        let is_small = file_bytes <= SMALL_FRAME_BYTES && !self.dirty;
        if is_small && end > self.touched { TOUCH_BYTES.min(self.segment.bytes - end) } else { 0 }
    }

    /// Writes the witness that is due, to be made durable by the next sync.
    fn write_witness(&mut self) -> Result<(), JournalError> {
        if let Some(frame) = self.unwitnessed {
            self.write(&self.segment, slot_offset(frame.number), &witness_block(&frame))?;
            self.unwitnessed = None;
        }
        Ok(())
    }

    /// Goes on in the next segment. Everything before it is synced first: a segment's header proves that.
    fn switch(&mut self) -> Result<(), JournalError> {
        self.sync()?;
        self.link()?;
        if self.spare.is_none() && !self.make_spare()? {
            return Err(JournalError::Full {
                folder: self.shared.storage.folder(),
                needed: self.sizes.segment_bytes,
            });
        }
        let spare = self.spare.take().expect("a spare was just seen or made");
        let next = Segment {
            sequence: self.segment.sequence + 1,
            first: self.cursor.position,
            chain: self.cursor.chain,
            bytes: spare.bytes,
            file: spare.file,
        };
        let header = SegmentHeader {
            engine: self.shared.identity.engine,
            sequence: next.sequence,
            first: next.first,
            number: self.cursor.number,
            chain: next.chain,
        };
        self.write(&next, 0, &header.encode()).map_err(|error| self.shared.poison(error))?;
        self.shared.catalog.lock().segments.push_back(next.clone());
        self.unlinked = Some(std::mem::replace(&mut self.segment, next));
        self.used = SEGMENT_HEAD_BYTES;
        self.touched = 0;
        Ok(())
    }

    /// Lets the ring of the segment before this one name a durable frame of this one, so that a missing last file
    /// shows.
    fn link(&mut self) -> Result<(), JournalError> {
        let frame = self.last.filter(|frame| !self.dirty && frame.segment == self.segment.sequence);
        let (Some(before), Some(frame)) = (&self.unlinked, frame) else { return Ok(()) };
        let block = witness_block(&frame);
        self.write(before, slot_offset(frame.number), &block).map_err(|error| self.shared.poison(error))?;
        self.sync_file(before)?;
        self.unlinked = None;
        Ok(())
    }

    /// Makes the next segment's file. `false` when that must be tried again later: nothing is in the file yet and
    /// nothing needs it yet, so an error of any kind (full, no descriptors, no memory) has done no harm.
    fn make_spare(&mut self) -> Result<bool, JournalError> {
        let name = segment_name(self.segment.sequence + 1);
        match self.try_spare(&name) {
            Ok(file) => {
                self.spare = Some(Spare { bytes: self.sizes.segment_bytes, file });
                (self.starved, self.patience) = (false, 0);
                Ok(true)
            }
            Err(error @ JournalError::Io { operation: Operation::SyncFolder, .. }) if !error.passes() => {
                Err(self.shared.poison(error))
            }
            Err(error) => {
                self.shared.note_retry(&error);
                (self.starved, self.patience) = (true, PATIENCE_TENDS);
                Ok(false)
            }
        }
    }

    fn try_spare(&mut self, name: &str) -> Result<Arc<dyn StorageFile>, JournalError> {
        let storage = &*self.shared.storage;
        if self.left_over {
            // An earlier try got this far: some disks report only at the sync that they are full.
            match storage.remove(name) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).at(storage, name, Operation::Remove);
                }
                _ => self.left_over = false,
            }
        }
        let created = storage.create(name, self.sizes.segment_bytes);
        self.left_over = true;
        let file = created.at(storage, name, Operation::Create)?;
        file.sync_data().at(storage, name, Operation::Sync)?;
        storage.sync_folder().at(storage, "", Operation::SyncFolder)?;
        self.left_over = false;
        Ok(file)
    }

    fn update_full(&self) {
        let left = self.segment.bytes.saturating_sub(self.used);
        // Twice: the append after which this is asked may take one reserve and still leave one.
        self.shared.set_full(self.spare.is_none() && left < 2 * self.sizes.reserve_bytes);
    }

    /// True if a try to make a spare would meet a full disk, as far as the disk reports.
    fn lacks_room(&self) -> bool {
        self.starved && self.shared.storage.free_bytes().is_ok_and(|free| free < self.sizes.segment_bytes)
    }

    fn write(&self, segment: &Segment, offset: u64, bytes: &[u8]) -> Result<(), JournalError> {
        let written = segment.file.write_at(offset, bytes);
        written.at(&*self.shared.storage, &segment_name(segment.sequence), Operation::Write)
    }

    /// Syncs a file; a failure poisons.
    fn sync_file(&self, segment: &Segment) -> Result<(), JournalError> {
        let synced = segment.file.sync_data();
        synced
            .at(&*self.shared.storage, &segment_name(segment.sequence), Operation::Sync)
            .map_err(|error| self.shared.poison(error))
    }
}

/// Counts the records of a group, and checks each: what cannot be read back must not be written.
fn count_records(group: &[u8]) -> u32 {
    assert!(!group.is_empty(), "a group has at least one record");
    let mut records = 0;
    for record in Records::new(group) {
        if let Err((at, error)) = record {
            panic!("a group of {} bytes is made of records: at byte {at}, {error}", group.len());
        }
        records += 1;
    }
    records
}
