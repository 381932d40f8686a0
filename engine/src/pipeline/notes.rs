//! Durable notes of the embedding service: a bounded map from names to small values.

use dashmap::DashMap;

use crate::error::{Bound, Refusal};
use crate::ids::ExternalId;
use crate::sync::atomic::{AtomicU32, Ordering};
use crate::sync::{Gate, Unpublished, rank};

/// A record that was appended: live it is published after the note has changed, in replay it is there.
pub(crate) trait RecordEnd {
    fn end(&self) -> u64;
}

impl RecordEnd for Unpublished<'_> {
    fn end(&self) -> u64 {
        Unpublished::end(self)
    }
}

impl RecordEnd for u64 {
    fn end(&self) -> u64 {
        *self
    }
}

/// All notes. The shard lock of a name is held while its record is appended, which makes the writer its owner.
pub(crate) struct Notes {
    map: DashMap<ExternalId, (Vec<u8>, u64)>,
    /// Notes there are, counted before they are put in: the bound holds however many come at once.
    count: AtomicU32,
    bound: u32,
    gate: Gate<{ rank::NOTES }>,
}

impl Notes {
    pub(crate) fn with_bound(bound: u32) -> Self {
        Self { map: DashMap::with_shard_amount(16), count: AtomicU32::new(0), bound, gate: Gate::default() }
    }

    /// Sets or removes a note; `append` writes the record, and its result says where that ends.
    pub(crate) fn set<A: RecordEnd>(
        &self,
        name: &ExternalId,
        value: Option<&[u8]>,
        append: impl FnOnce() -> A,
    ) -> Result<A, Refusal> {
        let _inside = self.gate.enter();
        match (self.map.entry(name.clone()), value) {
            (dashmap::Entry::Occupied(mut held), Some(value)) => {
                let appended = append();
                held.insert((value.to_vec(), appended.end()));
                Ok(appended)
            }
            (dashmap::Entry::Occupied(held), None) => {
                let appended = append();
                held.remove();
                self.count.fetch_sub(1, Ordering::Relaxed);
                Ok(appended)
            }
            (dashmap::Entry::Vacant(vacant), Some(value)) => {
                if !self.count_one_more() {
                    return Err(Refusal::AtCapacity(Bound::Notes));
                }
                let appended = append();
                vacant.insert((value.to_vec(), appended.end()));
                Ok(appended)
            }
            // Kept in the journal for its idempotency key, though it changes nothing.
            (dashmap::Entry::Vacant(_), None) => Ok(append()),
        }
    }

    fn count_one_more(&self) -> bool {
        let below = |count| (count < self.bound).then_some(count + 1);
        // Relaxed: the number guards nothing but itself.
        self.count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, below).is_ok()
    }

    /// A note's value and the end of its record.
    pub(crate) fn get(&self, name: &ExternalId) -> Option<(Vec<u8>, u64)> {
        let _inside = self.gate.enter();
        self.map.get(name).map(|note| note.clone())
    }

    /// All names that begin with `prefix`, in order, with their values.
    pub(crate) fn starting_with(&self, prefix: &str) -> Vec<(ExternalId, Vec<u8>)> {
        let _inside = self.gate.enter();
        let mut notes: Vec<_> = self
            .map
            .iter()
            .filter(|note| note.key().as_str().starts_with(prefix))
            .map(|note| (note.key().clone(), note.value().0.clone()))
            .collect();
        notes.sort();
        notes
    }
}
