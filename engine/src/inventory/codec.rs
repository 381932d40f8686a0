//! A seat map as bytes, for the journal and for snapshots: little-endian, with a format number in front. Decoding
//! takes any bytes without panic and without reserving more memory than they could fill; what the map means is
//! checked by [`Layout::build`](super::layout::Layout::build), not here.

use std::error::Error;
use std::fmt;

use super::map::{Row, RowSeats, SeatException, SeatMap, Section};

/// First byte of every encoded seat map.
const FORMAT: u8 = 1;

const SEATED: u8 = 0;
const GENERAL: u8 = 1;
const NUMBERED: u8 = 0;
const LISTED: u8 = 1;
const HAS_PRICE: u8 = 1;
const HAS_MARK: u8 = 2;
const MARK: u8 = 4;

/// Why bytes are no seat map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SeatMapDecodeError {
    /// The format number is not one that this version reads.
    Format(u8),
    /// The bytes end too early, or a list in them is longer than they are.
    Short {
        /// Where more was expected.
        at: usize,
    },
    /// A tag, flag or text that nothing writes.
    Invalid {
        /// Where it stands.
        at: usize,
    },
    /// Bytes are left over.
    Long {
        /// Where the seat map ended.
        at: usize,
    },
}

impl fmt::Display for SeatMapDecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format(format) => write!(f, "seat map of format {format}, this version reads {FORMAT}"),
            Self::Short { at } => write!(f, "seat map cut short at byte {at}"),
            Self::Invalid { at } => write!(f, "no seat map: byte {at} is invalid"),
            Self::Long { at } => write!(f, "bytes left over after the seat map, from byte {at}"),
        }
    }
}

impl Error for SeatMapDecodeError {}

impl SeatMap {
    /// Appends the seat map's bytes to `out`.
    ///
    /// # Panics
    /// If a text is longer than 65,535 bytes or a list than four thousand million: no checked seat map has such.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(FORMAT);
        put_len(out, self.sections.len());
        for section in &self.sections {
            match section {
                Section::General { name, capacity, price_minor } => {
                    out.push(GENERAL);
                    put_text(out, name);
                    out.extend(capacity.to_le_bytes());
                    out.extend(price_minor.to_le_bytes());
                }
                Section::Seated { name, rows } => {
                    out.push(SEATED);
                    put_text(out, name);
                    put_len(out, rows.len());
                    rows.iter().for_each(|row| put_row(out, row));
                }
            }
        }
    }

    /// The seat map that these bytes, all of them, stand for.
    ///
    /// # Errors
    /// If they stand for none.
    pub fn decode(bytes: &[u8]) -> Result<Self, SeatMapDecodeError> {
        let (map, rest) = Self::decode_front(bytes)?;
        if rest.is_empty() { Ok(map) } else { Err(SeatMapDecodeError::Long { at: bytes.len() - rest.len() }) }
    }

    /// Reads a map from the front of `bytes`, and gives what stands behind it.
    pub(crate) fn decode_front(bytes: &[u8]) -> Result<(Self, &[u8]), SeatMapDecodeError> {
        let mut from = Reader { bytes, at: 0 };
        let format = from.byte()?;
        if format != FORMAT {
            return Err(SeatMapDecodeError::Format(format));
        }
        let sections = from.list(Reader::section)?;
        Ok((Self { sections }, &bytes[from.at..]))
    }
}

fn put_row(out: &mut Vec<u8>, row: &Row) {
    put_text(out, &row.label);
    out.extend(row.price_minor.to_le_bytes());
    out.push(u8::from(row.accessible));
    match &row.seats {
        RowSeats::Numbered { prefix, first_number, step, digits_min, count } => {
            out.push(NUMBERED);
            put_text(out, prefix);
            out.extend(first_number.to_le_bytes());
            out.extend(step.to_le_bytes());
            out.push(*digits_min);
            out.extend(count.to_le_bytes());
        }
        RowSeats::Listed(labels) => {
            out.push(LISTED);
            put_len(out, labels.len());
            labels.iter().for_each(|label| put_text(out, label));
        }
    }
    put_len(out, row.aisles_before.len());
    row.aisles_before.iter().for_each(|aisle| out.extend(aisle.to_le_bytes()));
    put_len(out, row.exceptions.len());
    for exception in &row.exceptions {
        out.extend(exception.index.to_le_bytes());
        let mark = exception.accessible.map_or(0, |mark| HAS_MARK | if mark { MARK } else { 0 });
        out.push(mark | if exception.price_minor.is_some() { HAS_PRICE } else { 0 });
        out.extend(exception.price_minor.iter().flat_map(|price| price.to_le_bytes()));
    }
}

fn put_len(out: &mut Vec<u8>, len: usize) {
    out.extend(u32::try_from(len).expect("a list of a seat map").to_le_bytes());
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend(u16::try_from(text.len()).expect("a text of a seat map").to_le_bytes());
    out.extend(text.as_bytes());
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], SeatMapDecodeError> {
        let short = SeatMapDecodeError::Short { at: self.at };
        let array = self.bytes[self.at..].first_chunk().copied().ok_or(short)?;
        self.at += N;
        Ok(array)
    }

    fn byte(&mut self) -> Result<u8, SeatMapDecodeError> {
        self.array::<1>().map(|[byte]| byte)
    }

    fn u32(&mut self) -> Result<u32, SeatMapDecodeError> {
        self.array().map(u32::from_le_bytes)
    }

    fn i64(&mut self) -> Result<i64, SeatMapDecodeError> {
        self.array().map(i64::from_le_bytes)
    }

    fn invalid(&self, len: usize) -> SeatMapDecodeError {
        SeatMapDecodeError::Invalid { at: self.at - len }
    }

    fn text(&mut self) -> Result<String, SeatMapDecodeError> {
        let len = usize::from(self.array().map(u16::from_le_bytes)?);
        let short = SeatMapDecodeError::Short { at: self.at };
        let text: &'a [u8] = self.bytes[self.at..].get(..len).ok_or(short)?;
        self.at += len;
        std::str::from_utf8(text).map(str::to_owned).map_err(|_| self.invalid(len))
    }

    /// A list; grows as it is read, so that a wrong length reserves nothing.
    fn list<T>(
        &mut self,
        item: impl Fn(&mut Self) -> Result<T, SeatMapDecodeError>,
    ) -> Result<Vec<T>, SeatMapDecodeError> {
        let len = self.u32()?;
        let mut list = Vec::new();
        for _ in 0..len {
            list.push(item(self)?);
        }
        Ok(list)
    }

    fn section(&mut self) -> Result<Section, SeatMapDecodeError> {
        match self.byte()? {
            SEATED => Ok(Section::Seated { name: self.text()?, rows: self.list(Self::row)? }),
            GENERAL => {
                Ok(Section::General { name: self.text()?, capacity: self.u32()?, price_minor: self.i64()? })
            }
            _ => Err(self.invalid(1)),
        }
    }

    fn row(&mut self) -> Result<Row, SeatMapDecodeError> {
        let label = self.text()?;
        let price_minor = self.i64()?;
        let accessible = match self.byte()? {
            0 => false,
            1 => true,
            _ => return Err(self.invalid(1)),
        };
        let seats = match self.byte()? {
            NUMBERED => RowSeats::Numbered {
                prefix: self.text()?,
                first_number: self.u32()?,
                step: self.array().map(i32::from_le_bytes)?,
                digits_min: self.byte()?,
                count: self.u32()?,
            },
            LISTED => RowSeats::Listed(self.list(Self::text)?),
            _ => return Err(self.invalid(1)),
        };
        let aisles_before = self.list(Self::u32)?;
        let exceptions = self.list(Self::exception)?;
        Ok(Row { label, price_minor, accessible, seats, aisles_before, exceptions })
    }

    fn exception(&mut self) -> Result<SeatException, SeatMapDecodeError> {
        let index = self.u32()?;
        let flags = self.byte()?;
        if flags > HAS_PRICE | HAS_MARK | MARK || flags & (HAS_MARK | MARK) == MARK {
            return Err(self.invalid(1));
        }
        let price_minor = if flags & HAS_PRICE != 0 { Some(self.i64()?) } else { None };
        let accessible = (flags & HAS_MARK != 0).then_some(flags & MARK != 0);
        Ok(SeatException { index, price_minor, accessible })
    }
}
