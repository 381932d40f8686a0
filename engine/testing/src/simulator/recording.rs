//! A run that notes everything its disk was asked for and the state at each position of the journal, so that afterwards
//! every disk image that a crash might have left can be tried.

use tacos_engine::Digest;
use tacos_engine::ExternalId;
use tacos_engine::clock::{ManualClock, UnixMs};
use tacos_engine::hooks::acknowledged;
use tacos_engine::{Command, Note};
use tacos_engine::{Config, Driver};

use super::{Arc, Checked, Planted, Simulation, Violation};
use crate::crash_points::Marks;
use crate::storage::{SimStorage, Trace};

/// Bulk, so that the journal goes on to new segments often: so many notes of so many bytes every other step.
const BULK_NOTES: u64 = 12;
const BULK_BYTES: usize = 4_000;
/// After so many steps a snapshot is taken, so that old segments go; after so many the engine is closed and opened.
const SNAPSHOT_EVERY: u64 = 15;
const REOPEN_EVERY: u64 = 22;

/// What is noted on the way.
#[derive(Default)]
pub(super) struct Recording {
    marks: Marks,
}

/// A run that went well: what its disk was asked for, and what there was at each position.
pub(crate) struct Recorded {
    pub(crate) trace: Trace,
    pub(crate) marks: Marks,
    /// With which settings its folder is opened; the clock must be a new one.
    pub(crate) config: Config,
}

impl Simulation {
    /// Runs so many steps on a healthy disk, compares with the model after each, and closes the engine.
    ///
    /// # Errors
    /// The first violation: then there is nothing to crash.
    pub(crate) fn record(seed: u64, steps: u64, planted: Planted) -> Checked<Recorded> {
        let mut simulation = Self::on_disk(seed).planting(planted);
        simulation.config.idempotency_keys_max = 1 << 12;
        simulation.config.reservations_max = 1 << 12;
        simulation.config.payments_max = 1 << 12;
        simulation.config.update_history_bytes = 64 << 10;
        simulation.recording = Some(Recording::default());
        let storage = simulation.storage.clone().expect("a simulation on a disk has one");
        storage.start_trace();
        simulation.open()?;
        for command in simulation.workload.opening() {
            simulation.send(vec![command])?;
        }
        for step in 0..steps {
            if step % 2 == 0 {
                simulation.fill(step)?;
            }
            if step % SNAPSHOT_EVERY == SNAPSHOT_EVERY - 1 {
                simulation.snapshot()?;
            }
            if step % REOPEN_EVERY == REOPEN_EVERY - 1 {
                simulation.reopen()?;
            }
            simulation.step()?;
            simulation.compare()?;
        }
        simulation.finish(&storage)
    }

    fn finish(mut self, storage: &SimStorage) -> Checked<Recorded> {
        let closed = self.engine().close();
        closed.map_err(|why| Violation(format!("a healthy engine does not close: {why}")))?;
        (self.engine, self.reader) = (None, None);
        let trace = storage.take_trace().expect("it was begun");
        let marks = self.recording.take().expect("it was begun").marks;
        Ok(Recorded { trace, marks, config: self.config })
    }

    fn fill(&mut self, step: u64) -> Checked {
        let note = |part: u64| {
            let name = ExternalId::new(&format!("bulk-{part}")).expect("valid");
            let byte = u8::try_from((step + part) % 251 + 1).expect("below 252");
            Command::Note(Note::new(name, Some(vec![byte; BULK_BYTES])))
        };
        self.send((0..BULK_NOTES).map(note).collect())
    }

    /// Has the disk ask the engine, now that it is open, what it has promised.
    pub(super) fn trace_engine(&mut self) {
        if let (Some(_), Some(storage)) = (&self.recording, &self.storage) {
            storage.trace_acknowledged(acknowledged(self.engine()));
        }
        self.mark();
    }

    /// Notes the state, if all of it is durable.
    pub(super) fn mark(&mut self) {
        let (Some(recording), Some(engine)) = (&mut self.recording, &self.engine) else { return };
        let status = engine.status();
        if status.written == status.durable {
            recording.marks.insert(status.durable, (engine.digest(), engine.now()));
        }
    }
}

/// The same settings with a clock of its own, which stands at `at`.
pub(crate) fn config_at(config: &Config, at: UnixMs) -> (Config, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(at));
    let durability = tacos_engine::Durability::Synced;
    let config = config.clone().with_driver(Driver::Manual).with_clock(Arc::clone(&clock) as _);
    let config = config.with_durability(durability);
    (config, clock)
}

/// A state that was, and when it was looked at.
pub(crate) type Mark = (Digest, UnixMs);
