//! The bodies of all records. A kind's number is for ever; a body changes only by a new version of its kind.

use smallvec::SmallVec;

use super::{Malformed, Reader, Wire, wire_enum, wire_struct};
use crate::admission::{PresaleRoom, QueuePolicy};
use crate::clock::UnixMs;
use crate::command::{EventSettings, PaymentMethod, Scenario};
use crate::error::{PaymentState, ReservationState, SaleState};
use crate::ids::{EventId, ExternalId, SlotId, UserId};
use crate::inventory::PackedPlace;
use crate::reply::Effect;

/// One place that a record changes, and the version of the seat word that it produced (0 for standing places).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) place: PackedPlace,
    pub(crate) version: u32,
}

// In one piece: records are full of these.
impl Wire for Change {
    fn put(&self, out: &mut Vec<u8>) {
        let both = u64::from(self.place.bits()) | u64::from(self.version) << 32;
        out.extend_from_slice(&both.to_le_bytes());
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self { place: Wire::get(from)?, version: Wire::get(from)? })
    }
}

/// What one record changes: at most as many places as a hold can have.
pub(crate) type Changes = SmallVec<[Change; 8]>;
/// Slots with their generations.
pub(crate) type Slots = SmallVec<[(u32, u32); 8]>;

/// The idempotency key that a write was sent with, hashed, and until when its answer is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Remember {
    pub(crate) key: u128,
    /// Keyed hash of the request.
    pub(crate) fingerprint: u64,
    pub(crate) until: UnixMs,
}

impl Wire for Remember {
    fn put(&self, out: &mut Vec<u8>) {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(&self.key.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.fingerprint.to_le_bytes());
        bytes[24..].copy_from_slice(&self.until.get().to_le_bytes());
        out.extend_from_slice(&bytes);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self { key: Wire::get(from)?, fingerprint: Wire::get(from)?, until: Wire::get(from)? })
    }
}

impl Wire for (u32, u32) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok((u32::get(from)?, u32::get(from)?))
    }
}

impl Wire for (u64, u16) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok((u64::get(from)?, u16::get(from)?))
    }
}

/// Defines record bodies, the enum over them, and the table of kind numbers, from one list.
macro_rules! records {
    ($($(#[$doc:meta])* $number:literal $name:ident { $($field:ident: $kind:ty),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq)]
            pub(crate) struct $name { $(pub(crate) $field: $kind),* }
            wire_struct!($name { $($field),* });
            impl From<$name> for Record {
                fn from(body: $name) -> Self {
                    Self::$name(body)
                }
            }
        )*

        /// Any record of the journal.
        #[derive(Clone, Debug, PartialEq)]
        pub(crate) enum Record { $($name($name)),* }

        impl Record {
            /// The number by which the journal knows this kind.
            pub(crate) fn kind(&self) -> u16 {
                match self { $(Self::$name(_) => $number),* }
            }

            /// Appends the body's bytes.
            pub(crate) fn put_body(&self, out: &mut Vec<u8>) {
                match self { $(Self::$name(body) => body.put(out)),* }
            }

            /// Reads the body of a record of this kind.
            pub(crate) fn get_body(kind: u16, body: &[u8]) -> Result<Self, Malformed> {
                match kind {
                    $($number => Reader::whole::<$name>(body).map(Self::$name),)*
                    _ => Err(Malformed("a record kind that this version does not know")),
                }
            }

            /// Every kind that there is, by number and name.
            #[cfg(test)]
            pub(crate) const KINDS: &'static [(u16, &'static str)] = &[$(($number, stringify!($name))),*];

            /// The name of this kind, for dumps.
            pub(crate) fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name)),* }
            }
        }
    };
}

records! {
    /// An event with its seats.
    1 EventCreated {
        event: u32, id: EventId, settings: EventSettings, seats: Vec<u8>, policy: Option<QueuePolicy>,
        key: Option<Remember>,
    }
    /// New settings.
    2 EventChanged { event: u32, settings: EventSettings, key: Option<Remember> }
    /// The sale opened, paused or closed.
    3 SaleChanged { event: u32, state: SaleState, key: Option<Remember> }
    /// New rules for the line.
    4 QueuePolicyChanged { event: u32, policy: QueuePolicy, key: Option<Remember> }
    /// Admissions paused or resumed.
    5 QueuePaused { event: u32, paused: bool, key: Option<Remember> }
    /// Seats taken off sale, or put back.
    6 SeatsBlocked { event: u32, blocked: bool, changes: Changes, key: Option<Remember> }
    /// The order of the pre-sale room was drawn with this seed.
    7 RoomDrawn { event: u32, seed: [u8; 32], room_end: u32, key: Option<Remember> }

    /// Seats are held.
    10 Held {
        id: SlotId, event: u32, user: UserId, external: Option<ExternalId>, ticket: Option<u32>, expires_at: UnixMs,
        total_minor: i64, changes: Changes, key: Option<Remember>,
    }
    /// A hold lasts longer.
    11 Extended { id: SlotId, event: u32, expires_at: UnixMs, extensions: u32, by_ms: u64, key: Option<Remember> }
    /// A part of a hold was given back.
    12 PartReleased { id: SlotId, event: u32, changes: Changes, total_minor: i64, key: Option<Remember> }
    /// A hold ended without a sale.
    13 Ended { id: SlotId, event: u32, state: ReservationState, changes: Changes, key: Option<Remember> }
    /// A hold became a sale.
    14 Confirmed {
        id: SlotId, event: u32, payment: Option<SlotId>, ticket: Option<u32>, changes: Changes, total_minor: i64,
        key: Option<Remember>,
    }
    /// A hold expires soon: told to readers, changes nothing.
    15 HoldExpiring { id: SlotId, event: u32, expires_at: UnixMs }
    /// Ended things that can no longer be looked up.
    16 Forgotten { table: TableKind, slots: Slots }

    /// A payment intent.
    20 PaymentCreated {
        id: SlotId, reservation: Option<SlotId>, unlinked: Option<ExternalId>, user: UserId, amount_minor: i64,
        currency: [u8; 3], method: PaymentMethod, scenario: Scenario, starts_at: UnixMs, expires_at: UnixMs,
        webhook_url: Option<String>, attachment: Vec<u8>, key: Option<Remember>,
    }
    /// Outcome and moment are decided.
    21 PaymentProcessing { id: SlotId, succeeds: bool, answers: bool, moment: UnixMs, key: Option<Remember> }
    /// A payment ended, with what that did to its reservation.
    22 PaymentSettled {
        id: SlotId, state: PaymentState, effect: Effect, settlement: Option<Settlement>, refunded_minor: i64,
        expires_at: UnixMs, webhooks: SmallVec<[WebhookQueued; 2]>, key: Option<Remember>,
    }
    /// Money went back.
    23 PaymentRefunded {
        id: SlotId, state: PaymentState, refunded_minor: i64, number: u32, settlement: Option<Settlement>,
        expires_at: UnixMs, webhooks: SmallVec<[WebhookQueued; 2]>, key: Option<Remember>,
    }

    /// A delivery attempt and what follows from it.
    30 WebhookAttempted { id: SlotId, delivered: bool, attempts: u32, next_at: Option<UnixMs> }
    /// A dead letter is to be delivered after all.
    31 WebhookReplayed { id: SlotId, next_at: UnixMs }

    /// Somebody took a place in the line.
    40 TicketJoined {
        event: u32, ticket: u32, session: (u64, u16), user: (u64, u16), in_room: bool, one_place: bool,
        expires_at: UnixMs,
    }
    /// Somebody gave the place up.
    41 TicketLeft { event: u32, ticket: u32 }
    /// It is these people's turn.
    42 TicketsReady { event: u32, tickets: SmallVec<[u32; 16]>, claim_until: UnixMs }
    /// Somebody was let in.
    43 TicketAdmitted { event: u32, ticket: u32, valid_until: UnixMs }
    /// These people's time ran out.
    44 TicketsExpired { event: u32, tickets: SmallVec<[u32; 16]> }

    /// A durable note of the embedding service.
    50 Noted { name: ExternalId, value: Option<Vec<u8>>, key: Option<Remember> }
    /// A write that found everything done already: nothing but the answer, remembered for its key.
    51 Answered { key: Remember, reply: Vec<u8> }
}

/// What a payment's outcome did to seats.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Settlement {
    pub(crate) reservation: SlotId,
    pub(crate) event: u32,
    pub(crate) ticket: Option<u32>,
    pub(crate) changes: Changes,
    pub(crate) total_minor: i64,
}
wire_struct!(Settlement { reservation, event, ticket, changes, total_minor });

/// A webhook that a record puts into the outbox: the state that it tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WebhookQueued {
    pub(crate) id: SlotId,
    pub(crate) tells: PaymentState,
}
wire_struct!(WebhookQueued { id, tells });

/// Which table forgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TableKind {
    Reservations,
    Payments,
    Webhooks,
}
wire_enum!(TableKind { Reservations = 1, Payments = 2, Webhooks = 3 });

wire_enum!(SaleState { Draft = 0, Open = 1, Paused = 2, Closed = 3 });
wire_enum!(PaymentMethod { CreditCard = 1, DebitCard = 2, BankTransfer = 3, MobilePay = 4, DigitalWallet = 5 });
wire_enum!(Scenario { Approve = 1, Fail = 2, Delay = 3, Random = 4, Timeout = 5, Outside = 6 });
wire_struct!(EventSettings {
    name,
    currency,
    seats_per_reservation_max,
    seats_per_user_max,
    hold_ms,
    hold_ms_max,
    extension_ms_max,
    extensions_max,
    sale_starts,
    sale_ends,
});

wire_struct!(PresaleRoom { opens_at, draws_at });
wire_struct!(QueuePolicy {
    enabled,
    admissions_per_minute,
    burst,
    inside_max,
    waiting_max,
    claim_window_ms,
    token_ttl_ms,
    inactivity_ms,
    one_place_per_user,
    room,
});

impl Wire for crate::command::Currency {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }
    fn get(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let code = <[u8; 3]>::get(from)?;
        // Upper case is what is written; anything else is damage.
        if code.iter().all(u8::is_ascii_uppercase) { Ok(Self(code)) } else { Err(Malformed("currency")) }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn kind_numbers_are_unique() {
        let mut numbers: Vec<u16> = Record::KINDS.iter().map(|(number, _)| *number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), Record::KINDS.len());
    }

    #[test]
    fn bodies_round_trip_and_reject_every_cut() {
        let record = Record::from(Held {
            id: SlotId { slot: 1, generation: 2, tag: 3 },
            event: 4,
            user: UserId::new("somebody").expect("valid"),
            external: None,
            ticket: Some(9),
            expires_at: UnixMs::new(77),
            total_minor: -5,
            changes: (0..3)
                .map(|at| Change { place: PackedPlace::from_bits(at).expect("a seat"), version: at })
                .collect(),
            key: Some(Remember { key: 1, fingerprint: 2, until: UnixMs::new(3) }),
        });
        let mut body = Vec::new();
        record.put_body(&mut body);
        assert_eq!(Record::get_body(record.kind(), &body).as_ref(), Ok(&record));
        for cut in 0..body.len() {
            assert!(Record::get_body(record.kind(), &body[..cut]).is_err(), "cut at {cut}");
        }
        body.push(0);
        assert!(Record::get_body(record.kind(), &body).is_err(), "a byte too many");
    }
}
