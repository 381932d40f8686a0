//! Messages of the stream that the engine's description does not have field by field.

use super::messages::{Label, Message, Part};

/// The messages that are not described field by field: a seat map, seats by name, a note.
pub(super) fn by_hand() -> Vec<Message> {
    use Label::{Many, Maybe, One};
    let message = |name: &str, doc: &str, parts: &[(&str, &str, Label, &str)]| Message {
        name: name.into(),
        doc: doc.into(),
        parts: parts
            .iter()
            .map(|(name, of_type, label, doc)| Part {
                name: (*name).into(),
                doc: (*doc).into(),
                of_type: (*of_type).into(),
                label: *label,
            })
            .collect(),
        choice: None,
    };
    vec![
        message(
            "SeatNames",
            "Seats by their names; the name of a standing section stands for one place there.",
            &[("names", "string", Many, "The names.")],
        ),
        message(
            "NoteEntry",
            "A durable note.",
            &[("name", "string", One, "Its name."), ("value", "bytes", One, "Its value.")],
        ),
        message(
            "PrepareEvent",
            "Asks for an event's id with what the engine knows of it, which saves looking it up.",
            &[("event", "string", One, "The event.")],
        ),
        message(
            "PrepareSeat",
            "Asks for a seat's id with what the engine knows of it, which saves looking it up.",
            &[("event", "string", One, "The event."), ("seat", "string", One, "The seat.")],
        ),
        message(
            "PrepareUser",
            "Asks for a user's id with what the engine knows of it, which saves looking it up.",
            &[("user", "string", One, "The user.")],
        ),
        message(
            "ReadPlaces",
            "Asks for places in words.",
            &[
                ("event_number", "uint32", One, "The engine's own number of the event."),
                ("place_numbers", "uint32", Many, "The engine's own numbers of the places."),
            ],
        ),
        message(
            "PlaceViewList",
            "Places in words.",
            &[("items", "PlaceView", Many, "In the order asked for.")],
        ),
        message(
            "ReadEventId",
            "Asks for the id of an event.",
            &[("number", "uint32", One, "The engine's own number of it.")],
        ),
        message(
            "SeatMap",
            "Every place of an event, in order of preference.",
            &[("sections", "Section", Many, "The sections, best first.")],
        ),
        message(
            "Section",
            "A section: rows of seats, or standing places.",
            &[
                ("name", "string", One, "1 to 128 bytes of `[A-Za-z0-9._:-]`, unique in the event."),
                ("rows", "Row", Many, "Rows, best first; none in a standing section."),
                ("capacity", "uint32", One, "Places of a standing section; 0 in one with rows."),
                (
                    "price_minor",
                    "int64",
                    One,
                    "Price of one standing place, in minor units; 0 in a section with rows.",
                ),
            ],
        ),
        message(
            "Row",
            "A row: seats that are numbered, or labelled one by one.",
            &[
                ("label", "string", One, "Its label; need not be unique."),
                ("price_minor", "int64", One, "Price of a seat, in minor units."),
                ("accessible", "bool", One, "True if its seats are kept for people who need them."),
                (
                    "numbered",
                    "NumberedSeats",
                    Maybe,
                    "Its seats, where they have numbers; absent: those of `labels`.",
                ),
                (
                    "labels",
                    "string",
                    Many,
                    "Its seats one by one, from left to right, where they have no numbers.",
                ),
                (
                    "aisles_before",
                    "uint32",
                    Many,
                    "Indexes of seats, from 0, that an aisle separates from the seat before.",
                ),
                ("exceptions", "SeatException", Many, "Seats that differ from the row."),
            ],
        ),
        message(
            "NumberedSeats",
            "Seats whose labels are a prefix and a number.",
            &[
                ("prefix", "string", One, "In front of each number; may be empty."),
                ("first_number", "uint32", One, "Number of the leftmost seat, at most 999,999,999."),
                ("step", "int32", One, "From one seat to the next on its right; not zero, may be negative."),
                (
                    "digits_min",
                    "uint32",
                    One,
                    "Numbers are filled up with zeros to so many digits, at most 9.",
                ),
                ("count", "uint32", One, "How many seats; at least one."),
            ],
        ),
        message(
            "SeatException",
            "A seat that differs from its row.",
            &[
                ("index", "uint32", One, "Index of the seat in its row, from 0."),
                ("price_minor", "int64", Maybe, "Its own price, in minor units."),
                ("accessible", "bool", Maybe, "Its own mark."),
            ],
        ),
    ]
}
