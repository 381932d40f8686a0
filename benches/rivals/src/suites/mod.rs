//! The suites: what is measured, how often, under which names.

pub mod calls;
pub mod disk;
pub mod durable;
pub mod floors;
pub mod line;
pub mod memory;
pub mod rivals;
pub mod second;
pub mod server;
pub mod timers;
pub mod turns;

use std::path::PathBuf;

/// What the command line said.
#[derive(Clone, Debug)]
pub struct Options {
    /// Fewer and shorter rounds.
    pub quick: bool,
    /// Rounds of each setting, if not the usual number.
    pub rounds: Option<usize>,
    /// Where folders of data are made.
    pub folder: PathBuf,
    /// Seed of all randomness.
    pub seed: u64,
}

impl Options {
    /// Rounds of one setting.
    #[must_use]
    pub fn rounds(&self) -> usize {
        self.rounds.unwrap_or(if self.quick { 3 } else { 9 }).max(1)
    }
}
