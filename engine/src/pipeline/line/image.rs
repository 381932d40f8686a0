//! Waiting lines and their tickets.

use std::sync::Arc;

use crate::admission::{BadImage, Key, Line, LineImage as Head, State as TicketState, TicketImage};
use crate::clock::UnixMs;
use crate::limits::{IMAGE_HEAD_BYTES, ORDER_PER_IMAGE, RECORD_BYTES_MAX, TICKETS_PER_IMAGE};
use crate::pipeline::fact::{Corrupt, Stamp, corrupt};
use crate::pipeline::images::Sink;
use crate::pipeline::restore::{check_moment, must};
use crate::pipeline::state::State;
use crate::record::{LineImage, Malformed, OrderImage, Reader, TicketsImage, Wire};

use super::LineTimer;

/// Number, state and mark, both keys, two moments.
const TICKET_BYTES: usize = 4 + 1 + 1 + 10 + 10 + 8 + 8;

const _: () = assert!(
    TICKETS_PER_IMAGE * TICKET_BYTES + IMAGE_HEAD_BYTES <= RECORD_BYTES_MAX,
    "a run of tickets fits a record"
);

impl State {
    /// An order comes in runs, the last of them in the line's own image.
    pub(crate) fn restore_order(&self, image: &OrderImage) -> Result<(), Corrupt> {
        let mut restoring = self.restoring.lock();
        let (of, order) = restoring.order.get_or_insert_with(|| (image.event, Vec::new()));
        if (*of, order.len()) != (image.event, image.first as usize) {
            return corrupt(format_args!(
                "the order of event {} from place {} follows {} places of event {of}",
                image.event,
                image.first,
                order.len()
            ));
        }
        order.extend_from_slice(&image.order);
        Ok(())
    }

    pub(crate) fn restore_line(&self, image: LineImage) -> Result<(), Corrupt> {
        let event = self.event(image.event)?;
        // No claim window ends while admissions are paused: the floor is then "never", and only ever compared.
        if image.ready_floor != UnixMs::MAX {
            check_moment("a claim window", image.ready_floor)?;
        }
        let mut order = match self.restoring.lock().order.take() {
            None => Vec::new(),
            Some((of, runs)) if of == image.event && image.drawn.is_some() => runs,
            Some((of, _)) => {
                return corrupt(format_args!("event {}: the order before it is of event {of}", image.event));
            }
        };
        must(image.drawn.is_some() || image.order.is_empty(), "an order that was not drawn")?;
        order.extend_from_slice(&image.order);
        let head = Head {
            policy: image.policy,
            next: image.next,
            room_open: image.room_open,
            room_end: image.room_end,
            drawn: image.drawn.map(|drawn| (drawn, order)),
            paused: image.paused,
            ready_floor: image.ready_floor,
            totals: image.totals,
        };
        let timer = Arc::new(LineTimer { event: event.number, timers: Arc::clone(&self.deadlines.lines) });
        let bad = |why: BadImage| Corrupt(format!("the line of event {}: {why}", image.event));
        let line = Line::restore(head, Arc::clone(&self.ceiling), timer).map_err(bad)?;
        event.line.set(line).map_err(|_| Corrupt(format!("event {} has two lines", event.number)))?;
        event.set_position(Stamp { end: event.position(), at: event.changed_at() }, event.position());
        Ok(())
    }

    pub(crate) fn restore_tickets(&self, image: &TicketsImage) -> Result<(), Corrupt> {
        let line = self.line(image.event)?;
        for bytes in image.tickets.chunks(TICKET_BYTES) {
            let ticket = ticket_from(bytes)?;
            check_moment("a join", ticket.joined_at)?;
            check_moment("a ticket's end", ticket.until)?;
            line.put(&ticket).map_err(|why| Corrupt(format!("the line of event {}: {why}", image.event)))?;
        }
        Ok(())
    }
}

fn ticket_from(bytes: &[u8]) -> Result<TicketImage, Corrupt> {
    let bad = |why: Malformed| Corrupt(format!("a ticket: {}", why.0));
    let mut reader = Reader(bytes);
    let number = u32::get(&mut reader).map_err(bad)?;
    let state = u8::get(&mut reader).map_err(bad)?;
    let one_place = bool::get(&mut reader).map_err(bad)?;
    let session = <(u64, u16)>::get(&mut reader).map_err(bad)?;
    let user = <(u64, u16)>::get(&mut reader).map_err(bad)?;
    let joined_at = <UnixMs as Wire>::get(&mut reader).map_err(bad)?;
    let until = <UnixMs as Wire>::get(&mut reader).map_err(bad)?;
    let state =
        TicketState::from_u8(state).ok_or_else(|| Corrupt(format!("ticket {number} in state {state}")))?;
    Ok(TicketImage {
        number,
        state,
        session: Key::from_parts(session.0, session.1),
        user: Key::from_parts(user.0, user.1),
        one_place,
        joined_at,
        until,
    })
}

pub(crate) fn line_images(event: u32, line: &Line, sink: &mut Sink<'_>) {
    let head = line.image();
    let (drawn, order) = match head.drawn {
        Some((seed, order)) => (Some(seed), order),
        None => (None, Vec::new()),
    };
    // The runs first and the rest in the head: it is complete when it is read, and that of a short order is what it was
    // before there were runs.
    let (runs, rest) = order.split_at(order.len().saturating_sub(1) / ORDER_PER_IMAGE * ORDER_PER_IMAGE);
    for (first, run) in (0u32..).step_by(ORDER_PER_IMAGE).zip(runs.chunks(ORDER_PER_IMAGE)) {
        sink.image(&OrderImage { event, first, order: run.into() });
    }
    sink.image(&LineImage {
        event,
        policy: head.policy,
        next: head.next,
        room_open: head.room_open,
        room_end: head.room_end,
        drawn,
        order: rest.into(),
        paused: head.paused,
        ready_floor: head.ready_floor,
        totals: head.totals,
    });
    let mut tickets = Vec::with_capacity(TICKETS_PER_IMAGE * TICKET_BYTES);
    line.each_ticket(|ticket| {
        put_ticket(&ticket, &mut tickets);
        if tickets.len() == TICKETS_PER_IMAGE * TICKET_BYTES {
            sink.image(&TicketsImage { event, tickets: std::mem::take(&mut tickets) });
        }
    });
    if !tickets.is_empty() {
        sink.image(&TicketsImage { event, tickets });
    }
}

fn put_ticket(ticket: &TicketImage, out: &mut Vec<u8>) {
    ticket.number.put(out);
    (ticket.state as u8).put(out);
    ticket.one_place.put(out);
    ticket.session.parts().put(out);
    ticket.user.parts().put(out);
    ticket.joined_at.put(out);
    // While somebody waits the deadline is only their last activity, which a restart renews: no part of the state.
    let waits = matches!(ticket.state, TicketState::Waiting | TicketState::Room);
    if waits { UnixMs::ZERO } else { ticket.until }.put(out);
}
