//! A token bucket in one word, as the generic cell rate algorithm (GCRA, ITU-T Recommendation I.371): what is kept is
//! the moment at which the bucket would be full again, not a count that a thread has to refill.

use crate::clock::UnixMs;
use crate::sync::CachePadded;
use crate::sync::atomic::{AtomicU64, Ordering};

const BURST_BITS: u32 = 24;
const BURST_MASK: u64 = (1 << BURST_BITS) - 1;
const MINUTE_NS: u64 = 60_000_000_000;
const MS_NS: u64 = 1_000_000;

/// A bucket of permits, shared by any number of threads. Within any span it grants at most `burst` plus what the
/// rate gives for that span.
#[derive(Debug)]
pub(crate) struct Gate {
    /// Theoretical arrival time in nanoseconds since the epoch: permits are due up to here.
    tat_ns: CachePadded<AtomicU64>,
    /// Nanoseconds a permit in the upper bits, burst in the lower: one load sees both.
    rate: AtomicU64,
}

/// Permits that were granted, at the price at which they were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    /// How many.
    pub(crate) count: u32,
    interval_ns: u64,
}

impl Grant {
    /// What is left of a grant when all but `count` permits were given back.
    pub(crate) fn cut_to(self, count: u32) -> Self {
        Self { count: self.count.min(count), ..self }
    }
}

impl Gate {
    /// A full bucket.
    pub(crate) fn full(per_minute: u32, burst: u32) -> Self {
        Self { tat_ns: CachePadded::new(AtomicU64::new(0)), rate: AtomicU64::new(pack(per_minute, burst)) }
    }

    /// Takes up to `n` permits.
    pub(crate) fn take_up_to(&self, n: u32, now: UnixMs) -> Grant {
        let now_ns = now_ns(now);
        let mut tat = self.tat_ns.load(Ordering::Relaxed);
        loop {
            let (interval_ns, burst) = unpack(self.rate.load(Ordering::Relaxed));
            let from = tat.max(now_ns);
            let room = (now_ns + burst * interval_ns).saturating_sub(from) / interval_ns;
            let count = room.min(u64::from(n));
            if count == 0 {
                return Grant { count: 0, interval_ns };
            }
            // Relaxed: the word guards nothing but itself; the exchange gives each permit to one thread.
            match self.tat_ns.compare_exchange_weak(
                tat,
                from + count * interval_ns,
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => return Grant { count: u32::try_from(count).expect("at most n"), interval_ns },
                Err(seen) => tat = seen,
            }
        }
    }

    /// Gives `n` permits of a grant back.
    pub(crate) fn give_back(&self, grant: Grant, n: u32) {
        assert!(n <= grant.count, "{n} permits given back of {} taken", grant.count);
        let back_ns = u64::from(n) * grant.interval_ns;
        let _ = self
            .tat_ns
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tat| Some(tat.saturating_sub(back_ns)));
    }

    /// The first moment at which one permit can be had; `now` or earlier if there is one.
    pub(crate) fn next_at(&self, now: UnixMs) -> UnixMs {
        let (interval_ns, burst) = unpack(self.rate.load(Ordering::Relaxed));
        let from = self.tat_ns.load(Ordering::Relaxed).max(now_ns(now));
        UnixMs::new((from + interval_ns).saturating_sub(burst * interval_ns).div_ceil(MS_NS))
    }

    /// Changes rate and burst. Permits that are owed stay owed, in number, not in time. A taker that races with this
    /// pays the old price for that one grant.
    pub(crate) fn set_rate(&self, per_minute: u32, burst: u32, now: UnixMs) {
        let (old_ns, _) = unpack(self.rate.load(Ordering::Relaxed));
        let (new_ns, new_burst) = unpack(pack(per_minute, burst));
        let now_ns = now_ns(now);
        self.rate.store(pack(per_minute, burst), Ordering::Relaxed);
        let _ = self.tat_ns.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tat| {
            let owed = tat.saturating_sub(now_ns).div_ceil(old_ns).min(new_burst);
            Some(if owed == 0 { tat } else { now_ns + owed * new_ns })
        });
    }

    /// Empties the bucket: after recovery it is not known what was spent just before, and a full bucket would let every
    /// restart break the rate.
    pub(crate) fn drain(&self, now: UnixMs) {
        let (interval_ns, burst) = unpack(self.rate.load(Ordering::Relaxed));
        self.tat_ns.store(now_ns(now) + burst * interval_ns, Ordering::Relaxed);
    }
}

/// Rounded up: the rate asked for is never exceeded.
fn pack(per_minute: u32, burst: u32) -> u64 {
    assert!(per_minute > 0 && burst > 0, "rate {per_minute} a minute, burst {burst}");
    assert!(u64::from(burst) <= BURST_MASK, "burst {burst} over {BURST_MASK}");
    (MINUTE_NS.div_ceil(u64::from(per_minute)) << BURST_BITS) | u64::from(burst)
}

fn unpack(rate: u64) -> (u64, u64) {
    (rate >> BURST_BITS, rate & BURST_MASK)
}

/// Nanoseconds fit until the year 2262; the clamp leaves room for the sums above.
fn now_ns(now: UnixMs) -> u64 {
    now.get().min(u64::MAX / MS_NS / 2) * MS_NS
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    const T0: UnixMs = UnixMs::new(1_700_000_000_000);

    #[test]
    fn burst_then_rate() {
        let gate = Gate::full(60_000, 10);
        assert_eq!(gate.take_up_to(100, T0).count, 10);
        assert_eq!(gate.take_up_to(100, T0).count, 0);
        assert_eq!(gate.next_at(T0), T0.plus_ms(1));
        assert_eq!(gate.take_up_to(100, T0.plus_ms(3)).count, 3);
        assert_eq!(gate.take_up_to(100, T0.plus_ms(1_000_000)).count, 10);
    }

    #[test]
    fn permits_come_back_once() {
        let gate = Gate::full(60, 5);
        let grant = gate.take_up_to(5, T0);
        gate.give_back(grant, 3);
        assert_eq!(gate.take_up_to(9, T0).count, 3);
    }

    #[test]
    fn faster_rate_takes_effect_at_once() {
        let gate = Gate::full(1, 10);
        assert_eq!(gate.take_up_to(10, T0).count, 10);
        gate.set_rate(60_000, 10, T0);
        assert_eq!(gate.take_up_to(10, T0).count, 0);
        assert_eq!(gate.take_up_to(10, T0.plus_ms(4)).count, 4);
    }

    #[test]
    fn drained_bucket_has_no_burst() {
        let gate = Gate::full(60_000, 100);
        gate.drain(T0);
        assert_eq!(gate.take_up_to(100, T0).count, 0);
        assert_eq!(gate.take_up_to(100, T0.plus_ms(2)).count, 2);
    }
}

#[cfg(all(test, loom))]
mod loom_tests {
    use super::*;
    use loom::sync::Arc;
    use loom::thread;

    #[test]
    fn loom_gate_two_takers_never_exceed() {
        loom::model(|| {
            let gate = Arc::new(Gate::full(60, 3));
            let now = UnixMs::new(1_000_000);
            let other = Arc::clone(&gate);
            let handle = thread::spawn(move || {
                let grant = other.take_up_to(2, now);
                other.give_back(grant, 1);
                grant.count - 1
            });
            let mine = gate.take_up_to(2, now).count;
            let theirs = handle.join().expect("taker");
            let rest = gate.take_up_to(9, now).count;
            assert_eq!(mine + theirs + rest, 3, "mine {mine}, theirs {theirs}, rest {rest}");
        });
    }
}
