//! Commands of the organiser.

use tacos::{
    BlockSeats, Command, CreateEvent, DrawRoom, Note, PauseQueue, Refusal, Row, RowSeats, SeatException,
    SeatMap, Section, SetQueuePolicy, SetSale, UpdateEvent,
};

use super::Work;
use super::fields::{body, flag, id, key, number, seats};
use crate::abi::tacos_head;
use crate::commands::{
    tacos_block_seats, tacos_command, tacos_create_event, tacos_draw_room, tacos_note, tacos_pause_queue,
    tacos_row, tacos_section, tacos_set_queue_policy, tacos_set_sale, tacos_update_event,
};
use crate::config::{event_settings, queue_policy};
use crate::failure::Fault;
use crate::memory::{bytes, slice, text};

/// The work of one of this room's kinds.
///
/// # Safety
/// As the crate's contract: `head` begins a struct of `size` bytes of this kind.
pub(super) unsafe fn work(
    command: tacos_command,
    head: *const tacos_head,
    size: usize,
) -> Result<Work, Fault> {
    // SAFETY: handed on; each kind is read as the struct that it names.
    let command = unsafe {
        match command {
            tacos_command::CreateEvent => body(head, size).and_then(|given| create(&given)),
            tacos_command::UpdateEvent => body(head, size).and_then(|given| update(&given)),
            tacos_command::SetSale => body(head, size).and_then(|given| set_sale(&given)),
            tacos_command::BlockSeats => body(head, size).and_then(|given| block(&given)),
            tacos_command::SetQueuePolicy => body(head, size).and_then(|given| set_policy(&given)),
            tacos_command::PauseQueue => body(head, size).and_then(|given| pause(&given)),
            tacos_command::DrawRoom => body(head, size).and_then(|given: tacos_draw_room| {
                let event = id(given.event, "event_id")?;
                Ok(Command::DrawRoom(DrawRoom { event, key: key(given.key)? }))
            }),
            tacos_command::Note => body(head, size).and_then(|given| note(&given)),
            other => Err(Fault::BadKind { kind: other as u32 }),
        }
    };
    command.map(Work::Write)
}

unsafe fn create(given: &tacos_create_event) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text, struct and list.
    let command = unsafe {
        let sections = slice(given.sections, given.section_count)?;
        CreateEvent {
            event: id(given.event, "event_id")?,
            settings: event_settings(given.settings)?,
            seats: SeatMap {
                sections: sections.iter().map(|given| section(given)).collect::<Result<_, _>>()?,
            },
            queue: if given.queue.is_null() { None } else { Some(queue_policy(given.queue)?) },
            key: key(given.key)?,
        }
    };
    Ok(Command::CreateEvent(Box::new(command)))
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

unsafe fn update(given: &tacos_update_event) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text and the settings.
    let command = unsafe {
        UpdateEvent {
            event: id(given.event, "event_id")?,
            settings: event_settings(given.settings)?,
            key: key(given.key)?,
        }
    };
    Ok(Command::UpdateEvent(Box::new(command)))
}

unsafe fn set_sale(given: &tacos_set_sale) -> Result<Command, Fault> {
    let state = number(given.state, "state")?;
    // SAFETY: the crate's contract, for each text.
    let command = unsafe { SetSale { event: id(given.event, "event_id")?, state, key: key(given.key)? } };
    Ok(Command::SetSale(command))
}

unsafe fn block(given: &tacos_block_seats) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text and the list.
    let command = unsafe {
        BlockSeats {
            event: id(given.event, "event_id")?,
            seats: seats(given.seats, given.seat_count)?,
            block: flag(given.block, "block")?,
            key: key(given.key)?,
        }
    };
    Ok(Command::BlockSeats(command))
}

unsafe fn set_policy(given: &tacos_set_queue_policy) -> Result<Command, Fault> {
    // SAFETY: the crate's contract, for each text and the policy.
    let command = unsafe {
        SetQueuePolicy {
            event: id(given.event, "event_id")?,
            policy: queue_policy(given.policy)?,
            key: key(given.key)?,
        }
    };
    Ok(Command::SetQueuePolicy(Box::new(command)))
}

unsafe fn pause(given: &tacos_pause_queue) -> Result<Command, Fault> {
    let paused = flag(given.paused, "paused")?;
    // SAFETY: the crate's contract, for each text.
    let command = unsafe { PauseQueue { event: id(given.event, "event_id")?, paused, key: key(given.key)? } };
    Ok(Command::PauseQueue(command))
}

unsafe fn note(given: &tacos_note) -> Result<Command, Fault> {
    let remove = flag(given.remove, "remove")?;
    // SAFETY: the crate's contract, for each text and the value.
    let command = unsafe {
        Note {
            name: id(given.name, "name")?,
            value: if remove { None } else { Some(bytes(given.value)?.unwrap_or_default().to_vec()) },
            key: key(given.key)?,
        }
    };
    Ok(Command::Note(command))
}
