//! Customers and what they send. Commands are complete before the clock starts: writing names is not the engine's work.

use std::hash::{DefaultHasher, Hash, Hasher};

use tacos_engine::{
    Caller, Confirm, Engine, EventId, Failure, IdempotencyKey, Proof, Refusal, Release, ReservationId,
    Reserve, Reserved, SeatRequest, UserId,
};

use crate::venue::label;
use crate::{Outcome, Venue, scattered};

/// A customer with two seats in mind, who will hold and buy them.
#[derive(Clone, Debug)]
pub struct Customer {
    /// The hold, with its key.
    pub hold: Reserve,
    /// The key of the confirmation.
    pub confirm_key: IdempotencyKey,
}

impl Customer {
    /// Customer number `number`, who wants `seats` of a [`crate::venue::hall`].
    ///
    /// # Panics
    /// Never: the names are short.
    #[must_use]
    pub fn new(event: &EventId, number: u64, seats: &[u32]) -> Self {
        let want = SeatRequest::Seats(seats.iter().map(|&seat| label(seat)).collect());
        let hold = Reserve::new(event.clone(), user(number), want).with_key(key("hold", number));
        Self { hold, confirm_key: key("confirm", number) }
    }

    /// The same customer with prepared ids, and keys of sixteen bytes.
    ///
    /// # Errors
    /// If the engine does not know the event or the seats.
    pub fn prepared(mut self, engine: &Engine) -> Result<Self, Refusal> {
        self.hold.event = engine.prepare_event(&self.hold.event)?;
        self.hold.user = engine.prepare_user(&self.hold.user);
        if let SeatRequest::Seats(seats) = &mut self.hold.want {
            for seat in seats.iter_mut() {
                *seat = engine.prepare_seat(&self.hold.event, seat)?;
            }
        }
        self.hold.key = self.hold.key.as_ref().map(of_bytes);
        self.confirm_key = of_bytes(&self.confirm_key);
        Ok(self)
    }

    /// Holds; the answer is waited for.
    ///
    /// # Errors
    /// As the engine answers.
    pub fn hold(&self, engine: &Engine) -> Result<Reserved, Failure> {
        engine.reserve(self.hold.clone()).wait()
    }

    /// The confirmation of the hold `id`.
    #[must_use]
    pub fn confirm(&self, id: ReservationId) -> Confirm {
        Confirm::new(id, self.hold.user.clone(), Proof::Outside).with_key(self.confirm_key.clone())
    }
}

/// Customer number `number`'s name.
///
/// # Panics
/// Never: the name is short.
#[must_use]
pub fn user(number: u64) -> UserId {
    UserId::new(&format!("user-{number}")).expect("a short name")
}

/// A key that no other command has.
///
/// # Panics
/// Never, for short kinds.
#[must_use]
pub fn key(kind: &str, number: u64) -> IdempotencyKey {
    IdempotencyKey::new(&format!("{kind}-{number}")).expect("a short name")
}

/// A key of sixteen bytes in place of one of text.
fn of_bytes(key: &IdempotencyKey) -> IdempotencyKey {
    let half = |part: u8| {
        let mut hasher = DefaultHasher::new();
        (part, key.as_bytes()).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    IdempotencyKey::from_bytes((half(0) << 64 | half(1)).to_le_bytes())
}

/// Gives all of a hold back.
#[must_use]
pub fn release(id: ReservationId) -> Release {
    Release::new(id, Caller::Operator)
}

/// True if other people have the seats; any other failure ends the measurement.
///
/// # Panics
/// If the failure is another.
#[must_use]
pub fn is_taken(failure: &Failure) -> bool {
    assert!(matches!(failure, Failure::Refused(Refusal::SeatsTaken(_))), "not taken seats but: {failure:?}");
    true
}

/// A hall whose seats are sold in pairs of neighbours, in scattered order, each pair once. When all are sold there is a
/// new hall in a new engine, so that a loop of any length only meets free seats.
#[derive(Debug)]
pub struct Sale {
    make: fn(u32) -> Outcome<Venue>,
    /// Where the seats are sold.
    pub venue: Venue,
    order: Vec<u32>,
    next: usize,
}

impl Sale {
    /// A sale of so many seats in the engine that `make` makes.
    ///
    /// # Errors
    /// If it makes none.
    pub fn new(seats: u32, make: fn(u32) -> Outcome<Venue>) -> Outcome<Self> {
        Ok(Self { make, venue: make(seats)?, order: scattered(seats / 2, crate::seed()), next: 0 })
    }

    /// The next customers, at least one and at most `most`: all want seats that are free.
    ///
    /// # Errors
    /// If all seats were sold and there is no new engine.
    pub fn customers(&mut self, most: usize) -> Outcome<Vec<Customer>> {
        if self.next == self.order.len() {
            self.venue.engine.close()?;
            self.venue = (self.make)(self.venue.seats)?;
            self.next = 0;
        }
        let count = most.clamp(1, self.order.len() - self.next);
        let pairs = &self.order[self.next..self.next + count];
        let customers = pairs
            .iter()
            .map(|&pair| Customer::new(&self.venue.event, u64::from(pair), &[2 * pair, 2 * pair + 1]));
        let customers = customers.collect();
        self.next += count;
        Ok(customers)
    }

    /// The engine and its hall.
    #[must_use]
    pub fn into_venue(self) -> Venue {
        self.venue
    }

    /// Checks that every seat that a customer was made for is sold, and no other.
    ///
    /// # Panics
    /// If it is not so.
    pub fn check_all_sold(&self) {
        let counts = self.venue.engine.counts(&self.venue.event).expect("the event is there");
        assert_eq!(counts.sold as usize, 2 * self.next, "not everything was sold: {counts:?}");
    }
}

/// Sells `count` seats at random, so that the rest of the hall is full of gaps.
///
/// # Errors
/// If the engine refuses.
pub fn sell_scattered(venue: &Venue, count: u32, seed: u64) -> Outcome<()> {
    let order = scattered(venue.seats, seed);
    for (number, seats) in (0_u64..).zip(order[..count as usize].chunks(10)) {
        let customer = Customer::new(&venue.event, number | 1 << 40, seats);
        let held = customer.hold(&venue.engine)?;
        venue.engine.confirm(customer.confirm(held.id)).wait()?;
    }
    let counts = venue.engine.counts(&venue.event)?;
    if counts.sold == count { Ok(()) } else { Err(format!("{counts:?}, not {count} sold").into()) }
}
