//! A bounded queue out of which answers come once they may be seen: for callers that cannot park a thread an answer,
//! such as the runtimes of other languages. Does not spawn threads and runs no callbacks.
//!
//! Answers that wait stand in one list, and the queue as a whole is a single waiter at the watermark, for the lowest
//! offset in the list; so a group that becomes durable costs the writing thread one wake-up, however many answers are
//! in it. The thread that polls then moves what is due. Each answer is looked at once for its own group and once for
//! each written before.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::Duration;

use super::pending::{Origin, Waiting};
use super::{Durable, Failure, Pending};
use crate::error::Error;
use crate::sync::{Mutex, Signal, rank};

#[cfg(all(test, loom))]
mod loom_tests;
#[cfg(all(test, not(loom)))]
mod tests;

/// An answer that may be seen.
#[derive(Debug)]
pub struct Completion<T, E = Failure> {
    /// The caller's name for it.
    pub tag: u64,
    /// How the write ended.
    pub result: Result<T, E>,
}

/// Why an answer was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// As many answers are in flight as the queue may hold: poll, then try again.
    Full,
    /// The queue was closed.
    Closed,
    /// The answer is another engine's.
    OtherEngine,
}

/// An answer that the queue did not accept, given back. The write itself goes on.
pub struct NotAccepted<T, E> {
    /// The answer, to be waited for in another way.
    pub pending: Pending<T, E>,
    /// Why it was not accepted.
    pub reason: Reason,
}

impl<T, E> fmt::Debug for NotAccepted<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotAccepted").field("reason", &self.reason).finish_non_exhaustive()
    }
}

/// A queue of answers of one engine: any number of threads hand answers in ([`Pending::notify`]), any number take them
/// out ([`poll`](Self::poll)). Every accepted answer comes out exactly once, in no promised order. Cloning gives
/// another handle of the same queue.
pub struct CompletionQueue<T, E = Failure>(Arc<Inner<T, E>>);

struct Inner<T, E> {
    durable: Arc<Durable>,
    capacity: usize,
    state: Mutex<CompletionState<T, E>, { rank::COMPLETIONS }>,
    signal: Signal,
}

struct CompletionState<T, E> {
    waiting: Vec<Entry<T>>,
    /// No waiting answer has a lower offset.
    lowest: u64,
    ready: VecDeque<Completion<T, E>>,
    /// Values of writes that failed: dropped once the lock is given back, since that may run code of callers.
    lost: Vec<T>,
    /// The offset at which the watermark will wake us, if it will. While answers wait and threads sleep in `poll`, it
    /// is set and not above `lowest`.
    armed: Option<u64>,
    sleepers: usize,
    closed: bool,
}

struct Entry<T> {
    tag: u64,
    offset: u64,
    value: T,
}

impl<T, E> Clone for CompletionQueue<T, E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T, E> fmt::Debug for CompletionQueue<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompletionQueue").field("capacity", &self.0.capacity).finish_non_exhaustive()
    }
}

impl<T, E> CompletionQueue<T, E>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    /// A queue for answers that wait for `durable`, of which at most `capacity` are in flight at once.
    pub(crate) fn new(durable: Arc<Durable>, capacity: usize) -> Self {
        let state = CompletionState {
            waiting: Vec::new(),
            lowest: u64::MAX,
            ready: VecDeque::new(),
            lost: Vec::new(),
            armed: None,
            sleepers: 0,
            closed: false,
        };
        Self(Arc::new(Inner { durable, capacity, state: Mutex::new(state), signal: Signal::default() }))
    }

    /// Moves up to `max` answers to the end of `out` and returns how many. If there is none, waits for one, at most
    /// `timeout`.
    ///
    /// Returns 0 when the time is over, when the queue is closed and empty, and now and then when another
    /// thread was faster. A zero `timeout` never waits.
    pub fn poll(&self, max: usize, timeout: Duration, out: &mut Vec<Completion<T, E>>) -> usize {
        let inner = &self.0;
        let mut state = inner.state.lock();
        inner.collect(&mut state);
        let over = state.closed && state.in_flight() == 0;
        if max > 0 && state.ready.is_empty() && !timeout.is_zero() && !over {
            state.sleepers += 1;
            state = inner.signal.wait_for(state, timeout);
            state.sleepers -= 1;
            inner.collect(&mut state);
        }
        let taken = max.min(state.ready.len());
        out.extend(state.ready.drain(..taken));
        // What is left is for the next sleeping thread; the end of a closed queue is for all of them.
        let more = !state.ready.is_empty();
        let over = state.closed && state.in_flight() == 0;
        let sleepers = state.sleepers > 0;
        let lost = std::mem::take(&mut state.lost);
        drop(state);
        drop(lost);
        match (sleepers, over, more) {
            (true, true, _) => inner.signal.notify_all(),
            (true, false, true) => inner.signal.notify_one(),
            _ => {}
        }
        taken
    }

    /// Accepts no more answers. Those in flight still come out; after the last, `poll` no longer waits.
    pub fn close(&self) {
        self.0.state.lock().closed = true;
        self.0.signal.notify_all();
    }

    /// True after [`close`](Self::close).
    pub fn is_closed(&self) -> bool {
        self.0.state.lock().closed
    }

    /// Answers that were accepted and not yet taken out.
    pub fn in_flight(&self) -> usize {
        self.0.state.lock().in_flight()
    }

    /// The most answers that can be in flight.
    pub fn capacity(&self) -> usize {
        self.0.capacity
    }

    pub(super) fn submit_ready(
        &self,
        result: Result<T, E>,
        origin: Origin,
        tag: u64,
    ) -> Result<(), NotAccepted<T, E>> {
        let mut state = self.0.state.lock();
        let foreign = (!origin.fits(&self.0.durable)).then_some(Reason::OtherEngine);
        if let Some(reason) = foreign.or_else(|| self.0.refusal(&state)) {
            drop(state);
            return Err(NotAccepted { pending: Pending::from_result(result, origin), reason });
        }
        state.ready.push_back(Completion { tag, result });
        let sleepers = state.sleepers > 0;
        drop(state);
        if sleepers {
            self.0.signal.notify_one();
        }
        Ok(())
    }

    pub(super) fn submit_waiting(&self, waiting: Waiting<T>, tag: u64) -> Result<(), NotAccepted<T, E>> {
        let inner = &self.0;
        if !waiting.durable.is_of(&inner.durable) {
            return Err(NotAccepted { pending: Pending::from_waiting(waiting), reason: Reason::OtherEngine });
        }
        if inner.durable.is_driven() {
            // No other thread would write while one sleeps in `poll`. The outcome is kept by the watermark.
            let _ = inner.durable.wait(waiting.offset);
        }
        let mut state = inner.state.lock();
        if let Some(reason) = inner.refusal(&state) {
            drop(state);
            return Err(NotAccepted { pending: Pending::from_waiting(waiting), reason });
        }
        let Waiting { value, offset, .. } = waiting;
        state.waiting.push(Entry { tag, offset, value });
        state.lowest = state.lowest.min(offset);
        inner.collect(&mut state);
        let wake = state.sleepers > 0 && !state.ready.is_empty();
        let lost = std::mem::take(&mut state.lost);
        drop(state);
        drop(lost);
        if wake {
            inner.signal.notify_one();
        }
        Ok(())
    }
}

impl<T, E> Inner<T, E>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    fn refusal(&self, state: &CompletionState<T, E>) -> Option<Reason> {
        if state.closed {
            Some(Reason::Closed)
        } else if state.in_flight() >= self.capacity {
            Some(Reason::Full)
        } else {
            None
        }
    }

    /// Moves what is due to `ready`, and asks the watermark to wake this queue for the rest.
    fn collect(self: &Arc<Self>, state: &mut CompletionState<T, E>) {
        while !state.waiting.is_empty() {
            match self.durable.outcome(state.lowest) {
                Some(Ok(())) => state.take_durable(self.durable.reached()),
                Some(Err(broken)) => {
                    // The mark stands still now, and the lowest lies beyond it.
                    state.take_broken(&broken);
                }
                None if state.armed.is_some_and(|armed| armed <= state.lowest) => return,
                None => {
                    // Our lock may be held: a watermark that is not driven runs no waker while it is asked, and
                    // with one that is, `submit_waiting` has made sure of the outcome.
                    let waker = Waker::from(Arc::clone(self));
                    if self.durable.poll(state.lowest, &waker, &mut None).is_pending() {
                        state.armed = Some(state.lowest);
                        return;
                    }
                }
            }
        }
    }
}

impl<T, E: From<Error>> CompletionState<T, E> {
    fn in_flight(&self) -> usize {
        self.waiting.len() + self.ready.len()
    }

    fn take_durable(&mut self, reached: u64) {
        let mut lowest = u64::MAX;
        let due = self.waiting.extract_if(.., |entry| {
            let is_due = entry.offset <= reached;
            if !is_due {
                lowest = lowest.min(entry.offset);
            }
            is_due
        });
        self.ready.extend(due.map(|Entry { tag, value, .. }| Completion { tag, result: Ok(value) }));
        self.lowest = lowest;
    }

    fn take_broken(&mut self, broken: &Error) {
        for Entry { tag, value, .. } in self.waiting.drain(..) {
            self.ready.push_back(Completion { tag, result: Err(broken.clone().into()) });
            self.lost.push(value);
        }
        self.lowest = u64::MAX;
    }
}

/// The watermark has reached the lowest offset: wakes one thread to collect.
impl<T: Send + 'static, E: Send + 'static> Wake for Inner<T, E> {
    fn wake(self: Arc<Self>) {
        let mut state = self.state.lock();
        state.armed = None;
        let sleepers = state.sleepers > 0;
        drop(state);
        if sleepers {
            self.signal.notify_one();
        }
    }
}
