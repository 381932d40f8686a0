//! What the journal remembers: one record for each thing that happened. Records carry results, never requests, so that
//! replay decides nothing. This room knows the bodies; framing, checksums and files are the journal's.

mod images;
mod kinds;
mod wire;

pub(crate) use images::{
    AnswerImage, AreaImage, EventImage, FreeSlotsImage, LineImage, MetaImage, NoteImage, OrderImage,
    PaymentImage, ReservationImage, SeatWordsImage, TicketsImage, WebhookImage,
};
#[cfg(any(test, feature = "testing"))]
pub(crate) use images::{image_again, image_fields};
pub(crate) use kinds::{
    Answered, Change, Changes, Confirmed, Ended, EventChanged, EventCreated, Extended, Forgotten, Held,
    HoldExpiring, Noted, PartReleased, PaymentCreated, PaymentProcessing, PaymentRefunded, PaymentSettled,
    QueuePaused, QueuePolicyChanged, Record, Remember, RoomDrawn, SaleChanged, SeatsBlocked, Settlement,
    Slots, TableKind, TicketAdmitted, TicketJoined, TicketLeft, TicketsExpired, TicketsReady,
    WebhookAttempted, WebhookQueued, WebhookReplayed,
};
pub(crate) use wire::{Malformed, Reader, Wire, wire_enum, wire_struct};
