//! What goes wrong in a run, and what must hold then: nothing acknowledged is lost, nothing unacknowledged
//! half-happens, and the engine says clearly that it is broken.

use tacos_engine::Error;
use tacos_engine::ExternalId;
use tacos_engine::Failure;
use tacos_engine::{Command, Note};

use super::damage::Damage;
use super::{Checked, Simulation, Violation};
use crate::storage::{CrashKeeps, FailedCall, Fault, SimStorage};
use crate::workload::Step;

/// A write goes astray by so many blocks at most, forwards or back.
const ASTRAY_BLOCKS_MAX: u64 = 24;
const BLOCK_BYTES: i64 = 4096;
/// So many steps are waited for a write to go astray.
const ASTRAY_STEPS_MAX: u64 = 16;
/// A slow call takes up to so long, and so many calls in a row are slow at most.
const SLOW_MS_MAX: u64 = 150_000;
const SLOW_CALLS_MAX: u64 = 12;

impl Simulation {
    /// Something is about to go wrong.
    pub(super) fn draw_fault(&mut self) -> Checked {
        let Some(storage) = self.storage.clone() else { return Ok(()) };
        let calls = storage.calls();
        match self.random.below(27) {
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
            15..18 => {
                let first = calls.changes + self.random.below(10);
                for at in first..=first + self.random.below(SLOW_CALLS_MAX) {
                    storage.add_fault(Fault::Slow { at, ms: 1_000 + self.random.below(SLOW_MS_MAX) });
                }
            }
            18..20 => storage.set_short_reads(self.random.chance(70)),
            20..22 => return self.misdirect(&storage),
            _ => return self.kill(),
        }
        Ok(())
    }

    /// A write goes to another place than it was meant for, without an error. Sooner or later the process is started
    /// again: then either nothing of worth has changed, or the folder is refused. Its operator brings back what was
    /// meant.
    fn misdirect(&mut self, storage: &SimStorage) -> Checked {
        if self.is_broken() || self.full {
            return Ok(());
        }
        storage.heal();
        storage.remember_what_is_meant();
        let before = storage.calls();
        let blocks = i64::try_from(1 + self.random.below(ASTRAY_BLOCKS_MAX)).expect("small");
        let by = BLOCK_BYTES * if self.random.chance(50) { blocks } else { -blocks };
        self.trace(|| format!("a write is to go astray by {by} bytes"));
        storage.add_fault(Fault::Misdirect { at: before.writes + self.random.below(8), by });
        let (mut steps, mut steps_after) = (ASTRAY_STEPS_MAX, 1 + self.random.below(4));
        while steps > 0 && steps_after > 0 && !self.is_broken() {
            steps -= 1;
            steps_after -= u64::from(storage.calls().misdirected > before.misdirected);
            match self.workload.next(self.now()) {
                // Closing and opening are what is waited for.
                Step::Reopen => {}
                step => self.take(step)?,
            }
        }
        let (found, meant) = (storage.files(), storage.meant_files());
        let image = storage.replaced_by(self.random.draw(), meant);
        self.absorb();
        (self.reader, self.engine) = (None, None);
        self.storage = Some(image);
        let probe = (found != self.storage.as_ref().expect("just put there").files())
            .then(|| self.probe(Damage::Astray, &found))
            .transpose()?;
        self.open()?;
        self.judge_damage(probe, false)?;
        self.after_opening()
    }

    /// The disk is about to be replaced: what it counted is added up.
    pub(super) fn absorb(&mut self) {
        let Some(storage) = &self.storage else { return };
        let calls = storage.calls();
        let class = &mut self.report.faults;
        class.short_reads += calls.short_reads;
        class.misdirected += calls.misdirected;
        class.slow += calls.slow;
    }

    /// There is room on the disk again, and writes go on. A fault that is still planted may hit the making of the next
    /// segment: then that is put off to the next turn.
    pub(super) fn room_again(&mut self) -> Checked {
        let storage = self.storage.clone();
        let failed = || storage.as_ref().map_or(0, |storage| storage.calls().failed);
        if let Some(storage) = &storage {
            storage.set_budget(u64::MAX);
        }
        loop {
            let before = failed();
            self.engine().turn();
            if storage.as_ref().is_some_and(SimStorage::crashed) {
                // In a snapshot's call, or in the making of a segment: the engine outlives both until it writes again.
                return self.start_again();
            }
            self.observe()?;
            if self.is_broken() || !self.engine().status().disk_full {
                self.full = false;
                return Ok(());
            }
            if failed() == before {
                return Violation::of("there is room on the disk again, and the engine does not see it");
            }
        }
    }

    /// The process dies: what was handed to the operating system stays.
    fn kill(&mut self) -> Checked {
        if self.is_broken() {
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
        if self.down {
            return self.start_again();
        }
        let name = ExternalId::new("never").expect("valid");
        let write = Command::Note(Note::new(name, None));
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
        self.down = false;
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
        if self.storage.as_ref().is_some_and(SimStorage::has_unsynced) {
            let class = &mut self.report.faults;
            match keeps {
                CrashKeeps::Everything => {}
                CrashKeeps::Nothing => class.lost += 1,
                CrashKeeps::SomeSectors | CrashKeeps::SomePages | CrashKeeps::Prefix => class.torn += 1,
                CrashKeeps::Suffix => class.reordered += 1,
            }
        }
        self.absorb();
        self.storage = self.storage.take().map(|storage| storage.after_crash(keeps, seed));
    }

    fn begin_again(&mut self, image: SimStorage) -> Checked {
        // The old process is gone: whatever it would still do, it does to a disk that is never read.
        self.reader = None;
        self.engine = None;
        self.full = false;
        self.absorb();
        self.storage = Some(image);
        let probe = self.probe_damage()?;
        self.open()?;
        self.judge_damage(probe, false)?;
        self.after_opening()
    }
}
