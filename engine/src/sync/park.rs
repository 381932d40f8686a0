//! A place for one thread to sleep until it is woken, also as a `std::task::Waker`. A wake that comes before the sleep
//! is kept, so that the next sleep returns at once. Not `std::thread::park`: that token belongs to the whole thread,
//! and our callers' threads have other users.

use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::{Duration, Instant};

use super::{Mutex, Signal, rank};

/// Where one thread at a time sleeps and any thread wakes it.
#[derive(Default)]
pub(crate) struct Parker {
    woken: Mutex<bool, { rank::PARKER }>,
    signal: Signal,
}

impl Parker {
    /// Sleeps until woken, at most `timeout`. May return without cause: look again, and sleep again.
    pub(crate) fn park(&self, timeout: Option<Duration>) {
        let mut woken = self.woken.lock();
        if !*woken {
            woken = match timeout {
                Some(timeout) => self.signal.wait_for(woken, timeout),
                None => self.signal.wait(woken),
            };
        }
        *woken = false;
    }

    /// Ends the present sleep, or else the next.
    pub(crate) fn unpark(&self) {
        *self.woken.lock() = true;
        self.signal.notify_one();
    }
}

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        self.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.unpark();
    }
}

/// The end of a wait by real time, as callers give time-outs; one past the end of time is none.
#[derive(Clone, Copy)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    /// Waits without end.
    pub(crate) const NEVER: Self = Self(None);

    pub(crate) fn after(timeout: Duration) -> Self {
        Self(Instant::now().checked_add(timeout))
    }

    /// What is left of the wait, zero once it is over; `None` without an end.
    pub(crate) fn left(self) -> Option<Duration> {
        self.0.map(|end| end.saturating_duration_since(Instant::now()))
    }
}

/// A parker and the waker that ends its sleep.
struct ThreadParker(Arc<Parker>, Waker);

impl ThreadParker {
    fn new() -> Self {
        let parker = Arc::new(Parker::default());
        Self(Arc::clone(&parker), Waker::from(parker))
    }
}

/// Runs `f` with this thread's parker and its waker, made once a thread: later calls allocate nothing.
#[cfg(not(any(loom, shuttle)))]
pub(crate) fn with_thread_parker<R>(f: impl Fn(&Parker, &Waker) -> R) -> R {
    thread_local!(static PARKER: ThreadParker = ThreadParker::new());
    let run = |parker: &ThreadParker| f(&parker.0, &parker.1);
    // While a thread ends, its locals are gone; a parker made for the occasion serves as well.
    PARKER.try_with(run).unwrap_or_else(|_| run(&ThreadParker::new()))
}

/// Runs `f` with a parker and its waker. All of loom's and shuttle's threads share one real thread, so none is kept.
#[cfg(any(loom, shuttle))]
pub(crate) fn with_thread_parker<R>(f: impl Fn(&Parker, &Waker) -> R) -> R {
    let ThreadParker(parker, waker) = ThreadParker::new();
    f(&parker, &waker)
}
