//! Comparing an answer with what was expected, and with the facts that came of it.

use tacos_engine::Answer;
use tacos_engine::Command;
use tacos_engine::Failure;
use tacos_engine::PackedPlace;
use tacos_engine::clock::UnixMs;
use tacos_engine::hooks::Token;
use tacos_engine::views::{QueuePlace, QueueState};
use tacos_engine::{Refusal, ReservationState};
use tacos_engine::{Reply, Reserved};

use super::{BestRule, Checked, Expect, Model, Sent, Violation};

impl Model {
    /// An answer is known, and facts may still be to come: of what was refused, none.
    pub fn was_answered(&mut self, command: &Command, answer: &Answer) {
        let no_fact = match answer {
            Err(Failure::Refused(_)) => true,
            Ok(Reply::Joined(joined)) => joined.again,
            _ => false,
        };
        // Of equal commands the first acted.
        let equal = |sent: &&mut Sent| !sent.used && sent.command.same_as(command);
        if no_fact {
            if let Some(sent) = self.in_flight.iter_mut().rfind(equal) {
                sent.used = true;
            }
        } else if let Ok(reply) = answer
            && let Some(sent) = self.in_flight.iter_mut().filter(|sent| sent.reply.is_none()).find(equal)
        {
            sent.reply = Some(reply.clone());
        }
    }

    /// Compares an answer, after the facts that came of it have been observed. A broken engine's answer says nothing:
    /// the command stays in flight until the engine is opened again.
    ///
    /// # Errors
    /// An answer that cannot be.
    pub fn answered(&mut self, command: &Command, expect: &Expect, answer: &Answer, now: UnixMs) -> Checked {
        if let Err(Failure::Broken(_)) = answer {
            return Ok(());
        }
        if let Some(at) = self.in_flight.iter().position(|sent| sent.command.same_as(command)) {
            self.in_flight.remove(at);
        }
        let wrong = || Violation::of(format!("{command:?} at {now} was answered {answer:?}, not {expect:?}"));
        match (expect, answer) {
            (Expect::Same(reply), Ok(given)) if reply == given => return Ok(()),
            (Expect::Same(_), _) => return wrong(),
            (Expect::Refused(refusals) | Expect::Either(refusals), Err(Failure::Refused(given)))
                if refusals.iter().any(|refusal| alike(refusal, given)) =>
            {
                return Ok(());
            }
            (Expect::Success | Expect::Either(_) | Expect::Best(_) | Expect::Anything, Ok(_)) => {}
            (Expect::Anything, Err(_)) => return Ok(()),
            _ => return wrong(),
        }
        let Ok(reply) = answer else { return wrong() };
        if *expect == Expect::Anything {
            self.learn(reply, now);
        } else {
            self.check(command, reply, now)
                .map_err(|why| Violation(format!("{why}; {command:?} got {reply:?}")))?;
        }
        if let (Expect::Best(rule), Reply::Reserved(reserved)) = (expect, reply) {
            self.check_best(rule, reserved)?;
        }
        self.remember(command, reply, now);
        Ok(())
    }

    /// Tokens are known from replies alone.
    fn learn(&mut self, reply: &Reply, now: UnixMs) {
        let known = match reply {
            Reply::Joined(joined) => {
                self.token_given(joined.token.event_number(), joined.token.ticket(), |ticket| {
                    ticket.waiting = Some(joined.token);
                    true
                })
            }
            Reply::Admitted(admitted) => {
                self.token_given(admitted.token.event_number(), admitted.token.ticket(), |ticket| {
                    ticket.reservation = Some(admitted.token);
                    true
                })
            }
            _ => Ok(()),
        };
        debug_assert_eq!(known, Ok(()), "the facts came before the reply");
        if let Reply::Joined(joined) = reply {
            self.was_active(joined.token.event_number(), joined.token.ticket(), now);
        }
    }

    fn check(&mut self, command: &Command, reply: &Reply, now: UnixMs) -> Checked {
        match reply {
            Reply::Event(changed) => {
                must(changed.at == now && self.shows.contains_key(&changed.number), "event")
            }
            Reply::Done(done) => must(done.at == now, "moment"),
            Reply::Reserved(reserved) => self.check_reserved(reserved),
            Reply::Extended(extended) => {
                let booking = self.bookings.get(&extended.id);
                must(booking.is_some_and(|booking| booking.expires_at == extended.expires_at), "deadline")
            }
            Reply::Released(released) => {
                let booking = self.bookings.get(&released.id);
                must(released.at == now && booking.is_some_and(|b| b.state == released.state), "release")
            }
            Reply::Confirmed(confirmed) => {
                let booking = self.bookings.get(&confirmed.id);
                let booking = booking.ok_or_else(|| Violation("no such reservation".into()))?;
                let total_minor = self.shows[&booking.event].house.price(&booking.places);
                must(booking.state == ReservationState::Confirmed, "not confirmed")?;
                must(booking.confirmed_at == confirmed.at, "moment of confirmation")?;
                must(sorted(&booking.places) == sorted(&confirmed.places), "places")?;
                must(confirmed.total_minor == total_minor, "total")
            }
            Reply::Payment(changed) => {
                let intent = self.payments.get(&changed.id);
                let intent = intent.ok_or_else(|| Violation("no such payment".into()))?;
                must(intent.state == changed.state && intent.expires_at == changed.expires_at, "state")?;
                must(changed.at == now && changed.refund_number == intent.refunds, "refunds")
            }
            Reply::Joined(joined) => {
                let Command::JoinQueue(c) = command else { return Violation::of("a place nobody asked for") };
                self.token_given(joined.token.event_number(), joined.token.ticket(), |ticket| {
                    let same = ticket.waiting.is_none_or(|token| token == joined.token);
                    ticket.waiting = Some(joined.token);
                    same && super::expect::same_session(ticket, c)
                })?;
                self.looked(joined.token.event_number(), joined.token.ticket(), &joined.place, now)
            }
            Reply::Admitted(admitted) => {
                self.token_given(admitted.token.event_number(), admitted.token.ticket(), |ticket| {
                    let same = ticket.reservation.is_none_or(|token| token == admitted.token);
                    ticket.reservation = Some(admitted.token);
                    same && ticket.state == QueueState::Admitted && ticket.until.0 == admitted.valid_until
                })
            }
        }
    }

    fn token_given(
        &mut self,
        event: u32,
        ticket: u32,
        check: impl FnOnce(&mut super::line::Ticket) -> bool,
    ) -> Checked {
        let line = self.shows.get_mut(&event).and_then(|show| show.line.as_mut());
        let ticket = line.and_then(|line| line.tickets.get_mut(&ticket));
        let ticket = ticket.ok_or_else(|| Violation("a token of no ticket".into()))?;
        if check(ticket) {
            Ok(())
        } else {
            Violation::of(format!("the reply's token is not that of {ticket:?}"))
        }
    }

    /// A customer looked at a place in the line, or asked to be let in: what they saw must be so, and it counts as
    /// activity.
    pub(crate) fn looked(&mut self, event: u32, number: u32, place: &QueuePlace, now: UnixMs) -> Checked {
        let line = self.shows.get_mut(&event).and_then(|show| show.line.as_mut());
        let line = line.ok_or_else(|| Violation("a place in no line".into()))?;
        line.touch(number, now);
        let ticket = &line.tickets[&number];
        let state = match line.alive(ticket, now) {
            Some(false) if ticket.is_live() => QueueState::Expired,
            None if place.state == QueueState::Expired => QueueState::Expired,
            _ => ticket.state,
        };
        let position = if state == QueueState::Waiting { line.position(number) } else { 0 };
        if place.state == state && place.position == position {
            return Ok(());
        }
        Violation::of(format!(
            "ticket {number} is shown as {place:?}, but is {state:?} at {position}: {ticket:?}"
        ))
    }

    /// Activity whose answer was no place.
    pub(crate) fn was_active(&mut self, event: u32, number: u32, now: UnixMs) {
        if let Some(line) = self.shows.get_mut(&event).and_then(|show| show.line.as_mut()) {
            line.touch(number, now);
        }
    }

    fn check_reserved(&self, reserved: &Reserved) -> Checked {
        let booking = self.bookings.get(&reserved.id);
        let booking = booking.ok_or_else(|| Violation("no such reservation".into()))?;
        must(sorted(&booking.places) == sorted(&reserved.places), "places")?;
        must(
            booking.expires_at == reserved.expires_at && booking.event == reserved.event,
            "deadline or event",
        )?;
        must(self.shows[&booking.event].house.price(&booking.places) == reserved.total_minor, "total")
    }

    fn check_best(&self, rule: &BestRule, reserved: &Reserved) -> Checked {
        let house = &self.shows[&reserved.event].house;
        let quantity: u32 = reserved.places.iter().map(|place| place.quantity()).sum();
        must(quantity == rule.quantity, "quantity")?;
        let mut seats: Vec<u32> =
            reserved.places.iter().filter_map(|p| p.as_seat()).map(|seat| seat.0).collect();
        seats.sort_unstable();
        let mut rows: Vec<usize> = seats.iter().map(|&seat| house.seats[seat as usize].row).collect();
        rows.dedup();
        let neighbours = rows.len() == 1 && seats.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        let good = match rule.row {
            Some(row) => neighbours && rows == [row],
            None => rule.rows_min.is_none_or(|rows_min| rows.len() == rows_min),
        };
        if good {
            Ok(())
        } else {
            Violation::of(format!("seats {seats:?} in rows {rows:?} are not {rule:?}"))
        }
    }
}

fn must(holds: bool, what: &str) -> Checked {
    if holds { Ok(()) } else { Violation::of(format!("the reply's {what} is wrong")) }
}

fn sorted(places: &[PackedPlace]) -> Vec<PackedPlace> {
    let mut sorted = places.to_vec();
    sorted.sort_unstable();
    sorted
}

/// The same refusal: bad arguments by kind, seats in any order.
fn alike(expected: &Refusal, given: &Refusal) -> bool {
    match (expected, given) {
        (Refusal::Invalid(_), Refusal::Invalid(_)) => true,
        (Refusal::SeatsTaken(a), Refusal::SeatsTaken(b)) => {
            let (mut a, mut b) = (a.to_vec(), b.to_vec());
            a.sort_unstable();
            b.sort_unstable();
            a == b
        }
        _ => expected == given,
    }
}

/// Commands compare by what they say: there is nothing else to a command.
trait SameAs {
    fn same_as(&self, other: &Self) -> bool;
}

impl SameAs for Command {
    fn same_as(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
            && format!("{self:?}") == format!("{other:?}")
    }
}
