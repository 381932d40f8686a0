//! A mutex and a condition variable for cold paths: parking_lot's, or loom's or shuttle's under their flags, behind one shape, so
//! that protocols which mix locks and atomics can be checked by loom. No poisoning: a panic inside is a bug elsewhere.

use std::time::Duration;

#[cfg(not(any(loom, shuttle)))]
pub(crate) use parking_lot::{Mutex as Lock, MutexGuard as LockGuard};

#[cfg(shuttle)]
pub(crate) use super::mutex::{Mutex as Lock, MutexGuard as LockGuard};

#[cfg(loom)]
pub(crate) use loom::sync::MutexGuard as LockGuard;

/// loom's mutex with parking_lot's way of locking.
#[cfg(loom)]
#[derive(Debug, Default)]
pub(crate) struct Lock<T>(loom::sync::Mutex<T>);

#[cfg(loom)]
impl<T> Lock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(loom::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> LockGuard<'_, T> {
        self.0.lock().expect("a panic ends a loom run at once")
    }
}

/// A condition variable that takes the guard and gives it back. May wake without cause.
#[derive(Default)]
pub(crate) struct Signal {
    #[cfg(not(any(loom, shuttle)))]
    inner: parking_lot::Condvar,
    #[cfg(loom)]
    inner: loom::sync::Condvar,
    #[cfg(shuttle)]
    inner: shuttle::sync::Condvar,
}

impl Signal {
    /// Wakes one waiting thread, if there is one.
    pub(crate) fn notify_one(&self) {
        self.inner.notify_one();
    }

    /// Wakes all waiting threads.
    pub(crate) fn notify_all(&self) {
        self.inner.notify_all();
    }

    /// Waits for a notification.
    #[cfg(not(any(loom, shuttle)))]
    pub(crate) fn wait<'a, T>(&self, mut guard: LockGuard<'a, T>) -> LockGuard<'a, T> {
        self.inner.wait(&mut guard);
        guard
    }

    /// Waits for a notification.
    #[cfg(any(loom, shuttle))]
    pub(crate) fn wait<'a, T>(&self, guard: LockGuard<'a, T>) -> LockGuard<'a, T> {
        self.inner.wait(guard).expect("a panic ends a run at once")
    }

    /// Waits for a notification, at most `timeout` (without end under loom and shuttle, which know no time).
    #[cfg(not(any(loom, shuttle)))]
    pub(crate) fn wait_for<'a, T>(&self, mut guard: LockGuard<'a, T>, timeout: Duration) -> LockGuard<'a, T> {
        self.inner.wait_for(&mut guard, timeout);
        guard
    }

    /// Waits for a notification, at most `timeout` (without end under loom and shuttle, which know no time).
    #[cfg(any(loom, shuttle))]
    pub(crate) fn wait_for<'a, T>(&self, guard: LockGuard<'a, T>, _timeout: Duration) -> LockGuard<'a, T> {
        self.wait(guard)
    }
}
