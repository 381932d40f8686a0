//! What every contestant does: hold two named seats, then confirm or release them, and say how the house stands. A call
//! begins the work and gives a ticket; another waits for its answer. So one thread can serve many customers, and a
//! contestant that answers at once pays nothing for that. Knows no contestant.

use tacos_engine::{SeatId, UserId};

/// How long a hold lasts, everywhere.
pub const HOLD_MS: u64 = 60_000;

/// The contestant is broken, or gone. Never a refusal.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;

/// One customer's wish: two seats, both or none.
#[derive(Clone, Debug)]
pub struct Order {
    /// Tells orders apart; idempotency keys are made of it.
    pub number: u64,
    /// Who wants them.
    pub user: UserId,
    /// Two different seats.
    pub seats: [SeatId; 2],
}

/// How a hold ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The seats are sold.
    Confirm,
    /// The seats are free again.
    Release,
}

/// What a hold came to.
#[derive(Debug)]
pub enum Verdict<H, R> {
    /// Both seats are held.
    Held(H),
    /// One or both are taken.
    Taken(R),
}

/// What an end came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Sold, or given back.
    Done,
    /// The hold's time was over.
    Expired,
}

/// How the seats stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// On sale.
    pub free: u64,
    /// Held.
    pub held: u64,
    /// Sold.
    pub sold: u64,
}

/// A contestant with a hall, shared by all threads.
pub trait Rival: Sync {
    /// What one thread works with.
    type Client<'a>: Client
    where
        Self: 'a;

    /// A client for one thread that serves at most so many customers at once.
    ///
    /// # Errors
    /// The contestant cannot be reached.
    fn client(&self, customers: usize) -> Result<Self::Client<'_>, Fault>;

    /// How the seats stand, once no client works.
    ///
    /// # Errors
    /// The contestant is broken.
    fn counts(&self) -> Result<Counts, Fault>;
}

/// One thread's way to a contestant. Answers are waited for in the order of the calls.
pub trait Client {
    /// An order in the form that the contestant takes; made before the clock runs.
    type Prepared;
    /// A hold that was begun.
    type Holding;
    /// A hold that was granted, with all that its end needs.
    type Hold;
    /// Why it was not granted.
    type Refusal;
    /// An end that was begun.
    type Ending;

    /// Makes an order ready.
    fn prepare(&self, order: &Order) -> Self::Prepared;

    /// Begins to hold.
    ///
    /// # Errors
    /// The contestant is broken.
    fn hold(&mut self, order: Self::Prepared) -> Result<Self::Holding, Fault>;

    /// Waits for the verdict.
    ///
    /// # Errors
    /// The contestant is broken.
    fn held(&mut self, holding: Self::Holding) -> Result<Verdict<Self::Hold, Self::Refusal>, Fault>;

    /// Begins to confirm or release.
    ///
    /// # Errors
    /// The contestant is broken.
    fn end(&mut self, hold: Self::Hold, end: End) -> Result<Self::Ending, Fault>;

    /// Waits for what it came to.
    ///
    /// # Errors
    /// The contestant is broken.
    fn ended(&mut self, ending: Self::Ending) -> Result<Ended, Fault>;

    /// Which of the order's seats were taken.
    fn taken(refusal: &Self::Refusal, order: &Order) -> [bool; 2];
}
