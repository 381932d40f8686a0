//! The one object of the border: open, ask, fetch answers, follow, close. Any number of threads may use it at once.
//!
//! An answer that is known at once comes back at once; any other is fetched by [`RawEngine::drain`], many at a time,
//! under the number that its request was given. So one thread of the other side serves any number of waiting callers,
//! and a call crosses the border once. [`RawEngine::execute`] is the same as a future, for languages whose futures are
//! cheap to wake from here.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use tacos_engine::{
    Completion, CompletionQueue, Engine, Failure, JournalError, ManualClock, NotAccepted, Position,
    SnapshotError,
};

use crate::answers::{Found, RawAnswer, RawCompletion, answer};
use crate::config::{Opening, RawConfig, RawOpenError};
use crate::crossing;
use crate::follow::{RawUpdates, RawUpdatesLost};
use crate::reads::{self, RawRead};
use crate::relay::OnBorder;
use crate::requests::{self, RawRequest};
use crate::text::{number, signed, span};

/// Answers fetched in one go, at most.
const DRAIN_MAX: usize = 1_024;

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
    pub(crate) fn open(path: &str, config: &RawConfig) -> Result<Arc<Self>, RawOpenError> {
        let Opening { config, clock, consent, in_flight_max } = config.opening()?;
        let (engine, _) = Engine::open_with(path, config, consent, |_| ())?;
        Ok(Self::over(engine, clock, in_flight_max))
    }

    /// An engine without a folder.
    #[uniffi::constructor]
    pub(crate) fn in_memory(config: &RawConfig) -> Result<Arc<Self>, RawOpenError> {
        let Opening { config, clock, in_flight_max, .. } = config.opening()?;
        Ok(Self::over(Engine::in_memory(config)?, clock, in_flight_max))
    }

    /// Takes no more writes, syncs what was taken, and answers whoever waits. Reads go on until it is shut down.
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
    pub(crate) fn submit(&self, tag: i64, request: RawRequest) -> Option<RawAnswer> {
        match self.alive() {
            None => Some(RawAnswer::Closed),
            Some(engine) => self.ask(&engine, tag, request),
        }
    }

    /// Asks many things, one after the other; number *i* is `first_tag + i`.
    pub(crate) fn submit_all(&self, first_tag: i64, requests: Vec<RawRequest>) -> Vec<Option<RawAnswer>> {
        match self.alive() {
            None => requests.iter().map(|_| Some(RawAnswer::Closed)).collect(),
            Some(engine) => {
                (first_tag..).zip(requests).map(|(tag, request)| self.ask(&engine, tag, request)).collect()
            }
        }
    }

    /// Fetches answers; waits for the first, at most so long. Nothing after the last answer of a closed engine.
    pub(crate) fn drain(&self, timeout_ms: i64) -> Option<Vec<RawCompletion>> {
        // Before looking at the answers: a closed queue that was found empty after this stays empty.
        let closed = self.answers.is_closed();
        let timeout = Duration::from_millis(timeout_ms.try_into().unwrap_or(0));
        let mut out = Vec::new();
        self.answers.poll(DRAIN_MAX, timeout, &mut out);
        if out.is_empty() && closed && self.answers.in_flight() == 0 {
            self.leaving.lock().take();
            return None;
        }
        let engine = self.alive().or_else(|| self.leaving.lock().clone());
        let complete = |Completion { tag, result }: Completion<Found>| RawCompletion {
            tag: tag.cast_signed(),
            answer: engine.as_ref().map_or(RawAnswer::Closed, |engine| in_words(engine, result)),
        };
        Some(out.into_iter().map(complete).collect())
    }

    /// The number under which [`crate::crossing`] finds this engine.
    pub(crate) fn register(self: Arc<Self>) -> i64 {
        crossing::register(self)
    }

    /// Asks, as a future.
    pub(crate) async fn execute(&self, request: RawRequest) -> RawAnswer {
        let Some(engine) = self.alive() else { return RawAnswer::Closed };
        let found = OnBorder(requests::submit(&engine, request)).await;
        answer(&engine, found)
    }

    /// Looks at what needs no waiting.
    pub(crate) fn read(&self, read: RawRead) -> RawAnswer {
        self.alive().map_or(RawAnswer::Closed, |engine| reads::read(&engine, read))
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

/// One answer that cannot be put into words must not take the others of its batch with it.
fn in_words(engine: &Engine, result: Result<Found, Failure>) -> RawAnswer {
    catch_unwind(AssertUnwindSafe(|| answer(engine, result))).unwrap_or(RawAnswer::Panicked)
}

impl RawEngine {
    fn over(engine: Engine, clock: Option<Arc<ManualClock>>, in_flight_max: usize) -> Arc<Self> {
        let answers = engine.completion_queue(in_flight_max);
        Arc::new(Self { engine: RwLock::new(Some(engine)), leaving: Mutex::default(), answers, clock })
    }

    fn alive(&self) -> Option<Engine> {
        self.engine.read().clone()
    }

    fn ask(&self, engine: &Engine, tag: i64, request: RawRequest) -> Option<RawAnswer> {
        let pending = requests::submit(engine, request);
        // With time by hand nothing happens elsewhere: whoever asks also writes, and has the answer.
        if self.clock.is_some() || pending.is_ready() {
            return Some(answer(engine, pending.wait()));
        }
        match pending.notify(&self.answers, tag.cast_unsigned()) {
            Ok(()) => None,
            // Too many are under way, or the engine is being closed: this caller waits here, and is slowed down.
            Err(NotAccepted { pending, .. }) => Some(answer(engine, pending.wait())),
        }
    }
}
