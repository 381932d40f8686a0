//! One shard of the answers: a map from key to slot, the slots in chunks, and a list of completed ones in the order of
//! completion. One thread at a time; knows neither locks nor waiting.

use std::fmt;

use super::Answer;
use super::replies::{Replies, ReplyAt};
use crate::clock::UnixMs;
use crate::index::{Index, Vacancy};
use crate::limits::REPLY_BYTES_MAX;

/// Slots are made so many at a time, so that growing moves nothing and wastes little.
const CHUNK: u32 = 128;
/// No slot: the end of a list.
const NONE: u32 = u32::MAX;
/// Expiries have 48 bits: until the year 10889.
const EXPIRES_MAX: u64 = (1 << 48) - 1;

const _: () = assert!(REPLY_BYTES_MAX < 1 << 24, "a length has three bytes");
const _: () = assert!(size_of::<Slot>() == 52 && align_of::<Slot>() == 4, "packed by hand");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeyState {
    Free,
    /// In the map, not in the list.
    Running,
    /// In the map and in the list.
    Done,
    /// In the list only: expired and replaced before its turn came to be forgotten.
    Replaced,
}

/// Numbers as bytes where their own alignment would make the slot larger.
#[derive(Clone, Copy)]
struct Slot {
    key: [u8; 16],
    fingerprint: [u8; 8],
    offset: [u8; 8],
    expires: [u8; 6],
    /// Place of the reply in its chunk.
    reply_at: u16,
    reply_chunk: u32,
    /// The next free slot, or the one completed next.
    next: u32,
    reply_bytes: [u8; 3],
    state: KeyState,
}

const EMPTY: Slot = Slot {
    key: [0; 16],
    fingerprint: [0; 8],
    offset: [0; 8],
    expires: [0; 6],
    reply_at: 0,
    reply_chunk: 0,
    next: NONE,
    reply_bytes: [0; 3],
    state: KeyState::Free,
};

/// What there is under a key.
pub(super) enum Found {
    /// And where it would be entered, if that is known.
    Nothing(Option<Vacancy>),
    Running,
    /// An answer that has not expired.
    Done(u32),
}

pub(super) struct Shard {
    index: Index,
    slots: Slots,
    /// Slots that `start` may have in use.
    bound: u32,
    used: u32,
    /// Slots below were handed out at least once.
    high: u32,
    free: u32,
    /// Ends of the list of completed slots.
    oldest: u32,
    newest: u32,
    replies: Replies,
}

#[derive(Default)]
struct Slots(Vec<Box<[Slot]>>);

impl Shard {
    pub(super) fn with_bound(bound: u32) -> Self {
        Self {
            index: Index::default(),
            slots: Slots::default(),
            bound,
            used: 0,
            high: 0,
            free: NONE,
            oldest: NONE,
            newest: NONE,
            replies: Replies::default(),
        }
    }

    /// Looks a key up. An expired answer is taken out of the map on the way, and counts as nothing.
    #[inline(always)]
    pub(super) fn find(&mut self, key: u128, now: UnixMs) -> Found {
        let bytes = key.to_le_bytes();
        let slots = &self.slots;
        let at = match self.index.look(hash(&bytes), |at| slots.get(at).key == bytes) {
            Ok(at) => at,
            Err(vacancy) => return Found::Nothing(Some(vacancy)),
        };
        let slot = slots.get(at);
        if slot.state == KeyState::Running {
            return Found::Running;
        }
        debug_assert_eq!(slot.state, KeyState::Done, "slot {at} in the map");
        if slot.expires() > now {
            return Found::Done(at);
        }
        self.unmap(at);
        self.slots.get_mut(at).state = KeyState::Replaced;
        Found::Nothing(None)
    }

    /// The answer in a slot.
    pub(super) fn answer(&self, at: u32) -> Answer<'_> {
        let slot = self.slots.get(at);
        Answer {
            key: u128::from_le_bytes(slot.key),
            fingerprint: u64::from_le_bytes(slot.fingerprint),
            reply: self.replies.get(slot.reply(), slot.reply_len()),
            offset: u64::from_le_bytes(slot.offset),
            expires: slot.expires(),
        }
    }

    /// Puts an absent key in as running; `None` when the bound is reached and nothing has expired. `vacancy` is what
    /// [`find`](Self::find) has just said.
    #[inline(always)]
    pub(super) fn start(
        &mut self,
        key: u128,
        fingerprint: u64,
        now: UnixMs,
        mut vacancy: Option<Vacancy>,
    ) -> Option<u32> {
        // More than once only after a replay went past the bound.
        while self.used >= self.bound {
            vacancy = None;
            if !self.forget_oldest(now) {
                return None;
            }
        }
        let at = self.take();
        let key = key.to_le_bytes();
        let fingerprint = fingerprint.to_le_bytes();
        *self.slots.get_mut(at) = Slot { key, fingerprint, state: KeyState::Running, ..EMPTY };
        match vacancy {
            Some(vacancy) => self.index.insert_at(vacancy, hash(&key), at),
            None => self.index.insert(hash(&key), at),
        }
        Some(at)
    }

    /// Turns a running slot into an answer, the newest: what `reply` appends. True if it is the oldest as well.
    #[inline]
    pub(super) fn complete(
        &mut self,
        at: u32,
        reply: impl FnOnce(&mut Vec<u8>),
        offset: u64,
        expires: UnixMs,
    ) -> bool {
        let (kept, len) = self.replies.push(reply);
        assert!(len <= REPLY_BYTES_MAX, "reply of {len} bytes, over {REPLY_BYTES_MAX}");
        let slot = self.slots.get_mut(at);
        assert_eq!(slot.state, KeyState::Running, "slot {at} is not being answered");
        slot.state = KeyState::Done;
        slot.offset = offset.to_le_bytes();
        slot.expires.copy_from_slice(&expires.get().min(EXPIRES_MAX).to_le_bytes()[..6]);
        slot.next = NONE;
        let len = u32::try_from(len).expect("bounded").to_le_bytes();
        slot.reply_bytes.copy_from_slice(&len[..3]);
        (slot.reply_chunk, slot.reply_at) = (kept.chunk, kept.at);
        let before = std::mem::replace(&mut self.newest, at);
        match before {
            NONE => self.oldest = at,
            newest => self.slots.get_mut(newest).next = at,
        }
        before == NONE
    }

    /// Forgets a running slot.
    pub(super) fn abandon(&mut self, at: u32) {
        let state = self.slots.get(at).state;
        assert_eq!(state, KeyState::Running, "slot {at} is not being answered");
        self.unmap(at);
        self.give(at);
    }

    /// Puts an answer in, in place of what its key had.
    pub(super) fn install(&mut self, answer: &Answer<'_>) {
        // At the end of time every answer has expired, so that an older one of the key makes way.
        let found = self.find(answer.key, UnixMs::MAX);
        let Found::Nothing(vacancy) = found else {
            panic!("key {:#x} is being answered during replay", answer.key);
        };
        let bound = std::mem::replace(&mut self.bound, u32::MAX);
        let at =
            self.start(answer.key, answer.fingerprint, UnixMs::ZERO, vacancy).expect("no bound at replay");
        self.bound = bound;
        self.complete(at, |out| out.extend_from_slice(answer.reply), answer.offset, answer.expires);
    }

    /// Reads where these keys would stand in the index, so that what is asked for next is near.
    pub(super) fn look_ahead(&self, keys: impl Iterator<Item = u128>) {
        self.index.look_ahead(keys.map(|key| hash(&key.to_le_bytes())));
    }

    /// Forgets the answer that was completed first, if it has expired.
    pub(super) fn forget_oldest(&mut self, now: UnixMs) -> bool {
        let at = self.oldest;
        if at == NONE {
            return false;
        }
        let Slot { state, next, .. } = *self.slots.get(at);
        if state == KeyState::Done {
            if self.slots.get(at).expires() > now {
                return false;
            }
            self.unmap(at);
        }
        self.oldest = next;
        if next == NONE {
            self.newest = NONE;
            self.replies.all_gone();
        } else {
            self.replies.gone_before(self.slots.get(next).reply());
        }
        self.give(at);
        true
    }

    /// When the answer that was completed first expires.
    pub(super) fn next_due(&self) -> Option<UnixMs> {
        (self.oldest != NONE).then(|| self.slots.get(self.oldest).expires())
    }

    /// Shows where each answer stands, and when it expires.
    pub(super) fn each(&self, show: &mut impl FnMut(u32, UnixMs)) {
        let mut at = self.oldest;
        while at != NONE {
            let slot = self.slots.get(at);
            if slot.state == KeyState::Done {
                show(at, slot.expires());
            }
            at = slot.next;
        }
    }

    /// Whether an answer stands there.
    pub(super) fn holds(&self, at: u32) -> bool {
        at < self.high && self.slots.get(at).state == KeyState::Done
    }

    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    pub(super) fn clear(&mut self) {
        while self.forget_oldest(UnixMs::MAX) {}
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.index.memory_bytes()
            + self.slots.0.capacity() * size_of::<Box<[Slot]>>()
            + self.slots.0.len() * CHUNK as usize * size_of::<Slot>()
            + self.replies.memory_bytes()
    }

    fn unmap(&mut self, at: u32) {
        let key = self.slots.get(at).key;
        let removed = self.index.remove(hash(&key), at);
        assert!(removed, "slot {at} in use does not stand in the map");
    }

    #[inline]
    fn take(&mut self) -> u32 {
        self.used += 1;
        let at = self.free;
        if at != NONE {
            self.free = self.slots.get(at).next;
            return at;
        }
        let at = self.high;
        assert!(at < NONE, "all slot numbers below {NONE} are in use");
        self.high += 1;
        self.slots.reach(at);
        at
    }

    fn give(&mut self, at: u32) {
        *self.slots.get_mut(at) = Slot { next: self.free, ..EMPTY };
        self.free = at;
        self.used -= 1;
    }
}

impl Slot {
    fn expires(&self) -> UnixMs {
        let mut bytes = [0; 8];
        bytes[..6].copy_from_slice(&self.expires);
        UnixMs::new(u64::from_le_bytes(bytes))
    }

    fn reply(&self) -> ReplyAt {
        ReplyAt { chunk: self.reply_chunk, at: self.reply_at }
    }

    fn reply_len(&self) -> usize {
        let [low, middle, high] = self.reply_bytes;
        u32::from_le_bytes([low, middle, high, 0]) as usize
    }
}

impl Slots {
    fn get(&self, at: u32) -> &Slot {
        &self.0[(at / CHUNK) as usize][(at % CHUNK) as usize]
    }

    fn get_mut(&mut self, at: u32) -> &mut Slot {
        &mut self.0[(at / CHUNK) as usize][(at % CHUNK) as usize]
    }

    fn reach(&mut self, at: u32) {
        if (at / CHUNK) as usize == self.0.len() {
            self.0.push(vec![EMPTY; CHUNK as usize].into_boxed_slice());
        }
    }
}

impl fmt::Debug for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shard").field("used", &self.used).field("bound", &self.bound).finish_non_exhaustive()
    }
}

/// Bits of the key's lower half: it is a hash already, and the upper half has chosen the shard.
fn hash(key: &[u8; 16]) -> u32 {
    u32::from_le_bytes(*key.first_chunk().expect("16 bytes"))
}
