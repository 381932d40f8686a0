//! A small seeded generator: the same seed gives the same run on every machine. Not for secrets. It may read a tape
//! first, so that a fuzzer decides what happens.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// `SplitMix64` (Steele, Lea and Flood 2014).
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
    tape: Option<Tape>,
}

/// Choices made by the fuzzer; clones read on where the others stopped.
#[derive(Clone, Debug)]
struct Tape {
    bytes: Arc<[u8]>,
    at: Arc<AtomicUsize>,
}

impl Tape {
    /// Two bytes are enough for every choice that a run makes often.
    fn next(&self) -> Option<u64> {
        let at = self.at.fetch_add(2, Ordering::Relaxed);
        let two = self.bytes.get(at..at + 2)?;
        Some(u64::from(two[0]) | u64::from(two[1]) << 8)
    }
}

impl Random {
    /// A generator that starts at `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed, tape: None }
    }

    /// A generator that gives what `bytes` say, two a draw, and when they are used up goes on by itself.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self { state: 0, tape: Some(Tape { bytes: bytes.into(), at: Arc::default() }) }
    }

    /// The next 64 bits; of a tape only the lower 16 are drawn.
    pub fn draw(&mut self) -> u64 {
        if let Some(drawn) = self.tape.as_ref().and_then(Tape::next) {
            return drawn;
        }
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    ///
    /// # Panics
    /// If `bound` is zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "no number is below zero");
        self.draw() % bound
    }

    /// An index of a list of `len` entries.
    pub fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).expect("below a usize")
    }

    /// True in `percent` of 100 cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One entry of a list; `None` of an empty one.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        if list.is_empty() { None } else { list.get(self.index(list.len())) }
    }
}
