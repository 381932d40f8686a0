//! Snapshots beside the running engine: a follower replays the engine's own journal from the last snapshot on, into a
//! state of its own, and writes that down. Writers never wait for it, and every snapshot proves that the journal can be
//! replayed. It takes the memory of a second state while it lasts.

use std::fmt;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::sync::{Mutex, rank};

use super::Engine;
use crate::config::{Config, Driver};
use crate::journal::{
    FileStorage, JournalError, JournalView, Position, Progress, Replay, Report, SnapshotInfo,
};
use crate::pipeline::{BODY_VERSION, Core, Replayer, State};

/// How often the snapshot thread looks whether there is enough to do.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Looks between a snapshot that failed and the next try, at least and at most.
const RETRY_LOOKS_MIN: u32 = 10;
const RETRY_LOOKS_MAX: u32 = 320;

/// The lowest priority: about one part in seventy of a core where all are busy, a whole core where one is idle.
#[cfg(target_os = "linux")]
const NICE: i32 = 19;

/// Why no snapshot was taken. The engine goes on.
#[derive(Debug)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The engine has no folder: it is in memory, or closed.
    NoFolder,
    /// Another snapshot is being taken.
    Busy,
    /// The folder to copy into cannot be made or used.
    Folder(std::io::Error),
    /// The journal could not be read, or the snapshot not be written.
    Journal(JournalError),
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFolder => f.write_str("an engine in memory, or a closed one, has no folder"),
            Self::Busy => f.write_str("another snapshot is being taken"),
            Self::Folder(error) => write!(f, "the folder cannot be used: {error}"),
            Self::Journal(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SnapshotError {}

impl From<JournalError> for SnapshotError {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

/// Takes snapshots of one engine, one at a time.
pub(super) struct Snapshots {
    core: Arc<Core>,
    /// `None` once the engine is closed, so that its folder can be opened again.
    journal: Mutex<Option<JournalView>, { rank::SNAPSHOT_VIEW }>,
    alone: Mutex<(), { rank::SNAPSHOT }>,
}

impl Engine {
    /// Takes a snapshot of everything durable by now, checks it, and removes journal files that neither it nor the
    /// snapshot before it needs. Blocks the calling thread, and no other, for as long as replaying takes. Snapshots are
    /// also taken without asking, see [`Config::snapshot_every_bytes`].
    ///
    /// # Errors
    /// See [`SnapshotError`].
    pub fn snapshot(&self) -> Result<SnapshotInfo, SnapshotError> {
        self.inner.snapshots.take()
    }

    /// Copies everything durable by now into the folder at `path`, which must be empty or absent, while the engine
    /// runs. The copy can be opened, and is the same engine: never run both.
    ///
    /// # Errors
    /// See [`SnapshotError`].
    pub fn backup(
        &self,
        path: impl AsRef<Path>,
        mut progress: impl FnMut(Progress),
    ) -> Result<Report, SnapshotError> {
        let journal = self.inner.snapshots.journal()?;
        let to = FileStorage::create_or_open(path.as_ref()).map_err(SnapshotError::Folder)?;
        Ok(journal.backup(&to, &mut progress)?)
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
impl Engine {
    pub(crate) fn journal_view(&self) -> JournalView {
        self.inner.snapshots.journal().expect("an engine with a folder")
    }
}

impl Snapshots {
    pub(super) fn new(core: Arc<Core>, journal: Option<JournalView>) -> Self {
        Self { core, journal: Mutex::new(journal), alone: Mutex::default() }
    }

    pub(super) fn journal(&self) -> Result<JournalView, SnapshotError> {
        self.journal.lock().clone().ok_or(SnapshotError::NoFolder)
    }

    /// Lets go of the folder.
    pub(super) fn close(&self) {
        // Dropped when the lock is given back: the last view gives the folder's lock back.
        let view = self.journal.lock().take();
        drop(view);
    }

    fn take(&self) -> Result<SnapshotInfo, SnapshotError> {
        let journal = self.journal()?;
        let _alone = self.alone.try_lock().ok_or(SnapshotError::Busy)?;
        let config = &self.core.state.config;
        let info = match config.driver {
            Driver::Threads => at_lowest_priority(|| take(&journal, config)),
            Driver::Manual => take(&journal, config),
        }?;
        self.core.state.metrics.snapshots.add(1);
        self.core.state.metrics.snapshot_end.set(info.position.0);
        self.core.state.metrics.snapshot_at.set(info.created.get());
        journal.retire()?;
        Ok(info)
    }

    /// The thread that takes snapshots by itself: looks now and then how much journal there is since the last. After a
    /// failure it tries again after ten looks, then after twice as many, and so on, because each try replays the
    /// journal.
    pub(super) fn run(&self, stopping: &AtomicBool) {
        let (mut patience, mut looks_left) = (RETRY_LOOKS_MIN, 0);
        while !stopping.load(Ordering::Acquire) {
            std::thread::park_timeout(LOOK_EVERY);
            if looks_left > 0 {
                looks_left -= 1;
            } else if self.is_due() && !stopping.load(Ordering::Acquire) {
                let until = self.core.log.durable.reached();
                if let Err(error) = self.take() {
                    // The reason before the count: a reader that sees the count finds the reason.
                    *self.core.state.metrics.last_retry.lock() = Some(error.to_string());
                    self.core.state.metrics.snapshot_failures.add(1);
                    (looks_left, patience) = (patience, (2 * patience).min(RETRY_LOOKS_MAX));
                } else {
                    self.core.state.metrics.snapshot_tried.set(until);
                    patience = RETRY_LOOKS_MIN;
                }
            }
        }
    }

    fn is_due(&self) -> bool {
        let core = &self.core;
        let since = core.log.durable.reached().saturating_sub(core.state.metrics.snapshot_tried.get());
        since >= core.state.config.snapshot_every_bytes && !core.log.is_poisoned()
    }
}

/// Runs `work` on a thread of lowest priority: replaying keeps a core busy, and callers come first. If
/// there is no thread to be had it runs on this one.
fn at_lowest_priority<R: Send>(work: impl Fn() -> R + Sync) -> R {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("tacos-follower".to_owned());
        let spawned = thread.spawn_scoped(scope, || {
            lower_priority();
            work()
        });
        match spawned {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => work(),
        }
    })
}

/// Linux knows priorities of threads; the process as a whole keeps its own. If the system refuses, the thread keeps its
/// priority.
#[cfg(target_os = "linux")]
fn lower_priority() {
    let _ = rustix::process::setpriority_process(None, NICE);
}

#[cfg(not(target_os = "linux"))]
fn lower_priority() {}

fn take(journal: &JournalView, config: &Config) -> Result<SnapshotInfo, JournalError> {
    let config = Config { driver: Driver::Manual, ..config.clone() };
    let state = State::new(config, || ());
    let position = follow(journal, &state, journal.durable())?;
    let now = state.latest();
    let mut writer = journal.snapshot(position, now)?;
    let mut failed = None;
    state.images(now, &mut |kind, body| {
        if failed.is_none() {
            failed = writer.push(kind, BODY_VERSION, body).err();
        }
    });
    match failed {
        Some(error) => Err(error),
        None => writer.finish(),
    }
}

/// Replays from the newest snapshot on, at least up to `until`; returns how far it came.
fn follow(journal: &JournalView, state: &State, until: Position) -> Result<Position, JournalError> {
    let mut replayer = Replayer::new(state);
    let mut position = journal.replay_newest_snapshot(&mut replayer)?.unwrap_or(Position::ZERO);
    if position == until {
        return Ok(position);
    }
    let mut reader = journal.reader(position)?;
    while position < until {
        let Some(group) = reader.next_group()? else { break };
        let start = group.start;
        replayer.run(start, group.bytes).map_err(|fault| journal.told(fault))?;
        position = Position(start.0 + group.bytes.len() as u64);
    }
    Ok(position)
}
