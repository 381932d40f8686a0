//! What the tests of broken threads and disks share: work that must end, ways of waiting, and small journals.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use tacos_engine::{
    Config, Done, Driver, Engine, Error, ExternalId, Failure, Note, OpenError, Pending, RecoveryConsent,
};
use tacos_testing::storage::FaultyStorage;

/// The longest that anything here may take before it counts as standing still.
pub(crate) const BOUND: Duration = Duration::from_secs(60);

/// Runs `work` on a thread of its own and fails the test, with `what`, if it stands still.
pub(crate) fn ends<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, ended) = mpsc::channel();
    let thread = std::thread::spawn(move || drop(done.send(work())));
    match ended.recv_timeout(BOUND) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("stands still after {BOUND:?}: {what}"),
        Err(mpsc::RecvTimeoutError::Disconnected) => match thread.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(()) => unreachable!("a thread that ends well has sent its result"),
        },
    }
}

/// A configuration with the smallest files: some hundred notes go from segment to segment.
pub(crate) fn small(driver: Driver) -> Config {
    Config::default()
        .with_driver(driver)
        .with_log_buffer_bytes(64 << 10)
        .with_update_history_bytes(64 << 10)
        .with_segment_bytes(256 << 10)
        .with_reservations_max(1 << 10)
        .with_payments_max(1 << 10)
        .with_idempotency_keys_max(1 << 10)
}

pub(crate) fn open(storage: &FaultyStorage, config: Config) -> Result<Engine, OpenError> {
    let storage = Arc::new(storage.clone());
    Engine::open_storage(storage, config, RecoveryConsent::LoseNothing, |_| ()).map(|(engine, _)| engine)
}

pub(crate) fn name(text: impl AsRef<str>) -> ExternalId {
    ExternalId::new(text.as_ref()).expect("valid")
}

/// A write of so many bytes.
pub(crate) fn note(engine: &Engine, called: impl AsRef<str>, bytes: usize) -> Pending<Done> {
    engine.note(Note::new(name(called), Some(vec![7; bytes])))
}

pub(crate) fn is_poisoned<T>(result: &Result<T, Failure>) -> bool {
    matches!(result, Err(Failure::Broken(Error::Poisoned { .. })))
}

/// Counts wakes.
#[derive(Default)]
pub(crate) struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Woken {
    pub(crate) fn times(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// A future that has been polled once.
pub(crate) struct Polled<T>(Pending<T>, pub Arc<Woken>);

impl<T> Polled<T> {
    pub(crate) fn new(mut pending: Pending<T>) -> Self {
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let first = std::pin::Pin::new(&mut pending).poll(&mut Context::from_waker(&waker));
        assert!(first.is_pending(), "nothing is durable yet");
        Self(pending, woken)
    }

    pub(crate) fn result(mut self) -> Result<T, Failure> {
        match std::pin::Pin::new(&mut self.0).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => result,
            Poll::Pending => panic!("woken for nothing"),
        }
    }
}
