//! Joining: one live ticket a session (and a user, if the policy says so), a number for each, in the pre-sale room if
//! it is open.

use super::TICKETS_PER_LINE_MAX;
use super::line::{Line, ROOM_OPEN, number_in};
use super::policy::QueuePolicy;
use super::replay::JoinedRecord;
use super::ticket::{Chunk, Key, OwnedTicket, TicketState, own};
use crate::clock::UnixMs;
use crate::sync::Pause;
use crate::sync::RwLockReadGuard;
use crate::sync::atomic::Ordering;

/// What became of a wish to join.
pub(crate) enum Join<'a> {
    /// A new ticket; record it and commit.
    New(Joining<'a>),
    /// The session has a ticket that is waiting, ready or admitted.
    Again {
        /// That ticket.
        number: u32,
    },
    /// Another session of the same user has a ticket.
    UserWaiting,
    /// The queue is at its configured size, or the line has given out all its numbers.
    Full,
    /// The room is not open yet.
    Closed,
    /// A ticket of this session or user is past its deadline: expire it first, then join again.
    Due {
        /// That ticket.
        number: u32,
    },
}

/// Why a number was not taken.
enum NotTaken {
    /// The session, or another one of the same user, has this ticket.
    By {
        number: u32,
        session: bool,
    },
    Full,
}

impl Line {
    /// Begins to join. `session` and `user` are keyed hashes. After the commit of a new ticket the caller advances the
    /// line: if no ticket is ahead and there is room the ticket is ready at once. Waits while another thread is in the
    /// middle of joining the same session or user.
    pub(crate) fn begin_join(&self, session: u128, user: Option<u128>, now: UnixMs) -> Join<'_> {
        let policy = self.policy.load();
        if let Some(room) = policy.room {
            if now < room.opens_at {
                return Join::Closed;
            }
            if now >= room.draws_at {
                self.close_room(now);
            }
        }
        let keys = (Key::of(session), user.map_or(Key::NONE, Key::of));
        let in_open_room = self.lock_open_room();
        let mut pause = Pause::new();
        loop {
            match self.try_join(keys, &policy, now) {
                Ok((ticket, in_room)) => {
                    let record = JoinedRecord {
                        number: ticket.number(),
                        session: keys.0,
                        user: keys.1,
                        in_room,
                        one_place: policy.one_place_per_user,
                        joined_at: now,
                        expires_at: now.plus_ms(policy.inactivity_ms),
                    };
                    return Join::New(Joining {
                        line: self,
                        ticket: Some(ticket),
                        record,
                        _in_open_room: in_open_room,
                    });
                }
                Err(NotTaken::Full) => return Join::Full,
                Err(NotTaken::By { number, session }) => match self.is_due(number, now) {
                    Some(true) => return Join::Due { number },
                    Some(false) if session => return Join::Again { number },
                    Some(false) => return Join::UserWaiting,
                    None => pause.wait(),
                },
            }
        }
    }

    /// Looks both keys up and, if they are free, takes a number for them, all under the two shards' locks: session
    /// before user, so that no threads wait in a circle.
    fn try_join(
        &self,
        (session, user): (Key, Key),
        policy: &QueuePolicy,
        now: UnixMs,
    ) -> Result<(OwnedTicket, bool), NotTaken> {
        let mut sessions = self.sessions.lock(session);
        if let Some(number) = sessions.find(&self.tickets) {
            return Err(NotTaken::By { number, session: true });
        }
        let indexed = policy.one_place_per_user && user != Key::NONE;
        let mut users = indexed.then(|| self.users.lock(user));
        if let Some(number) = users.as_ref().and_then(|users| users.find(&self.tickets)) {
            return Err(NotTaken::By { number, session: false });
        }
        if self.next_number() >= TICKETS_PER_LINE_MAX || !self.counts.enter(policy.waiting_max) {
            return Err(NotTaken::Full);
        }
        // AcqRel: the chain of adds orders a joiner behind the opening or closing of the room that it saw.
        let next = self.next.fetch_add(1, Ordering::AcqRel);
        let number = number_in(next);
        let ticket = self.own_new(number, now);
        ticket.chunk().set_keys(number, session, user, indexed, now);
        sessions.insert(number, &self.tickets);
        if let Some(users) = &mut users {
            users.insert(number, &self.tickets);
        }
        Ok((ticket, next & ROOM_OPEN != 0))
    }

    fn own_new(&self, number: u32, now: UnixMs) -> OwnedTicket {
        let chunk = self.tickets.reach(number, now);
        own(chunk, number, |seen| TicketState::of(seen) == TicketState::Void)
            .unwrap_or_else(|seen| panic!("new ticket {number} is already {seen:?}"))
    }

    /// Whether a ticket found in a table is past its deadline, once no change of it is in progress; `None` if it is
    /// over.
    fn is_due(&self, number: u32, now: UnixMs) -> Option<bool> {
        let now = self.not_before_shown(now);
        let look = |chunk: &Chunk| {
            let seen = chunk.word(number).wait_idle();
            if seen.abandoned {
                // A panic cut its change off: it will never be over, and no caller may wait for that.
                return Some(false);
            }
            TicketState::of(seen).is_live().then(|| self.deadline(chunk, seen) <= now)
        };
        look(&*self.tickets.get(number)?)
    }

    /// Bookkeeping after a ticket was published.
    pub(super) fn joined(&self, chunk: &Chunk, record: &JoinedRecord) {
        self.counts.joined_total.fetch_add(1, Ordering::Relaxed);
        self.arm(chunk, record.number, record.expires_at);
    }
}

/// A number taken and not yet published. Dropped without a commit it is void, and the line passes over it.
#[must_use = "a join that is not committed is void"]
pub(crate) struct Joining<'a> {
    line: &'a Line,
    ticket: Option<OwnedTicket>,
    record: JoinedRecord,
    _in_open_room: Option<RwLockReadGuard<'a, ()>>,
}

impl Joining<'_> {
    /// What the journal must remember.
    pub(crate) fn record(&self) -> &JoinedRecord {
        &self.record
    }

    /// Publishes the ticket.
    pub(crate) fn commit(mut self) {
        let ticket = self.ticket.take().expect("a guard has its ticket until it is used up");
        let state = if self.record.in_room { TicketState::Room } else { TicketState::Waiting };
        let chunk = ticket.publish(state, self.record.expires_at);
        if self.record.in_room {
            self.line.counts.in_room.fetch_add(1, Ordering::Relaxed);
        }
        self.line.joined(&chunk, &self.record);
    }
}

impl Drop for Joining<'_> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket.take() else { return };
        let (line, number, at) = (self.line, self.record.number, self.record.joined_at);
        let chunk = ticket.publish(TicketState::Lost, at);
        line.counts.waiting.fetch_sub(1, Ordering::Relaxed);
        line.over(&chunk, number, at);
        if !self.record.in_room {
            line.depart(number, at);
        }
    }
}
