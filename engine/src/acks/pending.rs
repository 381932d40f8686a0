//! The answer to one write, with the offset that must be durable before a caller may see it. Says nothing of queues
//! beyond handing itself over; [`CompletionQueue`] does the rest.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::{CompletionQueue, Durable, Failure, Lent, NotAccepted};
use crate::error::Error;
use crate::sync::{Deadline, Ticket};

#[cfg(all(test, not(loom)))]
mod tests;

/// The answer to a write: a `T` that may be seen once its record is durable, or an `E`. A refusal changed nothing and
/// is ready at once.
///
/// There are three ways to get at it: block ([`wait`](Self::wait), [`wait_timeout`](Self::wait_timeout)), `.await` it
/// in any runtime, or hand it to a [`CompletionQueue`] ([`notify`](Self::notify)). There is no way to look at it
/// earlier: an answer that is seen before its record is durable could be contradicted after a crash. Dropping it takes
/// nothing back: the write goes on.
///
/// # Examples
///
/// ```
/// use tacos_engine::{Failure, Pending, Refusal};
///
/// // The engine's writes return answers like this one:
/// fn reserve(free_seats: u32) -> Pending<&'static str> {
///     if free_seats == 0 {
///         return Pending::refused(Refusal::Insufficient { wanted: 1, available: 0 }.into());
///     }
///     Pending::ready("A-12")
/// }
///
/// // Block:
/// assert_eq!(reserve(1).wait().expect("a seat is free"), "A-12");
/// assert!(matches!(reserve(0).wait(), Err(Failure::Refused(Refusal::Insufficient { .. }))));
///
/// // Or await, in any runtime:
/// async fn seat_of(customer: &str) -> Result<String, Failure> {
///     let seat = reserve(1).await?;
///     Ok(format!("{customer}: {seat}"))
/// }
/// # use std::task::{Context, Poll, Waker};
/// # let mut future = std::pin::pin!(seat_of("Kim"));
/// # let Poll::Ready(Ok(text)) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) else { panic!() };
/// # assert_eq!(text, "Kim: A-12");
/// ```
#[must_use = "an answer that is not waited for is never known; the write goes on all the same"]
pub struct Pending<T, E = Failure>(PendingState<T, E>);

/// The engine of an answer that waits for nothing, if it has one: the address of its watermark, which is only compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin(Option<usize>);

impl Origin {
    fn of(durable: &Arc<Durable>) -> Self {
        Self(Some(Arc::as_ptr(durable).addr()))
    }

    /// False if it is of another engine than `durable`.
    pub(super) fn fits(self, durable: &Arc<Durable>) -> bool {
        self.0.is_none() || self == Self::of(durable)
    }
}

enum PendingState<T, E> {
    Ready(Result<T, E>, Origin),
    Waiting(Waiting<T>),
    /// Only after the future has given its result.
    Taken,
}

/// A value kept back until `offset` is durable.
pub(super) struct Waiting<T> {
    pub(super) value: T,
    pub(super) offset: u64,
    pub(super) durable: Lent,
    ticket: Option<Ticket>,
}

impl<T, E> Pending<T, E> {
    /// A success that waits for nothing: nothing was written, or the chosen setting acknowledges before the sync.
    pub fn ready(value: T) -> Self {
        Self(PendingState::Ready(Ok(value), Origin(None)))
    }

    /// As [`ready`](Self::ready), of the engine that waits for `durable`.
    pub(crate) fn durable(value: T, durable: &Arc<Durable>) -> Self {
        Self(PendingState::Ready(Ok(value), Origin::of(durable)))
    }

    /// A refusal or an error, known at once.
    pub fn refused(error: E) -> Self {
        Self(PendingState::Ready(Err(error), Origin(None)))
    }

    /// A value that may be seen once `durable` reaches `offset`.
    pub(crate) fn at(value: T, offset: u64, durable: Lent) -> Self {
        Self(PendingState::Waiting(Waiting { value, offset, durable, ticket: None }))
    }

    /// Makes another success of this one, now: `f` sees the value before it is durable and must not show it. For
    /// bindings, which collect answers of several kinds in one queue.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Pending<U, E> {
        Pending(match self.0 {
            PendingState::Ready(result, origin) => PendingState::Ready(result.map(f), origin),
            PendingState::Waiting(Waiting { value, offset, durable, ticket }) => {
                PendingState::Waiting(Waiting { value: f(value), offset, durable, ticket })
            }
            PendingState::Taken => PendingState::Taken,
        })
    }

    /// True when waiting would return at once, also with an error.
    pub fn is_ready(&self) -> bool {
        match &self.0 {
            PendingState::Waiting(waiting) => waiting.durable.outcome(waiting.offset).is_some(),
            PendingState::Ready(..) | PendingState::Taken => true,
        }
    }

    /// True when the write succeeded and its record is durable, or when there was no record to wait for.
    pub fn is_durable(&self) -> bool {
        match &self.0 {
            PendingState::Ready(result, _) => result.is_ok(),
            PendingState::Waiting(waiting) => waiting.durable.reached() >= waiting.offset,
            PendingState::Taken => false,
        }
    }
}

impl<T, E: From<Error>> Pending<T, E> {
    /// Blocks this thread until the answer may be seen.
    ///
    /// # Errors
    ///
    /// The refusal; or the broken journal, if it failed before the record was durable.
    ///
    /// # Panics
    ///
    /// When it has been polled to its end as a future: a bug of the caller.
    pub fn wait(self) -> Result<T, E> {
        match self.0 {
            PendingState::Ready(result, _) => result,
            PendingState::Waiting(waiting) => match waiting.durable.wait(waiting.offset) {
                Ok(()) => Ok(waiting.value),
                Err(broken) => Err(broken.into()),
            },
            PendingState::Taken => panic!("waited for after the future had given its result"),
        }
    }

    /// As [`wait`](Self::wait), for at most `timeout`, by real time. An answer that may not be seen by then is given
    /// back, to be waited for again or to be dropped: the write goes on either way, so a caller that gives up does not
    /// know what became of it, and asks again with the same idempotency key.
    ///
    /// # Errors
    ///
    /// The answer itself, when the time is over.
    ///
    /// # Panics
    ///
    /// As [`wait`](Self::wait).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tacos_engine::{Failure, Pending};
    ///
    /// let answer: Pending<&str> = Pending::ready("A-12");
    /// match answer.wait_timeout(Duration::from_millis(50)) {
    ///     Ok(Ok(seat)) => assert_eq!(seat, "A-12"),
    ///     Ok(Err(Failure::Refused(refusal))) => panic!("refused, and nothing was changed: {refusal}"),
    ///     Ok(Err(Failure::Broken(error))) => panic!("the journal is broken: {error}"),
    ///     Err(still_pending) => drop(still_pending),
    /// }
    /// ```
    pub fn wait_timeout(self, timeout: Duration) -> Result<Result<T, E>, Self> {
        let PendingState::Waiting(waiting) = self.0 else { return Ok(self.wait()) };
        match waiting.durable.wait_until(waiting.offset, Deadline::after(timeout)) {
            Some(Ok(())) => Ok(Ok(waiting.value)),
            Some(Err(broken)) => Ok(Err(broken.into())),
            None => Err(Self(PendingState::Waiting(waiting))),
        }
    }

    /// Hands the answer over to `queue`, out of which it comes with `tag` once it may be seen. Does not block, except
    /// in an engine without threads, where it writes first.
    ///
    /// # Errors
    ///
    /// Gives the answer back when the queue has as many in flight as it may have, is closed, or belongs to another
    /// engine.
    pub fn notify(self, queue: &CompletionQueue<T, E>, tag: u64) -> Result<(), NotAccepted<T, E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        match self.0 {
            PendingState::Ready(result, origin) => queue.submit_ready(result, origin, tag),
            PendingState::Waiting(waiting) => queue.submit_waiting(waiting, tag),
            PendingState::Taken => panic!("handed over after the future had given its result"),
        }
    }

    pub(super) fn from_result(result: Result<T, E>, origin: Origin) -> Self {
        Self(PendingState::Ready(result, origin))
    }

    pub(super) fn from_waiting(waiting: Waiting<T>) -> Self {
        Self(PendingState::Waiting(waiting))
    }
}

/// Nothing in it is pinned: the value only moves.
impl<T, E> Unpin for Pending<T, E> {}

impl<T, E: From<Error>> Future for Pending<T, E> {
    type Output = Result<T, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = match &mut self.0 {
            PendingState::Waiting(Waiting { offset, durable, ticket, .. }) => {
                match durable.poll(*offset, context.waker(), ticket) {
                    Poll::Ready(outcome) => outcome,
                    Poll::Pending => return Poll::Pending,
                }
            }
            PendingState::Ready(..) | PendingState::Taken => Ok(()),
        };
        Poll::Ready(match (std::mem::replace(&mut self.0, PendingState::Taken), outcome) {
            (PendingState::Ready(result, _), _) => result,
            (PendingState::Waiting(waiting), Ok(())) => Ok(waiting.value),
            (PendingState::Waiting(_), Err(broken)) => Err(broken.into()),
            (PendingState::Taken, _) => panic!("polled after it had given its result"),
        })
    }
}

/// Says whether it is ready, and never the value.
impl<T, E> fmt::Debug for Pending<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("ready", &self.is_ready()).finish_non_exhaustive()
    }
}
