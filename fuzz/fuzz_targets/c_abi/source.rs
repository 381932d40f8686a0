//! Bytes as choices. When they are used up every choice is zero.

/// The rest of an input.
pub struct Source<'a>(&'a [u8]);

impl<'a> Source<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte()) % bound
    }

    /// One choice in sixteen, so that most of an input does what it should.
    pub fn seldom(&mut self) -> bool {
        self.byte() >= 0xf0
    }

    pub fn word(&mut self) -> u32 {
        u32::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    /// Small most of the time; else of any size.
    pub fn number(&mut self) -> u64 {
        match self.byte() {
            0xff => u64::MAX,
            0xfe => u64::from(self.word()) << 32 | u64::from(self.word()),
            0xfd => u64::from(self.word()),
            small => u64::from(small),
        }
    }

    /// As [`Source::number`], in 32 bits.
    pub fn small(&mut self) -> u32 {
        match self.byte() {
            0xff => u32::MAX,
            0xfe => self.word(),
            small => small.into(),
        }
    }

    /// A yes or no, or seldom neither.
    pub fn flag(&mut self) -> u32 {
        match self.byte() {
            0xff => 2,
            other => u32::from(other & 1),
        }
    }

    pub fn bytes(&mut self) -> Vec<u8> {
        let length = self.below(48).min(self.0.len());
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken.to_vec()
    }
}
