//! The waiting line: join, leave, be let in, use the right up, lose the place. Tokens are codes under the engine's key,
//! checked here; the line itself knows tickets by number.

use std::sync::Arc;

use dashmap::DashMap;
use smallvec::SmallVec;

use crate::admission::{GroupTimer, Idle, Join, Key, Line, Move, NotMoved, QueuePolicy, State};
use crate::clock::UnixMs;
use crate::command::{JoinQueue, PauseQueue, RequestAdmission, Reserve, SetQueuePolicy};
use crate::deadlines::Timers;
use crate::error::{Bound, Refusal};
use crate::ids::{ReservationToken, WaitingToken};
use crate::record::{
    QueuePaused, QueuePolicyChanged, Record, TicketAdmitted, TicketJoined, TicketLeft, TicketsExpired,
    TicketsReady,
};
use crate::reply::{Admitted, Done, EventChanged, Joined, Reply};
use crate::sync::{Gate, rank};
use crate::views::{QueuePlace, QueueState};

use crate::pipeline::core::Core;
use crate::pipeline::events::Event;
use crate::pipeline::line::room_is_over;
use crate::pipeline::log::Writing;
use crate::pipeline::{Did, Outcome, request};

impl Core {
    /// Takes a place in the line, or finds the one that the session has.
    pub(crate) fn join_queue(&self, command: &JoinQueue, now: UnixMs) -> Outcome {
        let _writing = self.log.door()?;
        if command.session.is_none() && command.user.is_none() {
            return Err(Refusal::invalid("session_id", "a session or a user is needed", "").into());
        }
        let event = self.catalog.find(&command.event).ok_or(Refusal::UnknownEvent)?;
        let line = event.line.get().ok_or(Refusal::NoWaitingLine)?;
        check_joinable(event, line, now)?;
        if room_is_over(event, line, now) {
            self.close_over(event, line, now);
        }
        let user = command.user.as_ref().map(|user| self.secrets.hash(request::USER, &[user.as_bytes()]));
        let session = match (&command.session, user) {
            (Some(session), _) => self.secrets.hash(request::SESSION, &[session.as_bytes()]),
            // Somebody without a session is the same person wherever they come from.
            (None, Some(user)) => self.secrets.hash(request::SESSION, &[b"user", &user.to_le_bytes()]),
            (None, None) => unreachable!("checked above"),
        };
        loop {
            match line.begin_join(session, user, now) {
                Join::New(joining) => {
                    let record = *joining.record();
                    let appended = self.log.append(&joined_record(event.number, &record).into(), now);
                    joining.commit();
                    let end = appended.publish();
                    // The sale may have opened while this customer came into the room: then nothing else draws it.
                    if record.in_room && room_is_over(event, line, now) {
                        self.close_over(event, line, now);
                    }
                    let end = self.advance(event, line, now).map_or(end, |advanced| advanced.max(end));
                    return Ok(self.joined(event, line, record.number, false, end, now));
                }
                Join::Again { number } => {
                    line.touch(number, now);
                    return Ok(self.joined(event, line, number, true, self.log.buffer.tail(), now));
                }
                Join::UserWaiting => return Err(Refusal::AlreadyWaiting.into()),
                Join::Full => return Err(Refusal::AtCapacity(Bound::WaitingLine).into()),
                Join::Closed => return Err(Refusal::SaleNotOpen(event.sale()).into()),
                Join::Due { number } => {
                    self.expire_ticket(event, line, number, now);
                    // Whatever becomes of this join: a turn is free.
                    self.advance(event, line, now);
                }
            }
        }
    }

    fn joined(&self, event: &Event, line: &Line, number: u32, again: bool, end: u64, now: UnixMs) -> Did {
        let token = WaitingToken {
            event: event.number,
            ticket: number,
            mac: self.secrets.waiting_mac(event.number, number),
        };
        let place = place(line, number, now).expect("a ticket just joined is remembered");
        Did { reply: Reply::Joined(Joined { token, place, again }), end }
    }

    /// Gives the place up, whatever it has come to.
    pub(crate) fn leave_queue(&self, token: &WaitingToken, now: UnixMs) -> Outcome {
        let _writing = self.log.door()?;
        let (event, line) = self.waiting(token)?;
        match line.begin_leave(token.ticket, now) {
            Ok(leaving) => {
                let record = TicketLeft { event: event.number, ticket: token.ticket };
                let appended = self.log.append(&record.into(), now);
                leaving.commit();
                let end = appended.publish();
                self.advance(event, line, now);
                Ok(Did { reply: Reply::Done(Done { at: now }), end })
            }
            Err(no) => Err(self.why_not(event, line, token.ticket, no, now).into()),
        }
    }

    /// Lets somebody in whose turn it is; asked again, answers the same.
    pub(crate) fn request_admission(&self, command: &RequestAdmission, now: UnixMs) -> Outcome {
        let _writing = self.log.door()?;
        let token = &command.token;
        let (event, line) = self.waiting(token)?;
        if command.event.as_ref().is_some_and(|id| *id != event.id) {
            return Err(Refusal::UnknownToken.into());
        }
        if let Some(user) = &command.user {
            let user = self.secrets.hash(request::USER, &[user.as_bytes()]);
            if !line.may_be_used_by(token.ticket, user) {
                return Err(Refusal::UnknownToken.into());
            }
        }
        line.touch(token.ticket, now);
        self.advance(event, line, now);
        match line.begin_admit(token.ticket, now) {
            Ok(admitting) => {
                let valid_until = admitting.until();
                let record = TicketAdmitted { event: event.number, ticket: token.ticket, valid_until };
                let appended = self.log.append(&record.into(), now);
                admitting.commit();
                Ok(self.admitted(event, token.ticket, valid_until, appended.publish()))
            }
            Err(NotMoved::NotDue { until }) => {
                Ok(self.admitted(event, token.ticket, until, self.log.buffer.tail()))
            }
            Err(no) => Err(self.why_not(event, line, token.ticket, no, now).into()),
        }
    }

    fn admitted(&self, event: &Event, ticket: u32, valid_until: UnixMs, end: u64) -> Did {
        let mac = self.secrets.reservation_mac(event.number, ticket);
        let token = ReservationToken { event: event.number, ticket, mac };
        Did { reply: Reply::Admitted(Admitted { token, valid_until }), end }
    }

    /// A place in the line now. Asking counts as activity.
    pub(crate) fn queue_place(&self, token: &WaitingToken, now: UnixMs) -> Result<QueuePlace, Refusal> {
        let _writing = self.log.guard();
        let (event, line) = self.waiting(token)?;
        line.touch(token.ticket, now);
        self.advance(event, line, now);
        place(line, token.ticket, now)
    }

    /// The event and line of a token, if it is one of ours. What is wrong with one that is not, is not told.
    pub(crate) fn waiting(&self, token: &WaitingToken) -> Result<(&Event, &Line), Refusal> {
        let event = self.catalog.get(token.event).ok_or(Refusal::UnknownToken)?;
        let mac = self.secrets.waiting_mac(token.event, token.ticket);
        if (WaitingToken { event: token.event, ticket: token.ticket, mac }) != *token {
            return Err(Refusal::UnknownToken);
        }
        Ok((event, event.line.get().ok_or(Refusal::UnknownToken)?))
    }

    /// The ticket behind a reservation token; `None` where the event asks for none.
    pub(crate) fn check_token(
        &self,
        event: &Event,
        command: &Reserve,
        now: UnixMs,
    ) -> Result<Option<u32>, Refusal> {
        let Some(line) = event.line.get() else { return Ok(None) };
        if command.trusted || !line.policy().enabled {
            return Ok(None);
        }
        let token = command.token.ok_or(Refusal::UnknownToken)?;
        let mac = self.secrets.reservation_mac(event.number, token.ticket);
        if token != (ReservationToken { event: event.number, ticket: token.ticket, mac }) {
            return Err(Refusal::UnknownToken);
        }
        let user = self.secrets.hash(request::USER, &[command.user.as_bytes()]);
        if !line.may_be_used_by(token.ticket, user) {
            return Err(Refusal::UnknownToken);
        }
        match line.view(token.ticket, now).map(|view| view.state) {
            Some(State::Admitted) => Ok(Some(token.ticket)),
            Some(State::Expired | State::Used | State::Left) => Err(Refusal::TokenExpired),
            _ => Err(Refusal::UnknownToken),
        }
    }

    /// Begins to use an admission up, for an order. One that ran out meanwhile is left as it is: the hold was made
    /// while it was good.
    pub(crate) fn begin_use<'a>(&self, event: &'a Event, ticket: Option<u32>, now: UnixMs) -> UsedTicket<'a> {
        let Some(number) = ticket else { return UsedTicket::none() };
        let moving = event.line.get().and_then(|line| line.begin_use(number, now).ok());
        UsedTicket(moving.map(|moving| (event.number, moving)))
    }

    /// Lets in whom permits and room allow, in strict order; returns the end of the last record if anybody moved.
    pub(crate) fn advance(&self, event: &Event, line: &Line, now: UnixMs) -> Option<u64> {
        let mut end = None;
        loop {
            let Ok(_writing) = self.log.door().map(Writing::within) else { return end };
            match line.begin_advance(now) {
                Ok(advance) => {
                    let mut records = SmallVec::<[Record; 2]>::new();
                    if advance.expired().len() > 0 {
                        let tickets = advance.expired().collect();
                        records.push(TicketsExpired { event: event.number, tickets }.into());
                    }
                    if advance.ready().len() > 0 {
                        let (tickets, claim_until) = (advance.ready().collect(), advance.claim_until());
                        records.push(TicketsReady { event: event.number, tickets, claim_until }.into());
                    }
                    let appended = self.log.append_run(&records, now);
                    let goes_on = advance.commit();
                    end = Some(appended.publish());
                    if !goes_on {
                        self.arm_advance(event.number, now.plus_ms(1));
                        return end;
                    }
                }
                Err(Idle::Rate { next_at }) => {
                    self.arm_advance(event.number, next_at.max(now.plus_ms(1)));
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
            let appended = self.log.append(&record.into(), now);
            expiring.commit();
            appended.publish();
        }
    }

    /// A group's timer fired: its tickets past their deadline expire, and the line moves up.
    pub(crate) fn due_group(&self, index: u32, now: UnixMs) {
        let Some((number, group)) = self.deadlines.lines.group(index) else { return };
        let Some(event) = self.catalog.get(number) else { return };
        let Some(line) = event.line.get() else { return };
        let mut due = Vec::new();
        match line.due(group, now, &mut due) {
            // Not later than somebody asked for since it fired.
            Some(next) => self.deadlines.lines.timers.set_if_earlier(index, next),
            None => self.deadlines.lines.release(index),
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
        let Some(event) = self.catalog.get(number) else { return };
        let Some(line) = event.line.get() else { return };
        if line.draw_is_due(now) || room_is_over(event, line, now) {
            // The thread that turns the wheel waits for no operator, who may be waiting for a batch of this very thread.
            let Some(_guard) = event.operator.try_lock() else {
                self.arm_advance(number, now.plus_ms(1));
                return;
            };
            let _writing = self.log.guard().within();
            self.draw(event, line, None, now);
        } else if line.policy().room.is_some_and(|room| room.draws_at > now) {
            // One timer serves both: it fired for the line, and the draw is still to come.
            self.arm_draw(event, now);
        }
        self.advance(event, line, now);
    }

    /// Gives an event a line, or its line new rules.
    pub(crate) fn set_queue_policy(&self, command: &SetQueuePolicy, now: UnixMs) -> Outcome {
        check_policy(&command.policy)?;
        self.once(command, now, |key| {
            let event = self.catalog.find(&command.event).ok_or(Refusal::UnknownEvent)?;
            let _guard = event.operator.lock();
            let _writing = self.log.guard().within();
            let record = QueuePolicyChanged { event: event.number, policy: command.policy.clone(), key };
            let appended = if let Some(line) = event.line.get() {
                let change = line
                    .begin_policy(command.policy.clone(), now)
                    .map_err(|error| Refusal::invalid("policy", error, ""))?;
                let appended = self.log.append(&record.into(), now);
                change.commit();
                appended
            } else {
                let appended = self.log.append(&record.into(), now);
                self.open_line(event, command.policy.clone());
                appended
            };
            event.set_position(appended.end(), now, self.log.durable.reached());
            let end = appended.publish();
            self.arm_draw(event, now);
            self.advance(event, event.line.get().expect("just made"), now);
            Ok(changed(event, end, now))
        })
    }

    /// Stops or restarts admissions.
    pub(crate) fn pause_queue(&self, command: &PauseQueue, now: UnixMs) -> Outcome {
        self.once(command, now, |key| {
            let event = self.catalog.find(&command.event).ok_or(Refusal::UnknownEvent)?;
            let line = event.line.get().ok_or(Refusal::NoWaitingLine)?;
            let _guard = event.operator.lock();
            let _writing = self.log.guard().within();
            let Some(pausing) = line.begin_pause(command.paused, now) else {
                let Did { reply, end } = changed(event, event.position(), now);
                return Ok(self.already(reply, end, key, now));
            };
            let record = QueuePaused { event: event.number, paused: command.paused, key };
            let appended = self.log.append(&record.into(), now);
            pausing.commit();
            event.set_position(appended.end(), now, self.log.durable.reached());
            let end = appended.publish();
            if !command.paused {
                self.advance(event, line, now);
            }
            Ok(changed(event, end, now))
        })
    }

    fn why_not(&self, event: &Event, line: &Line, number: u32, no: NotMoved, now: UnixMs) -> Refusal {
        match no {
            NotMoved::Unknown => Refusal::UnknownToken,
            NotMoved::NotYet | NotMoved::NotDue { .. } => Refusal::NotYet,
            NotMoved::Paused => Refusal::AdmissionPaused,
            NotMoved::Due => {
                self.expire_ticket(event, line, number, now);
                self.advance(event, line, now);
                Refusal::TokenExpired
            }
            NotMoved::Over(State::Left) => Refusal::LeftLine,
            NotMoved::Over(_) => Refusal::TokenExpired,
        }
    }
}

pub(crate) fn changed(event: &Event, end: u64, now: UnixMs) -> Did {
    Did { reply: Reply::Event(EventChanged { number: event.number, at: now }), end }
}

fn check_joinable(event: &Event, line: &Line, now: UnixMs) -> Result<(), Refusal> {
    // A room is open before the sale is.
    if line.policy().room.is_some_and(|room| now < room.draws_at) {
        return Ok(());
    }
    event.check_open(&event.settings.load(), now)
}

pub(crate) fn check_policy(policy: &QueuePolicy) -> Result<(), Refusal> {
    policy.validate().map_err(|error| Refusal::invalid("policy", error, ""))
}

pub(crate) fn joined_record(event: u32, record: &crate::admission::JoinedRecord) -> TicketJoined {
    TicketJoined {
        event,
        ticket: record.number,
        session: record.session.parts(),
        user: record.user.parts(),
        in_room: record.in_room,
        one_place: record.one_place,
        expires_at: record.expires_at,
    }
}

/// A journal's ticket as the line knows it.
pub(crate) fn line_record(joined: &TicketJoined, at: UnixMs) -> crate::admission::JoinedRecord {
    crate::admission::JoinedRecord {
        number: joined.ticket,
        session: Key::from_parts(joined.session.0, joined.session.1),
        user: Key::from_parts(joined.user.0, joined.user.1),
        in_room: joined.in_room,
        one_place: joined.one_place,
        joined_at: at,
        expires_at: joined.expires_at,
    }
}

fn place(line: &Line, number: u32, now: UnixMs) -> Result<QueuePlace, Refusal> {
    let view = line.view(number, now).ok_or(Refusal::UnknownToken)?;
    let state = match view.state {
        State::Room => QueueState::InRoom,
        State::Waiting => QueueState::Waiting,
        State::Ready => QueueState::Ready,
        State::Admitted => QueueState::Admitted,
        State::Used => QueueState::Used,
        State::Left => QueueState::Left,
        State::Expired => QueueState::Expired,
        State::Void | State::Lost => return Err(Refusal::UnknownToken),
    };
    let position = view.position.unwrap_or(0);
    let eta_ms = if position > 0 { line.eta_ms(position, now) } else { None };
    Ok(QueuePlace { state, position, eta_ms, expires_at: view.until })
}

/// An admission that an order is about to use up, if there is one.
pub(crate) struct UsedTicket<'a>(Option<(u32, Move<'a>)>);

impl UsedTicket<'_> {
    pub(crate) fn none() -> Self {
        Self(None)
    }

    pub(crate) fn number(&self) -> Option<u32> {
        self.0.as_ref().map(|(_, moving)| moving.number())
    }

    /// The order is made: its holder is no longer inside, and the line moves up shortly.
    pub(crate) fn commit(self, core: &Core, now: UnixMs) {
        if let Some((event, moving)) = self.0 {
            moving.commit();
            core.arm_advance(event, now);
        }
    }
}

/// The timers of all lines: one for each 64 tickets that have a deadline.
pub(crate) struct LineTimers {
    pub(crate) timers: Timers,
    by_group: DashMap<(u32, u32), u32>,
    by_index: DashMap<u32, (u32, u32)>,
    /// Before `by_group`, whose entries are held while timers are set.
    gate: Gate<{ rank::LINE_TIMERS }>,
}

impl LineTimers {
    pub(crate) fn new(timers: Timers) -> Self {
        Self { timers, by_group: DashMap::new(), by_index: DashMap::new(), gate: Gate::default() }
    }

    /// Event and group behind a timer.
    fn group(&self, index: u32) -> Option<(u32, u32)> {
        self.by_index.get(&index).map(|found| *found)
    }

    fn arm(&self, key: (u32, u32), at: UnixMs) {
        let _inside = self.gate.enter();
        // The entry's lock is held until the timer is set, so that a release in between cannot lose it.
        let entry = self.by_group.entry(key).or_insert_with(|| {
            let index = self.timers.take().expect("as many timers as groups can be live");
            self.by_index.insert(index, key);
            index
        });
        self.timers.set_if_earlier(*entry, at);
    }

    /// The group has no deadlines any more, unless one was set meanwhile.
    fn release(&self, index: u32) {
        let Some(key) = self.group(index) else { return };
        let _inside = self.gate.enter();
        let removed = self.by_group.remove_if(&key, |_, _| self.timers.wanted(index).is_none());
        if removed.is_some() {
            self.by_index.remove(&index);
            self.timers.give(index);
        }
    }
}

/// One line's way to its timers.
pub(crate) struct LineTimer {
    pub(crate) event: u32,
    pub(crate) timers: Arc<LineTimers>,
}

impl GroupTimer for LineTimer {
    fn arm(&self, group: u32, at: UnixMs) {
        self.timers.arm((self.event, group), at);
    }
}
