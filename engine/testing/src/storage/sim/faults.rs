//! What can go wrong with the simulated disk, and how often each sort of call was made.

/// Which calls a fault can befall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailedCall {
    /// Writes to files.
    Write,
    /// Syncs of files.
    SyncData,
    /// Syncs of the folder.
    SyncFolder,
}

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// From call number `at` (all calls that change something, counted from zero) on, nothing works any more.
    Crash {
        /// Number of the first call that fails.
        at: u64,
    },
    /// The `at`-th call of this sort (from zero) fails once.
    Fail {
        /// The sort of call.
        call: FailedCall,
        /// Which one.
        at: u64,
        /// Whether its effect reaches the disk all the same.
        reaches_disk: bool,
    },
    /// The `at`-th write (from zero) goes to another offset of the same file.
    Misdirect {
        /// Which write.
        at: u64,
        /// How many bytes further (or back).
        by: i64,
    },
    /// Call number `at` (as with a crash) takes so long on the clock of
    /// [`SimStorage::set_clock`](crate::storage::SimStorage::set_clock), and succeeds.
    Slow {
        /// Number of the call.
        at: u64,
        /// How long it takes.
        ms: u64,
    },
}

/// How often each sort of call was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// Calls that change something, all sorts together.
    pub changes: u64,
    /// Reads of files.
    pub reads: u64,
    /// Writes to files.
    pub writes: u64,
    /// Syncs of files.
    pub syncs: u64,
    /// Syncs of the folder.
    pub folder_syncs: u64,
    /// Creations, renames, removals.
    pub names: u64,
    /// Reads that returned less than they were asked for, although there was more.
    pub short_reads: u64,
    /// Writes that went astray.
    pub misdirected: u64,
    /// Calls that took long.
    pub slow: u64,
    /// Calls that failed, as a planted fault said.
    pub failed: u64,
}
