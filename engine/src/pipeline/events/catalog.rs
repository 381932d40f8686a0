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

/// Events of the first table.
const FIRST: u32 = 4_096;
/// Tables after the first. Each has room for as many events as all before it.
const LATER: usize = (EVENTS_MAX / FIRST).ilog2() as usize;
const _: () = assert!(FIRST << LATER == EVENTS_MAX, "the tables have room for all events and no more");

/// A run of event numbers: the events, and their index by id.
struct Table {
    first: u32,
    /// Boxed: an event in its place would make every engine, however small, touch megabytes when it is opened.
    events: Box<[OnceLock<Box<Event>>]>,
    /// Numbers by the hash of the id, one more than they are: zero is no event. Linear probing; only ever added to,
    /// and at most half full. A look-up writes nothing, so that readers on many cores do not meet.
    by_id: Box<[AtomicU32]>,
}

impl Table {
    /// The first table.
    fn first() -> Self {
        Self::of(0, FIRST)
    }

    /// The later table with this place among the later ones.
    fn later(at: usize) -> Self {
        Self::of(FIRST << at, FIRST << at)
    }

    fn of(first: u32, events: u32) -> Self {
        Self {
            first,
            events: (0..events).map(|_| OnceLock::new()).collect(),
            by_id: (0..2 * events).map(|_| AtomicU32::new(0)).collect(),
        }
    }

    /// The place of the later table that an event with this number is in; `None` if it is in the first.
    #[inline]
    fn place(number: u32) -> Option<usize> {
        (number / FIRST).checked_ilog2().map(|at| at as usize)
    }

    /// Of the bits that say which bucket: there are a power of two.
    #[inline]
    fn mask(&self) -> usize {
        self.by_id.len() - 1
    }

    #[inline]
    fn get(&self, number: u32) -> Option<&Event> {
        self.events.get((number - self.first) as usize)?.get().map(Box::as_ref)
    }

    fn search(&self, hash: usize, id: &EventId) -> Option<&Event> {
        let mut at = hash & self.mask();
        loop {
            // Acquire: pairs with the Release in `add`; the event stands in its place by then.
            let number = self.by_id[at].load(Ordering::Acquire).checked_sub(1)?;
            if let Some(event) = self.get(number).filter(|event| event.id == *id) {
                return Some(event);
            }
            at = (at + 1) & self.mask();
        }
    }

    fn add(&self, hash: usize, event: Event) {
        let number = event.number;
        let place = &self.events[(number - self.first) as usize];
        assert!(place.set(Box::new(event)).is_ok(), "event {number} exists");
        // One is free: there are twice as many buckets as events.
        let mut at = hash & self.mask();
        while self.by_id[at].load(Ordering::Relaxed) != 0 {
            at = (at + 1) & self.mask();
        }
        // Release: pairs with the Acquire in `search`; a look-up that reads the number finds the event.
        self.by_id[at].store(number + 1, Ordering::Release);
    }
}

/// All events, by number and by id. The catalog grows by a table at a time and moves nothing, so that no caller waits
/// for its growth; a house of more than 4,096 events looks into up to five tables for an id.
pub(crate) struct Catalog {
    table: TableNumber,
    first: Table,
    /// Made one after the other.
    later: [OnceLock<Table>; LATER],
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
            first: Table::first(),
            later: std::array::from_fn(|_| OnceLock::new()),
            hash: (random.hash_one(0), random.hash_one(1) | 1),
            creating: Mutex::new(0),
        }
    }

    #[inline]
    pub(crate) fn find(&self, id: &EventId) -> Option<&Event> {
        // An event keeps its number as long as there is this catalog.
        match id.found_by(self.table) {
            Some(number) => self.get(number),
            None => {
                let hash = self.hash(id);
                self.first.search(hash, id).or_else(|| self.made().find_map(|table| table.search(hash, id)))
            }
        }
    }

    /// An event's id with its number.
    pub(crate) fn prepare(&self, event: &Event) -> EventId {
        event.id.prepared_by(self.table, event.number)
    }

    fn hash(&self, id: &EventId) -> usize {
        let mut fold = Fold::new(self.hash);
        fold.piece(id.as_bytes());
        #[expect(clippy::cast_possible_truncation, reason = "the lower bits of a hash")]
        let hash = fold.end() as usize;
        hash
    }

    #[inline]
    pub(crate) fn get(&self, number: u32) -> Option<&Event> {
        match Table::place(number) {
            None => self.first.get(number),
            Some(at) => self.later.get(at)?.get()?.get(number),
        }
    }

    pub(crate) fn each(&self) -> impl Iterator<Item = &Event> {
        let events = std::iter::once(&self.first).chain(self.made()).flat_map(|table| table.events.iter());
        events.map_while(OnceLock::get).map(Box::as_ref)
    }

    /// The later tables that there are.
    fn made(&self) -> impl Iterator<Item = &Table> {
        self.later.iter().map_while(OnceLock::get)
    }

    /// The next free number, held for the caller until the guard goes.
    pub(crate) fn begin(&self) -> MutexGuard<'_, u32> {
        self.creating.lock()
    }

    /// Adds an event under the number that the guard of [`Catalog::begin`] says.
    pub(crate) fn add(&self, next: &mut u32, event: Event) -> &Event {
        let (number, hash) = (event.number, self.hash(&event.id));
        assert_eq!(number, *next, "events are numbered in the order of their records");
        *next += 1;
        let table = match Table::place(number) {
            None => &self.first,
            Some(at) => self.later[at].get_or_init(|| Table::later(at)),
        };
        table.add(hash, event);
        self.get(number).expect("just added")
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn the_tables_have_every_number_once() {
        let mut next = FIRST;
        assert_eq!((Table::place(0), Table::place(next - 1)), (None, None));
        for at in 0..LATER {
            let table = Table::later(at);
            assert_eq!(table.first, next);
            next += u32::try_from(table.events.len()).expect("a small table");
            assert_eq!((Table::place(table.first), Table::place(next - 1)), (Some(at), Some(at)));
        }
        assert_eq!(next, EVENTS_MAX);
        assert_eq!(Table::place(EVENTS_MAX), Some(LATER), "no table has it");
    }
}
