//! What callers can ask the engine to do: plain data, complete before it comes in. Every write has a key that makes it
//! safe to send twice, where the contract has one; `user: None` means a trusted caller that speaks for everybody.

mod any;

pub use any::Command;

use std::time::Duration;

use smallvec::SmallVec;

use crate::admission::QueuePolicy;
use crate::clock::UnixMs;
use crate::error::SaleState;
use crate::ids::{
    EventId, ExternalId, IdempotencyKey, PaymentId, ReservationId, ReservationToken, SeatId, SectionId,
    SessionId, UserId, WaitingToken, WebhookId,
};
use crate::inventory::SeatMap;

/// A currency: three upper-case letters, as in ISO 4217.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency(pub(crate) [u8; 3]);

impl Currency {
    /// Checks that `code` is three letters and makes them upper case.
    #[must_use]
    pub fn new(code: &str) -> Option<Self> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_alphabetic).then(|| Self(bytes.map(|byte| byte.to_ascii_uppercase())))
    }

    /// The three letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("three ASCII letters")
    }
}

/// An amount of money in minor units (cents; won has no cents and counts whole won).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// Minor units of the currency.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

/// What can be set about an event while it lives. Seats and prices are fixed when it is created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventSettings {
    /// A name for people, at most 512 bytes.
    pub name: String,
    /// The currency of all prices. Cannot change once the event exists.
    pub currency: Currency,
    /// Seats that one reservation may have: 1 to 64. Default 10.
    pub seats_per_reservation_max: u32,
    /// Seats that one user may hold or own together; `None` (the default) for no bound.
    pub seats_per_user_max: Option<u32>,
    /// How long a hold lasts, in milliseconds. Default 60,000; 1 to 24 h.
    pub hold_ms: u64,
    /// The longest that a hold may last from its beginning, extensions included, in milliseconds. Default 600,000.
    pub hold_ms_max: u64,
    /// The most that one extension may add, in milliseconds. Default 30,000.
    pub extension_ms_max: u64,
    /// How often a hold may be extended. Default 1.
    pub extensions_max: u32,
    /// Nobody can reserve before this moment; `None` for no such moment.
    pub sale_starts: Option<UnixMs>,
    /// Nobody can reserve from this moment on; `None` for no such moment.
    pub sale_ends: Option<UnixMs>,
}

impl EventSettings {
    /// Settings with the usual values, for an event that is priced in `currency`.
    #[must_use]
    pub fn new(name: impl Into<String>, currency: Currency) -> Self {
        Self {
            name: name.into(),
            currency,
            seats_per_reservation_max: 10,
            seats_per_user_max: None,
            hold_ms: 60_000,
            hold_ms_max: 600_000,
            extension_ms_max: 30_000,
            extensions_max: 1,
            sale_starts: None,
            sale_ends: None,
        }
    }
}

/// Creates an event with its seats; its sale is a draft until it is opened.
#[derive(Clone, Debug)]
pub struct CreateEvent {
    /// The new event's id.
    pub event: EventId,
    /// Its settings.
    pub settings: EventSettings,
    /// Its sections, rows and seats, in order of preference.
    pub seats: SeatMap,
    /// Its waiting line; without one, customers reserve without a token.
    pub queue: Option<QueuePolicy>,
    /// Makes the command safe to send twice.
    pub key: Option<IdempotencyKey>,
}

/// Changes an event's settings. The currency must stay.
#[derive(Clone, Debug)]
pub struct UpdateEvent {
    /// The event.
    pub event: EventId,
    /// All settings, as they shall be.
    pub settings: EventSettings,
    /// Makes the command safe to send twice.
    pub key: Option<IdempotencyKey>,
}

/// Opens, pauses or closes a sale. Any state may follow any other, but nothing returns to draft.
#[derive(Clone, Debug)]
pub struct SetSale {
    /// The event.
    pub event: EventId,
    /// The state to be in.
    pub state: SaleState,
    /// Makes the command safe to send twice.
    pub key: Option<IdempotencyKey>,
}

/// Takes free seats off sale, or puts blocked ones back: all of them or none. The name of a standing section stands for
/// one place there, and may be said several times.
#[derive(Clone, Debug)]
pub struct BlockSeats {
    /// The event.
    pub event: EventId,
    /// The seats, without doubles; at most 64 in one command.
    pub seats: Vec<SeatId>,
    /// True to block, false to unblock.
    pub block: bool,
    /// Makes the command safe to send twice.
    pub key: Option<IdempotencyKey>,
}

/// Gives an event a waiting line, or changes the rules of the one it has, while the sale runs.
#[derive(Clone, Debug)]
pub struct SetQueuePolicy {
    /// The event.
    pub event: EventId,
    /// All rules, as they shall be.
    pub policy: QueuePolicy,
    /// Makes the command safe to send twice.
    pub key: Option<IdempotencyKey>,
}

/// Stops or restarts admissions of one event's line. People keep their places.
#[derive(Clone, Debug)]
pub struct PauseQueue {
    /// The event.
    pub event: EventId,
    /// True to pause, false to resume.
    pub paused: bool,
    /// Makes the command safe to send twice.
    pub key: Option<IdempotencyKey>,
}

/// Draws the order of the pre-sale room; from then on the line is first come, first served.
#[derive(Clone, Debug)]
pub struct DrawRoom {
    /// The event.
    pub event: EventId,
    /// Makes the command safe to send twice.
    pub key: Option<IdempotencyKey>,
}

/// Takes a place in an event's waiting line. At least one of session and user is needed; the same session joining
/// again has the same place.
#[derive(Clone, Debug)]
pub struct JoinQueue {
    /// The event.
    pub event: EventId,
    /// The customer's session.
    pub session: Option<SessionId>,
    /// The customer.
    pub user: Option<UserId>,
}

/// Asks to be let in.
#[derive(Clone, Debug)]
pub struct RequestAdmission {
    /// The place in the line.
    pub token: WaitingToken,
    /// Must be the token's event, if given.
    pub event: Option<EventId>,
    /// Must be who joined, if both are given. Who joined without a name is named here.
    pub user: Option<UserId>,
}

/// Which seats are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// Exactly these seats: all of them or none. The name of a standing section stands for one place there, and may be
    /// said several times.
    Seats(SmallVec<[SeatId; 4]>),
    /// The best that can be had.
    Best(Best),
}

/// Seats by count: adjacent where they exist, best row first; standing places where the section has no seats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Best {
    /// How many: 1 to 64, and to the event's own bound.
    pub quantity: u32,
    /// Only in this section.
    pub section: Option<SectionId>,
    /// If no row has that many next to each other: take them from the fewest rows. Default true.
    pub allow_split: bool,
    /// Offer accessible seats too. Default false: they are kept for those who ask.
    pub accessible: bool,
}

impl Best {
    /// The best `quantity` seats of the whole house.
    #[must_use]
    pub fn of(quantity: u32) -> Self {
        Self { quantity, section: None, allow_split: true, accessible: false }
    }
}

/// Holds seats for a customer until the deadline: all that are wanted or none.
#[derive(Clone, Debug)]
pub struct Reserve {
    /// The event.
    pub event: EventId,
    /// Who will own the seats.
    pub user: UserId,
    /// Which seats.
    pub want: Want,
    /// The right to reserve; needed where the event has a waiting line, unless the caller is [`Reserve::trusted`].
    pub token: Option<ReservationToken>,
    /// A caller that is let past the line (an inventory client with its own admission).
    pub trusted: bool,
    /// The caller's own id for this reservation, for services that keep their own.
    pub external: Option<ExternalId>,
    /// When the hold shall end, within the event's maximum; `None` for the event's usual time.
    pub hold_until: Option<UnixMs>,
    /// Makes the command safe to send twice.
    pub key: Option<IdempotencyKey>,
}

impl Reserve {
    /// A plain reservation without token or key.
    #[must_use]
    pub fn new(event: EventId, user: UserId, want: Want) -> Self {
        Self { event, user, want, token: None, trusted: false, external: None, hold_until: None, key: None }
    }

    /// With a key that makes it safe to send twice.
    #[must_use]
    pub fn with_key(mut self, key: IdempotencyKey) -> Self {
        self.key = Some(key);
        self
    }

    /// With the right to reserve that admission gave.
    #[must_use]
    pub fn with_token(mut self, token: ReservationToken) -> Self {
        self.token = Some(token);
        self
    }
}

/// A reservation, by our id or by the id of the service that keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// By the id that [`Reserve`] returned.
    Id(ReservationId),
    /// By the id that the caller brought.
    External(ExternalId),
}

impl From<ReservationId> for Which {
    fn from(id: ReservationId) -> Self {
        Self::Id(id)
    }
}

/// What says that a reservation is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A payment intent of this engine; it must be completed, of this reservation and user, with the right amount.
    Intent(PaymentId),
    /// The caller vouches for it: money is handled elsewhere.
    Outside,
}

/// Turns a hold into a sale.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// The reservation.
    pub which: Which,
    /// Whose it must be.
    pub user: Option<UserId>,
    /// What says that it is paid.
    pub proof: Proof,
    /// If given, the hold must have exactly these seats.
    pub exactly: Option<SmallVec<[SeatId; 4]>>,
    /// Makes the command safe to send twice.
    pub key: Option<IdempotencyKey>,
}

/// Gives a hold back, whole or in part; a part only while no payment is under way for the whole.
#[derive(Clone, Debug)]
pub struct Release {
    /// The reservation.
    pub which: Which,
    /// Whose it must be.
    pub user: Option<UserId>,
    /// Only these seats; empty for all. Naming all of them is the same as naming none. The name of a standing section
    /// stands for one place there.
    pub seats: SmallVec<[SeatId; 4]>,
    /// Makes the command safe to send twice.
    pub key: Option<IdempotencyKey>,
}

/// Lets a hold last longer.
#[derive(Clone, Debug)]
pub struct Extend {
    /// The reservation.
    pub which: Which,
    /// Whose it must be.
    pub user: Option<UserId>,
    /// By how much, in whole milliseconds.
    pub by: Duration,
    /// Makes the command safe to send twice.
    pub key: Option<IdempotencyKey>,
}

/// Expires a hold whose time has run out, as the engine does by itself: for an outside orchestrator.
#[derive(Clone, Debug)]
pub struct Expire {
    /// The reservation.
    pub which: Which,
}

/// How the customer pays; recorded, not interpreted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaymentMethod {
    /// Credit card.
    CreditCard,
    /// Debit card.
    DebitCard,
    /// Bank transfer.
    BankTransfer,
    /// Mobile pay.
    MobilePay,
    /// Digital wallet.
    DigitalWallet,
}

/// What the simulated processor does. Times are those of real time; see `Config::payment_time_permille`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scenario {
    /// Succeeds after 2 to 5 s.
    Approve,
    /// Fails after 1 to 3 s.
    Fail,
    /// Succeeds after 10 to 30 s.
    Delay,
    /// Seven of ten succeed, after 2 to 7 s.
    Random,
    /// Never answers: the intent expires.
    Timeout,
    /// Nothing happens by itself: an outside processor reports by [`ReportPayment`].
    Outside,
}

/// What is paid for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payee {
    /// A reservation of this engine.
    Reservation(Which),
    /// Something that the engine does not know; the outcome changes no seats.
    Unlinked(ExternalId),
}

/// Creates a payment intent.
#[derive(Clone, Debug)]
pub struct CreatePayment {
    /// What is paid for.
    pub payee: Payee,
    /// Who pays.
    pub user: UserId,
    /// How much; see `Config::payment_amount_must_match`.
    pub amount: Money,
    /// How.
    pub method: PaymentMethod,
    /// What the simulated processor does.
    pub scenario: Scenario,
    /// Where results are delivered, at most 2,048 bytes; the embedding service delivers from the outbox.
    pub webhook_url: Option<String>,
    /// Carried along unread, at most 4,096 bytes. Never put card data here.
    pub attachment: Vec<u8>,
    /// Makes the command safe to send twice.
    pub key: Option<IdempotencyKey>,
}

/// Starts processing at once instead of shortly.
#[derive(Clone, Debug)]
pub struct ProcessPayment {
    /// The payment intent.
    pub payment: PaymentId,
    /// Whose it must be.
    pub user: Option<UserId>,
    /// Makes the command safe to send twice.
    pub key: Option<IdempotencyKey>,
}

/// Calls a payment off before it completes, or pays back (all that is left, or a part) after.
#[derive(Clone, Debug)]
pub struct CancelPayment {
    /// The payment intent.
    pub payment: PaymentId,
    /// Whose it must be.
    pub user: Option<UserId>,
    /// How much to pay back, in minor units; `None` for all that is left.
    pub refund_minor: Option<i64>,
    /// Makes the command safe to send twice.
    pub key: Option<IdempotencyKey>,
}

/// How a payment ended, as an outside processor reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Money taken.
    Completed,
    /// Refused.
    Failed,
}

/// Reports the outcome of a payment at once, whatever its scenario.
#[derive(Clone, Debug)]
pub struct ReportPayment {
    /// The payment intent.
    pub payment: PaymentId,
    /// How it ended.
    pub outcome: Outcome,
    /// Makes the command safe to send twice.
    pub key: Option<IdempotencyKey>,
}

/// What became of one delivery attempt.
#[derive(Clone, Debug)]
pub struct ReportWebhook {
    /// The webhook.
    pub webhook: WebhookId,
    /// True if the receiver took it.
    pub delivered: bool,
}

/// A small durable fact of the embedding service: a setting that outlives a restart, a registered address.
#[derive(Clone, Debug)]
pub struct Note {
    /// Its name.
    pub name: ExternalId,
    /// Its value, at most 4,096 bytes; `None` removes it.
    pub value: Option<Vec<u8>>,
    /// Makes the command safe to send twice.
    pub key: Option<IdempotencyKey>,
}
