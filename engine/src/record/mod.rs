//! How bodies of records, images and answers are written and read, and what several of them are made of. The records
//! themselves stand in the pipeline's families; framing, checksums and files are the journal's.

mod images;
mod values;
mod wire;

pub(crate) use images::{
    AnswerImage, AreaImage, EventImage, FreeSlotsImage, Image, LineImage, MetaImage, NoteImage, OrderImage,
    PaymentImage, ReservationImage, SeatWordsImage, TicketsImage, WebhookImage,
};
#[cfg(any(test, feature = "testing"))]
pub(crate) use images::{image_again, image_fields};
pub(crate) use values::{Change, Changes, Remember, Slots, TableKind};
pub(crate) use wire::{Malformed, Reader, Wire, body, wire_enum, wire_struct};
