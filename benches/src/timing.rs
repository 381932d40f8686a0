//! Ways to time a loop whose preparation does not count.

use std::sync::Barrier;
use std::time::{Duration, Instant};

/// Splits `iterations` into rounds of at most `round`; each round prepares, works on the clock, and checks. Returns the
/// time on the clock. `work` gets the prepared things and does as many operations as `prepare` was asked for.
pub fn in_rounds<P, D>(
    iterations: u64,
    round: u64,
    mut prepare: impl FnMut(u64) -> P,
    mut work: impl FnMut(P) -> D,
    mut check: impl FnMut(D, u64),
) -> Duration {
    let (mut left, mut spent) = (iterations, Duration::ZERO);
    while left > 0 {
        let count = left.min(round);
        let prepared = prepare(count);
        let begun = Instant::now();
        let done = work(prepared);
        spent += begun.elapsed();
        check(done, count);
        left -= count;
    }
    spent
}

/// How long threads are busy before the clock runs: those that wake together may find themselves on one core, and the
/// scheduler needs some milliseconds to see it.
const SPREAD: Duration = Duration::from_millis(60);

/// Runs `work` with its thread's number and share on so many threads at once; the time from the start of the first to
/// the end of the last, brought to exactly `iterations`. The threads look at the clock themselves: where all cores are
/// busy with them, the thread that started them wakes up when they are done.
pub fn on_threads(threads: u64, iterations: u64, work: impl Fn(u64, u64) + Sync) -> Duration {
    let share = iterations.div_ceil(threads);
    let start = Barrier::new(usize::try_from(threads).expect("a few"));
    let timed = |thread| {
        start.wait();
        let awake = Instant::now();
        while awake.elapsed() < SPREAD {
            std::hint::spin_loop();
        }
        let begun = Instant::now();
        work(thread, share);
        (begun, Instant::now())
    };
    let timed = &timed;
    let times: Vec<(Instant, Instant)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|thread| scope.spawn(move || timed(thread))).collect();
        workers.into_iter().map(|worker| worker.join().expect("no worker panics")).collect()
    });
    let begun = times.iter().map(|(begun, _)| *begun).min().expect("a thread");
    let ended = times.iter().map(|(_, ended)| *ended).max().expect("a thread");
    #[expect(clippy::cast_precision_loss, reason = "a ratio of counts")]
    ended.duration_since(begun).mul_f64(iterations as f64 / (share * threads) as f64)
}

/// Iterations of a sample on threads, at least: what it costs to begin and end together must not tell.
pub const SAMPLE_LEAST: u64 = 8_192;

/// As [`on_threads`], for criterion, which asks for a handful of iterations where a run is short, because it counts the
/// time that threads need to spread: does [`SAMPLE_LEAST`] at least, and returns the time of as many as were asked for.
pub fn sample_on_threads(threads: u64, iterations: u64, work: impl Fn(u64, u64) + Sync) -> Duration {
    at_least(iterations, |done| on_threads(threads, done, work))
}

/// Times [`SAMPLE_LEAST`] iterations at least, and returns the time of as many as were asked for.
pub fn at_least(iterations: u64, timed: impl FnOnce(u64) -> Duration) -> Duration {
    let done = iterations.max(SAMPLE_LEAST);
    #[expect(clippy::cast_precision_loss, reason = "a ratio of counts")]
    timed(done).mul_f64(iterations as f64 / done as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn what_threads_do_is_timed_however_many_there_are() {
        let least = Duration::from_millis(20);
        for threads in [1, 2, 8] {
            let spent = on_threads(threads, threads, |_, _| {
                let begun = Instant::now();
                while begun.elapsed() < least {
                    std::hint::spin_loop();
                }
            });
            assert!(spent >= least, "{threads} threads: {spent:?}");
        }
    }

    #[test]
    fn a_short_sample_does_enough_and_is_scaled() {
        let did = AtomicU64::new(0);
        let timed = |done| {
            did.fetch_add(done, Ordering::Relaxed);
            Duration::from_nanos(done)
        };
        assert_eq!(at_least(2, timed), Duration::from_nanos(2));
        assert_eq!(did.load(Ordering::Relaxed), SAMPLE_LEAST);
        assert_eq!(at_least(2 * SAMPLE_LEAST, timed), Duration::from_nanos(2 * SAMPLE_LEAST));
        assert_eq!(did.load(Ordering::Relaxed), 3 * SAMPLE_LEAST);
    }

    #[test]
    fn every_iteration_is_done_once() {
        let mut done = 0;
        in_rounds(
            1_001,
            100,
            |count| count,
            |count| count,
            |worked, count| {
                assert_eq!(worked, count);
                done += count;
            },
        );
        assert_eq!(done, 1_001);
        let shared = AtomicU64::new(0);
        on_threads(4, 10, |_, share| {
            shared.fetch_add(share, Ordering::Relaxed);
        });
        assert_eq!(shared.into_inner(), 12, "three each");
    }
}
