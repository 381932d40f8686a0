//! One shard of the answers: a map from key to slot, the slots in chunks, and a list of completed ones in the order of
//! completion. One thread at a time; knows neither locks nor waiting.

use std::fmt;

use hashbrown::HashTable;

use super::Answer;
use crate::clock::UnixMs;

/// Replies up to this long stand in the slot.
const INLINE_BYTES: usize = 40;
/// In place of a length: the reply stands in `long`, at the index in the slot's first four bytes.
const LONG: u8 = u8::MAX;
/// Slots are made so many at a time, so that growing moves nothing and wastes little.
const CHUNK: u32 = 128;
/// No slot: the end of a list.
const NONE: u32 = u32::MAX;
/// Expiries have 48 bits: until the year 10889.
const EXPIRES_MAX: u64 = (1 << 48) - 1;

const _: () = assert!(INLINE_BYTES < LONG as usize, "a length is no mark");
const _: () = assert!(size_of::<Slot>() == 84 && align_of::<Slot>() == 4, "packed by hand");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
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
    state: State,
    length: u8,
    /// The next free slot, or the one completed next.
    next: u32,
    reply: [u8; INLINE_BYTES],
}

const EMPTY: Slot = Slot {
    key: [0; 16],
    fingerprint: [0; 8],
    offset: [0; 8],
    expires: [0; 6],
    state: State::Free,
    length: 0,
    next: NONE,
    reply: [0; INLINE_BYTES],
};

/// What there is under a key.
pub(super) enum Found {
    Nothing,
    Running,
    /// An answer that has not expired.
    Done(u32),
}

pub(super) struct Shard {
    index: HashTable<u32>,
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
    long: Vec<Box<[u8]>>,
    long_free: Vec<u32>,
}

#[derive(Default)]
struct Slots(Vec<Box<[Slot]>>);

impl Shard {
    pub(super) fn with_bound(bound: u32) -> Self {
        Self {
            index: HashTable::new(),
            slots: Slots::default(),
            bound,
            used: 0,
            high: 0,
            free: NONE,
            oldest: NONE,
            newest: NONE,
            long: Vec::new(),
            long_free: Vec::new(),
        }
    }

    /// Looks a key up. An expired answer is taken out of the map on the way, and counts as nothing.
    pub(super) fn find(&mut self, key: u128, now: UnixMs) -> Found {
        let bytes = key.to_le_bytes();
        let slots = &self.slots;
        let Ok(entry) = self.index.find_entry(hash(&bytes), |at| slots.get(*at).key == bytes) else {
            return Found::Nothing;
        };
        let at = *entry.get();
        let slot = slots.get(at);
        if slot.state == State::Running {
            return Found::Running;
        }
        debug_assert_eq!(slot.state, State::Done, "slot {at} in the map");
        if slot.expires() > now {
            return Found::Done(at);
        }
        entry.remove();
        self.slots.get_mut(at).state = State::Replaced;
        Found::Nothing
    }

    /// The answer in a slot.
    pub(super) fn answer(&self, at: u32) -> Answer<'_> {
        let slot = self.slots.get(at);
        let reply = match slot.length {
            LONG => &*self.long[slot.long_index()],
            length => &slot.reply[..usize::from(length)],
        };
        Answer {
            key: u128::from_le_bytes(slot.key),
            fingerprint: u64::from_le_bytes(slot.fingerprint),
            reply,
            offset: u64::from_le_bytes(slot.offset),
            expires: slot.expires(),
        }
    }

    /// Puts an absent key in as running; `None` when the bound is reached and nothing has expired.
    pub(super) fn start(&mut self, key: u128, fingerprint: u64, now: UnixMs) -> Option<u32> {
        // More than once only after a replay went past the bound.
        while self.used >= self.bound {
            if !self.forget_oldest(now) {
                return None;
            }
        }
        let at = self.take();
        let key = key.to_le_bytes();
        let fingerprint = fingerprint.to_le_bytes();
        *self.slots.get_mut(at) = Slot { key, fingerprint, state: State::Running, ..EMPTY };
        let slots = &self.slots;
        self.index.insert_unique(hash(&key), at, |at| hash(&slots.get(*at).key));
        Some(at)
    }

    /// Turns a running slot into an answer, the newest.
    pub(super) fn complete(&mut self, at: u32, reply: &[u8], offset: u64, expires: UnixMs) {
        let long = (reply.len() > INLINE_BYTES).then(|| self.keep_long(reply));
        let slot = self.slots.get_mut(at);
        assert_eq!(slot.state, State::Running, "slot {at} is not being answered");
        slot.state = State::Done;
        slot.offset = offset.to_le_bytes();
        slot.expires.copy_from_slice(&expires.get().min(EXPIRES_MAX).to_le_bytes()[..6]);
        slot.next = NONE;
        match long {
            None => {
                slot.length = u8::try_from(reply.len()).expect("fits inline");
                slot.reply[..reply.len()].copy_from_slice(reply);
            }
            Some(index) => {
                slot.length = LONG;
                slot.reply[..4].copy_from_slice(&index.to_le_bytes());
            }
        }
        match self.newest {
            NONE => self.oldest = at,
            newest => self.slots.get_mut(newest).next = at,
        }
        self.newest = at;
    }

    /// Forgets a running slot.
    pub(super) fn abandon(&mut self, at: u32) {
        let state = self.slots.get(at).state;
        assert_eq!(state, State::Running, "slot {at} is not being answered");
        self.unmap(at);
        self.give(at);
    }

    /// Puts an answer in, in place of what its key had.
    pub(super) fn install(&mut self, answer: Answer<'_>) {
        // At the end of time every answer has expired, so that an older one of the key makes way.
        let found = self.find(answer.key, UnixMs::MAX);
        assert!(matches!(found, Found::Nothing), "key {:#x} is being answered during replay", answer.key);
        let bound = std::mem::replace(&mut self.bound, u32::MAX);
        let at = self.start(answer.key, answer.fingerprint, UnixMs::ZERO).expect("no bound at replay");
        self.bound = bound;
        self.complete(at, answer.reply, answer.offset, answer.expires);
    }

    /// Forgets the answer that was completed first, if it has expired.
    pub(super) fn forget_oldest(&mut self, now: UnixMs) -> bool {
        let at = self.oldest;
        if at == NONE {
            return false;
        }
        let Slot { state, next, .. } = *self.slots.get(at);
        if state == State::Done {
            if self.slots.get(at).expires() > now {
                return false;
            }
            self.unmap(at);
        }
        self.oldest = next;
        if next == NONE {
            self.newest = NONE;
        }
        self.give(at);
        true
    }

    /// When the answer that was completed first expires.
    pub(super) fn next_due(&self) -> Option<UnixMs> {
        (self.oldest != NONE).then(|| self.slots.get(self.oldest).expires())
    }

    pub(super) fn each(&self, show: &mut impl FnMut(Answer<'_>)) {
        let mut at = self.oldest;
        while at != NONE {
            let slot = self.slots.get(at);
            if slot.state == State::Done {
                show(self.answer(at));
            }
            at = slot.next;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    pub(super) fn clear(&mut self) {
        while self.forget_oldest(UnixMs::MAX) {}
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.index.allocation_size()
            + self.slots.0.capacity() * size_of::<Box<[Slot]>>()
            + self.slots.0.len() * CHUNK as usize * size_of::<Slot>()
            + self.long.capacity() * size_of::<Box<[u8]>>()
            + self.long.iter().map(|reply| reply.len()).sum::<usize>()
            + self.long_free.capacity() * size_of::<u32>()
    }

    fn unmap(&mut self, at: u32) {
        let key = self.slots.get(at).key;
        let entry = self.index.find_entry(hash(&key), |other| *other == at).ok();
        entry.expect("a slot in use stands in the map").remove();
    }

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
        let slot = self.slots.get_mut(at);
        if slot.length == LONG {
            let index = slot.long_index();
            self.long[index] = Box::default();
            self.long_free.push(u32::try_from(index).expect("given out as 32 bits"));
        }
        *slot = Slot { next: self.free, ..EMPTY };
        self.free = at;
        self.used -= 1;
    }

    fn keep_long(&mut self, reply: &[u8]) -> u32 {
        if let Some(index) = self.long_free.pop() {
            self.long[index as usize] = reply.into();
            return index;
        }
        self.long.push(reply.into());
        u32::try_from(self.long.len() - 1).expect("no more long replies than slots")
    }
}

impl Slot {
    fn expires(&self) -> UnixMs {
        let mut bytes = [0; 8];
        bytes[..6].copy_from_slice(&self.expires);
        UnixMs::new(u64::from_le_bytes(bytes))
    }

    fn long_index(&self) -> usize {
        u32::from_le_bytes(*self.reply.first_chunk().expect("40 bytes")) as usize
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

/// The lower half of the key: it is a hash already, and the upper half has chosen the shard.
fn hash(key: &[u8; 16]) -> u64 {
    u64::from_le_bytes(*key.first_chunk().expect("16 bytes"))
}
