//! The engine described as data: every command, read, answer, refusal, update and view, field by field, with kind, unit
//! and bounds. Generators read this: of bindings, of reference pages, of tests. The descriptions are made where the
//! types are defined, by the same lines of source, so they cannot differ from them.

mod kinds;
mod reads;
#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;

pub use crate::describe::{Enum, Field, Kind, Mark, Struct, Variant, snake};
pub use reads::{READS, Read, ReadForm};

use std::time::Duration;

use crate::admission::QueuePolicy;
use crate::clock::UnixMs;
use crate::command::{
    Caller, EventSettings, Money, Payee, PaymentMethod, PaymentOutcome, Proof, ReservationRef, Scenario,
    SeatRequest, for_each_command,
};
use crate::config::Config;
use crate::describe::Described;
use crate::error::{Refusal, SaleState};
use crate::ids::{
    EventId, ExternalId, IdempotencyKey, PaymentId, ReservationToken, SeatId, SessionId, UserId,
    WaitingToken, WebhookId,
};
use crate::inventory::SeatMap;
use crate::list::Seats;
use crate::reply::Reply;
use crate::updates::Update;
use crate::views;

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    /// Its number, which stands in remembered keys and in its bytes; never changed and never given to another.
    pub number: u8,
    /// The engine's method that takes it.
    pub method: &'static str,
    /// The name of its type.
    pub name: &'static str,
    /// What it does: lines of its documentation.
    pub doc: &'static [&'static str],
    /// Its fields, in order.
    pub fields: &'static [Field],
    /// What it answers.
    pub reply: &'static Struct,
    /// The codes of the refusals that are its own, besides those that any command, or any with a key, may get: see
    /// [`Command::refusals`].
    pub refuses: &'static [&'static str],
}

/// Refusals that any command may get.
const OF_ALL: &[&str] = &["at_capacity"];
/// Refusals that any command with an idempotency key may get.
const OF_KEYED: &[&str] = &["idempotency_required", "idempotency_conflict"];

impl Command {
    /// The codes of all refusals that it may get, its own first.
    pub fn refusals(&self) -> impl Iterator<Item = &'static str> {
        let keyed = if self.fields.iter().any(|field| field.mark == Mark::Key) { OF_KEYED } else { &[] };
        let own = self.refuses.iter().copied();
        own.chain([OF_ALL, keyed].into_iter().flatten().copied())
    }
}

const fn record(kind: Kind) -> &'static Struct {
    match kind {
        Kind::Struct(record) => record,
        _ => panic!("not a record"),
    }
}

const fn union(kind: Kind) -> &'static Enum {
    match kind {
        Kind::Enum(union) => union,
        _ => panic!("not an enum"),
    }
}

macro_rules! mark {
    () => {
        Mark::Asked
    };
    (form) => {
        Mark::Asked
    };
    (later) => {
        Mark::Asked
    };
    (key) => {
        Mark::Key
    };
    (scope) => {
        Mark::Scope
    };
    (right) => {
        Mark::Right
    };
}

macro_rules! setter {
    () => {
        None
    };
    ($with:ident) => {
        Some(stringify!($with))
    };
}

/// Outside of Rust an operator is said by leaving the user out.
const fn name_outside(field: &'static str) -> &'static str {
    match field.as_bytes() {
        b"caller" => "user",
        _ => field,
    }
}

macro_rules! table {
    ($(
        $(#[doc = $doc:literal])+
        $number:literal $method:ident $form:ident $name:ident -> $reply:ident refuses [$($refusal:ident)*] {
            $($(#[doc = $field_doc:literal])+ $([$mark:ident])? $field:ident: $kind:ty $(= $with:ident)?,)*
        }
    )*) => {
        /// Every command, in the order in which a sale meets them.
        pub const COMMANDS: &[Command] = &[$(Command {
            number: $number,
            method: stringify!($method),
            name: stringify!($name),
            doc: &[$($doc),+],
            fields: &[$(Field {
                name: name_outside(stringify!($field)),
                doc: &[$($field_doc),+],
                kind: <$kind as Described>::KIND,
                bounds: None,
                mark: mark!($($mark)?),
                setter: setter!($($with)?),
            }),*],
            reply: record(<crate::reply::$reply as Described>::KIND),
            refuses: &[$(stringify!($refusal)),*],
        }),*];
    };
}

for_each_command!(table);

/// What commands answer.
pub const REPLY: &Enum = union(<Reply as Described>::KIND);

/// Every refusal; the code of each is its name in snake case, which is [`Refusal::code`].
pub const REFUSAL: &Enum = union(<Refusal as Described>::KIND);

/// What readers of updates are told.
pub const UPDATE: &Struct = record(<Update as Described>::KIND);

/// What can be set when an engine is opened.
pub const CONFIG: &Struct = record(<Config as Described>::KIND);

/// What reads return.
pub const VIEWS: &[&Struct] = &[
    record(<views::EventView as Described>::KIND),
    record(<views::SectionView as Described>::KIND),
    record(<views::SeatView as Described>::KIND),
    record(<views::ReservationView as Described>::KIND),
    record(<views::PaymentView as Described>::KIND),
    record(<views::QueuePlace as Described>::KIND),
    record(<views::QueueView as Described>::KIND),
    record(<views::DrawView as Described>::KIND),
    record(<views::DrawResult as Described>::KIND),
    record(<views::WebhookView as Described>::KIND),
    record(<views::Retries as Described>::KIND),
    record(<views::Work as Described>::KIND),
    record(<views::Status as Described>::KIND),
];
