//! What a snapshot is made of: the state of each thing as one record, applied to an empty engine. The same images,
//! hashed in order, are the digest by which tests compare two states.

use smallvec::SmallVec;

use super::{Changes, Slots, TableKind, body};
use crate::admission::QueuePolicy;
use crate::clock::UnixMs;
use crate::command::{Currency, EventSettings, PaymentMethod, Scenario};
use crate::error::{PaymentState, ReservationState, SaleState};
use crate::ids::{EventId, ExternalId, SlotId, UserId};
use crate::reply::Effect;

/// The state of one thing.
pub(crate) trait Image: super::Wire {
    /// The number by which the journal knows this kind; record kinds are below 100, images above.
    const KIND: u16;
}

macro_rules! images {
    ($($(#[$doc:meta])* $number:literal $name:ident { $($field:ident: $kind:ty),* $(,)? })*) => {
        $(
            body! { $(#[$doc])* $name { $($field: $kind),* } }
            impl Image for $name {
                const KIND: u16 = $number;
            }
        )*

        /// Where the fields of an image lie in its body, up to the first that cannot be read. For those who change
        /// them.
        #[cfg(any(test, feature = "testing"))]
        pub(crate) fn image_fields(kind: u16, body: &[u8]) -> Vec<(&'static str, std::ops::Range<usize>)> {
            let (mut reader, mut fields) = (super::Reader(body), Vec::new());
            match kind {
                $($number => {
                    $(
                        let from = body.len() - reader.0.len();
                        if <$kind as super::Wire>::get(&mut reader).is_err() {
                            return fields;
                        }
                        let name = concat!(stringify!($name), ".", stringify!($field));
                        fields.push((name, from..body.len() - reader.0.len()));
                    )*
                })*
                _ => {}
            }
            fields
        }

        /// The body of an image, read and written again; nothing if it cannot be read. For fuzzers.
        #[cfg(any(test, feature = "testing"))]
        pub(crate) fn image_again(kind: u16, body: &[u8]) -> Option<Vec<u8>> {
            let mut again = Vec::new();
            match kind {
                $($number => super::Wire::put(&super::Reader::whole::<$name>(body).ok()?, &mut again),)*
                _ => return None,
            }
            Some(again)
        }
    };
}

images! {
    /// What belongs to the engine as a whole.
    100 MetaImage { time: UnixMs }
    /// An event without its seats' states.
    101 EventImage {
        event: u32, id: EventId, settings: EventSettings, state: SaleState, changed_at: UnixMs, seats: Vec<u8>,
    }
    /// A run of seat words.
    102 SeatWordsImage { event: u32, first: u32, words: Vec<u8> }
    /// One standing area's counts.
    103 AreaImage { event: u32, section: u32, reserved: u32, sold: u32, blocked: u32 }
    /// A reservation.
    104 ReservationImage {
        id: SlotId, event: u32, state: ReservationState, user: UserId, external: Option<ExternalId>,
        ticket: Option<u32>, payment: Option<(u32, u32)>, created_at: UnixMs, changed_at: UnixMs, expires_at: UnixMs,
        total_minor: i64, extensions: u32, places: Changes,
    }
    /// A payment intent.
    105 PaymentImage {
        id: SlotId, state: PaymentState, reservation: Option<SlotId>, unlinked: Option<ExternalId>, user: UserId,
        amount_minor: i64, refunded_minor: i64, refunds: u32, currency: Currency, method: PaymentMethod,
        scenario: Scenario, effect: Effect, succeeds: bool, answers: bool, created_at: UnixMs, changed_at: UnixMs,
        processed_at: UnixMs, moment: UnixMs, expires_at: UnixMs, webhook_url: Option<String>, attachment: Vec<u8>,
    }
    /// A webhook of the outbox.
    106 WebhookImage {
        id: SlotId, payment: SlotId, tells: PaymentState, created_at: UnixMs, attempts: u32, next_at: Option<UnixMs>,
        order: u64,
    }
    /// A waiting line without its tickets. Of a drawn order the last run; the runs before it have images of their own.
    107 LineImage {
        event: u32, policy: QueuePolicy, next: u32, room_open: bool, room_end: u32, drawn: Option<[u8; 32]>,
        order: SmallVec<[u32; 0]>, paused: bool, ready_floor: UnixMs, totals: [u64; 5],
    }
    /// A remembered answer.
    108 AnswerImage { key: u128, fingerprint: u64, until: UnixMs, reply: Vec<u8> }
    /// A durable note.
    109 NoteImage { name: ExternalId, value: Vec<u8> }
    /// A free slot whose generation has moved on.
    110 FreeSlotsImage { table: TableKind, slots: Slots }
    /// A run of tickets.
    111 TicketsImage { event: u32, tickets: Vec<u8> }
    /// A run of a long order that was drawn. All but the last stand in front of the line's own image.
    112 OrderImage { event: u32, first: u32, order: SmallVec<[u32; 0]> }
}
