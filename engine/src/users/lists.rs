//! Each user's reservations and payments, newest first: links between slots, written under the lock of the user's shard.
//!
//! A list is in strict order of its entries' moments, slots and generations, whatever the order in which they came. So
//! the place of an entry is known even when the entry itself is gone, and a page begins where the last one ended.

use crate::clock::UnixMs;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use super::{NONE, UserIx, Users};

/// Entries that are looked at in one go under the lock.
const RUN: usize = 256;

/// The two lists that each user has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum List {
    Reservations = 0,
    Payments = 1,
}

/// An entry of a list. Greater is newer; no two entries are equal, since one generation of a slot is listed once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Listed {
    pub(crate) created_at: UnixMs,
    pub(crate) slot: u32,
    pub(crate) generation: u32,
}

/// What stands beside a slot of the table that a list is over. All fields are written and read under the lock of the
/// user's shard, which orders them; a field of another user's entry may be read, and then differs from what is sought.
pub(super) struct Node {
    newer: AtomicU32,
    older: AtomicU32,
    /// Whose list the slot is in; `NONE` while it is in no list.
    user: AtomicU32,
    generation: AtomicU32,
    created_at: AtomicU64,
}

impl Default for Node {
    fn default() -> Self {
        let none = || AtomicU32::new(NONE);
        Self {
            newer: none(),
            older: none(),
            user: none(),
            generation: AtomicU32::new(0),
            created_at: AtomicU64::new(0),
        }
    }
}

impl Node {
    fn entry(&self, slot: u32) -> Listed {
        let created_at = UnixMs::new(self.created_at.load(Relaxed));
        Listed { created_at, slot, generation: self.generation.load(Relaxed) }
    }
}

impl Users {
    /// Puts an entry into the user's list. It is nearly always the newest: a caller passes over others only if it read the
    /// clock before them and comes after them, or in the same millisecond.
    pub(crate) fn link(&self, list: List, user: UserIx, entry: Listed) {
        self.with(user, |shard, local| {
            let newest = &mut shard.entries[local].newest[list as usize];
            let (mut newer, mut older) = (NONE, *newest);
            while older != NONE {
                let other = self.node(list, older);
                if other.entry(older) < entry {
                    other.newer.store(entry.slot, Relaxed);
                    break;
                }
                (newer, older) = (older, other.older.load(Relaxed));
            }
            if newer == NONE {
                *newest = entry.slot;
            } else {
                self.node(list, newer).older.store(entry.slot, Relaxed);
            }
            let node = self.node(list, entry.slot);
            node.newer.store(newer, Relaxed);
            node.older.store(older, Relaxed);
            node.user.store(user.0, Relaxed);
            node.generation.store(entry.generation, Relaxed);
            node.created_at.store(entry.created_at.get(), Relaxed);
        });
    }

    /// Takes `slot` out of the user's list.
    pub(crate) fn unlink(&self, list: List, user: UserIx, slot: u32) {
        self.with(user, |shard, local| {
            let node = self.node(list, slot);
            let (newer, older) = (node.newer.load(Relaxed), node.older.load(Relaxed));
            if older != NONE {
                self.node(list, older).newer.store(newer, Relaxed);
            }
            if newer == NONE {
                shard.entries[local].newest[list as usize] = older;
            } else {
                self.node(list, newer).older.store(older, Relaxed);
            }
            node.user.store(NONE, Relaxed);
        });
    }

    /// Adds to `out` the next entries of the user's list behind `after` (from the newest for `None`), whether or not that
    /// entry is still there. Some hundreds at most; none means that the list ends here. Looks at a bounded number of
    /// entries under the lock before it lets others in.
    pub(crate) fn behind(&self, list: List, user: UserIx, after: Option<Listed>, out: &mut Vec<Listed>) {
        // Where the walk has come to, so that the next look under the lock need not begin at the newest again.
        let mut passed = after;
        loop {
            let ended = self.with(user, |shard, local| {
                let mut at = match passed.filter(|entry| self.is_listed(list, user, *entry)) {
                    Some(entry) => self.node(list, entry.slot).older.load(Relaxed),
                    None => shard.entries.get(local).map_or(NONE, |entry| entry.newest[list as usize]),
                };
                for _ in 0..RUN {
                    if at == NONE {
                        return true;
                    }
                    let node = self.node(list, at);
                    let entry = node.entry(at);
                    if after.is_none_or(|after| entry < after) {
                        out.push(entry);
                    }
                    passed = Some(entry);
                    at = node.older.load(Relaxed);
                }
                false
            });
            if ended || !out.is_empty() {
                return;
            }
        }
    }

    /// True if exactly this entry is in the user's list. Under the lock of the user's shard: only there does a node get or
    /// lose this user's number.
    fn is_listed(&self, list: List, user: UserIx, entry: Listed) -> bool {
        self.nodes[list as usize]
            .get(entry.slot)
            .is_some_and(|node| node.user.load(Relaxed) == user.0 && node.entry(entry.slot) == entry)
    }

    fn node(&self, list: List, slot: u32) -> &Node {
        self.nodes[list as usize].beside(slot).expect("lists are over tables of the same bounds")
    }
}
