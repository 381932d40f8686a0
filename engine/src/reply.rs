//! What a write answers. Answers that are remembered for an idempotency key are written down with the same bytes, so
//! that a retry gets the same answer, also after a restart.

use crate::clock::UnixMs;
use crate::describe::described;
use crate::error::{PaymentState, ReservationState};
use crate::ids::{PaymentId, ReservationId, ReservationToken, WaitingToken};
use crate::inventory::PackedPlace;
use crate::record::{Malformed, Reader, Wire, wire_enum, wire_struct};

pub(crate) use crate::list::Places;

described! {
    /// An event was created or changed.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct EventChanged {
        /// The engine's own number of the event.
        pub number: u32,
        /// When.
        pub at: UnixMs,
    }

    /// Seats are held.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Reserved {
        /// The reservation.
        pub id: ReservationId,
        /// The engine's own number of the event.
        pub event: u32,
        /// What is held.
        pub places: Places,
        /// Their price together, in minor units of the event's currency.
        pub total_minor: i64,
        /// The hold ends at this moment.
        pub expires_at: UnixMs,
    }

    /// A hold lasts longer.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Extended {
        /// The reservation.
        pub id: ReservationId,
        /// The hold now ends at this moment.
        pub expires_at: UnixMs,
        /// By how much it was extended, in milliseconds.
        pub extended_ms: u64,
    }

    /// Places were given back.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Released {
        /// The reservation.
        pub id: ReservationId,
        /// The engine's own number of the event.
        pub event: u32,
        /// Where the reservation stands now; still Pending if a part was given back.
        pub state: ReservationState,
        /// What was given back.
        pub places: Places,
        /// When.
        pub at: UnixMs,
    }

    /// A hold became a sale.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Confirmed {
        /// The reservation; its order is [`ReservationId::order`].
        pub id: ReservationId,
        /// The engine's own number of the event.
        pub event: u32,
        /// What is sold.
        pub places: Places,
        /// Their price together, in minor units.
        pub total_minor: i64,
        /// When.
        pub at: UnixMs,
    }

    /// What a payment did to its reservation.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Effect {
        /// Nothing: there is none, or the outcome says nothing about it.
        None,
        /// It confirmed the reservation.
        Confirmed,
        /// It came after the hold expired, the same seats were still free, and they are sold.
        Retaken,
        /// It came too late: the money was paid back.
        PaidBack,
        /// It gave the seats back.
        Released,
    }

    /// A payment intent, as it stands after a write.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct PaymentChanged {
        /// The intent.
        pub id: PaymentId,
        /// Where it stands.
        pub state: PaymentState,
        /// When it came to stand there.
        pub at: UnixMs,
        /// The intent's life ends at this moment.
        pub expires_at: UnixMs,
        /// What this write paid back, in minor units.
        pub refunded_minor: i64,
        /// Refunds that the intent has had so far; a refund made by this write is counted.
        pub refund_number: u32,
        /// What became of the reservation.
        pub effect: Effect,
    }

    /// A place in the line.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Joined {
        /// The credential for this place.
        pub token: WaitingToken,
        /// The place, as [`crate::views::QueuePlace`] of the moment.
        pub place: crate::views::QueuePlace,
        /// True if this session had the place already.
        pub again: bool,
    }

    /// The right to reserve.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Admitted {
        /// The credential for it.
        pub token: ReservationToken,
        /// It ends at this moment.
        pub valid_until: UnixMs,
    }

    /// Something was done, at a moment.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Done {
        /// When.
        pub at: UnixMs,
    }

    /// The answer to any [`Command`](crate::Command).
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Reply {
        /// An event was created or changed.
        Event(EventChanged),
        /// Seats are held.
        Reserved(Reserved),
        /// A hold lasts longer.
        Extended(Extended),
        /// Places were given back.
        Released(Released),
        /// A hold became a sale.
        Confirmed(Confirmed),
        /// A payment intent was created or changed.
        Payment(PaymentChanged),
        /// A place in the line.
        Joined(Joined),
        /// The right to reserve.
        Admitted(Admitted),
        /// Done; there is nothing more to say.
        Done(Done),
    }
}

/// What was answered under an idempotency key that its caller scopes: see
/// [`IdempotencyKey::for_request`](crate::IdempotencyKey::for_request).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FirstAnswer {
    /// A command carried the key, and this was its answer.
    Reply(Reply),
    /// The embedding service kept these bytes.
    Kept(Vec<u8>),
}

wire_enum!(ReservationState { Pending = 1, Confirmed = 2, Cancelled = 3, Expired = 4, Failed = 5, Refunded = 6 });
wire_enum!(PaymentState {
    Pending = 1, Processing = 2, Completed = 3, Failed = 4, Cancelled = 5, Expired = 6, Refunded = 7,
});
wire_enum!(Effect { None = 0, Confirmed = 1, Retaken = 2, PaidBack = 3, Released = 4 });
wire_struct!(EventChanged { number, at });
wire_struct!(Reserved { id, event, places, total_minor, expires_at });
wire_struct!(Extended { id, expires_at, extended_ms });
wire_struct!(Released { id, event, state, places, at });
wire_struct!(Confirmed { id, event, places, total_minor, at });
wire_struct!(PaymentChanged { id, state, at, expires_at, refunded_minor, refund_number, effect });
wire_struct!(Done { at });

impl Wire for ReservationId {
    #[inline]
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Wire::get(from).map(Self)
    }
}

impl Wire for PaymentId {
    #[inline]
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Wire::get(from).map(Self)
    }
}

impl Wire for PackedPlace {
    #[inline]
    fn put(&self, out: &mut Vec<u8>) {
        self.bits().put(out);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Self::from_bits(u32::get(from)?).ok_or(Malformed("place"))
    }
}

/// Answers that an idempotency key can bring back. Line answers are not among them: a session is their key.
impl Wire for Reply {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Event(reply) => tagged(1, reply, out),
            Self::Reserved(reply) => tagged(2, reply, out),
            Self::Extended(reply) => tagged(3, reply, out),
            Self::Released(reply) => tagged(4, reply, out),
            Self::Confirmed(reply) => tagged(5, reply, out),
            Self::Payment(reply) => tagged(6, reply, out),
            Self::Done(reply) => tagged(7, reply, out),
            Self::Joined(_) | Self::Admitted(_) => unreachable!("line answers are not remembered by key"),
        }
    }

    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match u8::get(from)? {
            1 => Self::Event(Wire::get(from)?),
            2 => Self::Reserved(Wire::get(from)?),
            3 => Self::Extended(Wire::get(from)?),
            4 => Self::Released(Wire::get(from)?),
            5 => Self::Confirmed(Wire::get(from)?),
            6 => Self::Payment(Wire::get(from)?),
            7 => Self::Done(Wire::get(from)?),
            _ => return Err(Malformed("reply")),
        })
    }
}

fn tagged(tag: u8, reply: &impl Wire, out: &mut Vec<u8>) {
    tag.put(out);
    reply.put(out);
}

/// Takes one kind of answer out of the union: what the typed methods of the engine return.
pub(crate) trait FromReply: Sized {
    fn from_reply(reply: Reply) -> Self;
}

macro_rules! from_reply {
    ($($variant:ident => $name:ty),* $(,)?) => {$(
        impl FromReply for $name {
            fn from_reply(reply: Reply) -> Self {
                match reply {
                    Reply::$variant(reply) => reply,
                    other => unreachable!("a {} was promised, not {other:?}", stringify!($variant)),
                }
            }
        }
    )*};
}
from_reply!(
    Event => EventChanged, Reserved => Reserved, Extended => Extended, Released => Released,
    Confirmed => Confirmed, Payment => PaymentChanged, Joined => Joined, Admitted => Admitted, Done => Done,
);
impl FromReply for Reply {
    fn from_reply(reply: Reply) -> Self {
        reply
    }
}
