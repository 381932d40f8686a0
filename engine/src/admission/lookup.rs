//! From a session's or user's key to the number of its live ticket: 4-byte numbers in shards under short locks. The
//! keys themselves are in the tickets. A shard grows by parting one of its tables at a time (`docs/decisions/0031`), so
//! that no join pays for more than [`ENTRIES_MAX`] numbers, however long the line is.

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
/// jumping.
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
/// A table with more entries than this is parted instead of made larger. What a hash table of 4,096 buckets takes: to
/// read so many keys takes half a millisecond where none is in a cache, and a smaller one would be parted more often.
#[cfg(not(any(loom, shuttle)))]
const ENTRIES_MAX: usize = 3_584;
#[cfg(any(loom, shuttle))]
const ENTRIES_MAX: usize = 3;
/// Hashes' bits that choose a part begin here: the table itself uses those below and the uppermost seven.
const PART_SHIFT: u32 = 24;
/// A part of a part, and so on, at most so often; beyond, a table is made larger. Enough for 2^32 hashes of a line.
const LEVELS_MAX: u32 = 32;
const _: () = assert!(PART_SHIFT + LEVELS_MAX <= u64::BITS - 7, "a hash has a bit for every level");
/// One table, or what became of it.
enum Table {
    Whole(HashTable<u32>),
    Parted(Box<[Self; 2]>),
}

/// Where the keys of tickets are read.
#[derive(Clone, Copy)]
struct Keys<'a> {
    tickets: &'a Directory,
    key_of: fn(&Chunk, u32) -> Key,
}

impl Keys<'_> {
    /// A table's numbers with the hashes of their keys. Each chunk is looked up once, and before any key is read: a
    /// look-up orders memory, which would make the scattered reads of thousands of tickets wait for one another.
    fn hashed(self, table: &HashTable<u32>) -> Vec<(u64, u32)> {
        let first = table.iter().min().map_or(0, |number| number / CHUNK);
        let index = |number: u32| (number / CHUNK - first) as usize;
        let mut chunks: Vec<Option<Arc<Chunk>>> = Vec::new();
        for &number in table {
            if index(number) >= chunks.len() {
                chunks.resize(index(number) + 1, None);
            }
            let chunk = &mut chunks[index(number)];
            if chunk.is_none() {
                *chunk = self.tickets.get(number);
            }
        }
        let hash = |number: u32| {
            let chunk = chunks[index(number)].as_ref().expect("a ticket in a table has its chunk");
            ((self.key_of)(chunk, number).hash(), number)
        };
        table.iter().map(|&number| hash(number)).collect()
    }
}

fn part_of(hash: u64, level: u32) -> usize {
    usize::from(hash >> (PART_SHIFT + level) & 1 != 0)
}

/// A table with room for `room` entries, and these in it.
fn table_of(room: usize, hashed: impl Iterator<Item = (u64, u32)>) -> HashTable<u32> {
    let mut table = HashTable::with_capacity(room);
    hashed.for_each(|(hash, number)| enter(&mut table, hash, number));
    table
}

/// Enters a number for which there is room.
fn enter(table: &mut HashTable<u32>, hash: u64, number: u32) {
    table.insert_unique(hash, number, |_| unreachable!("there is room for ticket {number}"));
}

impl Table {
    /// The whole table that this hash belongs to.
    #[inline]
    fn find(&self, hash: u64) -> &HashTable<u32> {
        let (mut at, mut level) = (self, 0);
        loop {
            match at {
                Self::Whole(table) => return table,
                Self::Parted(parts) => at = &parts[part_of(hash, level)],
            }
            level += 1;
        }
    }

    fn insert(&mut self, hash: u64, number: u32, keys: Keys<'_>) {
        let (mut at, mut level) = (self, 0);
        loop {
            if let Self::Whole(table) = at {
                if table.len() < table.capacity() {
                    return enter(table, hash, number);
                }
                at.make_room(level, keys);
            }
            if let Self::Parted(parts) = at {
                at = &mut parts[part_of(hash, level)];
                level += 1;
            }
        }
    }

    /// Makes a full table larger, or parts it.
    #[cold]
    fn make_room(&mut self, level: u32, keys: Keys<'_>) {
        let Self::Whole(table) = self else { return };
        let hashed = keys.hashed(table);
        if hashed.len() * 2 <= ENTRIES_MAX || level >= LEVELS_MAX {
            *table = table_of((hashed.len() * 2).max(1), hashed.into_iter());
            return;
        }
        let part = |part| {
            let own = || hashed.iter().copied().filter(|(hash, _)| part_of(*hash, level) == part);
            let entries = own().count();
            // Full at about half as many again as it begins with: parts are of different sizes.
            Self::Whole(table_of(entries + entries / 2 + 1, own()))
        };
        *self = Self::Parted(Box::new(std::array::from_fn(part)));
    }

    fn remove(&mut self, hash: u64, number: u32, level: u32, keys: Keys<'_>) {
        match self {
            Self::Whole(table) => {
                if let Ok(entry) = table.find_entry(hash, |&n| n == number) {
                    entry.remove();
                }
                if table.capacity() > SHRINK_ABOVE && table.len() < table.capacity() / 8 {
                    let hashed = keys.hashed(table);
                    *table = table_of(hashed.len() * 2, hashed.into_iter());
                }
            }
            Self::Parted(parts) => {
                parts[part_of(hash, level)].remove(hash, number, level + 1, keys);
                if parts.iter().all(Self::is_empty) {
                    *self = Self::Whole(HashTable::new());
                }
            }
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Whole(table) if table.is_empty())
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Whole(table) => table.allocation_size(),
            Self::Parted(parts) => size_of_val(&**parts) + parts.iter().map(Self::bytes).sum::<usize>(),
        }
    }
}

type Shard<const RANK: u8> = Mutex<Table, RANK>;

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
        let empty = |_| Mutex::new(Table::Whole(HashTable::new()));
        let shards = self.shards.get_or_init(|| (0..SHARDS).map(empty).collect());
        let shard = SHARD_OF[usize::from(key.shard_bits()) % SLICES];
        Locked { table: shards[usize::from(shard)].lock(), key, key_of: self.key_of }
    }

    /// Bytes of all shards.
    pub(super) fn bytes(&self) -> usize {
        self.shards.get().map_or(0, |shards| {
            shards.iter().map(|shard| size_of::<Shard<RANK>>() + shard.lock().bytes()).sum()
        })
    }
}

/// A shard under its lock, and the key that led there.
pub(super) struct Locked<'a> {
    table: MutexGuard<'a, Table>,
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
        let hash = self.key.hash();
        self.table.find(hash).find(hash, live).copied()
    }

    /// Enters the key's new ticket.
    pub(super) fn insert(&mut self, number: u32, tickets: &Directory) {
        let keys = Keys { tickets, key_of: self.key_of };
        self.table.insert(self.key.hash(), number, keys);
    }

    /// Takes the key's ticket out.
    pub(super) fn remove(&mut self, number: u32, tickets: &Directory) {
        let keys = Keys { tickets, key_of: self.key_of };
        self.table.remove(self.key.hash(), number, 0, keys);
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;
    use crate::clock::UnixMs;
    use crate::sync::rank;

    const T0: UnixMs = UnixMs::new(1_700_000_000_000);

    /// Tickets whose sessions are all of one shard.
    struct People {
        tickets: Directory,
        sessions: Lookup<{ rank::LINE_SESSIONS }>,
    }

    fn session(number: u32) -> Key {
        let mixed = (u128::from(number) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        Key::of(mixed << 16 >> 16 << 16)
    }

    impl People {
        fn join(&self, number: u32) {
            let key = session(number);
            self.tickets.reach(number, T0).set_keys(number, key, Key::NONE, false, T0);
            let mut shard = self.sessions.lock(key);
            assert_eq!(shard.find(&self.tickets), None, "{number} is new");
            shard.insert(number, &self.tickets);
        }

        fn find(&self, number: u32) -> Option<u32> {
            self.sessions.lock(session(number)).find(&self.tickets)
        }
    }

    /// Entries of every whole table below.
    fn sizes(table: &Table, to: &mut Vec<usize>) {
        match table {
            Table::Whole(table) => to.push(table.len()),
            Table::Parted(parts) => parts.iter().for_each(|part| sizes(part, to)),
        }
    }

    #[test]
    fn a_shard_of_any_size_is_made_of_bounded_tables_and_gives_its_memory_back() {
        let people = People { tickets: Directory::new(), sessions: Lookup::new(Chunk::session) };
        let all = u32::try_from(20 * ENTRIES_MAX).expect("some ten thousand");
        (0..all).for_each(|number| people.join(number));
        let (mut tables, first) = (Vec::new(), session(0));
        sizes(&people.sessions.lock(first).table, &mut tables);
        assert_eq!(tables.iter().sum::<usize>(), 20 * ENTRIES_MAX, "all of one shard");
        assert!(tables.iter().all(|entries| (ENTRIES_MAX / 3..=ENTRIES_MAX).contains(entries)), "{tables:?}");
        assert!((0..all).all(|number| people.find(number) == Some(number)));
        let full = people.sessions.bytes();

        let leave = |number| people.sessions.lock(session(number)).remove(number, &people.tickets);
        let stays = |number: u32| number.is_multiple_of(1_000);
        (0..all).filter(|number| !stays(*number)).for_each(leave);
        assert!((0..all).all(|number| people.find(number).is_some() == stays(number)));
        (0..all).filter(|number| stays(*number)).for_each(leave);
        let empty = people.sessions.bytes();
        assert!(empty < full / 10, "{full} bytes full, {empty} empty");
        assert!(people.sessions.lock(first).table.is_empty(), "one table again");
        people.join(7);
        assert_eq!(people.find(7), Some(7));
    }

    #[test]
    fn keys_that_no_bit_tells_apart_are_kept_all_the_same() {
        let people = People { tickets: Directory::new(), sessions: Lookup::new(Chunk::session) };
        // One hash for all, and 15 bits that the hash does not have: they go to every shard.
        let key = |number: u32| Key::from_parts(5, u16::try_from(number).expect("15 bits"));
        let all = 1 << 15;
        for number in 0..all {
            people.tickets.reach(number, T0).set_keys(number, key(number), Key::NONE, false, T0);
            people.sessions.lock(key(number)).insert(number, &people.tickets);
        }
        let find = |number| people.sessions.lock(key(number)).find(&people.tickets);
        assert!((0..all).step_by(97).all(|number| find(number) == Some(number)));
    }
}
