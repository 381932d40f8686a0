//! One waiting line, as a plain list of tickets and a bucket of permits. Order, room inside and rate are checked
//! against what happened; who could be let in and was not is found by asking for the head of the line.

use std::collections::BTreeMap;

use tacos_engine::clock::UnixMs;
use tacos_engine::views::QueueState;
use tacos_engine::{QueuePolicy, draw_order};
use tacos_engine::{ReservationToken, SessionId, UserId, WaitingToken};

use super::{Checked, Violation};

/// Activity is noted no finer than this: a deadline may be later by so much.
const GRAIN_MS: u64 = 1_000;
const MS_NS: u64 = 1_000_000;

/// One place.
#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    pub(crate) session: Option<SessionId>,
    pub(crate) user: Option<UserId>,
    pub(crate) one_place: bool,
    pub(crate) state: QueueState,
    /// The state ends by itself not before the first moment and not after the second.
    pub(crate) until: (UnixMs, UnixMs),
    pub(crate) waiting: Option<WaitingToken>,
    pub(crate) reservation: Option<ReservationToken>,
}

/// Permits by rate, as the generic cell rate algorithm counts them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bucket {
    full_at_ns: u64,
    interval_ns: u64,
    burst: u64,
}

/// The line.
#[derive(Clone, Debug)]
pub(crate) struct LineModel {
    pub(crate) policy: QueuePolicy,
    pub(crate) tickets: BTreeMap<u32, Ticket>,
    pub(crate) paused: bool,
    /// The order of the room, once drawn; numbers that are not in it and are smaller than its end have no place.
    drawn: Option<(Vec<u32>, u32)>,
    bucket: Bucket,
    ready_floor: UnixMs,
    pub(crate) totals: Totals,
}

/// What has happened in a line since its beginning.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) admitted: u64,
    pub(crate) expired: u64,
    pub(crate) left: u64,
}

impl Bucket {
    pub(super) fn new(per_minute: u32, burst: u32) -> Self {
        let interval_ns = 60_000_000_000_u64.div_ceil(per_minute.into());
        Self { full_at_ns: 0, interval_ns, burst: burst.into() }
    }

    /// Takes `count` permits; false if there are fewer.
    fn take(&mut self, count: u64, now: UnixMs) -> bool {
        if self.room(now) < count {
            return false;
        }
        self.full_at_ns = self.full_at_ns.max(now.get() * MS_NS) + count * self.interval_ns;
        true
    }

    fn room(&self, now: UnixMs) -> u64 {
        let now_ns = now.get() * MS_NS;
        (now_ns + self.burst * self.interval_ns).saturating_sub(self.full_at_ns.max(now_ns))
            / self.interval_ns
    }

    pub(super) fn drain(&mut self, now: UnixMs) {
        self.full_at_ns = now.get() * MS_NS + self.burst * self.interval_ns;
    }

    fn change(&mut self, per_minute: u32, burst: u32, now: UnixMs) {
        let new = Self::new(per_minute, burst);
        let now_ns = now.get() * MS_NS;
        let owed = self.full_at_ns.saturating_sub(now_ns).div_ceil(self.interval_ns).min(new.burst);
        let full_at_ns = if owed == 0 { self.full_at_ns } else { now_ns + owed * new.interval_ns };
        *self = Self { full_at_ns, ..new };
    }
}

impl Ticket {
    pub(crate) fn is_live(&self) -> bool {
        use QueueState::{Admitted, InRoom, Ready, Waiting};
        matches!(self.state, InRoom | Waiting | Ready | Admitted)
    }

    fn is_inside(&self) -> bool {
        matches!(self.state, QueueState::Ready | QueueState::Admitted)
    }
}

impl LineModel {
    pub(super) fn new(policy: QueuePolicy) -> Self {
        Self {
            bucket: Bucket::new(policy.admissions_per_minute, policy.burst),
            policy,
            tickets: BTreeMap::new(),
            paused: false,
            drawn: None,
            ready_floor: UnixMs::ZERO,
            totals: Totals::default(),
        }
    }

    /// When this ticket's state ends: not before, not after.
    pub(crate) fn deadline(&self, ticket: &Ticket) -> (UnixMs, UnixMs) {
        let floor = if ticket.state == QueueState::Ready { self.ready_floor } else { UnixMs::ZERO };
        (ticket.until.0.max(floor), ticket.until.1.max(floor))
    }

    /// True if the ticket is alive for certain, false if it is over for certain.
    pub(crate) fn alive(&self, ticket: &Ticket, now: UnixMs) -> Option<bool> {
        let (early, late) = self.deadline(ticket);
        match () {
            () if !ticket.is_live() || late <= now => Some(false),
            () if early > now => Some(true),
            () => None,
        }
    }

    /// Numbers in the order of the line, from those whose order is known.
    fn order(&self) -> Vec<u32> {
        match &self.drawn {
            Some((order, end)) => {
                order.iter().copied().chain(self.tickets.range(*end..).map(|(n, _)| *n)).collect()
            }
            None => self.tickets.keys().copied().collect(),
        }
    }

    pub(super) fn undrawn(&self) -> bool {
        self.drawn.is_none() && self.tickets.values().any(|ticket| ticket.state == QueueState::InRoom)
    }

    /// Who waits, in order.
    pub(crate) fn waiting(&self) -> Vec<u32> {
        let waits = |number: &u32| self.tickets[number].state == QueueState::Waiting;
        self.order().into_iter().filter(waits).collect()
    }

    /// Exact place among those who wait; those in an undrawn room stand ahead of all who wait.
    pub(crate) fn position(&self, number: u32) -> u32 {
        let waiting = self.waiting();
        let in_room = self.tickets.values().filter(|ticket| ticket.state == QueueState::InRoom).count();
        let ahead = waiting.iter().position(|&other| other == number).unwrap_or(0) + in_room;
        u32::try_from(ahead).expect("few people") + 1
    }

    pub(crate) fn count(&self, state: QueueState) -> u32 {
        let count = self.tickets.values().filter(|ticket| ticket.state == state).count();
        u32::try_from(count).expect("few people")
    }

    fn inside(&self) -> u32 {
        self.count(QueueState::Ready) + self.count(QueueState::Admitted)
    }

    /// A customer in the line was active.
    pub(crate) fn touch(&mut self, number: u32, now: UnixMs) {
        let until = now.plus_ms(self.policy.inactivity_ms);
        if let Some(ticket) = self.tickets.get_mut(&number)
            && matches!(ticket.state, QueueState::Waiting | QueueState::InRoom)
            && ticket.until.1 > now
        {
            // Past the early end it may be over already.
            let early = if ticket.until.0 > now { until } else { ticket.until.0 };
            let late = ticket.until.1.max(until.plus_ms(2 * GRAIN_MS));
            ticket.until = (ticket.until.0.max(early), late);
        }
    }

    /// The engine was opened again: inactivity starts anew, saved-up permits are gone.
    pub(super) fn reopened(&mut self, now: UnixMs) {
        let until = now.plus_ms(self.policy.inactivity_ms);
        for ticket in self.tickets.values_mut() {
            if matches!(ticket.state, QueueState::Waiting | QueueState::InRoom) {
                ticket.until = (until, until.plus_ms(GRAIN_MS));
            }
        }
        self.bucket.drain(now);
    }

    pub(super) fn set_policy(&mut self, policy: QueuePolicy, now: UnixMs) {
        self.bucket.change(policy.admissions_per_minute, policy.burst, now);
        self.policy = policy;
    }

    pub(super) fn set_paused(&mut self, paused: bool, now: UnixMs) {
        self.paused = paused;
        self.ready_floor = if paused { UnixMs::MAX } else { now.plus_ms(self.policy.claim_window_ms) };
    }

    pub(super) fn drawn(&mut self, seed: [u8; 32]) -> Checked {
        if self.drawn.is_some() {
            return Violation::of("a room is drawn twice");
        }
        let room = |(_, ticket): &(&u32, &Ticket)| ticket.state == QueueState::InRoom;
        let numbers: Vec<u32> = self.tickets.iter().filter(room).map(|(number, _)| *number).collect();
        let end = self
            .tickets
            .iter()
            .find(|(_, ticket)| ticket.state == QueueState::Waiting)
            .map_or(self.tickets.len(), |(number, _)| *number as usize);
        for number in &numbers {
            self.tickets.get_mut(number).expect("just listed").state = QueueState::Waiting;
        }
        self.drawn = Some((draw_order(&seed, &numbers), u32::try_from(end).expect("few people")));
        Ok(())
    }

    pub(super) fn joined(&mut self, number: u32, mut ticket: Ticket, on_sale: bool, now: UnixMs) -> Checked {
        if number as usize != self.tickets.len() {
            return Violation::of(format!("ticket {number} follows after {} tickets", self.tickets.len()));
        }
        // Once the sale is open no session joins the room any more.
        let room =
            self.policy.room.is_some_and(|room| now < room.draws_at) && self.drawn.is_none() && !on_sale;
        ticket.state = if room { QueueState::InRoom } else { QueueState::Waiting };
        let until = now.plus_ms(self.policy.inactivity_ms);
        ticket.until = (until, until);
        self.tickets.insert(number, ticket);
        Ok(())
    }

    /// These became ready: they must have been the first in line, there must have been room, and permits.
    pub(super) fn ready(
        &mut self,
        numbers: &[u32],
        until: UnixMs,
        ceiling: &mut Bucket,
        now: UnixMs,
    ) -> Checked {
        let waiting = self.waiting();
        if self.paused || self.undrawn() || !waiting.starts_with(numbers) {
            return Violation::of(format!("{numbers:?} became ready, in line are {waiting:?}: {self:?}"));
        }
        if until != now.plus_ms(self.policy.claim_window_ms) {
            return Violation::of(format!("claim window until {until}, not {}", self.policy.claim_window_ms));
        }
        for number in numbers {
            let ticket = self.tickets.get_mut(number).expect("waits");
            if ticket.until.1 <= now {
                return Violation::of(format!("{number} became ready after its time: {ticket:?}"));
            }
            (ticket.state, ticket.until) = (QueueState::Ready, (until, until));
        }
        let (count, enabled) = (numbers.len() as u64, self.policy.enabled);
        if enabled && (self.inside() > self.policy.inside_max || !self.bucket.take(count, now)) {
            return Violation::of(format!("{numbers:?} became ready over the policy: {self:?}"));
        }
        if !ceiling.take(count, now) {
            return Violation::of(format!("{numbers:?} became ready over the ceiling {ceiling:?}"));
        }
        Ok(())
    }

    /// True if the head of the line should have been let in by now.
    pub(super) fn is_stalled(&self, ceiling: &Bucket, now: UnixMs) -> bool {
        let waits = self.waiting().iter().any(|number| self.alive(&self.tickets[number], now) == Some(true));
        let room = !self.policy.enabled || self.inside() < self.policy.inside_max;
        let permit = !self.policy.enabled || self.bucket.room(now) > 0;
        waits && room && permit && ceiling.room(now) > 0 && !self.paused && !self.undrawn()
    }

    /// Moves a ticket on, from one of `from`.
    pub(super) fn move_to(
        &mut self,
        number: u32,
        from: &[QueueState],
        to: QueueState,
        until: UnixMs,
    ) -> Checked {
        let ticket = self.tickets.get_mut(&number).ok_or_else(|| Violation(format!("no ticket {number}")))?;
        if !from.contains(&ticket.state) {
            return Violation::of(format!("ticket {number} becomes {to:?}, but it is {ticket:?}"));
        }
        (ticket.state, ticket.until) = (to, (until, until));
        match to {
            QueueState::Admitted => self.totals.admitted += 1,
            QueueState::Expired => self.totals.expired += 1,
            QueueState::Left => self.totals.left += 1,
            _ => {}
        }
        debug_assert!(ticket.is_inside() == (to == QueueState::Admitted), "ready comes by its own way");
        Ok(())
    }
}
