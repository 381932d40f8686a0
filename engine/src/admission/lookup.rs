//! From a session's or user's key to the number of its live ticket: a table of 4-byte numbers in shards under short
//! locks. The keys themselves are in the tickets.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use hashbrown::HashTable;

use super::directory::{CHUNK, Directory};
use super::ticket::{Chunk, Key, TicketState};
use crate::sync::{Mutex, MutexGuard};

#[cfg(not(any(loom, shuttle)))]
const SHARDS: usize = 256;
#[cfg(any(loom, shuttle))]
const SHARDS: usize = 1;
const SLICES: usize = 4_096;

/// Which shard a slice of the keys belongs to. The last shard is twice as wide as the first, so that the tables
/// double one after another while the line grows, not all at once: memory follows the number of people instead of
/// jumping, and no moment has many long rehashes.
static SHARD_OF: [u8; SLICES] = shard_of();

#[expect(clippy::cast_possible_truncation, reason = "a shard's number is below 256")]
const fn shard_of() -> [u8; SLICES] {
    let mut of = [0; SLICES];
    let (mut slice, mut shard) = (0, 0);
    while slice < SLICES {
        // Start of the next shard, for widths that rise evenly from 1 to 2.
        let next = shard + 1;
        if shard + 1 < SHARDS && slice >= SLICES * (2 * SHARDS * next + next * next) / (3 * SHARDS * SHARDS) {
            shard += 1;
        }
        of[slice] = shard as u8;
        slice += 1;
    }
    of
}

/// Tables larger than this give memory back when seven eighths of it are unused.
const SHRINK_ABOVE: usize = 64;

/// Reads keys while a shard moves to another table. It looks each chunk up once: the look-up orders memory, which
/// would make the scattered reads of thousands of tickets wait for one another.
struct Rehash<'a> {
    tickets: &'a Directory,
    key_of: fn(&Chunk, u32) -> Key,
    first: u32,
    chunks: RefCell<Vec<Option<Arc<Chunk>>>>,
}

impl<'a> Rehash<'a> {
    fn new(table: &HashTable<u32>, tickets: &'a Directory, key_of: fn(&Chunk, u32) -> Key) -> Self {
        let first = table.iter().min().map_or(0, |number| number / CHUNK);
        Self { tickets, key_of, first, chunks: RefCell::new(Vec::new()) }
    }

    fn hash(&self, number: u32) -> u64 {
        let mut chunks = self.chunks.borrow_mut();
        let index = (number / CHUNK - self.first) as usize;
        if index >= chunks.len() {
            chunks.resize(index + 1, None);
        }
        let chunk = chunks[index]
            .get_or_insert_with(|| self.tickets.get(number).expect("a ticket in a table has its chunk"));
        (self.key_of)(chunk, number).hash()
    }
}

type Shard<const RANK: u8> = Mutex<HashTable<u32>, RANK>;

/// One table. Nothing is allocated before the first ticket.
pub(super) struct Lookup<const RANK: u8> {
    shards: OnceLock<Box<[Shard<RANK>]>>,
    key_of: fn(&Chunk, u32) -> Key,
}

impl<const RANK: u8> Lookup<RANK> {
    pub(super) fn new(key_of: fn(&Chunk, u32) -> Key) -> Self {
        Self { shards: OnceLock::new(), key_of }
    }

    /// Locks the key's shard.
    pub(super) fn lock(&self, key: Key) -> Locked<'_> {
        let shards = self.shards.get_or_init(|| (0..SHARDS).map(|_| Mutex::new(HashTable::new())).collect());
        let shard = SHARD_OF[usize::from(key.shard_bits()) % SLICES];
        Locked { table: shards[usize::from(shard)].lock(), key, key_of: self.key_of }
    }

    /// Bytes of all shards.
    pub(super) fn bytes(&self) -> usize {
        self.shards.get().map_or(0, |shards| {
            shards.iter().map(|shard| size_of::<Shard<RANK>>() + shard.lock().allocation_size()).sum()
        })
    }
}

/// A shard under its lock, and the key that led there.
pub(super) struct Locked<'a> {
    table: MutexGuard<'a, HashTable<u32>>,
    key: Key,
    key_of: fn(&Chunk, u32) -> Key,
}

impl Locked<'_> {
    /// The key's ticket, unless it is over. A ticket whose join is not finished counts.
    pub(super) fn find(&self, tickets: &Directory) -> Option<u32> {
        let live = |&number: &u32| {
            let is = |chunk: &Chunk| {
                (self.key_of)(chunk, number) == self.key && {
                    let state = chunk.state(number);
                    state.is_live() || state == TicketState::Void
                }
            };
            tickets.with(number, |chunk| is(chunk)).unwrap_or(false)
        };
        self.table.find(self.key.hash(), live).copied()
    }

    /// Enters the key's new ticket.
    pub(super) fn insert(&mut self, number: u32, tickets: &Directory) {
        let is_full = self.table.len() == self.table.capacity();
        let rehash = is_full.then(|| Rehash::new(&self.table, tickets, self.key_of));
        let hash = |n| rehash.as_ref().expect("only a full table is made larger").hash(n);
        self.table.insert_unique(self.key.hash(), number, |&n| hash(n));
    }

    /// Takes the key's ticket out.
    pub(super) fn remove(&mut self, number: u32, tickets: &Directory) {
        if let Ok(entry) = self.table.find_entry(self.key.hash(), |&n| n == number) {
            entry.remove();
        }
        if self.table.capacity() > SHRINK_ABOVE && self.table.len() < self.table.capacity() / 8 {
            let rehash = Rehash::new(&self.table, tickets, self.key_of);
            let keep = self.table.len() * 2;
            self.table.shrink_to(keep, |&n| rehash.hash(n));
        }
    }
}
