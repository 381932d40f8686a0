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
    pub enum PaymentEffect {
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
        pub effect: PaymentEffect,
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
wire_enum!(PaymentEffect { None = 0, Confirmed = 1, Retaken = 2, PaidBack = 3, Released = 4 });
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

/// One kind of answer to a command.
pub(crate) trait Answer {
    /// As the answer to any command.
    fn into_reply(self) -> Reply;
}

/// An answer that an idempotency key can bring back. Line answers are not among them: a session is their key.
pub(crate) trait Repeatable: Answer + Wire {
    /// The byte in front of its own, by which the kinds are told apart.
    const TAG: u8;

    /// Writes it as a key keeps it.
    #[inline]
    fn keep(&self, out: &mut Vec<u8>) {
        out.push(Self::TAG);
        self.put(out);
    }

    /// Reads what a key keeps; `None` if that is another kind of answer.
    fn kept(bytes: &[u8]) -> Option<Self> {
        let (tag, body) = bytes.split_first()?;
        if *tag == Self::TAG { Reader::whole(body).ok() } else { None }
    }
}

macro_rules! answers {
    ($($tag:literal $variant:ident($name:ty),)* by no key: $($other:ident($plain:ty),)*) => {
        $(
            impl Answer for $name {
                fn into_reply(self) -> Reply {
                    Reply::$variant(self)
                }
            }
            impl Repeatable for $name {
                const TAG: u8 = $tag;
            }
        )*
        $(
            impl Answer for $plain {
                fn into_reply(self) -> Reply {
                    Reply::$other(self)
                }
            }
        )*

        impl Reply {
            /// Reads what a key keeps.
            pub(crate) fn kept(bytes: &[u8]) -> Result<Self, Malformed> {
                match bytes.split_first() {
                    $(Some((&$tag, body)) => Reader::whole(body).map(Self::$variant),)*
                    _ => Err(Malformed("reply")),
                }
            }

            /// What a key keeps, read and written again; nothing if it cannot be read. For fuzzers.
            #[cfg(any(test, feature = "testing"))]
            pub(crate) fn kept_again(bytes: &[u8]) -> Option<Vec<u8>> {
                let mut again = Vec::new();
                match bytes.first()? {
                    $($tag => <$name as Repeatable>::kept(bytes)?.keep(&mut again),)*
                    _ => return None,
                }
                Some(again)
            }
        }
    };
}
answers! {
    1 Event(EventChanged),
    2 Reserved(Reserved),
    3 Extended(Extended),
    4 Released(Released),
    5 Confirmed(Confirmed),
    6 Payment(PaymentChanged),
    7 Done(Done),
    by no key: Joined(Joined), Admitted(Admitted),
}
