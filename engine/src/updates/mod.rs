//! Updates: facts that happened, told to readers once they are durable, in the order of the journal. Knows what an
//! update is and keeps recent ones; what a record means is for the pipeline to say.

mod history;

pub(crate) use history::{History, HistoryClosed, HistoryWriter, Read};

use crate::clock::UnixMs;
use crate::describe::described;
use crate::error::{PaymentState, ReservationState, SaleState};
use crate::ids::{EventId, ExternalId, PaymentId, ReservationId, UserId, WebhookId};
use crate::inventory::PackedPlace;
use crate::journal::Position;
use crate::list::{PlaceChanges, Tickets};
use crate::reply::PaymentEffect;
use crate::views::SeatState;

described! {
    /// A fact that happened. Updates of one event, one reservation, one payment or one ticket come in the order in
    /// which they happened.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct Update {
        /// Where its record ends: reading from here gives what came after.
        pub position: Position,
        /// When it happened.
        pub at: UnixMs,
        /// The event that it is about.
        pub event: Option<EventId>,
        /// What happened.
        pub what: UpdateKind,
    }

    /// How one place stands after an update. It carries the whole state, so a reader may apply it twice: an update
    /// whose version is not above the version that the reader has is old news.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct PlaceChanged {
        /// The place.
        pub place: PackedPlace,
        /// How it stands now.
        pub state: SeatState,
        /// Counts the changes of one seat; 0 for standing places, which have no versions.
        pub version: u32,
    }

    /// What happened.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub enum UpdateKind {
        /// An event was created.
        EventCreated,
        /// An event's settings, queue policy or draw changed.
        EventChanged,
        /// A sale opened, paused or closed.
        Sale(SaleState),
        /// Admissions of the event's line were paused (true) or resumed.
        QueuePaused(bool),
        /// The order of the pre-sale room was drawn with this seed.
        RoomDrawn([u8; 32]),
        /// Seats were taken off sale or put back.
        Seats(PlaceChanges),
        /// A reservation was made, or changed.
        Reservation(ReservationUpdate),
        /// A hold ends soon.
        HoldExpiring {
            /// The reservation.
            id: ReservationId,
            /// Whose it is, if it can still be looked up.
            user: Option<UserId>,
            /// When the hold ends.
            expires_at: UnixMs,
        },
        /// A payment intent was made, or changed.
        Payment(PaymentUpdate),
        /// A webhook was tried, delivered, given up or replayed.
        Webhook(WebhookId),
        /// A customer joined the line.
        Joined(u32),
        /// A customer left it.
        Left(u32),
        /// It is these people's turn, until the moment given.
        Ready(Tickets, UnixMs),
        /// A customer was let in.
        Admitted(u32),
        /// These people's time ran out.
        TicketsExpired(Tickets),
        /// A durable note was set or removed.
        Note(ExternalId),
    }

    /// A reservation that was made or changed.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct ReservationUpdate {
        /// The reservation.
        pub id: ReservationId,
        /// Whose it is, if it can still be looked up.
        pub user: Option<UserId>,
        /// Where it stood before; `None` if it was made just now.
        pub from: Option<ReservationState>,
        /// Where it stands.
        pub state: ReservationState,
        /// When its hold ends, if it has one and the update says so.
        pub expires_at: Option<UnixMs>,
        /// Places that changed hands.
        pub places: PlaceChanges,
    }

    /// A payment intent that was made or changed.
    #[derive(Clone, Debug, PartialEq)]
    #[non_exhaustive]
    pub struct PaymentUpdate {
        /// The intent.
        pub id: PaymentId,
        /// Whose it is, if it can still be looked up.
        pub user: Option<UserId>,
        /// Where it stands.
        pub state: PaymentState,
        /// What it did to its reservation. [`PaymentEffect::PaidBack`] says that money came for a hold that had ended.
        pub effect: PaymentEffect,
        /// What this update paid back, in minor units.
        pub refunded_minor: i64,
        /// Which refund of the payment that was, from 1; 0 if nothing was paid back.
        pub refund_number: u32,
        /// The reservation that changed with it.
        pub reservation: Option<ReservationUpdate>,
    }
}
