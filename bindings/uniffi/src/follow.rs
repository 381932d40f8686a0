//! Updates as data, for one follower. A follower that is slow costs no other reader anything: it reads where it is, from memory
//! or from the journal's files, and if what it wants is gone it is told so.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use parking_lot::Mutex;
use tacos_engine::{Engine, EventId, Position, Update, UpdateReader, UpdatesLost};

use crate::codec::Output;
use crate::relay::OnBorder;
use tacos_engine::arguments::signed;

/// Why a follower cannot go on.
#[derive(Debug, PartialEq, Eq, uniffi::Error)]
pub(crate) enum RawUpdatesLost {
    /// What comes next is no longer kept.
    Gone {
        /// The oldest position from which can be read.
        oldest: i64,
    },
    /// No update ends here, or it is not durable yet.
    NotAPosition {
        /// The position asked for.
        position: i64,
    },
    /// The journal could not be read.
    Journal {
        /// For a person.
        text: String,
    },
    /// The engine is closed, and everything was read.
    Closed,
    /// Another caller waits with this follower.
    Busy,
}

impl std::fmt::Display for RawUpdatesLost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Gone { oldest } => write!(f, "these updates are gone, the oldest kept begin at {oldest}"),
            Self::NotAPosition { position } => write!(f, "no update ends at {position}"),
            Self::Journal { text } => write!(f, "the journal cannot be read: {text}"),
            Self::Closed => f.write_str("the engine is closed"),
            Self::Busy => f.write_str("this follower is waited for already"),
        }
    }
}

impl std::error::Error for RawUpdatesLost {}

impl From<UpdatesLost> for RawUpdatesLost {
    fn from(lost: UpdatesLost) -> Self {
        match lost {
            UpdatesLost::Gone { oldest } => Self::Gone { oldest: signed(oldest.0) },
            UpdatesLost::NotAPosition { position } => Self::NotAPosition { position: signed(position.0) },
            UpdatesLost::Closed => Self::Closed,
            other => Self::Journal { text: other.to_string() },
        }
    }
}

/// A follower of updates, for one reader at a time.
#[derive(uniffi::Object)]
pub(crate) struct RawUpdates {
    engine: Engine,
    reading: Mutex<Reading>,
    waited_for: AtomicBool,
}

struct Reading {
    reader: UpdateReader,
    updates: Vec<Update>,
    /// Numbers of the events that were met.
    events: HashMap<EventId, u32>,
}

impl Reading {
    /// The updates that are there, in words behind how many they are, and whether there are any.
    fn read(&mut self, engine: &Engine) -> Result<(Vec<u8>, bool), RawUpdatesLost> {
        self.reader.read(&mut self.updates)?;
        let any = !self.updates.is_empty();
        Ok((self.told(engine), any))
    }

    /// The same, but waits for the first, at most so long.
    fn wait(&mut self, engine: &Engine, timeout: Duration) -> Result<Vec<u8>, RawUpdatesLost> {
        self.reader.wait(timeout, &mut self.updates)?;
        Ok(self.told(engine))
    }

    /// What was read, in words.
    fn told(&mut self, engine: &Engine) -> Vec<u8> {
        let Self { updates, events, .. } = self;
        let mut out = Output::new(engine);
        out.count(updates.len());
        for update in updates.drain(..) {
            out.event = update.event.as_ref().map_or(u32::MAX, |id| number(engine, events, id));
            out.put(&update);
        }
        out.into_bytes()
    }
}

/// The number of an event, by which its tickets and places are described.
fn number(engine: &Engine, events: &mut HashMap<EventId, u32>, id: &EventId) -> u32 {
    if let Some(number) = events.get(id) {
        return *number;
    }
    let number = engine.event(id).map_or(u32::MAX, |event| event.number);
    events.insert(id.clone(), number);
    number
}

#[uniffi::export]
impl RawUpdates {
    /// The next updates, one at least; some hundreds at most.
    pub(crate) async fn next(&self) -> Result<Vec<u8>, RawUpdatesLost> {
        let _alone = self.alone()?;
        OnBorder(poll_fn(|context| self.poll(context))).await
    }

    /// As [`RawUpdates::next`], for a thread that waits itself, at most so long; none if none came.
    pub(crate) fn wait(&self, timeout_ms: i64) -> Result<Vec<u8>, RawUpdatesLost> {
        let timeout = Duration::from_millis(timeout_ms.try_into().unwrap_or(0));
        let _alone = self.alone()?;
        self.reading.lock().wait(&self.engine, timeout)
    }

    /// The updates that are there now, some hundreds at most; none if there are none.
    pub(crate) fn ready(&self) -> Result<Vec<u8>, RawUpdatesLost> {
        self.reading.lock().read(&self.engine).map(|(updates, _)| updates)
    }

    /// Where the last update that was read ends.
    pub(crate) fn position(&self) -> i64 {
        signed(self.reading.lock().reader.position().0)
    }
}

/// Says that no reader waits any more, also when the waiting was given up.
struct Alone<'a>(&'a AtomicBool);

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl RawUpdates {
    pub(crate) fn new(engine: Engine, from: Position) -> Result<Self, RawUpdatesLost> {
        let reader = engine.updates(from)?;
        let reading = Reading { reader, updates: Vec::new(), events: HashMap::new() };
        Ok(Self { engine, reading: Mutex::new(reading), waited_for: AtomicBool::new(false) })
    }

    fn alone(&self) -> Result<Alone<'_>, RawUpdatesLost> {
        // AcqRel: pairs with itself and with the Release in Alone::drop; the one before has left the reader alone.
        if self.waited_for.swap(true, Ordering::AcqRel) {
            return Err(RawUpdatesLost::Busy);
        }
        Ok(Alone(&self.waited_for))
    }

    fn poll(&self, context: &mut Context<'_>) -> Poll<Result<Vec<u8>, RawUpdatesLost>> {
        let mut reading = self.reading.lock();
        loop {
            let (updates, any) = reading.read(&self.engine)?;
            if any {
                return Poll::Ready(Ok(updates));
            }
            match reading.reader.poll_ready(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(ready) => ready?,
            }
        }
    }
}
