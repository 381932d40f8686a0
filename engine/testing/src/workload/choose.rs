//! Which command comes next: mostly sensible ones, some late, some doubled, some wrong.

use std::time::Duration;

use tacos_engine::SaleState;
use tacos_engine::Seats;
use tacos_engine::clock::UnixMs;
use tacos_engine::hooks::Token;
use tacos_engine::{
    Best, BlockSeats, Caller, CancelPayment, Command, Confirm, CreatePayment, Currency, DrawRoom, Expire,
    Extend, JoinQueue, Money, Note, PauseQueue, Payee, PaymentMethod, PaymentOutcome, ProcessPayment, Proof,
    Release, ReportPayment, RequestAdmission, ReservationRef, Reserve, Scenario, SeatRequest, SetQueuePolicy,
    SetSale, UpdateEvent,
};
use tacos_engine::{EventId, ExternalId, IdempotencyKey, ReservationId, SeatId, SectionId};

use super::venue::{EVENTS, labels, policy, sections, settings};
use super::{Customer, Workload};

impl Workload {
    /// One command of one customer.
    pub(super) fn command(&mut self, now: UnixMs) -> Command {
        let index = self.random.index(self.customers.len());
        let customer = self.customers[index].clone();
        let command = match self.random.below(100) {
            0..10 => self.join(&customer),
            10..22 => self.ask(&customer),
            22..24 => self.leave(&customer),
            24..48 => self.reserve(&customer, now),
            48..60 => self.pay(&customer),
            60..68 => self.on_payment(&customer),
            68..76 => self.confirm(&customer),
            76..82 => self.release(&customer),
            82..86 => self.extend(&customer),
            86..88 => self.expire(&customer),
            88..95 => self.again(&customer),
            _ => self.operate(),
        };
        if key_of(&command).is_some() {
            self.customers[index].last = Some(command.clone());
        }
        command
    }

    fn maybe_key(&mut self) -> Option<IdempotencyKey> {
        self.random.chance(50).then(|| self.key())
    }

    /// Usually the customer, sometimes an operator, rarely another customer.
    fn speaker(&mut self, customer: &Customer) -> Caller {
        match self.random.below(20) {
            0..12 => customer.user.clone().into(),
            12..19 => Caller::Operator,
            _ => {
                let other = self.random.index(self.customers.len());
                self.customers[other].user.clone().into()
            }
        }
    }

    fn event(&mut self, among: &[&str]) -> EventId {
        let name = self.random.pick(among).copied().unwrap_or("hall");
        EventId::new(if self.random.below(200) == 0 { "nowhere" } else { name }).expect("valid")
    }

    pub(super) fn join(&mut self, customer: &Customer) -> Command {
        let event = self.event(&["hall", "hall", "arena", "arena", "club"]);
        let (session, user) = match self.random.below(10) {
            0 => (None, Some(customer.user.clone())),
            1 => (Some(customer.session.clone()), None),
            2 => {
                let other = self.random.index(self.customers.len());
                (Some(self.customers[other].session.clone()), Some(customer.user.clone()))
            }
            _ => (Some(customer.session.clone()), Some(customer.user.clone())),
        };
        Command::JoinQueue(JoinQueue::new(event).with_session(session).with_user(user))
    }

    fn ask(&mut self, customer: &Customer) -> Command {
        let Some((event, token)) = &customer.place else { return self.join(customer) };
        let user = self.random.chance(60).then(|| customer.user.clone());
        let event = self.random.chance(50).then(|| event.clone());
        let token = if self.random.below(60) == 0 { token.forged() } else { *token };
        Command::RequestAdmission(RequestAdmission::new(token).with_event(event).with_user(user))
    }

    fn leave(&mut self, customer: &Customer) -> Command {
        match &customer.place {
            Some((_, token)) => Command::LeaveQueue(*token),
            None => self.join(customer),
        }
    }

    fn reserve(&mut self, customer: &Customer, now: UnixMs) -> Command {
        let right = customer.right.clone().filter(|_| self.random.chance(70));
        let event = match &right {
            Some((event, _)) => event.clone(),
            None => self.event(&["club", "club", "hall", "arena"]),
        };
        let want = self.want(event.as_str());
        let mut command = Reserve::new(event, customer.user.clone(), want);
        command.token =
            right.map(|(_, token)| if self.random.below(60) == 0 { token.forged() } else { token });
        command.trusted = command.token.is_none() && self.random.chance(40);
        if self.random.chance(10) {
            command.external = ExternalId::new(&format!("ext-{}", self.random.below(30))).ok();
        }
        if self.random.chance(10) {
            command.hold_until = Some(now.plus_ms(self.random.below(70_000)));
        }
        command.key = self.maybe_key();
        Command::Reserve(Box::new(command))
    }

    fn want(&mut self, event: &str) -> SeatRequest {
        if self.random.chance(45) && event != "arena" {
            return SeatRequest::Seats(self.seats(event));
        }
        let section = self.random.chance(50).then(|| self.random.pick(sections(event)).copied()).flatten();
        let allow_split = self.random.chance(60);
        let mut best = Best::of(u32::try_from(self.random.below(6)).expect("small"));
        best.section = section.and_then(|name| SectionId::new(name).ok());
        best.allow_split = allow_split;
        SeatRequest::Best(best)
    }

    fn seats(&mut self, event: &str) -> Seats {
        let count = 1 + self.random.below(3);
        (0..count)
            .filter_map(|_| self.random.pick(labels(event)).and_then(|label| SeatId::new(label).ok()))
            .collect()
    }

    fn booking(&mut self, customer: &Customer) -> Option<(EventId, ReservationId)> {
        let others = self.random.below(40) == 0;
        let index = self.random.index(self.customers.len());
        let owner = if others { &self.customers[index] } else { customer };
        // The newest one most of the time.
        let list = owner.bookings.clone();
        if self.random.chance(75) { list.last().cloned() } else { self.random.pick(&list).cloned() }
    }

    fn which(&mut self, id: ReservationId) -> ReservationRef {
        match self.random.below(20) {
            0 => ExternalId::new(&format!("ext-{}", self.random.below(30)))
                .map_or(ReservationRef::Id(id), ReservationRef::External),
            _ => ReservationRef::Id(id),
        }
    }

    fn pay(&mut self, customer: &Customer) -> Command {
        let payee = match self.booking(customer) {
            Some((_, id)) if self.random.chance(95) => Payee::Reservation(self.which(id)),
            _ => Payee::Unlinked(ExternalId::new(&format!("bill-{}", self.random.below(9))).expect("valid")),
        };
        let scenarios = [
            Scenario::Approve,
            Scenario::Approve,
            Scenario::Fail,
            Scenario::Delay,
            Scenario::Random,
            Scenario::Timeout,
            Scenario::Outside,
        ];
        // The right amount is filled in where it is known; this one is wrong unless it is replaced.
        let amount = Money { minor: -2, currency: Currency::new("KRW").expect("three letters") };
        Command::CreatePayment(Box::new(
            CreatePayment::new(
                payee,
                customer.user.clone(),
                amount,
                PaymentMethod::MobilePay,
                *self.random.pick(&scenarios).expect("some"),
            )
            .with_webhook_url(self.random.chance(50).then(|| "https://shop.example/hook".to_owned()))
            .with_attachment(vec![7; usize::try_from(self.random.below(40)).expect("small")])
            .with_key(self.maybe_key()),
        ))
    }

    fn on_payment(&mut self, customer: &Customer) -> Command {
        let Some(&(payment, _)) = self.random.pick(&customer.payments) else { return self.pay(customer) };
        let user = self.speaker(customer);
        let key = self.maybe_key();
        match self.random.below(10) {
            0..3 => Command::ProcessPayment(ProcessPayment::new(payment, user).with_key(key)),
            3..6 => {
                let outcome =
                    if self.random.chance(70) { PaymentOutcome::Completed } else { PaymentOutcome::Failed };
                Command::ReportPayment(ReportPayment::new(payment, outcome).with_key(key))
            }
            _ => {
                let part = i64::try_from(self.random.below(3_000)).expect("small");
                let refund_minor = self.random.chance(50).then_some(part);
                Command::CancelPayment(
                    CancelPayment::new(payment, user).with_refund_minor(refund_minor).with_key(key),
                )
            }
        }
    }

    fn confirm(&mut self, customer: &Customer) -> Command {
        let Some((event, id)) = self.booking(customer) else { return self.join(customer) };
        let paid = self.random.pick(&customer.payments).map(|(payment, _)| *payment);
        let proof = match paid {
            Some(payment) if self.random.chance(60) => Proof::Intent(payment),
            _ => Proof::Outside,
        };
        let exactly = self.random.chance(8).then(|| self.seats(event.as_str()));
        let (which, user, key) = (self.which(id), self.speaker(customer), self.maybe_key());
        Command::Confirm(Box::new(Confirm::new(which, user, proof).with_exactly(exactly).with_key(key)))
    }

    fn release(&mut self, customer: &Customer) -> Command {
        let Some((event, id)) = self.booking(customer) else { return self.join(customer) };
        let seats = if self.random.chance(50) { self.seats(event.as_str()) } else { Seats::new() };
        let seats = seats.into_iter().take(if self.random.chance(80) { 1 } else { 3 }).collect();
        let (which, user, key) = (self.which(id), self.speaker(customer), self.maybe_key());
        Command::Release(Box::new(Release::new(which, user).with_seats(seats).with_key(key)))
    }

    fn extend(&mut self, customer: &Customer) -> Command {
        let Some((_, id)) = self.booking(customer) else { return self.join(customer) };
        let by = Duration::from_millis(self.random.below(12_000));
        let (which, user, key) = (self.which(id), self.speaker(customer), self.maybe_key());
        Command::Extend(Extend::new(which, user, by).with_key(key))
    }

    fn expire(&mut self, customer: &Customer) -> Command {
        let Some((_, id)) = self.booking(customer) else { return self.join(customer) };
        Command::Expire(Expire::new(self.which(id)))
    }

    /// The last command with a key: again as it was, or, by mistake, another one under the same key.
    fn again(&mut self, customer: &Customer) -> Command {
        let Some(mut command) = customer.last.clone() else { return self.join(customer) };
        if self.random.chance(12) {
            match &mut command {
                Command::Reserve(c) => c.want = SeatRequest::Best(Best::of(1)),
                Command::Extend(c) => c.by += Duration::from_millis(1),
                Command::Release(c) => c.seats = self.seats("hall"),
                Command::CreatePayment(c) => c.attachment.push(1),
                _ => {}
            }
        }
        command
    }

    fn operate(&mut self) -> Command {
        let event = self.event(&EVENTS);
        let key = self.maybe_key();
        match self.random.below(12) {
            0..3 => Command::PauseQueue(PauseQueue::new(event, self.random.chance(40)).with_key(key)),
            3..6 => {
                let block = self.random.chance(50);
                let seats = self.seats(event.as_str()).to_vec();
                Command::BlockSeats(BlockSeats::new(event, seats, block).with_key(key))
            }
            6 => {
                let state = match self.random.below(10) {
                    0 => SaleState::Closed,
                    1 => SaleState::Paused,
                    2 => SaleState::Draft,
                    _ => SaleState::Open,
                };
                Command::SetSale(SetSale::new(event, state).with_key(key))
            }
            7 => {
                let settings = settings(event.as_str(), self.random.below(4), self.start);
                Command::UpdateEvent(Box::new(UpdateEvent::new(event, settings).with_key(key)))
            }
            8 => {
                let level = u32::try_from(self.random.below(4)).expect("small");
                let policy = policy(event.as_str(), level, self.start).unwrap_or_default();
                // The club keeps its doors open.
                let event =
                    if event.as_str() == "club" { EventId::new("hall").expect("valid") } else { event };
                Command::SetQueuePolicy(Box::new(SetQueuePolicy::new(event, policy).with_key(key)))
            }
            9 => Command::DrawRoom(DrawRoom::new(event).with_key(key)),
            10 => match super::opening(self.start).first() {
                Some(Command::CreateEvent(c)) => Command::CreateEvent(Box::new((**c).clone().with_key(key))),
                other => unreachable!("the first thing is to create an event, not {other:?}"),
            },
            _ => {
                let name = ExternalId::new(&format!("note-{}", self.random.below(5))).expect("valid");
                let value = self.random.chance(70).then(|| vec![1; 9]);
                Command::Note(Note::new(name, value).with_key(key))
            }
        }
    }
}

fn key_of(command: &Command) -> Option<&IdempotencyKey> {
    match command {
        Command::Reserve(c) => c.key.as_ref(),
        Command::Confirm(c) => c.key.as_ref(),
        Command::Release(c) => c.key.as_ref(),
        Command::Extend(c) => c.key.as_ref(),
        Command::CreatePayment(c) => c.key.as_ref(),
        Command::ProcessPayment(c) => c.key.as_ref(),
        Command::CancelPayment(c) => c.key.as_ref(),
        Command::ReportPayment(c) => c.key.as_ref(),
        Command::PauseQueue(c) => c.key.as_ref(),
        Command::BlockSeats(c) => c.key.as_ref(),
        Command::SetSale(c) => c.key.as_ref(),
        Command::Note(c) => c.key.as_ref(),
        _ => None,
    }
}
