//! The watermark: who is woken when, and who is not.

use std::sync::atomic::AtomicUsize;
use std::task::Wake;
use std::thread;

use super::*;

type Mark = Watermark<&'static str>;

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Count {
    fn woken(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

fn waiting_at(mark: &Mark, offset: u64) -> Arc<Count> {
    let count = Arc::new(Count::default());
    assert!(mark.poll(offset, &Waker::from(Arc::clone(&count)), &mut None).is_pending(), "at {offset}");
    count
}

fn standing(mark: &Mark) -> usize {
    mark.shards.iter().map(|shard| shard.lock().list.len()).sum()
}

#[test]
fn exactly_those_reached_are_woken_once() {
    let mark = Mark::new(10);
    let waiters: Vec<(u64, Arc<Count>)> =
        [40, 20, 30, 20].into_iter().map(|at| (at, waiting_at(&mark, at))).collect();
    for reached in [19, 20, 25, 30, 100] {
        mark.advance(reached);
        for (offset, count) in &waiters {
            assert_eq!(count.woken(), usize::from(*offset <= reached), "waiter of {offset} at {reached}");
        }
    }
    assert_eq!(standing(&mark), 0);
}

#[test]
fn looking_again_takes_no_second_place_and_the_newest_waker_counts() {
    let mark = Mark::new(0);
    let (first, second) = (Arc::new(Count::default()), Arc::new(Count::default()));
    let mut ticket = None;
    for count in [&first, &first, &second] {
        assert!(mark.poll(8, &Waker::from(Arc::clone(count)), &mut ticket).is_pending());
    }
    assert_eq!(standing(&mark), 1);
    mark.advance(8);
    assert_eq!((first.woken(), second.woken()), (0, 1));
}

#[test]
fn failure_wakes_all_and_spares_what_was_reached() {
    let mark = Mark::new(0);
    let count = waiting_at(&mark, 16);
    mark.advance(8);
    mark.fail("disk gone");
    mark.fail("second failure");
    assert_eq!(count.woken(), 1);
    assert_eq!(mark.wait(16), Err("disk gone"));
    assert_eq!(mark.wait(8), Ok(()));
}

#[test]
fn lower_offset_changes_nothing() {
    let mark = Mark::new(0);
    mark.advance(24);
    mark.advance(16);
    assert_eq!(mark.reached(), 24);
}

#[test]
fn driver_is_called_by_those_who_wait() {
    let mark = Arc::new(Mark::new(0));
    let driven = Arc::downgrade(&mark);
    mark.set_driver(Arc::new(move || {
        let mark = driven.upgrade().expect("somebody is waiting at it");
        mark.advance(mark.reached() + 8);
        Drove::All
    }));
    assert_eq!(mark.wait(24), Ok(()));
    assert_eq!(mark.reached(), 24, "no further than asked for");
    assert_eq!(mark.poll(32, Waker::noop(), &mut None), Poll::Ready(Ok(())));
}

/// A disk that takes nothing: the thread that waits sleeps between two looks, and goes on when there is room.
#[test]
fn who_waits_for_a_blocked_driver_sleeps_between_two_looks() {
    let mark = Arc::new(Mark::new(0));
    let (driven, calls) = (Arc::downgrade(&mark), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&calls);
    mark.set_driver(Arc::new(move || {
        let mark = driven.upgrade().expect("in use");
        match counted.fetch_add(1, Ordering::SeqCst) {
            0 => assert_eq!(standing(&mark), 0, "the first look comes before any sleep"),
            1 => assert_eq!(standing(&mark), 1, "it has stood in the list, as one who sleeps does"),
            _ => {
                assert_eq!(standing(&mark), 1, "and takes no second place there");
                mark.advance(8);
                return Drove::All;
            }
        }
        Drove::Blocked
    }));
    assert_eq!(mark.wait(8), Ok(()));
    assert_eq!(calls.load(Ordering::SeqCst), 3);
}

/// Nothing looks again at once for a future: it is woken by the drive that finds room, or by the failure.
#[test]
fn a_future_at_a_blocked_driver_is_woken_by_the_next_that_finds_room_and_not_before() {
    let mark = Mark::new(0);
    mark.set_driver(Arc::new(|| Drove::Blocked));
    let [room, failed] = [8, 16].map(|offset| waiting_at(&mark, offset));
    assert_eq!((room.woken(), failed.woken()), (0, 0));
    mark.advance(8);
    assert_eq!((room.woken(), failed.woken()), (1, 0));
    mark.fail("closed");
    assert_eq!((room.woken(), failed.woken()), (1, 1));
}

/// The wait at a disk that stays full is ended by the close.
#[test]
fn a_failure_ends_the_wait_for_a_blocked_driver() {
    let mark = Mark::new(0);
    mark.set_driver(Arc::new(|| Drove::Blocked));
    crate::testing::watched_scope(|scope| {
        let waiting = scope.spawn(|| mark.wait(8));
        while standing(&mark) == 0 {
            thread::yield_now();
        }
        mark.fail("closed");
        assert_eq!(waiting.join().expect("no panic"), Err("closed"));
    });
}

#[test]
fn waker_may_raise_the_mark_again() {
    struct Raise(Arc<Mark>);
    impl Wake for Raise {
        fn wake(self: Arc<Self>) {
            self.0.advance(16);
        }
    }
    let mark = Arc::new(Mark::new(0));
    let second = waiting_at(&mark, 16);
    let raise = Waker::from(Arc::new(Raise(Arc::clone(&mark))));
    assert!(mark.poll(8, &raise, &mut None).is_pending());
    mark.advance(8);
    assert_eq!(second.woken(), 1);
}

/// A lost wake-up shows as a test that hangs.
#[test]
fn blocked_threads_are_all_released() {
    const WAITS: u64 = 2_000;
    let mark = Mark::new(0);
    let asked = AtomicU64::new(0);
    crate::testing::watched_scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..WAITS {
                    let offset = asked.fetch_add(8, Ordering::SeqCst) + 8;
                    assert_eq!(mark.wait(offset), Ok(()), "offset {offset}");
                    assert!(mark.reached() >= offset, "{} < {offset}", mark.reached());
                }
            });
        }
        scope.spawn(|| {
            while mark.reached() < 4 * WAITS * 8 {
                mark.advance(asked.load(Ordering::SeqCst));
                thread::yield_now();
            }
        });
    });
    assert_eq!(standing(&mark), 0);
}
