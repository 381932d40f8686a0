//! What customers ask of the waiting line: join, leave, be let in, use the right up. Tokens are codes under the
//! engine's key, checked here; the line itself knows tickets by number, and has its own way to put recorded changes
//! back.

use crate::admission::{BadReplay, Join, JoinedRecord, Line, Move, NotMoved, TicketState};
use crate::clock::UnixMs;
use crate::command::{JoinQueue, RequestAdmission, Reserve};
use crate::error::{Bound, Refusal};
use crate::ids::{ReservationToken, WaitingToken};
use crate::pipeline::core::Core;
use crate::pipeline::events::Event;
use crate::pipeline::fact::{Applied, Corrupt, Fact, Stamp, corrupt, record};
use crate::pipeline::state::State;
use crate::pipeline::{CommandResult, Committed, request};
use crate::reply::{Admitted, Done, Joined};
use crate::updates::UpdateKind;
use crate::views::{QueuePlace, QueueState};

use super::presale::room_is_over;

/// By replay: what the line says of a record that does not follow.
pub(super) fn bad(error: BadReplay) -> Corrupt {
    Corrupt(error.to_string())
}

record! {
    /// A customer took a place in the line.
    TicketJoined { event: u32, joined: JoinedRecord }
    update(self, _) => Some(self.event), UpdateKind::Joined(self.joined.number);
}

impl Fact for TicketJoined {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        let joined = JoinedRecord { joined_at: stamp.at, ..self.joined };
        state.line(self.event)?.apply_joined(&joined).map_err(bad)
    }
}

record! {
    /// A customer gave the place up.
    TicketLeft { event: u32, ticket: u32 }
    update(self, _) => Some(self.event), UpdateKind::Left(self.ticket);
}

impl Fact for TicketLeft {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        state.line(self.event)?.apply_left(self.ticket, stamp.at).map_err(bad)
    }
}

record! {
    /// A customer was let in.
    TicketAdmitted { event: u32, ticket: u32, valid_until: UnixMs }
    update(self, _) => Some(self.event), UpdateKind::Admitted(self.ticket);
}

impl Fact for TicketAdmitted {
    fn replay(&self, state: &State, stamp: Stamp) -> Applied {
        state.line(self.event)?.apply_admitted(self.ticket, self.valid_until, stamp.at).map_err(bad)
    }
}

impl Core {
    /// Takes a place in the line, or finds the session's place.
    pub(crate) fn join_queue(&self, command: &JoinQueue, now: UnixMs) -> CommandResult<Joined> {
        let _writing = self.log.admit_write()?;
        let user = command.user.as_ref().map(|user| self.secrets.hash(request::USER, &[user.as_bytes()]));
        let session = match (&command.session, user) {
            (Some(session), _) => self.secrets.hash(request::SESSION, &[session.as_bytes()]),
            // A user without a session has one place, whatever device asks.
            (None, Some(user)) => self.secrets.hash(request::SESSION, &[b"user", &user.to_le_bytes()]),
            (None, None) => {
                return Err(Refusal::invalid("session_id", "a session or a user is needed", "").into());
            }
        };
        let event = self.state.catalog.find(&command.event).ok_or(Refusal::UnknownEvent)?;
        let line = event.line.get().ok_or(Refusal::NoWaitingLine)?;
        check_joinable(event, line, now)?;
        if room_is_over(event, line, now) {
            self.close_over(event, line, now);
        }
        loop {
            match line.begin_join(session, user, now) {
                Join::New(joining) => {
                    let record = TicketJoined { event: event.number, joined: *joining.record() };
                    let appended = self.log.append(&record, now);
                    joining.commit();
                    let end = appended.publish();
                    // The sale may have opened while this customer came into the room: then nothing else draws it.
                    if record.joined.in_room && room_is_over(event, line, now) {
                        self.close_over(event, line, now);
                    }
                    let end = self.advance(event, line, now).map_or(end, |advanced| advanced.max(end));
                    return Ok(self.joined(event, line, record.joined.number, false, end, now));
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

    fn joined(
        &self,
        event: &Event,
        line: &Line,
        number: u32,
        again: bool,
        end: u64,
        now: UnixMs,
    ) -> Committed<Joined> {
        let token = WaitingToken {
            event: event.number,
            ticket: number,
            mac: self.secrets.waiting_mac(event.number, number),
        };
        let place = place(line, number, now).expect("a ticket just joined is remembered");
        Committed { reply: Joined { token, place, again }, end }
    }

    /// Gives the place up, whatever it has come to.
    pub(crate) fn leave_queue(&self, token: &WaitingToken, now: UnixMs) -> CommandResult<Done> {
        let _writing = self.log.admit_write()?;
        let (event, line) = self.waiting(token)?;
        match line.begin_leave(token.ticket, now) {
            Ok(leaving) => {
                let record = TicketLeft { event: event.number, ticket: token.ticket };
                let appended = self.log.append(&record, now);
                leaving.commit();
                let end = appended.publish();
                self.advance(event, line, now);
                Ok(Committed { reply: Done { at: now }, end })
            }
            Err(no) => Err(self.why_not(event, line, token.ticket, no, now).into()),
        }
    }

    /// Lets a ticket in whose turn it is; asked again, answers the same.
    pub(crate) fn request_admission(
        &self,
        command: &RequestAdmission,
        now: UnixMs,
    ) -> CommandResult<Admitted> {
        let _writing = self.log.admit_write()?;
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
                let appended = self.log.append(&record, now);
                admitting.commit();
                Ok(self.admitted(event, token.ticket, valid_until, appended.publish()))
            }
            Err(NotMoved::NotDue { until }) => {
                Ok(self.admitted(event, token.ticket, until, self.log.buffer.tail()))
            }
            Err(no) => Err(self.why_not(event, line, token.ticket, no, now).into()),
        }
    }

    fn admitted(&self, event: &Event, ticket: u32, valid_until: UnixMs, end: u64) -> Committed<Admitted> {
        let mac = self.secrets.reservation_mac(event.number, ticket);
        let token = ReservationToken { event: event.number, ticket, mac };
        Committed { reply: Admitted { token, valid_until }, end }
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
        let event = self.state.catalog.get(token.event).ok_or(Refusal::UnknownToken)?;
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
            Some(TicketState::Admitted) => Ok(Some(token.ticket)),
            Some(TicketState::Expired | TicketState::Used | TicketState::Left) => Err(Refusal::TokenExpired),
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
            NotMoved::Over(TicketState::Left) => Refusal::LeftLine,
            NotMoved::Over(_) => Refusal::TokenExpired,
        }
    }
}

fn check_joinable(event: &Event, line: &Line, now: UnixMs) -> Result<(), Refusal> {
    // A room is open before the sale is.
    if line.policy().room.is_some_and(|room| now < room.draws_at) {
        return Ok(());
    }
    event.check_open(&event.settings.load(), now)
}

fn place(line: &Line, number: u32, now: UnixMs) -> Result<QueuePlace, Refusal> {
    let view = line.view(number, now).ok_or(Refusal::UnknownToken)?;
    let state = match view.state {
        TicketState::Room => QueueState::InRoom,
        TicketState::Waiting => QueueState::Waiting,
        TicketState::Ready => QueueState::Ready,
        TicketState::Admitted => QueueState::Admitted,
        TicketState::Used => QueueState::Used,
        TicketState::Left => QueueState::Left,
        TicketState::Expired => QueueState::Expired,
        TicketState::Void | TicketState::Lost => return Err(Refusal::UnknownToken),
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

    /// By replay: uses the ticket that an order's record names.
    pub(crate) fn replay(event: &Event, ticket: Option<u32>, at: UnixMs) -> Result<Self, Corrupt> {
        match (ticket, event.line.get()) {
            (None, _) => {}
            (Some(ticket), Some(line)) => line.apply_used(ticket, at).map_err(bad)?,
            (Some(ticket), None) => {
                return corrupt(format_args!("ticket {ticket} of an event without a line"));
            }
        }
        Ok(Self::none())
    }

    pub(crate) fn number(&self) -> Option<u32> {
        self.0.as_ref().map(|(_, moving)| moving.number())
    }

    /// The order is made: its holder is no longer inside, and the line moves up shortly.
    pub(crate) fn commit(self, state: &State, now: UnixMs) {
        if let Some((event, moving)) = self.0 {
            moving.commit();
            state.arm_advance(event, now);
        }
    }
}
