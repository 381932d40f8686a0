//! How bodies of records, images and answers are written and read, and what several of them are made of. The records
//! themselves stand in the pipeline's families; framing, checksums and files are the journal's.

mod images;
mod values;
mod wire;

#[cfg(any(test, feature = "testing"))]
pub(crate) use crate::inventory::Change;
pub(crate) use crate::inventory::Changes;
pub(crate) use images::{
    AnswerImage, AnyImage, AreaImage, EventImage, FreeSlotsImage, Image, MetaImage, NoteImage, OrderImage,
    SeatWordsImage, TicketsImage,
};
#[cfg(any(test, feature = "testing"))]
pub(crate) use images::{image_again, image_fields};
pub(crate) use values::{Remember, Slots, TableKind, Versionless};
pub(crate) use wire::{Malformed, Reader, Wire, WireEnum, body, stored, wire_enum, wire_struct};
