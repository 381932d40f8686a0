//! The engine under a ticket sale: seats, holds, waiting line, reservations, payments, deadlines and a write-ahead
//! journal.
//!
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod acks;
mod admission;
mod command;
mod config;
mod deadlines;
mod describe;
mod engine;
mod error;
mod idempotency;
mod ids;
mod index;
mod inventory;
mod list;
mod metrics;
mod outbox;
mod payments;
mod pipeline;
mod record;
mod reply;
mod reservations;
mod sync;
mod updates;
mod users;
mod words;

pub mod arguments;
pub mod clock;
pub mod journal;
pub mod limits;
pub mod schema;
pub mod views;

#[cfg(any(test, feature = "testing"))]
pub mod hooks;

// Files of the crate `tacos-engine-testing`, for unit tests: what they call the engine is this crate then.
#[cfg(test)]
extern crate self as tacos_engine;
#[cfg(test)]
#[path = "../testing/src/unit_tests.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "unit tests use a part of it")]
mod testing;

pub use acks::{Completion, CompletionQueue, Failure, NotAccepted, Pending, Reason};
pub use admission::{PolicyError, PresaleRoom, QueuePolicy, commitment, draw_order};
pub use clock::{Clock, ManualClock, SystemClock, UnixMs};
pub use command::{
    Best, BlockSeats, Caller, CancelPayment, Command, CommandDecodeError, Confirm, CreateEvent,
    CreatePayment, Currency, DrawRoom, EventSettings, Expire, Extend, JoinQueue, Money, Note, PauseQueue,
    Payee, PaymentMethod, PaymentOutcome, ProcessPayment, Proof, Release, ReportPayment, ReportWebhook,
    RequestAdmission, ReservationRef, Reserve, Scenario, SeatRequest, SetQueuePolicy, SetSale, UpdateEvent,
};
pub use config::{Config, Driver, Durability, LatePayment};
#[cfg(feature = "stream")]
pub use engine::UpdateStream;
pub use engine::{
    Answer, Engine, Memory, OpenError, Operator, SnapshotError, Turn, UpdateReader, UpdatesLost,
};
pub use error::{
    Bound, Error, ExtensionDoubt, PaymentDoubt, PaymentState, Problem, Refusal, ReservationState, SaleState,
};
pub use ids::{
    EventId, ExternalId, HoldId, IdempotencyKey, IssuedIdError, OrderId, PaymentId, RefundId, ReservationId,
    ReservationToken, SeatId, SectionId, SessionId, TextIdError, TextIdFault, TransactionId, UserId,
    WaitingToken, WebhookId,
};
pub use inventory::{
    PackedPlace, Place, Row, RowSeats, SeatException, SeatIx, SeatMap, SeatMapDecodeError, SeatMapError,
    SeatMapFault, Section,
};
pub use journal::{JournalError, Opened, Position, Progress, RecoveryConsent, Storage};
pub use list::{Items, PlaceChanges, Places, Seats, Tickets};
pub use outbox::backoff_ms as webhook_backoff_ms;
pub use pipeline::Digest;
pub use reply::{
    Admitted, Confirmed, Done, EventChanged, Extended, FirstAnswer, Joined, PaymentChanged, PaymentEffect,
    Released, Reply, Reserved,
};
pub use updates::{PaymentUpdate, PlaceChanged, ReservationUpdate, Update, UpdateKind};
