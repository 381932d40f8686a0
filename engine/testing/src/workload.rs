//! Customers and operators, seeded: they arrive, join, wait, give up, hold, pay with every scenario, abandon, retry,
//! double-click and make mistakes. Decides only what is tried next; what comes of it is for the model to judge.

mod choose;
mod venue;

use tacos_engine::Answer;
use tacos_engine::Reply;
use tacos_engine::clock::UnixMs;
use tacos_engine::{Command, Payee};
use tacos_engine::{
    EventId, IdempotencyKey, PaymentId, ReservationId, ReservationToken, SessionId, UserId, WaitingToken,
};

use super::random::Random;

pub(super) use venue::opening;

/// What happens next.
#[derive(Clone, Debug)]
pub enum Step {
    /// These commands come in; all are sent before the first is waited for.
    Do(Vec<Command>),
    /// So many milliseconds pass.
    Pass(u64),
    /// Time is turned: what is due happens.
    Turn,
    /// A customer looks at their place in the line.
    Look(WaitingToken),
    /// Webhooks that are due are tried.
    Deliver,
    /// The auditor comes.
    Compare,
    /// A snapshot is taken.
    Snapshot,
    /// The engine is closed and opened again.
    Reopen,
}

/// One customer.
#[derive(Clone, Debug)]
struct Customer {
    user: UserId,
    session: SessionId,
    place: Option<(EventId, WaitingToken)>,
    right: Option<(EventId, ReservationToken)>,
    bookings: Vec<(EventId, ReservationId)>,
    payments: Vec<(PaymentId, Option<ReservationId>)>,
    /// The last command with a key.
    last: Option<Command>,
}

impl Customer {
    fn new(at: usize) -> Self {
        Self {
            user: UserId::new(&format!("user-{at}")).expect("valid"),
            session: SessionId::new(&format!("tab-{at}")).expect("valid"),
            place: None,
            right: None,
            bookings: Vec::new(),
            payments: Vec::new(),
            last: None,
        }
    }
}

/// A source of steps: the same seed and the same answers give the same steps.
#[derive(Clone, Debug)]
pub struct Workload {
    random: Random,
    customers: Vec<Customer>,
    keys: u64,
    start: UnixMs,
    /// There are thousands of customers: they come together, and houses and lines have their size.
    is_crowded: bool,
}

impl Workload {
    /// So many customers at the events of [`Workload::opening`].
    #[must_use]
    pub fn new(seed: u64, customers: usize, start: UnixMs) -> Self {
        Self::with_random(Random::new(seed), customers, start)
    }

    /// The same, with choices from `random`.
    #[must_use]
    pub fn with_random(random: Random, customers: usize, start: UnixMs) -> Self {
        let customers = (0..customers.max(1)).map(Customer::new).collect();
        Self { random, customers, keys: 0, start, is_crowded: false }
    }

    /// The same with so many customers, who come all at once, in groups.
    #[must_use]
    pub fn crowded(self, customers: usize) -> Self {
        Self { customers: (0..customers.max(1)).map(Customer::new).collect(), is_crowded: true, ..self }
    }

    /// What a crowd begins with: all customers join a line. Nothing without a crowd.
    pub fn rush(&mut self) -> Vec<Vec<Command>> {
        const TOGETHER: usize = 40;
        if !self.is_crowded {
            return Vec::new();
        }
        let customers = self.customers.clone();
        let mut join = |customer: &Customer| self.join(customer);
        customers.chunks(TOGETHER).map(|group| group.iter().map(&mut join).collect()).collect()
    }

    /// The commands that set the events up.
    #[must_use]
    pub fn opening(&self) -> Vec<Command> {
        let mut commands = opening(self.start);
        if self.is_crowded {
            commands.iter_mut().for_each(venue::enlarge);
        }
        commands
    }

    /// What happens next at `now`.
    pub fn next(&mut self, now: UnixMs) -> Step {
        match self.random.below(1_000) {
            0..150 => Step::Pass(self.pause_ms()),
            150..270 => Step::Turn,
            270..310 => self.look(),
            310..340 => Step::Deliver,
            340..350 => Step::Compare,
            350..353 => Step::Snapshot,
            353..356 => Step::Reopen,
            _ => {
                let count = match self.is_crowded {
                    true if self.random.chance(60) => 2 + self.random.below(30),
                    false if self.random.chance(12) => 2 + self.random.below(4),
                    _ => 1,
                };
                let mut commands: Vec<Command> = (0..count).map(|_| self.command(now)).collect();
                // New rules come alone: within a group it would be unknown which activity was under which.
                commands.retain(|command| count == 1 || !matches!(command, Command::SetQueuePolicy(_)));
                if self.is_crowded {
                    commands.iter_mut().for_each(venue::enlarge);
                }
                Step::Do(commands)
            }
        }
    }

    /// What customers who saw the engine go away send again: their last command with a key.
    pub fn retries(&self) -> Vec<Command> {
        self.customers.iter().filter_map(|customer| customer.last.clone()).collect()
    }

    fn pause_ms(&mut self) -> u64 {
        match self.random.below(100) {
            0..40 => self.random.below(50),
            40..80 => self.random.below(2_000),
            80..97 => self.random.below(12_000),
            _ => self.random.below(120_000),
        }
    }

    fn look(&mut self) -> Step {
        let index = self.random.index(self.customers.len());
        self.customers[index].place.as_ref().map_or(Step::Turn, |(_, token)| Step::Look(*token))
    }

    fn key(&mut self) -> IdempotencyKey {
        self.keys += 1;
        IdempotencyKey::new(&format!("key-{}", self.keys)).expect("valid")
    }

    /// The customers learn what their command was answered.
    pub fn told(&mut self, command: &Command, answer: &Answer) {
        let Some(index) = self.sender(command) else { return };
        let customer = &mut self.customers[index];
        let Ok(reply) = answer else { return };
        match (command, reply) {
            (Command::JoinQueue(c), Reply::Joined(joined)) => {
                customer.place = Some((c.event.clone(), joined.token));
            }
            (Command::RequestAdmission(_), Reply::Admitted(admitted)) => {
                if let Some((event, _)) = &customer.place {
                    customer.right = Some((event.clone(), admitted.token));
                }
            }
            (Command::Reserve(c), Reply::Reserved(reserved)) => {
                customer.bookings.push((c.event.clone(), reserved.id));
                let surplus = customer.bookings.len().saturating_sub(8);
                customer.bookings.drain(..surplus);
            }
            (Command::CreatePayment(c), Reply::Payment(changed)) => {
                let reservation = match &c.payee {
                    Payee::Reservation(tacos_engine::ReservationRef::Id(id)) => Some(*id),
                    _ => None,
                };
                customer.payments.push((changed.id, reservation));
                let surplus = customer.payments.len().saturating_sub(8);
                customer.payments.drain(..surplus);
            }
            _ => {}
        }
    }

    /// Who sent a command, by the names in it.
    fn sender(&self, command: &Command) -> Option<usize> {
        let by_user = |user: &UserId| self.customers.iter().position(|customer| customer.user == *user);
        match command {
            Command::JoinQueue(c) => match (&c.session, &c.user) {
                (Some(session), _) => self.customers.iter().position(|customer| customer.session == *session),
                (None, Some(user)) => by_user(user),
                (None, None) => None,
            },
            Command::RequestAdmission(c) => {
                let has =
                    |customer: &Customer| customer.place.as_ref().is_some_and(|(_, token)| *token == c.token);
                self.customers.iter().position(has)
            }
            Command::Reserve(c) => by_user(&c.user),
            Command::CreatePayment(c) => by_user(&c.user),
            _ => None,
        }
    }
}
