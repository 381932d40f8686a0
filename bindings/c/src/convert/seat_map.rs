//! The places of an event.

use tacos::{Refusal, Row, RowSeats, SeatException, SeatMap, Section};

use super::fields::flag;
use crate::commands::{tacos_row, tacos_section};
use crate::failure::Fault;
use crate::memory::{slice, text};

/// # Safety
/// As the crate's contract, for the list and all that it names.
pub(super) unsafe fn seat_map(sections: *const tacos_section, count: usize) -> Result<SeatMap, Fault> {
    // SAFETY: handed on.
    let sections =
        unsafe { slice(sections, count)?.iter().map(|given| section(given)).collect::<Result<_, _>>()? };
    Ok(SeatMap { sections })
}

unsafe fn section(given: &tacos_section) -> Result<Section, Fault> {
    // SAFETY: the crate's contract, for the name and the rows.
    unsafe {
        let name = text(given.name)?.unwrap_or_default().to_owned();
        if given.rows.is_null() {
            return Ok(Section::General { name, capacity: given.capacity, price_minor: given.price_minor });
        }
        let rows = slice(given.rows, given.row_count)?;
        Ok(Section::Seated { name, rows: rows.iter().map(|given| row(given)).collect::<Result<_, _>>()? })
    }
}

unsafe fn row(given: &tacos_row) -> Result<Row, Fault> {
    // SAFETY: the crate's contract, for each text and list.
    unsafe {
        let exceptions = slice(given.exceptions, given.exception_count)?.iter().map(|given| {
            Ok(SeatException {
                index: given.index,
                price_minor: flag(given.has_price, "has_price")?.then_some(given.price_minor),
                accessible: match given.accessible {
                    0 => None,
                    1 => Some(true),
                    2 => Some(false),
                    other => {
                        return Err(
                            Refusal::invalid("exceptions.accessible", "must be 0, 1 or 2", other).into()
                        );
                    }
                },
            })
        });
        Ok(Row {
            label: text(given.label)?.unwrap_or_default().to_owned(),
            price_minor: given.price_minor,
            accessible: flag(given.accessible, "rows.accessible")?,
            seats: row_seats(given)?,
            aisles_before: slice(given.aisles_before, given.aisle_count)?.to_vec(),
            exceptions: exceptions.collect::<Result<_, Fault>>()?,
        })
    }
}

unsafe fn row_seats(given: &tacos_row) -> Result<RowSeats, Fault> {
    // SAFETY: the crate's contract, for the labels, their list and the prefix.
    unsafe {
        if given.labels.is_null() {
            let digits_min = u8::try_from(given.digits_min)
                .map_err(|_| Refusal::invalid("rows.digits_min", "must be at most 9", given.digits_min))?;
            return Ok(RowSeats::Numbered {
                prefix: text(given.prefix)?.unwrap_or_default().to_owned(),
                first_number: given.first_number,
                step: given.step,
                digits_min,
                count: given.count,
            });
        }
        let labels = slice(given.labels, given.count as usize)?;
        let labels = labels.iter().map(|&label| Ok(text(label)?.unwrap_or_default().to_owned()));
        Ok(RowSeats::Listed(labels.collect::<Result<_, Fault>>()?))
    }
}
