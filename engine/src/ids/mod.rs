//! Names of things: ids that callers bring ([`EventId`], [`UserId`], …), ids that the engine issues
//! ([`ReservationId`], [`PaymentId`], …) and bearer tokens. An id that exists is well formed; whether it means
//! something is for the room that owns the thing to say.

mod digits;
mod fold;
mod issued;
mod key;
mod prepared;
mod secrets;
mod short;
mod text;

pub use issued::{
    HoldId, IssuedIdError, OrderId, PaymentId, RefundId, ReservationId, ReservationToken, TransactionId,
    WaitingToken, WebhookId,
};
pub use key::IdempotencyKey;
pub use text::{EventId, ExternalId, SeatId, SectionId, SessionId, TextIdError, TextIdFault, UserId};

pub(crate) use fold::Fold;
pub(crate) use issued::SlotId;
pub(crate) use key::KeyKind;
pub(crate) use prepared::TableNumber;
pub(crate) use secrets::Secrets;
