//! The one place that reads the time. Everything else is handed a [`UnixMs`].

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A moment, in whole milliseconds since the Unix epoch. Zero stands for "never happened".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixMs(u64);

impl UnixMs {
    /// The epoch itself, used for "never happened".
    pub const ZERO: Self = Self(0);
    /// The last moment that can be written; used for "no deadline".
    pub const MAX: Self = Self(u64::MAX);

    /// A moment from milliseconds since the Unix epoch.
    #[must_use]
    pub const fn new(unix_ms: u64) -> Self {
        Self(unix_ms)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// This moment plus a duration, cut to whole milliseconds; saturates at [`UnixMs::MAX`].
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        self.plus_ms(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }

    /// This moment plus milliseconds; saturates at [`UnixMs::MAX`].
    #[must_use]
    pub const fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to here; zero if `earlier` is later.
    #[must_use]
    pub const fn ms_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Duration from `earlier` to here; zero if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.ms_since(earlier))
    }
}

impl fmt::Display for UnixMs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

/// A source of time. It must never go back within one run of an engine.
pub trait Clock: Send + Sync + 'static {
    /// The moment now.
    fn now(&self) -> UnixMs;
}

/// Wall-clock time, read once at creation and carried on by the machine's monotonic clock, so that somebody who sets
/// the wall clock back does not bring expired holds to life.
#[derive(Debug)]
pub struct SystemClock {
    wall_at_start: UnixMs,
    start: Instant,
}

impl SystemClock {
    /// A clock that starts at the wall clock's time.
    #[must_use]
    pub fn new() -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Self { wall_at_start: UnixMs::ZERO.plus(wall), start: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> UnixMs {
        self.wall_at_start.plus(self.start.elapsed())
    }
}

/// A clock that stands still until it is told to go on: for tests and simulations.
#[derive(Debug)]
pub struct ManualClock(AtomicU64);

impl ManualClock {
    /// A clock that shows `start`.
    #[must_use]
    pub const fn new(start: UnixMs) -> Self {
        Self(AtomicU64::new(start.0))
    }

    /// Lets `duration` pass and returns the new time.
    pub fn advance(&self, duration: Duration) -> UnixMs {
        let ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        UnixMs(self.0.fetch_add(ms, Ordering::SeqCst).saturating_add(ms))
    }

    /// Sets the clock to `to`, unless it is already later.
    pub fn advance_to(&self, to: UnixMs) {
        self.0.fetch_max(to.0, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UnixMs {
        UnixMs(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn manual_clock_never_goes_back() {
        let clock = ManualClock::new(UnixMs::new(1_000));
        assert_eq!(clock.advance(Duration::from_millis(5)), UnixMs::new(1_005));
        clock.advance_to(UnixMs::new(10));
        assert_eq!(clock.now(), UnixMs::new(1_005));
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(UnixMs::MAX.plus_ms(1), UnixMs::MAX);
        assert_eq!(UnixMs::ZERO.ms_since(UnixMs::new(7)), 0);
    }
}
