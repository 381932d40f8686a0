//! Tickets: 28 bytes each, in chunks. State and deadline share the status word, so that every reader sees a pair that
//! belongs together. Knows nothing of the line's counters.

use std::ops::Deref;
use std::sync::Arc;

use super::directory::{CHUNK, CHUNK_MASK, GROUP_BITS};
use crate::clock::UnixMs;
use crate::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use crate::sync::{OwnedBy, Seen, Status, prefault};

/// Where a ticket is in its life. The numbers are written in the journal: append only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum TicketState {
    /// The number is given out, the join is not finished.
    Void = 0,
    /// In the room, before the draw.
    Room = 1,
    /// In the line.
    Waiting = 2,
    /// May come in until the claim window ends.
    Ready = 3,
    /// Holds a reservation token.
    Admitted = 4,
    /// The token was used up by a confirmed order.
    Used = 5,
    /// Left by own wish.
    Left = 6,
    /// Inactive, or claim window or token passed.
    Expired = 7,
    /// The number was given out, but the join never happened.
    Lost = 8,
}

impl TicketState {
    const ALL: [Self; 9] = [
        Self::Void,
        Self::Room,
        Self::Waiting,
        Self::Ready,
        Self::Admitted,
        Self::Used,
        Self::Left,
        Self::Expired,
        Self::Lost,
    ];

    /// The state with this number.
    pub(crate) fn from_u8(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Still takes part: waits, or may come in, or is inside.
    pub(crate) fn is_live(self) -> bool {
        matches!(self, Self::Room | Self::Waiting | Self::Ready | Self::Admitted)
    }

    /// Counts as inside.
    pub(crate) fn is_inside(self) -> bool {
        matches!(self, Self::Ready | Self::Admitted)
    }

    pub(super) fn of(seen: Seen) -> Self {
        Self::from_u8(seen.state).expect("only states of this list are committed")
    }
}

/// 79 bits of a session's or user's keyed 128-bit hash. With a million live tickets one join meets a stranger's key
/// with odds of 1e6 / 2^79 = 2e-18; over all 2^30 joins of a line's life that is 2e-9. The hash is keyed, so a
/// collision cannot be searched for outside, and inside each try costs a join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Key {
    hi: u64,
    lo: u16,
}

const LO_MASK: u16 = 0x7fff;

impl Key {
    /// The key of no session and no user.
    pub(crate) const NONE: Self = Self { hi: 0, lo: 0 };

    /// The key of a hash. Never [`Key::NONE`].
    pub(crate) fn of(hash: u128) -> Self {
        let hi = u64::try_from(hash >> 64).expect("64 bits");
        let lo = u16::try_from(hash & u128::from(LO_MASK)).expect("15 bits");
        if hi == 0 && lo == 0 { Self { hi: 0, lo: 1 } } else { Self { hi, lo } }
    }

    /// The upper 64 bits, and the 15 others: for records and images.
    pub(crate) fn parts(self) -> (u64, u16) {
        (self.hi, self.lo)
    }

    /// A key from its parts.
    pub(crate) fn from_parts(hi: u64, lo: u16) -> Self {
        Self { hi, lo: lo & LO_MASK }
    }

    pub(super) fn hash(self) -> u64 {
        self.hi
    }

    pub(super) fn shard_bits(self) -> u16 {
        self.lo
    }
}

/// One ticket's hot part. The status word's generation half carries the deadline (milliseconds since the chunk's
/// base): a number is never given out twice, so there are no generations to tell apart.
#[derive(Default)]
struct Hot {
    word: Status,
    session: AtomicU64,
    user: AtomicU64,
}

/// Set in a tail when the user is in the user table.
const INDEXED: u32 = 1 << 31;

/// What 64 neighbours share.
pub(super) struct Group {
    /// Earliest deadline that the timer was asked for, relative to the base; [`NOT_ARMED`] = none.
    armed: AtomicU32,
}

/// One ticket's cold part.
#[derive(Default)]
struct Tail {
    /// 15 bits of the session's key, 15 of the user's, and the mark.
    keys: AtomicU32,
    /// When it was taken, relative to the base: for the mean wait.
    joined: AtomicU32,
}

const NOT_ARMED: u32 = u32::MAX;
/// Deadlines are kept in 32 bits from a base that lies this far before the chunk's first ticket.
const BASE_MARGIN_MS: u64 = 86_400_000;

/// 4,096 tickets in number order, and the departures of the 4,096 places with the same numbers.
pub(super) struct Chunk {
    base: UnixMs,
    hot: Box<[Hot]>,
    tails: Box<[Tail]>,
    /// One bit a place: its ticket waits no more.
    pub(super) departed: Box<[AtomicU64]>,
    groups: Box<[Group]>,
    /// Tickets that are over plus places that are departed; the chunk can go when both are all.
    pub(super) done: AtomicU32,
}

impl Chunk {
    pub(super) fn new(now: UnixMs) -> Self {
        let words = (CHUNK >> GROUP_BITS) as usize;
        Self {
            base: UnixMs::new(now.get().saturating_sub(BASE_MARGIN_MS)),
            hot: prefault(CHUNK as usize, Hot::default),
            tails: prefault(CHUNK as usize, Tail::default),
            departed: (0..words).map(|_| AtomicU64::new(0)).collect(),
            groups: (0..words).map(|_| Group { armed: AtomicU32::new(NOT_ARMED) }).collect(),
            done: AtomicU32::new(0),
        }
    }

    fn hot(&self, number: u32) -> &Hot {
        &self.hot[(number & CHUNK_MASK) as usize]
    }

    fn tail(&self, number: u32) -> &Tail {
        &self.tails[(number & CHUNK_MASK) as usize]
    }

    fn group(&self, number: u32) -> &Group {
        &self.groups[((number & CHUNK_MASK) >> GROUP_BITS) as usize]
    }

    pub(super) fn word(&self, number: u32) -> &Status {
        &self.hot(number).word
    }

    pub(super) fn state(&self, number: u32) -> TicketState {
        TicketState::of(self.word(number).peek())
    }

    /// The moment in a word of this chunk.
    pub(super) fn until(&self, seen: Seen) -> UnixMs {
        self.base.plus_ms(u64::from(seen.generation))
    }

    /// Milliseconds since the base. Saturates: a chunk's tickets end at the latest 48 days after its first one.
    pub(super) fn rel(&self, at: UnixMs) -> u32 {
        u32::try_from(at.ms_since(self.base)).unwrap_or(NOT_ARMED - 1).min(NOT_ARMED - 1)
    }

    pub(super) fn set_keys(&self, number: u32, session: Key, user: Key, indexed: bool, joined: UnixMs) {
        let hot = self.hot(number);
        // Relaxed: a thread that finds the number in a table took that table's lock after this one, and a thread that
        // finds it by the word sees these with the Acquire that pairs with the Release of the commit.
        hot.session.store(session.hi, Ordering::Relaxed);
        hot.user.store(user.hi, Ordering::Relaxed);
        let mark = if indexed { INDEXED } else { 0 };
        let tail = u32::from(session.lo) | u32::from(user.lo) << 16 | mark;
        self.tail(number).keys.store(tail, Ordering::Relaxed);
        self.tail(number).joined.store(self.rel(joined), Ordering::Relaxed);
    }

    pub(super) fn session(&self, number: u32) -> Key {
        let tail = self.tail(number).keys.load(Ordering::Relaxed);
        Key { hi: self.hot(number).session.load(Ordering::Relaxed), lo: low15(tail) }
    }

    pub(super) fn user(&self, number: u32) -> Key {
        let tail = self.tail(number).keys.load(Ordering::Relaxed);
        Key { hi: self.hot(number).user.load(Ordering::Relaxed), lo: low15(tail >> 16) }
    }

    pub(super) fn is_indexed(&self, number: u32) -> bool {
        self.tail(number).keys.load(Ordering::Relaxed) & INDEXED != 0
    }

    /// When the ticket was taken.
    pub(super) fn joined(&self, number: u32) -> UnixMs {
        self.base.plus_ms(u64::from(self.tail(number).joined.load(Ordering::Relaxed)))
    }

    /// True if the group's timer must be set to `at`, because it is set to nothing as early. Always a
    /// read-modify-write, so that of this and [`Chunk::disarm`] one always sees the other: either the disarming thread
    /// sees the ticket that was published before this, or this finds the group disarmed.
    pub(super) fn arm(&self, number: u32, at: UnixMs) -> bool {
        let rel = self.rel(at);
        self.group(number).armed.fetch_min(rel, Ordering::AcqRel) > rel
    }

    /// Forgets what the group's timer was set to, before the group is looked through.
    pub(super) fn disarm(&self, number: u32) {
        self.group(number).armed.swap(NOT_ARMED, Ordering::AcqRel);
    }

    /// Sets a word without asking: for replay.
    pub(super) fn install(&self, number: u32, state: TicketState, until: UnixMs) {
        self.word(number).install(self.rel(until), 0, state as u8);
    }
}

fn low15(tail: u32) -> u16 {
    u16::try_from(tail & u32::from(LO_MASK)).expect("15 bits")
}

/// A ticket's word, and the chunk that it lies in, so that the memory outlives the right.
pub(super) struct TicketWord {
    chunk: Arc<Chunk>,
    number: u32,
}

impl Deref for TicketWord {
    type Target = Status;

    fn deref(&self) -> &Status {
        self.chunk.word(self.number)
    }
}

/// The right to change one ticket.
pub(super) type OwnedTicket = OwnedBy<TicketWord>;

/// As [`Status::own`]: waits for a change in progress, then asks `allow`.
pub(super) fn own(
    chunk: Arc<Chunk>,
    number: u32,
    allow: impl FnMut(Seen) -> bool,
) -> Result<OwnedTicket, Seen> {
    OwnedBy::take(TicketWord { chunk, number }, allow)
}

impl OwnedTicket {
    pub(super) fn number(&self) -> u32 {
        self.holder().number
    }

    pub(super) fn chunk(&self) -> &Arc<Chunk> {
        &self.holder().chunk
    }

    pub(super) fn from(&self) -> TicketState {
        TicketState::of(self.before())
    }

    /// Publishes the new state and deadline; gives the chunk back for the bookkeeping.
    pub(super) fn publish(self, state: TicketState, until: UnixMs) -> Arc<Chunk> {
        let chunk = Arc::clone(self.chunk());
        self.commit_as(chunk.rel(until), state as u8);
        chunk
    }
}
