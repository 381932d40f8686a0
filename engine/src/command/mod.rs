//! What callers can ask the engine to do: plain data, complete before it comes in. Every write has a key that makes it
//! safe to send twice, where the contract has one. The commands stand in one table (`table.rs`), from which
//! all that depends on their fields is made; here are the values that they carry.

mod bytes;
mod commands;
#[cfg(all(test, not(any(loom, shuttle))))]
pub(crate) mod samples;
mod table;
#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;

pub(crate) use bytes::Sink;
pub(crate) use commands::Request;
pub use commands::{
    BlockSeats, CancelPayment, Command, CommandDecodeError, Confirm, CreateEvent, CreatePayment, DrawRoom,
    Expire, Extend, JoinQueue, Note, PauseQueue, ProcessPayment, Release, ReportPayment, ReportWebhook,
    RequestAdmission, Reserve, SetQueuePolicy, SetSale, UpdateEvent,
};
pub(crate) use table::{for_each_command, target};

use crate::clock::UnixMs;
use crate::describe::described;
use crate::ids::{ExternalId, PaymentId, ReservationId, SectionId, UserId};
use crate::limits::{DAY_MS, EXTENSIONS_MAX, PLACES_PER_HOLD_MAX, TEXT_BYTES_MAX};
use crate::list::Seats;

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

described! {
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
    #[non_exhaustive]
    pub struct EventSettings {
        /// A name for people, at most 512 bytes.
        pub name: String [0, TEXT_BYTES_MAX],
        /// The currency of all prices. Cannot change once the event exists.
        pub currency: Currency,
        /// Seats that one reservation may have: 1 to 64. Default 10.
        pub seats_per_reservation_max: u32 [1, PLACES_PER_HOLD_MAX] = with_seats_per_reservation_max,
        /// Seats that one user may hold or own together; `None` (the default) for no bound.
        pub seats_per_user_max: Option<u32> = with_seats_per_user_max,
        /// How long a hold lasts, in milliseconds. Default 60,000; 1 to 24 h.
        pub hold_ms: u64 [1, DAY_MS] = with_hold_ms,
        /// The longest that a hold may last from its beginning, extensions included, in milliseconds. Default 600,000.
        pub hold_ms_max: u64 [1, DAY_MS] = with_hold_ms_max,
        /// The most that one extension may add, in milliseconds. Default 30,000.
        pub extension_ms_max: u64 [0, DAY_MS] = with_extension_ms_max,
        /// How often a hold may be extended. Default 1.
        pub extensions_max: u32 [0, EXTENSIONS_MAX] = with_extensions_max,
        /// Customers can reserve from this moment on; `None` for no such moment.
        pub sale_starts: Option<UnixMs> = with_sale_starts,
        /// Customers can reserve until just before this moment; `None` for no such moment.
        pub sale_ends: Option<UnixMs> = with_sale_ends,
    }
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

described! {
    /// Which seats are wanted.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum SeatRequest {
        /// Exactly these seats: all of them or none. The name of a standing section stands for one place there, and may
        /// be said several times.
        Seats(Seats),
        /// The best that can be had.
        Best(Best),
    }

    /// Seats by count: adjacent where they exist, best row first; standing places where the section has no seats.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Best {
        /// How many: 1 to 64, and to the event's own bound.
        pub quantity: u32 [1, PLACES_PER_HOLD_MAX],
        /// Only in this section.
        pub section: Option<SectionId> = with_section,
        /// If no row has that many next to each other: take them from the fewest rows. Default true.
        pub allow_split: bool = with_allow_split,
        /// Offer accessible seats too. Default false: they are kept for those who ask.
        pub accessible: bool = with_accessible,
    }
}

impl Best {
    /// The best `quantity` seats of the whole house.
    #[must_use]
    pub fn of(quantity: u32) -> Self {
        Self { quantity, section: None, allow_split: true, accessible: false }
    }
}

described! {
    /// A reservation, by our id or by the id of the service that keeps it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum ReservationRef {
        /// By the id that [`Reserve`] returned.
        Id(ReservationId),
        /// By the id that the caller brought.
        External(ExternalId),
    }
}

impl From<ReservationId> for ReservationRef {
    fn from(id: ReservationId) -> Self {
        Self::Id(id)
    }
}

impl From<ExternalId> for ReservationRef {
    fn from(id: ExternalId) -> Self {
        Self::External(id)
    }
}

/// On whose behalf a command is given. Said in every command that an operator may give for any user, so that a user
/// who was forgotten never turns into operator rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// This user: what the command names must be theirs, else it is refused as forbidden.
    User(UserId),
    /// An operator or a service that the embedding program trusts: whose it is, is not asked.
    Operator,
}

impl Caller {
    /// The user; `None` for an operator.
    #[must_use]
    pub fn user(&self) -> Option<&UserId> {
        match self {
            Self::User(user) => Some(user),
            Self::Operator => None,
        }
    }

    /// What foreign languages say: a user, or none where an operator asks.
    #[must_use]
    pub fn from_optional(user: Option<UserId>) -> Self {
        user.map_or(Self::Operator, Self::User)
    }
}

impl From<UserId> for Caller {
    fn from(user: UserId) -> Self {
        Self::User(user)
    }
}

described! {
    /// What says that a reservation is paid.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Proof {
        /// A payment intent of this engine; it must be completed, of this reservation and user, with the right amount.
        Intent(PaymentId),
        /// The caller vouches for it: money is handled elsewhere.
        Outside,
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
        Reservation(ReservationRef),
        /// Something that the engine does not know; the outcome changes no seats.
        Unlinked(ExternalId),
    }

    /// How a payment ended, as an outside processor reports it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum PaymentOutcome {
        /// Money taken.
        Completed,
        /// Refused.
        Failed,
    }
}
