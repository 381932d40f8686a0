//! The one object of the border: open, ask, fetch answers, follow, close. Any number of threads may use it at once.
//! Requests and answers are bytes (`codec`), so that a command with a new field crosses without a change here.
//!
//! An answer that is known at once comes back at once; any other is fetched by [`RawEngine::drain`], many at a time,
//! under the number that its request was given. So one thread of the other side serves any number of waiting callers,
//! and a call crosses the border once. [`RawEngine::execute`] is the same as a future, for languages whose futures are
//! cheap to wake from here.
#![expect(clippy::needless_pass_by_value, reason = "an array that uniffi hands over belongs to the function")]

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use tacos_engine::{
    Completion, CompletionQueue, Engine, JournalError, ManualClock, NotAccepted, Position, SnapshotError,
};

use crate::answers::{Found, answer, closed};
use crate::config::{Opening, RawOpenError};
use crate::crossing;
use crate::follow::{RawUpdates, RawUpdatesLost};
use crate::reads;
use crate::relay::OnBorder;
use crate::requests::Request;
use tacos_engine::arguments::{number, signed, span};

/// Answers fetched in one go, at most.
const DRAIN_MAX: usize = 1_024;
/// The length of an answer that comes later.
const LATER: i32 = -1;

/// An engine, as other languages see it.
#[derive(uniffi::Object)]
pub(crate) struct RawEngine {
    /// Gone once closed: its memory goes with the last call under way, and the last answer fetched.
    engine: RwLock<Option<Engine>>,
    /// The closed engine, until its last answer is fetched: it puts them into words.
    leaving: Mutex<Option<Engine>>,
    answers: CompletionQueue<Found>,
    clock: Option<Arc<ManualClock>>,
}

/// Why a maintenance job was not done.
#[derive(Debug, uniffi::Error)]
pub(crate) enum RawJobError {
    /// The engine is closed.
    Closed,
    /// The engine is in memory: it has no folder.
    NoFolder,
    /// Another snapshot is being taken.
    Busy,
    /// Time moves by itself here; or an argument is wrong.
    Misused {
        /// For a person.
        text: String,
    },
    /// Reading or writing failed, or the journal takes no more writes.
    Failed {
        /// For a person.
        text: String,
    },
}

impl std::fmt::Display for RawJobError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Closed => f.write_str("the engine is closed"),
            Self::NoFolder => f.write_str("an engine in memory has no folder"),
            Self::Busy => f.write_str("another snapshot is being taken"),
            Self::Misused { text } | Self::Failed { text } => f.write_str(text),
        }
    }
}

impl std::error::Error for RawJobError {}

impl From<SnapshotError> for RawJobError {
    fn from(error: SnapshotError) -> Self {
        match error {
            SnapshotError::NoFolder => Self::NoFolder,
            SnapshotError::Busy => Self::Busy,
            other => Self::Failed { text: other.to_string() },
        }
    }
}

impl From<JournalError> for RawJobError {
    fn from(error: JournalError) -> Self {
        Self::Failed { text: error.to_string() }
    }
}

#[uniffi::export]
impl RawEngine {
    /// Opens the data folder at `path`, or makes one there.
    #[uniffi::constructor]
    pub(crate) fn open(path: &str, options: Vec<u8>) -> Result<Arc<Self>, RawOpenError> {
        let Opening { config, clock, consent, in_flight_max } = Opening::read(&options)?;
        let (engine, _) = Engine::open_with(path, config, consent, |_| ())?;
        Ok(Self::over(engine, clock, in_flight_max))
    }

    /// An engine without a folder.
    #[uniffi::constructor]
    pub(crate) fn in_memory(options: Vec<u8>) -> Result<Arc<Self>, RawOpenError> {
        let Opening { config, clock, in_flight_max, .. } = Opening::read(&options)?;
        Ok(Self::over(Engine::in_memory(config)?, clock, in_flight_max))
    }

    /// Takes no more writes, syncs what was taken, and answers every caller that waits. Reads go on until it is shut down.
    pub(crate) fn stop(&self) -> Result<(), RawJobError> {
        let Some(engine) = self.alive() else { return Ok(()) };
        engine.close().map_err(|error| RawJobError::Failed { text: error.to_string() })
    }

    /// Writes and syncs what was taken, ends the engine's threads, and lets its memory go. Answers that wait can still
    /// be fetched. Closing twice is the same as closing once.
    pub(crate) fn shut_down(&self) -> Result<(), RawJobError> {
        let Some(engine) = self.engine.write().take() else { return Ok(()) };
        let closed = engine.close();
        *self.leaving.lock() = Some(engine);
        self.answers.close();
        closed.map_err(|error| RawJobError::Failed { text: error.to_string() })
    }

    /// Asks. The answer, if it is known at once; if not, it comes out of [`RawEngine::drain`] as number `tag`.
    pub(crate) fn submit(&self, tag: i64, request: Vec<u8>) -> Result<Option<Vec<u8>>, RawRequestError> {
        let request = Request::read(&request)?;
        Ok(self.alive().map_or_else(|| Some(closed()), |engine| self.ask(&engine, tag, request)))
    }

    /// Asks many things, one after the other; number *i* is `first_tag + i`. Each request has its length ahead, and so
    /// has each answer: -1 where it comes later.
    pub(crate) fn submit_all(&self, first_tag: i64, requests: Vec<u8>) -> Result<Vec<u8>, RawRequestError> {
        let requests = Request::read_all(&requests)?;
        let engine = self.alive();
        let mut out = Vec::new();
        for (tag, request) in (first_tag..).zip(requests) {
            let now = engine.as_ref().map_or_else(|| Some(closed()), |engine| self.ask(engine, tag, request));
            match now {
                Some(answer) => append(&mut out, &answer),
                None => out.extend_from_slice(&LATER.to_be_bytes()),
            }
        }
        Ok(out)
    }

    /// Fetches answers, each behind its number and its length; waits for the first, at most so long. Nothing after the
    /// last answer of a closed engine.
    pub(crate) fn drain(&self, timeout_ms: i64) -> Option<Vec<u8>> {
        // Before looking at the answers: a closed queue that was found empty after this stays empty.
        let closing = self.answers.is_closed();
        let timeout = Duration::from_millis(timeout_ms.try_into().unwrap_or(0));
        let mut fetched = Vec::new();
        self.answers.poll(DRAIN_MAX, timeout, &mut fetched);
        if fetched.is_empty() && closing && self.answers.in_flight() == 0 {
            self.leaving.lock().take();
            return None;
        }
        let engine = self.alive().or_else(|| self.leaving.lock().clone());
        let mut out = Vec::new();
        for Completion { tag, result } in fetched {
            out.extend_from_slice(&tag.to_be_bytes());
            append(&mut out, &engine.as_ref().map_or_else(closed, |engine| answer(engine, &result)));
        }
        Some(out)
    }

    /// The number under which [`crate::crossing`] finds this engine.
    pub(crate) fn register(self: Arc<Self>) -> i64 {
        crossing::register(self)
    }

    /// Asks, as a future.
    pub(crate) async fn execute(&self, request: Vec<u8>) -> Result<Vec<u8>, RawRequestError> {
        let request = Request::read(&request)?;
        let Some(engine) = self.alive() else { return Ok(closed()) };
        let found = OnBorder(request.submit(&engine)).await;
        Ok(answer(&engine, &found))
    }

    /// Asks, and waits on this thread until the answer may be seen: for languages whose threads wait for nothing else.
    pub(crate) fn call(&self, request: Vec<u8>) -> Result<Vec<u8>, RawRequestError> {
        let request = Request::read(&request)?;
        let Some(engine) = self.alive() else { return Ok(closed()) };
        let found = request.submit(&engine).wait();
        Ok(answer(&engine, &found))
    }

    /// The same of many things, one after the other; each has its length ahead, and so has each answer.
    pub(crate) fn call_all(&self, requests: Vec<u8>) -> Result<Vec<u8>, RawRequestError> {
        let Some(engine) = self.alive() else { return all_closed(&requests) };
        let asked = Request::read_all(&requests)?.into_iter().map(|request| request.submit(&engine));
        let asked: Vec<_> = asked.collect();
        let mut out = Vec::new();
        asked.into_iter().for_each(|pending| append(&mut out, &answer(&engine, &pending.wait())));
        Ok(out)
    }

    /// Looks at what needs no waiting.
    pub(crate) fn read(&self, read: Vec<u8>) -> Result<Vec<u8>, RawRequestError> {
        Ok(self.alive().map_or_else(|| Ok(closed()), |engine| reads::read(&engine, &read))?)
    }

    /// A reader of updates behind `from`; absent for what is new from now on.
    pub(crate) fn updates(&self, from: Option<i64>) -> Result<Arc<RawUpdates>, RawUpdatesLost> {
        let engine = self.alive().ok_or(RawUpdatesLost::Closed)?;
        let from = match from {
            None => engine.position(),
            Some(position) => number("from", position)
                .map(Position)
                .map_err(|_| RawUpdatesLost::NotAPosition { position })?,
        };
        RawUpdates::new(engine, from).map(Arc::new)
    }

    /// Does everything that is due, and returns how many timers fired. With time by hand, time works only here.
    pub(crate) fn turn(&self) -> Result<i64, RawJobError> {
        self.alive().map(|engine| signed(engine.turn().fired)).ok_or(RawJobError::Closed)
    }

    /// Lets time pass, by hand, and returns the new time.
    pub(crate) fn advance(&self, by_ms: i64) -> Result<i64, RawJobError> {
        self.alive().ok_or(RawJobError::Closed)?;
        let clock = self.clock.as_ref().ok_or_else(|| RawJobError::Misused {
            text: "time moves by itself: the engine was not opened with a clock to move by hand".into(),
        })?;
        let by = span("by", by_ms).map_err(|refusal| RawJobError::Misused { text: refusal.to_string() })?;
        Ok(signed(clock.advance(by).get()))
    }

    /// Takes a snapshot, and returns the position that it holds. Blocks for as long as that takes.
    pub(crate) fn snapshot(&self) -> Result<i64, RawJobError> {
        let engine = self.alive().ok_or(RawJobError::Closed)?;
        Ok(signed(engine.snapshot()?.position.0))
    }

    /// Copies everything durable into an empty or absent folder. Blocks for as long as that takes.
    pub(crate) fn backup(&self, path: &str) -> Result<(), RawJobError> {
        let engine = self.alive().ok_or(RawJobError::Closed)?;
        engine.backup(path, |_| ())?;
        Ok(())
    }

    /// Forgets all remembered idempotency answers.
    pub(crate) fn clear_idempotency(&self) -> Result<(), RawJobError> {
        let engine = self.alive().ok_or(RawJobError::Closed)?;
        engine.operator().clear_idempotency();
        Ok(())
    }
}

/// Bytes that are no request: the two sides do not fit, which is a bug.
#[derive(Debug, uniffi::Error)]
pub(crate) enum RawRequestError {
    /// What is wrong with them.
    Malformed {
        /// For a person.
        text: String,
    },
}

impl std::fmt::Display for RawRequestError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self::Malformed { text } = self;
        f.write_str(text)
    }
}

impl std::error::Error for RawRequestError {}

impl From<String> for RawRequestError {
    fn from(text: String) -> Self {
        Self::Malformed { text }
    }
}

/// Appends an answer behind its length.
fn append(out: &mut Vec<u8>, answer: &[u8]) {
    // No managed language has so long an array: handing it over fails.
    out.extend_from_slice(&i32::try_from(answer.len()).unwrap_or(i32::MAX).to_be_bytes());
    out.extend_from_slice(answer);
}

/// The answers of an engine that is gone.
pub(crate) fn all_closed(requests: &[u8]) -> Result<Vec<u8>, RawRequestError> {
    let mut out = Vec::new();
    Request::read_all(requests)?.iter().for_each(|_| append(&mut out, &closed()));
    Ok(out)
}

impl RawEngine {
    fn over(engine: Engine, clock: Option<Arc<ManualClock>>, in_flight_max: usize) -> Arc<Self> {
        let answers = engine.completion_queue(in_flight_max);
        Arc::new(Self { engine: RwLock::new(Some(engine)), leaving: Mutex::default(), answers, clock })
    }

    fn alive(&self) -> Option<Engine> {
        self.engine.read().clone()
    }

    fn ask(&self, engine: &Engine, tag: i64, request: Request) -> Option<Vec<u8>> {
        let pending = request.submit(engine);
        // With time by hand nothing happens elsewhere: the thread that asks also writes, and has the answer.
        if self.clock.is_some() || pending.is_ready() {
            return Some(answer(engine, &pending.wait()));
        }
        match pending.notify(&self.answers, tag.cast_unsigned()) {
            Ok(()) => None,
            // Too many are under way, or the engine is being closed: this caller waits here, and is slowed down.
            Err(NotAccepted { pending, .. }) => Some(answer(engine, &pending.wait())),
        }
    }
}
