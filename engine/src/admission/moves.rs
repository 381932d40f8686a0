//! Changes of one ticket by its owner or by time: admit, use up, leave, expire, and activity.

use super::line::Line;
use super::ticket::{Chunk, OwnedTicket, TicketState, own};
use crate::clock::UnixMs;
use crate::sync::RwLockReadGuard;
use crate::sync::Seen;
use crate::sync::atomic::Ordering;

/// Why a ticket was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotMoved {
    /// No such ticket, or it is forgotten.
    Unknown,
    /// It is not yet this ticket's turn, or it holds no token.
    NotYet,
    /// Admissions are paused; the ticket keeps its turn.
    Paused,
    /// Past its deadline: expire it first.
    Due,
    /// To expire: its deadline lies ahead. To admit: it is admitted until then.
    NotDue {
        /// That deadline.
        until: UnixMs,
    },
    /// Already used, left, or expired.
    Over(TicketState),
}

/// The right to take one ticket from one state to another.
#[must_use = "a change that is not committed does not happen"]
pub(crate) struct Move<'a> {
    line: &'a Line,
    ticket: OwnedTicket,
    to: TicketState,
    until: UnixMs,
    now: UnixMs,
    _locked: Option<RwLockReadGuard<'a, ()>>,
}

impl Move<'_> {
    /// The ticket.
    pub(crate) fn number(&self) -> u32 {
        self.ticket.number()
    }

    /// Where it comes from.
    #[cfg(test)]
    pub(crate) fn from(&self) -> TicketState {
        self.ticket.from()
    }

    /// End of the new state; for states that are over, the moment of this change.
    pub(crate) fn until(&self) -> UnixMs {
        self.until
    }

    /// Makes the change visible.
    pub(crate) fn commit(self) {
        let Self { line, ticket, to, until, now, _locked } = self;
        let (number, from) = (ticket.number(), ticket.from());
        let chunk = ticket.publish(to, until);
        if to == TicketState::Admitted {
            line.arm(&chunk, number, until);
        }
        line.moved(&chunk, number, from, to, now);
        if from == TicketState::Room {
            line.leave_room(now);
        }
    }
}

impl Line {
    /// Begins to admit a ticket whose turn it is. One that is admitted already is [`NotMoved::NotDue`].
    pub(crate) fn begin_admit(&self, number: u32, now: UnixMs) -> Result<Move<'_>, NotMoved> {
        let until = now.plus_ms(self.policy.load().token_ttl_ms);
        let paused = || self.paused.load(Ordering::Acquire);
        self.begin_move(number, TicketState::Admitted, until, now, |state, deadline, now| match state {
            TicketState::Admitted if now < deadline => Err(NotMoved::NotDue { until: deadline }),
            TicketState::Ready | TicketState::Room | TicketState::Waiting | TicketState::Admitted
                if now >= deadline =>
            {
                Err(NotMoved::Due)
            }
            TicketState::Ready if paused() => Err(NotMoved::Paused),
            TicketState::Ready => Ok(()),
            TicketState::Room | TicketState::Waiting => Err(NotMoved::NotYet),
            over => Err(NotMoved::Over(over)),
        })
    }

    /// Begins to use an admission up, for a confirmed order: its holder is no longer inside.
    pub(crate) fn begin_use(&self, number: u32, now: UnixMs) -> Result<Move<'_>, NotMoved> {
        self.begin_move(number, TicketState::Used, now, now, |state, deadline, now| match state {
            live if live.is_live() && now >= deadline => Err(NotMoved::Due),
            TicketState::Admitted => Ok(()),
            live if live.is_live() => Err(NotMoved::NotYet),
            over => Err(NotMoved::Over(over)),
        })
    }

    /// Begins to leave, from any state that is not over.
    pub(crate) fn begin_leave(&self, number: u32, now: UnixMs) -> Result<Move<'_>, NotMoved> {
        self.begin_move(number, TicketState::Left, now, now, |state, deadline, now| match state {
            live if live.is_live() && now >= deadline => Err(NotMoved::Due),
            live if live.is_live() => Ok(()),
            over => Err(NotMoved::Over(over)),
        })
    }

    /// Begins to end a ticket whose deadline has passed: inactivity, claim window or token.
    pub(crate) fn begin_expire(&self, number: u32, now: UnixMs) -> Result<Move<'_>, NotMoved> {
        let expiring =
            self.begin_move(number, TicketState::Expired, now, now, |state, deadline, now| match state {
                live if live.is_live() && now >= deadline => Ok(()),
                live if live.is_live() => Err(NotMoved::NotDue { until: deadline }),
                over => Err(NotMoved::Over(over)),
            });
        if let Err(NotMoved::NotDue { until }) = expiring {
            // The session was active after the timer was set, or the line was paused.
            let look_at = self.look_again_at(until, now);
            self.tickets.with(number, |chunk| self.arm(chunk, number, look_at));
        }
        expiring
    }

    fn begin_move(
        &self,
        number: u32,
        to: TicketState,
        until: UnixMs,
        now: UnixMs,
        check: impl Fn(TicketState, UnixMs, UnixMs) -> Result<(), NotMoved>,
    ) -> Result<Move<'_>, NotMoved> {
        let look_at = self.not_before_shown(now);
        let chunk = self.find(number).ok_or(NotMoved::Unknown)?;
        let _locked = self.lock_room_of(chunk.state(number));
        let verdict = |chunk: &Chunk, seen: Seen, now: UnixMs| match TicketState::of(seen) {
            // A join in progress has no ticket yet, and one that failed never had one.
            TicketState::Void | TicketState::Lost => Err(NotMoved::Unknown),
            state => check(state, self.deadline(chunk, seen), now),
        };
        // An unfinished join is not worth waiting for: no caller knows its number yet.
        if chunk.state(number) == TicketState::Void {
            return Err(NotMoved::Unknown);
        }
        let holder = std::sync::Arc::clone(&chunk);
        match own(holder, number, |seen| verdict(&chunk, seen, look_at).is_ok()) {
            Ok(ticket) => {
                // Since then readers may have been shown the ticket as expired.
                verdict(&chunk, ticket.before(), self.not_before_shown_of_owned(look_at))?;
                Ok(Move { line: self, ticket, to, until, now, _locked })
            }
            // A panic cut an earlier change off, and the engine is poisoned or about to be.
            Err(seen) if seen.abandoned => Err(NotMoved::Unknown),
            Err(seen) => Err(verdict(&chunk, seen, look_at).expect_err("the same word is judged the same")),
        }
    }

    /// Notes that the session of a ticket in the room or the line is active. Not recorded: a restart counts as
    /// activity. Returns false if the ticket is past its deadline, or not waiting.
    pub(crate) fn touch(&self, number: u32, now: UnixMs) -> bool {
        self.tickets.with(number, |chunk| self.touch_in(chunk, number, now)).unwrap_or(false)
    }

    fn touch_in(&self, chunk: &Chunk, number: u32, now: UnixMs) -> bool {
        let seen = chunk.word(number).peek();
        if !matches!(TicketState::of(seen), TicketState::Room | TicketState::Waiting)
            || self.deadline(chunk, seen) <= now
        {
            return false;
        }
        let until = now.plus_ms(self.policy.load().inactivity_ms);
        // Busy: another thread is about to change it, and its change decides.
        if !seen.busy && self.deadline(chunk, seen) < until {
            let until = chunk.rel(until.plus_ms(super::TOUCH_GRAIN_MS));
            if let Some(owned) = chunk.word(number).try_own_exactly(seen) {
                if self.deadline(chunk, seen) <= self.not_before_shown_of_owned(now) {
                    return false;
                }
                owned.commit_as(until, seen.state);
            }
        }
        true
    }
}
