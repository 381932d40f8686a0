//! Putting recorded results back, exactly: the journal's side of the line. One thread alone. Decides nothing; what
//! cannot follow from what was there is reported as corruption.

use std::fmt;

use super::directory::{CHUNK, CHUNK_MASK, GROUP_BITS};
use super::draw::{Order, draw_order};
use super::line::{Line, ROOM_OPEN, number_in};
use super::policy::QueuePolicy;
use super::ticket::{Chunk, Key, TicketState};
use crate::clock::UnixMs;
use crate::sync::atomic::Ordering;

/// A new ticket, as the journal remembers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JoinedRecord {
    pub(crate) number: u32,
    pub(crate) session: Key,
    /// [`Key::NONE`] if none was given.
    pub(crate) user: Key,
    /// Joined the room, not the line.
    pub(crate) in_room: bool,
    /// The user's only ticket, by the policy of that moment.
    pub(crate) one_place: bool,
    pub(crate) expires_at: UnixMs,
    /// The record's own moment.
    pub(crate) joined_at: UnixMs,
}

/// A record that does not fit what was there: the journal or this code is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadReplay {
    pub(crate) number: u32,
    /// State found; `None` if there is no such ticket.
    pub(crate) have: Option<TicketState>,
    /// State that the record leads to.
    pub(crate) want: TicketState,
}

impl fmt::Display for BadReplay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, have, want } = self;
        write!(f, "ticket {number} is {have:?} and cannot become {want:?}")
    }
}

impl Line {
    /// A ticket was taken.
    pub(crate) fn apply_joined(&self, record: &JoinedRecord) -> Result<(), BadReplay> {
        let state = if record.in_room { TicketState::Room } else { TicketState::Waiting };
        let chunk = self.place_ticket(record, state, record.expires_at)?;
        self.counts.waiting.fetch_add(1, Ordering::Relaxed);
        self.joined(&chunk, record);
        if record.in_room {
            self.counts.in_room.fetch_add(1, Ordering::Relaxed);
            self.room_end.fetch_max(record.number + 1, Ordering::AcqRel);
        } else {
            // The room was closed when this number was given out.
            self.next.fetch_and(!ROOM_OPEN, Ordering::AcqRel);
        }
        Ok(())
    }

    /// Enters a ticket with its keys, from a record or an image.
    pub(super) fn place_ticket(
        &self,
        record: &JoinedRecord,
        state: TicketState,
        until: UnixMs,
    ) -> Result<std::sync::Arc<Chunk>, BadReplay> {
        let number = record.number;
        if number >= super::TICKETS_PER_LINE_MAX {
            return Err(BadReplay { number, have: None, want: state });
        }
        let chunk = self.tickets.reach(number, record.joined_at);
        let have = chunk.state(number);
        if have != TicketState::Void {
            return Err(BadReplay { number, have: Some(have), want: state });
        }
        let indexed = record.one_place && record.user != Key::NONE;
        chunk.set_keys(number, record.session, record.user, indexed, record.joined_at);
        if state.is_live() {
            self.sessions.lock(record.session).insert(number, &self.tickets);
            if indexed {
                self.users.lock(record.user).insert(number, &self.tickets);
            }
        }
        chunk.install(number, state, until);
        let next = self.next.load(Ordering::Acquire);
        if number_in(next) <= number {
            self.next.store(next & ROOM_OPEN | u64::from(number + 1), Ordering::Release);
        }
        Ok(chunk)
    }

    /// These tickets became ready.
    pub(crate) fn apply_ready(
        &self,
        numbers: impl IntoIterator<Item = u32>,
        claim_until: UnixMs,
        now: UnixMs,
    ) -> Result<(), BadReplay> {
        numbers.into_iter().try_for_each(|number| {
            self.apply(number, TicketState::Ready, claim_until, now, |from| from == TicketState::Waiting)
        })
    }

    /// A ticket was admitted.
    pub(crate) fn apply_admitted(
        &self,
        number: u32,
        valid_until: UnixMs,
        now: UnixMs,
    ) -> Result<(), BadReplay> {
        self.apply(number, TicketState::Admitted, valid_until, now, |from| from == TicketState::Ready)
    }

    /// An admission was used up.
    pub(crate) fn apply_used(&self, number: u32, now: UnixMs) -> Result<(), BadReplay> {
        self.apply(number, TicketState::Used, now, now, |from| from == TicketState::Admitted)
    }

    /// A ticket was left.
    pub(crate) fn apply_left(&self, number: u32, now: UnixMs) -> Result<(), BadReplay> {
        self.apply(number, TicketState::Left, now, now, TicketState::is_live)
    }

    /// A ticket's deadline passed.
    pub(crate) fn apply_expired(&self, number: u32, now: UnixMs) -> Result<(), BadReplay> {
        self.apply(number, TicketState::Expired, now, now, TicketState::is_live)
    }

    /// The room's order was drawn.
    pub(crate) fn apply_drawn(&self, seed: [u8; 32], room_end: u32, now: UnixMs) -> Result<(), BadReplay> {
        if self.order.get().is_some() || room_end < self.room_end.load(Ordering::Acquire) {
            return Err(BadReplay { number: room_end, have: None, want: TicketState::Waiting });
        }
        self.room_end.store(room_end, Ordering::Release);
        let next = number_in(self.next.load(Ordering::Acquire)).max(room_end);
        self.next.store(u64::from(next), Ordering::Release);
        let order = draw_order(&seed, &self.in_room(room_end));
        self.set_order(Order::new(seed, order, room_end), now);
        Ok(())
    }

    /// The policy was changed.
    pub(crate) fn apply_policy(&self, policy: QueuePolicy, now: UnixMs) {
        if number_in(self.next.load(Ordering::Acquire)) == 0 {
            self.next.store(if policy.room.is_some() { ROOM_OPEN } else { 0 }, Ordering::Release);
        }
        self.set_policy(policy, now);
    }

    /// Admissions were paused or resumed.
    pub(crate) fn apply_paused(&self, paused: bool, now: UnixMs) {
        self.set_paused(paused, now);
    }

    fn apply(
        &self,
        number: u32,
        to: TicketState,
        until: UnixMs,
        now: UnixMs,
        legal: impl Fn(TicketState) -> bool,
    ) -> Result<(), BadReplay> {
        let Some(chunk) = self.tickets.get(number) else {
            return Err(BadReplay { number, have: None, want: to });
        };
        let from = chunk.state(number);
        if !legal(from) {
            return Err(BadReplay { number, have: Some(from), want: to });
        }
        if to == TicketState::Ready {
            self.entering(1);
        }
        chunk.install(number, to, until);
        self.moved(&chunk, number, from, to, now);
        if from == TicketState::Room {
            // Which places that leaves over is known only when the room is complete.
            self.counts.in_room.fetch_sub(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Ends replay: numbers without a record are void, places without a ticket that waits are departed, inactivity
    /// starts anew, timers are set, and the rate starts without saved-up permits.
    pub(crate) fn finish(&self, now: UnixMs) {
        let next = self.next_number();
        let drawn = self.order.get().map_or(0, |order| order.number_at.len());
        for first in (0..next).step_by(CHUNK as usize) {
            let in_room = self.room_is_undrawn() || (first as usize) < drawn;
            if self.tickets.get(first).is_none() && !in_room {
                self.tickets.note_gone(first | CHUNK_MASK);
                continue;
            }
            let chunk = self.tickets.reach(first, now);
            for number in first..next.min(first + CHUNK) {
                self.finish_ticket(&chunk, number, now);
            }
        }
        self.rate.drain(now);
    }

    fn finish_ticket(&self, chunk: &Chunk, number: u32, now: UnixMs) {
        let seen = chunk.word(number).peek();
        let state = TicketState::of(seen);
        match state {
            TicketState::Void => {
                chunk.install(number, TicketState::Lost, now);
                self.count_done(chunk, number, now);
            }
            TicketState::Room | TicketState::Waiting => {
                let until = now.plus_ms(self.policy.load().inactivity_ms);
                chunk.install(number, state, until);
                self.arm(chunk, number, until);
            }
            // Looked at once and again at their own deadlines: a pause may have put those off.
            TicketState::Ready | TicketState::Admitted => self.arm(chunk, number, chunk.until(seen)),
            _ => {}
        }
        // The place with this number, which after a draw is another ticket's.
        let place = number;
        let in_room = self.counts.in_room.load(Ordering::Relaxed);
        if self.room_is_undrawn() && (self.room_is_open() || place < in_room) {
            return;
        }
        let waits = |number| {
            self.tickets.with(number, |chunk| chunk.state(number) == TicketState::Waiting).unwrap_or(false)
        };
        // Before the draw no ticket has a place of the room.
        if !self.number_at(place).is_some_and(waits) && !self.tickets.is_departed(place) {
            self.depart(place, now);
        }
    }
}

const _: () = assert!(CHUNK >= 1 << GROUP_BITS, "a group lies in one chunk");
