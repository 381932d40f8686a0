//! A copy of a journal into an empty folder: the newest snapshot, and every frame from there to the durable position.
//! Every byte is checked on its way. The copy is a journal folder like any other and opens as one.

use super::error::{At, JournalError, Operation};
use super::frame::{FRAME_HEADER_BYTES, FrameHeader};
use super::inspect::{Report, verify};
use super::layout::{BLOCK, Hash, Position};
use super::meta::Identity;
use super::recovery::{Progress, take_lock, write_meta};
use super::segment::{SEGMENT_HEAD_BYTES, SegmentHeader, segment_name, slot_offset, witness_block};
use super::shared::Segment;
use super::snapshot::snapshot_name;
use super::storage::{Access, LockKind, Storage, StorageFile, read_full};
use super::survey::{Folder, must_exist, survey};
use super::view::JournalView;
use super::walk::{Verdict, walk};
use std::ops::ControlFlow;
use std::sync::Arc;

const PIECE_BYTES: usize = 1 << 20;

impl JournalView {
    /// Copies the journal, as it is durable now, into the empty folder `to`, while the writer runs.
    ///
    /// # Errors
    /// `NotEmpty`; `Rot` when something to copy is damaged; `Io`. What was copied so far stays in `to` without a `meta`
    /// file, so that it is not taken for a journal.
    pub(crate) fn backup(
        &self,
        to: &dyn Storage,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Report, JournalError> {
        let storage = &*self.shared.storage;
        let identity = self.shared.identity;
        loop {
            let (newest, segments, limit) = self.newest()?;
            let snapshot = match newest.map(|position| open_snapshot(storage, position)).transpose() {
                Ok(snapshot) => snapshot,
                // Retired since we looked: then there are newer ones. The lock is not held while the disk is asked.
                Err(_) if self.newest()?.0 != newest => continue,
                Err(error) => return Err(error),
            };
            return Source { storage, identity, snapshot, segments, limit }.copy(to, progress);
        }
    }

    /// The newest snapshot, the segments that go with it, and how far they are durable. Segments are open, and open
    /// files stay readable when they are retired.
    fn newest(&self) -> Result<(Option<Position>, Vec<Segment>, Position), JournalError> {
        let catalog = self.shared.catalog.lock();
        let limit = self.shared.durable();
        let snapshot = catalog.snapshots.last().copied();
        let first = catalog.holding(snapshot.unwrap_or_default())?.sequence;
        let segments = catalog.segments.iter().filter(|segment| segment.sequence >= first).cloned().collect();
        Ok((snapshot, segments, limit))
    }
}

/// Copies a folder that no engine has open; see `Engine::backup`. Changes nothing in `from`.
///
/// # Errors
/// As opening `from` would give them, `Locked`, `NotEmpty`, `Io`.
pub fn backup(
    from: &dyn Storage,
    to: &dyn Storage,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, JournalError> {
    let _lock = take_lock(from, LockKind::Shared)?;
    let survey = must_exist(from, survey(from, Access::Read)?)?;
    let mut good = None;
    for position in &survey.snapshots {
        if super::snapshot::verify(from, *position, survey.identity.engine)?.is_ok() {
            good = Some(*position);
        }
    }
    let needed = good.unwrap_or_default();
    let start = super::walk::start_for(from, &survey, needed)?;
    let walked = walk(from, &survey, start, needed, &mut |_, _| Ok(ControlFlow::Continue(())))?;
    if let Verdict::Refuse(error) = walked.verdict {
        return Err(error);
    }
    let segments = (start..=walked.end.segment)
        .map(|index| super::recovery::segment_of(&survey, &walked, index))
        .collect();
    let snapshot = good.map(|position| open_snapshot(from, position)).transpose()?;
    let limit = walked.end.cursor.position;
    Source { storage: from, identity: survey.identity, snapshot, segments, limit }.copy(to, progress)
}

fn open_snapshot(
    storage: &dyn Storage,
    position: Position,
) -> Result<(Position, Arc<dyn StorageFile>), JournalError> {
    let name = snapshot_name(position);
    Ok((position, storage.open(&name, Access::Read).at(storage, &name, Operation::Open)?))
}

/// What is to be copied.
struct Source<'a> {
    storage: &'a dyn Storage,
    identity: Identity,
    snapshot: Option<(Position, Arc<dyn StorageFile>)>,
    segments: Vec<Segment>,
    /// Frames up to here.
    limit: Position,
}

impl Source<'_> {
    fn copy(self, to: &dyn Storage, progress: &mut dyn FnMut(Progress)) -> Result<Report, JournalError> {
        let lock = empty_folder(to)?;
        let mut at = Progress { bytes_total: self.bytes_total()?, ..Progress::default() };
        if let Some((position, file)) = &self.snapshot {
            self.copy_snapshot(*position, &**file, to, &mut at, progress)?;
        }
        let mut number = None;
        for (index, segment) in self.segments.iter().enumerate() {
            let next = self.segments.get(index + 1).map_or(self.limit, |next| next.first.min(self.limit));
            if index == 0 || segment.first < self.limit {
                number = Some(self.copy_segment(segment, number, next, to, &mut at, progress)?);
            }
        }
        to.sync_folder().at(to, "", Operation::SyncFolder)?;
        write_meta(to, &self.identity)?;
        // The reader of the copy takes the lock itself.
        drop(lock);
        verify(to, &mut |_| {})
    }

    fn bytes_total(&self) -> Result<u64, JournalError> {
        let first = self.segments.first().map_or(self.limit, |segment| segment.first);
        let frames = self.limit.0.saturating_sub(first.0);
        match &self.snapshot {
            None => Ok(frames),
            Some((position, file)) => {
                let bytes = file.len().at(self.storage, &snapshot_name(*position), Operation::Read)?;
                Ok(frames + bytes)
            }
        }
    }

    fn copy_snapshot(
        &self,
        position: Position,
        file: &dyn StorageFile,
        to: &dyn Storage,
        at: &mut Progress,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), JournalError> {
        let name = snapshot_name(position);
        let copy = to.create(&name, 0).at(to, &name, Operation::Create)?;
        let mut piece = vec![0; PIECE_BYTES];
        let mut offset = 0;
        loop {
            let count = read_full(file, offset, &mut piece).at(self.storage, &name, Operation::Read)?;
            if count == 0 {
                break;
            }
            copy.write_at(offset, &piece[..count]).at(to, &name, Operation::Write)?;
            offset += count as u64;
            at.bytes_done += count as u64;
            progress(*at);
        }
        copy.sync_data().at(to, &name, Operation::Sync)
    }

    /// Copies the frames of one segment up to `end`. Returns the number of the frame that follows.
    fn copy_segment(
        &self,
        segment: &Segment,
        number: Option<u64>,
        end: Position,
        to: &dyn Storage,
        at: &mut Progress,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<u64, JournalError> {
        let name = segment_name(segment.sequence);
        let copy = to.create(&name, SEGMENT_HEAD_BYTES).at(to, &name, Operation::Create)?;
        let mut offset = SEGMENT_HEAD_BYTES;
        let mut position = segment.first;
        let mut frames: Option<(FrameHeader, u64)> = None;
        let mut bytes = Vec::new();
        while position < end {
            let frame = self.read_frame(segment, offset, position, &mut bytes)?;
            copy.write_at(offset, &bytes).at(to, &name, Operation::Write)?;
            offset += frame.file_bytes();
            position = frame.end;
            let first = frames.map_or(frame.number, |(_, first)| first);
            frames = Some((frame, first));
            at.bytes_done += frame.payload_bytes();
            at.records += u64::from(frame.records);
            progress(*at);
        }
        let first_number = match (number, &frames) {
            (Some(number), _) => number,
            (None, Some((_, first))) => *first,
            (None, None) => self.number_of(segment)?,
        };
        let header = SegmentHeader {
            engine: self.identity.engine,
            sequence: segment.sequence,
            first: segment.first,
            number: first_number,
            chain: segment.chain,
        };
        copy.write_at(0, &header.encode()).at(to, &name, Operation::Write)?;
        if let Some((last, _)) = &frames {
            let slot = slot_offset(last.number);
            copy.write_at(slot, &witness_block(last)).at(to, &name, Operation::Write)?;
        }
        copy.sync_data().at(to, &name, Operation::Sync)?;
        Ok(frames.map_or(first_number, |(last, _)| last.number + 1))
    }

    /// The number of a segment's first frame, from its header.
    fn number_of(&self, segment: &Segment) -> Result<u64, JournalError> {
        let name = segment_name(segment.sequence);
        let mut block = vec![0; usize::try_from(BLOCK).expect("a block fits memory")];
        read_full(&*segment.file, 0, &mut block).at(self.storage, &name, Operation::Read)?;
        let header = SegmentHeader::decode(&block);
        header.map(|header| header.number).map_err(|_| self.rot(&name, 0, segment.first))
    }

    /// Reads one whole frame into `bytes` and checks it.
    fn read_frame(
        &self,
        segment: &Segment,
        offset: u64,
        position: Position,
        bytes: &mut Vec<u8>,
    ) -> Result<FrameHeader, JournalError> {
        let name = segment_name(segment.sequence);
        let rot = || self.rot(&name, offset, position);
        bytes.resize(FRAME_HEADER_BYTES, 0);
        read_full(&*segment.file, offset, bytes).at(self.storage, &name, Operation::Read)?;
        let (frame, _) = FrameHeader::decode(bytes).map_err(|_| rot())?;
        if frame.first != position || frame.file_bytes() > segment.bytes {
            return Err(rot());
        }
        bytes.resize(usize::try_from(frame.file_bytes()).expect("less than a file, so it fits memory"), 0);
        read_full(&*segment.file, offset, bytes).at(self.storage, &name, Operation::Read)?;
        let payload_bytes =
            usize::try_from(frame.payload_bytes()).expect("less than a file, so it fits memory");
        let payload = &bytes[FRAME_HEADER_BYTES..FRAME_HEADER_BYTES + payload_bytes];
        if Hash::of(payload) == frame.payload { Ok(frame) } else { Err(rot()) }
    }

    fn rot(&self, name: &str, offset: u64, position: Position) -> JournalError {
        JournalError::Rot {
            folder: self.storage.folder(),
            file: name.to_owned(),
            offset,
            intact: position,
            durable: self.limit,
            found: "no intact frame where one was written".to_owned(),
        }
    }
}

/// Takes the lock of a folder that must be empty.
fn empty_folder(to: &dyn Storage) -> Result<super::storage::StorageLock, JournalError> {
    let not_empty = || JournalError::NotEmpty { folder: to.folder() };
    match survey(to, Access::Read) {
        Ok(Folder::New { leftovers }) if leftovers.is_empty() => {}
        Ok(_) | Err(JournalError::NotAJournal { .. }) => return Err(not_empty()),
        Err(error) => return Err(error),
    }
    take_lock(to, LockKind::Exclusive)
}
