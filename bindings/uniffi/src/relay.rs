//! Wake-ups on a thread of the border's own. Waking a future of another language runs that language's code; the thread
//! that writes the journal must not wait for it, whatever its garbage collector is doing. One thread for all engines of
//! the process, started with the first wake-up that needs it, asleep while there are none.

use std::pin::Pin;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};

use parking_lot::Mutex;

/// Each waiting future has at most one wake-up in here, so the futures are its bound.
static RELAY: OnceLock<Mutex<Sender<Waker>>> = OnceLock::new();

fn relay() -> &'static Mutex<Sender<Waker>> {
    RELAY.get_or_init(|| {
        let (sender, wakers) = channel::<Waker>();
        std::thread::Builder::new()
            .name("tacos-border".into())
            .spawn(move || wakers.into_iter().for_each(Waker::wake))
            .expect("the system gives the process one more thread");
        Mutex::new(sender)
    })
}

/// Hands its wake-up to the border's thread.
struct Relayed(Waker);

impl Wake for Relayed {
    fn wake(self: Arc<Self>) {
        Self::wake_by_ref(&self);
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // The thread never ends: it owns the receiver, and the sender is never dropped.
        let _ = relay().lock().send(self.0.clone());
    }
}

/// A future that is woken by the border's thread, whichever thread wakes it.
pub(crate) struct OnBorder<F>(pub(crate) F);

impl<F: Future + Unpin> Future for OnBorder<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let waker = Waker::from(Arc::new(Relayed(context.waker().clone())));
        Pin::new(&mut self.0).poll(&mut Context::from_waker(&waker))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;

    struct Tell(std::sync::mpsc::SyncSender<Option<String>>);

    impl Wake for Tell {
        fn wake(self: Arc<Self>) {
            self.0.send(std::thread::current().name().map(str::to_owned)).expect("the test waits");
        }
    }

    #[test]
    fn whoever_wakes_the_border_thread_runs() {
        let (tell, told) = sync_channel(1);
        let mut future = OnBorder(std::future::poll_fn(|context| {
            context.waker().wake_by_ref();
            Poll::<()>::Pending
        }));
        let waker = Waker::from(Arc::new(Tell(tell)));
        assert!(Pin::new(&mut future).poll(&mut Context::from_waker(&waker)).is_pending());
        assert_eq!(told.recv().expect("woken").as_deref(), Some("tacos-border"));
    }
}
