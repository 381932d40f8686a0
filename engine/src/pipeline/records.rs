//! The table of all kinds of records. A kind's number is never given again, and its body never changes: a body with
//! another field is a new kind. The old one stays, is read, and is replayed as the new one; `docs/journal-format.md`
//! says how.

use crate::journal::Position;
use crate::record::{Malformed, Reader};
use crate::updates::Update;

use super::events::{EventChanged, EventCreated, SaleChanged, SeatsBlocked};
use super::fact::{Announced, Applied, Fact, Numbered, Remembered, Stamp};
use super::forget::Forgotten;
use super::line::{
    QueuePaused, QueuePolicyChanged, RoomDrawn, TicketAdmitted, TicketJoined, TicketLeft, TicketsExpired,
    TicketsReady,
};
use super::notes::Noted;
use super::once::{Answered, RememberedAnswers};
use super::payments::{
    PaymentCreated, PaymentProcessing, PaymentProcessing21, PaymentRefunded, PaymentSettled,
    WebhookAttempted, WebhookReplayed,
};
use super::reservations::{Confirmed, Ended, Extended, Held, HoldExpiring, PartReleased};
use super::state::State;

macro_rules! records {
    ($($number:literal $name:ident,)*) => {
        $(
            impl Numbered for $name {
                const KIND: u16 = $number;
            }
        )*

        /// Any record of the journal.
        #[derive(Clone, Debug, PartialEq)]
        pub(crate) enum Record { $($name($name)),* }

        impl Record {
            /// Reads the body of a record of this kind.
            pub(crate) fn get_body(kind: u16, body: &[u8]) -> Result<Self, Malformed> {
                match kind {
                    $($number => Reader::whole::<$name>(body).map(Self::$name),)*
                    _ => Err(Malformed("a record kind that this version does not know")),
                }
            }

            /// Puts one recorded change back, on one thread; the answer that it gave is kept by [`Record::remember`].
            pub(crate) fn replay(&self, state: &State, stamp: Stamp) -> Applied {
                state.saw_time(stamp.at);
                match self { $(Self::$name(fact) => fact.replay(state, stamp)),* }
            }

            /// As [`Remembered::remember`].
            pub(crate) fn remember(&self, answers: &mut RememberedAnswers, stamp: Stamp) {
                match self { $(Self::$name(fact) => fact.remember(answers, stamp)),* }
            }

            /// The update that a durable record makes; `None` for records that callers do not see.
            pub(crate) fn update(&self, state: &State, stamp: Stamp) -> Option<Update> {
                let (event, what) = match self { $(Self::$name(fact) => fact.update(state)),* }?;
                let event = event.and_then(|number| state.catalog.get(number)).map(|event| event.id.clone());
                Some(Update { position: Position(stamp.end), at: stamp.at, event, what })
            }
        }

        #[cfg(any(test, feature = "testing"))]
        impl Record {
            /// Every kind that there is, by number and name.
            #[cfg(test)]
            pub(crate) const KINDS: &'static [(u16, &'static str)] = &[$(($number, stringify!($name))),*];

            /// Appends the body's bytes.
            pub(crate) fn put_body(&self, out: &mut Vec<u8>) {
                match self { $(Self::$name(body) => crate::record::Wire::put(body, out)),* }
            }
        }
    };
}

records! {
    1 EventCreated,
    2 EventChanged,
    3 SaleChanged,
    4 QueuePolicyChanged,
    5 QueuePaused,
    6 SeatsBlocked,
    7 RoomDrawn,

    10 Held,
    11 Extended,
    12 PartReleased,
    13 Ended,
    14 Confirmed,
    15 HoldExpiring,
    16 Forgotten,

    20 PaymentCreated,
    21 PaymentProcessing21,
    22 PaymentSettled,
    23 PaymentRefunded,
    24 PaymentProcessing,

    30 WebhookAttempted,
    31 WebhookReplayed,

    40 TicketJoined,
    41 TicketLeft,
    42 TicketsReady,
    43 TicketAdmitted,
    44 TicketsExpired,

    50 Noted,
    51 Answered,
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::clock::UnixMs;
    use crate::ids::{SlotId, UserId};
    use crate::inventory::PackedPlace;
    use crate::record::Wire;
    use crate::record::{Change, Remember};

    #[test]
    fn kind_numbers_are_unique() {
        let mut numbers: Vec<u16> = Record::KINDS.iter().map(|(number, _)| *number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), Record::KINDS.len());
    }

    #[test]
    fn bodies_round_trip_and_reject_every_cut() {
        let held = Held {
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
        };
        let mut body = Vec::new();
        Wire::put(&held, &mut body);
        assert_eq!(Record::get_body(Held::KIND, &body), Ok(Record::Held(held)));
        for cut in 0..body.len() {
            assert!(Record::get_body(Held::KIND, &body[..cut]).is_err(), "cut at {cut}");
        }
        body.push(0);
        assert!(Record::get_body(Held::KIND, &body).is_err(), "a byte too many");
    }
}
