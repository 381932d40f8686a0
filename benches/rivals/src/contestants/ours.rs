//! Our engine, everything on: idempotency keys, deadlines, a record of every step in the log buffer; in memory, or
//! with its journal in a folder.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tacos_engine::{
    Clock, Config, Confirm, Confirmed, CreateEvent, Currency, Driver, Durability, Engine, EventId,
    EventSettings, Failure, IdempotencyKey, Pending, Proof, Refusal, Release, Released, ReservationId,
    Reserve, Reserved, Row, RowSeats, SaleState, SeatId, SeatMap, SeatRequest, Section, SetSale, SystemClock,
    UserId,
};

use crate::rival::{Client, Counts, End, Ended, Fault, HOLD_MS, Order, Rival, Verdict};
use crate::work::{Hall, ROW, Random};

/// The engine with one event on sale.
pub struct Ours {
    engine: Engine,
    event: EventId,
    /// Whether orders come with prepared ids and keys of sixteen bytes.
    prepared: bool,
}

/// What an engine of this comparison is made of. Warnings before an expiry are off: no rival sends any.
#[must_use]
pub fn config(clock: Arc<dyn Clock>, driver: Driver) -> Config {
    Config::default().with_clock(clock).with_driver(driver).with_expiry_warning(Duration::ZERO)
}

impl Ours {
    /// A hall in memory.
    ///
    /// # Errors
    /// The engine cannot be made.
    pub fn in_memory(hall: Hall, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        Self::on_sale(Engine::in_memory(config(clock, Driver::Threads))?, hall)
    }

    /// A hall whose journal is in `folder`.
    ///
    /// # Errors
    /// The folder cannot be opened.
    pub fn durable(hall: Hall, folder: &Path, driver: Driver) -> Result<Self, Fault> {
        Self::on_sale(Engine::open(folder, config(Arc::new(SystemClock::new()), driver))?, hall)
    }

    /// The same, acknowledged before the sync, which comes within a second.
    ///
    /// # Errors
    /// The folder cannot be opened.
    pub fn relaxed(hall: Hall, folder: &Path) -> Result<Self, Fault> {
        let durability = Durability::Relaxed { sync_every: Duration::from_secs(1) };
        let config = config(Arc::new(SystemClock::new()), Driver::Threads).with_durability(durability);
        Self::on_sale(Engine::open(folder, config)?, hall)
    }

    /// As [`in_memory`](Self::in_memory), and its customers come with prepared ids and keys of sixteen bytes.
    ///
    /// # Errors
    /// The engine cannot be made.
    pub fn prepared_in_memory(hall: Hall, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        let ours = Self::in_memory(hall, clock)?;
        let event = ours.engine.prepare_event(&ours.event)?;
        Ok(Self { event, prepared: true, ..ours })
    }

    fn on_sale(engine: Engine, hall: Hall) -> Result<Self, Fault> {
        let event = EventId::new("evt")?;
        let row = |at: u32| Row {
            label: format!("R{at}"),
            price_minor: 5_000,
            seats: RowSeats::Numbered {
                prefix: format!("R{at}-"),
                first_number: 1,
                step: 1,
                digits_min: 0,
                count: ROW.min(hall.seats - at * ROW),
            },
            ..Row::default()
        };
        let rows = (0..hall.seats.div_ceil(ROW)).map(row).collect();
        let currency = Currency::new("EUR").ok_or("three letters")?;
        let mut settings = EventSettings::new("A hall", currency);
        settings.hold_ms = HOLD_MS;
        let seats = SeatMap { sections: vec![Section::Seated { name: "hall".into(), rows }] };
        let create = CreateEvent::new(event.clone(), settings, seats);
        engine.create_event(create).wait()?;
        engine.set_sale(SetSale::new(event.clone(), SaleState::Open)).wait()?;
        Ok(Self { engine, event, prepared: false })
    }

    /// The engine itself.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// An order as the engine takes it.
    ///
    /// # Panics
    /// Never in practice: keys are short and plain, and the seats are the hall's.
    #[must_use]
    pub fn command(&self, order: &Order) -> (Box<Reserve>, Box<Ending>) {
        let user = if self.prepared { self.engine.prepare_user(&order.user) } else { order.user.clone() };
        let seat = |seat: &SeatId| {
            if !self.prepared {
                return seat.clone();
            }
            self.engine.prepare_seat(&self.event, seat).expect("a seat of the hall")
        };
        let want = SeatRequest::Seats(order.seats.iter().map(seat).collect());
        let reserve = Reserve::new(self.event.clone(), user.clone(), want).with_key(self.key("hold", order));
        (Box::new(reserve), Box::new(Ending { user, key: self.key("end", order) }))
    }

    fn key(&self, what: &str, order: &Order) -> IdempotencyKey {
        if !self.prepared {
            return IdempotencyKey::new(&format!("{what}-{}", order.number)).expect("a plain key");
        }
        // Keys are UUIDs where they are sixteen bytes; the two halves are any bytes that differ from key to key.
        let half = |of: u64| Random::new(of).draw().to_le_bytes();
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&half(order.number));
        bytes[8..].copy_from_slice(&half(order.number ^ what.len() as u64));
        IdempotencyKey::from_bytes(bytes)
    }

    /// How the seats stand, once everything that is due has expired.
    ///
    /// # Errors
    /// The event is unknown.
    pub fn seat_counts(&self) -> Result<Counts, Fault> {
        self.engine.turn();
        let counts = self.engine.counts(&self.event)?;
        let [free, held, sold] = [counts.available, counts.reserved, counts.sold].map(u64::from);
        Ok(Counts { free, held, sold })
    }
}

/// What the end of a hold needs beside its id.
pub struct Ending {
    user: UserId,
    key: IdempotencyKey,
}

impl Ending {
    /// The command that sells.
    #[must_use]
    pub fn confirm(self, id: ReservationId) -> Confirm {
        Confirm::new(id, self.user, Proof::Outside).with_key(self.key)
    }

    /// The command that gives back.
    #[must_use]
    pub fn release(self, id: ReservationId) -> Release {
        Release::new(id, self.user).with_key(self.key)
    }
}

/// Either answer to an end.
pub enum EndPending {
    /// Of a confirmation.
    Confirm(Pending<Confirmed>),
    /// Of a release.
    Release(Pending<Released>),
}

impl EndPending {
    /// Waits for it.
    ///
    /// # Errors
    /// The engine is broken, or refused for another reason than time.
    pub fn wait(self) -> Result<Ended, Fault> {
        let answer = match self {
            Self::Confirm(pending) => pending.wait().map(drop),
            Self::Release(pending) => pending.wait().map(drop),
        };
        match answer {
            Ok(()) => Ok(Ended::Done),
            Err(Failure::Refused(Refusal::ReservationExpired)) => Ok(Ended::Expired),
            Err(other) => Err(other.into()),
        }
    }
}

/// Which seats a refusal names.
#[must_use]
pub fn taken_seats(names: &[String], order: &Order) -> [bool; 2] {
    [0, 1].map(|at| names.iter().any(|name| name == order.seats[at].as_str()))
}

/// Sorts an answer: held, taken, or broken.
///
/// # Errors
/// Every failure that is not about taken seats.
pub fn verdict(answer: Result<Reserved, Failure>) -> Result<Verdict<Reserved, Box<[String]>>, Fault> {
    match answer {
        Ok(reserved) => Ok(Verdict::Held(reserved)),
        Err(Failure::Refused(Refusal::SeatsTaken(seats))) => Ok(Verdict::Taken(seats)),
        Err(other) => Err(other.into()),
    }
}

impl Rival for Ours {
    type Client<'a> = &'a Self;

    fn client(&self, _customers: usize) -> Result<&Self, Fault> {
        Ok(self)
    }

    fn counts(&self) -> Result<Counts, Fault> {
        self.seat_counts()
    }
}

impl Client for &Ours {
    type Prepared = (Box<Reserve>, Box<Ending>);
    type Holding = (Pending<Reserved>, Box<Ending>);
    type Hold = (ReservationId, Box<Ending>);
    type Refusal = Box<[String]>;
    type Ending = EndPending;

    fn prepare(&self, order: &Order) -> Self::Prepared {
        self.command(order)
    }

    fn hold(&mut self, (reserve, ending): Self::Prepared) -> Result<Self::Holding, Fault> {
        Ok((self.engine.reserve(*reserve), ending))
    }

    fn held(
        &mut self,
        (pending, ending): Self::Holding,
    ) -> Result<Verdict<Self::Hold, Box<[String]>>, Fault> {
        Ok(match verdict(pending.wait())? {
            Verdict::Held(reserved) => Verdict::Held((reserved.id, ending)),
            Verdict::Taken(seats) => Verdict::Taken(seats),
        })
    }

    fn end(&mut self, (id, ending): Self::Hold, end: End) -> Result<EndPending, Fault> {
        Ok(match end {
            End::Confirm => EndPending::Confirm(self.engine.confirm(ending.confirm(id))),
            End::Release => EndPending::Release(self.engine.release(ending.release(id))),
        })
    }

    fn ended(&mut self, ending: EndPending) -> Result<Ended, Fault> {
        ending.wait()
    }

    fn taken(refusal: &Box<[String]>, order: &Order) -> [bool; 2] {
        taken_seats(refusal, order)
    }
}
