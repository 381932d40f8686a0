//! A value and what it was before, until the newest is durable: so that readers are shown only what no crash takes back, and
//! still wait for nothing.

use smallvec::SmallVec;

/// Values by the ends of their records, oldest first. All but the first have records that were not durable when the next
/// one came; how many there can be is bounded by the log buffer, which takes nothing more when the disk stands still.
#[derive(Clone, Debug)]
pub(crate) struct Versions<T>(SmallVec<[(u64, T); 1]>);

impl<T> Default for Versions<T> {
    fn default() -> Self {
        Self(SmallVec::new())
    }
}

impl<T> Versions<T> {
    /// A value whose record ends at `end`, later than all before. What `durable` makes superfluous goes.
    pub(crate) fn push(&mut self, end: u64, value: T, durable: u64) {
        self.0.push((end, value));
        let shown = self.0.iter().rposition(|(end, _)| *end <= durable).unwrap_or(0);
        self.0.drain(..shown);
    }

    /// The newest value, durable or not.
    pub(crate) fn newest(&self) -> Option<&T> {
        self.0.last().map(|(_, value)| value)
    }

    /// The newest value whose record is durable.
    pub(crate) fn durable(&self, durable: u64) -> Option<&T> {
        self.0.iter().rev().find(|(end, _)| *end <= durable).map(|(_, value)| value)
    }

    /// Where the newest value's record ends.
    pub(crate) fn end(&self) -> Option<u64> {
        self.0.last().map(|(end, _)| *end)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_newest_durable_value_is_shown_and_nothing_older_is_kept() {
        let mut versions = Versions::default();
        versions.push(10, 'a', 0);
        assert_eq!((versions.durable(9), versions.durable(10)), (None, Some(&'a')));
        versions.push(20, 'b', 10);
        versions.push(30, 'c', 10);
        assert_eq!(
            [10, 20, 30].map(|durable| versions.durable(durable)),
            [Some(&'a'), Some(&'b'), Some(&'c')]
        );
        assert_eq!(versions.newest(), Some(&'c'));
        versions.push(40, 'd', 30);
        assert_eq!(versions.0.len(), 2, "the durable one and the newest");
        assert_eq!(versions.end(), Some(40));
        versions.push(50, 'e', u64::MAX);
        assert_eq!(versions.0.len(), 1);
    }
}
