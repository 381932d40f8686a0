//! The watermark as answers borrow it while they wait.

use std::ops::Deref;
use std::sync::Arc;

use super::Durable;
use crate::sync::{CachePadded, thread_number};

/// Counts of borrowers; a power of two. Threads share one only if there are more of them.
const COUNTS: usize = 16;

/// A watermark that is borrowed, for as long as an answer waits.
#[derive(Clone)]
pub(crate) struct Lent(Arc<CachePadded<Arc<Durable>>>);

/// Lends a watermark out. The count of one [`Arc`] is a cache line that every durable write of the engine would change
/// twice, when its answer is made and when it has been waited for. Here are several, each on a line of its own, and a
/// thread takes the same one each time. An answer that another thread waits for is given back where it was taken.
pub(crate) struct Lender([Lent; COUNTS]);

impl Lent {
    /// A count of its own.
    pub(crate) fn of(durable: &Arc<Durable>) -> Self {
        // Padded, so that the counts, which stand in front of what an `Arc` holds, have their line to themselves.
        Self(Arc::new(CachePadded::new(Arc::clone(durable))))
    }

    /// True if this is the same watermark.
    pub(super) fn is_of(&self, durable: &Arc<Durable>) -> bool {
        Arc::ptr_eq(&**self.0, durable)
    }
}

impl Deref for Lent {
    type Target = Durable;

    fn deref(&self) -> &Durable {
        &self.0
    }
}

impl Lender {
    pub(crate) fn new(durable: &Arc<Durable>) -> Self {
        Self(std::array::from_fn(|_| Lent::of(durable)))
    }

    #[inline]
    pub(crate) fn lend(&self) -> Lent {
        self.0[thread_number() % COUNTS].clone()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_thread_borrows_from_one_count_and_gives_back_there() {
        let durable = Arc::new(Durable::new(0));
        let lender = Lender::new(&durable);
        let counts = || lender.0.iter().map(|lent| Arc::strong_count(&lent.0)).collect::<Vec<_>>();
        let two = (lender.lend(), lender.lend());
        assert_eq!(counts().into_iter().filter(|count| *count == 3).count(), 1, "{:?}", counts());
        assert!(two.0.is_of(&durable) && !two.1.is_of(&Arc::new(Durable::new(0))));
        durable.advance(8);
        assert_eq!(two.0.reached(), 8);
        std::thread::spawn(move || drop(two)).join().expect("dropped");
        assert_eq!(counts(), [1; COUNTS]);
        assert_eq!(Arc::strong_count(&durable), 1 + COUNTS);
    }
}
