//! A line's state as a snapshot keeps it: a head with rules and figures, and one image a ticket.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use smallvec::SmallVec;

use super::directory::CHUNK;
use super::draw::Order;
use super::gate::Gate;
use super::line::{GroupTimer, Line, ROOM_OPEN};
use super::policy::{PolicyError, QueuePolicy};
use super::replay::JoinedRecord;
use super::ticket::{Chunk, Key, TicketState};
use super::{TICKET_MEMORY_MS, TICKETS_PER_LINE_MAX};
use crate::clock::UnixMs;
use crate::sync::atomic::Ordering;

/// Everything of a line but its tickets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineImage {
    /// The number of its event.
    pub(crate) event: u32,
    pub(crate) policy: QueuePolicy,
    /// Numbers below were given out.
    pub(crate) next: u32,
    pub(crate) room_open: bool,
    /// Numbers below were given out in the room; meaningful once the room is closed.
    pub(crate) room_end: u32,
    /// The seed, once drawn.
    pub(crate) drawn: Option<[u8; 32]>,
    /// The order, once drawn. In a snapshot the last run of it; the runs before it have images of their own.
    pub(crate) order: SmallVec<[u32; 0]>,
    pub(crate) paused: bool,
    /// No claim window ends before.
    pub(crate) ready_floor: UnixMs,
    /// Joined, admitted, used, expired, left.
    pub(crate) totals: [u64; 5],
}

/// One ticket that is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TicketImage {
    pub(crate) number: u32,
    pub(crate) state: TicketState,
    pub(crate) session: Key,
    pub(crate) user: Key,
    pub(crate) one_place: bool,
    /// When it was taken. Snapshots of earlier versions have the moment of the first of 64 neighbours.
    pub(crate) joined_at: UnixMs,
    pub(crate) until: UnixMs,
}

/// An image of a line that no line can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BadImage {
    /// The rules are out of their bounds.
    Policy(PolicyError),
    /// A figure of the head.
    Head { field: &'static str, reason: &'static str },
    /// A ticket that does not fit the head, or the tickets before it.
    Ticket { number: u32, reason: &'static str },
}

impl fmt::Display for BadImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policy(error) => error.fmt(f),
            Self::Head { field, reason } => write!(f, "{field} {reason}"),
            Self::Ticket { number, reason } => write!(f, "ticket {number} {reason}"),
        }
    }
}

/// Numbers that may have been given out without a join: a crash leaves a handful, nothing leaves more than this.
const LOST_MAX: u64 = 1 << 16;

impl LineImage {
    /// Checks what the line's code relies on.
    fn check(&self) -> Result<(), BadImage> {
        self.policy.validate().map_err(BadImage::Policy)?;
        let must =
            |good: bool, field, reason| if good { Ok(()) } else { Err(BadImage::Head { field, reason }) };
        let [joined, ..] = self.totals;
        must(self.next <= TICKETS_PER_LINE_MAX, "next", "is past the bound of a line")?;
        // Memory is taken for every number: a figure alone must not take it.
        must(u64::from(self.next) <= joined.saturating_add(LOST_MAX), "next", "is more than ever joined")?;
        must(joined <= u64::from(self.next), "totals", "count more people than numbers were given out")?;
        must(self.room_end <= self.next, "room_end", "is past the numbers that were given out")?;
        if self.room_open {
            must(self.policy.room.is_some(), "room_open", "though the rules have no room")?;
            must(self.room_end == self.next, "room_end", "is not the newest number of an open room")?;
            must(self.drawn.is_none(), "drawn", "though the room is open")?;
        }
        Ok(())
    }
}

impl Line {
    /// The head of a snapshot, of the line of this event.
    pub(crate) fn image(&self, event: u32) -> LineImage {
        let mark = self.next.load(Ordering::Acquire);
        let next = super::line::number_in(mark);
        let counts = &self.counts;
        let policy = self.policy();
        let room_end = self.room_end.load(Ordering::Acquire);
        // Closed by the clock alone, with no ticket behind it and no order drawn: of that there is no record yet, and
        // the next join closes it again.
        let closed_by_clock = policy.room.is_some() && room_end == next && self.order.get().is_none();
        let room_open = mark & ROOM_OPEN != 0 || closed_by_clock;
        let order = self.order.get();
        LineImage {
            event,
            policy: (*policy).clone(),
            next,
            room_open,
            room_end: if room_open { next } else { room_end },
            drawn: order.map(|order| order.seed),
            order: order.map_or_else(SmallVec::new, |order| order.number_at.to_vec().into()),
            paused: self.paused.load(Ordering::Acquire),
            ready_floor: UnixMs::new(self.ready_floor.load(Ordering::Acquire)),
            totals: [
                &counts.joined_total,
                &counts.admitted_total,
                &counts.used_total,
                &counts.expired_total,
                &counts.left_total,
            ]
            .map(|total| total.load(Ordering::Relaxed)),
        }
    }

    /// Every ticket that is remembered at `now`, in number order. Each is whole; together they are of one moment only
    /// if no thread changes the line meanwhile.
    pub(crate) fn each_ticket(&self, now: UnixMs, mut f: impl FnMut(TicketImage)) {
        let next = self.next_number();
        for first in (0..next).step_by(CHUNK as usize) {
            let Some(chunk) = self.tickets.get(first) else { continue };
            let numbers = first..next.min(first + CHUNK);
            if numbers.len() < CHUNK as usize || !is_past(&chunk, numbers.clone(), now) {
                each_of(&chunk, numbers, &mut f);
            }
        }
    }

    /// A line from a snapshot's head. Put the tickets in, apply the records after the snapshot, then finish.
    ///
    /// # Errors
    /// If no line can have such a head.
    pub(crate) fn restore(
        image: LineImage,
        ceiling: Arc<Gate>,
        timer: Arc<dyn GroupTimer>,
    ) -> Result<Self, BadImage> {
        image.check()?;
        let line = Self::new(image.policy, ceiling, timer);
        let open = if image.room_open { ROOM_OPEN } else { 0 };
        line.next.store(u64::from(image.next) | open, Ordering::Release);
        line.room_end.store(image.room_end, Ordering::Release);
        if let Some(seed) = image.drawn {
            let order = Order::restored(seed, image.order.into_vec(), image.room_end);
            let order =
                order.ok_or(BadImage::Head { field: "order", reason: "is not one of the room's tickets" })?;
            assert!(line.order.set(order).is_ok(), "a new line has no order");
        }
        line.paused.store(image.paused, Ordering::Release);
        line.ready_floor.store(image.ready_floor.get(), Ordering::Release);
        let counts = &line.counts;
        let totals = [
            &counts.joined_total,
            &counts.admitted_total,
            &counts.used_total,
            &counts.expired_total,
            &counts.left_total,
        ];
        for (total, value) in totals.into_iter().zip(image.totals) {
            total.store(value, Ordering::Relaxed);
        }
        Ok(line)
    }

    /// Puts one ticket of a snapshot in.
    ///
    /// # Errors
    /// If the line cannot have such a ticket; nothing is changed then.
    pub(crate) fn put(&self, image: &TicketImage) -> Result<(), BadImage> {
        self.check_ticket(image).map_err(|reason| BadImage::Ticket { number: image.number, reason })?;
        let record = JoinedRecord {
            number: image.number,
            session: image.session,
            user: image.user,
            in_room: image.state == TicketState::Room,
            one_place: image.one_place,
            joined_at: image.joined_at,
            expires_at: image.until,
        };
        let twice = |_| BadImage::Ticket { number: image.number, reason: "is there twice" };
        let chunk = self.place_ticket(&record, image.state, image.until).map_err(twice)?;
        match image.state {
            TicketState::Room => {
                self.counts.waiting.fetch_add(1, Ordering::Relaxed);
                self.counts.in_room.fetch_add(1, Ordering::Relaxed);
            }
            TicketState::Waiting => {
                self.counts.waiting.fetch_add(1, Ordering::Relaxed);
            }
            TicketState::Ready => self.entering(1),
            TicketState::Admitted => {
                self.counts.inside.fetch_add(1, Ordering::Relaxed);
            }
            _ => self.count_done(&chunk, image.number, image.until),
        }
        Ok(())
    }

    /// True if a ticket of this number was given out, whatever became of it.
    pub(crate) fn gave_out(&self, number: u32) -> bool {
        number < self.next_number()
    }

    fn check_ticket(&self, image: &TicketImage) -> Result<(), &'static str> {
        let must = |good: bool, reason| if good { Ok(()) } else { Err(reason) };
        must(image.number < self.next_number(), "was never given out")?;
        must(!matches!(image.state, TicketState::Void | TicketState::Lost), "never joined")?;
        must(image.session != Key::NONE, "has no session")?;
        if !image.state.is_live() {
            return Ok(());
        }
        if image.state == TicketState::Room {
            must(
                self.room_is_undrawn() && image.number < self.room_end.load(Ordering::Acquire),
                "is in a room that there is not",
            )?;
        } else {
            must(self.place_of(image.number).is_some(), "has no place in the line")?;
        }
        let is_new = self.sessions.lock(image.session).find(&self.tickets).is_none();
        must(is_new, "is its session's second")?;
        if image.one_place && image.user != Key::NONE {
            must(self.users.lock(image.user).find(&self.tickets).is_none(), "is its user's second")?;
        }
        Ok(())
    }
}

/// Whether all tickets of a chunk are over, and have been for longer than a line remembers them. The line drops such a
/// chunk when its timer fires; where no timers fire, in the follower, it is left out of the images.
fn is_past(chunk: &Chunk, mut numbers: Range<u32>, now: UnixMs) -> bool {
    numbers.all(|number| {
        let seen = chunk.word(number).wait_idle();
        let state = TicketState::of(seen);
        let never_was = matches!(state, TicketState::Void | TicketState::Lost);
        never_was || (!state.is_live() && chunk.until(seen).plus_ms(TICKET_MEMORY_MS) <= now)
    })
}

fn each_of(chunk: &Chunk, numbers: Range<u32>, f: &mut impl FnMut(TicketImage)) {
    for number in numbers {
        let seen = chunk.word(number).wait_idle();
        let state = TicketState::of(seen);
        if matches!(state, TicketState::Void | TicketState::Lost) {
            continue;
        }
        f(TicketImage {
            number,
            state,
            session: chunk.session(number),
            user: chunk.user(number),
            one_place: chunk.is_indexed(number),
            joined_at: chunk.joined(number),
            until: chunk.until(seen),
        });
    }
}
