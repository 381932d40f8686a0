//! Looking at a folder without opening it: verify everything, list records, report sizes. Changes nothing on disk.

use super::error::{ApplyError, JournalError};
use super::layout::{EngineId, Position};
use super::meta::Identity;
use super::record::{Record, Records};
use super::recovery::{Progress, take_lock};
use super::segment::SEGMENT_HEAD_BYTES;
use super::snapshot::{self, SnapshotInfo, snapshot_name};
use super::storage::{Access, LockKind, Storage};
use super::survey::{Survey, must_exist, survey};
use super::tail::Cut;
use super::walk::{Verdict, Walk, start_for, walk};
use crate::clock::UnixMs;
use std::ops::ControlFlow;

/// What [`verify`] found.
#[derive(Clone, Debug)]
pub struct Report {
    /// Whose folder it is.
    pub engine: EngineId,
    /// When it was made.
    pub created: UnixMs,
    /// The oldest position that can be read.
    pub oldest: Position,
    /// Where the intact frames end.
    pub end: Position,
    /// Everything before here is known to have been durable, from marks on disk.
    pub durable: Position,
    /// Intact frames and the records in them.
    pub frames: u64,
    /// Intact records, those of snapshots not counted.
    pub records: u64,
    /// Intact snapshots, oldest first.
    pub snapshots: Vec<SnapshotInfo>,
    /// A torn tail that the next opening will cut.
    pub torn: Option<Cut>,
    /// Damage that the next opening can repair or do without, in words.
    pub notes: Vec<String>,
}

/// What [`stat`] found, from heads of files only.
#[derive(Clone, Debug)]
pub struct Stat {
    /// Whose folder it is.
    pub engine: EngineId,
    /// When it was made.
    pub created: UnixMs,
    /// Segment files in use: sequence number, first position, bytes of the file.
    pub segments: Vec<(u64, Position, u64)>,
    /// Segment files made ahead.
    pub spares: usize,
    /// Positions of snapshots, not checked.
    pub snapshots: Vec<Position>,
    /// A lower bound of what is durable.
    pub durable: Position,
}

/// One record in a listing.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    /// Sequence number of its segment file.
    pub segment: u64,
    /// Number of its frame.
    pub frame: u64,
    /// Where it starts.
    pub start: Position,
    /// The record.
    pub record: Record<'a>,
}

/// Reads all of a folder that no engine writes to, back to the oldest segment, and every snapshot.
///
/// # Errors
/// As opening the folder would give them; `Locked` while an engine has it open.
pub fn verify(storage: &dyn Storage, progress: &mut dyn FnMut(Progress)) -> Result<Report, JournalError> {
    let _lock = take_lock(storage, LockKind::Shared)?;
    let survey = must_exist(storage, survey(storage, Access::Read)?)?;
    let Identity { engine, created, .. } = survey.identity;
    let mut notes = Vec::new();
    if survey.meta_damaged {
        notes.push("one copy of meta is damaged".to_owned());
    }
    let mut snapshots = Vec::new();
    for position in &survey.snapshots {
        match snapshot::verify(storage, *position, engine)? {
            Ok(info) => snapshots.push(info),
            Err(found) => notes.push(format!("{} is damaged: {found}", snapshot_name(*position))),
        }
    }
    let newest = snapshots.last().map_or(Position::ZERO, |info| info.position);
    let start = oldest(storage, &survey, newest)?;
    let found = survey.segments[start..].iter();
    let bytes_total = found.map(|found| found.bytes.saturating_sub(SEGMENT_HEAD_BYTES)).sum();
    let mut at = Progress { bytes_total, ..Progress::default() };
    let walked = list(storage, &survey, start, newest, &mut |listed| {
        at.records += 1;
        at.bytes_done += listed.record.stream_bytes() as u64;
        if at.records.is_multiple_of(65_536) {
            progress(at);
        }
        ControlFlow::Continue(())
    })?;
    progress(Progress { bytes_total: at.bytes_done, ..at });
    for (index, _) in &walked.header_repairs {
        notes.push(format!("the header of {} is damaged", survey.segments[*index].name()));
    }
    let Walk { end, verdict, frames, durable, .. } = walked;
    let torn = match verdict {
        Verdict::Clean | Verdict::Stopped => None,
        Verdict::Torn(cut) => Some(cut),
        Verdict::Refuse(error) => return Err(error),
    };
    let oldest = survey.segments[start].header.map_or(Position::ZERO, |header| header.first);
    let end = end.cursor.position;
    Ok(Report { engine, created, oldest, end, durable, frames, records: at.records, snapshots, torn, notes })
}

/// Lists the records from `from` on, oldest first, until `visit` breaks. Takes no lock: beside a running engine the
/// newest records may be missing.
///
/// # Errors
/// `NotRetained`, and as opening the folder would give them, after the intact records have been visited.
pub fn dump(
    storage: &dyn Storage,
    from: Position,
    visit: &mut dyn FnMut(Listed<'_>) -> ControlFlow<()>,
) -> Result<(), JournalError> {
    let survey = must_exist(storage, survey(storage, Access::Read)?)?;
    let newest = survey.snapshots.last().copied().unwrap_or_default();
    let kept = oldest(storage, &survey, newest)?;
    let oldest = survey.segments[kept].header.map_or(Position::ZERO, |header| header.first);
    if from < oldest {
        return Err(JournalError::NotRetained { wanted: from, oldest });
    }
    let start = start_for(storage, &survey, from)?;
    let walked = list(storage, &survey, start, Position::ZERO, &mut |listed| {
        if listed.start < from { ControlFlow::Continue(()) } else { visit(listed) }
    })?;
    match walked.verdict {
        Verdict::Refuse(error) => Err(error),
        Verdict::Clean | Verdict::Torn(_) | Verdict::Stopped => Ok(()),
    }
}

/// Looks at the heads of the files only. Takes no lock.
///
/// # Errors
/// When the folder is no journal, or of another engine or format.
pub fn stat(storage: &dyn Storage) -> Result<Stat, JournalError> {
    let survey = must_exist(storage, survey(storage, Access::Read)?)?;
    let Identity { engine, created, .. } = survey.identity;
    let begun = survey.segments.iter().filter_map(|found| Some((found, found.header.ok()?)));
    let segments: Vec<_> = begun.map(|(found, header)| (found.sequence, header.first, found.bytes)).collect();
    let witnesses = survey.segments.iter().flat_map(|found| &found.witnesses);
    let marks = witnesses.filter(|(frame, _)| frame.engine == engine).map(|(frame, _)| frame.end);
    let durable = marks.chain(segments.iter().map(|(_, first, _)| *first)).max().unwrap_or_default();
    let spares = survey.segments.len() - segments.len();
    Ok(Stat { engine, created, segments, spares, snapshots: survey.snapshots, durable })
}

/// Index of the oldest segment that is joined to the newest ones without a gap.
pub(super) fn oldest(
    storage: &dyn Storage,
    survey: &Survey,
    needed: Position,
) -> Result<usize, JournalError> {
    let start = start_for(storage, survey, needed)?;
    Ok(super::recovery::oldest_usable(survey, start))
}

fn list(
    storage: &dyn Storage,
    survey: &Survey,
    start: usize,
    snapshot: Position,
    visit: &mut dyn FnMut(Listed<'_>) -> ControlFlow<()>,
) -> Result<Walk, JournalError> {
    walk(storage, survey, start, snapshot, &mut |frame, payload| {
        let mut at = frame.first;
        for record in Records::new(payload) {
            let (end, _, record) = record.map_err(|(bad, error)| JournalError::Apply {
                at: frame.first.plus(bad as u64),
                error: ApplyError::new(format!("in an intact frame, {error}")),
            })?;
            let listed = Listed { segment: frame.segment, frame: frame.number, start: at, record };
            if visit(listed).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            at = frame.first.plus(end as u64);
        }
        Ok(ControlFlow::Continue(()))
    })
}
