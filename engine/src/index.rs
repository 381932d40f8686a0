//! An index from hashes to numbers: what the tables of users and answers look things up by. A bucket is one word (32 bits of the
//! hash beside the number), so that a look-up, whether it finds or not, costs about one cache line, an entry is never
//! read to be found the wrong one, and growing reads no entries at all. Linear probing; removal shifts back and leaves no marks
//! (Knuth, The Art of Computer Programming, volume 3, 6.4, algorithm R). One thread at a time.

/// Buckets that the first entry brings.
const BUCKETS_MIN: usize = 16;
/// A table is grown when more than this many sixteenths of it are full: beyond, runs get long.
const FULL_SIXTEENTHS: usize = 12;
/// No entry.
const EMPTY: u64 = u64::MAX;

/// Numbers below `u32::MAX`, by hash. Several entries may have one hash.
#[derive(Default)]
pub(crate) struct Index {
    /// A power of two of them, or none.
    buckets: Box<[u64]>,
    len: usize,
}

/// A bucket that is free for a number that was looked for and not found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Vacancy(usize);

fn pack(hash: u32, number: u32) -> u64 {
    assert!(number < u32::MAX, "number {number} leaves no mark for an empty bucket");
    u64::from(hash) << 32 | u64::from(number)
}

fn hash_of(bucket: u64) -> u32 {
    (bucket >> 32) as u32
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
fn number_of(bucket: u64) -> u32 {
    bucket as u32
}

impl Index {
    /// The number with this hash that `is` agrees with.
    pub(crate) fn find(&self, hash: u32, is: impl FnMut(u32) -> bool) -> Option<u32> {
        self.look(hash, is).ok()
    }

    /// The number with this hash that `is` agrees with, or where one with this hash would be entered.
    #[inline]
    pub(crate) fn look(&self, hash: u32, mut is: impl FnMut(u32) -> bool) -> Result<u32, Vacancy> {
        if self.buckets.is_empty() {
            return Err(Vacancy(0));
        }
        let mut at = self.home(hash);
        loop {
            let bucket = self.buckets[at];
            if bucket == EMPTY {
                return Err(Vacancy(at));
            }
            if hash_of(bucket) == hash && is(number_of(bucket)) {
                return Ok(number_of(bucket));
            }
            at = self.after(at);
        }
    }

    /// Reads the buckets where look-ups of these hashes begin. The reads do not wait for each other, as those of
    /// look-ups one after the other do.
    pub(crate) fn look_ahead(&self, hashes: impl Iterator<Item = u32>) {
        if !self.buckets.is_empty() {
            std::hint::black_box(hashes.fold(0, |seen, hash| seen ^ self.buckets[self.home(hash)]));
        }
    }

    /// Enters a number that is not there yet where [`look`](Self::look) said, for the same hash, if nothing was entered
    /// or taken out since.
    #[inline]
    pub(crate) fn insert_at(&mut self, vacancy: Vacancy, hash: u32, number: u32) {
        if self.is_full() {
            return self.insert(hash, number);
        }
        let bucket = &mut self.buckets[vacancy.0];
        debug_assert_eq!(*bucket, EMPTY, "bucket {} was taken since", vacancy.0);
        *bucket = pack(hash, number);
        self.len += 1;
    }

    /// Enters a number that is not there yet.
    pub(crate) fn insert(&mut self, hash: u32, number: u32) {
        if self.is_full() {
            self.grow();
        }
        self.len += 1;
        self.put(pack(hash, number));
    }

    /// True if the table grows before another number is entered.
    fn is_full(&self) -> bool {
        (self.len + 1) * 16 > self.buckets.len() * FULL_SIXTEENTHS
    }

    /// Takes a number out. False if it was not there.
    pub(crate) fn remove(&mut self, hash: u32, number: u32) -> bool {
        if self.buckets.is_empty() {
            return false;
        }
        let wanted = pack(hash, number);
        let mut hole = self.home(hash);
        while self.buckets[hole] != wanted {
            if self.buckets[hole] == EMPTY {
                return false;
            }
            hole = self.after(hole);
        }
        self.len -= 1;
        // Whatever stands behind the hole and could stand in it moves there, until nothing does.
        let mut at = self.after(hole);
        while self.buckets[at] != EMPTY {
            let home = self.home(hash_of(self.buckets[at]));
            if self.distance(home, at) >= self.distance(hole, at) {
                self.buckets[hole] = self.buckets[at];
                hole = at;
            }
            at = self.after(at);
        }
        self.buckets[hole] = EMPTY;
        true
    }

    /// Entries.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Bytes of memory held.
    pub(crate) fn memory_bytes(&self) -> usize {
        size_of_val(&*self.buckets)
    }

    #[cold]
    fn grow(&mut self) {
        let buckets = (self.buckets.len() * 2).max(BUCKETS_MIN);
        let before = std::mem::replace(&mut self.buckets, vec![EMPTY; buckets].into_boxed_slice());
        // In order of the hash, and so is the new table: it is filled from end to end.
        before.iter().filter(|bucket| **bucket != EMPTY).for_each(|bucket| self.put(*bucket));
    }

    fn put(&mut self, bucket: u64) {
        let mut at = self.home(hash_of(bucket));
        while self.buckets[at] != EMPTY {
            at = self.after(at);
        }
        self.buckets[at] = bucket;
    }

    /// The hash, stretched over the table.
    #[inline]
    fn home(&self, hash: u32) -> usize {
        ((u64::from(hash) * self.buckets.len() as u64) >> 32) as usize
    }

    #[inline]
    fn after(&self, at: usize) -> usize {
        (at + 1) & (self.buckets.len() - 1)
    }

    /// Steps from one bucket to another.
    fn distance(&self, from: usize, to: usize) -> usize {
        to.wrapping_sub(from) & (self.buckets.len() - 1)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Few hashes, all near both ends of the table, so that runs are long and go round its end.
        #[test]
        fn index_is_a_set_of_pairs(steps in prop::collection::vec((any::<bool>(), 0u32..6, 0u32..40), 1..600)) {
            let mut index = Index::default();
            let mut model = BTreeSet::new();
            for (add, hash, number) in steps {
                let hash = if hash < 3 { hash } else { u32::MAX - hash };
                if add {
                    if model.insert((hash, number)) {
                        match index.look(hash, |at| at == number) {
                            Ok(at) => panic!("{at} is there and was not entered"),
                            Err(vacancy) if number % 2 == 0 => index.insert_at(vacancy, hash, number),
                            Err(_) => index.insert(hash, number),
                        }
                    }
                } else {
                    prop_assert_eq!(index.remove(hash, number), model.remove(&(hash, number)));
                }
                prop_assert_eq!(index.len(), model.len());
                for hash in [0, 1, 2, u32::MAX - 3, u32::MAX - 4, u32::MAX - 5] {
                    for number in 0..40 {
                        let found = index.find(hash, |at| at == number);
                        prop_assert_eq!(found.is_some(), model.contains(&(hash, number)));
                    }
                }
            }
        }
    }

    #[test]
    fn table_stays_below_three_quarters() {
        let mut index = Index::default();
        for number in 0..10_000u32 {
            index.insert(number.wrapping_mul(0x9e37_79b9), number);
            assert!(index.len * 4 <= index.buckets.len() * 3, "{} of {}", index.len, index.buckets.len());
        }
        assert!(
            (0..10_000)
                .all(|number: u32| index.find(number.wrapping_mul(0x9e37_79b9), |at| at == number).is_some())
        );
    }
}
