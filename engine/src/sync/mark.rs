//! A mark that only rises: the moment up to which readers were shown deadlines as passed, for writers whose look at the
//! clock is older. Knows nothing of what the numbers mean.

use super::atomic::{AtomicU64, Ordering, fence};

/// Of a reader that raises the mark and then reads a [`Status`](super::Status), and a writer that owns that status and
/// then reads the mark, at least one sees the other.
#[derive(Debug, Default)]
pub(crate) struct Mark(AtomicU64);

impl Mark {
    /// By a reader, before it reads the slot (again).
    pub(crate) fn raise(&self, to: u64) {
        self.0.fetch_max(to, Ordering::Relaxed);
        // SeqCst: pairs with the fence in `load_after_acquire`. Whichever fence comes second, the load behind it sees
        // what was written before the first.
        fence(Ordering::SeqCst);
    }

    /// The mark as it is now: for a thread that owns nothing yet, and loads it again after it does.
    pub(crate) fn peek(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// By a writer, after it owns the slot.
    pub(crate) fn load_after_acquire(&self) -> u64 {
        // SeqCst: pairs with the fence in `raise`.
        fence(Ordering::SeqCst);
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn it_only_rises() {
        let mark = Mark::default();
        mark.raise(7);
        mark.raise(3);
        assert_eq!(mark.load_after_acquire(), 7);
    }
}

#[cfg(all(test, loom))]
mod loom_tests {
    use super::super::Status;
    use super::*;
    use loom::sync::Arc;
    use loom::thread;

    const PENDING: u8 = 1;
    const CONFIRMED: u8 = 2;
    const DEADLINE: u64 = 10;

    #[test]
    fn loom_mark_nobody_is_told_and_then_contradicted() {
        loom::model(|| {
            let shared = Arc::new((Status::default(), Mark::default()));
            shared.0.own(|_| true).expect("nobody else").commit(PENDING);
            let writer = Arc::clone(&shared);
            let handle = thread::spawn(move || {
                // It looked at the clock before the deadline.
                let owned = writer.0.own(|seen| seen.state == PENDING).expect("pending");
                if writer.1.load_after_acquire() < DEADLINE {
                    owned.commit(CONFIRMED);
                }
            });
            shared.1.raise(DEADLINE);
            let told_expired = shared.0.read(|seen| seen.state == PENDING);
            handle.join().expect("writer");
            let confirmed = shared.0.peek().state == CONFIRMED;
            assert!(told_expired != confirmed, "told {told_expired}, confirmed {confirmed}");
        });
    }
}
