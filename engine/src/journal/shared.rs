//! What the writer shares with readers, snapshots and figures: which files there are, how far they are durable, whether
//! the disk is full, and whether writing has ended. Cold paths take a lock; the figures are atomics.

use super::error::JournalError;
use super::layout::{Hash, Position};
use super::meta::Identity;
use super::storage::{Storage, StorageFile};
use crate::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use crate::sync::{Mutex, rank};
use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

/// A segment in use, or one that was.
#[derive(Clone)]
pub(super) struct Segment {
    pub(super) sequence: u64,
    /// Position of its first record.
    pub(super) first: Position,
    /// Hash of the frame before its first.
    pub(super) chain: Hash,
    /// Length of the file.
    pub(super) bytes: u64,
    pub(super) file: Arc<dyn StorageFile>,
}

/// The files of the folder.
#[derive(Default)]
pub(super) struct Catalog {
    /// Ascending, without a gap; the last one is being written.
    pub(super) segments: VecDeque<Segment>,
    /// Ascending; all verified when they were written or opened.
    pub(super) snapshots: Vec<Position>,
}

impl Catalog {
    /// The segment that holds the record which starts at `position`.
    pub(super) fn holding(&self, position: Position) -> Result<Segment, JournalError> {
        let after = self.segments.partition_point(|segment| segment.first <= position);
        let oldest = self.segments.front().map_or(Position::ZERO, |segment| segment.first);
        match after.checked_sub(1) {
            Some(index) => Ok(self.segments[index].clone()),
            None => Err(JournalError::NotRetained { wanted: position, oldest }),
        }
    }

    /// Takes out what need not be kept: snapshots beyond the newest two, then the segments that the older of these two
    /// does not need, in ascending order.
    pub(super) fn unlist(&mut self) -> Vec<Unlisted> {
        let Some(kept_from) = self.snapshots.len().checked_sub(SNAPSHOTS_KEPT) else { return Vec::new() };
        let needed = self.snapshots[kept_from];
        let mut unlisted: Vec<_> = self.snapshots.drain(..kept_from).map(Unlisted::Snapshot).collect();
        // A segment is needed if a record at or after `needed` lies in it, so if the next one begins after `needed`.
        while self.segments.get(1).is_some_and(|next| next.first <= needed) {
            unlisted.extend(self.segments.pop_front().map(Unlisted::Segment));
        }
        unlisted
    }
}

/// Generations of snapshots that are kept.
pub(super) const SNAPSHOTS_KEPT: usize = 2;

/// A file that the catalog no longer lists and that is still to be removed.
pub(super) enum Unlisted {
    Snapshot(Position),
    Segment(Segment),
}

pub(super) struct Shared {
    pub(super) storage: Arc<dyn Storage>,
    pub(super) identity: Identity,
    pub(super) catalog: Mutex<Catalog, { rank::CATALOG }>,
    /// Files to be removed, in order; held while they are. The writer thread does not need it.
    pub(super) unlisted: Mutex<VecDeque<Unlisted>, { rank::RETENTION }>,
    durable: AtomicU64,
    full: AtomicBool,
    poison: OnceLock<String>,
    /// Tries to make a spare segment that failed, and why the last did.
    retries: Mutex<(u64, Option<String>), { rank::SEGMENT_RETRIES }>,
}

impl Shared {
    pub(super) fn new(storage: Arc<dyn Storage>, identity: Identity) -> Self {
        Self {
            storage,
            identity,
            catalog: Mutex::new(Catalog::default()),
            unlisted: Mutex::new(VecDeque::new()),
            durable: AtomicU64::new(0),
            full: AtomicBool::new(false),
            poison: OnceLock::new(),
            retries: Mutex::default(),
        }
    }

    pub(super) fn durable(&self) -> Position {
        // Acquire: pairs with the Release in set_durable; every frame before this position can then be read.
        Position(self.durable.load(Ordering::Acquire))
    }

    pub(super) fn set_durable(&self, position: Position) {
        // Release: pairs with the Acquire in durable.
        self.durable.store(position.0, Ordering::Release);
    }

    pub(super) fn full(&self) -> bool {
        // Relaxed: a hint to the write admission; the reserve covers all writes that were admitted before it was seen.
        self.full.load(Ordering::Relaxed)
    }

    pub(super) fn set_full(&self, full: bool) {
        // Relaxed: see full().
        self.full.store(full, Ordering::Relaxed);
    }

    pub(super) fn poisoned(&self) -> Option<&str> {
        self.poison.get().map(String::as_str)
    }

    pub(super) fn note_retry(&self, error: &JournalError) {
        let mut retries = self.retries.lock();
        *retries = (retries.0 + 1, Some(error.to_string()));
    }

    pub(super) fn retries(&self) -> (u64, Option<String>) {
        self.retries.lock().clone()
    }

    /// An error when an earlier write or sync failed.
    pub(super) fn healthy(&self) -> Result<(), JournalError> {
        match self.poisoned() {
            Some(cause) => Err(JournalError::Poisoned { cause: cause.to_owned() }),
            None => Ok(()),
        }
    }

    /// Ends all writing, because of `error`, which is returned. The first cause stays.
    pub(super) fn poison(&self, error: JournalError) -> JournalError {
        self.poison.get_or_init(|| error.to_string());
        error
    }
}
