//! Handles are numbers in a table: a slot and a generation. A number that is wrong, old or made up finds nothing, and
//! nothing dangles. Looking one up takes no lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use arc_swap::{ArcSwapOption, Guard};
use parking_lot::Mutex;

use crate::failure::Fault;
use tacos::Error;

/// Things of one kind, by number.
pub(crate) struct Table<T> {
    slots: Box<[Slot<T>]>,
    /// Where to look for a free slot next. Held while one is filled or emptied.
    next: Mutex<usize>,
}

struct Slot<T> {
    /// Of the newest handle of this slot; 0 if it never had one.
    generation: AtomicU32,
    entry: ArcSwapOption<Entry<T>>,
}

/// A thing, with the generation that its handle must have.
pub(crate) struct Entry<T> {
    generation: u32,
    pub(crate) value: T,
}

/// A thing that was looked up; it lives at least as long as this.
pub(crate) type Found<T> = Guard<Option<Arc<Entry<T>>>>;

impl<T> Table<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        let slot = |_| Slot { generation: AtomicU32::new(0), entry: ArcSwapOption::empty() };
        Self { slots: (0..capacity).map(slot).collect(), next: Mutex::new(0) }
    }

    /// Keeps `value`; gives its handle.
    pub(crate) fn insert(&self, value: T) -> Result<u64, Fault> {
        let mut next = self.next.lock();
        let count = self.slots.len();
        let free =
            (0..count).map(|step| (*next + step) % count).find(|&at| self.slots[at].entry.load().is_none());
        let at = free.ok_or(Fault::TooManyHandles)?;
        *next = (at + 1) % count;
        let slot = &self.slots[at];
        // Relaxed: changed only under the lock, and readers compare it with a handle that they got after this.
        let generation = slot.generation.load(Ordering::Relaxed).wrapping_add(1).max(1);
        slot.generation.store(generation, Ordering::Relaxed);
        slot.entry.store(Some(Arc::new(Entry { generation, value })));
        Ok((u64::from(generation) << 32) | (at as u64 + 1))
    }

    /// What the handle stands for.
    pub(crate) fn find(&self, handle: u64) -> Result<Found<T>, Fault> {
        let (slot, generation) = self.slot(handle)?;
        let found = slot.entry.load();
        match &*found {
            Some(entry) if entry.generation == generation => Ok(found),
            _ if generation > 0 && generation <= slot.generation.load(Ordering::Relaxed) => {
                Err(Fault::Broken(Error::Closed))
            }
            _ => Err(Fault::BadHandle),
        }
    }

    /// Puts something else behind the handle, or nothing; gives what was there.
    pub(crate) fn exchange(
        &self,
        handle: u64,
        with: impl FnOnce(&T) -> Option<T>,
    ) -> Result<Arc<Entry<T>>, Fault> {
        let _alone = self.next.lock();
        let found = self.find(handle)?;
        let (slot, generation) = self.slot(handle)?;
        let old = Option::clone(&found).ok_or(Fault::BadHandle)?;
        slot.entry.store(with(&old.value).map(|value| Arc::new(Entry { generation, value })));
        Ok(old)
    }

    fn slot(&self, handle: u64) -> Result<(&Slot<T>, u32), Fault> {
        let [low, high] = [handle & u64::from(u32::MAX), handle >> 32];
        let at = usize::try_from(low).ok().and_then(|low| low.checked_sub(1));
        let Some(slot) = at.and_then(|at| self.slots.get(at)) else { return Err(Fault::BadHandle) };
        Ok((slot, u32::try_from(high).expect("half of a number")))
    }
}
