//! The engine's locks: parking_lot's, or loom's or shuttle's under their flags, behind one shape, so that protocols
//! which mix locks and atomics can be checked. Each lock has a rank in its type (see `rank`). For cold paths and
//! look-up tables; nothing here is poisoned by a panic.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use super::rank::{Held, LockRequest};

/// A mutex of rank `RANK`.
pub(crate) struct Mutex<T, const RANK: u8>(under::Mutex<T>);

/// The held mutex; released when it is dropped.
pub(crate) struct MutexGuard<'a, T> {
    // Released before the rank is: fields are dropped in order.
    guard: under::MutexGuard<'a, T>,
    _held: Held,
}

/// A lock for many readers or one writer, of rank `RANK`.
pub(crate) struct RwLock<T, const RANK: u8>(under::RwLock<T>);

/// A reader's share; released when it is dropped.
pub(crate) struct RwLockReadGuard<'a, T> {
    guard: under::RwLockReadGuard<'a, T>,
    _held: Held,
}

/// The writer's lock; released when it is dropped.
pub(crate) struct RwLockWriteGuard<'a, T> {
    guard: under::RwLockWriteGuard<'a, T>,
    _held: Held,
}

impl<T, const RANK: u8> Mutex<T, RANK> {
    pub(crate) fn new(value: T) -> Self {
        Self(under::Mutex::new(value))
    }

    #[inline]
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        let wanted = LockRequest::lock(RANK);
        let guard = under::lock(&self.0);
        MutexGuard { guard, _held: wanted.had() }
    }

    /// `None` if it is held. May be asked for in any order: it waits for nothing.
    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let guard = under::try_lock(&self.0)?;
        Some(MutexGuard { guard, _held: Held::at_once(RANK) })
    }
}

impl<T, const RANK: u8> RwLock<T, RANK> {
    pub(crate) fn new(value: T) -> Self {
        Self(under::RwLock::new(value))
    }

    #[inline]
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, T> {
        let wanted = LockRequest::lock(RANK);
        let guard = under::read(&self.0);
        RwLockReadGuard { guard, _held: wanted.had() }
    }

    #[inline]
    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, T> {
        let wanted = LockRequest::lock(RANK);
        let guard = under::write(&self.0);
        RwLockWriteGuard { guard, _held: wanted.had() }
    }
}

impl<T: Default, const RANK: u8> Default for Mutex<T, RANK> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: Default, const RANK: u8> Default for RwLock<T, RANK> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

/// Says its rank, and not what it guards.
impl<T, const RANK: u8> std::fmt::Debug for Mutex<T, RANK> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mutex({:?})", super::rank::name(RANK))
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

impl<T> Deref for RwLockReadGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for RwLockWriteGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

/// A condition variable that takes the guard and gives it back. May wake without cause.
#[derive(Default)]
pub(crate) struct Signal(under::Condvar);

impl Signal {
    /// Wakes one waiting thread, if there is one.
    pub(crate) fn notify_one(&self) {
        self.0.notify_one();
    }

    /// Wakes all waiting threads.
    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }

    /// Waits for a notification.
    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        let MutexGuard { guard, _held } = guard;
        MutexGuard { guard: under::wait(&self.0, guard), _held }
    }

    /// Waits for a notification, at most `timeout` (without end under loom and shuttle, which know no time).
    pub(crate) fn wait_for<'a, T>(&self, guard: MutexGuard<'a, T>, timeout: Duration) -> MutexGuard<'a, T> {
        let MutexGuard { guard, _held } = guard;
        MutexGuard { guard: under::wait_for(&self.0, guard, timeout), _held }
    }
}

/// The rank of a map whose own locks are held over steps of other modules. In a normal build nothing but a rank; under
/// shuttle a lock that shuttle knows, so that no thread of a model waits for a lock that shuttle does not know.
#[derive(Default)]
pub(crate) struct MapRank<const RANK: u8> {
    #[cfg(shuttle)]
    lock: Mutex<(), RANK>,
}

/// While it lives, no other thread of a shuttle model is inside.
#[must_use = "dropped at once, it keeps nothing out"]
pub(crate) struct Inside<'a> {
    #[cfg(shuttle)]
    _guard: MutexGuard<'a, ()>,
    #[cfg(not(shuttle))]
    _held: Held,
    _rank: std::marker::PhantomData<&'a ()>,
}

impl<const RANK: u8> MapRank<RANK> {
    /// Goes in.
    #[inline]
    pub(crate) fn enter(&self) -> Inside<'_> {
        Inside {
            #[cfg(shuttle)]
            _guard: self.lock.lock(),
            #[cfg(not(shuttle))]
            _held: LockRequest::lock(RANK).had(),
            _rank: std::marker::PhantomData,
        }
    }
}

#[cfg(not(any(loom, shuttle)))]
mod under {
    use std::time::Duration;

    pub(super) use parking_lot::{Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};

    #[inline]
    pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock()
    }

    pub(super) fn try_lock<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
        mutex.try_lock()
    }

    #[inline]
    pub(super) fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
        lock.read()
    }

    #[inline]
    pub(super) fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
        lock.write()
    }

    pub(super) fn wait<'a, T>(signal: &Condvar, mut guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        signal.wait(&mut guard);
        guard
    }

    pub(super) fn wait_for<'a, T>(
        signal: &Condvar,
        mut guard: MutexGuard<'a, T>,
        timeout: Duration,
    ) -> MutexGuard<'a, T> {
        signal.wait_for(&mut guard, timeout);
        guard
    }
}

#[cfg(any(loom, shuttle))]
mod under {
    use std::time::Duration;

    #[cfg(loom)]
    pub(super) use loom::sync::{Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
    #[cfg(shuttle)]
    pub(super) use shuttle::sync::{Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};

    const PANIC: &str = "a panic ends a run at once";

    pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().expect(PANIC)
    }

    pub(super) fn try_lock<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
        mutex.try_lock().ok()
    }

    pub(super) fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
        lock.read().expect(PANIC)
    }

    pub(super) fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
        lock.write().expect(PANIC)
    }

    pub(super) fn wait<'a, T>(signal: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        signal.wait(guard).expect(PANIC)
    }

    pub(super) fn wait_for<'a, T>(
        signal: &Condvar,
        guard: MutexGuard<'a, T>,
        _timeout: Duration,
    ) -> MutexGuard<'a, T> {
        wait(signal, guard)
    }
}
