//! What goes wrong in a run, and what must hold then: nothing acknowledged is lost, nothing unacknowledged half-happens, and
//! the engine says clearly that it is broken.

use std::fmt;

use crate::acks::Failure;
use crate::command::{Command, Note};
use crate::error::Error;
use crate::ids::ExternalId;

use super::{Checked, Simulation, Violation};
use crate::testing::storage::{CrashKeeps, FailedCall, Fault};

/// Faults of a run, by class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// The machine died, and lost some of what was not synced.
    pub crashes: u64,
    /// A sync failed, and its data did not reach the disk.
    pub syncs_lost: u64,
    /// A sync failed, and its data reached the disk all the same.
    pub syncs_late: u64,
    /// A write failed.
    pub writes: u64,
    /// The process died and the machine did not.
    pub kills: u64,
    /// The disk was full.
    pub full: u64,
    /// Time jumped by more than an hour.
    pub jumps: u64,
    /// A bit flipped in a file that nobody had open.
    pub flips: u64,
    /// A sector landed where another belongs.
    pub moved: u64,
    /// A file was cut short.
    pub shortened: u64,
    /// A file was gone.
    pub removed: u64,
    /// Damaged folders that were refused; the others opened as if nothing had happened, because nothing of worth had.
    pub refused: u64,
}

impl Faults {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            crashes: self.crashes + other.crashes,
            syncs_lost: self.syncs_lost + other.syncs_lost,
            syncs_late: self.syncs_late + other.syncs_late,
            writes: self.writes + other.writes,
            kills: self.kills + other.kills,
            full: self.full + other.full,
            jumps: self.jumps + other.jumps,
            flips: self.flips + other.flips,
            moved: self.moved + other.moved,
            shortened: self.shortened + other.shortened,
            removed: self.removed + other.removed,
            refused: self.refused + other.refused,
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "faults: {} crashes, {} kills, {} syncs failed and lost, {} failed and kept, {} writes failed, \
             {} times full, {} clock jumps, {} bits flipped, {} sectors misplaced, {} files cut, {} files gone ({} refused)",
            self.crashes,
            self.kills,
            self.syncs_lost,
            self.syncs_late,
            self.writes,
            self.full,
            self.jumps,
            self.flips,
            self.moved,
            self.shortened,
            self.removed,
            self.refused
        )
    }
}

impl Simulation {
    /// Something is about to go wrong.
    pub(super) fn draw_fault(&mut self) -> Checked {
        let Some(storage) = self.storage.clone() else { return Ok(()) };
        let calls = storage.calls();
        match self.random.below(20) {
            0..6 => storage.add_fault(Fault::Crash { at: calls.changes + self.random.below(40) }),
            6..9 => {
                let reaches_disk = self.random.chance(50);
                let at = calls.syncs + self.random.below(4);
                storage.add_fault(Fault::Fail { call: FailedCall::SyncData, at, reaches_disk });
                let class = &mut self.report.faults;
                if reaches_disk { class.syncs_late += 1 } else { class.syncs_lost += 1 }
            }
            9..11 => {
                let at = calls.writes + self.random.below(8);
                let reaches_disk = self.random.chance(50);
                storage.add_fault(Fault::Fail { call: FailedCall::Write, at, reaches_disk });
                self.report.faults.writes += 1;
            }
            11..13 => {
                self.clock.advance(std::time::Duration::from_secs(3_600 + self.random.below(90_000)));
                self.report.faults.jumps += 1;
            }
            13..15 if self.full => self.room_again()?,
            13..15 => {
                storage.set_budget(storage.used_bytes());
                self.full = true;
                self.report.faults.full += 1;
            }
            _ => return self.kill(),
        }
        Ok(())
    }

    /// There is room on the disk again, and writes go on.
    pub(super) fn room_again(&mut self) -> Checked {
        if let Some(storage) = &self.storage {
            storage.set_budget(u64::MAX);
        }
        self.engine().turn();
        self.observe()?;
        self.full = false;
        if !self.is_poisoned() && self.engine().status().disk_full {
            return Violation::of("there is room on the disk again, and the engine does not see it");
        }
        Ok(())
    }

    /// The process dies: what was handed to the operating system stays.
    fn kill(&mut self) -> Checked {
        if self.is_poisoned() {
            return Ok(());
        }
        self.report.faults.kills += 1;
        let storage = self.storage.as_ref().expect("faults have a disk");
        let keeps = CrashKeeps::Everything;
        let image = storage.after_crash(keeps, self.random.draw());
        self.begin_again(image)
    }

    /// The journal failed. The engine must say so, and go on reading; then it is opened again.
    pub(super) fn recover(&mut self) -> Checked {
        let name = ExternalId::new("never").expect("valid");
        let write = Command::Note(Note { name, value: None, key: None });
        match self.engine().submit(&write).wait() {
            Err(Failure::Broken(Error::Poisoned { .. })) => {}
            other => return Violation::of(format!("a broken engine answers a write with {other:?}")),
        }
        if self.engine().events().is_empty() {
            return Violation::of("a broken engine forgot its events");
        }
        self.start_again()
    }

    /// The broken process ends, alone or with its machine.
    pub(super) fn start_again(&mut self) -> Checked {
        let storage = self.storage.clone().expect("an engine in memory does not break");
        if !storage.crashed() && self.random.chance(50) {
            // The process is started again on the same machine, which still has its cache.
            self.reader = None;
            self.engine = None;
            self.open()?;
            return self.after_opening();
        }
        self.reader = None;
        self.engine = None;
        self.crash();
        let probe = self.probe_damage()?;
        self.open()?;
        self.judge_damage(probe, false)?;
        self.after_opening()
    }

    /// The machine dies: of what was not synced something survives.
    pub(super) fn crash(&mut self) {
        self.report.faults.crashes += 1;
        let keeps = match self.random.below(6) {
            0 => CrashKeeps::Everything,
            1 => CrashKeeps::Nothing,
            2 => CrashKeeps::SomeSectors,
            3 => CrashKeeps::SomePages,
            4 => CrashKeeps::Prefix,
            _ => CrashKeeps::Suffix,
        };
        let seed = self.random.draw();
        self.full = false;
        self.storage = self.storage.take().map(|storage| storage.after_crash(keeps, seed));
    }

    fn begin_again(&mut self, image: crate::testing::storage::SimStorage) -> Checked {
        // The old process is gone: whatever it would still do, it does to a disk that nobody looks at.
        self.reader = None;
        self.engine = None;
        self.full = false;
        self.storage = Some(image);
        let probe = self.probe_damage()?;
        self.open()?;
        self.judge_damage(probe, false)?;
        self.after_opening()
    }
}
