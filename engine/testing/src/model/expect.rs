//! What a command about events, seats, holds and lines may be answered, from the model's state before it.

use std::collections::BTreeMap;

use tacos_engine::clock::UnixMs;
use tacos_engine::hooks::Token;
use tacos_engine::views::{QueueState, SeatState};
use tacos_engine::{
    Best, BlockSeats, Command, Confirm, Expire, Extend, JoinQueue, Payee, Proof, Release, RequestAdmission,
    ReservationRef, Reserve, SeatRequest,
};
use tacos_engine::{Bound, ExtensionDoubt, PaymentDoubt, Refusal, ReservationState, SaleState};
use tacos_engine::{PackedPlace, SeatIx};
use tacos_engine::{PaymentId, ReservationId, SeatId, UserId, WaitingToken};

use super::keys::quantity;
use super::line::{LineModel, Ticket};
use super::{BestRule, Booking, Expect, Model, Show};

/// A refusal for a bad argument; which one is not compared.
pub(super) fn invalid() -> Refusal {
    Refusal::Invalid(Box::new([]))
}

pub(super) fn no(refusal: Refusal) -> Expect {
    Expect::Refused(vec![refusal])
}

impl Model {
    /// What this command may be answered if it comes in at `now`.
    #[must_use]
    pub fn expect(&self, command: &Command, now: UnixMs) -> Expect {
        let early = match command {
            Command::BlockSeats(c) => {
                c.seats.is_empty() || c.seats.len() > tacos_engine::limits::PLACES_PER_HOLD_MAX
            }
            Command::CreatePayment(c) => {
                c.amount.minor < 0 || c.webhook_url.as_ref().is_some_and(String::is_empty)
            }
            Command::Note(c) => {
                c.value.as_ref().is_some_and(|value| value.len() > tacos_engine::limits::ATTACHMENT_BYTES_MAX)
            }
            _ => false,
        };
        if early {
            return no(invalid());
        }
        let mut expect = match self.expect_by_key(command, now) {
            Some(expect) => return expect,
            None => self.expect_fresh(command, now).unwrap_or_else(no),
        };
        if let (Expect::Refused(refusals), Some(which)) = (&mut expect, which_of(command))
            && self.which(which).is_some_and(|(_, booking)| self.may_be_forgotten(booking, now))
        {
            refusals.push(Refusal::UnknownReservation);
        }
        expect
    }

    fn expect_fresh(&self, command: &Command, now: UnixMs) -> Result<Expect, Refusal> {
        match command {
            Command::CreateEvent(c) if self.show(&c.event).is_some() => Err(Refusal::EventExists),
            Command::CreateEvent(_) | Command::Note(_) => Ok(Expect::Success),
            Command::UpdateEvent(c) => {
                let (_, show) = self.show(&c.event).ok_or(Refusal::UnknownEvent)?;
                let same = show.settings.currency == c.settings.currency;
                if same { Ok(Expect::Success) } else { Err(invalid()) }
            }
            Command::SetSale(c) => {
                self.show(&c.event).ok_or(Refusal::UnknownEvent)?;
                if c.state == SaleState::Draft { Err(invalid()) } else { Ok(Expect::Success) }
            }
            Command::BlockSeats(c) => self.expect_block(c, now),
            Command::SetQueuePolicy(c) => {
                let (_, show) = self.show(&c.event).ok_or(Refusal::UnknownEvent)?;
                let moved = show.line.as_ref().is_some_and(|line| {
                    line.policy.room.is_some() != c.policy.room.is_some() && !line.tickets.is_empty()
                });
                if moved { Err(invalid()) } else { Ok(Expect::Success) }
            }
            Command::PauseQueue(c) => {
                let (_, show) = self.show(&c.event).ok_or(Refusal::UnknownEvent)?;
                show.line.as_ref().map(|_| Expect::Success).ok_or(Refusal::NoWaitingLine)
            }
            Command::DrawRoom(c) => {
                let (_, show) = self.show(&c.event).ok_or(Refusal::UnknownEvent)?;
                show.line.as_ref().map(|_| Expect::Either(vec![invalid()])).ok_or(Refusal::NoWaitingLine)
            }
            Command::JoinQueue(c) => self.expect_join(c, now),
            Command::LeaveQueue(token) => self.expect_leave(token, now),
            Command::RequestAdmission(c) => self.expect_admission(c, now),
            Command::Reserve(c) => self.expect_reserve(c, now),
            Command::Confirm(c) => self.expect_confirm(c, now),
            Command::Release(c) => self.expect_release(c, now),
            Command::Extend(c) => self.expect_extend(c, now),
            Command::Expire(c) => self.expect_expire(c, now),
            _ => self.expect_payment(command, now),
        }
    }

    fn expect_block(&self, c: &BlockSeats, now: UnixMs) -> Result<Expect, Refusal> {
        let (_, show) = self.show(&c.event).ok_or(Refusal::UnknownEvent)?;
        let seats = seats_named(show, &c.seats)?;
        let states = || seats.iter().map(|&seat| &show.house.seats[seat]);
        if !c.block {
            let all = states().all(|seat| seat.state == SeatState::Blocked);
            return if all { Ok(Expect::Success) } else { Err(invalid()) };
        }
        let taken: Vec<String> = states()
            .filter(|seat| self.seat_state(seat, now) != SeatState::Available)
            .map(|seat| seat.label.clone())
            .collect();
        if taken.is_empty() { Ok(Expect::Success) } else { Err(Refusal::SeatsTaken(taken.into())) }
    }

    fn expect_join(&self, c: &JoinQueue, now: UnixMs) -> Result<Expect, Refusal> {
        if c.session.is_none() && c.user.is_none() {
            return Err(invalid());
        }
        let (_, show) = self.show(&c.event).ok_or(Refusal::UnknownEvent)?;
        let line = show.line.as_ref().ok_or(Refusal::NoWaitingLine)?;
        match line.policy.room {
            Some(room) if now < room.draws_at && now < room.opens_at => {
                return Err(Refusal::SaleNotOpen(show.sale));
            }
            Some(room) if now < room.draws_at => {}
            _ => check_open(show, now)?,
        }
        let live = |wanted: &dyn Fn(&Ticket) -> bool| {
            let found = line.tickets.values().filter(|ticket| wanted(ticket));
            found.map(|ticket| line.alive(ticket, now)).find(|alive| *alive != Some(false))
        };
        let session = live(&|ticket| same_session(ticket, c));
        let same_user = |ticket: &Ticket| ticket.one_place && c.user.is_some() && ticket.user == c.user;
        let user = live(&same_user);
        // A customer who finds their own lapsed turn makes it free, and one who finds the room of an open sale draws it:
        // the line moves up, and there may be room for one more.
        let draws = line.undrawn() && check_open(show, now).is_ok();
        let moves_up = draws
            || line.tickets.values().any(|ticket| {
                let unended =
                    !matches!(ticket.state, QueueState::Used | QueueState::Left | QueueState::Expired);
                unended
                    && (same_session(ticket, c) || same_user(ticket))
                    && line.alive(ticket, now) == Some(false)
            });
        let waits = |ticket: &&Ticket| matches!(ticket.state, QueueState::Waiting | QueueState::InRoom);
        let waiting: Vec<&Ticket> = line.tickets.values().filter(waits).collect();
        let certain = waiting.iter().filter(|ticket| line.alive(ticket, now) == Some(true)).count();
        let is_over = |count: usize| u32::try_from(count).is_ok_and(|count| count >= line.policy.waiting_max);
        let mut refusals = Vec::new();
        if session != Some(Some(true)) {
            if line.policy.one_place_per_user && user.is_some() {
                refusals.push(Refusal::AlreadyWaiting);
            }
            if is_over(waiting.len()) {
                refusals.push(Refusal::AtCapacity(Bound::WaitingLine));
            }
        }
        Ok(match (&session, refusals.is_empty()) {
            (_, true) => Expect::Success,
            (None, false) if user == Some(Some(true)) && line.policy.one_place_per_user => {
                Expect::Refused(vec![Refusal::AlreadyWaiting])
            }
            (None, false) if user.is_none() && is_over(certain) && !moves_up => Expect::Refused(refusals),
            _ => Expect::Either(refusals),
        })
    }

    fn expect_leave(&self, token: &WaitingToken, now: UnixMs) -> Result<Expect, Refusal> {
        let (line, ticket) = self.ticket_of(token).ok_or(Refusal::UnknownToken)?;
        Ok(match (ticket.state, line.alive(ticket, now)) {
            (QueueState::Left, _) => Expect::Refused(vec![Refusal::LeftLine, Refusal::UnknownToken]),
            (_, Some(false)) => Expect::Refused(vec![Refusal::TokenExpired, Refusal::UnknownToken]),
            (_, Some(true)) => Expect::Success,
            (_, None) => Expect::Either(vec![Refusal::TokenExpired]),
        })
    }

    fn expect_admission(&self, c: &RequestAdmission, now: UnixMs) -> Result<Expect, Refusal> {
        let (line, ticket) = self.ticket_of(&c.token).ok_or(Refusal::UnknownToken)?;
        let (_, show) = self.shows.get_key_value(&c.token.event_number()).ok_or(Refusal::UnknownToken)?;
        if c.event.as_ref().is_some_and(|event| *event != show.id) {
            return Err(Refusal::UnknownToken);
        }
        if c.user.is_some() && ticket.user.is_some() && c.user != ticket.user {
            return Err(Refusal::UnknownToken);
        }
        let over = [Refusal::TokenExpired, Refusal::UnknownToken];
        Ok(match (ticket.state, line.alive(ticket, now)) {
            (QueueState::Left, _) => Expect::Refused(vec![Refusal::LeftLine, Refusal::UnknownToken]),
            (_, Some(false)) => Expect::Refused(over.to_vec()),
            (QueueState::Admitted, Some(true)) => Expect::Success,
            (QueueState::Ready, Some(true)) if line.paused => no(Refusal::AdmissionPaused),
            (QueueState::Ready, Some(true)) => Expect::Success,
            (_, Some(true)) => Expect::Either(vec![Refusal::NotYet]),
            (_, None) => Expect::Either(vec![Refusal::NotYet, Refusal::TokenExpired]),
        })
    }

    fn ticket_of(&self, token: &WaitingToken) -> Option<(&LineModel, &Ticket)> {
        let line = self.shows.get(&token.event_number())?.line.as_ref()?;
        let ticket = line.tickets.get(&token.ticket())?;
        (ticket.waiting == Some(*token)).then_some((line, ticket))
    }

    fn expect_reserve(&self, c: &Reserve, now: UnixMs) -> Result<Expect, Refusal> {
        let (number, show) = self.show(&c.event).ok_or(Refusal::UnknownEvent)?;
        check_open(show, now)?;
        self.check_token(show, number, c, now)?;
        if c.hold_until.is_some_and(|until| until <= now || until > now.plus_ms(show.settings.hold_ms_max)) {
            return Err(invalid());
        }
        let wanted = quantity(&c.want);
        if wanted == 0 || wanted > show.settings.seats_per_reservation_max {
            return Err(invalid());
        }
        let named = match &c.want {
            SeatRequest::Seats(seats) => Some(seats_named(show, seats)?),
            SeatRequest::Best(Best { section: Some(section), .. })
                if !show.house.sections.iter().any(|name| name == section.as_str()) =>
            {
                return Err(Refusal::UnknownSection(section.as_str().into()));
            }
            SeatRequest::Best(_) => None,
        };
        let seats = self.seats_of(&c.user, number, now);
        if let Some(seats_max) = show.settings.seats_per_user_max
            && seats + wanted > seats_max
        {
            return Err(Refusal::QuotaExceeded { seats_max, seats });
        }
        let bound = c.external.as_ref().and_then(|external| {
            self.bookings.values().find(|booking| booking.external.as_ref() == Some(external))
        });
        let expect = match bound {
            Some(booking) if !self.may_be_forgotten(booking, now) => return Err(Refusal::ExternalExists),
            _ => self.expect_places(show, c, named, now),
        };
        if bound.is_none() {
            return expect;
        }
        // Whose name it was may be forgotten, or not yet.
        Ok(match expect {
            Err(refusal) => Expect::Refused(vec![refusal, Refusal::ExternalExists]),
            Ok(_) => Expect::Either(vec![Refusal::ExternalExists]),
        })
    }

    fn expect_places(
        &self,
        show: &Show,
        c: &Reserve,
        named: Option<Vec<usize>>,
        now: UnixMs,
    ) -> Result<Expect, Refusal> {
        match (&c.want, named) {
            (SeatRequest::Best(best), _) => self.expect_best(show, best, now),
            (SeatRequest::Seats(_), named) => {
                let taken: Vec<String> = named
                    .unwrap_or_default()
                    .into_iter()
                    .map(|seat| &show.house.seats[seat])
                    .filter(|seat| self.seat_state(seat, now) != SeatState::Available)
                    .map(|seat| seat.label.clone())
                    .collect();
                if taken.is_empty() { Ok(Expect::Success) } else { Err(Refusal::SeatsTaken(taken.into())) }
            }
        }
    }

    fn check_token(&self, show: &Show, number: u32, c: &Reserve, now: UnixMs) -> Result<(), Refusal> {
        let Some(line) = show.line.as_ref().filter(|line| line.policy.enabled && !c.trusted) else {
            return Ok(());
        };
        let token = c.token.filter(|token| token.event_number() == number).ok_or(Refusal::UnknownToken)?;
        let ticket = line.tickets.get(&token.ticket()).ok_or(Refusal::UnknownToken)?;
        let foreign = ticket.user.as_ref().is_some_and(|user| *user != c.user);
        if foreign || ticket.reservation != Some(token) {
            return Err(Refusal::UnknownToken);
        }
        match (ticket.state, line.alive(ticket, now)) {
            (QueueState::Admitted, Some(true)) => Ok(()),
            _ => Err(Refusal::TokenExpired),
        }
    }

    fn expect_best(&self, show: &Show, best: &Best, now: UnixMs) -> Result<Expect, Refusal> {
        let house = &show.house;
        let section = best
            .section
            .as_ref()
            .and_then(|name| house.sections.iter().position(|section| section == name.as_str()));
        let wanted = best.quantity;
        let area = match section {
            Some(section) => u16::try_from(section).ok().and_then(|section| house.areas.get(&section)),
            None if house.seats.is_empty() => house.areas.values().next(),
            None => None,
        };
        if let Some(area) = area {
            let available = area.free() + area.held_by(|owner| self.is_lapsed(*owner, now));
            let enough = available >= wanted;
            return if enough {
                Ok(Expect::Success)
            } else {
                Err(Refusal::Insufficient { wanted, available })
            };
        }
        let mut rows: BTreeMap<usize, Vec<(usize, bool)>> = BTreeMap::new();
        let mut blurred = false;
        for (index, seat) in house.seats.iter().enumerate() {
            if section.is_none_or(|section| seat.section == section) {
                let state = self.seat_state(seat, now);
                blurred |= state != seat.state;
                rows.entry(seat.row).or_default().push((index, state == SeatState::Available));
            }
        }
        let free = |row: &Vec<(usize, bool)>| row.iter().filter(|(_, free)| *free).count();
        let available = u32::try_from(rows.values().map(free).sum::<usize>()).expect("few seats");
        if available < wanted {
            return Err(Refusal::Insufficient { wanted, available });
        }
        let adjacent = |row: &&Vec<(usize, bool)>| {
            row.chunk_by(|a, b| a.1 == b.1).any(|run| run[0].1 && run.len() >= wanted as usize)
        };
        let row = rows.iter().find(|(_, row)| adjacent(row)).map(|(number, _)| *number);
        if row.is_none() && !best.allow_split {
            return Err(Refusal::NotAdjacent { wanted });
        }
        let mut sizes: Vec<usize> = rows.values().map(free).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        let mut covered = 0;
        let fewest = sizes.iter().take_while(|size| {
            let needed = covered < wanted as usize;
            covered += **size;
            needed
        });
        let rows_min = if row.is_some() { 1 } else { fewest.count() };
        let known = |value| if blurred { None } else { Some(value) };
        Ok(Expect::Best(BestRule { quantity: wanted, row: row.and_then(known), rows_min: known(rows_min) }))
    }

    fn booking(
        &self,
        which: &ReservationRef,
        user: Option<&UserId>,
    ) -> Result<(ReservationId, &Booking), Refusal> {
        let (id, booking) = self.which(which).ok_or(Refusal::UnknownReservation)?;
        if user.is_some_and(|user| *user != booking.user) {
            return Err(Refusal::Forbidden);
        }
        Ok((id, booking))
    }

    /// The refusal of everything that needs a pending hold.
    fn pending(&self, booking: &Booking, now: UnixMs) -> Result<(), Refusal> {
        match self.state_of(booking, now) {
            ReservationState::Pending => Ok(()),
            ReservationState::Expired => Err(Refusal::ReservationExpired),
            other => Err(Refusal::ReservationIs(other)),
        }
    }

    fn expect_confirm(&self, c: &Confirm, now: UnixMs) -> Result<Expect, Refusal> {
        let (id, booking) = self.booking(&c.which, c.caller.user())?;
        if let Some(exactly) = &c.exactly {
            let mut named = seats_named(&self.shows[&booking.event], exactly)?;
            named.sort_unstable();
            let mut held: Vec<_> = booking.places.iter().map(|place| place.as_seat()).collect();
            held.sort_unstable();
            let named: Vec<_> = named.iter().map(|&seat| u32::try_from(seat).ok().map(SeatIx)).collect();
            if named != held {
                return Err(Refusal::SeatsDiffer);
            }
        }
        Ok(match c.proof {
            Proof::Outside if booking.state == ReservationState::Confirmed => Expect::Success,
            Proof::Outside => self.pending(booking, now).map_or_else(no, |()| Expect::Success),
            Proof::Intent(payment) => self.expect_paid(id, booking, payment, now),
        })
    }

    /// The reservation is judged before the payment.
    fn expect_paid(&self, id: ReservationId, booking: &Booking, payment: PaymentId, now: UnixMs) -> Expect {
        let doubt = |doubt| no(Refusal::PaymentNotApproved(doubt));
        let intent = self.payments.get(&payment);
        let forgotten = intent.is_some_and(|intent| self.payment_may_be_forgotten(intent, now));
        match (self.state_of(booking, now), intent) {
            (ReservationState::Expired, _) => no(Refusal::ReservationExpired),
            (ReservationState::Pending | ReservationState::Confirmed, _) if forgotten => Expect::Anything,
            (ReservationState::Pending, None) => doubt(PaymentDoubt::Unknown),
            (ReservationState::Pending, Some(intent))
                if intent.reservation != Some(id) || intent.user != booking.user =>
            {
                doubt(PaymentDoubt::Foreign)
            }
            (ReservationState::Pending, Some(intent)) => doubt(PaymentDoubt::Unfinished(intent.state)),
            (ReservationState::Confirmed, Some(_)) if booking.payment == Some(payment) => Expect::Success,
            (other, _) => no(Refusal::ReservationIs(other)),
        }
    }

    fn expect_release(&self, c: &Release, now: UnixMs) -> Result<Expect, Refusal> {
        let (_, booking) = self.booking(&c.which, c.caller.user())?;
        self.pending(booking, now)?;
        let seats = seats_named(&self.shows[&booking.event], &c.seats)?;
        let held = |seat: &usize| {
            u32::try_from(*seat).is_ok_and(|seat| booking.places.contains(&PackedPlace::seat(SeatIx(seat))))
        };
        if !seats.iter().all(held) {
            return Err(Refusal::SeatsDiffer);
        }
        // While a payment is under way nothing is given back but the whole.
        let part = !seats.is_empty() && seats.len() < booking.places.len();
        let intent = booking.payment.filter(|_| part).and_then(|payment| self.payments.get(&payment));
        Ok(intent.map_or(Expect::Success, |intent| self.unless_paid(intent, now)))
    }

    fn expect_extend(&self, c: &Extend, now: UnixMs) -> Result<Expect, Refusal> {
        let (_, booking) = self.booking(&c.which, c.caller.user())?;
        let settings = &self.shows[&booking.event].settings;
        self.pending(booking, now)?;
        let by_ms = u64::try_from(c.by.as_millis()).unwrap_or(u64::MAX);
        let refused = |doubt| Err(Refusal::ExtensionRefused(doubt));
        if by_ms == 0 {
            return Err(invalid());
        }
        if booking.extensions >= settings.extensions_max {
            return refused(ExtensionDoubt::AlreadyExtended);
        }
        if by_ms > settings.extension_ms_max {
            return refused(ExtensionDoubt::TooLong { extension_ms_max: settings.extension_ms_max });
        }
        if booking.expires_at.plus_ms(by_ms).ms_since(booking.created_at) > settings.hold_ms_max {
            return refused(ExtensionDoubt::PastMaximum);
        }
        Ok(Expect::Success)
    }

    fn expect_expire(&self, c: &Expire, now: UnixMs) -> Result<Expect, Refusal> {
        let (_, booking) = self.booking(&c.which, None)?;
        match booking.state {
            ReservationState::Pending if booking.expires_at > now => Err(Refusal::NotDue(booking.expires_at)),
            ReservationState::Pending => Ok(Expect::Success),
            other => Err(Refusal::ReservationIs(other)),
        }
    }
}

/// The reservation that a command is about.
fn which_of(command: &Command) -> Option<&ReservationRef> {
    match command {
        Command::Confirm(c) => Some(&c.which),
        Command::Release(c) => Some(&c.which),
        Command::Extend(c) => Some(&c.which),
        Command::Expire(c) => Some(&c.which),
        Command::CreatePayment(c) => match &c.payee {
            Payee::Reservation(which) => Some(which),
            Payee::Unlinked(_) => None,
        },
        _ => None,
    }
}

pub(super) fn same_session(ticket: &Ticket, c: &JoinQueue) -> bool {
    match &c.session {
        Some(session) => ticket.session.as_ref() == Some(session),
        None => ticket.session.is_none() && ticket.user == c.user,
    }
}

pub(super) fn check_open(show: &Show, now: UnixMs) -> Result<(), Refusal> {
    let state = match show.sale {
        SaleState::Open if show.settings.sale_starts.is_some_and(|starts| now < starts) => SaleState::Draft,
        SaleState::Open if show.settings.sale_ends.is_some_and(|ends| now >= ends) => SaleState::Closed,
        other => other,
    };
    if state == SaleState::Open { Ok(()) } else { Err(Refusal::SaleNotOpen(state)) }
}

/// The seats that these names mean, in the order asked for.
fn seats_named(show: &Show, seats: &[SeatId]) -> Result<Vec<usize>, Refusal> {
    let found: Vec<Option<usize>> = seats.iter().map(|seat| show.house.find(seat.as_str())).collect();
    let missing: Vec<String> =
        seats.iter().zip(&found).filter(|(_, at)| at.is_none()).map(|(seat, _)| seat.to_string()).collect();
    if !missing.is_empty() {
        return Err(Refusal::UnknownSeats(missing.into()));
    }
    let indices: Vec<usize> = found.into_iter().flatten().collect();
    let mut sorted = indices.clone();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) { Err(invalid()) } else { Ok(indices) }
}
