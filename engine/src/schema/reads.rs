//! The reads of the engine, described: methods that change nothing.

use super::{Field, Kind, Mark};
use crate::clock::UnixMs;
use crate::command::ReservationRef;
use crate::describe::Described;
use crate::error::{PaymentState, ReservationState};
use crate::ids::{EventId, ExternalId, PaymentId, ReservationId, SeatId, UserId, WaitingToken};
use crate::journal::Position;
use crate::views;

/// A read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// The engine's method.
    pub method: &'static str,
    /// What it shows: lines of its documentation.
    pub doc: &'static [&'static str],
    /// What it is asked with, in order.
    pub fields: &'static [Field],
    /// What it gives; of a page, one of the entries.
    pub gives: Kind,
    /// How it gives it.
    pub form: ReadForm,
}

/// How a read gives what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadForm {
    /// It waits until what it shows is durable, and may be refused.
    Durable,
    /// A page of a listing, newest entry first, and where the next page begins; it waits as `Durable` does.
    Page,
    /// At once, or a refusal.
    AtOnce,
    /// At once, and it is never refused.
    Always,
}

macro_rules! reads {
    ($(
        $(#[doc = $doc:literal])+
        $method:ident $form:ident $gives:ty {
            $($(#[doc = $field_doc:literal])+ $field:ident: $kind:ty,)*
        }
    )*) => {
        /// Every read that all faces have.
        pub const READS: &[Read] = &[$(Read {
            method: stringify!($method),
            doc: &[$($doc),+],
            fields: &[$(Field {
                name: stringify!($field),
                doc: &[$($field_doc),+],
                kind: <$kind as Described>::KIND,
                bounds: None,
                mark: Mark::Asked,
                setter: None,
            }),*],
            gives: <$gives as Described>::KIND,
            form: ReadForm::$form,
        }),*];

        // Each names a method that is there.
        const _: () = { $(let _ = crate::Engine::$method;)* };
    };
}

reads! {
    /// A reservation.
    reservation Durable views::ReservationView {
        /// The reservation.
        which: ReservationRef,
        /// Whose it must be, unless an operator asks.
        user: Option<UserId>,
    }

    /// A user's reservations, newest first.
    reservations Page views::ReservationView {
        /// Whose.
        user: UserId,
        /// Only in this state.
        state: Option<ReservationState>,
        /// Only of this event.
        event: Option<EventId>,
        /// Where the page before ended; `None` for the first.
        after: Option<[u8; 16]>,
        /// Entries on the page: 1 to 100; 100 if not given.
        most: Option<u32>,
    }

    /// A payment intent.
    payment Durable views::PaymentView {
        /// The payment intent.
        payment: PaymentId,
        /// Whose it must be, unless an operator asks.
        user: Option<UserId>,
    }

    /// A user's payments, newest first.
    payments Page views::PaymentView {
        /// Whose.
        user: UserId,
        /// Only in this state.
        state: Option<PaymentState>,
        /// Only of this reservation.
        reservation: Option<ReservationId>,
        /// Where the page before ended; `None` for the first.
        after: Option<[u8; 16]>,
        /// Entries on the page: 1 to 100; 100 if not given.
        most: Option<u32>,
    }

    /// An event.
    event AtOnce views::EventView {
        /// The event.
        event: EventId,
    }

    /// All events, in the order of their creation.
    events Always Vec<views::EventView> {}

    /// An event's sections with counts and prices.
    sections AtOnce Vec<views::SectionView> {
        /// The event.
        event: EventId,
    }

    /// An event's counts.
    counts AtOnce views::Counts {
        /// The event.
        event: EventId,
    }

    /// Numbered seats with their states, in the seat map's order. A seat whose hold has lapsed shows as available.
    seats AtOnce Vec<views::SeatView> {
        /// The event.
        event: EventId,
        /// Index of the first; 0 if not given.
        from: Option<u32>,
        /// How many; all if not given.
        most: Option<u64>,
    }

    /// These seats, in the order asked for.
    seats_named AtOnce Vec<views::SeatView> {
        /// The event.
        event: EventId,
        /// The seats.
        seats: Vec<SeatId>,
    }

    /// Which numbered seats the bitmap shows as free, 64 a word: a hint, exact when nothing is being written and no
    /// hold has lapsed.
    copy_free_seats AtOnce Vec<u64> {
        /// The event.
        event: EventId,
    }

    /// A place in the line. Asking counts as activity.
    queue_place AtOnce views::QueuePlace {
        /// The place in the line.
        token: WaitingToken,
    }

    /// The event of a waiting token.
    token_event AtOnce EventId {
        /// The place in the line.
        token: WaitingToken,
    }

    /// Figures of a waiting line.
    queue AtOnce views::QueueView {
        /// The event.
        event: EventId,
    }

    /// The rules of a waiting line.
    queue_policy AtOnce crate::QueuePolicy {
        /// The event.
        event: EventId,
    }

    /// The draw of the pre-sale room.
    draw AtOnce views::DrawView {
        /// The event.
        event: EventId,
    }

    /// Webhooks whose time has come, and the time of the next one.
    due_webhooks Always (Vec<views::WebhookView>, Option<UnixMs>) {
        /// How many; 100 if not given.
        most: Option<u64>,
    }

    /// Dead letters, oldest first.
    dead_webhooks Always Vec<views::WebhookView> {
        /// Only behind this order; 0 if not given.
        after: Option<u64>,
    }

    /// A durable note's value, or nothing.
    read_note Always Option<Vec<u8>> {
        /// Its name.
        name: ExternalId,
    }

    /// Notes whose names begin with a prefix, in order, with their values.
    notes Always Vec<(ExternalId, Vec<u8>)> {
        /// What the names begin with; may be empty.
        prefix: String,
    }

    /// Where the newest durable update ends.
    position Always Position {}

    /// All updates behind a position, and the position behind them.
    updates AtOnce Vec<super::Update> {
        /// A position that an earlier answer gave, or 0 for all.
        after: Position,
    }

    /// Figures of the engine as a whole.
    status Always views::Status {}
}
