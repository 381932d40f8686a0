//! Letting people in: moves the head of the line by as many permits as rate, room inside and the system's ceiling give,
//! in strict order of places. One at a time; it never waits for a join that is not finished, but stops there.

use super::ADVANCE_BATCH_MAX;
use super::directory::At;
use super::gate::Grant;
use super::line::Line;
use super::ticket::{OwnedTicket, TicketState, own};
use crate::clock::UnixMs;
use crate::sync::atomic::Ordering;

/// Why no ticket can become ready now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Idle {
    /// Another thread advances the line; it will look again.
    Busy,
    /// Admissions are paused.
    Paused,
    /// The room's order is not drawn yet.
    Undrawn,
    /// No ticket waits.
    Empty,
    /// As many are inside as may be.
    Inside,
    /// No permit before this moment: advance again then.
    Rate {
        /// When the next permit can be had.
        next_at: UnixMs,
    },
    /// The next in line is still joining; its commit is followed by an advance.
    Joining,
}

/// People about to be let in, and people whose inactivity was found on the way. Record both, then commit. Dropped
/// without a commit it returns the permits, and no ticket has moved.
#[must_use = "an advance that is not committed makes no ticket ready"]
pub(crate) struct Advance<'a> {
    line: &'a Line,
    ready: Vec<OwnedTicket>,
    expired: Vec<OwnedTicket>,
    head: u32,
    claim_until: UnixMs,
    now: UnixMs,
    permits: Option<Permits>,
}

/// What was taken from both buckets for one advance.
#[derive(Clone, Copy)]
struct Permits {
    line: Option<Grant>,
    system: Grant,
    used: u32,
}

impl Line {
    /// Begins to let people in. After a commit that returns true, and after every change that makes room (a ticket was
    /// left, used up or expired), adds a ticket or changes the policy, the caller advances again.
    pub(crate) fn begin_advance(&self, now: UnixMs) -> Result<Advance<'_>, Idle> {
        loop {
            if !self.turn.take() {
                return Err(Idle::Busy);
            }
            match self.collect(now) {
                Ok(advance) => return Ok(advance),
                // Another thread may have asked for an advance meanwhile: look again on its behalf.
                Err(idle) => {
                    if !self.turn.give() {
                        return Err(idle);
                    }
                }
            }
        }
    }

    fn collect(&self, now: UnixMs) -> Result<Advance<'_>, Idle> {
        if self.paused.load(Ordering::Acquire) {
            return Err(Idle::Paused);
        }
        if self.room_is_undrawn() {
            return Err(Idle::Undrawn);
        }
        let waiting = self.counts.waiting.load(Ordering::Acquire);
        if waiting == 0 {
            return Err(Idle::Empty);
        }
        let policy = self.policy.load();
        let batch = u32::try_from(ADVANCE_BATCH_MAX).expect("a small number");
        let mut want = waiting.min(batch);
        if policy.enabled {
            // Only an advance adds to it, so the room seen here can only grow.
            let inside = self.counts.inside.load(Ordering::Acquire);
            want = want.min(policy.inside_max.saturating_sub(inside));
            if want == 0 {
                return Err(Idle::Inside);
            }
        }
        let permits = self.permits(want, policy.enabled, now)?;
        let mut advance = Advance {
            line: self,
            ready: Vec::with_capacity(permits.system.count as usize),
            expired: Vec::new(),
            head: self.head.load(Ordering::Relaxed),
            claim_until: now.plus_ms(policy.claim_window_ms),
            now,
            permits: Some(permits),
        };
        let stopped_by_join = advance.walk(permits.system.count as usize);
        let people = u32::try_from(advance.ready.len()).expect("at most a batch");
        if let Some(permits) = &mut advance.permits {
            permits.used = people;
        }
        if people == 0 && advance.expired.is_empty() {
            self.head.store(advance.head, Ordering::Relaxed);
            self.give_back(advance.permits.take());
            return Err(if stopped_by_join { Idle::Joining } else { Idle::Empty });
        }
        Ok(advance)
    }

    /// Takes permits from the event's bucket, then as many from the system's.
    fn permits(&self, want: u32, limited: bool, now: UnixMs) -> Result<Permits, Idle> {
        let line = limited.then(|| self.rate.take_up_to(want, now));
        let want = line.map_or(want, |grant| grant.count);
        if want == 0 {
            return Err(Idle::Rate { next_at: self.rate.next_at(now) });
        }
        let system = self.ceiling.take_up_to(want, now);
        if let Some(grant) = line {
            self.rate.give_back(grant, grant.count - system.count);
        }
        if system.count == 0 {
            return Err(Idle::Rate { next_at: self.ceiling.next_at(now) });
        }
        let line = line.map(|grant| grant.cut_to(system.count));
        Ok(Permits { line, system, used: 0 })
    }

    fn give_back(&self, permits: Option<Permits>) {
        let Some(Permits { line, system, used }) = permits else { return };
        if let Some(grant) = line {
            self.rate.give_back(grant, grant.count - used);
        }
        self.ceiling.give_back(system, system.count - used);
    }
}

impl Advance<'_> {
    /// Tickets that become ready, in order of their places: at most [`ADVANCE_BATCH_MAX`].
    pub(crate) fn ready(&self) -> impl ExactSizeIterator<Item = u32> {
        self.ready.iter().map(OwnedTicket::number)
    }

    /// Tickets ahead of them that showed no activity for too long and now expire: at most [`ADVANCE_BATCH_MAX`].
    pub(crate) fn expired(&self) -> impl ExactSizeIterator<Item = u32> {
        self.expired.iter().map(OwnedTicket::number)
    }

    /// End of their claim window.
    pub(crate) fn claim_until(&self) -> UnixMs {
        self.claim_until
    }

    /// Makes them ready. True: there may be more to do, advance again.
    pub(crate) fn commit(mut self) -> bool {
        let (line, now) = (self.line, self.now);
        let people = u32::try_from(self.ready.len()).expect("at most a batch");
        let was_full = self.permits.is_some_and(|permits| permits.used as usize == ADVANCE_BATCH_MAX);
        line.entering(people);
        for ticket in self.ready.drain(..) {
            let number = ticket.number();
            let chunk = ticket.publish(TicketState::Ready, self.claim_until);
            line.arm(&chunk, number, self.claim_until);
            line.moved(&chunk, number, TicketState::Waiting, TicketState::Ready, now);
        }
        let expired = !self.expired.is_empty();
        for ticket in self.expired.drain(..) {
            let number = ticket.number();
            let chunk = ticket.publish(TicketState::Expired, now);
            line.moved(&chunk, number, TicketState::Waiting, TicketState::Expired, now);
        }
        if people > 0 {
            line.flow.add(people, now);
        }
        line.head.store(self.head, Ordering::Relaxed);
        line.give_back(self.permits.take());
        // Without permits the drop that follows has nothing left to undo.
        line.turn.give() || was_full || expired
    }

    /// Goes along the line, owning each ticket that waits, until `most` are found. True if an unfinished join stopped
    /// it.
    fn walk(&mut self, most: usize) -> bool {
        let line = self.line;
        let mut end = line.next_number();
        while self.ready.len() < most && self.expired.len() < ADVANCE_BATCH_MAX {
            if self.head >= end {
                end = line.next_number();
                if self.head >= end {
                    return false;
                }
            }
            match line.tickets.at(self.head) {
                At::Departed { next } => self.head = next.min(end),
                At::Nothing => return true,
                At::Present => {
                    if !self.look(self.head) {
                        return true;
                    }
                    self.head += 1;
                }
            }
        }
        false
    }

    /// Owns the ticket at `place` if it waits. False if no ticket behind it may be taken yet.
    fn look(&mut self, place: u32) -> bool {
        let line = self.line;
        let Some(number) = line.number_at(place) else { return true };
        let Some(chunk) = line.tickets.get(number) else { return true };
        // Room: the draw is just being committed.
        if matches!(chunk.state(number), TicketState::Void | TicketState::Room) {
            return false;
        }
        // Waits for a ticket that is just leaving: if it stays after all, no ticket behind it may pass.
        let Ok(ticket) = own(chunk, number, |seen| TicketState::of(seen) == TicketState::Waiting) else {
            return true;
        };
        if line.deadline(ticket.chunk(), ticket.before()) <= line.not_before_shown_of_owned(self.now) {
            self.expired.push(ticket);
        } else {
            self.ready.push(ticket);
        }
        true
    }
}

impl Drop for Advance<'_> {
    fn drop(&mut self) {
        // Tickets first, then the turn: the thread that takes it next finds them as they were.
        self.ready.clear();
        self.expired.clear();
        if let Some(permits) = self.permits.take() {
            self.line.give_back(Some(Permits { used: 0, ..permits }));
            self.line.turn.give();
        }
    }
}
