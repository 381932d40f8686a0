//! Each accepted answer comes out exactly once, not before its record is durable.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use proptest::prelude::*;

use super::*;
use crate::acks::{Failure, Lent};

type Queue = CompletionQueue<u64, Failure<&'static str>>;
type Answer = Pending<u64, Failure<&'static str>>;

/// Longer than any test: a poll that should wait for this long is a test that hangs.
const LONG: Duration = Duration::from_secs(3_600);

fn queue(capacity: usize) -> (Arc<Durable>, Queue) {
    let durable = Arc::new(Durable::new(0));
    (Arc::clone(&durable), CompletionQueue::new(durable, capacity))
}

fn tags(queue: &Queue, max: usize, timeout: Duration) -> Vec<u64> {
    let mut out = Vec::new();
    let taken = queue.poll(max, timeout, &mut out);
    assert_eq!(taken, out.len());
    out.into_iter().map(|completion| completion.tag).collect()
}

fn submit(queue: &Queue, durable: &Arc<Durable>, offset: u64) -> Result<(), Reason> {
    Answer::at(offset, offset, Lent::of(durable)).notify(queue, offset).map_err(|refused| refused.reason)
}

#[test]
fn answers_come_out_when_durable_and_once() {
    let (durable, queue) = queue(8);
    for offset in [16, 8, 24] {
        assert_eq!(submit(&queue, &durable, offset), Ok(()));
    }
    assert_eq!(tags(&queue, 8, Duration::ZERO), []);
    durable.advance(16);
    let mut first = tags(&queue, 8, LONG);
    first.sort_unstable();
    assert_eq!(first, [8, 16]);
    durable.advance(24);
    assert_eq!(tags(&queue, 8, LONG), [24]);
    assert_eq!((tags(&queue, 8, Duration::ZERO), queue.in_flight()), (vec![], 0));
}

#[test]
fn refusal_and_ready_answer_come_out_at_once() {
    let (_, queue) = queue(2);
    Answer::refused(Failure::Refused("sold out")).notify(&queue, 1).expect("room");
    Answer::ready(5).notify(&queue, 2).expect("room");
    let mut out = Vec::new();
    assert_eq!(queue.poll(8, LONG, &mut out), 2);
    assert!(matches!(out[0], Completion { tag: 1, result: Err(Failure::Refused("sold out")) }), "{out:?}");
    assert!(matches!(out[1], Completion { tag: 2, result: Ok(5) }), "{out:?}");
}

#[test]
fn full_closed_and_foreign_give_the_answer_back() {
    let (durable, queue) = queue(1);
    assert_eq!(submit(&queue, &Arc::new(Durable::new(0)), 8), Err(Reason::OtherEngine));
    assert_eq!(submit(&queue, &durable, 8), Ok(()));
    let refused =
        Answer::at(16, 16, Lent::of(&durable)).notify(&queue, 16).expect_err("one in flight of one");
    assert_eq!(refused.reason, Reason::Full);
    durable.advance(16);
    assert_eq!(refused.pending.wait().expect("durable"), 16, "given back whole");
    queue.close();
    assert_eq!(submit(&queue, &durable, 24), Err(Reason::Closed));
    assert_eq!(tags(&queue, 1, LONG), [8], "what was in flight comes out after closing");
    assert_eq!(tags(&queue, 1, LONG), [], "and then nothing waits");
}

#[test]
fn answers_of_a_driven_engine_are_written_when_handed_in() {
    let (durable, queue) = queue(4);
    let driven = Arc::downgrade(&durable);
    durable.set_driver(Arc::new(move || {
        driven.upgrade().expect("in use").advance(64);
        crate::sync::Drove::All
    }));
    assert_eq!(submit(&queue, &durable, 64), Ok(()));
    assert_eq!(tags(&queue, 4, LONG), [64]);
}

/// Values of failed writes are dropped with no lock held: a drop may be code of callers, which asks the queue.
#[test]
fn a_value_that_is_lost_may_ask_its_queue() {
    struct Asks(CompletionQueue<Asks, Failure<&'static str>>);
    impl Drop for Asks {
        fn drop(&mut self) {
            assert_eq!(self.0.capacity(), 4);
            self.0.in_flight();
        }
    }
    crate::testing::watched("a drop that asks its queue", 60, || {
        let durable = Arc::new(Durable::new(0));
        let queue = CompletionQueue::new(Arc::clone(&durable), 4);
        let answer = Pending::at(Asks(queue.clone()), 8, Lent::of(&durable));
        answer.notify(&queue, 1).expect("room");
        durable.fail(Error::Closed);
        let mut out = Vec::new();
        assert_eq!(queue.poll(4, LONG, &mut out), 1);
        assert!(out[0].result.is_err());
    });
}

#[test]
fn closing_wakes_every_sleeper() {
    let (_, queue) = queue(1);
    crate::testing::watched_scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| while !queue.is_closed() || !tags(&queue, 1, LONG).is_empty() {});
        }
        thread::yield_now();
        queue.close();
    });
}

proptest! {
    #[test]
    fn queue_is_a_list_of_what_is_due(
        steps in prop::collection::vec((0u8..3, 1u64..64), 1..150),
        capacity in 1usize..20,
    ) {
        let (durable, queue) = queue(capacity);
        let mut model: Vec<u64> = Vec::new();
        for (step, number) in steps {
            match step {
                0 => {
                    let expected = if model.len() < capacity { Ok(()) } else { Err(Reason::Full) };
                    let offset = durable.reached() + number;
                    prop_assert_eq!(submit(&queue, &durable, offset), expected);
                    model.extend(expected.map(|()| offset));
                }
                1 => durable.advance(durable.reached() + number / 8),
                _ => {
                    let max = usize::try_from(number / 8).expect("small");
                    let due = model.iter().filter(|offset| **offset <= durable.reached()).count();
                    let out = tags(&queue, max, Duration::ZERO);
                    prop_assert_eq!(out.len(), due.min(max));
                    for offset in out {
                        prop_assert!(offset <= durable.reached(), "{} before {}", offset, durable.reached());
                        let at = model.iter().position(|waiting| *waiting == offset);
                        model.swap_remove(at.expect("accepted once, out once"));
                    }
                }
            }
            prop_assert_eq!(queue.in_flight(), model.len());
        }
    }
}

/// A lost wake-up shows as a test that hangs.
#[test]
fn many_submitters_and_pollers_lose_nothing() {
    const SUBMITTERS: u64 = 3;
    const EACH: u64 = 5_000;
    const ALL: u64 = SUBMITTERS * EACH;
    let (durable, queue) = queue(64);
    let next = AtomicU64::new(0);
    let mut all: Vec<u64> = crate::testing::watched_scope(|scope| {
        let submitters: Vec<_> = (0..SUBMITTERS)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..EACH {
                        let offset = next.fetch_add(1, Ordering::SeqCst) + 1;
                        while submit(&queue, &durable, offset).is_err() {
                            thread::yield_now();
                        }
                    }
                })
            })
            .collect();
        let pollers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = Vec::new();
                    while !queue.is_closed() || queue.in_flight() > 0 {
                        seen.extend(tags(&queue, 7, LONG));
                    }
                    seen
                })
            })
            .collect();
        scope.spawn(|| {
            while durable.reached() < ALL {
                durable.advance(next.load(Ordering::SeqCst));
                thread::yield_now();
            }
        });
        for submitter in submitters {
            submitter.join().expect("submitter");
        }
        queue.close();
        pollers.into_iter().flat_map(|poller| poller.join().expect("poller")).collect()
    });
    all.sort_unstable();
    assert_eq!(all, (1..=ALL).collect::<Vec<_>>());
}
