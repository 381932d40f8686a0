//! Claim: every write returns at once, and its answer can be waited for by blocking, by `.await` on any runtime, or by a
//! completion queue. Batches answer in order; dropping an answer takes nothing back; `close` drains.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use crate::common::*;
use tacos_engine::{
    Caller, Command, Durability, Engine, Error, Failure, NotAccepted, Reason, Refusal, Reply, Reserve,
};

/// The smallest runtime there is: parks the thread until the future is woken.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let (mut future, mut context) = (pin!(future), Context::from_waker(&waker));
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park_timeout(PATIENCE),
        }
    }
}

fn folder_engine() -> (tempfile::TempDir, Engine) {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = open_folder(folder.path(), config());
    open_sale(&engine, house(10, 100));
    (folder, engine)
}

#[test]
fn by_blocking_by_await_and_by_queue() {
    let (_folder, engine) = folder_engine();
    let command = |who: &str| Reserve::new(event(), user(who), best(1));
    let blocked = engine.reserve(command("a")).wait().expect("held");
    let awaited = block_on(async {
        let first = engine.reserve(command("b")).await?;
        let second = engine.confirm(confirm_command(first.id)).await?;
        Ok::<_, Failure>((first, second))
    })
    .expect("held and sold");
    assert_eq!(awaited.0.id, awaited.1.id);
    let queue = engine.completion_queue(16);
    for tag in 0..10 {
        engine.reserve(command("c")).notify(&queue, tag).expect("room in the queue");
    }
    engine.reserve(Reserve::new(event(), user("c"), best(99))).notify(&queue, 10).expect("room");
    let mut out = Vec::new();
    until("eleven answers", || {
        queue.poll(100, Duration::from_secs(1), &mut out);
        out.len() == 11
    });
    out.sort_by_key(|completion| completion.tag);
    assert!(out[..10].iter().all(|completion| completion.result.is_ok()));
    assert!(matches!(&out[10].result, Err(Failure::Refused(Refusal::Invalid(_)))), "refusals come out too");
    assert_eq!(queue.in_flight(), 0);
    let known = engine.reservation(&blocked.id.into(), &Caller::Operator);
    assert_eq!(block_on(known).expect("known").id, blocked.id, "reads too");
}

#[test]
fn a_refusal_waits_for_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    // Turned by hand: nothing is written before somebody waits for it.
    let engine = open_folder(folder.path(), by_hand(&clock()));
    open_sale(&engine, house(2, 10));
    let pending = engine.reserve(Reserve::new(event(), user("kim"), best(99)));
    assert!(pending.is_ready() && !pending.is_durable());
    let taken = engine.reserve(Reserve::new(event(), user("kim"), best(1)));
    assert!(!taken.is_ready(), "a success waits for the disk");
    taken.wait().expect("held");
    let (engine, _) = small_sale();
    let taken = engine.reserve(Reserve::new(event(), user("kim"), best(1)));
    assert!(taken.is_ready(), "in memory nobody waits");
}

#[test]
fn a_full_or_foreign_or_closed_queue_gives_the_answer_back() {
    let ((engine, _), (other, _)) = (small_sale(), small_sale());
    let queue = engine.completion_queue(1);
    let reserve = |engine: &Engine| engine.reserve(Reserve::new(event(), user("kim"), best(1)));
    let why = |offered: Result<(), NotAccepted<_, Failure>>| {
        let NotAccepted { pending, reason } = offered.expect_err("not accepted");
        let answered: Result<tacos_engine::Reserved, Failure> = pending.wait();
        answered.expect("the answer is not lost");
        reason
    };
    reserve(&engine).notify(&queue, 1).expect("room");
    assert_eq!(why(reserve(&engine).notify(&queue, 2)), Reason::Full);
    assert_eq!(why(reserve(&other).notify(&queue, 3)), Reason::OtherEngine);
    queue.close();
    assert_eq!(why(reserve(&engine).notify(&queue, 4)), Reason::Closed);
    let mut out = Vec::new();
    assert_eq!(queue.poll(10, Duration::ZERO, &mut out), 1, "what was accepted still comes out");
}

#[test]
fn a_batch_answers_under_its_tags_in_order() {
    let (_folder, engine) = folder_engine();
    let commands: Vec<Command> = (0..50)
        .map(|number| {
            Command::Reserve(Box::new(Reserve::new(
                event(),
                user("kim"),
                best(if number == 7 { 99 } else { 1 }),
            )))
        })
        .collect();
    let queue = engine.completion_queue::<Reply>(40);
    assert_eq!(engine.submit_batch(&commands, &queue, 1_000), 40, "as many as the queue has room for");
    let mut out = Vec::new();
    until("forty answers", || {
        queue.poll(100, Duration::from_secs(1), &mut out);
        out.len() == 40
    });
    out.sort_by_key(|completion| completion.tag);
    for (tag, completion) in (1_000..).zip(&out) {
        assert_eq!(completion.tag, tag);
        let Ok(Reply::Reserved(held)) = &completion.result else {
            assert_eq!(tag, 1_007, "{completion:?}");
            continue;
        };
        // Commands of a batch are carried out one after the other: the best seat that was left each time.
        let seat = u32::try_from(tag - 1_000 - u64::from(tag > 1_007)).expect("small");
        assert_eq!(held.places[0].bits(), seat);
    }
    assert_eq!(engine.submit_batch(&commands[40..], &queue, 2_000), 10);
}

#[test]
fn dropping_an_answer_takes_nothing_back() {
    let (folder, engine) = folder_engine();
    for _ in 0..5 {
        drop(engine.reserve(Reserve::new(event(), user("kim"), best(1))));
    }
    engine.close().expect("closed");
    drop(engine);
    let engine = open_folder(folder.path(), config());
    assert_eq!(engine.counts(&event()).expect("known").reserved, 5);
}

/// Writes go on from many threads while the engine closes: each is either durable or refused, and none hangs.
#[test]
fn close_drains_what_was_taken_and_refuses_the_rest() {
    let (folder, engine) = folder_engine();
    let kept = together(THREADS + 1, |thread| {
        if thread == THREADS {
            until("some writes", || engine.status().commands.0 > 50);
            engine.close().expect("closed");
            return Vec::new();
        }
        let mut kept = Vec::new();
        loop {
            match engine.reserve(Reserve::new(event(), user("kim"), best(1))).wait() {
                Ok(held) => kept.push(held.id),
                Err(Failure::Broken(Error::Closed)) => return kept,
                Err(Failure::Refused(Refusal::Insufficient { .. })) => return kept,
                other => panic!("{other:?}"),
            }
        }
    });
    engine.close().expect("closing twice is closing once");
    assert_eq!(
        engine.reserve(Reserve::new(event(), user("kim"), best(1))).wait(),
        Err(Failure::Broken(Error::Closed))
    );
    assert!(engine.counts(&event()).is_ok(), "reads go on");
    drop(engine);
    let engine = open_folder(folder.path(), config());
    for id in kept.into_iter().flatten() {
        engine.reservation(&id.into(), &Caller::Operator).wait().expect("what was acknowledged is there");
    }
}

#[test]
fn the_weaker_setting_answers_before_the_sync_and_loses_nothing_at_closing() {
    let folder = tempfile::tempdir().expect("a folder");
    let relaxed = || config().with_durability(Durability::Relaxed { sync_every: Duration::from_millis(100) });
    let engine = open_folder(folder.path(), relaxed());
    open_sale(&engine, house(10, 100));
    let ids: Vec<_> = (0..500).map(|_| reserve(&engine, "kim", best(1)).expect("held").id).collect();
    engine.close().expect("closed");
    drop(engine);
    let engine = open_folder(folder.path(), relaxed());
    for id in ids {
        engine.reservation(&id.into(), &Caller::Operator).wait().expect("there");
    }
}
