//! A seat map in few bytes, for the journal and for snapshots: texts as what they add to the text before them
//! (front coding, as in a sorted dictionary: Witten, Moffat and Bell, Managing Gigabytes, 4.1), numbers as differences
//! in seven bits a byte (LEB128). Only long maps are written so: the others keep the form that every version reads.

use super::codec::SeatMapDecodeError;
use super::map::{Row, RowSeats, SeatException, SeatMap, Section};
use crate::limits::{ID_BYTES_MAX, SEATS_PER_EVENT_MAX};

/// First byte of every packed seat map.
const FORMAT: u8 = 2;
/// The longest map that is stored in the plain form, which older versions read as well.
const PLAIN_BYTES_MAX: usize = 1 << 20;

const SEATED: u8 = 0;
const GENERAL: u8 = 1;

// Of a row.
const ACCESSIBLE: u8 = 1;
const LISTED: u8 = 2;
const AISLES: u8 = 4;
const EXCEPTIONS: u8 = 8;

// Of an exception, below the steps from the seat of the one before.
const HAS_PRICE: u64 = 1;
const HAS_MARK: u64 = 2;
const MARK: u64 = 4;
const STEP_SHIFT: u32 = 3;

/// A half byte with this value is followed by what goes beyond it.
const HALF_FULL: usize = 15;

impl SeatMap {
    /// Appends the bytes by which the journal and snapshots keep a map that [`Layout`](super::Layout) has checked.
    pub(crate) fn store(&self, out: &mut Vec<u8>) {
        let start = out.len();
        self.encode(out);
        if out.len() - start > PLAIN_BYTES_MAX {
            out.truncate(start);
            self.pack(out);
        }
    }

    /// The seat map that was stored as these bytes, all of them.
    ///
    /// # Errors
    /// If they stand for none.
    pub(crate) fn of_stored(bytes: &[u8]) -> Result<Self, SeatMapDecodeError> {
        if bytes.first() != Some(&FORMAT) {
            return Self::decode(bytes);
        }
        let mut from = Unpacking { bytes, at: 1, seats: 0, last: Last::default() };
        let sections = from.list(Unpacking::section)?;
        if from.at == bytes.len() {
            Ok(Self { sections })
        } else {
            Err(SeatMapDecodeError::Long { at: from.at })
        }
    }

    /// Appends the packed form, however long the map is.
    pub(crate) fn pack(&self, out: &mut Vec<u8>) {
        out.push(FORMAT);
        let mut to = Packing { out, last: Last::default() };
        to.length(self.sections.len());
        self.sections.iter().for_each(|section| to.section(section));
    }
}

/// What the next row's texts and prices are written as differences to.
#[derive(Default)]
struct Last {
    row: String,
    prefix: String,
    seat: String,
    price_minor: i64,
    exception_minor: i64,
}

struct Packing<'a> {
    out: &'a mut Vec<u8>,
    last: Last,
}

impl Packing<'_> {
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.out.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.out.push(number.to_le_bytes()[0]);
    }

    fn length(&mut self, length: usize) {
        self.number(length as u64);
    }

    /// Small numbers of both signs become small ones: 0, -1, 1, -2, …
    fn signed(&mut self, number: i64) {
        self.number((number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned());
    }

    /// A text after another one: how many bytes it begins with as that does, and the others.
    fn text(&mut self, before: &str, text: &str) {
        let same = before.bytes().zip(text.bytes()).take_while(|(before, now)| before == now).count();
        let rest = &text.as_bytes()[same..];
        let (same_half, rest_half) = (same.min(HALF_FULL), rest.len().min(HALF_FULL));
        self.out.push(u8::try_from(same_half << 4 | rest_half).expect("two half bytes"));
        for (length, half) in [(same, same_half), (rest.len(), rest_half)] {
            if half == HALF_FULL {
                self.length(length - HALF_FULL);
            }
        }
        self.out.extend_from_slice(rest);
    }

    fn section(&mut self, section: &Section) {
        match section {
            Section::General { name, capacity, price_minor } => {
                self.out.push(GENERAL);
                self.text("", name);
                self.number(u64::from(*capacity));
                self.signed(*price_minor);
            }
            Section::Seated { name, rows } => {
                self.out.push(SEATED);
                self.text("", name);
                self.length(rows.len());
                rows.iter().for_each(|row| self.row(row));
            }
        }
    }

    fn row(&mut self, row: &Row) {
        let flag = |is: bool, flag: u8| if is { flag } else { 0 };
        self.out.push(
            flag(row.accessible, ACCESSIBLE)
                | flag(matches!(row.seats, RowSeats::Listed(_)), LISTED)
                | flag(!row.aisles_before.is_empty(), AISLES)
                | flag(!row.exceptions.is_empty(), EXCEPTIONS),
        );
        let last = std::mem::take(&mut self.last);
        self.text(&last.row, &row.label);
        self.signed(row.price_minor.wrapping_sub(last.price_minor));
        let (mut prefix_before, mut seat_before) = (last.prefix.as_str(), last.seat.as_str());
        match &row.seats {
            RowSeats::Numbered { prefix, first_number, step, digits_min, count } => {
                self.text(prefix_before, prefix);
                prefix_before = prefix;
                self.number(u64::from(*first_number));
                self.signed(i64::from(*step));
                self.out.push(*digits_min);
                self.number(u64::from(*count));
            }
            RowSeats::Listed(labels) => {
                self.length(labels.len());
                for label in labels {
                    self.text(seat_before, label);
                    seat_before = label;
                }
            }
        }
        self.last = Last {
            row: row.label.clone(),
            prefix: prefix_before.to_owned(),
            seat: seat_before.to_owned(),
            price_minor: row.price_minor,
            exception_minor: last.exception_minor,
        };
        self.marks(row);
    }

    fn marks(&mut self, row: &Row) {
        if !row.aisles_before.is_empty() {
            self.length(row.aisles_before.len());
            let mut before = 0;
            for &aisle in &row.aisles_before {
                self.number(u64::from(aisle - before));
                before = aisle;
            }
        }
        if !row.exceptions.is_empty() {
            self.length(row.exceptions.len());
            let mut before = 0;
            for exception in &row.exceptions {
                let mark = exception.accessible.map_or(0, |mark| HAS_MARK | if mark { MARK } else { 0 });
                let price = if exception.price_minor.is_some() { HAS_PRICE } else { 0 };
                self.number(u64::from(exception.index - before) << STEP_SHIFT | mark | price);
                before = exception.index;
                if let Some(price_minor) = exception.price_minor {
                    self.signed(price_minor.wrapping_sub(self.last.exception_minor));
                    self.last.exception_minor = price_minor;
                }
            }
        }
    }
}

struct Unpacking<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Labels listed so far: a byte of the packed form may stand for a label of 128.
    seats: u32,
    last: Last,
}

type Unpacked<T> = Result<T, SeatMapDecodeError>;

impl<'a> Unpacking<'a> {
    fn byte(&mut self) -> Unpacked<u8> {
        let byte = self.bytes.get(self.at).copied().ok_or(SeatMapDecodeError::Short { at: self.at })?;
        self.at += 1;
        Ok(byte)
    }

    fn invalid(&self) -> SeatMapDecodeError {
        SeatMapDecodeError::Invalid { at: self.at - 1 }
    }

    fn number(&mut self) -> Unpacked<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            // Bits beyond the 64th, or a last byte that adds nothing: another form of some other number.
            if bits << shift >> shift != bits || (byte == 0 && shift > 0) {
                return Err(self.invalid());
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(self.invalid())
    }

    fn small(&mut self) -> Unpacked<u32> {
        let number = self.number()?;
        u32::try_from(number).map_err(|_| self.invalid())
    }

    fn signed(&mut self) -> Unpacked<i64> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// A list; grows as it is read, so that a wrong length reserves nothing.
    fn list<T>(&mut self, item: impl Fn(&mut Self) -> Unpacked<T>) -> Unpacked<Vec<T>> {
        let length = self.small()?;
        let mut list = Vec::new();
        for _ in 0..length {
            list.push(item(self)?);
        }
        Ok(list)
    }

    fn part(&mut self, half: usize) -> Unpacked<usize> {
        let beyond = if half == HALF_FULL { self.small()? as usize } else { 0 };
        Ok(half + beyond)
    }

    /// The text that follows `before`, in its place. At most as long as any text of a checked map.
    fn text(&mut self, before: &mut String) -> Unpacked<String> {
        let halves = usize::from(self.byte()?);
        let (same, rest) = (self.part(halves >> 4)?, self.part(halves & HALF_FULL)?);
        if same > before.len() || same + rest > ID_BYTES_MAX {
            return Err(self.invalid());
        }
        let rest: &'a [u8] =
            self.bytes.get(self.at..self.at + rest).ok_or(SeatMapDecodeError::Short { at: self.at })?;
        // As bytes: the two may differ in the middle of a character.
        let mut text = std::mem::take(before).into_bytes();
        text.truncate(same);
        text.extend_from_slice(rest);
        *before = String::from_utf8(text).map_err(|_| self.invalid())?;
        self.at += rest.len();
        Ok(before.clone())
    }

    fn section(&mut self) -> Unpacked<Section> {
        let tag = self.byte()?;
        if tag > GENERAL {
            return Err(self.invalid());
        }
        let name = self.text(&mut String::new())?;
        Ok(match tag {
            SEATED => Section::Seated { name, rows: self.list(Self::row)? },
            _ => Section::General { name, capacity: self.small()?, price_minor: self.signed()? },
        })
    }

    fn row(&mut self) -> Unpacked<Row> {
        let flags = self.byte()?;
        if flags > ACCESSIBLE | LISTED | AISLES | EXCEPTIONS {
            return Err(self.invalid());
        }
        let mut last = std::mem::take(&mut self.last);
        let label = self.text(&mut last.row)?;
        last.price_minor = last.price_minor.wrapping_add(self.signed()?);
        let price_minor = last.price_minor;
        let seats = if flags & LISTED == 0 {
            RowSeats::Numbered {
                prefix: self.text(&mut last.prefix)?,
                first_number: self.small()?,
                step: i32::try_from(self.signed()?).map_err(|_| self.invalid())?,
                digits_min: self.byte()?,
                count: self.small()?,
            }
        } else {
            let labels = self.small()?;
            self.seats = self.seats.saturating_add(labels);
            if self.seats > SEATS_PER_EVENT_MAX {
                return Err(self.invalid());
            }
            RowSeats::Listed((0..labels).map(|_| self.text(&mut last.seat)).collect::<Unpacked<_>>()?)
        };
        self.last = last;
        let aisles_before = if flags & AISLES == 0 { Vec::new() } else { self.aisles()? };
        let exceptions = if flags & EXCEPTIONS == 0 { Vec::new() } else { self.exceptions()? };
        Ok(Row { label, price_minor, accessible: flags & ACCESSIBLE != 0, seats, aisles_before, exceptions })
    }

    fn aisles(&mut self) -> Unpacked<Vec<u32>> {
        let (length, mut at, mut aisles) = (self.small()?, 0_u32, Vec::new());
        for _ in 0..length {
            at = at.checked_add(self.small()?).ok_or(self.invalid())?;
            aisles.push(at);
        }
        Ok(aisles)
    }

    fn exceptions(&mut self) -> Unpacked<Vec<SeatException>> {
        let (length, mut index, mut exceptions) = (self.small()?, 0_u32, Vec::new());
        for _ in 0..length {
            let head = self.number()?;
            let flags = head & (HAS_PRICE | HAS_MARK | MARK);
            if flags & (HAS_MARK | MARK) == MARK {
                return Err(self.invalid());
            }
            let step = u32::try_from(head >> STEP_SHIFT).map_err(|_| self.invalid())?;
            index = index.checked_add(step).ok_or(self.invalid())?;
            let price_minor = if flags & HAS_PRICE != 0 {
                self.last.exception_minor = self.last.exception_minor.wrapping_add(self.signed()?);
                Some(self.last.exception_minor)
            } else {
                None
            };
            let accessible = (flags & HAS_MARK != 0).then_some(flags & MARK != 0);
            exceptions.push(SeatException { index, price_minor, accessible });
        }
        Ok(exceptions)
    }
}
