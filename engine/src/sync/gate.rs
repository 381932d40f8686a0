//! Stands before a map whose own locks are held over steps of other rooms. Nothing at all, but under `--cfg shuttle` a lock
//! that shuttle knows, so that nobody ever waits for one that it does not.

/// The gate of one map.
#[derive(Default)]
pub(crate) struct Gate {
    #[cfg(shuttle)]
    lock: super::Mutex<()>,
}

/// While it lives, nobody else is inside.
#[must_use = "dropped at once, it keeps nobody out"]
pub(crate) struct Inside<'a> {
    #[cfg(shuttle)]
    _guard: super::MutexGuard<'a, ()>,
    #[cfg(not(shuttle))]
    _gate: std::marker::PhantomData<&'a Gate>,
}

impl Gate {
    /// Goes in.
    #[inline]
    pub(crate) fn enter(&self) -> Inside<'_> {
        Inside {
            #[cfg(shuttle)]
            _guard: self.lock.lock(),
            #[cfg(not(shuttle))]
            _gate: std::marker::PhantomData,
        }
    }
}
