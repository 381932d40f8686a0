//! One wake-up for many answers. The journal's thread wakes the call of every answer that has become durable; with a
//! runtime of one thread each of these would be a system call, although the first of them has woken the thread. So
//! another thread only notes which calls are to be woken, and rings once; the runtime's own thread wakes them.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::thread::ThreadId;

use parking_lot::Mutex;
use tokio::sync::Notify;

/// The bell of a runtime with one thread.
pub(crate) struct Bell {
    thread: ThreadId,
    due: Mutex<Vec<Waker>>,
    rung: Notify,
}

/// Wakes a call by way of the bell.
struct ByBell {
    bell: Arc<Bell>,
    call: Waker,
}

impl Bell {
    /// That of a runtime whose thread this is.
    pub(crate) fn of(thread: ThreadId) -> Arc<Self> {
        Arc::new(Self { thread, due: Mutex::default(), rung: Notify::new() })
    }

    /// Wakes the calls that are due, whenever the bell was rung; without an end.
    pub(crate) async fn answer(&self) {
        let mut due = Vec::new();
        loop {
            self.rung.notified().await;
            std::mem::swap(&mut due, &mut *self.due.lock());
            due.drain(..).for_each(Waker::wake);
        }
    }

    fn ring(&self, call: Waker) {
        let mut due = self.due.lock();
        due.push(call);
        let is_first = due.len() == 1;
        drop(due);
        // A second call is taken along: the list is taken after this ring, and whole.
        if is_first {
            self.rung.notify_one();
        }
    }
}

impl Wake for ByBell {
    fn wake(self: Arc<Self>) {
        if std::thread::current().id() == self.bell.thread {
            self.call.wake_by_ref();
        } else {
            self.bell.ring(self.call.clone());
        }
    }
}

/// The future, woken by way of the bell if there is one.
pub(crate) async fn by_bell<F: Future>(bell: Option<Arc<Bell>>, future: F) -> F::Output {
    let Some(bell) = bell else { return future.await };
    let mut future = pin!(future);
    let mut known: Option<(Waker, Waker)> = None;
    poll_fn(|context| {
        let ours = match &known {
            Some((theirs, ours)) if theirs.will_wake(context.waker()) => ours,
            _ => {
                let call = context.waker().clone();
                let ours = Waker::from(Arc::new(ByBell { bell: Arc::clone(&bell), call: call.clone() }));
                &known.insert((call, ours)).1
            }
        };
        future.as_mut().poll(&mut std::task::Context::from_waker(ours))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Context;

    const CALLS: usize = 1_000;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::AcqRel);
        }
    }

    fn count(woken: &Woken) -> usize {
        woken.0.load(Ordering::Acquire)
    }

    /// Calls that wait, and the wakers that they gave away.
    async fn waits(given: Arc<Mutex<Vec<Waker>>>) {
        poll_fn(|context| {
            given.lock().push(context.waker().clone());
            std::task::Poll::<()>::Pending
        })
        .await;
    }

    #[test]
    fn many_answers_of_another_thread_ring_once_and_none_is_lost() {
        let bell = Bell::of(std::thread::current().id());
        let (thread, calls) = (Arc::new(Woken::default()), Arc::new(Woken::default()));
        let (of_thread, of_calls) = (Waker::from(Arc::clone(&thread)), Waker::from(Arc::clone(&calls)));
        let mut answering = pin!(bell.answer());
        assert!(answering.as_mut().poll(&mut Context::from_waker(&of_thread)).is_pending());
        let given = Arc::default();
        let mut waiting = pin!(by_bell(Some(Arc::clone(&bell)), waits(Arc::clone(&given))));
        for round in 1..=3 {
            for _ in 0..CALLS {
                assert!(waiting.as_mut().poll(&mut Context::from_waker(&of_calls)).is_pending());
            }
            let given = std::mem::take(&mut *given.lock());
            assert_eq!(given.len(), CALLS);
            std::thread::spawn(move || given.into_iter().for_each(Waker::wake)).join().expect("no panic");
            assert_eq!((count(&thread), count(&calls)), (round, (round - 1) * CALLS));
            assert!(answering.as_mut().poll(&mut Context::from_waker(&of_thread)).is_pending());
            assert_eq!((count(&thread), count(&calls)), (round, round * CALLS));
        }
    }

    #[test]
    fn answers_of_the_runtimes_own_thread_need_no_bell() {
        let bell = Bell::of(std::thread::current().id());
        let (calls, given) = (Arc::new(Woken::default()), Arc::default());
        let of_calls = Waker::from(Arc::clone(&calls));
        let mut waiting = pin!(by_bell(Some(Arc::clone(&bell)), waits(Arc::clone(&given))));
        assert!(waiting.as_mut().poll(&mut Context::from_waker(&of_calls)).is_pending());
        given.lock().drain(..).for_each(Waker::wake);
        assert_eq!(count(&calls), 1);
        assert!(bell.due.lock().is_empty());
    }

    #[test]
    fn no_call_is_lost_between_rings() {
        const THREADS: usize = 4;
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let bell = Bell::of(std::thread::current().id());
            let answering = Arc::clone(&bell);
            tokio::spawn(async move { answering.answer().await });
            let mut calls = tokio::task::JoinSet::new();
            let mut say: [Vec<tokio::sync::oneshot::Sender<()>>; THREADS] = Default::default();
            for number in 0..10 * CALLS {
                let (send, answer) = tokio::sync::oneshot::channel();
                say[number % THREADS].push(send);
                calls.spawn(by_bell(Some(Arc::clone(&bell)), answer));
            }
            for say in say {
                std::thread::spawn(move || say.into_iter().for_each(|say| say.send(()).expect("it waits")));
            }
            // It hangs if one is lost.
            while let Some(call) = calls.join_next().await {
                call.expect("no panic").expect("an answer");
            }
        });
    }
}
