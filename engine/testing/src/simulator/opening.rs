//! Opening, closing and opening again, and the quiet at the end: what must hold whenever the engine has come back.

use std::sync::Arc;
use std::time::Duration;

use tacos_engine::hooks::images;
use tacos_engine::journal::{JournalError, Position, RecoveryConsent};
use tacos_engine::{Engine, OpenError, UpdateReader, UpdatesLost};

use super::{Auditor, Checked, Simulation, Violation};
use crate::storage::SimStorage;

impl Simulation {
    pub(super) fn open(&mut self) -> Checked {
        let (engine, reader) = self.open_engine()?;
        (self.engine, self.reader) = (Some(engine), Some(reader));
        self.trace_engine();
        Ok(())
    }

    /// Opens the engine and a feed of its updates. A disk that fails while the folder is being opened, or dies while the
    /// feed looks for its place in the journal, may refuse; the next attempt finds it well.
    fn open_engine(&mut self) -> Checked<(Engine, UpdateReader)> {
        const ATTEMPTS_MAX: usize = 12;
        let from = self.told.last().map_or(Position::ZERO, |update| update.position);
        let no_feed = |why: UpdatesLost| Violation(format!("no feed from {from}: {why}"));
        let mut refusal = String::new();
        for _ in 0..ATTEMPTS_MAX {
            let config = self.config.clone();
            let Some(storage) = self.storage.clone() else {
                let engine =
                    Engine::in_memory(config).map_err(|why| Violation(format!("no engine: {why}")))?;
                let reader = engine.updates(from).map_err(no_feed)?;
                return Ok((engine, reader));
            };
            let disk = Arc::new(storage.clone());
            match Engine::open_storage(disk, config, RecoveryConsent::LoseNothing, |_| ()) {
                Ok((engine, _)) => match engine.updates(from) {
                    Ok(reader) => return Ok((engine, reader)),
                    Err(why) if storage.crashed() => refusal = why.to_string(),
                    Err(why) => return Err(no_feed(why)),
                },
                Err(OpenError::Journal(why @ JournalError::Io { .. })) if self.faulty => {
                    refusal = why.to_string();
                }
                Err(why) => {
                    refusal = why.to_string();
                    break;
                }
            }
            if storage.crashed() {
                self.crash();
            }
        }
        Violation::of(format!("the engine does not open: {refusal}"))
    }

    /// Nothing is written that is not durable, no caller waits for anything, and nothing will happen by itself.
    fn is_quiet(&self) -> Checked {
        let status = self.engine().status();
        let (due, next) = self.engine().due_webhooks(1);
        let is_quiet = status.written == status.durable
            && !status.disk_full
            // A payment with a dead letter is kept, and looked at again and again.
            && status.timers <= status.webhooks.1
            && status.idempotency_keys == 0
            && status.webhooks.0 == 0
            && due.is_empty()
            && next.is_none();
        if is_quiet {
            Ok(())
        } else {
            Violation::of(format!("it is not quiet: {status:?}, webhooks {due:?}, {next:?}"))
        }
    }

    /// Closes and opens: nothing changes.
    pub(super) fn reopen(&mut self) -> Checked {
        if self.is_broken() {
            return Ok(());
        }
        self.barrier()?;
        // A closed engine can still be read: on a slow disk time passes, and both must have come to the same.
        let old = self.engine().clone();
        if old.close().is_err() {
            drop(old);
            return self.start_again();
        }
        // A reader keeps the folder's lock as long as it lives.
        (self.engine, self.reader) = (None, None);
        let probe = self.probe_damage()?;
        self.open()?;
        self.judge_damage(probe, true)?;
        if self.engine().digest() != old.digest() {
            let differs = differing(&images(&old), &images(self.engine()));
            return Violation::of(format!(
                "the state after opening differs from the state before: {differs}"
            ));
        }
        self.after_opening()
    }

    pub(super) fn after_opening(&mut self) -> Checked {
        self.report.reopened += 1;
        self.observe()?;
        if self.is_broken() {
            return Ok(());
        }
        let now = self.now();
        self.model.reopened(now);
        self.compare()?;
        if self.random.chance(30) {
            // An answer that was given is given again; what was not answered happens now, once.
            for command in self.workload.retries() {
                self.send(vec![command])?;
                if self.is_broken() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// No more faults and no more customers: time passes until nothing is left that could happen by itself.
    pub(super) fn become_quiet(&mut self) -> Checked {
        if let Some(storage) = &self.storage {
            storage.heal();
        }
        // What a fault has broken before is mended first. A disk may have died in a snapshot, which the engine outlives
        // until it writes again.
        if self.is_broken() || self.storage.as_ref().is_some_and(SimStorage::crashed) {
            self.recover()?;
        }
        if self.full {
            self.room_again()?;
        }
        // Half a minute at a time, and at the end hours: longer than the longest wait in a line.
        for round in 0..64 {
            self.clock.advance(Duration::from_secs(if round < 60 { 30 } else { 3_700 }));
            self.turn()?;
            while !self.is_broken() && !self.engine().due_webhooks(1).0.is_empty() {
                self.deliver()?;
            }
            if let Some(why) = self.engine().status().poisoned {
                return Violation::of(format!("the engine broke on a disk that was well again: {why}"));
            }
        }
        self.compare()?;
        self.is_quiet()?;
        if let Some(left) = self.model.unfinished() {
            return Violation::of(format!("after everything became quiet there is still {left}"));
        }
        let again = Auditor::read_again(self.engine(), Position::ZERO, &self.told)?;
        if self.storage.is_none() && again.is_none() {
            return Violation::of("an engine in memory forgot its feed, although there was room");
        }
        if self.storage.is_some() { self.reopen() } else { Ok(()) }
    }
}

/// The first image that differs, but for the image that a digest leaves out.
fn differing(before: &[(u16, Vec<u8>)], after: &[(u16, Vec<u8>)]) -> String {
    let differs = before.iter().zip(after).skip(1).find(|(before, after)| before != after);
    format!("{} and {} images, first {differs:?}", before.len(), after.len())
}
