//! What a table of an engine found out about a name ahead, kept in the id itself. The name stays what the id means:
//! what was found out is believed by the table that found it out and by no other.

use std::sync::atomic::{AtomicU32, Ordering};

/// The number of one table of one engine of this process. No other table has it, also not the table of the same
/// folder when it is opened again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TableNumber(u32);

impl TableNumber {
    /// No table's. Names that no table has prepared have it, so a table with this number would believe them.
    const NONE: u32 = 0;

    /// The next number. After four thousand million tables there is none left: later tables prepare nothing.
    pub(crate) fn next() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        // Relaxed: that no two are equal needs no order. After the last comes NONE, and stays.
        let up = |next: u32| (next != Self::NONE).then(|| next.wrapping_add(1));
        Self(NEXT.fetch_update(Ordering::Relaxed, Ordering::Relaxed, up).unwrap_or(Self::NONE))
    }
}

/// What the table with this number found out; by default nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Prepared {
    table: u32,
    found: u32,
}

impl Prepared {
    pub(crate) fn by(table: TableNumber, found: u32) -> Self {
        Self { table: table.0, found }
    }

    /// What `table` found out, if it was this one.
    #[inline]
    pub(crate) fn of(self, table: TableNumber) -> Option<u32> {
        (self.table == table.0 && self.table != TableNumber::NONE).then_some(self.found)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn only_the_table_that_prepared_believes() {
        let (one, other) = (TableNumber::next(), TableNumber::next());
        let prepared = Prepared::by(one, 7);
        assert_eq!((prepared.of(one), prepared.of(other)), (Some(7), None));
    }

    #[test]
    fn a_table_without_a_number_believes_nothing() {
        let none = TableNumber(TableNumber::NONE);
        assert_eq!(Prepared::default().of(none), None);
        assert_eq!(Prepared::by(none, 7).of(none), None);
    }
}
