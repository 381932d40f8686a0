//! The order in which one thread may take the engine's locks, and its check in debug builds: a thread that takes a lock
//! while it holds one of the same or a higher rank panics and names both. So a circle of waiting threads is found by
//! the first thread that goes the wrong way, whether or not another one meets it. Costs nothing in release builds, and
//! nothing is checked under loom and shuttle, whose threads share one real thread. `ARCHITECTURE.md` has the list too.

macro_rules! ranks {
    ($($rank:ident = $name:literal,)*) => {
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "named as the constants made of it")]
        #[repr(u8)]
        enum Order { $($rank),* }
        $(pub(crate) const $rank: u8 = Order::$rank as u8;)*
        /// What each rank is called, lowest first.
        const NAMES: &[&str] = &[$($name),*];
    };
}

ranks! {
    THREADS = "the engine's threads",
    OWN_THREADS = "which threads are the engine's",
    SNAPSHOT = "one snapshot at a time",
    SNAPSHOT_VIEW = "the snapshots' journal",
    CREATING = "the creation of an event",
    OPERATOR = "an event's operator",
    BATCH = "a batch of due holds",
    RESTORING = "the restoring of seats",
    NOTES = "the notes",
    LINE_ROOM = "a pre-sale room",
    LINE_SESSIONS = "a line's sessions",
    LINE_USERS = "a line's users",
    LINE_FINISHED = "a line's finished tickets",
    LINE_TIMERS = "the lines' timers",
    TIMERS = "a wheel",
    PAYMENT = "a payment's facts",
    ANSWERS = "remembered answers",
    USERS = "users",
    OUTBOX = "the outbox",
    SECRETS = "a pool of random words",
    WRITER = "the shared writer",
    RETENTION = "files to be removed",
    CATALOG = "the catalog of journal files",
    SEGMENT_RETRIES = "retries of the next segment",
    LAST_RETRY = "the last retry",
    COMPLETIONS = "a completion queue",
    WAITERS = "waiters at a watermark",
    PARKER = "a sleeping thread",
}

#[cfg(any(test, feature = "testing"))]
pub(crate) use check::report;
/// What a rank is called.
pub(crate) fn name(rank: u8) -> &'static str {
    NAMES[usize::from(rank)]
}

pub(crate) use check::{Held, LockRequest, assert_none_held};

#[cfg(not(all(debug_assertions, not(any(loom, shuttle)))))]
mod check {
    /// A lock that is held.
    pub(crate) struct Held;

    /// A lock that is waited for.
    pub(crate) struct LockRequest;

    impl LockRequest {
        #[inline(always)]
        pub(crate) fn lock(_rank: u8) -> Self {
            Self
        }

        #[inline(always)]
        pub(crate) fn had(self) -> Held {
            Held
        }
    }

    impl Held {
        #[inline(always)]
        pub(crate) fn at_once(_rank: u8) -> Self {
            Self
        }
    }

    #[inline(always)]
    pub(crate) fn assert_none_held(_doing: &str) {}

    /// What each thread holds and waits for: known in debug builds only.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn report() -> Vec<String> {
        vec!["locks are known in debug builds only".to_owned()]
    }
}

#[cfg(all(debug_assertions, not(any(loom, shuttle))))]
mod check {
    use std::sync::atomic::{AtomicU8, Ordering};
    use std::sync::{Arc, Mutex, PoisonError, Weak};

    use super::name;

    const DEPTH_MAX: usize = 16;
    const NONE: u8 = u8::MAX;

    /// The locks of one thread. Written by that thread, read by a watchdog: an instant's picture is all it needs, so
    /// every access is Relaxed.
    struct Locks {
        #[cfg_attr(
            not(any(test, feature = "testing")),
            allow(dead_code, reason = "only a report names threads")
        )]
        thread: String,
        held: [AtomicU8; DEPTH_MAX],
        wanted: AtomicU8,
    }

    static THREADS: Mutex<Vec<Weak<Locks>>> = Mutex::new(Vec::new());

    thread_local! {
        static MINE: Arc<Locks> = Locks::register();
    }

    impl Locks {
        fn register() -> Arc<Self> {
            let thread = std::thread::current();
            let locks = Arc::new(Self {
                thread: thread.name().map_or_else(|| format!("{:?}", thread.id()), str::to_owned),
                held: [const { AtomicU8::new(NONE) }; DEPTH_MAX],
                wanted: AtomicU8::new(NONE),
            });
            let mut threads = THREADS.lock().unwrap_or_else(PoisonError::into_inner);
            threads.retain(|known| known.strong_count() > 0);
            threads.push(Arc::downgrade(&locks));
            locks
        }

        fn held(&self) -> impl Iterator<Item = u8> {
            self.held.iter().map(|rank| rank.load(Ordering::Relaxed)).filter(|rank| *rank != NONE)
        }

        fn put(&self, rank: u8) {
            let free = self.held.iter().find(|held| held.load(Ordering::Relaxed) == NONE);
            free.unwrap_or_else(|| panic!("{DEPTH_MAX} locks are held by one thread: {:?}", self.names()))
                .store(rank, Ordering::Relaxed);
        }

        fn take(&self, rank: u8) {
            let held = self.held.iter().find(|held| held.load(Ordering::Relaxed) == rank);
            held.expect("a lock that is given back was held").store(NONE, Ordering::Relaxed);
        }

        fn names(&self) -> Vec<&'static str> {
            self.held().map(name).collect()
        }
    }

    /// Runs `f` with this thread's locks; while a thread ends and its locals are gone nothing is checked.
    fn with_mine(f: impl FnOnce(&Locks)) {
        let _ = MINE.try_with(|mine| f(mine));
    }

    /// A lock that is held.
    pub(crate) struct Held(u8);

    /// A lock that is waited for.
    pub(crate) struct LockRequest(u8);

    impl LockRequest {
        /// Before a lock of this rank is waited for.
        pub(crate) fn lock(rank: u8) -> Self {
            with_mine(|mine| {
                if let Some(held) = mine.held().find(|held| *held >= rank) {
                    panic!("lock order: {:?} is taken while {:?} is held", name(rank), name(held));
                }
                mine.wanted.store(rank, Ordering::Relaxed);
            });
            Self(rank)
        }

        /// The lock was taken.
        pub(crate) fn had(self) -> Held {
            with_mine(|mine| mine.wanted.store(NONE, Ordering::Relaxed));
            Held::at_once(self.0)
        }
    }

    impl Held {
        /// A lock that was taken without waiting, so that its rank does not matter.
        pub(crate) fn at_once(rank: u8) -> Self {
            with_mine(|mine| mine.put(rank));
            Self(rank)
        }
    }

    impl Drop for Held {
        fn drop(&mut self) {
            with_mine(|mine| mine.take(self.0));
        }
    }

    /// Panics if this thread holds a lock of the engine: `doing` runs code of callers, which may ask for any.
    pub(crate) fn assert_none_held(doing: &str) {
        with_mine(|mine| {
            let held = mine.names();
            assert!(held.is_empty(), "lock order: {doing} runs while {held:?} is held");
        });
    }

    /// What each thread holds and waits for, a line each; threads with nothing are left out.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn report() -> Vec<String> {
        let threads = THREADS.lock().unwrap_or_else(PoisonError::into_inner);
        let busy = threads.iter().filter_map(Weak::upgrade).filter_map(|locks| {
            let (held, wanted) = (locks.names(), locks.wanted.load(Ordering::Relaxed));
            let waits = if wanted == NONE { "no lock" } else { name(wanted) };
            let idle = held.is_empty() && wanted == NONE;
            (!idle).then(|| format!("thread {:?} holds {held:?} and waits for {waits:?}", locks.thread))
        });
        busy.collect()
    }
}

#[cfg(all(test, debug_assertions, not(any(loom, shuttle))))]
mod tests {
    use super::{BATCH, NAMES, OPERATOR, PARKER, assert_none_held, report};
    use crate::sync::{Mutex, RwLock};

    #[test]
    #[should_panic(
        expected = r#"lock order: "an event's operator" is taken while "a batch of due holds" is held"#
    )]
    fn a_circle_of_two_locks_is_found_without_being_met() {
        let (operator, batch) = (Mutex::<(), OPERATOR>::default(), Mutex::<(), BATCH>::default());
        {
            let _right_way = operator.lock();
            let _batch = batch.lock();
        }
        let _wrong_way = batch.lock();
        let _operator = operator.lock();
    }

    #[test]
    #[should_panic(expected = "lock order")]
    fn two_locks_of_one_rank_are_a_circle_too() {
        let two = [RwLock::<(), OPERATOR>::default(), RwLock::default()];
        let _first = two[0].read();
        let _second = two[1].read();
    }

    #[test]
    fn a_lock_that_is_not_waited_for_may_come_in_any_order() {
        let (operator, batch) = (Mutex::<(), OPERATOR>::default(), Mutex::<(), BATCH>::default());
        let first = batch.lock();
        let second = operator.try_lock().expect("free");
        drop(first);
        drop(second);
        assert_none_held("this test");
    }

    #[test]
    #[should_panic(expected = r#"lock order: a waker runs while ["a sleeping thread"] is held"#)]
    fn a_callback_under_a_lock_is_found() {
        let lock = Mutex::<(), PARKER>::default();
        let _held = lock.lock();
        assert_none_held("a waker");
    }

    #[test]
    fn the_report_names_threads_and_their_locks() {
        let lock = Mutex::<(), BATCH>::default();
        let _held = lock.lock();
        let found = report();
        let me = std::thread::current().name().expect("a test has a name").to_owned();
        let line = format!("thread {me:?} holds [\"a batch of due holds\"] and waits for \"no lock\"");
        assert!(found.contains(&line), "{line} is not in {found:?}");
    }

    #[test]
    fn the_order_that_is_written_down_is_the_one_that_is_checked() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../ARCHITECTURE.md");
        let text = std::fs::read_to_string(path).expect("readable");
        let section =
            text.split("## The order of locks").nth(1).expect("it has a section on the order of locks");
        let places: Vec<_> = NAMES
            .iter()
            .map(|name| section.find(&format!("**{name}**")).unwrap_or_else(|| panic!("{name} is not in it")))
            .collect();
        assert!(places.is_sorted(), "they are in another order there: {places:?}");
    }
}
