//! What the simulated processor does, and when.

use crate::command::Scenario;

/// What is decided when processing starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// False for a payment that never gets an answer.
    pub(crate) answers: bool,
    pub(crate) succeeds: bool,
    /// Milliseconds from the start of processing to the answer.
    pub(crate) after_ms: u64,
}

/// Decides outcome and delay from 64 random bits; `time_permille` scales the delay.
pub(crate) fn decide(scenario: Scenario, bits: u64, time_permille: u32) -> Verdict {
    // The upper half draws the delay, the lower half the outcome, so that they do not depend on each other.
    let between = |low_ms: u64, high_ms: u64| low_ms + (((bits >> 32) * (high_ms - low_ms + 1)) >> 32);
    let (answers, succeeds, after_ms) = match scenario {
        Scenario::Approve => (true, true, between(2_000, 5_000)),
        Scenario::Fail => (true, false, between(1_000, 3_000)),
        Scenario::Delay => (true, true, between(10_000, 30_000)),
        Scenario::Random => (true, ((bits & 0xffff_ffff) * 10) >> 32 < 7, between(2_000, 7_000)),
        Scenario::Timeout | Scenario::Outside => (false, false, 0),
    };
    Verdict { answers, succeeds, after_ms: (after_ms * u64::from(time_permille)).div_ceil(1_000) }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn delays_stay_within_their_ranges() {
        for bits in [0, 1 << 32, u64::MAX, u64::MAX / 2, 0x1234_5678_9abc_def0] {
            let ms = |scenario| decide(scenario, bits, 1_000).after_ms;
            assert!((2_000..=5_000).contains(&ms(Scenario::Approve)), "{bits:#x}");
            assert!((1_000..=3_000).contains(&ms(Scenario::Fail)), "{bits:#x}");
            assert!((10_000..=30_000).contains(&ms(Scenario::Delay)), "{bits:#x}");
            assert!((2_000..=7_000).contains(&ms(Scenario::Random)), "{bits:#x}");
        }
    }

    #[test]
    fn seven_of_ten_random_payments_succeed() {
        // A full period of evenly spread lower halves.
        let succeeded = (0..10_000u64)
            .filter(|at| decide(Scenario::Random, at * ((1 << 32) / 10_000), 1_000).succeeds)
            .count();
        assert!((6_990..=7_010).contains(&succeeded), "{succeeded}");
    }

    #[test]
    fn time_can_be_scaled_but_not_to_nothing() {
        assert!((2..=5).contains(&decide(Scenario::Approve, 77, 1).after_ms));
    }
}
