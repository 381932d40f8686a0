//! The changes that an accepted folder needs: cut a torn tail, rewrite damaged heads, renew the witness, clear
//! leftovers. Called only after the verdict. Each step may be interrupted and begun again: the verdict stays the same.

use super::chunks::Chunks;
use super::error::{At, JournalError, Operation};
use super::layout::{BLOCK, BLOCK_BYTES, BlockFault, Position, is_zero};
use super::meta::META_NAME;
use super::recovery::write_meta;
use super::segment::{FoundSegment, slot_offset, witness_block};
use super::shared::SNAPSHOTS_KEPT;
use super::snapshot::snapshot_name;
use super::storage::Storage;
use super::survey::Survey;
use super::walk::{End, Walk};
use super::writer::Spare;
use std::sync::Arc;

/// Name under which something is kept aside.
fn aside(name: &str) -> String {
    format!("{name}.cut")
}

/// Brings the folder to where the walk ended. Returns the file that can serve as the next segment.
/// `lost` says that durable bytes are cut, with the operator's consent.
pub(super) fn repair(
    storage: &dyn Storage,
    survey: &Survey,
    walk: &Walk,
    lost: bool,
    segment_bytes: u64,
    notes: &mut Vec<String>,
) -> Result<Option<Spare>, JournalError> {
    for name in &survey.leftovers {
        storage.remove(name).at(storage, name, Operation::Remove)?;
        notes.push(format!("{name} was left half made by a crash and is removed"));
    }
    if survey.meta_damaged {
        write_meta(storage, &survey.identity)?;
        notes.push(format!("one copy of {META_NAME} was damaged and is rewritten"));
    }
    let current = &survey.segments[walk.end.segment];
    if lost {
        keep_aside(storage, current, walk.end.offset)?;
        forget_witnesses(storage, survey, &walk.end)?;
    }
    for (index, header) in &walk.header_repairs {
        let found = &survey.segments[*index];
        found.file.write_at(0, &header.encode()).at(storage, &found.name(), Operation::Write)?;
        found.file.sync_data().at(storage, &found.name(), Operation::Sync)?;
        notes.push(format!("the header of {} was damaged and is rewritten", found.name()));
    }
    erase(storage, current, walk.end.offset)?;
    if let Some(frame) = &walk.end.last {
        // The last frame may have been written to the end just before a crash: from here on it counts as durable.
        let slot = slot_offset(frame.number);
        current.file.write_at(slot, &witness_block(frame)).at(storage, &current.name(), Operation::Write)?;
    }
    current.file.sync_data().at(storage, &current.name(), Operation::Sync)?;
    let spare = later_segments(storage, survey, walk, lost, segment_bytes)?;
    storage.sync_folder().at(storage, "", Operation::SyncFolder)?;
    Ok(spare)
}

/// Segments behind the end: one blank one may wait for its use, others go.
fn later_segments(
    storage: &dyn Storage,
    survey: &Survey,
    walk: &Walk,
    lost: bool,
    segment_bytes: u64,
) -> Result<Option<Spare>, JournalError> {
    let mut spare = None;
    let next = survey.segments[walk.end.segment].sequence + 1;
    for found in &survey.segments[walk.end.segment + 1..] {
        let name = found.name();
        if lost && found.header != Err(BlockFault::Zero) {
            storage.rename(&name, &aside(&name)).at(storage, &name, Operation::Rename)?;
        } else if found.sequence == next && found.bytes >= segment_bytes {
            erase(storage, found, 0)?;
            found.file.sync_data().at(storage, &name, Operation::Sync)?;
            spare = Some(Spare { bytes: found.bytes, file: Arc::clone(&found.file) });
        } else {
            storage.remove(&name).at(storage, &name, Operation::Remove)?;
        }
    }
    Ok(spare)
}

/// Writes zeros over every block from `from` on that is not zero, so that nothing old can be taken for new later.
fn erase(storage: &dyn Storage, found: &FoundSegment, from: u64) -> Result<(), JournalError> {
    let mut chunks = Chunks::new(&*found.file, found.bytes, Vec::new());
    let mut offset = from;
    while offset < found.bytes {
        let block = chunks.get(offset, BLOCK_BYTES).at(storage, &found.name(), Operation::Read)?;
        if !is_zero(block) {
            let zeros = [0; BLOCK_BYTES];
            let bytes = &zeros[..block.len()];
            found.file.write_at(offset, bytes).at(storage, &found.name(), Operation::Write)?;
        }
        offset += BLOCK;
    }
    Ok(())
}

/// Copies what a cut takes away to a file of its own.
fn keep_aside(storage: &dyn Storage, found: &FoundSegment, from: u64) -> Result<(), JournalError> {
    let name = aside(&format!("{}-{from}", found.name()));
    let copy = match storage.create(&name, 0) {
        // A cut that was interrupted: its copy may be incomplete, and the original is still there.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            storage.remove(&name).at(storage, &name, Operation::Remove)?;
            storage.create(&name, 0)
        }
        other => other,
    };
    let copy = copy.at(storage, &name, Operation::Create)?;
    let mut chunks = Chunks::new(&*found.file, found.bytes, Vec::new());
    let mut offset = from;
    while offset < found.bytes {
        let piece = chunks.get(offset, 1 << 20).at(storage, &found.name(), Operation::Read)?;
        copy.write_at(offset - from, piece).at(storage, &name, Operation::Write)?;
        offset += piece.len().max(1) as u64;
    }
    copy.sync_data().at(storage, &name, Operation::Sync)?;
    storage.sync_folder().at(storage, "", Operation::SyncFolder)
}

/// Clears the witnesses of frames that are being given up, or they would speak against the new end.
fn forget_witnesses(storage: &dyn Storage, survey: &Survey, end: &End) -> Result<(), JournalError> {
    for found in &survey.segments[..=end.segment] {
        let given_up = found.witnesses.iter().filter(|(frame, _)| frame.end > end.cursor.position);
        for (frame, _) in given_up {
            let slot = slot_offset(frame.number);
            found.file.write_at(slot, &[0; BLOCK_BYTES]).at(storage, &found.name(), Operation::Write)?;
        }
        found.file.sync_data().at(storage, &found.name(), Operation::Sync)?;
    }
    Ok(())
}

/// Keeps the newest two good snapshots up to `end`, removes older ones (damaged ones too), and sets later ones aside.
pub(super) fn snapshots(
    storage: &dyn Storage,
    good: &[Position],
    damaged: &[Position],
    end: Position,
) -> Result<Vec<Position>, JournalError> {
    let mut kept = good.to_vec();
    for position in kept.extract_if(.., |position| *position > end) {
        let name = snapshot_name(position);
        storage.rename(&name, &aside(&name)).at(storage, &name, Operation::Rename)?;
    }
    let old = kept.len().saturating_sub(SNAPSHOTS_KEPT);
    let mut unneeded: Vec<_> = kept.drain(..old).collect();
    if kept.len() == SNAPSHOTS_KEPT {
        unneeded.extend(damaged.iter().filter(|position| **position < kept[0]));
    }
    for position in unneeded {
        let name = snapshot_name(position);
        storage.remove(&name).at(storage, &name, Operation::Remove)?;
    }
    storage.sync_folder().at(storage, "", Operation::SyncFolder)?;
    Ok(kept)
}
