//! The images of a snapshot, put back one by one. Their checksums are good, so what is impossible in them was written
//! by a broken engine or by hand: each image is checked against those before it, and all of them together at the end,
//! so that nothing behind this meets a state that no engine can have.

use std::collections::HashMap;
use std::fmt::Display;

use crate::clock::UnixMs;
use crate::record::{AnswerImage, AnyImage, FreeSlotsImage, Image, MetaImage, Reader, TableKind};
use crate::sync::Status;

use super::fact::{Corrupt, corrupt};
use super::once::RememberedAnswers;
use super::state::State;

/// No moment in a snapshot is later: the end of the year 9999. Moments that may be "never" are `MAX`, and not checked.
const MOMENT_MAX: UnixMs = UnixMs::new(253_402_300_799_999);

/// What is known of a snapshot that is being read, beside what it has put into the state.
#[derive(Default)]
pub(crate) struct Restoring {
    /// Seat words of an event whose last run is not there yet.
    pub(crate) words: Option<(u32, Vec<u8>)>,
    /// Runs of an order whose line is not there yet.
    pub(crate) order: Option<(u32, Vec<u32>)>,
    /// Numbered seats that reservations have, by event.
    pub(crate) seats: HashMap<u32, u64>,
    /// Standing places that reservations hold and have bought, by event and section.
    pub(crate) standing: HashMap<(u32, u16), [u64; 2]>,
}

/// Reads one image, without a look at any state. An answer is added to `answers`, and nothing is returned.
///
/// # Errors
/// If it is no image, or no engine keeps such an answer.
pub(crate) fn read_image(
    kind: u16,
    body: &[u8],
    answers: &mut RememberedAnswers,
) -> Result<Option<AnyImage>, Corrupt> {
    if kind == AnswerImage::KIND {
        let image = Reader::whole(body).map_err(|why| Corrupt(why.0.to_owned()))?;
        return answers.restore(&image).map(|()| None);
    }
    any_image(kind, body).map(Some)
}

fn any_image(kind: u16, body: &[u8]) -> Result<AnyImage, Corrupt> {
    match AnyImage::get_body(kind, body) {
        None => corrupt(format_args!("an image of kind {kind}, which this version does not know")),
        Some(image) => image.map_err(|why| Corrupt(why.0.to_owned())),
    }
}

impl State {
    /// Puts one image of a snapshot in. Answers go another way, see [`read_image`].
    ///
    /// # Errors
    /// If no state can have it. The state must not be used then.
    pub(crate) fn restore(&self, image: AnyImage) -> Result<(), Corrupt> {
        match image {
            AnyImage::Meta(MetaImage { time }) => {
                check_moment("the newest record", time)?;
                self.saw_time(time);
                Ok(())
            }
            AnyImage::Event(image) => self.restore_event(image),
            AnyImage::SeatWords(image) => self.restore_words(&image),
            AnyImage::Area(image) => self.restore_area(&image),
            AnyImage::Order(image) => self.restore_order(&image),
            AnyImage::Line(image) => self.restore_line(image),
            AnyImage::Tickets(image) => self.restore_tickets(&image),
            AnyImage::Reservation(image) => {
                let id = image.id;
                self.restore_reservation(image).map_err(|why| about("reservation", id, &why))
            }
            AnyImage::Payment(image) => {
                let id = image.id;
                self.restore_payment(image).map_err(|why| about("payment", id, &why))
            }
            AnyImage::Webhook(image) => {
                let id = image.id;
                self.restore_webhook(image).map_err(|why| about("webhook", id, &why))
            }
            AnyImage::Answer(image) => {
                let mut answers = RememberedAnswers::in_parts(1);
                answers.restore(&image)?;
                self.install(&answers.into_parts()[0], UnixMs::ZERO);
                Ok(())
            }
            AnyImage::Note(image) => self.restore_note(&image),
            AnyImage::FreeSlots(image) => self.restore_free(&image),
        }
    }

    /// Puts the image with this body in.
    ///
    /// # Errors
    /// As [`State::restore`], and if it is no image.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn restore_body(&self, kind: u16, body: &[u8]) -> Result<(), Corrupt> {
        self.restore(any_image(kind, body)?)
    }

    /// All images of a snapshot are in: whether they belong together.
    ///
    /// # Errors
    /// If something is missing, or counts do not add up.
    pub(crate) fn restored(&self) -> Result<(), Corrupt> {
        let Restoring { words, order, seats, standing } = std::mem::take(&mut *self.restoring.lock());
        if let Some((event, _)) = words {
            return corrupt(format_args!("event {event}: its last seat words are missing"));
        }
        if let Some((event, _)) = order {
            return corrupt(format_args!("event {event}: an order was drawn for a line that is missing"));
        }
        for event in self.catalog.each() {
            let number = event.number;
            let (owned, named) = (event.seats.owned(), seats.get(&number).copied().unwrap_or(0));
            if owned != named {
                return corrupt(format_args!(
                    "event {number}: {owned} seats are held or sold, reservations have {named}"
                ));
            }
            let layout = event.seats.layout();
            for section in (0..layout.sections()).filter(|section| layout.section(*section).general) {
                let counts = event.seats.counts(section);
                let [held, sold] = standing.get(&(number, section)).copied().unwrap_or([0; 2]);
                if (u64::from(counts.reserved), u64::from(counts.sold)) != (held, sold) {
                    return corrupt(format_args!(
                        "event {number}, section {section}: {counts:?}, reservations hold {held} and bought {sold}"
                    ));
                }
            }
        }
        Ok(())
    }

    fn restore_free(&self, image: &FreeSlotsImage) -> Result<(), Corrupt> {
        for &(index, generation) in &image.slots {
            let status = match image.table {
                TableKind::Reservations => &self.reach_reservation(index)?.status,
                TableKind::Payments => &self.reach_payment(index)?.status,
                TableKind::Webhooks => self.reach_webhook(index)?,
            };
            untouched(status, index)?.install(generation, 0, 0);
        }
        Ok(())
    }
}

/// The slot's status, if no image has named the slot yet.
pub(crate) fn untouched(status: &Status, index: u32) -> Result<&Status, Corrupt> {
    let seen = status.peek();
    if (seen.state, seen.generation) == (0, 0) {
        Ok(status)
    } else {
        corrupt(format_args!("slot {index} is there twice"))
    }
}

pub(crate) fn check_moment(what: &str, at: UnixMs) -> Result<(), Corrupt> {
    must(at <= MOMENT_MAX, format_args!("{what} is at {at}"))
}

pub(crate) fn must(good: bool, otherwise: impl Display) -> Result<(), Corrupt> {
    if good { Ok(()) } else { corrupt(otherwise) }
}

fn about(what: &str, id: crate::ids::SlotId, why: &Corrupt) -> Corrupt {
    Corrupt(format!("{what} in slot {} of generation {}: {why}", id.slot, id.generation))
}
