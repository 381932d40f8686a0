//! What reads show, as data: plain copies of one moment, places in words.

use tacos_engine::views::{
    Counts, EventView, PaymentView, PlaceView, QueuePlace, QueueState, QueueView, ReservationView, SeatState,
    SeatView, SectionView, Status, WebhookView,
};
use tacos_engine::{Effect, Engine, PackedPlace, UnixMs};

use crate::event::RawEventSettings;
use crate::refusal::{RawPaymentState, RawReservationState, RawSaleState, mirror};
use crate::requests::{RawPaymentMethod, RawScenario};
use crate::text::{signed, unix_ms};

mirror! {
    /// How one seat stands.
    RawSeatState = SeatState {
        /// Can be had.
        Available,
        /// Held.
        Reserved,
        /// Sold.
        Sold,
        /// Off sale.
        Blocked,
    }
}
mirror! {
    /// How a place in the line stands.
    RawQueueState = QueueState {
        /// In the room before the sale.
        InRoom,
        /// Waiting.
        Waiting,
        /// It is this person's turn.
        Ready,
        /// Let in.
        Admitted,
        /// Let in, and the token was used.
        Used,
        /// Given up.
        Left,
        /// Time ran out.
        Expired,
    }
}
mirror! {
    /// What a payment did to its reservation.
    RawEffect = Effect {
        /// Nothing.
        None,
        /// Confirmed it.
        Confirmed,
        /// Came late, and took the same seats again.
        Retaken,
        /// Came too late, and was paid back.
        PaidBack,
        /// Gave the seats back.
        Released,
    }
}

fn small(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// Counts of places.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawCounts {
    pub available: i32,
    pub reserved: i32,
    pub sold: i32,
    pub blocked: i32,
    pub total: i32,
}

impl From<Counts> for RawCounts {
    fn from(counts: Counts) -> Self {
        Self {
            available: small(counts.available),
            reserved: small(counts.reserved),
            sold: small(counts.sold),
            blocked: small(counts.blocked),
            total: small(counts.total),
        }
    }
}

/// One place in words.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawPlace {
    pub id: String,
    pub section: String,
    pub row: String,
    pub number: String,
    pub price_minor: i64,
    pub count: i32,
}

impl From<PlaceView> for RawPlace {
    fn from(place: PlaceView) -> Self {
        let PlaceView { id, section, row, number, price_minor, count, .. } = place;
        Self { id, section, row, number, price_minor, count: small(count) }
    }
}

/// Places of one event in words: seats in the order of the seat map, then standing places.
pub(crate) fn places(engine: &Engine, event: u32, places: &[PackedPlace]) -> Vec<RawPlace> {
    let words = |places: &[PackedPlace]| {
        places.iter().filter_map(|place| engine.describe(event, *place)).map(RawPlace::from).collect()
    };
    if places.is_sorted() {
        return words(places);
    }
    let mut sorted = places.to_vec();
    sorted.sort_unstable();
    words(&sorted)
}

/// A seat with its state.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawSeat {
    pub place: RawPlace,
    pub state: RawSeatState,
}

impl From<SeatView> for RawSeat {
    fn from(seat: SeatView) -> Self {
        Self { place: seat.place.into(), state: seat.state.into() }
    }
}

/// A section with its counts.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawSectionView {
    pub name: String,
    pub standing: bool,
    pub counts: RawCounts,
    pub price_min_minor: i64,
    pub price_max_minor: i64,
}

impl From<SectionView> for RawSectionView {
    fn from(section: SectionView) -> Self {
        let SectionView { name, standing, counts, price_min_minor, price_max_minor, .. } = section;
        Self { name, standing, counts: counts.into(), price_min_minor, price_max_minor }
    }
}

/// An event.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawEvent {
    pub id: String,
    pub settings: RawEventSettings,
    pub sale: RawSaleState,
    pub counts: RawCounts,
    pub has_queue: bool,
}

impl From<EventView> for RawEvent {
    fn from(event: EventView) -> Self {
        Self {
            id: event.id.to_string(),
            settings: event.settings.into(),
            sale: event.sale.into(),
            counts: event.counts.into(),
            has_queue: event.has_queue,
        }
    }
}

/// A reservation.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawReservation {
    pub id: String,
    pub hold: String,
    pub order: Option<String>,
    pub external: Option<String>,
    pub event: String,
    pub user: String,
    pub state: RawReservationState,
    pub places: Vec<RawPlace>,
    pub total_minor: i64,
    pub currency: String,
    pub created_at_ms: i64,
    pub changed_at_ms: i64,
    pub expires_at_ms: i64,
    pub extensions: i32,
    pub payment: Option<String>,
}

impl RawReservation {
    pub(crate) fn new(engine: &Engine, view: &ReservationView) -> Self {
        use tacos_engine::ReservationState::{Confirmed, Refunded};
        let ordered = matches!(view.state, Confirmed | Refunded);
        Self {
            id: view.id.to_string(),
            hold: view.id.hold().to_string(),
            order: ordered.then(|| view.id.order().to_string()),
            external: view.external.as_ref().map(ToString::to_string),
            event: view.event.to_string(),
            user: view.user.to_string(),
            state: view.state.into(),
            places: places(engine, view.event_number, &view.places),
            total_minor: view.total.minor,
            currency: view.total.currency.as_str().to_owned(),
            created_at_ms: unix_ms(view.created_at),
            changed_at_ms: unix_ms(view.changed_at),
            expires_at_ms: unix_ms(view.expires_at),
            extensions: small(view.extensions),
            payment: view.payment.map(|id| id.to_string()),
        }
    }
}

/// A payment intent.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawPayment {
    pub id: String,
    pub state: RawPaymentState,
    pub reservation: Option<String>,
    pub unlinked: Option<String>,
    pub user: String,
    pub amount_minor: i64,
    pub currency: String,
    pub refunded_minor: i64,
    pub refunds: i32,
    pub method: RawPaymentMethod,
    pub scenario: RawScenario,
    pub effect: RawEffect,
    pub created_at_ms: i64,
    pub changed_at_ms: i64,
    pub processed_at_ms: Option<i64>,
    pub expires_at_ms: i64,
    pub webhook_url: Option<String>,
    pub attachment: Vec<u8>,
}

impl From<PaymentView> for RawPayment {
    fn from(view: PaymentView) -> Self {
        Self {
            id: view.id.to_string(),
            state: view.state.into(),
            reservation: view.reservation.map(|id| id.to_string()),
            unlinked: view.unlinked.map(|id| id.to_string()),
            user: view.user.to_string(),
            amount_minor: view.amount.minor,
            currency: view.amount.currency.as_str().to_owned(),
            refunded_minor: view.refunded_minor,
            refunds: small(view.refunds),
            method: view.method.into(),
            scenario: view.scenario.into(),
            effect: view.effect.into(),
            created_at_ms: unix_ms(view.created_at),
            changed_at_ms: unix_ms(view.changed_at),
            processed_at_ms: view.processed_at.map(unix_ms),
            expires_at_ms: unix_ms(view.expires_at),
            webhook_url: view.webhook_url,
            attachment: view.attachment,
        }
    }
}

/// A place in the line.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawQueuePlace {
    pub state: RawQueueState,
    pub position: i32,
    pub eta_ms: Option<i64>,
    /// Absent while nothing can end it.
    pub expires_at_ms: Option<i64>,
}

impl From<QueuePlace> for RawQueuePlace {
    fn from(place: QueuePlace) -> Self {
        Self {
            state: place.state.into(),
            position: small(place.position),
            eta_ms: place.eta_ms.map(signed),
            expires_at_ms: (place.expires_at < UnixMs::MAX).then(|| unix_ms(place.expires_at)),
        }
    }
}

/// Figures of one waiting line.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawQueue {
    pub waiting: i32,
    pub ready: i32,
    pub inside: i32,
    pub admitted_total: i64,
    pub expired_total: i64,
    pub left_total: i64,
    pub admitted_per_minute: i32,
    pub average_wait_ms: i64,
    pub paused: bool,
}

impl From<QueueView> for RawQueue {
    fn from(queue: QueueView) -> Self {
        Self {
            waiting: small(queue.waiting),
            ready: small(queue.ready),
            inside: small(queue.inside),
            admitted_total: signed(queue.admitted_total),
            expired_total: signed(queue.expired_total),
            left_total: signed(queue.left_total),
            admitted_per_minute: small(queue.admitted_per_minute),
            average_wait_ms: signed(queue.average_wait_ms),
            paused: queue.paused,
        }
    }
}

/// A webhook of the outbox.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawWebhook {
    pub id: String,
    pub payment: String,
    pub tells: RawPaymentState,
    pub created_at_ms: i64,
    pub attempts: i32,
    pub next_at_ms: Option<i64>,
    pub order: i64,
}

impl From<WebhookView> for RawWebhook {
    fn from(webhook: WebhookView) -> Self {
        Self {
            id: webhook.id.to_string(),
            payment: webhook.payment.to_string(),
            tells: webhook.tells.into(),
            created_at_ms: unix_ms(webhook.created_at),
            attempts: small(webhook.attempts),
            next_at_ms: webhook.next_at.map(unix_ms),
            order: signed(webhook.order),
        }
    }
}

/// Figures of the engine as a whole.
#[derive(Clone, Debug, uniffi::Record)]
pub(crate) struct RawStatus {
    pub written: i64,
    pub durable: i64,
    pub snapshot: i64,
    pub poisoned: Option<String>,
    pub disk_full: bool,
    pub events: i32,
    pub reservation_slots: i32,
    pub payment_slots: i32,
    pub users: i64,
    pub idempotency_keys: i64,
    pub webhooks_waiting: i64,
    pub webhooks_dead: i64,
    pub timers: i64,
    pub commands: i64,
    pub refusals: i64,
    pub groups: i64,
    pub fired: i64,
    pub memory_bytes: i64,
}

impl RawStatus {
    pub(crate) fn new(engine: &Engine) -> Self {
        let (status, memory): (Status, _) = (engine.status(), engine.memory());
        let tables = [memory.seats, memory.lines, memory.reservations, memory.answers, memory.buffers];
        Self {
            written: signed(status.written),
            durable: signed(status.durable),
            snapshot: signed(status.snapshot),
            poisoned: status.poisoned,
            disk_full: status.disk_full,
            events: small(status.events),
            reservation_slots: small(status.reservation_slots),
            payment_slots: small(status.payment_slots),
            users: signed(status.users),
            idempotency_keys: signed(status.idempotency_keys),
            webhooks_waiting: signed(status.webhooks.0),
            webhooks_dead: signed(status.webhooks.1),
            timers: signed(status.timers),
            commands: signed(status.commands.0),
            refusals: signed(status.commands.1),
            groups: signed(status.groups),
            fired: signed(status.fired),
            memory_bytes: signed(tables.iter().sum::<usize>()),
        }
    }
}
