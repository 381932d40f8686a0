//! What flows out of a line, measured: a rolling minute of people made ready, the wait ahead that follows from it,
//! and the average wait behind. Estimates for people, never an input to a decision.

use crate::clock::UnixMs;
use crate::sync::atomic::{AtomicU64, Ordering};

const SLOT_MS: u64 = 5_000;
#[cfg(not(any(loom, shuttle)))]
const SLOTS: usize = 12;
#[cfg(any(loom, shuttle))]
const SLOTS: usize = 1;
const COUNT_BITS: u32 = 32;
const COUNT_MASK: u64 = (1 << COUNT_BITS) - 1;
/// Share of the newest wait in the average: one in 64.
const WAIT_WEIGHT: u64 = 64;

#[derive(Default)]
pub(super) struct Flow {
    /// Number of the five seconds in the upper half, people in the lower.
    slots: [AtomicU64; SLOTS],
    /// Average wait in 1/64 of a millisecond; zero = nothing known. Written by whoever advances the line.
    wait: AtomicU64,
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

    /// Somebody waited this long before being made ready. Only whoever advances the line calls this.
    pub(super) fn waited(&self, wait_ms: u64) {
        let sample = wait_ms.min(u64::MAX / WAIT_WEIGHT) * WAIT_WEIGHT;
        let old = self.wait.load(Ordering::Relaxed);
        let new = if old == 0 { sample } else { old - old / WAIT_WEIGHT + sample / WAIT_WEIGHT };
        self.wait.store(new.max(1), Ordering::Relaxed);
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

    /// People made ready per minute, measured over at most the last minute.
    pub(super) fn per_minute(&self, now: UnixMs) -> u64 {
        let (people, span_ms) = self.window(now);
        people * 60_000 / span_ms
    }

    /// How long the last people made ready had waited on average (a moving average, newest weighs 1/64).
    pub(super) fn average_wait_ms(&self) -> Option<u64> {
        match self.wait.load(Ordering::Relaxed) {
            0 => None,
            wait => Some(wait / WAIT_WEIGHT),
        }
    }
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
        assert_eq!(flow.per_minute(now), 600);
        assert_eq!(flow.eta_ms(100, now), Some(10_000));
        assert_eq!(flow.eta_ms(100, now.plus_ms(120_000)), None);
    }
}
