//! Opening, closing and time; and what stands behind an engine's handle.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use parking_lot::Mutex;
use tacos::{Completion, CompletionQueue, Engine, Error, ManualClock, Opened, Pending, UnixMs};

use crate::abi::{TACOS_ENGINES_MAX, tacos_buffer, tacos_engine, tacos_str};
use crate::answer::Answer;
use crate::arena::Arena;
use crate::config::{Settings, settings, tacos_config};
use crate::failure::Fault;
use crate::guard;
use crate::handles::{Found, Table};
use crate::memory::{Out, text};
use crate::status::tacos_status;
use crate::views::{self, tacos_opened, tacos_snapshot_info, tacos_turned};

static ENGINES: LazyLock<Table<Behind>> = LazyLock::new(|| Table::new(TACOS_ENGINES_MAX));

/// What stands behind an engine's handle.
pub(crate) enum Behind {
    Open(Box<Opening>),
    /// Closed, with answers that no thread has taken yet.
    Closed(Arc<Queue>),
}

/// An open engine.
pub(crate) struct Opening {
    pub(crate) engine: Engine,
    pub(crate) queue: Arc<Queue>,
    clock: Option<Arc<ManualClock>>,
    /// Waiting for a write writes it: no thread does it otherwise.
    pub(crate) manual: bool,
    /// A write panicked: what it left half done must not be built upon.
    in_doubt: AtomicBool,
    opened: Option<Opened>,
}

/// The completion queue of an engine, which outlives it until it is empty.
pub(crate) struct Queue {
    pub(crate) answers: CompletionQueue<Answer>,
    /// Answers that were taken out and did not fit the caller's buffer.
    pub(crate) stash: Mutex<VecDeque<Completion<Answer>>>,
    /// Answers that were promised and not yet delivered.
    in_flight: AtomicUsize,
    capacity: usize,
    closed: AtomicBool,
}

/// Marks an engine as doubtful if the thread panics while this lives.
pub(crate) struct Doubt<'a>(&'a AtomicBool);

impl Drop for Doubt<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::SeqCst);
        }
    }
}

impl Opening {
    /// A thread that changes the state holds this while doing so.
    pub(crate) fn writing(&self) -> Result<Doubt<'_>, Fault> {
        if self.in_doubt.load(Ordering::SeqCst) { Err(Fault::InDoubt) } else { Ok(Doubt(&self.in_doubt)) }
    }
}

/// An answer that the queue has promised to deliver. Dropped, it was delivered some other way, or promised in vain.
pub(crate) struct Promise<'a>(&'a Queue);

impl Promise<'_> {
    /// The answer will be handed in, or is counted by [`Queue::delivered`].
    pub(crate) fn keep(self) {
        std::mem::forget(self);
    }
}

impl Drop for Promise<'_> {
    fn drop(&mut self) {
        self.0.delivered(1);
    }
}

impl Queue {
    fn new(engine: &Engine, capacity: usize) -> Self {
        Self {
            // One more than promised: for the answer that wakes those who wait when the engine closes.
            answers: engine.completion_queue(capacity + 1),
            stash: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            capacity,
            closed: AtomicBool::new(false),
        }
    }

    /// Promises to deliver one more answer.
    pub(crate) fn promise(&self) -> Result<Promise<'_>, Fault> {
        // SeqCst, with `end` and `is_over`: either we see that the queue is closed, or the thread that asks whether it is over
        // sees our promise.
        let before = self.in_flight.fetch_add(1, Ordering::SeqCst);
        let promise = Promise(self);
        if before >= self.capacity {
            return Err(Fault::QueueFull { capacity: self.capacity });
        }
        if self.closed.load(Ordering::SeqCst) {
            return Err(Fault::Broken(Error::Closed));
        }
        Ok(promise)
    }

    /// The answer of a promise that is kept comes out with `tag`.
    pub(crate) fn hand_in(&self, pending: Pending<Answer>, tag: u64) {
        // Every answer has a promise, and there is room for all promises and one more; the queue is never closed, and it is
        // that of the answer's own engine.
        if let Err(refused) = pending.notify(&self.answers, tag) {
            panic!("a promised answer was not accepted: {:?}", refused.reason);
        }
    }

    /// `count` answers of promises that are kept were delivered.
    pub(crate) fn delivered(&self, count: usize) {
        self.in_flight.fetch_sub(count, Ordering::SeqCst);
    }

    /// True once nothing will come out any more.
    pub(crate) fn is_over(&self) -> bool {
        self.closed.load(Ordering::SeqCst) && self.in_flight.load(Ordering::SeqCst) == 0
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Wakes one thread that waits for answers; it wakes the next. Only when the queue is closed.
    pub(crate) fn wake(&self) {
        // Full means that a wake-up, or an answer, is in there already: that one wakes them.
        let _ = Pending::ready(Answer::Wake).notify(&self.answers, 0);
    }
}

/// Calls `run` with the open engine behind `handle`.
pub(crate) fn with<R>(
    handle: tacos_engine,
    run: impl FnOnce(&Opening) -> Result<R, Fault>,
) -> Result<R, Fault> {
    match found(handle)?.as_ref().map(|entry| &entry.value) {
        Some(Behind::Open(opening)) => run(opening),
        Some(Behind::Closed(_)) => Err(Fault::Broken(Error::Closed)),
        None => Err(Fault::BadHandle),
    }
}

/// The queue behind `handle`, also of an engine that was closed and has answers left.
pub(crate) fn queue(handle: tacos_engine) -> Result<Arc<Queue>, Fault> {
    match &found(handle)?.as_ref().ok_or(Fault::BadHandle)?.value {
        Behind::Open(opening) => Ok(Arc::clone(&opening.queue)),
        Behind::Closed(queue) => Ok(Arc::clone(queue)),
    }
}

/// Forgets an engine that is closed and has nothing left to give.
pub(crate) fn forget(handle: tacos_engine) {
    // Another thread may have been faster, and the slot may be another's by now: then the handle finds nothing.
    let _ = ENGINES.exchange(handle, |behind| match behind {
        Behind::Closed(queue) if queue.is_over() => None,
        Behind::Closed(queue) => Some(Behind::Closed(Arc::clone(queue))),
        Behind::Open(_) => unreachable!("an open engine is not over"),
    });
}

fn found(handle: tacos_engine) -> Result<Found<Behind>, Fault> {
    ENGINES.find(handle)
}

fn keep(engine: Engine, settings: &SettingsLeft, opened: Option<Opened>) -> Result<tacos_engine, Fault> {
    let queue = Arc::new(Queue::new(&engine, settings.completions_max));
    let opening = Opening {
        engine,
        queue,
        clock: settings.clock.clone(),
        manual: settings.manual,
        in_doubt: AtomicBool::new(false),
        opened,
    };
    ENGINES.insert(Behind::Open(Box::new(opening)))
}

/// What is left of the settings once the engine has taken its own.
struct SettingsLeft {
    clock: Option<Arc<ManualClock>>,
    manual: bool,
    completions_max: usize,
}

impl SettingsLeft {
    fn of(settings: &Settings) -> Self {
        Self {
            clock: settings.clock.clone(),
            manual: settings.config.driver == tacos::Driver::Manual,
            completions_max: settings.completions_max,
        }
    }
}

/// Opens the data folder at `path`, or makes one there, and brings back everything that was durable. `config` null: the
/// usual settings. On success `*out` is the engine; close it by `tacos_close`. What was found is told by `tacos_opened_of`.
///
/// Answers `BAD_CONFIG`, `SYSTEM`, a `JOURNAL_…` that says what is wrong with the folder, or `TOO_MANY_HANDLES`. Nothing on
/// disk is changed then; the last error says what to do.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_open(
    path: tacos_str,
    config: *const tacos_config,
    out: *mut tacos_engine,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let out = Out::new(out)?;
        let path = text(path)?.ok_or(Fault::Null)?;
        let settings = settings(config)?;
        let left = SettingsLeft::of(&settings);
        let (engine, opened) = Engine::open_with(path, settings.config, settings.consent, |_| ())?;
        out.put(keep(engine, &left, Some(opened))?);
        Ok(())
    })
}

/// Opens an engine without a folder: everything is gone when it is closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_open_in_memory(
    config: *const tacos_config,
    out: *mut tacos_engine,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let out = Out::new(out)?;
        let settings = settings(config)?;
        let left = SettingsLeft::of(&settings);
        out.put(keep(Engine::in_memory(settings.config)?, &left, None)?);
        Ok(())
    })
}

/// What opening the folder found and did. An engine in memory has nothing to tell: `NO_FOLDER`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_opened_of(
    engine: tacos_engine,
    buffer: *mut tacos_buffer,
    out: *mut *const tacos_opened,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let (out, mut arena) = (Out::new(out)?, Arena::new(buffer)?);
        with(engine, |opening| {
            let opened = opening.opened.as_ref();
            let opened = opened.ok_or(tacos::SnapshotError::NoFolder)?;
            let view = views::opened(opened, &mut arena);
            let view = arena.put(view);
            arena.finish_with(out, view)
        })
    })
}

/// Stops taking commands, makes durable what was taken, ends the engine's threads and frees its memory (readers of updates
/// keep theirs until they are closed). Answers that are in flight still come out of `tacos_poll`; every other call answers
/// `CLOSED` from now on. Closing twice is the same as closing once.
///
/// Answers `POISONED` if the journal had failed before or fails now; the engine is closed all the same.
#[unsafe(no_mangle)]
pub extern "C" fn tacos_close(engine: tacos_engine) -> tacos_status {
    guard::run(|| {
        let closed = ENGINES.exchange(engine, |behind| {
            let queue = match behind {
                Behind::Open(opening) => &opening.queue,
                Behind::Closed(queue) => queue,
            };
            Some(Behind::Closed(Arc::clone(queue)))
        });
        let entry = match closed {
            Err(Fault::Broken(Error::Closed)) => return Ok(()),
            other => other?,
        };
        let Behind::Open(opening) = &entry.value else { return Ok(()) };
        opening.queue.closed.store(true, Ordering::SeqCst);
        let result = opening.engine.close();
        opening.queue.wake();
        if opening.queue.is_over() {
            forget(engine);
        }
        result.map_err(Fault::Broken)
    })
}

/// Stops taking writes, makes durable what was taken, and ends the engine's threads; reads go on, and writes answer
/// `CLOSED`. For a service that drains: `tacos_close` then lets go of the rest. Stopping twice is the same as stopping once.
///
/// Answers `POISONED` if the journal had failed before or fails now; the engine has stopped all the same.
#[unsafe(no_mangle)]
pub extern "C" fn tacos_stop(engine: tacos_engine) -> tacos_status {
    guard::run(|| with(engine, |opening| opening.engine.close().map_err(Fault::Broken)))
}

/// The engine's time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_now(engine: tacos_engine, out_ms: *mut u64) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        let out = Out::new(out_ms)?;
        with(engine, |opening| {
            out.put(opening.engine.now().get());
            Ok(())
        })
    })
}

/// Lets `by_ms` pass on a manual clock. `out_ms`, which may be null, gets the new time. What is due happens at the next
/// `tacos_turn`, or by itself if the engine has threads. `NOT_MANUAL` without a manual clock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_clock_advance(
    engine: tacos_engine,
    by_ms: u64,
    out_ms: *mut u64,
) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        with(engine, |opening| {
            let clock = opening.clock.as_ref().ok_or(Fault::NotManual)?;
            let now = clock.advance(Duration::from_millis(by_ms));
            optional(out_ms, now)
        })
    })
}

/// Sets a manual clock, unless it is later already: time never goes back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_clock_set(engine: tacos_engine, to_ms: u64, out_ms: *mut u64) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        with(engine, |opening| {
            let clock = opening.clock.as_ref().ok_or(Fault::NotManual)?;
            clock.advance_to(UnixMs::new(to_ms));
            optional(out_ms, opening.engine.now())
        })
    })
}

/// # Safety
/// As the crate's contract.
unsafe fn optional(out: *mut u64, now: UnixMs) -> Result<(), Fault> {
    if !out.is_null() {
        // SAFETY: handed on.
        unsafe { Out::new(out)? }.put(now.get());
    }
    Ok(())
}

/// Does everything that is due, and writes what there is to write. With the manual driver time moves only here; with
/// threads it does no harm. `out` may be null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_turn(engine: tacos_engine, out: *mut tacos_turned) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        with(engine, |opening| {
            let turn = {
                let _doubt = opening.writing()?;
                opening.engine.turn()
            };
            if !out.is_null() {
                let next_ms = turn.next.map_or(0, UnixMs::get);
                Out::new(out)?.put(tacos_turned { fired: turn.fired as u64, next_ms });
            }
            Ok(())
        })
    })
}

/// Takes a snapshot of everything durable by now, beside the running engine, and lets go of journal files that are no
/// longer needed. Blocks the calling thread and no other. `out` may be null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tacos_snapshot(engine: tacos_engine, out: *mut tacos_snapshot_info) -> tacos_status {
    // SAFETY: the crate's contract.
    guard::run(|| unsafe {
        with(engine, |opening| {
            let info = opening.engine.snapshot()?;
            if !out.is_null() {
                Out::new(out)?.put(views::snapshot_info(&info));
            }
            Ok(())
        })
    })
}
