//! A clock that holds one chosen thread back after it has read the time, so that another thread overtakes it with a
//! later look. Every race between a command and the clock can be had this way, each time the same.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::ThreadId;

use super::watchdog::watched;
use tacos_engine::clock::{Clock, UnixMs};

/// Longest that one pair may take.
const PATIENCE_S: u64 = 120;

/// Stands still until it is moved on. One thread at a time can be chosen to be held back at its next look.
#[derive(Debug)]
pub struct HoldingClock {
    now: AtomicU64,
    chosen: Mutex<Option<Chosen>>,
}

#[derive(Debug)]
struct Chosen {
    thread: ThreadId,
    looked: Sender<()>,
    go_on: Receiver<()>,
}

/// What came of [`HoldingClock::overtake`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overtaken<A, B> {
    /// What the thread that was held back returned.
    pub first: A,
    /// What was done while it was held back.
    pub second: B,
    /// False if the first never looked at the clock, and the second came after it.
    pub was_held: bool,
}

impl HoldingClock {
    /// A clock that shows `start`.
    #[must_use]
    pub const fn new(start: UnixMs) -> Self {
        Self { now: AtomicU64::new(start.get()), chosen: Mutex::new(None) }
    }

    /// Sets the clock to `to`, unless it is already later.
    pub fn advance_to(&self, to: UnixMs) {
        self.now.fetch_max(to.get(), Ordering::SeqCst);
    }

    /// Runs `first` on a thread of its own, which is held back after its first look at the clock; then moves the clock
    /// to `later` and runs `second`; then lets `first` go on.
    ///
    /// # Panics
    /// When `first` or `second` panics. If one of them does not end, the process is ended with `what` in the message.
    pub fn overtake<A: Send, B>(
        &self,
        what: &str,
        later: UnixMs,
        first: impl FnOnce() -> A + Send,
        second: impl FnOnce() -> B,
    ) -> Overtaken<A, B> {
        let (looked, has_looked) = channel();
        let (lets_go, go_on) = channel();
        watched(what, PATIENCE_S, || {
            std::thread::scope(|scope| {
                let held = scope.spawn(move || {
                    self.choose(Chosen { thread: std::thread::current().id(), looked, go_on });
                    let answer = first();
                    // One that never looked is held back no more, and its end of the channel goes.
                    drop(self.take());
                    answer
                });
                let was_held = has_looked.recv().is_ok();
                self.advance_to(later);
                let second = second();
                drop(lets_go);
                Overtaken { first: held.join().expect("the first command"), second, was_held }
            })
        })
    }

    fn choose(&self, chosen: Chosen) {
        *self.chosen.lock().unwrap_or_else(PoisonError::into_inner) = Some(chosen);
    }

    fn take(&self) -> Option<Chosen> {
        self.chosen.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn take_if_chosen(&self) -> Option<Chosen> {
        let mut chosen = self.chosen.lock().unwrap_or_else(PoisonError::into_inner);
        let is_chosen = chosen.as_ref().is_some_and(|chosen| chosen.thread == std::thread::current().id());
        if is_chosen { chosen.take() } else { None }
    }
}

impl Clock for HoldingClock {
    fn now(&self) -> UnixMs {
        let now = UnixMs::new(self.now.load(Ordering::SeqCst));
        if let Some(chosen) = self.take_if_chosen() {
            let _ = chosen.looked.send(());
            // Ends when the other side is dropped, also by a panic.
            let _ = chosen.go_on.recv();
        }
        now
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn the_one_who_looked_first_goes_on_last_with_the_earlier_time() {
        let clock = HoldingClock::new(UnixMs::new(10));
        let order = Mutex::new(Vec::new());
        let note = |what: &'static str| order.lock().expect("no panic").push((what, clock.now().get()));
        let first = || {
            let now = clock.now();
            note("first");
            now
        };
        let overtaken = clock.overtake("a pair", UnixMs::new(20), first, || note("second"));
        assert_eq!((overtaken.first, overtaken.was_held), (UnixMs::new(10), true));
        assert_eq!(*order.lock().expect("no panic"), [("second", 20), ("first", 20)]);
    }

    #[test]
    fn one_who_never_looks_is_not_waited_for() {
        let clock = HoldingClock::new(UnixMs::new(10));
        let overtaken = clock.overtake("a pair", UnixMs::new(20), || 1, || clock.now());
        assert_eq!(overtaken, Overtaken { first: 1, second: UnixMs::new(20), was_held: false });
    }
}
