//! The pre-sale room's end: closing it, drawing the order, and putting the order into force.

#[cfg(test)]
use super::draw::commitment;
use super::draw::{Order, draw_order};
use super::line::{Line, ROOM_OPEN, number_in};
use super::ticket::{Chunk, TicketState};
use crate::clock::UnixMs;
use crate::sync::RwLockWriteGuard;
use crate::sync::atomic::Ordering;

/// An order about to come into force. Dropped without a commit the room stays closed and undrawn.
#[must_use = "a draw that is not committed did not happen"]
pub(crate) struct Draw<'a> {
    line: &'a Line,
    order: Order,
    now: UnixMs,
    _alone: RwLockWriteGuard<'a, ()>,
}

impl Line {
    /// Closes the room: tickets of later joins stand behind those inside. Waits for joins in progress there.
    ///
    /// No ticket inside has a place yet, but it is known which places there will be: the first `in_room` ones. The
    /// others of the room are departed from here on, so that the positions of those behind are exact before the draw as
    /// well as after it.
    pub(crate) fn close_room(&self, now: UnixMs) {
        if !self.room_is_open() {
            return;
        }
        let _alone = self.room.write();
        self.close_room_alone(now);
    }

    /// As [`Line::close_room`]; the caller holds the room's lock alone.
    fn close_room_alone(&self, now: UnixMs) {
        if self.room_is_open() {
            let room_end = number_in(self.next.load(Ordering::Acquire));
            for place in self.counts.in_room.load(Ordering::Relaxed)..room_end {
                self.depart(place, now);
            }
            self.room_end.store(room_end, Ordering::Release);
            self.next.fetch_and(!ROOM_OPEN, Ordering::AcqRel);
        }
    }

    /// A ticket left the room, whose lock the caller holds: one place fewer will be drawn.
    pub(super) fn leave_room(&self, now: UnixMs) {
        let before = self.counts.in_room.fetch_sub(1, Ordering::Relaxed);
        if !self.room_is_open() {
            self.depart(before - 1, now);
        }
    }

    /// Begins the draw: closes the room, waits for changes in progress there, and keeps others out until the guard
    /// ends. `None` if the order is drawn already, the line has no room, or the room is empty. A million tickets take
    /// some tens of milliseconds; positions can be read and new tickets taken meanwhile.
    pub(crate) fn begin_draw(&self, seed: [u8; 32], now: UnixMs) -> Option<Draw<'_>> {
        let alone = self.room.write();
        // A refusal changes nothing: a room without tickets stays open.
        if self.order.get().is_some() || self.next_number() == 0 {
            return None;
        }
        self.close_room_alone(now);
        let room_end = self.room_end.load(Ordering::Acquire);
        if room_end == 0 {
            return None;
        }
        let order = Order::new(seed, draw_order(&seed, &self.in_room(room_end)), room_end);
        Some(Draw { line: self, order, now, _alone: alone })
    }

    /// Tickets in the room, in number order.
    pub(super) fn in_room(&self, room_end: u32) -> Vec<u32> {
        let is_in = |&number: &u32| {
            self.tickets.with(number, |chunk| chunk.state(number) == TicketState::Room).unwrap_or(false)
        };
        (0..room_end).filter(is_in).collect()
    }

    /// Puts a drawn order into force; live and in replay.
    pub(super) fn set_order(&self, order: Order, now: UnixMs) {
        let room_end = u32::try_from(order.place_of.len()).expect("numbers have 32 bits");
        let drawn = u32::try_from(order.number_at.len()).expect("places have 32 bits");
        let in_room = self.counts.in_room.swap(0, Ordering::Relaxed);
        assert_eq!(drawn, in_room, "tickets drawn, and tickets counted in the room");
        // Live they are departed already; in replay this is the first that is known of them.
        for place in (drawn..room_end).filter(|&place| !self.tickets.is_departed(place)) {
            self.depart(place, now);
        }
        assert!(self.order.set(order).is_ok(), "an order is drawn once");
        for &number in &self.order.get().expect("just set").number_at {
            self.tickets
                .with(number, |chunk| to_line(chunk, number))
                .expect("a place in the room belongs to a ticket");
        }
    }
}

fn to_line(chunk: &Chunk, number: u32) {
    // Waits at most for a note of activity: leaving and expiring are kept out by the room's lock.
    let owned = chunk.word(number).own(|_| true).expect("anything is allowed");
    assert_eq!(TicketState::of(owned.before()), TicketState::Room, "ticket {number} was drawn from the room");
    let until = owned.before().generation;
    owned.commit_as(until, TicketState::Waiting as u8);
}

impl Draw<'_> {
    /// The seed: to be recorded and shown.
    pub(crate) fn seed(&self) -> &[u8; 32] {
        &self.order.seed
    }

    /// What was shown before.
    #[cfg(test)]
    pub(crate) fn commitment(&self) -> [u8; 32] {
        commitment(&self.order.seed)
    }

    /// Numbers below were given out in the room.
    pub(crate) fn room_end(&self) -> u32 {
        u32::try_from(self.order.place_of.len()).expect("numbers have 32 bits")
    }

    /// Ticket numbers in their new order.
    #[cfg(test)]
    pub(crate) fn order(&self) -> &[u32] {
        &self.order.number_at
    }

    /// Puts the order into force; advance the line afterwards.
    pub(crate) fn commit(self) {
        let Self { line, order, now, _alone } = self;
        line.set_order(order, now);
    }
}
