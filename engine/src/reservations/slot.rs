//! The slot: atomics only, so that any number of readers copy it while one owner at a time changes it.

use std::sync::Arc;

use dashmap::DashMap;

use crate::clock::UnixMs;
use crate::error::ReservationState;
use crate::ids::{ExternalId, SlotId, UserId};
use crate::inventory::{PackedPlace, gathered};
use crate::list::Places;
use crate::record::{Versionless, WireEnum, stored, wire_struct};
use crate::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed};
use crate::sync::{Seen, Slab, Status};
use crate::users::UserIx;

/// Places kept in the slot itself; a hold with more keeps all of them beside the table.
const INLINE_PLACES: usize = 8;
const NONE: u32 = u32::MAX;

/// The place of one reservation with its hold.
#[derive(Default)]
pub(crate) struct Slot {
    pub(crate) status: Status,
    /// End of the last record about this slot: what a reader sees is durable once the journal is.
    position: AtomicU64,
    tag: AtomicU64,
    created_at: AtomicU64,
    changed_at: AtomicU64,
    expires_at: AtomicU64,
    total_minor: AtomicI64,
    user: AtomicU32,
    event: AtomicU32,
    ticket: AtomicU32,
    /// Slot and generation of the payment that is under way or done; slot `NONE` for none.
    payment: AtomicU32,
    payment_generation: AtomicU32,
    /// Number of places in the low byte, extensions above.
    counts: AtomicU32,
    places: [AtomicU32; INLINE_PLACES],
}

stored! {
    /// A reservation with its hold, as it is stored.
    Reservation of Names {
        id: SlotId,
        /// The number of its event.
        event: u32,
        state: ReservationState,
        [user]
        /// The admission with which it was made.
        ticket: Option<u32>,
        /// Slot and generation of the payment that is under way or done.
        payment: Option<(u32, u32)>,
        created_at: UnixMs,
        changed_at: UnixMs,
        expires_at: UnixMs,
        total_minor: i64,
        extensions: u32,
        places: Places as Versionless,
    }
}

/// Whose a reservation is, in a snapshot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Names {
    pub(crate) user: UserId,
    pub(crate) external: Option<ExternalId>,
}
wire_struct!(Names { user, external });

impl Slot {
    /// The state of a slot without a reservation.
    pub(crate) const FREE: u8 = 0;

    /// When the hold ends. One word, for the path that asks only this.
    pub(crate) fn expires_at(&self) -> UnixMs {
        UnixMs::new(self.expires_at.load(Relaxed))
    }

    /// By the owner: the record that is about this slot ends there.
    pub(crate) fn set_position(&self, end: u64, at: UnixMs) {
        self.position.store(end, Relaxed);
        self.changed_at.store(at.get(), Relaxed);
    }

    /// By the owner: the hold ends at another moment.
    pub(crate) fn set_expiry(&self, expires_at: UnixMs, extensions: u32) {
        self.expires_at.store(expires_at.get(), Relaxed);
        let places = self.counts.load(Relaxed) & 0xff;
        self.counts.store(places | (extensions << 8), Relaxed);
    }

    /// By the owner: this payment is under way or done, or none is.
    pub(crate) fn set_payment(&self, payment: Option<(u32, u32)>) {
        let (slot, generation) = payment.unwrap_or((NONE, 0));
        self.payment_generation.store(generation, Relaxed);
        self.payment.store(slot, Relaxed);
    }
}

/// All reservations.
pub(crate) struct Reservations {
    slots: Slab<Slot>,
    /// Holds with more places than a slot has room for.
    long: DashMap<u32, Places>,
    by_external: DashMap<ExternalId, (u32, u32)>,
    externals: DashMap<u32, Arc<ExternalId>>,
}

impl Reservations {
    pub(crate) fn with_bound(bound: u32) -> Self {
        Self {
            slots: Slab::with_bound(bound),
            long: DashMap::with_shard_amount(16),
            by_external: DashMap::new(),
            externals: DashMap::new(),
        }
    }

    pub(crate) fn slots(&self) -> &Slab<Slot> {
        &self.slots
    }

    pub(crate) fn slot(&self, index: u32) -> Option<&Slot> {
        self.slots.get(index)
    }

    /// Whose the reservation is that an id means, if the id is of its slot's present generation and its tag is right: all that
    /// must be known to turn another user away.
    pub(crate) fn user_of(&self, id: SlotId) -> Option<UserIx> {
        let slot = self.slots.get(id.slot)?;
        let (seen, tag, user) =
            slot.status.read(|seen| (seen, slot.tag.load(Relaxed), slot.user.load(Relaxed)));
        let is_meant = seen.generation == id.generation && seen.state != Slot::FREE && tag == id.tag;
        is_meant.then_some(UserIx(user))
    }

    /// By the owner of a free slot: writes everything about a new hold.
    pub(crate) fn fill(&self, slot: &Slot, facts: &Reservation) {
        slot.tag.store(facts.id.tag, Relaxed);
        slot.position.store(facts.position, Relaxed);
        slot.created_at.store(facts.created_at.get(), Relaxed);
        slot.changed_at.store(facts.changed_at.get(), Relaxed);
        slot.user.store(facts.user.0, Relaxed);
        slot.event.store(facts.event, Relaxed);
        slot.ticket.store(facts.ticket.unwrap_or(NONE), Relaxed);
        slot.set_payment(facts.payment);
        self.set_places(slot, facts.id.slot, &facts.places, facts.total_minor);
        slot.set_expiry(facts.expires_at, facts.extensions);
    }

    /// By the owner: the hold has these places, at this price.
    pub(crate) fn set_places(&self, slot: &Slot, index: u32, places: &[PackedPlace], total_minor: i64) {
        let count = u32::try_from(places.len()).expect("at most 64 places");
        let before = slot.counts.load(Relaxed);
        let extensions = before >> 8;
        slot.counts.store(count | (extensions << 8), Relaxed);
        slot.total_minor.store(total_minor, Relaxed);
        if places.len() > INLINE_PLACES {
            self.long.insert(index, Places::copied(places));
            return;
        }
        if (before & 0xff) as usize > INLINE_PLACES {
            self.long.remove(&index);
        }
        for (word, place) in slot.places.iter().zip(places) {
            word.store(place.bits(), Relaxed);
        }
    }

    /// What a slot has, all of one moment; `None` for a free one. `index` is the slot's own.
    pub(crate) fn read(&self, slot: &Slot, index: u32) -> Option<Reservation> {
        slot.status.read(|seen| self.copy(slot, index, seen))
    }

    /// What a slot has, by its owner, who saw it as `seen`: nothing to be feared of a torn view.
    #[inline]
    pub(crate) fn read_owned(&self, slot: &Slot, index: u32, seen: Seen) -> Reservation {
        self.copy(slot, index, seen).expect("an owned slot in use has a reservation")
    }

    #[inline]
    fn copy(&self, slot: &Slot, index: u32, seen: Seen) -> Option<Reservation> {
        let counts = slot.counts.load(Relaxed);
        let payment = slot.payment.load(Relaxed);
        let ticket = slot.ticket.load(Relaxed);
        Some(Reservation {
            id: SlotId { slot: index, generation: seen.generation, tag: slot.tag.load(Relaxed) },
            event: slot.event.load(Relaxed),
            state: ReservationState::of_number(seen.state)?,
            user: UserIx(slot.user.load(Relaxed)),
            ticket: (ticket != NONE).then_some(ticket),
            payment: (payment != NONE).then(|| (payment, slot.payment_generation.load(Relaxed))),
            created_at: UnixMs::new(slot.created_at.load(Relaxed)),
            changed_at: UnixMs::new(slot.changed_at.load(Relaxed)),
            expires_at: UnixMs::new(slot.expires_at.load(Relaxed)),
            total_minor: slot.total_minor.load(Relaxed),
            extensions: counts >> 8,
            places: self.places(slot, index, (counts & 0xff) as usize),
            position: slot.position.load(Relaxed),
        })
    }

    fn places(&self, slot: &Slot, index: u32, count: usize) -> Places {
        if count > INLINE_PLACES {
            // Absent only in a torn view, which the reader throws away.
            return self.long.get(&index).map(|places| places.clone()).unwrap_or_default();
        }
        let place = |word: &AtomicU32| PackedPlace::from_bits(word.load(Relaxed)).unwrap_or_default();
        Places::of(gathered(slot.places[..count].iter().map(place)))
    }

    /// Binds an id of the caller's to a slot; false if the id is taken by a reservation that can still be looked up.
    pub(crate) fn bind_external(&self, external: &ExternalId, id: (u32, u32)) -> bool {
        match self.by_external.entry(external.clone()) {
            dashmap::Entry::Occupied(_) => false,
            dashmap::Entry::Vacant(vacant) => {
                vacant.insert(id);
                self.externals.insert(id.0, Arc::new(external.clone()));
                true
            }
        }
    }

    /// Lets go of the id that the caller brought for this slot.
    pub(crate) fn unbind_external(&self, index: u32) {
        if let Some((_, external)) = self.externals.remove(&index) {
            self.by_external.remove(&*external);
        }
    }

    /// Slot and generation behind an id of the caller's.
    pub(crate) fn by_external(&self, external: &ExternalId) -> Option<(u32, u32)> {
        self.by_external.get(external).map(|found| *found)
    }

    /// The id that the caller brought for this slot.
    pub(crate) fn external(&self, index: u32) -> Option<Arc<ExternalId>> {
        self.externals.get(&index).map(|found| Arc::clone(&found))
    }

    /// Bytes of one slot, its link in the free stack included.
    pub(crate) const SLOT_BYTES: usize = size_of::<Slot>() + size_of::<u32>();
}
