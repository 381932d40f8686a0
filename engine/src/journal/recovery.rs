//! Opening a folder: makes it, or checks all of it, replays it, and only then changes what the verdict allows. Decides
//! what is read and in which order; the verdict comes from `walk` and `tail`, the changes are in `repair`.

use super::error::{ApplyError, At, JournalError, Operation};
use super::frame::FrameHeader;
use super::layout::{BLOCK, Position};
use super::meta::{Identity, META_BYTES, META_NAME, META_TEMPORARY};
use super::pieces::Piece;
use super::record::{Record, Records};
use super::repair;
use super::segment::{SEGMENT_HEAD_BYTES, SegmentHeader, segment_name};
use super::shared::{Segment, Shared};
use super::snapshot::{self, SnapshotInfo, snapshot_name};
use super::storage::{Access, LockKind, Storage, StorageLock};
use super::survey::{Folder, Survey, survey};
use super::tail::{Cut, cut_of, examine};
use super::walk::{Cursor, Verdict, Walk, start_for, walk};
use super::writer::{Journal, Sizes, Spare};
use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;

/// How to open a folder.
#[derive(Clone, Debug)]
pub(crate) struct JournalOptions {
    /// Sizes of the files.
    pub(crate) sizes: Sizes,
    /// What the operator agreed to lose.
    pub(crate) consent: RecoveryConsent,
    /// Who a new folder belongs to; not used for one that exists.
    pub(crate) identity: Identity,
}

/// What the operator agrees to lose so that a damaged folder opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RecoveryConsent {
    /// Nothing that was durable.
    #[default]
    LoseNothing,
    /// Everything from the first damage on. What is cut is kept aside in files that end in `.cut`.
    CutAtDamage,
}

/// Takes back what was once appended. What it was given before an error must be thrown away. Whether something was
/// taken may be said by a later call.
pub(crate) trait Replay {
    /// The next piece of the snapshot.
    fn piece(&mut self, piece: Piece) -> Result<(), NotTaken>;
    /// The last piece of the snapshot at `at` was given: whether all together have so many records, and whether these
    /// belong together.
    fn snapshot_ended(&mut self, at: Position, records: u64) -> Result<(), NotTaken>;
    /// Whole sealed records of an intact frame, the first of which begins at `start`.
    fn run(&mut self, start: Position, records: &[u8]) -> Result<(), NotTaken>;
    /// No record comes any more: whether all of them were taken.
    fn finish(&mut self) -> Result<(), NotTaken>;
    /// Records taken so far; all of them once [`finish`](Self::finish) has said that they were.
    fn taken(&self) -> u64;
}

/// Why something was not taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotTaken {
    /// The snapshot is not what its header says.
    Damaged(String),
    /// A record does not follow from those before it.
    Refused {
        /// Its end, or where the snapshot stands.
        at: Position,
        /// Why.
        error: ApplyError,
    },
}

impl NotTaken {
    /// As the opening of the folder tells it, which began with the snapshot at this position.
    pub(super) fn told(self, storage: &dyn Storage, snapshot: Position) -> JournalError {
        match self {
            Self::Damaged(found) => snapshot::damaged(storage, snapshot, found),
            Self::Refused { at, error } => JournalError::Apply { at, error },
        }
    }
}

/// Sealed records one behind the other, the first of which begins at `start`: each with its end.
pub(crate) fn sealed_records(
    start: Position,
    records: &[u8],
) -> impl Iterator<Item = Result<(Position, Record<'_>), NotTaken>> {
    Records::new(records).map(move |item| match item {
        Ok((end, _, record)) => Ok((start.plus(end as u64), record)),
        Err((at, error)) => Err(NotTaken::Refused {
            at: start.plus(at as u64),
            error: ApplyError::new(format!("in an intact frame, {error}")),
        }),
    })
}

/// How far an opening has come. `bytes_done` never goes back and reaches `bytes_total`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of records read so far, snapshot included.
    pub bytes_done: u64,
    /// An upper estimate of the bytes to read, exact at the end.
    pub bytes_total: u64,
    /// Records replayed so far, snapshot included.
    pub records: u64,
}

/// What an opening found and did.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Whose folder it is.
    pub identity: Identity,
    /// Whether it was made just now.
    pub created: bool,
    /// Where the journal ends; all of it is durable.
    pub position: Position,
    /// The snapshot that replay began with.
    pub snapshot: Option<SnapshotInfo>,
    /// Records replayed, those of the snapshot included.
    pub records: u64,
    /// What was cut off the end.
    pub cut: Option<Cut>,
    /// What was repaired or cleared away, for the log.
    pub notes: Vec<String>,
}

impl Journal {
    /// Opens the folder, or makes a journal in an empty one, and gives all that it holds to `replay`.
    /// Until the verdict is known nothing on disk is changed.
    ///
    /// # Errors
    /// See [`JournalError`]: each kind of damage has its own. After an error the folder is as it was.
    ///
    /// # Panics
    /// If the sizes do not fit each other.
    pub(crate) fn create_or_open(
        storage: Arc<dyn Storage>,
        options: &JournalOptions,
        replay: &mut dyn Replay,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(Self, Opened), JournalError> {
        options.sizes.check();
        // A look before the lock: a folder of something else does not even get a lock file.
        // Other errors wait for the lock: beside a running engine they may be mere haste.
        if let Err(error @ JournalError::NotAJournal { .. }) = survey(&*storage, Access::Read) {
            return Err(error);
        }
        let lock = take_lock(&*storage, LockKind::Exclusive)?;
        match survey(&*storage, Access::Write)? {
            Folder::New { leftovers } => create(storage, lock, options, &leftovers),
            Folder::Journal(survey) => open(storage, lock, options, &survey, replay, progress),
        }
    }
}

/// Takes the folder's lock, or says who is in the way.
pub(super) fn take_lock(storage: &dyn Storage, kind: LockKind) -> Result<StorageLock, JournalError> {
    match storage.lock(kind) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            Err(JournalError::Locked { folder: storage.folder() })
        }
        other => other.at(storage, "", Operation::Lock),
    }
}

/// Makes a journal. The `meta` file comes last: until it has its name, the folder counts as empty.
fn create(
    storage: Arc<dyn Storage>,
    lock: StorageLock,
    options: &JournalOptions,
    leftovers: &[String],
) -> Result<(Journal, Opened), JournalError> {
    let disk = &*storage;
    for name in leftovers {
        disk.remove(name).at(disk, name, Operation::Remove)?;
    }
    let identity = options.identity;
    let cursor = Cursor { position: Position::ZERO, number: 0, chain: identity.chain_start() };
    let header = SegmentHeader {
        engine: identity.engine,
        sequence: 0,
        first: cursor.position,
        number: cursor.number,
        chain: cursor.chain,
    };
    let name = segment_name(0);
    let bytes = options.sizes.segment_bytes;
    let file = disk.create(&name, bytes).at(disk, &name, Operation::Create)?;
    file.write_at(0, &header.encode()).at(disk, &name, Operation::Write)?;
    file.sync_data().at(disk, &name, Operation::Sync)?;
    disk.sync_folder().at(disk, "", Operation::SyncFolder)?;
    write_meta(disk, &identity)?;
    let segment = Segment { sequence: 0, first: cursor.position, chain: cursor.chain, bytes, file };
    let shared = Shared::new(storage, identity);
    shared.catalog.lock().segments.push_back(segment.clone());
    let journal = assemble((shared, lock), options.sizes, segment, SEGMENT_HEAD_BYTES, cursor, None, None)?;
    let opened = Opened {
        identity,
        created: true,
        position: Position::ZERO,
        snapshot: None,
        records: 0,
        cut: None,
        notes: Vec::new(),
    };
    Ok((journal, opened))
}

/// Writes both copies of `meta` under another name and renames.
pub(super) fn write_meta(storage: &dyn Storage, identity: &Identity) -> Result<(), JournalError> {
    let block = identity.encode();
    let file =
        storage.create(META_TEMPORARY, META_BYTES as u64).at(storage, META_TEMPORARY, Operation::Create)?;
    for at in [0, BLOCK] {
        file.write_at(at, &block).at(storage, META_TEMPORARY, Operation::Write)?;
    }
    file.sync_data().at(storage, META_TEMPORARY, Operation::Sync)?;
    storage.rename(META_TEMPORARY, META_NAME).at(storage, META_NAME, Operation::Rename)?;
    storage.sync_folder().at(storage, "", Operation::SyncFolder)
}

fn open(
    storage: Arc<dyn Storage>,
    lock: StorageLock,
    options: &JournalOptions,
    survey: &Survey,
    replay: &mut dyn Replay,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Journal, Opened), JournalError> {
    let disk = &*storage;
    let plan = plan(disk, survey, options.consent)?;
    let mut player = Player::new(disk, survey, &plan, replay, progress);
    if let Some(info) = &plan.snapshot {
        snapshot::each_piece(disk, info, &mut |piece| player.piece(piece))?;
        let ended = player.replay.snapshot_ended(info.position, info.records);
        ended.map_err(|fault| fault.told(disk, info.position))?;
    }
    let mut walk = walk(disk, survey, plan.start, plan.newest, &mut |frame, bytes| {
        player.frame(frame, bytes).map(ControlFlow::Continue)
    })?;
    let records = player.finish()?;
    let cut = match std::mem::replace(&mut walk.verdict, Verdict::Clean) {
        Verdict::Clean | Verdict::Stopped => None,
        Verdict::Torn(cut) => Some(cut),
        Verdict::Refuse(error) if options.consent == RecoveryConsent::LoseNothing => return Err(error),
        Verdict::Refuse(_) => {
            let cut = cut_of(survey, &walk.end, &examine(disk, survey, &walk.end)?);
            Some(Cut { durable_lost: true, ..cut })
        }
    };
    let lost = cut.as_ref().is_some_and(|cut| cut.durable_lost);
    let mut notes = plan.notes;
    let kept = repair::repair(disk, survey, &walk, lost, options.sizes.segment_bytes, &mut notes)?;
    let snapshots = repair::snapshots(disk, &plan.good, &plan.damaged, walk.end.cursor.position)?;
    let segment = segment_of(survey, &walk, walk.end.segment);
    let shared = Shared::new(storage, survey.identity);
    {
        let mut catalog = shared.catalog.lock();
        catalog
            .segments
            .extend((plan.start_kept..=walk.end.segment).map(|index| segment_of(survey, &walk, index)));
        catalog.snapshots = snapshots;
    }
    let opened = Opened {
        identity: survey.identity,
        created: false,
        position: walk.end.cursor.position,
        snapshot: plan.snapshot,
        records,
        cut,
        notes,
    };
    let Walk { end, .. } = walk;
    let journal = assemble((shared, lock), options.sizes, segment, end.offset, end.cursor, end.last, kept)?;
    Ok((journal, opened))
}

/// A journal whose end is durable and witnessed, with its next segment made if the disk has room.
fn assemble(
    (shared, lock): (Shared, StorageLock),
    sizes: Sizes,
    segment: Segment,
    used: u64,
    cursor: Cursor,
    last: Option<FrameHeader>,
    spare: Option<Spare>,
) -> Result<Journal, JournalError> {
    shared.set_durable(cursor.position);
    let mut journal = Journal {
        shared: Arc::new(shared),
        lock: Arc::new(lock),
        sizes,
        segment,
        used,
        touched: 0,
        cursor,
        last,
        dirty: false,
        unwitnessed: None,
        unlinked: None,
        spare,
        starved: false,
        left_over: false,
        patience: 0,
        staging: Vec::new(),
    };
    journal.maintain()?;
    Ok(journal)
}

/// A segment of the walk, with the header that it has or will get.
pub(super) fn segment_of(survey: &Survey, walk: &Walk, index: usize) -> Segment {
    let found = &survey.segments[index];
    let repaired = walk.header_repairs.iter().find(|(at, _)| *at == index).map(|(_, header)| *header);
    let header = repaired.or(found.header.ok()).expect("a walked segment has a good or a repaired header");
    Segment {
        sequence: found.sequence,
        first: header.first,
        chain: header.chain,
        bytes: found.bytes,
        file: Arc::clone(&found.file),
    }
}

/// With what to begin.
struct Plan {
    snapshot: Option<SnapshotInfo>,
    /// All snapshots that are intact.
    good: Vec<Position>,
    /// All others.
    damaged: Vec<Position>,
    /// The newest of them, which proves that its position was durable.
    newest: Position,
    /// Index of the segment where the walk begins.
    start: usize,
    /// Index of the oldest segment that can be read without a gap.
    start_kept: usize,
    notes: Vec<String>,
}

/// Chooses the newest good snapshot, and the segment to begin with.
fn plan(storage: &dyn Storage, survey: &Survey, consent: RecoveryConsent) -> Result<Plan, JournalError> {
    let mut notes = Vec::new();
    let (mut good, mut damaged) = (Vec::new(), Vec::new());
    for position in &survey.snapshots {
        match snapshot::verify(storage, *position, survey.identity.engine)? {
            Ok(info) => good.push(info),
            Err(found) => {
                damaged.push(*position);
                notes.push(format!("{} is damaged ({found}) and is not used", snapshot_name(*position)));
            }
        }
    }
    let newest = good.last().map_or(Position::ZERO, |info| info.position);
    let mut candidates: Vec<_> = good.iter().rev().copied().map(Some).collect();
    candidates.push(None);
    let mut first_refusal = None;
    for snapshot in candidates {
        let needed = snapshot.map_or(Position::ZERO, |info| info.position);
        let start = match start_for(storage, survey, needed) {
            Ok(start) => start,
            Err(error) => {
                first_refusal.get_or_insert(error);
                continue;
            }
        };
        // With consent, a walk that ends before the snapshot means to begin with an older one.
        if consent == RecoveryConsent::CutAtDamage {
            let reached = walk(storage, survey, start, newest, &mut |_, _| Ok(ControlFlow::Continue(())))?
                .end
                .cursor
                .position;
            if reached < needed {
                continue;
            }
        }
        let start_kept = oldest_usable(survey, start);
        let good = good.iter().map(|info| info.position).collect();
        return Ok(Plan { snapshot, good, damaged, newest, start, start_kept, notes });
    }
    Err(match (damaged.last(), first_refusal) {
        (Some(position), _) => JournalError::SnapshotDamaged {
            folder: storage.folder(),
            file: snapshot_name(*position),
            found: notes.join(", "),
        },
        (None, Some(refusal)) => refusal,
        (None, None) => JournalError::Hole {
            folder: storage.folder(),
            missing: segment_name(0),
            intact: Position::ZERO,
            durable: newest,
        },
    })
}

/// The oldest segment before `start` that is joined to it without a gap and has a good header.
pub(super) fn oldest_usable(survey: &Survey, start: usize) -> usize {
    let joined = |index: usize| {
        let (one, two) = (&survey.segments[index - 1], &survey.segments[index]);
        one.header.is_ok() && one.sequence + 1 == two.sequence
    };
    let mut oldest = start;
    while oldest > 0 && joined(oldest) {
        oldest -= 1;
    }
    oldest
}

/// Hands pieces and records to their owner and counts.
struct Player<'a> {
    storage: &'a dyn Storage,
    replay: &'a mut dyn Replay,
    progress: &'a mut dyn FnMut(Progress),
    /// Records up to here are in the snapshot.
    skip_to: Position,
    at: Progress,
    /// `bytes_done` when progress was last reported.
    reported: u64,
}

/// Progress is reported after so many bytes of records or a 1,024th of them all, whichever is less, and at the end.
const REPORT_BYTES: u64 = 1 << 20;

impl<'a> Player<'a> {
    fn new(
        storage: &'a dyn Storage,
        survey: &Survey,
        plan: &Plan,
        replay: &'a mut dyn Replay,
        progress: &'a mut dyn FnMut(Progress),
    ) -> Self {
        let skip_to = plan.snapshot.map_or(Position::ZERO, |info| info.position);
        let segments = survey.segments[plan.start..].iter().filter(|found| found.header.is_ok());
        let journal_bytes: u64 = segments.map(|found| found.bytes.saturating_sub(SEGMENT_HEAD_BYTES)).sum();
        let bytes_total = plan.snapshot.map_or(0, |info| info.bytes) + journal_bytes;
        let at = Progress { bytes_total, ..Progress::default() };
        Self { storage, replay, progress, skip_to, at, reported: 0 }
    }

    fn piece(&mut self, piece: Piece) -> Result<(), JournalError> {
        let bytes = piece.stored_bytes();
        self.replay.piece(piece).map_err(|fault| fault.told(self.storage, self.skip_to))?;
        self.read(bytes);
        Ok(())
    }

    fn frame(&mut self, frame: &FrameHeader, payload: &[u8]) -> Result<(), JournalError> {
        if frame.end > self.skip_to {
            let skip = self.skipped(frame, payload);
            let run = self.replay.run(frame.first.plus(skip as u64), &payload[skip..]);
            run.map_err(|fault| fault.told(self.storage, self.skip_to))?;
        }
        self.read(payload.len() as u64);
        Ok(())
    }

    /// Bytes of the frame's records that the snapshot has.
    fn skipped(&self, frame: &FrameHeader, payload: &[u8]) -> usize {
        if frame.first >= self.skip_to {
            return 0;
        }
        let ends = Records::new(payload).map_while(|item| item.ok().map(|(end, ..)| end));
        ends.take_while(|end| frame.first.plus(*end as u64) <= self.skip_to).last().unwrap_or(0)
    }

    /// So many bytes more were read.
    fn read(&mut self, bytes: u64) {
        self.at.bytes_done += bytes;
        self.at.records = self.replay.taken();
        self.report_progress();
    }

    /// Often enough for a person, rarely enough to cost nothing.
    fn report_progress(&mut self) {
        if self.at.bytes_done - self.reported >= REPORT_BYTES.min(self.at.bytes_total / 1_024) {
            self.reported = self.at.bytes_done;
            (self.progress)(self.at);
        }
    }

    fn finish(self) -> Result<u64, JournalError> {
        self.replay.finish().map_err(|fault| fault.told(self.storage, self.skip_to))?;
        let records = self.replay.taken();
        (self.progress)(Progress { bytes_total: self.at.bytes_done, records, ..self.at });
        Ok(records)
    }
}
