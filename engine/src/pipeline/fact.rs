//! What a record is to the engine. Each kind of record stands in its family's file beside the command that makes it,
//! with what it does to the state, the answer that it implies, and what readers are told of it. Records carry
//! results, never requests, so replay decides nothing: it checks what it finds and then calls the function that the
//! live path calls.

use std::fmt;

use crate::clock::UnixMs;
use crate::inventory::{Layout, SeatMap};
use crate::journal::ApplyError;
use crate::payments::PaymentSlot;
use crate::record::Wire;
use crate::reservations::Slot;
use crate::sync::{Owned, Status};
use crate::updates::UpdateKind;

use super::events::Event;
use super::once::RememberedAnswers;
use super::state::State;

/// Where a record ends in the journal, and when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) end: u64,
    pub(crate) at: UnixMs,
}

/// One kind of record: something that happened. A kind without one of these does not compile.
///
/// Beside them each kind that changes something owned has a function `apply`: the caller owns what the record changes
/// and has appended the record, or replay has found it; `apply` changes the state and gives up what was owned.
pub(crate) trait Fact: Numbered + Wire + Remembered + Announced {
    /// By replay: checks that the record follows from what is there, owns what it changes, and applies it.
    ///
    /// # Errors
    /// If it does not follow. The state must not be used then.
    fn replay(&self, state: &State, stamp: Stamp) -> Applied;
}

/// What a record means to readers of updates.
pub(crate) trait Announced {
    /// What they are told of it once it is durable; `None` for what concerns no reader.
    fn update(&self, state: &State) -> Option<EventUpdate>;
}

/// The number by which the journal knows a kind: see the table in `records`.
pub(crate) trait Numbered {
    const KIND: u16;
}

/// The answer that a record implies. It is not in the journal a second time: it follows from what was recorded.
pub(crate) trait Remembered {
    /// By replay: adds the answer under the key that the write came with. Depends on nothing but the record, and may
    /// run beside the change of other records, in the order of the journal.
    fn remember(&self, answers: &mut RememberedAnswers, stamp: Stamp);
}

/// The number of the event that an update is of, and what happened.
pub(crate) type EventUpdate = (Option<u32>, UpdateKind);

/// Defines a record: its body, and what follows from it in one expression. One *with a key* is the record of a
/// command that is answered: `reply` is the answer, remembered under the field `key`. What takes more than an
/// expression is written out beside it: an inherent `reply`, an implementation of [`Announced`].
macro_rules! record {
    ($(#[$doc:meta])* $name:ident with a key { $($field:ident: $kind:ty),* $(,)? }
        $(reply($this:ident, $at:pat_param) -> $answer:ty => $reply:expr;)?
        $(update($me:ident, $state:pat_param) => $event:expr, $what:expr;)?
    ) => {
        $crate::record::body! {
            $(#[$doc])*
            $name { $($field: $kind,)* key: Option<$crate::record::Remember> }
        }
        $(impl $name {
            fn reply(&$this, $at: $crate::clock::UnixMs) -> $answer {
                $reply
            }
        })?
        $crate::pipeline::fact::update! { $name $(update($me, $state) => $event, $what;)? }
        impl $crate::pipeline::fact::Remembered for $name {
            fn remember(
                &self,
                answers: &mut $crate::pipeline::once::RememberedAnswers,
                stamp: $crate::pipeline::fact::Stamp,
            ) {
                if let Some(key) = &self.key {
                    answers.keep(key, &self.reply(stamp.at), stamp.end);
                }
            }
        }
    };
    ($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty),* $(,)? }
        $(update($me:ident, $state:pat_param) => $event:expr, $what:expr;)?
    ) => {
        $crate::record::body! { $(#[$doc])* $name { $($field: $kind),* } }
        $crate::pipeline::fact::update! { $name $(update($me, $state) => $event, $what;)? }
        impl $crate::pipeline::fact::Remembered for $name {
            fn remember(
                &self,
                _: &mut $crate::pipeline::once::RememberedAnswers,
                _: $crate::pipeline::fact::Stamp,
            ) {
            }
        }
    };
}

macro_rules! update {
    ($name:ident) => {};
    ($name:ident update($me:ident, $state:pat_param) => $event:expr, $what:expr;) => {
        impl $crate::pipeline::fact::Announced for $name {
            fn update(&$me, $state: &$crate::pipeline::State) -> Option<$crate::pipeline::fact::EventUpdate> {
                Some(($event, $what))
            }
        }
    };
}
pub(crate) use {record, update};

/// A record that does not follow from what is there: the folder is from a broken engine, or this one is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Corrupt(pub(crate) String);

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Corrupt> for ApplyError {
    fn from(corrupt: Corrupt) -> Self {
        Self::new(corrupt.0)
    }
}

pub(crate) type Applied = Result<(), Corrupt>;

pub(crate) fn corrupt<T>(why: impl fmt::Display) -> Result<T, Corrupt> {
    Err(Corrupt(why.to_string()))
}

impl State {
    pub(crate) fn event(&self, number: u32) -> Result<&Event, Corrupt> {
        self.catalog.get(number).ok_or_else(|| Corrupt(format!("event {number} does not exist")))
    }

    pub(crate) fn line(&self, number: u32) -> Result<&crate::admission::Line, Corrupt> {
        self.event(number)?.line.get().ok_or_else(|| Corrupt(format!("event {number} has no line")))
    }
}

/// By replay and from images: the slots with these indexes, if they are within the bounds.
impl State {
    pub(crate) fn reach_reservation(&self, index: u32) -> Result<&Slot, Corrupt> {
        within(self.reservations.slots().reach(index), index, "reservations_max")
    }

    pub(crate) fn reach_payment(&self, index: u32) -> Result<&PaymentSlot, Corrupt> {
        within(self.payments.slots().reach(index), index, "payments_max")
    }

    pub(crate) fn reach_webhook(&self, index: u32) -> Result<&Status, Corrupt> {
        within(self.outbox.slots().reach(index), index, "webhooks_max")
    }
}

fn within<T>(slot: Option<T>, index: u32, setting: &str) -> Result<T, Corrupt> {
    slot.ok_or_else(|| Corrupt(format!("slot {index} is past the bound: raise {setting}")))
}

/// By replay: the right to change a slot, which must be of this generation and in a state that the record follows from.
pub(crate) fn replay_own(
    status: &Status,
    generation: u32,
    state: impl Fn(u8) -> bool,
) -> Result<Owned<'_>, Corrupt> {
    let owned = status.own(|seen| seen.generation == generation && state(seen.state));
    owned.map_err(|seen| {
        Corrupt(format!("the record of generation {generation} does not follow from {seen:?}"))
    })
}

/// The seat map in a record, made ready for use.
pub(crate) fn layout_of(seats: &[u8]) -> Result<Layout, Corrupt> {
    let map = SeatMap::of_stored(seats).map_err(|error| Corrupt(error.to_string()))?;
    Layout::build(&map).map_err(|error| Corrupt(error.to_string()))
}
