//! The event being sold: its settings, its seats and its waiting line, found by the caller's id in one look-up.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;

use crate::admission::{Line, QueuePolicy};
use crate::clock::UnixMs;
use crate::command::EventSettings;
use crate::error::{Refusal, SaleState};
use crate::ids::{EventId, Fold, SeatId, TableNumber};
use crate::inventory::{Inventory, PackedPlace};
use crate::limits::EVENTS_MAX;
use crate::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};
use crate::sync::{Mutex, MutexGuard, rank};

use crate::pipeline::fact::Stamp;
use crate::pipeline::versions::Versions;

/// One event. Never freed while the engine lives, so that a caller that has found it may keep it.
pub(crate) struct Event {
    pub(crate) number: u32,
    /// Of the event's places.
    table: TableNumber,
    pub(crate) id: EventId,
    pub(crate) settings: ArcSwap<EventSettings>,
    pub(crate) seats: Inventory,
    /// The waiting line, once there was a policy for one.
    pub(crate) line: OnceLock<Line>,
    /// Held while an operator's command changes the event, so that its record is appended by its owner.
    pub(crate) operator: Mutex<(), { rank::OPERATOR }>,
    sale: AtomicU8,
    changed_at: AtomicU64,
    position: AtomicU64,
    /// What readers are shown, by the records that made it so.
    shown: ArcSwap<Versions<EventShown>>,
}

/// What an operator's commands have made of an event: its settings, the sale, and the rules and state of its line.
#[derive(Clone, Debug)]
pub(crate) struct EventShown {
    pub(crate) settings: Arc<EventSettings>,
    pub(crate) sale: SaleState,
    pub(crate) line: Option<LineShown>,
}

/// What readers are shown of an event's line beside its figures.
#[derive(Clone, Debug)]
pub(crate) struct LineShown {
    pub(crate) policy: Arc<QueuePolicy>,
    pub(crate) paused: bool,
    pub(crate) drawn_seed: Option<[u8; 32]>,
}

impl Event {
    pub(crate) fn new(number: u32, id: EventId, settings: EventSettings, seats: Inventory) -> Self {
        Self {
            number,
            table: TableNumber::next(),
            id,
            settings: ArcSwap::from_pointee(settings),
            seats,
            line: OnceLock::new(),
            operator: Mutex::new(()),
            sale: AtomicU8::new(SaleState::Draft as u8),
            changed_at: AtomicU64::new(0),
            position: AtomicU64::new(0),
            shown: ArcSwap::default(),
        }
    }

    pub(crate) fn sale(&self) -> SaleState {
        match self.sale.load(Ordering::Acquire) {
            0 => SaleState::Draft,
            1 => SaleState::Open,
            2 => SaleState::Paused,
            _ => SaleState::Closed,
        }
    }

    /// By the operator: the sale is in this state from the record that ends at `end`.
    pub(crate) fn set_sale(&self, state: SaleState) {
        self.sale.store(state as u8, Ordering::Release);
    }

    /// By the operator, after a change: readers are shown it once its record is durable, as everything up to
    /// `durable` is.
    pub(crate) fn set_position(&self, Stamp { end, at }: Stamp, durable: u64) {
        self.changed_at.store(at.get(), Ordering::Relaxed);
        self.position.store(end, Ordering::Release);
        let line = self.line.get().map(|line| LineShown {
            policy: line.policy(),
            paused: line.is_paused(),
            drawn_seed: line.drawn_seed(),
        });
        let mut shown = Versions::clone(&self.shown.load());
        let now = EventShown { settings: self.settings.load_full(), sale: self.sale(), line };
        shown.push(end, now, durable);
        self.shown.store(Arc::new(shown));
    }

    /// True if that it exists is durable.
    pub(crate) fn is_shown(&self, durable: u64) -> bool {
        self.shown.load().durable(durable).is_some()
    }

    /// The event as it is durable; `None` if that it exists is not.
    pub(crate) fn shown(&self, durable: u64) -> Option<EventShown> {
        self.shown.load().durable(durable).cloned()
    }

    pub(crate) fn position(&self) -> u64 {
        self.position.load(Ordering::Acquire)
    }

    pub(crate) fn changed_at(&self) -> UnixMs {
        UnixMs::new(self.changed_at.load(Ordering::Relaxed))
    }

    /// The moment at which an open sale lets customers reserve, if it says one.
    pub(crate) fn opens_at(&self) -> Option<UnixMs> {
        if self.sale() == SaleState::Open { self.settings.load().sale_starts } else { None }
    }

    /// The seat, or one place of the standing section, with this name.
    #[inline]
    pub(crate) fn place_named(&self, name: &SeatId) -> Option<PackedPlace> {
        // Seats of an event never change: what was found out is still so.
        match name.found_by(self.table) {
            Some(bits) => PackedPlace::from_bits(bits),
            None => self.find_place(name),
        }
    }

    fn find_place(&self, name: &SeatId) -> Option<PackedPlace> {
        let layout = self.seats.layout();
        if let Some(seat) = layout.resolve(name.as_bytes()) {
            return Some(PackedPlace::seat(seat));
        }
        let section = layout.section_named(name.as_str())?;
        layout.general_price_minor(section).map(|_| PackedPlace::general(section, 1))
    }

    /// The name with the place that it means.
    pub(crate) fn prepare_seat(&self, name: &SeatId) -> Option<SeatId> {
        Some(name.prepared_by(self.table, self.place_named(name)?.bits()))
    }

    /// Refuses unless customers may reserve at `now`.
    pub(crate) fn check_open(&self, settings: &EventSettings, now: UnixMs) -> Result<(), Refusal> {
        match self.sale() {
            SaleState::Open if settings.sale_starts.is_some_and(|starts| now < starts) => {
                Err(Refusal::SaleNotOpen(SaleState::Draft))
            }
            SaleState::Open if settings.sale_ends.is_some_and(|ends| now >= ends) => {
                Err(Refusal::SaleNotOpen(SaleState::Closed))
            }
            SaleState::Open => Ok(()),
            other => Err(Refusal::SaleNotOpen(other)),
        }
    }
}

/// Buckets of the index by id.
const BUCKETS: usize = 2 * EVENTS_MAX as usize;

/// All events, by number and by id.
pub(crate) struct Catalog {
    table: TableNumber,
    /// Boxed: an event in its place would make every engine, however small, touch megabytes when it is opened.
    events: Box<[OnceLock<Box<Event>>]>,
    /// Numbers by the hash of the id, one more than they are: zero is no event. Linear probing; only ever added to,
    /// and less than half full. A look-up writes nothing, so that readers on many cores do not meet.
    by_id: Box<[AtomicU32]>,
    /// What hashes of ids begin with. Operators choose them, so a cheap hash will do.
    hash: (u64, u64),
    /// Held while an event is created.
    creating: Mutex<u32, { rank::CREATING }>,
}

impl Catalog {
    pub(crate) fn new() -> Self {
        let random = RandomState::new();
        Self {
            table: TableNumber::next(),
            events: (0..EVENTS_MAX).map(|_| OnceLock::new()).collect(),
            by_id: (0..BUCKETS).map(|_| AtomicU32::new(0)).collect(),
            hash: (random.hash_one(0), random.hash_one(1) | 1),
            creating: Mutex::new(0),
        }
    }

    #[inline]
    pub(crate) fn find(&self, id: &EventId) -> Option<&Event> {
        // An event keeps its number as long as there is this catalog.
        match id.found_by(self.table) {
            Some(number) => self.get(number),
            None => self.search(id),
        }
    }

    fn search(&self, id: &EventId) -> Option<&Event> {
        let mut at = self.home(id);
        loop {
            // Acquire: pairs with the Release in `add`; the event stands in its place by then.
            let number = self.by_id[at].load(Ordering::Acquire).checked_sub(1)?;
            if let Some(event) = self.get(number).filter(|event| event.id == *id) {
                return Some(event);
            }
            at = (at + 1) % BUCKETS;
        }
    }

    /// An event's id with its number.
    pub(crate) fn prepare(&self, event: &Event) -> EventId {
        event.id.prepared_by(self.table, event.number)
    }

    /// The bucket from which an id is looked for.
    fn home(&self, id: &EventId) -> usize {
        let mut fold = Fold::new(self.hash);
        fold.piece(id.as_bytes());
        #[expect(clippy::cast_possible_truncation, reason = "the lower bits of a hash")]
        let hash = fold.end() as usize;
        hash % BUCKETS
    }

    pub(crate) fn get(&self, number: u32) -> Option<&Event> {
        self.events.get(number as usize)?.get().map(Box::as_ref)
    }

    pub(crate) fn each(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().map_while(OnceLock::get).map(Box::as_ref)
    }

    /// The next free number, held for the caller until the guard goes.
    pub(crate) fn begin(&self) -> MutexGuard<'_, u32> {
        self.creating.lock()
    }

    /// Adds an event under the number that the guard of [`Catalog::begin`] says.
    pub(crate) fn add(&self, next: &mut u32, event: Event) -> &Event {
        let (number, id) = (event.number, event.id.clone());
        assert_eq!(number, *next, "events are numbered in the order of their records");
        *next += 1;
        assert!(self.events[number as usize].set(Box::new(event)).is_ok(), "event {number} exists");
        // One is free: there are twice as many buckets as events.
        let mut at = self.home(&id);
        while self.by_id[at].load(Ordering::Relaxed) != 0 {
            at = (at + 1) % BUCKETS;
        }
        // Release: pairs with the Acquire in `search`; a look-up that reads the number finds the event.
        self.by_id[at].store(number + 1, Ordering::Release);
        self.get(number).expect("just added")
    }
}
