//! Customers with something live: names interned to small numbers, seats counted per event for the per-user bound, and
//! each user's reservations and payments linked newest first. Decides nothing but the bound; knows no seats, and of time
//! only the moments by which the lists are ordered.
//!
//! Sharded short locks, not lock-free: two requests meet here only if they come from the same user (or the same
//! sixty-fourth of all users), and inside the lock there is a look-up and a few words of work.

mod lists;
#[cfg(all(test, not(loom)))]
mod tests;

use std::hash::BuildHasher;
use std::ops::{Index, IndexMut};

use siphasher::sip::SipHasher13;
use smallvec::SmallVec;

use crate::ids::{TableNumber, UserId};
use crate::index;
use crate::sync::{CachePadded, Mutex, Slab, rank};

use lists::Node;
pub(crate) use lists::{List, Listed};

const SHARD_BITS: u32 = 6;
const SHARDS: u32 = 1 << SHARD_BITS;
const NONE: u32 = u32::MAX;

/// A user's number while something of theirs is live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UserIx(pub(crate) u32);

/// All users with something live.
pub(crate) struct Users {
    table: TableNumber,
    /// Keyed, because customers choose their names.
    hasher: SipHasher13,
    shards: Box<[CachePadded<Mutex<Shard, { rank::USERS }>>]>,
    /// Links of the lists, one node a slot of the table that the list is over; written only under the user's lock.
    nodes: [Slab<Node>; 2],
}

#[derive(Default)]
struct Shard {
    by_name: index::Index,
    entries: Entries,
    free: Vec<u32>,
}

/// Entries are made room for so many at a time: nothing is moved under the lock when there are more.
const CHUNK: usize = 32;

/// Entries by number. Those that were never used are there already, so that a new one is written in its place.
#[derive(Default)]
struct Entries {
    chunks: Vec<Box<[Entry]>>,
    used: usize,
}

impl Entries {
    fn get(&self, at: usize) -> Option<&Entry> {
        if at < self.used { Some(&self[at]) } else { None }
    }

    /// The number of an entry that was never used.
    fn unused(&mut self) -> usize {
        let at = self.used;
        if at == self.chunks.len() * CHUNK {
            self.chunks.push((0..CHUNK).map(|_| Entry::default()).collect());
        }
        self.used += 1;
        at
    }
}

impl Index<usize> for Entries {
    type Output = Entry;

    #[inline]
    fn index(&self, at: usize) -> &Entry {
        &self.chunks[at / CHUNK][at % CHUNK]
    }
}

impl IndexMut<usize> for Entries {
    #[inline]
    fn index_mut(&mut self, at: usize) -> &mut Entry {
        &mut self.chunks[at / CHUNK][at % CHUNK]
    }
}

/// One user's; free if it has no name.
struct Entry {
    name: Option<UserId>,
    /// Live things that name this user; at zero the entry goes.
    things: u32,
    newest: [u32; 2],
    seats: SmallVec<[(u32, u32); 1]>,
}

impl Default for Entry {
    fn default() -> Self {
        Self { name: None, things: 0, newest: [NONE; 2], seats: SmallVec::new() }
    }
}

impl Users {
    /// Room for lists over tables of so many reservations and payments. The number of users is bounded by theirs.
    pub(crate) fn new(reservations_max: u32, payments_max: u32) -> Self {
        let random = std::hash::RandomState::new();
        Self {
            table: TableNumber::next(),
            hasher: SipHasher13::new_with_keys(random.hash_one(0), random.hash_one(1)),
            shards: (0..SHARDS).map(|_| CachePadded::default()).collect(),
            nodes: [Slab::with_bound(reservations_max), Slab::with_bound(payments_max)],
        }
    }

    /// Counts one more live thing for `user`, and `seats` more seats of `event`.
    ///
    /// # Errors
    /// The seats that the user has, if `seats` more were over `seats_max`; nothing is counted then.
    pub(crate) fn enter(
        &self,
        user: &UserId,
        event: u32,
        seats: u32,
        seats_max: Option<u32>,
    ) -> Result<UserIx, u32> {
        let bits = self.bits_of(user);
        let shard_number = bits % SHARDS;
        let mut shard = self.shards[shard_number as usize].lock();
        let local = shard.find_or_add(bits, user);
        let entry = &mut shard.entries[local as usize];
        let has = entry.seats_of(event);
        if seats_max.is_some_and(|most| has.saturating_add(seats) > most) {
            shard.drop_if_idle(bits, local);
            return Err(has);
        }
        entry.things += 1;
        entry.add_seats(event, seats);
        Ok(UserIx((local << SHARD_BITS) | shard_number))
    }

    /// Seats of `event` that the user has.
    pub(crate) fn seats_of(&self, user: &UserId, event: u32) -> u32 {
        let bits = self.bits_of(user);
        let shard = self.shards[(bits % SHARDS) as usize].lock();
        shard.find(bits, user).map_or(0, |local| shard.entries[local as usize].seats_of(event))
    }

    /// Counts `seats` seats of `event` less: they were given back.
    pub(crate) fn give_back(&self, user: UserIx, event: u32, seats: u32) {
        self.with(user, |shard, local| shard.entries[local].take_seats(event, seats));
    }

    /// Counts `seats` seats of `event` more, whatever the bound: a late payment took its seats again.
    pub(crate) fn take_again(&self, user: UserIx, event: u32, seats: u32) {
        self.with(user, |shard, local| shard.entries[local].add_seats(event, seats));
    }

    /// Counts one live thing less; the last one takes the entry along.
    pub(crate) fn leave(&self, user: UserIx) {
        self.with(user, |shard, local| {
            let entry = &mut shard.entries[local];
            assert!(entry.things > 0, "user {local} has no live things to leave");
            entry.things -= 1;
            if entry.things == 0 {
                let name = entry.name.as_ref().expect("an entry in use has its name");
                let bits = self.bits_of(name);
                shard.drop_if_idle(bits, user.0 >> SHARD_BITS);
            }
        });
    }

    /// The number of a user with something live.
    pub(crate) fn find(&self, user: &UserId) -> Option<UserIx> {
        let bits = self.bits_of(user);
        let shard_number = bits % SHARDS;
        let local = self.shards[shard_number as usize].lock().find(bits, user)?;
        Some(UserIx((local << SHARD_BITS) | shard_number))
    }

    /// The name behind a number; `None` if nothing of theirs is live any more.
    pub(crate) fn name(&self, user: UserIx) -> Option<UserId> {
        let shard = self.shards[(user.0 % SHARDS) as usize].lock();
        shard.entries.get((user.0 >> SHARD_BITS) as usize)?.name.clone()
    }

    /// True if `user` is who the number stands for. No allocation, no copy.
    pub(crate) fn is(&self, user: UserIx, name: &UserId) -> bool {
        let shard = self.shards[(user.0 % SHARDS) as usize].lock();
        shard
            .entries
            .get((user.0 >> SHARD_BITS) as usize)
            .is_some_and(|entry| entry.name.as_ref() == Some(name))
    }

    /// Users with something live.
    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().by_name.len()).sum()
    }

    /// The name with what it is looked up by.
    pub(crate) fn prepare(&self, user: &UserId) -> UserId {
        user.prepared_by(self.table, self.bits_of(user))
    }

    /// The bits by which a name is listed in its shard. The lowest of them say which shard that is; the index looks at
    /// the highest first.
    fn bits_of(&self, name: &UserId) -> u32 {
        #[expect(clippy::cast_possible_truncation, reason = "the lower half of a hash")]
        name.found_by(self.table).unwrap_or_else(|| self.hasher.hash(name.as_bytes()) as u32)
    }

    /// True if the two users' numbers may follow each other.
    #[cfg(all(test, not(any(loom, shuttle))))]
    pub(crate) fn shares_shard(&self, one: &UserId, other: &UserId) -> bool {
        self.bits_of(one) % SHARDS == self.bits_of(other) % SHARDS
    }

    fn with<R>(&self, user: UserIx, work: impl FnOnce(&mut Shard, usize) -> R) -> R {
        let mut shard = self.shards[(user.0 % SHARDS) as usize].lock();
        work(&mut shard, (user.0 >> SHARD_BITS) as usize)
    }
}

impl Shard {
    fn find(&self, bits: u32, user: &UserId) -> Option<u32> {
        self.by_name.find(bits, |local| self.entries[local as usize].name.as_ref() == Some(user))
    }

    fn find_or_add(&mut self, bits: u32, user: &UserId) -> u32 {
        let is = |local: u32| self.entries[local as usize].name.as_ref() == Some(user);
        let vacancy = match self.by_name.look(bits, is) {
            Ok(local) => return local,
            Err(vacancy) => vacancy,
        };
        let local = self.free.pop().unwrap_or_else(|| {
            u32::try_from(self.entries.unused()).expect("bounded by the tables of things")
        });
        // The rest of a free entry is as in one that was never used.
        self.entries[local as usize].name = Some(user.clone());
        self.by_name.insert_at(vacancy, bits, local);
        local
    }

    fn drop_if_idle(&mut self, bits: u32, local: u32) {
        let entry = &mut self.entries[local as usize];
        if entry.things > 0 {
            return;
        }
        debug_assert_eq!(entry.newest, [NONE; 2], "nothing live, yet something listed");
        entry.name = None;
        // A free entry counts no seats.
        entry.seats.clear();
        let removed = self.by_name.remove(bits, local);
        assert!(removed, "user {local} in use does not stand in the index");
        self.free.push(local);
    }
}

impl Entry {
    fn seats_of(&self, event: u32) -> u32 {
        self.seats.iter().find(|(of, _)| *of == event).map_or(0, |(_, seats)| *seats)
    }

    fn add_seats(&mut self, event: u32, seats: u32) {
        match self.seats.iter_mut().find(|(of, _)| *of == event) {
            Some((_, count)) => *count += seats,
            None if seats > 0 => self.seats.push((event, seats)),
            None => {}
        }
    }

    fn take_seats(&mut self, event: u32, seats: u32) {
        let Some(at) = self.seats.iter().position(|(of, _)| *of == event) else {
            assert_eq!(seats, 0, "{seats} seats given back, none were counted");
            return;
        };
        let count = &mut self.seats[at].1;
        assert!(*count >= seats, "{seats} seats given back, {count} were counted");
        *count -= seats;
        if *count == 0 {
            self.seats.swap_remove(at);
        }
    }
}
