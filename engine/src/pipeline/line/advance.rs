//! How the waiting line moves up, and what happens in it by the clock.

use crate::admission::{Idle, Line};
use crate::clock::UnixMs;
use crate::list::Tickets;
use crate::pipeline::core::Core;
use crate::pipeline::events::Event;
use crate::pipeline::fact::{Applied, Fact, Stamp, record};
use crate::pipeline::log::Writing;
use crate::pipeline::state::State;
use crate::updates::UpdateKind;

use super::presale::room_is_over;
use super::queue::bad;

record! {
    /// It is these customers' turn.
    TicketsReady { event: u32, tickets: Tickets, claim_until: UnixMs }
    update(self, _) => Some(self.event), UpdateKind::Ready(self.tickets.clone(), self.claim_until);
}

impl Fact for TicketsReady {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        let tickets = self.tickets.iter().copied();
        state.line(self.event)?.apply_ready(tickets, self.claim_until, stamp.at).map_err(bad)
    }
}

record! {
    /// These customers' time ran out.
    TicketsExpired { event: u32, tickets: Tickets }
    update(self, _) => Some(self.event), UpdateKind::TicketsExpired(self.tickets.clone());
}

impl Fact for TicketsExpired {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        let line = state.line(self.event)?;
        self.tickets.iter().try_for_each(|ticket| line.apply_expired(*ticket, stamp.at)).map_err(bad)
    }
}

impl Core {
    /// Lets in whom permits and room allow, in strict order; returns the end of the last record if a ticket moved.
    pub(crate) fn advance(&self, event: &Event, line: &Line, now: UnixMs) -> Option<u64> {
        let mut end = None;
        loop {
            let Ok(_writing) = self.log.admit_write().map(Writing::within) else { return end };
            match line.begin_advance(now) {
                Ok(advance) => {
                    let appended = self.log.append_run(now, |run| {
                        if advance.expired().len() > 0 {
                            let tickets = advance.expired().collect();
                            run.add(&TicketsExpired { event: event.number, tickets });
                        }
                        if advance.ready().len() > 0 {
                            let (tickets, claim_until) = (advance.ready().collect(), advance.claim_until());
                            run.add(&TicketsReady { event: event.number, tickets, claim_until });
                        }
                    });
                    let goes_on = advance.commit();
                    end = Some(appended.publish());
                    if !goes_on {
                        self.state.arm_advance(event.number, now.plus_ms(1));
                        return end;
                    }
                }
                Err(Idle::Rate { next_at }) => {
                    self.state.arm_advance(event.number, next_at.max(now.plus_ms(1)));
                    return end;
                }
                Err(
                    Idle::Busy | Idle::Paused | Idle::Undrawn | Idle::Empty | Idle::Inside | Idle::Joining,
                ) => return end,
            }
        }
    }

    /// Ends a ticket whose deadline has passed.
    pub(crate) fn expire_ticket(&self, event: &Event, line: &Line, number: u32, now: UnixMs) {
        if let Ok(expiring) = line.begin_expire(number, now) {
            let record = TicketsExpired { event: event.number, tickets: std::iter::once(number).collect() };
            let appended = self.log.append(&record, now);
            expiring.commit();
            appended.publish();
        }
    }

    /// A group's timer fired: its tickets past their deadline expire, and the line moves up.
    pub(crate) fn due_group(&self, index: u32, now: UnixMs) {
        let Some((number, group)) = self.state.deadlines.lines.group(index) else { return };
        let Some(event) = self.state.catalog.get(number) else { return };
        let Some(line) = event.line.get() else { return };
        let mut due = Vec::new();
        match line.due(group, now, &mut due) {
            // Not later than what a caller asked for since it fired.
            Some(next) => self.state.deadlines.lines.timers.set_if_earlier(index, next),
            None => self.state.deadlines.lines.release(index),
        }
        for ticket in &due {
            self.expire_ticket(event, line, *ticket, now);
        }
        if !due.is_empty() {
            self.advance(event, line, now);
        }
    }

    /// An event's own timer fired: the room is drawn if its time has come, and the line moves up.
    pub(crate) fn due_line(&self, number: u32, now: UnixMs) {
        let Some(event) = self.state.catalog.get(number) else { return };
        let Some(line) = event.line.get() else { return };
        if line.draw_is_due(now) || room_is_over(event, line, now) {
            // The thread that turns the wheel waits for no operator, who may be waiting for a batch of this very
            // thread.
            let Some(_guard) = event.operator.try_lock() else {
                self.state.arm_advance(number, now.plus_ms(1));
                return;
            };
            let _writing = self.log.guard().within();
            self.draw(event, line, None, now);
        } else if line.policy().room.is_some_and(|room| room.draws_at > now) {
            // One timer serves both: it fired for the line, and the draw is still to come.
            self.state.arm_draw(event, now);
        }
        self.advance(event, line, now);
    }
}
