//! Remembers that a search came back with nothing, so that the next one need not repeat it: until some place comes
//! back on sale, what was not there stays not there. Does not search.

use crate::sync::atomic::{AtomicU64, Ordering};

const QUANTITY_BITS: u32 = 7;
const AVAILABLE_BITS: u32 = 22;
const AVAILABLE_MAX: u64 = (1 << AVAILABLE_BITS) - 1;

/// Kinds of search that differ in what they find.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) side_by_side: bool,
    pub(super) with_accessible: bool,
}

impl Kind {
    fn index(self) -> usize {
        usize::from(self.side_by_side) * 2 + usize::from(self.with_accessible)
    }
}

/// For the event and each of its sections, and each kind of search, the smallest quantity that was not found, how
/// many were free at all, and the number of returns at which that was true.
#[derive(Debug)]
pub(super) struct Certificates(Box<[[AtomicU64; 4]]>);

impl Certificates {
    pub(super) fn new(sections: usize) -> Self {
        Self((0..=sections).map(|_| std::array::from_fn(|_| AtomicU64::new(0))).collect())
    }

    /// If `quantity` was not found since the last return: how many there were at most.
    pub(super) fn refuses(
        &self,
        section: Option<u16>,
        kind: Kind,
        quantity: u32,
        returns: u64,
    ) -> Option<u32> {
        // Acquire: pairs with the Release in `note`; the claims that made the search fail are visible.
        let word = self.slot(section, kind).load(Ordering::Acquire);
        let (at, least) = (word >> (AVAILABLE_BITS + QUANTITY_BITS), word & ((1 << QUANTITY_BITS) - 1));
        let current = at != 0 && at == clip(returns);
        let available = u32::try_from((word >> QUANTITY_BITS) & AVAILABLE_MAX).expect("22 bits");
        (current && u64::from(quantity) >= least).then_some(available)
    }

    /// Notes that `quantity` was not to be had at a moment when the number of returns was `returns`.
    pub(super) fn note(&self, section: Option<u16>, kind: Kind, quantity: u32, available: u32, returns: u64) {
        // A smaller quantity noted by another caller for the same number of returns may be lost: one more search.
        let available = u64::from(available).min(AVAILABLE_MAX);
        let word = (((clip(returns) << AVAILABLE_BITS) | available) << QUANTITY_BITS) | u64::from(quantity);
        self.slot(section, kind).store(word, Ordering::Release);
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.0)
    }

    fn slot(&self, section: Option<u16>, kind: Kind) -> &AtomicU64 {
        &self.0[section.map_or(0, |section| usize::from(section) + 1)][kind.index()]
    }
}

/// The part of the number of returns that fits: 35 bits, 34 thousand million returns until it comes round.
fn clip(returns: u64) -> u64 {
    returns & ((1 << (64 - AVAILABLE_BITS - QUANTITY_BITS)) - 1)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_return_ends_every_certificate() {
        let certificates = Certificates::new(1);
        let kind = Kind { side_by_side: true, with_accessible: false };
        certificates.note(Some(0), kind, 4, 9, 7);
        assert_eq!(certificates.refuses(Some(0), kind, 5, 7), Some(9));
        assert_eq!(certificates.refuses(Some(0), kind, 3, 7), None, "three may still be there");
        assert_eq!(certificates.refuses(Some(0), kind, 4, 8), None, "something came back");
        assert_eq!(certificates.refuses(None, kind, 4, 7), None, "another scope");
        assert_eq!(certificates.refuses(Some(0), Kind { with_accessible: true, ..kind }, 4, 7), None);
    }
}
