//! What reads return: plain copies of one moment.

use crate::clock::UnixMs;
use crate::command::{EventSettings, Money, PaymentMethod, Scenario};
use crate::describe::described;
use crate::error::{PaymentState, ReservationState, SaleState};
use crate::ids::{EventId, ExternalId, PaymentId, ReservationId, UserId, WebhookId};
use crate::reply::{PaymentEffect, Places};

described! {
    /// How many places there are of each kind. At every moment `available + reserved + sold + blocked == total`.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Counts {
        /// Can be had now.
        pub available: u32,
        /// Held.
        pub reserved: u32,
        /// Sold.
        pub sold: u32,
        /// Off sale.
        pub blocked: u32,
        /// All of them.
        pub total: u32,
    }
}

impl Counts {
    /// The counts of two disjoint sets of places together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            available: self.available + other.available,
            reserved: self.reserved + other.reserved,
            sold: self.sold + other.sold,
            blocked: self.blocked + other.blocked,
            total: self.total + other.total,
        }
    }
}

impl From<crate::inventory::Counts> for Counts {
    fn from(counts: crate::inventory::Counts) -> Self {
        let crate::inventory::Counts { available, reserved, sold, blocked, .. } = counts;
        Self { available, reserved, sold, blocked, total: available + reserved + sold + blocked }
    }
}

described! {
    /// How one seat stands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum SeatState {
        /// Can be had.
        Available,
        /// Held by a customer.
        Reserved,
        /// Sold.
        Sold,
        /// Off sale.
        Blocked,
    }

    /// One place of a reservation or seat map, described.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct PlaceView {
        /// The seat's id; for standing places the section's.
        pub id: String,
        /// The section.
        pub section: String,
        /// The row; empty for standing places.
        pub row: String,
        /// The number within the row; empty for standing places.
        pub number: String,
        /// Price of one place, in minor units.
        pub price_minor: i64,
        /// How many places: 1 for a seat.
        pub count: u32,
    }

    /// A seat of the map with its state.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct SeatView {
        /// The seat.
        pub place: PlaceView,
        /// How it stands.
        pub state: SeatState,
    }

    /// A section with its counts.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct SectionView {
        /// Its name.
        pub name: String,
        /// True if it has places but no numbered seats.
        pub standing: bool,
        /// Its counts.
        pub counts: Counts,
        /// Cheapest place, in minor units.
        pub price_min_minor: i64,
        /// Dearest place, in minor units.
        pub price_max_minor: i64,
    }

    /// An event.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct EventView {
        /// Its id.
        pub id: EventId,
        /// The engine's own number of it.
        pub number: u32,
        /// Its settings.
        pub settings: EventSettings,
        /// Where its sale stands.
        pub sale: SaleState,
        /// Counts over all sections.
        pub counts: Counts,
        /// True if it has a waiting line.
        pub has_queue: bool,
    }

    /// A reservation.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct ReservationView {
        /// Its id.
        pub id: ReservationId,
        /// The id that its service brought.
        pub external: Option<ExternalId>,
        /// Its event.
        pub event: EventId,
        /// The engine's own number of the event.
        pub event_number: u32,
        /// Whose it is.
        pub user: UserId,
        /// Where it stands. A hold whose time has run out shows as Expired, whether or not a timer has fired.
        pub state: ReservationState,
        /// What it has, or had when it ended.
        pub places: Places,
        /// Their price together.
        pub total: Money,
        /// When it was made.
        pub created_at: UnixMs,
        /// When it last changed.
        pub changed_at: UnixMs,
        /// The hold ends, or ended, at this moment.
        pub expires_at: UnixMs,
        /// How often it was extended.
        pub extensions: u32,
        /// The payment that is under way or done.
        pub payment: Option<PaymentId>,
    }

    /// A payment intent.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct PaymentView {
        /// Its id.
        pub id: PaymentId,
        /// Where it stands. An intent whose life is over shows as Expired, whether or not a timer has fired.
        pub state: PaymentState,
        /// The reservation paid for.
        pub reservation: Option<ReservationId>,
        /// What is paid for, if the engine does not know it.
        pub unlinked: Option<ExternalId>,
        /// Who pays.
        pub user: UserId,
        /// How much.
        pub amount: Money,
        /// How much went back, in minor units.
        pub refunded_minor: i64,
        /// In how many refunds.
        pub refunds: u32,
        /// How.
        pub method: PaymentMethod,
        /// What the simulated processor does.
        pub scenario: Scenario,
        /// What became of the reservation.
        pub effect: PaymentEffect,
        /// When it was made.
        pub created_at: UnixMs,
        /// When it last changed.
        pub changed_at: UnixMs,
        /// When its outcome came.
        pub processed_at: Option<UnixMs>,
        /// Its life ends at this moment.
        pub expires_at: UnixMs,
        /// Where results are delivered.
        pub webhook_url: Option<String>,
        /// What was carried along.
        pub attachment: Vec<u8>,
    }

    /// How a place in the line stands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum QueueState {
        /// In the pre-sale room: the order is not drawn yet.
        InRoom,
        /// Waiting.
        Waiting,
        /// It is this person's turn, until the claim window closes.
        Ready,
        /// Let in, with a token that is still good.
        Admitted,
        /// Let in, and the token was used for an order.
        Used,
        /// Given up.
        Left,
        /// Its time ran out.
        Expired,
    }

    /// A place in the line at one moment.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct QueuePlace {
        /// How it stands.
        pub state: QueueState,
        /// 1 is next; 0 where there is no position (not waiting, or the order is not drawn yet).
        pub position: u32,
        /// Expected wait from the measured outflow, in milliseconds; `None` when nothing is known.
        pub eta_ms: Option<u64>,
        /// The place is lost at this moment unless something happens.
        pub expires_at: UnixMs,
    }

    /// Figures of one waiting line.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct QueueView {
        /// People waiting, those in the pre-sale room included.
        pub waiting: u32,
        /// People whose turn it is.
        pub ready: u32,
        /// People inside: ready or with a token that is good and unused.
        pub inside: u32,
        /// People ever let in.
        pub admitted_total: u64,
        /// People whose time ran out.
        pub expired_total: u64,
        /// People who gave up.
        pub left_total: u64,
        /// People let in during the last minute: in the present second of the clock and the 59 before it.
        pub admitted_per_minute: u32,
        /// Mean wait of those people from joining to being let in, in milliseconds; 0 without any.
        pub average_wait_ms: u64,
        /// True while admissions are paused.
        pub paused: bool,
    }

    /// The pre-sale draw of an event: anyone can check it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct DrawView {
        /// blake3 of the seed: known before the draw.
        pub commitment: [u8; 32],
        /// The seed: known after the draw.
        pub seed: Option<[u8; 32]>,
    }

    /// A webhook of the outbox.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct WebhookView {
        /// Its id.
        pub id: WebhookId,
        /// The payment that it tells of.
        pub payment: PaymentId,
        /// The state that it tells of.
        pub tells: PaymentState,
        /// When it was put into the outbox.
        pub created_at: UnixMs,
        /// Attempts so far.
        pub attempts: u32,
        /// When to try next; `None` for a dead letter.
        pub next_at: Option<UnixMs>,
        /// Order of creation, to page by.
        pub order: u64,
    }
}

/// One page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The entries, newest first.
    pub items: Vec<T>,
    /// Where the next page begins; `None` if this is the last. A page may be short, even empty, and still have a next
    /// one, when a filter had to pass over many entries.
    pub next: Option<Cursor>,
}

/// Where a page begins: behind this entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub(crate) created_at: UnixMs,
    pub(crate) slot: u32,
    pub(crate) generation: u32,
}

impl Cursor {
    /// The cursor as sixteen bytes, for carrying it outside.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.created_at.get().to_be_bytes());
        bytes[8..12].copy_from_slice(&self.slot.to_be_bytes());
        bytes[12..].copy_from_slice(&self.generation.to_be_bytes());
        bytes
    }

    /// A cursor from its bytes; any bytes are safe, foreign ones give some page.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        let mut created = [0; 8];
        created.copy_from_slice(&bytes[..8]);
        let word = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        Self { created_at: UnixMs::new(u64::from_be_bytes(created)), slot: word(8), generation: word(12) }
    }
}

described! {
    /// What the engine could not do and does again by itself, without harm so far. See
    /// [`Engine::retries`](crate::Engine::retries).
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Retries {
        /// Tries to make the journal's next segment file: the disk was full, the process had no descriptors or memory.
        /// Writes go on until the present segment is used up, and are refused then.
        pub segments: u64,
        /// Snapshots that were begun without asking and not finished. Journal files are kept until one is.
        pub snapshots: u64,
        /// Why the last of them failed, for a person.
        pub last: Option<String>,
    }

    /// What the engine's own threads did: measured, or `None` where nothing was.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Work {
        /// Timers of holds that fired since the engine was opened.
        pub holds_fired: u64,
        /// Timers of payments that fired since then.
        pub payments_fired: u64,
        /// When the last timer of any kind was handled.
        pub last_fired_at: Option<UnixMs>,
        /// How long the last sync of the journal took.
        pub last_sync: Option<std::time::Duration>,
        /// Snapshots finished since the engine was opened.
        pub snapshots: u64,
        /// Snapshots that could not be made since then.
        pub snapshot_failures: u64,
        /// When the newest finished snapshot was begun, also one from before the engine was opened.
        pub last_snapshot_at: Option<UnixMs>,
    }

    /// What came of the draw of a pre-sale room.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct DrawResult {
        /// People whose order was drawn.
        pub entrants: u32,
        /// BLAKE3 over their ticket numbers in the drawn order, each as four bytes, little-endian.
        pub order_hash: [u8; 32],
    }

    /// Figures of the engine as a whole.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Status {
        /// End of everything written so far, in bytes of the journal.
        pub written: u64,
        /// End of everything durable so far.
        pub durable: u64,
        /// End of what the last finished snapshot holds.
        pub snapshot: u64,
        /// Why the journal takes no more writes, if it does not.
        pub poisoned: Option<String>,
        /// True while the disk is too full for new writes.
        pub disk_full: bool,
        /// Events.
        pub events: u32,
        /// Slots of reservations ever used at once.
        pub reservation_slots: u32,
        /// Slots of payments ever used at once.
        pub payment_slots: u32,
        /// Users with something live.
        pub users: usize,
        /// Idempotency keys remembered.
        pub idempotency_keys: usize,
        /// Webhooks to deliver, and dead letters.
        pub webhooks: (usize, usize),
        /// Timers set.
        pub timers: usize,
        /// Commands done, and refused, since the engine was opened.
        pub commands: (u64, u64),
        /// Groups written to the journal since it was opened.
        pub groups: u64,
        /// Timers that fired since it was opened.
        pub fired: u64,
    }
}
