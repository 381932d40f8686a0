//! What a disk may do to a folder that no engine has open: bits flip, a sector lands in the wrong place, a file is cut
//! short or gone. Opened must then be the whole truth or a refusal that changes nothing; never a state with a hole in
//! it.

use std::collections::BTreeMap;
use std::sync::Arc;

use tacos_engine::journal::{JournalError, RecoveryConsent};
use tacos_engine::{Engine, OpenError};

use super::{Checked, Planted, Simulation, Violation};
use crate::random::Random;
use crate::storage::SimStorage;

const SECTOR_BYTES: usize = 512;

pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// What was done to a copy of the folder.
#[derive(Clone, Debug)]
pub(super) enum Damage {
    /// A write went to another place, while an engine had the file open.
    Astray,
    Flipped {
        file: String,
        offset: usize,
        bit: u8,
    },
    Moved {
        file: String,
        from: usize,
        to: usize,
    },
    Shortened {
        file: String,
        to: usize,
    },
    Removed {
        file: String,
    },
}

/// How opening a damaged copy ended.
pub(super) struct Probe {
    damage: Damage,
    /// The engine, and whether it said that it cut a torn tail off; `None` if it refused.
    opened: Option<(Engine, bool)>,
    /// The damage took the newest written file away, or all that was in it.
    took_newest: bool,
}

impl Simulation {
    /// Damages a copy of the folder and opens that. Call while no engine has the folder open.
    pub(super) fn probe_damage(&mut self) -> Checked<Option<Probe>> {
        let Some(storage) = self.storage.as_ref().filter(|_| self.faulty) else { return Ok(None) };
        if !self.random.chance(40) {
            return Ok(None);
        }
        let mut files = storage.files();
        let Some(damage) = draw(&mut self.random, &files) else { return Ok(None) };
        let took_newest = damage.takes_newest(&files);
        damage.befall(&mut files);
        let class = &mut self.report.faults;
        match &damage {
            Damage::Flipped { file, offset, .. } => class.flips[part(file, *offset, &files[file])] += 1,
            Damage::Moved { .. } => class.moved += 1,
            Damage::Shortened { .. } => class.shortened += 1,
            Damage::Removed { .. } => class.removed += 1,
            Damage::Astray => {}
        }
        let probe = self.probe(damage, &files)?;
        Ok(Some(Probe { took_newest, ..probe }))
    }

    /// Opens a folder to which something has happened.
    pub(super) fn probe(&mut self, damage: Damage, files: &Files) -> Checked<Probe> {
        let disk = SimStorage::from_files(self.random.draw(), files.clone());
        disk.set_short_reads(self.random.chance(50));
        let config = self.config.clone();
        let opened = Engine::open_storage(Arc::new(disk.clone()), config, self.consent(), |_| ());
        let opened = match opened {
            Ok((engine, opened)) => Some((engine, opened.cut.is_some())),
            Err(OpenError::Journal(why @ JournalError::Io { .. })) => {
                return Violation::of(format!("after {damage:?} a healthy disk is blamed: {why}"));
            }
            Err(_) if disk.files() != *files => {
                return Violation::of(format!("after {damage:?} the folder is refused, and changed"));
            }
            Err(_) => {
                self.report.faults.refused += 1;
                None
            }
        };
        self.report.faults.short_reads += disk.calls().short_reads;
        Ok(Probe { damage, opened, took_newest: false })
    }

    /// What an operator is supposed to have agreed to: nothing, in an honest run.
    fn consent(&self) -> RecoveryConsent {
        if self.planted == Planted::HiddenLoss {
            RecoveryConsent::CutAtDamage
        } else {
            RecoveryConsent::LoseNothing
        }
    }

    /// Compares the damaged copy with the folder as it is, now that it is open. `closed`: it had been closed, so that
    /// every frame has its witness and no damage passes for a torn tail.
    pub(super) fn judge_damage(&self, probe: Option<Probe>, closed: bool) -> Checked {
        let Some(Probe { damage, opened: Some((engine, cut)), took_newest }) = probe else { return Ok(()) };
        // A frame that was synced just before the crash has no witness yet: see `docs/journal-format.md`, "What the
        // ring cannot prove". The first one of a file goes with its file.
        let is_torn = !closed && (cut || took_newest);
        if engine.digest() == self.engine().digest() || is_torn {
            return Ok(());
        }
        Violation::of(format!("after {damage:?} another state was opened (cut: {cut}), and nobody was told"))
    }
}

impl Damage {
    fn takes_newest(&self, files: &Files) -> bool {
        let written = files.iter().filter(|(_, bytes)| bytes.iter().any(|&byte| byte != 0));
        let newest = written.map(|(name, _)| name).filter(|name| name.ends_with(".seg")).max();
        match self {
            Self::Removed { file } | Self::Shortened { file, .. } => Some(file) == newest,
            Self::Flipped { .. } | Self::Moved { .. } | Self::Astray => false,
        }
    }

    fn befall(&self, files: &mut Files) {
        match self {
            Self::Flipped { file, offset, bit } => files.get_mut(file).expect("drawn")[*offset] ^= 1 << bit,
            Self::Moved { file, from, to } => {
                let bytes = files.get_mut(file).expect("drawn");
                bytes.copy_within(*from..*from + SECTOR_BYTES, *to);
            }
            Self::Shortened { file, to } => files.get_mut(file).expect("drawn").truncate(*to),
            Self::Removed { file } => {
                files.remove(file);
            }
            Self::Astray => {}
        }
    }
}

/// Damage where something is: most of a preallocated segment is zeros that are never read. Half of it by file, so that
/// small ones get their share, and half by byte.
fn draw(random: &mut Random, files: &Files) -> Option<Damage> {
    let used = |bytes: &[u8]| bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    let written: Vec<(&String, usize)> =
        files.iter().map(|(name, bytes)| (name, used(bytes))).filter(|(_, used)| *used > 0).collect();
    let (file, used) = if random.chance(50) {
        *random.pick(&written)?
    } else {
        let mut at = random.index(written.iter().map(|(_, used)| used).sum::<usize>().max(1));
        *written.iter().find(|(_, used)| {
            let here = at < *used;
            at = at.saturating_sub(*used);
            here
        })?
    };
    let file = file.clone();
    Some(match random.below(10) {
        0..6 => {
            let offset = random.index(used);
            Damage::Flipped { file, offset, bit: u8::try_from(random.below(8)).expect("small") }
        }
        6..8 if used > 2 * SECTOR_BYTES => {
            let sectors = used / SECTOR_BYTES;
            let (from, to) = (random.index(sectors) * SECTOR_BYTES, random.index(sectors) * SECTOR_BYTES);
            Damage::Moved { file, from, to }
        }
        6..9 => Damage::Shortened { to: random.index(used), file },
        _ => Damage::Removed { file },
    })
}

/// Which of [`super::Faults::PARTS`] an offset lies in.
fn part(file: &str, offset: usize, bytes: &[u8]) -> usize {
    const BLOCK_BYTES: usize = 4096;
    const HEAD_BYTES: usize = 8 * BLOCK_BYTES;
    const FRAME_HEADER_BYTES: usize = 160;
    let block = offset / BLOCK_BYTES * BLOCK_BYTES;
    match () {
        () if file == "meta" => 0,
        () if file.ends_with(".snap") => 5,
        () if offset < BLOCK_BYTES => 1,
        () if offset < HEAD_BYTES => 2,
        // A flipped bit may lie in the magic itself, so half of it is enough.
        () if offset < block + FRAME_HEADER_BYTES
            && (bytes[block..].starts_with(b"TACO") || bytes[block + 4..].starts_with(b"FRAM")) =>
        {
            3
        }
        () => 4,
    }
}
