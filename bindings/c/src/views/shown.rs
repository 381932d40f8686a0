// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.

//! What reads show: copies of one moment, in the caller's buffer. Later versions of the library may append fields.

use tacos::UnixMs;
use tacos::views::{
    Counts, DrawView, EventView, PaymentView, PlaceView, QueueView, ReservationView, SeatView, SectionView, WebhookView,
};

use crate::abi::{tacos_bytes, tacos_id, tacos_list, tacos_str};
use crate::answer::{id, places, unless_never};
use crate::arena::Arena;
use crate::config::{of_settings, tacos_event_settings};
use crate::number::Number;

const NO_ID: tacos_id = tacos_id { bytes: [0; 16] };

/// A reservation.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_reservation_view {
    /// Its id.
    pub id: tacos_id,
    /// The payment that is under way or done.
    pub payment: tacos_id,
    /// The id that its service brought. Or none.
    pub external: tacos_str,
    /// Its event.
    pub event: tacos_str,
    /// Whose it is.
    pub user: tacos_str,
    /// Of that amount.
    pub currency: tacos_str,
    /// Their price together. In minor units.
    pub total_minor: i64,
    /// When it was made.
    pub created_at_ms: u64,
    /// When it last changed.
    pub changed_at_ms: u64,
    /// The hold ends, or ended, at this moment.
    pub expires_at_ms: u64,
    /// Of `uint32_t`; `tacos_describe` puts them into words: what it has, or had when it ended.
    pub places: tacos_list,
    /// The engine's own number of the event.
    pub event_number: u32,
    /// A `tacos_reservation_state`: where it stands. A hold whose time has run out shows as Expired, whether or not a
    /// timer has fired.
    pub state: u32,
    /// How often it was extended.
    pub extensions: u32,
    /// 1 if `payment` is given.
    pub has_payment: u32,
}

impl tacos_reservation_view {
    pub(crate) fn of(from: &ReservationView, arena: &mut Arena) -> Self {
        Self {
            id: id(from.id.to_bytes()),
            payment: from.payment.map_or(NO_ID, |given| id(given.to_bytes())),
            external: arena.maybe_text(from.external.as_ref().map(AsRef::as_ref)),
            event: arena.text(from.event.as_str()),
            user: arena.text(from.user.as_str()),
            currency: arena.text(from.total.currency.as_str()),
            total_minor: from.total.minor,
            created_at_ms: unless_never(from.created_at),
            changed_at_ms: unless_never(from.changed_at),
            expires_at_ms: unless_never(from.expires_at),
            places: places(&from.places, arena),
            event_number: from.event_number,
            state: from.state.number(),
            extensions: from.extensions,
            has_payment: from.payment.is_some().into(),
        }
    }
}

/// A payment intent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_payment_view {
    /// Its id.
    pub id: tacos_id,
    /// The reservation paid for.
    pub reservation: tacos_id,
    /// What is paid for, if the engine does not know it. Or none.
    pub unlinked: tacos_str,
    /// Who pays.
    pub user: tacos_str,
    /// Of that amount.
    pub currency: tacos_str,
    /// Where results are delivered. Or none.
    pub webhook_url: tacos_str,
    /// What was carried along.
    pub attachment: tacos_bytes,
    /// How much. In minor units.
    pub amount_minor: i64,
    /// How much went back, in minor units.
    pub refunded_minor: i64,
    /// When it was made.
    pub created_at_ms: u64,
    /// When it last changed.
    pub changed_at_ms: u64,
    /// When its outcome came. 0 if it has not.
    pub processed_at_ms: u64,
    /// Its life ends at this moment.
    pub expires_at_ms: u64,
    /// A `tacos_payment_state`: where it stands. An intent whose life is over shows as Expired, whether or not a timer
    /// has fired.
    pub state: u32,
    /// In how many refunds.
    pub refunds: u32,
    /// A `tacos_payment_method`: how.
    pub method: u32,
    /// A `tacos_scenario`: what the simulated processor does.
    pub scenario: u32,
    /// A `tacos_payment_effect`: what became of the reservation.
    pub effect: u32,
    /// 1 if `reservation` is given.
    pub has_reservation: u32,
}

impl tacos_payment_view {
    pub(crate) fn of(from: &PaymentView, arena: &mut Arena) -> Self {
        Self {
            id: id(from.id.to_bytes()),
            reservation: from.reservation.map_or(NO_ID, |given| id(given.to_bytes())),
            unlinked: arena.maybe_text(from.unlinked.as_ref().map(AsRef::as_ref)),
            user: arena.text(from.user.as_str()),
            currency: arena.text(from.amount.currency.as_str()),
            webhook_url: arena.maybe_text(from.webhook_url.as_deref()),
            attachment: arena.bytes(&from.attachment),
            amount_minor: from.amount.minor,
            refunded_minor: from.refunded_minor,
            created_at_ms: unless_never(from.created_at),
            changed_at_ms: unless_never(from.changed_at),
            processed_at_ms: from.processed_at.map_or(0, UnixMs::get),
            expires_at_ms: unless_never(from.expires_at),
            state: from.state.number(),
            refunds: from.refunds,
            method: from.method.number(),
            scenario: from.scenario.number(),
            effect: from.effect.number(),
            has_reservation: from.reservation.is_some().into(),
        }
    }
}

/// An event.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_event_view {
    /// Its id.
    pub id: tacos_str,
    /// Its settings.
    pub settings: tacos_event_settings,
    /// Counts over all sections.
    pub counts: tacos_counts,
    /// The engine's own number of it.
    pub number: u32,
    /// A `tacos_sale`: where its sale stands.
    pub sale: u32,
    /// True if it has a waiting line.
    pub has_queue: u32,
}

impl tacos_event_view {
    pub(crate) fn of(from: &EventView, arena: &mut Arena) -> Self {
        Self {
            id: arena.text(from.id.as_str()),
            settings: of_settings(&from.settings, arena.text(&from.settings.name), arena.text(from.settings.currency.as_str())),
            counts: tacos_counts::of(&from.counts),
            number: from.number,
            sale: from.sale.number(),
            has_queue: from.has_queue.into(),
        }
    }
}

/// How many places there are of each kind. At every moment `available + reserved + sold + blocked == total`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_counts {
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

impl tacos_counts {
    pub(crate) fn of(from: &Counts) -> Self {
        Self {
            available: from.available,
            reserved: from.reserved,
            sold: from.sold,
            blocked: from.blocked,
            total: from.total,
        }
    }
}

/// A section with its counts.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_section_view {
    /// Its name.
    pub name: tacos_str,
    /// Cheapest place, in minor units.
    pub price_min_minor: i64,
    /// Dearest place, in minor units.
    pub price_max_minor: i64,
    /// Its counts.
    pub counts: tacos_counts,
    /// True if it has places but no numbered seats.
    pub standing: u32,
}

impl tacos_section_view {
    pub(crate) fn of(from: &SectionView, arena: &mut Arena) -> Self {
        Self {
            name: arena.text(&from.name),
            price_min_minor: from.price_min_minor,
            price_max_minor: from.price_max_minor,
            counts: tacos_counts::of(&from.counts),
            standing: from.standing.into(),
        }
    }
}

/// A seat of the map with its state.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_seat_view {
    /// The seat.
    pub place: tacos_place_view,
    /// A `tacos_seat_state`: how it stands.
    pub state: u32,
    /// Zero.
    pub reserved: u32,
}

impl tacos_seat_view {
    pub(crate) fn of(from: &SeatView, arena: &mut Arena) -> Self {
        Self {
            place: tacos_place_view::of(&from.place, arena),
            state: from.state.number(),
            reserved: 0,
        }
    }
}

/// One place of a reservation or seat map, described.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_place_view {
    /// The seat's id; for standing places the section's.
    pub id: tacos_str,
    /// The section.
    pub section: tacos_str,
    /// The row; empty for standing places.
    pub row: tacos_str,
    /// The number within the row; empty for standing places.
    pub number: tacos_str,
    /// Price of one place, in minor units.
    pub price_minor: i64,
    /// How many places: 1 for a seat.
    pub count: u32,
    /// Zero.
    pub reserved: u32,
}

impl tacos_place_view {
    pub(crate) fn of(from: &PlaceView, arena: &mut Arena) -> Self {
        Self {
            id: arena.text(&from.id),
            section: arena.text(&from.section),
            row: arena.text(&from.row),
            number: arena.text(&from.number),
            price_minor: from.price_minor,
            count: from.count,
            reserved: 0,
        }
    }
}

/// Figures of one waiting line.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_queue_view {
    /// People ever let in.
    pub admitted_total: u64,
    /// People whose time ran out.
    pub expired_total: u64,
    /// People who gave up.
    pub left_total: u64,
    /// Mean wait of those people from joining to being let in, in milliseconds; 0 without any.
    pub average_wait_ms: u64,
    /// People waiting, those in the pre-sale room included.
    pub waiting: u32,
    /// People whose turn it is.
    pub ready: u32,
    /// People inside: ready or with a token that is good and unused.
    pub inside: u32,
    /// People let in during the last minute: in the present second of the clock and the 59 before it.
    pub admitted_per_minute: u32,
    /// True while admissions are paused.
    pub paused: u32,
    /// Zero.
    pub reserved: u32,
}

impl tacos_queue_view {
    pub(crate) fn of(from: &QueueView) -> Self {
        Self {
            admitted_total: from.admitted_total,
            expired_total: from.expired_total,
            left_total: from.left_total,
            average_wait_ms: from.average_wait_ms,
            waiting: from.waiting,
            ready: from.ready,
            inside: from.inside,
            admitted_per_minute: from.admitted_per_minute,
            paused: from.paused.into(),
            reserved: 0,
        }
    }
}

/// The pre-sale draw of an event: anyone can check it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_draw_view {
    /// blake3 of the seed: known before the draw.
    pub commitment: [u8; 32],
    /// The seed: known after the draw.
    pub seed: [u8; 32],
    /// 1 if `seed` is given.
    pub has_seed: u32,
}

impl tacos_draw_view {
    pub(crate) fn of(from: &DrawView) -> Self {
        Self {
            commitment: from.commitment,
            seed: from.seed.unwrap_or_default(),
            has_seed: from.seed.is_some().into(),
        }
    }
}

/// A webhook of the outbox.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct tacos_webhook_view {
    /// Its id.
    pub id: tacos_id,
    /// The payment that it tells of.
    pub payment: tacos_id,
    /// When it was put into the outbox.
    pub created_at_ms: u64,
    /// When to try next; 0 for a dead letter.
    pub next_at_ms: u64,
    /// Order of creation, to page by.
    pub order: u64,
    /// A `tacos_payment_state`: the state that it tells of.
    pub tells: u32,
    /// Attempts so far.
    pub attempts: u32,
}

impl tacos_webhook_view {
    pub(crate) fn of(from: &WebhookView) -> Self {
        Self {
            id: id(from.id.to_bytes()),
            payment: id(from.payment.to_bytes()),
            created_at_ms: unless_never(from.created_at),
            next_at_ms: from.next_at.map_or(0, UnixMs::get),
            order: from.order,
            tells: from.tells.number(),
            attempts: from.attempts,
        }
    }
}
