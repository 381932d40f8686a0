//! What a line shows: one ticket's state and position, the line's figures, and which deadlines have passed.
//! Changes nothing except what timers are set to.

use std::sync::Arc;

use super::directory::GROUP_BITS;
use super::flow::AdmissionRates;
use super::line::Line;
use super::policy::{CLAIM_WINDOW_MS_MIN, QueuePolicy};
use super::ticket::{Chunk, Key, TicketState};
use crate::clock::UnixMs;
use crate::sync::atomic::Ordering;

/// One ticket at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TicketView {
    /// Its state; a ticket past its deadline is shown as expired, even if that is not recorded yet.
    pub(crate) state: TicketState,
    /// End of the state: inactivity, claim window, token; for states that are over, when that happened.
    pub(crate) until: UnixMs,
    /// Place among those still waiting, 1 = next. Only for [`TicketState::Waiting`]. From one look to a later one it
    /// never rises. While tickets ahead are leaving it may lag behind by these; while none is, it is exact.
    pub(crate) position: Option<u32>,
}

/// A line's figures. Each is exact by itself while no thread is in the middle of a change; together they are not of one
/// moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineStats {
    pub(crate) waiting: u32,
    pub(crate) ready: u32,
    /// Ready, or holding a valid token that is not used.
    pub(crate) inside: u32,
    pub(crate) joined_total: u64,
    pub(crate) admitted_total: u64,
    pub(crate) used_total: u64,
    pub(crate) expired_total: u64,
    pub(crate) left_total: u64,
    /// Who was let in lately.
    pub(crate) admitted: AdmissionRates,
    pub(crate) paused: bool,
}

impl Line {
    /// The chunk of a ticket that was given out and is not forgotten.
    pub(super) fn find(&self, number: u32) -> Option<Arc<Chunk>> {
        if number < self.next_number() { self.tickets.get(number) } else { None }
    }

    /// A ticket as it is now; `None` for one that was never given out or is forgotten. Waits only for the owner of one
    /// that is past its deadline.
    pub(crate) fn view(&self, number: u32, now: UnixMs) -> Option<TicketView> {
        if number >= self.next_number() {
            return None;
        }
        let now = self.not_before_shown(now);
        // One word: state and deadline belong together.
        let pair = |chunk: &Arc<Chunk>, seen| (TicketState::of(seen), self.deadline(chunk, seen));
        let look = |chunk: &Arc<Chunk>| match pair(chunk, chunk.word(number).peek()) {
            (state, until) if state.is_live() && until <= now => {
                // Before it is shown as expired; then either this sees what its owner makes of it, or every later owner
                // sees the mark.
                self.show_lapsed(now);
                pair(chunk, chunk.word(number).wait_idle())
            }
            other => other,
        };
        match self.tickets.with(number, look)? {
            (TicketState::Void | TicketState::Lost, _) => None,
            (state, until) if state.is_live() && until <= now => {
                Some(TicketView { state: TicketState::Expired, until, position: None })
            }
            (state, until) => {
                let position = if state == TicketState::Waiting { self.position(number) } else { None };
                Some(TicketView { state, until, position })
            }
        }
    }

    /// Position of a ticket that waits, as in [`TicketView::position`]. Without meaning for others.
    pub(crate) fn position(&self, number: u32) -> Option<u32> {
        let place = self.place_of(number)?;
        // At least 1: each departure before the place is counted once, and there are `place` places before it.
        Some(place - self.tickets.departed_before(place) + 1)
    }

    /// True if the ticket was taken for this user (a keyed hash), or without a user.
    pub(crate) fn may_be_used_by(&self, number: u32, user: u128) -> bool {
        let may = |chunk: &Arc<Chunk>| [Key::NONE, Key::of(user)].contains(&chunk.user(number));
        self.tickets.with(number, may).unwrap_or(false)
    }

    /// The seed of the room's order, once it is drawn.
    pub(crate) fn drawn_seed(&self) -> Option<[u8; 32]> {
        self.order.get().map(|order| order.seed)
    }

    /// True while an operator has stopped admissions.
    pub(crate) fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Acquire)
    }

    /// How many had their order drawn, and the hash of that order.
    pub(crate) fn drawn_order(&self) -> Option<(u32, [u8; 32])> {
        self.order.get().map(|order| (order.entrants(), order.hash()))
    }

    /// Likely wait at a position, in milliseconds; `None` when nothing was measured yet, or no ticket is let in.
    pub(crate) fn eta_ms(&self, position: u32, now: UnixMs) -> Option<u64> {
        if self.paused.load(Ordering::Acquire) { None } else { self.flow.eta_ms(position, now) }
    }

    /// The rules in force.
    pub(crate) fn policy(&self) -> Arc<QueuePolicy> {
        self.policy.load_full()
    }

    /// True when the room's order must be drawn now.
    pub(crate) fn draw_is_due(&self, now: UnixMs) -> bool {
        self.room_is_undrawn() && self.policy.load().room.is_none_or(|room| now >= room.draws_at)
    }

    /// The line's figures.
    pub(crate) fn stats(&self, now: UnixMs) -> LineStats {
        let counts = &self.counts;
        LineStats {
            waiting: counts.waiting.load(Ordering::Relaxed),
            ready: counts.ready.load(Ordering::Relaxed),
            inside: counts.inside.load(Ordering::Relaxed),
            joined_total: counts.joined_total.load(Ordering::Relaxed),
            admitted_total: counts.admitted_total.load(Ordering::Relaxed),
            used_total: counts.used_total.load(Ordering::Relaxed),
            expired_total: counts.expired_total.load(Ordering::Relaxed),
            left_total: counts.left_total.load(Ordering::Relaxed),
            admitted: self.admissions.lately(now),
            paused: self.paused.load(Ordering::Acquire),
        }
    }

    /// Lists the group's tickets that are past their deadline, and returns the next deadline of the others: for the
    /// group's timer. The caller begins to expire each one listed. Also frees memory whose time has passed.
    pub(crate) fn due(&self, group: u32, now: UnixMs, due: &mut Vec<u32>) -> Option<UnixMs> {
        let first = group << GROUP_BITS;
        let next = self.tickets.get(first).and_then(|chunk| self.due_in(&chunk, first, now, due));
        self.tickets.sweep(now);
        // A chunk that is over has one timer more to wait for, which drops it. Its group may fire for an older reason
        // first.
        next.or_else(|| self.tickets.forget_at(first))
    }

    /// When a ticket with this deadline needs its timer. A deadline that comes of a pause can change with the next
    /// pause, also for an earlier one; it is looked at again before the shortest window that a resume can begin may
    /// end.
    pub(super) fn look_again_at(&self, deadline: UnixMs, now: UnixMs) -> UnixMs {
        // Acquire: as in `deadline`.
        let of_a_pause = deadline.get() == self.ready_floor.load(Ordering::Acquire);
        if of_a_pause { deadline.min(now.plus_ms(CLAIM_WINDOW_MS_MIN)) } else { deadline }
    }

    fn due_in(&self, chunk: &Chunk, first: u32, now: UnixMs, due: &mut Vec<u32>) -> Option<UnixMs> {
        chunk.disarm(first);
        let mut next = None;
        for number in first..first + (1 << GROUP_BITS) {
            let seen = chunk.word(number).peek();
            if !TicketState::of(seen).is_live() {
                continue;
            }
            let deadline = self.deadline(chunk, seen);
            if deadline <= now && !seen.busy {
                due.push(number);
                continue;
            }
            // A change in progress is not waited for: its ticket is looked at again shortly.
            let look_at = self.look_again_at(deadline, now).max(now.plus_ms(u64::from(seen.busy)));
            next = Some(next.map_or(look_at, |next: UnixMs| next.min(look_at)));
        }
        if let Some(next) = next {
            chunk.arm(first, next);
        }
        next
    }
}
