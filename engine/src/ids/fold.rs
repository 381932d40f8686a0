//! A hash that costs some instructions a word: each word is mixed in by a multiplication whose halves are folded.

/// A fold in progress. Made by [`Secrets::fold`](super::Secrets::fold).
pub(crate) struct Fold {
    state: u64,
    /// Added between the words, so that no word makes the state forget those before it for good.
    step: u64,
    by: u64,
}

impl Fold {
    #[inline]
    pub(crate) fn new((step, by): (u64, u64)) -> Self {
        Self { state: step, step, by }
    }

    #[inline]
    pub(crate) fn word(&mut self, word: u64) {
        let product = u128::from(self.state ^ word) * u128::from(self.by);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the two halves of the product are what is folded"
        )]
        let (high, low) = ((product >> 64) as u64, product as u64);
        self.state = (high ^ low).wrapping_add(self.step);
    }

    /// A piece whose length is known from what was put before it.
    #[inline]
    pub(crate) fn piece(&mut self, piece: &[u8]) {
        let (words, rest) = piece.as_chunks::<8>();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        // The rest by two looks that may overlap.
        match (rest.first_chunk::<4>(), rest.last_chunk::<4>(), rest) {
            (Some(first), Some(last), _) => {
                self.word(u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32);
            }
            (.., [first, .., last]) => {
                let middle = rest[rest.len() / 2];
                self.word(u64::from(*first) | u64::from(middle) << 8 | u64::from(*last) << 16);
            }
            (.., [one]) => self.word(u64::from(*one)),
            (.., []) => {}
        }
    }

    /// What the pieces come to.
    #[inline]
    pub(crate) fn end(mut self) -> u64 {
        self.word(0);
        self.state
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn every_bit_of_a_piece_counts() {
        let of = |piece: &[u8]| {
            let mut fold = Fold::new((0x0123_4567_89ab_cdef, 0x9e37_79b9_7f4a_7c15));
            fold.word(piece.len() as u64);
            fold.piece(piece);
            fold.end()
        };
        let mut seen = std::collections::HashSet::new();
        for len in 0..40 {
            let mut piece = vec![0; len];
            assert!(seen.insert(of(&piece)), "{len} zeros");
            for at in 0..len {
                for bit in 0..8 {
                    piece[at] ^= 1 << bit;
                    assert!(seen.insert(of(&piece)), "{len} bytes, bit {bit} of {at}");
                    piece[at] ^= 1 << bit;
                }
            }
        }
    }
}
