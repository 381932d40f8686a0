//! What a snapshot is made of: the state of each thing as one record, applied to an empty engine. The same images,
//! hashed in order, are the digest by which tests compare two states.

use smallvec::SmallVec;

use super::{Malformed, Reader, Slots, TableKind, body};
use crate::admission::LineImage;
use crate::clock::UnixMs;
use crate::command::EventSettings;
use crate::error::SaleState;
use crate::ids::{EventId, ExternalId, UserId};
use crate::outbox::Webhook;
use crate::payments::Intent;
use crate::reservations::{Names, Reservation};

/// The state of one thing.
pub(crate) trait Image: super::Wire {
    /// The number by which the journal knows this kind; record kinds are below 100, images above.
    const KIND: u16;
}

macro_rules! images {
    ($($number:literal $variant:ident $name:ty,)*) => {
        $(
            impl Image for $name {
                const KIND: u16 = $number;
            }
        )*

        /// An image of any kind.
        pub(crate) enum AnyImage { $($variant($name)),* }

        impl AnyImage {
            /// Reads the body of an image of this kind; `None` for a kind that this version does not know.
            pub(crate) fn get_body(kind: u16, body: &[u8]) -> Option<Result<Self, Malformed>> {
                match kind {
                    $($number => Some(Reader::whole::<$name>(body).map(Self::$variant)),)*
                    _ => None,
                }
            }
        }

        /// Where the fields of an image lie in its body, up to the first that cannot be read. For those who change
        /// them.
        #[cfg(any(test, feature = "testing"))]
        pub(crate) fn image_fields(kind: u16, body: &[u8]) -> Vec<(&'static str, std::ops::Range<usize>)> {
            let (mut from, mut fields) = (0, Vec::new());
            let mut note = |name, left| {
                let to = body.len() - left;
                fields.push((name, std::mem::replace(&mut from, to)..to));
            };
            // What cannot be read has no place.
            let _ = match kind {
                $($number => <$name as super::Wire>::fields(&mut Reader(body), &mut note),)*
                _ => Ok(()),
            };
            fields
        }

        /// The body of an image, read and written again; nothing if it cannot be read. For fuzzers.
        #[cfg(any(test, feature = "testing"))]
        pub(crate) fn image_again(kind: u16, body: &[u8]) -> Option<Vec<u8>> {
            let mut again = Vec::new();
            match kind {
                $($number => super::Wire::put(&Reader::whole::<$name>(body).ok()?, &mut again),)*
                _ => return None,
            }
            Some(again)
        }
    };
}

// What is stored of a reservation, a payment intent and a webhook is its image; the others are made for a snapshot.
images! {
    100 Meta MetaImage,
    101 Event EventImage,
    102 SeatWords SeatWordsImage,
    103 Area AreaImage,
    104 Reservation Reservation<Names>,
    105 Payment Intent<UserId>,
    106 Webhook Webhook,
    107 Line LineImage,
    108 Answer AnswerImage,
    109 Note NoteImage,
    110 FreeSlots FreeSlotsImage,
    111 Tickets TicketsImage,
    112 Order OrderImage,
}

body! {
    /// What belongs to the engine as a whole.
    MetaImage { time: UnixMs }

    /// An event without its seats' states.
    EventImage {
        event: u32, id: EventId, settings: EventSettings, state: SaleState, changed_at: UnixMs, seats: Vec<u8>,
    }

    /// A run of seat words.
    SeatWordsImage { event: u32, first: u32, words: Vec<u8> }

    /// One standing area's counts.
    AreaImage { event: u32, section: u32, reserved: u32, sold: u32, blocked: u32 }

    /// A remembered answer.
    AnswerImage { key: u128, fingerprint: u64, until: UnixMs, reply: Vec<u8> }

    /// A durable note.
    NoteImage { name: ExternalId, value: Vec<u8> }

    /// Free slots whose generation has moved on.
    FreeSlotsImage { table: TableKind, slots: Slots }

    /// A run of tickets.
    TicketsImage { event: u32, tickets: Vec<u8> }

    /// A run of a long order that was drawn. All but the last stand in front of the line's own image.
    OrderImage { event: u32, first: u32, order: SmallVec<[u32; 0]> }
}
