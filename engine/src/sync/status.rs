//! The status word: what state a slot is in, whose generation it is, and who may change it next.
//!
//! A change has three steps: *own* (one compare-and-swap that sets the busy bit; of many callers one wins), *do* (write
//! the slot's fields, append the journal record), *commit* (one store that publishes the new state). Because no other
//! thread can own the word between the first step and the last, the order of commits of one slot is the order of its
//! journal records. Readers use the word as a sequence lock: fields read between two equal, not busy words belong
//! together.
//!
//! An owner whose thread panics before the commit may have appended its record already, so the slot cannot go back to
//! what it was: it is *abandoned*. No thread waits for an abandoned slot or owns it again; it can be read, as it was
//! left.

use std::ops::Deref;

use super::Pause;
use super::atomic::{AtomicU64, Ordering, fence};

const STATE_BITS: u32 = 5;
const STATE_MASK: u64 = (1 << STATE_BITS) - 1;
const BUSY: u64 = 1 << STATE_BITS;
const ABANDONED: u64 = 1 << (STATE_BITS + 1);
const VERSION_SHIFT: u32 = 7;
const VERSION_BITS: u32 = 25;
const VERSION_MASK: u64 = (1 << VERSION_BITS) - 1;
const GENERATION_SHIFT: u32 = 32;
const _: () = assert!(VERSION_SHIFT + VERSION_BITS == GENERATION_SHIFT);

/// What a status word said at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// How often the slot has been given out; an id carries the generation that it belongs to.
    pub(crate) generation: u32,
    /// Counts the changes of this slot, so that a reader notices one that came and went.
    pub(crate) version: u32,
    /// The state's number in its module, below 32.
    pub(crate) state: u8,
    /// True while a thread is between own and commit.
    pub(crate) busy: bool,
    /// True once a thread panicked between own and commit.
    pub(crate) abandoned: bool,
}

impl Seen {
    fn unpack(word: u64) -> Self {
        Self {
            generation: u32::try_from(word >> GENERATION_SHIFT).expect("32 bits"),
            version: u32::try_from((word >> VERSION_SHIFT) & VERSION_MASK).expect("25 bits"),
            state: u8::try_from(word & STATE_MASK).expect("5 bits"),
            busy: word & BUSY != 0,
            abandoned: word & ABANDONED != 0,
        }
    }

    fn pack(self) -> u64 {
        debug_assert!(u64::from(self.state) <= STATE_MASK, "state {} over {STATE_MASK}", self.state);
        (u64::from(self.generation) << GENERATION_SHIFT)
            | ((u64::from(self.version) & VERSION_MASK) << VERSION_SHIFT)
            | if self.busy { BUSY } else { 0 }
            | if self.abandoned { ABANDONED } else { 0 }
            | u64::from(self.state)
    }
}

/// Why a slot was not taken by a thread that does not wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotOwned {
    /// Another thread is in the middle of a change.
    Busy,
    /// The slot is not in a state that was asked for, or is abandoned.
    NotAllowed,
}

/// One slot's status word. The default is generation 0, state 0, free to own.
#[derive(Debug, Default)]
pub(crate) struct Status(AtomicU64);

impl Status {
    /// The word as it is now, busy or not.
    pub(crate) fn peek(&self) -> Seen {
        // Acquire: pairs with the Release in `commit`; fields of the state seen here are visible.
        Seen::unpack(self.0.load(Ordering::Acquire))
    }

    /// The word once no thread is in the middle of a change.
    pub(crate) fn wait_idle(&self) -> Seen {
        let mut pause = Pause::new();
        loop {
            let seen = self.peek();
            if !seen.busy {
                return seen;
            }
            pause.wait();
        }
    }

    /// Takes the right to change the slot if `allow` agrees with what it sees, else returns what it saw; an abandoned
    /// slot can never be taken. Waits for a change in progress, since its outcome decides the answer.
    pub(crate) fn own(&self, allow: impl FnMut(Seen) -> bool) -> Result<Owned<'_>, Seen> {
        OwnedBy::take(self, allow)
    }

    /// As [`Status::own`], but by a thread that may not wait: a change in progress is [`NotOwned::Busy`].
    pub(crate) fn own_or_leave(&self, mut allow: impl FnMut(Seen) -> bool) -> Result<Owned<'_>, NotOwned> {
        loop {
            let seen = self.peek();
            if seen.busy {
                return Err(NotOwned::Busy);
            }
            if seen.abandoned || !allow(seen) {
                return Err(NotOwned::NotAllowed);
            }
            if let Some(owned) = self.try_own_exactly(seen) {
                return Ok(owned);
            }
        }
    }

    /// Takes the right to change the slot if the word is still exactly `seen` (and not busy).
    pub(crate) fn try_own_exactly(&self, seen: Seen) -> Option<Owned<'_>> {
        self.become_busy(seen).then(|| OwnedBy::new(self, seen))
    }

    fn become_busy(&self, seen: Seen) -> bool {
        debug_assert!(!seen.busy, "cannot own from a busy word {seen:?}");
        if seen.abandoned {
            return false;
        }
        // Acquire: pairs with the last owner's Release in `commit`. Failure needs no order: nothing is read after it.
        let taken = self
            .0
            .compare_exchange(seen.pack(), seen.pack() | BUSY, Ordering::Acquire, Ordering::Relaxed)
            .is_ok();
        if taken {
            // Release fence: the busy bit is visible before any field that the owner writes from here on;
            // pairs with the Acquire fence in `read`.
            fence(Ordering::Release);
        }
        taken
    }

    /// Reads fields that belong together: runs `fields` until the word was the same, and not busy, before and after.
    /// `fields` loads with Relaxed; what it computes from a torn view is thrown away.
    pub(crate) fn read<R>(&self, mut fields: impl FnMut(Seen) -> R) -> R {
        let mut pause = Pause::new();
        loop {
            let before = self.wait_idle();
            let result = fields(before);
            // Acquire fence: the field loads above stay above the second look; pairs with the Release fence in
            // `become_busy`: if a load saw a later owner's write, the second look sees that owner's busy bit.
            fence(Ordering::Acquire);
            if self.0.load(Ordering::Relaxed) == before.pack() {
                return result;
            }
            pause.wait();
        }
    }

    /// As [`read`](Self::read), but in one try and without waiting: `None` if the word changed meanwhile. An owner may
    /// be in the middle of a change, so each field may be the old one or the new one: for callers that ask one field.
    pub(crate) fn glance<R>(&self, fields: impl FnOnce(Seen) -> R) -> Option<R> {
        let before = self.peek();
        let result = fields(before);
        // Acquire fence: as in `read`; a field that a later owner wrote comes with a word that differs.
        fence(Ordering::Acquire);
        (self.0.load(Ordering::Relaxed) == before.pack()).then_some(result)
    }

    /// Sets the word without asking: by its owner, or in replay, where one thread owns everything.
    pub(crate) fn install(&self, generation: u32, version: u32, state: u8) {
        let seen = Seen { generation, version, state, busy: false, abandoned: false };
        self.0.store(seen.pack(), Ordering::Release);
    }
}

/// The right to change one slot whose memory is borrowed.
pub(crate) type Owned<'a> = OwnedBy<&'a Status>;

/// The right to change one slot; `W` leads to its word and keeps the memory. Dropped without a commit, it leaves the
/// word as it was; dropped by a panic, it abandons the slot.
#[must_use = "a slot that is owned and forgotten goes back unchanged"]
#[derive(Debug)]
pub(crate) struct OwnedBy<W: Deref<Target = Status>> {
    word: W,
    before: Seen,
    /// The thread was unwinding already when it took the slot: that panic is not in the middle of this change.
    unwinding: bool,
    done: bool,
}

impl<W: Deref<Target = Status>> OwnedBy<W> {
    fn new(word: W, before: Seen) -> Self {
        Self { word, before, unwinding: std::thread::panicking(), done: false }
    }

    /// As [`Status::own`].
    pub(crate) fn take(word: W, mut allow: impl FnMut(Seen) -> bool) -> Result<Self, Seen> {
        loop {
            let seen = word.wait_idle();
            if seen.abandoned || !allow(seen) {
                return Err(seen);
            }
            if word.become_busy(seen) {
                return Ok(Self::new(word, seen));
            }
        }
    }

    /// What leads to the word.
    pub(crate) fn holder(&self) -> &W {
        &self.word
    }

    /// What the word said when it was taken.
    pub(crate) fn before(&self) -> Seen {
        self.before
    }

    /// Publishes the new state under the same generation.
    pub(crate) fn commit(self, state: u8) {
        let generation = self.before.generation;
        self.commit_as(generation, state);
    }

    /// Publishes the new state under another generation: for slots that are given out or taken back.
    pub(crate) fn commit_as(mut self, generation: u32, state: u8) {
        self.done = true;
        let version = self.before.version.wrapping_add(1);
        // Release: pairs with the Acquire of a thread that sees this state; the fields written by the owner are
        // visible.
        self.word.install(generation, version, state);
    }
}

impl<W: Deref<Target = Status>> Drop for OwnedBy<W> {
    fn drop(&mut self) {
        if !self.done {
            let abandoned = !self.unwinding && std::thread::panicking();
            // Release: pairs with the Acquire of the next look; fields that were half changed are no newer than this.
            self.word.0.store(Seen { abandoned, ..self.before }.pack(), Ordering::Release);
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn word_packs_and_unpacks() {
        let seen =
            Seen { generation: u32::MAX, version: (1 << 25) - 1, state: 31, busy: true, abandoned: true };
        assert_eq!(Seen::unpack(seen.pack()), seen);
    }

    #[test]
    fn second_owner_is_refused_until_commit() {
        let status = Status::default();
        let owned = status.own(|seen| seen.state == 0).expect("free");
        assert!(status.peek().busy);
        owned.commit(1);
        assert_eq!(status.own(|seen| seen.state == 0).expect_err("taken").state, 1);
    }

    #[test]
    fn dropped_owner_changes_nothing() {
        let status = Status::default();
        let before = status.peek();
        drop(status.own(|_| true).expect("free"));
        assert_eq!(status.peek(), before);
    }
}

#[cfg(all(test, not(loom)))]
mod panic_tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn a_slot_whose_owner_panicked_keeps_nobody_waiting_and_is_nobodys() {
        let status = Status::default();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _owned = status.own(|_| true).expect("free");
            panic!("planted");
        }));
        assert!(panicked.is_err());
        let seen = status.wait_idle();
        assert!(seen.abandoned && !seen.busy, "{seen:?}");
        assert_eq!(status.own(|_| true).expect_err("never again"), seen);
        assert_eq!(status.own_or_leave(|_| true).expect_err("never again"), NotOwned::NotAllowed);
        assert!(status.try_own_exactly(seen).is_none());
        assert_eq!(status.read(|seen| seen.state), 0, "it can be read");
    }

    #[test]
    fn a_destructor_that_runs_during_a_panic_may_own_and_let_go() {
        struct LetsGo<'a>(&'a Status);
        impl Drop for LetsGo<'_> {
            fn drop(&mut self) {
                drop(self.0.own(|_| true).expect("free"));
            }
        }
        let status = Status::default();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _lets_go = LetsGo(&status);
            panic!("planted");
        }));
        assert!(panicked.is_err());
        assert!(!status.peek().abandoned, "that panic was none of the slot's");
    }
}

#[cfg(all(test, loom))]
mod loom_tests {
    use super::*;
    use loom::sync::Arc;
    use loom::sync::atomic::AtomicU64 as Field;
    use loom::thread;

    #[test]
    fn loom_status_one_winner() {
        loom::model(|| {
            let status = Arc::new(Status::default());
            let handles: Vec<_> = [1u8, 2]
                .into_iter()
                .map(|state| {
                    let status = Arc::clone(&status);
                    thread::spawn(move || {
                        status.own(|seen| seen.state == 0).map(|owned| owned.commit(state)).is_ok()
                    })
                })
                .collect();
            let won: Vec<bool> = handles.into_iter().map(|handle| handle.join().expect("thread")).collect();
            assert_eq!(won.iter().filter(|&&w| w).count(), 1, "winners {won:?}");
            assert_eq!(status.peek().version, 1);
        });
    }

    #[test]
    fn loom_status_glance_sees_no_field_of_a_later_owner() {
        loom::model(|| {
            let shared = Arc::new((Status::default(), Field::new(0)));
            let writer = Arc::clone(&shared);
            let handle = thread::spawn(move || {
                let owned = writer.0.own(|_| true).expect("only writer");
                writer.1.store(7, Ordering::Relaxed);
                owned.commit(1);
            });
            let seen = shared.0.glance(|seen| (seen, shared.1.load(Ordering::Relaxed)));
            if let Some((seen, field)) = seen
                && !seen.busy
            {
                assert_eq!(field, if seen.state == 0 { 0 } else { 7 });
            }
            handle.join().expect("writer");
        });
    }

    #[test]
    fn loom_status_reader_sees_fields_of_one_state() {
        loom::model(|| {
            let shared = Arc::new((Status::default(), Field::new(0), Field::new(0)));
            let writer = Arc::clone(&shared);
            let handle = thread::spawn(move || {
                let owned = writer.0.own(|_| true).expect("only writer");
                writer.1.store(7, Ordering::Relaxed);
                writer.2.store(7, Ordering::Relaxed);
                owned.commit(1);
            });
            let (state, a, b) = shared.0.read(|seen| {
                (seen.state, shared.1.load(Ordering::Relaxed), shared.2.load(Ordering::Relaxed))
            });
            assert_eq!((a, b), if state == 0 { (0, 0) } else { (7, 7) });
            handle.join().expect("writer");
        });
    }
}
