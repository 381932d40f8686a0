//! Waiting lines and their tickets.

use std::sync::Arc;

use crate::admission::{BadImage, Line, LineImage, TicketImage, TicketState};
use crate::clock::UnixMs;
use crate::limits::{IMAGE_HEAD_BYTES, ORDER_PER_IMAGE, RECORD_BYTES_MAX, TICKETS_PER_IMAGE};
use crate::pipeline::fact::{Corrupt, Stamp, corrupt};
use crate::pipeline::images::Sink;
use crate::pipeline::restore::{check_moment, must};
use crate::pipeline::state::State;
use crate::record::{OrderImage, Reader, TicketsImage, Wire};

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

    pub(crate) fn restore_line(&self, mut image: LineImage) -> Result<(), Corrupt> {
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
        image.order = order.into();
        let timer = Arc::new(LineTimer { event: event.number, timers: Arc::clone(&self.deadlines.lines) });
        let bad = |why: BadImage| Corrupt(format!("the line of event {}: {why}", event.number));
        let line = Line::restore(image, Arc::clone(&self.ceiling), timer).map_err(bad)?;
        event.line.set(line).map_err(|_| Corrupt(format!("event {} has two lines", event.number)))?;
        event.set_position(Stamp { end: event.position(), at: event.changed_at() }, event.position());
        Ok(())
    }

    pub(crate) fn restore_tickets(&self, image: &TicketsImage) -> Result<(), Corrupt> {
        let line = self.line(image.event)?;
        let mut tickets = Reader(&image.tickets);
        while !tickets.0.is_empty() {
            let ticket =
                TicketImage::get(&mut tickets).map_err(|why| Corrupt(format!("a ticket: {}", why.0)))?;
            check_moment("a join", ticket.joined_at)?;
            check_moment("a ticket's end", ticket.until)?;
            line.put(&ticket).map_err(|why| Corrupt(format!("the line of event {}: {why}", image.event)))?;
        }
        Ok(())
    }
}

pub(crate) fn line_images(event: u32, line: &Line, now: UnixMs, sink: &mut Sink<'_>) {
    let mut head = line.image(event);
    // The runs first and the rest in the head: it is complete when it is read, and that of a short order is what it was
    // before there were runs.
    let rest_at = head.order.len().saturating_sub(1) / ORDER_PER_IMAGE * ORDER_PER_IMAGE;
    for (first, run) in (0u32..).step_by(ORDER_PER_IMAGE).zip(head.order[..rest_at].chunks(ORDER_PER_IMAGE)) {
        sink.image(&OrderImage { event, first, order: run.into() });
    }
    head.order.drain(..rest_at);
    sink.image(&head);
    let mut tickets = Vec::with_capacity(TICKETS_PER_IMAGE * TICKET_BYTES);
    line.each_ticket(now, |ticket| {
        // A waiting ticket's deadline is only its last activity, which a restart renews: no part of the state.
        let waits = matches!(ticket.state, TicketState::Waiting | TicketState::Room);
        let until = if waits { UnixMs::ZERO } else { ticket.until };
        TicketImage { until, ..ticket }.put(&mut tickets);
        if tickets.len() == TICKETS_PER_IMAGE * TICKET_BYTES {
            sink.image(&TicketsImage { event, tickets: std::mem::take(&mut tickets) });
        }
    });
    if !tickets.is_empty() {
        sink.image(&TicketsImage { event, tickets });
    }
}
