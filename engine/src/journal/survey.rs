//! The first look at a folder: which files are there, whose they are, and what their heads say.
//! Reads only, and little: heads, not frames.

use super::error::{At, JournalError, Operation};
use super::file_storage::LOCK_NAME;
use super::layout::{BLOCK_BYTES, BlockFault, EngineId, Position, is_zero};
use super::meta::{Identity, META_BYTES, META_NAME, META_TEMPORARY};
use super::segment::{FoundSegment, SEGMENT_HEAD_BYTES, segment_name, segment_of};
use super::snapshot::snapshot_of;
use super::storage::{Access, Storage, StorageFile, read_full};

/// What the folder is.
pub(super) enum Folder {
    /// Nothing, or the remains of a creation that did not finish; these files may go.
    New { leftovers: Vec<String> },
    /// A journal.
    Journal(Survey),
}

/// What the heads of a journal's files say.
pub(super) struct Survey {
    pub(super) identity: Identity,
    /// One of the two copies of `meta` is damaged.
    pub(super) meta_damaged: bool,
    /// By sequence number.
    pub(super) segments: Vec<FoundSegment>,
    /// Positions of snapshots, ascending; not yet checked.
    pub(super) snapshots: Vec<Position>,
    /// Files that a crash left half made.
    pub(super) leftovers: Vec<String>,
}

/// Looks at the folder.
pub(super) fn survey(storage: &dyn Storage, access: Access) -> Result<Folder, JournalError> {
    let mut names = storage.list().at(storage, "", Operation::List)?;
    names.sort_unstable();
    if !names.iter().any(|name| name == META_NAME) {
        return without_meta(storage, names);
    }
    let (identity, meta_damaged) = read_meta(storage)?;
    let mut survey =
        Survey { identity, meta_damaged, segments: Vec::new(), snapshots: Vec::new(), leftovers: Vec::new() };
    let unsure = names.iter().rev().filter(|name| segment_of(name).is_some()).nth(1).cloned();
    for name in names {
        if let Some(sequence) = segment_of(&name) {
            let file = storage.open(&name, access).at(storage, &name, Operation::Open)?;
            if access == Access::Write && unsure.as_ref().is_none_or(|unsure| name >= *unsure) {
                see_the_disk(storage, &name, &*file)?;
            }
            let found = FoundSegment::read(sequence, file).at(storage, &name, Operation::Read)?;
            check_head(storage, &identity, &found)?;
            survey.segments.push(found);
        } else if let Some(position) = snapshot_of(&name) {
            survey.snapshots.push(position);
        } else if name.ends_with(".tmp") {
            survey.leftovers.push(name);
        }
    }
    Ok(Folder::Journal(survey))
}

/// Makes sure that what is read is what the disk holds: after a failed sync the two may differ. What was not yet synced
/// lies in the newest segment in use, so in one of the two newest files.
fn see_the_disk(storage: &dyn Storage, name: &str, file: &dyn StorageFile) -> Result<(), JournalError> {
    file.sync_data().at(storage, name, Operation::Sync)?;
    file.drop_cached().at(storage, name, Operation::Read)
}

fn without_meta(storage: &dyn Storage, names: Vec<String>) -> Result<Folder, JournalError> {
    let mut leftovers = Vec::new();
    for name in names {
        let ours = name == META_TEMPORARY || name == segment_name(0) && is_unused(storage, &name)?;
        if ours {
            leftovers.push(name);
        } else if name != LOCK_NAME && name != "lost+found" && !name.starts_with('.') {
            let journal_file = segment_of(&name).is_some() || snapshot_of(&name).is_some();
            let found = if journal_file {
                format!("it has {name}, but its meta file is missing")
            } else {
                format!("it has {name}, and no meta file")
            };
            return Err(JournalError::NotAJournal { folder: storage.folder(), found });
        }
    }
    Ok(Folder::New { leftovers })
}

/// Whether a segment holds no frame: the first block for frames is zero.
fn is_unused(storage: &dyn Storage, name: &str) -> Result<bool, JournalError> {
    let file = storage.open(name, Access::Read).at(storage, name, Operation::Open)?;
    let mut block = [0; BLOCK_BYTES];
    read_full(&*file, SEGMENT_HEAD_BYTES, &mut block).at(storage, name, Operation::Read)?;
    Ok(is_zero(&block))
}

fn read_meta(storage: &dyn Storage) -> Result<(Identity, bool), JournalError> {
    let file = storage.open(META_NAME, Access::Read).at(storage, META_NAME, Operation::Open)?;
    let mut bytes = [0; META_BYTES];
    read_full(&*file, 0, &mut bytes).at(storage, META_NAME, Operation::Read)?;
    let copies = [0, BLOCK_BYTES].map(|at| {
        let block = bytes[at..at + BLOCK_BYTES].first_chunk().expect("a slice of one block is one block");
        Identity::decode(block)
    });
    match copies {
        [Ok(one), Ok(two)] if one == two => Ok((one, false)),
        [Ok(_), Ok(_)] => Err(JournalError::MetaDamaged { folder: storage.folder() }),
        [Err(BlockFault::Newer(found)), _] | [_, Err(BlockFault::Newer(found))] => {
            Err(JournalError::NewerFormat { folder: storage.folder(), file: META_NAME.to_owned(), found })
        }
        [Ok(good), Err(_)] | [Err(_), Ok(good)] => Ok((good, true)),
        [Err(_), Err(_)] => Err(JournalError::MetaDamaged { folder: storage.folder() }),
    }
}

/// Refuses a segment of another engine, of a later format, or under another's name.
fn check_head(storage: &dyn Storage, identity: &Identity, found: &FoundSegment) -> Result<(), JournalError> {
    let header = match found.header {
        Ok(header) => header,
        Err(BlockFault::Newer(version)) => {
            return Err(JournalError::NewerFormat {
                folder: storage.folder(),
                file: found.name(),
                found: version,
            });
        }
        Err(BlockFault::Zero | BlockFault::Bad) => return Ok(()),
    };
    if header.engine != identity.engine {
        return Err(foreign(storage, &found.name(), identity.engine, header.engine));
    }
    if header.sequence != found.sequence {
        return Err(JournalError::Misplaced {
            folder: storage.folder(),
            file: found.name(),
            offset: 0,
            intact: header.first,
            found: format!("the file says that it is {}", segment_name(header.sequence)),
        });
    }
    Ok(())
}

/// A file of another engine.
pub(super) fn foreign(
    storage: &dyn Storage,
    file: &str,
    expected: EngineId,
    found: EngineId,
) -> JournalError {
    JournalError::Foreign { folder: storage.folder(), file: file.to_owned(), expected, found }
}

/// The identity of a folder that must be a journal already.
pub(super) fn must_exist(storage: &dyn Storage, folder: Folder) -> Result<Survey, JournalError> {
    match folder {
        Folder::Journal(survey) => Ok(survey),
        Folder::New { .. } => {
            Err(JournalError::NotAJournal { folder: storage.folder(), found: "it is empty".to_owned() })
        }
    }
}
