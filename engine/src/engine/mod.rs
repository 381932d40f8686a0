//! The face: open an engine, send it commands, read, close. Also its two threads: the writer thread and the time
//! thread. Decides nothing; the pipeline does.

mod builder;
mod commands;
mod follower;
#[cfg(all(test, not(any(loom, shuttle))))]
mod follower_tests;
mod memory;
mod operator;
mod prepare;
mod reads;
mod snapshots;
#[cfg(feature = "stream")]
mod stream;
#[cfg(all(test, not(any(loom, shuttle))))]
mod wheel_tests;
mod writer;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

use crate::sync::{Drove, Mutex, rank, wake_all};

pub use builder::OpenError;
pub use follower::{UpdateReader, UpdatesLost};
pub use memory::Memory;
pub use operator::Operator;
pub use snapshots::SnapshotError;
#[cfg(feature = "stream")]
pub use stream::UpdateStream;

use crate::acks::{CompletionQueue, Failure, Pending};
use crate::clock::UnixMs;
use crate::deadlines::Rest;
use crate::error::Error;
use crate::pipeline::{CommandResult, Committed, Core, Digest};
use crate::reply::Reply;
use crate::updates::History;
use snapshots::Snapshots;
use writer::Writer;

/// Timers handled in one turn before the time thread looks whether it is to stop.
const TURN_BUDGET: usize = 1_024;
/// The longest sleep of the time thread: a clock that jumps is noticed within this time.
const NAP_MAX: Duration = Duration::from_millis(500);
/// How often an engine in memory looks for updates to publish, and after how many looks in vain it looks less often.
const PUBLISH_NAP: Duration = Duration::from_millis(1);
const PUBLISH_NAPS: u32 = 200;
/// How often due deadlines are tried again while the disk takes no writes.
const BLOCKED_NAP: Duration = Duration::from_millis(5);

/// An engine: seats, holds, waiting lines, reservations and payments of any number of events, in this process.
///
/// Cheap to clone; all clones are the same engine, and every method may be called from any thread. Writes return at
/// once with a [`Pending`]. The engine closes when [`Engine::close`] is called or the last clone is dropped.
///
/// # Examples
///
/// ```
/// use tacos_engine::{
///     Config, CreateEvent, Currency, Engine, EventId, EventSettings, Failure, Refusal, Reserve, Row, RowSeats, SaleState,
///     SeatId, SeatMap, SeatRequest, Section, SetSale, UserId,
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let engine = Engine::in_memory(Config::default())?;
/// let event = EventId::new("evt_1")?;
/// let seats = RowSeats::Numbered { prefix: "A-".into(), first_number: 1, step: 1, digits_min: 0, count: 10 };
/// let row = Row { label: "A".into(), price_minor: 5_000, seats, ..Row::default() };
/// let settings = EventSettings::new("A concert", Currency::new("EUR").ok_or("currency")?);
/// let seats = SeatMap { sections: vec![Section::Seated { name: "stalls".into(), rows: vec![row] }] };
/// engine.create_event(CreateEvent::new(event.clone(), settings, seats)).wait()?;
/// engine.set_sale(SetSale::new(event.clone(), SaleState::Open)).wait()?;
///
/// let want = SeatRequest::Seats([SeatId::new("A-7")?].into());
/// let held = engine.reserve(Reserve::new(event.clone(), UserId::new("kim")?, want.clone())).wait()?;
/// assert_eq!(held.total_minor, 5_000);
///
/// // Another customer is refused, at once, and learns why:
/// let refused = engine.reserve(Reserve::new(event, UserId::new("lee")?, want)).wait();
/// assert!(matches!(refused, Err(Failure::Refused(Refusal::SeatsTaken(seats))) if *seats == ["A-7".to_owned()]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

/// The writer of an engine whose callers write, until the engine closes.
type SharedWriter = Mutex<Option<Writer>, { rank::WRITER }>;

struct Inner {
    core: Arc<Core>,
    history: Arc<History>,
    snapshots: Arc<Snapshots>,
    /// The writer, if it is not the writing thread's own: with the manual driver, and in memory. Taken when the engine
    /// closes.
    writer: Arc<SharedWriter>,
    /// Threads that have not been waited for. Locked by a caller that closes, for as long as that takes.
    running: Mutex<Vec<JoinHandle<()>>, { rank::THREADS }>,
    /// All threads that were ever started, to be woken, and to be distinguished from callers.
    own_threads: Mutex<Vec<Thread>, { rank::OWN_THREADS }>,
    stopping: Arc<AtomicBool>,
}

/// What one [`Engine::turn`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Timers that fired.
    pub fired: usize,
    /// No timer is due before this moment; `None` if none is set.
    pub next: Option<UnixMs>,
}

impl Engine {
    /// Stops taking writes, writes and syncs everything that was taken, and ends the engine's threads. Reads go on.
    /// Closing twice is the same as closing once, also from two threads: both return when everything is written, with
    /// the same result. Called by a thread of the engine (from a waker), it begins to close and returns.
    ///
    /// # Errors
    /// [`Error::Poisoned`] if the journal had failed before, or fails now.
    pub fn close(&self) -> Result<(), Error> {
        self.inner.close()
    }

    /// Does everything that is due, and writes what there is to write. With the manual driver, time moves only here
    /// (and its clock is the caller's); with threads, calling it does no harm.
    pub fn turn(&self) -> Turn {
        let core = &self.inner.core;
        let mut fired = 0;
        loop {
            let turned = core.turn(core.state.now(), TURN_BUDGET);
            fired += turned.fired;
            self.inner.flush();
            // The flush may have made room for handlers that stopped for want of it: go on with them.
            let goes_on = turned.more || (turned.blocked && core.log.admit_write().is_ok());
            if !goes_on {
                return Turn { fired, next: turned.next };
            }
        }
    }

    /// The engine's clock.
    #[must_use]
    pub fn now(&self) -> UnixMs {
        self.inner.core.state.now()
    }

    /// A queue out of which answers of this engine come, `capacity` in flight at most.
    #[must_use]
    pub fn completion_queue<T: Send + 'static>(&self, capacity: usize) -> CompletionQueue<T> {
        CompletionQueue::new(Arc::clone(&self.inner.core.log.durable), capacity)
    }

    /// A hash of the whole state: equal before a crash and after recovery. Of one moment only if no caller writes
    /// meanwhile.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.inner.core.state.digest(self.inner.core.state.now())
    }

    /// A function that returns the position up to which writes were acknowledged as durable. Does not keep the folder
    /// locked.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn acknowledged(&self) -> impl Fn() -> u64 + Send + use<> {
        let history = Arc::clone(&self.inner.history);
        move || history.newest()
    }

    /// Where tests plant panics.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn planted_panic(&self) -> &crate::hooks::PlantedPanic {
        &self.inner.core.log.planted
    }

    fn pending<T>(&self, outcome: CommandResult<T>) -> Pending<T> {
        let core = &self.inner.core;
        match outcome {
            Ok(Committed { reply, end }) => {
                core.state.metrics.commands.add(1);
                let durable = &core.log.durable;
                // Durable already, as everything is in memory: nothing is borrowed.
                if durable.reached() >= end {
                    Pending::durable(reply, durable)
                } else {
                    Pending::at(reply, end, core.log.lender.lend())
                }
            }
            Err(failure) => {
                core.state.metrics.refusals.add(1);
                // A refusal may be a consequence of state that a panic left behind: then the panic is the answer.
                let broken = core.log.failure().filter(|_| core.log.is_poisoned());
                Pending::refused(broken.map_or(failure, Failure::Broken))
            }
        }
    }

    pub(crate) fn core(&self) -> &Core {
        &self.inner.core
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("durable", &self.inner.core.log.durable.reached())
            .finish_non_exhaustive()
    }
}

impl Inner {
    /// With the manual driver: writes all there is.
    fn flush(&self) {
        flush_all(&self.writer);
    }

    fn close(&self) -> Result<(), Error> {
        self.core.log.close();
        self.stopping.store(true, Ordering::Release);
        self.core.log.buffer.wake();
        let me = std::thread::current().id();
        let mut is_ours = false;
        for thread in &*self.own_threads.lock() {
            thread.unpark();
            is_ours |= thread.id() == me;
        }
        // A thread of the engine cannot wait for itself, nor for another that waits for it: it returns, and its loop
        // then sees that it is to stop.
        if !is_ours {
            // Locked until the end: a second caller waits for the first.
            let mut running = self.running.lock();
            for thread in running.drain(..) {
                // A panic was caught on that thread, and has poisoned.
                let _ = thread.join();
            }
            let mut due = close_shared(&self.writer);
            drop(running);
            wake_all(&mut due);
        }
        self.snapshots.close();
        self.result()
    }

    fn result(&self) -> Result<(), Error> {
        match self.core.log.failure() {
            Some(poisoned @ Error::Poisoned { .. }) => Err(poisoned),
            _ => Ok(()),
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // No caller is left that could get an error.
        let _ = self.close();
    }
}

/// Writes all there is, if the writer is shared, then wakes the callers that waited for it, with no lock held. For
/// callers that hold no lock.
fn flush_all(writer: &SharedWriter) -> Flushed {
    let mut due = Vec::new();
    let flushed = flush_into(writer, |writer| writer.take_due(&mut due));
    wake_all(&mut due);
    flushed
}

/// Writes all there is from within a command, which may own slots and hold locks: the callers that waited for it are
/// woken by the next [`flush_all`].
fn make_room(writer: &SharedWriter) -> Drove {
    flush_into(writer, |_| ()).drove
}

/// A panic inside is the engine's, not the caller's: it poisons, and the caller gets the same error as after a failure
/// of the disk.
fn flush_into(writer: &SharedWriter, then: impl FnOnce(&mut Writer)) -> Flushed {
    let mut flushed = Flushed { any: false, drove: Drove::All };
    let mut writer = writer.lock();
    // Takes along the wakers that an earlier flush collected and did not wake.
    let Some(writer) = writer.as_mut() else { return flushed };
    let flushing = catch_unwind(AssertUnwindSafe(|| {
        while writer.flush() {
            flushed.any = true;
            writer.after_group();
        }
        if writer.is_held_back() {
            flushed.drove = Drove::Blocked;
        }
        writer.maintain();
    }));
    if let Err(panic) = flushing {
        writer.panicked(&*panic);
    }
    then(writer);
    flushed
}

/// What a flush did.
struct Flushed {
    /// There was something to write.
    any: bool,
    drove: Drove,
}

/// Writes all that is left, if the writer is shared and has not been closed. Returns the wakers, to be woken once no
/// lock is held. Other callers wait meanwhile for the writer's lock, and so for the end.
fn close_shared(writer: &SharedWriter) -> Vec<Waker> {
    writer.lock().take().map(closed).unwrap_or_default()
}

/// Closes the writer, and returns the wakers, to be woken once no lock is held.
fn closed(mut writer: Writer) -> Vec<Waker> {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| writer.close())) {
        writer.panicked(&*panic);
        writer.end();
    }
    let mut due = Vec::new();
    writer.take_due(&mut due);
    due
}

/// Runs the work of a thread of the engine. Only a caller that closes waits for such a thread, so a panic must reach
/// every caller: it poisons.
fn guarded(core: &Core, thread: &str, work: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(work)) {
        let mut due = Vec::new();
        core.log.poison_by_panic(thread, &*panic, &mut due);
        wake_all(&mut due);
    }
}

/// The thread that publishes updates in an engine without a journal, where there is no sync to wait for. It polls, more
/// often while there are updates, so that writers never pay for waking it.
fn publish_loop(writer: &SharedWriter, stopping: &AtomicBool) {
    let mut idle = 0;
    while !stopping.load(Ordering::Acquire) {
        idle = if flush_all(writer).any { 0 } else { (idle + 1).min(PUBLISH_NAPS) };
        std::thread::park_timeout(if idle < PUBLISH_NAPS { PUBLISH_NAP } else { 10 * PUBLISH_NAP });
    }
    wake_all(&mut close_shared(writer));
}

/// The writer thread. After a panic it keeps draining the log buffer and throws the records away, so that no caller
/// waits for room in it.
fn write_loop(mut writer: Writer, stopping: &AtomicBool) {
    let mut due = Vec::new();
    loop {
        let writing = catch_unwind(AssertUnwindSafe(|| write_until(&mut writer, stopping, &mut due)));
        let Err(panic) = writing else { break };
        writer.panicked(&*panic);
        writer.take_due(&mut due);
        wake_all(&mut due);
        if stopping.load(Ordering::Acquire) {
            break;
        }
        std::thread::park_timeout(BLOCKED_NAP);
    }
    wake_all(&mut closed(writer));
}

fn write_until(writer: &mut Writer, stopping: &AtomicBool, due: &mut Vec<Waker>) {
    loop {
        let wrote = writer.flush();
        // No lock is held here. Callers are woken before the work after the group, which they need not wait for.
        writer.take_due(due);
        wake_all(due);
        writer.after_group();
        if wrote {
            continue;
        }
        if stopping.load(Ordering::Acquire) {
            return;
        }
        writer.rest();
    }
}

/// The time thread.
fn time_loop(core: &Core, stopping: &AtomicBool) {
    while !stopping.load(Ordering::Acquire) {
        let now = core.state.now();
        let turned = core.turn(now, TURN_BUDGET);
        if turned.blocked {
            std::thread::park_timeout(BLOCKED_NAP);
            continue;
        }
        if turned.more {
            continue;
        }
        match core.state.deadlines.rest(now) {
            Rest::Turn => {}
            Rest::Idle => std::thread::park_timeout(NAP_MAX),
            Rest::Until(at) => std::thread::park_timeout(at.since(now).min(NAP_MAX)),
        }
    }
}

/// A refusal or reply of any kind, for batches.
pub type Answer = Result<Reply, Failure>;
