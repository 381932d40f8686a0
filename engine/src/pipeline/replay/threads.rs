//! Opening a folder on several threads. The calling thread reads files and checks that frames follow each other.
//! *Reading threads* open pieces, check and decode records, and lay answers ready; what they were given in turn is taken
//! from them in the same turn. One thread *applies* all changes, in the order of the journal. *Keeping threads* put
//! answers into their table, each into its own part of it, since nothing in a change depends on an answer.
//!
//! All channels are bounded, so that only so much is on its way: for each reading thread `AHEAD` pieces (a MiB, as they
//! were before they were compressed) or runs (`RUN_BYTES` and a frame), stored and decoded, as many before the thread
//! that applies, and the answers of as many. A thread that ends, for an error or a panic, lets go of its channels: the
//! others end too, and the calling thread tells why.

use std::io;
use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread::{Builder, Scope, ScopedJoinHandle};

use crossbeam::channel::{Receiver, Sender, bounded};

use super::batch::Batch;
use crate::clock::UnixMs;
use crate::idempotency::Staged;
use crate::journal::{NotTaken, Piece, Position, Replay};
use crate::pipeline::state::State;

/// What a reading thread may have before it, being read or waiting to be taken.
const AHEAD: usize = 2;
/// Batches that wait to be applied, and batches of answers that wait to be kept.
const WAITING_MAX: usize = 4;
/// Bytes of records that are read together; frames are not divided.
const RUN_BYTES: usize = 128 << 10;
/// More reading threads than this have nothing to do: one thread applies.
const READING_MAX: usize = 3;
const KEEPING_MAX: usize = 2;

/// How many threads help, beside the calling thread and the applying thread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Helpers {
    pub(crate) reading: usize,
    pub(crate) keeping: usize,
}

impl Helpers {
    /// As many as this machine has cores for.
    pub(crate) fn for_this_machine() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self { reading: (cores / 2).clamp(1, READING_MAX), keeping: (cores / 4).clamp(1, KEEPING_MAX) }
    }
}

/// Runs `read` with a replay that has threads of its own. For opening a folder only; beside a running engine the other
/// cores belong to its callers.
///
/// # Errors
/// The system has no thread.
pub(crate) fn on_threads<R>(
    state: &State,
    helpers: Helpers,
    read: impl FnOnce(&mut dyn Replay) -> R,
) -> io::Result<R> {
    let taken = AtomicU64::new(0);
    std::thread::scope(|scope| Ok(read(&mut Spread::start(scope, state, &taken, helpers)?)))
}

/// What a reading thread is given.
pub(super) enum Job {
    Piece(Piece),
    Run {
        start: Position,
        records: Vec<u8>,
    },
    #[cfg(test)]
    Die,
}

/// What the applying thread is given.
pub(super) enum Work {
    Batch(Batch),
    #[cfg(test)]
    Die,
    /// The last batch was given of the snapshot that stands there, and it should have so many records.
    SnapshotEnd(Position, u64),
}

/// The calling thread's end.
pub(super) struct Spread<'scope, 'a> {
    reading: Vec<(Sender<Job>, Receiver<Batch>)>,
    keeping: Vec<Sender<(Staged, UnixMs)>>,
    /// Gone once the verdict was asked for.
    applying: Option<Sender<Work>>,
    /// Told once a snapshot was found whole. The applying thread has the other end, so that it is let go of when that
    /// thread ends; within a message it would stay in the channel.
    restored: Receiver<()>,
    verdict: Option<ScopedJoinHandle<'scope, Result<(), NotTaken>>>,
    helpers: Vec<ScopedJoinHandle<'scope, ()>>,
    /// Jobs that were given to reading threads, and batches that were taken back: in turn, and so in order.
    given: usize,
    back: usize,
    /// Records that are not a job yet, and where the first of them begins.
    run: Vec<u8>,
    run_start: Position,
    taken: &'a AtomicU64,
}

impl<'scope, 'a: 'scope> Spread<'scope, 'a> {
    pub(super) fn start(
        scope: &'scope Scope<'scope, '_>,
        state: &'a State,
        taken: &'a AtomicU64,
        helpers: Helpers,
    ) -> io::Result<Self> {
        let named = |name: &str| Builder::new().name(name.to_owned());
        let (applying, works) = bounded(WAITING_MAX);
        let (whole, restored) = bounded(1);
        let apply = move || apply_all(state, taken, &works, &whole);
        let verdict = named("tacos-replay").spawn_scoped(scope, apply)?;
        let mut spread = Self {
            reading: Vec::new(),
            keeping: Vec::new(),
            applying: Some(applying),
            restored,
            verdict: Some(verdict),
            helpers: Vec::new(),
            given: 0,
            back: 0,
            run: Vec::new(),
            run_start: Position::ZERO,
            taken,
        };
        let parts = state.answers.parts(helpers.keeping);
        for _ in 0..helpers.reading {
            let ((give, jobs), (batches, take)) = (bounded(AHEAD), bounded(AHEAD));
            let thread = named("tacos-read");
            spread.helpers.push(thread.spawn_scoped(scope, move || read_all(&jobs, &batches, parts))?);
            spread.reading.push((give, take));
        }
        for _ in 0..parts {
            let (give, batches) = bounded(WAITING_MAX);
            let thread = named("tacos-keep");
            spread.helpers.push(thread.spawn_scoped(scope, move || keep_all(state, &batches))?);
            spread.keeping.push(give);
        }
        Ok(spread)
    }
}

impl Spread<'_, '_> {
    pub(super) fn give(&mut self, job: Job) -> Result<(), NotTaken> {
        if self.given - self.back == AHEAD * self.reading.len() {
            self.pass_on()?;
        }
        let (give, _) = &self.reading[self.given % self.reading.len()];
        self.given += 1;
        // There is room, unless the thread has ended.
        if give.send(job).is_err() { self.ended_early() } else { Ok(()) }
    }

    /// Takes the oldest batch back and passes it on.
    fn pass_on(&mut self) -> Result<(), NotTaken> {
        let (_, take) = &self.reading[self.back % self.reading.len()];
        self.back += 1;
        let Ok(mut batch) = take.recv() else { return self.ended_early() };
        let time = batch.time();
        for (staged, keeping) in batch.take_answers().into_iter().zip(&self.keeping) {
            if !staged.is_empty() && keeping.send((staged, time)).is_err() {
                return self.ended_early();
            }
        }
        self.apply(Work::Batch(batch))
    }

    pub(super) fn apply(&mut self, work: Work) -> Result<(), NotTaken> {
        match &self.applying {
            Some(applying) if applying.send(work).is_ok() => Ok(()),
            _ => self.ended_early(),
        }
    }

    fn pass_all_on(&mut self) -> Result<(), NotTaken> {
        let records = std::mem::take(&mut self.run);
        if !records.is_empty() {
            self.give(Job::Run { start: self.run_start, records })?;
        }
        while self.back < self.given {
            self.pass_on()?;
        }
        Ok(())
    }

    /// Lets all threads end, and waits for them: what the applying thread says of what it was given.
    fn end(&mut self) -> Result<(), NotTaken> {
        self.applying = None;
        self.reading.clear();
        self.keeping.clear();
        let verdict = self.verdict.take().map_or(Ok(()), joined);
        self.helpers.drain(..).for_each(joined);
        verdict
    }

    /// A thread has ended before it was told to: for an error, which this returns, or for a panic, which goes on here.
    fn ended_early(&mut self) -> Result<(), NotTaken> {
        self.end()?;
        panic!("a thread of the replay has ended without a reason");
    }
}

fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// A reading thread.
fn read_all(jobs: &Receiver<Job>, batches: &Sender<Batch>, parts: usize) {
    let mut plain = Vec::new();
    for job in jobs {
        let batch = match job {
            Job::Piece(piece) => Batch::of_piece(&piece, &mut plain, parts),
            Job::Run { start, records } => Batch::of_run(start, &records, parts),
            #[cfg(test)]
            Job::Die => panic!("a planted death of a reading thread"),
        };
        if batches.send(batch).is_err() {
            // The calling thread has given up.
            return;
        }
    }
}

/// A keeping thread.
fn keep_all(state: &State, batches: &Receiver<(Staged, UnixMs)>) {
    batches.iter().for_each(|(staged, time)| state.install(&staged, time));
}

/// The applying thread: ends at the first record that does not follow, or when no more come.
fn apply_all(
    state: &State,
    taken: &AtomicU64,
    works: &Receiver<Work>,
    whole: &Sender<()>,
) -> Result<(), NotTaken> {
    let mut count = 0;
    for work in works {
        match work {
            Work::Batch(batch) => {
                count += batch.put(state)?;
                // Relaxed: a figure to be shown; what is counted at the end was joined.
                taken.store(count, Relaxed);
            }
            #[cfg(test)]
            Work::Die => panic!("a planted death of the applying thread"),
            Work::SnapshotEnd(at, records) => {
                state.check_restored(at, count, records)?;
                // The calling thread waits for it, unless it has panicked.
                let _ = whole.send(());
            }
        }
    }
    Ok(())
}

impl Replay for Spread<'_, '_> {
    fn piece(&mut self, piece: Piece) -> Result<(), NotTaken> {
        self.give(Job::Piece(piece))
    }

    fn snapshot_ended(&mut self, at: Position, records: u64) -> Result<(), NotTaken> {
        self.pass_all_on()?;
        self.apply(Work::SnapshotEnd(at, records))?;
        if self.restored.recv().is_err() { self.ended_early() } else { Ok(()) }
    }

    fn run(&mut self, start: Position, records: &[u8]) -> Result<(), NotTaken> {
        if self.run.is_empty() {
            self.run_start = start;
        }
        self.run.extend_from_slice(records);
        if self.run.len() < RUN_BYTES {
            return Ok(());
        }
        let records = std::mem::take(&mut self.run);
        self.give(Job::Run { start: self.run_start, records })
    }

    fn finish(&mut self) -> Result<(), NotTaken> {
        self.pass_all_on()?;
        self.end()
    }

    fn taken(&self) -> u64 {
        self.taken.load(Relaxed)
    }
}
