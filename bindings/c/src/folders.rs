//! Whole data folders: verify one, copy one that no engine has open or that an engine is using. None changes what it reads.

use tacos::journal::{self, FileStorage, Report};

use crate::abi::{tacos_buffer, tacos_engine, tacos_id, tacos_list, tacos_str};
use crate::answer::id;
use crate::arena::Arena;
use crate::engine::with;
use crate::failure::Fault;
use crate::guard;
use crate::memory::{Out, text};
use crate::status::tacos_status;

/// What reading a whole folder found.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_report {
    /// Whose folder it is.
    pub engine_id: tacos_id,
    /// When it was made.
    pub created_at_ms: u64,
    /// The oldest position that can be read.
    pub oldest: u64,
    /// Where the intact frames end.
    pub end: u64,
    /// Everything before here is known to have been durable.
    pub durable: u64,
    /// Intact frames.
    pub frames: u64,
    /// Intact records in them.
    pub records: u64,
    /// Intact snapshots.
    pub snapshots: u64,
    /// Of `tacos_str`: damage that the next opening can repair or do without, in words.
    pub notes: tacos_list,
    /// 1 if there is a torn tail that the next opening will cut.
    pub torn: u32,
    /// Zero.
    pub reserved: u32,
}

/// Reads all of the folder at `path` and checks it. Answers as opening it would, but changes nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_verify(
    path: tacos_str,
    buffer: *mut tacos_buffer,
    out: *mut *const tacos_report,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out, arena) = (Out::new(out)?, Arena::new(buffer)?);
        let storage = folder(path)?;
        let report = journal::verify(&storage, &mut |_| ())?;
        give(&report, arena, out)
    })
}

/// Copies the folder at `from`, which no engine has open, to an empty or new folder at `to`, checking what it copies. The report
/// is about what was copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_backup_folder(
    from: tacos_str,
    to: tacos_str,
    buffer: *mut tacos_buffer,
    out: *mut *const tacos_report,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out, arena) = (Out::new(out)?, Arena::new(buffer)?);
        let from = folder(from)?;
        let to = FileStorage::create_or_open(text(to)?.ok_or(Fault::Null)?).map_err(Fault::System)?;
        let report = journal::backup(&from, &to, &mut |_| ())?;
        give(&report, arena, out)
    })
}

/// Copies everything durable by now to an empty or new folder at `to`, while the engine runs. The copy can be opened, and is
/// the same engine: never run both. `NO_FOLDER` for an engine in memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_backup(
    engine: tacos_engine,
    to: tacos_str,
    buffer: *mut tacos_buffer,
    out: *mut *const tacos_report,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out, arena) = (Out::new(out)?, Arena::new(buffer)?);
        let to = text(to)?.ok_or(Fault::Null)?;
        with(engine, |opening| {
            let report = opening.engine.backup(to, |_| ())?;
            give(&report, arena, out)
        })
    })
}

/// # Safety
/// As the crate's contract.
unsafe fn folder(path: tacos_str) -> Result<FileStorage, Fault> {
    // SAFETY: handed on.
    let path = unsafe { text(path)?.ok_or(Fault::Null)? };
    FileStorage::open(path).map_err(Fault::System)
}

fn give(report: &Report, mut arena: Arena, out: Out<*const tacos_report>) -> Result<(), Fault> {
    let notes: Vec<tacos_str> = report.notes.iter().map(|note| arena.text(note)).collect();
    let view = tacos_report {
        engine_id: id(report.engine.0),
        created_at_ms: report.created.get(),
        oldest: report.oldest.0,
        end: report.end.0,
        durable: report.durable.0,
        frames: report.frames,
        records: report.records,
        snapshots: report.snapshots.len() as u64,
        notes: arena.list(&notes),
        torn: report.torn.is_some().into(),
        reserved: 0,
    };
    let view = arena.put(view);
    arena.finish_with(out, view)
}
