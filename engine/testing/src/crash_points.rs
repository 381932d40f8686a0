//! Recovery from every legal disk image. A run is recorded once; then, for each moment between two storage calls, all
//! that a disk may hold after a power cut at that moment is laid out and opened: every prefix of the unsynced writes,
//! every subset of them (a disk may reorder until the sync; a seeded sample when there are many), each torn at sectors
//! and pages, with the directory's changes done or not until the folder's sync. What opens must hold all that was
//! acknowledged by then, be the state after some step and nothing between two, and work on. Some recoveries are
//! interrupted in the same way again.

mod check;
mod choose;
mod disk;

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use tacos_engine::Config;

use super::model::{Checked, Violation};
use super::random::Random;
use super::simulator::{Mark, Planted, Simulation};
use super::storage::{Change, Trace};
use check::{Found, open_image};
use choose::{Kind, choices};
use disk::{Disk, Image};

/// What there was at each position of the journal at which a step had ended.
pub(super) type Marks = BTreeMap<u64, Mark>;

/// Of so many images one is opened on a disk that is traced in its turn, for a second crash during recovery or just
/// after.
const SECOND_CRASH_IN: u64 = 1_000;
/// During a second crash each write is torn at so many places.
const TEARS_AGAIN: usize = 6;

/// Calls that the enumeration pretends were never made, to prove that it would notice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Omitted {
    /// None: an honest run.
    #[default]
    Nothing,
    /// Syncs of files, but for so many at the beginning.
    FileSyncs(u64),
    /// Syncs of the folder, but for so many at the beginning.
    FolderSyncs(u64),
}

impl Omitted {
    /// Whether this call is left out; counts those that are not.
    fn takes(&mut self, change: &Change) -> bool {
        let honest = match (self, change) {
            (Self::FileSyncs(honest), Change::Sync { .. })
            | (Self::FolderSyncs(honest), Change::SyncFolder) => honest,
            _ => return false,
        };
        let leaves_out = *honest == 0;
        *honest = honest.saturating_sub(1);
        leaves_out
    }
}

/// What was tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CrashStates {
    /// Images of which the disk had kept a beginning of what it was told.
    pub prefixes: u64,
    /// Images with a later write and without an earlier one.
    pub reorderings: u64,
    /// Images with part of a write.
    pub tears: u64,
    /// Images with a later change of the directory and without an earlier one.
    pub directory: u64,
    /// Of all these, images from a crash during the recovery from another, or just after it.
    pub second_crashes: u64,
    /// Images equal to one tried before; what had been acknowledged meanwhile was looked for in what that had opened
    /// to.
    pub equal: u64,
    /// Moments at which the machine died.
    pub moments: u64,
    /// Moments with so many unsynced changes that a sample of their subsets was tried.
    pub sampled: u64,
    /// Segments begun, snapshots finished and files let go in the recorded runs.
    pub crossed: Crossed,
}

/// What the recorded runs went through, so that a workload which crosses nothing is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Crossed {
    /// Segment files made.
    pub segments: u64,
    /// Snapshots that got their name.
    pub snapshots: u64,
    /// Segments and snapshots let go.
    pub retired: u64,
}

impl CrashStates {
    /// Different images that were opened and checked.
    #[must_use]
    pub const fn checked(&self) -> u64 {
        self.prefixes + self.reorderings + self.tears + self.directory
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            prefixes: self.prefixes + other.prefixes,
            reorderings: self.reorderings + other.reorderings,
            tears: self.tears + other.tears,
            directory: self.directory + other.directory,
            second_crashes: self.second_crashes + other.second_crashes,
            equal: self.equal + other.equal,
            moments: self.moments + other.moments,
            sampled: self.sampled + other.sampled,
            crossed: Crossed {
                segments: self.crossed.segments + other.crossed.segments,
                snapshots: self.crossed.snapshots + other.crossed.snapshots,
                retired: self.crossed.retired + other.crossed.retired,
            },
        }
    }

    fn count(&mut self, kind: Kind, again: bool) {
        match kind {
            Kind::Prefix => self.prefixes += 1,
            Kind::Reordering => self.reorderings += 1,
            Kind::Tear => self.tears += 1,
            Kind::Directory => self.directory += 1,
        }
        self.second_crashes += u64::from(again);
    }
}

impl fmt::Display for CrashStates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} checked (prefixes {}, reorderings {}, tears {}, directory {}; {} of them from a second crash), {} equal to one \
             of these, {} moments ({} with a sample of the subsets), over {} segments made, {} snapshots, {} files let go",
            self.checked(),
            self.prefixes,
            self.reorderings,
            self.tears,
            self.directory,
            self.second_crashes,
            self.equal,
            self.moments,
            self.sampled,
            self.crossed.segments,
            self.crossed.snapshots,
            self.crossed.retired
        )
    }
}

/// An enumeration: one seed, one recorded run, all its crashes.
#[derive(Clone, Copy, Debug)]
pub struct CrashPoints {
    seed: u64,
    steps: u64,
    states_max: u64,
    tears_max: usize,
    early: bool,
    omitted: Omitted,
}

impl CrashPoints {
    /// The crashes of a run of so many steps.
    #[must_use]
    pub const fn new(seed: u64, steps: u64) -> Self {
        Self {
            seed,
            steps,
            states_max: u64::MAX,
            tears_max: usize::MAX,
            early: false,
            omitted: Omitted::Nothing,
        }
    }

    /// Stops after about so many images.
    #[must_use]
    pub const fn at_most(self, states_max: u64) -> Self {
        Self { states_max, ..self }
    }

    /// Tears each write at so many places only, chosen by the seed, so that more of the run is gone through with fewer
    /// images.
    #[must_use]
    pub const fn tearing_at_most(self, tears_max: usize) -> Self {
        Self { tears_max, ..self }
    }

    /// With an engine that acknowledges before it has synced: must be found.
    #[must_use]
    pub const fn acknowledging_early(self) -> Self {
        Self { early: true, ..self }
    }

    /// With an engine that leaves out some calls: must be found.
    #[must_use]
    pub const fn omitting(self, omitted: Omitted) -> Self {
        Self { omitted, ..self }
    }

    /// Tries them all.
    ///
    /// # Errors
    /// The first image that does not open as it must, with all that is needed to make it again.
    pub fn run(self) -> Result<CrashStates, Violation> {
        let planted = if self.early { Planted::EarlyAck } else { Planted::None };
        let recorded = Simulation::record(self.seed, self.steps, planted)?;
        let mut states = CrashStates { crossed: crossed(&recorded.trace), ..CrashStates::default() };
        let mut round = Round {
            config: &recorded.config,
            omitted: self.omitted,
            states_max: self.states_max,
            tears_max: self.tears_max,
            states: &mut states,
            opened: HashMap::new(),
            random: Random::new(self.seed),
            is_second: false,
        };
        round.all(&recorded.trace, &recorded.marks, 0).map_err(|Violation(why)| {
            Violation(format!("seed {}, {} steps: {why}", self.seed, self.steps))
        })?;
        Ok(states)
    }
}

fn crossed(trace: &Trace) -> Crossed {
    let count = |wanted: fn(&Change) -> bool| {
        trace.changes.iter().filter(|traced| wanted(&traced.change)).count() as u64
    };
    Crossed {
        segments: count(|change| matches!(change, Change::Create { name, .. } if name.ends_with(".seg"))),
        snapshots: count(|change| matches!(change, Change::Rename { to, .. } if to.ends_with(".snap"))),
        retired: count(
            |change| matches!(change, Change::Remove { name } if name.ends_with(".seg") || name.ends_with(".snap")),
        ),
    }
}

/// All crashes of one trace.
struct Round<'a> {
    config: &'a Config,
    omitted: Omitted,
    states_max: u64,
    tears_max: usize,
    states: &'a mut CrashStates,
    /// What each image opened to.
    opened: HashMap<[u8; 32], u64>,
    random: Random,
    is_second: bool,
}

impl Round<'_> {
    /// Every moment of `trace`; before its first change everything up to `floor` had been acknowledged.
    fn all(&mut self, trace: &Trace, marks: &Marks, floor: u64) -> Checked {
        let mut disk = Disk::of(trace);
        let mut leaving_out = self.omitted;
        self.moment(&disk, trace, marks, (0, floor))?;
        for done in 1..=trace.changes.len() {
            if leaving_out.takes(&trace.changes[done - 1].change) {
                continue;
            }
            disk.apply(done - 1);
            self.moment(&disk, trace, marks, (done, floor))?;
            if self.states.checked() >= self.states_max {
                break;
            }
        }
        Ok(())
    }

    /// The machine dies when `done` changes have been asked for and the next has not.
    fn moment(
        &mut self,
        disk: &Disk<'_>,
        trace: &Trace,
        marks: &Marks,
        (done, floor): (usize, u64),
    ) -> Checked {
        // Promises made until the next change was asked for count: the machine may have died just before it.
        let next = trace.changes.get(done).map_or(trace.acknowledged, |traced| traced.acknowledged);
        let acknowledged = next.max(floor);
        let chosen = choices(disk, &mut self.random, self.tears_max);
        self.states.moments += 1;
        self.states.sampled += u64::from(chosen.sampled);
        for (kind, choice) in &chosen.choices {
            let image = disk.image(choice);
            let is_second = self.is_second;
            let what = |why: &str| {
                let then = if is_second { "a second crash " } else { "a crash " };
                let last = done.checked_sub(1).map(|last| describe(&trace.changes[last].change));
                Violation(format!(
                    "{then}after change {done} of {} ({last:?}), {kind:?}, {choice:?} of {:?}: {why}",
                    trace.changes.len(),
                    disk.waiting().map(describe).collect::<Vec<_>>()
                ))
            };
            let end = match self.opened.get(&image.hash) {
                Some(end) => {
                    self.states.equal += 1;
                    *end
                }
                None => {
                    let Found { end } = open_image(&image, self.config, marks).map_err(|why| what(&why.0))?;
                    self.opened.insert(image.hash, end);
                    self.states.count(*kind, self.is_second);
                    if !self.is_second && self.random.below(SECOND_CRASH_IN) == 0 {
                        self.second(&image, acknowledged).map_err(|why| what(&why.0))?;
                    }
                    end
                }
            };
            if end < acknowledged {
                return Err(what(&format!("{acknowledged} was acknowledged, and only {end} is there")));
            }
        }
        Ok(())
    }

    /// Recovers from an image on a disk that is traced, works on a little, and tries all crashes of that.
    fn second(&mut self, image: &Image, acknowledged: u64) -> Checked {
        let (trace, marks) = check::trace_recovery(image, self.config)?;
        let mut round = Round {
            config: self.config,
            omitted: Omitted::Nothing,
            states_max: u64::MAX,
            tears_max: TEARS_AGAIN,
            states: &mut *self.states,
            opened: HashMap::new(),
            random: self.random.clone(),
            is_second: true,
        };
        round.all(&trace, &marks, acknowledged)
    }
}

/// A change, in few words.
fn describe(change: &Change) -> String {
    match change {
        Change::Create { name, file, bytes } => format!("create {name} as {file}, {bytes} bytes"),
        Change::Write { file, offset, bytes } => format!("write {} bytes at {offset} of {file}", bytes.len()),
        Change::Sync { file } => format!("sync {file}"),
        Change::Rename { from, to } => format!("rename {from} to {to}"),
        Change::Remove { name } => format!("remove {name}"),
        Change::SyncFolder => "sync the folder".to_owned(),
    }
}
