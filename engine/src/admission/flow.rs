//! What flows out of a line, measured: a rolling minute of people made ready and the wait ahead that follows from it;
//! and exactly, by whole seconds, how many were let in during the last minute and how long they had waited. Figures for
//! people, never an input to a decision.

use crate::clock::UnixMs;
use crate::sync::atomic::{AtomicU64, Ordering};

const SLOT_MS: u64 = 5_000;
#[cfg(not(any(loom, shuttle)))]
const SLOTS: usize = 12;
#[cfg(any(loom, shuttle))]
const SLOTS: usize = 1;
const COUNT_BITS: u32 = 32;
const COUNT_MASK: u64 = (1 << COUNT_BITS) - 1;

#[derive(Default)]
pub(super) struct Flow {
    /// Number of the five seconds in the upper half, people in the lower.
    slots: [AtomicU64; SLOTS],
}

impl Flow {
    /// `n` people were made ready now. Only whoever advances the line calls this.
    pub(super) fn add(&self, n: u32, now: UnixMs) {
        let epoch = now.get() / SLOT_MS;
        let slot = &self.slots[index(epoch)];
        let seen = slot.load(Ordering::Relaxed);
        let count = if seen >> COUNT_BITS == epoch & COUNT_MASK { seen & COUNT_MASK } else { 0 };
        let count = (count + u64::from(n)).min(COUNT_MASK);
        slot.store((epoch & COUNT_MASK) << COUNT_BITS | count, Ordering::Relaxed);
    }

    /// People in the window, and the part of the window that lies between its first arrival and now.
    fn window(&self, now: UnixMs) -> (u64, u64) {
        let epoch = now.get() / SLOT_MS;
        let (mut people, mut oldest) = (0, epoch);
        for back in 0..SLOTS as u64 {
            let Some(of) = epoch.checked_sub(back) else { break };
            let seen = self.slots[index(of)].load(Ordering::Relaxed);
            if seen >> COUNT_BITS == of & COUNT_MASK && seen & COUNT_MASK > 0 {
                people += seen & COUNT_MASK;
                oldest = of;
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
#[cfg(not(any(loom, shuttle)))]
const SECONDS: usize = 64;
#[cfg(any(loom, shuttle))]
const SECONDS: usize = 1;
/// The window of the figures, in whole seconds: the present one and the 59 before it.
const WINDOW: u64 = 60;
const PEOPLE_BITS: u32 = 32;
/// Sums of waits have 44 bits: a thousand people in one second who waited half a year each.
const WAIT_BITS: u32 = 44;

/// One second: in each word above the sum which round of the ring it belongs to, so that no second needs clearing.
#[derive(Default)]
struct Second {
    people: AtomicU64,
    waits_ms: AtomicU64,
}

/// People let in, by whole seconds.
pub(super) struct Admissions {
    seconds: [Second; SECONDS],
}

impl Default for Admissions {
    fn default() -> Self {
        Self { seconds: std::array::from_fn(|_| Second::default()) }
    }
}

/// Who was let in lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Admitted {
    /// People of the present second and the 59 before it.
    pub(crate) minute: u64,
    /// People of the last second that is over.
    pub(crate) second: u64,
    /// Mean wait of the people in `minute`, from joining to being let in; `None` without any.
    pub(crate) mean_wait_ms: Option<u64>,
}

impl Admissions {
    /// One more was let in, after so long a wait. Any number of threads may call this at once.
    pub(super) fn add(&self, wait_ms: u64, now: UnixMs) {
        // A model checker has better things to try than the orders of two sums.
        if cfg!(any(loom, shuttle)) {
            return;
        }
        let number = now.get() / 1_000;
        let second = &self.seconds[ring(number)];
        bump(&second.people, PEOPLE_BITS, number / SECONDS as u64, 1);
        bump(&second.waits_ms, WAIT_BITS, number / SECONDS as u64, wait_ms);
    }

    pub(super) fn lately(&self, now: UnixMs) -> Admitted {
        let (mut lately, mut waits_ms) = (Admitted::default(), 0_u64);
        let present = now.get() / 1_000;
        for back in 0..WINDOW {
            let Some(number) = present.checked_sub(back) else { break };
            let second = &self.seconds[ring(number)];
            let people = sum_of(&second.people, PEOPLE_BITS, number / SECONDS as u64);
            lately.minute += people;
            waits_ms += sum_of(&second.waits_ms, WAIT_BITS, number / SECONDS as u64);
            if back == 1 {
                lately.second = people;
            }
        }
        lately.mean_wait_ms = waits_ms.checked_div(lately.minute);
        lately
    }
}

fn ring(number: u64) -> usize {
    usize::try_from(number % SECONDS as u64).expect("a slot")
}

/// Adds to the sum of a round; an older round's sum is replaced, and what comes too late for a newer one is dropped:
/// nobody asks for that second any more.
fn bump(word: &AtomicU64, bits: u32, round: u64, by: u64) {
    let (round, most) = (round & (u64::MAX >> bits), (1 << bits) - 1);
    // Relaxed: the word carries its round itself, and a figure orders nothing.
    let _ = word.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |seen| {
        let sum = match (seen >> bits).cmp(&round) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Equal => seen & most,
            std::cmp::Ordering::Greater => return None,
        };
        Some(round << bits | sum.saturating_add(by).min(most))
    });
}

fn sum_of(word: &AtomicU64, bits: u32, round: u64) -> u64 {
    let seen = word.load(Ordering::Relaxed);
    if seen >> bits == round & (u64::MAX >> bits) { seen & ((1 << bits) - 1) } else { 0 }
}

fn index(epoch: u64) -> usize {
    usize::try_from(epoch % SLOTS as u64).expect("a slot")
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
            let expected = Admitted {
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
