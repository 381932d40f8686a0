//! Checks a seat map and makes the compact layout from it. Every bound and every character is checked here, once;
//! nothing behind it looks again.

use std::collections::HashSet;

use super::layout::{Entry, LabelIndex, Layout, Naming, ROW_BLOCK, RowInfo, SectionInfo, TextRef};
use super::map::{Row, RowSeats, SeatMap, SeatMapError, SeatMapFault, Section};
use super::naming::{DIGITS_MAX, NUMBER_MAX, Rule, listed_key};
use super::place::SeatIx;
use crate::limits::{ID_BYTES_MAX, SEATS_PER_EVENT_MAX, SEATS_PER_SECTION_MAX, SECTIONS_PER_EVENT_MAX};

impl Layout {
    /// Checks a seat map and makes it compact.
    ///
    /// # Errors
    /// The first fault found, with the section, row and seat that it is in.
    pub(crate) fn build(map: &SeatMap) -> Result<Self, SeatMapError> {
        let nowhere = |fault| SeatMapError { section: None, row: None, seat: None, fault };
        if map.sections.is_empty() {
            return Err(nowhere(SeatMapFault::NoSections));
        }
        if map.sections.len() > SECTIONS_PER_EVENT_MAX {
            return Err(nowhere(SeatMapFault::TooManySections));
        }
        let mut names = HashSet::new();
        let mut draft = Draft::default();
        for section in &map.sections {
            let named = |fault| SeatMapError { section: Some(section.name().to_owned()), ..nowhere(fault) };
            if !is_id(section.name()) {
                return Err(named(SeatMapFault::BadSectionName));
            }
            if !names.insert(section.name()) {
                return Err(named(SeatMapFault::DuplicateSection));
            }
            draft.add_section(section).map_err(|at| SeatMapError {
                row: at.row,
                seat: at.seat,
                ..named(at.fault)
            })?;
        }
        draft.finish()
    }
}

fn is_id(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b':' | b'-');
    (1..=ID_BYTES_MAX).contains(&text.len()) && text.bytes().all(good)
}

/// A fault inside a section.
struct At {
    row: Option<String>,
    seat: Option<String>,
    fault: SeatMapFault,
}

impl From<SeatMapFault> for At {
    fn from(fault: SeatMapFault) -> Self {
        Self { row: None, seat: None, fault }
    }
}

#[derive(Default)]
struct Draft {
    sections: Vec<SectionInfo>,
    rows: Vec<RowInfo>,
    seats: u32,
    words: u32,
    text: String,
    listed: Vec<u32>,
    listed_text: String,
    prices: Vec<(SeatIx, i64)>,
    /// Bitmap positions (word, bit) of the accessible seats.
    accessible: Vec<(u32, u32)>,
    aisles: Vec<(u32, u32)>,
}

impl Draft {
    fn add_section(&mut self, section: &Section) -> Result<(), At> {
        let first_row = to_u32(self.rows.len());
        let first_seat = self.seats;
        let (places, price_minor) = match section {
            Section::General { capacity, price_minor, .. } => (*capacity, *price_minor),
            Section::Seated { rows, .. } => {
                for row in rows {
                    let section_seats = self.seats - first_seat;
                    self.add_row(row, section_seats)
                        .map_err(|at| At { row: Some(row.label.clone()), ..at })?;
                }
                (self.seats - first_seat, 0)
            }
        };
        if places == 0 {
            return Err(SeatMapFault::EmptySection.into());
        }
        if places > SEATS_PER_SECTION_MAX {
            return Err(SeatMapFault::TooManyInSection.into());
        }
        if price_minor < 0 {
            return Err(SeatMapFault::NegativePrice.into());
        }
        let name = self.keep(section.name());
        self.sections.push(SectionInfo {
            name,
            rows: first_row..to_u32(self.rows.len()),
            places,
            price_minor,
        });
        Ok(())
    }

    fn add_row(&mut self, row: &Row, section_seats: u32) -> Result<(), At> {
        if !(1..=ID_BYTES_MAX).contains(&row.label.len()) || row.label.chars().any(char::is_control) {
            return Err(SeatMapFault::BadRowLabel.into());
        }
        if row.price_minor < 0 {
            return Err(SeatMapFault::NegativePrice.into());
        }
        let count = match &row.seats {
            RowSeats::Numbered { count, .. } => *count,
            RowSeats::Listed(labels) => u32::try_from(labels.len()).unwrap_or(u32::MAX),
        };
        if count == 0 {
            return Err(SeatMapFault::EmptyRow.into());
        }
        if u64::from(section_seats) + u64::from(count) > u64::from(SEATS_PER_SECTION_MAX) {
            return Err(SeatMapFault::TooManyInSection.into());
        }
        if u64::from(self.seats) + u64::from(count) > u64::from(SEATS_PER_EVENT_MAX) {
            return Err(SeatMapFault::TooManySeats.into());
        }
        self.add_marks(row, count)?;
        let naming = self.add_naming(&row.seats)?;
        let label = self.keep(&row.label);
        self.rows.push(RowInfo {
            price_minor: row.price_minor,
            first_seat: self.seats,
            count,
            first_word: self.words,
            section: u16::try_from(self.sections.len()).expect("bounded by the caller"),
            label,
            naming,
        });
        self.seats += count;
        self.words += count.div_ceil(64);
        Ok(())
    }

    fn add_marks(&mut self, row: &Row, count: u32) -> Result<(), At> {
        let mut marked: Vec<bool> = Vec::new();
        if row.accessible || row.exceptions.iter().any(|exception| exception.accessible.is_some()) {
            marked = vec![row.accessible; count as usize];
        }
        let mut least = 0;
        for exception in &row.exceptions {
            if exception.index < least || exception.index >= count {
                return Err(SeatMapFault::BadIndex.into());
            }
            least = exception.index + 1;
            if let Some(accessible) = exception.accessible {
                marked[exception.index as usize] = accessible;
            }
            match exception.price_minor {
                Some(price) if price < 0 => return Err(SeatMapFault::NegativePrice.into()),
                Some(price) if price != row.price_minor => {
                    self.prices.push((SeatIx(self.seats + exception.index), price));
                }
                _ => {}
            }
        }
        let position = |index: u32| (self.words + index / 64, index % 64);
        self.accessible
            .extend((0..).zip(&marked).filter(|&(_, &mark)| mark).map(|(index, _)| position(index)));
        let mut least = 1;
        for &aisle in &row.aisles_before {
            if aisle < least || aisle >= count {
                return Err(SeatMapFault::BadIndex.into());
            }
            least = aisle + 1;
            self.aisles.push(position(aisle));
        }
        Ok(())
    }

    fn add_naming(&mut self, seats: &RowSeats) -> Result<Naming, At> {
        match seats {
            RowSeats::Numbered { prefix, first_number, step, digits_min, count } => {
                check_numbers(*first_number, *step, *digits_min, *count)?;
                let rule = Rule { prefix, first: *first_number, step: *step, digits_min: *digits_min };
                let mut longest = String::new();
                let last = rule.number(0).max(rule.number(count - 1));
                Rule { first: last, ..rule }.write(0, &mut longest).expect("a string takes everything");
                if !is_id(&longest) {
                    return Err(At { seat: Some(longest), ..SeatMapFault::BadSeatLabel.into() });
                }
                if prefix.ends_with(|last: char| last.is_ascii_digit()) {
                    return Ok(self.add_labels(&write_out(rule, *count)));
                }
                Ok(Naming::Ruled {
                    prefix: self.keep(prefix),
                    first: *first_number,
                    step: *step,
                    digits_min: *digits_min,
                })
            }
            RowSeats::Listed(labels) => {
                if let Some(bad) = labels.iter().find(|label| !is_id(label)) {
                    return Err(At { seat: Some(bad.clone()), ..SeatMapFault::BadSeatLabel.into() });
                }
                Ok(self.add_labels(labels))
            }
        }
    }

    fn add_labels(&mut self, labels: &[String]) -> Naming {
        if let Some(rule) = Rule::find(labels) {
            let prefix = self.keep(rule.prefix);
            return Naming::Ruled { prefix, first: rule.first, step: rule.step, digits_min: rule.digits_min };
        }
        let from = to_u32(self.listed.len());
        for label in labels {
            self.listed.push(to_u32(self.listed_text.len()));
            self.listed_text.push_str(label);
        }
        Naming::Listed { from }
    }

    /// Keeps a text of at most 128 bytes; rows and sections that follow each other often share theirs.
    fn keep(&mut self, text: &str) -> TextRef {
        let len = u8::try_from(text.len()).expect("checked: at most 128 bytes");
        let at = if self.text.ends_with(text) { self.text.len() - text.len() } else { self.text.len() };
        self.text.truncate(at);
        self.text.push_str(text);
        TextRef { at: to_u32(at), len }
    }

    fn finish(mut self) -> Result<Layout, SeatMapError> {
        self.listed.push(to_u32(self.listed_text.len()));
        let mut row_of_block = Vec::with_capacity((self.seats / ROW_BLOCK) as usize + 2);
        for (number, row) in (0..).zip(&self.rows) {
            let blocks_below_end = row.seats().end.div_ceil(ROW_BLOCK) as usize;
            row_of_block.resize(blocks_below_end, number);
        }
        row_of_block.push(to_u32(self.rows.len().saturating_sub(1)));
        let bitmap = |marks: &[(u32, u32)]| -> Box<[u64]> {
            let mut words = vec![0; if marks.is_empty() { 0 } else { self.words as usize }];
            for &(word, bit) in marks {
                words[word as usize] |= 1 << bit;
            }
            words.into()
        };
        let mut layout = Layout {
            accessible: bitmap(&self.accessible),
            aisles: bitmap(&self.aisles),
            sections: self.sections.into(),
            rows: self.rows.into(),
            row_of_block: row_of_block.into(),
            seats: self.seats,
            bitmap_words: self.words,
            text: self.text.into(),
            listed: self.listed.into(),
            listed_text: self.listed_text.into(),
            index: LabelIndex::with_room_for(0),
            prices: self.prices.into(),
        };
        index_labels(&mut layout)?;
        Ok(layout)
    }
}

fn check_numbers(first: u32, step: i32, digits_min: u8, count: u32) -> Result<(), At> {
    if step == 0 {
        return Err(SeatMapFault::StepZero.into());
    }
    let last = i64::from(first) + i64::from(step) * i64::from(count - 1);
    let range = 0..=i64::from(NUMBER_MAX);
    if !range.contains(&i64::from(first)) || !range.contains(&last) || usize::from(digits_min) > DIGITS_MAX {
        return Err(SeatMapFault::NumberOutOfRange.into());
    }
    Ok(())
}

fn write_out(rule: Rule<'_>, count: u32) -> Vec<String> {
    let label = |index| {
        let mut label = String::new();
        rule.write(index, &mut label).expect("a string takes everything");
        label
    };
    (0..count).map(label).collect()
}

/// Fills the index row by row. A label that can be found before its own row is in belongs to two seats.
fn index_labels(layout: &mut Layout) -> Result<(), SeatMapError> {
    let mut entries = 0;
    for row in 0..layout.rows.len() {
        each_key(layout, row, |_, _, _| entries += 1);
    }
    layout.index = LabelIndex::with_room_for(entries);
    let mut label = String::new();
    let mut own = HashSet::new();
    for row in 0..layout.rows.len() {
        let listed = matches!(layout.rows[row].naming, Naming::Listed { .. });
        own.clear();
        for seat in layout.rows[row].seats() {
            label.clear();
            layout.write_label(SeatIx(seat), &mut label).expect("a string takes everything");
            // Labels by rule differ inside their row; listed ones may not.
            if layout.resolve(label.as_bytes()).is_some() || (listed && !own.insert(label.clone())) {
                let info = layout.seat(SeatIx(seat));
                let (section, row) = (Some(info.section.to_owned()), Some(info.row.to_owned()));
                return Err(SeatMapError {
                    section,
                    row,
                    seat: Some(label),
                    fault: SeatMapFault::DuplicateSeat,
                });
            }
        }
        let mut added = Vec::new();
        each_key(layout, row, |key, kind, index| added.push((key, kind, index)));
        for (key, kind, index) in added {
            layout.index.insert(key, kind, index);
        }
    }
    Ok(())
}

fn each_key(layout: &Layout, row: usize, mut entry: impl FnMut(u64, u32, u32)) {
    let info = &layout.rows[row];
    match info.naming {
        Naming::Ruled { prefix, first, step, digits_min } => {
            let rule = Rule { prefix: layout.text(prefix), first, step, digits_min };
            rule.keys(info.count, |key| entry(key, Entry::ROW, to_u32(row)));
        }
        Naming::Listed { .. } => {
            for seat in info.seats() {
                entry(listed_key(layout.label(SeatIx(seat)).as_bytes()), Entry::SEAT, seat);
            }
        }
    }
}

/// For lengths of what the bounds of a seat map keep far below four thousand millions.
fn to_u32(length: usize) -> u32 {
    u32::try_from(length).expect("a seat map's parts are bounded")
}
