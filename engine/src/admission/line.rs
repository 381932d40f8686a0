//! The line itself: what it consists of, and the bookkeeping that follows every change of a ticket's state, live and
//! in replay alike. The changes themselves are in `join`, `moves`, `advance`, `room` and `admin`.

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;

use super::directory::{Directory, GROUP_BITS};
use super::draw::{NO_PLACE, Order};
use super::flow::{Admissions, Flow};
use super::gate::Gate;
use super::lookup::Lookup;
use super::policy::QueuePolicy;
use super::ticket::{Chunk, TicketState};
use crate::clock::UnixMs;
use crate::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use crate::sync::{CachePadded, Mark, RwLock, RwLockReadGuard, Seen, rank};

/// Sets one timer for 64 tickets. The line asks only when the new moment is earlier than what it asked for before.
pub(crate) trait GroupTimer: Send + Sync {
    /// Call [`Line::due`] for `group` at `at`, or earlier.
    fn arm(&self, group: u32, at: UnixMs);
}

/// In `next`: the room is open: a ticket that gets its number now is in it.
pub(super) const ROOM_OPEN: u64 = 1 << 32;
const NUMBER_MASK: u64 = ROOM_OPEN - 1;

/// One event's waiting line. All methods may be called from any thread.
pub(crate) struct Line {
    pub(super) policy: ArcSwap<QueuePolicy>,
    /// The next ticket number, and [`ROOM_OPEN`]: one add gives a joiner both.
    pub(super) next: CachePadded<AtomicU64>,
    /// Tickets below were in the room; set when the room closes.
    pub(super) room_end: AtomicU32,
    /// Held shared by a thread that changes a ticket in the room, alone by the draw.
    pub(super) room: RwLock<(), { rank::LINE_ROOM }>,
    pub(super) order: OnceLock<Order>,
    /// All places below are departed. Written by the thread that advances the line.
    pub(super) head: AtomicU32,
    pub(super) turn: AdvanceTurn,
    pub(super) paused: AtomicBool,
    /// No claim window ends before this moment: a pause takes no customer's turn away.
    pub(super) ready_floor: AtomicU64,
    pub(super) rate: Gate,
    pub(super) ceiling: Arc<Gate>,
    pub(super) tickets: Directory,
    pub(super) sessions: Lookup<{ rank::LINE_SESSIONS }>,
    pub(super) users: Lookup<{ rank::LINE_USERS }>,
    pub(super) counts: LineCounts,
    pub(super) flow: Flow,
    pub(super) admissions: Admissions,
    pub(super) timer: Arc<dyn GroupTimer>,
    /// Tickets with a deadline up to here may have been shown as expired, though that is not recorded.
    shown_ms: Mark,
}

/// Running figures. Each is exact while no thread is in the middle of a change.
#[derive(Default)]
pub(super) struct LineCounts {
    /// In the room or waiting, unfinished joins included.
    pub(super) waiting: CachePadded<AtomicU32>,
    /// In the room: after the draw they will have the first so many places.
    pub(super) in_room: AtomicU32,
    pub(super) ready: CachePadded<AtomicU32>,
    /// Ready or admitted. Rises before a ticket turns ready and falls after it is over: never too low.
    pub(super) inside: CachePadded<AtomicU32>,
    pub(super) joined_total: AtomicU64,
    pub(super) admitted_total: AtomicU64,
    pub(super) used_total: AtomicU64,
    pub(super) expired_total: AtomicU64,
    pub(super) left_total: AtomicU64,
}

impl LineCounts {
    /// Counts one more who waits, unless that would be more than `max`.
    pub(super) fn enter(&self, max: u32) -> bool {
        self.waiting
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n < max).then_some(n + 1))
            .is_ok()
    }
}

impl Line {
    /// An empty line. `ceiling` is shared by all lines of the system.
    pub(crate) fn new(policy: QueuePolicy, ceiling: Arc<Gate>, timer: Arc<dyn GroupTimer>) -> Self {
        let rate = Gate::full(policy.admissions_per_minute, policy.burst);
        let room = if policy.room.is_some() { ROOM_OPEN } else { 0 };
        Self {
            policy: ArcSwap::from_pointee(policy),
            next: CachePadded::new(AtomicU64::new(room)),
            room_end: AtomicU32::new(0),
            room: RwLock::new(()),
            order: OnceLock::new(),
            head: AtomicU32::new(0),
            turn: AdvanceTurn::default(),
            paused: AtomicBool::new(false),
            ready_floor: AtomicU64::new(0),
            rate,
            ceiling,
            tickets: Directory::new(),
            sessions: Lookup::new(Chunk::session),
            users: Lookup::new(Chunk::user),
            counts: LineCounts::default(),
            flow: Flow::default(),
            admissions: Admissions::default(),
            timer,
            shown_ms: Mark::default(),
        }
    }

    /// The caller's look at the clock, or later: the moment up to which readers were shown tickets as expired.
    pub(super) fn not_before_shown(&self, now: UnixMs) -> UnixMs {
        now.max(UnixMs::new(self.shown_ms.peek()))
    }

    /// As [`not_before_shown`](Self::not_before_shown), by the owner of a ticket: a reader that is about to be shown a
    /// ticket either comes before this, or sees what the owner makes of the ticket.
    pub(super) fn not_before_shown_of_owned(&self, now: UnixMs) -> UnixMs {
        now.max(UnixMs::new(self.shown_ms.load_after_acquire()))
    }

    /// Before a reader says that a ticket with a deadline up to `now` is expired; it looks again after this.
    pub(super) fn show_lapsed(&self, now: UnixMs) {
        self.shown_ms.raise(now.get());
    }

    /// Numbers below were given out.
    pub(super) fn next_number(&self) -> u32 {
        number_in(self.next.load(Ordering::Acquire))
    }

    pub(super) fn room_is_open(&self) -> bool {
        self.next.load(Ordering::Acquire) & ROOM_OPEN != 0
    }

    /// True from the first moment of a room until its order is drawn.
    pub(crate) fn room_is_undrawn(&self) -> bool {
        (self.room_is_open() || self.room_end.load(Ordering::Acquire) > 0) && self.order.get().is_none()
    }

    /// Keeps the draw out while a ticket in the room is changed.
    pub(super) fn lock_room_of(&self, state: TicketState) -> Option<RwLockReadGuard<'_, ()>> {
        (state == TicketState::Room).then(|| self.room.read())
    }

    /// Keeps the room open while a session joins it; `None` if it is not open.
    pub(super) fn lock_open_room(&self) -> Option<RwLockReadGuard<'_, ()>> {
        if !self.room_is_open() {
            return None;
        }
        let locked = self.room.read();
        self.room_is_open().then_some(locked)
    }

    /// A ticket's place; `None` for those who were in the room when no order was drawn yet or had left by then.
    pub(super) fn place_of(&self, number: u32) -> Option<u32> {
        // The bit first: the end is written before the bit goes.
        if !self.room_is_open() && number >= self.room_end.load(Ordering::Acquire) {
            return Some(number);
        }
        let place = *self.order.get()?.place_of.get(number as usize)?;
        (place != NO_PLACE).then_some(place)
    }

    /// The ticket at a place; `None` where the draw left places over.
    pub(super) fn number_at(&self, place: u32) -> Option<u32> {
        if place >= self.room_end.load(Ordering::Acquire) {
            return Some(place);
        }
        self.order.get()?.number_at.get(place as usize).copied()
    }

    /// The moment at which a ticket in this state ends by itself.
    pub(super) fn deadline(&self, chunk: &Chunk, seen: Seen) -> UnixMs {
        let until = chunk.until(seen);
        if TicketState::of(seen) == TicketState::Ready {
            // Acquire: pairs with the Release of a pause or resume.
            return until.max(UnixMs::new(self.ready_floor.load(Ordering::Acquire)));
        }
        until
    }

    /// Asks for the group's timer if nothing as early is set.
    pub(super) fn arm(&self, chunk: &Chunk, number: u32, at: UnixMs) {
        if chunk.arm(number, at) {
            self.timer.arm(number >> GROUP_BITS, at);
        }
    }

    /// Bookkeeping before a ticket turns ready.
    pub(super) fn entering(&self, people: u32) {
        self.counts.inside.fetch_add(people, Ordering::AcqRel);
        self.counts.ready.fetch_add(people, Ordering::Relaxed);
    }

    /// Bookkeeping after a ticket went from one state to another.
    pub(super) fn moved(&self, chunk: &Chunk, number: u32, from: TicketState, to: TicketState, now: UnixMs) {
        match from {
            TicketState::Waiting | TicketState::Room => {
                self.counts.waiting.fetch_sub(1, Ordering::Relaxed);
            }
            TicketState::Ready => {
                self.counts.ready.fetch_sub(1, Ordering::Relaxed);
            }
            _ => {}
        }
        if from == TicketState::Waiting {
            let place = self.place_of(number).expect("who waits has a place");
            self.depart(place, now);
        }
        let total = match to {
            TicketState::Admitted => &self.counts.admitted_total,
            TicketState::Used => &self.counts.used_total,
            TicketState::Left => &self.counts.left_total,
            TicketState::Expired => &self.counts.expired_total,
            _ => return,
        };
        total.fetch_add(1, Ordering::Relaxed);
        if to == TicketState::Admitted {
            self.admissions.add(now.ms_since(chunk.joined(number)), now);
        } else {
            if from.is_inside() {
                // AcqRel: the next advance that sees the room sees that this ticket is over.
                self.counts.inside.fetch_sub(1, Ordering::AcqRel);
            }
            self.over(chunk, number, now);
        }
    }

    /// Forgets the keys of a ticket that is over.
    pub(super) fn over(&self, chunk: &Chunk, number: u32, now: UnixMs) {
        self.sessions.lock(chunk.session(number)).remove(number, &self.tickets);
        if chunk.is_indexed(number) {
            self.users.lock(chunk.user(number)).remove(number, &self.tickets);
        }
        self.count_done(chunk, number, now);
    }

    /// Notes that no ticket waits at `place` any more.
    pub(super) fn depart(&self, place: u32, now: UnixMs) {
        let forget_at = self.tickets.depart(place, now);
        self.forget_later(place, forget_at);
    }

    /// Counts a ticket that is over towards the end of its chunk.
    pub(super) fn count_done(&self, chunk: &Chunk, number: u32, now: UnixMs) {
        let forget_at = self.tickets.done(chunk, number, now);
        self.forget_later(number, forget_at);
    }

    /// A chunk in which nothing happens any more still needs one visit, which drops it.
    fn forget_later(&self, number: u32, forget_at: Option<UnixMs>) {
        if let Some(at) = forget_at {
            self.timer.arm(number >> GROUP_BITS, at);
        }
    }

    /// Bytes of the tickets' memory and of the look-up tables, for measuring.
    pub(crate) fn lookup_bytes(&self) -> usize {
        self.sessions.bytes() + self.users.bytes()
    }
}

pub(super) fn number_in(next: u64) -> u32 {
    u32::try_from(next & NUMBER_MASK).expect("32 bits")
}

const IDLE: u8 = 0;
const RUNNING: u8 = 1;
const ASKED: u8 = 2;

/// The right to advance the line, of one thread at a time. A thread that asks meanwhile leaves a note and does not
/// wait.
#[derive(Default)]
pub(super) struct AdvanceTurn(AtomicU8);

impl AdvanceTurn {
    /// True: this thread has it. False: another thread has it, and now knows that there is more to look at.
    pub(super) fn take(&self) -> bool {
        // AcqRel: every step is a read-modify-write, so they form one chain. Either the thread that gives the turn back
        // sees the note, and then the ticket that was published before it; or the turn is free and this thread takes
        // it.
        let next = |turn| Some(if turn == IDLE { RUNNING } else { ASKED });
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, next) == Ok(IDLE)
    }

    /// Gives the turn back; true if another thread asked meanwhile.
    pub(super) fn give(&self) -> bool {
        self.0.swap(IDLE, Ordering::AcqRel) == ASKED
    }
}
