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

/// Wall-clock time that only goes forward.
///
/// The machine's monotonic clock carries it on, so that a wall clock set back brings no expired hold to life. Once a
/// second the wall clock is looked at: if it is ahead, because it was wrong when the engine started or the machine was
/// suspended, this clock jumps to it, and deadlines that lie between pass at once. If the wall clock is behind, this
/// one stays ahead until the engine is opened again.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
    anchor: Anchor,
}

impl SystemClock {
    /// A clock that starts at the wall clock's time.
    #[must_use]
    pub fn new() -> Self {
        // In this order: a thread that is held up between the two must not put the clock ahead.
        let anchor = Anchor::at(wall());
        Self { start: Instant::now(), anchor }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> UnixMs {
        self.anchor.now(|| self.start.elapsed(), wall)
    }
}

/// The wall clock; the epoch for a clock set before it.
fn wall() -> UnixMs {
    UnixMs::ZERO.plus(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO))
}

/// How long, by the monotonic clock, the wall clock is not looked at.
const LOOK_EVERY_MS: u64 = 1_000;

/// Where the monotonic clock is tied to the wall clock.
#[derive(Debug)]
struct Anchor {
    /// What to add to the milliseconds of the monotonic clock. Only rises.
    offset_ms: AtomicU64,
    /// When, by the monotonic clock, the wall clock is looked at again.
    look_at_ms: AtomicU64,
}

impl Anchor {
    /// Tied to `wall` at the beginning of the monotonic clock.
    fn at(wall: UnixMs) -> Self {
        Self { offset_ms: AtomicU64::new(wall.get()), look_at_ms: AtomicU64::new(LOOK_EVERY_MS) }
    }

    fn now(&self, monotonic: impl Fn() -> Duration, wall: impl FnOnce() -> UnixMs) -> UnixMs {
        let mut at = UnixMs::ZERO.plus(monotonic());
        // Relaxed here and below: each word stands for itself, and a caller that was told a time by another sees at
        // least the offset that the other saw.
        if at.get() >= self.look_at_ms.load(Ordering::Relaxed) {
            at = self.look(monotonic, wall());
        }
        at.plus_ms(self.offset_ms.load(Ordering::Relaxed))
    }

    /// Compares the clocks. The monotonic clock is read after the wall clock, so that a thread that is held up between
    /// the two puts the clock at most behind, which the next look makes good.
    #[cold]
    fn look(&self, monotonic: impl Fn() -> Duration, wall: UnixMs) -> UnixMs {
        let at = UnixMs::ZERO.plus(monotonic());
        self.look_at_ms.fetch_max(at.plus_ms(LOOK_EVERY_MS).get(), Ordering::Relaxed);
        self.offset_ms.fetch_max(wall.ms_since(at), Ordering::Relaxed);
        at
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

    const WALL: UnixMs = UnixMs::new(1_800_000_000_000);

    fn after(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_wall_clock_that_was_wrong_at_the_start_is_followed_within_a_second() {
        let anchor = Anchor::at(UnixMs::new(5));
        assert_eq!(anchor.now(|| after(999), || WALL), UnixMs::new(1_004), "not looked at yet");
        assert_eq!(anchor.now(|| after(1_000), || WALL), WALL);
        assert_eq!(anchor.now(|| after(1_700), || panic!("looked at too often")), WALL.plus_ms(700));
    }

    #[test]
    fn a_suspension_is_caught_up_with() {
        let anchor = Anchor::at(WALL);
        assert_eq!(anchor.now(|| after(400), || panic!("looked at too often")), WALL.plus_ms(400));
        // The monotonic clock stood still for an hour, the wall clock did not.
        let hour_ms = 3_600_000;
        assert_eq!(
            anchor.now(|| after(1_400), || WALL.plus_ms(hour_ms + 1_400)),
            WALL.plus_ms(hour_ms + 1_400)
        );
        assert_eq!(
            anchor.now(|| after(1_401), || panic!("looked at too often")),
            WALL.plus_ms(hour_ms + 1_401)
        );
    }

    #[test]
    fn a_wall_clock_that_is_set_back_changes_nothing() {
        let anchor = Anchor::at(WALL);
        let mut last = UnixMs::ZERO;
        for (second, wall) in [(1, 900), (2, 0), (3, 1_000_000_000_000), (4, 2_500), (5, 6_000)] {
            let now = anchor.now(|| after(second * 1_000), || UnixMs::new(wall));
            assert_eq!(now, WALL.plus_ms(second * 1_000), "the wall clock says {wall}");
            assert!(now > last);
            last = now;
        }
        assert_eq!(anchor.now(|| after(6_000), || WALL.plus_ms(6_100)), WALL.plus_ms(6_100));
    }

    #[test]
    fn a_thread_that_is_held_up_between_the_clocks_puts_nothing_ahead() {
        let anchor = Anchor::at(WALL);
        let monotonic = std::cell::Cell::new(1_000);
        // Ten seconds pass after the look at the wall clock.
        let wall = || WALL.plus_ms(monotonic.replace(11_000));
        assert_eq!(anchor.now(|| after(monotonic.get()), wall), WALL.plus_ms(11_000));
        assert_eq!(anchor.now(|| after(12_000), || WALL.plus_ms(12_000)), WALL.plus_ms(12_000));
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(UnixMs::MAX.plus_ms(1), UnixMs::MAX);
        assert_eq!(UnixMs::ZERO.ms_since(UnixMs::new(7)), 0);
    }
}
