//! An answer is not seen before its record is durable, whichever way one waits.

use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Wake, Waker};
use std::thread;
use std::time::Duration;

use super::*;
use crate::acks::Failure;

type Answer = Pending<&'static str, Failure<&'static str>>;

#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn durable() -> Arc<Durable> {
    Arc::new(Durable::new(0))
}

#[test]
fn future_is_ready_when_its_record_is_durable_and_not_before() {
    let durable = durable();
    let mut answer: Answer = Pending::at("A-12", 16, Lent::of(&durable));
    let flag = Arc::new(Flag::default());
    let waker = Waker::from(Arc::clone(&flag));
    let mut context = Context::from_waker(&waker);
    for reached in [0, 8] {
        durable.advance(reached);
        assert!(Pin::new(&mut answer).poll(&mut context).is_pending(), "durable up to {reached} of 16");
        assert!(!answer.is_ready() && !answer.is_durable() && !flag.0.load(Ordering::SeqCst));
    }
    durable.advance(16);
    assert!(flag.0.load(Ordering::SeqCst), "woken");
    assert!(answer.is_ready() && answer.is_durable());
    assert!(matches!(Pin::new(&mut answer).poll(&mut context), Poll::Ready(Ok("A-12"))));
}

#[test]
fn blocking_returns_after_the_record_is_durable() {
    let durable = durable();
    let answer: Answer = Pending::at("A-12", 16, Lent::of(&durable));
    crate::testing::watched_scope(|scope| {
        let waiter = scope.spawn(|| {
            let seat = answer.wait();
            (seat.expect("durable"), durable.reached())
        });
        durable.advance(8);
        thread::yield_now();
        durable.advance(24);
        assert_eq!(waiter.join().expect("waiter"), ("A-12", 24));
    });
}

#[test]
fn refusal_waits_for_nothing() {
    let mut answer: Answer = Pending::refused(Failure::Refused("sold out"));
    assert!(answer.is_ready() && !answer.is_durable());
    let end = Pin::new(&mut answer).poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(end, Poll::Ready(Err(Failure::Refused("sold out")))), "{end:?}");
}

#[test]
fn broken_journal_reaches_each_way_of_waiting_with_its_cause() {
    let durable = durable();
    let queue = CompletionQueue::new(Arc::clone(&durable), 1);
    let answers = || -> Answer { Pending::at("A-12", 16, Lent::of(&durable)) };
    let (blocked, mut polled, queued) = (answers(), answers(), answers());
    queued.notify(&queue, 1).expect("room");
    let disk_gone = Error::Poisoned { cause: "disk gone".into() };
    durable.fail(disk_gone.clone());
    let mut out = Vec::new();
    assert_eq!(queue.poll(1, Duration::ZERO, &mut out), 1);
    let Poll::Ready(end) = Pin::new(&mut polled).poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("not ready after the failure");
    };
    for end in [blocked.wait(), end, out.remove(0).result] {
        let Err(Failure::Broken(broken)) = end else { panic!("ended well: {end:?}") };
        assert_eq!(broken, disk_gone);
    }
}

#[test]
fn dropped_answer_takes_nothing_back() {
    let durable = durable();
    let mut answer: Answer = Pending::at("A-12", 16, Lent::of(&durable));
    let _ = Pin::new(&mut answer).poll(&mut Context::from_waker(Waker::noop()));
    drop(answer);
    durable.advance(16);
    assert_eq!(durable.reached(), 16);
}

#[test]
#[should_panic(expected = "polled after it had given its result")]
fn polling_on_is_a_bug() {
    let mut answer: Answer = Pending::ready("A-12");
    for _ in 0..2 {
        let _ = Pin::new(&mut answer).poll(&mut Context::from_waker(Waker::noop()));
    }
}

#[test]
fn a_wait_with_a_timeout_gives_the_answer_back_and_can_be_repeated() {
    let durable = durable();
    let answer: Answer = Pending::at("A-12", 16, Lent::of(&durable));
    let answer = answer.wait_timeout(Duration::ZERO).expect_err("not durable yet");
    let answer = answer.wait_timeout(Duration::from_millis(1)).expect_err("and still not");
    crate::testing::watched_scope(|scope| {
        let waiter = scope.spawn(|| answer.wait_timeout(Duration::MAX).expect("no deadline that comes"));
        durable.advance(16);
        assert_eq!(waiter.join().expect("waiter").expect("durable"), "A-12");
    });
    let refused: Answer = Pending::refused(Failure::Refused("taken"));
    assert!(matches!(refused.wait_timeout(Duration::ZERO), Ok(Err(Failure::Refused("taken")))));
}

#[test]
fn a_wait_with_a_timeout_ends_where_waiting_means_driving_a_blocked_disk() {
    let durable = durable();
    durable.set_driver(Arc::new(|| crate::sync::Drove::Blocked));
    let answer: Answer = Pending::at("A-12", 16, Lent::of(&durable));
    let end = crate::testing::watched_scope(|scope| {
        scope.spawn(|| answer.wait_timeout(Duration::from_millis(5))).join().expect("no panic")
    });
    assert!(end.is_err(), "the disk takes nothing");
}
