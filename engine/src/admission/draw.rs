//! The draw of the pre-sale room's order: a pure function of a seed, so that any customer can compute it again.
//!
//! In words. Before the sale the commitment `BLAKE3(seed)` of a secret 32-byte seed is shown; afterwards the seed is.
//! Take the ticket numbers still in the room in rising order as a list. Take the extendable output of BLAKE3 in keyed
//! mode, key = the seed, input = the 13 ASCII bytes `tacos draw v1`, and read it as little-endian 64-bit numbers.
//! For `i` from the last index down to 1: read numbers `x` until `x < 2^64 − (2^64 mod (i + 1))`, let
//! `j = x mod (i + 1)`, and swap the entries `i` and `j` (the Fisher–Yates shuffle in Durstenfeld's form; the
//! skipped numbers make every `j` exactly equally likely). The list now is the order of the line.
//!
//! Test vectors. Seed of 32 bytes 7: commitment `ebaf85b465a09de21b398fb112c1500f` `2cbe658c42f379e0c0f18d24b819f637`,
//! tickets 0 to 7 → `1, 7, 5, 6, 3, 0, 4, 2`. Seed of 32 zeros, tickets 10, 20, 30, 40, 50 → `30, 40, 20, 10, 50`. Seed
//! of the bytes 0 to 31, tickets 0 to 15 → `4, 3, 2, 6, 10, 7, 9, 13, 12, 11, 8, 0, 14, 5, 15, 1`.

use std::sync::OnceLock;

/// Input of the keyed hash; the version is part of it.
const LABEL: &[u8] = b"tacos draw v1";
const STREAM_BYTES: usize = 4_096;

/// What is shown before the draw: it binds the operator to the seed without showing it.
#[must_use]
pub fn commitment(seed: &[u8; 32]) -> [u8; 32] {
    *blake3::hash(seed).as_bytes()
}

/// The order that `seed` gives to `tickets`, which are listed in rising order.
///
/// Let the list be `tickets`. Read BLAKE3's extendable output (keyed mode, key = `seed`, input = the ASCII bytes
/// `tacos draw v1`) as little-endian 64-bit numbers. For `i` from the last index down to 1: read `x` until
/// `x < 2^64 - (2^64 mod (i + 1))`, then swap the entries `i` and `x mod (i + 1)`.
#[must_use]
pub fn draw_order(seed: &[u8; 32], tickets: &[u32]) -> Vec<u32> {
    debug_assert!(tickets.is_sorted(), "tickets must be listed in rising order");
    let mut order = tickets.to_vec();
    let mut stream = Stream::new(seed);
    for i in (1..order.len()).rev() {
        let j = stream.below(i as u64 + 1);
        order.swap(i, usize::try_from(j).expect("an index of the list"));
    }
    order
}

struct Stream {
    reader: blake3::OutputReader,
    buffer: Box<[u8; STREAM_BYTES]>,
    used: usize,
}

impl Stream {
    fn new(seed: &[u8; 32]) -> Self {
        let reader = blake3::Hasher::new_keyed(seed).update(LABEL).finalize_xof();
        Self { reader, buffer: Box::new([0; STREAM_BYTES]), used: STREAM_BYTES }
    }

    fn next(&mut self) -> u64 {
        if self.used == STREAM_BYTES {
            self.reader.fill(&mut self.buffer[..]);
            self.used = 0;
        }
        let bytes = &self.buffer[self.used..self.used + 8];
        self.used += 8;
        u64::from_le_bytes(bytes.try_into().expect("eight bytes"))
    }

    fn below(&mut self, bound: u64) -> u64 {
        // 2^64 mod bound, without 128-bit arithmetic.
        let skipped = (u64::MAX % bound + 1) % bound;
        loop {
            let x = self.next();
            if x <= u64::MAX - skipped {
                return x % bound;
            }
        }
    }
}

/// The drawn order as the line uses it: both directions. Eight bytes a ticket of the room, kept for the line's life.
pub(super) struct Order {
    pub(super) seed: [u8; 32],
    /// Ticket number at each place.
    pub(super) number_at: Box<[u32]>,
    /// Place of each number below the room's end; [`NO_PLACE`] for those who had left before the draw.
    pub(super) place_of: Box<[u32]>,
    /// Made when it is first asked for: a large room has megabytes of order.
    hash: OnceLock<[u8; 32]>,
}

/// Had no place when the order was drawn.
pub(super) const NO_PLACE: u32 = u32::MAX;

impl Order {
    pub(super) fn new(seed: [u8; 32], number_at: Vec<u32>, room_end: u32) -> Self {
        let mut place_of = vec![NO_PLACE; room_end as usize].into_boxed_slice();
        for (place, &number) in number_at.iter().enumerate() {
            place_of[number as usize] = u32::try_from(place).expect("places are numbers");
        }
        Self { seed, number_at: number_at.into_boxed_slice(), place_of, hash: OnceLock::new() }
    }

    /// People whose order it is.
    pub(super) fn entrants(&self) -> u32 {
        u32::try_from(self.number_at.len()).expect("places are numbers")
    }

    /// BLAKE3 over the ticket numbers in order, each as four bytes, little-endian.
    pub(super) fn hash(&self) -> [u8; 32] {
        *self.hash.get_or_init(|| {
            let mut hasher = blake3::Hasher::new();
            let mut bytes = Vec::with_capacity(STREAM_BYTES);
            for numbers in self.number_at.chunks(STREAM_BYTES / 4) {
                bytes.clear();
                bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
                hasher.update(&bytes);
            }
            *hasher.finalize().as_bytes()
        })
    }

    /// An order from a snapshot; `None` if it names a ticket twice, or one that was not in the room.
    pub(super) fn restored(seed: [u8; 32], number_at: Vec<u32>, room_end: u32) -> Option<Self> {
        let mut seen = vec![false; room_end as usize];
        for &number in &number_at {
            if std::mem::replace(seen.get_mut(number as usize)?, true) {
                return None;
            }
        }
        Some(Self::new(seed, number_at, room_end))
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn draw_is_a_permutation_and_depends_on_the_seed() {
        let tickets: Vec<u32> = (0..10_000).map(|n| n * 3).collect();
        let order = draw_order(&[1; 32], &tickets);
        assert_ne!(order, draw_order(&[2; 32], &tickets));
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, tickets);
    }

    #[test]
    fn every_place_is_as_likely_as_another() {
        let mut firsts = [0u32; 4];
        for seed in 0..4_000u32 {
            let mut key = [0; 32];
            key[..4].copy_from_slice(&seed.to_le_bytes());
            firsts[draw_order(&key, &[0, 1, 2, 3])[0] as usize] += 1;
        }
        // Expected 1,000 each; five standard deviations are 137. The seeds are fixed, so this cannot flicker.
        assert!(firsts.iter().all(|&n| n.abs_diff(1_000) < 137), "{firsts:?}");
    }
}
