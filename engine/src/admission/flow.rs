//! What flows out of a line, measured: a rolling minute of people made ready and the wait ahead that follows from it;
//! and exactly, by whole seconds, how many were let in during the last minute and how long they had waited. Figures for
//! people, never an input to a decision.

use crate::clock::UnixMs;
use crate::sync::atomic::{AtomicU64, Ordering};

/// Sums by numbered slots of time, in a ring: above each sum, which has `SUM_BITS` bits, the word says which round of
/// the ring it belongs to, so that no slot needs clearing. Any number of threads may add at once.
struct Ring<const SLOTS: usize, const SUM_BITS: u32>([AtomicU64; SLOTS]);

impl<const SLOTS: usize, const SUM_BITS: u32> Default for Ring<SLOTS, SUM_BITS> {
    fn default() -> Self {
        Self(std::array::from_fn(|_| AtomicU64::new(0)))
    }
}

impl<const SLOTS: usize, const SUM_BITS: u32> Ring<SLOTS, SUM_BITS> {
    const SUM_MAX: u64 = (1 << SUM_BITS) - 1;

    fn word(&self, slot: u64) -> (&AtomicU64, u64) {
        let index = usize::try_from(slot % SLOTS as u64).expect("a slot");
        (&self.0[index], (slot / SLOTS as u64) & (u64::MAX >> SUM_BITS))
    }

    /// An older round's sum is replaced, and what comes too late for a newer one is dropped: that slot is no longer
    /// asked for.
    fn add(&self, slot: u64, by: u64) {
        // A model checker has better things to try than the orders of sums.
        if cfg!(any(loom, shuttle)) {
            return;
        }
        let (word, round) = self.word(slot);
        // Relaxed: the word carries its round itself, and a figure orders nothing.
        let _ = word.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |seen| {
            let sum = match (seen >> SUM_BITS).cmp(&round) {
                std::cmp::Ordering::Less => 0,
                std::cmp::Ordering::Equal => seen & Self::SUM_MAX,
                std::cmp::Ordering::Greater => return None,
            };
            Some((round << SUM_BITS) | sum.saturating_add(by).min(Self::SUM_MAX))
        });
    }

    fn sum(&self, slot: u64) -> u64 {
        let (word, round) = self.word(slot);
        let seen = word.load(Ordering::Relaxed);
        if seen >> SUM_BITS == round { seen & Self::SUM_MAX } else { 0 }
    }
}

const SLOT_MS: u64 = 5_000;
/// A minute of slots.
const SLOTS: usize = 12;

/// People made ready, by slots of five seconds.
#[derive(Default)]
pub(super) struct Flow(Ring<SLOTS, 32>);

impl Flow {
    /// `n` people were made ready now.
    pub(super) fn add(&self, n: u32, now: UnixMs) {
        self.0.add(now.get() / SLOT_MS, u64::from(n));
    }

    /// People in the window, and the part of the window that lies between its first arrival and now.
    fn window(&self, now: UnixMs) -> (u64, u64) {
        let present = now.get() / SLOT_MS;
        let (mut people, mut oldest) = (0, present);
        for slot in (present.saturating_sub(SLOTS as u64 - 1)..=present).rev() {
            let sum = self.0.sum(slot);
            if sum > 0 {
                (people, oldest) = (people + sum, slot);
            }
        }
        (people, (now.get() - oldest * SLOT_MS).max(1_000))
    }

    /// Milliseconds until the one at `position` is likely to be ready; `None` when nothing is known.
    pub(super) fn eta_ms(&self, position: u32, now: UnixMs) -> Option<u64> {
        let (people, span_ms) = self.window(now);
        (u64::from(position) * span_ms).checked_div(people)
    }
}

/// Seconds that are remembered: a minute, and a few more so that a second which begins overwrites one that is over.
const SECONDS: usize = 64;
/// The window of the figures, in whole seconds: the present one and the 59 before it.
const WINDOW: u64 = 60;

/// People let in, by whole seconds.
#[derive(Default)]
pub(super) struct Admissions {
    people: Ring<SECONDS, 32>,
    /// Sums of waits have 44 bits: a thousand people in one second who waited half a year each.
    waits_ms: Ring<SECONDS, 44>,
}

/// Who was let in lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AdmissionRates {
    /// People of the present second and the 59 before it.
    pub(crate) minute: u64,
    /// People of the last second that is over.
    pub(crate) second: u64,
    /// Mean wait of the people in `minute`, from joining to being let in; `None` without any.
    pub(crate) mean_wait_ms: Option<u64>,
}

impl Admissions {
    /// One more was let in, after so long a wait.
    pub(super) fn add(&self, wait_ms: u64, now: UnixMs) {
        let second = now.get() / 1_000;
        self.people.add(second, 1);
        self.waits_ms.add(second, wait_ms);
    }

    pub(super) fn lately(&self, now: UnixMs) -> AdmissionRates {
        let present = now.get() / 1_000;
        let (mut minute, mut waits_ms) = (0, 0_u64);
        for second in present.saturating_sub(WINDOW - 1)..=present {
            minute += self.people.sum(second);
            waits_ms += self.waits_ms.sum(second);
        }
        let second = present.checked_sub(1).map_or(0, |last| self.people.sum(last));
        AdmissionRates { minute, second, mean_wait_ms: waits_ms.checked_div(minute) }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn eta_follows_the_measured_outflow() {
        let flow = Flow::default();
        let t0 = UnixMs::new(1_700_000_000_000);
        assert_eq!(flow.eta_ms(10, t0), None);
        for second in 0..20 {
            flow.add(10, t0.plus_ms(second * 1_000));
        }
        let now = t0.plus_ms(20_000);
        assert_eq!(flow.eta_ms(100, now), Some(10_000));
        assert_eq!(flow.eta_ms(100, now.plus_ms(120_000)), None);
    }
    #[test]
    fn the_last_minute_is_exact_by_whole_seconds() {
        // Rounds of the ring, gaps and late comers, against a plain list.
        let seed = 0x5eed_u64;
        println!("seed {seed:#x}");
        let mut random = crate::testing::Random::new(seed);
        let (admissions, mut all) = (Admissions::default(), Vec::new());
        let mut now = 1_700_000_000_000_u64;
        for _ in 0..20_000 {
            now += if random.below(100) == 0 { random.below(200_000) } else { random.below(400) };
            let at = now.saturating_sub(random.below(50));
            let wait_ms = random.below(3_600_000);
            admissions.add(wait_ms, UnixMs::new(at));
            all.push((at / 1_000, wait_ms));
            let of = |first: u64, last: u64| {
                let newest = all.iter().rev().take_while(move |(second, _)| second + 400 >= first);
                newest.filter(move |(second, _)| (first..=last).contains(second)).map(|(_, wait)| *wait)
            };
            let present = now / 1_000;
            let minute: Vec<u64> = of(present - 59, present).collect();
            let expected = AdmissionRates {
                minute: minute.len() as u64,
                second: of(present - 1, present - 1).count() as u64,
                mean_wait_ms: minute.iter().sum::<u64>().checked_div(minute.len() as u64),
            };
            assert_eq!(admissions.lately(UnixMs::new(now)), expected, "at {now}, seed {seed:#x}");
        }
    }

    #[test]
    fn many_threads_lose_nobody() {
        let admissions = Admissions::default();
        let now = UnixMs::new(1_700_000_000_000);
        std::thread::scope(|scope| {
            for thread in 0..4_u64 {
                let admissions = &admissions;
                scope.spawn(move || {
                    (0..10_000).for_each(|at| admissions.add(thread, now.plus_ms(at % 3_000)));
                });
            }
        });
        let lately = admissions.lately(now.plus_ms(2_999));
        assert_eq!((lately.minute, lately.mean_wait_ms), (40_000, Some(1)));
    }
}
