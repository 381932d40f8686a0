//! What the engine's own values are.

use crate::command::{Caller, Currency};
use crate::describe::{Described, Kind, plain_kinds};
use crate::ids::{
    EventId, ExternalId, IdempotencyKey, PaymentId, ReservationId, ReservationToken, SeatId, SectionId,
    SessionId, UserId, WaitingToken, WebhookId,
};
use crate::inventory::{PackedPlace, SeatMap};
use crate::journal::Position;
use crate::limits::{ID_BYTES_MAX, KEY_BYTES_MAX};

plain_kinds!(
    Currency => Kind::Currency,
    PackedPlace => Kind::Place,
    SeatMap => Kind::SeatMap,
    Position => Kind::Position,
    Caller => <Option<UserId> as Described>::KIND,
);

macro_rules! names {
    ($bytes_max:expr; $($name:ident),*) => {$(
        impl Described for $name {
            const KIND: Kind = Kind::Name { name: stringify!($name), bytes_max: $bytes_max };
        }
    )*};
}
names!(ID_BYTES_MAX; EventId, UserId, SessionId, SeatId, SectionId, ExternalId);
names!(KEY_BYTES_MAX; IdempotencyKey);

macro_rules! issued {
    ($kind:ident; $($name:ident),*) => {$(
        impl Described for $name {
            const KIND: Kind = Kind::$kind { name: stringify!($name), prefix: $name::PREFIX };
        }
    )*};
}
issued!(Id; ReservationId, PaymentId, WebhookId);
issued!(Token; WaitingToken, ReservationToken);
