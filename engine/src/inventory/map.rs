//! The seat map as people write it: sections, rows, seats, prices. Plain values to build by hand or from a file;
//! [`Layout`](super::layout::Layout) checks it and makes the compact form that the engine works with.

use std::error::Error;
use std::fmt;

/// Every place of one event. The order of sections, and of rows inside them, is the order of preference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeatMap {
    /// Best section first.
    pub sections: Vec<Section>,
}

/// A part of the venue with its own counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Section {
    /// Rows of numbered seats.
    Seated {
        /// 1–128 bytes of `[A-Za-z0-9._:-]`, unique in the event.
        name: String,
        /// Best row first; at least one.
        rows: Vec<Row>,
    },
    /// Places without numbers.
    General {
        /// 1–128 bytes of `[A-Za-z0-9._:-]`, unique in the event.
        name: String,
        /// How many places; at least one.
        capacity: u32,
        /// Price of one place, in the smallest unit of the event's currency.
        price_minor: i64,
    },
}

/// Seats side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// What the row is called: 1–128 bytes without control characters. Need not be unique.
    pub label: String,
    /// Price of one seat, in the smallest unit of the event's currency.
    pub price_minor: i64,
    /// True if the seats are kept for people who need them: best available leaves them out unless asked.
    pub accessible: bool,
    /// The seats, from left to right.
    pub seats: RowSeats,
    /// Indices (ascending, from 1) of seats that have an aisle on their left: they are no neighbours of the seat before.
    pub aisles_before: Vec<u32>,
    /// Seats that differ from their row, by ascending index.
    pub exceptions: Vec<SeatException>,
}

/// The seats of a row, each with a label of 1–128 bytes of `[A-Za-z0-9._:-]`, unique in the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowSeats {
    /// Labels made of a prefix and a number, which cost no memory per seat.
    Numbered {
        /// In front of each number; may be empty.
        prefix: String,
        /// Number of the leftmost seat, at most 999,999,999.
        first_number: u32,
        /// From one seat to the next on its right; not zero, may be negative.
        step: i32,
        /// Numbers are filled up with zeros to this many digits (at most 9); 0 and 1 mean no filling.
        digits_min: u8,
        /// How many seats; at least one.
        count: u32,
    },
    /// Labels one by one. Lists that follow a rule are recognised and cost no more than numbered rows.
    Listed(Vec<String>),
}

impl RowSeats {
    /// `count` seats with the labels `prefix1`, `prefix2`, and so on.
    #[must_use]
    pub fn numbered(prefix: impl Into<String>, count: u32) -> Self {
        Self::Numbered { prefix: prefix.into(), first_number: 1, step: 1, digits_min: 0, count }
    }
}

impl Default for RowSeats {
    fn default() -> Self {
        Self::Listed(Vec::new())
    }
}

/// What one seat has that its row has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeatException {
    /// Index of the seat in its row, from 0.
    pub index: u32,
    /// Its own price, if it differs.
    pub price_minor: Option<i64>,
    /// Its own mark, if it differs.
    pub accessible: Option<bool>,
}

impl Section {
    /// The section's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Seated { name, .. } | Self::General { name, .. } => name,
        }
    }
}

/// Why a seat map was refused, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatMapError {
    /// The section at fault, if it is in one.
    pub section: Option<String>,
    /// The row at fault, if it is in one.
    pub row: Option<String>,
    /// The seat at fault, if it is in one.
    pub seat: Option<String>,
    /// What is wrong.
    pub fault: SeatMapFault,
}

/// What can be wrong with a seat map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SeatMapFault {
    /// There is no section at all.
    NoSections,
    /// More sections than an event can have.
    TooManySections,
    /// The name is empty, too long, or has characters outside `[A-Za-z0-9._:-]`.
    BadSectionName,
    /// Two sections have this name.
    DuplicateSection,
    /// The section has no rows, or no capacity.
    EmptySection,
    /// More places than a section can have.
    TooManyInSection,
    /// More numbered seats than an event can have.
    TooManySeats,
    /// The label is empty, too long, or has control characters.
    BadRowLabel,
    /// The row has no seats.
    EmptyRow,
    /// The label is empty, too long, or has characters outside `[A-Za-z0-9._:-]`.
    BadSeatLabel,
    /// Two seats have this label.
    DuplicateSeat,
    /// A step of zero gives every seat the same number.
    StepZero,
    /// A number below 0 or above 999,999,999, or more than nine digits asked for.
    NumberOutOfRange,
    /// A price below zero.
    NegativePrice,
    /// An aisle or an exception names a seat that is not in the row, or the list does not ascend.
    BadIndex,
}

impl fmt::Display for SeatMapFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoSections => "the map has no sections",
            Self::TooManySections => "too many sections",
            Self::BadSectionName => "the name must be 1 to 128 characters of A-Z a-z 0-9 . _ : -",
            Self::DuplicateSection => "another section has this name",
            Self::EmptySection => "the section has no places",
            Self::TooManyInSection => "too many places in one section",
            Self::TooManySeats => "too many seats in one event",
            Self::BadRowLabel => "the row's label must be 1 to 128 bytes without control characters",
            Self::EmptyRow => "the row has no seats",
            Self::BadSeatLabel => "the seat's label must be 1 to 128 characters of A-Z a-z 0-9 . _ : -",
            Self::DuplicateSeat => "another seat has this label",
            Self::StepZero => "the step between seat numbers is zero",
            Self::NumberOutOfRange => "a seat number is outside 0 to 999999999",
            Self::NegativePrice => "a price is negative",
            Self::BadIndex => "an aisle or exception names no seat of the row, or is out of order",
        })
    }
}

impl fmt::Display for SeatMapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, name) in [("section", &self.section), ("row", &self.row), ("seat", &self.seat)] {
            if let Some(name) = name {
                write!(f, "{kind} {name:?}: ")?;
            }
        }
        self.fault.fmt(f)
    }
}

impl Error for SeatMapError {}
