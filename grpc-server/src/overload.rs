//! Whether a call that has waited in the server is still served: the decision, for any transport. Calls wait in the
//! runtime's queue; how long, says the transport that hands them in.
//!
//! The rule is that of CoDel as servers use it (K. Nichols, V. Jacobson, "Controlling Queue Delay", ACM Queue 2012, RFC
//! 8289; B. Maurer, "Fail at Scale", ACM Queue 2015; `folly/executors/Codel.cpp`), with the mean in the place of the
//! minimum, since the runtime's queue has no order: of calls that came together half wait for milliseconds and half for
//! a quarter of a second. A queue whose calls of an interval waited longer than a target on average *stands*, and a
//! standing queue refuses calls that waited a multiple of the target. A burst that is worked off within an interval is
//! served whole, however long its last call waited. What a standing queue refuses first goes by priority, as in
//! WeChat's DAGOR (H. Zhou and others, SoCC 2018).
//!
//! A refusal costs a good part of a call, so refusing all that is too much leaves little for what is served. It is
//! therefore held back before it is answered ([`Shed::hold`]): a client that has used up its streams waits with its
//! next calls where they cost nothing, which is at the client. `docs/decisions/0029` has the figures.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::rpc::Priority;
use crate::settings::Limits;

/// The calls that are looked at in this time say whether the queue stands.
const INTERVAL: Duration = Duration::from_millis(100);
/// When a refused call may come again: from half of this to one and a half times as much, spread evenly, so that those
/// that were refused together do not come again together.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What the server knows of its queue. No number here guards another: each is read alone, and a call that is counted
/// to the neighbouring interval changes nothing that matters; so all orderings are relaxed.
pub(crate) struct Overload {
    began: Instant,
    /// 0: no call is refused for its age.
    target_us: AtomicU64,
    hold_us: AtomicU64,
    /// Calls of this interval and the sum of their waits, in one number: see [`waits`].
    waits: AtomicU64,
    interval_ends_us: AtomicU64,
    standing: AtomicBool,
    refused: AtomicU64,
}

/// A call that the runtime looks at for the first time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    /// Since its head was decoded.
    pub(crate) waited: Duration,
    /// The time that its caller gave it.
    pub(crate) deadline: Option<Duration>,
    pub(crate) priority: Priority,
}

/// Why a call is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// As many calls are under way as may be.
    Calls,
    /// It waited in a queue that stands.
    Age,
    /// Its caller has given it up.
    Deadline,
}

impl Reason {
    pub(crate) const ALL: [Self; 3] = [Self::Calls, Self::Age, Self::Deadline];

    /// Its name in figures.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Age => "age",
            Self::Deadline => "deadline",
        }
    }
}

/// A call that is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shed {
    pub(crate) reason: Reason,
    /// The refusal is answered so much later.
    pub(crate) hold: Duration,
    /// The call may come again so long after its answer.
    pub(crate) retry_after: Duration,
}

impl Overload {
    pub(crate) fn new(limits: &Limits, now: Instant) -> Self {
        let overload = Self {
            began: now,
            target_us: AtomicU64::new(0),
            hold_us: AtomicU64::new(0),
            waits: AtomicU64::new(0),
            interval_ends_us: AtomicU64::new(0),
            standing: AtomicBool::new(false),
            refused: AtomicU64::new(0),
        };
        overload.set(limits);
        overload
    }

    /// Puts other limits in force.
    pub(crate) fn set(&self, limits: &Limits) {
        self.target_us.store(u64::from(limits.queue_target_ms) * 1_000, Ordering::Relaxed);
        self.hold_us.store(u64::from(limits.refusal_hold_ms) * 1_000, Ordering::Relaxed);
    }

    /// Takes notice of a call's wait and says whether the call is served.
    pub(crate) fn judge(&self, call: Waiting, now: Instant) -> Result<(), Shed> {
        let Waiting { waited, deadline, priority } = call;
        if deadline.is_some_and(|deadline| waited >= deadline) {
            return Err(self.shed(Reason::Deadline, Duration::ZERO));
        }
        let target = self.target();
        if target.is_zero() || priority == Priority::High {
            return Ok(());
        }
        let stands = self.notice(waited, micros(now.saturating_duration_since(self.began)), target);
        let too_old = patience(priority, target).is_some_and(|most| waited > most);
        if !stands || !too_old {
            return Ok(());
        }
        // A caller hears of it before it gives up.
        let hold = Duration::from_micros(self.hold_us.load(Ordering::Relaxed));
        let left = deadline.map_or(hold, |deadline| (deadline - waited) / 2);
        Err(self.shed(Reason::Age, hold.min(left)))
    }

    /// A call that is one too many.
    pub(crate) fn too_many(&self) -> Shed {
        self.shed(Reason::Calls, Duration::ZERO)
    }

    /// The mean wait of an interval's calls above which the queue stands; zero: calls are not refused for their age.
    pub(crate) fn target(&self) -> Duration {
        Duration::from_micros(self.target_us.load(Ordering::Relaxed))
    }

    /// True while calls are refused for their age.
    pub(crate) fn stands(&self) -> bool {
        self.standing.load(Ordering::Relaxed) && !self.target().is_zero()
    }

    /// Counts a call's wait to its interval; whether the queue stands.
    fn notice(&self, waited: Duration, now_us: u64, target: Duration) -> bool {
        self.waits.fetch_add(waits::one(waited), Ordering::Relaxed);
        let ends_us = self.interval_ends_us.load(Ordering::Relaxed);
        if now_us >= ends_us && self.begin_interval(ends_us, now_us + micros(INTERVAL)) {
            // Nothing to go by: another call has just ended an interval.
            if let Some(mean_us) = waits::mean_us(self.waits.swap(0, Ordering::Relaxed)) {
                self.standing.store(mean_us > micros(target), Ordering::Relaxed);
            }
        }
        self.standing.load(Ordering::Relaxed)
    }

    /// False if another call has begun it.
    fn begin_interval(&self, was_us: u64, ends_us: u64) -> bool {
        let (success, failure) = (Ordering::Relaxed, Ordering::Relaxed);
        self.interval_ends_us.compare_exchange(was_us, ends_us, success, failure).is_ok()
    }

    fn shed(&self, reason: Reason, hold: Duration) -> Shed {
        // Multiples of the golden ratio spread evenly, however few they are (Knuth, volume 3, 6.4).
        let number = self.refused.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let share = u32::try_from(number >> 54).unwrap_or(0);
        Shed { reason, hold, retry_after: RETRY_AFTER / 2 + RETRY_AFTER * share / 1_024 }
    }
}

/// A number of calls and the sum of their waits, which change together: the number from bit 40 on, microseconds below.
mod waits {
    use std::time::Duration;

    const SHIFT: u32 = 40;
    /// A hundred thousand calls of an interval may count so much each before the sum is too long for its bits.
    const LONGEST: Duration = Duration::from_secs(10);
    const _: () = assert!(LONGEST.as_micros() * 100_000 < 1 << SHIFT);

    pub(super) fn one(waited: Duration) -> u64 {
        (1 << SHIFT) + super::micros(waited.min(LONGEST))
    }

    /// None of no calls.
    pub(super) fn mean_us(waits: u64) -> Option<u64> {
        (waits & ((1 << SHIFT) - 1)).checked_div(waits >> SHIFT)
    }
}

/// The wait after which a standing queue refuses a call; none for those that it serves however old they are.
fn patience(priority: Priority, target: Duration) -> Option<Duration> {
    match priority {
        Priority::Low => Some(target * 2),
        Priority::Normal => Some(target * 4),
        Priority::High => None,
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: Duration = Duration::from_millis(20);

    /// A queue with a target of 20 ms, and a clock that is moved by hand.
    struct Queue {
        overload: Overload,
        now: Instant,
    }

    impl Queue {
        fn new() -> Self {
            let limits = Limits { queue_target_ms: 20, refusal_hold_ms: 500, ..Limits::default() };
            let now = Instant::now();
            Self { overload: Overload::new(&limits, now), now }
        }

        /// A call of this priority that waited so long and has no deadline.
        fn call(&self, priority: Priority, waited: Duration) -> Result<(), Shed> {
            self.overload.judge(Waiting { waited, deadline: None, priority }, self.now)
        }

        fn reason(&self, priority: Priority, waited: Duration) -> Option<Reason> {
            self.call(priority, waited).err().map(|shed| shed.reason)
        }

        /// An interval passes whose calls waited so long.
        fn interval(&mut self, waited: Duration) {
            for _ in 0..2 {
                self.now += INTERVAL;
                // Ends the interval before, and is the first of the next; whether it is served does not matter here.
                let _ = self.call(Priority::Low, waited);
            }
        }
    }

    #[test]
    fn a_burst_is_served_whole() {
        let mut queue = Queue::new();
        queue.interval(Duration::from_millis(1));
        for waited in (0..3_000).map(Duration::from_millis) {
            assert_eq!(queue.call(Priority::Low, waited), Ok(()), "{waited:?}");
        }
    }

    #[test]
    fn a_standing_queue_refuses_new_work_first_and_then_reads_but_no_paid_work() {
        let mut queue = Queue::new();
        queue.interval(TARGET * 2);
        assert!(queue.overload.stands());
        let (young, old, older) = (TARGET * 2, TARGET * 3, TARGET * 5);
        for priority in Priority::ALL {
            assert_eq!(queue.reason(priority, young), None, "{priority:?}");
        }
        assert_eq!(queue.reason(Priority::Low, old), Some(Reason::Age));
        assert_eq!(queue.reason(Priority::Normal, old), None);
        assert_eq!(queue.reason(Priority::Normal, older), Some(Reason::Age));
        assert_eq!(queue.reason(Priority::High, older * 100), None);
    }

    #[test]
    fn an_interval_of_young_calls_ends_it() {
        let mut queue = Queue::new();
        queue.interval(TARGET * 50);
        assert_eq!(queue.reason(Priority::Low, TARGET * 50), Some(Reason::Age));
        queue.interval(TARGET);
        assert!(!queue.overload.stands());
        assert_eq!(queue.reason(Priority::Low, TARGET * 50), None);
    }

    #[test]
    fn a_call_that_its_caller_has_given_up_is_refused_whatever_its_priority() {
        let queue = Queue::new();
        for priority in Priority::ALL {
            let deadline = Some(Duration::from_millis(5));
            let call = |ms| Waiting { waited: Duration::from_millis(ms), deadline, priority };
            assert_eq!(queue.overload.judge(call(4), queue.now), Ok(()));
            let shed = queue.overload.judge(call(5), queue.now).expect_err("given up");
            assert_eq!((shed.reason, shed.hold), (Reason::Deadline, Duration::ZERO));
        }
    }

    #[test]
    fn a_refusal_is_held_back_but_not_beyond_its_callers_deadline() {
        let mut queue = Queue::new();
        queue.interval(TARGET * 2);
        let waited = TARGET * 5;
        let held = |deadline| {
            let call = Waiting { waited, deadline, priority: Priority::Low };
            queue.overload.judge(call, queue.now).expect_err("too old").hold
        };
        assert_eq!(held(None), Duration::from_millis(500));
        assert_eq!(held(Some(Duration::from_secs(30))), Duration::from_millis(500));
        assert_eq!(held(Some(waited + Duration::from_millis(100))), Duration::from_millis(50));
    }

    #[test]
    fn those_that_are_refused_together_do_not_come_again_together() {
        let queue = Queue::new();
        let mut after: Vec<_> = (0..100).map(|_| queue.overload.too_many().retry_after).collect();
        after.sort();
        assert!(after[0] >= RETRY_AFTER / 2 && after[99] < RETRY_AFTER * 3 / 2, "{after:?}");
        let widest = after.windows(2).map(|two| two[1] - two[0]).max().expect("some");
        assert!(widest < RETRY_AFTER / 25, "a gap of {widest:?} among a hundred: {after:?}");
    }

    #[test]
    fn a_target_of_zero_refuses_nothing_for_its_age() {
        let mut queue = Queue::new();
        queue.interval(TARGET * 2);
        assert_eq!(queue.reason(Priority::Low, TARGET * 3), Some(Reason::Age));
        queue.overload.set(&Limits { queue_target_ms: 0, ..Limits::default() });
        assert!(!queue.overload.stands());
        assert_eq!(queue.reason(Priority::Low, TARGET * 3), None);
    }

    #[test]
    fn threads_that_judge_at_once_find_the_queue_that_stands() {
        const CALLS: u32 = 1_000;
        let mut queue = Queue::new();
        let refused = |queue: &Queue| {
            let at = |ms| queue.now + Duration::from_millis(u64::from(ms));
            let old = Waiting { waited: TARGET * 3, deadline: None, priority: Priority::Low };
            (0..CALLS).filter(|ms| queue.overload.judge(old, at(*ms)).is_err()).count()
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| refused(&queue))).collect();
            for thread in threads {
                // Whatever the others do, a thread has ended an interval itself after a hundred of its calls.
                assert!(thread.join().expect("no panic") >= CALLS as usize - 101);
            }
        });
        queue.now += INTERVAL * 20;
        queue.interval(TARGET / 2);
        assert!(!queue.overload.stands());
    }
}
